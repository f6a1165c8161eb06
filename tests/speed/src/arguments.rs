//! What is to be measured, and with which build.

/// The parts that `millctl bench` measures.
const OF_THE_ENGINE: [&str; 5] = ["journal", "import", "train", "infer", "serve"];
pub(crate) const WINDOW: &str = "window";
/// Without a word: everything but `import`, which writes a file of a gigabyte.
const USUAL: [&str; 5] = ["journal", "train", "infer", "serve", WINDOW];

const USAGE: &str =
    "usage: cargo bench [-- [journal|import|train|infer|serve|window]… [--profile NAME]]";

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Arguments {
    /// For `millctl bench`.
    pub(crate) engine: Vec<String>,
    pub(crate) has_window: bool,
    /// Cargo's name of it. `dev` is what running and testing have compiled already.
    pub(crate) profile: String,
}

impl Arguments {
    /// # Errors
    /// The usage, for a word that is not known.
    pub(crate) fn read(words: impl Iterator<Item = String>) -> Result<Self, String> {
        let (mut parts, mut profile) = (Vec::new(), "dev".to_owned());
        // Cargo adds `--bench` to the words of every bench.
        let mut words = words.filter(|word| word != "--bench");
        while let Some(word) = words.next() {
            if word == "--profile" {
                profile = words.next().ok_or(USAGE)?;
            } else if OF_THE_ENGINE.contains(&word.as_str()) || word == WINDOW {
                parts.push(word);
            } else {
                return Err(format!("{word} is not a part\n{USAGE}"));
            }
        }
        if parts.is_empty() {
            parts = USUAL.map(str::to_owned).to_vec();
        }
        Ok(Self {
            has_window: parts.iter().any(|part| part == WINDOW),
            engine: parts.into_iter().filter(|part| part != WINDOW).collect(),
            profile,
        })
    }
}
