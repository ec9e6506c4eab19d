//! What each step says: its purpose, the click path of today, and where the documents differ.
//!
//! Both front doors render these; text between `**` is a label of Bitbucket's or BalkanID's page.

mod pages;

use crate::requirement::BALKANID_PAGE;
use crate::step::Step;
use crate::{CredentialSlot, Scope, WorkspaceId, requirement};

pub use self::pages::{LINK_HOSTS, Pages, page};

/// Atlassian's page on making a workspace access token.
const ACCESS_TOKEN_DOCUMENT: &str =
    "https://support.atlassian.com/bitbucket-cloud/docs/create-a-workspace-access-token/";
/// Atlassian's page on API tokens.
const API_TOKEN_DOCUMENT: &str =
    "https://support.atlassian.com/bitbucket-cloud/docs/using-api-tokens/";
/// Atlassian's notice on the end of app passwords.
const APP_PASSWORD_NOTICE: &str = "https://community.atlassian.com/forums/Bitbucket-articles/Deprecation-notice-Bitbucket-Cloud-app-password-brownout/ba-p/3237429";
/// Atlassian's open suggestion about service accounts and Bitbucket.
const SERVICE_ACCOUNT_ISSUE: &str = "https://jira.atlassian.com/browse/BCLOUD-23832";
/// Atlassian's page on changing and finding a workspace ID.
const WORKSPACE_ID_DOCUMENT: &str =
    "https://support.atlassian.com/bitbucket-cloud/docs/change-a-workspace-id/";
/// Atlassian's introduction to the API.
const API_INTRODUCTION: &str = "https://developer.atlassian.com/cloud/bitbucket/rest/intro/";

/// A page that a button opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The button's text: the act.
    pub label: String,
    /// The address.
    pub url: String,
}

impl Link {
    fn new(label: impl Into<String>, url: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            url: url.into(),
        }
    }
}

/// One thing to do in the other tab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// What to do.
    pub text: String,
    /// The page where it is done.
    pub link: Option<Link>,
    /// A text worth copying, one item a line.
    pub copy: Option<String>,
}

/// A plain sentence where documents and reality differ, with its source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The sentence.
    pub text: String,
    /// Where it comes from.
    pub source: Link,
}

/// One row of a drawn picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PictureRow {
    /// A menu path, outermost first.
    Path(Vec<String>),
    /// A labelled field with an example.
    Field {
        /// The label on the page.
        label: String,
        /// An example of what stands in it.
        value: String,
        /// Whether this is what to look for.
        marked: bool,
    },
    /// A box to tick or to leave alone.
    Tick {
        /// The group of boxes; empty where the row above has named it.
        group: String,
        /// The label on the page.
        label: String,
        /// Whether to tick it.
        ticked: bool,
    },
    /// A button to press.
    Button(String),
}

/// A drawing of what to click, made from data; [`Picture::text`] says the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Whose page it is: "In Bitbucket".
    pub place: String,
    /// The page's heading.
    pub title: String,
    /// What is on it, from top to bottom.
    pub rows: Vec<PictureRow>,
}

impl Picture {
    /// The same in words, for those who do not see the picture.
    pub fn text(&self) -> String {
        let rows: Vec<String> = self
            .rows
            .iter()
            .map(|row| match row {
                PictureRow::Path(path) => format!("go to {}", path.join(" > ")),
                PictureRow::Field { label, value, .. } => format!("{label}: {value}"),
                PictureRow::Tick {
                    group,
                    label,
                    ticked,
                } => {
                    let act = if *ticked { "tick" } else { "leave" };
                    format!("{act} {} {label}", group.trim()).replace("  ", " ")
                }
                PictureRow::Button(label) => format!("press {label}"),
            })
            .collect();
        format!("{}, {}: {}.", self.place, self.title, rows.join("; "))
    }
}

/// Everything that a step says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guide {
    /// The step.
    pub step: Step,
    /// What it is for, in a sentence or two.
    pub purpose: String,
    /// Which part of BalkanID's page it is.
    pub documented_as: Option<String>,
    /// What to do, in order.
    pub instructions: Vec<Instruction>,
    /// Where documents and reality differ.
    pub notes: Vec<Note>,
    /// What to click.
    pub picture: Option<Picture>,
}

