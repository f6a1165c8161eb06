//! Fonts of the system for scripts that the bundled ones lack: which is tried first, and which has a letter.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::fallback::{Script, face_with, find, install, ranked};

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
    let found = find(Script::of('Ж'), 'Ж', vec![broken, inter.clone()]).expect("Inter has it");
    assert!(found.name.starts_with(&inter.display().to_string()));
    assert!(found.families.len() >= 6);
    assert!(find(Script::Han, '酒', vec![inter]).is_none());
}

/// On a machine without such a font it stays away, and nothing else happens.
#[test]
fn a_missing_letter_brings_the_font_of_its_script() {
    let is_there = find(Script::Han, '酒', crate::disk::font_files()).is_some();
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
