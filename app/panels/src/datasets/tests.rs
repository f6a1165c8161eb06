//! What Datasets says, as text, and what its forms ask for.

use contract::{ColumnRole, ColumnType, Command, DataVersion};
use expect_test::{Expect, expect};

use super::data::{
    NUMBERS, ProfileRow, Shape, dataset_rows, open_version, options_in_words, version_facts,
    version_rows,
};
use super::points::{Points, first_two};
use super::profile::Draft;
use super::reader::ReaderForm;
use super::scroll::RowScroll;
use crate::Selection;
use crate::states::{self, Sample};

fn profile_text(version: &DataVersion) -> String {
    let facts: Vec<String> = version_facts(version)
        .into_iter()
        .map(|(name, value)| format!("{name} {value}"))
        .collect();
    let mut text = format!("{}\n", facts.join(", "));
    for source in &version.sources {
        text += &format!("{}\n", options_in_words(&source.options));
    }
    for place in 0..version.columns.len() {
        let Some(row) = ProfileRow::new(version, &version.columns, place) else {
            continue;
        };
        let numbers: Vec<String> = NUMBERS
            .iter()
            .zip(&row.numbers)
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name} {value}"))
            .collect();
        let shape = match &row.shape {
            Shape::Bins(bins) => format!("{} bins", bins.len()),
            Shape::Top(values) => format!("top {} of {}", values[0].0, values.len()),
            Shape::Nothing => "nothing".to_owned(),
        };
        text += &format!(
            "{} {} {} | missing {} | {shape} | distinct {} | {} | {}\n",
            row.name,
            row.column_type.word(),
            row.role.word(),
            row.missing,
            row.distinct,
            numbers.join(" "),
            row.warnings
                .iter()
                .map(|(word, sentence)| format!("{word}: {sentence}"))
                .collect::<Vec<_>>()
                .join("; ")
        );
    }
    text
}

fn check_profile(version: &DataVersion, expected: &Expect) {
    expected.assert_eq(&profile_text(version));
}

