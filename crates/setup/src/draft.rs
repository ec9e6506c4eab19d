//! What has been typed so far, and what becomes of it once all is there.

use std::path::{Path, PathBuf};

use crate::optional::{Provisioning, Reviewer, read_reviewer_count, read_reviewers};
use crate::problem::{Problem, ProblemCode};
use crate::{
    ApiUrl, CredentialSlot, Day, DayError, Email, Expiry, Extraction, ExtractionType,
    OptionalConfiguration, ScimUrl, ScimUrlError, WorkspaceId, account, address, expiry, token,
    workspace_id,
};

/// Everything typed so far, as typed, so that nothing is lost, not even what cannot be read.
///
/// It holds no secret: those go to the keychain and nowhere else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// Whether the service account was said to be there.
    pub service_account_confirmed: bool,
    /// The workspace ID.
    pub workspace: Option<String>,
    /// Bitbucket's API URL.
    pub api_url: Option<String>,
    /// The account's e-mail.
    pub account: Option<String>,
    /// The day on which the workspace access token ends.
    pub workspace_token_expires: Option<String>,
    /// The day on which the account's API token ends.
    pub account_token_expires: Option<String>,
    /// BalkanID's REST base.
    pub balkanid_url: Option<String>,
    /// BalkanID's Public API.
    pub balkanid_public_url: Option<String>,
    /// The Primary Application owner, an e-mail.
    pub primary_owner: Option<String>,
    /// The Secondary Application Owner(s), e-mails.
    pub secondary_owners: Vec<String>,
    /// The description.
    pub description: Option<String>,
    /// The extraction type.
    pub extraction: ExtractionType,
    /// The SCIM server's base address.
    pub scim_url: Option<String>,
    /// The SCIM server's user name, where it takes Basic.
    pub scim_user: Option<String>,
    /// The folder with the CSV files.
    pub files: Option<String>,
    /// Who reviews, the first first; empty leaves it to BalkanID.
    pub reviewers: Vec<Reviewer>,
    /// How many review.
    pub reviewer_count: Option<String>,
    /// The ways of provisioning that are on; `None` leaves them as they are.
    pub provisioning: Option<Vec<Provisioning>>,
}

/// A whole set-up: every value parsed, nothing left to check but the world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setup {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// BalkanID's REST API.
    pub balkanid_url: ApiUrl,
    /// BalkanID's Public API; without it a sync is started by hand.
    pub balkanid_public_url: Option<ApiUrl>,
    /// The Primary Application owner; `None` only where [`Owner::Optional`] allowed it.
    pub primary_owner: Option<Email>,
    /// The Secondary Application Owner(s).
    pub secondary_owners: Vec<Email>,
    /// The description, empty where none was given.
    pub description: String,
    /// How BalkanID gets the data.
    pub extraction: Extraction,
    /// The Optional Configuration.
    pub optional: OptionalConfiguration,
}

/// Whether a Primary Application owner has to be named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// BalkanID's form does not save without one.
    Required,
    /// BalkanID's API has no column for owners, so a script may leave it to the form.
    Optional,
}

impl Draft {
    /// Parses everything; on failure lists everything that is missing or cannot be read.
    ///
    /// What the extraction type does not need is not asked for.
    pub fn finish(self, owner: Owner) -> Result<Setup, Vec<Problem>> {
        let mut problems = Vec::new();
        let workspace = keep(read_workspace(self.workspace.as_deref()), &mut problems);
        let extraction = self.read_extraction(&mut problems);
        let balkanid_url = keep(
            read_balkanid_url(self.balkanid_url.as_deref()),
            &mut problems,
        );
        let public_url = keep(
            read_balkanid_public_url(self.balkanid_public_url.as_deref()),
            &mut problems,
        );
        let primary_owner = match (owner, self.primary_owner.as_deref()) {
            (Owner::Optional, typed) if typed.is_none_or(|typed| typed.trim().is_empty()) => {
                Some(None)
            }
            (_, typed) => keep(read_primary_owner(typed), &mut problems).map(Some),
        };
        let secondary_owners: Vec<Option<Email>> = self
            .secondary_owners
            .iter()
            .filter(|typed| !typed.trim().is_empty())
            .map(|typed| keep(read_owner(typed, "secondary-owner"), &mut problems))
            .collect();
        let description = keep(read_description(self.description.as_deref()), &mut problems);
        let optional = self.read_optional(&mut problems);
        match (
            workspace,
            extraction,
            balkanid_url,
            public_url,
            primary_owner,
            description,
            optional,
        ) {
            (
                Some(workspace),
                Some(extraction),
                Some(balkanid_url),
                Some(balkanid_public_url),
                Some(primary_owner),
                Some(description),
                Some(optional),
            ) if problems.is_empty() => Ok(Setup {
                workspace,
                balkanid_url,
                balkanid_public_url,
                primary_owner,
                secondary_owners: secondary_owners.into_iter().flatten().collect(),
                description,
                extraction,
                optional,
            }),
            _ => Err(problems),
        }
    }

