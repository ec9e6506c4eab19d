//! Reading a workspace into entities and relations.

use bbsetup_extract::{EntityCounts, Gap, Mode, RelationCounts, Stage, StageName};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::ProblemJson;

/// What is read of who may do what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ReadingModeJson {
    /// Every grant as it was given, to people and to groups.
    #[default]
    Grants,
    /// The strongest permission of each person on each repository, however it came about: few
    /// requests, and no word on whether it is direct or through a group.
    Effective,
}

/// Entities by their source type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, TS)]
pub struct EntityCountsJson {
    /// People.
    pub user: u64,
    /// Apps, such as access tokens that act on their own.
    pub app_user: u64,
    /// Groups.
    pub group: u64,
    /// The workspace.
    pub workspace: u64,
    /// Projects.
    pub project: u64,
    /// Repositories.
    pub repository: u64,
}

/// Relations by what they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, TS)]
pub struct RelationCountsJson {
    /// Memberships of the workspace.
    pub workspace_member: u64,
    /// Memberships of groups.
    pub group_member: u64,
    /// Grants on projects to accounts.
    pub project_user: u64,
    /// Grants on projects to groups.
    pub project_group: u64,
    /// Grants on repositories to accounts; read as effective, what each account comes to.
    pub repository_user: u64,
    /// Grants on repositories to groups.
    pub repository_group: u64,
    /// Projects in the workspace, and repositories in projects.
    pub contains: u64,
}

/// Something that could not be read, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct GapJson {
    /// What is missing, by the name of the relation or entity, such as `repository_group`.
    pub what: String,
    /// How many calls of this kind could not be made for this reason.
    pub count: u64,
    /// Of which projects, repositories or groups, by key or slug; the first of them.
    pub of: Vec<String>,
    /// The problem's code.
    pub code: String,
    /// Why, in a sentence.
    pub message: String,
    /// What to do about it, a sentence each.
    pub hints: Vec<String>,
}

/// A file that was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct ExtractedFileJson {
    /// Its name in the folder.
    pub name: String,
    /// Its SHA-256, in hexadecimal.
    pub sha256: String,
    /// Its rows below the header.
    pub rows: u64,
}

/// `bbsetup.extract/1`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct ExtractJson {
    /// Always `bbsetup.extract/1`.
    pub schema: String,
    /// The workspace's ID.
    pub workspace: String,
    /// The folder.
    pub folder: String,
    /// What was read of who may do what.
    pub mode: ReadingModeJson,
    /// Whether everything was read.
    pub complete: bool,
    /// What was read.
    pub entities: EntityCountsJson,
    /// How it belongs together.
    pub relations: RelationCountsJson,
    /// Requests of this run, repeats included.
    pub requests: u64,
    /// Requests of this run that were made again after a refusal or a fault.
    pub retries: u64,
    /// Seconds in which this run waited for Bitbucket's rate limit.
    pub waited_seconds: u64,
    /// Whether an earlier run was gone on with.
    pub resumed: bool,
    /// When the reading began, in UTC; with `resumed`, in an earlier run.
    pub began_at: String,
    /// Milliseconds that this run took.
    pub elapsed_ms: u64,
    /// What could not be read.
    pub gaps: Vec<GapJson>,
    /// Names of what was taken away in Bitbucket while it was read; it is not in the files.
    pub vanished: Vec<String>,
    /// The files that were written; none where the run stopped before its end.
    pub files: Vec<ExtractedFileJson>,
    /// Whether the run stopped behind something that was read, so that another goes on from there.
    pub resumable: bool,
    /// What stopped the run.
    pub problems: Vec<ProblemJson>,
}

/// `manifest.json`, `bbsetup.manifest/1`: what was read, without what differs from run to run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ManifestJson {
    /// Always `bbsetup.manifest/1`.
    pub schema: String,
    /// The workspace's ID.
    pub workspace: String,
    /// What was read of who may do what.
    pub mode: ReadingModeJson,
    /// Whether everything was read.
    pub complete: bool,
    /// What was read.
    pub entities: EntityCountsJson,
    /// How it belongs together.
    pub relations: RelationCountsJson,
    /// What could not be read.
    pub gaps: Vec<GapJson>,
    /// Names of what was taken away in Bitbucket while it was read.
    pub vanished: Vec<String>,
    /// The files.
    pub files: Vec<ExtractedFileJson>,
}

impl From<ReadingModeJson> for Mode {
    fn from(mode: ReadingModeJson) -> Self {
        match mode {
            ReadingModeJson::Grants => Self::Grants,
            ReadingModeJson::Effective => Self::Effective,
        }
    }
}

impl From<Mode> for ReadingModeJson {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Grants => Self::Grants,
            Mode::Effective => Self::Effective,
        }
    }
}

impl From<EntityCounts> for EntityCountsJson {
    fn from(counts: EntityCounts) -> Self {
        let EntityCounts {
            user,
            app_user,
            group,
            workspace,
            project,
            repository,
        } = counts;
        Self {
            user,
            app_user,
            group,
            workspace,
            project,
            repository,
        }
    }
}

impl From<RelationCounts> for RelationCountsJson {
    fn from(counts: RelationCounts) -> Self {
        let RelationCounts {
            workspace_member,
            group_member,
            project_user,
            project_group,
            repository_user,
            repository_group,
            contains,
        } = counts;
        Self {
            workspace_member,
            group_member,
            project_user,
            project_group,
            repository_user,
            repository_group,
            contains,
        }
    }
}

