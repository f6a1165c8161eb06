//! Widgets in a context without a window: each has a role and a name, and answers what was done to it.

use std::cell::RefCell;

use egui::accesskit::{Node, Role};
use egui::{Event, Modifiers, PointerButton, Pos2, RawInput, Rect, pos2, vec2};

use crate::{Look, Sort, Theme, Tone, icon};

/// A window of 600 x 800 that is drawn when it is told to.
struct Window {
    ctx: egui::Context,
    look: Look,
}

impl Window {
    fn new(theme: Theme) -> Self {
        let window = Self {
            ctx: egui::Context::default(),
            look: Look::new(theme),
        };
        window.ctx.enable_accesskit();
        window.frame(Vec::new(), &mut |_, _| {});
        window
    }

    /// Draws once with these events; gives the widgets of the accessibility tree.
    fn frame(&self, events: Vec<Event>, draw: &mut dyn FnMut(&Look, &mut egui::Ui)) -> Vec<Node> {
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, vec2(600.0, 800.0))),
            events,
            ..RawInput::default()
        };
        let output = self.ctx.run_ui(input, |ui| {
            self.look.apply(ui.ctx());
            draw(&self.look, ui);
        });
        let update = output.platform_output.accesskit_update;
        update
            .map(|update| update.nodes.into_iter().map(|(_, node)| node).collect())
            .unwrap_or_default()
    }

    /// Moves there, presses and releases, a frame each, as a hand does.
    fn click(&self, at: Pos2, draw: &mut dyn FnMut(&Look, &mut egui::Ui)) {
        let button = |pressed| Event::PointerButton {
            pos: at,
            button: PointerButton::Primary,
            pressed,
            modifiers: Modifiers::NONE,
        };
        self.frame(vec![], draw);
        self.frame(vec![Event::PointerMoved(at)], draw);
        self.frame(vec![button(true)], draw);
        self.frame(vec![button(false)], draw);
    }
}

fn everything_ui(look: &Look, ui: &mut egui::Ui) {
    let (mut text, mut choice, mut is_on, mut number) = (String::new(), 1, false, 3_u32);
    look.page_head_ui(ui, "Page", "What it is for", |ui| {
        look.primary_icon_button_ui(ui, icon::ADD, "Import…");
    });
    look.primary_button_ui(ui, "Train…");
    look.button_ui(ui, "Compare");
    look.button_with_icon_ui(ui, icon::SAVE, "Save");
    look.quiet_button_ui(ui, "Later");
    look.quiet_icon_button_ui(ui, icon::UNDO, "Undo");
    look.danger_button_ui(ui, "Delete 3 runs");
    look.icon_button_ui(ui, icon::SETTINGS, "Settings");
    look.link_ui(ui, "wine@1");
    look.toggle_ui(ui, "Batch norm", &mut is_on);
    look.search_ui(ui, &mut text, "Filter runs");
    look.field_ui(ui, "Model", |ui| {
        look.text_field_ui(ui, "Name", &mut text, "wine");
        look.number_field_ui(ui, "Epochs", &mut number, 1..=10);
    });
    look.select_ui(ui, "Target", &mut choice, &[(1, "class"), (2, "alcohol")]);
    look.chip_ui(ui, Tone::Warn, "3 warnings");
    look.state_dot_ui(ui, Tone::Accent, "running");
    look.copy_text_ui(ui, "run-7k2m", "run-7k2m9qx4");
    look.tabs_ui(ui, &mut choice, &[(1, "Profile"), (2, "Rows")]);
    look.column_head_ui(ui, "Rows", Some(Sort::Down), true);
    look.list_row_ui(ui, "wine", true, |ui| ui.label("wine"));
    look.progress_ui(ui, Some(0.4), "40 of 100 epochs");
    look.sparkline_ui(ui, vec2(80.0, 20.0), &[1.0, f32::NAN, 2.0], "Loss");
    look.mini_histogram_ui(ui, vec2(80.0, 20.0), &[1, 0, 3], "Histogram of alcohol");
    look.bar_ui(ui, vec2(80.0, 8.0), 0.3, "30 % missing");
    look.error_ui(ui, "It failed", "The disk is full", Some("Free some space"));
    ui.horizontal(|ui| look.breadcrumb_ui(ui, &["wine", "Datasets", "wine@1"]));
}

