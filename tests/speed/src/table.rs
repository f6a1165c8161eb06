//! The table of ratios, as `millctl bench` prints it.

use crate::measure::Measure;

const HEADER: [&str; 7] = [
    "what",
    "measured",
    "yardstick",
    "its figure",
    "ratio",
    "bound",
    "",
];
/// Figures stand at the right of their column.
const FIGURES: [usize; 3] = [1, 3, 4];

pub(crate) fn table(measures: &[Measure]) -> String {
    let rows: Vec<[String; 7]> = std::iter::once(HEADER.map(str::to_owned))
        .chain(measures.iter().map(row))
        .collect();
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..HEADER.len()).map(width).collect();
    rows.iter().map(|row| line(row, &widths)).collect()
}

fn row(measure: &Measure) -> [String; 7] {
    let holds = if measure.holds {
        "holds"
    } else {
        "does not hold"
    };
    [
        measure.name.clone(),
        format!("{:.1} {}", measure.value, measure.unit),
        measure.yardstick.clone(),
        format!("{:.1}", measure.yardstick_value),
        format!("{:.3}", measure.ratio),
        measure.bound.clone(),
        holds.to_owned(),
    ]
}

fn line(row: &[String; 7], widths: &[usize]) -> String {
    let cells = row.iter().zip(widths).enumerate();
    let padded = cells.map(|(column, (cell, width))| {
        let pad = " ".repeat(width - cell.chars().count());
        if FIGURES.contains(&column) {
            format!("{pad}{cell}")
        } else {
            format!("{cell}{pad}")
        }
    });
    let text = padded.collect::<Vec<_>>().join("  ");
    format!("{}\n", text.trim_end())
}
