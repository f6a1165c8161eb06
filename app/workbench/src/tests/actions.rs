//! Actions, their keys, and the palette.

use std::collections::BTreeSet;

use contract::Snapshot;
use panels::{Place, Selection, states};

use crate::action::{Action, Situation, Wish};
use crate::keymap::{Keymap, parse};
use crate::palette::rows;

fn situation<'a>(snapshot: &'a Snapshot, selection: Option<&'a Selection>) -> Situation<'a> {
    Situation {
        snapshot,
        selection,
        tiles: 1,
        undo: None,
        redo: None,
    }
}

#[test]
fn every_action_has_a_name_a_title_and_a_hint_of_its_own() {
    let all = Action::all();
    let names: BTreeSet<&str> = all.iter().map(|action| action.name()).collect();
    let titles: BTreeSet<&str> = all.iter().map(|action| action.title()).collect();
    assert_eq!(names.len(), all.len());
    assert_eq!(titles.len(), all.len());
    for action in all {
        assert_eq!(Action::from_name(action.name()), Some(action));
        assert!(!action.hint().is_empty());
        assert!(!action.title().ends_with('.') && !action.hint().ends_with('.'));
        let first = action.title().chars().next().expect("a letter");
        assert!(first.is_uppercase(), "{}", action.title());
    }
}

#[test]
fn the_built_in_keymap_reads_and_no_key_is_given_twice() {
    let keymap = Keymap::built_in();
    assert_eq!(keymap.text(Action::Palette), "Ctrl+K");
    let mut seen = BTreeSet::new();
    let mut count = 0;
    for action in Action::all() {
        let keys = keymap.text(action);
        if !keys.is_empty() {
            count += 1;
            assert!(seen.insert(keys.clone()), "{keys} is given twice");
        }
    }
    assert!(count >= 25, "{count} actions have keys");
}

#[test]
fn lines_of_a_person_go_over_the_built_in_ones() {
    let built_in = Keymap::built_in();
    let own = built_in
        .with_lines("train = \"Ctrl+Shift+R\"\npalette = \"\"\nserve = \"Ctrl+I\"\n")
        .expect("a keymap");
    assert_eq!(own.text(Action::Train), "Ctrl+Shift+R");
    assert_eq!(own.text(Action::Palette), "");
    // Ctrl+I was the import's, and is no longer.
    assert_eq!(own.text(Action::Serve), "Ctrl+I");
    assert_eq!(own.text(Action::ImportFiles), "");
    assert_eq!(
        built_in.with_lines("dance = \"Ctrl+D\""),
        Err("there is no action “dance”".to_owned())
    );
    assert_eq!(
        built_in.with_lines("train = \"Ctrl+Dance\""),
        Err("“Ctrl+Dance” of train is no key".to_owned())
    );
    // A comma stands between two keys of one action; the first is the one that is shown.
    let two = built_in
        .with_lines("train = \"Ctrl+J, Ctrl+I\"")
        .expect("a keymap");
    assert_eq!(two.text(Action::Train), "Ctrl+J");
    assert_eq!(two.text(Action::ImportFiles), "");
    assert!(parse("Ctrl+A+B").is_none() && parse("Ctrl").is_none());
}

#[test]
fn the_palette_offers_everything_possible() {
    let snapshot = states::road();
    let run = snapshot.runs.first().expect("a run");
    let selection = Selection::Run(run.id.clone());
    let situation = situation(&snapshot, Some(&selection));
    let offered: Vec<Wish> = rows("", &situation, |_| String::new())
        .into_iter()
        .map(|row| row.wish)
        .collect();
    for action in Action::all() {
        let is_offered = offered.contains(&Wish::Do(action));
        let wanted = action.is_possible(&situation) && action != Action::Palette;
        assert_eq!(is_offered, wanted, "{action:?}");
    }
}

#[test]
fn undo_is_offered_with_what_it_is_about() {
    let snapshot = states::road();
    let situation = Situation {
        undo: Some("alias champion → wine@3"),
        ..situation(&snapshot, None)
    };
    let titles: Vec<String> = rows("", &situation, |_| String::new())
        .into_iter()
        .map(|row| row.title)
        .collect();
    assert_eq!(
        titles.first().map(String::as_str),
        Some("Undo alias champion → wine@3")
    );
    assert!(!titles.iter().any(|title| title.starts_with("Redo")));
}

#[test]
fn without_a_project_only_the_way_in_is_offered() {
    let snapshot = Snapshot::default();
    let offered: Vec<String> = rows("", &situation(&snapshot, None), |_| String::new())
        .into_iter()
        .map(|row| row.title)
        .collect();
    assert!(offered.contains(&"Open the wine sample".to_owned()));
    assert!(
        !offered
            .iter()
            .any(|title| title == "Import files…" || title == "Datasets")
    );
}

#[test]
fn a_few_letters_find_actions_and_things() {
    let snapshot = states::road();
    let situation = situation(&snapshot, None);
    let best = |query: &str| {
        rows(query, &situation, |_| String::new())
            .into_iter()
            .next()
            .map(|row| row.wish)
    };
    assert_eq!(best("tram"), Some(Wish::Do(Action::Train)));
    assert_eq!(best("dark"), Some(Wish::Do(Action::ThemeDark)));
    assert_eq!(best("ser"), Some(Wish::Do(Action::Go(Place::Serving))));
    let dataset = snapshot.datasets.first().expect("a dataset");
    let version = dataset.versions.last().expect("a version");
    assert_eq!(
        best(dataset.name.as_str()),
        Some(Wish::Show(
            Selection::DataVersion(version.id.clone()),
            Place::Datasets
        ))
    );
    let run = snapshot.runs.first().expect("a run");
    assert_eq!(
        best(&format!("run {}", run.number)),
        Some(Wish::Show(
            Selection::Run(run.id.clone()),
            Place::Experiments
        ))
    );
    assert_eq!(best("qqqqqq"), None);
}
