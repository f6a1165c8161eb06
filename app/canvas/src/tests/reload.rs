//! A shader's file that changes while it is drawn, on software Vulkan: a good one is taken up, a broken one refused.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use egui::{Color32, Id, Rect, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::wgpu::{WgpuTestRenderer, create_render_state, default_wgpu_setup};

use crate::gpu::install_from;
use crate::{CurveRef, CurvesView, Range, Scale};

const SIZE: f32 = 40.0;
const RED: [u8; 4] = [255, 0, 0, 255];
const GREEN: [u8; 4] = [0, 255, 0, 255];
const SHADER: &str = include_str!("../../../../shaders/curves.wgsl");
const LAST_LINE: &str = "    return color;\n";

/// The shader with another last line of its fragment stage.
fn painting(color: &str) -> String {
    assert_eq!(SHADER.matches(LAST_LINE).count(), 1);
    SHADER.replace(LAST_LINE, &format!("    return {color} * color.a;\n"))
}

/// Saves as an editor does a moment later: files of one moment look the same.
fn save(folder: &Path, text: &str, moment: u64) {
    let path = folder.join("curves.wgsl");
    std::fs::write(&path, text).expect("written");
    let file = std::fs::File::options().append(true).open(&path);
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + moment);
    file.and_then(|file| file.set_modified(at)).expect("dated");
}

/// A window with one thick white line through its middle, drawn by the shader in `folder`.
fn window(folder: &Path) -> Harness<'static> {
    let state = create_render_state(
        default_wgpu_setup(),
        egui_wgpu::RendererOptions::PREDICTABLE,
    );
    let (install_state, renderer) = (state.clone(), WgpuTestRenderer::from_render_state(state));
    let folder = folder.to_owned();
    let points: Arc<[[f64; 2]]> = vec![[0.0, 20.0], [40.0, 20.0]].into();
    Harness::builder()
        .with_size(vec2(SIZE, SIZE))
        .with_pixels_per_point(1.0)
        .renderer(renderer)
        .with_context_setup(move |ctx| install_from(ctx, &install_state, &folder))
        .build_ui(move |ui| {
            let rect = Rect::from_min_size(pos2(0.0, 0.0), vec2(SIZE, SIZE));
            ui.set_clip_rect(rect);
            let curves = [CurveRef {
                points: &points,
                color: Color32::WHITE,
                width: 8.0,
            }];
            CurvesView {
                id: Id::unique("reloaded"),
                curves: &curves,
                x: Range::new(0.0, 40.0),
                y: Range::new(0.0, 40.0),
                y_scale: Scale::Linear,
            }
            .paint(ui, rect);
        })
}

/// The colour of the line once the file may be looked at again.
fn color(window: &mut Harness<'static>) -> [u8; 4] {
    std::thread::sleep(Duration::from_millis(520));
    window.step();
    window.render().expect("a picture").get_pixel(20, 20).0
}

#[test]
fn a_good_shader_is_taken_up_and_a_broken_one_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut window = window(folder.path());
    // No file yet: what was built in.
    assert_eq!(color(&mut window), [255; 4]);
    save(folder.path(), &painting("vec4<f32>(1.0, 0.0, 0.0, 1.0)"), 1);
    assert_eq!(color(&mut window), RED);
    // Words that are no shader, and a shader that lacks its entry point.
    save(folder.path(), "this is no shader", 2);
    assert_eq!(color(&mut window), RED);
    save(
        folder.path(),
        &SHADER.replace("fn fs_main", "fn fs_other"),
        3,
    );
    assert_eq!(color(&mut window), RED);
    save(folder.path(), &painting("vec4<f32>(0.0, 1.0, 0.0, 1.0)"), 4);
    assert_eq!(color(&mut window), GREEN);
    std::fs::remove_file(folder.path().join("curves.wgsl")).expect("removed");
    assert_eq!(color(&mut window), GREEN);
}

#[test]
fn a_file_is_looked_at_twice_a_second_at_most() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut window = window(folder.path());
    assert_eq!(color(&mut window), [255; 4]);
    save(folder.path(), &painting("vec4<f32>(1.0, 0.0, 0.0, 1.0)"), 1);
    window.step();
    let picture = window.render().expect("a picture");
    assert_eq!(picture.get_pixel(20, 20).0, [255; 4], "not yet");
    assert_eq!(color(&mut window), RED);
}

/// Nobody wakes the window for it: a chart that is not drawn is not looked at.
#[test]
fn watching_asks_for_no_frame() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut window = window(folder.path());
    window.run();
    save(folder.path(), &painting("vec4<f32>(1.0, 0.0, 0.0, 1.0)"), 1);
    let output = window.output();
    let delay = output.viewport_output[&egui::ViewportId::ROOT].repaint_delay;
    assert!(
        delay > Duration::from_secs(60),
        "drawn again after {delay:?}"
    );
}
