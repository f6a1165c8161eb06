//! Answers as JSON and as text. The JSON shapes are stable.

use std::collections::BTreeMap;
use std::sync::Arc;

use contract::{
    ColumnProfile, DataVersion, DriftReport, DriftStatistics, MetricPoint, Metrics, Model,
    ModelVersion, RejectedRow, Run,
};
use serde_json::{Value, json};

use crate::output;

fn column(version: &DataVersion, profile: &ColumnProfile) -> Value {
    let role = version
        .columns
        .iter()
        .find(|column| column.name == profile.name)
        .map(|column| column.role);
    json!({
        "name": profile.name,
        "type": profile.column_type,
        "role": role,
        "missing": profile.missing,
        "distinct": profile.distinct,
        "min": profile.min,
        "max": profile.max,
        "mean": profile.mean,
        "std": profile.std,
        "warnings": profile.warnings,
    })
}

fn dataset(version: &DataVersion) -> Value {
    json!({
        "dataset": version.id.dataset,
        "version": version.id.version,
        "rows": version.rows,
        "rejected_rows": version.rejected_rows,
        "digest": version.object,
        "bytes": version.bytes,
        "source": version.sources.first().map(|source| json!({ "path": source.path, "digest": source.digest, "options": source.options })),
        "columns": version.profile.iter().map(|profile| column(version, profile)).collect::<Vec<_>>(),
    })
}

/// What an import answered.
pub(crate) struct Imported {
    pub version: Arc<DataVersion>,
    /// Its content was there already, and nothing was made.
    pub is_recognised: bool,
    /// The newest version of its dataset.
    pub newest: u32,
}

/// One version is an object, several are a list.
pub(crate) fn added(imported: &[Imported], as_json: bool) {
    if as_json {
        let document = |added: &Imported| {
            let mut document = dataset(&added.version);
            document["recognised"] = added.is_recognised.into();
            document["newest"] = added.newest.into();
            document
        };
        match imported {
            [added] => output::json(&document(added)),
            several => output::json(&several.iter().map(document).collect()),
        }
        return;
    }
    for added in imported {
        versions(std::slice::from_ref(&added.version), as_json);
        if added.is_recognised {
            output::line(&recognised(added));
        }
    }
}

/// Nobody is to believe that the content of an older version has become the newest.
fn recognised(added: &Imported) -> String {
    let id = &added.version.id;
    let newest = match added.newest == id.version {
        true => String::new(),
        false => format!(
            ", and {}@{} stays the newest; write {id} where you want this content",
            id.dataset, added.newest
        ),
    };
    format!("{id} has this content already: no version was made{newest}")
}

/// One version is an object, several are a list.
pub(crate) fn versions(versions: &[Arc<DataVersion>], as_json: bool) {
    if as_json {
        match versions {
            [version] => output::json(&dataset(version)),
            several => output::json(&several.iter().map(|version| dataset(version)).collect()),
        }
        return;
    }
    for version in versions {
        output::line(&format!(
            "{}: {} rows, {} columns, {} rejected",
            version.id,
            version.rows,
            version.columns.len(),
            version.rejected_rows
        ));
        let rows: Vec<Vec<String>> = version
            .profile
            .iter()
            .map(|profile| profile_row(version, profile))
            .collect();
        output::table(
            &[
                "column", "type", "role", "missing", "distinct", "min", "mean", "max", "",
            ],
            &rows,
        );
    }
}

/// A line of the table shows no more letters of a row than this.
const MOST_LETTERS: usize = 100;

pub(crate) fn rejects(version: &DataVersion, rows: &[RejectedRow], as_json: bool) {
    if as_json {
        return output::json(&json!({
            "dataset": version.id.dataset,
            "version": version.id.version,
            "rejected_rows": version.rejected_rows,
            "rejects": rows,
        }));
    }
    output::line(&format!(
        "{}: {} rejected, {} shown",
        version.id,
        version.rejected_rows,
        rows.len()
    ));
    if !rows.is_empty() {
        let rows: Vec<Vec<String>> = rows.iter().map(reject_row).collect();
        output::table(&["line", "column", "what is wrong", "text"], &rows);
    }
}

/// Escaped, so that a row of several lines, or one that holds the commands of a terminal, stays a line of text.
pub(crate) fn reject_row(row: &RejectedRow) -> Vec<String> {
    let short = |text: &str| {
        let escaped: String = text.chars().take(MOST_LETTERS).flat_map(escape).collect();
        match text.chars().nth(MOST_LETTERS) {
            Some(_) => format!("{escaped}…"),
            None => escaped,
        }
    };
    vec![
        row.line.to_string(),
        short(row.column.as_deref().unwrap_or("–")),
        row.error.to_string(),
        short(&row.text),
    ]
}

