//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Connects Bitbucket to BalkanID and checks every permission on the way.
#[derive(Parser)]
#[command(
    name = "bbsetup",
    version,
    about,
    max_term_width = 100,
    after_help = "Secrets are never given as flags: they are asked for without being shown, or read from the\nenvironment (BBSETUP_WORKSPACE_TOKEN, BBSETUP_API_TOKEN, BBSETUP_BALKANID_KEY_ID,\nBBSETUP_BALKANID_KEY_SECRET) or from the keychain.\n\nTry it without any account:  bbsetup practice"
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
    /// Bitbucket's API [default: https://api.bitbucket.org]
    #[arg(long, global = true, env = "BBSETUP_API_URL")]
    pub(crate) api_url: Option<String>,
    /// E-mail of the account whose API token is used
    #[arg(long, global = true, env = "BBSETUP_ACCOUNT")]
    pub(crate) account: Option<String>,
    /// BalkanID's REST API [default: https://app.balkan.id]
    #[arg(long, global = true, env = "BBSETUP_BALKANID_URL")]
    pub(crate) balkanid_url: Option<String>,
    /// BalkanID's Public API, such as https://acme.balkanid.app/api/public
    #[arg(long, global = true, env = "BBSETUP_BALKANID_PUBLIC_URL")]
    pub(crate) balkanid_public_url: Option<String>,
    /// Folder for progress and profiles; it holds no secret
    #[arg(long, global = true, env = "BBSETUP_HOME")]
    pub(crate) home: Option<PathBuf>,
    /// Where secrets are kept
    #[arg(
        long,
        global = true,
        env = "BBSETUP_VAULT",
        value_enum,
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
    Os,
    /// This process only
    Memory,
}

/// The commands.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Check every permission, live
    #[command(
        after_help = "Example:\n  bbsetup check --workspace acme --account balkanid@acme.example\n\nExit: 0 ready, 3 something to mend, 4 sign-in refused, 5 could not tell, 6 rate limit."
    )]
    Check(CheckArguments),
    /// Start a practice Bitbucket and a practice BalkanID on this machine, and stay
    #[command(
        after_help = "Example:\n  bbsetup practice --scenario missing-admin-scopes\n\nThe first line is JSON; its `env` holds the variables that point every other command here."
    )]
    Practice(PracticeArguments),
}

/// What `check` takes.
#[derive(Args)]
pub(crate) struct CheckArguments {}

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
