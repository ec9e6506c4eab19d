//! `bbsetup extract`.

use std::sync::Arc;

use bbsetup_setup::SecretSlot;
use bbsetup_wizard::commands::extract::{Reading, extract};
use bbsetup_wizard::json::{
    ExtractEventJson, ExtractJson, GapJson, ReadingModeJson, ReadingProgressJson, StageNameJson,
};
use bbsetup_wizard::{Budget, ReadingMode};
use indicatif::ProgressBar;

use crate::arguments::{ExtractArguments, ReadingArguments};
use crate::check::stopped_by_ctrl_c;
use crate::context::Context;
use crate::report::{progress_bar, shown};
use crate::{exit, report};

pub(crate) async fn run(context: &Context, arguments: &ExtractArguments) -> exit::Code {
    let inputs = context.inputs_asked(&[SecretSlot::WorkspaceToken, SecretSlot::Account]);
    let reading = Reading {
        folder: arguments.out.clone(),
        mode: mode(&arguments.how),
        in_flight: usize::from(arguments.in_flight),
        budget: budget(&arguments.how),
        max_wait: context.services.limits.max_wait,
        spreadsheet_safe: arguments.spreadsheet_safe,
        afresh: arguments.afresh,
        force: arguments.force,
    };
    let bar = progress_bar(context, "{bar:20} {pos}/{len} requests  {wide_msg}");
    let shown = bar.clone();
    let ended = extract(
        &context.services,
        &inputs,
        &reading,
        Arc::new(move |event| show(&shown, event)),
        &stopped_by_ctrl_c(),
    )
    .await;
    bar.finish_and_clear();
    report::print_problems(&ended.problems);
    match context.json {
        true => report::print_json(&ended),
        false => report::print_text(&told(&ended)),
    }
    exit::of_extract(&ended)
}

/// What is read.
pub(crate) fn mode(how: &ReadingArguments) -> ReadingMode {
    match how.effective_only {
        true => ReadingMode::Effective,
        false => ReadingMode::Grants,
    }
}

/// How many requests may be made.
pub(crate) fn budget(how: &ReadingArguments) -> Budget {
    how.budget.unwrap_or_default()
}

fn show(bar: &ProgressBar, event: ExtractEventJson) {
    let say = |line: String| bar.suspend(|| eprintln!("{line}"));
    match event {
        ExtractEventJson::Started {
            resumed: true,
            began_at,
        } => say(format!("… Goes on with what was begun {began_at}.")),
        ExtractEventJson::Started { resumed: false, .. } | ExtractEventJson::Finished { .. } => {}
        ExtractEventJson::Progress { progress } => {
            bar.set_length(progress.requests + progress.requests_left);
            bar.set_position(progress.requests);
            bar.set_message(in_words(&progress));
        }
        ExtractEventJson::Waiting {
            until,
            seconds,
            reason,
        } => say(format!("… {reason} Goes on {until}, in {seconds} s.")),
        ExtractEventJson::Writing => bar.set_message("writing the files"),
    }
}

/// The part that is read now, and the time to go.
fn in_words(progress: &ReadingProgressJson) -> String {
    let stage = progress.stages.iter().find(|stage| !stage.ended);
    let mut text = stage.map_or_else(String::new, |stage| {
        let of = stage
            .total
            .map_or_else(String::new, |total| format!(" of {total}"));
        format!("{} {}{of}", stage_name(stage.stage), stage.done)
    });
    if let Some(seconds) = progress.seconds_left {
        text += &format!(", {} to go", span(seconds));
    }
    if let (Some(left), Some(limit)) = (progress.hourly_left, progress.hourly_limit) {
        text += &format!(", {left} of {limit} requests left this hour");
    }
    text
}

fn stage_name(stage: StageNameJson) -> &'static str {
    match stage {
        StageNameJson::Members => "members",
        StageNameJson::Groups => "groups",
        StageNameJson::Projects => "projects",
        StageNameJson::Repositories => "repositories",
        StageNameJson::ProjectPermissions => "project permissions",
        StageNameJson::RepositoryPermissions => "repository permissions",
    }
}

/// A time in words: `40 s`, `5 min`, `3 h 20 min`.
pub(crate) fn span(seconds: u64) -> String {
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7199 => format!("{} min", seconds.div_ceil(60)),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

fn told(extract: &ExtractJson) -> String {
    let mut text = String::new();
    let entities = &extract.entities;
    let relations = &extract.relations;
    if extract.files.is_empty() {
        if extract.resumable {
            line!(
                text,
                "{} repositories are listed so far, and what was read is kept in {}. Give the command again: it goes on there.",
                entities.repository,
                extract.folder
            );
        }
        return text;
    }
    line!(text, "{}", extract.workspace);
    for (count, one, many) in [
        (entities.user, "person", "people"),
        (entities.app_user, "app user", "app users"),
        (entities.group, "group", "groups"),
        (entities.project, "project", "projects"),
        (entities.repository, "repository", "repositories"),
    ] {
        line!(text, "  {count:>8} {}", if count == 1 { one } else { many });
    }
    let explicit = extract.mode == ReadingModeJson::Grants;
    line!(
        text,
        "  {:>8} memberships of the workspace, {} of groups",
        relations.workspace_member,
        relations.group_member
    );
    match explicit {
        true => line!(
            text,
            "  {:>8} grants to accounts, {} to groups",
            relations.project_user + relations.repository_user,
            relations.project_group + relations.repository_group
        ),
        false => line!(
            text,
            "  {:>8} effective permissions of accounts on repositories; whether they are direct or\n           through a group is not known in this mode",
            relations.repository_user
        ),
    }
    line!(text);
    for file in &extract.files {
        line!(
            text,
            "  {}  {} rows  SHA-256 {}",
            file.name,
            file.rows,
            file.sha256
        );
    }
    line!(text, "  in {}", extract.folder);
    line!(text);
    for name in &extract.vanished {
        line!(
            text,
            "! {name} was taken away in Bitbucket while it was read, and is not in the files."
        );
    }
    for gap in &extract.gaps {
        line!(text, "✗ {}", gap_in_words(gap));
        for hint in &gap.hints {
            line!(text, "  → {hint}");
        }
    }
    let seconds = extract.elapsed_ms / 1000;
    let waited = match extract.waited_seconds {
        0 => String::new(),
        waited => format!(", of which {} waiting for the rate limit", span(waited)),
    };
    line!(
        text,
        "{} {} requests in {}{waited}.",
        match extract.complete {
            true => "Everything was read.",
            false =>
                "Not everything could be read. Give the command again once that is mended: it asks for what is missing.",
        },
        extract.requests,
        span(seconds),
    );
    text
}

fn gap_in_words(gap: &GapJson) -> String {
    let of = match (gap.of.as_slice(), gap.count) {
        ([], _) => String::new(),
        ([one], 1) => format!(" of {}", shown(one)),
        ([first, ..], count) => {
            format!(" of {} and {} more", shown(first), count.saturating_sub(1))
        }
    };
    format!(
        "Not read: {}{of}. {} [{}]",
        what_is_missing(&gap.what),
        gap.message,
        gap.code
    )
}

/// What a gap lacks, by the name of the entity or relation.
fn what_is_missing(what: &str) -> &str {
    match what {
        "workspace_member" => "the members of the workspace",
        "group" => "the groups",
        "group_member" => "the members of the group",
        "project" => "all of the projects",
        "repository" => "all of the repositories",
        "project_user" => "grants to accounts on the project",
        "project_group" => "grants to groups on the project",
        "repository_user" => "grants to accounts on the repository",
        "repository_group" => "grants to groups on the repository",
        other => other,
    }
}
