//! Who may see whom: the crate graph of the house, and the one room of each heavy word.

use toml::{Table, Value};

use crate::breach::{Breach, caught, uphold};
use crate::tree;

const ARROWS_RULE: &str = "A room sees only what the table of arrows allows";
const HEAVY_RULE: &str = "A heavy word has its rooms";
const TEST_RULE: &str = "A crate for tests stays in dev-dependencies";
const WORKSPACE_RULE: &str = "Versions, lints and package fields come from the workspace";

/// Every crate and the rooms that it may name. Siblings on one floor never see each other; `host` joins them.
const ARROWS: &[(&str, &[&str])] = &[
    ("engine/contract", &[]),
    ("engine/journal", &["contract"]),
    ("engine/catalog", &["contract"]),
    ("engine/data", &["contract"]),
    ("engine/learn", &["contract"]),
    ("engine/trees", &[]),
    ("engine/infer", &["contract"]),
    ("engine/serve", &["contract"]),
    ("engine/watch", &["contract"]),
    (
        "engine/host",
        &[
            "contract", "journal", "catalog", "data", "learn", "infer", "serve", "watch",
        ],
    ),
    ("engine/ctl", &["contract", "host"]),
    ("app/look", &[]),
    ("app/canvas", &[]),
    ("app/panels", &["contract", "look", "canvas"]),
    ("app/gallery", &["contract", "look", "panels"]),
    (
        "app/workbench",
        &["contract", "host", "look", "canvas", "panels"],
    ),
    ("tests/tidy", &[]),
    ("tests/journeys", &[]),
    ("tests/speed", &[]),
];

/// Crates that are large or that carry a whole way of doing things, with the only rooms that may name them.
const HEAVY: &[(&str, &[&str])] = &[
    ("axum", &["engine/serve"]),
    ("burn", &["engine/learn"]),
    ("calamine", &["engine/data"]),
    ("clap", &["engine/ctl"]),
    ("duckdb", &["engine/catalog", "engine/data"]),
    ("eframe", &["app/gallery", "app/workbench"]),
    ("egui-wgpu", &["app/canvas"]),
    ("egui_plot", &["app/panels"]),
    ("egui_table", &["app/panels"]),
    ("egui_tiles", &["app/workbench"]),
    ("hyper", &["engine/serve"]),
    ("hyper-util", &["engine/serve"]),
    ("interprocess", &["engine/host"]),
    ("notify", &["engine/host"]),
    ("notify-debouncer-full", &["engine/host"]),
    ("notify-rust", &["app/workbench"]),
    ("prost", &["engine/infer", "engine/learn"]),
    ("rfd", &["app/workbench"]),
    ("skrifa", &["app/workbench"]),
    ("safetensors", &["engine/learn"]),
    ("statrs", &["engine/watch"]),
    ("tokio", &["engine/serve"]),
    ("tower", &["engine/serve"]),
    ("tract-onnx", &["engine/infer"]),
    ("wgpu", &["app/canvas", "engine/learn"]),
];

/// Crates that only tests may use.
const FOR_TESTS: &[&str] = &["egui_kittest", "expect-test", "naga", "proptest", "ureq"];

#[test]
fn rooms_see_only_what_the_table_allows() {
    let mut breaches = Vec::new();
    let rooms = tree::crates();
    for room in &rooms {
        breaches.extend(arrows(room, &manifest(room)));
    }
    for (room, _) in ARROWS {
        if !rooms.contains(*room) {
            breaches.push(Breach::new(
                ARROWS_RULE,
                "tests/tidy/src/arrows.rs",
                format!("the table has a line for {room}, which does not exist"),
            ));
        }
    }
    uphold(&breaches);
}

#[test]
fn heavy_words_live_in_their_rooms() {
    let breaches: Vec<Breach> = tree::crates()
        .iter()
        .flat_map(|room| heavy(room, &manifest(room)))
        .collect();
    uphold(&breaches);
}

#[test]
fn crates_for_tests_stay_out_of_the_program() {
    let breaches: Vec<Breach> = tree::crates()
        .iter()
        .flat_map(|room| for_tests(room, &manifest(room)))
        .collect();
    uphold(&breaches);
}

#[test]
fn manifests_take_everything_from_the_workspace() {
    let breaches: Vec<Breach> = tree::crates()
        .iter()
        .flat_map(|room| workspace(room, &manifest(room)))
        .collect();
    uphold(&breaches);
}

