//! The points of a chart: the numbers of the file to the last digit, a sample where there are many, classes by name.

use std::fmt::Write;
use std::time::Instant;

use contract::{ColumnType, PointsPage, PointsQuery};

use super::{Case, Kept};
use crate::{DataError, read_points};

fn points(imported: &Kept, (x, y): (&str, &str), color: Option<&str>, most: u64) -> PointsPage {
    let query = PointsQuery {
        x: x.into(),
        y: y.into(),
        color: color.map(Into::into),
        most,
    };
    read_points(&imported.parquet, &imported.columns, &query).expect("points")
}

fn names(page: &PointsPage) -> Vec<Option<&str>> {
    page.class_names
        .iter()
        .map(|name| name.as_deref())
        .collect()
}

#[test]
fn the_numbers_are_those_of_the_file() {
    let imported = Case::new(
        "a.csv",
        "x,y,word\n1700000000123,0.1,b\n2,,a\n3,1e308,\n4,-2.5,a\n",
    )
    .imported();
    let page = points(&imported, ("x", "y"), Some("word"), 100);
    assert_eq!(
        *page.points,
        [[1_700_000_000_123.0, 0.1], [3.0, 1e308], [4.0, -2.5]]
    );
    assert_eq!((page.rows, page.one_of), (4, 1));
    assert_eq!(names(&page), [Some("a"), Some("b"), None]);
    assert_eq!(page.classes.as_deref(), Some(&[1, 2, 0][..]));

    let plain = points(&imported, ("y", "y"), None, 100);
    assert_eq!(plain.points[0], [0.1, 0.1]);
    assert_eq!((&*plain.class_names, &plain.classes), (&[][..], &None));
}

#[test]
fn more_classes_than_colours_are_none() {
    let mut text = String::from("x,few,many\n");
    for row in 0..90 {
        let _ = writeln!(text, "{row},c{},c{}", row % 8, row % 9);
    }
    let imported = Case::new("a.csv", text).imported();
    let few = points(&imported, ("x", "x"), Some("few"), 100);
    assert_eq!(few.class_names.len(), 8);
    assert_eq!(few.classes.map(|classes| classes[89]), Some(1));
    let many = points(&imported, ("x", "x"), Some("many"), 100);
    assert_eq!((many.classes, many.class_names.len()), (None, 0));
    assert_eq!(many.points.len(), 90);
}

#[test]
fn a_column_reads_as_it_was_edited() {
    let mut imported = Case::new("a.csv", "x,y\n1,one\n2,2.5\n").imported();
    imported.imported.columns[1].column_type = ColumnType::Float;
    let page = points(&imported, ("x", "y"), None, 10);
    assert_eq!(*page.points, [[2.0, 2.5]], "what is no number is left out");
    assert_eq!(page.rows, 2);
}

#[test]
fn of_many_rows_a_sample_is_even_and_the_same_every_time() {
    const ROWS: u64 = 400_000;
    let mut text = String::from("x,y\n");
    for row in 0..ROWS {
        let _ = writeln!(text, "{row},{}", row % 7);
    }
    let imported = Case::new("a.csv", text).imported();
    let begun = Instant::now();
    let all = points(&imported, ("x", "y"), None, 1_000_000);
    assert_eq!((all.points.len() as u64, all.one_of), (ROWS, 1));
    assert!(
        all.points
            .iter()
            .enumerate()
            .all(|(row, point)| point[0] == row as f64)
    );
    assert!(begun.elapsed().as_secs() < 4, "{:?}", begun.elapsed());

    let sample = points(&imported, ("x", "y"), None, 21_000);
    assert_eq!(sample.one_of, 20);
    let expected = (ROWS / 20) as f64;
    let found = sample.points.len() as f64;
    assert!(
        (found / expected - 1.0).abs() < 0.05,
        "{found} of {expected}"
    );
    // Every weekday has its share, although 20 rows and 7 days have a rhythm.
    for day in 0..7 {
        let share = sample
            .points
            .iter()
            .filter(|point| point[1] == f64::from(day))
            .count() as f64
            / found;
        assert!((share * 7.0 - 1.0).abs() < 0.1, "day {day} has {share}");
    }
    let quarter = sample
        .points
        .iter()
        .filter(|point| point[0] < ROWS as f64 / 4.0)
        .count() as f64;
    assert!(
        (quarter / found - 0.25).abs() < 0.02,
        "{quarter} of {found}"
    );
    assert_eq!(points(&imported, ("x", "y"), None, 21_000), sample);
}

#[test]
fn a_column_that_is_not_there() {
    let imported = Case::new("a.csv", "a,b\n1,2\n").imported();
    let query = PointsQuery {
        x: "a".into(),
        y: "c".into(),
        color: None,
        most: 10,
    };
    let error = read_points(&imported.parquet, &imported.columns, &query).expect_err("no c");
    assert!(matches!(error, DataError::UnknownColumns { .. }), "{error}");
}
