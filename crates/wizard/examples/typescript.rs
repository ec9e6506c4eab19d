//! Writes the window's TypeScript types into a folder: `cargo xtask codegen` runs it.

use std::error::Error;

use bbsetup_wizard::json;
use ts_rs::{Config, TS};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os()
        .nth(1)
        .ok_or("give the folder to write into")?;
    let config = Config::new()
        .with_out_dir(folder)
        .with_large_int("number")
        .with_import_extension(Some("ts"));
    // Each of these brings the types that it is made of.
    json::HomeJson::export_all(&config)?;
    json::CheckEventJson::export_all(&config)?;
    json::ProfileCheckEventJson::export_all(&config)?;
    json::AllChecksJson::export_all(&config)?;
    json::RotateJson::export_all(&config)?;
    json::GuideJson::export_all(&config)?;
    json::StepAnswerJson::export_all(&config)?;
    json::AnswersJson::export_all(&config)?;
    json::SaveJson::export_all(&config)?;
    json::PlanJson::export_all(&config)?;
    json::ConfirmedJson::export_all(&config)?;
    json::SubmitEventJson::export_all(&config)?;
    json::ExportFormatJson::export_all(&config)?;
    json::ExportJson::export_all(&config)?;
    json::DiagnoseJson::export_all(&config)?;
    json::BundleJson::export_all(&config)?;
    json::ScimJson::export_all(&config)?;
    json::ValidateEventJson::export_all(&config)?;
    json::UploadEventJson::export_all(&config)?;
    json::ExtractEventJson::export_all(&config)?;
    json::EstimateJson::export_all(&config)?;
    json::AccessJson::export_all(&config)?;
    json::ReadingJson::export_all(&config)?;
    json::ReadingPlaceJson::export_all(&config)?;
    Ok(())
}
