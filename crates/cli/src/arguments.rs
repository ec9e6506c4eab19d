//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use bbsetup_setup::{ExtractionType, Provisioning, Reviewer};
use bbsetup_wizard::Budget;
use clap::builder::PossibleValue;
use clap::{Args, Parser, Subcommand, ValueEnum};

/// Connects Bitbucket to BalkanID and checks every permission on the way.
#[derive(Parser)]
#[command(
    name = "bbsetup",
    version,
    about,
    max_term_width = 100,
    after_help = "Secrets are never given as flags: they are asked for without being shown, or read from the\nenvironment (BBSETUP_WORKSPACE_TOKEN, BBSETUP_API_TOKEN, BBSETUP_BALKANID_KEY_ID,\nBBSETUP_BALKANID_KEY_SECRET, BBSETUP_SCIM_TOKEN) or from the keychain.\n\nTry it without any account:  bbsetup practice\n\nEvery command takes --json; what goes wrong without a document of its own is bbsetup.error/1.\nExit: 0 done, 1 defect of this program, 2 usage, 3 something to mend in Bitbucket or BalkanID,\n      4 sign-in refused, 5 could not tell, 6 rate limit, 7 keychain, 8 BalkanID or the SCIM\n      server refused, 9 stopped half-way."
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) shared: Shared,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Values that every command takes.
#[derive(Args, Clone, Debug)]
pub(crate) struct Shared {
    /// Workspace ID: a slug, a {uuid}, or any address of the workspace
    #[arg(long, global = true, env = "BBSETUP_WORKSPACE")]
    pub(crate) workspace: Option<String>,
    #[arg(
        long,
        global = true,
        env = "BBSETUP_API_URL",
        help = "Bitbucket's API [default: https://api.bitbucket.org]"
    )]
    pub(crate) api_url: Option<String>,
    /// E-mail of the account whose API token is used
    #[arg(long, global = true, env = "BBSETUP_ACCOUNT")]
    pub(crate) account: Option<String>,
    /// Expiry date of the workspace access token, such as 2027-11-20
    // Neither name may speak of a token: an option that does is taken for a secret.
    #[arg(
        long,
        global = true,
        env = "BBSETUP_WORKSPACE_EXPIRES",
        value_name = "DAY"
    )]
    pub(crate) workspace_expires: Option<String>,
    /// Expiry date of the account's API token, such as 2027-11-20
    #[arg(
        long,
        global = true,
        env = "BBSETUP_ACCOUNT_EXPIRES",
        value_name = "DAY"
    )]
    pub(crate) account_expires: Option<String>,
    #[arg(
        long,
        global = true,
        env = "BBSETUP_BALKANID_URL",
        help = "BalkanID's REST API [default: https://app.balkan.id]"
    )]
    pub(crate) balkanid_url: Option<String>,
    #[arg(
        long,
        global = true,
        env = "BBSETUP_BALKANID_PUBLIC_URL",
        help = "BalkanID's Public API, such as https://acme.balkanid.app/api/public"
    )]
    pub(crate) balkanid_public_url: Option<String>,
    /// Folder for progress and profiles; it holds no secret
    // As text that may be empty, so that an empty variable is as none.
    #[arg(
        long,
        global = true,
        env = "BBSETUP_HOME",
        value_name = "HOME",
        value_parser = clap::builder::OsStringValueParser::new()
    )]
    pub(crate) home: Option<OsString>,
    /// Where secrets are kept
    #[arg(
        long,
        global = true,
        env = "BBSETUP_VAULT",
        value_enum,
        ignore_case = true,
        default_value = "os"
    )]
    pub(crate) vault: VaultChoice,
    /// Print one JSON document on standard output and nothing else there
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// The longest wait for a rate limit, in seconds
    #[arg(long, global = true, default_value_t = 60)]
    pub(crate) max_wait: u64,
    /// The longest wait for one answer, in seconds
    #[arg(long, global = true, default_value_t = 20)]
    pub(crate) timeout: u64,
    /// Tell each request on standard error: method, host, path and status
    #[arg(long, short, global = true)]
    pub(crate) verbose: bool,
}

/// Where secrets are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum VaultChoice {
    /// The operating system's keychain
    // An empty variable is as none.
    #[value(alias = "")]
    Os,
    /// This process only
    Memory,
}