impl From<Gap> for GapJson {
    fn from(gap: Gap) -> Self {
        let Gap {
            what,
            count,
            of,
            code,
            message,
            hints,
        } = gap;
        Self {
            what: what.to_owned(),
            count,
            of,
            code: code.as_str().to_owned(),
            message,
            hints,
        }
    }
}

impl From<StageName> for StageNameJson {
    fn from(name: StageName) -> Self {
        match name {
            StageName::Members => Self::Members,
            StageName::Groups => Self::Groups,
            StageName::Projects => Self::Projects,
            StageName::Repositories => Self::Repositories,
            StageName::ProjectPermissions => Self::ProjectPermissions,
            StageName::RepositoryPermissions => Self::RepositoryPermissions,
        }
    }
}

impl From<Stage> for StageJson {
    fn from(stage: Stage) -> Self {
        let Stage {
            name,
            done,
            total,
            ended,
            gaps,
        } = stage;
        Self {
            stage: name.into(),
            done,
            total,
            ended,
            gaps,
        }
    }
}

/// A part of a reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum StageNameJson {
    /// The members of the workspace.
    Members,
    /// The groups and who is in them.
    Groups,
    /// The projects.
    Projects,
    /// The repositories.
    Repositories,
    /// Who may do what in projects.
    ProjectPermissions,
    /// Who may do what in repositories.
    RepositoryPermissions,
}

/// How far a part of a reading is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
pub struct StageJson {
    /// Which part.
    pub stage: StageNameJson,
    /// What was read of it: members, groups, projects, repositories; for permissions, the projects or
    /// repositories whose permissions were read.
    pub done: u64,
    /// How many there are, once that is known.
    pub total: Option<u64>,
    /// Whether all of it was read.
    pub ended: bool,
    /// How many calls could not be made.
    pub gaps: u64,
}

/// How far a reading is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct ReadingProgressJson {
    /// Its parts, in their order.
    pub stages: Vec<StageJson>,
    /// Requests so far.
    pub requests: u64,
    /// Requests that are still to be made, as far as that is known.
    pub requests_left: u64,
    /// Requests that were made again.
    pub retries: u64,
    /// Requests under way.
    pub in_flight: u32,
    /// Requests that may be made within an hour; nothing where no limit is known.
    pub hourly_limit: Option<u32>,
    /// How many of them are left.
    pub hourly_left: Option<u32>,
    /// Seconds until the end, as it looks now; nothing before that can be told.
    pub seconds_left: Option<u64>,
}

/// What is told of a reading, in this order: `started`, then `progress` and `waiting`, `writing`,
/// and `finished`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum ExtractEventJson {
    /// It begins, or goes on.
    Started {
        /// Whether an earlier run is gone on with.
        resumed: bool,
        /// When that one began, in UTC.
        began_at: String,
    },
    /// How far it is; told a few times a second at most.
    Progress {
        /// How far.
        progress: ReadingProgressJson,
    },
    /// It waits for Bitbucket's rate limit, or for its own budget.
    Waiting {
        /// Until when, in UTC.
        until: String,
        /// For how many seconds.
        seconds: u64,
        /// Why, in a sentence.
        reason: String,
    },
    /// Everything is read, and the files are written.
    Writing,
    /// The end.
    Finished {
        /// The document.
        extract: Box<ExtractJson>,
    },
}

/// `bbsetup.estimate/1`: what a reading would need.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct EstimateJson {
    /// Always `bbsetup.estimate/1`.
    pub schema: String,
    /// The workspace's ID.
    pub workspace: String,
    /// What would be read of who may do what.
    pub mode: ReadingModeJson,
    /// Requests that the reading would make.
    pub requests: u64,
    /// Rows of both files.
    pub rows: u64,
    /// Seconds that it would take within the budget.
    pub seconds_at_budget: u64,
    /// Requests an hour that were reckoned with; 0 where without a limit.
    pub hourly_limit: u32,
    /// Where that number comes from, in a sentence.
    pub limit_from: String,
    /// What there is to read, as Bitbucket counts it.
    pub entities: EntityCountsJson,
    /// How many relations there are; of grants, by a sample.
    pub relations: RelationCountsJson,
    /// How many projects and repositories the numbers of grants were reckoned from.
    pub sampled: u64,
    /// Requests that this estimate made.
    pub requests_made: u64,
    /// What could not be told, a sentence each.
    pub notes: Vec<String>,
    /// What stood in the way.
    pub problems: Vec<ProblemJson>,
}

/// What a person asks of a reading.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, TS)]
pub struct ReadingJson {
    /// The folder to write into, as typed; it is made where it is not there.
    pub folder: String,
    /// What is read of who may do what.
    pub mode: ReadingModeJson,
    /// Whether to write a second copy for spreadsheets.
    pub spreadsheet_safe: bool,
    /// Whether to begin anew where an earlier reading stopped half-way.
    pub afresh: bool,
}

/// What a folder holds of a reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ReadingStateJson {
    /// Nothing.
    Nothing,
    /// One that stopped half-way and can be gone on with.
    Unfinished,
    /// One that is done, with or without gaps.
    Done,
}

/// Where a workspace is read to, and what is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct ReadingPlaceJson {
    /// The workspace's ID.
    pub workspace: String,
    /// The folder: the one that was asked about, else the one that is offered.
    pub folder: String,
    /// What it holds.
    pub state: ReadingStateJson,
    /// What that reads of who may do what.
    pub mode: Option<ReadingModeJson>,
    /// When that began, in UTC.
    pub began_at: Option<String>,
}
