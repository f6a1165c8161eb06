//! Every exhibit is drawn, wide and narrow, in both themes; with `MILLRACE_GALLERY_OUT=FOLDER` the pictures are kept.

mod after_training;
mod comparing;
mod datasets;
mod hovering;
mod learning;
mod registry;
mod training;

use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::LazyLock;

use contract::{Command, Snapshot};
use egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use look::{Look, Theme};
use panels::{Commands, Ctx, Request, Selection, View, states};

use crate::exhibit::Drawing;
use crate::{Exhibit, Gallery, exhibits};

/// Made once: ten thousand runs take a while.
static EXHIBITS: LazyLock<Vec<Exhibit>> = LazyLock::new(exhibits);

/// A window that shows one panel after the other, with what they ask for.
struct Stage {
    harness: Harness<'static>,
    shown: Rc<RefCell<Shown>>,
    commands: Rc<Commands>,
    view: Rc<RefCell<View>>,
}

struct Shown {
    snapshot: Snapshot,
    drawing: Drawing,
}

impl Stage {
    fn empty(theme: Theme) -> Self {
        let look = Look::new(theme);
        let commands = Rc::new(Commands::default());
        let view = Rc::new(RefCell::new(states::view()));
        let shown = Rc::new(RefCell::new(Shown {
            snapshot: states::no_project(),
            drawing: Box::new(|_, _| {}),
        }));
        let (asked, seen, drawn) = (Rc::clone(&commands), Rc::clone(&view), Rc::clone(&shown));
        let setup = look.clone();
        let harness = Harness::builder()
            .with_theme(match theme {
                Theme::Dark => egui::Theme::Dark,
                Theme::Light => egui::Theme::Light,
            })
            .with_max_steps(16)
            .with_step_dt(0.05)
            .with_context_setup(move |ctx| setup.apply(ctx))
            .build_ui(move |ui| {
                let ground = look.palette.ground;
                ui.painter().rect_filled(ui.max_rect(), 0, ground);
                let Shown { snapshot, drawing } = &mut *drawn.borrow_mut();
                drawing(
                    &Ctx {
                        snapshot,
                        look: &look,
                        commands: &asked,
                        view: &seen.borrow(),
                    },
                    ui,
                );
            });
        Self {
            harness,
            shown,
            commands,
            view,
        }
    }

    /// The stage with this panel on it, settled.
    fn new(exhibit: &Exhibit) -> Self {
        let mut stage = Self::empty(Theme::Dark);
        stage.show(exhibit, exhibit.size);
        stage
    }

    /// Puts a panel on the stage as if nothing had been there before, and waits until it rests.
    fn show(&mut self, exhibit: &Exhibit, size: [f32; 2]) {
        *self.shown.borrow_mut() = Shown {
            snapshot: exhibit.snapshot.clone(),
            drawing: exhibit.drawing(),
        };
        *self.view.borrow_mut() = states::view();
        if let Some(selection) = &exhibit.selection {
            self.view.borrow().select(selection.clone());
        }
        self.commands.take();
        self.harness.ctx.data_mut(egui::util::IdTypeMap::clear);
        self.harness.set_size(size.into());
        self.harness.run();
    }

    fn click(&mut self, label: &str) {
        self.harness.get_by_label(label).click();
        self.harness.run();
    }

    /// The first thing whose name begins so.
    fn click_first(&mut self, beginning: &str) {
        let found = self
            .harness
            .query_all_by(|node| {
                node.label()
                    .is_some_and(|label| label.starts_with(beginning))
            })
            .next();
        found
            .unwrap_or_else(|| panic!("nothing is called {beginning}"))
            .click();
        self.harness.run();
    }

    fn says(&self, text: &str) -> bool {
        self.harness
            .query_all_by_label_contains(text)
            .next()
            .is_some()
    }

    fn key(&mut self, key: egui::Key) {
        self.harness.key_press(key);
        self.harness.run();
    }

    /// Keeps a picture where pictures are wanted.
    fn keep_picture(&mut self, name: &str) {
        if let Some(out) = pictures() {
            let picture = self.harness.render().expect("a picture");
            let path = out.join(format!("{name}.png"));
            picture.save(path).expect("the picture is written");
        }
    }

