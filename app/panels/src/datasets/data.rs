//! What Datasets says: the list, and of the version that is open its facts, its reader options and its columns.

use std::sync::Arc;

use contract::{
    ColumnProfile, ColumnRole, ColumnSpec, ColumnType, ColumnWarning, DataVersion, DataVersionRef,
    Dataset, FileFormat, ReaderOptions, Snapshot,
};
use look::format;

use crate::Selection;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct DatasetRow {
    pub name: String,
    pub newest: DataVersionRef,
    /// Such as “178 rows, 14 columns”.
    pub size: String,
    /// Rows of each version, oldest first.
    pub row_counts: Vec<f32>,
    pub is_open: bool,
    pub has_warning: bool,
}

/// The version that is open: the selected one, or else the one that was open before, or else the newest of all.
pub(crate) fn open_version(
    snapshot: &Snapshot,
    selection: Option<&Selection>,
    before: Option<&DataVersionRef>,
) -> Option<Arc<DataVersion>> {
    let selected = match selection {
        Some(Selection::DataVersion(version)) => find_version(snapshot, version),
        _ => None,
    };
    selected
        .or_else(|| before.and_then(|version| find_version(snapshot, version)))
        .or_else(|| {
            snapshot
                .datasets
                .iter()
                .filter_map(|dataset| dataset.versions.last())
                .max_by_key(|version| version.created)
                .cloned()
        })
}

pub(crate) fn find_version(snapshot: &Snapshot, id: &DataVersionRef) -> Option<Arc<DataVersion>> {
    dataset_of(snapshot, id)?
        .versions
        .iter()
        .find(|version| version.id == *id)
        .cloned()
}

pub(crate) fn dataset_of<'a>(
    snapshot: &'a Snapshot,
    id: &DataVersionRef,
) -> Option<&'a Arc<Dataset>> {
    snapshot
        .datasets
        .iter()
        .find(|dataset| dataset.name == id.dataset)
}

pub(crate) fn dataset_rows(snapshot: &Snapshot, open: Option<&DataVersionRef>) -> Vec<DatasetRow> {
    snapshot
        .datasets
        .iter()
        .filter_map(|dataset| {
            let newest = dataset.versions.last()?;
            Some(DatasetRow {
                name: dataset.name.to_string(),
                newest: newest.id.clone(),
                size: format!(
                    "v{}, {}, {}",
                    newest.id.version,
                    format::counted(newest.rows, "row", "rows"),
                    format::bytes(newest.bytes)
                ),
                row_counts: dataset
                    .versions
                    .iter()
                    .map(|version| version.rows as f32)
                    .collect(),
                is_open: open.is_some_and(|open| open.dataset == dataset.name),
                has_warning: newest.rejected_rows > 0,
            })
        })
        .collect()
}

/// The numbers under a version's title.
pub(crate) fn version_facts(version: &DataVersion) -> Vec<(&'static str, String)> {
    vec![
        ("Rows", format::count(version.rows)),
        ("Columns", format::count(version.columns.len() as u64)),
        ("Size", format::bytes(version.bytes)),
        ("Missing", missing_share(version)),
        (
            "Target",
            version
                .columns
                .iter()
                .find(|column| column.role == ColumnRole::Target)
                .map_or_else(
                    || format::MISSING.to_owned(),
                    |column| column.name.to_string(),
                ),
        ),
    ]
}

fn missing_share(version: &DataVersion) -> String {
    let cells = version.rows * version.columns.len() as u64;
    let missing: u64 = version.profile.iter().map(|profile| profile.missing).sum();
    if cells == 0 {
        return format::MISSING.to_owned();
    }
    format::percent(missing as f64 / cells as f64)
}

