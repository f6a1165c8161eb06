//! Invariants are promises with a proof: each `lib.rs` lists them, and each names a test that exists.

use std::collections::BTreeSet;

use crate::breach::{Breach, caught, uphold};
use crate::rust_text::RustText;
use crate::tree::{self, TextFile};

const RULE: &str = "Each lib.rs lists its Invariants, and each names the test that proves it";

#[test]
fn every_invariant_names_a_test_that_exists() {
    let mut breaches = Vec::new();
    for room in tree::crates() {
        let sources = tree::files_under(&format!("{room}/src"), "rs");
        let place = format!("{room}/src/lib.rs");
        match sources.iter().find(|file| file.path == place) {
            Some(lib) => breaches.extend(invariants(lib, &tests_in(&sources), &|path| {
                tests_under(path)
            })),
            None => breaches.push(Breach::new(RULE, place, "there is no lib.rs")),
        }
    }
    uphold(&breaches);
}

#[test]
fn the_law_of_promises_catches_its_breach() {
    let known: BTreeSet<String> = ["rows_are_kept".to_owned()].into();
    let elsewhere = |path: &str| {
        (path == "tests/tidy").then(|| BTreeSet::from(["contract_is_data_only".to_owned()]))
    };
    let check = |list: &str| {
        let lib = TextFile {
            path: "engine/data/src/lib.rs".into(),
            text: format!("//! Data.\n//!\n{list}\nmod reader;\n"),
        };
        invariants(&lib, &known, &elsewhere)
    };
    uphold(&check(
        "//! Invariants\n//! 1. Rows are kept —\n//!    `tests::rows_are_kept`.\n//! 2. Plain — `tests/tidy` `contract_is_data_only`.",
    ));
    caught(&check("//! Nothing."), "no list");
    caught(
        &check("//! Invariants\n//! 1. Rows are kept."),
        "names no test",
    );
    caught(
        &check("//! Invariants\n//! 1. Rows are kept — `tests::rows_are_lost`."),
        "`tests::rows_are_lost`",
    );
    caught(
        &check("//! Invariants\n//! 1. Plain — `tests/ghost`."),
        "`tests/ghost`",
    );
    let source = "#[test]\nfn one() {}\nfn helper() {}\nproptest! { #[test] fn two(x in 0..9) {} }\n/// `#[test]`\nfn three() {}";
    let file = TextFile {
        path: "engine/data/src/tests/reader.rs".into(),
        text: source.into(),
    };
    assert_eq!(
        tests_in(&[file]),
        BTreeSet::from(["one", "reader", "two"].map(str::to_owned))
    );
}

/// `elsewhere` knows the tests under a path of the tree, or that the path does not exist.
fn invariants(
    lib: &TextFile,
    tests: &BTreeSet<String>,
    elsewhere: &dyn Fn(&str) -> Option<BTreeSet<String>>,
) -> Vec<Breach> {
    let breach = |reason: String| Breach::new(RULE, lib.path.clone(), reason);
    let items = items(&lib.text);
    if items.is_empty() {
        return vec![breach("it has no list under the word Invariants".into())];
    }
    let mut breaches = Vec::new();
    for item in items {
        let proof = item.rsplit_once('—').map_or("", |(_, proof)| proof);
        let named: Vec<&str> = proof.split('`').skip(1).step_by(2).collect();
        if named.is_empty() {
            breaches.push(breach(format!("“{item}” names no test after a dash")));
        }
        let mut known = tests.clone();
        for path in named.iter().filter(|name| name.contains('/')) {
            match elsewhere(path) {
                Some(tests) => known.extend(tests),
                None => breaches.push(breach(format!("`{path}` does not exist"))),
            }
        }
        for name in named.iter().filter(|name| !name.contains('/')) {
            let last = name.rsplit("::").next().unwrap_or(name);
            if !known.contains(last) {
                breaches.push(breach(format!("no test is named `{name}`")));
            }
        }
    }
    breaches
}

/// The numbered items under “Invariants”, each as one line.
fn items(source: &str) -> Vec<String> {
    let mut items: Vec<String> = Vec::new();
    let lines = source
        .lines()
        .map_while(|line| line.strip_prefix("//!"))
        .map(str::trim)
        .skip_while(|line| {
            !line
                .trim_start_matches(['#', ' ', '*'])
                .starts_with("Invariants")
        })
        .skip(1);
    for line in lines {
        let is_new = line
            .split_once(". ")
            .is_some_and(|(number, _)| number.parse::<u32>().is_ok());
        if is_new {
            items.push(line.to_owned());
        } else if let Some(item) = items.last_mut() {
            item.push(' ');
            item.push_str(line);
        }
    }
    items
}

/// The names of tests, and of the files that hold some: an invariant may name a whole module of tests.
fn tests_in(sources: &[TextFile]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for file in sources {
        let code = RustText::new(&file.text).code;
        for (at, _) in code.match_indices("#[test]") {
            let rest = &code[at..];
            if let Some((_, after)) = rest.split_once("fn ") {
                let name = after
                    .chars()
                    .take_while(|letter| letter.is_alphanumeric() || *letter == '_')
                    .collect();
                names.insert(name);
                names.extend(module(&file.path).map(str::to_owned));
            }
        }
    }
    names
}

/// `tests/faults.rs` and `tests/faults/mod.rs` are the module `faults`; a crate's root has no name of its own.
fn module(path: &str) -> Option<&str> {
    let (folder, file) = path.rsplit_once('/')?;
    match file.strip_suffix(".rs")? {
        "lib" | "main" => None,
        "mod" => folder.rsplit('/').next(),
        name => Some(name),
    }
}

fn tests_under(path: &str) -> Option<BTreeSet<String>> {
    let full = tree::top().join(path);
    if full.is_file() {
        return Some(tests_in(&[TextFile {
            path: path.to_owned(),
            text: tree::read(path),
        }]));
    }
    full.is_dir()
        .then(|| tests_in(&tree::files_under(path, "rs")))
}
