//! What can be asked on the command line. Stable: scripts depend on it.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use contract::{DateOrder, DeviceChoice};

/// Millrace without a window.
#[derive(Debug, Parser)]
#[command(name = "millctl", version, propagate_version = true)]
pub(crate) struct Arguments {
    /// The project folder.
    #[arg(
        short,
        long,
        env = "MILLRACE_PROJECT",
        global = true,
        value_name = "DIR"
    )]
    pub project: Option<PathBuf>,
    /// Print one JSON document on stdout.
    #[arg(long, global = true)]
    pub json: bool,
    /// Say more on stderr.
    #[arg(short, long, global = true)]
    pub verbose: bool,
    #[command(subcommand)]
    pub action: Action,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// Make a project folder.
    New { dir: PathBuf },
    /// Datasets and their versions.
    #[command(subcommand)]
    Data(DataAction),
    /// Train a model and wait for it.
    Train(TrainArguments),
    /// Training runs.
    #[command(subcommand)]
    Runs(RunsAction),
    /// The registry.
    #[command(subcommand)]
    Models(ModelsAction),
    /// Serve models on loopback until SIGTERM.
    Serve {
        /// NAME, NAME@VERSION or NAME@ALIAS.
        #[arg(required = true)]
        models: Vec<String>,
        /// 0 takes a free port.
        #[arg(long, default_value_t = 0)]
        port: u16,
    },
    /// How far what is served has moved from the training data.
    Drift {
        model: String,
        /// The newest predictions that are compared.
        #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(1..))]
        window: u64,
    },
    /// Where something came from and what came of it.
    Lineage {
        id: String,
        #[arg(long, value_enum, default_value_t = GraphFormat::Json)]
        format: GraphFormat,
    },
    /// The journal of all facts.
    #[command(subcommand)]
    Audit(AuditAction),
    /// Check the journal and rebuild the catalog from it.
    Repair,
    /// Write the whole project into one tar file.
    Backup { file: PathBuf },
    /// Devices, versions, limits.
    Doctor,
    /// Measure this machine, as ratios to a named yardstick in the same run.
    Bench {
        #[arg(value_enum, default_values_t = [BenchPart::Journal, BenchPart::Train, BenchPart::Infer, BenchPart::Serve])]
        parts: Vec<BenchPart>,
        /// Size of the CSV of the import benchmark.
        #[arg(long, default_value_t = 1_000)]
        megabytes: u64,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum DataAction {
    /// Import files or folders.
    Add {
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// The dataset's name; without it the file's.
        #[arg(long)]
        name: Option<String>,
        /// COLUMN=target|feature|id|time|ignore
        #[arg(long = "role", value_name = "COL=ROLE")]
        roles: Vec<String>,
        /// One character, or `tab`.
        #[arg(long)]
        delimiter: Option<String>,
        /// Such as utf-8, windows-1252, utf-16le.
        #[arg(long)]
        encoding: Option<String>,
        /// `.` or `,`
        #[arg(long)]
        decimal: Option<char>,
        /// What comes first in dates such as 03/04/2024.
        #[arg(long, value_enum)]
        date_order: Option<DateWord>,
        #[arg(long)]
        header: Option<bool>,
        /// Excel only.
        #[arg(long)]
        sheet: Option<String>,
    },
    List,
    /// NAME or NAME@VERSION
    Show {
        name: String,
    },
    /// Rows that could not be read, with what is wrong with each.
    Rejects {
        /// NAME or NAME@VERSION
        name: String,
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..))]
        limit: u64,
    },
}

#[derive(Debug, clap::Args)]
pub(crate) struct TrainArguments {
    /// NAME or NAME@VERSION
    #[arg(long)]
    pub data: String,
    #[arg(long)]
    pub target: String,
    #[arg(long, value_enum, default_value_t = ModelKind::Mlp)]
    pub model: ModelKind,
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    pub epochs: Option<u32>,
    #[arg(long)]
    pub seed: Option<u64>,
    #[arg(long, value_enum, default_value_t = DeviceWord::Auto)]
    pub device: DeviceWord,
    #[arg(long)]
    pub experiment: Option<String>,
    /// learning_rate, batch_size, weight_decay, patience, class_weights, hidden (64,64), dropout, batch_norm,
    /// validation_share, test_share
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub set: Vec<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum ModelKind {
    Mlp,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum DeviceWord {
    Auto,
    Gpu,
    Cpu,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum DateWord {
    DayFirst,
    MonthFirst,
}

impl From<DateWord> for DateOrder {
    fn from(word: DateWord) -> Self {
        match word {
            DateWord::DayFirst => Self::DayFirst,
            DateWord::MonthFirst => Self::MonthFirst,
        }
    }
}

impl From<DeviceWord> for DeviceChoice {
    fn from(word: DeviceWord) -> Self {
        match word {
            DeviceWord::Auto => Self::Auto,
            DeviceWord::Gpu => Self::Gpu,
            DeviceWord::Cpu => Self::Cpu,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum RunsAction {
    List,
    Show {
        run: String,
    },
    Metrics {
        run: String,
        #[arg(long)]
        key: Option<String>,
    },
    /// Take an interrupted, failed or paused run up again and wait for it.
    Resume {
        run: String,
        /// Go on with another device than the run began with, such as the CPU after a GPU was lost.
        #[arg(long)]
        device: Option<DeviceWord>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum ModelsAction {
    /// Make a run's model a version of a registered model.
    Register {
        run: String,
        #[arg(long)]
        name: String,
    },
    List,
    /// NAME, NAME@VERSION or NAME@ALIAS
    Show {
        model: String,
    },
    /// Point an alias at a version.
    Alias {
        model: String,
        alias: String,
        version: u32,
    },
    /// Copy the files of a model package into a folder.
    Export {
        model: String,
        dir: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum AuditAction {
    /// Read every fact and every object again.
    Verify,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum GraphFormat {
    Json,
    Dot,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum BenchPart {
    Journal,
    Import,
    Train,
    Infer,
    Serve,
}
