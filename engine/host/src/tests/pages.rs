//! What there is to see of a dataset: rows of the columns in view, rejected rows, the points of a chart.

use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use contract::*;

use super::{command, import, iris, new_engine};
use crate::{Connection, Engine};

/// Ten rows and four that are none.
fn ragged(folder: &Path) -> std::path::PathBuf {
    let mut text = String::from("a,b,c\n");
    for row in 0..10 {
        let _ = writeln!(text, "{row},{},x", row * 2);
        if row % 3 == 0 {
            let _ = writeln!(text, "{row},too few");
        }
    }
    let path = folder.join("ragged.csv");
    std::fs::write(&path, text).expect("a file");
    path
}

fn show(engine: &Engine, shown: Command) -> Arc<Snapshot> {
    assert_eq!(command(engine, shown), Ok(Answer::Done));
    // The answer is given in the turn that publishes what was found.
    super::wait_for(engine, "the page is published", |snapshot| {
        snapshot.rows.is_some() || snapshot.rejects.is_some() || snapshot.points.is_some()
    })
}

fn show_rejects(version: &DataVersion, first: u64) -> Command {
    Command::ShowRejects {
        version: version.id.clone(),
        first,
        count: 3,
    }
}

#[test]
fn rejected_rows_are_shown_also_after_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, engine) = new_engine(folder.path());
    let version = import(&engine, &ragged(folder.path())).expect("ragged");
    assert_eq!((version.rows, version.rejected_rows), (10, 4));
    engine.close();

    let again = Engine::open(&path, Arc::new(|| {})).expect("the project");
    let snapshot = show(&again, show_rejects(&version, 2));
    let view = snapshot.rejects.clone().expect("rejects");
    let page = view.page.as_ref().expect("a page");
    assert_eq!((page.first, page.rows.len()), (2, 2));
    let row = &page.rows[1];
    assert_eq!((row.line, &*row.text), (15, "9,too few"));
    assert_eq!(row.column.as_deref(), Some("c"));

    let to = folder.path().join("rejected.csv");
    let export = Command::ExportRejects {
        version: version.id.clone(),
        path: to.clone(),
    };
    assert_eq!(command(&again, export), Ok(Answer::Path(to.clone())));
    let lines = std::fs::read_to_string(&to).expect("the export");
    assert_eq!(lines.lines().count(), 5);
    assert!(
        lines.contains("15,c,Too few fields: 2 instead of 3,\"9,too few\""),
        "{lines}"
    );
    again.close();
}

#[test]
fn another_process_reads_rejected_rows_and_leaves_the_window_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, engine) = new_engine(folder.path());
    let version = import(&engine, &ragged(folder.path())).expect("ragged");
    let other = Connection::for_errand(&path).expect("the holder answers");
    let query = Query::Rejects {
        version: version.id.clone(),
        first: 0,
        count: 100,
    };
    let answer = other.ask(Ask::Query(query), &mut |_| {});
    let Ok(Answer::Rejects(page)) = answer else {
        panic!("{answer:?}")
    };
    assert_eq!(page.rows.len(), 4);
    assert!(engine.snapshot().rejects.is_none());
    let whole = import(&engine, &iris()).expect("iris");
    let query = Query::Rejects {
        version: whole.id.clone(),
        first: 0,
        count: 100,
    };
    let answer = other.ask(Ask::Query(query), &mut |_| {});
    assert_eq!(answer, Ok(Answer::Rejects(RejectsPage::default())));
    other.close();
    engine.close();
}

