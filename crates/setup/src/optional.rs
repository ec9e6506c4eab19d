//! The Optional Configuration of BalkanID's form: who reviews, how many of them, and how access is
//! given and taken.
//!
//! Sources: the page on multi-level reviews for the reviewers' names, and the samples of the bulk
//! integrations API for their words in a file,
//! <https://developer.balkan.id/bulk-integrations-upload-api-early-access-12828104e0>.

use std::collections::BTreeSet;

use crate::problem::{Problem, ProblemCode};

/// Somebody who reviews access, by what they are to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reviewer {
    /// The manager of the person whose access is reviewed.
    FirstLineManager,
    /// The owner of the connection or resource.
    BusinessOwner,
    /// The risk manager.
    RiskManager,
    /// The Primary Application owner.
    ApplicationOwner,
}

impl Reviewer {
    /// Every reviewer, in the order in which BalkanID's page has them.
    pub const ALL: [Self; 4] = [
        Self::FirstLineManager,
        Self::BusinessOwner,
        Self::RiskManager,
        Self::ApplicationOwner,
    ];

    /// The name in JSON and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FirstLineManager => "first_line_manager",
            Self::BusinessOwner => "business_owner",
            Self::RiskManager => "risk_manager",
            Self::ApplicationOwner => "application_owner",
        }
    }

    /// The reviewer with a name, where there is one.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|reviewer| reviewer.as_str() == name)
    }

    /// The words of BalkanID's page.
    pub fn label(self) -> &'static str {
        match self {
            Self::FirstLineManager => "First Line Manager",
            Self::BusinessOwner => "Business Owner",
            Self::RiskManager => "Risk Manager",
            Self::ApplicationOwner => "Application Owner",
        }
    }

    /// What it means, in one sentence.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::FirstLineManager => "The manager of the person whose access is reviewed.",
            Self::BusinessOwner => {
                "The owner of a connection or resource, set up under Configure > Integrations."
            }
            Self::RiskManager => "Whoever has the role Risk Manager in BalkanID.",
            Self::ApplicationOwner => "The Primary Application owner of this integration.",
        }
    }

    /// The word in a file of the bulk API; nothing where no sample of BalkanID's shows one.
    pub fn word_in_file(self) -> Option<&'static str> {
        match self {
            Self::FirstLineManager => Some("manager"),
            Self::BusinessOwner => None,
            Self::RiskManager => Some("riskmanager"),
            Self::ApplicationOwner => Some("primaryowner"),
        }
    }
}

/// A way in which BalkanID gives and takes access.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Provisioning {
    /// Through the single sign-on.
    Sso,
    /// In the application itself.
    App,
    /// By a ticket for somebody to work on.
    Ticket,
    /// Through SCIM.
    Scim,
    /// By calling a webhook.
    Webhook,
    /// By a playbook.
    Playbook,
}

impl Provisioning {
    /// Every way, in the order of the samples of BalkanID's API.
    pub const ALL: [Self; 6] = [
        Self::Sso,
        Self::App,
        Self::Ticket,
        Self::Scim,
        Self::Webhook,
        Self::Playbook,
    ];

    /// The name in JSON, on the command line and in a file of the bulk API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sso => "sso",
            Self::App => "app",
            Self::Ticket => "ticket",
            Self::Scim => "scim",
            Self::Webhook => "webhook",
            Self::Playbook => "playbook",
        }
    }

    /// The way with a name, where there is one.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.as_str() == name)
    }

    /// What a person calls it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Sso => "SSO",
            Self::App => "App",
            Self::Ticket => "Ticket",
            Self::Scim => "SCIM",
            Self::Webhook => "Webhook",
            Self::Playbook => "Playbook",
        }
    }

    /// What it means, in one sentence.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Sso => "Access is given and taken through the single sign-on.",
            Self::App => "BalkanID changes access in Bitbucket itself, which needs write rights.",
            Self::Ticket => "BalkanID opens a ticket, and a person makes the change.",
            Self::Scim => "BalkanID changes access through a SCIM server.",
            Self::Webhook => "BalkanID calls a webhook, which makes the change.",
            Self::Playbook => "BalkanID runs a playbook, which makes the change.",
        }
    }
}

/// The Optional Configuration. What is not set here stays as BalkanID has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OptionalConfiguration {
    /// Who reviews, the first first; empty leaves it to BalkanID.
    pub reviewers: Vec<Reviewer>,
    /// How many of them review, from 1 to 4.
    pub reviewer_count: Option<u8>,
    /// The ways that are on, all others being off; `None` leaves them as they are.
    pub provisioning: Option<BTreeSet<Provisioning>>,
}

