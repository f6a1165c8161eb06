//! What the journal says of facts, which facts it asks for, and how trusted the chain is.

use contract::{Digest, JournalHead, JournalView, Timestamp, Verified};
use expect_test::expect;

use super::data::{BLOCK, FactLine, RunNumbers, Trust, block_around, on_page, seq_of_row};
use crate::states;

#[test]
fn every_fact_is_a_sentence() {
    let mut runs = RunNumbers::default();
    // The fifth run is not known, so it is called by its id.
    runs.refresh(&states::road().runs[..4]);
    let text: String = states::facts(40)
        .iter()
        .filter(|record| !(8..30).contains(&record.seq))
        .map(|record| {
            let line = FactLine::of(&record.fact, &runs);
            let about = line.about.map(|about| about.written_id());
            format!(
                "{} {} | {} | {:?} | {}\n",
                record.seq,
                line.what,
                line.detail,
                line.tone,
                about.unwrap_or_default()
            )
        })
        .collect();
    expect![[r#"
        1 Project created | Wine cellar | Accent | 
        2 Data added | wine@1, 178 rows, 14 columns | Done | wine@1
        3 Data added | iris@1, 150 rows, 5 columns | Done | iris@1
        4 Data added | wine@2, 160 rows, 14 columns | Done | wine@2
        5 Data recognised | iris (1).csv is iris@1 | Neutral | iris@1
        6 Run started | run 1 predicts cultivar of wine@1 on NVIDIA RTX 4070 | Accent | run-zb1zx3tc
        7 Checkpoint saved | run 1 epoch 1 | Neutral | run-zb1zx3tc
        30 Checkpoint saved | run 1 epoch 24 | Neutral | run-zb1zx3tc
        31 Run finished | run 1 after 89 epochs in 27.6 s | Done | run-zb1zx3tc
        32 Model registered | wine@1 from run 1 | Done | model:wine@1
        33 Alias set | champion is wine@1 | Accent | model:wine@1
        34 Endpoint started | wine@1 | Done | endpoint:wine
        35 Run started | run 4 predicts species of iris@1 on NVIDIA RTX 4070 | Accent | run-neyyeg36
        36 Run failed | run 4: The loss became NaN at epoch 12; the learning rate 10 is too high for this data | Fail | run-neyyeg36
        37 Folder watched | /home/ada/data/incoming | Neutral | 
        38 Journal verified | 36 facts | Done | 
        39 Run interrupted | run-qd41by6h | Warn | run-qd41by6h
    "#]].assert_eq(&text);
}

#[test]
fn the_newest_fact_stands_at_the_top() {
    assert_eq!(seq_of_row(0, 500), 500);
    assert_eq!(seq_of_row(499, 500), 1);
}

#[test]
fn whole_blocks_are_asked_for_and_cover_the_rows() {
    assert_eq!(block_around(0..30, 1_000), 897..1_001);
    assert_eq!(block_around(970..1_000, 1_000), 1..129);
    assert_eq!(block_around(0..5, 5), 1..6);
    assert_eq!(block_around(0..0, 5), 0..0);
    assert_eq!(block_around(0..5, 0), 0..0);
    for facts in [1, 127, 128, 129, 5_000] {
        for first in (0..facts).step_by(17) {
            let rows = first..(first + 40).min(facts);
            let window = block_around(rows.clone(), facts);
            assert!(
                window.end <= facts + 1 && window.start >= 1,
                "{window:?} of {facts}"
            );
            assert_eq!((window.start - 1) % BLOCK, 0);
            for row in rows {
                assert!(
                    window.contains(&seq_of_row(row, facts)),
                    "{row} in {window:?}"
                );
            }
        }
    }
}

#[test]
fn a_fact_is_found_on_the_page_by_its_number_alone() {
    let facts = states::facts(40);
    let page = &facts[10..30];
    assert_eq!(on_page(page, 11).map(|record| record.seq), Some(11));
    assert_eq!(on_page(page, 30).map(|record| record.seq), Some(30));
    assert_eq!(on_page(page, 10), None);
    assert_eq!(on_page(page, 31), None);
    assert_eq!(on_page(&[], 1), None);
}

#[test]
fn trust_says_when_and_what_came_since() {
    let now = Timestamp {
        unix_millis: 10_000_000,
    };
    let trust = |seq, verified: Option<(i64, u64)>| {
        let journal = JournalView {
            head: Some(JournalHead {
                seq,
                hash: Digest::new("0"),
            }),
            verified: verified.map(|(ago, facts)| Verified {
                at: Timestamp {
                    unix_millis: now.unix_millis - ago * 1_000,
                },
                facts,
            }),
            ..JournalView::default()
        };
        let trust = Trust::of(&journal, now);
        format!("{} | {:?}", trust.text, trust.tone)
    };
    expect!["Not verified since the project was opened | Neutral"].assert_eq(&trust(40, None));
    expect!["Verified 2 min ago, all 39 facts | Done"].assert_eq(&trust(40, Some((120, 39))));
    expect!["Verified just now, all 1 fact | Done"].assert_eq(&trust(2, Some((1, 1))));
    expect!["Verified 1 h ago, 7 facts since | Done"].assert_eq(&trust(47, Some((3_600, 39))));
}
