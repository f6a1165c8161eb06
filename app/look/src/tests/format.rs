//! Numbers as people read them.

use crate::format::*;

/// A narrow space between thousands would be hard to see in a test, so it is written `_`.
fn check(written: String, expected: &str) {
    assert_eq!(written.replace('\u{202f}', "_"), expected);
}

#[test]
fn numbers_have_four_digits() {
    check(number(0.0), "0");
    check(number(0.947_368_4), "0.9474");
    check(number(-0.5), "−0.5");
    check(number(12.345_67), "12.35");
    check(number(1_234.56), "1_235");
    check(number(9_999.6), "10_000");
    check(number(12_345_678.0), "12_345_678");
    check(number(3.0), "3");
    check(number(13.000_6), "13.00");
    check(number(0.1 + 0.2), "0.3");
    check(number(0.000_123_4), "0.0001234");
    check(number(3.2e-7), "3.2e−7");
    check(number(-6.02e23), "−6.02e23");
    check(number(f64::NAN), "–");
    check(number(f64::INFINITY), "∞");
    check(number(f64::NEG_INFINITY), "−∞");
    check(optional(None), "–");
    check(optional(Some(1.5)), "1.5");
}

#[test]
fn metrics_stand_under_each_other() {
    check(metric(0.9), "0.9000");
    check(metric(0.973_684), "0.9737");
    check(metric(1.0), "1.0000");
    check(metric(123.4), "123.4");
    check(metric(f64::NAN), "–");
}

#[test]
fn counts_have_their_thousands_apart() {
    check(count(0), "0");
    check(count(999), "999");
    check(count(1_000), "1_000");
    check(count(1_234_567), "1_234_567");
    check(counted(1, "row", "rows"), "1 row");
    check(counted(2_000, "row", "rows"), "2_000 rows");
}

#[test]
fn bytes_have_three_digits() {
    check(bytes(0), "0 B");
    check(bytes(1_023), "1023 B");
    check(bytes(1_024), "1.00 KB");
    check(bytes(1_536), "1.50 KB");
    check(bytes(10 * 1_024), "10.0 KB");
    check(bytes(300 * 1_024 * 1_024), "300 MB");
    check(bytes(1_023 * 1_024 * 1_024), "1.00 GB");
    check(bytes(u64::MAX), "16384 PB");
}

#[test]
fn what_was_measured_in_whole_microseconds_has_no_false_digit() {
    check(micros(0), "0 µs");
    check(micros(13), "13 µs");
    check(micros(412), "412 µs");
    check(micros(1_250), "1.25 ms");
    check(micros(2_000_000), "2.00 s");
}

#[test]
fn a_number_of_a_file_has_our_minus() {
    assert_eq!(with_minus("-0.827"), "−0.827");
    assert_eq!(with_minus("3-4"), "3-4");
}

#[test]
fn durations_have_two_units_at_most() {
    check(duration(0.0), "0 s");
    check(duration(12e-6), "12.0 µs");
    check(duration(0.012_5), "12.5 ms");
    check(duration(0.999_9), "1.00 s");
    check(duration(3.417), "3.42 s");
    check(duration(59.96), "1 min");
    check(duration(125.0), "2 min 5 s");
    check(duration(3_840.0), "1 h 4 min");
    check(duration(183_600.0), "2 d 3 h");
    check(duration(f64::NAN), "–");
    check(duration(-1.0), "–");
    check(time_left(2.0), "a few seconds left");
    check(time_left(42.0), "about 40 s left");
    check(time_left(200.0), "about 3 min left");
    check(time_left(10_000.0), "about 3 h left");
    check(time_left(f64::INFINITY), "");
}

#[test]
fn shares_are_percentages() {
    check(percent(0.0), "0 %");
    check(percent(0.003_2), "0.32 %");
    check(percent(0.123_4), "12.3 %");
    check(percent(1.0), "100 %");
    check(percent(0.000_001), "<0.01 %");
    check(percent(-0.05), "−5.00 %");
    check(percent(f64::NAN), "–");
}

#[test]
fn moments_are_relative() {
    let minute = 60_000;
    check(ago(1_000, 0), "just now");
    check(ago(30_000, 0), "30 s ago");
    check(ago(5 * minute, 0), "5 min ago");
    check(ago(3 * 60 * minute, 0), "3 h ago");
    check(ago(72 * 60 * minute, 0), "3 d ago");
    check(ago(60 * 24 * 60 * minute, 0), "2 months ago");
    check(ago(800 * 24 * 60 * minute, 0), "2 years ago");
    // A clock that was set back says nothing about the future.
    check(ago(0, 5_000), "just now");
}

#[test]
fn a_file_is_called_by_the_last_part_of_its_path() {
    let check = |path: &str, name: &str| assert_eq!(file_name(path.as_ref()), name);
    check("/home/ada/data/wine.csv", "wine.csv");
    check("/home/ada/data/", "data");
    check("wine.csv", "wine.csv");
    check("/", "/");
    check("..", "..");
}
