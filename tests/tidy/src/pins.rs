//! What is pinned: one version of each crate that must agree with itself, and DuckDB without its own asserts.

use toml::{Table, Value};

use crate::breach::{Breach, caught, uphold};
use crate::tree;

const ONE_VERSION_RULE: &str = "One version of wgpu, egui and arrow";
const DUCKDB_RULE: &str = "libduckdb-sys has debug = false and opt-level = 2 in every profile";

/// Crates whose types cross borders: two versions in one program would not understand each other.
const ONE_VERSION: [&str; 3] = ["arrow", "egui", "wgpu"];

#[test]
fn one_version_of_what_crosses_borders() {
    uphold(&versions(&table("Cargo.lock")));
}

#[test]
fn duckdb_is_built_without_debug_info() {
    uphold(&duckdb(&table("Cargo.toml")));
}

#[test]
fn laws_of_pins_catch_their_breach() {
    let sample = |text: &str| text.parse::<Table>().expect("TOML");
    let lock = |wgpu: &str| {
        let package = |name: &str, version: &str| {
            format!("[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n")
        };
        let rest =
            package("egui", "1.0.0") + &package("arrow", "1.0.0") + &package("wgpu", "30.0.0");
        sample(&(rest + wgpu))
    };
    uphold(&versions(&lock("")));
    caught(
        &versions(&lock(
            "[[package]]\nname = \"wgpu\"\nversion = \"29.0.0\"\n",
        )),
        "wgpu is there as 30.0.0 and 29.0.0",
    );
    caught(
        &versions(&sample(
            "[[package]]\nname = \"egui\"\nversion = \"1.0.0\"\n[[package]]\nname = \"wgpu\"\nversion = \"1.0.0\"\n",
        )),
        "arrow is not there",
    );

    let pinned = |profile: &str| {
        format!("[profile.{profile}.package.libduckdb-sys]\nopt-level = 2\ndebug = false\n")
    };
    uphold(&duckdb(&sample(&(pinned("dev") + &pinned("release")))));
    caught(&duckdb(&sample(&pinned("dev"))), "profile.release");
    caught(
        &duckdb(&sample(
            &(pinned("dev") + &pinned("release").replace("opt-level = 2", "opt-level = 1")),
        )),
        "opt-level",
    );
    caught(
        &duckdb(&sample(
            &(pinned("dev") + &pinned("release") + &pinned("bench").replace("false", "1")),
        )),
        "profile.bench",
    );
}

fn versions(lock: &Table) -> Vec<Breach> {
    let packages = lock.get("package").and_then(Value::as_array);
    let versions_of = |name: &str| -> Vec<&str> {
        packages
            .into_iter()
            .flatten()
            .filter(|package| package.get("name").and_then(Value::as_str) == Some(name))
            .filter_map(|package| package.get("version").and_then(Value::as_str))
            .collect()
    };
    ONE_VERSION
        .iter()
        .filter_map(|name| {
            let reason = match versions_of(name).as_slice() {
                [_] => return None,
                [] => format!("{name} is not there; the law names a crate that nobody uses"),
                several => format!("{name} is there as {}", several.join(" and ")),
            };
            Some(Breach::new(ONE_VERSION_RULE, "Cargo.lock", reason))
        })
        .collect()
}

/// `dev` and `release` must pin it; any other profile inherits one of the two and may not undo it.
fn duckdb(manifest: &Table) -> Vec<Breach> {
    let profiles = manifest.get("profile").and_then(Value::as_table);
    let mut names = vec!["dev", "release"];
    for name in profiles.iter().flat_map(|profiles| profiles.keys()) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    let pin = |profile: &str| {
        profiles?
            .get(profile)?
            .get("package")?
            .get("libduckdb-sys")?
            .as_table()
    };
    let mut breaches = Vec::new();
    for name in names {
        let must = matches!(name, "dev" | "release");
        for (field, wanted) in [
            ("debug", Value::Boolean(false)),
            ("opt-level", Value::Integer(2)),
        ] {
            let is = pin(name).and_then(|pin| pin.get(field));
            if is.is_some_and(|is| *is != wanted) || (is.is_none() && must) {
                let is = is.map_or("nothing".to_owned(), Value::to_string);
                breaches.push(Breach::new(
                    DUCKDB_RULE,
                    "Cargo.toml",
                    format!("profile.{name}.package.libduckdb-sys says {field} = {is}"),
                ));
            }
        }
        if must && pin(name).is_none() {
            // One sentence is enough where nothing is said at all.
            breaches.pop();
        }
    }
    breaches
}

fn table(path: &str) -> Table {
    tree::read(path)
        .parse()
        .unwrap_or_else(|error| panic!("{path} is not TOML: {error}"))
}