#[test]
fn laws_of_arrows_catch_their_breach() {
    let sample = |text: &str| text.parse::<Table>().expect("a manifest");
    caught(
        &arrows(
            "app/panels",
            &sample("[dependencies]\nhost.workspace = true"),
        ),
        "may not see host",
    );
    caught(
        &arrows(
            "engine/learn",
            &sample("[dev-dependencies]\nmillrace-data.workspace = true"),
        ),
        "may not see data",
    );
    caught(
        &arrows(
            "engine/serve",
            &sample("[target.'cfg(unix)'.dependencies]\ninfer.workspace = true"),
        ),
        "may not see infer",
    );
    caught(&arrows("engine/attic", &sample("")), "has no line");
    caught(
        &heavy(
            "app/panels",
            &sample("[dependencies]\nduckdb.workspace = true"),
        ),
        "only engine/catalog and engine/data",
    );
    caught(
        &for_tests(
            "engine/host",
            &sample("[dependencies]\nureq.workspace = true"),
        ),
        "ureq",
    );
    let good = "[package]\nversion.workspace = true\nedition.workspace = true\nrust-version.workspace = true\nlicense.workspace = true\npublish.workspace = true\n";
    let lints = "[lints]\nworkspace = true\n";
    caught(&workspace("engine/data", &sample(good)), "[lints]");
    caught(
        &workspace(
            "engine/data",
            &sample(&format!("{good}{lints}[dependencies]\nserde = \"1\"")),
        ),
        "serde",
    );
    let edition = good.replace("edition.workspace = true", "edition = \"2021\"");
    caught(
        &workspace("engine/data", &sample(&format!("{edition}{lints}"))),
        "edition",
    );
}

fn arrows(room: &str, manifest: &Table) -> Vec<Breach> {
    let place = format!("{room}/Cargo.toml");
    let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == room) else {
        return vec![Breach::new(
            ARROWS_RULE,
            place,
            format!("{room} has no line in the table of arrows"),
        )];
    };
    let is_ours = |name: &str| ARROWS.iter().any(|(room, _)| short(room) == name);
    dependencies(manifest)
        .into_iter()
        .map(|dependency| dependency.name.trim_start_matches("millrace-").to_owned())
        .filter(|name| is_ours(name) && !allowed.contains(&name.as_str()))
        .map(|name| {
            Breach::new(
                ARROWS_RULE,
                place.clone(),
                format!(
                    "{room} may not see {name}; it may see {}",
                    match allowed {
                        [] => "no room".to_owned(),
                        some => some.join(", "),
                    }
                ),
            )
        })
        .collect()
}

fn heavy(room: &str, manifest: &Table) -> Vec<Breach> {
    dependencies(manifest)
        .into_iter()
        .filter_map(|dependency| {
            let (word, rooms) = HEAVY.iter().find(|(word, _)| *word == dependency.name)?;
            (!rooms.contains(&room)).then(|| {
                Breach::new(
                    HEAVY_RULE,
                    format!("{room}/Cargo.toml"),
                    format!("only {} may name {word}", rooms.join(" and ")),
                )
            })
        })
        .collect()
}

fn for_tests(room: &str, manifest: &Table) -> Vec<Breach> {
    dependencies(manifest)
        .into_iter()
        .filter(|dependency| !dependency.is_dev && FOR_TESTS.contains(&dependency.name.as_str()))
        .map(|dependency| {
            Breach::new(
                TEST_RULE,
                format!("{room}/Cargo.toml"),
                format!("{} would be linked into the program", dependency.name),
            )
        })
        .collect()
}

fn workspace(room: &str, manifest: &Table) -> Vec<Breach> {
    let breach = |reason: String| Breach::new(WORKSPACE_RULE, format!("{room}/Cargo.toml"), reason);
    let inherits = |value: Option<&Value>| {
        value
            .and_then(|value| value.get("workspace"))
            .is_some_and(|value| *value == Value::Boolean(true))
    };
    let mut breaches = Vec::new();
    if !inherits(manifest.get("lints")) {
        breaches.push(breach("[lints] is not `workspace = true`".into()));
    }
    for field in ["version", "edition", "rust-version", "license", "publish"] {
        if !inherits(
            manifest
                .get("package")
                .and_then(|package| package.get(field)),
        ) {
            breaches.push(breach(format!("package.{field} is not the workspace's")));
        }
    }
    for dependency in dependencies(manifest) {
        if !inherits(Some(&dependency.value)) || dependency.value.get("version").is_some() {
            breaches.push(breach(format!(
                "{} does not take its version from the workspace",
                dependency.name
            )));
        }
    }
    breaches
}

struct Dependency {
    name: String,
    value: Value,
    is_dev: bool,
}

/// Of every kind and for every target.
fn dependencies(manifest: &Table) -> Vec<Dependency> {
    let mut tables = vec![manifest];
    if let Some(Value::Table(targets)) = manifest.get("target") {
        tables.extend(targets.values().filter_map(Value::as_table));
    }
    let mut found = Vec::new();
    for table in tables {
        for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let Some(Value::Table(list)) = table.get(kind) else {
                continue;
            };
            found.extend(list.iter().map(|(name, value)| {
                Dependency {
                    // An alias (`package = "duckdb"`) does not hide what it is.
                    name: value
                        .get("package")
                        .and_then(Value::as_str)
                        .unwrap_or(name)
                        .to_owned(),
                    value: value.clone(),
                    is_dev: kind == "dev-dependencies",
                }
            }));
        }
    }
    found
}

fn manifest(room: &str) -> Table {
    let path = format!("{room}/Cargo.toml");
    tree::read(&path)
        .parse()
        .unwrap_or_else(|error| panic!("{path} is not TOML: {error}"))
}

fn short(room: &str) -> &str {
    room.rsplit('/').next().unwrap_or(room)
}
