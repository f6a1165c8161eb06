//! Scoring requests in `text/csv`: a header of column names, then rows; an empty field is missing.

use crate::columns::{ColumnsBuilder, Input, Scalar};
use crate::refusal::Refusal;
use contract::ColumnType;

pub(super) fn read(builder: &mut ColumnsBuilder<'_>, body: &[u8]) -> Result<(), Refusal> {
    let mut reader = csv::ReaderBuilder::new().from_reader(body);
    let header = reader.headers().map_err(|error| unreadable(&error))?;
    let places = header
        .iter()
        .map(|name| builder.schema.place(name.trim_start_matches('\u{feff}')))
        .collect::<Result<Vec<usize>, Refusal>>()?;
    let mut record = csv::StringRecord::new();
    while reader
        .read_record(&mut record)
        .map_err(|error| unreadable(&error))?
    {
        for (&place, field) in places.iter().zip(&record) {
            let scalar = scalar(&builder.schema.inputs[place], field);
            builder.push_in_row(place, scalar)?;
        }
        builder.end_row()?;
    }
    Ok(())
}

fn unreadable(error: &csv::Error) -> Refusal {
    Refusal::malformed(format!("The body is not readable CSV: {error}"))
        .hint("the first line names the columns, every other has one field for each")
}

/// A field as the value that its column takes; what does not fit stays text and is refused with the column's name.
fn scalar<'a>(input: &Input, field: &'a str) -> Scalar<'a> {
    if input.is_text() {
        return Scalar::Text(field);
    }
    let trimmed = field.trim();
    if trimmed.is_empty() {
        return Scalar::Null;
    }
    if input.column_type == ColumnType::Boolean {
        if trimmed.eq_ignore_ascii_case("true") {
            return Scalar::Boolean(true);
        }
        if trimmed.eq_ignore_ascii_case("false") {
            return Scalar::Boolean(false);
        }
    }
    match trimmed.parse() {
        Ok(number) => Scalar::Number(number),
        Err(_) => Scalar::Text(trimmed),
    }
}
