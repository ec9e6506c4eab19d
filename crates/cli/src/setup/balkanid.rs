//! The step BalkanID: owners, extraction type, optional configuration, key and addresses.

use bbsetup_setup::{ExtractionType, Provisioning, Reviewer, SecretSlot, Step};
use bbsetup_wizard::Run;
use bbsetup_wizard::commands::scim::Checked;
use bbsetup_wizard::json::{DraftJson, ExtractionJson, VerdictJson};

use super::Next;
use super::asker::Asker;
use super::steps::{answered, draft, secret};
use crate::check::{progress, show, stopped_by_ctrl_c};
use crate::context::Context;
use crate::terminal::Left;
use crate::{exit, report};

pub(super) async fn ask(context: &Context, run: &Run, asker: &Asker) -> Result<Next, Left> {
    let given: DraftJson = asker.given().draft.clone().into();
    loop {
        let mut draft = draft(run);
        owners(asker, &mut draft, &given)?;
        extraction(run, asker, &mut draft, &given)?;
        optional(asker, &mut draft, &given)?;
        secret(run, asker, SecretSlot::BalkanIdKeyId, true)?;
        secret(run, asker, SecretSlot::BalkanIdKeySecret, true)?;
        let url = draft.balkanid_url.clone().or(given.balkanid_url.clone());
        let url = url.unwrap_or_else(|| bbsetup_setup::address::BALKANID_API.to_owned());
        draft.balkanid_url = Some(asker.text("BalkanID REST base", Some(&url))?);
        let public = draft
            .balkanid_public_url
            .clone()
            .or(given.balkanid_public_url.clone());
        draft.balkanid_public_url = Some(asker.text(
            "BalkanID Public API (https://<tenant>.balkanid.app/api/public), or empty",
            public.as_deref(),
        )?);
        let kind = draft.extraction;
        if !answered(run, asker, Step::BalkanId, draft).await {
            continue;
        }
        if kind != ExtractionJson::Scim {
            return Ok(Next::On);
        }
        match scim(context, run, asker).await? {
            Fit::Yes => return Ok(Next::On),
            Fit::No(code) => return Ok(Next::End(code)),
            Fit::AskAgain => {}
        }
    }
}

/// What came of checking the SCIM server.
enum Fit {
    Yes,
    No(exit::Code),
    AskAgain,
}

async fn scim(context: &Context, run: &Run, asker: &Asker) -> Result<Fit, Left> {
    loop {
        let bar = progress(context);
        let stop = stopped_by_ctrl_c();
        let checked = run.check_scim(&|event| show(&bar, event), &stop).await;
        bar.finish_and_clear();
        report::print_scim_table(&checked.json, &mut asker.out());
        asker.tell_problems(&checked.json.problems);
        if checked.json.verdict == VerdictJson::Ready {
            return Ok(Fit::Yes);
        }
        let choices = ["Check again", "Change the values", "Go on anyway"];
        match asker.choice("What now?", &choices)? {
            0 => {}
            1 => return Ok(Fit::AskAgain),
            _ if asker.is_person() => return Ok(Fit::Yes),
            // Nobody is there to take the responsibility of going on; a later run begins here.
            _ => {
                run.keep_typed(Step::BalkanId, draft(run));
                return Ok(Fit::No(code_of(&checked)));
            }
        }
    }
}

fn code_of(checked: &Checked) -> exit::Code {
    match &checked.report {
        Some(report) => exit::of_scim_report(report),
        None => exit::of_problems(&checked.problem),
    }
}

fn owners(asker: &Asker, draft: &mut DraftJson, given: &DraftJson) -> Result<(), Left> {
    let owner = draft.primary_owner.clone().or(given.primary_owner.clone());
    // With nobody to ask, the account stands in so that practice can go on.
    let owner = owner.or_else(|| draft.account.clone().filter(|_| !asker.is_person()));
    draft.primary_owner = Some(asker.text("Primary Application owner (e-mail)", owner.as_deref())?);
    let secondary = match draft.secondary_owners.is_empty() {
        true => &given.secondary_owners,
        false => &draft.secondary_owners,
    };
    let secondary = asker.text(
        "Secondary Application Owner(s), with commas between, or empty",
        Some(&secondary.join(", ")),
    )?;
    draft.secondary_owners = parts(&secondary).map(str::to_owned).collect();
    let description = draft.description.clone().or(given.description.clone());
    draft.description = Some(asker.text("Description, or empty", description.as_deref())?);
    Ok(())
}

