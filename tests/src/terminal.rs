//! A person at a real pseudo-terminal.

use std::process::Command;

use rexpect::process::{Signal, WaitStatus};
use rexpect::reader::Options;
use rexpect::session::{PtySession, spawn_with_options};

use crate::Story;
use crate::wait::LIMIT;

/// Gives the terminal a size, then becomes the program.
const SIZED: &str = r#"stty rows 50 cols 160 && exec "$0" "$@""#;

/// A program that runs at a pseudo-terminal of its own.
pub struct Terminal {
    session: PtySession,
    seen: String,
}

/// What a program at a terminal came to.
pub struct Ended {
    /// The exit code.
    pub code: i32,
    /// All that the terminal showed, without escape sequences.
    pub seen: String,
}

impl Terminal {
    /// Starts a program, with its own environment.
    pub fn start(command: &Command) -> Self {
        let mut sized = Command::new("sh");
        sized
            .args(["-c", SIZED])
            .arg(command.get_program())
            .args(command.get_args())
            .env_clear()
            .envs(
                command
                    .get_envs()
                    .filter_map(|(name, value)| Some((name, value?))),
            )
            .env("TERM", "xterm-256color")
            // An answered question begins otherwise than an open one in colour alone.
            .env_remove("NO_COLOR");
        if let Some(folder) = command.get_current_dir() {
            sized.current_dir(folder);
        }
        let options = Options::new()
            .timeout_ms(Some(u64::try_from(LIMIT.as_millis()).expect("a minute")))
            .strip_ansi_escape_codes(true);
        Self {
            session: spawn_with_options(sized, options).expect("a pseudo-terminal"),
            seen: String::new(),
        }
    }

    /// Waits for a text, in ASCII.
    pub fn sees(&mut self, text: &str) -> &mut Self {
        match self.session.exp_string(text) {
            Ok(before) => {
                self.seen.push_str(&before);
                self.seen.push_str(text);
            }
            Err(error) => panic!(
                "“{text}” was not seen: {error}\n\nbefore it:\n{}",
                self.seen
            ),
        }
        self
    }

    /// Presses keys.
    pub fn types(&mut self, keys: &str) -> &mut Self {
        self.session.send(keys).expect("the program reads keys");
        self.session.flush().expect("the program reads keys");
        self
    }

    /// Answers a question with a line, in place of what stands there.
    pub fn answers(&mut self, question: &str, line: &str) -> &mut Self {
        self.sees(&format!("? {question}"));
        // Nothing that is at hand is longer.
        self.types(&"\u{7f}".repeat(80)).types(line).types("\r");
        self.sees(&format!("> {question}"))
    }

    /// Pastes a secret, or takes what is there with an empty line.
    pub fn pastes(&mut self, question: &str, secret: &str) -> &mut Self {
        self.sees(&format!("? {question}"))
            .types(secret)
            .types("\r");
        self.sees(&format!("> {question}"))
    }

    /// Takes what stands at hand.
    pub fn accepts(&mut self, question: &str) -> &mut Self {
        self.sees(&format!("? {question}")).types("\r");
        self.sees(&format!("> {question}"))
    }

    /// Chooses one of several, by the beginning of its words.
    pub fn chooses(&mut self, choice: &str) -> &mut Self {
        self.sees("? What now?")
            .sees(choice)
            .types(choice)
            .types("\r");
        self.sees(&format!("> What now? {choice}"))
    }

    /// Presses Escape.
    pub fn presses_escape(&mut self) -> &mut Self {
        self.types("\u{1b}")
    }

    /// Presses Ctrl+C.
    pub fn presses_control_c(&mut self) -> &mut Self {
        self.types("\u{3}")
    }

    /// Ends the program in the middle of whatever it does, as a power cut would.
    pub fn is_killed(mut self) -> String {
        self.session
            .process_mut()
            .kill(Signal::SIGKILL)
            .expect("the program runs");
        self.rest();
        self.seen
    }

    /// Waits for the program to end.
    pub fn ends(mut self) -> Ended {
        self.rest();
        match self.session.process().wait() {
            Ok(WaitStatus::Exited(_, code)) => Ended {
                code,
                seen: self.seen,
            },
            other => panic!("the program ended otherwise: {other:?}\n\n{}", self.seen),
        }
    }

    fn rest(&mut self) {
        match self.session.exp_eof() {
            Ok(rest) => self.seen.push_str(&rest),
            Err(error) => panic!("the program did not end: {error}\n\n{}", self.seen),
        }
    }
}

impl Ended {
    /// What the terminal showed, as the bytes that it was sent: the reader takes each for a letter.
    pub fn bytes(&self) -> Vec<u8> {
        self.seen
            .chars()
            .map(|letter| u8::try_from(u32::from(letter)).expect("a byte"))
            .collect()
    }
}

/// The steps of `bbsetup setup`, each as a person takes it who types what the scenario gives.
impl Terminal {
    /// Step 1.
    pub fn confirms_the_service_account(&mut self) -> &mut Self {
        self.sees("Step 1 of 9")
            .accepts("Is there an account for BalkanID")
    }

    /// Step 2.
    pub fn names_the_workspace(&mut self, typed: &str) -> &mut Self {
        self.sees("Step 2 of 9").answers("Workspace ID", typed)
    }

    /// Step 3.
    pub fn names_the_api(&mut self, story: &Story) -> &mut Self {
        self.sees("Step 3 of 9")
            .answers("API URL", &story.typed("BBSETUP_API_URL"))
    }

    /// Step 4.
    pub fn pastes_the_workspace_token(&mut self, story: &Story) -> &mut Self {
        self.sees("Step 4 of 9")
            .pastes(
                "Workspace access token",
                &story.typed("BBSETUP_WORKSPACE_TOKEN"),
            )
            .accepts("Expiry date of the workspace token")
    }

    /// Step 5.
    pub fn gives_the_account(&mut self, story: &Story) -> &mut Self {
        self.sees("Step 5 of 9")
            .answers("Account e-mail", &story.typed("BBSETUP_ACCOUNT"))
            .pastes("Account API token", &story.typed("BBSETUP_API_TOKEN"))
            .accepts("Expiry date of the API token")
    }

    /// Steps 1 to 5.
    pub fn reaches_the_report(&mut self, story: &Story) -> &mut Self {
        self.confirms_the_service_account()
            .names_the_workspace(&story.typed("BBSETUP_WORKSPACE"))
            .names_the_api(story)
            .pastes_the_workspace_token(story)
            .gives_the_account(story)
            .sees("Step 6 of 9")
    }

    /// Step 7, with BalkanID's key.
    pub fn fills_in_balkanids_form(&mut self, story: &Story) -> &mut Self {
        self.sees("Step 7 of 9")
            .answers("Primary Application owner (e-mail)", "owner@acme.example")
            .answers("Secondary Application Owner(s)", "second@acme.example")
            .answers("Description, or empty", "Bitbucket, \"Payments\"")
            .accepts("Extraction Type")
            .accepts("Optional Configuration")
            .pastes(
                "BalkanID API key ID",
                &story.typed("BBSETUP_BALKANID_KEY_ID"),
            )
            .pastes(
                "BalkanID API key secret",
                &story.typed("BBSETUP_BALKANID_KEY_SECRET"),
            )
            .answers("BalkanID REST base", &story.typed("BBSETUP_BALKANID_URL"))
            .answers(
                "BalkanID Public API",
                &story.typed("BBSETUP_BALKANID_PUBLIC_URL"),
            )
    }
}
