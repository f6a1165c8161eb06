//! A Rust file split into three layers of the same shape: its code, its comments, the insides of its strings.

/// Each layer has every line of the file at its place; what belongs to another layer is blank.
pub(crate) struct RustText {
    pub(crate) code: String,
    pub(crate) comments: String,
    pub(crate) strings: String,
}

#[derive(Clone, Copy, PartialEq)]
enum Layer {
    Code,
    Comment,
    String,
}

/// A function's name, its first line (from 1) and how many lines of code it has.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) line: usize,
    pub(crate) code_lines: usize,
}

impl RustText {
    pub(crate) fn new(source: &str) -> Self {
        let characters: Vec<char> = source.chars().collect();
        let mut splitter = Splitter {
            characters: &characters,
            at: 0,
            layers: Vec::with_capacity(characters.len()),
        };
        splitter.split();
        let layer = |wanted: Layer| {
            characters
                .iter()
                .zip(&splitter.layers)
                .map(|(character, layer)| {
                    if *layer == wanted || *character == '\n' {
                        *character
                    } else {
                        ' '
                    }
                })
                .collect()
        };
        Self {
            code: layer(Layer::Code),
            comments: layer(Layer::Comment),
            strings: layer(Layer::String),
        }
    }

    /// Every function with a body, in the order of the file; those inside another are listed too.
    pub(crate) fn functions(&self) -> Vec<Function> {
        let code: Vec<char> = self.code.chars().collect();
        let words = words(&code);
        words
            .windows(2)
            .filter(|pair| pair[0].1 == "fn")
            .filter_map(|pair| {
                let (start, name) = (pair[0].0, &pair[1].1);
                let (open, close) = body(&code, pair[1].0)?;
                let lines: String = code[open..=close].iter().collect();
                Some(Function {
                    name: name.clone(),
                    line: 1 + code[..start]
                        .iter()
                        .filter(|letter| **letter == '\n')
                        .count(),
                    code_lines: lines.lines().filter(|line| !line.trim().is_empty()).count(),
                })
            })
            .collect()
    }
}

/// Lines (from 1) of a layer that contain `needle`, which is a word of its own where it starts or ends with a letter.
pub(crate) fn lines_with(layer: &str, needle: &str) -> Vec<usize> {
    let is_word = |letter: Option<char>| {
        letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_')
    };
    let (first, last) = (needle.chars().next(), needle.chars().last());
    let stands = |line: &str| {
        line.match_indices(needle).any(|(at, _)| {
            let before = line[..at].chars().next_back();
            let after = line[at + needle.len()..].chars().next();
            let starts_inside = is_word(first) && is_word(before);
            let ends_inside = is_word(last) && is_word(after);
            !starts_inside && !ends_inside
        })
    };
    layer
        .lines()
        .enumerate()
        .filter(|(_, line)| stands(line))
        .map(|(index, _)| index + 1)
        .collect()
}

fn words(code: &[char]) -> Vec<(usize, String)> {
    let mut words: Vec<(usize, String)> = Vec::new();
    let mut inside = false;
    for (at, letter) in code.iter().enumerate() {
        let is_word = letter.is_alphanumeric() || *letter == '_';
        match (is_word, inside) {
            (true, true) => {
                if let Some((_, word)) = words.last_mut() {
                    word.push(*letter);
                }
            }
            (true, false) => words.push((at, letter.to_string())),
            (false, _) => {}
        }
        inside = is_word;
    }
    words
}

/// The braces around the body of the function whose name is at `from`; `None` for a declaration.
fn body(code: &[char], from: usize) -> Option<(usize, usize)> {
    let mut depth = 0_i32;
    let mut open = None;
    for (at, letter) in code.iter().enumerate().skip(from) {
        match letter {
            '(' | '[' if open.is_none() => depth += 1,
            ')' | ']' if open.is_none() => depth -= 1,
            ';' if open.is_none() && depth == 0 => return None,
            '{' if depth == 0 && open.is_none() => {
                open = Some(at);
                depth = 1;
            }
            '{' if open.is_some() => depth += 1,
            '}' if open.is_some() => {
                depth -= 1;
                if depth == 0 {
                    return open.map(|open| (open, at));
                }
            }
            _ => {}
        }
    }
    None
}

struct Splitter<'a> {
    characters: &'a [char],
    at: usize,
    layers: Vec<Layer>,
}

