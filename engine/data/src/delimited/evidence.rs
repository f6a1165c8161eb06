//! What the fields of a column look like, and the type that follows from it.

use contract::ColumnType;

/// Read as missing where a column otherwise holds numbers, booleans or times; in a column of text they stay text (`NA` is also Namibia).
/// An empty field is missing in every column.
pub const MISSING_WORDS: [&str; 12] = [
    "NA", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "NULL", "Null", "null", "None", "?",
];

/// What one field may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Empty,
    MissingWord,
    /// Written as the number itself would be: no sign `+`, no leading zeros, within 64 bits.
    Integer,
    Float,
    Boolean,
    Time,
    Text,
}

/// Counts over the fields of one column.
#[derive(Clone, Debug, Default)]
pub(crate) struct Evidence {
    present: u64,
    integers: u64,
    floats: u64,
    booleans: u64,
    times: u64,
    pub(crate) missing_words: u64,
    /// Fields with spaces around their value.
    pub(crate) padded: u64,
    /// Times with a zone other than UTC's `Z`.
    pub(crate) zoned: u64,
}

impl Evidence {
    pub(crate) fn add(&mut self, field: &[u8], decimal: u8) {
        let value = field.trim_ascii();
        let kind = classify(value, decimal);
        self.padded += u64::from(value.len() != field.len());
        self.present += u64::from(!matches!(kind, Field::Empty | Field::MissingWord));
        match kind {
            Field::Integer => self.integers += 1,
            Field::Float => self.floats += 1,
            Field::Boolean => self.booleans += 1,
            Field::Time => {
                self.times += 1;
                let clock = value.get(11..).unwrap_or_default();
                self.zoned += u64::from(clock.iter().any(|byte| matches!(byte, b'+' | b'-')));
            }
            Field::MissingWord => self.missing_words += 1,
            Field::Empty | Field::Text => {}
        }
    }

    /// The narrowest type that holds every field. A column with no value at all is text, which loses nothing that may come.
    pub(crate) fn column_type(&self) -> ColumnType {
        let all = |count: u64| self.present > 0 && count == self.present;
        if all(self.booleans) {
            ColumnType::Boolean
        } else if all(self.integers) {
            ColumnType::Integer
        } else if all(self.integers + self.floats) {
            ColumnType::Float
        } else if all(self.times) {
            ColumnType::Timestamp
        } else {
            ColumnType::Text
        }
    }

    pub(crate) fn has_values(&self) -> bool {
        self.present > 0
    }
}

/// What a value without spaces around it is.
pub(crate) fn classify(value: &[u8], decimal: u8) -> Field {
    let Some(first) = value.first() else {
        return Field::Empty;
    };
    if is_missing_word(value) {
        return Field::MissingWord;
    }
    match first {
        b'0'..=b'9' | b'+' | b'-' | b'.' | b',' => {
            if is_integer(value) {
                Field::Integer
            } else if is_float(value, decimal) {
                Field::Float
            } else if is_time(value) {
                Field::Time
            } else {
                Field::Text
            }
        }
        b't' | b'T' | b'f' | b'F' if is_boolean(value) => Field::Boolean,
        b'i' | b'I' if is_infinite(value) => Field::Float,
        _ => Field::Text,
    }
}

/// Whether a person would call it a number, leading zeros and all.
pub(crate) fn looks_numeric(value: &str) -> bool {
    let value = value.trim();
    value.parse::<f64>().is_ok() && !value.is_empty()
}

pub(crate) fn is_missing_word(value: &[u8]) -> bool {
    value.len() <= 4 && MISSING_WORDS.iter().any(|word| word.as_bytes() == value)
}

