//! What the answers hold: each entry by itself, so that one which cannot be read spoils no other.

use bbsetup_http::Answer;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::question::{On, Question, To};

/// An account, as far as a reading looks at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its uuid in braces, as Bitbucket writes it.
    pub uuid: String,
    /// What it is; the v1 API does not say.
    pub kind: Option<AccountKind>,
    /// The name that people know it by, else another of its names.
    pub name: String,
    /// Its nickname, which is not unique.
    pub nickname: Option<String>,
    /// Its Atlassian account ID.
    pub account_id: Option<String>,
    /// `active`, or another word where it is not.
    pub status: Option<String>,
}

/// What an account is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountKind {
    /// A person.
    User,
    /// An app, such as an access token that acts on its own.
    AppUser,
}

/// One thing that an answer holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// The workspace.
    Workspace {
        /// Its uuid.
        uuid: String,
        /// Its ID.
        slug: String,
        /// Its name.
        name: String,
    },
    /// What the account that asks is in the workspace.
    OwnRole {
        /// `owner`, or another word.
        role: String,
    },
    /// A member of the workspace.
    Member {
        /// Who.
        account: Account,
        /// `owner`, `collaborator` or `member`.
        role: String,
    },
    /// A group.
    Group {
        /// Its slug.
        slug: String,
        /// Its name.
        name: String,
    },
    /// A member of a group.
    GroupMember {
        /// The group's slug.
        group: String,
        /// Who.
        account: Account,
    },
    /// A project.
    Project {
        /// Its uuid.
        uuid: String,
        /// Its key.
        key: String,
        /// Its name.
        name: String,
    },
    /// A repository.
    Repository {
        /// Its uuid.
        uuid: String,
        /// Its slug.
        slug: String,
        /// Its name.
        name: String,
        /// Uuid, key and name of its project, where Bitbucket tells it.
        project: Option<(String, String, String)>,
    },
    /// A grant to an account on what was asked about.
    UserGrant {
        /// To whom.
        account: Account,
        /// `read`, `write`, `create-repo` or `admin`.
        permission: String,
    },
    /// A grant to a group on what was asked about.
    GroupGrant {
        /// The group's slug.
        slug: String,
        /// Its name.
        name: String,
        /// `read`, `write`, `create-repo` or `admin`.
        permission: String,
    },
    /// What an account comes to on a repository.
    Effective {
        /// Who.
        account: Account,
        /// The repository's uuid.
        repository: String,
        /// The repository's name, where Bitbucket tells it.
        name: Option<String>,
        /// `read`, `write` or `admin`.
        permission: String,
    },
    /// A project or repository that is still there.
    StillThere {
        /// Its key or slug by now.
        named: String,
        /// Its name by now.
        name: Option<String>,
    },
}

/// What there is besides the items.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rest {
    /// The address of the next page.
    pub next: Option<String>,
    /// How many the list holds, where Bitbucket says so.
    pub size: Option<u64>,
    /// Entries that the page holds, whatever they are.
    pub held: u64,
    /// Entries that have not what a reading needs.
    pub unreadable: u64,
}

/// A body that is not what was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unfit(&'static str);

impl Unfit {
    /// Why, to follow "cannot be read:".
    pub fn why(self) -> &'static str {
        self.0
    }
}

/// A list that says to hold more than this says nothing.
const LARGEST_LIST: u64 = 100_000_000;

const NOT_JSON: Unfit = Unfit("it is not JSON");
const OTHER_FIELDS: Unfit = Unfit("it has not the fields that Bitbucket documents");

#[derive(Deserialize)]
struct WirePage<'a> {
    #[serde(borrow)]
    values: Vec<&'a RawValue>,
    next: Option<String>,
    #[serde(borrow)]
    size: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct WireAccount {
    uuid: String,
    #[serde(rename = "type")]
    kind: Option<String>,
    display_name: Option<String>,
    nickname: Option<String>,
    account_id: Option<String>,
    account_status: Option<String>,
}

#[derive(Deserialize)]
struct WireWorkspace {
    uuid: String,
    slug: String,
    name: Option<String>,
}