/// The example and the exits of `check`.
const CHECK_HELP: &str = "Example:\n  bbsetup check --workspace acme --account balkanid@acme.example\n  bbsetup check --all\n\nJSON: bbsetup.check/1; with --all bbsetup.check_all/1\nExit: 0 ready, 2 a value cannot be used, 3 something to mend in Bitbucket, 4 sign-in refused,\n      5 could not tell, 6 rate limit, 7 keychain.";

/// The commands.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Walk through the whole set-up, step by step
    #[command(
        after_help = "Example:\n  bbsetup setup\n  bbsetup setup --answers-from-environment --json\n\nAn unfinished set-up is offered to be gone on with at the next start.\n\nJSON: bbsetup.setup/1, once it ends\nExit: 0 done, 2 a value cannot be used or no terminal to ask on, 3 something to mend, 7 keychain,\n      8 BalkanID refused, 9 stopped half-way."
    )]
    Setup(SetupArguments),
    /// Check every permission, live
    #[command(
        after_help = CHECK_HELP,
        after_long_help = crate::needs::help(CHECK_HELP)
    )]
    Check(CheckArguments),
    /// Save the secrets to the keychain, after a check
    #[command(
        after_help = "Example:\n  bbsetup save --workspace acme --account balkanid@acme.example\n\nJSON: bbsetup.save/1\nExit: 0 saved; 7 keychain; else as check, and nothing is saved."
    )]
    Save(SaveArguments),
    /// Create or update the integration in BalkanID, then start a sync
    #[command(
        after_help = "Example:\n  bbsetup submit --workspace acme --primary-owner owner@acme.example --yes\n\nJSON: bbsetup.submit/1\nExit: 0 done, or filled in by hand; 2 a value cannot be used, 5 could not tell, 6 rate limit,\n      7 keychain, 8 BalkanID refused, 9 stopped before anything was written."
    )]
    Submit(SubmitArguments),
    /// What BalkanID says of the integration
    #[command(
        after_help = "Example:\n  bbsetup status --workspace acme --watch\n\nJSON: bbsetup.status/1\nExit: 0 told, 2 a value cannot be used, 5 could not tell, 6 rate limit, 7 keychain,\n      8 BalkanID refused or its sync ended with an error, 9 watching was stopped."
    )]
    Status(StatusArguments),
    /// Write the configuration to a file; secrets only encrypted to a passphrase
    #[command(
        after_help = "Example:\n  bbsetup export --workspace acme --format toml --out acme.toml\n  bbsetup export --workspace acme --format age --out acme.age && age -d acme.age\n\nThe passphrase of an age file is asked for, or read from BBSETUP_EXPORT_PASSPHRASE.\n\nJSON: bbsetup.export/1\nExit: 0 written, 2 a value cannot be used or the file is there already, 7 keychain, 9 not written."
    )]
    Export(ExportArguments),
    /// Check, and write down what was checked, seen and granted
    #[command(
        after_help = "Example:\n  bbsetup evidence --workspace acme --out evidence.html\n\nPrint the HTML to PDF for BalkanID's Audit Evidence box.\n\nJSON: bbsetup.check/1, the report that was written down\nExit: 0 ready and written; 9 not written; else as check."
    )]
    Evidence(EvidenceArguments),
    /// Read the workspace into BalkanID's CSV files: entities and relations
    #[command(
        after_help = "Example:\n  bbsetup extract --workspace acme --out ./acme\n  bbsetup extract --workspace acme --out ./acme --max-wait 4000 --json\n\nWrites entities.csv, entity_relations.csv and manifest.json into the folder, and beside them what was\nread so far (checkpoint.sqlite): the same command goes on where the last one stopped. What could not\nbe read is told as a gap, with its reason.\n\nJSON: bbsetup.extract/1\nExit: 0 everything was read, 2 a value cannot be used, 3 gaps to mend in Bitbucket, 4 sign-in refused,\n      5 could not tell, 6 rate limit longer than --max-wait, 7 keychain, 9 stopped half-way or with\n      gaps: give the command again."
    )]
    Extract(ExtractArguments),
    /// What a read of the workspace would need: requests, rows and time
    #[command(
        after_help = "Example:\n  bbsetup estimate --workspace acme\n\nIt looks at the lists and at a few projects and repositories, with at most 14 requests, or twice as\nmany where one credential may not ask what the other may.\n\nJSON: bbsetup.estimate/1\nExit: 0 told, 2 a value cannot be used, 3 something to mend in Bitbucket, 4 sign-in refused,\n      5 could not tell, 6 rate limit, 7 keychain."
    )]
    Estimate(EstimateArguments),
    /// How access flows in a workspace that was read, and what a reviewer looks for first
    #[command(
        after_help = "Example:\n  bbsetup extract --workspace acme --out ./acme && bbsetup access ./acme\n\nNothing is sent: it looks at what extract has left in the folder.\n\nJSON: bbsetup.access/1\nExit: 0 told, 2 the folder holds no reading, 9 it is being read."
    )]
    Access(AccessArguments),
    /// Look through BalkanID's CSV files: every problem with its row and column
    #[command(
        after_help = "Example:\n  bbsetup validate entities.csv entity_relations.csv\n  bbsetup validate ./folder --json\n\nFiles that are given together belong together: the ends of relations are looked for among the\nentities. Which kind a file is, is told by its header. Of a folder, entities.csv and\nentity_relations.csv are read. Rows are numbered as a spreadsheet shows them: the header is row 1.\n\nJSON: bbsetup.validate/1\nExit: 0 nothing but warnings, 2 there is no such file, 3 rows to mend."
    )]
    Validate(ValidateArguments),
    /// Send entities, then relations, through BalkanID's bulk API
    #[command(
        after_help = "Example:\n  bbsetup upload ./folder\n  bbsetup upload ./folder --integration bitbucket/01H965ZRNQHAS2B8GKJA85X75D --json\n\nThe folder holds entities.csv and entity_relations.csv. Both are looked through first, and the key is\ntried. What was sent is noted in upload.json beside them, so that the command can be given again and\ngoes on with what is missing.\n\nJSON: bbsetup.upload/1\nExit: 0 sent, 2 a value cannot be used, 3 rows to mend, 5 could not tell, 6 rate limit, 7 keychain,\n      8 BalkanID refused, 9 stopped half-way: give the command again."
    )]
    Upload(UploadArguments),
    /// Replace a token with a new one, after a check of the new one
    #[command(
        after_help = "Example:\n  bbsetup rotate --workspace acme --slot account --account-expires 2027-11-20\n  bbsetup rotate --workspace acme --slot account --undo\n\nThe new token is asked for, or read from BBSETUP_WORKSPACE_TOKEN or BBSETUP_API_TOKEN. The old one is\nkept in the keychain until --drop-previous, and BalkanID has it until the next bbsetup submit.\n\nJSON: bbsetup.rotate/1\nExit: 0 replaced, 2 a value cannot be used, 3 something speaks against the new one, 4 sign-in refused,\n      5 could not tell, 6 rate limit, 7 keychain, 9 stopped. Nothing is replaced but with 0."
    )]
    Rotate(RotateArguments),
    /// When the tokens expire; enters another day
    #[command(
        after_help = "Example:\n  bbsetup expiry --workspace acme\n  bbsetup expiry --workspace acme --account-expires 2027-11-20\n  bbsetup export --workspace acme --format ics --out acme.ics\n\nJSON: bbsetup.expiry/1\nExit: 0 told, 2 a value cannot be used."
    )]
    Expiry(ExpiryArguments),
    /// Check whether a SCIM server is fit for BalkanID to read
    #[command(
        after_help = "Example:\n  bbsetup scim --scim-url https://id.acme.example/scim/v2\n  bbsetup scim --scim-url https://id.acme.example/scim/v2 --scim-user balkanid\n\nThe token, or with a user name the password, is asked for, or read from BBSETUP_SCIM_TOKEN or from\nthe keychain of the workspace. Nothing is written to the server: it is read, and by GET alone.\n\nJSON: bbsetup.scim/1\nExit: 0 ready, 2 a value cannot be used, 3 something to mend at the SCIM server, 4 sign-in refused,\n      5 could not tell, 6 rate limit, 7 keychain, 8 the SCIM server refused."
    )]
    Scim(ScimArguments),
    /// Look at keychain, network, clock and folder; write it down in a zip without secrets
    #[command(
        after_help = "Example:\n  bbsetup diagnose\n  bbsetup diagnose --out diagnosis.zip\n\nNo credential is read or sent. With --out all that the zip would hold is shown on standard error\nfirst. Tokens are always masked; e-mails too, unless --with-email is given.\n\nJSON: bbsetup.diagnose/1\nExit: 0 nothing is wrong, 2 a value cannot be used or the file is there already, 3 BalkanID or\n      Bitbucket is not where the address says, 5 could not tell, 7 keychain, 9 not written or not\n      agreed to."
    )]
    Diagnose(DiagnoseArguments),
    /// List the finished set-ups
    #[command(
        after_help = "Example:\n  bbsetup profiles --json\n\nJSON: bbsetup.profiles/1\nExit: 0 told."
    )]
    Profiles,
    /// Forget a finished set-up and delete its secrets from the keychain
    #[command(
        after_help = "Example:\n  bbsetup forget --workspace acme\n\nJSON: bbsetup.forget/1\nExit: 0 forgotten, or there was nothing; 2 a value cannot be used, 7 keychain, 9 not agreed to."
    )]
    Forget(ForgetArguments),
    /// Start a practice Bitbucket, BalkanID and SCIM server on this machine, and stay
    #[command(
        after_help = "Example:\n  bbsetup practice --scenario missing-project-admin\n\nThe `env` of the first line holds the variables that point every other command here.\n\nJSON: bbsetup.practice/1 as the first line, with or without --json\nExit: 0 ended by Ctrl+C or SIGTERM, 2 no such scenario."
    )]
    Practice(PracticeArguments),
}

