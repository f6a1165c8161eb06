//! Metric points and predictions: many, fast, and exactly as they were given.

use std::time::{Duration, Instant};

use contract::{Cell, MetricPoint, ModelVersionRef, PredictedOutput, Prediction, RequestId, RunId};
use proptest::prelude::*;

use super::{at, folder, model_ref, new_catalog, new_catalog_in, open, run_id};
use crate::Catalog;

/// A tenth of a second on a quiet machine; the printed figures are the measurement, this only catches another order of growth.
const A_BUSY_MACHINE: Duration = Duration::from_secs(4);

pub(super) fn point(key: &str, step: u64, value: f64) -> MetricPoint {
    MetricPoint {
        key: key.into(),
        step,
        value,
        at: at(step as i64 * 10),
    }
}

/// Equal to the bit, NaN included.
fn assert_same(found: &[MetricPoint], expected: &[MetricPoint]) {
    let bits = |points: &[MetricPoint]| -> Vec<_> {
        let bits = |point: &MetricPoint| {
            (
                point.key.clone(),
                point.step,
                point.value.to_bits(),
                point.at,
            )
        };
        points.iter().map(bits).collect()
    };
    assert_eq!(bits(found), bits(expected));
}

fn points(catalog: &Catalog, run: &RunId) -> Vec<MetricPoint> {
    catalog.points(run, None).expect("readable")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]
    #[test]
    fn points_come_back_sealed_or_not(
        given in prop::collection::btree_map((any::<String>(), any::<u64>()), (any::<f64>(), any::<i64>()), 1..40),
        run in any::<String>(),
    ) {
        let run = run_id(&run);
        let expected: Vec<MetricPoint> = given
            .iter()
            .map(|((key, step), (value, millis))| MetricPoint {
                key: key.as_str().into(),
                step: *step,
                value: *value,
                at: at(*millis),
            })
            .collect();
        let (dir, path, mut catalog) = new_catalog();
        let mut shuffled = expected.clone();
        shuffled.reverse();
        catalog.append_points(&run, &shuffled).expect("appended");
        assert_same(&points(&catalog, &run), &expected);
        for point in &expected {
            let of_key: Vec<_> = expected.iter().filter(|other| other.key == point.key).cloned().collect();
            assert_same(&catalog.points(&run, Some(&point.key)).expect("readable"), &of_key);
        }
        let sealed = dir.path().join("Ann's series.parquet");
        prop_assert_eq!(catalog.seal_points(&run, &sealed).expect("sealed"), expected.len() as u64);
        drop(catalog);
        assert_same(&points(&open(&path), &run), &expected);

        let (_dir, _path, mut fresh) = new_catalog();
        prop_assert_eq!(fresh.load_points(&run, &sealed).expect("loaded"), expected.len() as u64);
        assert_same(&points(&fresh, &run), &expected);
    }
}

#[test]
fn a_resumed_run_gives_its_epochs_again() {
    let (_dir, _path, mut catalog) = new_catalog();
    let (run, other) = (run_id("one"), run_id("two"));
    for run in [&run, &other] {
        for step in 1..=5 {
            let given = [point("loss", step, 1.0), point("acc", step, 0.1)];
            catalog.append_points(run, &given).expect("appended");
        }
    }
    catalog.drop_points_after(&run, 3).expect("dropped");
    catalog
        .append_points(&run, &[point("loss", 4, 9.0)])
        .expect("appended");
    let loss = catalog.points(&run, Some("loss")).expect("readable");
    let values: Vec<_> = loss.iter().map(|point| (point.step, point.value)).collect();
    assert_eq!(values, [(1, 1.0), (2, 1.0), (3, 1.0), (4, 9.0)]);
    assert_eq!(
        catalog.points(&run, Some("acc")).expect("readable").len(),
        3
    );
    assert_eq!(points(&catalog, &other).len(), 10);
    catalog.drop_points_after(&other, 0).expect("dropped");
    assert_eq!(points(&catalog, &other), []);
}

#[test]
fn the_points_of_all_runs_come_in_batches_as_they_were_added() {
    let (_dir, _path, mut catalog) = new_catalog();
    for run in ["b", "a"] {
        let given = [point("x", 1, 4.0), point("y", 1, 3.0), point("x", 2, 2.0)];
        catalog
            .append_points(&run_id(run), &given)
            .expect("appended");
    }
    let mut found = Vec::new();
    let mut take = |batch: &[(RunId, MetricPoint)]| {
        let text = |(run, point): &(RunId, MetricPoint)| {
            format!("{run} {} {} {}", point.key, point.step, point.value)
        };
        found.extend(batch.iter().map(text));
        true
    };
    catalog.each_points(&mut take).expect("readable");
    assert_eq!(
        found,
        [
            "run-b x 1 4",
            "run-b y 1 3",
            "run-b x 2 2",
            "run-a x 1 4",
            "run-a y 1 3",
            "run-a x 2 2"
        ]
    );
    let last = catalog.last_points(&[run_id("a")]).expect("readable");
    let last: Vec<String> = last
        .iter()
        .map(|(run, point)| format!("{run} {} {} {}", point.key, point.step, point.value))
        .collect();
    assert_eq!(last, ["run-a x 2 2", "run-a y 1 3"]);
}

