//! What there is to see of the sample datasets: their rows, the points of a chart, rejected rows.

use std::sync::Arc;

use contract::{
    ColumnType, DataVersion, PointsPage, PointsQuery, PointsView, RejectedRow, RejectsPage,
    RejectsView, RowsPage, RowsView,
};

use super::data::{IRIS, WINE, made_up_category};
use super::noise;

/// Rows `first_row..first_row + count` of a version: wine's and iris's own, made-up ones elsewhere.
pub fn rows_of(version: &DataVersion, first_row: u64, count: u32) -> RowsView {
    let source = match version.id.dataset.as_str() {
        "wine" => Some(WINE),
        "iris" => Some(IRIS),
        _ => None,
    };
    let last = (first_row + u64::from(count)).min(version.rows);
    let rows = (first_row..last)
        .map(|row| match source {
            Some(text) => text
                .lines()
                .nth(row as usize + 1)
                .unwrap_or_default()
                .split(',')
                .map(|cell| Some(Arc::from(cell)))
                .collect(),
            None => version
                .columns
                .iter()
                .enumerate()
                .map(|(place, column)| made_up_cell(column.column_type, row, place as u64))
                .collect(),
        })
        .collect();
    RowsView {
        version: version.id.clone(),
        page: Ok(RowsPage {
            first_row,
            columns: 0..version.columns.len(),
            rows,
        }),
    }
}

/// The points of two columns over at most `count` rows, coloured by a third, as the engine would have found them.
pub fn points_of(version: &DataVersion, query: PointsQuery, count: u32) -> PointsView {
    let count = count.min(u32::try_from(version.rows).unwrap_or(u32::MAX));
    let place = |name: &str| {
        let mut columns = version.columns.iter();
        columns.position(|column| *column.name == *name)
    };
    let (x, y) = (place(&query.x), place(&query.y));
    let color = query.color.as_deref().and_then(place);
    let page = rows_of(version, 0, count).page.unwrap_or_default();
    let number = |row: &[Option<Arc<str>>], column: Option<usize>| -> Option<f64> {
        row.get(column?)?.as_ref()?.parse().ok()
    };
    let (mut points, mut labels) = (Vec::new(), Vec::new());
    for row in &page.rows {
        if let (Some(x), Some(y)) = (number(row, x), number(row, y)) {
            points.push([x, y]);
            labels.push(color.and_then(|column| row.get(column)?.clone()));
        }
    }
    let mut class_names = labels.clone();
    class_names.sort_by_key(|name| (name.is_none(), name.clone()));
    class_names.dedup();
    let classes = labels
        .iter()
        .map(|label| class_names.iter().position(|name| name == label))
        .map(|place| place.unwrap_or(0) as u16)
        .collect();
    let is_coloured = color.is_some() && (2..=8).contains(&class_names.len());
    PointsView {
        version: version.id.clone(),
        page: Ok(PointsPage {
            points: points.into(),
            classes: is_coloured.then_some(classes),
            class_names: if is_coloured { class_names } else { Vec::new() },
            rows: u64::from(count),
            one_of: version.rows.div_ceil(u64::from(count.max(1))).max(1),
        }),
        query,
    }
}

/// Rejected rows `first..first + count` of [`rejected_rows`] and its like.
pub fn rejects_of(version: &DataVersion, first: u64, count: u32) -> RejectsView {
    let last = (first + u64::from(count)).min(version.rejected_rows);
    let rows = (first..last).map(made_up_reject).collect();
    RejectsView {
        version: version.id.clone(),
        page: Ok(RejectsPage { first, rows }),
    }
}

fn made_up_reject(row: u64) -> RejectedRow {
    let reading = format!(
        "{};2026-03-{:02} 04:00:00;21,{}",
        row * 431 + 17,
        1 + row % 28,
        row % 10
    );
    let (column, error, text): (Option<&str>, &str, String) = match row % 5 {
        0 => (
            Some("bemerkung"),
            "Too few fields: 4 instead of 6",
            format!("{reading};Germany"),
        ),
        1 => (
            None,
            "Too many fields: 8 instead of 6",
            format!("{reading};France;Sensor getauscht;;false;"),
        ),
        2 => (
            Some("bemerkung"),
            "A quote is closed before its field ends",
            format!("{reading};Spain;\"Ventil \"3\" klemmt\";false"),
        ),
        3 => (
            Some("bemerkung"),
            "A quote is never closed; the next 2 lines went with it",
            format!("{reading};Italy;\"siehe\tProtokoll\nNachtschicht, Blatt 2\nohne Befund;false"),
        ),
        _ => (
            Some("anlage"),
            "Some bytes are not UTF-8",
            format!("{reading};K\u{fffd}ln;;false"),
        ),
    };
    RejectedRow {
        line: row * 431 + 18,
        column: column.map(Into::into),
        error: error.into(),
        text: text.into(),
        is_cut: false,
    }
}

fn made_up_cell(column_type: ColumnType, row: u64, column: u64) -> Option<Arc<str>> {
    let chance = noise(row * 64 + column + 11);
    if column > 1 && chance < 0.04 {
        return None;
    }
    let text = match column_type {
        ColumnType::Integer if column == 0 => (row + 1).to_string(),
        ColumnType::Integer => ((chance * 40.0) as u64).to_string(),
        ColumnType::Float => format!("{:.2}", chance * 800.0),
        ColumnType::Boolean => (chance > 0.8).to_string(),
        ColumnType::Text => made_up_category((chance * chance * 12.0) as usize).into(),
        ColumnType::Timestamp => format!(
            "2026-{:02}-{:02} {:02}:00:00",
            1 + row / 28 % 12,
            1 + row % 28,
            (chance * 24.0) as u64
        ),
    };
    Some(text.into())
}
