//! Where the desktop shows no file dialog, paths are typed or pasted: one, or of files to import several.

use contract::Command;
use egui::{Key, Modifiers, Role};
use egui_kittest::kittest::Queryable;
use panels::states;

use super::TestWindow;
use super::road::until;
use crate::arrival::Purpose;
use crate::path_dialog::{all_checked, checked};

/// Pastes this in the place of what stood in the field for files.
fn put(window: &mut TestWindow, text: &str) {
    window
        .harness
        .get_by_role_and_label(Role::MultilineTextInput, "Paths")
        .focus();
    window.harness.run();
    window
        .harness
        .key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.harness.run();
    window.harness.event(egui::Event::Paste(text.to_owned()));
    window.harness.run();
}

fn press_import(window: &mut TestWindow) {
    window
        .harness
        .get_by_role_and_label(Role::Button, "Import")
        .click();
    window.harness.run();
}

/// A window in which a file dialog for imports could not be shown.
fn asked_for_files() -> TestWindow {
    let mut window = TestWindow::over(states::road());
    window
        .harness
        .state_mut()
        .no_dialog_of_test(Purpose::ImportFiles);
    window.harness.run();
    window
}

#[test]
fn several_files_are_pasted_and_imported_together() {
    let mut window = asked_for_files();
    let files = ["a.csv", "b.csv"].map(|name| window.folder.path().join(name));
    for file in &files {
        std::fs::write(file, "x,y\n1,2\n").expect("written");
    }
    let text = files.each_ref().map(|file| file.display().to_string());
    put(&mut window, &text.join("\n"));
    // With Shift another line begins, and nothing is imported yet.
    window
        .harness
        .key_press_modifiers(Modifiers::SHIFT, Key::Enter);
    window.harness.run();
    assert_eq!(window.asked(), []);
    window.harness.key_press(Key::Enter);
    window.harness.run();
    window.harness.run();
    assert!(
        matches!(
            window.asked().as_slice(),
            [Command::ImportFiles { paths, .. }] if *paths == files
        ),
        "{:?}",
        window.asked()
    );
}

#[test]
fn of_several_paths_the_wrong_one_is_named_and_nothing_is_imported() {
    let mut window = asked_for_files();
    let here = window.folder.path().join("a.csv");
    std::fs::write(&here, "x\n1\n").expect("written");
    let gone = window.folder.path().join("gone.csv");
    put(
        &mut window,
        &format!("{}\n{}", here.display(), gone.display()),
    );
    press_import(&mut window);
    let fault = format!("Line 2: {} does not exist", gone.display());
    window.harness.get_by_label(&fault);
    assert_eq!(window.asked(), []);
}

#[test]
fn a_list_of_paths_is_read_line_by_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path();
    for name in ["a.csv", "b c.csv"] {
        std::fs::write(here.join(name), "x\n1\n").expect("written");
    }
    let check = |purpose: Purpose, text: &str| match all_checked(&purpose, text, here) {
        Ok(paths) => {
            let name = |path: &std::path::PathBuf| look::format::file_name(path);
            paths.iter().map(name).collect::<Vec<_>>().join(" | ")
        }
        Err(fault) => fault.replace(&here.display().to_string(), "HERE"),
    };
    let import = |text: &str| check(Purpose::ImportFiles, text);
    assert_eq!(
        import("a.csv\r\n\n  'b c.csv'  \na.csv\n"),
        "a.csv | b c.csv"
    );
    assert_eq!(import("\n  \n"), "Type a path");
    assert_eq!(import("d.csv"), "HERE/d.csv does not exist");
    assert_eq!(
        import("a.csv\n\nd.csv"),
        "Line 3: HERE/d.csv does not exist"
    );
    // Everything else takes one path; what is written in several lines is a name with a line break in it.
    assert!(check(Purpose::WatchFolder, "a.csv\nb c.csv").ends_with("does not exist"));
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
    put(&mut window, &file.display().to_string());
    press_import(&mut window);
    window.harness.get_by_label_contains("does not exist");
    std::fs::write(&file, "a,b\n1,2\n").expect("written");
    put(&mut window, &file.display().to_string());
    press_import(&mut window);
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
