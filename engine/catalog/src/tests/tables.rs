//! What people find when they query the catalog themselves.

use std::fmt::Write;

use contract::{ColumnProfile, ColumnRole, ColumnSpec, ColumnType, Fact};
use duckdb::types::Value;
use expect_test::{Expect, expect};

use super::{
    at, chain, data_added, data_ref, main_road, new_catalog, profile, run_finished, run_id,
    run_started,
};
use crate::Catalog;

/// A query's rows, one a line.
pub(super) fn rows(catalog: &Catalog, sql: &str) -> String {
    let rows = catalog.run("read", |connection| {
        let mut statement = connection.prepare(sql)?;
        let mut rows = statement.query([])?;
        let mut text = String::new();
        while let Some(row) = rows.next()? {
            let count = row.as_ref().column_count();
            for column in 0..count {
                let value = match row.get::<_, Value>(column)? {
                    Value::Text(text) => text,
                    Value::Null => "-".into(),
                    Value::UBigInt(number) => number.to_string(),
                    Value::UInt(number) => number.to_string(),
                    Value::BigInt(number) => number.to_string(),
                    Value::Double(number) => number.to_string(),
                    other => format!("{other:?}"),
                };
                let separator = if column == 0 { "" } else { " | " };
                write!(text, "{separator}{value}").expect("memory");
            }
            text.push('\n');
        }
        Ok(text)
    });
    rows.expect("the query is right")
}

fn check(sql: &str, expected: &Expect) {
    let (_dir, _path, mut catalog) = new_catalog();
    catalog.apply(&main_road()).expect("applied");
    expected.assert_eq(&rows(&catalog, sql));
}

