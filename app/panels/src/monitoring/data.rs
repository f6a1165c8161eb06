//! What Monitoring says: the row of numbers, the drift of every column, one column's two distributions.

use std::sync::Arc;

use contract::{
    ColumnDrift, DriftReport, DriftStatistics, DriftVerdict, EndpointView, ModelName, Snapshot,
};
use look::{Tone, format};

/// The windows that can be chosen.
pub(crate) const WINDOWS: [u64; 5] = [100, 300, 1_000, 3_000, 10_000];

/// What stands large above the table.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Headline {
    pub name: &'static str,
    pub value: String,
    pub unit: &'static str,
    pub tone: Tone,
}

/// The endpoint that is open: the asked one if it is served, or else the first.
pub(crate) fn open_endpoint<'a>(
    snapshot: &'a Snapshot,
    asked: Option<&ModelName>,
) -> Option<&'a Arc<EndpointView>> {
    snapshot
        .endpoints
        .iter()
        .find(|view| Some(&view.endpoint.name) == asked)
        .or_else(|| snapshot.endpoints.first())
}

pub(crate) fn headlines(view: &EndpointView, report: Option<&DriftReport>) -> Vec<Headline> {
    let figures = &view.figures;
    let is_asked = figures.requests > 0;
    let error_share = if is_asked {
        figures.errors as f64 / figures.requests as f64
    } else {
        f64::NAN
    };
    let drifted = report
        .filter(|report| report.not_enough.is_none())
        .map(|report| {
            report
                .columns
                .iter()
                .filter(|column| column.verdict == DriftVerdict::Drifted)
                .count() as u64
        });
    vec![
        Headline {
            name: "Requests a second",
            value: format::number(crate::serving::rate(&figures.per_second)),
            unit: "/s",
            tone: Tone::Neutral,
        },
        Headline {
            name: "p99 latency",
            value: if is_asked {
                format::number(figures.p99_millis)
            } else {
                format::MISSING.to_owned()
            },
            unit: if is_asked { "ms" } else { "" },
            tone: Tone::Neutral,
        },
        Headline {
            name: "Errors",
            value: format::percent(error_share).replace(" %", ""),
            unit: if is_asked { "%" } else { "" },
            tone: if error_share > 0.01 {
                Tone::Warn
            } else {
                Tone::Neutral
            },
        },
        Headline {
            name: "Predictions",
            value: format::count(figures.predictions),
            unit: "",
            tone: Tone::Neutral,
        },
        Headline {
            name: "Drifted columns",
            value: drifted.map_or_else(|| format::MISSING.to_owned(), format::count),
            unit: "",
            tone: match drifted {
                Some(0) => Tone::Done,
                Some(_) => Tone::Fail,
                None => Tone::Neutral,
            },
        },
    ]
}

/// One row of the drift table.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct DriftRow {
    pub name: Arc<str>,
    pub is_prediction: bool,
    pub verdict: DriftVerdict,
    pub psi: String,
    /// The kind's own statistics: name and value, effect size first.
    pub statistics: Vec<(&'static str, String)>,
    pub missing: String,
    /// Reference and current share of each bin.
    pub bins: Vec<(f32, f32)>,
    /// Place in the report.
    pub place: usize,
}

/// Most moved first, the prediction on top of all: it is what the columns move.
pub(crate) fn drift_rows(report: &DriftReport) -> Vec<DriftRow> {
    let mut rows: Vec<(f64, DriftRow)> = report
        .columns
        .iter()
        .enumerate()
        .map(|(place, column)| (column.psi, drift_row(column, place)))
        .collect();
    rows.sort_by(|left, right| {
        right
            .1
            .is_prediction
            .cmp(&left.1.is_prediction)
            .then(right.0.total_cmp(&left.0))
    });
    rows.into_iter().map(|row| row.1).collect()
}

fn drift_row(column: &ColumnDrift, place: usize) -> DriftRow {
    DriftRow {
        name: column.name.clone(),
        is_prediction: column.is_prediction,
        verdict: column.verdict,
        psi: format::metric(column.psi),
        statistics: statistics(&column.statistics),
        missing: missing(column),
        bins: column
            .bins
            .iter()
            .map(|bin| (bin.reference as f32, bin.current as f32))
            .collect(),
        place,
    }
}

fn statistics(statistics: &DriftStatistics) -> Vec<(&'static str, String)> {
    match statistics {
        DriftStatistics::Numeric {
            ks,
            ks_p_value,
            wasserstein,
        } => vec![
            (
                "Wasserstein",
                format!("{} sd", format::metric(*wasserstein)),
            ),
            ("KS", format::metric(*ks)),
            ("p", probability(*ks_p_value)),
        ],
        DriftStatistics::Categorical {
            chi_square,
            chi_square_p_value,
            jensen_shannon,
        } => vec![
            ("Jensen-Shannon", format::metric(*jensen_shannon)),
            ("χ²", format::number(*chi_square)),
            ("p", probability(*chi_square_p_value)),
        ],
    }
}

/// Below a thousandth the digits say nothing more.
fn probability(p_value: f64) -> String {
    if p_value < 0.001 {
        "< 0.001".to_owned()
    } else {
        format!("{p_value:.3}")
    }
}

fn missing(column: &ColumnDrift) -> String {
    if column.reference_missing_share == 0.0 && column.current_missing_share == 0.0 {
        return format::MISSING.to_owned();
    }
    format!(
        "{} → {}",
        format::percent(column.reference_missing_share),
        format::percent(column.current_missing_share)
    )
}

pub(crate) fn verdict_word(verdict: DriftVerdict) -> &'static str {
    match verdict {
        DriftVerdict::Stable => "stable",
        DriftVerdict::Moving => "moving",
        DriftVerdict::Drifted => "drifted",
    }
}

pub(crate) fn verdict_tone(verdict: DriftVerdict) -> Tone {
    match verdict {
        DriftVerdict::Stable => Tone::Done,
        DriftVerdict::Moving => Tone::Warn,
        DriftVerdict::Drifted => Tone::Fail,
    }
}

/// What moved, in one sentence: “Most of the change: 22 % more in 1.20 to 1.60”.
pub(crate) fn change_in_words(column: &ColumnDrift) -> Option<String> {
    let largest = column.bins.iter().max_by(|left, right| {
        let size = |bin: &contract::DriftBin| (bin.current - bin.reference).abs();
        size(left).total_cmp(&size(right))
    })?;
    let change = largest.current - largest.reference;
    let word = if change < 0.0 { "fewer" } else { "more" };
    Some(format!(
        "{}: {} before, {} now ({word})",
        largest.label,
        format::percent(largest.reference),
        format::percent(largest.current)
    ))
}
