//! Datasets: how a file was read, what its columns are, and what the profile says of them.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{DataVersionRef, Digest, Timestamp};

/// What a column holds, after reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnType {
    Integer,
    Float,
    Boolean,
    Text,
    Timestamp,
}

impl ColumnType {
    pub const ALL: [Self; 5] = [
        Self::Integer,
        Self::Float,
        Self::Boolean,
        Self::Text,
        Self::Timestamp,
    ];

    pub fn word(self) -> &'static str {
        match self {
            Self::Integer => "integer",
            Self::Float => "float",
            Self::Boolean => "boolean",
            Self::Text => "text",
            Self::Timestamp => "timestamp",
        }
    }
}

/// What a column is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnRole {
    Target,
    Feature,
    Id,
    Time,
    Ignore,
}

impl ColumnRole {
    pub const ALL: [Self; 5] = [
        Self::Target,
        Self::Feature,
        Self::Id,
        Self::Time,
        Self::Ignore,
    ];

    pub fn word(self) -> &'static str {
        match self {
            Self::Target => "target",
            Self::Feature => "feature",
            Self::Id => "id",
            Self::Time => "time",
            Self::Ignore => "ignore",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }
}

/// What comes first in a date that does not begin with its year, such as `13.01.2024`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    DayFirst,
    MonthFirst,
}

impl DateOrder {
    pub fn word(self) -> &'static str {
        match self {
            Self::DayFirst => "day first",
            Self::MonthFirst => "month first",
        }
    }
}

/// How a source file was read. Detected, shown, and overridable: `None` means "detect".
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReaderOptions {
    pub format: Option<FileFormat>,
    pub delimiter: Option<char>,
    pub quote: Option<char>,
    pub has_header: Option<bool>,
    /// A WHATWG encoding label such as `utf-8`, `windows-1252`, `utf-16le`.
    pub encoding: Option<String>,
    pub decimal_separator: Option<char>,
    /// Stays `None` where no date needs it, or none tells. Left out of the JSON then, so that facts of before it keep their hash.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_order: Option<DateOrder>,
    /// Excel only.
    pub sheet: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileFormat {
    Csv,
    Json,
    JsonLines,
    Parquet,
    Excel,
}

/// Where a version came from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SourceFile {
    pub path: PathBuf,
    pub bytes: u64,
    /// BLAKE3 of the source's bytes; the same file dropped again has the same digest.
    pub digest: Digest,
    /// The options that were in force, none of them left at "detect" that the format has and the content tells.
    pub options: ReaderOptions,
}

/// A column of a data version as a person may edit it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ColumnSpec {
    pub name: Arc<str>,
    #[serde(rename = "type")]
    pub column_type: ColumnType,
    pub role: ColumnRole,
}

/// Everything the profile knows of one column. Numbers are `None` where they have no meaning.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ColumnProfile {
    pub name: Arc<str>,
    #[serde(rename = "type")]
    pub column_type: ColumnType,
    pub missing: u64,
    /// Exact up to 10 000 values, then HyperLogLog.
    pub distinct: u64,
    pub min: Option<f64>,
    pub max: Option<f64>,
    pub mean: Option<f64>,
    /// Sample standard deviation (n - 1).
    pub std: Option<f64>,
    /// At 0.05, 0.25, 0.5, 0.75, 0.95.
    pub quantiles: Option<[f64; 5]>,
    /// For numbers and times: equal-width bins between `min` and `max`.
    pub histogram: Vec<u64>,
    /// For text and booleans, and for integers of few values: the most frequent, at most 12, most frequent first.
    pub top_values: Vec<(Arc<str>, u64)>,
    pub warnings: Vec<ColumnWarning>,
}

