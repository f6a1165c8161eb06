//! What `cargo bench` promises, tested without measuring anything.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::arguments::Arguments;
use crate::build::{BUILD, programs_in};
use crate::measure::{Measure, on_a_screen, run};
use crate::table::table;

fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(words: &str) -> Result<Arguments, String> {
    Arguments::read(words.split_whitespace().map(str::to_owned))
}

/// Every manifest of the workspace but this crate's, with its place.
fn other_manifests() -> Vec<(PathBuf, String)> {
    let mut manifests = Vec::new();
    for floor in ["app", "engine", "tests"] {
        for room in fs::read_dir(top().join(floor)).expect("a floor").flatten() {
            let path = room.path().join("Cargo.toml");
            if room.file_name() != "speed" && path.exists() {
                let text = fs::read_to_string(&path).expect("a manifest");
                manifests.push((path, text));
            }
        }
    }
    assert!(manifests.len() > 10, "{manifests:?}");
    manifests
}

/// The tables of a manifest that Cargo would bench unless they say that it should not.
fn benched_tables(manifest: &str) -> Vec<String> {
    let mut tables: Vec<(String, bool)> = Vec::new();
    let mut current = String::new();
    let mut lib = false;
    for line in manifest.lines().map(str::trim) {
        if line.starts_with('[') {
            current = line.to_owned();
            lib |= current == "[lib]";
            if matches!(line, "[lib]" | "[[bin]]" | "[[bench]]") {
                tables.push((current.clone(), true));
            }
        } else if line == "bench = false"
            && let Some((table, is_benched)) = tables.last_mut()
            && *table == current
        {
            *is_benched = false;
        }
    }
    if !lib {
        tables.push(("[lib]".to_owned(), true));
    }
    let benched = tables.into_iter().filter(|(_, is_benched)| *is_benched);
    benched.map(|(table, _)| table).collect()
}

#[test]
fn no_other_crate_is_benched_by_cargo() {
    for (path, manifest) in other_manifests() {
        let benched = benched_tables(&manifest);
        assert!(
            benched.is_empty(),
            "{} lets Cargo bench {benched:?}, so `cargo bench` compiles all that it links once more",
            path.display()
        );
    }
    assert_eq!(benched_tables("[package]\nname = \"x\""), ["[lib]"]);
    assert_eq!(
        benched_tables("[lib]\nbench = false\n[[bin]]\nname = \"x\""),
        ["[[bin]]"]
    );
}

#[test]
fn programs_are_built_as_the_tests_build_them() {
    let script = fs::read_to_string(top().join("packaging/dev.sh")).expect("the script");
    let command = format!("cargo {} --tests", BUILD.join(" "));
    assert!(script.contains(&command), "dev.sh does not say {command}");
    assert_eq!(read("").expect("no words").profile, "dev");
}

#[test]
fn words_choose_the_parts_and_the_profile() {
    let usual = read("--bench").expect("what Cargo says");
    assert_eq!(usual.engine, ["journal", "train", "infer", "serve"]);
    assert!(usual.has_window);
    let some = read("import window --profile release").expect("words");
    assert_eq!(some.engine, ["import"]);
    assert!(some.has_window);
    assert_eq!(some.profile, "release");
    assert!(!read("journal").expect("a word").has_window);
    let error = read("jurnal").expect_err("no part");
    assert!(
        error.contains("jurnal") && error.contains("usage"),
        "{error}"
    );
    assert!(read("--profile").is_err());
}

#[test]
fn programs_are_found_in_cargos_report() {
    let line = |name: &str| {
        format!(
            r#"{{"reason":"compiler-artifact","target":{{"name":"{name}"}},"executable":"/t/{name}-1"}}"#
        )
    };
    let library = r#"{"reason":"compiler-artifact","target":{"name":"host"},"executable":null}"#;
    let finished = r#"{"reason":"build-finished","success":true}"#;
    let report = [
        library.to_owned(),
        line("millctl"),
        line("window"),
        line("empty"),
        finished.to_owned(),
    ];
    let programs = programs_in(&report.join("\n")).expect("all three");
    assert_eq!(programs.window, Path::new("/t/window-1"));
    let error = programs_in(&report[..2].join("\n")).expect_err("two are missing");
    assert!(error.contains("window"), "{error}");
}

fn measure(name: &str, ratio: f64, holds: bool) -> Measure {
    Measure {
        name: name.to_owned(),
        value: 12.0,
        unit: "ms".to_owned(),
        yardstick: "an empty window".to_owned(),
        yardstick_value: 10.0,
        ratio,
        bound: "at most 1.3".to_owned(),
        holds,
    }
}

#[test]
fn the_table_says_what_holds() {
    let text = table(&[measure("start", 1.2, true), measure("stop", 1.5, false)]);
    assert_eq!(
        text,
        "what   measured  yardstick        its figure  ratio  bound\n\
         start   12.0 ms  an empty window        10.0  1.200  at most 1.3  holds\n\
         stop    12.0 ms  an empty window        10.0  1.500  at most 1.3  does not hold\n"
    );
}

#[cfg(unix)]
#[test]
fn a_failing_part_is_an_error() {
    let said = run("stop", &mut Command::new("false")).expect_err("it fails");
    assert_eq!(said, "stop could not be measured");
    let said = run("words", Command::new("echo").arg("{}")).expect_err("no measures");
    assert!(said.contains("words told something else"), "{said}");
    let report = r#"{"measures":[{"name":"start","value":12.0,"unit":"ms","yardstick":"an empty window","yardstick_value":10.0,"ratio":1.2,"bound":"at most 1.3","holds":true}]}"#;
    let measures = run("start", Command::new("echo").arg(report)).expect("one measure");
    assert_eq!(measures, [measure("start", 1.2, true)]);
}

#[test]
fn a_window_is_measured_also_where_there_is_no_screen() {
    let window = Path::new("/t/window");
    assert_eq!(on_a_screen(window, true).get_program(), window);
    let hidden = on_a_screen(window, false);
    assert_eq!(hidden.get_program(), "xvfb-run");
    assert_eq!(hidden.get_args().last(), Some(window.as_os_str()));
}