    fn read_extraction(&self, problems: &mut Vec<Problem>) -> Option<Extraction> {
        match self.extraction {
            ExtractionType::Direct => {
                let api_url = keep(read_api_url(self.api_url.as_deref()), problems);
                let account = keep(read_account(self.account.as_deref()), problems);
                let expiries: Vec<Option<Option<Expiry>>> = CredentialSlot::ALL
                    .map(|slot| keep(read_expiry(slot, self.expires(slot)), problems))
                    .into();
                Some(Extraction::Direct {
                    api_url: api_url?,
                    account: account?,
                    expiries: expiries.into_iter().flatten().flatten().collect(),
                })
            }
            ExtractionType::Scim => {
                let url = keep(read_scim_url(self.scim_url.as_deref()), problems);
                let user = keep(read_scim_user(self.scim_user.as_deref()), problems);
                Some(Extraction::Scim {
                    url: url?,
                    user: user?,
                })
            }
            ExtractionType::ManualUpload => Some(Extraction::ManualUpload {
                folder: keep(read_files(self.files.as_deref()), problems)?,
            }),
            ExtractionType::AutomatedUpload => Some(Extraction::AutomatedUpload {
                folder: keep(read_files(self.files.as_deref()), problems)?,
            }),
        }
    }

    fn read_optional(&self, problems: &mut Vec<Problem>) -> Option<OptionalConfiguration> {
        let reviewers = keep(read_reviewers(&self.reviewers), problems);
        let reviewer_count = keep(
            read_reviewer_count(self.reviewer_count.as_deref()),
            problems,
        );
        Some(OptionalConfiguration {
            reviewers: reviewers?,
            reviewer_count: reviewer_count?,
            provisioning: self
                .provisioning
                .as_ref()
                .map(|ways| ways.iter().copied().collect()),
        })
    }

    /// What is wrong with what is asked about the extraction type and the optional configuration
    /// alone.
    pub fn problems_of_extraction(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if !self.extraction.needs_bitbucket() {
            self.read_extraction(&mut problems);
        }
        self.read_optional(&mut problems);
        problems
    }

    /// The Optional Configuration as far as it can be read, in one line; empty where nothing is set.
    pub fn optional_in_words(&self) -> String {
        let read = self.read_optional(&mut Vec::new()).unwrap_or_default();
        let lines: Vec<String> = read
            .in_words()
            .into_iter()
            .map(|(label, words)| format!("{label}: {words}"))
            .collect();
        lines.join("; ")
    }

    /// What was typed for the day on which a token ends.
    pub fn expires(&self, slot: CredentialSlot) -> Option<&str> {
        match slot {
            CredentialSlot::WorkspaceToken => self.workspace_token_expires.as_deref(),
            CredentialSlot::Account => self.account_token_expires.as_deref(),
        }
    }

    /// Takes another day for it.
    pub fn set_expires(&mut self, slot: CredentialSlot, typed: Option<String>) {
        match slot {
            CredentialSlot::WorkspaceToken => self.workspace_token_expires = typed,
            CredentialSlot::Account => self.account_token_expires = typed,
        }
    }

    /// When each token ends, as far as that was entered and can be read.
    pub fn expiries(&self) -> Vec<Expiry> {
        CredentialSlot::ALL
            .into_iter()
            .filter_map(|slot| read_expiry(slot, self.expires(slot)).ok().flatten())
            .collect()
    }
}

fn keep<T>(read: Result<T, Problem>, problems: &mut Vec<Problem>) -> Option<T> {
    read.map_err(|problem| problems.push(problem)).ok()
}

