//! `bbsetup diagnose`.

use std::io::Write;
use std::path::Path;

use bbsetup_setup::{Problem, ProblemCode};
use bbsetup_wizard::commands::diagnose::{self, Bundle, Surroundings};
use bbsetup_wizard::files::Existing;
use bbsetup_wizard::json::SavedBundleJson;

use crate::arguments::DiagnoseArguments;
use crate::context::Context;
use crate::{exit, report, terminal};

pub(crate) async fn run(context: &Context, arguments: &DiagnoseArguments) -> exit::Code {
    // Before anything is looked at: the answer is the same afterwards.
    if let Some(problem) = arguments
        .out
        .as_deref()
        .and_then(|path| kept(path, arguments))
    {
        return report::print_failure(context.json, &[problem]);
    }
    let surroundings = Surroundings {
        window_engine: None,
        user_home: directories::UserDirs::new().map(|user| user.home_dir().to_path_buf()),
    };
    let diagnosis = diagnose::diagnose(&context.services, &context.inputs, surroundings).await;
    let mut seen = diagnosis.json(arguments.with_email);
    if !context.json {
        // A closed pipe is the reader's choice.
        let _closed_pipe = write!(std::io::stdout(), "{}", diagnose::text(&seen));
    }
    if let Some(path) = arguments.out.as_deref() {
        let written = diagnosis
            .bundle(arguments.with_email)
            .map(|bundle| write(context, arguments, &bundle, path));
        match written {
            Ok(Some(Ok(saved))) => seen.bundle = Some(saved),
            Ok(Some(Err(problem))) | Err(problem) => {
                return report::print_failure(context.json, &[problem]);
            }
            Ok(None) => return report::print_declined(context.json, "No zip was written."),
        }
    }
    match (&seen.bundle, context.json) {
        (_, true) => report::print_json(&seen),
        (Some(saved), false) => println!("\nWrote {}  sha256 {}", saved.file, saved.sha256),
        (None, false) => {}
    }
    exit::of_document(&seen.problems)
}

/// Shows all that the zip would hold, asks, and writes it; nothing where nobody agreed.
fn write(
    context: &Context,
    arguments: &DiagnoseArguments,
    bundle: &Bundle,
    path: &Path,
) -> Option<Result<SavedBundleJson, Problem>> {
    for file in bundle.files() {
        eprintln!("\n── {} ──", file.name);
        eprint!("{}", file.text);
    }
    eprintln!("\n── This is all that {} would hold. ──", path.display());
    let agreed = arguments.yes
        || context.interactive && terminal::agreed(&format!("Write {}?", path.display()));
    let existing = match arguments.force {
        true => Existing::Replace,
        false => Existing::Keep,
    };
    agreed.then(|| bundle.save(path, existing))
}

/// The problem of a file that is there already and is to stay.
fn kept(path: &Path, arguments: &DiagnoseArguments) -> Option<Problem> {
    (path.exists() && !arguments.force).then(|| {
        Problem::new(
            ProblemCode::FileExists,
            format!("{} is there already and was left as it is.", path.display()),
        )
        .on_field("out")
    })
}
