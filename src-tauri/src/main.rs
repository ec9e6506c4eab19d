//! The desktop door of Bitbucket Setup for BalkanID.
fn main() {}