/// Exactly what the number itself would print as: a postal code `01234` and an account of 20 digits stay text.
fn is_integer(value: &[u8]) -> bool {
    let digits = value.strip_prefix(b"-").unwrap_or(value);
    let is_canonical = match digits {
        [b'0'] => digits.len() == value.len(),
        [b'1'..=b'9', rest @ ..] => rest.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    is_canonical
        && (digits.len() < 19
            || std::str::from_utf8(value).is_ok_and(|text| text.parse::<i64>().is_ok()))
}

/// `[+-] digits [. digits] [e [+-] digits]` without a leading zero; what is all digits is an integer or an id, never this.
fn is_float(value: &[u8], decimal: u8) -> bool {
    let (sign, unsigned) = match value.split_first() {
        Some((sign @ (b'+' | b'-'), rest)) => (Some(sign), rest),
        _ => (None, value),
    };
    if is_infinite(unsigned) {
        return true;
    }
    let (whole, rest) = digits(unsigned);
    let (fraction, rest) = match rest.split_first() {
        Some((point, rest)) if *point == decimal => {
            let (fraction, rest) = digits(rest);
            (Some(fraction), rest)
        }
        _ => (None, rest),
    };
    let exponent = match rest.split_first() {
        None => None,
        Some((b'e' | b'E', rest)) => {
            let rest = rest
                .strip_prefix(b"-")
                .or_else(|| rest.strip_prefix(b"+"))
                .unwrap_or(rest);
            let (exponent, rest) = digits(rest);
            if exponent.is_empty() || !rest.is_empty() {
                return false;
            }
            Some(exponent)
        }
        Some(_) => return false,
    };
    let has_digits = !whole.is_empty() || fraction.is_some_and(|fraction| !fraction.is_empty());
    let has_leading_zero = whole.len() > 1 && whole.starts_with(b"0");
    // `+5` and `-0` do not print like that as integers, so they are floats. What else comes here without a point is an id of 20 digits or
    // a telephone number.
    let is_marked = fraction.is_some()
        || exponent.is_some()
        || (sign == Some(&b'+') && whole.len() < 8)
        || (sign == Some(&b'-') && whole == b"0");
    has_digits && !has_leading_zero && is_marked
}

fn digits(value: &[u8]) -> (&[u8], &[u8]) {
    let end = value
        .iter()
        .position(|byte| !byte.is_ascii_digit())
        .unwrap_or(value.len());
    value.split_at(end)
}

fn is_boolean(value: &[u8]) -> bool {
    value.eq_ignore_ascii_case(b"true") || value.eq_ignore_ascii_case(b"false")
}

fn is_infinite(value: &[u8]) -> bool {
    value.eq_ignore_ascii_case(b"inf") || value.eq_ignore_ascii_case(b"infinity")
}

/// ISO 8601: a date, or a date and a time, with or without a zone. Other orders of day and month are ambiguous and stay text.
fn is_time(value: &[u8]) -> bool {
    let Some((date, rest)) = value.split_at_checked(10) else {
        return false;
    };
    if !is_date(date) {
        return false;
    }
    match rest.split_first() {
        None => true,
        Some((b' ' | b'T', clock)) => is_clock(clock),
        Some(_) => false,
    }
}

fn is_date(date: &[u8]) -> bool {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = date else {
        return false;
    };
    let Some(year) = number(&[*y1, *y2, *y3, *y4]) else {
        return false;
    };
    let (Some(month), Some(day)) = (number(&[*m1, *m2]), number(&[*d1, *d2])) else {
        return false;
    };
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    year > 0 && (1..=days).contains(&day)
}

/// `hh:mm[:ss[.ffffff]]`, then `Z` or `±hh[:mm]` or nothing.
fn is_clock(clock: &[u8]) -> bool {
    let zone = clock
        .iter()
        .position(|byte| matches!(byte, b'Z' | b'+' | b'-'));
    let (clock, zone) = clock.split_at(zone.unwrap_or(clock.len()));
    let is_zone = match zone {
        [] | [b'Z'] => true,
        [_, h1, h2] => number(&[*h1, *h2]).is_some_and(|hour| hour < 15),
        [_, h1, h2, b':', m1, m2] => {
            number(&[*h1, *h2]).is_some_and(|hour| hour < 15)
                && number(&[*m1, *m2]).is_some_and(|minute| minute < 60)
        }
        _ => false,
    };
    let fits = |digits: &[u8], limit: u32| number(digits).is_some_and(|value| value < limit);
    let is_clock = match clock {
        [h1, h2, b':', m1, m2] => fits(&[*h1, *h2], 24) && fits(&[*m1, *m2], 60),
        [h1, h2, b':', m1, m2, b':', s1, s2, fraction @ ..] => {
            let is_fraction = match fraction.split_first() {
                None => true,
                Some((b'.', digits)) => {
                    (1..=6).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit)
                }
                Some(_) => false,
            };
            fits(&[*h1, *h2], 24) && fits(&[*m1, *m2], 60) && fits(&[*s1, *s2], 60) && is_fraction
        }
        _ => false,
    };
    is_clock && is_zone
}

fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |value, digit| {
        digit
            .is_ascii_digit()
            .then(|| value * 10 + u32::from(digit - b'0'))
    })
}