#[test]
fn noted_points_take_the_place_of_what_was_added() {
    let (_dir, _path, mut catalog) = new_catalog();
    let run = run_id("one");
    let given = [1, 2, 3].map(|step| point("loss", step, 1.0));
    catalog.append_points(&run, &given).expect("appended");
    let noted = [2, 3, 4, 5].map(|step| point("loss", step, 2.0));
    catalog.replace_points(&run, &noted).expect("replaced");
    catalog
        .replace_points(&run, &noted)
        .expect("replaced again");
    catalog.replace_points(&run, &[]).expect("nothing to do");
    let mut expected = vec![point("loss", 1, 1.0)];
    expected.extend(noted);
    assert_same(&points(&catalog, &run), &expected);
}

#[test]
fn points_that_were_never_noted_stay() {
    let (_dir, _path, mut catalog) = new_catalog();
    let run = run_id("one");
    let given = [1, 2, 3, 4].map(|step| point("loss", step, 1.0));
    catalog.append_points(&run, &given).expect("appended");
    let noted = [2, 3].map(|step| point("loss", step, 2.0));
    catalog.replace_points(&run, &noted).expect("replaced");
    let [first, .., last] = given;
    let [second, third] = noted;
    assert_same(&points(&catalog, &run), &[first, second, third, last]);
    let mut order = Vec::new();
    let mut take = |batch: &[(RunId, MetricPoint)]| {
        order.extend(batch.iter().map(|(_, point)| point.step));
        true
    };
    catalog.each_points(&mut take).expect("readable");
    assert_eq!(order, [1, 2, 3, 4], "a series is read in its order");
}

#[test]
fn loading_replaces_and_a_foreign_file_changes_nothing() {
    let (dir, _path, mut catalog) = new_catalog();
    let run = run_id("one");
    catalog
        .append_points(&run, &[point("loss", 1, 1.0)])
        .expect("appended");
    let sealed = dir.path().join("sealed.parquet");
    catalog.seal_points(&run, &sealed).expect("sealed");
    catalog
        .append_points(&run, &[point("loss", 2, 2.0)])
        .expect("appended");
    assert_eq!(catalog.load_points(&run, &sealed).expect("loaded"), 1);
    assert_same(&points(&catalog, &run), &[point("loss", 1, 1.0)]);

    let text = dir.path().join("text.parquet");
    super::objects::write(&text, b"not Parquet");
    catalog.load_points(&run, &text).expect_err("not Parquet");
    catalog
        .load_points(&run, &dir.path().join("none"))
        .expect_err("no file");
    catalog
        .run("write", |connection| {
            let other = text.to_str().expect("UTF-8");
            Ok(connection.execute_batch(&format!(
                "COPY (SELECT 1 AS a) TO '{other}' (FORMAT parquet)"
            ))?)
        })
        .expect("written");
    catalog.load_points(&run, &text).expect_err("other columns");
    assert_same(&points(&catalog, &run), &[point("loss", 1, 1.0)]);
}

#[test]
fn a_hundred_thousand_points_are_quick() {
    let (dir, _path, mut catalog) = new_catalog_in(folder());
    let run = run_id("one");
    let keys = [
        "train/loss",
        "validation/loss",
        "validation/accuracy",
        "learning_rate",
    ];
    let given: Vec<MetricPoint> = (0..100_000)
        .map(|number: u64| point(keys[number as usize % 4], number / 4, number as f64))
        .collect();
    let started = Instant::now();
    catalog.append_points(&run, &given).expect("appended");
    let appended = started.elapsed();
    let started = Instant::now();
    let found = points(&catalog, &run);
    let read = started.elapsed();
    let started = Instant::now();
    let sealed = dir.path().join("sealed.parquet");
    catalog.seal_points(&run, &sealed).expect("sealed");
    eprintln!(
        "100 000 points appended in {appended:.2?}, read in {read:.2?}, sealed in {:.2?}",
        started.elapsed()
    );
    assert_eq!(found.len(), given.len());
    assert!(appended < A_BUSY_MACHINE && read < A_BUSY_MACHINE);
}

