//! Words and rules of a Bitbucket set-up for BalkanID: no IO, no async, no clock.
