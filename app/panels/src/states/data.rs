//! Sample datasets: wine and iris as they are, and made-up ones for the edges (ten million rows, long names, rejects).

use std::path::PathBuf;
use std::sync::Arc;

use contract::{
    ColumnProfile, ColumnRole, ColumnSpec, ColumnType, ColumnWarning, DataVersion, DataVersionRef,
    DatasetName, FileFormat, ReaderOptions, SourceFile,
};

use super::{ago, digest, noise};

pub(super) const WINE: &str = include_str!("wine.csv");
pub(super) const IRIS: &str = include_str!("iris.csv");
const BINS: usize = 20;

/// 178 wines of three cultivars.
pub fn wine() -> DataVersion {
    from_csv("wine", 1, WINE, "cultivar", 3 * 86_400)
}

/// The same with a few rows fewer, an hour ago.
pub fn wine_second_version() -> DataVersion {
    let head: Vec<&str> = WINE.lines().take(161).collect();
    from_csv("wine", 2, &head.join("\n"), "cultivar", 3_600)
}

/// 150 flowers of three species.
pub fn iris() -> DataVersion {
    from_csv("iris", 1, IRIS, "species", 86_400)
}

/// A source that a person has to look at: 41 ragged rows, a decimal comma, an old encoding, doubtful columns.
pub fn rejected_rows() -> DataVersion {
    let mut version = made_up(
        "messpunkte",
        18_204,
        &[
            ("messung_nr", ColumnType::Integer, ColumnRole::Id),
            ("zeitpunkt", ColumnType::Timestamp, ColumnRole::Time),
            ("temperatur", ColumnType::Float, ColumnRole::Feature),
            ("anlage", ColumnType::Text, ColumnRole::Feature),
            ("bemerkung", ColumnType::Text, ColumnRole::Ignore),
            ("ausfall", ColumnType::Boolean, ColumnRole::Target),
        ],
    );
    version.rejected_rows = 41;
    version.rejects = Some(digest(77));
    for source in &mut version.sources {
        source.options.delimiter = Some(';');
        source.options.decimal_separator = Some(',');
        source.options.encoding = Some("windows-1252".into());
    }
    let warnings = [
        (
            0,
            ColumnWarning::IdLike {
                distinct_share: 1.0,
            },
        ),
        (2, ColumnWarning::Infinite { count: 12 }),
        (
            2,
            ColumnWarning::Leaking {
                association: 0.9973,
            },
        ),
        (
            3,
            ColumnWarning::MixedTypes {
                example: "n. a.".into(),
            },
        ),
        (4, ColumnWarning::MostlyMissing { share: 0.93 }),
        (
            5,
            ColumnWarning::Imbalanced {
                largest_share: 0.97,
            },
        ),
    ];
    for (place, warning) in warnings {
        if let Some(profile) = version.profile.get_mut(place) {
            profile.warnings.push(warning);
        }
    }
    if let Some(temperature) = version.profile.get_mut(2) {
        temperature.missing = 2_913;
    }
    if let Some(remark) = version.profile.get_mut(4) {
        remark.missing = 16_930;
    }
    version
}

/// A file that was read with the wrong delimiter, perhaps: three million rows did not fit.
pub fn three_million_rejects() -> DataVersion {
    let mut version = rejected_rows();
    version.rejected_rows = 3_000_000;
    version
}

/// More rows than a table can hold; only the window in view is ever asked for.
pub fn sales_of_ten_million_rows() -> DataVersion {
    made_up(
        "sales",
        10_000_000,
        &[
            ("order_id", ColumnType::Integer, ColumnRole::Id),
            ("ordered_at", ColumnType::Timestamp, ColumnRole::Time),
            ("country", ColumnType::Text, ColumnRole::Feature),
            ("items", ColumnType::Integer, ColumnRole::Feature),
            ("discount", ColumnType::Float, ColumnRole::Feature),
            ("returned", ColumnType::Boolean, ColumnRole::Feature),
            ("revenue", ColumnType::Float, ColumnRole::Target),
        ],
    )
}

