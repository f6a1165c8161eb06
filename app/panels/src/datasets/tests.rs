//! What Datasets says, as text, and what its forms ask for.

use std::sync::Arc;

use contract::{ColumnRole, ColumnType, Command, DataVersion, PointsPage, Refusal};
use expect_test::{Expect, expect};

use super::chart::{plot_in, title_lines};
use super::data::{
    NUMBERS, ProfileRow, Shape, dataset_rows, open_version, options_in_words, version_facts,
    version_rows,
};
use super::points::{Points, class_of, first_query, shown_in_words};
use super::profile::Draft;
use super::reader::ReaderForm;
use super::rejects::{one_line, wrong};
use super::rows::asked_columns;
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
        sepal_length_cm float feature | missing 0 | 20 bins | distinct 35 | Mean 5.843 SD 0.8281 Min 4.3 Median 5.8 Max 7.9 | 
        sepal_width_cm float feature | missing 0 | 20 bins | distinct 23 | Mean 3.057 SD 0.4359 Min 2 Median 3 Max 4.4 | 
        petal_length_cm float feature | missing 0 | 20 bins | distinct 43 | Mean 3.758 SD 1.765 Min 1 Median 4.4 Max 6.9 | 
        petal_width_cm float feature | missing 0 | 20 bins | distinct 22 | Mean 1.199 SD 0.7622 Min 0.1 Median 1.3 Max 2.5 | 
        species text target | missing 0 | top setosa of 3 | distinct 3 |  | 
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
            messung_nr integer id | missing 0 | 20 bins | distinct 18 204 | Mean 318.4 SD 112.9 Min 0.5 Median 322.5 Max 18 204 | like an id: Looks like an id: 100 % of the rows have a value of their own
            zeitpunkt timestamp time | missing 0 | 20 bins | distinct 2 022 |  | 
            temperatur float feature | missing 16.0 % | 20 bins | distinct 2 022 | Mean 318.4 SD 112.9 Min 0.5 Median 322.5 Max 800.0 | leaks target: May give the target away: association 0.997; infinite: 12 infinite values were read as missing
            anlage text feature | missing 0 | top Germany of 12 | distinct 12 |  | mixed types: Numbers and text are mixed, for example “n. a.”
            bemerkung text ignore | missing 93.0 % | top Germany of 12 | distinct 12 |  | mostly missing: 93 % of the values are missing
            ausfall boolean target | missing 0 | top false of 2 | distinct 2 |  | imbalanced: Imbalanced: one value has 97 % of the rows
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
fn a_chart_begins_with_two_features_coloured_by_the_target() {
    let iris = states::iris();
    let query = first_query(&iris).expect("iris has numbers");
    assert_eq!(
        (&*query.x, &*query.y),
        ("sepal_length_cm", "sepal_width_cm")
    );
    assert_eq!(query.color.as_deref(), Some("species"));
    let view = Arc::new(states::points_of(&iris, query, 150));
    let points = Points::of(&view).expect("points");
    let page = points.page().expect("points");
    assert_eq!(page.points[0], [5.1, 3.5]);
    assert_eq!(class_of(page, 149), Some("virginica"));
    assert!(points.is_of(&view));
    let (x, y) = points.ranges;
    assert!(
        x.min < 4.3 && x.max > 7.9 && y.min < 2.0 && y.max > 4.4,
        "room around all of them"
    );

    let sales = first_query(&states::sales_of_ten_million_rows()).expect("numbers");
    assert_eq!(
        (&*sales.x, &*sales.y),
        ("items", "discount"),
        "an id says nothing"
    );
    assert_eq!(
        sales.color, None,
        "revenue has too many values to be told apart"
    );
    let wide = first_query(&states::wide(2));
    assert_eq!(wide, None, "one column of numbers is no chart");
}

