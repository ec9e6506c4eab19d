//! The only home of reqwest: limits, origin guard, retries and error kinds.
//!
//! Any HTTP status is an [`Answer`]; an [`Error`] is where no whole answer came, and says which
//! layer failed. Plain http is for this machine alone, no redirect is followed, and nothing that is
//! logged or shown holds a path's query, a header or a body.

mod answer;
mod client;
mod error;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod layer;
mod limits;
mod network;
mod origin;
mod pacing;
mod problem;
mod rate;
mod repeat;
mod request;
pub mod route;
mod streamed;

pub use answer::{Answer, Headers, NotJson};
pub use client::Client;
pub use error::{Error, ErrorKind};
pub use limits::Limits;
pub use network::{Network, Proxy};
pub use origin::{OffOrigin, next_link, same_origin};
pub use problem::problem_code;
pub use rate::{Limit, RateSigns};
pub use request::{Auth, Body, Method, Request};
pub use streamed::{Pieces, Streamed};
pub use url::Url;
