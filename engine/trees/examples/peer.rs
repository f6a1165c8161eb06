//! Trains on a raw binary file, writes raw predictions, prints times as JSON: the side of this crate in `peers/`.
//!
//! Usage: `peer TRAIN TEST PREDICTIONS key=value…`. A file holds rows, columns and one kind for each column (0 number, 1 category) as u64,
//! then the columns as f32 or u32, then the targets as f64; all little-endian.

use std::error::Error;
use std::io::Write;
use std::time::Instant;

use millrace_trees::{
    BoostSettings, Booster, Column, Direction, Forest, ForestKind, ForestSettings, ForestTask,
    Growth, Labelled, Model, Next, Objective, RowSampling, Table, Values,
};

struct RawColumns {
    numbers: Vec<Vec<f32>>,
    codes: Vec<Vec<u32>>,
    /// Whether a column is categorical, and its place in its list.
    order: Vec<(bool, usize)>,
    targets: Vec<f64>,
}

fn words(bytes: &[u8]) -> impl Iterator<Item = [u8; 4]> {
    bytes.as_chunks::<4>().0.iter().copied()
}

fn read(path: &str) -> Result<RawColumns, Box<dyn Error>> {
    let bytes = std::fs::read(path)?;
    let long = |at: usize| -> Result<usize, Box<dyn Error>> {
        Ok(u64::from_le_bytes(bytes[at * 8..at * 8 + 8].try_into()?) as usize)
    };
    let (rows, columns) = (long(0)?, long(1)?);
    let mut raw = RawColumns {
        numbers: Vec::new(),
        codes: Vec::new(),
        order: Vec::new(),
        targets: Vec::new(),
    };
    let mut at = (2 + columns) * 8;
    for column in 0..columns {
        let slice = &bytes[at..at + rows * 4];
        at += rows * 4;
        if long(2 + column)? == 1 {
            raw.order.push((true, raw.codes.len()));
            raw.codes
                .push(words(slice).map(u32::from_le_bytes).collect());
        } else {
            raw.order.push((false, raw.numbers.len()));
            raw.numbers
                .push(words(slice).map(f32::from_le_bytes).collect());
        }
    }
    let (targets, _) = bytes[at..].as_chunks::<8>();
    raw.targets = targets.iter().map(|one| f64::from_le_bytes(*one)).collect();
    Ok(raw)
}

impl RawColumns {
    fn table(&self) -> Result<Table<'_>, Box<dyn Error>> {
        let columns = self
            .order
            .iter()
            .enumerate()
            .map(|(at, &(is_category, place))| Column {
                name: format!("column {at}"),
                values: if is_category {
                    Values::Categories(&self.codes[place])
                } else {
                    Values::Single(&self.numbers[place])
                },
            });
        Ok(Table::new(columns.collect())?)
    }
}

struct Options(Vec<(String, String)>);

impl Options {
    fn text(&self, key: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, _)| known == key)
            .map(|(_, value)| value.as_str())
    }

    fn number(&self, key: &str, default: f64) -> Result<f64, Box<dyn Error>> {
        Ok(self.text(key).map_or(Ok(default), str::parse)?)
    }
}

fn objective(options: &Options) -> Result<Objective, Box<dyn Error>> {
    let parameter = options.number("parameter", 0.5)?;
    Ok(match options.text("objective").unwrap_or("binary") {
        "binary" => Objective::Binary,
        "multiclass" => Objective::Multiclass {
            classes: parameter as usize,
        },
        "l2" => Objective::SquaredError,
        "l1" => Objective::AbsoluteError,
        "huber" => Objective::Huber { delta: parameter },
        "quantile" => Objective::Quantile { level: parameter },
        "poisson" => Objective::Poisson,
        other => return Err(format!("no objective is called {other}").into()),
    })
}

