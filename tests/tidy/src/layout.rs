//! Where things lie: the top of the tree, the names of files, the README's map, the two commands.

use std::collections::BTreeSet;

use crate::breach::{Breach, caught, uphold};
use crate::tree;

const TOP_RULE: &str = "The top of the tree holds only what it was agreed to hold";
const NAME_RULE: &str = "No crate or file has a name that says nothing";
const MAP_RULE: &str = "The README's map has one line for each room";
const COMMAND_RULE: &str = "The README's two commands are the ones that CI runs";

/// Files that start with a dot are free; the rest is this list.
const AT_THE_TOP: [&str; 9] = [
    "Cargo.lock",
    "Cargo.toml",
    "README.md",
    "app",
    "assets",
    "engine",
    "packaging",
    "shaders",
    "tests",
];

/// Top folders that stand on the map as themselves; the others stand there by their rooms.
const WHOLE: [&str; 3] = ["assets", "packaging", "shaders"];

const SAYS_NOTHING: [&str; 9] = [
    "common",
    "core",
    "helper",
    "helpers",
    "manager",
    "misc",
    "util",
    "utilities",
    "utils",
];

#[test]
fn the_top_holds_what_was_agreed() {
    uphold(&top(&tree::top_names(), &tree::read(".gitignore")));
}

#[test]
fn names_say_something() {
    let breaches: Vec<Breach> = tree::rust_files()
        .iter()
        .map(|file| file.path.clone())
        .chain(tree::folders())
        .flat_map(|path| names(&path))
        .collect();
    uphold(&breaches);
}

#[test]
fn the_map_has_one_line_for_each_room() {
    let mut rooms = tree::folders();
    rooms.extend(WHOLE.map(str::to_owned));
    uphold(&map(&tree::read("README.md"), &rooms));
}

#[test]
fn ci_runs_the_readmes_test_command_last() {
    uphold(&commands(&tree::read("README.md"), &tree::read(".ci/run")));
}

#[test]
fn laws_of_layout_catch_their_breach() {
    let listing = |extra: &str| {
        let mut names: Vec<String> = AT_THE_TOP.map(str::to_owned).to_vec();
        names.extend([".ci".to_owned(), "target".to_owned()]);
        names.extend((!extra.is_empty()).then(|| extra.to_owned()));
        names
    };
    uphold(&top(&listing(""), "/target\n"));
    caught(&top(&listing("scripts"), "/target\n"), "scripts");
    caught(&top(&listing(""), "*.log\n"), "target");
    let missing: Vec<String> = listing("")
        .into_iter()
        .filter(|name| name != "shaders")
        .collect();
    caught(&top(&missing, "/target\n"), "shaders is missing");

    caught(&names("engine/data/src/csv_helper.rs"), "helper");
    caught(&names("engine/core"), "core");
    uphold(&names("engine/data/src/score.rs"));

    let rooms: BTreeSet<String> = ["engine/data".to_owned()].into();
    let good = "## Map\n\n| place | what |\n| --- | --- |\n| `engine/data` | datasets |\n\n## Words\n| `engine/ghost` | no map |\n";
    uphold(&map(good, &rooms));
    caught(&map("## Map\n", &rooms), "engine/data has 0 lines");
    caught(
        &map(&good.replace("## Words\n", ""), &rooms),
        "engine/ghost does not exist",
    );
    let twice = good.replace("| datasets |", "| datasets |\n| `engine/data` | again |");
    caught(&map(&twice, &rooms), "engine/data has 2 lines");

    let readme =
        "## Two commands\n\n```sh\nbash packaging/dev.sh run\nbash packaging/dev.sh test\n```\n";
    let ci = "#!/usr/bin/env bash\ntest_command=$(sed -n '/README/p' README.md)\nbash -c \"$test_command\"\n";
    uphold(&commands(readme, ci));
    caught(&commands("# Millrace\n", ci), "two commands");
    caught(
        &commands(readme, "cargo nextest run --workspace\n"),
        "does not read",
    );
    caught(
        &commands(readme, &format!("{ci}echo done\n")),
        "is not the last",
    );
}

fn top(names: &[String], ignored: &str) -> Vec<Breach> {
    let is_ignored = |name: &str| {
        ignored
            .lines()
            .any(|line| line.strip_prefix('/') == Some(name))
    };
    let strangers = names
        .iter()
        .filter(|name| !name.starts_with('.') && !AT_THE_TOP.contains(&name.as_str()))
        .filter(|name| !is_ignored(name))
        .map(|name| {
            Breach::new(
                TOP_RULE,
                name.clone(),
                format!("{name} is not one of {}", AT_THE_TOP.join(", ")),
            )
        });
    let missing = AT_THE_TOP
        .iter()
        .filter(|wanted| !names.iter().any(|name| name == *wanted))
        .map(|wanted| Breach::new(TOP_RULE, *wanted, format!("{wanted} is missing")));
    strangers.chain(missing).collect()
}

fn names(path: &str) -> Vec<Breach> {
    let last = path.rsplit('/').next().unwrap_or(path);
    let stem = last.strip_suffix(".rs").unwrap_or(last);
    stem.split(['_', '-'])
        .filter(|word| SAYS_NOTHING.contains(word))
        .map(|word| {
            Breach::new(
                NAME_RULE,
                path,
                format!("“{word}” does not say what is in it"),
            )
        })
        .collect()
}

/// The map is the table under the heading “Map”; a line of it names its room in backticks in the first cell.
fn map(readme: &str, rooms: &BTreeSet<String>) -> Vec<Breach> {
    let listed: Vec<&str> = section(readme, "Map")
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(room, _)| room)
        .collect();
    let strangers = listed
        .iter()
        .filter(|room| !rooms.contains(**room))
        .map(|room| Breach::new(MAP_RULE, "README.md", format!("{room} does not exist")));
    let miscounted = rooms.iter().filter_map(|room| {
        let count = listed.iter().filter(|listed| *listed == room).count();
        (count != 1)
            .then(|| Breach::new(MAP_RULE, "README.md", format!("{room} has {count} lines")))
    });
    strangers.chain(miscounted).collect()
}

/// CI takes the test command from the README, so the two cannot drift; and its output ends with the test runner's summary.
fn commands(readme: &str, ci: &str) -> Vec<Breach> {
    let breach = |place: &str, reason: &str| vec![Breach::new(COMMAND_RULE, place, reason)];
    let listed: Vec<&str> = section(readme, "Two commands")
        .filter(|line| line.starts_with("bash "))
        .collect();
    let [run, test] = listed.as_slice() else {
        return breach(
            "README.md",
            "its section “Two commands” does not list two commands",
        );
    };
    if !run.starts_with("bash packaging/dev.sh run")
        || !test.starts_with("bash packaging/dev.sh test")
    {
        return breach(
            "README.md",
            "the two commands are not `run` and `test` of packaging/dev.sh",
        );
    }
    let steps: Vec<&str> = ci
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect();
    if !steps
        .iter()
        .any(|line| line.starts_with("test_command=") && line.contains("README.md"))
    {
        return breach(
            ".ci/run",
            "it does not read its test command from README.md",
        );
    }
    if !steps
        .last()
        .is_some_and(|line| line.contains("$test_command"))
    {
        return breach(
            ".ci/run",
            "the README's test command is not the last that it runs",
        );
    }
    Vec::new()
}

fn section<'a>(text: &'a str, heading: &'a str) -> impl Iterator<Item = &'a str> {
    text.lines()
        .skip_while(move |line| line.strip_prefix("## ") != Some(heading))
        .skip(1)
        .take_while(|line| !line.starts_with("## "))
}