impl Splitter<'_> {
    fn split(&mut self) {
        while let Some(letter) = self.peek(0) {
            match (letter, self.peek(1)) {
                ('/', Some('/')) => self.take_while(Layer::Comment, |letter| letter != '\n'),
                ('/', Some('*')) => self.block_comment(),
                ('"', _) => self.string(),
                ('\'', _) => self.quote(),
                ('r', Some('"' | '#')) if !self.is_inside_word() || self.is_byte_or_c() => {
                    self.raw_string();
                }
                _ => self.take(1, Layer::Code),
            }
        }
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.characters.get(self.at + ahead).copied()
    }

    fn take(&mut self, count: usize, layer: Layer) {
        for _ in 0..count {
            if self.at < self.characters.len() {
                self.layers.push(layer);
                self.at += 1;
            }
        }
    }

    fn take_while(&mut self, layer: Layer, go_on: impl Fn(char) -> bool) {
        while self.peek(0).is_some_and(&go_on) {
            self.take(1, layer);
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0;
        loop {
            match (self.peek(0), self.peek(1)) {
                (Some('/'), Some('*')) => {
                    depth += 1;
                    self.take(2, Layer::Comment);
                }
                (Some('*'), Some('/')) => {
                    depth -= 1;
                    self.take(2, Layer::Comment);
                }
                (Some(_), _) => self.take(1, Layer::Comment),
                (None, _) => return,
            }
            if depth == 0 {
                return;
            }
        }
    }

    fn string(&mut self) {
        self.take(1, Layer::Code);
        while let Some(letter) = self.peek(0) {
            match letter {
                '\\' => self.take(2, Layer::String),
                '"' => return self.take(1, Layer::Code),
                _ => self.take(1, Layer::String),
            }
        }
    }

    /// A character such as `'{'`, or a lifetime such as `'a`.
    fn quote(&mut self) {
        self.take(1, Layer::Code);
        if self.peek(0) == Some('\\') {
            self.take(2, Layer::String);
            self.take_while(Layer::String, |letter| letter != '\'');
            self.take(1, Layer::Code);
        } else if self.peek(1) == Some('\'') {
            self.take(1, Layer::String);
            self.take(1, Layer::Code);
        }
    }

    fn raw_string(&mut self) {
        let mut hashes = 0;
        while self.peek(1 + hashes) == Some('#') {
            hashes += 1;
        }
        if self.peek(1 + hashes) != Some('"') {
            return self.take(1, Layer::Code);
        }
        self.take(2 + hashes, Layer::Code);
        while self.peek(0).is_some() {
            let closes = self.peek(0) == Some('"')
                && (1..=hashes).all(|ahead| self.peek(ahead) == Some('#'));
            if closes {
                return self.take(1 + hashes, Layer::Code);
            }
            self.take(1, Layer::String);
        }
    }

    fn is_inside_word(&self) -> bool {
        self.at
            .checked_sub(1)
            .and_then(|before| self.characters.get(before))
            .is_some_and(|letter| letter.is_alphanumeric() || *letter == '_')
    }

    /// Whether the `r` is that of `br"` or `cr"`.
    fn is_byte_or_c(&self) -> bool {
        let before = |back: usize| {
            self.at
                .checked_sub(back)
                .and_then(|place| self.characters.get(place))
        };
        matches!(before(1), Some('b' | 'c'))
            && !before(2).is_some_and(|letter| letter.is_alphanumeric() || *letter == '_')
    }
}

#[test]
fn code_comments_and_strings_are_told_apart() {
    let source = "let a = \"x // y\"; // note \"z\"\nlet b = '{'; let c: &'a str = r#\"}\"#; /* /* q */ w */ end";
    let text = RustText::new(source);
    let squeeze = |layer: &str| layer.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(
        squeeze(&text.code),
        "let a = \" \"; let b = ' '; let c: &'a str = r#\" \"#; end"
    );
    assert_eq!(squeeze(&text.comments), "// note \"z\" /* /* q */ w */");
    assert_eq!(squeeze(&text.strings), "x // y { }");
    for layer in [&text.code, &text.comments, &text.strings] {
        assert_eq!(layer.lines().count(), source.lines().count());
    }
}

#[test]
fn functions_are_measured_by_their_lines_of_code() {
    let source = "trait T { fn declared(&self) -> [u8; 2]; }\n\nfn one(a: &str) -> bool {\n    // a note\n\n    a == \"}\"\n}\nfn two() {}\n";
    let found = RustText::new(source).functions();
    let function = |name: &str, line, code_lines| Function {
        name: name.into(),
        line,
        code_lines,
    };
    assert_eq!(found, [function("one", 3, 3), function("two", 8, 1)]);
}

#[test]
fn a_needle_is_a_word_of_its_own() {
    assert_eq!(
        lines_with("a Mutex\nMutexGuard\nx::Mutex<", "Mutex"),
        [1, 3]
    );
    assert_eq!(lines_with("std::fs::read\nstd::fsx", "std::fs"), [1]);
}
