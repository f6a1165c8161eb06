//! Temporary timing of a large import.
use std::time::Instant;

use crate::{Control, ImportRequest, bare_copy, import, profile, read_rows};

#[test]
fn timing() {
    let Ok(path) = std::env::var("TIMING_CSV") else {
        return;
    };
    let folder = tempfile::tempdir_in("/tmp/w/data_exp").expect("folder");
    let cpu = || {
        let stat = std::fs::read_to_string("/proc/self/stat").expect("stat");
        let fields: Vec<&str> = stat
            .rsplit(')')
            .next()
            .expect("x")
            .split_whitespace()
            .collect();
        (fields[11].parse::<f64>().expect("x") + fields[12].parse::<f64>().expect("x")) / 100.0
    };
    let hwm = || {
        let status = std::fs::read_to_string("/proc/self/status").expect("x");
        status
            .lines()
            .find(|l| l.starts_with("VmHWM"))
            .expect("x")
            .to_owned()
    };
    let path = std::path::PathBuf::from(path);
    let what = std::env::var("TIMING_WHAT").unwrap_or_default();
    if what.contains("parts") {
        let c = Control::unattended();
        for _ in 0..3 {
            let t = Instant::now();
            crate::files::read_blocks(&path, &c, |_| Ok(())).expect("x");
            eprint!("read {:?} ", t.elapsed());
            let t = Instant::now();
            crate::hash_file(&path, &c).expect("x");
            eprint!("hash {:?} ", t.elapsed());
            let t = Instant::now();
            let mut check = crate::encoding::Utf8Check::default();
            crate::files::read_blocks(&path, &c, |b| {
                check.feed(b);
                Ok(())
            })
            .expect("x");
            eprint!("utf8 {:?} ", t.elapsed());
            let t = Instant::now();
            let mut scan = crate::delimited::records::RecordScan::new(b',', Some(b'"'));
            crate::files::read_blocks(&path, &c, |b| {
                scan.feed(b);
                Ok(())
            })
            .expect("x");
            eprintln!("scan {:?}", t.elapsed());
        }
        return;
    }
    if what.contains("bare") {
        let (t, c) = (Instant::now(), cpu());
        bare_copy(&path, &folder.path().join("bare.parquet")).expect("bare");
        eprintln!("bare {:?} cpu {:.1} {}", t.elapsed(), cpu() - c, hwm());
    }
    let request = ImportRequest {
        path,
        ..Default::default()
    };
    let last = std::sync::Mutex::new((String::new(), Instant::now()));
    let never = std::sync::atomic::AtomicBool::new(false);
    let report = |p: crate::Progress| {
        let mut last = last.lock().expect("x");
        if last.0 != p.stage {
            eprintln!(
                "  stage {} after {:?} cpu {:.1}",
                p.stage,
                last.1.elapsed(),
                cpu()
            );
            *last = (p.stage.to_owned(), Instant::now());
        }
    };
    let control = Control {
        cancel: &never,
        progress: &report,
    };
    let (t, c) = (Instant::now(), cpu());
    let imported = import(&request, folder.path(), &control).expect("import");
    eprintln!(
        "import {:?} cpu {:.1} {} rows {} rejected {}",
        t.elapsed(),
        cpu() - c,
        hwm(),
        imported.rows,
        imported.rejected_rows
    );
    for spec in imported.columns.iter().take(20) {
        eprintln!(
            "    {} {} {}",
            spec.name,
            spec.column_type.word(),
            spec.role.word()
        );
    }
    let (t, c) = (Instant::now(), cpu());
    let p = profile(&imported.parquet, &imported.columns, &control).expect("profile");
    eprintln!(
        "profile {:?} cpu {:.1} {} warnings {:?}",
        t.elapsed(),
        cpu() - c,
        hwm(),
        p.iter()
            .take(20)
            .map(|p| (&p.name, p.distinct, &p.warnings))
            .collect::<Vec<_>>()
    );
    for first in [0, imported.rows / 2, imported.rows - 100] {
        for _ in 0..2 {
            let t = Instant::now();
            let page = read_rows(&imported.parquet, &imported.columns, first, 100).expect("rows");
            eprintln!("rows at {first}: {:?} ({})", t.elapsed(), page.rows.len());
        }
    }
    let t = Instant::now();
    let columns: Vec<_> = imported
        .columns
        .iter()
        .map(|s| (s.name.clone(), s.column_type))
        .collect();
    let frame = crate::read_frame(&imported.parquet, &columns).expect("frame");
    eprintln!("frame {:?} rows {} {}", t.elapsed(), frame.rows, hwm());
}
