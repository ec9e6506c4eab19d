//! The steps one by one: what each asks, and what its answer is checked for.

use bbsetup_setup::{CredentialSlot, Problem, SecretSlot, Step};
use bbsetup_wizard::Run;
use bbsetup_wizard::commands::watch::Patience;
use bbsetup_wizard::json::{
    ConfirmedJson, DraftJson, ExportFormatJson, HeldJson, KeysJson, ProblemJson, RouteJson,
    VerdictJson,
};

use super::asker::Asker;
use super::{Next, balkanid};
use crate::check::{progress, show, stopped_by_ctrl_c};
use crate::context::Context;
use crate::submit::{print_event, print_plan};
use crate::terminal::Left;
use crate::{exit, report};

pub(super) async fn ask(context: &Context, run: &Run, asker: &Asker, step: Step) -> Next {
    let asked = match step {
        Step::ServiceAccount => service_account(run, asker).await,
        Step::Workspace => {
            text(run, asker, step, "Workspace ID", |draft| {
                &mut draft.workspace
            })
            .await
        }
        Step::ApiUrl => text(run, asker, step, "API URL", |draft| &mut draft.api_url).await,
        Step::WorkspaceToken => workspace_token(context, run, asker).await,
        Step::Account => account(context, run, asker).await,
        Step::Report => permissions(context, run, asker).await,
        Step::BalkanId => balkanid::ask(context, run, asker).await,
        Step::Answers => answers(run, asker).await,
        Step::Submit => submit(run, asker).await,
        Step::Done => done(run, asker),
    };
    asked.unwrap_or_else(Into::into)
}

pub(super) fn draft(run: &Run) -> DraftJson {
    run.progress().draft
}

/// Answers a step; tells what is wrong and says whether it is done.
pub(super) async fn answered(run: &Run, asker: &Asker, step: Step, draft: DraftJson) -> bool {
    let answer = run.answer_and_look(step, draft).await;
    if let Some(seen) = &answer.seen {
        asker.say(seen);
    }
    asker.tell_problems(&answer.problems);
    !answer.problems.iter().any(ProblemJson::is_error)
}

async fn service_account(run: &Run, asker: &Asker) -> Result<Next, Left> {
    while !asker
        .agrees("Is there an account for BalkanID, and is it an administrator of the workspace?")?
    {
        asker.say("Make one first; it takes a few minutes. This waits.");
    }
    let draft = DraftJson {
        service_account_confirmed: true,
        ..draft(run)
    };
    answered(run, asker, Step::ServiceAccount, draft).await;
    Ok(Next::On)
}

/// Asks for one line until it can be read.
async fn text(
    run: &Run,
    asker: &Asker,
    step: Step,
    question: &str,
    field: fn(&mut DraftJson) -> &mut Option<String>,
) -> Result<Next, Left> {
    let mut given: DraftJson = asker.given().draft.clone().into();
    let mut at_hand = field(&mut draft(run))
        .clone()
        .or_else(|| field(&mut given).clone());
    if step == Step::ApiUrl {
        at_hand = at_hand.or_else(|| Some(bbsetup_setup::address::BITBUCKET_CLOUD_API.to_owned()));
    }
    loop {
        let typed = asker.text(question, at_hand.as_deref())?;
        let mut draft = draft(run);
        *field(&mut draft) = Some(typed.clone());
        if answered(run, asker, step, draft).await {
            return Ok(Next::On);
        }
        at_hand = Some(typed);
    }
}

/// Asks for a secret until it can be read; an empty answer keeps one that is there.
pub(super) fn secret(
    run: &Run,
    asker: &Asker,
    slot: SecretSlot,
    optional: bool,
) -> Result<(), Left> {
    loop {
        let held = run
            .progress()
            .secrets
            .iter()
            .any(|secret| secret.slot == slot.as_str() && secret.held != HeldJson::Absent);
        let Some(pasted) = asker.secret(slot)? else {
            if held || optional {
                return Ok(());
            }
            asker.say("The field is empty. Paste the token, then press Enter; it is not shown.");
            continue;
        };
        let answer = run.hold_secret(slot, &pasted);
        asker.tell_problems(&answer.problems);
        if answer.problems.is_empty() {
            return Ok(());
        }
    }
}

