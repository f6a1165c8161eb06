//! The points of a scatter: two columns of numbers, all rows or an even sample, with the classes of a third.

use std::path::Path;
use std::sync::Arc;

use contract::{ColumnSpec, PointsPage, PointsQuery};
use duckdb::arrow::array::{Array, Float64Array, StringArray};
use duckdb::arrow::record_batch::RecordBatch;

use crate::names::ROW_NUMBER;
use crate::rows::{Version, array};
use crate::{DataError, engine, types};

/// As many classes as a person tells apart by colour; with more there are none.
const MOST_CLASSES: usize = 8;
/// Room that is made before the first point comes.
const MOST_EXPECTED: u64 = 4_000_000;

/// The points that `query` asks for, in the order of the rows; those that lack a finite number are left out.
///
/// # Errors
/// When the Parquet file cannot be read, or has no column of a name.
pub fn read_points(
    parquet: &Path,
    columns: &[ColumnSpec],
    query: &PointsQuery,
) -> Result<PointsPage, DataError> {
    let connection = engine::reader()?;
    let names = [&query.x, &query.y].into_iter().chain(&query.color);
    let version = Version::open_for(&connection, parquet, names.map(|name| &**name))?;
    let held = |name: &str| {
        let held = version.type_of(name)?;
        let spec = columns.iter().find(|spec| *spec.name == *name);
        Ok::<_, DataError>((held, spec.map_or(held, |spec| spec.column_type)))
    };
    let number = |name: &str| {
        let (held, shown) = held(name)?;
        Ok::<_, DataError>(types::number(&engine::name(name), held, shown))
    };
    let class = match &query.color {
        None => "CAST(NULL AS VARCHAR)".to_owned(),
        Some(name) => {
            let (held, shown) = held(name)?;
            types::label(&engine::name(name), held, shown)
        }
    };
    let (x, y) = (number(&query.x)?, number(&query.y)?);
    let all = version.rows()?;
    let one_of = all.div_ceil(query.most.max(1)).max(1);
    // A hash of the row's number, because every thousandth row of a file may be a Monday's.
    let sample = match one_of {
        1 => String::new(),
        _ => format!("WHERE hash({ROW_NUMBER}) % {one_of} = 0"),
    };
    let sql = format!(
        "SELECT {x}, {y}, {class} FROM {} {sample}",
        version.numbered
    );
    let expected = (all / one_of).min(MOST_EXPECTED) as usize;
    let mut points = Points::new(expected, query.color.is_some());
    let mut each = || {
        let mut statement = connection.prepare(&sql)?;
        for batch in statement.stream_arrow([])? {
            points.extend(&batch?)?;
        }
        duckdb::Result::Ok(())
    };
    each().map_err(|error| engine::failed(parquet, error))?;
    Ok(points.page(one_of))
}

/// What has come so far.
struct Points {
    points: Vec<[f64; 2]>,
    classes: Option<Vec<u16>>,
    names: Vec<Option<Arc<str>>>,
    rows: u64,
}

impl Points {
    fn new(expected: usize, has_classes: bool) -> Self {
        Self {
            points: Vec::with_capacity(expected),
            classes: has_classes.then(|| Vec::with_capacity(expected)),
            names: Vec::new(),
            rows: 0,
        }
    }

    fn extend(&mut self, batch: &RecordBatch) -> duckdb::Result<()> {
        let (x, y): (&Float64Array, &Float64Array) = (array(batch, 0)?, array(batch, 1)?);
        let texts: &StringArray = array(batch, 2)?;
        self.rows += batch.num_rows() as u64;
        for row in 0..batch.num_rows() {
            let point = [x.value(row), y.value(row)];
            let is_whole = !x.is_null(row) && !y.is_null(row);
            if !is_whole || !point.iter().all(|number| number.is_finite()) {
                continue;
            }
            self.points.push(point);
            if self.classes.is_some() {
                let class = (!texts.is_null(row)).then(|| texts.value(row));
                self.push_class(class);
            }
        }
        Ok(())
    }

    fn push_class(&mut self, class: Option<&str>) {
        let known = self.names.iter().position(|name| name.as_deref() == class);
        let place = known.unwrap_or_else(|| {
            self.names.push(class.map(Into::into));
            self.names.len() - 1
        });
        match &mut self.classes {
            Some(classes) if place < MOST_CLASSES => classes.push(place as u16),
            classes => *classes = None,
        }
    }

    fn page(self, one_of: u64) -> PointsPage {
        let Self {
            points,
            classes,
            mut names,
            rows,
        } = self;
        let mut order: Vec<usize> = (0..names.len()).collect();
        // Missing ones last: they are what is left over.
        order.sort_by_key(|place| (names[*place].is_none(), names[*place].clone()));
        let place_of: Vec<u16> = (0..names.len())
            .map(|old| order.iter().position(|place| *place == old).unwrap_or(0) as u16)
            .collect();
        let classes = classes.filter(|_| names.len() > 1).map(|mut classes| {
            for class in &mut classes {
                *class = place_of[usize::from(*class)];
            }
            classes.into()
        });
        let class_names = match &classes {
            None => Vec::new(),
            Some(_) => order.iter().map(|place| names[*place].take()).collect(),
        };
        PointsPage {
            points: points.into(),
            classes,
            class_names,
            rows,
            one_of,
        }
    }
}