/// Names that a careless layout would let run over everything.
pub fn long_names() -> DataVersion {
    made_up(
        "customer_churn_europe_middle_east_and_africa_2026_q3_final_v7_corrected",
        1_204_331,
        &[
            (
                "average_number_of_support_tickets_opened_in_the_last_ninety_days_per_seat",
                ColumnType::Float,
                ColumnRole::Feature,
            ),
            (
                "Übertragungsgeschwindigkeitsschwankungsbreite_in_Megabit_pro_Sekunde",
                ColumnType::Integer,
                ColumnRole::Feature,
            ),
            ("x", ColumnType::Text, ColumnRole::Feature),
            (
                "has_the_customer_cancelled_at_least_one_subscription_since_first_contact",
                ColumnType::Boolean,
                ColumnRole::Target,
            ),
        ],
    )
}

/// A dataset of many columns.
pub fn wide(columns: usize) -> DataVersion {
    let names: Vec<String> = (0..columns)
        .map(|place| format!("gene_{place:04}"))
        .collect();
    let columns: Vec<_> = names
        .iter()
        .enumerate()
        .map(|(place, name)| match place {
            0 => (name.as_str(), ColumnType::Text, ColumnRole::Target),
            _ => (name.as_str(), ColumnType::Float, ColumnRole::Feature),
        })
        .collect();
    made_up("expression", 812, &columns)
}

/// A small dataset of any name.
pub fn small(name: &str) -> DataVersion {
    made_up(
        name,
        1_200,
        &[
            ("temperature", ColumnType::Float, ColumnRole::Feature),
            ("machine", ColumnType::Text, ColumnRole::Feature),
            ("failed", ColumnType::Boolean, ColumnRole::Target),
        ],
    )
}

pub(super) fn made_up_category(index: usize) -> &'static str {
    const CATEGORIES: [&str; 12] = [
        "Germany",
        "France",
        "Spain",
        "Italy",
        "Poland",
        "Netherlands",
        "Sweden",
        "Austria",
        "Portugal",
        "Czechia",
        "Ireland",
        "United Kingdom of Great Britain and Northern Ireland",
    ];
    CATEGORIES[index.min(CATEGORIES.len() - 1)]
}

fn from_csv(name: &str, version: u32, text: &str, target: &str, age_secs: u64) -> DataVersion {
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    let mut columns = Vec::new();
    let mut profile = Vec::new();
    for (place, name) in names.iter().enumerate() {
        let cells: Vec<&str> = rows.iter().map(|row| row[place]).collect();
        let measured = profile_of(name, &cells);
        columns.push(ColumnSpec {
            name: measured.name.clone(),
            column_type: measured.column_type,
            role: if *name == target {
                ColumnRole::Target
            } else {
                ColumnRole::Feature
            },
        });
        profile.push(measured);
    }
    DataVersion {
        rows: rows.len() as u64,
        columns,
        profile,
        ..bare(name, version, text.len() as u64, age_secs)
    }
}

/// What the profile of a complete column says, measured plainly.
fn profile_of(name: &str, cells: &[&str]) -> ColumnProfile {
    let mut counts: Vec<(Arc<str>, u64)> = Vec::new();
    for cell in cells {
        match counts.iter_mut().find(|(value, _)| &**value == *cell) {
            Some((_, count)) => *count += 1,
            None => counts.push(((*cell).into(), 1)),
        }
    }
    counts.sort_by_key(|value| std::cmp::Reverse(value.1));
    let mut numbers: Vec<f64> = cells.iter().filter_map(|cell| cell.parse().ok()).collect();
    let is_text = numbers.len() < cells.len() || cells.is_empty();
    let mut profile = ColumnProfile {
        name: name.into(),
        column_type: ColumnType::Text,
        missing: 0,
        distinct: counts.len() as u64,
        min: None,
        max: None,
        mean: None,
        std: None,
        quantiles: None,
        histogram: Vec::new(),
        top_values: Vec::new(),
        warnings: Vec::new(),
    };
    if is_text {
        counts.truncate(12);
        profile.top_values = counts;
        return profile;
    }
    numbers.sort_by(f64::total_cmp);
    let count = numbers.len() as f64;
    let (min, max) = (numbers[0], numbers[numbers.len() - 1]);
    let mean = numbers.iter().sum::<f64>() / count;
    let squares: f64 = numbers.iter().map(|value| (value - mean).powi(2)).sum();
    let at = |share: f64| numbers[((count - 1.0) * share).round() as usize];
    let mut histogram = vec![0; BINS];
    for value in &numbers {
        let bin = (value - min) / (max - min) * BINS as f64;
        histogram[(bin as usize).min(BINS - 1)] += 1;
    }
    profile.column_type = ColumnType::Float;
    profile.min = Some(min);
    profile.max = Some(max);
    profile.mean = Some(mean);
    profile.std = Some((squares / (count - 1.0)).sqrt());
    profile.quantiles = Some([at(0.05), at(0.25), at(0.5), at(0.75), at(0.95)]);
    profile.histogram = histogram;
    profile
}