/// What a step says for a workspace, once one is known.
pub fn guide(step: Step, workspace: Option<&WorkspaceId>, pages: &Pages) -> Guide {
    let name = workspace.map_or("your workspace", WorkspaceId::as_str);
    match step {
        Step::ServiceAccount => service_account(step, workspace, pages),
        Step::Workspace => workspace_step(step, pages),
        Step::ApiUrl => api_url(step),
        Step::WorkspaceToken => workspace_token(step, name, pages),
        Step::Account => account(step, pages),
        Step::Report => plain(
            step,
            "Every permission that BalkanID needs is tried now, live. Nothing is changed and nothing is sent to BalkanID.",
        ),
        Step::BalkanId => balkanid(step, pages),
        Step::Answers => plain(
            step,
            "Nothing has been written so far. Look through everything once; each line can be changed.",
        ),
        Step::Submit => plain(
            step,
            "The secrets go to this system's keychain, the integration goes to BalkanID, and BalkanID's status is watched until it says Connected / Data available.",
        ),
        Step::Done => plain(
            step,
            "BalkanID reads Bitbucket. Keep the record, and come back when a token nears its end.",
        ),
    }
}

fn plain(step: Step, purpose: &str) -> Guide {
    Guide {
        step,
        purpose: purpose.to_owned(),
        documented_as: None,
        instructions: Vec::new(),
        notes: Vec::new(),
        picture: None,
    }
}

fn told(text: impl Into<String>) -> Instruction {
    Instruction {
        text: text.into(),
        link: None,
        copy: None,
    }
}

fn note(text: &str, source: &str, url: &str) -> Note {
    Note {
        text: text.to_owned(),
        source: Link::new(source, url),
    }
}

fn field(label: &str, value: &str, marked: bool) -> PictureRow {
    PictureRow::Field {
        label: label.to_owned(),
        value: value.to_owned(),
        marked,
    }
}

fn path(parts: &[&str]) -> PictureRow {
    PictureRow::Path(parts.iter().map(|part| (*part).to_owned()).collect())
}

fn service_account(step: Step, workspace: Option<&WorkspaceId>, pages: &Pages) -> Guide {
    // Without a workspace the page lists those that there are.
    let label = match workspace {
        Some(_) => "Open User groups",
        None => "Open your workspaces",
    };
    Guide {
        step,
        purpose: "BalkanID advises a separate account for the integration, so that it does not end when a person leaves and so that its doings can be told apart in the audit log.".to_owned(),
        documented_as: Some("The advice at the top of BalkanID's page".to_owned()),
        instructions: vec![
            told("Use an ordinary Atlassian account with an e-mail of its own, such as **balkanid@your-company.example**."),
            Instruction {
                text: "Invite it to the workspace and make it an administrator: **Workspace settings** > **User groups** > **Administrators**.".to_owned(),
                link: Some(Link::new(label, pages.user_groups.clone())),
                copy: None,
            },
            told("Sign in to Bitbucket as that account once, so that the invitation is accepted."),
        ],
        notes: vec![note(
            "A service account of an Atlassian organisation will not do: Bitbucket is not among the products whose scopes it can hold. The separate account is an ordinary user and takes a seat.",
            "BCLOUD-23832",
            SERVICE_ACCOUNT_ISSUE,
        )],
        picture: Some(Picture {
            place: "In Bitbucket".to_owned(),
            title: "User groups".to_owned(),
            rows: vec![
                path(&["Settings cog", "Workspace settings", "User groups"]),
                field("Group", "Administrators", true),
                field("Members", "balkanid@your-company.example", true),
                PictureRow::Button("Add members".to_owned()),
            ],
        }),
    }
}

fn workspace_step(step: Step, pages: &Pages) -> Guide {
    Guide {
        step,
        purpose: "The workspace ID tells BalkanID which workspace to read. It is the first part of every address of the workspace.".to_owned(),
        documented_as: Some("“Username of Workspace ID” on BalkanID's page".to_owned()),
        instructions: vec![
            Instruction {
                text: "Open **Workspace settings** and look for **Workspace ID**, not **Workspace name**.".to_owned(),
                link: Some(Link::new("Open Workspace settings", pages.workspace_settings.clone())),
                copy: None,
            },
            told("Paste it here. Any address of the workspace copied from the browser works too."),
        ],
        notes: vec![note(
            "BalkanID's page calls it “Username of Workspace ID”; no user name is meant.",
            "BalkanID's page",
            BALKANID_PAGE,
        ), note(
            "A workspace ID can be changed by an administrator; the integration then needs the new one.",
            "Atlassian's page",
            WORKSPACE_ID_DOCUMENT,
        )],
        picture: Some(Picture {
            place: "In Bitbucket".to_owned(),
            title: "Workspace settings".to_owned(),
            rows: vec![
                path(&["Settings cog", "Workspace settings"]),
                field("Workspace name", "Acme Corporation", false),
                field("Workspace ID", "acme", true),
            ],
        }),
    }
}

