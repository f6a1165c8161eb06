//! Opens the gallery.

fn main() -> eframe::Result {
    let options = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default()
            .with_title("Millrace gallery")
            .with_inner_size([1_480.0, 980.0]),
        ..eframe::NativeOptions::default()
    };
    eframe::run_native(
        "millrace-gallery",
        options,
        Box::new(|created| Ok(Box::new(millrace_gallery::Gallery::new(&created.egui_ctx)))),
    )
}