fn boost_settings(options: &Options, columns: usize) -> Result<BoostSettings, Box<dyn Error>> {
    let mut settings = BoostSettings::new(objective(options)?);
    settings.rounds = options.number("rounds", 100.0)? as usize;
    settings.learning_rate = options.number("learning_rate", 0.1)?;
    settings.tree.max_leaves = options.number("leaves", 31.0)? as usize;
    settings.tree.min_rows_in_leaf = options.number("min_rows", 20.0)? as usize;
    settings.tree.l2 = options.number("l2", 0.0)?;
    settings.seed = options.number("seed", 0.0)? as u64;
    settings.column_fraction = options.number("column_fraction", 1.0)?;
    settings.bins.max_bins = options.number("max_bins", 255.0)? as usize;
    if options.text("growth") == Some("depth") {
        settings.tree.growth = Growth::DepthWise;
    }
    settings.rows = match options.text("rows") {
        Some("goss") => RowSampling::Goss {
            top_fraction: 0.2,
            other_fraction: 0.1,
        },
        Some("bag") => RowSampling::Bagging {
            fraction: 0.7,
            every_rounds: 1,
        },
        _ => RowSampling::All,
    };
    if let Some(list) = options.text("monotone") {
        settings.tree.directions = vec![Direction::Free; columns];
        for (place, sign) in settings.tree.directions.iter_mut().zip(list.split(',')) {
            *place = match sign {
                "1" => Direction::Increasing,
                "-1" => Direction::Decreasing,
                _ => Direction::Free,
            };
        }
    }
    Ok(settings)
}

fn boost(options: &Options, data: Labelled<'_>) -> Result<(Model, f64, f64), Box<dyn Error>> {
    let settings = boost_settings(options, data.table.columns().len())?;
    let start = Instant::now();
    let mut booster = Booster::new(settings, data, None)?;
    let binned_secs = start.elapsed().as_secs_f64();
    booster.train(|_, _| Next::Continue);
    Ok((
        booster.into_model(),
        binned_secs,
        start.elapsed().as_secs_f64(),
    ))
}

fn forest(options: &Options, data: Labelled<'_>) -> Result<(Model, f64, f64), Box<dyn Error>> {
    let kind = match options.text("learner") {
        Some("extra_trees") => ForestKind::ExtraTrees,
        _ => ForestKind::RandomForest,
    };
    let classes = options.number("classes", 0.0)? as usize;
    let task = if classes > 0 {
        ForestTask::Classes(classes)
    } else {
        ForestTask::Numbers
    };
    let mut settings = ForestSettings::new(kind, task);
    settings.seed = options.number("seed", 0.0)? as u64;
    settings.trees = options.number("rounds", 100.0)? as usize;
    let start = Instant::now();
    let mut forest = Forest::new(settings, data)?;
    let binned_secs = start.elapsed().as_secs_f64();
    while !forest.is_done() {
        forest.grow(rayon::current_num_threads());
    }
    let fit_secs = start.elapsed().as_secs_f64();
    writeln!(
        std::io::stderr(),
        "out of bag {:?}",
        forest.out_of_bag().map(|one| one.score)
    )?;
    Ok((forest.into_model(), binned_secs, fit_secs))
}

fn peak_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    let number = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    number.unwrap_or_default() * 1024
}

fn write(path: &str, values: &[f64]) -> std::io::Result<()> {
    let bytes: Vec<u8> = values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect();
    std::fs::write(path, bytes)
}

fn run() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [train, test, predictions, rest @ ..] = arguments.as_slice() else {
        return Err("peer TRAIN TEST PREDICTIONS key=value…".into());
    };
    let pairs = rest.iter().filter_map(|one| one.split_once('='));
    let options = Options(
        pairs
            .map(|(key, value)| (key.into(), value.into()))
            .collect(),
    );
    let threads = options.number("threads", 1.0)? as usize;
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build_global()?;
    let train = read(train)?;
    let table = train.table()?;
    let data = Labelled {
        table: &table,
        targets: &train.targets,
        weights: None,
    };
    let (model, bin_secs, fit_secs) = match options.text("learner") {
        Some(_) => forest(&options, data)?,
        None => boost(&options, data)?,
    };
    let peak = peak_bytes();
    let test = read(test)?;
    let test_table = test.table()?;
    let start = Instant::now();
    write(predictions, &model.predictions(&test_table)?)?;
    let predict_secs = start.elapsed().as_secs_f64();
    let mut shap_secs = 0.0;
    if let Some(path) = options.text("shap") {
        let start = Instant::now();
        let contributions = model.contributions(&test_table)?;
        shap_secs = start.elapsed().as_secs_f64();
        write(path, &contributions)?;
    }
    writeln!(
        std::io::stdout(),
        "{{\"bin_secs\": {bin_secs}, \"fit_secs\": {fit_secs}, \"predict_secs\": {predict_secs}, \"shap_secs\": {shap_secs}, \
         \"peak_bytes\": {peak}, \"trees\": {}}}",
        model.trees.len()
    )?;
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    run()
}
