//! Streams: the published sequence, fair draws, and independence of purpose and place.

use crate::random::{Purpose, Stream, fingerprint, fingerprint_values};

#[test]
fn draws_are_uniform_and_shuffles_keep_every_item() {
    let mut stream = Stream::new(1, Purpose::Shuffle, [0, 0]);
    let mut counts = [0u32; 7];
    for _ in 0..70_000 {
        counts[stream.below(7) as usize] += 1;
    }
    // Five standard deviations of a binomial with n = 70 000 and p = 1/7 are 463.
    assert!(
        counts.iter().all(|count| count.abs_diff(10_000) < 463),
        "{counts:?}"
    );

    let mut items: Vec<u32> = (0..1000).collect();
    stream.shuffle(&mut items);
    assert_ne!(items, (0..1000).collect::<Vec<_>>());
    items.sort_unstable();
    assert_eq!(items, (0..1000).collect::<Vec<_>>());

    let mean = (0..10_000).map(|_| stream.unit()).sum::<f64>() / 10_000.0;
    assert!((mean - 0.5).abs() < 0.015, "{mean}");
}

#[test]
fn a_mask_drops_its_share_and_keeps_the_mean() {
    for dropped in [0.1, 0.5, 0.9] {
        let mask = Stream::new(3, Purpose::Dropout, [0, 0]).dropout_mask(100_003, dropped);
        let zeros = mask.iter().filter(|value| **value == 0.0).count() as f64 / mask.len() as f64;
        assert!((zeros - dropped).abs() < 0.01, "{zeros} of {dropped}");
        let mean = mask.iter().sum::<f32>() / mask.len() as f32;
        assert!((mean - 1.0).abs() < 0.05, "{mean}");
    }
}

#[test]
fn seed_purpose_and_place_each_make_another_stream() {
    let first = |seed, purpose, place| Stream::new(seed, purpose, place).next();
    let own = first(1, Purpose::Split, [0, 0]);
    assert_eq!(own, first(1, Purpose::Split, [0, 0]));
    for other in [
        first(2, Purpose::Split, [0, 0]),
        first(1, Purpose::Weights, [0, 0]),
        first(1, Purpose::Split, [1, 0]),
        first(1, Purpose::Split, [0, 1]),
    ] {
        assert_ne!(own, other);
    }
}

#[test]
fn a_fingerprint_notices_one_bit() {
    let bytes = [7u8; 37];
    for place in 0..bytes.len() {
        let mut changed = bytes;
        changed[place] ^= 1;
        assert_ne!(fingerprint(0, &bytes), fingerprint(0, &changed));
    }
    assert_ne!(
        fingerprint_values(0, &[0.0]),
        fingerprint_values(0, &[-0.0])
    );
    assert_ne!(fingerprint_values(0, &[]), fingerprint_values(0, &[0.0]));
}
