//! Comparing the reports of two doors.

use bbsetup_sandbox::Sandbox;
use serde_json::Value;

/// A report without what differs between two checks of the same: when, how long, and the port of
/// the practice servers.
pub fn comparable(mut report: Value, sandbox: &Sandbox) -> Value {
    let fields = report.as_object_mut().expect("a report");
    for time in ["checked_at", "elapsed_ms"] {
        assert!(fields.remove(time).is_some(), "the report tells {time}");
    }
    let text = report.to_string();
    let here = sandbox.bitbucket_url();
    let port = here.rsplit(':').next().expect("a port").to_owned();
    let anywhere = text
        .replace(&here, "http://practice")
        .replace(&format!("127.0.0.1:{port}"), "practice");
    serde_json::from_str(&anywhere).expect("a report")
}