/// What `setup` takes.
#[derive(Args)]
pub(crate) struct SetupArguments {
    /// Take every answer from flags and environment, ask nothing, and tell each step
    #[arg(long)]
    pub(crate) answers_from_environment: bool,
    #[command(flatten)]
    pub(crate) form: FormArguments,
}

/// What `check` takes.
#[derive(Args)]
pub(crate) struct CheckArguments {
    /// Check every finished set-up with its secrets from the keychain, some at once
    #[arg(long)]
    pub(crate) all: bool,
}

/// What `rotate` takes.
#[derive(Args)]
pub(crate) struct RotateArguments {
    /// The credential to replace; without it, those whose variable is set
    #[arg(long, value_enum)]
    pub(crate) slot: Vec<SlotChoice>,
    /// Put the replaced one back
    #[arg(long, conflicts_with = "drop_previous")]
    pub(crate) undo: bool,
    /// Delete the replaced one from the keychain
    #[arg(long)]
    pub(crate) drop_previous: bool,
}

/// One of Bitbucket's two credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SlotChoice {
    /// The workspace access token
    #[value(name = "workspace_token", alias = "workspace-token")]
    WorkspaceToken,
    /// The account's API token
    Account,
}

/// What `expiry` takes.
#[derive(Args)]
pub(crate) struct ExpiryArguments {
    /// Forget the day of this credential
    #[arg(long, value_enum)]
    pub(crate) clear: Vec<SlotChoice>,
}

