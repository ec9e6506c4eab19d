//! The workspaces that are read, and the fewest requests that can read them.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::ValueEnum;
use serde_json::Value;

/// A workspace of a size that others were measured with, and two that are each ten times as big.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Workload {
    /// 200 people, 20 groups, 10 projects, 200 repositories
    #[value(name = "A", alias = "a")]
    A,
    /// 2,000 people, 100 groups, 40 projects, 2,000 repositories
    #[value(name = "B", alias = "b")]
    B,
    /// 20,000 people, 500 groups, 400 projects, 20,000 repositories
    #[value(name = "C", alias = "c")]
    C,
}

/// How many there are of what costs requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) users: u32,
    pub(crate) projects: u32,
    pub(crate) repositories: u32,
}

impl Workload {
    pub(crate) const ALL: [Self; 3] = [Self::A, Self::B, Self::C];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
        }
    }

    /// The scenario's file.
    pub(crate) fn scenario(self) -> PathBuf {
        let file = format!("workload-{}.json", self.name().to_ascii_lowercase());
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("src/bench")
            .join(file)
    }

    /// How big it is, as its file says.
    pub(crate) fn size(self) -> Result<Size> {
        let text = match self {
            Self::A => include_str!("workload-a.json"),
            Self::B => include_str!("workload-b.json"),
            Self::C => include_str!("workload-c.json"),
        };
        let scenario: Value = serde_json::from_str(text)?;
        let generate = &scenario["world"]["workspaces"]["acme"]["generate"];
        let count = |what: &str| -> Result<u32> {
            let count = generate[what].as_u64();
            Ok(u32::try_from(
                count.with_context(|| format!("no count of {what}"))?,
            )?)
        };
        Ok(Size {
            users: count("users")?,
            projects: count("projects")?,
            repositories: count("repositories")?,
        })
    }
}

impl Size {
    /// The fewest requests by which everything can be read, with pages of 100 at most.
    ///
    /// The accounts with their roles, the projects and the repositories come in pages; one request
    /// is for the workspace and one for all groups with their members; the grants of each project
    /// and each repository are two lists, to users and to groups, of which an empty one costs a
    /// request too.
    pub(crate) fn floor(self) -> u32 {
        let pages = |items: u32| items.div_ceil(100);
        let lists = pages(self.users) + pages(self.projects) + pages(self.repositories);
        1 + 1 + lists + 2 * self.projects + 2 * self.repositories
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_floors_are_those_that_the_aims_are_made_of() {
        let floors = Workload::ALL.map(|workload| workload.size().expect("a size").floor());
        assert_eq!(floors, [427, 4_123, 41_206]);
        for workload in Workload::ALL {
            assert!(workload.scenario().is_file(), "{}", workload.name());
        }
    }
}