fn escape(letter: char) -> Vec<char> {
    match letter.is_control() {
        true => letter.escape_default().collect(),
        false => vec![letter],
    }
}

fn profile_row(version: &DataVersion, profile: &ColumnProfile) -> Vec<String> {
    let role = version
        .columns
        .iter()
        .find(|column| column.name == profile.name)
        .map_or("", |column| column.role.word());
    let warnings: Vec<String> = profile
        .warnings
        .iter()
        .map(contract::ColumnWarning::sentence)
        .collect();
    vec![
        profile.name.to_string(),
        profile.column_type.word().to_owned(),
        role.to_owned(),
        profile.missing.to_string(),
        profile.distinct.to_string(),
        number(profile.min),
        number(profile.mean),
        number(profile.max),
        warnings.join("; "),
    ]
}

fn number(value: Option<f64>) -> String {
    match value {
        None => "–".into(),
        Some(value) if value == value.trunc() && value.abs() < 1e15 => format!("{value:.0}"),
        Some(value) => format!("{value:.4}"),
    }
}

pub(crate) fn datasets(versions: &[Arc<DataVersion>], as_json: bool) {
    if as_json {
        return output::json(&versions.iter().map(|version| dataset(version)).collect());
    }
    let row = |version: &Arc<DataVersion>| {
        vec![
            version.id.to_string(),
            version.rows.to_string(),
            version.columns.len().to_string(),
            version.object.short().to_owned(),
        ]
    };
    output::table(
        &["dataset", "rows", "columns", "digest"],
        &versions.iter().map(row).collect::<Vec<_>>(),
    );
}

fn finite(metrics: &Metrics) -> BTreeMap<Arc<str>, Option<f64>> {
    metrics
        .iter()
        .map(|(key, value)| (key.clone(), value.is_finite().then_some(*value)))
        .collect()
}

pub(crate) fn trained(run: &Run, as_json: bool) {
    if as_json {
        return output::json(&json!({
            "run": run.id,
            "number": run.number,
            "state": run.state,
            "device": run.device,
            "seconds": run.seconds,
            "metrics": finite(&run.metrics),
        }));
    }
    output::line(&format!(
        "Run {} ({}) {} after {:.1} s on {}",
        run.number,
        run.id,
        run.state.word(),
        run.seconds,
        run.device
    ));
    let Some(report) = &run.report else { return };
    let rows: Vec<Vec<String>> = report
        .metrics
        .iter()
        .map(|(key, value)| {
            vec![
                key.to_string(),
                number(Some(*value)),
                number(report.baseline.get(key).copied()),
            ]
        })
        .collect();
    output::table(&["metric", "value", "baseline"], &rows);
    match report.rows.without_target {
        0 => {}
        1 => output::line("One row has no target and was left out"),
        many => output::line(&format!("{many} rows have no target and were left out")),
    }
}

pub(crate) fn runs(runs: &[Arc<Run>], as_json: bool) {
    if as_json {
        return output::json(&runs.iter().map(|run| run_json(run)).collect());
    }
    let row = |run: &Arc<Run>| {
        let metric = run.recipe.task.main_metric();
        vec![
            run.number.to_string(),
            run.id.to_string(),
            run.state.word().to_owned(),
            run.recipe.data.to_string(),
            run.recipe.target.to_string(),
            format!(
                "{metric} {}",
                number(run.metrics.get(format!("test/{metric}").as_str()).copied())
            ),
            format!("{:.1}", run.seconds),
        ]
    };
    output::table(
        &[
            "number", "run", "state", "data", "target", "held-out", "seconds",
        ],
        &runs.iter().map(row).collect::<Vec<_>>(),
    );
}

fn run_json(run: &Run) -> Value {
    json!({
        "run": run.id,
        "number": run.number,
        "state": run.state,
        "device": run.device,
        "seconds": run.seconds,
        "started": run.started,
        "ended": run.ended,
        "error": run.error,
        "recipe": run.recipe,
        "metrics": finite(&run.metrics),
        "report": run.report,
        "package": run.package,
    })
}

pub(crate) fn run(run: &Run, as_json: bool) {
    if as_json {
        output::json(&run_json(run));
        return;
    }
    trained(run, false);
    if let Some(error) = &run.error {
        output::line(error);
    }
}

