//! Frames with a thousand runs in view while an import and a training go on, in turns with empty frames of the same window.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use anyhow::Context;
use eframe::egui::{self, Context as Egui, Event, Key, LayerId, Modifiers, RawInput, Shape};
use host::bench::{Bound, Measure};
use millrace_workbench::{App, Folders, Options};
use serde_json::{Value, json};

use crate::clock::{Spent, quantiles};
use crate::load::Load;
use crate::probe::{Probe, Seen};

/// The first word of the process that does this.
pub(crate) const ROLE: &str = "--frames-of";

/// The bound of the slowest frame but one in a hundred.
const LONGEST_MILLIS: f64 = 4.0;
/// Frames in turns: so many of Millrace's, then so many empty ones, under the same load.
const IN_A_ROW: usize = 15;
const EMPTY_IN_A_ROW: usize = 15;
/// After a turn egui lays out again what it had forgotten, which no person's frame does.
const NOT_COUNTED: usize = 3;
/// On software Vulkan a thousand curves take the card a second, which the thread of the window waits for and is not charged with.
const ENOUGH: usize = 150;
const FEWEST: usize = 20;
const LONGEST: Duration = Duration::from_secs(150);
/// Opening the project, starting the load and selecting the runs take less.
const LONGEST_SETUP: Duration = Duration::from_secs(90);
/// The keys of the setup are pressed once in so many frames, until what they do is seen.
const SETUP_TURN: usize = 16;
const GO_TO_EXPERIMENTS: Key = Key::Num3;
const SELECT_ALL: Key = Key::A;
/// A place over the table of the runs.
const OVER_THE_TABLE: egui::Pos2 = egui::pos2(400.0, 220.0);

/// The project with the thousand runs, in the folder of the measurement.
pub(crate) fn project(folder: &Path) -> PathBuf {
    folder.join("crowd.millrace")
}

/// Measures in a process of its own, which ends without asking what is to become of the work in it.
pub(crate) fn measure(folder: &Path) -> anyhow::Result<Vec<Value>> {
    let output = Command::new(std::env::current_exe()?)
        .arg(ROLE)
        .arg(folder)
        .stderr(std::process::Stdio::inherit())
        .output()?;
    anyhow::ensure!(output.status.success(), "the frames could not be measured");
    serde_json::from_slice(&output.stdout).context("the frames were not told")
}

pub(crate) fn run(folder: &Path) -> ExitCode {
    match show(folder) {
        Ok(()) => eprintln!("error: the window was closed"),
        Err(error) => eprintln!("error: {error:#}"),
    }
    ExitCode::FAILURE
}

fn show(folder: &Path) -> anyhow::Result<()> {
    let options = Options {
        folders: Folders {
            config: folder.join("config"),
            data: folder.join("data"),
            projects: folder.join("projects"),
        },
        start: Some(project(folder)),
        began: Instant::now(),
    };
    let load = Load::start(project(folder), folder.to_owned())?;
    let native = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default().with_inner_size([1320.0, 860.0]),
        ..eframe::NativeOptions::default()
    };
    let make: eframe::AppCreator<'_> = Box::new(|cc| {
        Ok(Box::new(Measured {
            app: App::new(cc, options)?,
            load,
            stage: Stage::SettingUp,
            since: Instant::now(),
            probe: Probe::default(),
            turn: 0,
            marked: None,
            own: Vec::new(),
            empty: Vec::new(),
        }))
    });
    eframe::run_native("millrace", native, make).map_err(|error| anyhow::anyhow!("{error}"))
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Stage {
    /// Until all runs are in the charts, and the training and an import go on.
    SettingUp,
    Measuring,
}

/// The real window, and the probe around it.
struct Measured {
    app: App,
    load: Load,
    stage: Stage,
    since: Instant,
    probe: Probe,
    turn: usize,
    /// What could be marked of the frame before.
    marked: Option<Seen>,
    own: Vec<Spent>,
    empty: Vec<Spent>,
}

impl Measured {
    fn is_empty_turn(&self, turn: usize) -> bool {
        self.stage == Stage::Measuring && turn % (IN_A_ROW + EMPTY_IN_A_ROW) >= IN_A_ROW
    }

    /// Counts the frame before this one.
    fn count(&mut self, frame: &eframe::Frame) {
        let Some((seen, whole)) = self.marked.take().zip(frame.info().cpu_usage) else {
            return;
        };
        let Some(turn) = self.turn.checked_sub(1) else {
            return;
        };
        let whole = f64::from(whole);
        let rest = (whole - seen.marked.wall).max(0.0);
        let spent = Spent {
            wall: whole,
            worked: seen.marked.worked + rest.min(seen.unmarked_worked),
        };
        let place = turn % (IN_A_ROW + EMPTY_IN_A_ROW);
        let (row, place) = if place < IN_A_ROW {
            (&mut self.own, place)
        } else {
            (&mut self.empty, place - IN_A_ROW)
        };
        if place >= NOT_COUNTED && self.load.is_full() {
            row.push(spent);
        }
    }

    /// Does what a person would do to see all runs.
    fn set_up(&mut self, ctx: &Egui, turn: usize) {
        // The list alone says it at first, and then the charts too.
        let said = count_texts(ctx, "1\u{202f}001 runs");
        if self.since.elapsed() > LONGEST_SETUP {
            end(Err(anyhow::anyhow!(
                "after {turn} frames the runs were not in view, only {:?}",
                (self.stage, said, self.load.is_training())
            )));
        }
        if said > 1 && self.load.is_full() {
            self.stage = Stage::Measuring;
            self.since = Instant::now();
            self.turn = 0;
            self.marked = None;
        }
    }

