//! What a reading would need, from a handful of requests.
pub struct Estimate;
/// Placeholder.
pub fn estimate() {}