/// Reads what was typed for the workspace ID.
pub fn read_workspace(typed: Option<&str>) -> Result<WorkspaceId, Problem> {
    use workspace_id::WorkspaceIdError;
    WorkspaceId::parse(typed.unwrap_or_default()).map_err(|error| {
        let code = match error {
            WorkspaceIdError::Empty => ProblemCode::ValueMissing,
            WorkspaceIdError::Token | WorkspaceIdError::Email(_) => ProblemCode::WrongField,
            WorkspaceIdError::DisplayName(_)
            | WorkspaceIdError::AddressWithoutWorkspace(_)
            | WorkspaceIdError::OtherSite(_)
            | WorkspaceIdError::Character { .. }
            | WorkspaceIdError::TooLong { .. } => ProblemCode::ValueUnreadable,
        };
        Problem::new(code, error.to_string())
            .on_field("workspace")
            .with_first_hint("It stands under Workspace settings > Workspace ID; any address of the workspace copied from the browser works too.")
    })
}

/// Reads what was typed for Bitbucket's API URL; nothing typed means Bitbucket Cloud.
pub fn read_api_url(typed: Option<&str>) -> Result<ApiUrl, Problem> {
    match typed.filter(|typed| !typed.trim().is_empty()) {
        None => Ok(ApiUrl::bitbucket_cloud()),
        Some(typed) => {
            ApiUrl::parse_bitbucket(typed).map_err(|error| address_problem(&error, "api-url"))
        }
    }
}

/// Reads what was typed for BalkanID's REST base; nothing typed means BalkanID's own.
pub fn read_balkanid_url(typed: Option<&str>) -> Result<ApiUrl, Problem> {
    match typed.filter(|typed| !typed.trim().is_empty()) {
        None => Ok(ApiUrl::balkanid()),
        Some(typed) => {
            ApiUrl::parse_balkanid(typed).map_err(|error| address_problem(&error, "balkanid-url"))
        }
    }
}

/// Reads what was typed for BalkanID's Public API; nothing typed means none.
pub fn read_balkanid_public_url(typed: Option<&str>) -> Result<Option<ApiUrl>, Problem> {
    match typed.filter(|typed| !typed.trim().is_empty()) {
        None => Ok(None),
        Some(typed) => ApiUrl::parse_balkanid_public(typed)
            .map(Some)
            .map_err(|error| address_problem(&error, "balkanid-public-url")),
    }
}

/// Reads what was typed for the SCIM server's base address. The problem never repeats a password in
/// it.
pub fn read_scim_url(typed: Option<&str>) -> Result<ScimUrl, Problem> {
    ScimUrl::parse(typed.unwrap_or_default()).map_err(|error| {
        let code = match &error {
            ScimUrlError::Empty => ProblemCode::ValueMissing,
            ScimUrlError::Address(address::ApiUrlError::Token) => ProblemCode::WrongField,
            ScimUrlError::Address(address::ApiUrlError::PlainHttp(_)) => {
                ProblemCode::AddressNotAllowed
            }
            ScimUrlError::Address(_) => ProblemCode::ValueUnreadable,
        };
        Problem::new(code, error.to_string())
            .on_field("scim-url")
            .with_hints(vec![
                "It looks like https://id.acme.example/scim/v2 and stands in the SCIM server's settings."
                    .to_owned(),
            ])
    })
}

/// Reads what was typed for the SCIM server's user name; nothing typed means a bearer token.
pub fn read_scim_user(typed: Option<&str>) -> Result<Option<String>, Problem> {
    let Some(typed) = typed.map(str::trim).filter(|typed| !typed.is_empty()) else {
        return Ok(None);
    };
    let problem = |code, message: &str| Err(Problem::new(code, message).on_field("scim-user"));
    if token::holds_token(typed) {
        return problem(
            ProblemCode::WrongField,
            "This is a token, and a user name was asked for; the token has a field of its own.",
        );
    }
    // The colon ends the user name of Basic: <https://www.rfc-editor.org/rfc/rfc7617#section-2>.
    if typed.contains(':') || typed.chars().any(char::is_control) {
        return problem(
            ProblemCode::ValueUnreadable,
            "A user name for Basic holds neither a colon nor a control character.",
        );
    }
    Ok(Some(typed.to_owned()))
}

/// Reads what was typed for the folder with the CSV files. Whether it is there is not looked at.
pub fn read_files(typed: Option<&str>) -> Result<PathBuf, Problem> {
    let typed = typed.unwrap_or_default().trim().trim_matches(['"', '\'']);
    if typed.is_empty() {
        return Err(Problem::new(
            ProblemCode::ValueMissing,
            "The folder with entities.csv and entity_relations.csv is not given.",
        )
        .on_field("files"));
    }
    if token::holds_token(typed) {
        return Err(Problem::new(
            ProblemCode::WrongField,
            "This is a token, and a folder was asked for; the token has a field of its own.",
        )
        .on_field("files"));
    }
    Ok(Path::new(typed).to_owned())
}

