//! Fuzzy matching ranks as a person would.

use crate::fuzzy::fuzzy;

/// The texts that match, best first.
fn check(query: &str, texts: &[&str], expected: &[&str]) {
    let mut found: Vec<(i32, &str)> = texts
        .iter()
        .filter_map(|text| fuzzy(query, text).map(|found| (found.score, *text)))
        .collect();
    found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    let names: Vec<&str> = found.into_iter().map(|(_, text)| text).collect();
    assert_eq!(names, expected, "{query}");
}

#[test]
fn word_starts_win_and_letters_must_be_in_order() {
    check(
        "ip",
        &["Import files…", "Open project…", "Pipelines"],
        &["Import files…", "Pipelines"],
    );
    check(
        "op",
        &["Open project…", "Stop the selected run"],
        &["Open project…", "Stop the selected run"],
    );
    check(
        "vj",
        &["Verify the journal", "Journal"],
        &["Verify the journal"],
    );
    check("zo", &["Open project…"], &[]);
}

#[test]
fn the_whole_word_beats_the_scattered_one() {
    check(
        "run",
        &["Run 12", "Register the unknown"],
        &["Run 12", "Register the unknown"],
    );
    check(
        "wine",
        &["wine", "Open the wine sample", "winery of the north east"],
        &["wine", "winery of the north east", "Open the wine sample"],
    );
}

#[test]
fn case_and_accents_are_letters_like_others() {
    check("ÜBER", &["über-daten", "uber"], &["über-daten"]);
    assert_eq!(fuzzy("", "anything").map(|found| found.score), Some(0));
    assert_eq!(fuzzy("longer than the text", "short"), None);
}

#[test]
fn the_matched_letters_are_told() {
    assert_eq!(
        fuzzy("imf", "Import files…").map(|found| found.places),
        Some(vec![0, 1, 7])
    );
    assert_eq!(
        fuzzy("dt", "Dark theme").map(|found| found.places),
        Some(vec![0, 5])
    );
}

#[test]
fn far_letters_are_found_too() {
    let text = format!("a{}z", "x".repeat(60));
    assert_eq!(
        fuzzy("az", &text).map(|found| found.places),
        Some(vec![0, 61])
    );
}