#[derive(Deserialize)]
struct WireOwnRole {
    permission: String,
}

#[derive(Deserialize)]
struct WireHeld {
    permission: String,
    user: WireAccount,
}

#[derive(Deserialize)]
struct WireGroup<'a> {
    slug: String,
    name: Option<String>,
    #[serde(borrow, default)]
    members: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct WireProject {
    uuid: String,
    key: String,
    name: Option<String>,
}

#[derive(Deserialize)]
struct WireRepository {
    uuid: String,
    slug: String,
    name: Option<String>,
    project: Option<WireProject>,
}

#[derive(Deserialize)]
struct WireGroupGrant {
    permission: String,
    group: WireNamedGroup,
}

#[derive(Deserialize)]
struct WireNamedGroup {
    slug: String,
    name: Option<String>,
}

#[derive(Deserialize)]
struct WireEffective {
    permission: String,
    user: WireAccount,
    repository: WireNamedRepository,
}

#[derive(Deserialize)]
struct WireNamedRepository {
    uuid: String,
    name: Option<String>,
}

#[derive(Deserialize)]
struct WireStillThere {
    key: Option<String>,
    slug: Option<String>,
    name: Option<String>,
}

impl Question {
    /// Reads the body of an answer to this question, entry by entry.
    ///
    /// # Errors
    /// The body as a whole is not what was asked for; then nothing of it was taken.
    pub fn read(&self, answer: &Answer, take: &mut dyn FnMut(Item)) -> Result<Rest, Unfit> {
        let mark = "\u{feff}".as_bytes();
        let body = answer.body.strip_prefix(mark).unwrap_or(&answer.body);
        match self {
            Self::Workspace => {
                let WireWorkspace { uuid, slug, name } = whole(body)?;
                if !is_usable(&uuid) || !is_usable(&slug) {
                    return Err(OTHER_FIELDS);
                }
                let name = filled(name).unwrap_or_else(|| slug.clone());
                take(Item::Workspace { uuid, slug, name });
                Ok(Rest::default())
            }
            Self::OwnRole => {
                let WireOwnRole { permission: role } = whole(body)?;
                take(Item::OwnRole { role });
                Ok(Rest::default())
            }
            Self::Groups | Self::GroupsAlone => groups(body, take),
            Self::GroupMembers(group) => {
                let members: Vec<&RawValue> = borrowed(body)?;
                let mut rest = Rest::default();
                members_of(group, &members, &mut rest, take);
                Ok(rest)
            }
            Self::StillThere(on) => {
                let WireStillThere { key, slug, name } = whole(body)?;
                let named = match on {
                    On::Project(_) => key,
                    On::Repository(_) => slug,
                };
                let named = named.ok_or(OTHER_FIELDS)?;
                let name = filled(name);
                take(Item::StillThere { named, name });
                Ok(Rest::default())
            }
            Self::Members => page(body, take, |held: WireHeld| Item::Member {
                account: held.user.into(),
                role: held.permission,
            }),
            Self::Projects => page(body, take, |WireProject { uuid, key, name }| {
                let name = filled(name).unwrap_or_else(|| key.clone());
                Item::Project { uuid, key, name }
            }),
            Self::Repositories => page(body, take, repository),
            Self::Grants(_, To::Users) => page(body, take, |held: WireHeld| Item::UserGrant {
                account: held.user.into(),
                permission: held.permission,
            }),
            Self::Grants(_, To::Groups) => page(body, take, |held: WireGroupGrant| {
                let WireNamedGroup { slug, name } = held.group;
                Item::GroupGrant {
                    name: filled(name).unwrap_or_else(|| slug.clone()),
                    slug,
                    permission: held.permission,
                }
            }),
            Self::Effective => page(body, take, |held: WireEffective| Item::Effective {
                account: held.user.into(),
                repository: held.repository.uuid,
                name: filled(held.repository.name),
                permission: held.permission,
            }),
        }
    }
}

fn repository(wire: WireRepository) -> Item {
    let WireRepository {
        uuid,
        slug,
        name,
        project,
    } = wire;
    Item::Repository {
        uuid,
        name: filled(name).unwrap_or_else(|| slug.clone()),
        slug,
        project: project.map(|WireProject { uuid, key, name }| {
            let name = filled(name).unwrap_or_else(|| key.clone());
            (uuid, key, name)
        }),
    }
}

