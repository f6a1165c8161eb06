//! What the fields of a column look like, and the type that follows from it.

use contract::{ColumnType, DateOrder};

use super::times::{self, Orders, Told, digits};

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
    /// A time whose date does not begin with its year.
    Date(Orders),
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
    /// Dates that do not begin with their year; of them those that can be read in the one order, in the other, and with points.
    dates: u64,
    day_first: u64,
    month_first: u64,
    dotted: u64,
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
            Field::Date(orders) => {
                self.dates += 1;
                self.day_first += u64::from(orders.day_first);
                self.month_first += u64::from(orders.month_first);
                self.dotted += u64::from(orders.is_dotted);
            }
            Field::MissingWord => self.missing_words += 1,
            Field::Empty | Field::Text => {}
        }
    }

    /// The narrowest type that holds every field, where dates are read in `order`. A column with no value at all is text, which loses
    /// nothing that may come.
    pub(crate) fn column_type(&self, order: Option<DateOrder>) -> ColumnType {
        let dates = match order {
            Some(DateOrder::DayFirst) => self.day_first,
            Some(DateOrder::MonthFirst) => self.month_first,
            None => 0,
        };
        let all = |count: u64| self.present > 0 && count == self.present;
        if all(self.booleans) {
            ColumnType::Boolean
        } else if all(self.integers) {
            ColumnType::Integer
        } else if all(self.integers + self.floats) {
            ColumnType::Float
        } else if all(self.times + dates) {
            ColumnType::Timestamp
        } else {
            ColumnType::Text
        }
    }

    pub(crate) fn has_values(&self) -> bool {
        self.present > 0
    }

    pub(crate) fn has_dates(&self) -> bool {
        self.dates > 0
    }

    /// What there is, is a time.
    pub(crate) fn is_of_times(&self) -> bool {
        self.times + self.dates == self.present
    }

    /// What a column of nothing but times says of the order of its dates.
    pub(crate) fn told(&self) -> Told {
        if self.dates == 0 || !self.is_of_times() {
            return Told::Nothing;
        }
        let (day_first, month_first) =
            (self.day_first == self.dates, self.month_first == self.dates);
        match (day_first, month_first) {
            (true, true) if self.dotted > 0 => Told::Order(DateOrder::DayFirst),
            (true, false) => Told::Order(DateOrder::DayFirst),
            (false, true) => Told::Order(DateOrder::MonthFirst),
            (true, true) | (false, false) => Told::Unclear,
        }
    }
}

/// What the columns of a file say together: those that are clear speak for those that are not, unless they disagree.
pub(crate) fn told(evidence: &[Evidence]) -> Told {
    let mut orders = evidence
        .iter()
        .filter_map(|evidence| evidence.told().order());
    let is_unclear = |evidence: &Evidence| evidence.told() == Told::Unclear;
    match orders.next() {
        Some(first) if orders.all(|order| order == first) => Told::Order(first),
        Some(_) => Told::Unclear,
        None if evidence.iter().any(is_unclear) => Told::Unclear,
        None => Told::Nothing,
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
            } else if times::is_iso(value) {
                Field::Time
            } else {
                times::orders(value).map_or(Field::Text, Field::Date)
            }
        }
        b't' | b'T' | b'f' | b'F' if is_boolean(value) => Field::Boolean,
        b'i' | b'I' if is_infinite(value) => Field::Float,
        _ => Field::Text,
    }
}

/// Whether it is a date that does not begin with its year.
pub(crate) fn is_date(value: &str) -> bool {
    matches!(classify(value.trim().as_bytes(), b'.'), Field::Date(_))
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

fn is_boolean(value: &[u8]) -> bool {
    value.eq_ignore_ascii_case(b"true") || value.eq_ignore_ascii_case(b"false")
}

fn is_infinite(value: &[u8]) -> bool {
    value.eq_ignore_ascii_case(b"inf") || value.eq_ignore_ascii_case(b"infinity")
}
