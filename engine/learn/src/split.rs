//! The split: which rows train, which validate, which test; seeded, and stratified by class.

use std::collections::HashMap;
use std::sync::Arc;

use contract::{Recipe, SplitSpec, Values};

use crate::LearnError;
use crate::random::{Purpose, Stream};

/// Row indices of the frame, ascending in each list; every row with a target is in exactly one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Split {
    pub train: Vec<usize>,
    pub validation: Vec<usize>,
    pub test: Vec<usize>,
    /// Rows without a target, which no split can use.
    pub missing_target: usize,
}

/// Splits the rows that have a target. Classes keep their shares in every part as nearly as whole rows allow, and each class keeps
/// at least one row in training, so a class with one row is in training only.
///
/// # Errors
/// When there is no row, no target, or a share that cannot be.
pub fn split(recipe: &Recipe, target: &Values) -> Result<Split, LearnError> {
    check_shares(&recipe.split)?;
    if target.is_empty() {
        return Err(LearnError::NoRows);
    }
    let groups = groups(recipe, target);
    let present: usize = groups.iter().map(Vec::len).sum();
    if present == 0 {
        return Err(LearnError::TargetMissing(recipe.target.to_string()));
    }

    let room: Vec<usize> = groups.iter().map(|rows| rows.len() - 1).collect();
    let test = allocate(&groups, &room, recipe.split.test_share);
    let room: Vec<usize> = room
        .iter()
        .zip(&test)
        .map(|(room, taken)| room - taken)
        .collect();
    let validation = allocate(&groups, &room, recipe.split.validation_share);

    let mut split = Split {
        missing_target: target.len() - present,
        ..Split::default()
    };
    for (index, mut rows) in groups.into_iter().enumerate() {
        Stream::new(recipe.seed, Purpose::Split, [index as u64, 0]).shuffle(&mut rows);
        let (for_test, rest) = rows.split_at(test[index]);
        let (for_validation, for_training) = rest.split_at(validation[index]);
        split.test.extend_from_slice(for_test);
        split.validation.extend_from_slice(for_validation);
        split.train.extend_from_slice(for_training);
    }
    for rows in [&mut split.train, &mut split.validation, &mut split.test] {
        rows.sort_unstable();
    }
    Ok(split)
}

/// The class of every row, `None` where the target is missing. Numbers are written as text.
pub(crate) fn labels(target: &Values) -> Vec<Option<Arc<str>>> {
    match target {
        Values::Text(values) => values
            .iter()
            .map(|value| value.clone().filter(|label| !label.is_empty()))
            .collect(),
        Values::Number(values) => values
            .iter()
            .map(|value| value.is_finite().then(|| value.to_string().into()))
            .collect(),
    }
}

/// Distinct labels in the order of every list of a report: by value if all of them are numbers, else by text.
pub(crate) fn ordered_classes(labels: &[Option<Arc<str>>]) -> Vec<Arc<str>> {
    let mut classes: Vec<Arc<str>> = labels.iter().flatten().cloned().collect();
    classes.sort_unstable();
    classes.dedup();
    let numbers: Option<Vec<f64>> = classes
        .iter()
        .map(|label| {
            label
                .parse::<f64>()
                .ok()
                .filter(|number| number.is_finite())
        })
        .collect();
    if let Some(numbers) = numbers {
        let mut keyed: Vec<(f64, Arc<str>)> = numbers.into_iter().zip(classes).collect();
        keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
        classes = keyed.into_iter().map(|(_, label)| label).collect();
    }
    classes
}

fn check_shares(spec: &SplitSpec) -> Result<(), LearnError> {
    for (what, share) in [
        ("the validation share", spec.validation_share),
        ("the test share", spec.test_share),
        (
            "the sum of the validation and test shares",
            spec.validation_share + spec.test_share,
        ),
    ] {
        if !(0.0..1.0).contains(&share) {
            return Err(LearnError::Setting {
                what,
                value: share.to_string(),
            });
        }
    }
    Ok(())
}

/// Rows of each class in the order of `ordered_classes`; one group for a regression.
fn groups(recipe: &Recipe, target: &Values) -> Vec<Vec<usize>> {
    if !recipe.task.is_classification() {
        let rows: Vec<usize> = match target {
            Values::Number(values) => (0..values.len())
                .filter(|row| values[*row].is_finite())
                .collect(),
            Values::Text(values) => (0..values.len())
                .filter(|row| values[*row].is_some())
                .collect(),
        };
        return if rows.is_empty() {
            Vec::new()
        } else {
            vec![rows]
        };
    }
    let labels = labels(target);
    let classes = ordered_classes(&labels);
    let index: HashMap<&Arc<str>, usize> = classes.iter().zip(0..).collect();
    let mut groups = vec![Vec::new(); classes.len()];
    for (row, label) in labels.iter().enumerate() {
        if let Some(class) = label.as_ref().and_then(|label| index.get(label)) {
            groups[*class].push(row);
        }
    }
    groups
}

/// How many rows each group gives: whole parts first, then one each to the largest remainders, never more than its room.
fn allocate(groups: &[Vec<usize>], room: &[usize], share: f64) -> Vec<usize> {
    let total: usize = groups.iter().map(Vec::len).sum();
    let wanted = (total as f64 * share).round() as usize;
    let exact: Vec<f64> = groups
        .iter()
        .map(|rows| rows.len() as f64 * share)
        .collect();
    let mut taken: Vec<usize> = exact
        .iter()
        .zip(room)
        .map(|(exact, room)| (exact.floor() as usize).min(*room))
        .collect();
    let mut order: Vec<usize> = (0..groups.len()).collect();
    order.sort_by(|a, b| {
        let remainder = |group: usize| exact[group] - exact[group].floor();
        remainder(*b)
            .total_cmp(&remainder(*a))
            .then(groups[*b].len().cmp(&groups[*a].len()))
    });
    let mut missing = wanted.saturating_sub(taken.iter().sum());
    for group in order {
        if missing > 0 && taken[group] < room[group] {
            taken[group] += 1;
            missing -= 1;
        }
    }
    taken
}
