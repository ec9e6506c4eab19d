//! The fields of BalkanID's Bitbucket form, and the words by which they are known.

use crate::integrations::SecretType;

/// The five values of BalkanID's Bitbucket form, in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FormField {
    /// The workspace access token.
    AccessToken,
    /// The API URL.
    ApiUrl,
    /// The workspace ID.
    Workspace,
    /// The account: for REST and API tokens its e-mail.
    AccountUsername,
    /// The account's API token, which takes the app password's place.
    AccountAppPassword,
}

impl FormField {
    /// All five, in the form's order.
    pub const ALL: [Self; 5] = [
        Self::AccessToken,
        Self::ApiUrl,
        Self::Workspace,
        Self::AccountUsername,
        Self::AccountAppPassword,
    ];

    /// The label on the form.
    pub fn label(self) -> &'static str {
        match self {
            Self::AccessToken => "Bitbucket Access Token",
            Self::ApiUrl => "Bitbucket API URL",
            Self::Workspace => "Workspace",
            Self::AccountUsername => "Account Username",
            Self::AccountAppPassword => "Account App Password",
        }
    }

    /// The label on BalkanID's page about Bitbucket:
    /// <https://docs.balkan.id/getting-started/setting-up-your-tenant/application-integrations/direct-application-integration/bitbucket-integration-setup>.
    pub fn also_called(self) -> &'static str {
        match self {
            Self::AccessToken => "Bitbucket Access token of Workspace (Organization)",
            Self::ApiUrl => "Bitbucket API Url",
            Self::Workspace => "Username of Workspace ID",
            Self::AccountUsername => "Bitbucket Account Username",
            Self::AccountAppPassword => "BitBucket App Password",
        }
    }

    /// Whether the value is a secret.
    pub fn is_secret(self) -> bool {
        match self {
            Self::AccessToken | Self::AccountAppPassword => true,
            Self::ApiUrl | Self::Workspace | Self::AccountUsername => false,
        }
    }

    /// The type under which BalkanID keeps the value.
    pub(crate) fn kind(self) -> SecretType {
        match self.is_secret() {
            true => SecretType::Secret,
            false => SecretType::Public,
        }
    }

    /// The field that a label is documented for; what stands in brackets does not matter.
    pub(crate) fn labelled(label: &str) -> Option<Self> {
        let label = words(without_brackets(label)).join(" ");
        Self::ALL.into_iter().find(|field| {
            [field.label(), field.also_called()]
                .into_iter()
                .any(|known| words(without_brackets(known)).join(" ") == label)
        })
    }

    /// The field that the words of a label or a key speak of.
    pub(crate) fn worded(text: &str) -> Option<Self> {
        let words = words(text);
        let has = |word: &str| words.iter().any(|held| held == word);
        if has("password") {
            return Some(Self::AccountAppPassword);
        }
        if has("url") || has("endpoint") {
            return Some(Self::ApiUrl);
        }
        if has("token") {
            // A bare “token” or “API token” can be either of the two.
            return match (has("access") || has("workspace"), has("account")) {
                (true, false) => Some(Self::AccessToken),
                (false, true) => Some(Self::AccountAppPassword),
                (true, true) | (false, false) => None,
            };
        }
        if has("workspace") || has("organization") {
            return Some(Self::Workspace);
        }
        if has("username") || has("email") || (has("user") && has("name")) {
            return Some(Self::AccountUsername);
        }
        None
    }
}

/// `Username of Workspace ID (example: myworkspace)` without its brackets.
fn without_brackets(label: &str) -> &str {
    label.split('(').next().unwrap_or(label)
}

/// The words of a label or a key in lower case: split at anything but letters and digits, and
/// before a capital after a small letter, except in the name Bitbucket.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut in_word = false;
    let mut after_small = false;
    for letter in text.replace("BitBucket", "Bitbucket").chars() {
        if !letter.is_alphanumeric() {
            in_word = false;
            after_small = false;
            continue;
        }
        let begins = !in_word || (after_small && letter.is_uppercase());
        let small = letter.to_lowercase();
        match words.last_mut() {
            Some(word) if !begins => word.extend(small),
            _ => words.push(small.collect()),
        }
        in_word = true;
        after_small = letter.is_lowercase();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_as_labels_and_keys_are_written() {
        for text in [
            "accountAppPassword",
            "account_app-password",
            " Account App Password ",
        ] {
            assert_eq!(words(text), ["account", "app", "password"], "{text}");
        }
        assert_eq!(words("BitBucket API Url"), ["bitbucket", "api", "url"]);
    }

    #[test]
    fn every_label_of_form_and_page_is_known_by_itself() {
        for field in FormField::ALL {
            assert_eq!(FormField::labelled(field.label()), Some(field));
            assert_eq!(
                FormField::labelled(&field.also_called().to_uppercase()),
                Some(field)
            );
        }
        assert_eq!(FormField::labelled(""), None);
    }
}