/// How a source was read, in words: “CSV, comma, utf-8, header, decimal point”.
pub(crate) fn options_in_words(options: &ReaderOptions) -> String {
    let is_csv = matches!(options.format, Some(FileFormat::Csv) | None);
    let mut words = vec![options.format.map_or("file", format_word).to_owned()];
    if is_csv {
        words.extend(options.delimiter.map(delimiter_word));
        words.extend(options.encoding.clone());
        words.extend(
            options
                .has_header
                .map(|has_header| if has_header { "header" } else { "no header" }.to_owned()),
        );
        words.extend(options.decimal_separator.map(|separator| match separator {
            ',' => "decimal comma".to_owned(),
            _ => "decimal point".to_owned(),
        }));
    }
    words.extend(
        options
            .date_order
            .map(|order| format!("dates {}", order.word())),
    );
    words.extend(options.sheet.as_ref().map(|sheet| format!("sheet {sheet}")));
    words.join(", ")
}

pub(crate) fn format_word(format: FileFormat) -> &'static str {
    match format {
        FileFormat::Csv => "CSV",
        FileFormat::Json => "JSON",
        FileFormat::JsonLines => "JSON lines",
        FileFormat::Parquet => "Parquet",
        FileFormat::Excel => "Excel",
    }
}

pub(crate) fn delimiter_word(delimiter: char) -> String {
    match delimiter {
        ',' => "comma".to_owned(),
        ';' => "semicolon".to_owned(),
        '\t' => "tab".to_owned(),
        '|' => "bar".to_owned(),
        ' ' => "space".to_owned(),
        other => format!("“{other}”"),
    }
}

/// The key numbers of a column.
pub(crate) const NUMBERS: [&str; 5] = ["Mean", "SD", "Min", "Median", "Max"];

/// One row of the profile.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ProfileRow {
    pub name: Arc<str>,
    pub column_type: ColumnType,
    pub role: ColumnRole,
    /// The type or the role differs from what the version has.
    pub is_edited: bool,
    pub missing_share: f32,
    pub missing: String,
    pub distinct: String,
    pub shape: Shape,
    /// In the order of [`NUMBERS`].
    pub numbers: [String; 5],
    /// A word or two, and the whole sentence; the worst first.
    pub warnings: Vec<(&'static str, String)>,
}

/// The picture of a column's values.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Shape {
    /// Shares of the largest bin, 0 to 1.
    Bins(Vec<f32>),
    /// Label and share of all rows, most frequent first.
    Top(Vec<(Arc<str>, f32)>),
    Nothing,
}

impl ProfileRow {
    /// Row `place` of the profile, as `columns` would have it.
    pub(crate) fn new(version: &DataVersion, columns: &[ColumnSpec], place: usize) -> Option<Self> {
        let spec = columns.get(place)?;
        let profile = version
            .profile
            .get(place)
            .filter(|profile| profile.name == spec.name)
            .or_else(|| {
                version
                    .profile
                    .iter()
                    .find(|profile| profile.name == spec.name)
            })?;
        let missing_share = if version.rows == 0 {
            0.0
        } else {
            profile.missing as f64 / version.rows as f64
        };
        Some(Self {
            name: spec.name.clone(),
            column_type: spec.column_type,
            role: spec.role,
            is_edited: version.columns.get(place) != Some(spec),
            missing_share: missing_share as f32,
            missing: if profile.missing == 0 {
                "0".to_owned()
            } else {
                format::percent(missing_share)
            },
            distinct: format::count(profile.distinct),
            shape: Shape::new(profile, version.rows),
            numbers: numbers(profile),
            warnings: warnings(profile),
        })
    }
}

/// How much a warning matters (first is worst), and what it is in a word or two.
fn warning_word(warning: &ColumnWarning) -> (u8, &'static str) {
    match warning {
        ColumnWarning::Leaking { .. } => (0, "leaks target"),
        ColumnWarning::AllMissing => (1, "all missing"),
        ColumnWarning::Constant => (2, "constant"),
        ColumnWarning::MostlyMissing { .. } => (3, "mostly missing"),
        ColumnWarning::MixedTypes { .. } => (4, "mixed types"),
        ColumnWarning::UnclearDates { .. } => (5, "unclear dates"),
        ColumnWarning::Infinite { .. } => (6, "infinite"),
        ColumnWarning::IdLike { .. } => (7, "like an id"),
        ColumnWarning::Imbalanced { .. } => (8, "imbalanced"),
        ColumnWarning::HighCardinality { .. } => (9, "many values"),
    }
}

