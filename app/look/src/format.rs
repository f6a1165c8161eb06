//! Numbers as people read them: units, 3 to 4 significant digits, thousands apart, an en dash for what is missing.

use std::path::Path;

/// What stands where a number is missing.
pub const MISSING: &str = "–";

/// Between thousands: narrow, and it never breaks a line.
const THIN: char = '\u{202f}';
const MINUS: char = '−';

/// A measured number with 4 significant digits: `0.9474`, `13.00`, `1 234`, `3.2e−7`; a value that is exact with fewer has fewer
/// (`0.5`, `13`). NaN is missing, infinity is `∞`.
pub fn number(value: f64) -> String {
    if value.is_nan() {
        return MISSING.to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 {
            "∞".to_owned()
        } else {
            format!("{MINUS}∞")
        };
    }
    let size = value.abs();
    if value == 0.0 {
        return "0".to_owned();
    }
    if !(1e-4..1e9).contains(&size) {
        return signed(value, &scientific(size));
    }
    let before_point = size.log10().floor() as i32 + 1;
    let decimals = (4 - before_point).clamp(0, 7) as usize;
    let digits = format!("{size:.decimals$}");
    signed(value, &grouped(&exact(&digits, size)))
}

/// As [`number`], or the en dash.
pub fn optional(value: Option<f64>) -> String {
    value.map_or_else(|| MISSING.to_owned(), number)
}

/// A metric to compare in a column: always four decimals below 10, so that the digits stand under each other.
pub fn metric(value: f64) -> String {
    if value.is_finite() && (1e-4..10.0).contains(&value.abs()) {
        signed(value, &format!("{:.4}", value.abs()))
    } else {
        number(value)
    }
}

/// A whole number with its thousands apart: `12 345 678`.
pub fn count(value: u64) -> String {
    grouped(&value.to_string())
}

/// A count with its noun: `1 row`, `1 234 rows`.
pub fn counted(value: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(value), if value == 1 { one } else { many })
}

/// Bytes in powers of 1024 with three significant digits: `512 B`, `1.50 KB`, `3.20 GB`.
pub fn bytes(value: u64) -> String {
    const UNITS: [&str; 5] = ["KB", "MB", "GB", "TB", "PB"];
    if value < 1024 {
        return format!("{value} B");
    }
    let mut size = value as f64 / 1024.0;
    let mut unit = 0;
    // 999.5 would round to a fourth digit, so it is said in the next unit.
    while size >= 999.5 && unit + 1 < UNITS.len() {
        size /= 1024.0;
        unit += 1;
    }
    format!("{} {}", three_digits(size), UNITS[unit])
}

/// The last part of a path, or all of it where it has none: `wine.csv`.
pub fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(
        || path.display().to_string(),
        |name| name.to_string_lossy().into_owned(),
    )
}

/// With a capital letter at its head, as what stands alone on the screen begins.
pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// A length of time: `850 µs`, `12.5 ms`, `3.42 s`, `2 min 5 s`, `3 h 4 min`, `2 d 3 h`.
pub fn duration(seconds: f64) -> String {
    if !seconds.is_finite() || seconds < 0.0 {
        return MISSING.to_owned();
    }
    if seconds == 0.0 {
        return "0 s".to_owned();
    }
    if seconds < 0.999_5e-3 {
        return format!("{} µs", three_digits(seconds * 1e6));
    }
    if seconds < 0.999_5 {
        return format!("{} ms", three_digits(seconds * 1e3));
    }
    if seconds < 59.95 {
        return format!("{} s", three_digits(seconds));
    }
    let whole = seconds.round() as u64;
    let (days, hours, minutes, rest) = (
        whole / 86_400,
        whole / 3_600 % 24,
        whole / 60 % 60,
        whole % 60,
    );
    match (days, hours) {
        (0, 0) => pair(minutes, "min", rest, "s"),
        (0, _) => pair(hours, "h", minutes, "min"),
        _ => pair(days, "d", hours, "h"),
    }
}

/// A length of time that was measured in whole microseconds: `13 µs`, `1.25 ms`.
pub fn micros(value: u64) -> String {
    if value < 1_000 {
        return format!("{value} µs");
    }
    duration(value as f64 / 1e6)
}

