//! The whole check, as one reads it: who is this, then everything else at once.

use std::sync::{Mutex, PoisonError};

use bbsetup_setup::report::is_could_not_tell;
use bbsetup_setup::requirement::{self, excess_scopes};
use bbsetup_setup::{
    CheckId, CheckName, CredentialKind, CredentialSeen, CredentialSlot, Finding, Outcome, Problem,
    ProblemCode, Report, Scope, WorkspaceNames, scope,
};
use tokio_util::sync::CancellationToken;

use crate::Target;
use crate::diagnosis;
use crate::probes::identity::Identity;
use crate::probes::{
    groups, identity, members, membership, project_permissions, projects, repositories,
    repository_permissions, workspace,
};
use crate::session::{Credential, Session};
use crate::sign_in::{self, Bearing};
use crate::whose;

/// What there is to check in a slot.
#[derive(Clone, Debug)]
pub enum Given {
    /// A credential to try.
    Credential(Credential),
    /// Nothing that could be sent, and why.
    Nothing(CredentialSlot, Problem),
}

impl Given {
    fn slot(&self) -> CredentialSlot {
        match self {
            Self::Credential(credential) => credential.slot(),
            Self::Nothing(slot, _) => *slot,
        }
    }
}

/// Tries everything that the contract lists for the given slots, all slots at once.
///
/// `settled` is told each finding as it comes, by itself; the report weighs them together. After
/// `stop` what has no answer yet is unknown, and the report comes at once.
pub async fn check(
    target: &Target,
    given: &[Given],
    settled: &(dyn Fn(&Finding) + Send + Sync),
    stop: &CancellationToken,
) -> Report {
    let token = given
        .iter()
        .find(|given| given.slot() == CredentialSlot::WorkspaceToken);
    let account = given
        .iter()
        .find(|given| given.slot() == CredentialSlot::Account);
    let (token, account) = tokio::join!(
        check_given(target, token, settled, stop),
        check_given(target, account, settled, stop),
    );
    let mut slots: Vec<SlotFindings> = [token, account].into_iter().flatten().collect();
    narrow_refused_sign_ins(target, given, &mut slots, stop).await;
    let mut findings = Vec::new();
    let mut credentials = Vec::new();
    let mut general = Vec::new();
    let mut names = None;
    for slot in slots {
        names = names.or(slot.names);
        if !slot.seen.excess_scopes.is_empty() {
            general.push(diagnosis::excess(slot.seen.slot, &slot.seen.excess_scopes));
        }
        credentials.push(slot.seen);
        findings.extend(slot.findings);
    }
    tell_hidden_from_mismatched(target, &mut findings);
    name_the_tokens_workspace(target, given, &mut findings, stop).await;
    let mut report = Report::settle(
        target.workspace.clone(),
        target.api_url.clone(),
        credentials,
        findings,
        general,
        target.client.sent(),
    );
    report.names = names;
    report
}

/// Weighs each refused sign-in against everything else that is known by now.
async fn narrow_refused_sign_ins(
    target: &Target,
    given: &[Given],
    slots: &mut [SlotFindings],
    stop: &CancellationToken,
) {
    let credentials: Vec<&Credential> = given
        .iter()
        .filter_map(|given| match given {
            Given::Credential(credential) => Some(credential),
            Given::Nothing(..) => None,
        })
        .collect();
    let bearings: Vec<Bearing> = slots.iter().filter_map(|slot| slot.bearing).collect();
    for slot in slots {
        let Some(bearing) = slot.bearing else {
            continue;
        };
        let identity = |finding: &&mut Finding| finding.id.name == CheckName::Identity;
        if let Some(finding) = slot.findings.iter_mut().find(identity) {
            sign_in::narrow(target, finding, bearing, &bearings, &credentials, stop).await;
        }
    }
}

/// What the checks of one credential found.
struct SlotFindings {
    seen: CredentialSeen,
    findings: Vec<Finding>,
    /// What bears on a refused sign-in; nothing where nothing was sent.
    bearing: Option<Bearing>,
    names: Option<WorkspaceNames>,
}

async fn check_given(
    target: &Target,
    given: Option<&Given>,
    settled: &(dyn Fn(&Finding) + Send + Sync),
    stop: &CancellationToken,
) -> Option<SlotFindings> {
    match given? {
        Given::Credential(credential) => Some(check_slot(target, credential, settled, stop).await),
        Given::Nothing(slot, problem) => Some(nothing_to_send(*slot, problem, settled)),
    }
}

