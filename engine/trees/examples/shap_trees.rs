//! Explains rows with trees that another engine has grown: the side of this crate in `peers/shap_peer.py`.
//!
//! Usage: `shap_trees TREES DATA OUT THREADS`. Prints the seconds; the values go to OUT as f64.

use std::error::Error;
use std::io::Write;
use std::time::Instant;

use millrace_trees::{
    Aggregation, Child, Column, ColumnKind, Link, Model, ModelColumn, Node, Table, Test, Tree,
    Values,
};

/// The words of a file, taken one after the other.
struct Words<'a>(std::str::SplitWhitespace<'a>);

impl Words<'_> {
    fn number(&mut self) -> Result<f64, Box<dyn Error>> {
        Ok(self
            .0
            .next()
            .ok_or("the file of trees ends early")?
            .parse()?)
    }

    fn child(&mut self) -> Result<Child, Box<dyn Error>> {
        let at = self.number()?;
        Ok(if at < 0.0 {
            Child::Leaf((-at) as u32 - 1)
        } else {
            Child::Node(at as u32)
        })
    }
}

/// The largest `f32` that is at most the threshold: the rows are `f32`, so that the same go left.
fn at_most(threshold: f64) -> f32 {
    let rounded = threshold as f32;
    if f64::from(rounded) > threshold {
        rounded.next_down()
    } else {
        rounded
    }
}

fn tree(words: &mut Words<'_>) -> Result<Tree, Box<dyn Error>> {
    let mut tree = Tree::default();
    let nodes = words.number()? as usize;
    for _ in 0..nodes {
        tree.nodes.push(Node {
            column: words.number()? as u32,
            test: Test::AtMost(at_most(words.number()?)),
            missing_left: words.number()? > 0.0,
            left: words.child()?,
            right: words.child()?,
            gain: 0.0,
            cover: words.number()?,
        });
    }
    for _ in 0..=nodes {
        tree.leaf_values.push(words.number()?);
        tree.leaf_covers.push(words.number()?);
    }
    Ok(tree)
}

fn model(text: &str) -> Result<Model, Box<dyn Error>> {
    let mut words = Words(text.split_whitespace());
    let columns = words.number()? as usize;
    let trees = words.number()? as usize;
    Ok(Model {
        columns: (0..columns)
            .map(|at| ModelColumn {
                name: format!("column {at}"),
                kind: ColumnKind::Numeric,
            })
            .collect(),
        outputs: 1,
        leaf_outputs: 1,
        base_scores: vec![0.0],
        trees: (0..trees)
            .map(|_| tree(&mut words))
            .collect::<Result<_, _>>()?,
        aggregation: Aggregation::Sum,
        link: Link::Logistic,
    })
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [trees, data, out, threads] = arguments.as_slice() else {
        return Err("shap_trees TREES DATA OUT THREADS".into());
    };
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads.parse()?)
        .build_global()?;
    let model = model(&std::fs::read_to_string(trees)?)?;
    let bytes = std::fs::read(data)?;
    let rows = u64::from_le_bytes(bytes[..8].try_into()?) as usize;
    let columns: Vec<Vec<f32>> = bytes[(2 + model.columns.len()) * 8..]
        .chunks(rows * 4)
        .take(model.columns.len())
        .map(|column| {
            column
                .as_chunks::<4>()
                .0
                .iter()
                .map(|one| f32::from_le_bytes(*one))
                .collect()
        })
        .collect();
    let table = Table::new(
        columns
            .iter()
            .map(|values| Column {
                name: String::new(),
                values: Values::Single(values),
            })
            .collect(),
    )?;
    let start = Instant::now();
    let values = model.contributions(&table)?;
    writeln!(std::io::stdout(), "{}", start.elapsed().as_secs_f64())?;
    let bytes: Vec<u8> = values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect();
    Ok(std::fs::write(out, bytes)?)
}