impl From<WireAccount> for Account {
    fn from(wire: WireAccount) -> Self {
        let WireAccount {
            uuid,
            kind,
            display_name,
            nickname,
            account_id,
            account_status,
        } = wire;
        let (nickname, account_id) = (filled(nickname), filled(account_id));
        let name = filled(display_name)
            .or_else(|| nickname.clone())
            .or_else(|| account_id.clone())
            .unwrap_or_else(|| uuid.clone());
        Self {
            kind: kind.map(|kind| match kind.as_str() {
                "app_user" => AccountKind::AppUser,
                _ => AccountKind::User,
            }),
            uuid,
            name,
            nickname,
            account_id,
            status: filled(account_status),
        }
    }
}

fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

fn whole<T: DeserializeOwned>(body: &[u8]) -> Result<T, Unfit> {
    serde_json::from_slice(body).map_err(|error| unfit(&error))
}

fn borrowed<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Unfit> {
    serde_json::from_slice(body).map_err(|error| unfit(&error))
}

fn unfit(error: &serde_json::Error) -> Unfit {
    match error.is_data() {
        true => OTHER_FIELDS,
        false => NOT_JSON,
    }
}

fn page<T: DeserializeOwned>(
    body: &[u8],
    take: &mut dyn FnMut(Item),
    item: impl Fn(T) -> Item,
) -> Result<Rest, Unfit> {
    let WirePage { values, next, size } = borrowed(body)?;
    let mut rest = Rest {
        next: filled(next),
        size: size
            .and_then(|size| size.get().parse().ok())
            .filter(|size| *size <= LARGEST_LIST),
        held: u64::try_from(values.len()).unwrap_or(u64::MAX),
        unreadable: 0,
    };
    for value in values {
        let item = serde_json::from_str(value.get()).ok().map(&item);
        match item.filter(is_whole) {
            Some(item) if grants_nothing(&item) => {}
            Some(item) => take(item),
            None => rest.unreadable += 1,
        }
    }
    Ok(rest)
}

/// Whether an item has all by which it is known; a name that is one of the dots of a path leads
/// elsewhere.
fn is_whole(item: &Item) -> bool {
    match item {
        Item::Workspace { uuid, slug, .. } => is_usable(uuid) && is_usable(slug),
        Item::OwnRole { role } => is_usable(role),
        Item::Member { account, role } => is_usable(&account.uuid) && is_usable(role),
        Item::Group { slug, .. } => is_usable(slug),
        Item::GroupMember { group, account } => is_usable(group) && is_usable(&account.uuid),
        Item::Project { uuid, key, .. } => is_usable(uuid) && is_usable(key),
        Item::Repository {
            uuid,
            slug,
            project,
            ..
        } => {
            let in_one = project
                .as_ref()
                .is_none_or(|(uuid, key, _)| is_usable(uuid) && is_usable(key));
            is_usable(uuid) && is_usable(slug) && in_one
        }
        Item::UserGrant {
            account,
            permission,
        } => is_usable(&account.uuid) && is_usable(permission),
        Item::GroupGrant {
            slug, permission, ..
        } => is_usable(slug) && is_usable(permission),
        Item::Effective {
            account,
            repository,
            permission,
            ..
        } => is_usable(&account.uuid) && is_usable(repository) && is_usable(permission),
        Item::StillThere { named, .. } => is_usable(named),
    }
}

fn is_usable(name: &str) -> bool {
    !name.trim().is_empty() && !matches!(name, "." | "..") && !name.chars().any(char::is_control)
}

/// The description has `none` among the permissions: no grant.
fn grants_nothing(item: &Item) -> bool {
    match item {
        Item::UserGrant { permission, .. }
        | Item::GroupGrant { permission, .. }
        | Item::Effective { permission, .. } => permission == "none",
        _ => false,
    }
}