/// What `scim` takes.
#[derive(Args)]
pub(crate) struct ScimArguments {
    #[arg(
        long,
        env = "BBSETUP_SCIM_URL",
        value_name = "URL",
        help = "The SCIM server's base URL, such as https://id.acme.example/scim/v2"
    )]
    pub(crate) scim_url: Option<String>,
    /// The user name, where the server asks for one with a password rather than for a token
    #[arg(long, env = "BBSETUP_SCIM_USER", value_name = "NAME")]
    pub(crate) scim_user: Option<String>,
}

/// What `save` takes.
#[derive(Args)]
pub(crate) struct SaveArguments {
    /// Save without a check
    #[arg(long)]
    pub(crate) unchecked: bool,
}

/// What BalkanID's form asks for besides credentials.
#[derive(Args, Clone)]
pub(crate) struct FormArguments {
    /// Primary Application owner, an e-mail
    #[arg(long, env = "BBSETUP_PRIMARY_OWNER")]
    pub(crate) primary_owner: Option<String>,
    /// A Secondary Application Owner, an e-mail; may be given more than once
    #[arg(long)]
    pub(crate) secondary_owner: Vec<String>,
    /// Description of the integration
    #[arg(long)]
    pub(crate) description: Option<String>,
    /// How BalkanID gets the data
    #[arg(long, env = "BBSETUP_EXTRACTION", value_enum, ignore_case = true)]
    pub(crate) extraction: Option<ExtractionChoice>,
    #[arg(
        long,
        env = "BBSETUP_SCIM_URL",
        value_name = "URL",
        help = "SCIM: the server's base URL, such as https://scim.acme.example/scim/v2"
    )]
    pub(crate) scim_url: Option<String>,
    /// SCIM: the user name of a server that takes Basic; BBSETUP_SCIM_TOKEN is then its password
    #[arg(long, env = "BBSETUP_SCIM_USER", value_name = "NAME")]
    pub(crate) scim_user: Option<String>,
    /// Uploads: the folder with entities.csv and entity_relations.csv
    #[arg(long, env = "BBSETUP_FILES", value_name = "DIR")]
    pub(crate) files: Option<String>,
    /// Optional Configuration: who reviews, the first first, with commas between
    #[arg(long, value_delimiter = ',', value_name = "REVIEWER")]
    pub(crate) reviewers: Vec<ReviewerChoice>,
    /// Optional Configuration: how many review, from 1 to 4
    #[arg(long, value_name = "NUMBER")]
    pub(crate) reviewer_count: Option<String>,
    /// Optional Configuration: the ways of provisioning that are on, with commas between, or none
    #[arg(long, value_delimiter = ',', value_name = "WAY")]
    pub(crate) provisioning: Vec<ProvisioningChoice>,
}

