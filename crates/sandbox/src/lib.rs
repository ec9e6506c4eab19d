//! Practice servers: a Bitbucket and a BalkanID on loopback, with scenarios.
