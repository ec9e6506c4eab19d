//! The first bytes of a file: what it is at all.

use super::finding::FindingCode;

/// The byte order mark of UTF-8.
pub(super) const MARK: [u8; 3] = [0xef, 0xbb, 0xbf];
/// As many bytes tell what a file is.
pub(super) const WANTED: usize = 512;

/// What the first bytes tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beginning {
    /// Text; with a byte order mark or without.
    Text { marked: bool },
    /// Nothing that rows can be read of.
    Other(FindingCode, &'static str),
}

impl Beginning {
    pub(super) fn of(bytes: &[u8]) -> Self {
        let marked = bytes.starts_with(&MARK);
        if bytes.is_empty() || bytes == MARK {
            return Self::Other(FindingCode::FileEmpty, "The file is empty.");
        }
        if bytes.starts_with(&[0xff, 0xfe])
            || bytes.starts_with(&[0xfe, 0xff])
            || has_a_nothing_in_every_pair(bytes)
        {
            return Self::Other(
                FindingCode::Utf16,
                "The file is UTF-16, not UTF-8; none of its rows was looked at. In Excel, save it as “CSV UTF-8 (Comma delimited)”.",
            );
        }
        if bytes.starts_with(b"PK\x03\x04") {
            return Self::Other(
                FindingCode::NotCsv,
                "The file is a workbook or a zip, not CSV. In Excel, save it as “CSV UTF-8 (Comma delimited)”.",
            );
        }
        if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
            return Self::Other(
                FindingCode::NotCsv,
                "The file is a workbook of an old Excel, not CSV. Save it as “CSV UTF-8 (Comma delimited)”.",
            );
        }
        if bytes.starts_with(&[0x1f, 0x8b]) {
            return Self::Other(
                FindingCode::NotCsv,
                "The file is packed by gzip. Unpack it first.",
            );
        }
        Self::Text { marked }
    }
}

/// UTF-16 without a mark: of text in Latin letters every other byte is zero.
fn has_a_nothing_in_every_pair(bytes: &[u8]) -> bool {
    let pairs = bytes.chunks_exact(2);
    let (all, with) = pairs.fold((0, 0), |(all, with), pair| {
        (
            all + 1,
            with + usize::from((pair[0] == 0) != (pair[1] == 0)),
        )
    });
    all >= 4 && with * 10 >= all * 9
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_told_by_its_first_bytes() {
        let code = |bytes: &[u8]| match Beginning::of(bytes) {
            Beginning::Text { marked } => Err(marked),
            Beginning::Other(code, _) => Ok(code),
        };
        assert_eq!(code(b""), Ok(FindingCode::FileEmpty));
        assert_eq!(code(&MARK), Ok(FindingCode::FileEmpty));
        assert_eq!(code(b"App,Name"), Err(false));
        assert_eq!(code(b"\xef\xbb\xbfApp"), Err(true));
        assert_eq!(code(b"PK\x03\x04..."), Ok(FindingCode::NotCsv));
        let wide: Vec<u8> = "App,Name,Entity"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(code(&wide), Ok(FindingCode::Utf16));
        assert_eq!(
            code(&[&[0xff, 0xfe], wide.as_slice()].concat()),
            Ok(FindingCode::Utf16)
        );
        let other: Vec<u8> = "App,Name,Entity"
            .encode_utf16()
            .flat_map(u16::to_be_bytes)
            .collect();
        assert_eq!(code(&other), Ok(FindingCode::Utf16));
    }
}