/// The four extraction types of BalkanID's form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum ExtractionChoice {
    /// Direct integration
    Direct,
    /// SCIM integration
    Scim,
    /// Manual file upload
    ManualUpload,
    /// Automated upload using API
    AutomatedUpload,
}

impl From<ExtractionChoice> for ExtractionType {
    fn from(choice: ExtractionChoice) -> Self {
        match choice {
            ExtractionChoice::Direct => Self::Direct,
            ExtractionChoice::Scim => Self::Scim,
            ExtractionChoice::ManualUpload => Self::ManualUpload,
            ExtractionChoice::AutomatedUpload => Self::AutomatedUpload,
        }
    }
}

/// A reviewer of BalkanID's Optional Configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ReviewerChoice(pub(crate) Reviewer);

impl ValueEnum for ReviewerChoice {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [ReviewerChoice; 4] = [
            ReviewerChoice(Reviewer::FirstLineManager),
            ReviewerChoice(Reviewer::BusinessOwner),
            ReviewerChoice(Reviewer::RiskManager),
            ReviewerChoice(Reviewer::ApplicationOwner),
        ];
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.0.as_str()).help(self.0.label()))
    }
}

/// A way of provisioning that is on, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ProvisioningChoice(pub(crate) Option<Provisioning>);

impl ValueEnum for ProvisioningChoice {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [ProvisioningChoice; 7] = [
            ProvisioningChoice(Some(Provisioning::Sso)),
            ProvisioningChoice(Some(Provisioning::App)),
            ProvisioningChoice(Some(Provisioning::Ticket)),
            ProvisioningChoice(Some(Provisioning::Scim)),
            ProvisioningChoice(Some(Provisioning::Webhook)),
            ProvisioningChoice(Some(Provisioning::Playbook)),
            ProvisioningChoice(None),
        ];
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self.0 {
            Some(way) => PossibleValue::new(way.as_str()).help(way.label()),
            None => PossibleValue::new("none").help("All of them off"),
        })
    }
}

/// What `submit` takes.
#[derive(Args)]
pub(crate) struct SubmitArguments {
    #[command(flatten)]
    pub(crate) form: FormArguments,
    /// Do not ask before writing
    #[arg(long, short)]
    pub(crate) yes: bool,
    /// Wait until the sync ends
    #[arg(long)]
    pub(crate) watch: bool,
    /// The integration that is meant, by BalkanID's ID, or `new`; asked for where it cannot be told
    #[arg(long, value_name = "ID")]
    pub(crate) integration: Option<String>,
    /// A JSON file with the names of BalkanID's keys, for a tenant that has no Bitbucket integration yet
    #[arg(long, value_name = "FILE")]
    pub(crate) keys: Option<PathBuf>,
}

/// What `status` takes.
#[derive(Args)]
pub(crate) struct StatusArguments {
    /// Wait until it is connected or ends with an error
    #[arg(long)]
    pub(crate) watch: bool,
}

