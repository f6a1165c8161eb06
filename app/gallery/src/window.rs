//! The window: the exhibits at the left, the open one at the right, what it asked for below.

use egui::{Align, Layout, ScrollArea, Ui};
use look::{Look, Theme, Tone};
use panels::{Commands, Ctx, View, states};

use crate::exhibit::{Drawing, Exhibit, exhibits};

/// How much of what was asked is kept on the screen.
const KEPT: usize = 6;

/// The gallery as an app; it holds no engine, so that what is asked is only shown.
pub struct Gallery {
    look: Look,
    exhibits: Vec<Exhibit>,
    open: usize,
    drawing: Drawing,
    view: View,
    commands: Commands,
    asked: Vec<String>,
    filter: String,
    is_narrow: bool,
}

impl Gallery {
    pub fn new(ctx: &egui::Context) -> Self {
        let look = Look::new(Theme::Dark);
        look.apply(ctx);
        let exhibits = exhibits();
        let mut gallery = Self {
            look,
            drawing: Box::new(|_, _| {}),
            exhibits,
            open: 0,
            view: states::view(),
            commands: Commands::default(),
            asked: Vec::new(),
            filter: String::new(),
            is_narrow: false,
        };
        gallery.open(0);
        gallery
    }

    fn open(&mut self, index: usize) {
        let Some(exhibit) = self.exhibits.get(index) else {
            return;
        };
        self.open = index;
        self.drawing = exhibit.drawing();
        self.view = states::view();
        if let Some(selection) = &exhibit.selection {
            self.view.select(selection.clone());
        }
        self.asked.clear();
    }

    fn list_ui(&mut self, ui: &mut Ui) {
        let look = self.look.clone();
        look.search_ui(ui, &mut self.filter, "Find a state");
        ui.add_space(look.space.xs);
        let mut picked = None;
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            let mut panel = "";
            for (index, exhibit) in self.exhibits.iter().enumerate() {
                if !exhibit.name().contains(&self.filter) {
                    continue;
                }
                if panel != exhibit.panel {
                    panel = exhibit.panel;
                    look.section_ui(ui, panel);
                }
                let name = exhibit.name();
                let row = look.list_row_ui(ui, &name, index == self.open, |ui| {
                    ui.add(egui::Label::new(look.body(exhibit.state)).truncate());
                });
                if row.response.clicked() {
                    picked = Some(index);
                }
            }
        });
        if let Some(index) = picked {
            self.open(index);
        }
    }

    fn bar_ui(&mut self, ui: &mut Ui) {
        let look = self.look.clone();
        ui.horizontal(|ui| {
            let name = self.exhibits.get(self.open).map(Exhibit::name);
            ui.label(look.strong(name.unwrap_or_default()));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let mut is_light = look.theme == Theme::Light;
                if look.toggle_ui(ui, "Light", &mut is_light).clicked() {
                    let theme = if is_light { Theme::Light } else { Theme::Dark };
                    self.look = Look::new(theme);
                    self.look.apply(ui.ctx());
                }
                look.toggle_ui(ui, "Narrow", &mut self.is_narrow);
            });
        });
    }

    fn asked_ui(&mut self, ui: &mut Ui) {
        let commands = self.commands.take();
        let requests = self.view.take_requests();
        let said = commands
            .iter()
            .map(|command| format!("{command:?}"))
            .chain(requests.iter().map(|request| format!("{request:?}")));
        self.asked.extend(said);
        let first = self.asked.len().saturating_sub(KEPT);
        self.asked.drain(..first);
        for asked in &self.asked {
            ui.add(egui::Label::new(self.look.mono(asked)).truncate());
        }
        if self.asked.is_empty() {
            self.look
                .chip_ui(ui, Tone::Neutral, "What the panel asks for is shown here");
        }
    }
}

impl eframe::App for Gallery {
    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        let margin = egui::Frame::new()
            .fill(self.look.palette.ground)
            .inner_margin(self.look.space.m);
        egui::Panel::left("exhibits")
            .exact_size(240.0)
            .frame(margin)
            .show(ui, |ui| self.list_ui(ui));
        egui::Panel::bottom("asked")
            .exact_size(144.0)
            .frame(margin)
            .show(ui, |ui| self.asked_ui(ui));
        egui::Panel::top("bar")
            .frame(margin)
            .show(ui, |ui| self.bar_ui(ui));
        let stage = egui::Frame::new().fill(self.look.palette.ground);
        egui::CentralPanel::default().frame(stage).show(ui, |ui| {
            let Some(exhibit) = self.exhibits.get(self.open) else {
                return;
            };
            let ctx = Ctx {
                snapshot: &exhibit.snapshot,
                look: &self.look,
                commands: &self.commands,
                view: &self.view,
            };
            let width = if self.is_narrow {
                480.0
            } else {
                exhibit.size[0]
            };
            let size = egui::vec2(
                width.min(ui.available_width()),
                exhibit.size[1].min(ui.available_height()),
            );
            let rect = egui::Rect::from_min_size(ui.max_rect().min, size);
            ui.scope_builder(egui::UiBuilder::new().max_rect(rect), |ui| {
                (self.drawing)(&ctx, ui);
            });
        });
    }
}