    /// What was asked since the last time.
    fn asked(&self) -> (Vec<Command>, Vec<Request>) {
        (self.commands.take(), self.view.borrow().take_requests())
    }
}

fn find(panel: &str, state: &str) -> &'static Exhibit {
    EXHIBITS
        .iter()
        .find(|exhibit| exhibit.panel == panel && exhibit.state == state)
        .unwrap_or_else(|| panic!("there is no exhibit {panel}, {state}"))
}

/// The folder for pictures, which has to be there.
fn pictures() -> Option<PathBuf> {
    std::env::var_os("MILLRACE_GALLERY_OUT").map(PathBuf::from)
}

/// As a whole tile, and as a narrow one.
fn sizes(exhibit: &Exhibit) -> [[f32; 2]; 2] {
    let [width, height] = exhibit.size;
    [[width, height], [width.min(460.0), 560.0]]
}

#[test]
fn every_state_draws() {
    let only = std::env::var("MILLRACE_GALLERY_ONLY").unwrap_or_default();
    assert!(EXHIBITS.len() > 60, "only {} exhibits", EXHIBITS.len());
    for theme in Theme::ALL {
        let mut stage = Stage::empty(theme);
        for exhibit in EXHIBITS
            .iter()
            .filter(|exhibit| exhibit.name().contains(&only))
        {
            for (size, word) in sizes(exhibit).into_iter().zip(["wide", "narrow"]) {
                stage.show(exhibit, size);
                let name = exhibit.name().replace([' ', ','], "-");
                stage.keep_picture(&format!("{name}-{}-{word}", theme.word()));
            }
        }
    }
}

/// [`Harness::run`] checks names as well; here the check says which state lacks one.
#[test]
fn everything_usable_has_a_name() {
    let mut stage = Stage::empty(Theme::Dark);
    for exhibit in EXHIBITS.iter() {
        stage.show(exhibit, exhibit.size);
        let unnamed = stage.harness.unnamed_widgets();
        assert!(unnamed.is_empty(), "{}: {unnamed:?}", exhibit.name());
    }
}

#[test]
fn every_state_is_stable() {
    let mut stage = Stage::empty(Theme::Light);
    for exhibit in EXHIBITS.iter() {
        stage.show(exhibit, exhibit.size);
        // A skeleton comes after 150 ms and then stays.
        stage.harness.run_steps(5);
        stage.asked();
        let before = texts(&stage.harness);
        stage.harness.step();
        assert_eq!(before, texts(&stage.harness), "{}", exhibit.name());
        let (commands, requests) = stage.asked();
        assert!(
            commands.is_empty() && requests.is_empty(),
            "{} asks on its own: {commands:?} {requests:?}",
            exhibit.name()
        );
    }
}

fn texts(harness: &Harness<'_>) -> Vec<String> {
    harness
        .root()
        .children_recursive()
        .filter_map(|node| node.accesskit_node().label())
        .collect()
}

/// Buttons and fields have to be reachable; cells of tables scroll, so that a cut one may stand at the edge.
#[test]
fn nothing_usable_is_cut_off() {
    let mut stage = Stage::empty(Theme::Dark);
    for exhibit in EXHIBITS.iter() {
        let [width, _] = exhibit.size;
        stage.show(exhibit, exhibit.size);
        for node in stage.harness.root().children_recursive() {
            let node = node.accesskit_node();
            let is_usable = matches!(
                node.role(),
                Role::Button | Role::TextInput | Role::Tab | Role::Link | Role::Switch
            );
            let Some(bounds) = node.bounding_box().filter(|_| is_usable) else {
                continue;
            };
            assert!(
                bounds.x0 >= -1.0 && bounds.x1 <= f64::from(width) + 1.0,
                "{}: {:?} lies at {bounds:?}",
                exhibit.name(),
                node.label()
            );
        }
    }
}

#[test]
fn clicks_ask_for_what_they_say() {
    let mut home = Stage::new(find("home", "registered"));
    home.click("Serve");
    let (commands, _) = home.asked();
    assert!(
        matches!(commands.as_slice(), [Command::StartEndpoint { .. }]),
        "{commands:?}"
    );

    let mut serving = Stage::new(find("serving", "serving"));
    serving.click("Predict");
    serving.click("Stop wine");
    let (commands, _) = serving.asked();
    assert!(
        matches!(
            commands.as_slice(),
            [Command::TryPrediction { .. }, Command::StopEndpoint { .. }]
        ),
        "{commands:?}"
    );

    let drifted = find("monitoring", "drifted");
    let mut monitoring = Stage::new(drifted);
    monitoring.click("Measure");
    let (commands, _) = monitoring.asked();
    assert!(
        matches!(
            commands.as_slice(),
            [Command::MeasureDrift { window: 1_000, .. }]
        ),
        "{commands:?}"
    );
}