#[test]
fn data_versions_sources_and_columns() {
    check(
        "SELECT dataset, version, bytes, row_count, rejected_rows, created::VARCHAR, seq FROM data_version",
        &expect![[r#"
            wine | 1 | 1234 | 150 | 2 | 1970-01-01 00:00:05 | 1
            wine | 2 | 1234 | 150 | 2 | 1970-01-01 00:00:05 | 6
        "#]],
    );
    check(
        "SELECT dataset, version, position, path, bytes, digest[:8] FROM data_source",
        &expect![[r#"
            wine | 1 | 0 | /home/ann/first.csv | 300 | 22896bcb
            wine | 2 | 0 | /home/ann/first.csv | 300 | 22896bcb
            wine | 2 | 1 | /home/ann/second.csv | 300 | cd856376
        "#]],
    );
    check(
        "SELECT name, type, role, missing, distinct_values, smallest, largest, mean, std
         FROM data_column WHERE version = 1 ORDER BY position",
        &expect![[r#"
            acid | float | feature | 3 | 40 | -1.5 | 9 | 4 | -
            quality | float | target | 3 | 40 | -1.5 | 9 | 7 | -
        "#]],
    );
}

#[test]
fn runs_metrics_and_files() {
    check(
        "SELECT run, number, dataset, data_version, target, task, experiment, device, seed, state,
                started::VARCHAR, ended::VARCHAR, seconds, error, recipe->>'$.training.epochs', seq
         FROM run ORDER BY number",
        &expect![[r#"
            run-one | 1 | wine | 1 | quality | regression | wine | CPU | 18446744073709551615 | finished | 1970-01-01 00:00:02 | 1970-01-01 00:00:03 | 12.5 | - | 100 | 2
            run-two | 2 | wine | 2 | quality | regression | wine | CPU | 18446744073709551615 | finished | 1970-01-01 00:00:07 | 1970-01-01 00:00:09 | 12.5 | - | 100 | 7
            run-three | 3 | wine | 2 | quality | regression | wine | CPU | 18446744073709551615 | failed | 1970-01-01 00:00:14 | 1970-01-01 00:00:15 | 1 | the loss is NaN | 100 | 14
        "#]],
    );
    check(
        "SELECT run, key, value, baseline, name FROM run_metric JOIN run_file USING (run) ORDER BY ALL",
        &expect![[r#"
            run-one | test/rmse | 0.5 | 0.9 | model.onnx
            run-one | test/rmse | 0.5 | 0.9 | report.json
            run-two | test/rmse | 0.5 | 0.9 | model.onnx
            run-two | test/rmse | 0.5 | 0.9 | report.json
        "#]],
    );
}

#[test]
fn models_aliases_and_endpoints() {
    check(
        "SELECT model, version, run, onnx_max_abs_diff, onnx_compared_rows, seq FROM model_version",
        &expect![[r#"
            quality | 1 | run-one | 0.000001 | 30 | 4
            quality | 2 | run-two | 0.000001 | 30 | 10
        "#]],
    );
    check(
        "SELECT model, alias, version, seq FROM model_alias",
        &expect![[r#"
            quality | champion | 2 | 12
        "#]],
    );
    check(
        "SELECT model, version, started::VARCHAR, stopped::VARCHAR, seq FROM endpoint ORDER BY seq",
        &expect![[r#"
            quality | 1 | 1970-01-01 00:00:05 | 1970-01-01 00:00:13 | 5
            quality | 2 | 1970-01-01 00:00:13 | - | 13
        "#]],
    );
    check(
        "SELECT type, count(*) FROM fact GROUP BY type ORDER BY ALL",
        &expect![[r#"
            alias_set | 2
            checkpoint_saved | 1
            data_version_added | 2
            endpoint_started | 2
            model_registered | 2
            run_failed | 1
            run_finished | 2
            run_started | 3
        "#]],
    );
}

#[test]
fn a_run_goes_through_its_states() {
    let run = run_id("one");
    let facts = chain([
        run_started("one", data_ref("wine", 1)),
        Fact::RunPaused { run: run.clone() },
        Fact::RunResumed {
            run: run.clone(),
            from_epoch: 3,
            device: Some("another device".into()),
        },
        Fact::RunInterrupted { run },
    ]);
    let (_dir, _path, mut catalog) = new_catalog();
    let mut states = String::new();
    for fact in &facts {
        catalog.apply(std::slice::from_ref(fact)).expect("applied");
        states += &rows(
            &catalog,
            "SELECT state, detail FROM run JOIN lineage_node ON id = run",
        );
    }
    expect![[r#"
        running | regression of quality, running
        paused | regression of quality, paused
        running | regression of quality, running
        interrupted | regression of quality, interrupted
    "#]]
    .assert_eq(&states);
    assert_eq!(rows(&catalog, "SELECT device FROM run"), "another device\n");
}

#[test]
fn a_run_that_ends_twice_has_one_report() {
    let facts = chain([
        run_started("one", data_ref("wine", 1)),
        run_finished("one"),
        Fact::RunResumed {
            run: run_id("one"),
            from_epoch: 3,
            device: None,
        },
        run_finished("one"),
    ]);
    let (_dir, _path, mut catalog) = new_catalog();
    catalog.apply(&facts).expect("applied");
    let counts = "SELECT (SELECT count(*) FROM run_metric), (SELECT count(*) FROM run_file)";
    assert_eq!(rows(&catalog, counts), "1 | 2\n");
}

#[test]
fn folders_aliases_and_endpoints_go_again() {
    let folder = |path: &str| Fact::FolderWatched { path: path.into() };
    let mut facts: Vec<Fact> = main_road().into_iter().map(|record| record.fact).collect();
    facts.extend([
        folder("/a"),
        folder("/b"),
        folder("/a"),
        Fact::FolderForgotten { path: "/b".into() },
        Fact::AliasRemoved {
            model: super::model_ref("quality", 2).model,
            alias: "champion".into(),
        },
        Fact::EndpointStopped {
            model: super::model_ref("quality", 2).model,
        },
    ]);
    let (_dir, _path, mut catalog) = new_catalog();
    catalog.apply(&chain(facts)).expect("applied");
    expect![[r#"
        /a | 18
    "#]]
    .assert_eq(&rows(&catalog, "FROM watched_folder"));
    assert_eq!(rows(&catalog, "FROM model_alias"), "");
    assert_eq!(rows(&catalog, "FROM endpoint WHERE stopped IS NULL"), "");
    expect![[r#"
        stopped, served quality@2
    "#]]
    .assert_eq(&rows(
        &catalog,
        "SELECT detail FROM lineage_node WHERE kind = 'endpoint'",
    ));
}

#[test]
fn edited_columns_replace_those_before() {
    let column = |name: &str, role| ColumnSpec {
        name: name.into(),
        column_type: ColumnType::Integer,
        role,
    };
    let facts = chain([
        data_added("wine", 1, &["first"]),
        data_added("wine", 2, &["second"]),
        Fact::ColumnsEdited {
            version: data_ref("wine", 1),
            columns: vec![
                column("acid", ColumnRole::Ignore),
                column("quality", ColumnRole::Target),
            ],
            profile: vec![profile("acid")],
        },
    ]);
    let (_dir, _path, mut catalog) = new_catalog();
    catalog.apply(&facts).expect("applied");
    expect![[r#"
        1 | acid | integer | ignore | 3
        1 | quality | integer | target | -
        2 | acid | float | feature | 3
        2 | quality | float | target | 3
    "#]]
    .assert_eq(&rows(
        &catalog,
        "SELECT version, name, type, role, missing FROM data_column ORDER BY version, position",
    ));
}

#[test]
fn a_time_beyond_the_calendar_stops_nothing() {
    let mut facts = main_road();
    for (record, millis) in facts
        .iter_mut()
        .zip([i64::MIN, i64::MAX].into_iter().cycle())
    {
        record.at = at(millis);
        if let Fact::DataVersionAdded { version } = &mut record.fact {
            version.created = at(millis);
        }
    }
    let (_dir, _path, mut catalog) = new_catalog();
    catalog.apply(&facts).expect("applied");
    assert_eq!(catalog.facts(1, 100).expect("readable"), facts);
    assert_eq!(
        catalog
            .lineage("wine@1")
            .expect("readable")
            .expect("there")
            .nodes[1]
            .at,
        at(i64::MIN)
    );
}

#[test]
fn ten_thousand_columns_are_one_fact() {
    let mut fact = data_added("wide", 1, &["wide"]);
    if let Fact::DataVersionAdded { version } = &mut fact {
        let names = (0..10_000).map(|number| format!("column {number}"));
        version.profile = names.clone().map(|name| profile(&name)).collect();
        version.columns = names
            .map(|name| ColumnSpec {
                name: name.into(),
                column_type: ColumnType::Float,
                role: ColumnRole::Feature,
            })
            .collect();
    }
    let records = chain([fact]);
    let (_dir, _path, mut catalog) = new_catalog();
    let started = std::time::Instant::now();
    catalog.apply(&records).expect("applied");
    eprintln!("10 000 columns applied in {:.2?}", started.elapsed());
    assert!(started.elapsed().as_secs() < 5);
    assert_eq!(catalog.facts(1, 1).expect("readable"), records);
    let profiled: Vec<&ColumnProfile> = match &records[0].fact {
        Fact::DataVersionAdded { version } => version.profile.iter().collect(),
        _ => Vec::new(),
    };
    assert_eq!(
        rows(
            &catalog,
            "SELECT count(*) FROM data_column WHERE missing = 3"
        ),
        format!("{}\n", profiled.len())
    );
}
