//! What a source file looks like: its first sentence, its length, and what may not be left in it.

use crate::breach::{Breach, caught, uphold};
use crate::rust_text::{RustText, lines_with};
use crate::tree::{self, TextFile};

const HEADER_RULE: &str = "A file opens with `//!` and says in one sentence what it is";
const LENGTH_RULE: &str = "A file has at most 500 lines";
const FUNCTION_RULE: &str = "A function has at most 70 lines of code, one that draws or tests 100";
const OPEN_RULE: &str = "Nothing is left open in the sources";
const COLOUR_RULE: &str = "Colours are written in look and in its tokens, nowhere else";
const CONTRACT_RULE: &str = "contract is data only: no files, no network, no threads, no locks";

const FILE_LINES: usize = 500;
const FUNCTION_LINES: usize = 70;
/// A view is drawn, and a story is told, from top to bottom.
const STORY_LINES: usize = 100;

/// In code.
const OPEN_CODE: [(&str, &str); 5] = [
    ("todo!", "what is not built is not exposed"),
    ("unimplemented!", "what is not built is not exposed"),
    (
        "#[allow(",
        "use #[expect(lint, reason = \"…\")], which says when it is no longer needed",
    ),
    (
        "#![allow(",
        "use #[expect(lint, reason = \"…\")], which says when it is no longer needed",
    ),
    ("dbg!", "the library speaks through tracing"),
];

/// In comments.
const OPEN_COMMENTS: [&str; 3] = ["TODO", "FIXME", "HACK"];

/// A test that another test starts as a second process, which is the only reason not to run by itself.
const IGNORED_ONLY: &str = "#[ignore = \"the other process of ";

/// Where exact colours are what a test is about.
const MAY_NAME_COLOURS: [&str; 2] = ["app/look/", "app/canvas/src/tests/"];

/// Ways to make a colour from numbers.
const COLOUR_CALLS: [&str; 10] = [
    "Color32::from_rgb",
    "Color32::from_rgba_unmultiplied",
    "Color32::from_rgba_premultiplied",
    "Color32::from_gray",
    "Color32::from_black_alpha",
    "Color32::from_white_alpha",
    "Color32::from_hex",
    "Rgba::from_rgb",
    "Rgba::from_rgba_unmultiplied",
    "hex_color!",
];

const NOT_DATA: [&str; 14] = [
    "std::fs",
    "std::net",
    "std::thread",
    "std::process",
    "std::io",
    "std::env",
    "Mutex",
    "RwLock",
    "Condvar",
    "mpsc",
    "File",
    "spawn",
    "Instant",
    "SystemTime",
];

#[test]
fn files_open_with_a_sentence() {
    each_file(header);
}

#[test]
fn files_fit_a_head() {
    each_file(length);
}

#[test]
fn functions_fit_a_screen() {
    each_file(functions);
}

#[test]
fn nothing_is_left_open() {
    each_file(open_ends);
}

#[test]
fn colours_are_written_in_look_alone() {
    each_file(|file| {
        let may = MAY_NAME_COLOURS
            .iter()
            .any(|place| file.path.starts_with(place));
        if may { Vec::new() } else { colours(file) }
    });
}

#[test]
fn contract_is_data_only() {
    let files = tree::files_under("engine/contract/src", "rs");
    assert!(files.len() > 5, "the contract has more files than that");
    let breaches: Vec<Breach> = files.iter().flat_map(data_only).collect();
    uphold(&breaches);
}

#[test]
fn laws_of_sources_catch_their_breach() {
    let sample = |text: &str| TextFile {
        path: "engine/data/src/sample.rs".into(),
        text: text.into(),
    };
    uphold(&header(&sample("//! A sample.\n")));
    caught(
        &header(&sample("use std::fs;\n")),
        "opens with “use std::fs;”",
    );
    caught(&header(&sample("//!\nuse x;\n")), "opens with “//!”");
    caught(&length(&sample(&"//!\n".repeat(501))), "501 lines");
    uphold(&length(&sample(&"//!\n".repeat(500))));

    let long = |name: &str, lines: usize| {
        sample(&format!(
            "fn {name}() {{\n{}}}\n",
            "    step();\n".repeat(lines - 2)
        ))
    };
    uphold(&functions(&long("read", 70)));
    caught(&functions(&long("read", 71)), "read has 71 lines");
    uphold(&functions(&long("runs_ui", 100)));
    let mut story = long("story", 100);
    story.path = "engine/data/src/tests/story.rs".into();
    uphold(&functions(&story));
    caught(&functions(&long("ui", 101)), "ui has 101 lines");

    for (open, _) in OPEN_CODE {
        caught(&open_ends(&sample(open)), open);
    }
    for open in OPEN_COMMENTS {
        caught(&open_ends(&sample(&format!("// {open}: later"))), open);
    }
    uphold(&open_ends(&sample(
        "let word = \"TODO todo!\"; // a HACKNEY cab",
    )));

    for call in COLOUR_CALLS {
        caught(
            &colours(&sample(&format!("let c = {call}(\n  1, b);"))),
            "number",
        );
    }
    caught(
        &open_ends(&sample("#[ignore]\nfn later() {}")),
        "never runs",
    );
    caught(&open_ends(&sample("#[ignore = \"slow\"]")), "never runs");
    uphold(&open_ends(&sample(
        "    #[ignore = \"the other process of the test above\"]",
    )));
    let mut asked_for = sample("if std::env::var_os(\"SPEED\").is_none() {\n    return;\n}");
    uphold(&open_ends(&asked_for));
    asked_for.path = "engine/data/src/tests/speed.rs".into();
    caught(&open_ends(&asked_for), "never runs");
    uphold(&colours(&sample("Color32::from_rgb(r, g, b)")));
    let water = ["#", "35B8A6"].concat();
    caught(&colours(&sample(&format!("let c = \"{water}\";"))), &water);
    uphold(&colours(&sample(&format!(
        "let c = look.accent; // not {water}\nlet s = \"a # b\"; let t = Color32::TRANSPARENT;"
    ))));

    for word in NOT_DATA {
        caught(&data_only(&sample(&format!("use {word};"))), word);
    }
}