/// Proves the keychain before any secret is asked for.
async fn prove_keychain(run: &Run, asker: &Asker) -> Result<(), Left> {
    loop {
        let keychain = run.probe_keychain().await;
        let Some(problem) = keychain.problem else {
            return Ok(());
        };
        asker.tell_problems(&[problem]);
        let chosen = asker.choice("What now?", &["Try again", "Go on for this process only"])?;
        if chosen == 1 {
            run.use_memory_only();
            asker.say("Secrets are kept for this process only and are gone when it ends.");
            return Ok(());
        }
    }
}

async fn workspace_token(context: &Context, run: &Run, asker: &Asker) -> Result<Next, Left> {
    prove_keychain(run, asker).await?;
    loop {
        secret(run, asker, SecretSlot::WorkspaceToken, false)?;
        text(
            run,
            asker,
            Step::WorkspaceToken,
            "Expiry date of the workspace token, such as 2027-11-20 (empty: none)",
            |draft| &mut draft.workspace_token_expires,
        )
        .await?;
        if checked(context, run, asker, &[CredentialSlot::WorkspaceToken]).await
            == VerdictJson::Ready
        {
            return Ok(Next::On);
        }
        if asker.choice(
            "What now?",
            &[
                "Paste another token",
                "Go on; the report says what is missing",
            ],
        )? == 1
        {
            return Ok(Next::On);
        }
    }
}

async fn account(context: &Context, run: &Run, asker: &Asker) -> Result<Next, Left> {
    loop {
        text(run, asker, Step::Account, "Account e-mail", |draft| {
            &mut draft.account
        })
        .await?;
        secret(run, asker, SecretSlot::Account, false)?;
        text(
            run,
            asker,
            Step::Account,
            "Expiry date of the API token, such as 2027-11-20 (empty: not known)",
            |draft| &mut draft.account_token_expires,
        )
        .await?;
        if checked(context, run, asker, &[CredentialSlot::Account]).await == VerdictJson::Ready {
            return Ok(Next::On);
        }
        if asker.choice(
            "What now?",
            &[
                "Enter e-mail and token again",
                "Go on; the report says what is missing",
            ],
        )? == 1
        {
            return Ok(Next::On);
        }
    }
}

/// Checks, and prints the report.
async fn checked(
    context: &Context,
    run: &Run,
    asker: &Asker,
    slots: &[CredentialSlot],
) -> VerdictJson {
    let bar = progress(context);
    let stop = stopped_by_ctrl_c();
    let events = |event| show(&bar, event);
    let checked = run.check(slots, &events, &stop).await;
    bar.finish_and_clear();
    report::print_table(&checked.json, &mut asker.out());
    asker.problems.replace(checked.json.problems.clone());
    checked.json.verdict
}

async fn permissions(context: &Context, run: &Run, asker: &Asker) -> Result<Next, Left> {
    loop {
        if checked(context, run, asker, &CredentialSlot::ALL).await == VerdictJson::Ready {
            return Ok(Next::On);
        }
        let choices = [
            "Check again",
            "Replace the workspace token",
            "Replace the account's e-mail and token",
            "Go on anyway",
        ];
        match asker.choice("What now?", &choices)? {
            0 => {}
            1 => return Ok(Next::To(Step::WorkspaceToken)),
            2 => return Ok(Next::To(Step::Account)),
            _ if asker.is_person() => return Ok(Next::On),
            // Nobody is there to take the responsibility of going on.
            _ => return Ok(Next::End(end_of_check(asker))),
        }
    }
}

/// The exit code of the problems that the check told: errors, or else what is left.
fn end_of_check(asker: &Asker) -> exit::Code {
    let problems = asker.problems.borrow();
    let codes = |only_errors: bool| {
        problems
            .iter()
            .filter(move |problem| !only_errors || problem.is_error())
            .map(|problem| problem.code.as_str())
    };
    match problems.iter().any(ProblemJson::is_error) {
        true => exit::of_codes(codes(true)),
        false => exit::of_codes(codes(false)),
    }
}