    fn finish(&mut self) {
        let is_late = self.since.elapsed() > LONGEST;
        if self.own.len() < ENOUGH && !is_late {
            return;
        }
        let counts = (self.own.len(), self.empty.len());
        if counts.0.min(counts.1) < FEWEST {
            end(Err(anyhow::anyhow!(
                "only {} frames and {} empty ones were drawn in time",
                counts.0,
                counts.1
            )));
        }
        let seconds = self.since.elapsed().as_secs_f64();
        eprintln!(
            "{} frames and {} empty ones in {seconds:.0} s",
            counts.0, counts.1
        );
        end(Ok(figures(&self.own, &self.empty)));
    }
}

impl eframe::App for Measured {
    fn raw_input_hook(&mut self, _ctx: &Egui, input: &mut RawInput) {
        self.marked = self.probe.begin();
        if self.stage == Stage::Measuring {
            return;
        }
        let press = |key: Key| {
            let event = |pressed: bool| Event::Key {
                key,
                physical_key: None,
                pressed,
                repeat: false,
                modifiers: Modifiers::COMMAND,
            };
            let held = Event::ModifiersChanged(Modifiers::COMMAND);
            vec![held, event(true), event(false)]
        };
        let let_go = || vec![Event::ModifiersChanged(Modifiers::NONE)];
        input.events.extend(match self.turn % SETUP_TURN {
            0 if self.load.is_training() => press(GO_TO_EXPERIMENTS),
            4 => vec![Event::PointerMoved(OVER_THE_TABLE)],
            8 if self.load.is_training() => press(SELECT_ALL),
            1 | 9 => let_go(),
            _ => Vec::new(),
        });
    }

    fn logic(&mut self, ctx: &Egui, frame: &mut eframe::Frame) {
        if !self.is_empty_turn(self.turn) {
            self.app.logic(ctx, frame);
        }
        ctx.request_repaint();
    }

    fn ui(&mut self, ui: &mut egui::Ui, frame: &mut eframe::Frame) {
        if self.stage == Stage::Measuring {
            self.count(frame);
            self.finish();
        }
        let turn = self.turn;
        self.turn += 1;
        self.probe.first(ui);
        if !self.is_empty_turn(turn) {
            self.app.ui(ui, frame);
        }
        if self.stage != Stage::Measuring {
            self.set_up(ui.ctx(), turn);
        }
        self.probe.last(ui);
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        self.app.clear_color(visuals)
    }
}

fn figures(own: &[Spent], empty: &[Spent]) -> Vec<Measure> {
    let worked = |frames: &[Spent]| quantiles(frames.iter().map(|frame| frame.worked).collect());
    let wall = |frames: &[Spent]| quantiles(frames.iter().map(|frame| frame.wall).collect());
    let millis = |seconds: f64| (seconds * 1e3, "ms");
    let (own_worked, empty_worked) = (worked(own), worked(empty));
    let (own_wall, empty_wall) = (wall(own), wall(empty));
    let bound = Bound::AtMost(1.0, "at most 1");
    let row = |name: &str, value, yardstick, bound| {
        let name = format!("a frame under load, {name}");
        Measure::new(&name, millis(value), yardstick, bound)
    };
    let empty_frame = "an empty frame beside it";
    let beside = |value: f64| (empty_frame, value * 1e3);
    vec![
        row(
            "processor time, p99",
            own_worked.1,
            ("the 4 ms of the bound", LONGEST_MILLIS),
            bound,
        ),
        row(
            "processor time, p50",
            own_worked.0,
            beside(empty_worked.0),
            Bound::Reported,
        ),
        row(
            "processor time, p99",
            own_worked.1,
            beside(empty_worked.1),
            Bound::Reported,
        ),
        row(
            "wall, p50",
            own_wall.0,
            beside(empty_wall.0),
            Bound::Reported,
        ),
        row(
            "wall, p99",
            own_wall.1,
            beside(empty_wall.1),
            Bound::Reported,
        ),
    ]
}

/// Ends the process with what was measured: the work in it need not be ended tidily.
fn end(result: anyhow::Result<Vec<Measure>>) -> ! {
    match result {
        Ok(measures) => {
            println!("{}", json!(measures));
            std::process::exit(0);
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            std::process::exit(1);
        }
    }
}

/// Drawn texts that contain these words.
fn count_texts(ctx: &Egui, words: &str) -> usize {
    let mut layers: Vec<LayerId> = ctx.memory(|memory| memory.layer_ids().collect());
    layers.push(LayerId::background());
    layers.sort_by_key(|layer| (layer.order, layer.id.value()));
    layers.dedup();
    ctx.graphics(|graphics| {
        let lists = layers.iter().filter_map(|layer| graphics.get(*layer));
        lists
            .flat_map(|list| list.all_entries())
            .map(|clipped| texts_in(&clipped.shape, words))
            .sum()
    })
}

fn texts_in(shape: &Shape, words: &str) -> usize {
    match shape {
        Shape::Text(text) => usize::from(text.galley.text().contains(words)),
        Shape::Vec(shapes) => shapes.iter().map(|shape| texts_in(shape, words)).sum(),
        _ => 0,
    }
}
