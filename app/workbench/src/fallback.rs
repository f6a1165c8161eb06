//! Fonts of the system for scripts that the bundled ones do not have: looked for when such a letter is first seen, on a
//! thread of its own, and only for that script.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use egui::epaint::text::{
    FallbackRequest, FontData, FontFamily, FontInsert, FontPriority, FontProvider, InsertFontFamily,
};
use skrifa::raw::FileRef;
use skrifa::{FontRef, MetadataProvider};

use crate::disk;
use crate::engine::on_thread;

/// A machine with more fonts than this has the script among the first, which are the likeliest.
const MOST_TRIED: usize = 400;
/// Files and bytes that are held at most: the largest font for Han alone has some 20 MB, the others a tenth of it.
const MOST_FILES: usize = 32;
const MOST_BYTES: usize = 160 * 1024 * 1024;
/// Scripts that are looked for at once; a page has seldom more than two or three.
const MOST_SEARCHES: usize = 16;

/// Has egui ask for the fonts of the system; nothing is read before a letter is missing.
pub fn install(ctx: &egui::Context) {
    ctx.set_font_providers(vec![Arc::new(SystemFonts::new(ctx.clone()))]);
}

/// A writing system, as far as it decides which font is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Script {
    Han,
    Kana,
    Hangul,
    Arabic,
    Hebrew,
    Devanagari,
    Thai,
    /// A block of 128 letters: most scripts have one of their own.
    Block(u32),
}

impl Script {
    pub(crate) fn of(letter: char) -> Self {
        match u32::from(letter) {
            0x3040..=0x30ff | 0x31f0..=0x31ff => Self::Kana,
            0x1100..=0x11ff | 0x3130..=0x318f | 0xac00..=0xd7ff => Self::Hangul,
            0x2e80..=0x303f
            | 0x3400..=0x9fff
            | 0xf900..=0xfaff
            | 0xff00..=0xffef
            | 0x2_0000..=0x3_ffff => Self::Han,
            0x0600..=0x06ff | 0x0750..=0x077f | 0xfb50..=0xfdff | 0xfe70..=0xfeff => Self::Arabic,
            0x0590..=0x05ff | 0xfb1d..=0xfb4f => Self::Hebrew,
            0x0900..=0x097f => Self::Devanagari,
            0x0e00..=0x0e7f => Self::Thai,
            other => Self::Block(other >> 7),
        }
    }

    /// Parts of the names of font files that have it on Linux, macOS and Windows, best first.
    fn known_names(self) -> impl Iterator<Item = &'static str> {
        let names = match self {
            Self::Han => {
                "notosanscjk|notosanssc|sourcehansans|pingfang|hiragino sans gb|msyh|wqy-microhei|wqy-zenhei|droidsansfallback|stheiti|simsun"
            }
            Self::Kana => {
                "notosanscjk|notosansjp|sourcehansans|hiragino|yugoth|meiryo|ipag|takao|vl-gothic|msgothic|wqy-microhei|droidsansfallback"
            }
            Self::Hangul => {
                "notosanscjk|notosanskr|sourcehansans|applesdgothic|malgun|nanumgothic|unbatang|gulim|wqy-microhei|droidsansfallback"
            }
            Self::Arabic => {
                "notosansarabic|notonaskh|sfarabic|geezapro|segoeui|arial|dejavusans|kacst"
            }
            Self::Hebrew => "notosanshebrew|sfhebrew|arialhb|segoeui|arial|dejavusans",
            Self::Devanagari => {
                "notosansdevanagari|kohinoor|devanagarisangam|nirmala|mangal|lohit-devanagari|lohit|gargi"
            }
            Self::Thai => "notosansthai|thonburi|leelawad|tahoma|garuda|loma|waree",
            Self::Block(_) => "notosans|segoeui|arial unicode|dejavusans|freesans",
        };
        names.split('|')
    }
}

/// Font files in the order in which they are tried: names that are known for the script first, plain styles before
/// others.
pub(crate) fn ranked(script: Script, mut files: Vec<PathBuf>) -> Vec<PathBuf> {
    files.sort_by_cached_key(|path| (rank(script, path), path.clone()));
    files.truncate(MOST_TRIED);
    files
}

fn rank(script: Script, path: &Path) -> (usize, bool) {
    let name = path
        .file_stem()
        .map(|name| name.to_string_lossy().to_lowercase())
        .unwrap_or_default();
    let known = script
        .known_names()
        .position(|known| name.contains(known))
        .unwrap_or(usize::MAX);
    let styles = [
        "bold", "italic", "oblique", "black", "light", "thin", "medium", "serif", "mono", "cond",
    ];
    let is_styled = styles.iter().any(|style| name.contains(style));
    (known, is_styled)
}

/// The index of the face in the file that has the letter.
pub(crate) fn face_with(bytes: &[u8], letter: char) -> Option<u32> {
    let has = |face: &FontRef<'_>| {
        let glyph = face.charmap().map(letter);
        glyph.is_some_and(|glyph| glyph.to_u32() != 0)
    };
    let count = match FileRef::new(bytes).ok()? {
        FileRef::Font(_) => 1,
        FileRef::Collection(faces) => faces.len(),
    };
    (0..count).find(|index| FontRef::from_index(bytes, *index).is_ok_and(|face| has(&face)))
}