#[test]
fn the_profile_of_iris() {
    check_profile(
        &states::iris(),
        &expect![[r#"
        Rows 150, Columns 5, Size 1.51 KB, Missing 0 %, Target species
        CSV, comma, utf-8, header, decimal point
        sepal_length_cm float feature | missing – | 20 bins | distinct 35 | Mean 5.843 SD 0.8281 Min 4.3 Median 5.8 Max 7.9 | 
        sepal_width_cm float feature | missing – | 20 bins | distinct 23 | Mean 3.057 SD 0.4359 Min 2 Median 3 Max 4.4 | 
        petal_length_cm float feature | missing – | 20 bins | distinct 43 | Mean 3.758 SD 1.765 Min 1 Median 4.4 Max 6.9 | 
        petal_width_cm float feature | missing – | 20 bins | distinct 22 | Mean 1.199 SD 0.7622 Min 0.1 Median 1.3 Max 2.5 | 
        species text target | missing – | top setosa of 3 | distinct 3 |  | 
    "#]],
    );
}

#[test]
fn doubtful_columns_say_why() {
    check_profile(
        &states::rejected_rows(),
        &expect![[r#"
            Rows 18 204, Columns 6, Size 434 KB, Missing 18.2 %, Target ausfall
            CSV, semicolon, windows-1252, header, decimal comma
            messung_nr integer id | missing – | 20 bins | distinct 18 204 | Mean 318.4 SD 112.9 Min 0.5 Median 322.5 Max 18 204 | like an id: Looks like an id: 100 % of the rows have a value of their own
            zeitpunkt timestamp time | missing – | 20 bins | distinct 2 022 |  | 
            temperatur float feature | missing 16.0 % | 20 bins | distinct 2 022 | Mean 318.4 SD 112.9 Min 0.5 Median 322.5 Max 800.0 | leaks target: May give the target away: association 0.997; infinite: 12 infinite values were read as missing
            anlage text feature | missing – | top Germany of 12 | distinct 12 |  | mixed types: Numbers and text are mixed, for example “n. a.”
            bemerkung text ignore | missing 93.0 % | top Germany of 12 | distinct 12 |  | mostly missing: 93 % of the values are missing
            ausfall boolean target | missing – | top false of 2 | distinct 2 |  | imbalanced: Imbalanced: one value has 97 % of the rows
        "#]],
    );
}

#[test]
fn the_list_says_version_rows_and_size() {
    let snapshot = Sample::new()
        .dataset(vec![states::wine(), states::wine_second_version()])
        .dataset(vec![states::rejected_rows()])
        .done();
    let open = states::wine().id;
    let text: String = dataset_rows(&snapshot, Some(&open))
        .into_iter()
        .map(|row| {
            format!(
                "{} | {} | {:?} | open {} | warning {}\n",
                row.name, row.size, row.row_counts, row.is_open, row.has_warning
            )
        })
        .collect();
    expect![[r#"
        wine | v2, 160 rows, 4.69 KB | [178.0, 160.0] | open true | warning false
        messpunkte | v1, 18 204 rows, 434 KB | [18204.0] | open false | warning true
    "#]]
    .assert_eq(&text);
}

#[test]
fn versions_say_what_changed() {
    let snapshot = Sample::new()
        .dataset(vec![states::wine(), states::wine_second_version()])
        .done();
    let text: String = version_rows(&snapshot.datasets[0], &states::wine().id)
        .into_iter()
        .map(|row| {
            format!(
                "{} {} rows, {} {}\n",
                row.id, row.rows, row.change, row.is_open
            )
        })
        .collect();
    expect![[r#"
        wine@2 160 rows, −18 rows false
        wine@1 178 rows, first version true
    "#]]
    .assert_eq(&text);
}

#[test]
fn the_selection_opens_a_version_and_another_selection_keeps_it() {
    let snapshot = Sample::new()
        .dataset(vec![states::wine(), states::wine_second_version()])
        .dataset(vec![states::iris()])
        .done();
    let open = |selection: Option<Selection>, before: Option<&DataVersion>| {
        open_version(
            &snapshot,
            selection.as_ref(),
            before.map(|version| &version.id),
        )
        .map(|version| version.id.to_string())
    };
    let iris = states::iris();
    assert_eq!(open(None, None).as_deref(), Some("wine@2"), "the newest");
    assert_eq!(
        open(Some(Selection::DataVersion(iris.id.clone())), None).as_deref(),
        Some("iris@1")
    );
    assert_eq!(
        open(Some(Selection::Fact(1)), Some(&iris)).as_deref(),
        Some("iris@1")
    );
    let gone = states::small("gone");
    assert_eq!(open(None, Some(&gone)).as_deref(), Some("wine@2"));
}

#[test]
fn a_new_target_makes_the_old_one_a_feature() {
    let wine = states::wine();
    let mut draft = Draft::of(&wine);
    assert!(draft.is_empty(&wine));
    draft.set_role(0, ColumnRole::Target);
    draft.set_type(1, ColumnType::Text);
    let targets: Vec<&str> = draft
        .columns
        .iter()
        .filter(|column| column.role == ColumnRole::Target)
        .map(|column| &*column.name)
        .collect();
    assert_eq!(targets, ["alcohol"]);
    assert_eq!(
        draft.changed(&wine),
        3,
        "the new target, the old one, a type"
    );
    draft.set_role(13, ColumnRole::Target);
    draft.set_role(0, ColumnRole::Feature);
    draft.set_type(1, ColumnType::Float);
    assert!(draft.is_empty(&wine), "changed back is not changed");
}

#[test]
fn reading_again_keeps_the_name_the_files_and_the_roles() {
    let version = states::rejected_rows();
    let mut form = ReaderForm::of(&version.sources[0].options);
    form.options.delimiter = None;
    let Command::ImportFiles {
        paths,
        name,
        options,
        roles,
    } = form.command(&version)
    else {
        panic!("another command");
    };
    assert_eq!(paths, [version.sources[0].path.clone()]);
    assert_eq!(name, Some(version.id.dataset.clone()));
    assert_eq!(options.delimiter, None);
    assert_eq!(options.encoding.as_deref(), Some("windows-1252"));
    assert_eq!(roles.get("ausfall"), Some(&ColumnRole::Target));
}

#[test]
fn the_last_of_ten_million_rows_is_reached_exactly() {
    const ROWS: u64 = 10_000_000;
    let mut scroll = RowScroll::default();
    scroll.move_by(i64::MAX, ROWS, 20);
    assert_eq!(scroll.first, 9_999_980);
    scroll.move_by(-1, ROWS, 20);
    assert_eq!(scroll.first, 9_999_979);
    scroll.move_by(i64::MIN, ROWS, 20);
    assert_eq!(scroll.first, 0);
    for _ in 0..10 {
        scroll.turn(2.8, 28.0, ROWS, 20);
    }
    assert_eq!(scroll.first, 1, "ten tenths of a row are a row");
    scroll.first = 50;
    scroll.clamp(30, 20);
    assert_eq!(scroll.first, 10, "a shorter version");
    scroll.clamp(5, 20);
    assert_eq!(scroll.first, 0, "everything fits");
}

#[test]
fn points_are_coloured_by_the_target_and_rows_without_numbers_are_counted() {
    let iris = states::iris();
    let axes = first_two(&iris).expect("iris has numbers");
    assert_eq!((&*axes.0, &*axes.1), ("sepal_length_cm", "sepal_width_cm"));
    let rows = std::sync::Arc::new(states::rows_of(&iris, 0, 150));
    let points = Points::of(&iris, &rows, &axes);
    assert_eq!(points.points.len(), 150);
    assert_eq!(points.points[0], [5.1, 3.5]);
    assert_eq!(points.skipped, 0);
    let names: Vec<&str> = points.class_names.iter().map(|name| &**name).collect();
    assert_eq!(names, ["setosa", "versicolor", "virginica"]);
    assert_eq!(points.class_of(149).map(|name| &**name), Some("virginica"));
    assert!(points.is_of(&rows, &axes));

    let mut with_gap = states::rows_of(&iris, 0, 3);
    with_gap.page.rows[1][0] = None;
    let points = Points::of(&iris, &std::sync::Arc::new(with_gap), &axes);
    assert_eq!((points.points.len(), points.skipped), (2, 1));
    assert!(points.class_names.is_empty(), "one class needs no colour");
}
