//! The part of Bitbucket's query language that is spoken here: `field = value`, `field IN (…)`,
//! joined by AND.

/// One condition: a field with the values that it may have.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Condition {
    pub(super) field: String,
    pub(super) values: Vec<String>,
}

/// Reads a query; nothing where it is not understood.
pub(super) fn parse(query: &str) -> Option<Vec<Condition>> {
    let mut words = words(query)?.into_iter().peekable();
    let mut conditions = Vec::new();
    loop {
        let Word::Bare(field) = words.next()? else {
            return None;
        };
        let values = match words.next()? {
            Word::Sign('=') => vec![words.next()?.value()?],
            Word::Bare(word) if word.eq_ignore_ascii_case("in") => {
                if words.next()? != Word::Sign('(') {
                    return None;
                }
                let mut values = vec![words.next()?.value()?];
                loop {
                    match words.next()? {
                        Word::Sign(',') => values.push(words.next()?.value()?),
                        Word::Sign(')') => break values,
                        _ => return None,
                    }
                }
            }
            _ => return None,
        };
        conditions.push(Condition { field, values });
        match words.next() {
            None => return Some(conditions),
            Some(Word::Bare(word)) if word.eq_ignore_ascii_case("and") => {}
            Some(_) => return None,
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Word {
    Bare(String),
    Quoted(String),
    Sign(char),
}

impl Word {
    fn value(self) -> Option<String> {
        match self {
            Self::Bare(text) | Self::Quoted(text) => Some(text),
            Self::Sign(_) => None,
        }
    }
}

fn words(query: &str) -> Option<Vec<Word>> {
    let mut words = Vec::new();
    let mut rest = query.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '=' | '(' | ')' | ',' => {
                words.push(Word::Sign(first));
                1
            }
            '"' => {
                let end = rest[1..].find('"')?;
                words.push(Word::Quoted(rest[1..=end].to_owned()));
                end + 2
            }
            _ => {
                let end = rest
                    .find(|character: char| {
                        character.is_whitespace() || "=(),\"".contains(character)
                    })
                    .unwrap_or(rest.len());
                words.push(Word::Bare(rest[..end].to_owned()));
                end
            }
        };
        rest = rest[length..].trim_start();
    }
    Some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conditions(query: &str) -> Option<Vec<(String, Vec<String>)>> {
        let read = |condition: Condition| (condition.field, condition.values);
        Some(parse(query)?.into_iter().map(read).collect())
    }

    #[test]
    fn equality_lists_and_conjunction_are_read() {
        let one = |field: &str, values: &[&str]| {
            let values = values.iter().map(|value| (*value).to_owned()).collect();
            (field.to_owned(), values)
        };
        assert_eq!(
            conditions("slug=\"acme\""),
            Some(vec![one("slug", &["acme"])])
        );
        assert_eq!(
            conditions("user.email IN (\"a@b.example\", \"c d\") AND administrator = true"),
            Some(vec![
                one("user.email", &["a@b.example", "c d"]),
                one("administrator", &["true"])
            ])
        );
    }

    #[test]
    fn what_is_not_understood_is_nothing() {
        for query in [
            "",
            "slug",
            "slug=",
            "slug ~ \"a\"",
            "a=\"b",
            "a IN (\"b\"",
            "a=b OR c=d",
        ] {
            assert_eq!(conditions(query), None, "{query}");
        }
    }
}
