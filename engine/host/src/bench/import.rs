//! Import of a mixed CSV beside bare DuckDB `COPY (read_csv) TO parquet`.

use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::atomic::AtomicBool;

use contract::{ReaderOptions, Refusal};
use data::{Control, ImportRequest};

use super::{Bound, Measure, timed};
use crate::error::refuse;

/// # Errors
/// When the folder has not enough space, or an import fails.
pub fn import(folder: &Path, megabytes: u64) -> Result<Vec<Measure>, Refusal> {
    let scratch = tempfile::tempdir_in(folder).map_err(|error| refuse(&error, None))?;
    let csv = scratch.path().join("mixed.csv");
    write_mixed(&csv, megabytes << 20)
        .map_err(|error| refuse(&error, Some("free some space on the disk")))?;
    let cancel = AtomicBool::new(false);
    let control = Control {
        cancel: &cancel,
        progress: &|_| {},
    };
    let request = ImportRequest {
        path: csv.clone(),
        options: ReaderOptions::default(),
        roles: Default::default(),
        previous: None,
    };
    let out = scratch.path().join("out");
    std::fs::create_dir_all(&out).map_err(|error| refuse(&error, None))?;
    // Read once, so that both find the file in memory.
    data::hash_file(&csv, &control).map_err(|error| refuse(&error, error.hint()))?;
    let (bare, bare_seconds) =
        timed(|| data::bare_copy(&csv, &scratch.path().join("bare.parquet")));
    bare.map_err(|error| refuse(&error, error.hint()))?;
    let (imported, total_seconds) = timed(|| data::import(&request, &out, &control));
    let imported = imported.map_err(|error| refuse(&error, error.hint()))?;
    let (profile, profile_seconds) =
        timed(|| data::profile(&imported.parquet, &imported.columns, &control));
    profile.map_err(|error| refuse(&error, error.hint()))?;
    let yardstick = "bare COPY (read_csv) TO parquet";
    let mut measures = vec![
        Measure::new(
            "import without its profile",
            (total_seconds - profile_seconds, "s"),
            (yardstick, bare_seconds),
            Bound::AtMost(1.3, "at most 1.3"),
        ),
        Measure::new(
            "profile",
            (profile_seconds, "s"),
            (yardstick, bare_seconds),
            Bound::AtMost(1.0, "at most 1"),
        ),
    ];
    if let Some(peak) = peak_bytes() {
        let limit = 2.0 * 1024.0;
        let peak = peak as f64 / f64::from(1_u32 << 20);
        measures.push(Measure::new(
            "peak memory of the import",
            (peak, "MiB"),
            ("2 GiB", limit),
            Bound::AtMost(1.0, "at most 1"),
        ));
    }
    Ok(measures)
}

/// Writes a CSV of integers, floats, categories, free text, dates and missing values, the same bytes every time.
///
/// # Errors
/// When the disk refuses.
pub fn write_mixed(path: &Path, bytes: u64) -> std::io::Result<()> {
    let mut file = BufWriter::with_capacity(1 << 20, std::fs::File::create(path)?);
    writeln!(
        file,
        "id,age,income,score,city,segment,comment,joined,active,target"
    )?;
    let (mut written, mut row, mut seed) = (0_u64, 0_u64, 0x9e37_79b9_7f4a_7c15_u64);
    let cities = [
        "Aarhus", "Bergen", "Ghent", "Kraków", "Lyon", "Porto", "Turku", "Zürich",
    ];
    while written < bytes {
        let mut next = || {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            seed
        };
        let (a, b, c, d) = (next(), next(), next(), next());
        let income = if a % 20 == 0 {
            String::new()
        } else {
            format!("{:.2}", (b % 9_000_000) as f64 / 100.0)
        };
        let line = format!(
            "{row},{},{income},{:.6},{},segment_{},\"note {:x}, seen {} times\",20{:02}-{:02}-{:02} {:02}:{:02}:00,{},{}\n",
            18 + a % 70,
            (c % 1_000_003) as f64 / 1_000_003.0,
            cities[(d % 8) as usize],
            b % 40,
            c,
            d % 100,
            a % 25,
            1 + b % 12,
            1 + c % 28,
            d % 24,
            a % 60,
            b % 2 == 0,
            (a ^ d) % 3,
        );
        file.write_all(line.as_bytes())?;
        written += line.len() as u64;
        row += 1;
    }
    file.flush()
}

/// The most memory that this process has ever held; told by Linux only.
fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes << 10)
}