#[test]
fn a_chart_says_how_many_rows_it_shows() {
    let say = |rows: u64, read: u64, points: usize| {
        let version = DataVersion {
            rows,
            ..states::iris()
        };
        let page = PointsPage {
            points: vec![[0.0, 0.0]; points].into(),
            rows: read,
            one_of: rows.div_ceil(1_000_000),
            ..PointsPage::default()
        };
        shown_in_words(&page, &version).replace('\u{202f}', " ")
    };
    expect!["All 150 rows"].assert_eq(&say(150, 150, 150));
    expect!["All 150 rows; 1 row lacks a value"].assert_eq(&say(150, 150, 149));
    expect!["1 : 10 shown, 999 874 of 10 000 000 rows; 12 rows lack a value"]
        .assert_eq(&say(10_000_000, 999_874, 999_862));
}

#[test]
fn a_refusal_is_no_picture() {
    let iris = states::iris();
    let mut view = states::points_of(&iris, first_query(&iris).expect("numbers"), 150);
    view.page = Err(Refusal::new("the object is damaged"));
    assert!(Points::of(&Arc::new(view)).is_none());
}

#[test]
fn of_many_columns_those_in_view_are_asked_for() {
    assert_eq!(
        asked_columns(48, &(0..9)),
        None,
        "a narrow table is asked for as a whole"
    );
    assert_eq!(asked_columns(10_000, &(0..9)), Some(0..25));
    assert_eq!(asked_columns(10_000, &(5_000..5_009)), Some(4_984..5_025));
    assert_eq!(asked_columns(10_000, &(9_991..10_000)), Some(9_975..10_000));
    assert_eq!(
        asked_columns(10_000, &(0..0)),
        Some(0..16),
        "nothing was in view yet"
    );
}

#[test]
fn a_rejected_row_stands_on_one_line() {
    let version = states::rejected_rows();
    let page = states::rejects_of(&version, 0, 5)
        .page
        .expect("rejected rows");
    let text: String = page
        .rows
        .iter()
        .map(|row| {
            format!(
                "{} | {} | {}\n",
                row.line,
                wrong(row),
                one_line(&row.text, row.is_cut)
            )
        })
        .collect();
    expect![[r#"
        18 | Too few fields: 4 instead of 6; column bemerkung | 17;2026-03-01 04:00:00;21,0;Germany
        449 | Too many fields: 8 instead of 6 | 448;2026-03-02 04:00:00;21,1;France;Sensor getauscht;;false;
        880 | A quote is closed before its field ends; column bemerkung | 879;2026-03-03 04:00:00;21,2;Spain;"Ventil "3" klemmt";false
        1311 | A quote is never closed; the next 2 lines went with it; column bemerkung | 1310;2026-03-04 04:00:00;21,3;Italy;"siehe→Protokoll⏎Nachtschicht, Blatt 2⏎ohne Befund;false
        1742 | Some bytes are not UTF-8; column anlage | 1741;2026-03-05 04:00:00;21,4;K�ln;;false
    "#]]
    .assert_eq(&text);
    assert_eq!(one_line(&"x".repeat(500), false).chars().count(), 401);
    assert_eq!(one_line("a\u{1b}[31m", true), "a·[31m…");
}

#[test]
fn the_titles_of_a_chart_stand_beside_its_axes_and_over_no_point() {
    for [width, height] in [[900.0, 500.0], [360.0, 240.0]] {
        let area = egui::Rect::from_min_size(egui::pos2(40.0, 60.0), egui::vec2(width, height));
        let plot = plot_in(area);
        let (across, up) = title_lines(area);
        assert!(area.contains_rect(plot) && area.contains_rect(across) && area.contains_rect(up));
        assert!(across.top() > plot.bottom(), "{across} {plot}");
        assert!(up.bottom() < plot.top(), "{up} {plot}");
        let numbers = across.top() - plot.bottom();
        assert!(numbers > 18.0, "{numbers} for the numbers between");
    }
}

#[test]
fn the_order_of_dates_is_told_with_the_other_options() {
    let mut options = states::iris().sources[0].options.clone();
    options.date_order = Some(contract::DateOrder::DayFirst);
    assert_eq!(
        options_in_words(&options),
        "CSV, comma, utf-8, header, decimal point, dates day first"
    );
}
