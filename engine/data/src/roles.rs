//! What each column is for: what a person said, else what the version before had, else a proposal.
//!
//! The rule of the proposal, in this order:
//! 1. times are `Time`;
//! 2. a column of integers or text that is named like an id (`id`, `customer_id`, `PassengerId`, `uuid`, `index`) and has a value of its
//!    own in nearly every row is an `Id`;
//! 3. one column is the `Target`: the first of those named `target`, `label`, `class`, `species`, `outcome` or `y` (in this order of
//!    names), else the last column if it holds text, booleans or integers of 2 to 20 values, each twice on average;
//! 4. all others are `Feature`.

use std::collections::BTreeMap;
use std::sync::Arc;

use contract::{ColumnRole, ColumnSpec, ColumnType};

use crate::DataError;
use crate::profile::{Figures, is_id_like};

/// Names of targets, the plainer first.
const TARGET_NAMES: [&str; 6] = ["target", "label", "class", "species", "outcome", "y"];
/// Names of ids, beside those that end in `_id` or begin with `id_`.
const ID_NAMES: [&str; 8] = [
    "id",
    "uuid",
    "guid",
    "index",
    "idx",
    "rowid",
    "key",
    "unnamed: 0",
];
/// Classes of an unnamed target.
const FEW_CLASSES: u64 = 20;

/// Gives every column its role. `columns` has the names and types; `figures` what is measured of them.
pub(crate) fn assign(
    columns: &mut [ColumnSpec],
    figures: &[Figures],
    chosen: &BTreeMap<Arc<str>, ColumnRole>,
    previous: &[ColumnSpec],
) -> Result<(), DataError> {
    check(columns, chosen)?;
    for (spec, figures) in columns.iter_mut().zip(figures) {
        spec.role = if spec.column_type == ColumnType::Timestamp {
            ColumnRole::Time
        } else if is_id(spec, figures) {
            ColumnRole::Id
        } else {
            ColumnRole::Feature
        };
    }
    let proposed = propose_target(columns, figures);
    if let Some(spec) = proposed.and_then(|index| columns.get_mut(index)) {
        spec.role = ColumnRole::Target;
    }
    let kept: BTreeMap<Arc<str>, ColumnRole> = previous
        .iter()
        .map(|spec| (spec.name.clone(), spec.role))
        .collect();
    for roles in [&kept, chosen] {
        apply(columns, roles);
    }
    Ok(())
}

/// What is said of a column stands; who says which column is the target says that no other is.
fn apply(columns: &mut [ColumnSpec], roles: &BTreeMap<Arc<str>, ColumnRole>) {
    let names_target = columns
        .iter()
        .any(|spec| roles.get(&spec.name) == Some(&ColumnRole::Target));
    for spec in columns {
        match roles.get(&spec.name) {
            Some(role) => spec.role = *role,
            None if names_target && spec.role == ColumnRole::Target => {
                spec.role = ColumnRole::Feature;
            }
            None => {}
        }
    }
}

fn check(columns: &[ColumnSpec], chosen: &BTreeMap<Arc<str>, ColumnRole>) -> Result<(), DataError> {
    let is_known = |name: &Arc<str>| columns.iter().any(|spec| spec.name == *name);
    let unknown: Vec<String> = chosen
        .keys()
        .filter(|name| !is_known(name))
        .map(|name| name.to_string())
        .collect();
    if !unknown.is_empty() {
        return Err(DataError::UnknownColumns {
            unknown,
            columns: columns.iter().map(|spec| spec.name.to_string()).collect(),
        });
    }
    let targets: Vec<String> = chosen
        .iter()
        .filter(|(_, role)| **role == ColumnRole::Target)
        .map(|(name, _)| name.to_string())
        .collect();
    if targets.len() > 1 {
        return Err(DataError::SeveralTargets { names: targets });
    }
    Ok(())
}

fn is_id(spec: &ColumnSpec, figures: &Figures) -> bool {
    let is_discrete = matches!(spec.column_type, ColumnType::Integer | ColumnType::Text);
    is_discrete && is_id_name(&spec.name) && is_id_like(figures)
}

fn is_id_name(name: &str) -> bool {
    let lower = name.to_lowercase();
    let is_parted = ["_id", " id", "-id", ".id"]
        .iter()
        .any(|ending| lower.ends_with(ending));
    // `customerId` and `PassengerID`, but not `grid` or `Madrid`.
    let is_camel = ["Id", "ID"].iter().any(|ending| {
        name.strip_suffix(ending)
            .is_some_and(|rest| rest.ends_with(char::is_lowercase))
    });
    ID_NAMES.contains(&lower.as_str()) || is_parted || is_camel || lower.starts_with("id_")
}

fn propose_target(columns: &[ColumnSpec], figures: &[Figures]) -> Option<usize> {
    let can_be = |index: usize| {
        columns
            .get(index)
            .is_some_and(|spec| spec.role == ColumnRole::Feature)
            && figures
                .get(index)
                .is_some_and(|figures| figures.distinct > 1)
    };
    let named = TARGET_NAMES.iter().find_map(|wanted| {
        columns
            .iter()
            .position(|spec| spec.name.eq_ignore_ascii_case(wanted))
            .filter(|index| can_be(*index))
    });
    named.or_else(|| {
        let last = columns.len().checked_sub(1).filter(|last| *last > 0)?;
        let (spec, figures) = (columns.get(last)?, figures.get(last)?);
        let is_discrete = matches!(
            spec.column_type,
            ColumnType::Text | ColumnType::Boolean | ColumnType::Integer
        );
        let has_few = figures.distinct <= FEW_CLASSES && figures.distinct * 2 <= figures.present();
        (is_discrete && has_few && can_be(last)).then_some(last)
    })
}
