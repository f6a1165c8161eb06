//! The window drawn on software Vulkan, in both themes: it has its colours, and nothing is left black.
//!
//! With `MILLRACE_PICTURES=FOLDER` the pictures are kept there, to be looked at.

use std::collections::HashSet;
use std::path::PathBuf;

use contract::TaskState;
use egui::{Key, Modifiers, Pos2};
use egui_kittest::kittest::Queryable;
use look::Theme;
use panels::{Place, states};

use super::TestWindow;
use super::undo::{obeyed, project};
use crate::action::Action;

/// Draws, keeps the picture when asked, and looks at its colours.
fn check(window: &mut TestWindow, name: &str) {
    let theme = window.harness.state().theme_of_test();
    window.harness.run_steps(2);
    let picture = window.harness.render().expect("a picture");
    if let Some(folder) = std::env::var_os("MILLRACE_PICTURES") {
        let file = PathBuf::from(folder).join(format!("{name}_{}.png", theme.word()));
        picture.save(file).expect("saved");
    }
    let colors: HashSet<[u8; 4]> = picture.pixels().map(|pixel| pixel.0).collect();
    assert!(colors.len() > 100, "{name}: {} colours", colors.len());
    assert!(colors.iter().all(|color| color[3] == 255), "{name}: holes");
    let text = window.harness.state().text_of_test().to_array();
    assert!(colors.contains(&text), "{name}: no text");
}

fn act(window: &mut TestWindow, action: Action) {
    let ctx = window.harness.ctx.clone();
    window.harness.state_mut().act_of_test(&ctx, action);
    window.harness.run();
}

/// The same steps in both themes, each in a window of its own.
fn in_both_themes(snapshot: Option<contract::Snapshot>, steps: impl Fn(&mut TestWindow)) {
    for theme in Theme::ALL {
        let mut window = TestWindow::with(egui_kittest::HarnessBuilder::wgpu);
        act(
            &mut window,
            match theme {
                Theme::Dark => Action::ThemeDark,
                Theme::Light => Action::ThemeLight,
            },
        );
        if let Some(snapshot) = &snapshot {
            window.show(snapshot.clone());
        }
        steps(&mut window);
    }
}

#[test]
fn the_welcome_screen() {
    in_both_themes(None, |window| check(window, "welcome"));
}

#[test]
fn files_that_hang_over_the_window() {
    in_both_themes(Some(states::road()), |window| {
        window.harness.state_mut().go_of_test(Place::Datasets);
        window.harness.run();
        let hovered = egui::HoveredFile {
            path: Some("/data/wine.csv".into()),
            ..egui::HoveredFile::default()
        };
        window.harness.input_mut().hovered_files = vec![hovered];
        window.harness.step();
        check(window, "dropping");
    });
}

#[test]
fn the_palette_over_the_work() {
    in_both_themes(Some(states::road()), |window| {
        window
            .harness
            .key_press_modifiers(Modifiers::COMMAND, Key::K);
        window.harness.run();
        window.harness.event(egui::Event::Text("se".to_owned()));
        window.harness.run();
        check(window, "palette");
    });
}

#[test]
fn tiles_the_tray_and_a_question() {
    let mut import = states::task(0);
    import.state = TaskState::Running;
    let snapshot = states::Sample::new()
        .dataset(vec![states::wine()])
        .task(import)
        .task(states::task(1))
        .task(states::task(3))
        .task(states::task(4))
        .notice(states::notice(2, contract::NoticeLevel::Warning))
        .done();
    in_both_themes(Some(snapshot), |window| {
        window.harness.state_mut().go_of_test(Place::Datasets);
        act(window, Action::OpenBeside);
        act(window, Action::ShowTasks);
        check(window, "tray");
        window.harness.key_press(Key::Escape);
        window.harness.hover_at(Pos2::new(2.0, 2.0));
        act(window, Action::CloseProject);
        window.harness.get_by_label("Stop and close");
        check(window, "closing");
    });
}

#[test]
fn the_way_back_in_toasts_and_in_the_palette() {
    let model = contract::ModelName::new("wine");
    let alias = |version| contract::Command::SetAlias {
        version: contract::ModelVersionRef {
            model: model.clone(),
            version,
        },
        alias: "champion".into(),
    };
    let stop = contract::Command::ForgetFolder {
        path: "/data/inbox".into(),
    };
    in_both_themes(Some(project()), |window| {
        window.harness.state_mut().go_of_test(Place::Registry);
        for command in [alias(2), alias(3), stop.clone()] {
            let after = obeyed(window.harness.state().snapshot_of_test(), &command);
            window.harness.state_mut().ask_of_test(command);
            window.harness.state_mut().publish_of_test(after);
            window.harness.run();
        }
        let asked = window.asked().len();
        act(window, Action::Undo);
        let back = window.asked().get(asked).expect("asked").clone();
        let after = obeyed(window.harness.state().snapshot_of_test(), &back);
        window.harness.state_mut().publish_of_test(after);
        window.harness.run();
        window.harness.get_by_label("Redo");
        check(window, "undo");
        act(window, Action::Palette);
        check(window, "undo_palette");
    });
}
