//! The counters and splitters underneath, cut at every byte.

use crate::delimited::records::RecordScan;
use crate::encoding::Utf8Check;

/// Blocks may end anywhere: inside quotes, between `\r` and `\n`, between two quotes.
#[test]
fn records_are_counted_the_same_wherever_a_block_ends() {
    let text =
        b"\xef\xbb\xbf\"a\",b\r\n1,\"x \"\"y\"\"\r\nz\"\r\n\r\n2, \"q\"\n3,it\"s\rlast,\"open";
    let count = |cut: usize| {
        let mut scan = RecordScan::new(b',', Some(b'"'));
        scan.feed(&text[..cut]);
        scan.feed(&text[cut..]);
        scan.finish();
        (scan.records, scan.blank, scan.ends)
    };
    let whole = count(0);
    assert_eq!((whole.0, whole.1), (6, 1));
    assert_eq!(
        (
            whole.2.line_feeds,
            whole.2.returns_and_line_feeds,
            whole.2.returns
        ),
        (1, 3, 1)
    );
    for cut in 0..=text.len() {
        assert_eq!(count(cut), whole, "cut at {cut}");
    }
}

#[test]
fn utf_8_is_recognised_wherever_a_block_ends() {
    let text = "plain, Zürich, 漢字, 🦀 and more".as_bytes();
    for first in 0..=text.len() {
        for second in first..=text.len() {
            let mut check = Utf8Check::default();
            check.feed(&text[..first]);
            check.feed(&text[first..second]);
            check.feed(&text[second..]);
            assert_eq!(
                check.verdict().name(),
                "UTF-8",
                "cut at {first} and {second}"
            );
        }
    }
    let latin: Vec<u8> = text
        .iter()
        .map(|byte| if byte.is_ascii() { *byte } else { 0xfc })
        .collect();
    for cut in 0..=latin.len() {
        let mut check = Utf8Check::default();
        check.feed(&latin[..cut]);
        check.feed(&latin[cut..]);
        assert_ne!(check.verdict().name(), "UTF-8", "cut at {cut}");
    }
}
