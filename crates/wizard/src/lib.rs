//! The use cases that each front door calls.

pub mod json;
