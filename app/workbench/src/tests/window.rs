//! The real window, clicked and typed into.

use contract::{Command, TaskState};
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use look::Theme;
use panels::{Place, Selection, states};

use super::TestWindow;
use crate::action::Wish;
use crate::closing::Closing;

#[test]
fn it_boots_to_the_welcome_screen() {
    let mut window = TestWindow::new();
    window.harness.run();
    for button in [
        "Open the wine sample",
        "New project…",
        "Open project…",
        "Search or run",
    ] {
        window
            .harness
            .get_by_role_and_label(egui::Role::Button, button);
    }
}

#[test]
fn the_palette_opens_and_runs_an_action() {
    let mut window = TestWindow::over(states::road());
    assert_eq!(window.harness.state().place(), Place::Home);
    window
        .harness
        .key_press_modifiers(Modifiers::COMMAND, Key::K);
    window.harness.run();
    window.harness.get_by_label("Verify the journal");
    window.harness.event(egui::Event::Text("verify".to_owned()));
    window.harness.run();
    window.harness.key_press(Key::Enter);
    window.harness.run();
    assert_eq!(window.asked(), [Command::VerifyJournal]);
    assert!(
        window
            .harness
            .query_by_label("Verify the journal")
            .is_none()
    );
}

#[test]
fn the_palette_jumps_to_a_run_and_escape_closes_it() {
    let mut window = TestWindow::over(states::road());
    let run = window.harness.state().snapshot_of_test().runs[0].clone();
    window
        .harness
        .key_press_modifiers(Modifiers::COMMAND, Key::K);
    window.harness.run();
    window
        .harness
        .event(egui::Event::Text(format!("run {}", run.number)));
    window.harness.run();
    window
        .harness
        .get_by_role_and_label(egui::Role::ListBoxOption, &format!("Run {}", run.number))
        .click();
    window.harness.run();
    let app = window.harness.state();
    assert_eq!(app.place(), Place::Experiments);
    assert_eq!(
        app.selection_of_test(),
        Some(Selection::Run(run.id.clone()))
    );
    window
        .harness
        .key_press_modifiers(Modifiers::COMMAND, Key::K);
    window.harness.run();
    window.harness.key_press(Key::Escape);
    window.harness.run();
    assert!(
        window
            .harness
            .query_by_label("Verify the journal")
            .is_none()
    );
}

#[test]
fn the_rail_and_the_crumb_lead_from_one_run_back_to_all() {
    let mut window = TestWindow::over(states::road());
    for role in [egui::Role::Tab, egui::Role::Link] {
        window.harness.state_mut().go_of_test(Place::Experiments);
        window.harness.run();
        window.harness.get_by_label("Open run").click();
        window.harness.run();
        assert!(window.harness.query_by_label("All runs").is_some());
        window
            .harness
            .get_by_role_and_label(role, "Experiments")
            .click();
        window.harness.run();
        assert!(window.harness.query_by_label("All runs").is_none());
    }
}

#[test]
fn keys_lead_to_places_and_the_rail_shows_where_we_are() {
    let mut window = TestWindow::over(states::road());
    for (key, place) in [
        (Key::Num2, Place::Datasets),
        (Key::Num4, Place::Registry),
        (Key::Num8, Place::Journal),
    ] {
        window.harness.key_press_modifiers(Modifiers::COMMAND, key);
        window.harness.run();
        assert_eq!(window.harness.state().place(), place);
    }
    // AltGr and 2 writes a sign on many keyboards.
    let alt_gr = Modifiers::COMMAND | Modifiers::ALT;
    window.harness.key_press_modifiers(alt_gr, Key::Num2);
    window.harness.run();
    assert_eq!(window.harness.state().place(), Place::Journal);
    window
        .harness
        .get_by_role_and_label(egui::Role::Tab, "Serving")
        .click();
    window.harness.run();
    assert_eq!(window.harness.state().place(), Place::Serving);
}

#[test]
fn the_theme_switches_and_is_remembered() {
    let mut window = TestWindow::new();
    window.harness.run();
    let before = window.harness.state().theme_of_test();
    let name = match before {
        Theme::Dark => "Switch to the light theme",
        Theme::Light => "Switch to the dark theme",
    };
    window.harness.get_by_label(name).click();
    window.harness.run();
    assert_ne!(window.harness.state().theme_of_test(), before);
    let TestWindow { harness, folder } = window;
    drop(harness);
    let text = std::fs::read_to_string(folder.path().join("config/settings.toml"));
    let wanted = match before {
        Theme::Dark => "theme = \"light\"",
        Theme::Light => "theme = \"dark\"",
    };
    assert!(text.expect("settings").contains(wanted));
}

#[test]
fn everything_usable_has_a_name() {
    // `run` fails when a widget that can be used has none.
    let mut window = TestWindow::over(states::road());
    for place in Place::ALL {
        window.harness.state_mut().go_of_test(place);
        window.harness.run();
    }
    window
        .harness
        .get_by_label_contains("Show what is running")
        .click();
    window.harness.run();
    window
        .harness
        .key_press_modifiers(Modifiers::COMMAND, Key::K);
    window.harness.run();
}

