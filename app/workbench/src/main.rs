//! `millrace [PROJECT | FILE]`: opens the window.

use std::path::PathBuf;
use std::process::ExitCode;

use eframe::egui;
use millrace_workbench::{App, Folders, Options};

const ICON: &[u8] = include_bytes!("../../../assets/icons/millrace-256.png");

fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env()
                .unwrap_or_else(|_| "warn,millrace=info".into()),
        )
        .with_writer(std::io::stderr)
        .init();
    let start = std::env::args_os().nth(1).map(PathBuf::from);
    let start = start.map(|path| std::path::absolute(&path).unwrap_or(path));
    let options = Options {
        folders: Folders::of_the_system(),
        start,
    };
    match run(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            tracing::error!(
                "hint: Millrace needs a display, and Vulkan, Metal, DirectX 12 or OpenGL; `millctl` works without"
            );
            ExitCode::FAILURE
        }
    }
}

fn run(options: Options) -> Result<(), eframe::Error> {
    let viewport = egui::ViewportBuilder::default()
        .with_title("Millrace")
        .with_app_id("millrace")
        .with_inner_size([1320.0, 860.0])
        .with_min_inner_size([760.0, 480.0])
        .with_icon(eframe::icon_data::from_png_bytes(ICON).unwrap_or_default())
        .with_drag_and_drop(true);
    let native = eframe::NativeOptions {
        viewport,
        ..eframe::NativeOptions::default()
    };
    eframe::run_native(
        "millrace",
        native,
        Box::new(|cc| Ok(Box::new(App::new(cc, options)?))),
    )
}