pub(crate) fn points(points: &[MetricPoint], as_json: bool) {
    if as_json {
        let point = |point: &MetricPoint| json!({ "key": point.key, "step": point.step, "value": point.value.is_finite().then_some(point.value), "at": point.at });
        return output::json(&points.iter().map(point).collect());
    }
    let row = |point: &MetricPoint| {
        vec![
            point.step.to_string(),
            point.key.to_string(),
            format!("{:.6}", point.value),
        ]
    };
    output::table(
        &["step", "key", "value"],
        &points.iter().map(row).collect::<Vec<_>>(),
    );
}

pub(crate) fn registered(version: &ModelVersion, as_json: bool) {
    if as_json {
        return output::json(&json!({
            "model": version.id.model,
            "version": version.id.version,
            "onnx_max_abs_diff": version.onnx_max_abs_diff,
            "compared_rows": version.onnx_compared_rows,
        }));
    }
    output::line(&format!(
        "Registered {}; its ONNX differs from the trainer by at most {:.1e} on {} held-out rows",
        version.id, version.onnx_max_abs_diff, version.onnx_compared_rows
    ));
}

pub(crate) fn models(models: &[Arc<Model>], as_json: bool) {
    if as_json {
        let model = |model: &Arc<Model>| {
            json!({
                "model": model.name,
                "versions": model.versions.iter().map(|version| version_json(version)).collect::<Vec<_>>(),
                "aliases": model.aliases,
            })
        };
        return output::json(&models.iter().map(model).collect());
    }
    let row = |model: &Arc<Model>| {
        let aliases: Vec<String> = model
            .aliases
            .iter()
            .map(|(alias, version)| format!("{alias} → {version}"))
            .collect();
        vec![
            model.name.to_string(),
            model.versions.len().to_string(),
            aliases.join(", "),
        ]
    };
    output::table(
        &["model", "versions", "aliases"],
        &models.iter().map(row).collect::<Vec<_>>(),
    );
}

fn version_json(version: &ModelVersion) -> Value {
    json!({
        "model": version.id.model,
        "version": version.id.version,
        "run": version.run,
        "created": version.created,
        "onnx_max_abs_diff": version.onnx_max_abs_diff,
        "metrics": finite(&version.metrics),
        "signature": version.signature,
        "package": version.package,
    })
}

pub(crate) fn model_version(version: &ModelVersion, as_json: bool) {
    if as_json {
        return output::json(&version_json(version));
    }
    output::line(&format!("{} from {}", version.id, version.run));
    output::line(&format!(
        "{} of “{}”",
        version.signature.task.word(),
        version.signature.target
    ));
    let rows: Vec<Vec<String>> = version
        .signature
        .inputs
        .iter()
        .map(|input| {
            vec![
                input.name.to_string(),
                input.column_type.word().to_owned(),
                input.example.clone().unwrap_or_default(),
            ]
        })
        .collect();
    output::table(&["input", "type", "example"], &rows);
}

pub(crate) fn drift(report: &DriftReport, as_json: bool) {
    if as_json {
        return output::json(&json!({
            "model": report.model.model,
            "version": report.model.version,
            "window": report.window,
            "not_enough": report.not_enough,
            "columns": report.columns,
        }));
    }
    if let Some(why) = &report.not_enough {
        return output::line(why);
    }
    let row = |column: &contract::ColumnDrift| {
        let (first, second) = match &column.statistics {
            DriftStatistics::Numeric {
                ks, wasserstein, ..
            } => (
                format!("KS {ks:.3}"),
                format!("Wasserstein {wasserstein:.3}"),
            ),
            DriftStatistics::Categorical {
                jensen_shannon,
                chi_square,
                ..
            } => (
                format!("Jensen-Shannon {jensen_shannon:.3}"),
                format!("chi-square {chi_square:.1}"),
            ),
        };
        let verdict = match column.verdict {
            contract::DriftVerdict::Stable => "stable",
            contract::DriftVerdict::Moving => "moving",
            contract::DriftVerdict::Drifted => "drifted",
        };
        vec![
            column.name.to_string(),
            verdict.to_owned(),
            format!("{:.3}", column.psi),
            first,
            second,
        ]
    };
    output::line(&format!(
        "{}: the last {} predictions against the training data",
        report.model, report.window
    ));
    output::table(
        &["column", "verdict", "PSI", "", ""],
        &report.columns.iter().map(row).collect::<Vec<_>>(),
    );
}