/// Reads what was typed for the account's e-mail.
pub fn read_account(typed: Option<&str>) -> Result<Email, Problem> {
    Email::parse(typed.unwrap_or_default()).map_err(|error| {
        let code = match error {
            account::EmailError::Empty => ProblemCode::ValueMissing,
            account::EmailError::UserName(_) | account::EmailError::Unfinished(_) => {
                ProblemCode::EmailExpected
            }
            account::EmailError::Token => ProblemCode::WrongField,
        };
        Problem::new(code, error.to_string()).on_field("account")
    })
}

/// Reads what was typed for the day on which a token ends; nothing typed means that it is not known
/// or that there is none.
pub fn read_expiry(slot: CredentialSlot, typed: Option<&str>) -> Result<Option<Expiry>, Problem> {
    let Some(typed) = typed.filter(|typed| !typed.trim().is_empty()) else {
        return Ok(None);
    };
    match Day::parse(typed) {
        Ok(day) => Ok(Some(Expiry { slot, day })),
        Err(error) => {
            let code = match error {
                DayError::Token => ProblemCode::WrongField,
                DayError::Ambiguous | DayError::Unreadable => ProblemCode::ValueUnreadable,
            };
            Err(Problem::new(code, error.to_string())
                .on_field(expiry::field(slot))
                .with_hints(vec![
                    "Write it as year, month, day, such as 2027-11-20, or leave it empty."
                        .to_owned(),
                ]))
        }
    }
}

/// As [`read_expiry`], and refuses a day that cannot be right.
pub fn read_likely_expiry(
    slot: CredentialSlot,
    typed: Option<&str>,
    today: Day,
) -> Result<Option<Expiry>, Problem> {
    let expiry = read_expiry(slot, typed)?;
    match expiry.and_then(|expiry| expiry.doubt(today)) {
        Some(doubt) => Err(doubt),
        None => Ok(expiry),
    }
}

/// Reads what was typed for the Primary Application owner.
pub fn read_primary_owner(typed: Option<&str>) -> Result<Email, Problem> {
    read_owner(typed.unwrap_or_default(), "primary-owner")
}

/// Reads what was typed for an owner.
pub fn read_owner(typed: &str, field: &'static str) -> Result<Email, Problem> {
    Email::parse(typed).map_err(|error| match error {
        account::EmailError::Empty => Problem::new(
            ProblemCode::ValueMissing,
            "BalkanID asks for a Primary Application owner, and none is given.",
        )
        .with_first_hint("Enter the e-mail with which the owner signs in to BalkanID."),
        account::EmailError::Token => Problem::new(ProblemCode::WrongField, error.to_string()),
        account::EmailError::UserName(typed) | account::EmailError::Unfinished(typed) => Problem::new(
            ProblemCode::ValueUnreadable,
            format!("“{typed}” is not a whole e-mail address; BalkanID knows owners by their e-mail."),
        ),
    }
    .on_field(field))
}

/// Reads what was typed for the description: free text, and so the one value in which a token could
/// hide.
pub fn read_description(typed: Option<&str>) -> Result<String, Problem> {
    let typed = typed.unwrap_or_default();
    if token::holds_token(typed) {
        return Err(Problem::new(
            ProblemCode::WrongField,
            "There is a token in the description; the token has a field of its own.",
        )
        .on_field("description"));
    }
    Ok(typed.trim().to_owned())
}

