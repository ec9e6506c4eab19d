//! What can be wrong with a file.

use std::borrow::Cow;

/// One problem of a file, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The place of the file among those that were given.
    pub file: usize,
    /// The row as a spreadsheet shows it: the header is row 1.
    pub row: u64,
    /// The column's name; nothing where it is about the row or the file.
    pub column: Option<Cow<'static, str>>,
    /// What is wrong.
    pub code: FindingCode,
    /// What is wrong, in a sentence.
    pub message: String,
}

/// Whether a file can be sent with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// It is mended before the file is sent.
    Error,
    /// Worth a look.
    Warning,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $weight:ident;)*) => {
        /// What is wrong, named so that a person would mend each in another way.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum FindingCode {
            $($(#[$doc])* $name,)*
        }

        impl FindingCode {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The name in JSON.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// Whether a file can be sent with it.
            pub fn weight(self) -> Weight {
                match self { $(Self::$name => Weight::$weight,)* }
            }
        }
    };
}

codes! {
    /// Not a byte, or nothing but a byte order mark.
    FileEmpty = "file_empty", Error;
    /// Larger than a storage takes in one piece.
    FileTooLarge = "file_too_large", Error;
    /// A workbook or a packed file.
    NotCsv = "not_csv", Error;
    /// UTF-16, as Excel's "Unicode text" is.
    Utf16 = "utf16", Error;
    /// A byte order mark of UTF-8.
    ByteOrderMark = "byte_order_mark", Warning;
    /// Excel's own first line `sep=`.
    SeparatorLine = "separator_line", Error;
    /// Semicolons or tabs in place of commas.
    SeparatorNotComma = "separator_not_comma", Error;
    /// The first row is no header of either kind.
    HeaderMissing = "header_missing", Error;
    /// A column is not there.
    ColumnMissing = "column_missing", Error;
    /// A column that BalkanID does not know.
    ColumnUnknown = "column_unknown", Error;
    /// A column that is named almost right.
    ColumnMisspelt = "column_misspelt", Error;
    /// A column that stands there twice.
    ColumnDuplicate = "column_duplicate", Error;
    /// All columns are there, in another order.
    ColumnsOutOfOrder = "columns_out_of_order", Error;
    /// No row below the header of a file of entities.
    NoRows = "no_rows", Error;
    /// No row below the header of a file of relations.
    NoRelations = "no_relations", Warning;
    /// More or fewer cells than columns.
    CellCountDiffers = "cell_count_differs", Error;
    /// Nothing but separators.
    RowEmpty = "row_empty", Error;
    /// A line with nothing at all.
    LineBlank = "line_blank", Warning;
    /// A quote that is never closed.
    QuoteUnclosed = "quote_unclosed", Error;
    /// A quote in the middle of a cell that is not quoted, or text behind a closing one.
    QuoteStray = "quote_stray", Error;
    /// A carriage return alone ends a row.
    LoneCarriageReturn = "lone_carriage_return", Error;
    /// Rows end in two ways.
    LineEndsMixed = "line_ends_mixed", Warning;
    /// Bytes that are no UTF-8.
    NotUtf8 = "not_utf8", Error;
    /// A character that an earlier conversion lost.
    ReplacementCharacter = "replacement_character", Warning;
    /// A character that is no text.
    ControlCharacter = "control_character", Error;
    /// A cell that is too large to be looked at.
    CellTooLarge = "cell_too_large", Error;
    /// A required cell is empty.
    ValueMissing = "value_missing", Error;
    /// Spaces around a value.
    ValueHasOuterSpaces = "value_has_outer_spaces", Warning;
    /// Neither identity, connection nor resource.
    EntityTypeUnknown = "entity_type_unknown", Error;
    /// An entity that stands there already.
    SourceIdDuplicate = "source_id_duplicate", Error;
    /// An end of a relation that is no entity.
    RelationEndMissing = "relation_end_missing", Error;
    /// An end of a relation that is an entity of another type.
    RelationEndTypeDiffers = "relation_end_type_differs", Error;
    /// A relation that stands there already, to the letter.
    RelationDuplicate = "relation_duplicate", Warning;
    /// Both ends are the same entity.
    RelationToItself = "relation_to_itself", Warning;
    /// Metadata that is no JSON.
    MetadataNotJson = "metadata_not_json", Error;
    /// Metadata that is JSON, but no object.
    MetadataNotObject = "metadata_not_object", Error;
}

impl FindingCode {
    /// Whether it leaves all entities of a file, or all that follow, unseen.
    pub(super) fn hides_entities(self, column: Option<&str>) -> bool {
        match self {
            Self::QuoteUnclosed => true,
            Self::ColumnMissing => matches!(column, Some("Entity Type" | "Source ID")),
            _ => false,
        }
    }
}
