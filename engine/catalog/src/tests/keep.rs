//! What the catalog alone knows outlives it.

use contract::{ModelVersionRef, Prediction};

use super::series::{point, prediction};
use super::{model_ref, new_catalog, open, run_id};
use crate::{Catalog, TakenOver};

fn given(model: &ModelVersionRef, numbers: std::ops::Range<u64>) -> Vec<Prediction> {
    numbers.map(|number| prediction(number, model)).collect()
}

fn rows(catalog: &Catalog, model: &ModelVersionRef) -> Vec<String> {
    let found = catalog
        .recent_predictions(model, 1_000)
        .expect("predictions");
    found.iter().map(|given| format!("{given:?}")).collect()
}

#[test]
fn sealed_predictions_come_back() {
    let (dir, _path, mut catalog) = new_catalog();
    let (model, folder) = (model_ref("wine", 1), dir.path().join("predictions"));
    let first = given(&model, 0..30);
    catalog.append_predictions(&first).expect("appended");
    assert_eq!(catalog.seal_predictions(&folder).expect("sealed"), 30);
    assert_eq!(catalog.seal_predictions(&folder).expect("nothing new"), 0);
    let second = given(&model, 30..45);
    catalog.append_predictions(&second).expect("appended");
    assert_eq!(catalog.seal_predictions(&folder).expect("sealed"), 15);
    assert_eq!(catalog.load_predictions(&folder).expect("all are there"), 0);
    let before = rows(&catalog, &model);
    assert_eq!(before.len(), 45);

    let mut anew = open(&dir.path().join("anew.duckdb"));
    assert_eq!(anew.load_predictions(&folder).expect("loaded"), 45);
    assert_eq!(anew.load_predictions(&folder).expect("loaded once"), 0);
    assert_eq!(rows(&anew, &model), before);
    let third = given(&model, 45..50);
    anew.append_predictions(&third).expect("appended");
    assert_eq!(anew.seal_predictions(&folder).expect("sealed"), 5);
}

#[test]
fn an_old_catalog_is_taken_over() {
    let (dir, path, mut catalog) = new_catalog();
    let model = model_ref("wine", 1);
    catalog
        .append_predictions(&given(&model, 0..10))
        .expect("appended");
    catalog.checkpoint().expect("a checkpoint");
    // The rest stays in the write-ahead log, as after a crash.
    catalog
        .append_predictions(&given(&model, 10..20))
        .expect("appended");
    let run = run_id("one");
    catalog
        .append_points(&run, &[point("loss", 1, 0.5)])
        .expect("appended");
    let before = rows(&catalog, &model);
    let old = dir.path().join("old.duckdb");
    std::fs::copy(&path, &old).expect("a copy");
    let wal = |path: &std::path::Path| std::path::PathBuf::from(format!("{}.wal", path.display()));
    std::fs::copy(wal(&path), wal(&old)).expect("a copy of the log");

    let mut anew = open(&dir.path().join("anew.duckdb"));
    let expected = TakenOver {
        predictions: 20,
        points: 1,
    };
    assert_eq!(anew.take_over(&old).expect("taken over"), expected);
    assert_eq!(anew.take_over(&old).expect("once more"), expected);
    assert_eq!(rows(&anew, &model), before);
    assert_eq!(anew.points(&run, None).expect("points").len(), 1);

    std::fs::write(&old, vec![7_u8; 40_000]).expect("damage");
    anew.take_over(&old).expect_err("no catalog");
    assert_eq!(rows(&anew, &model), before);
}
