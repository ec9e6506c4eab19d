//! What Bitbucket says: one probe a check.