/// The font files that are used, each read and held once, whatever scripts it is used for. They go with the window.
pub(crate) struct Shelf {
    files: Vec<(PathBuf, Arc<Vec<u8>>)>,
    most_files: usize,
    most_bytes: usize,
}

impl Default for Shelf {
    fn default() -> Self {
        Self::with_room_for(MOST_FILES, MOST_BYTES)
    }
}

impl Shelf {
    pub(crate) fn with_room_for(most_files: usize, most_bytes: usize) -> Self {
        Self {
            files: Vec::new(),
            most_files,
            most_bytes,
        }
    }

    /// The best of these files that has the letter. Where the shelf is full, one that stands there already.
    pub(crate) fn find(
        &mut self,
        script: Script,
        letter: char,
        files: Vec<PathBuf>,
    ) -> Option<FontInsert> {
        ranked(script, files)
            .iter()
            .find_map(|path| self.take(path, letter))
            .or_else(|| {
                let mut held = self.files.iter();
                held.find_map(|(path, bytes)| insert(path, bytes, letter))
            })
    }

    fn take(&mut self, path: &Path, letter: char) -> Option<FontInsert> {
        let mut held = self.files.iter();
        if let Some((_, bytes)) = held.find(|(known, _)| known == path) {
            return insert(path, bytes, letter);
        }
        if self.files.len() >= self.most_files {
            return None;
        }
        let bytes = Arc::new(disk::bytes(path)?);
        let found = insert(path, &bytes, letter)?;
        let sizes = self.files.iter().map(|(_, bytes)| bytes.len());
        if sizes.sum::<usize>() + bytes.len() > self.most_bytes {
            return None;
        }
        self.files.push((path.to_owned(), bytes));
        Some(found)
    }
}

/// What egui is given: the same name and the same bytes whenever a face is found again, so that it has it once too.
fn insert(path: &Path, bytes: &Arc<Vec<u8>>, letter: char) -> Option<FontInsert> {
    let index = face_with(bytes, letter)?;
    let blob = Arc::clone(bytes);
    let everywhere = |family: FontFamily| InsertFontFamily {
        family,
        priority: FontPriority::Lowest,
    };
    Some(FontInsert {
        name: format!("{}#{index}", path.display()),
        data: FontData::from_blob(blob, index),
        families: look::families().into_iter().map(everywhere).collect(),
    })
}

/// The fonts that were found, and those that are being looked for.
pub(crate) struct SystemFonts {
    ctx: egui::Context,
    state: Arc<Mutex<Found>>,
    /// Held by the search that goes on; the others wait for it.
    shelf: Arc<Mutex<Shelf>>,
}

/// `None` while it is looked for, and when there is none.
type Found = HashMap<Script, Option<FontInsert>>;

impl SystemFonts {
    fn new(ctx: egui::Context) -> Self {
        Self {
            ctx,
            state: Arc::default(),
            shelf: Arc::default(),
        }
    }

    /// Looks for a font on a thread; egui asks everything again when there is one.
    fn look_for(&self, script: Script, letter: char) {
        let ctx = self.ctx.clone();
        let (state, shelf) = (Arc::clone(&self.state), Arc::clone(&self.shelf));
        let started = on_thread("fonts", move || {
            let Some(found) = search(&shelf, script, letter) else {
                tracing::info!(?script, "no font of the system has it");
                return;
            };
            tracing::info!(?script, font = found.name, "found a font of the system");
            keep(&state, script, found);
            let again = Self {
                ctx: ctx.clone(),
                state,
                shelf,
            };
            ctx.set_font_providers(vec![Arc::new(again)]);
        });
        if let Err(why) = started {
            tracing::warn!(%why, "could not look for a font");
        }
    }
}

impl FontProvider for SystemFonts {
    fn font_for(&self, request: &FallbackRequest<'_>) -> Option<FontInsert> {
        let letter = request.cluster.chars().next()?;
        let script = Script::of(letter);
        // Where the other thread writes just now, everything is asked again in a moment.
        let mut found = self.state.try_lock().ok()?;
        if let Some(known) = found.get(&script) {
            return known.clone();
        }
        // Each search has the shelf in its hands; the first that finds something has everything asked again.
        if Arc::strong_count(&self.shelf) > MOST_SEARCHES {
            return None;
        }
        found.insert(script, None);
        drop(found);
        self.look_for(script, letter);
        None
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "waits on the thread of the fonts; the UI thread only tries"
)]
fn keep(state: &Mutex<Found>, script: Script, font: FontInsert) {
    let mut found = state.lock().unwrap_or_else(PoisonError::into_inner);
    found.insert(script, Some(font));
}

/// One search at a time: the next one finds what this one has read.
#[expect(
    clippy::disallowed_methods,
    reason = "waits on the thread of the fonts; the UI thread never searches"
)]
fn search(shelf: &Mutex<Shelf>, script: Script, letter: char) -> Option<FontInsert> {
    let mut shelf = shelf.lock().unwrap_or_else(PoisonError::into_inner);
    shelf.find(script, letter, disk::font_files())
}