fn extraction(
    run: &Run,
    asker: &Asker,
    draft: &mut DraftJson,
    given: &DraftJson,
) -> Result<(), Left> {
    if asker.is_person() {
        let now = ExtractionType::from(draft.extraction);
        let others = ExtractionType::ALL.into_iter().filter(|kind| *kind != now);
        let kinds: Vec<ExtractionType> = std::iter::once(now).chain(others).collect();
        let labels: Vec<&str> = kinds.iter().map(|kind| kind.label()).collect();
        draft.extraction = kinds[asker.choice("Extraction Type", &labels)?].into();
    } else {
        asker.say(&format!(
            "> Extraction Type: {}",
            ExtractionType::from(draft.extraction).label()
        ));
    }
    let ask = |question, typed: &Option<String>, given: &Option<String>| {
        let at_hand = typed.clone().or(given.clone());
        asker.text(question, at_hand.as_deref()).map(Some)
    };
    match draft.extraction {
        ExtractionJson::Direct => {}
        ExtractionJson::Scim => {
            draft.scim_url = ask("SCIM base URL", &draft.scim_url, &given.scim_url)?;
            draft.scim_user = ask(
                "SCIM user name, or empty for a bearer token",
                &draft.scim_user,
                &given.scim_user,
            )?;
            secret(run, asker, SecretSlot::ScimToken, false)?;
        }
        ExtractionJson::ManualUpload | ExtractionJson::AutomatedUpload => {
            if asker.is_person() {
                asker.say("No files yet? In another terminal, bbsetup extract --out FOLDER reads the workspace into them.");
            }
            draft.files = ask(
                "Folder with entities.csv and entity_relations.csv",
                &draft.files,
                &given.files,
            )?;
        }
    }
    Ok(())
}

fn optional(asker: &Asker, draft: &mut DraftJson, given: &DraftJson) -> Result<(), Left> {
    if draft.reviewers.is_empty() {
        draft.reviewers.clone_from(&given.reviewers);
    }
    draft.reviewer_count = draft.reviewer_count.take().or(given.reviewer_count.clone());
    draft.provisioning = draft.provisioning.take().or(given.provisioning.clone());
    if !asker.is_person() {
        return Ok(());
    }
    let choices = ["Leave it as it is", "Set it"];
    if asker.choice("Optional Configuration", &choices)? == 0 {
        return Ok(());
    }
    let reviewers = draft
        .reviewers
        .iter()
        .map(|reviewer| Reviewer::from(*reviewer).as_str());
    draft.reviewers = named(
        asker,
        "Who reviews, the first first, with commas between, or empty to leave it to BalkanID",
        &Reviewer::ALL.map(Reviewer::as_str),
        &reviewers.collect::<Vec<_>>().join(", "),
    )?
    .iter()
    .filter_map(|name| Reviewer::named(name).map(Into::into))
    .collect();
    draft.reviewer_count = Some(asker.text(
        "How many review, from 1 to 4, or empty to leave it to BalkanID",
        draft.reviewer_count.as_deref(),
    )?);
    let ways = draft.provisioning.clone().unwrap_or_default();
    let ways = ways.iter().map(|way| Provisioning::from(*way).as_str());
    let mut names = Provisioning::ALL.map(Provisioning::as_str).to_vec();
    names.push(NONE);
    let on = named(
        asker,
        "Ways of provisioning that are on, with commas between; none for none, or empty to leave them",
        &names,
        &ways.collect::<Vec<_>>().join(", "),
    )?;
    draft.provisioning = (!on.is_empty()).then(|| {
        on.iter()
            .filter_map(|name| Provisioning::named(name).map(Into::into))
            .collect()
    });
    Ok(())
}

/// No way of provisioning.
const NONE: &str = "none";

/// Asks for names until each is known.
fn named(asker: &Asker, question: &str, known: &[&str], before: &str) -> Result<Vec<String>, Left> {
    let question = format!("{question} ({})", known.join(", "));
    let mut before = before.to_owned();
    loop {
        let typed = asker.text(&question, Some(&before))?;
        let names: Vec<String> = parts(&typed).map(str::to_lowercase).collect();
        match names.iter().find(|name| !known.contains(&name.as_str())) {
            None => return Ok(names),
            Some(unknown) => asker.say(&format!("“{unknown}” is none of these.")),
        }
        before = typed;
    }
}

fn parts(typed: &str) -> impl Iterator<Item = &str> {
    typed
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
}
