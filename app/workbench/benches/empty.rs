//! An empty eframe window that says what the real one says: the yardstick of its start, its idleness and its memory.

use eframe::egui;

#[derive(Default)]
struct Empty {
    has_drawn: bool,
    is_said: bool,
}

impl eframe::App for Empty {
    fn logic(&mut self, _ctx: &egui::Context, _frame: &mut eframe::Frame) {
        if self.has_drawn && !std::mem::replace(&mut self.is_said, true) {
            eprintln!("the first frame stands");
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        egui::CentralPanel::default().show(ui, |_ui| {});
        eprintln!("a frame was drawn");
        if !std::mem::replace(&mut self.has_drawn, true) {
            ui.ctx().request_repaint();
        }
    }
}

fn main() -> Result<(), eframe::Error> {
    let viewport = egui::ViewportBuilder::default().with_inner_size([1320.0, 860.0]);
    let native = eframe::NativeOptions {
        viewport,
        ..eframe::NativeOptions::default()
    };
    eframe::run_native(
        "empty",
        native,
        Box::new(|_cc| Ok(Box::new(Empty::default()))),
    )
}
