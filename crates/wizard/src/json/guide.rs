//! What a step says, for the window.

use bbsetup_setup::guide::{Guide, Instruction, Link, Note, Picture, PictureRow};
use serde::Serialize;
use ts_rs::TS;

/// Everything that a step says. Text between `**` is a label of Bitbucket's or BalkanID's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct GuideJson {
    /// The step's name, such as `workspace_token`.
    pub step: String,
    /// The page's heading.
    pub title: String,
    /// What it is for.
    pub purpose: String,
    /// Which part of BalkanID's page it is.
    pub documented_as: Option<String>,
    /// What to do, in order.
    pub instructions: Vec<InstructionJson>,
    /// Where documents and reality differ.
    pub notes: Vec<NoteJson>,
    /// What to click.
    pub picture: Option<PictureJson>,
}

/// One thing to do in the other tab.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct InstructionJson {
    /// What to do.
    pub text: String,
    /// The page where it is done.
    pub link: Option<LinkJson>,
    /// A text worth copying, one item a line.
    pub copy: Option<String>,
}

/// A page that a button opens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct LinkJson {
    /// The button's text.
    pub label: String,
    /// The address.
    pub url: String,
}

/// A plain sentence where documents and reality differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct NoteJson {
    /// The sentence.
    pub text: String,
    /// Where it comes from.
    pub source: LinkJson,
}

/// A drawing of what to click.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct PictureJson {
    /// Whose page it is.
    pub place: String,
    /// The page's heading.
    pub title: String,
    /// What is on it, from top to bottom.
    pub rows: Vec<PictureRowJson>,
    /// The same in words.
    pub text: String,
}

/// One row of a drawing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "row", rename_all = "snake_case")]
pub enum PictureRowJson {
    /// A menu path, outermost first.
    Path {
        /// Its parts.
        parts: Vec<String>,
    },
    /// A labelled field with an example.
    Field {
        /// The label.
        label: String,
        /// An example.
        value: String,
        /// Whether this is what to look for.
        marked: bool,
    },
    /// A box to tick or to leave alone.
    Tick {
        /// The group; empty where the row above has named it.
        group: String,
        /// The label.
        label: String,
        /// Whether to tick it.
        ticked: bool,
    },
    /// A button to press.
    Button {
        /// Its text.
        label: String,
    },
}

impl From<Guide> for GuideJson {
    fn from(guide: Guide) -> Self {
        let Guide {
            step,
            purpose,
            documented_as,
            instructions,
            notes,
            picture,
        } = guide;
        Self {
            step: step.as_str().to_owned(),
            title: step.title().to_owned(),
            purpose,
            documented_as,
            instructions: instructions.into_iter().map(Into::into).collect(),
            notes: notes.into_iter().map(Into::into).collect(),
            picture: picture.map(Into::into),
        }
    }
}

impl From<Instruction> for InstructionJson {
    fn from(instruction: Instruction) -> Self {
        let Instruction { text, link, copy } = instruction;
        Self {
            text,
            link: link.map(Into::into),
            copy,
        }
    }
}

impl From<Link> for LinkJson {
    fn from(link: Link) -> Self {
        let Link { label, url } = link;
        Self { label, url }
    }
}

impl From<Note> for NoteJson {
    fn from(note: Note) -> Self {
        let Note { text, source } = note;
        Self {
            text,
            source: source.into(),
        }
    }
}

impl From<Picture> for PictureJson {
    fn from(picture: Picture) -> Self {
        let text = picture.text();
        let Picture { place, title, rows } = picture;
        Self {
            place,
            title,
            rows: rows.into_iter().map(Into::into).collect(),
            text,
        }
    }
}

impl From<PictureRow> for PictureRowJson {
    fn from(row: PictureRow) -> Self {
        match row {
            PictureRow::Path(parts) => Self::Path { parts },
            PictureRow::Field {
                label,
                value,
                marked,
            } => Self::Field {
                label,
                value,
                marked,
            },
            PictureRow::Tick {
                group,
                label,
                ticked,
            } => Self::Tick {
                group,
                label,
                ticked,
            },
            PictureRow::Button(label) => Self::Button { label },
        }
    }
}