#[test]
fn an_idle_window_is_left_alone() {
    let mut window = TestWindow::over(states::Sample::new().quiet().done());
    for place in Place::ALL {
        window.harness.state_mut().go_of_test(place);
        window.harness.run();
        let output = window.harness.output();
        let delay = output.viewport_output[&egui::ViewportId::ROOT].repaint_delay;
        assert!(
            delay.as_secs() >= 5,
            "{place:?} is drawn again after {delay:?}"
        );
    }
}

#[test]
fn closing_asks_while_something_runs() {
    let mut task = states::task(0);
    task.state = TaskState::Running;
    let mut window = TestWindow::over(states::Sample::new().task(task).done());
    close_request(&mut window);
    assert_eq!(window.harness.state().closing_of_test(), Closing::Asking);
    window.harness.get_by_label("Keep working, then quit");
    window.harness.get_by_label("Stay").click();
    window.harness.run();
    assert_eq!(window.harness.state().closing_of_test(), Closing::Stays);
    close_request(&mut window);
    window.harness.get_by_label("Stop and quit").click();
    for _ in 0..200 {
        window.harness.step();
        if window.harness.state().closing_of_test() == Closing::Gone {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("it never closed");
}

#[test]
fn closing_without_work_does_not_ask() {
    let mut window = TestWindow::over(states::Sample::new().quiet().done());
    close_request(&mut window);
    assert!(window.harness.query_by_label("Stay").is_none());
    assert_ne!(window.harness.state().closing_of_test(), Closing::Asking);
}

#[test]
fn a_notice_is_a_toast_that_can_be_dismissed() {
    let notice = states::notice(3, contract::NoticeLevel::Error);
    let title = notice.title.clone();
    let mut window = TestWindow::over(states::Sample::new().notice(notice).done());
    window
        .harness
        .get_by_label(&format!("Dismiss “{title}”"))
        .click();
    window.harness.run();
    assert_eq!(window.asked(), [Command::DismissNotice { notice: 3 }]);
    assert!(
        window
            .harness
            .query_by_label(&format!("Dismiss “{title}”"))
            .is_none()
    );
}

#[test]
fn a_task_is_cancelled_in_the_tray() {
    let mut task = states::task(0);
    task.state = TaskState::Running;
    task.can_cancel = true;
    let (id, title) = (task.id.clone(), task.title.clone());
    let mut window = TestWindow::over(states::Sample::new().quiet().task(task).done());
    window
        .harness
        .get_by_label_contains(&format!("{title} ·"))
        .click();
    window.harness.run();
    window
        .harness
        .get_all_by_label(&format!("Cancel {title}"))
        .last()
        .expect("a cross")
        .click();
    window.harness.run();
    assert!(window.asked().contains(&Command::CancelTask { task: id }));
}

#[test]
fn long_titles_stay_inside_the_tray_and_are_whole_under_the_pointer() {
    let long = format!("Import {}", "messreihe_der_versuchsanlage_nord_".repeat(6));
    let (mut running, mut ended) = (states::task(0), states::task(3));
    for task in [&mut running, &mut ended] {
        task.title.clone_from(&long);
    }
    let snapshot = states::Sample::new().quiet().task(running).task(ended);
    let mut window = TestWindow::over(snapshot.done());
    let ctx = window.harness.ctx.clone();
    let app = window.harness.state_mut();
    app.go_of_test(Place::Settings);
    app.act_of_test(&ctx, crate::action::Action::ShowTasks);
    window.harness.run();
    let right = window.harness.get_by_label("Open the list").rect().right();
    let titles: Vec<egui::Rect> = window
        .harness
        .query_all_by_label(&long)
        .map(|title| title.rect())
        .collect();
    assert_eq!(titles.len(), 2, "the one that runs and the one that ended");
    for title in titles {
        assert!(title.right() <= right + 1.0, "{title} goes beyond {right}");
        window.harness.hover_at(title.center());
        window.harness.run_steps(8);
        let shown = window.harness.query_all_by_label(&long).count();
        assert_eq!(shown, 3, "whole under the pointer");
        window.harness.hover_at(egui::pos2(2.0, 2.0));
        window.harness.run_steps(4);
    }
    let hint = format!("{long} · ");
    let bar = window.harness.get_by_label_contains(&hint).rect();
    window.harness.key_press(Key::Escape);
    window.harness.run();
    window.harness.hover_at(bar.center());
    window.harness.run_steps(8);
    let shown = window.harness.query_all_by_label_contains(&hint).count();
    assert_eq!(shown, 2, "the bar cuts it, what hangs over it does not");
}

#[test]
fn tiles_split_and_close() {
    let mut window = TestWindow::over(states::road());
    window
        .harness
        .key_press_modifiers(Modifiers::COMMAND, Key::Backslash);
    window.harness.run();
    assert_eq!(window.harness.get_all_by_label("Close the tile").count(), 2);
    window
        .harness
        .key_press_modifiers(Modifiers::COMMAND, Key::M);
    window.harness.run();
    window.harness.get_by_label("Restore the tiles").click();
    window.harness.run();
    window
        .harness
        .get_all_by_label("Close the tile")
        .next()
        .expect("a cross")
        .click();
    window.harness.run();
    assert!(window.harness.query_by_label("Close the tile").is_none());
}

#[test]
fn text_size_follows_the_keys() {
    let mut window = TestWindow::over(states::Sample::new().quiet().done());
    window
        .harness
        .key_press_modifiers(Modifiers::COMMAND, Key::Plus);
    window.harness.run();
    assert!((window.harness.ctx.zoom_factor() - 1.1).abs() < 1e-6);
    window
        .harness
        .key_press_modifiers(Modifiers::COMMAND, Key::Num0);
    window.harness.run();
    assert!((window.harness.ctx.zoom_factor() - 1.0).abs() < 1e-6);
}

#[test]
fn a_broken_settings_file_is_told_and_survived() {
    let folder = tempfile::tempdir().expect("a folder");
    let folders = super::folders(&folder);
    crate::disk::write_whole(&folders.settings(), "theme = purple").expect("written");
    let options = crate::Options {
        folders,
        start: None,
        began: std::time::Instant::now(),
    };
    let mut harness = egui_kittest::Harness::builder()
        .with_size([1320.0, 860.0])
        .build_eframe(|cc| crate::App::new(cc, options).expect("a window"));
    harness.run();
    harness.get_by_label("Dismiss “The settings could not be read”");
}

#[test]
fn a_lost_graphics_card_keeps_everything_and_closes() {
    let mut window = TestWindow::over(states::road());
    window.harness.state_mut().go_of_test(Place::Monitoring);
    window.harness.run();
    window
        .harness
        .state_mut()
        .lose_device_of_test("the driver was reset");
    for _ in 0..200 {
        window.harness.step();
        if window.harness.state().closing_of_test() == Closing::Gone {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    assert_eq!(window.harness.state().closing_of_test(), Closing::Gone);
    let TestWindow { harness, folder } = window;
    drop(harness);
    let layouts = std::fs::read_dir(folder.path().join("data/layouts")).expect("layouts");
    let text = layouts
        .flatten()
        .filter_map(|file| std::fs::read_to_string(file.path()).ok())
        .collect::<String>();
    assert!(text.contains("monitoring"), "{text}");
}

#[test]
fn a_path_that_is_not_there_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = crate::Options {
        folders: super::folders(&folder),
        start: Some(folder.path().join("missing.csv")),
        began: std::time::Instant::now(),
    };
    let mut harness = egui_kittest::Harness::builder()
        .with_size([1320.0, 860.0])
        .build_eframe(|cc| crate::App::new(cc, options).expect("a window"));
    harness.run();
    harness.get_by_label_contains("missing.csv does not exist");
}

#[test]
fn the_crumb_is_a_thing_of_the_place() {
    use crate::frame::top_bar::{belongs, said};
    let road = states::road();
    let run = Selection::Run(road.runs[0].id.clone());
    assert_eq!(said(&road, &run), format!("run {}", road.runs[0].number));
    assert!(belongs(&run, Place::Experiments) && !belongs(&run, Place::Registry));
}

#[test]
fn the_tray_opens_by_its_action() {
    let mut task = states::task(0);
    task.state = TaskState::Running;
    let mut window = TestWindow::over(states::Sample::new().quiet().task(task).done());
    let ctx = window.harness.ctx.clone();
    window
        .harness
        .state_mut()
        .act_of_test(&ctx, crate::action::Action::ShowTasks);
    window.harness.run();
    window.harness.get_by_label("Open the list").click();
    window.harness.run();
    assert_eq!(window.harness.state().place(), Place::Tasks);
}

#[test]
fn a_clicked_notification_brings_the_window_to_what_it_is_about() {
    let mut window = TestWindow::over(states::road());
    let run = window.harness.state().snapshot_of_test().runs[0].id.clone();
    let leads_to = Wish::Show(Selection::Run(run.clone()), Place::Experiments);
    window
        .harness
        .state_mut()
        .click_notification_of_test(leads_to);
    window.harness.step();
    let output = &window.harness.output().viewport_output[&egui::ViewportId::ROOT];
    assert!(output.commands.contains(&egui::ViewportCommand::Focus));
    let app = window.harness.state();
    assert_eq!(app.place(), Place::Experiments);
    assert_eq!(app.selection_of_test(), Some(Selection::Run(run)));
}

fn close_request(window: &mut TestWindow) {
    let id = egui::ViewportId::ROOT;
    let input = window.harness.input_mut();
    let info = input.viewports.entry(id).or_default();
    info.events.push(egui::ViewportEvent::Close);
    window.harness.step();
    let info = window.harness.input_mut().viewports.entry(id).or_default();
    info.events.clear();
    window.harness.run();
}