#[test]
fn every_widget_has_a_role_and_a_name() {
    for theme in Theme::ALL {
        let window = Window::new(theme);
        let nodes = window.frame(vec![], &mut everything_ui);
        let usable: Vec<&Node> = nodes
            .iter()
            .filter(|node| egui::accessibility::is_input(node.role()))
            .collect();
        assert!(usable.len() >= 22, "{} widgets", usable.len());
        for node in usable {
            let has_name = node.label().is_some_and(|label| !label.trim().is_empty())
                || !node.labelled_by().is_empty();
            assert!(has_name, "no name: {node:?}");
        }
        let roles: Vec<Role> = nodes.iter().map(|node| node.role()).collect();
        for role in [
            Role::Button,
            Role::Link,
            Role::Switch,
            Role::Tab,
            Role::ComboBox,
            Role::Image,
        ] {
            assert!(roles.contains(&role), "no {role:?}");
        }
    }
}

#[test]
fn a_click_is_answered_and_a_disabled_button_is_silent() {
    let window = Window::new(Theme::Dark);
    let clicks = RefCell::new((0, 0));
    let place = RefCell::new((Pos2::ZERO, Pos2::ZERO));
    let mut draw = |look: &Look, ui: &mut egui::Ui| {
        let live = look.button_ui(ui, "Live");
        let dead = ui
            .add_enabled_ui(false, |ui| look.button_ui(ui, "Dead"))
            .inner;
        *place.borrow_mut() = (live.rect.center(), dead.rect.center());
        clicks.borrow_mut().0 += usize::from(live.clicked());
        clicks.borrow_mut().1 += usize::from(dead.clicked());
    };
    window.frame(vec![], &mut draw);
    let (live, dead) = *place.borrow();
    window.click(live, &mut draw);
    window.click(dead, &mut draw);
    assert_eq!(*clicks.borrow(), (1, 0));
}

#[test]
fn a_switch_turns_and_a_tab_opens() {
    let window = Window::new(Theme::Light);
    let state = RefCell::new((false, 1));
    let places = RefCell::new(Vec::new());
    let mut draw = |look: &Look, ui: &mut egui::Ui| {
        let mut state = state.borrow_mut();
        let switch = look.toggle_ui(ui, "Batch norm", &mut state.0);
        let top = ui.cursor().top();
        look.tabs_ui(ui, &mut state.1, &[(1, "Profile"), (2, "Rows")]);
        *places.borrow_mut() = vec![
            switch.rect.left_center() + vec2(10.0, 0.0),
            pos2(switch.rect.left() + 75.0, top + 16.0),
        ];
    };
    window.frame(vec![], &mut draw);
    let at = places.borrow().clone();
    window.click(at[0], &mut draw);
    window.click(at[1], &mut draw);
    assert_eq!(*state.borrow(), (true, 2));
}

#[test]
fn a_copy_says_so_and_copies_the_whole() {
    let window = Window::new(Theme::Dark);
    let at = RefCell::new(Pos2::ZERO);
    let mut draw = |look: &Look, ui: &mut egui::Ui| {
        *at.borrow_mut() = look
            .copy_text_ui(ui, "run-7k2m", "run-7k2m9qx4")
            .rect
            .center();
    };
    window.frame(vec![], &mut draw);
    let place = *at.borrow();
    let copied = RefCell::new(Vec::new());
    let mut watch = |look: &Look, ui: &mut egui::Ui| {
        draw(look, ui);
        ui.ctx().output(|output| {
            for command in &output.commands {
                if let egui::OutputCommand::CopyText(text) = command {
                    copied.borrow_mut().push(text.clone());
                }
            }
        });
    };
    window.click(place, &mut watch);
    assert_eq!(*copied.borrow(), ["run-7k2m9qx4"]);
}

#[test]
fn a_skeleton_waits_before_it_is_seen() {
    let window = Window::new(Theme::Dark);
    let seen = |time: f64| {
        let input = RawInput {
            time: Some(time),
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, vec2(600.0, 800.0))),
            ..RawInput::default()
        };
        let output = window
            .ctx
            .run_ui(input, |ui| window.look.skeleton_ui(ui, 3));
        let rows = |shape: &egui::epaint::ClippedShape| matches!(shape.shape, egui::Shape::Rect(_));
        output.shapes.iter().filter(|shape| rows(shape)).count()
    };
    assert_eq!(seen(10.00), 0);
    assert_eq!(seen(10.10), 0);
    assert_eq!(seen(10.20), 3);
    assert_eq!(seen(10.30), 3);
}
