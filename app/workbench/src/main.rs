//! `millrace [PROJECT | FILE]`: opens the window.

use std::ffi::OsStr;
use std::io::IsTerminal;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use eframe::egui;
use millrace_workbench::{App, Folders, Options, install_system_fonts};

const ICON: &[u8] = include_bytes!("../../../assets/icons/millrace-256.png");

fn main() -> ExitCode {
    let began = Instant::now();
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env()
                .unwrap_or_else(|_| "warn,millrace=info".into()),
        )
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    let word = std::env::args_os().nth(1);
    if let Some(text) = word.as_deref().and_then(words) {
        // Whoever reads it may have gone; then nobody misses it.
        let _gone = writeln!(std::io::stdout(), "{text}");
        return ExitCode::SUCCESS;
    }
    let start = word.map(PathBuf::from);
    let start = start.map(|path| std::path::absolute(&path).unwrap_or(path));
    let options = Options {
        folders: Folders::of_the_system(),
        start,
        began,
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

/// What is answered without a window.
fn words(argument: &OsStr) -> Option<&'static str> {
    match argument.to_str()? {
        "--version" | "-V" => Some(concat!("millrace ", env!("CARGO_PKG_VERSION"))),
        "--help" | "-h" => Some(
            "Usage: millrace [PROJECT | FILE]\n\nOpens the window, on a project folder or with a data file as the first dataset of a new one.\n`millctl` does the same without a window.",
        ),
        _ => None,
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
        // The window looks for them itself, beside the UI thread.
        system_font_fallback: false,
        ..eframe::NativeOptions::default()
    };
    eframe::run_native(
        "millrace",
        native,
        Box::new(|cc| {
            install_system_fonts(&cc.egui_ctx);
            Ok(Box::new(App::new(cc, options)?))
        }),
    )
}