fn groups(body: &[u8], take: &mut dyn FnMut(Item)) -> Result<Rest, Unfit> {
    let listed: Vec<&RawValue> = borrowed(body)?;
    let mut rest = Rest::default();
    for value in listed {
        let group = serde_json::from_str::<WireGroup<'_>>(value.get());
        let Some(group) = group.ok().filter(|group| is_usable(&group.slug)) else {
            rest.unreadable += 1;
            continue;
        };
        let WireGroup {
            slug,
            name,
            members,
        } = group;
        take(Item::Group {
            name: filled(name).unwrap_or_else(|| slug.clone()),
            slug: slug.clone(),
        });
        members_of(&slug, &members, &mut rest, take);
    }
    Ok(rest)
}

fn members_of(group: &str, members: &[&RawValue], rest: &mut Rest, take: &mut dyn FnMut(Item)) {
    for member in members {
        let account = serde_json::from_str::<WireAccount>(member.get());
        match account.ok().filter(|account| is_usable(&account.uuid)) {
            Some(account) => take(Item::GroupMember {
                group: group.to_owned(),
                account: account.into(),
            }),
            None => rest.unreadable += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(question: &Question, body: &str) -> (Vec<Item>, Result<Rest, Unfit>) {
        let answer = bbsetup_http::fuzzing::answer(200, Vec::new(), body.into());
        let mut items = Vec::new();
        let rest = question.read(&answer, &mut |item| items.push(item));
        (items, rest)
    }

    #[test]
    fn an_entry_that_cannot_be_read_spoils_no_other() {
        let (items, rest) = read(
            &Question::Projects,
            r#"{"values": [{"uuid": "{1}", "key": "A", "name": ""}, 7, {"key": "B"}],
                "size": 3, "next": "https://api.bitbucket.org/2.0/x"}"#,
        );
        let rest = rest.expect("a page");
        assert_eq!((rest.unreadable, rest.size), (2, Some(3)));
        assert_eq!(
            rest.next.as_deref(),
            Some("https://api.bitbucket.org/2.0/x")
        );
        assert_eq!(
            items,
            [Item::Project {
                uuid: "{1}".into(),
                key: "A".into(),
                name: "A".into()
            }]
        );
    }

    #[test]
    fn what_has_no_id_is_unreadable_and_none_is_no_grant() {
        let (items, rest) = read(
            &Question::Grants(On::Project("A".into()), To::Groups),
            r#"{"values": [
                {"permission": "read", "group": {"slug": ".."}},
                {"permission": "read", "group": {"slug": " "}},
                {"permission": "none", "group": {"slug": "a"}},
                {"permission": "read", "group": {"slug": "b", "name": "B\nB"}}
            ], "size": 18446744073709551615}"#,
        );
        let rest = rest.expect("a page");
        assert_eq!((rest.held, rest.unreadable, rest.size), (4, 2, None));
        assert_eq!(
            items,
            [Item::GroupGrant {
                slug: "b".into(),
                name: "B\nB".into(),
                permission: "read".into()
            }]
        );
    }

    #[test]
    fn a_size_of_another_type_is_not_known_and_a_body_of_another_shape_is_refused() {
        let (_, rest) = read(&Question::Members, r#"{"values": [], "size": "many"}"#);
        assert_eq!(rest.expect("a page").size, None);
        for body in ["", "[", "{}", "[]", r#"{"values": 1}"#] {
            assert!(read(&Question::Members, body).1.is_err(), "{body}");
        }
        assert!(read(&Question::Groups, r#"{"values": []}"#).1.is_err());
    }

    #[test]
    fn an_account_has_a_name_in_any_case() {
        let name = |rest: &str| {
            let body = format!(
                r#"{{"values": [{{"permission": "member", "user": {{"uuid": "{{7}}"{rest}}}}}]}}"#
            );
            let (items, _) = read(&Question::Members, &body);
            let [Item::Member { account, .. }] = items.as_slice() else {
                panic!("one member");
            };
            account.name.clone()
        };
        assert_eq!(
            name(r#", "display_name": "山田 太郎", "nickname": "y""#),
            "山田 太郎"
        );
        assert_eq!(name(r#", "display_name": " ", "nickname": "y""#), "y");
        assert_eq!(name(""), "{7}");
    }
}
