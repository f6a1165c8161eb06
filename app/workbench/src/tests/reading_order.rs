//! The keyboard goes the way the eye goes, what is shown belongs to the place, and long names stay inside.

use contract::Command;
use egui::{Key, Role};
use egui_kittest::kittest::Queryable;
use look::{Look, Theme, icon};
use panels::{Place, Selection, states};

use super::TestWindow;
use super::road::until;
use crate::action::Wish;
use crate::arrival::Purpose;
use crate::palette::{Row, marked};
use crate::path_dialog::checked;

/// The rectangle of what has the focus.
fn focused(window: &TestWindow) -> Option<egui::Rect> {
    let id = window.harness.ctx.memory(|memory| memory.focused())?;
    window
        .harness
        .ctx
        .read_response(id)
        .map(|response| response.rect)
}

/// Where the focus goes when Tab is pressed this often.
fn tabbed(window: &mut TestWindow, times: usize) -> Vec<egui::Rect> {
    (0..times)
        .filter_map(|_| {
            window.harness.key_press(Key::Tab);
            window.harness.run();
            focused(window)
        })
        .collect()
}

#[test]
fn the_focus_goes_through_the_bars_from_left_to_right() {
    let mut window = TestWindow::over(states::road());
    let rects = tabbed(&mut window, 60);
    let height = window.harness.ctx.content_rect().height();
    let top: Vec<f32> = rects
        .iter()
        .take_while(|rect| rect.bottom() < 48.0)
        .map(|rect| rect.left())
        .collect();
    assert!(top.len() >= 4, "{top:?}");
    assert!(top.is_sorted(), "the top bar: {top:?}");
    let bottom: Vec<f32> = rects
        .iter()
        .filter(|rect| rect.top() > height - 30.0)
        .map(|rect| rect.left())
        .collect();
    assert!(bottom.len() >= 3, "{bottom:?}");
    assert!(bottom.is_sorted(), "the status bar: {bottom:?}");
}

#[test]
fn a_page_head_is_gone_through_from_left_to_right() {
    let mut window = TestWindow::over(states::road());
    window.harness.state_mut().go_of_test(Place::Monitoring);
    window.harness.run();
    let measure = window
        .harness
        .get_by_role_and_label(Role::Button, "Measure")
        .rect();
    let choice = window.harness.get_by_label("Window").rect();
    assert!(choice.right() <= measure.left(), "{choice} {measure}");
    let rects = tabbed(&mut window, 40);
    let at = |wanted: egui::Rect| {
        rects
            .iter()
            .position(|rect| rect.intersects(wanted.shrink(4.0)))
    };
    let (first, second) = (at(choice), at(measure));
    assert!(first.is_some() && first < second, "{first:?} {second:?}");
}

#[test]
fn the_inspector_shows_only_what_belongs_to_the_place() {
    const EMPTY: &str = "Select a dataset, run, model or endpoint to see its details";
    let mut window = TestWindow::over(states::road());
    window
        .harness
        .state_mut()
        .select_of_test(Selection::Fact(31));
    for place in [
        Place::Home,
        Place::Datasets,
        Place::Experiments,
        Place::Journal,
    ] {
        window.harness.state_mut().go_of_test(place);
        window.harness.run();
        let shown = window.harness.query_all_by_label("Before it").count();
        assert_eq!(shown, usize::from(place == Place::Journal), "{place:?}");
    }
    // Asked for, it says what it is for; asked again, it goes.
    window.harness.state_mut().go_of_test(Place::Home);
    window.harness.run();
    for is_shown in [true, false, true] {
        window
            .harness
            .get_by_label("Show or hide the inspector")
            .click();
        window.harness.run();
        assert_eq!(window.harness.query_by_label(EMPTY).is_some(), is_shown);
    }
}

#[test]
fn a_long_title_is_cut_at_the_edge_of_the_palette() {
    let row = Row {
        title: "measurements of the northern test plant in the second half of the year ".repeat(4),
        hint: String::new(),
        icon: icon::DATASETS,
        keys: String::new(),
        wish: Wish::Stay,
        places: vec![0, 1, 2],
    };
    let look = Look::new(Theme::Dark);
    let seen = std::cell::Cell::new((0.0, false));
    let harness = egui_kittest::Harness::new_ui(|ui| {
        let job = marked_in_known_fonts(&look, &row);
        let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
        seen.set((galley.size().x, galley.elided));
    });
    drop(harness);
    let (width, is_cut) = seen.get();
    assert!(width <= 500.0 && is_cut, "{width}");
}

/// In the families that are there without the look.
fn marked_in_known_fonts(look: &Look, row: &Row) -> egui::text::LayoutJob {
    let mut job = marked(look, row, 500.0);
    for section in &mut job.sections {
        section.format.font_id.family = egui::FontFamily::Proportional;
    }
    job
}

#[test]
fn without_a_dialog_of_the_desktop_a_path_is_typed() {
    let mut window = TestWindow::new();
    window
        .harness
        .state_mut()
        .no_dialog_of_test(Purpose::NewProject);
    window.harness.run();
    window.harness.get_by_label("New project");
    window
        .harness
        .get_by_role_and_label(Role::Button, "Create")
        .click();
    until(&mut window, "a project", |app| {
        app.snapshot_of_test().project.is_some()
    });
    let made = window.folder.path().join("projects/Untitled.millrace");
    assert!(made.join("project.toml").is_file());
}