/// What `export` takes.
#[derive(Args)]
pub(crate) struct ExportArguments {
    /// The format
    #[arg(long, value_enum)]
    pub(crate) format: ExportFormat,
    /// The file to write
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Replace a file that is there already
    #[arg(long)]
    pub(crate) force: bool,
}

/// The formats of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportFormat {
    /// JSON, without secrets
    Json,
    /// TOML, without secrets
    Toml,
    /// Environment variables, without secrets
    Env,
    /// Everything, encrypted to a passphrase
    Age,
    /// A calendar file that reminds of the tokens' expiry dates
    Ics,
}

/// What `evidence` takes.
#[derive(Args)]
pub(crate) struct EvidenceArguments {
    /// The file to write: .md or .html
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Replace a file that is there already
    #[arg(long)]
    pub(crate) force: bool,
}

/// What `diagnose` takes.
#[derive(Args)]
pub(crate) struct DiagnoseArguments {
    /// The zip to write, once its content was shown
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Leave e-mails as they are
    #[arg(long)]
    pub(crate) with_email: bool,
    /// Do not ask before writing
    #[arg(long, short)]
    pub(crate) yes: bool,
    /// Replace a file that is there already
    #[arg(long)]
    pub(crate) force: bool,
}

/// What `extract` takes.
#[derive(Args)]
pub(crate) struct ExtractArguments {
    /// The folder to write into; it is made where it is not there
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) how: ReadingArguments,
    /// The most requests at once
    #[arg(long, value_name = "NUMBER", default_value_t = 8, value_parser = clap::value_parser!(u8).range(1..=64))]
    pub(crate) in_flight: u8,
    /// Write a second copy for spreadsheets, in which no cell is taken for a formula
    #[arg(long)]
    pub(crate) spreadsheet_safe: bool,
    /// Begin anew where an earlier run stopped half-way
    #[arg(long)]
    pub(crate) afresh: bool,
    /// Replace files that no earlier run has written
    #[arg(long)]
    pub(crate) force: bool,
}

/// What `estimate` takes.
#[derive(Args)]
pub(crate) struct EstimateArguments {
    #[command(flatten)]
    pub(crate) how: ReadingArguments,
}

/// What `access` takes.
#[derive(Args)]
pub(crate) struct AccessArguments {
    /// The folder that the workspace was read into
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
}

/// What is read, and how fast.
#[derive(Args)]
pub(crate) struct ReadingArguments {
    /// Read what each person comes to on each repository: few requests, and no word on whether it is
    /// direct or through a group
    #[arg(long)]
    pub(crate) effective_only: bool,
    /// Requests that may be made within an hour, or `none` [default: what Bitbucket says, with a
    /// twentieth left to others]
    #[arg(long, value_name = "NUMBER|none", value_parser = budget)]
    pub(crate) budget: Option<Budget>,
}

fn budget(given: &str) -> Result<Budget, String> {
    match given.parse() {
        _ if given.eq_ignore_ascii_case("none") => Ok(Budget::Unlimited),
        Ok(requests) if requests > 0 => Ok(Budget::PerHour(requests)),
        Ok(_) | Err(_) => Err("a number of requests an hour, such as 1000, or none".to_owned()),
    }
}

/// What `validate` takes.
#[derive(Args)]
pub(crate) struct ValidateArguments {
    /// CSV files, or folders that hold them
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
}

/// What `upload` takes.
#[derive(Args)]
pub(crate) struct UploadArguments {
    /// The folder of entities.csv and entity_relations.csv
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// The ID of the integration, as BalkanID writes it
    #[arg(long, value_name = "ID")]
    pub(crate) integration: Option<String>,
    /// Send files that have problems too
    #[arg(long)]
    pub(crate) unchecked: bool,
    /// Send also what an earlier run sent already
    #[arg(long)]
    pub(crate) again: bool,
}

/// What `forget` takes.
#[derive(Args)]
pub(crate) struct ForgetArguments {
    /// Do not ask
    #[arg(long, short)]
    pub(crate) yes: bool,
}

/// What `practice` takes.
#[derive(Args)]
pub(crate) struct PracticeArguments {
    /// A scenario that comes with the program, or the path of a scenario file
    #[arg(long, default_value = "ready")]
    pub(crate) scenario: String,
    /// List the scenarios and end
    #[arg(long)]
    pub(crate) list: bool,
}
