//! A category column: the vocabulary that training saw, and how wide its embedding is.

use std::collections::HashMap;
use std::sync::Arc;

/// The vocabulary holds at most so many categories, the most frequent; the rest share index 0. A column with more is an id more
/// often than a category, and its embedding would cost more than the rest of the network.
pub(crate) const MOST_CATEGORIES: usize = 1_000;

/// No embedding is wider than this.
const WIDEST_EMBEDDING: usize = 50;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CategoryColumn {
    /// Every category that training saw, by text.
    pub(crate) seen: Vec<Arc<str>>,
    /// Category `i` has index `i + 1`; by text.
    pub(crate) vocabulary: Vec<Arc<str>>,
    /// The most frequent.
    pub(crate) example: Option<Arc<str>>,
    /// 0 where the column tells nothing: one value in every training row, or none.
    pub(crate) dimension: usize,
}

impl CategoryColumn {
    pub(crate) fn learn(values: &[Option<Arc<str>>], training: &[usize]) -> Self {
        let mut counts: HashMap<&Arc<str>, usize> = HashMap::new();
        let mut missing = 0usize;
        for row in training {
            match present(&values[*row]) {
                Some(category) => *counts.entry(category).or_default() += 1,
                None => missing += 1,
            }
        }
        let mut by_count: Vec<(&Arc<str>, usize)> = counts.into_iter().collect();
        by_count.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));

        let example = by_count.first().map(|(category, _)| (*category).clone());
        let sorted = |few: usize| {
            let mut texts: Vec<Arc<str>> = by_count
                .iter()
                .take(few)
                .map(|(category, _)| (*category).clone())
                .collect();
            texts.sort_unstable();
            texts
        };
        let vocabulary = sorted(MOST_CATEGORIES);
        let distinct = by_count.len() + usize::from(missing > 0);
        Self {
            dimension: if distinct < 2 {
                0
            } else {
                WIDEST_EMBEDDING.min(vocabulary.len().div_ceil(2))
            },
            seen: sorted(usize::MAX),
            vocabulary,
            example,
        }
    }

    /// `[rows]` indices; 0 is missing, rare or never seen.
    pub(crate) fn encode(&self, values: &[Option<Arc<str>>], rows: &[usize]) -> Vec<i32> {
        let index: HashMap<&str, i32> = self
            .vocabulary
            .iter()
            .map(|category| &**category)
            .zip(1..)
            .collect();
        rows.iter()
            .map(|row| {
                present(&values[*row])
                    .and_then(|category| index.get(&**category))
                    .map_or(0, |index| *index)
            })
            .collect()
    }
}

/// An empty text is a missing one: in ONNX there is no other way to say it.
fn present(value: &Option<Arc<str>>) -> Option<&Arc<str>> {
    value.as_ref().filter(|text| !text.is_empty())
}