impl OptionalConfiguration {
    /// Whether nothing is set.
    pub fn is_empty(&self) -> bool {
        self.reviewers.is_empty() && self.reviewer_count.is_none() && self.provisioning.is_none()
    }

    /// The reviewers' words in a file, such as `manager, primaryowner`; `None` where there is
    /// nothing to write, or one of them has no word that is known.
    pub fn reviewers_in_file(&self) -> Option<String> {
        if self.reviewers.is_empty() {
            return None;
        }
        let words: Option<Vec<&str>> = self
            .reviewers
            .iter()
            .map(|reviewer| reviewer.word_in_file())
            .collect();
        words.map(|words| words.join(", "))
    }

    /// Each thing that is set, with its words on BalkanID's side, as a person reads it:
    /// `("Reviewer precedence", "First Line Manager, then Risk Manager")`.
    pub fn in_words(&self) -> Vec<(&'static str, String)> {
        let mut words = Vec::new();
        if !self.reviewers.is_empty() {
            let labels = self.reviewers.iter().map(|reviewer| reviewer.label());
            words.push((
                "Reviewer precedence",
                labels.collect::<Vec<_>>().join(", then "),
            ));
        }
        if let Some(count) = self.reviewer_count {
            words.push(("Number of reviewers", count.to_string()));
        }
        if let Some(ways) = &self.provisioning {
            let labels: Vec<&str> = ways.iter().map(|way| way.label()).collect();
            let labels = match labels.is_empty() {
                true => "none".to_owned(),
                false => labels.join(", "),
            };
            words.push(("Provisioning options", labels));
        }
        words
    }
}

/// Reads what was typed for the number of reviewers; nothing typed leaves it to BalkanID.
pub fn read_reviewer_count(typed: Option<&str>) -> Result<Option<u8>, Problem> {
    let most = Reviewer::ALL.len();
    match typed.map(str::trim).filter(|typed| !typed.is_empty()) {
        None => Ok(None),
        Some(typed) => match typed.parse::<u8>() {
            Ok(count) if (1..=most).contains(&usize::from(count)) => Ok(Some(count)),
            Ok(_) | Err(_) => Err(Problem::new(
                ProblemCode::ValueUnreadable,
                format!("The number of reviewers is a number from 1 to {most}."),
            )
            .on_field("reviewer-count")
            .with_hints(vec!["Leave it empty to keep what BalkanID has.".to_owned()])),
        },
    }
}

/// Reads who reviews: each at most once.
pub fn read_reviewers(typed: &[Reviewer]) -> Result<Vec<Reviewer>, Problem> {
    let once: BTreeSet<Reviewer> = typed.iter().copied().collect();
    match once.len() == typed.len() {
        true => Ok(typed.to_vec()),
        false => Err(Problem::new(
            ProblemCode::ValueUnreadable,
            "A reviewer stands in the precedence more than once.",
        )
        .on_field("reviewers")
        .with_hints(vec!["Name each reviewer once.".to_owned()])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_to_what_they_name() {
        for reviewer in Reviewer::ALL {
            assert_eq!(Reviewer::named(reviewer.as_str()), Some(reviewer));
        }
        for way in Provisioning::ALL {
            assert_eq!(Provisioning::named(way.as_str()), Some(way));
        }
    }

    #[test]
    fn a_reviewer_without_a_known_word_is_written_by_nobody() {
        let mut optional = OptionalConfiguration {
            reviewers: vec![Reviewer::RiskManager, Reviewer::FirstLineManager],
            ..OptionalConfiguration::default()
        };
        assert_eq!(
            optional.reviewers_in_file().as_deref(),
            Some("riskmanager, manager")
        );
        optional.reviewers.push(Reviewer::BusinessOwner);
        assert_eq!(optional.reviewers_in_file(), None);
        assert_eq!(
            optional.in_words(),
            [(
                "Reviewer precedence",
                "Risk Manager, then First Line Manager, then Business Owner".to_owned()
            )]
        );
    }

    #[test]
    fn a_number_of_reviewers_is_one_to_four_or_nothing() {
        assert_eq!(read_reviewer_count(None), Ok(None));
        assert_eq!(read_reviewer_count(Some(" ")), Ok(None));
        assert_eq!(read_reviewer_count(Some(" 2 ")), Ok(Some(2)));
        for typed in ["0", "5", "two", "-1", "1.5"] {
            let problem = read_reviewer_count(Some(typed)).expect_err(typed);
            assert_eq!(problem.field, Some("reviewer-count"), "{typed}");
        }
    }

    #[test]
    fn nobody_reviews_twice() {
        let twice = [Reviewer::RiskManager, Reviewer::RiskManager];
        assert!(read_reviewers(&twice).is_err());
        assert_eq!(read_reviewers(&Reviewer::ALL), Ok(Reviewer::ALL.to_vec()));
    }
}
