//! Every shader parses and validates, keeps to three entry points, and names its Rust twin. No GPU is needed.

use naga::valid::{Capabilities, ValidationFlags, Validator};

use crate::breach::{Breach, caught, uphold};
use crate::tree::{self, TextFile};

const VALID_RULE: &str = "A shader parses and validates";
const ENTRY_RULE: &str = "A shader's entry points are vs_main, fs_main and cs_main";
const HEADER_RULE: &str = "A shader's header names its Rust twin";

const ENTRY_POINTS: [&str; 3] = ["cs_main", "fs_main", "vs_main"];

#[test]
fn shaders_are_valid_and_name_their_twins() {
    let files = tree::files_under("shaders", "wgsl");
    assert!(!files.is_empty(), "there is a drawing that uses a shader");
    let exists = |path: &str| tree::top().join(path).is_file();
    let breaches: Vec<Breach> = files
        .iter()
        .flat_map(|file| shader(file, &exists))
        .collect();
    uphold(&breaches);
}

#[test]
fn laws_of_shaders_catch_their_breach() {
    let check = |text: &str| {
        let file = TextFile {
            path: "shaders/sample.wgsl".into(),
            text: text.into(),
        };
        shader(&file, &|path| path == "app/canvas/src/sample.rs")
    };
    let header = "// A sample; its Rust twin is app/canvas/src/sample.rs.\n";
    let good = "@fragment fn fs_main() -> @location(0) vec4<f32> { return vec4<f32>(1.0); }\n";
    uphold(&check(&format!("{header}{good}")));
    caught(&check(good), "no header");
    caught(
        &check(&format!("// A sample.\n{good}")),
        "names no Rust file",
    );
    caught(
        &check(&format!("// See app/canvas/src/ghost.rs.\n{good}")),
        "app/canvas/src/ghost.rs does not exist",
    );
    caught(
        &check(&format!("{header}{}", good.replace("fs_main", "main"))),
        "main is an entry point",
    );
    caught(
        &check(&format!("{header}fn bare() -> f32 {{ return 1.0; }}\n")),
        "no entry point",
    );
    caught(&check(&format!("{header}fn (")), "parse");
    caught(
        &check(&format!(
            "{header}@fragment fn fs_main() -> @location(0) vec4<f32> {{ return vec4<u32>(1u); }}\n"
        )),
        "",
    );
}

fn shader(file: &TextFile, exists: &dyn Fn(&str) -> bool) -> Vec<Breach> {
    let mut breaches = header(file, exists);
    let module = match naga::front::wgsl::parse_str(&file.text) {
        Ok(module) => module,
        Err(error) => {
            let reason = format!("it does not parse: {}", error.emit_to_string(&file.text));
            breaches.push(Breach::new(VALID_RULE, file.path.clone(), reason));
            return breaches;
        }
    };
    let mut validator = Validator::new(ValidationFlags::all(), Capabilities::default());
    if let Err(error) = validator.validate(&module) {
        let reason = format!("it is not valid: {}", error.emit_to_string(&file.text));
        breaches.push(Breach::new(VALID_RULE, file.path.clone(), reason));
    }
    if module.entry_points.is_empty() {
        breaches.push(Breach::new(
            ENTRY_RULE,
            file.path.clone(),
            "it has no entry point",
        ));
    }
    for entry in &module.entry_points {
        if !ENTRY_POINTS.contains(&entry.name.as_str()) {
            breaches.push(Breach::new(
                ENTRY_RULE,
                file.path.clone(),
                format!("{} is an entry point", entry.name),
            ));
        }
    }
    breaches
}

/// The comment that the file opens with names at least one Rust file, and only such as exist.
fn header(file: &TextFile, exists: &dyn Fn(&str) -> bool) -> Vec<Breach> {
    let breach = |reason: String| Breach::new(HEADER_RULE, format!("{}:1", file.path), reason);
    let comment: Vec<&str> = file
        .text
        .lines()
        .map_while(|line| line.strip_prefix("//"))
        .collect();
    if comment.is_empty() {
        return vec![breach("it has no header".into())];
    }
    let text = comment.join(" ");
    let twins: Vec<&str> = text
        .split(|letter: char| !(letter.is_alphanumeric() || "_-./".contains(letter)))
        .map(|word| word.trim_end_matches('.'))
        .filter(|word| word.ends_with(".rs"))
        .collect();
    if twins.is_empty() {
        return vec![breach("its header names no Rust file".into())];
    }
    twins
        .into_iter()
        .filter(|twin| !exists(twin))
        .map(|twin| breach(format!("{twin} does not exist")))
        .collect()
}