async fn check_slot(
    target: &Target,
    credential: &Credential,
    settled: &(dyn Fn(&Finding) + Send + Sync),
    stop: &CancellationToken,
) -> SlotFindings {
    let session = Session::new(target, credential, stop);
    let found = Mutex::new(Vec::new());
    let note = |finding: Finding| {
        settled(&finding);
        found
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(finding);
    };
    match identity::probe(&session).await {
        Identity::Settled(finding) => {
            note(finding);
            ask_the_rest(&session, &note).await;
        }
        Identity::Open(finding) => {
            ask_the_rest(&session, &note).await;
            note(settle_by_the_rest(&session, finding));
        }
        Identity::Final(finding, why) => {
            note(finding);
            for id in CheckId::of_slot(session.slot()).into_iter().skip(1) {
                note(session.skipped(id.name, why));
            }
        }
    }
    let mut findings = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    findings.sort_by_key(|finding| finding.id);
    SlotFindings {
        seen: what_was_seen(&session),
        findings,
        bearing: Some(Bearing::of(&session, credential)),
        names: session.names(),
    }
}

/// Everything but the identity, at once; the permission checks follow the lists that name a
/// project and a repository to try.
async fn ask_the_rest(session: &Session<'_>, note: &(dyn Fn(Finding) + Send + Sync)) {
    let first = async {
        match session.slot() {
            CredentialSlot::WorkspaceToken => note(workspace::probe(session).await),
            CredentialSlot::Account => note(membership::probe(session).await),
        }
    };
    let groups = async {
        if session.slot() == CredentialSlot::Account {
            note(groups::probe(session).await);
        }
    };
    let members = async { note(members::probe(session).await) };
    let projects = async {
        let name = CheckName::ProjectPermissions;
        let (finding, first) = projects::probe(session).await;
        let without = follow_up_without(session, name, &finding);
        note(finding);
        note(match first {
            Some(project) => project_permissions::probe(session, &project).await,
            None => without,
        });
    };
    let repositories = async {
        let name = CheckName::RepositoryPermissions;
        let (finding, first) = repositories::probe(session).await;
        let without = follow_up_without(session, name, &finding);
        note(finding);
        note(match first {
            Some(repository) => repository_permissions::probe(session, &repository).await,
            None => without,
        });
    };
    tokio::join!(first, members, projects, repositories, groups);
}

/// The permission check where its list named nothing to try it on.
fn follow_up_without(session: &Session<'_>, name: CheckName, list: &Finding) -> Finding {
    match list.outcome {
        Outcome::NotTestable => {
            let mut finding = session.finding(name, None, Outcome::NotTestable, None);
            finding.reason = Some("There is none to try it on.".to_owned());
            finding
        }
        Outcome::Granted | Outcome::Missing | Outcome::Unknown | Outcome::Skipped => {
            let lacking = lacking_too(session, name, list);
            if lacking.is_empty() {
                return session.skipped(
                    name,
                    "The list that names one to try it on could not be read.",
                );
            }
            let problem = session.judge(name, |around| diagnosis::lacks(&lacking, around));
            let evidence = list.evidence.clone();
            let mut finding = session.finding(name, evidence, Outcome::Missing, Some(problem));
            finding.reason = Some("Told by the answer to the list.".to_owned());
            finding
        }
    }
}

/// The scopes of a permission check that its list's refusal shows to be missing: by the scopes that
/// came with it, or since both need the same one.
fn lacking_too(session: &Session<'_>, name: CheckName, list: &Finding) -> Vec<Scope> {
    let Some(refused) = list
        .problem
        .as_ref()
        .filter(|problem| problem.code == ProblemCode::ScopeMissing)
    else {
        return Vec::new();
    };
    let granted = session.seen().scopes;
    requirement::needs(session.id(name))
        .into_iter()
        .filter(|needed| {
            let not_granted = granted
                .as_ref()
                .is_some_and(|granted| !scope::covers(granted, needed));
            not_granted || refused.scopes.contains(needed)
        })
        .collect()
}

/// A token whose identity the first answer did not tell is known where any answer accepted it.
fn settle_by_the_rest(session: &Session<'_>, open: Finding) -> Finding {
    if !session.signed_in() {
        return open;
    }
    let mut finding = session.finding(CheckName::Identity, open.evidence, Outcome::Granted, None);
    finding.reason = Some("Told by the answers to the other checks.".to_owned());
    finding
}

