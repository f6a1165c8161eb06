//! Watching: the reference that training leaves behind, and how far what is served has moved from it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{ModelVersionRef, Timestamp};

/// `reference.json` of a model package: one sketch a feature, and one of the model's own predictions on the validation split.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reference {
    pub rows: u64,
    pub features: Vec<ColumnSketch>,
    pub prediction: ColumnSketch,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ColumnSketch {
    pub name: Arc<str>,
    pub missing: u64,
    pub shape: SketchShape,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum SketchShape {
    /// A sample of the training values, sorted, at most 4 096, evenly spaced by rank; never NaN.
    Numeric { sorted_sample: Vec<f64> },
    /// Every category with its count, most frequent first.
    Categorical { counts: Vec<(Arc<str>, u64)> },
}

/// Drift of one model version over its last `window` predictions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DriftReport {
    pub model: ModelVersionRef,
    pub at: Timestamp,
    /// Predictions that were compared.
    pub window: u64,
    /// Features in the signature's order, then the prediction; empty until there are enough predictions.
    pub columns: Vec<ColumnDrift>,
    /// Why there is nothing to say yet, such as "12 of 30 predictions".
    pub not_enough: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ColumnDrift {
    pub name: Arc<str>,
    pub is_prediction: bool,
    /// Population stability index over ten bins of equal reference mass (fewer for a window under 100), or over categories.
    pub psi: f64,
    pub statistics: DriftStatistics,
    pub reference_missing_share: f64,
    pub current_missing_share: f64,
    /// Bars for the picture: reference and current shares over the same bins or categories.
    pub bins: Vec<DriftBin>,
    pub verdict: DriftVerdict,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum DriftStatistics {
    Numeric {
        /// Two-sample Kolmogorov-Smirnov: largest distance of the two distribution functions.
        ks: f64,
        ks_p_value: f64,
        /// First Wasserstein distance, in units of the reference's standard deviation.
        wasserstein: f64,
    },
    Categorical {
        chi_square: f64,
        chi_square_p_value: f64,
        /// Jensen-Shannon distance (the square root of the divergence), base 2: 0 to 1.
        jensen_shannon: f64,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DriftBin {
    pub label: Arc<str>,
    pub reference: f64,
    pub current: f64,
}

/// By effect size: PSI under 0.1 is stable, from 0.25 on it drifted. What chance alone may do at the window's size (chi-square over the
/// same bins, p of 0.001 or more) is stable as well, so that small windows of unchanged data are not called drift.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DriftVerdict {
    Stable,
    Moving,
    Drifted,
}