fn api_url(step: Step) -> Guide {
    Guide {
        step,
        purpose: "The address of Bitbucket's API. For Bitbucket Cloud it is the same for everybody and is filled in already.".to_owned(),
        documented_as: Some("“Bitbucket API Url” on BalkanID's page".to_owned()),
        instructions: vec![told("Leave it as it is if your workspace is on bitbucket.org.")],
        notes: vec![note(
            "BalkanID's page prints https://api.bucket.org and https://api.your_bitbucket_domain.org as examples; neither works. Bitbucket Cloud has one address and no custom domain for its API.",
            "Bitbucket's introduction to its API",
            API_INTRODUCTION,
        ), note(
            "Whether BalkanID can read a Bitbucket Data Center server is not confirmed by any page of BalkanID's.",
            "BalkanID's page",
            BALKANID_PAGE,
        )],
        picture: None,
    }
}

fn list(scopes: &[Scope]) -> String {
    scopes
        .iter()
        .map(Scope::tick)
        .collect::<Vec<_>>()
        .join("\n")
}

fn workspace_token(step: Step, name: &str, pages: &Pages) -> Guide {
    let needed = requirement::needed_scopes(CredentialSlot::WorkspaceToken);
    let tick = |group: &str, label: &str, ticked| PictureRow::Tick {
        group: group.to_owned(),
        label: label.to_owned(),
        ticked,
    };
    Guide {
        step,
        purpose: "BalkanID reads members, projects and repositories with this token.".to_owned(),
        documented_as: Some("“Bitbucket Access token of Workspace (Organization)” on BalkanID's page".to_owned()),
        instructions: vec![
            Instruction {
                text: format!("Open **Access tokens** in **{name}**: **Workspace settings** > **Security** > **Access tokens**."),
                link: Some(Link::new("Open Access tokens", pages.access_tokens.clone())),
                copy: None,
            },
            Instruction {
                text: "Press **Create access token**, give it a name such as balkanid, and tick these five boxes.".to_owned(),
                link: None,
                copy: Some(list(&needed)),
            },
            told("Copy the token. Bitbucket shows it once."),
        ],
        notes: vec![
            note(
                "BalkanID's page names two lists: three Read boxes in its steps, and Projects: Admin and Repositories: Admin in its warning. This program asks for all five, since the warning says why: BalkanID reads permissions. Admin does not include Read.",
                "BalkanID's page",
                BALKANID_PAGE,
            ),
            note(
                "Workspace access tokens are part of Bitbucket Premium. Where the menu is missing, the plan or your role is the reason.",
                "Atlassian's page",
                ACCESS_TOKEN_DOCUMENT,
            ),
        ],
        picture: Some(Picture {
            place: "In Bitbucket".to_owned(),
            title: "Create access token".to_owned(),
            rows: vec![
                path(&["Workspace settings", "Security", "Access tokens", "Create access token"]),
                field("Name", "balkanid", false),
                tick("Account", "Read", true),
                tick("Projects", "Read", true),
                tick("", "Admin", true),
                tick("Repositories", "Read", true),
                tick("", "Write", false),
                tick("", "Admin", true),
                tick("", "Delete", false),
                PictureRow::Button("Create".to_owned()),
            ],
        }),
    }
}