fn each_file(law: impl Fn(&TextFile) -> Vec<Breach>) {
    let breaches: Vec<Breach> = tree::rust_files().iter().flat_map(law).collect();
    uphold(&breaches);
}

fn header(file: &TextFile) -> Vec<Breach> {
    let first = file.text.lines().next().unwrap_or_default();
    let says = first
        .strip_prefix("//! ")
        .is_some_and(|rest| !rest.trim().is_empty());
    if says {
        return Vec::new();
    }
    vec![Breach::new(
        HEADER_RULE,
        format!("{}:1", file.path),
        format!("it opens with “{first}”"),
    )]
}

fn length(file: &TextFile) -> Vec<Breach> {
    let lines = file.text.lines().count();
    if lines <= FILE_LINES {
        return Vec::new();
    }
    vec![Breach::new(
        LENGTH_RULE,
        file.path.clone(),
        format!("it has {lines} lines; a folder would read better"),
    )]
}

fn functions(file: &TextFile) -> Vec<Breach> {
    RustText::new(&file.text)
        .functions()
        .into_iter()
        .filter_map(|function| {
            let draws = function.name == "ui" || function.name.ends_with("_ui");
            let most = if draws || is_test(&file.path) {
                STORY_LINES
            } else {
                FUNCTION_LINES
            };
            (function.code_lines > most).then(|| {
                Breach::new(
                    FUNCTION_RULE,
                    format!("{}:{}", file.path, function.line),
                    format!(
                        "{} has {} lines of code",
                        function.name, function.code_lines
                    ),
                )
            })
        })
        .collect()
}

fn is_test(path: &str) -> bool {
    path.starts_with("tests/") || path.ends_with("/tests.rs") || path.contains("/tests/")
}

fn open_ends(file: &TextFile) -> Vec<Breach> {
    let text = RustText::new(&file.text);
    let mut breaches = Vec::new();
    let mut report = |layer: &str, word: &str, why: &str| {
        breaches.extend(lines_with(layer, word).into_iter().map(|line| {
            Breach::new(
                OPEN_RULE,
                format!("{}:{line}", file.path),
                format!("it says {word}; {why}"),
            )
        }));
    };
    for (word, why) in OPEN_CODE {
        report(&text.code, word, why);
    }
    for word in OPEN_COMMENTS {
        report(&text.comments, word, "finish it or open an issue");
    }
    let source: Vec<&str> = file.text.lines().collect();
    let asked = ["env::var", "env::var_os"]
        .iter()
        .flat_map(|call| lines_with(&text.code, call));
    for line in asked {
        if is_test(&file.path) && source[line - 1].contains(".is_none()") {
            breaches.push(Breach::new(
                OPEN_RULE,
                format!("{}:{line}", file.path),
                "a test that waits for the environment to ask for it never runs",
            ));
        }
    }
    for line in lines_with(&text.code, "#[ignore") {
        if !source[line - 1].trim_start().starts_with(IGNORED_ONLY) {
            breaches.push(Breach::new(
                OPEN_RULE,
                format!("{}:{line}", file.path),
                format!("a test that never runs proves nothing; only {IGNORED_ONLY}…\"] may stand"),
            ));
        }
    }
    breaches
}

fn colours(file: &TextFile) -> Vec<Breach> {
    let text = RustText::new(&file.text);
    let calls = COLOUR_CALLS.iter().flat_map(|call| {
        numbered_calls(&text.code, call)
            .into_iter()
            .map(move |line| (line, format!("{call} makes a colour from a number")))
    });
    let literals = text
        .strings
        .lines()
        .enumerate()
        .filter_map(|(index, line)| {
            Some((index + 1, format!("{} is a colour", hex_colour(line)?)))
        });
    calls
        .chain(literals)
        .map(|(line, reason)| Breach::new(COLOUR_RULE, format!("{}:{line}", file.path), reason))
        .collect()
}

/// Lines (from 1) of calls that have a number among their arguments; a colour that was computed is no literal.
fn numbered_calls(code: &str, call: &str) -> Vec<usize> {
    code.match_indices(call)
        .filter(|(at, _)| {
            let after = &code[at + call.len()..];
            let arguments = after
                .split_once(')')
                .map_or(after, |(arguments, _)| arguments);
            arguments.starts_with('(')
                && arguments.split(['(', ',', '[']).any(|argument| {
                    argument
                        .trim_start()
                        .starts_with(|letter: char| letter.is_ascii_digit())
                })
        })
        .map(|(at, _)| 1 + code[..at].matches('\n').count())
        .collect()
}

/// The first `#` with six hexadecimal digits after it.
fn hex_colour(line: &str) -> Option<&str> {
    line.match_indices('#').find_map(|(at, _)| {
        let digits = line[at + 1..]
            .bytes()
            .take_while(u8::is_ascii_hexdigit)
            .count();
        (digits == 6 || digits == 8).then(|| &line[at..=at + digits])
    })
}

fn data_only(file: &TextFile) -> Vec<Breach> {
    let code = RustText::new(&file.text).code;
    NOT_DATA
        .iter()
        .flat_map(|word| {
            lines_with(&code, word)
                .into_iter()
                .map(move |line| (line, word))
        })
        .map(|(line, word)| {
            Breach::new(
                CONTRACT_RULE,
                format!("{}:{line}", file.path),
                format!("it says {word}"),
            )
        })
        .collect()
}