fn address_problem(error: &address::ApiUrlError, field: &'static str) -> Problem {
    use address::ApiUrlError;
    let code = match error {
        ApiUrlError::PlainHttp(_) | ApiUrlError::Scheme(_) | ApiUrlError::Credentials => {
            ProblemCode::AddressNotAllowed
        }
        ApiUrlError::Empty => ProblemCode::ValueMissing,
        ApiUrlError::NoAddress(_) | ApiUrlError::DocumentationExample(_) => {
            ProblemCode::ValueUnreadable
        }
        ApiUrlError::Token => ProblemCode::WrongField,
        ApiUrlError::DataCenter(_) => ProblemCode::DataCenterFound,
    };
    let problem = Problem::new(code, error.to_string()).on_field(field);
    match (field, code) {
        ("api-url", _) => problem,
        // The table's hint speaks of Bitbucket's address.
        (_, ProblemCode::AddressNotAllowed) => problem.with_hints(vec![
            "BalkanID's addresses begin with https://; plain http is for this machine alone."
                .to_owned(),
        ]),
        _ => problem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole() -> Draft {
        Draft {
            workspace: Some("https://bitbucket.org/acme/".into()),
            account: Some("svc@acme.example".into()),
            primary_owner: Some("owner@acme.example".into()),
            secondary_owners: vec![" ".into(), "second@acme.example".into()],
            ..Draft::default()
        }
    }

    #[test]
    fn a_whole_draft_becomes_a_setup_with_the_usual_addresses() {
        let setup = whole().finish(Owner::Required).expect("a whole draft");
        assert_eq!(setup.workspace.as_str(), "acme");
        let Extraction::Direct { api_url, .. } = setup.extraction else {
            panic!("a Direct integration is what is usual");
        };
        assert_eq!(api_url.to_string(), "https://api.bitbucket.org");
        assert_eq!(setup.balkanid_url.to_string(), "https://app.balkan.id");
        assert_eq!(setup.balkanid_public_url, None);
        assert_eq!(setup.secondary_owners.len(), 1);
    }

    #[test]
    fn each_extraction_type_asks_for_what_it_needs_and_no_more() {
        let missing = |extraction| {
            let draft = Draft {
                workspace: Some("acme".into()),
                primary_owner: Some("owner@acme.example".into()),
                extraction,
                ..Draft::default()
            };
            let problems = draft
                .finish(Owner::Required)
                .expect_err("something is asked");
            let fields: Vec<_> = problems
                .iter()
                .filter_map(|problem| problem.field)
                .collect();
            fields
        };
        assert_eq!(missing(ExtractionType::Direct), ["account"]);
        assert_eq!(missing(ExtractionType::Scim), ["scim-url"]);
        assert_eq!(missing(ExtractionType::ManualUpload), ["files"]);
        assert_eq!(missing(ExtractionType::AutomatedUpload), ["files"]);
    }

    #[test]
    fn a_user_name_with_a_colon_or_a_token_is_told_and_not_repeated() {
        for (typed, code) in [
            ("svc:canary", ProblemCode::ValueUnreadable),
            (
                "ATATT3xFfGF0canarycanarycanarycanarycanarycanary",
                ProblemCode::WrongField,
            ),
        ] {
            let problem = read_scim_user(Some(typed)).expect_err(typed);
            assert_eq!(problem.code, code, "{typed}");
            assert!(!format!("{problem:?}").contains("canary"), "{problem:?}");
        }
        assert_eq!(read_scim_user(Some(" svc ")), Ok(Some("svc".to_owned())));
        assert_eq!(read_scim_user(Some(" ")), Ok(None));
    }

    #[test]
    fn a_token_among_other_words_is_in_the_wrong_field_and_not_repeated() {
        let token = format!("ATCTT3xFfGN0{}", "canary".repeat(8));
        let with = |change: fn(&mut Draft, String), text: String| {
            let mut draft = whole();
            change(&mut draft, text);
            draft.finish(Owner::Required).expect_err("a token")
        };
        for problems in [
            with(
                |draft, text| draft.description = Some(text),
                format!("made with {token}"),
            ),
            with(
                |draft, text| draft.account = Some(text),
                format!("svc@acme.example:{token}"),
            ),
            with(
                |draft, text| draft.workspace = Some(text),
                format!("https://x-token-auth:{token}@bitbucket.org/acme/x.git"),
            ),
            with(
                |draft, text| draft.api_url = Some(text),
                format!("https://api.bitbucket.org/?token={token}"),
            ),
        ] {
            assert_eq!(problems[0].code, ProblemCode::WrongField, "{problems:?}");
            assert!(!format!("{problems:?}").contains("canary"), "{problems:?}");
        }
    }

    #[test]
    fn everything_that_is_missing_is_listed_not_the_first_alone() {
        let draft = Draft {
            account: Some("janesmith".into()),
            api_url: Some("http://api.bitbucket.org".into()),
            secondary_owners: vec!["nobody".into()],
            ..Draft::default()
        };
        let problems = draft.finish(Owner::Required).expect_err("much is missing");
        let found: Vec<_> = problems
            .iter()
            .map(|problem| (problem.code, problem.field))
            .collect();
        assert_eq!(
            found,
            [
                (ProblemCode::ValueMissing, Some("workspace")),
                (ProblemCode::AddressNotAllowed, Some("api-url")),
                (ProblemCode::EmailExpected, Some("account")),
                (ProblemCode::ValueMissing, Some("primary-owner")),
                (ProblemCode::ValueUnreadable, Some("secondary-owner")),
            ]
        );
    }
}