#[test]
fn damaged_rejects_are_a_refusal_in_their_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, engine) = new_engine(folder.path());
    let version = import(&engine, &ragged(folder.path())).expect("ragged");
    engine.close();
    let digest = version.rejects.as_ref().expect("rejects").as_str();
    let object = path.join("objects").join(&digest[..2]).join(&digest[2..]);
    let mut bytes = std::fs::read(&object).expect("the object");
    bytes[20] ^= 1;
    std::fs::write(&object, bytes).expect("a flipped bit");

    let again = Engine::open(&path, Arc::new(|| {})).expect("the project");
    let before = again.snapshot().notices.len();
    let refusal = command(&again, show_rejects(&version, 0)).expect_err("damaged");
    let snapshot = super::wait_for(&again, "the refusal is shown", |snapshot| {
        snapshot.rejects.is_some()
    });
    let view = snapshot.rejects.as_ref().expect("the view");
    assert_eq!(view.page.as_ref().expect_err("damaged"), &refusal);
    assert_eq!(snapshot.notices.len(), before, "it is said once");
    let export = Command::ExportRejects {
        version: version.id.clone(),
        path: folder.path().join("out.csv"),
    };
    command(&again, export).expect_err("damaged rows are not exported");
    assert!(!folder.path().join("out.csv").exists());
    again.close();
}

#[test]
fn of_a_wide_table_the_columns_in_view_come() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_path, engine) = new_engine(folder.path());
    let names: Vec<String> = (0..600).map(|column| format!("c{column}")).collect();
    let mut text = names.join(",") + "\n";
    for row in 0..900 {
        let cells: Vec<String> = (0..600).map(|column| (row * column).to_string()).collect();
        text += &(cells.join(",") + "\n");
    }
    let file = folder.path().join("wide.csv");
    std::fs::write(&file, text).expect("a file");
    let version = import(&engine, &file).expect("the wide table");
    let rows = |columns: Option<std::ops::Range<usize>>| {
        let shown = Command::ShowRows {
            version: version.id.clone(),
            first_row: 7,
            count: 2_000,
            columns,
        };
        let before = engine.snapshot().rows.clone();
        assert_eq!(command(&engine, shown), Ok(Answer::Done));
        let is_new = |snapshot: &Snapshot| snapshot.rows != before;
        let snapshot = super::wait_for(&engine, "the rows are published", is_new);
        let view = snapshot.rows.clone().expect("rows");
        view.page.clone().expect("a page")
    };
    let window = rows(Some(500..540));
    assert_eq!((window.columns.clone(), window.rows.len()), (500..540, 893));
    assert_eq!(
        window.rows[3][5].as_deref(),
        Some("5050"),
        "row 10 of column 505"
    );
    assert_eq!(rows(Some(590..9_999)).columns, 590..600);
    assert_eq!(rows(Some(700..800)).columns, 600..600);
    let all = rows(None);
    assert_eq!(all.columns, 0..600);
    assert_eq!(
        all.rows.len(),
        400_000 / 600,
        "no more cells than travel well"
    );
    engine.close();
}

#[test]
fn the_points_of_a_million_rows_come_in_one_answer() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_path, engine) = new_engine(folder.path());
    let mut text = String::from("x,y,group\n");
    for row in 0..1_000_000_u64 {
        let _ = writeln!(text, "{row},{}.5,g{}", row * 7_919 % 1_000, row % 3);
    }
    let file = folder.path().join("million.csv");
    std::fs::write(&file, text).expect("a file");
    let version = import(&engine, &file).expect("a million rows");
    let query = PointsQuery {
        x: "x".into(),
        y: "y".into(),
        color: Some("group".into()),
        most: 1_000_000,
    };
    let begun = Instant::now();
    let snapshot = show(
        &engine,
        Command::ShowPoints {
            version: version.id.clone(),
            query: query.clone(),
        },
    );
    let took = begun.elapsed();
    let view = snapshot.points.clone().expect("points");
    assert_eq!(view.query, query);
    let page = view.page.as_ref().expect("a page");
    assert_eq!(
        (page.points.len(), page.rows, page.one_of),
        (1_000_000, 1_000_000, 1)
    );
    assert_eq!(page.points[999_999], [999_999.0, 81.5]);
    assert_eq!(page.class_names.len(), 3);
    assert!(took.as_secs() < 8, "{took:?}");
    // An edited type reads otherwise: what was shown is not shown any more.
    let mut columns = version.columns.clone();
    columns[2].role = ColumnRole::Target;
    let edit = Command::EditColumns {
        version: version.id.clone(),
        columns,
    };
    command(&engine, edit).expect("edited");
    super::wait_for(&engine, "the points are gone", |snapshot| {
        snapshot.points.is_none()
    });
    engine.close();
}
