//! What a chart says of its points: which columns can be drawn, which can colour, what was left out.

use std::sync::Arc;

use canvas::Range;
use contract::{ColumnRole, ColumnType, DataVersion, PointsPage, PointsQuery, PointsView};
use look::format;

/// More points than this say no more than these: a screen has no more places.
pub(super) const MOST_POINTS: u64 = 1_000_000;
/// So many are drawn fluently without a graphics card.
pub(super) const MOST_WITHOUT_CARD: u64 = 100_000;
/// As many colours as can be told apart.
const MOST_CLASSES: u64 = 8;

/// The points that are drawn, and everything that follows from them alone.
pub(super) struct Points {
    view: Arc<PointsView>,
    /// Everything, with a little room around.
    pub ranges: (Range, Range),
}

impl Points {
    /// `None` when the view holds a refusal.
    pub(super) fn of(view: &Arc<PointsView>) -> Option<Self> {
        let page = view.page.as_ref().ok()?;
        let range = |axis: usize| {
            let all = Range::of(page.points.iter().map(|point| point[axis]));
            let all = all.unwrap_or(Range { min: 0.0, max: 1.0 });
            Range::new(all.min, all.max).expanded(0.04)
        };
        Some(Self {
            ranges: (range(0), range(1)),
            view: Arc::clone(view),
        })
    }

    pub(super) fn is_of(&self, view: &Arc<PointsView>) -> bool {
        Arc::ptr_eq(&self.view, view)
    }

    pub(super) fn query(&self) -> &PointsQuery {
        &self.view.query
    }

    pub(super) fn page(&self) -> Option<&PointsPage> {
        self.view.page.as_ref().ok()
    }
}

/// How many rows are shown, as a person reads it: “1 : 10 shown, 999 874 of 10 000 000 rows; 12 rows lack a value”.
pub(super) fn shown_in_words(page: &PointsPage, version: &DataVersion) -> String {
    let all = format::count(version.rows);
    let mut said = if page.one_of > 1 {
        format!(
            "1 : {} shown, {} of {all} rows",
            format::count(page.one_of),
            format::count(page.rows)
        )
    } else {
        format!("All {all} rows")
    };
    let skipped = page.rows.saturating_sub(page.points.len() as u64);
    if skipped > 0 {
        let lacking = format::counted(skipped, "row lacks", "rows lack");
        said.push_str(&format!("; {lacking} a value"));
    }
    said
}

/// The class of a point: `None` when nothing tells points apart.
pub(super) fn class_of(page: &PointsPage, point: usize) -> Option<&str> {
    let class = *page.classes.as_ref()?.get(point)?;
    page.class_names.get(usize::from(class)).map(class_word)
}

pub(super) fn class_word(name: &Option<Arc<str>>) -> &str {
    name.as_deref().unwrap_or("Missing")
}

/// Numbers can be drawn; times are numbers too, but read badly as such.
pub(super) fn numeric_columns(version: &DataVersion) -> impl Iterator<Item = &Arc<str>> {
    version
        .columns
        .iter()
        .filter(|column| is_drawable(column.column_type))
        .map(|column| &column.name)
}

/// Columns of few values, by which points can be coloured.
pub(super) fn colour_columns(version: &DataVersion) -> impl Iterator<Item = &Arc<str>> {
    let few = version
        .profile
        .iter()
        .filter(|profile| (2..=MOST_CLASSES).contains(&profile.distinct));
    few.map(|profile| &profile.name)
}

/// What to look at first: two features that an id or the target would not spoil, coloured by the target.
pub(crate) fn first_query(version: &DataVersion) -> Option<PointsQuery> {
    let features = version
        .columns
        .iter()
        .filter(|column| is_drawable(column.column_type) && column.role == ColumnRole::Feature)
        .map(|column| &column.name);
    let mut found: Vec<&Arc<str>> = Vec::new();
    for name in features.chain(numeric_columns(version)) {
        if !found.contains(&name) {
            found.push(name);
        }
        if found.len() == 2 {
            break;
        }
    }
    let [x, y] = found.as_slice() else {
        return None;
    };
    let target = version
        .columns
        .iter()
        .find(|column| column.role == ColumnRole::Target);
    let color = target
        .filter(|target| colour_columns(version).any(|name| *name == target.name))
        .map(|target| target.name.clone());
    Some(PointsQuery {
        x: Arc::clone(x),
        y: Arc::clone(y),
        color,
        most: MOST_POINTS,
    })
}

fn is_drawable(column_type: ColumnType) -> bool {
    matches!(column_type, ColumnType::Integer | ColumnType::Float)
}
