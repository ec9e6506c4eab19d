//! The bbsetup command.
fn main() {}