#[test]
fn rows_are_asked_for_exactly_as_they_come_into_view() {
    let exhibit = find("datasets rows", "rows_on_their_way");
    let mut stage = Stage::new(exhibit);
    let (commands, _) = stage.asked();
    let [
        Command::ShowRows {
            first_row: 0,
            count,
            ..
        },
    ] = commands.as_slice()
    else {
        panic!("{commands:?}");
    };
    assert!((10..40).contains(count), "{count} rows are in view");
    let bar = stage.harness.get_by_label_contains("First row in view, of");
    bar.focus();
    stage.harness.run();
    stage.harness.key_press(egui::Key::End);
    stage.harness.run_steps(2);
    let (commands, _) = stage.asked();
    let [
        Command::ShowRows {
            first_row,
            count: again,
            ..
        },
    ] = commands.as_slice()
    else {
        panic!("{commands:?}");
    };
    assert_eq!(first_row + u64::from(*again), 10_000_000);

    stage.harness.key_press(egui::Key::Home);
    stage.harness.run_steps(3);
    let (commands, _) = stage.asked();
    assert!(
        matches!(
            commands.as_slice(),
            [Command::ShowRows { first_row: 0, .. }]
        ),
        "the question before was not answered, and this one does not wait for ever: {commands:?}"
    );
}

#[test]
fn types_and_roles_are_applied_together() {
    let exhibit = find("datasets", "wine");
    let mut stage = Stage::new(exhibit);
    stage.asked();
    stage.click("Role of alcohol");
    stage.click("ignore");
    assert!(stage.asked().0.is_empty(), "nothing is sent before Apply");
    stage.keep_picture("datasets-draft");
    stage.click("Apply");
    let (commands, _) = stage.asked();
    let [Command::EditColumns { version, columns }] = commands.as_slice() else {
        panic!("{commands:?}");
    };
    assert_eq!(version.to_string(), "wine@2");
    assert_eq!(columns[0].role, contract::ColumnRole::Ignore);
}

#[test]
fn a_source_is_read_differently() {
    let exhibit = find("datasets", "rejected_rows");
    let mut stage = Stage::new(exhibit);
    stage.click("Read differently…");
    stage
        .harness
        .get_by_role_and_label(Role::ComboBox, "Encoding")
        .click();
    stage.harness.run();
    stage.keep_picture("datasets-read-differently");
    stage.click("utf-8");
    stage.asked();
    stage.click("Import again");
    let (commands, _) = stage.asked();
    let [Command::ImportFiles { name, options, .. }] = commands.as_slice() else {
        panic!("{commands:?}");
    };
    assert_eq!(name.as_ref().map(|name| name.as_str()), Some("messpunkte"));
    assert_eq!(options.encoding.as_deref(), Some("utf-8"));
    assert!(stage.harness.query_by_label("Import again").is_none());
}

#[test]
fn training_is_opened_from_a_version() {
    let exhibit = find("datasets", "wine");
    let mut stage = Stage::new(exhibit);
    stage.click("Train…");
    let selected = stage.view.borrow().selection();
    assert!(
        matches!(&selected, Some(Selection::DataVersion(version)) if version.version == 2),
        "{selected:?}"
    );
    assert!(stage.harness.query_by_label("Train on wine@2").is_some());
}

#[test]
fn the_gallery_itself_opens_and_changes_its_theme() {
    let mut harness = Harness::builder()
        .with_size([1_480.0, 980.0])
        .with_max_steps(16)
        .build_eframe(|created| Gallery::new(&created.egui_ctx));
    harness.run();
    harness.get_by_label("Light").click();
    harness.run();
    harness.get_by_label("home, road").click();
    harness.run();
    assert!(harness.query_by_label("Measure").is_none());
    assert!(harness.query_all_by_label("Wine cellar").next().is_some());
}
