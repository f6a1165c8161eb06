//! Times as they are written: ISO 8601, and dates that begin with their day or their month.

use contract::DateOrder;

/// The orders that a date can be read in. One that fits none is no date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Orders {
    pub(crate) day_first: bool,
    pub(crate) month_first: bool,
    /// `13.01.2024`: nobody who writes points begins with the month.
    pub(crate) is_dotted: bool,
}

/// What the dates of one column, or of all columns of a file, say of their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// There is no date that needs an order.
    Nothing,
    Order(DateOrder),
    /// Each date fits both orders, or some fit only the one and some only the other.
    Unclear,
}

impl Told {
    pub(crate) fn order(self) -> Option<DateOrder> {
        match self {
            Self::Order(order) => Some(order),
            Self::Nothing | Self::Unclear => None,
        }
    }
}

/// ISO 8601: a date, or a date and a time, with or without a zone.
pub(crate) fn is_iso(value: &[u8]) -> bool {
    let Some((date, rest)) = value.split_at_checked(10) else {
        return false;
    };
    is_iso_date(date) && is_end_or_clock(rest, 2)
}

/// `13.01.2024`, `1/13/2024 9:05`, `13-01-2024T09:05:00Z`: a date whose year has four digits and comes last, and perhaps a time.
/// `None` if it is no date in either order.
pub(crate) fn orders(value: &[u8]) -> Option<Orders> {
    let (first, rest) = digits(value);
    let (mark, rest) = rest.split_first()?;
    let (second, rest) = digits(rest);
    let (same_mark, rest) = rest.split_first()?;
    let (year, rest) = digits(rest);
    let is_short = |part: &[u8]| matches!(part.len(), 1 | 2);
    let is_shaped = matches!(mark, b'.' | b'/' | b'-') && mark == same_mark && year.len() == 4;
    if !is_shaped || !is_short(first) || !is_short(second) || !is_end_or_clock(rest, 1) {
        return None;
    }
    let (first, second, year) = (number(first)?, number(second)?, number(year)?);
    let orders = Orders {
        day_first: is_day(year, second, first),
        month_first: is_day(year, first, second),
        is_dotted: *mark == b'.',
    };
    (orders.day_first || orders.month_first).then_some(orders)
}

/// The digits that a value begins with, and what follows them.
pub(crate) fn digits(value: &[u8]) -> (&[u8], &[u8]) {
    let end = value
        .iter()
        .position(|byte| !byte.is_ascii_digit())
        .unwrap_or(value.len());
    value.split_at(end)
}

fn is_iso_date(date: &[u8]) -> bool {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = date else {
        return false;
    };
    let (year, month, day) = (
        number(&[*y1, *y2, *y3, *y4]),
        number(&[*m1, *m2]),
        number(&[*d1, *d2]),
    );
    match (year, month, day) {
        (Some(year), Some(month), Some(day)) => is_day(year, month, day),
        _ => false,
    }
}

fn is_day(year: u32, month: u32, day: u32) -> bool {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    year > 0 && (1..=days).contains(&day)
}

/// Nothing, or a space or `T` and a time of day.
fn is_end_or_clock(rest: &[u8], shortest_hour: usize) -> bool {
    match rest.split_first() {
        None => true,
        Some((b' ' | b'T', clock)) => is_clock(clock, shortest_hour),
        Some(_) => false,
    }
}

/// `hh:mm[:ss[.ffffff]]`, then `Z` or `±hh[:mm]` or nothing.
fn is_clock(clock: &[u8], shortest_hour: usize) -> bool {
    let zone = clock
        .iter()
        .position(|byte| matches!(byte, b'Z' | b'+' | b'-'));
    let (clock, zone) = clock.split_at(zone.unwrap_or(clock.len()));
    let fits = |digits: &[u8], limit: u32| number(digits).is_some_and(|value| value < limit);
    let is_zone = match zone {
        [] | [b'Z'] => true,
        [_, h1, h2] => fits(&[*h1, *h2], 15),
        [_, h1, h2, b':', m1, m2] => fits(&[*h1, *h2], 15) && fits(&[*m1, *m2], 60),
        _ => false,
    };
    let (hour, rest) = digits(clock);
    let is_hour = (shortest_hour..=2).contains(&hour.len()) && fits(hour, 24);
    let is_rest = match rest {
        [b':', m1, m2] => fits(&[*m1, *m2], 60),
        [b':', m1, m2, b':', s1, s2, fraction @ ..] => {
            let is_fraction = match fraction.split_first() {
                None => true,
                Some((b'.', digits)) => {
                    (1..=6).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit)
                }
                Some(_) => false,
            };
            fits(&[*m1, *m2], 60) && fits(&[*s1, *s2], 60) && is_fraction
        }
        _ => false,
    };
    is_hour && is_rest && is_zone
}

fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |value, digit| {
        digit
            .is_ascii_digit()
            .then(|| value * 10 + u32::from(digit - b'0'))
    })
}
