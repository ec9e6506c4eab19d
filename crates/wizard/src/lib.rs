//! The use cases that each front door calls.