#[test]
fn a_typed_file_is_imported_and_a_wrong_path_is_said() {
    let mut window = TestWindow::over(states::road());
    window
        .harness
        .state_mut()
        .no_dialog_of_test(Purpose::ImportFiles);
    window.harness.run();
    let file = window.folder.path().join("pumps.csv");
    let press = |window: &mut TestWindow, path: &std::path::Path| {
        let field = window
            .harness
            .get_by_role_and_label(Role::TextInput, "Path");
        field.focus();
        window.harness.run();
        let text = path.display().to_string();
        window
            .harness
            .key_press_modifiers(egui::Modifiers::COMMAND, Key::A);
        window.harness.run();
        window.harness.event(egui::Event::Text(text));
        window.harness.run();
        window
            .harness
            .get_by_role_and_label(Role::Button, "Import")
            .click();
        window.harness.run();
    };
    press(&mut window, &file);
    window.harness.get_by_label_contains("does not exist");
    std::fs::write(&file, "a,b\n1,2\n").expect("written");
    press(&mut window, &file);
    window.harness.run();
    assert!(
        matches!(
            window.asked().as_slice(),
            [Command::ImportFiles { paths, .. }] if *paths == [file]
        ),
        "{:?}",
        window.asked()
    );
}

#[test]
fn a_typed_path_is_checked_for_what_it_is_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path();
    std::fs::write(here.join("a.csv"), "x\n1\n").expect("written");
    std::fs::create_dir(here.join("made.millrace")).expect("made");
    let check = |purpose: Purpose, text: &str| match checked(&purpose, text, here) {
        Ok(path) => path
            .strip_prefix(here)
            .expect("inside")
            .display()
            .to_string(),
        Err(fault) => fault.replace(&here.display().to_string(), "HERE"),
    };
    assert_eq!(check(Purpose::ImportFiles, " \"a.csv\" "), "a.csv");
    assert_eq!(check(Purpose::ImportFiles, "  "), "Type a path");
    assert_eq!(
        check(Purpose::ImportFiles, "b.csv"),
        "HERE/b.csv does not exist"
    );
    assert_eq!(
        check(Purpose::WatchFolder, "a.csv"),
        "HERE/a.csv is not a folder"
    );
    assert_eq!(
        check(Purpose::NewProject, "made"),
        "HERE/made.millrace exists already"
    );
    assert_eq!(check(Purpose::NewProject, "new"), "new");
    assert_eq!(check(Purpose::NewProject, "wine.v2"), "wine.v2");
    std::fs::create_dir(here.join("wine.v2.millrace")).expect("made");
    assert_eq!(
        check(Purpose::NewProject, "wine.v2"),
        "HERE/wine.v2.millrace exists already"
    );
    std::fs::create_dir(here.join("iris.millrace")).expect("made");
    assert_eq!(check(Purpose::NewProject, "iris.v2"), "iris.v2");
    assert_eq!(
        check(Purpose::WriteBackup, "a.csv"),
        "HERE/a.csv exists already"
    );
    assert_eq!(
        check(Purpose::WriteBackup, "no/b.tar"),
        "There is no folder for HERE/no/b.tar"
    );
    assert_eq!(check(Purpose::WriteBackup, "b.tar"), "b.tar");
    assert_eq!(
        check(Purpose::OpenProject, "a.csv"),
        "HERE/a.csv is no project; the folder of a project holds project.toml"
    );
}

#[test]
fn toasts_go_where_they_cover_no_button() {
    use egui::{Align2, Rect, pos2, vec2};
    let room = Rect::from_min_max(pos2(64.0, 120.0), pos2(1_300.0, 820.0));
    let size = vec2(360.0, 90.0);
    let at_right = Rect::from_min_size(pos2(1_180.0, 780.0), vec2(100.0, 32.0));
    let at_middle = Rect::from_min_size(pos2(640.0, 780.0), vec2(100.0, 32.0));
    let at_left = Rect::from_min_size(pos2(80.0, 780.0), vec2(100.0, 32.0));
    let corner = |buttons: &[Rect]| crate::toasts::clear_corner(room, size, buttons);
    assert_eq!(corner(&[]), Align2::RIGHT_BOTTOM);
    assert_eq!(corner(&[at_right]), Align2::CENTER_BOTTOM);
    assert_eq!(corner(&[at_right, at_middle]), Align2::LEFT_BOTTOM);
    assert_eq!(corner(&[at_right, at_middle, at_left]), Align2::RIGHT_TOP);
    assert_eq!(corner(&[room]), Align2::RIGHT_BOTTOM);
}

#[test]
fn a_refusal_is_a_failure() {
    let refusal = contract::Refusal::new("the name is taken");
    let mut window = TestWindow::over(states::road());
    window.harness.state_mut().refused_of_test(refusal);
    window.harness.run();
    window.harness.get_by_label("Dismiss “the name is taken”");
    window.harness.get_by_label("error");
}

#[test]
fn a_project_closed_a_moment_ago_says_so() {
    let path = std::path::PathBuf::from("wine.millrace");
    let mut recent = crate::recent::Recent::default();
    recent.opened(&path, "Wine", 1_000);
    recent.touch(&path, 9_000);
    recent.touch(std::path::Path::new("other.millrace"), 10_000);
    let times: Vec<i64> = recent
        .projects
        .iter()
        .map(|project| project.opened)
        .collect();
    assert_eq!(times, [9_000]);
}