fn what_was_seen(session: &Session<'_>) -> CredentialSeen {
    let seen = session.seen();
    let slot = session.slot();
    CredentialSeen {
        slot,
        kind: seen.kind.unwrap_or(CredentialKind::Unknown),
        excess_scopes: seen
            .scopes
            .as_deref()
            .map(|scopes| excess_scopes(slot, scopes))
            .unwrap_or_default(),
        scopes: seen.scopes,
        account: session.account(),
    }
}

fn nothing_to_send(
    slot: CredentialSlot,
    problem: &Problem,
    settled: &(dyn Fn(&Finding) + Send + Sync),
) -> SlotFindings {
    let kind = match problem.code {
        ProblemCode::AppPasswordRemoved => CredentialKind::AppPassword,
        _ => CredentialKind::Unknown,
    };
    let findings: Vec<Finding> = CheckId::of_slot(slot)
        .into_iter()
        .map(|id| {
            let is_identity = id.name == CheckName::Identity;
            let outcome = match is_identity && !is_could_not_tell(problem.code) {
                true => Outcome::Missing,
                false => Outcome::Skipped,
            };
            Finding {
                id,
                needs: requirement::needs(id),
                outcome,
                evidence: None,
                problem: is_identity.then(|| problem.clone().on_check(id)),
                reason: (!is_identity).then(|| "There was nothing to send.".to_owned()),
            }
        })
        .collect();
    findings.iter().for_each(settled);
    SlotFindings {
        seen: CredentialSeen {
            slot,
            kind,
            scopes: None,
            excess_scopes: Vec::new(),
            account: None,
        },
        findings,
        bearing: None,
        names: None,
    }
}

/// A token of another workspace: says of which, where Bitbucket tells it.
async fn name_the_tokens_workspace(
    target: &Target,
    given: &[Given],
    findings: &mut [Finding],
    stop: &CancellationToken,
) {
    let is_of_another = |finding: &Finding| {
        finding.id.slot == CredentialSlot::WorkspaceToken
            && finding
                .problem
                .as_ref()
                .is_some_and(|problem| problem.code == ProblemCode::WorkspaceMismatch)
    };
    let token = given.iter().find_map(|given| match given {
        Given::Credential(token) if token.slot() == CredentialSlot::WorkspaceToken => Some(token),
        Given::Credential(_) | Given::Nothing(..) => None,
    });
    let Some(token) = token.filter(|_| findings.iter().any(is_of_another)) else {
        return;
    };
    let named = tokio::select! {
        () = stop.cancelled() => return,
        named = whose::workspaces(&target.client, &target.api_url, token) => named,
    };
    if named.is_empty() {
        return;
    }
    for finding in findings.iter_mut().filter(|finding| is_of_another(finding)) {
        if let Some(problem) = &mut finding.problem {
            let said = format!("The token belongs to: {}.", named.join(", "));
            problem.hints.insert(0, said);
        }
    }
}

/// "No such workspace, or no access": where the other credential sees the workspace, it is there.
fn tell_hidden_from_mismatched(target: &Target, findings: &mut [Finding]) {
    let sees = |slot: CredentialSlot, findings: &[Finding]| {
        findings.iter().any(|finding| {
            finding.id.slot == slot
                && matches!(
                    finding.id.name,
                    CheckName::Workspace | CheckName::Membership
                )
                && finding.outcome == Outcome::Granted
        })
    };
    let seen_by_token = sees(CredentialSlot::WorkspaceToken, findings);
    let seen_by_account = sees(CredentialSlot::Account, findings);
    let seen_by = |slot| match slot {
        CredentialSlot::WorkspaceToken => seen_by_token,
        CredentialSlot::Account => seen_by_account,
    };
    for finding in findings {
        let slot = finding.id.slot;
        let Some(problem) = &mut finding.problem else {
            continue;
        };
        if problem.code != ProblemCode::WorkspaceNotFoundOrHidden {
            continue;
        }
        if seen_by(slot) {
            *problem = diagnosis::hidden_in_it(finding.id, &target.workspace);
        } else if seen_by(slot.other()) {
            let found = problem
                .hints
                .first()
                .filter(|hint| hint.starts_with("The account belongs"))
                .cloned();
            *problem = diagnosis::of_another_workspace(finding.id, &target.workspace);
            problem.hints.splice(0..0, found);
        }
    }
}
