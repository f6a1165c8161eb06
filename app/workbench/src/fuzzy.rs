//! Fuzzy matching: letters in order, better where words begin and where they stand together.

/// A match: how good it is (higher is better), and which characters of the text matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Match {
    pub(crate) score: i32,
    pub(crate) places: Vec<usize>,
}

const WORD_START: i32 = 10;
const TOGETHER: i32 = 6;
const ANYWHERE: i32 = 1;
/// For each character between two matched ones.
const APART: i32 = -1;
/// Farther apart than this costs no more.
const FARTHEST: i32 = 12;

/// How `query` stands in `text`, or `None` when its letters are not there in order. Case does not matter; spaces of the query
/// separate parts that are looked for one after another.
pub(crate) fn fuzzy(query: &str, text: &str) -> Option<Match> {
    let wanted: Vec<char> = query
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect();
    let letters: Vec<char> = text
        .chars()
        .map(|letter| letter.to_lowercase().next().unwrap_or(letter))
        .collect();
    if wanted.is_empty() {
        return Some(Match {
            score: 0,
            places: Vec::new(),
        });
    }
    if wanted.len() > letters.len() {
        return None;
    }
    best(&wanted, &letters, &starts(text))
}

/// Where words begin: after a space, a sign, or from small to capital.
fn starts(text: &str) -> Vec<bool> {
    let mut before: Option<char> = None;
    text.chars()
        .map(|letter| {
            let is_start = match before {
                None => true,
                Some(before) => {
                    !before.is_alphanumeric() || (before.is_lowercase() && letter.is_uppercase())
                }
            };
            before = Some(letter);
            is_start && letter.is_alphanumeric()
        })
        .collect()
}

const NONE: i32 = i32::MIN / 2;

/// The best way to place every wanted letter: for each text position the best score that ends there.
fn best(wanted: &[char], letters: &[char], starts: &[bool]) -> Option<Match> {
    let mut scores = vec![vec![NONE; letters.len()]; wanted.len()];
    let mut from = vec![vec![usize::MAX; letters.len()]; wanted.len()];
    for (row, letter) in wanted.iter().enumerate() {
        // The best of the row before that lies farther back than distance costs.
        let mut far: (i32, usize) = (NONE, usize::MAX);
        for place in 0..letters.len() {
            let near = place.saturating_sub(FARTHEST as usize + 1);
            if row > 0 && near > 0 && scores[row - 1][near - 1] > far.0 {
                far = (scores[row - 1][near - 1], near - 1);
            }
            if letters[place] != *letter {
                continue;
            }
            let own = if starts[place] { WORD_START } else { ANYWHERE };
            if row == 0 {
                // A match near the beginning is a little better.
                scores[0][place] = own - (place as i32).min(FARTHEST) / 4;
                continue;
            }
            let mut reached = (far.0 + APART * FARTHEST, far.1);
            let nearby = scores[row - 1].iter().enumerate().take(place).skip(near);
            for (before, score) in nearby {
                let gap = (place - before - 1) as i32;
                let step = if gap == 0 { TOGETHER } else { APART * gap };
                if score + step > reached.0 {
                    reached = (score + step, before);
                }
            }
            if reached.0 > NONE / 2 {
                scores[row][place] = reached.0 + own;
                from[row][place] = reached.1;
            }
        }
    }
    let last = wanted.len() - 1;
    let (mut place, score) = scores[last]
        .iter()
        .copied()
        .enumerate()
        .max_by_key(|(place, score)| (*score, std::cmp::Reverse(*place)))?;
    if score == NONE {
        return None;
    }
    let mut places = vec![place];
    for row in (1..=last).rev() {
        place = from[row][place];
        places.push(place);
    }
    places.reverse();
    // A short text that fits is meant more likely than a long one.
    Some(Match {
        score: score * 4 - letters.len() as i32 / 2,
        places,
    })
}
