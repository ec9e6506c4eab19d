//! Comparing the reports of two doors.

use serde_json::Value;

/// A report without what differs between two checks of the same: when, how long, until when a
/// limit holds, and the ports of the practice servers.
pub fn comparable(mut report: Value) -> Value {
    let fields = report.as_object_mut().expect("a report");
    for time in ["checked_at", "elapsed_ms"] {
        assert!(fields.remove(time).is_some(), "the report tells {time}");
    }
    for problem in report["problems"].as_array_mut().expect("problems") {
        if problem["retry_at"].is_string() {
            problem["retry_at"] = "a time".into();
        }
    }
    serde_json::from_str(&without_ports(&report.to_string())).expect("a report")
}

fn without_ports(text: &str) -> String {
    text.split("127.0.0.1:")
        .map(|part| part.trim_start_matches(|character: char| character.is_ascii_digit()))
        .collect::<Vec<_>>()
        .join("practice")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_alone_are_left_out() {
        assert_eq!(
            without_ports("http://127.0.0.1:4711/2.0 and 127.0.0.1:80: 12"),
            "http://practice/2.0 and practice: 12"
        );
    }
}