/// A number as it stands in a file, with the minus sign that is written everywhere else.
pub fn with_minus(text: &str) -> std::borrow::Cow<'_, str> {
    match text.strip_prefix('-') {
        Some(rest) => format!("{MINUS}{rest}").into(),
        None => text.into(),
    }
}

/// How long is left, said roughly, because it is a guess: `about 3 min left`.
pub fn time_left(seconds: f64) -> String {
    if !seconds.is_finite() || seconds < 0.0 {
        return String::new();
    }
    match seconds {
        s if s < 5.0 => "a few seconds left".to_owned(),
        s if s < 55.0 => format!("about {} s left", (s / 5.0).round() as u64 * 5),
        s if s < 3_300.0 => format!("about {} min left", (s / 60.0).round().max(1.0) as u64),
        s => format!("about {} h left", (s / 3_600.0).round().max(1.0) as u64),
    }
}

/// A share from 0 to 1 as a percentage: `0 %`, `0.32 %`, `12.3 %`, `100 %`.
pub fn percent(share: f64) -> String {
    if !share.is_finite() {
        return MISSING.to_owned();
    }
    let value = share * 100.0;
    let size = value.abs();
    let digits = if size == 0.0 || size >= 99.95 {
        format!("{size:.0}")
    } else if size >= 10.0 {
        format!("{size:.1}")
    } else if size >= 0.01 {
        format!("{size:.2}")
    } else {
        "<0.01".to_owned()
    };
    format!("{} %", signed(value, &digits))
}

/// How long ago, from two moments in milliseconds: `just now`, `5 min ago`, `3 d ago`.
pub fn ago(now_millis: i64, then_millis: i64) -> String {
    let seconds = now_millis.saturating_sub(then_millis).max(0) / 1_000;
    match seconds {
        0..10 => "just now".to_owned(),
        10..60 => format!("{seconds} s ago"),
        60..3_600 => format!("{} min ago", seconds / 60),
        3_600..86_400 => format!("{} h ago", seconds / 3_600),
        86_400..2_592_000 => format!("{} d ago", seconds / 86_400),
        2_592_000..31_536_000 => format!("{} months ago", (seconds / 2_592_000).max(1)),
        _ => format!("{} years ago", (seconds / 31_536_000).max(1)),
    }
}

fn pair(first: u64, first_unit: &str, second: u64, second_unit: &str) -> String {
    if second == 0 {
        format!("{first} {first_unit}")
    } else {
        format!("{first} {first_unit} {second} {second_unit}")
    }
}

fn three_digits(value: f64) -> String {
    let decimals = match value {
        v if v < 9.995 => 2,
        v if v < 99.95 => 1,
        _ => 0,
    };
    format!("{value:.decimals$}")
}

fn signed(value: f64, digits: &str) -> String {
    if value < 0.0 {
        format!("{MINUS}{digits}")
    } else {
        digits.to_owned()
    }
}

/// `3.2e-7` with the exponent's minus as people write it.
fn scientific(size: f64) -> String {
    let text = format!("{size:.2e}");
    match text.split_once('e') {
        Some((digits, exponent)) => {
            let exponent = exponent.replace('-', &MINUS.to_string());
            format!("{}e{exponent}", trimmed(digits))
        }
        None => text,
    }
}

/// Without the zeros at the end when nothing was rounded away, so that `13` means 13 and `13.00` nearly 13.
fn exact(digits: &str, size: f64) -> String {
    let is_exact = digits
        .parse::<f64>()
        .is_ok_and(|written| (written - size).abs() <= size * 1e-9);
    if is_exact {
        trimmed(digits)
    } else {
        digits.to_owned()
    }
}

/// Without the zeros at the end of the decimals.
fn trimmed(digits: &str) -> String {
    if digits.contains('.') {
        digits
            .trim_end_matches('0')
            .trim_end_matches('.')
            .to_owned()
    } else {
        digits.to_owned()
    }
}

/// Thousands apart, before the point only; four digits stay together with their neighbours.
fn grouped(digits: &str) -> String {
    let (whole, rest) = digits.split_once('.').unwrap_or((digits, ""));
    let mut text = String::with_capacity(digits.len() + whole.len());
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            text.push(THIN);
        }
        text.push(digit);
    }
    if !rest.is_empty() {
        text.push('.');
        text.push_str(rest);
    }
    text
}