fn account(step: Step, pages: &Pages) -> Guide {
    let needed = requirement::needed_scopes(CredentialSlot::Account);
    let mut rows = vec![
        path(&[
            "Account settings",
            "Security",
            "Create and manage API tokens",
            "Create API token with scopes",
        ]),
        field("Name", "balkanid", false),
        field("App", "Bitbucket", true),
    ];
    rows.extend(needed.iter().map(|scope| PictureRow::Tick {
        group: String::new(),
        label: scope.as_str().to_owned(),
        ticked: true,
    }));
    rows.push(PictureRow::Button("Create token".to_owned()));
    Guide {
        step,
        purpose: "BalkanID reads the workspace's groups through Bitbucket's older API, which wants an account rather than an access token.".to_owned(),
        documented_as: Some("“Bitbucket Account Username” and “BitBucket App Password” on BalkanID's page".to_owned()),
        instructions: vec![
            Instruction {
                text: "Sign in as the service account and open **API tokens** in the Atlassian account's settings.".to_owned(),
                link: Some(Link::new("Open API tokens", pages.api_tokens.clone())),
                copy: None,
            },
            Instruction {
                text: "Press **Create API token with scopes** (not **Create API token**), choose the app **Bitbucket**, and tick these five scopes.".to_owned(),
                link: None,
                copy: Some(list(&needed)),
            },
            told("Note the day on which it expires; a year is the longest. Copy the token. Atlassian shows it once."),
            Instruction {
                text: "Enter the account's e-mail as its profile shows it.".to_owned(),
                link: Some(Link::new("Open the account's e-mail", pages.email.clone())),
                copy: None,
            },
        ],
        notes: vec![
            note(
                "BalkanID's form still says App Password. App passwords ended on 28 July 2026; an API token with scopes takes their place.",
                "Atlassian's notice",
                APP_PASSWORD_NOTICE,
            ),
            note(
                "BalkanID's form still says Account Username. Bitbucket's API takes the account's e-mail with an API token.",
                "Atlassian's page",
                API_TOKEN_DOCUMENT,
            ),
            note(
                "That BalkanID accepts an e-mail and an API token in these two fields is not confirmed by any page of BalkanID's; support@balkan.id can tell.",
                "BalkanID's page",
                BALKANID_PAGE,
            ),
        ],
        picture: Some(Picture {
            place: "In the Atlassian account".to_owned(),
            title: "Create an API token with scopes".to_owned(),
            rows,
        }),
    }
}

fn balkanid(step: Step, pages: &Pages) -> Guide {
    Guide {
        step,
        purpose: "What BalkanID's form asks for beside the credentials, and the key with which this program submits and watches.".to_owned(),
        documented_as: Some("“Add Integration” on BalkanID's page".to_owned()),
        instructions: vec![
            Instruction {
                text: "In BalkanID, open the profile menu > **API Keys** and make a key. Copy both halves.".to_owned(),
                link: Some(Link::new("Open BalkanID", pages.balkanid.clone())),
                copy: None,
            },
            told("Without a key, leave both halves empty: the form is then filled in by hand, with every value at the ready. **Automated upload using API** alone needs one."),
        ],
        notes: vec![note(
            "BalkanID's API for integrations is in Early Access: a tenant may not have it. It carries neither owners nor the app's type; those are set in BalkanID's form.",
            "BalkanID's API page",
            "https://developer.balkan.id/bulk-integrations-upload-api-early-access-12828104e0",
        )],
        picture: Some(Picture {
            place: "In BalkanID".to_owned(),
            title: "API Keys".to_owned(),
            rows: vec![
                path(&["Profile menu", "API Keys"]),
                field("Key ID", "shown in the list", true),
                field("Key secret", "shown once", true),
            ],
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_link_of_every_step_is_on_the_allowed_hosts() {
        let workspace = WorkspaceId::parse("acme").expect("an ID");
        for step in Step::ALL {
            for known in [None, Some(&workspace)] {
                let guide = guide(step, known, &Pages::real(known));
                let links = guide
                    .instructions
                    .iter()
                    .filter_map(|instruction| instruction.link.as_ref())
                    .chain(guide.notes.iter().map(|note| &note.source));
                for link in links {
                    assert!(page(&link.url, None).is_some(), "{}", link.url);
                }
            }
        }
    }

    #[test]
    fn the_token_step_names_the_five_boxes_in_words_and_in_its_picture() {
        let workspace = WorkspaceId::parse("acme").expect("an ID");
        let guide = guide(
            Step::WorkspaceToken,
            Some(&workspace),
            &Pages::real(Some(&workspace)),
        );
        assert_eq!(
            guide.instructions[1].copy.as_deref(),
            Some(
                "Account: Read\nProjects: Read\nProjects: Admin\nRepositories: Read\nRepositories: Admin"
            )
        );
        assert_eq!(
            guide.instructions[0]
                .link
                .as_ref()
                .map(|link| link.url.as_str()),
            Some("https://bitbucket.org/acme/workspace/settings/access-tokens")
        );
        let picture = guide.picture.expect("a picture");
        let ticked = picture
            .rows
            .iter()
            .filter(|row| matches!(row, PictureRow::Tick { ticked: true, .. }))
            .count();
        assert_eq!(ticked, 5);
        assert!(picture.text().contains("tick Account Read"));
    }
}
