//! Bodies that are written once, and of which what `fields` chooses is selected once.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use serde_json::Value;
use serde_json::value::RawValue;

use super::fields::Selection;

/// JSON that is ready to be sent.
pub(super) type Fragment = Box<RawValue>;

/// What a selection leaves of each body, selected when it is asked for first.
type Selected = Vec<OnceLock<Fragment>>;

/// The bodies of one kind of thing, by the places of the world's list.
pub(super) struct Bodies {
    whole: Vec<Fragment>,
    selected: RwLock<HashMap<Selection, Arc<Selected>>>,
}

/// So many selections of one kind are held; a client has a few, and who tries more waits longer.
const MOST_SELECTIONS: usize = 32;

impl Bodies {
    /// Holds bodies.
    pub(super) fn of(values: impl Iterator<Item = Value>) -> Self {
        Self {
            whole: values.map(|value| fragment(&value)).collect(),
            selected: RwLock::default(),
        }
    }

    /// Holds the body of the only thing of its kind.
    pub(super) fn one(value: &Value) -> Self {
        Self {
            whole: vec![fragment(value)],
            selected: RwLock::default(),
        }
    }

    /// A body as it is.
    pub(super) fn whole(&self, place: usize) -> &RawValue {
        &self.whole[place]
    }

    /// The bodies with what a selection sends of them; nothing where it sends nothing.
    pub(super) fn through(&self, selection: Selection) -> Option<Chosen<'_>> {
        if !selection.sends() {
            return None;
        }
        let parts = match selection.is_everything() {
            true => None,
            false => Some((self.selected(&selection), selection)),
        };
        Some(Chosen {
            whole: &self.whole,
            parts,
        })
    }

    fn selected(&self, selection: &Selection) -> Arc<Selected> {
        let held = self
            .selected
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(selection)
            .cloned();
        held.unwrap_or_else(|| {
            let mut selected = self
                .selected
                .write()
                .unwrap_or_else(PoisonError::into_inner);
            if selected.len() >= MOST_SELECTIONS {
                selected.clear();
            }
            selected
                .entry(selection.clone())
                .or_insert_with(|| Arc::new(self.whole.iter().map(|_| OnceLock::new()).collect()))
                .clone()
        })
    }
}

/// Bodies with what a selection sends of them.
pub(super) struct Chosen<'a> {
    whole: &'a [Fragment],
    parts: Option<(Arc<Selected>, Selection)>,
}

impl Chosen<'_> {
    /// What is sent of one.
    pub(super) fn of(&self, place: usize) -> &RawValue {
        match &self.parts {
            None => &self.whole[place],
            Some((selected, selection)) => selected[place].get_or_init(|| {
                let whole = serde_json::from_str(self.whole[place].get()).unwrap_or_default();
                fragment(&selection.select(&whole))
            }),
        }
    }
}

fn fragment(value: &Value) -> Fragment {
    // A value always writes as JSON.
    RawValue::from_string(value.to_string()).unwrap_or_default()
}
