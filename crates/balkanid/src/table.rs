//! BalkanID's CSV files: read leniently by the names of the columns, written exactly.

use std::collections::BTreeMap;

/// A file's rows, each by the column's name.
#[derive(Debug)]
pub(crate) struct Table {
    columns: BTreeMap<String, usize>,
    rows: Vec<csv::StringRecord>,
}

/// Why a file is no table of BalkanID's.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NotTheTable {
    /// There is no header row.
    Empty,
    /// Columns that answers hang on are not there.
    MissingColumns(Vec<&'static str>),
    /// It does not read as CSV.
    NotCsv,
}

impl Table {
    /// Reads a file. The order of the columns, their case, unknown ones and a byte order mark do
    /// not matter, nor does the `*` with which BalkanID's pages mark a column as required.
    pub(crate) fn read(bytes: &[u8], required: &[&'static str]) -> Result<Self, NotTheTable> {
        let text = String::from_utf8_lossy(bytes);
        let text = text.trim_start_matches('\u{feff}');
        if text.trim().is_empty() {
            return Err(NotTheTable::Empty);
        }
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .from_reader(text.as_bytes());
        let columns: BTreeMap<String, usize> = reader
            .headers()
            .map_err(|_| NotTheTable::NotCsv)?
            .iter()
            .enumerate()
            .map(|(place, name)| (folded(name), place))
            .collect();
        let missing: Vec<&'static str> = required
            .iter()
            .copied()
            .filter(|name| !columns.contains_key(&folded(name)))
            .collect();
        if !missing.is_empty() {
            return Err(NotTheTable::MissingColumns(missing));
        }
        let rows = reader
            .records()
            .collect::<Result<Vec<_>, _>>()
            .map_err(|_| NotTheTable::NotCsv)?;
        Ok(Self { columns, rows })
    }

    /// The rows, each as a way to its cells; a cell that is not there is empty.
    pub(crate) fn rows(&self) -> impl Iterator<Item = Cells<'_>> {
        self.rows.iter().map(|record| Cells {
            columns: &self.columns,
            record,
        })
    }
}

impl NotTheTable {
    /// What is wrong with the file, as a sentence.
    pub(crate) fn sentence(&self) -> String {
        match self {
            Self::Empty => "The file is empty, without even a header row.".to_owned(),
            Self::MissingColumns(names) => {
                format!("The file has not the columns {}.", names.join(", "))
            }
            Self::NotCsv => "The file does not read as CSV.".to_owned(),
        }
    }
}

/// One row.
pub(crate) struct Cells<'a> {
    columns: &'a BTreeMap<String, usize>,
    record: &'a csv::StringRecord,
}

impl Cells<'_> {
    /// The cell under a column, as it stands.
    pub(crate) fn exact(&self, column: &str) -> String {
        self.columns
            .get(&folded(column))
            .and_then(|place| self.record.get(*place))
            .unwrap_or_default()
            .to_owned()
    }

    /// The cell under a column, without the spaces around it.
    pub(crate) fn text(&self, column: &str) -> String {
        self.exact(column).trim().to_owned()
    }
}

fn folded(name: &str) -> String {
    name.trim()
        .trim_end_matches('*')
        .trim_end()
        .to_ascii_lowercase()
}

/// Appends one row to `out`, every cell quoted as RFC 4180 has it.
///
/// Written by hand, since a writer's own buffer would keep a copy of the secrets in it. `out` does
/// not grow if it has room for twice the cells' lengths and three characters a cell.
pub(crate) fn write_row<'a>(out: &mut String, cells: impl IntoIterator<Item = &'a str>) {
    for (place, cell) in cells.into_iter().enumerate() {
        if place > 0 {
            out.push(',');
        }
        out.push('"');
        for character in cell.chars() {
            if character == '"' {
                out.push('"');
            }
            out.push(character);
        }
        out.push('"');
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn columns_are_found_by_name_in_any_order_and_case() {
        let table = Table::read(
            "\u{feff}Extra,name*,ID *\n?,\"Bitbucket, Cloud\",bitbucket/1\nshort\n".as_bytes(),
            &["ID", "Name"],
        )
        .expect("a table");
        let rows: Vec<(String, String)> = table
            .rows()
            .map(|cells| (cells.text("ID"), cells.text("Name")))
            .collect();
        assert_eq!(
            rows,
            [
                ("bitbucket/1".into(), "Bitbucket, Cloud".into()),
                (String::new(), String::new())
            ]
        );
    }

    #[test]
    fn what_is_no_table_is_told_apart() {
        let refused = |text: &str| {
            Table::read(text.as_bytes(), &["ID", "Status"]).expect_err("no table of ours")
        };
        assert_eq!(refused(" \n"), NotTheTable::Empty);
        assert_eq!(
            refused("<html><body>sign in</body></html>"),
            NotTheTable::MissingColumns(vec!["ID", "Status"])
        );
        assert_eq!(
            refused("ID,Name\n1,x\n"),
            NotTheTable::MissingColumns(vec!["Status"])
        );
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(cells in prop::collection::vec(any::<String>(), 2..6)) {
            let mut written = String::new();
            write_row(&mut written, cells.iter().map(String::as_str));
            let mut reader = csv::ReaderBuilder::new()
                .has_headers(false)
                .from_reader(written.as_bytes());
            let read: Vec<String> = reader
                .records()
                .next()
                .expect("one row")
                .expect("CSV")
                .iter()
                .map(str::to_owned)
                .collect();
            prop_assert_eq!(read, cells);
        }
    }
}