/// What may go wrong with a column, with its evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum ColumnWarning {
    Constant,
    AllMissing,
    MostlyMissing {
        share: f64,
    },
    /// Nearly every row has its own value.
    IdLike {
        distinct_share: f64,
    },
    /// Knows the target too well: `association` is Cramér's V, the correlation ratio or |Pearson|, 0 to 1.
    Leaking {
        association: f64,
    },
    /// A class is much more frequent than another.
    Imbalanced {
        largest_share: f64,
    },
    /// Text where most values are numbers: `example` is one that is not.
    MixedTypes {
        example: Arc<str>,
    },
    /// Text that is all dates, of which nobody can say whether the day or the month comes first: `example` is one of them.
    UnclearDates {
        example: Arc<str>,
    },
    /// Infinite values, read as missing.
    Infinite {
        count: u64,
    },
    HighCardinality {
        distinct: u64,
    },
}

impl ColumnWarning {
    /// One sentence for a person.
    pub fn sentence(&self) -> String {
        match self {
            Self::Constant => "Every row has the same value".into(),
            Self::AllMissing => "Every value is missing".into(),
            Self::MostlyMissing { share } => {
                format!("{:.0} % of the values are missing", share * 100.0)
            }
            Self::IdLike { distinct_share } => {
                format!(
                    "Looks like an id: {:.0} % of the rows have a value of their own",
                    distinct_share * 100.0
                )
            }
            Self::Leaking { association } => {
                format!("May give the target away: association {association:.3}")
            }
            Self::Imbalanced { largest_share } => {
                format!(
                    "Imbalanced: one value has {:.0} % of the rows",
                    largest_share * 100.0
                )
            }
            Self::MixedTypes { example } => {
                format!("Numbers and text are mixed, for example “{example}”")
            }
            Self::UnclearDates { example } => format!(
                "Dates in an unclear order stay text, for example “{example}”; read the source again and say whether the day or the \
                 month comes first"
            ),
            Self::Infinite { count } => format!("{count} infinite values were read as missing"),
            Self::HighCardinality { distinct } => format!("{distinct} different categories"),
        }
    }
}

/// One immutable version of a dataset.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DataVersion {
    pub id: DataVersionRef,
    pub created: Timestamp,
    pub sources: Vec<SourceFile>,
    /// The Parquet object.
    pub object: Digest,
    pub bytes: u64,
    pub rows: u64,
    pub rejected_rows: u64,
    /// A JSON-lines object `{line, column, error, text}` of the rejected rows, if there are any.
    pub rejects: Option<Digest>,
    pub columns: Vec<ColumnSpec>,
    pub profile: Vec<ColumnProfile>,
}

/// Part of a version's rows as text, for a virtual table. Missing is `None`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RowsPage {
    pub first_row: u64,
    /// Which of the version's columns these are, by their place.
    pub columns: Range<usize>,
    /// `[rows, columns.len()]`.
    pub rows: Vec<Vec<Option<Arc<str>>>>,
}

/// A row that could not be read, as it was kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectedRow {
    /// In the source file, the first is 1.
    pub line: u64,
    /// Where it went wrong; `None` when that is the row as a whole.
    pub column: Option<Arc<str>>,
    pub error: Arc<str>,
    /// As it stood in the file; of a very long row the beginning.
    pub text: Arc<str>,
    /// True if `text` is only the beginning.
    #[serde(default)]
    pub is_cut: bool,
}

/// Part of a version's rejected rows, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectsPage {
    /// The place of the first one among all, from 0.
    pub first: u64,
    pub rows: Vec<RejectedRow>,
}

/// What a scatter is made of: two columns of numbers against each other, and a third to tell classes by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PointsQuery {
    pub x: Arc<str>,
    pub y: Arc<str>,
    pub color: Option<Arc<str>>,
    /// Of a version with more rows a sample of about this many is taken.
    pub most: u64,
}

/// The points that a [`PointsQuery`] asked for, in the order of the rows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PointsPage {
    /// `[n, 2]`, all finite.
    pub points: Arc<[[f64; 2]]>,
    /// `[n]`, places in `class_names`; `None` where nothing tells classes apart, or too many would be told.
    pub classes: Option<Arc<[u16]>>,
    /// In the order of their letters; missing (`None`) is a class too, the last.
    pub class_names: Vec<Option<Arc<str>>>,
    /// Rows that were looked at.
    pub rows: u64,
    /// One row of so many was looked at; 1 is all of them.
    pub one_of: u64,
}
