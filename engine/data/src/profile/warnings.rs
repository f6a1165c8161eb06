//! What may go wrong with a column, judged by its figures and its role.

use contract::{ColumnRole, ColumnSpec, ColumnType, ColumnWarning};

use super::Figures;

/// From this share of missing values on a person should know.
const MOSTLY_MISSING_FROM: f64 = 0.5;
/// “Nearly every row”; estimated counts of distinct values are a few percent off.
const ID_LIKE_FROM: f64 = 0.99;
const ID_LIKE_FROM_IF_ESTIMATED: f64 = 0.9;
/// Up to so many distinct values they are counted, beyond estimated.
const COUNTED_DISTINCT: u64 = 10_000;
/// In fewer rows every measurement may well be another value.
const ID_LIKE_ROWS: u64 = 20;
/// An association with the target as strong as this is rarely honest.
const LEAKING_FROM: f64 = 0.98;
/// A class is much more frequent if it has half of the rows and four times the mean of the other classes.
const IMBALANCED_FROM: f64 = 0.5;
const IMBALANCED_TIMES: f64 = 4.0;
/// Categories beyond which one-hot columns and tables stop to help.
const MANY_CATEGORIES: u64 = 100;

/// The warnings of one column. `association` is the one with the target, if it has one.
pub(crate) fn find_warnings(
    figures: &Figures,
    spec: &ColumnSpec,
    association: Option<f64>,
) -> Vec<ColumnWarning> {
    let mut warnings = Vec::new();
    let present = figures.present();
    let missing_share = figures.missing as f64 / figures.rows.max(1) as f64;
    if present == 0 {
        warnings.push(ColumnWarning::AllMissing);
    } else if figures.distinct <= 1 && figures.missing == 0 {
        warnings.push(ColumnWarning::Constant);
    } else if missing_share >= MOSTLY_MISSING_FROM {
        warnings.push(ColumnWarning::MostlyMissing {
            share: missing_share,
        });
    }
    let is_discrete = matches!(spec.column_type, ColumnType::Text | ColumnType::Integer);
    let is_id_like = is_discrete && present >= ID_LIKE_ROWS && is_id_like(figures);
    if is_id_like {
        warnings.push(ColumnWarning::IdLike {
            distinct_share: distinct_share(figures),
        });
    }
    if let Some(association) = association
        && association >= LEAKING_FROM
        && spec.role == ColumnRole::Feature
    {
        warnings.push(ColumnWarning::Leaking { association });
    }
    if spec.role == ColumnRole::Target {
        warnings.extend(imbalance(figures));
    }
    if let Some(example) = &figures.stranger {
        warnings.push(ColumnWarning::MixedTypes {
            example: example.clone(),
        });
    }
    if let Some(example) = &figures.unclear_date {
        warnings.push(ColumnWarning::UnclearDates {
            example: example.clone(),
        });
    }
    if figures.infinite > 0 {
        warnings.push(ColumnWarning::Infinite {
            count: figures.infinite,
        });
    }
    let is_text = spec.column_type == ColumnType::Text;
    if is_text && !is_id_like && figures.distinct > MANY_CATEGORIES {
        warnings.push(ColumnWarning::HighCardinality {
            distinct: figures.distinct,
        });
    }
    warnings
}

/// Nearly every row has a value of its own.
pub(crate) fn is_id_like(figures: &Figures) -> bool {
    let from = if figures.distinct > COUNTED_DISTINCT {
        ID_LIKE_FROM_IF_ESTIMATED
    } else {
        ID_LIKE_FROM
    };
    figures.present() > 1 && distinct_share(figures) >= from
}

fn distinct_share(figures: &Figures) -> f64 {
    figures.distinct as f64 / figures.present().max(1) as f64
}

fn imbalance(figures: &Figures) -> Option<ColumnWarning> {
    let (_, largest) = figures.top_values.first()?;
    let (largest, present) = (*largest as f64, figures.present() as f64);
    let others = figures
        .distinct
        .checked_sub(1)
        .filter(|others| *others > 0)? as f64;
    let mean_of_others = (present - largest) / others;
    let is_imbalanced =
        largest / present >= IMBALANCED_FROM && largest >= IMBALANCED_TIMES * mean_of_others;
    is_imbalanced.then(|| ColumnWarning::Imbalanced {
        largest_share: largest / present,
    })
}
