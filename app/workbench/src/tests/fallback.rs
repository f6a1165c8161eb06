//! Fonts of the system for scripts that the bundled ones lack: which is tried first, and which has a letter.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::fallback::{Script, Shelf, face_with, install, ranked};

fn assets() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../assets/fonts")
}

#[test]
fn a_letter_has_a_script() {
    for (letter, script) in [
        ('酒', Script::Han),
        ('ワ', Script::Kana),
        ('와', Script::Hangul),
        ('ن', Script::Arabic),
        ('י', Script::Hebrew),
        ('व', Script::Devanagari),
        ('ไ', Script::Thai),
    ] {
        assert_eq!(Script::of(letter), script, "{letter}");
    }
    assert_eq!(Script::of('გ'), Script::of('ლ'));
    assert_ne!(Script::of('გ'), Script::of('த'));
}

#[test]
fn what_is_known_for_the_script_is_tried_first_and_plain_before_bold() {
    let files = |names: &[&str]| names.iter().map(PathBuf::from).collect::<Vec<_>>();
    let there = files(&[
        "/f/Aardvark.ttf",
        "/f/NotoSansDevanagari-Regular.ttf",
        "/f/NotoSansCJK-Bold.ttc",
        "/f/wqy-microhei.ttc",
        "/f/NotoSansCJK-Regular.ttc",
    ]);
    assert_eq!(
        ranked(Script::Han, there.clone()),
        files(&[
            "/f/NotoSansCJK-Regular.ttc",
            "/f/NotoSansCJK-Bold.ttc",
            "/f/wqy-microhei.ttc",
            "/f/Aardvark.ttf",
            "/f/NotoSansDevanagari-Regular.ttf",
        ])
    );
    assert_eq!(
        ranked(Script::Devanagari, there)[0],
        PathBuf::from("/f/NotoSansDevanagari-Regular.ttf")
    );
}

#[test]
fn only_a_face_that_has_the_letter_is_taken() {
    let inter = assets().join("Inter-Regular.otf");
    let bytes = std::fs::read(&inter).expect("the bundled font");
    assert_eq!(face_with(&bytes, 'a'), Some(0));
    assert_eq!(face_with(&bytes, '酒'), None);
    assert_eq!(face_with(b"no font at all", 'a'), None);
    let broken = assets().join("README.md");
    let mut shelf = Shelf::default();
    let found = shelf.find(Script::of('Ж'), 'Ж', vec![broken, inter.clone()]);
    let found = found.expect("Inter has it");
    assert!(found.name.starts_with(&inter.display().to_string()));
    assert!(found.families.len() >= 6);
    assert!(shelf.find(Script::Han, '酒', vec![inter]).is_none());
}

/// A bundled font under another name.
fn lent(folder: &tempfile::TempDir, font: &str, name: &str) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::copy(assets().join(font), &path).expect("copied");
    path
}

#[test]
fn a_font_of_two_scripts_is_read_and_held_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let font = lent(&folder, "Inter-Regular.otf", "both.otf");
    let mut shelf = Shelf::default();
    let mut find = |letter: char| {
        let found = shelf.find(Script::of(letter), letter, vec![font.clone()]);
        found.expect("Inter has it")
    };
    assert_ne!(Script::of('Ж'), Script::of('ω'));
    let cyrillic = find('Ж');
    std::fs::remove_file(&font).expect("removed");
    let greek = find('ω');
    assert_eq!(cyrillic.name, greek.name, "egui knows a font by its name");
    assert_eq!(cyrillic.data.bytes().as_ptr(), greek.data.bytes().as_ptr());
}

#[test]
fn a_full_shelf_makes_do_with_what_it_has() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = lent(&folder, "Inter-Regular.otf", "first.otf");
    let second = lent(&folder, "Inter-Regular.otf", "second.otf");
    let size = std::fs::metadata(&first).expect("a file").len() as usize;
    for (files, bytes) in [(1, 10 * size), (10, size + size / 2)] {
        let mut shelf = Shelf::with_room_for(files, bytes);
        let mut find = |letter: char, path: &PathBuf| {
            let found = shelf.find(Script::of(letter), letter, vec![path.clone()]);
            found.map(|found| found.name)
        };
        let held = find('Ж', &first);
        assert!(held.is_some());
        assert_eq!(find('ω', &second), held, "the one that is here has it too");
        assert_eq!(find('酒', &second), None);
    }
    let mut none = Shelf::with_room_for(10, size / 2);
    assert!(none.find(Script::of('Ж'), 'Ж', vec![first]).is_none());
}

/// On a machine without such a font it stays away, and nothing else happens.
#[test]
fn a_missing_letter_brings_the_font_of_its_script() {
    let files = crate::disk::font_files();
    let is_there = Shelf::default().find(Script::Han, '酒', files).is_some();
    let builder = egui_kittest::Harness::builder().allow_missing_glyphs();
    let mut harness = builder.build_ui(|ui| {
        look::Look::new(look::Theme::Dark).apply(ui.ctx());
        ui.label("葡萄酒");
    });
    install(&harness.ctx);
    let font = egui::FontId::proportional(13.0);
    let begin = Instant::now();
    let mut has = false;
    while !has && begin.elapsed() < Duration::from_secs(if is_there { 30 } else { 1 }) {
        harness.step();
        has = harness.ctx.fonts_mut(|fonts| fonts.has_glyph(&font, '酒'));
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(has, is_there);
}
