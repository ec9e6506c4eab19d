//! The rules of the practice servers, shown through real HTTP.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "all of this is test code, and a broken step ends its test"
)]

mod balkanid;
mod bitbucket;
mod changes;
mod client;
mod control;
mod faults;
mod fields;
mod limits;
mod lists;
mod reach;
mod scim;
mod tls;
mod truth;
