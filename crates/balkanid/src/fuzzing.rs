//! A way in for tests and for `cargo xtask fuzz`: what is taken out of any file of integrations.

use bbsetup_setup::token;

use crate::integrations::{self, Integration, SecretType};
use crate::status::{State, Status};

/// Reads a file; nothing where it is not the table that it should be.
pub fn integrations(file: &[u8]) -> Option<Vec<Integration>> {
    integrations::read_rows(file).ok()
}

/// Holds a row to what may be kept and claimed; says what is wrong.
///
/// # Errors
/// The first rule that is broken.
pub fn hold(row: &Integration) -> Result<(), String> {
    if row.id.is_empty() {
        return Err("a row without an ID".to_owned());
    }
    for text in [&row.message, &row.status, &row.last_run, &row.primary_owner] {
        if token::holds_token(text) || text.contains(char::is_control) {
            return Err(format!("shown: {text:?}"));
        }
    }
    for field in &row.metadata {
        let kept = field.kind == SecretType::Secret && !field.value.is_empty();
        if kept || token::looks_like_token(&field.value) || field.key.is_empty() {
            return Err(format!("kept: {field:?}"));
        }
    }
    let status = Status::of(row, None);
    let says_so = row.message.eq_ignore_ascii_case("data available");
    if status.state == State::Connected && !says_so {
        return Err(format!("connected by {row:?}"));
    }
    // As long as nothing newer is shown, nothing is known of the new sync.
    if Status::of(row, Some(&row.last_run)).state != State::Running && !row.last_run.is_empty() {
        return Err(format!("an old answer taken for a new one: {row:?}"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::integrations::tests::{field, row};
    use crate::table::write_row;

    const COLUMNS: [&str; 7] = [
        "ID",
        "Name",
        "Last Run",
        "Status",
        "Message",
        "Metadata",
        "Description",
    ];

    fn cell() -> impl Strategy<Value = String> {
        prop_oneof![
            any::<String>(),
            "[ -~]{0,60}",
            prop::sample::select(vec![
                "active", "inactive", "Data Available", "1 error occured", "In progress", "",
                "=1+1", "bitbucket/01H965ZRNQHAS2B8GKJA85X75D", "2026-11-24T12:00:00Z",
                "x=ATCTT3xFfGN0canary-0123456789abcdefghijklmnop=AB12CD34",
                "[{\"key\":\"k\",\"type\":\"public\",\"value\":\"ATATT3xFfGF0canary-0123456789abcdef\"}]",
                "[{\"key\":\"k\",\"value\":\"hidden\"},7,null]",
            ])
            .prop_map(str::to_owned),
        ]
    }

    fn file(rows: &[Vec<String>]) -> String {
        let mut file = String::new();
        write_row(&mut file, COLUMNS);
        for row in rows {
            write_row(&mut file, row.iter().map(String::as_str));
        }
        file
    }

    proptest! {
        #[test]
        fn every_row_is_fit_to_be_shown_and_claims_nothing(
            rows in prop::collection::vec(prop::collection::vec(cell(), 0..9), 0..6),
        ) {
            let read = integrations(file(&rows).as_bytes()).expect("the table");
            for row in &read {
                prop_assert_eq!(hold(row), Ok(()));
            }
            let with_id = |row: &&Vec<String>| row.first().is_some_and(|id| !id.trim().is_empty());
            prop_assert_eq!(read.len(), rows.iter().filter(with_id).count());
        }

        #[test]
        fn a_description_is_kept_to_the_letter(description in any::<String>()) {
            let cells = ["a/1", "", "", "", "", "", &description].map(str::to_owned).to_vec();
            let read = integrations(file(&[cells]).as_bytes()).expect("the table");
            prop_assert_eq!(&read[0].description, &description);
        }

        #[test]
        fn any_bytes_are_a_table_or_none(bytes in any::<Vec<u8>>()) {
            for row in integrations(&bytes).unwrap_or_default() {
                prop_assert_eq!(hold(&row), Ok(()));
            }
        }
    }

    #[test]
    fn what_breaks_a_rule_is_told() {
        let token = "ATCTT3xFfGN0canary-0123456789abcdefghijklmnop";
        let with = |change: fn(&mut Integration, &str)| {
            let mut row = row("bitbucket/1");
            change(&mut row, token);
            hold(&row)
        };
        assert_eq!(with(|_, _| {}), Ok(()));
        assert!(with(|row, _| row.id.clear()).is_err());
        assert!(with(|row, token| row.message = format!("x={token}")).is_err());
        let kept = |row: &mut Integration, token: &str| {
            row.metadata = vec![field("Token", "token", SecretType::Secret, token)];
        };
        assert!(with(kept).is_err());
    }
}