fn warnings(profile: &ColumnProfile) -> Vec<(&'static str, String)> {
    let mut sorted: Vec<&ColumnWarning> = profile.warnings.iter().collect();
    sorted.sort_by_key(|warning| warning_word(warning).0);
    sorted
        .into_iter()
        .map(|warning| (warning_word(warning).1, warning.sentence()))
        .collect()
}

impl Shape {
    fn new(profile: &ColumnProfile, rows: u64) -> Self {
        let is_category = matches!(profile.column_type, ColumnType::Text | ColumnType::Boolean);
        let largest = profile.histogram.iter().max().copied().unwrap_or(0);
        if !is_category && largest > 0 {
            return Self::Bins(
                profile
                    .histogram
                    .iter()
                    .map(|count| *count as f32 / largest as f32)
                    .collect(),
            );
        }
        if profile.top_values.is_empty() || rows == 0 {
            return Self::Nothing;
        }
        Self::Top(
            profile
                .top_values
                .iter()
                .map(|(value, count)| (value.clone(), *count as f32 / rows as f32))
                .collect(),
        )
    }
}

/// In the order of [`NUMBERS`]; empty where a number has no meaning.
fn numbers(profile: &ColumnProfile) -> [String; 5] {
    let written = |value: Option<f64>| value.map(format::number).unwrap_or_default();
    if profile.column_type == ColumnType::Timestamp {
        let day_of = |seconds: Option<f64>| seconds.and_then(day).unwrap_or_default();
        return [
            String::new(),
            String::new(),
            day_of(profile.min),
            String::new(),
            day_of(profile.max),
        ];
    }
    let median = profile.quantiles.map(|quantiles| quantiles[2]);
    [profile.mean, profile.std, profile.min, median, profile.max].map(written)
}

/// The day of a moment in seconds since 1970.
fn day(seconds: f64) -> Option<String> {
    let moment = jiff::Timestamp::from_second(seconds as i64).ok()?;
    Some(moment.strftime("%Y-%m-%d").to_string())
}

/// One version in the list of versions, newest first.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct VersionRow {
    pub id: DataVersionRef,
    pub created: contract::Timestamp,
    pub rows: String,
    /// Against the version before: “+18 rows”.
    pub change: String,
    pub source: String,
    pub digest: String,
    pub is_open: bool,
}

pub(crate) fn version_rows(dataset: &Dataset, open: &DataVersionRef) -> Vec<VersionRow> {
    let mut before: Option<&DataVersion> = None;
    let mut rows: Vec<VersionRow> = dataset
        .versions
        .iter()
        .map(|version| VersionRow {
            id: version.id.clone(),
            created: version.created,
            rows: format::count(version.rows),
            change: change(before.replace(version), version),
            source: version
                .sources
                .first()
                .map(|source| source.path.display().to_string())
                .unwrap_or_default(),
            digest: version.object.to_string(),
            is_open: version.id == *open,
        })
        .collect();
    rows.reverse();
    rows
}

fn change(before: Option<&DataVersion>, version: &DataVersion) -> String {
    let Some(before) = before else {
        return "first version".to_owned();
    };
    let difference = version.rows.abs_diff(before.rows);
    let sign = if version.rows < before.rows {
        "−"
    } else {
        "+"
    };
    let mut parts = Vec::new();
    if difference > 0 {
        parts.push(format!(
            "{sign}{}",
            format::counted(difference, "row", "rows")
        ));
    }
    let names = |columns: &[ColumnSpec]| -> Vec<Arc<str>> {
        columns.iter().map(|column| column.name.clone()).collect()
    };
    if names(&before.columns) != names(&version.columns) {
        parts.push("other columns".to_owned());
    }
    if parts.is_empty() {
        parts.push("same shape".to_owned());
    }
    parts.join(", ")
}