pub(super) fn prediction(number: u64, model: &ModelVersionRef) -> Prediction {
    let output = match number % 3 {
        0 => PredictedOutput::Value(number as f64 / 7.0),
        1 => PredictedOutput::Class {
            index: number as usize % 4,
            probabilities: vec![0.1, f32::MIN_POSITIVE, 1.0 / 3.0],
        },
        _ => PredictedOutput::Class {
            index: 0,
            probabilities: Vec::new(),
        },
    };
    Prediction {
        request: RequestId::new(format!("req-{}", number / 2)),
        row: number as u32 % 2,
        at: at(number as i64),
        model: model.clone(),
        inputs: vec![
            Cell::Number(number as f64 * 0.1),
            Cell::Missing,
            Cell::Text("Ärger “\n'".into()),
        ],
        output,
    }
}

#[test]
fn the_newest_predictions_come_back_oldest_first() {
    let (_dir, path, mut catalog) = new_catalog();
    let (one, two) = (model_ref("quality", 1), model_ref("quality", 2));
    let of = |model: &ModelVersionRef, numbers: std::ops::Range<u64>| -> Vec<Prediction> {
        numbers.map(|number| prediction(number, model)).collect()
    };
    catalog.append_predictions(&[]).expect("nothing to do");
    catalog
        .append_predictions(&of(&one, 0..50))
        .expect("appended");
    catalog
        .append_predictions(&of(&two, 0..5))
        .expect("appended");
    drop(catalog);
    let mut catalog = open(&path);
    catalog
        .append_predictions(&of(&one, 50..60))
        .expect("appended");

    let recent = |model, limit| catalog.recent_predictions(model, limit).expect("readable");
    assert_eq!(recent(&one, 7), of(&one, 53..60));
    assert_eq!(recent(&one, 10), of(&one, 50..60));
    assert_eq!(recent(&one, 12), of(&one, 48..60));
    assert_eq!(recent(&one, u64::MAX), of(&one, 0..60));
    assert_eq!(recent(&two, 100), of(&two, 0..5));
    assert_eq!(recent(&one, 0), []);
    assert_eq!(recent(&model_ref("quality", 3), 9), []);
}

#[test]
fn numbers_that_json_lacks_do_not_spoil_a_prediction() {
    let (_dir, _path, mut catalog) = new_catalog();
    let model = model_ref("quality", 1);
    let mut given = vec![prediction(0, &model), prediction(1, &model)];
    given[0].inputs = vec![Cell::Number(f64::NAN), Cell::Number(f64::INFINITY)];
    given[0].output = PredictedOutput::Value(f64::NAN);
    given[1].output = PredictedOutput::Class {
        index: 1,
        probabilities: vec![f32::NAN, 0.5],
    };
    catalog.append_predictions(&given).expect("appended");
    let found = catalog.recent_predictions(&model, 9).expect("readable");
    assert_eq!(found[0].inputs, [Cell::Missing, Cell::Missing]);
    assert!(matches!(found[0].output, PredictedOutput::Value(value) if value.is_nan()));
    let PredictedOutput::Class { probabilities, .. } = &found[1].output else {
        panic!("a class");
    };
    assert!(probabilities[0].is_nan() && probabilities[1] == 0.5);
}

#[test]
fn the_newest_of_a_million_predictions_are_found_quickly() {
    let (_dir, _path, mut catalog) = new_catalog_in(folder());
    let (rare, common) = (model_ref("rare", 1), model_ref("common", 2));
    catalog
        .run("fill", |connection| {
            Ok(connection.execute_batch(
                "INSERT INTO prediction
                 SELECT i, if(i % 1000 = 0, 'rare', 'common'), if(i % 1000 = 0, 1, 2), 'req-' || i, 0, i,
                        '[' || i || '.5,null,\"red\"]', NULL, NULL, i
                 FROM range(1000000) AS numbers(i);
                 CHECKPOINT millrace",
            )?)
        })
        .expect("filled");
    let started = Instant::now();
    let batch: Vec<Prediction> = (0..10_000)
        .map(|number| prediction(number, &common))
        .collect();
    catalog.append_predictions(&batch).expect("appended");
    let appended = started.elapsed();
    let timed = |model, limit: u64| {
        let started = Instant::now();
        let found = catalog.recent_predictions(model, limit).expect("readable");
        assert_eq!(found.len() as u64, limit);
        (started.elapsed(), found)
    };
    let (of_common, found) = timed(&common, 5_000);
    assert_eq!(found, batch[5_000..]);
    let (of_rare, found) = timed(&rare, 1_000);
    assert_eq!(found[999].at, at(999_000));
    eprintln!(
        "1 010 000 predictions: 10 000 appended in {appended:.2?}, newest 5 000 of a common model in {of_common:.2?}, newest 1 000 of a rare one in {of_rare:.2?}"
    );
    assert!(of_common < A_BUSY_MACHINE && of_rare < A_BUSY_MACHINE);
}