async fn answers(run: &Run, asker: &Asker) -> Result<Next, Left> {
    let answers = run.answers();
    for line in &answers.lines {
        asker.say(&format!("  {:32} {}", line.label, line.value));
    }
    asker.tell_problems(&answers.problems);
    let mut choices: Vec<String> = answers
        .lines
        .iter()
        .map(|line| format!("Change {}", line.label))
        .collect();
    let ready = answers.problems.is_empty();
    if ready {
        choices.insert(0, "Save and submit".to_owned());
    }
    let shown: Vec<&str> = choices.iter().map(String::as_str).collect();
    let chosen = match asker.is_person() {
        true => asker.choice("What now?", &shown)?,
        false if ready => 0,
        false => return Ok(Next::End(exit::USAGE)),
    };
    if ready && chosen == 0 {
        answered(run, asker, Step::Answers, draft(run)).await;
        return Ok(Next::On);
    }
    let line = &answers.lines[chosen - usize::from(ready)];
    Ok(Next::To(Step::named(&line.step).unwrap_or(Step::Workspace)))
}

async fn submit(run: &Run, asker: &Asker) -> Result<Next, Left> {
    let mut confirmed = ConfirmedJson::default();
    let mut planned = run.plan(&confirmed).await;
    if let Ok(plan) = &planned
        && !plan.candidates.is_empty()
        && asker.is_person()
    {
        asker.tell_problems(&plan.problems);
        let mut choices: Vec<String> = plan
            .candidates
            .iter()
            .map(|held| format!("{} {} ({})", held.id, held.description, held.words))
            .collect();
        choices.push("Create a new one".to_owned());
        let shown: Vec<&str> = choices.iter().map(String::as_str).collect();
        let chosen = asker.choice("Which integration is meant?", &shown)?;
        let chosen = plan.candidates.get(chosen).map(|held| held.id.clone());
        confirmed.integration = Some(chosen.unwrap_or_else(|| "new".to_owned()));
        planned = run.plan(&confirmed).await;
    }
    let plan = match planned {
        Ok(plan) => plan,
        Err(problems) => {
            let code = failed(asker, &problems);
            return Ok(if asker.is_person() {
                Next::To(Step::Answers)
            } else {
                Next::End(code)
            });
        }
    };
    print_plan(&plan);
    asker.tell_problems(&plan.problems);
    if plan.keys == KeysJson::ToConfirm {
        asker.say("With the names of the keys in a file, bbsetup submit --keys FILE creates the integration by API.");
    }
    let code = exit::of_document(&plan.problems);
    if code != exit::DONE && plan.route == RouteJson::Api {
        return Ok(match asker.is_person() {
            true => Next::To(Step::Answers),
            false => Next::End(code),
        });
    }
    let question = match plan.route {
        RouteJson::Api => "Save the secrets to the keychain and write this to BalkanID?",
        RouteJson::Assisted => {
            "Is it saved in BalkanID's form? (Yes saves the secrets to the keychain too)"
        }
    };
    if !asker.agrees(question)? {
        return Ok(Next::To(Step::Answers));
    }
    let stop = stopped_by_ctrl_c();
    match run
        .submit(
            plan.route,
            &confirmed,
            Patience::default(),
            &print_event,
            &stop,
        )
        .await
    {
        Ok(submitted) => {
            asker.tell_problems(&submitted.problems);
            asker.submission.replace(Some(submitted.clone()));
            for difference in &submitted.differences {
                asker.say(&format!(
                    "BalkanID shows {} as “{}”, asked was “{}”: set it by hand.",
                    difference.field, difference.shown, difference.asked
                ));
            }
            Ok(Next::On)
        }
        Err(problems) => {
            let code = failed(asker, &problems);
            if asker.choice("What now?", &["Submit again", "Stop here"])? == 0 {
                return Ok(Next::To(Step::Submit));
            }
            Ok(Next::End(code))
        }
    }
}

fn failed(asker: &Asker, problems: &[Problem]) -> exit::Code {
    let shown: Vec<ProblemJson> = problems.iter().cloned().map(Into::into).collect();
    asker.tell_problems(&shown);
    exit::of_problems(problems)
}

fn done(run: &Run, asker: &Asker) -> Result<Next, Left> {
    let here = std::path::Path::new(".");
    let workspace = run.progress().workspace.unwrap_or_default();
    asker.say("Keep a record:");
    asker.say(&format!(
        "  bbsetup evidence --workspace {workspace} --out {}",
        run.suggested_path(None, ExportFormatJson::EvidenceHtml, here)
            .display()
    ));
    asker.say(&format!(
        "  bbsetup export --workspace {workspace} --format toml --out {}",
        run.suggested_path(None, ExportFormatJson::Toml, here)
            .display()
    ));
    asker.say("Come back with bbsetup check and bbsetup status.");
    Ok(Next::End(exit::DONE))
}