/// A version whose profile is plausible, at any size.
fn made_up(name: &str, rows: u64, columns: &[(&str, ColumnType, ColumnRole)]) -> DataVersion {
    let specs = columns
        .iter()
        .map(|(name, column_type, role)| ColumnSpec {
            name: (*name).into(),
            column_type: *column_type,
            role: *role,
        })
        .collect();
    let profile = columns
        .iter()
        .enumerate()
        .map(|(place, (name, column_type, role))| {
            made_up_profile(name, *column_type, *role, rows, place)
        })
        .collect();
    DataVersion {
        rows,
        columns: specs,
        profile,
        ..bare(name, 1, rows * 61, 7_200)
    }
}

fn made_up_profile(
    name: &str,
    column_type: ColumnType,
    role: ColumnRole,
    rows: u64,
    place: usize,
) -> ColumnProfile {
    let is_number = matches!(column_type, ColumnType::Integer | ColumnType::Float);
    let has_bins = is_number || column_type == ColumnType::Timestamp;
    let centre = 6.0 + (place % 9) as f64;
    let bell = |bin: usize| (-((bin as f64 - centre) / 4.0).powi(2)).exp();
    let shares: Vec<f64> = (0..BINS)
        .map(|bin| match role {
            ColumnRole::Id | ColumnRole::Time => 1.0,
            _ => bell(bin) + 0.02 * noise((place * BINS + bin) as u64),
        })
        .collect();
    let total: f64 = shares.iter().sum();
    let top: Vec<(Arc<str>, u64)> = match column_type {
        ColumnType::Boolean => vec![
            ("false".into(), rows * 97 / 100),
            ("true".into(), rows - rows * 97 / 100),
        ],
        ColumnType::Text => (0..12)
            .map(|index| {
                let share = 0.3 / (index as f64 + 1.0);
                (
                    Arc::from(made_up_category(index)),
                    (rows as f64 * share) as u64,
                )
            })
            .collect(),
        _ => Vec::new(),
    };
    let distinct = match (role, column_type) {
        (ColumnRole::Id, _) => rows,
        (_, ColumnType::Boolean) => 2,
        (_, ColumnType::Text) => 12,
        _ => rows / 9,
    };
    ColumnProfile {
        name: name.into(),
        column_type,
        missing: if is_number && place > 1 { rows / 25 } else { 0 },
        distinct,
        min: is_number.then_some(0.5),
        max: is_number.then_some(if role == ColumnRole::Id {
            rows as f64
        } else {
            799.98
        }),
        mean: is_number.then_some(318.402_7),
        std: is_number.then_some(112.9),
        quantiles: is_number.then_some([60.1, 214.0, 322.5, 431.7, 640.2]),
        histogram: if has_bins {
            shares
                .iter()
                .map(|share| (share / total * rows as f64) as u64)
                .collect()
        } else {
            Vec::new()
        },
        top_values: top,
        warnings: Vec::new(),
    }
}

fn bare(name: &str, version: u32, bytes: u64, age_secs: u64) -> DataVersion {
    let seed = name.len() as u64 * 31 + u64::from(version);
    DataVersion {
        id: DataVersionRef {
            dataset: DatasetName::new(name),
            version,
        },
        created: ago(age_secs),
        sources: vec![SourceFile {
            path: PathBuf::from(format!("/home/ada/data/{name}.csv")),
            bytes,
            digest: digest(seed),
            options: ReaderOptions {
                format: Some(FileFormat::Csv),
                delimiter: Some(','),
                quote: Some('"'),
                has_header: Some(true),
                encoding: Some("utf-8".into()),
                decimal_separator: Some('.'),
                date_order: None,
                sheet: None,
            },
        }],
        object: digest(seed + 1),
        bytes: bytes * 2 / 5,
        rows: 0,
        rejected_rows: 0,
        rejects: None,
        columns: Vec::new(),
        profile: Vec::new(),
    }
}
