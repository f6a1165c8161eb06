//! Dates that do not begin with their year: their order is found out, shown, and never guessed.

use std::fmt::Write;

use contract::{ColumnType, ColumnWarning, DateOrder, ReaderOptions};
use expect_test::expect;

use super::{Case, Kept, check, profile_of};
use crate::read_rows;

const DAY_FIRST: Option<DateOrder> = Some(DateOrder::DayFirst);
const MONTH_FIRST: Option<DateOrder> = Some(DateOrder::MonthFirst);
const NOT_TOLD: Option<DateOrder> = None;

/// The order in force, and the type of each column.
fn read_as(text: &str) -> (Option<DateOrder>, Vec<ColumnType>) {
    let imported = Case::new("a.csv", text).imported();
    let types = imported.columns.iter().map(|spec| spec.column_type);
    (imported.source.options.date_order, types.collect())
}

#[test]
fn dates_with_points_begin_with_the_day() {
    check(
        "a.csv",
        "day;time;n\n13.01.2024;05.02.2024 09:05;1,5\n1.2.2024;31.12.2023 23:59:59.25;2\nNA;29.2.2024T0:00Z;3\n",
        expect![[r#"
            day timestamp time, time timestamp time, n float feature
            2024-01-13 00:00:00 | 2024-02-05 09:05:00 | 1.5
            2024-02-01 00:00:00 | 2023-12-31 23:59:59.25 | 2.0
            · | 2024-02-29 00:00:00 | 3.0
        "#]],
    );
}

#[test]
fn the_order_is_found_out_and_shown() {
    use ColumnType::{Integer, Text, Timestamp};
    let column = |dates: [&str; 2]| read_as(&format!("d,n\n{},1\n{},2\n", dates[0], dates[1]));
    for (dates, order, column_type) in [
        (["13/01/2024", "03/04/2024"], DAY_FIRST, Timestamp),
        (["3/4/2024", "1/13/2024 9:05"], MONTH_FIRST, Timestamp),
        (["13-01-2024", "2024-04-03"], DAY_FIRST, Timestamp),
        (["01.02.2024", "03.04.2024"], DAY_FIRST, Timestamp),
        (["01.02.2024", "01.13.2024"], MONTH_FIRST, Timestamp),
        (["2024-04-03", "2024-01-13"], NOT_TOLD, Timestamp),
        (["03/04/2024", "04/03/2024"], NOT_TOLD, Text),
        (["13.01.24", "14.01.24"], NOT_TOLD, Text),
        (["31.02.2024", "13.01.2024"], NOT_TOLD, Text),
        (["13.01/2024", "14.01/2024"], NOT_TOLD, Text),
        (["13.01.2024 25:00", "13.01.2024"], NOT_TOLD, Text),
    ] {
        assert_eq!(
            column(dates),
            (order, vec![column_type, Integer]),
            "{dates:?}"
        );
    }
}

#[test]
fn a_column_that_is_clear_speaks_for_the_others_of_its_file() {
    check(
        "a.csv",
        "clear,other\n13/01/2024,03/04/2024\n03/04/2024,04/05/2024\n",
        expect![[r#"
            clear timestamp time, other timestamp time
            2024-01-13 00:00:00 | 2024-04-03 00:00:00
            2024-04-03 00:00:00 | 2024-05-04 00:00:00
        "#]],
    );
}

#[test]
fn columns_that_disagree_are_read_each_their_own_way() {
    let case = Case::new(
        "a.csv",
        "day,month,neither\n13/01/2024,01/13/2024,03/04/2024\n03/04/2024,03/04/2024,04/05/2024\n",
    );
    expect![[r#"
        day timestamp time, month timestamp time, neither text feature
        2024-01-13 00:00:00 | 2024-01-13 00:00:00 | 03/04/2024
        2024-04-03 00:00:00 | 2024-03-04 00:00:00 | 04/05/2024
    "#]]
    .assert_eq(&case.show());
    assert_eq!(case.imported().source.options.date_order, NOT_TOLD);
}

#[test]
fn an_unclear_order_is_told_and_can_be_said() {
    let unclear = |dates: [&str; 2]| {
        let case = Case::new("a.csv", format!("d\n{}\n{}\n", dates[0], dates[1]));
        profile_of(&case.imported(), "d").warnings.clone()
    };
    let example = "03/04/2024".into();
    let warning = [ColumnWarning::UnclearDates { example }];
    assert_eq!(unclear(["03/04/2024", "04/05/2024"]), warning);
    assert_eq!(unclear(["03/04/2024", "2024-05-04"]), warning);
    let both = unclear(["13/01/2024", "01/13/2024"]);
    assert!(
        matches!(both[..], [ColumnWarning::UnclearDates { .. }]),
        "some fit one order, some the other: {both:?}"
    );
    assert_eq!(unclear(["03/04/2024", "some day"]), [], "no dates alone");

    let said = |order| {
        let case = Case::new("a.csv", "d\n03/04/2024\n05/06/2024\n").options(ReaderOptions {
            date_order: order,
            ..ReaderOptions::default()
        });
        assert_eq!(case.imported().source.options.date_order, order);
        case.show()
    };
    expect![[r#"
        d timestamp time
        2024-04-03 00:00:00
        2024-06-05 00:00:00
    "#]]
    .assert_eq(&said(DAY_FIRST));
    expect![[r#"
        d timestamp time
        2024-03-04 00:00:00
        2024-05-06 00:00:00
    "#]]
    .assert_eq(&said(MONTH_FIRST));
}

#[test]
fn json_has_dates_too() {
    let case = Case::new(
        "a.jsonl",
        "{\"d\": \"13.01.2024\"}\n{\"d\": \"1.2.2024\"}\n",
    );
    let imported = case.imported();
    assert_eq!(imported.columns[0].column_type, ColumnType::Timestamp);
    assert_eq!(imported.source.options.date_order, DAY_FIRST);
}

#[test]
fn days_above_numbers_are_names() {
    for days in ["13.01.2024,14.01.2024", "2024-01-13,2024-01-14"] {
        let imported = Case::new("a.csv", format!("town,{days}\nOslo,1,2\nRome,3,4\n")).imported();
        assert_eq!(imported.rows, 2, "{days}");
        assert_eq!(imported.columns[1].name.get(..2), days.get(..2));
    }
    let rows = Case::new("a.csv", "13.01.2024,1\n14.01.2024,2\n").imported();
    assert_eq!(rows.rows, 2, "days above days are rows");
}

/// So many rows are more than the sample has.
const LATE: u32 = 150_000;

/// A table whose last row holds `late`.
fn with_late(column: impl Fn(u32) -> String, late: &str) -> Kept {
    let mut text = String::from("t,text\n");
    for row in 0..LATE {
        let _ = writeln!(text, "{},{row:040}", column(row));
    }
    assert!(text.len() > 5 << 20, "longer than the sample");
    let _ = writeln!(text, "{late},0");
    Case::new("a.csv", text).imported()
}

fn last_of(imported: &Kept) -> Option<String> {
    let page = read_rows(&imported.parquet, &imported.columns, u64::from(LATE), 1).expect("a row");
    page.rows[0][0].as_deref().map(str::to_owned)
}

/// A file in the order of time, whose first megabytes have only the first days of a month.
#[test]
fn the_last_row_may_tell_the_order() {
    let imported = with_late(
        |row| format!("03/04/2024 10:{:02}", row % 60),
        "13/04/2024 11:00",
    );
    assert_eq!(imported.source.options.date_order, DAY_FIRST);
    assert_eq!(last_of(&imported).as_deref(), Some("2024-04-13 11:00:00"));
    let begins_late = with_late(|_| String::new(), "1/13/2024");
    assert_eq!(begins_late.source.options.date_order, MONTH_FIRST);
    assert_eq!(
        last_of(&begins_late).as_deref(),
        Some("2024-01-13 00:00:00")
    );
}

#[test]
fn a_late_surprise_among_times_keeps_them_as_they_are_written() {
    let iso = |row: u32| format!("2024-01-{:02} 10:00:00", row % 28 + 1);
    let german = |row: u32| format!("{:02}.01.2024 10:00:00", row % 28 + 1);
    for late in ["13/01/24", "epoch", "2024/01/05 10:00:00", "2024-1-5"] {
        for imported in [with_late(iso, late), with_late(german, late)] {
            assert_eq!(imported.columns[0].column_type, ColumnType::Text, "{late}");
            assert_eq!(last_of(&imported).as_deref(), Some(late));
        }
    }
    let other_order = with_late(german, "01.13.2024");
    assert_eq!(other_order.columns[0].column_type, ColumnType::Text);
    // Any other way of writing a time is one.
    for (late, time) in [
        ("2024-01-05", "2024-01-05 00:00:00"),
        ("2024-01-05T10:00:00+02:00", "2024-01-05 08:00:00"),
    ] {
        for imported in [with_late(iso, late), with_late(german, late)] {
            assert_eq!(imported.columns[0].column_type, ColumnType::Timestamp);
            assert_eq!(last_of(&imported).as_deref(), Some(time));
        }
    }
}

/// The splitter says what a date is and DuckDB reads it, whether all of the file was looked at or its beginning: they have to agree.
#[test]
fn whatever_is_taken_for_a_date_is_read_as_that_date() {
    let mut random = 88_172_645_463_325_252_u64;
    let mut below = |limit: u64| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random % limit
    };
    let (mut text, mut times) = (String::from("t,n\n"), Vec::new());
    for row in 0..300_000 {
        let (year, month, day) = (1 + below(9998), 1 + below(12), 1 + below(28));
        let (hour, minute, second) = (below(24), below(60), below(60));
        let mark = ['.', '/', '-'][below(3) as usize];
        let form = below(3);
        let date = match form {
            0 => format!("{day:02}{mark}{month:02}{mark}{year:04}"),
            1 => format!("{day}{mark}{month}{mark}{year:04}"),
            _ => format!("{year:04}-{month:02}-{day:02}"),
        };
        let (clock, time) = match below(4) {
            0 => (String::new(), (0, 0, 0)),
            1 if form < 2 => (format!(" {hour}:{minute:02}"), (hour, minute, 0)),
            2 => (
                format!("T{hour:02}:{minute:02}:{second:02}Z"),
                (hour, minute, second),
            ),
            _ => (
                format!(" {hour:02}:{minute:02}:{second:02}"),
                (hour, minute, second),
            ),
        };
        let _ = writeln!(text, "{date}{clock},{row}");
        let (hour, minute, second) = time;
        times.push(format!(
            "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"
        ));
    }
    let cut = text.match_indices('\n').nth(2_000).expect("a line").0;
    for (text, rows) in [(&text[..=cut], 2_000_u32), (&text[..], 300_000)] {
        let imported = Case::new("a.csv", text).imported();
        assert_eq!(imported.source.options.date_order, DAY_FIRST);
        let page = read_rows(&imported.parquet, &imported.columns, 0, rows).expect("rows");
        for (row, time) in page.rows.iter().zip(&times) {
            assert_eq!(row[0].as_deref(), Some(time.as_str()), "{rows} rows");
        }
        assert_eq!(page.rows.len(), rows as usize);
    }
}
