//! The work area: places have one tile each, and what was kept comes back.

use panels::Place;

use crate::tiles::{Layout, arrangement};

fn sorted(layout: &Layout) -> Vec<Place> {
    let mut places = layout.places();
    places.sort();
    places
}

#[test]
fn going_turns_the_tile_and_splits_only_when_asked() {
    let mut layout = Layout::default();
    assert_eq!(layout.place(), Place::Home);
    layout.go(Place::Datasets);
    assert_eq!((layout.place(), layout.tile_count()), (Place::Datasets, 1));
    layout.open_beside(Place::Experiments);
    assert_eq!(
        (layout.place(), layout.tile_count()),
        (Place::Experiments, 2)
    );
    // A place that has a tile gets the focus there.
    layout.go(Place::Datasets);
    assert_eq!((layout.place(), layout.tile_count()), (Place::Datasets, 2));
    layout.open_beside(Place::Experiments);
    assert_eq!(layout.tile_count(), 2);
    // Experiments had the focus, so its tile turns.
    layout.go(Place::Serving);
    assert_eq!(sorted(&layout), [Place::Datasets, Place::Serving]);
}

#[test]
fn the_last_tile_stays() {
    let mut layout = Layout::default();
    layout.close_focused();
    assert_eq!(layout.tile_count(), 1);
    layout.open_beside(Place::Registry);
    layout.close_focused();
    assert_eq!((layout.place(), layout.tile_count()), (Place::Home, 1));
}

#[test]
fn a_layout_comes_back() {
    let mut layout = Layout::default();
    layout.go(Place::Experiments);
    layout.open_beside(Place::Registry);
    layout.open_beside(Place::Serving);
    layout.inspector_is_open = false;
    assert!(layout.take_changed() && !layout.take_changed());
    let again = Layout::read(Some(&layout.written()));
    assert_eq!(sorted(&again), sorted(&layout));
    assert_eq!(again.place(), Place::Serving);
    assert!(!again.inspector_is_open);
}

#[test]
fn what_cannot_be_read_is_one_tile() {
    for text in [
        None,
        Some(""),
        Some("{}"),
        Some("{\"tree\": 3}"),
        Some("[1, 2"),
    ] {
        let layout = Layout::read(text);
        assert_eq!(
            (layout.place(), layout.tile_count()),
            (Place::Home, 1),
            "{text:?}"
        );
    }
}

#[test]
fn reset_keeps_the_place() {
    let mut layout = Layout::default();
    layout.open_beside(Place::Registry);
    layout.reset();
    assert_eq!((layout.place(), layout.tile_count()), (Place::Registry, 1));
}

#[test]
fn two_layouts_are_arranged_alike_whatever_they_show() {
    let mut layout = Layout::default();
    layout.open_beside(Place::Datasets);
    layout.open_beside(Place::Experiments);
    let three = layout.written();
    layout.go(Place::Journal);
    layout.go(Place::Home);
    layout.maximise_or_restore();
    assert_eq!(arrangement(&layout.written()), arrangement(&three));
    layout.close_focused();
    let two = layout.written();
    assert_ne!(arrangement(&two), arrangement(&three));
    let mut laid = Layout::read(Some(&two));
    laid.go(Place::Serving);
    assert_eq!(arrangement(&laid.written()), arrangement(&two));
    laid.lay(&three);
    assert_eq!(arrangement(&laid.written()), arrangement(&three));
}
