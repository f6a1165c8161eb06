//! The window: takes what arrives, draws the frame and the places, does what was wished.

mod acting;
mod closing_down;
mod drawing;
mod handing_over;
mod projects;
mod undoing;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use contract::{Snapshot, Timestamp};
use look::{Look, Theme, Tone};
use panels::{Commands, View};

use crate::arrival::{self, Arrival};
use crate::closing::Closing;
use crate::disk::{self, Disk, Folders};
use crate::engine::{Project, Wake};
use crate::frame::Wishes;
use crate::keymap::Keymap;
use crate::notify::{Notifier, Watcher};
use crate::palette::Palette;
use crate::path_dialog::PathDialog;
use crate::places::Places;
use crate::recent::Recent;
use crate::settings::{Settings, ThemeChoice};
use crate::settings_page::SettingsPage;
use crate::tiles::Layout;
use crate::toasts::Toasts;
use crate::undo::History;
use crate::welcome::{Welcome, present};
use closing_down::After;
pub(crate) use projects::named;

/// How a window is started.
#[derive(Clone, Debug)]
pub struct Options {
    pub folders: Folders,
    /// A project folder or a data file to open at once.
    pub start: Option<PathBuf>,
    /// When the program began, to say how long the first frame took.
    pub began: Instant,
}

/// A frame of an idle window at most this often, so that “5 min ago” does not lie for long.
const SECONDS_BETWEEN_IDLE_FRAMES: u64 = 30;

/// A frame that takes longer on the UI thread is felt.
const LONG_FRAME_SECONDS: f32 = 0.016;

pub struct App {
    folders: Folders,
    disk: Disk,
    settings: Settings,
    saved_settings: Settings,
    keymap: Keymap,
    recent: Recent,
    look: Look,
    applied: Option<(Theme, bool)>,
    project: Project,
    snapshot: Arc<Snapshot>,
    commands: Commands,
    view: View,
    wishes: Wishes,
    places: Places,
    settings_page: SettingsPage,
    layout: Layout,
    palette: Palette,
    path_dialog: Option<PathDialog>,
    /// It was asked for while there was nothing to show in it.
    inspector_is_asked: bool,
    /// In the frame before.
    inspector_width: Option<f32>,
    toasts: Toasts,
    history: History,
    tray_is_wanted: bool,
    welcome: Welcome,
    watcher: Watcher,
    notifier: Notifier,
    /// A notification was clicked.
    comes_forward: bool,
    closing: Closing,
    after: Option<After>,
    /// Once what was asked for is handed on to the next holder.
    leaves_later: bool,
    /// What the title bar is to say from the next frame on.
    title: Option<String>,
    keymap_is_edited: bool,
    /// The window was told to close; once is enough.
    is_goodbye_said: bool,
    /// Until the first frame stands on the screen.
    began: Option<Instant>,
    /// The first frame was drawn; it stands on the screen when the next one begins.
    has_drawn: bool,
    arrivals: Receiver<Arrival>,
    arrival_sender: SyncSender<Arrival>,
    wake: Wake,
}

impl App {
    /// # Errors
    /// When the system gives no thread for the window's files.
    pub fn new(cc: &eframe::CreationContext<'_>, options: Options) -> anyhow::Result<Self> {
        let ctx = cc.egui_ctx.clone();
        ctx.options_mut(|egui_options| egui_options.zoom_with_keyboard = false);
        let (arrival_sender, arrivals) = sync_channel(arrival::QUEUE);
        let wake: Wake = {
            let ctx = ctx.clone();
            Arc::new(move || ctx.request_repaint())
        };
        if let Some(render_state) = &cc.wgpu_render_state {
            canvas::install(&ctx, render_state);
            closing_down::watch_device(render_state, &arrival_sender, &wake);
        }
        let folders = options.folders;
        let mut toasts = Toasts::default();
        let settings = read_settings(&folders, &mut toasts);
        let keymap = read_keymap(&folders, &mut toasts);
        let recent = Recent::read(disk::read(&folders.recent()).as_deref());
        let mut app = Self {
            disk: Disk::new()?,
            saved_settings: settings.clone(),
            recent: present(recent),
            look: Look::new(Theme::Dark),
            applied: None,
            project: Project::None,
            snapshot: Arc::default(),
            commands: Commands::default(),
            view: View::new(now()),
            wishes: Wishes::default(),
            places: Places::default(),
            settings_page: SettingsPage::default(),
            layout: Layout::default(),
            palette: Palette::default(),
            path_dialog: None,
            inspector_is_asked: false,
            inspector_width: None,
            history: History::default(),
            tray_is_wanted: false,
            welcome: Welcome::default(),
            watcher: Watcher::default(),
            notifier: Notifier::default(),
            comes_forward: false,
            closing: Closing::Stays,
            after: None,
            leaves_later: false,
            title: None,
            keymap_is_edited: false,
            is_goodbye_said: false,
            began: Some(options.began),
            has_drawn: false,
            folders,
            settings,
            keymap,
            toasts,
            arrivals,
            arrival_sender,
            wake,
        };
        app.apply_settings(&ctx);
        if let Some(path) = options.start {
            app.take(vec![path]);
        }
        Ok(app)
    }

    /// Theme and text size, when they changed or the desktop's theme did.
    fn apply_settings(&mut self, ctx: &egui::Context) {
        let theme = match self.settings.theme {
            ThemeChoice::Dark => Theme::Dark,
            ThemeChoice::Light => Theme::Light,
            ThemeChoice::System => match ctx.system_theme() {
                Some(egui::Theme::Light) => Theme::Light,
                Some(egui::Theme::Dark) | None => Theme::Dark,
            },
        };
        let wanted = (theme, self.settings.motion);
        if self.applied != Some(wanted) {
            self.look = Look::new(theme);
            if !self.settings.motion {
                self.look.motion.seconds = 0.0;
            }
            self.look.apply(ctx);
            self.applied = Some(wanted);
        }
        if (ctx.zoom_factor() - self.settings.text_scale).abs() > 1e-3 {
            ctx.set_zoom_factor(self.settings.text_scale);
        }
    }

    fn save_settings(&mut self) {
        if self.settings != self.saved_settings {
            self.saved_settings = self.settings.clone();
            self.disk
                .write(self.folders.settings(), self.settings.written());
        }
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        if self.has_drawn
            && let Some(began) = self.began.take()
        {
            let millis = began.elapsed().as_millis() as u64;
            tracing::info!(millis, "the first frame stands");
        }
        self.view.now = now();
        self.take_arrivals();
        self.watch_holder();
        self.leave_when_held();
        if let Some(link) = self.project.link() {
            self.snapshot = link.snapshot();
        }
        self.settle_history();
        let is_focused = ctx.input(|input| input.focused);
        for ended in self.watcher.ended(&self.snapshot) {
            if self.settings.notifications && !is_focused {
                let (wake, arrivals) = (self.wake.clone(), self.arrival_sender.clone());
                self.notifier.show(ended, wake, arrivals);
            }
        }
        if std::mem::take(&mut self.comes_forward) {
            come_forward(ctx);
        }
        if is_focused && self.keymap_is_edited {
            self.keymap = read_keymap(&self.folders, &mut self.toasts);
        }
        self.apply_settings(ctx);
        self.watch_closing(ctx);
        if let Some(title) = self.title.take() {
            ctx.send_viewport_cmd(egui::ViewportCommand::Title(title));
        }
        if self.snapshot.project.is_some() {
            let idle = std::time::Duration::from_secs(SECONDS_BETWEEN_IDLE_FRAMES);
            ctx.request_repaint_after(idle);
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui, frame: &mut eframe::Frame) {
        if let Some(seconds) = frame
            .info()
            .cpu_usage
            .filter(|seconds| *seconds > LONG_FRAME_SECONDS)
        {
            tracing::debug!(millis = seconds * 1e3, "the frame before took long");
        }
        if self.closing != Closing::Asking
            && let Some(action) = self.keymap.pressed(ui.ctx())
        {
            self.wishes.push(action);
        }
        self.draw(ui);
        tracing::trace!("a frame was drawn");
        if !std::mem::replace(&mut self.has_drawn, true) {
            ui.ctx().request_repaint();
        }
        self.do_what_was_wished(ui.ctx());
        self.remember_layout();
        self.save_settings();
        self.keep_layout(ui.ctx());
    }

    fn clear_color(&self, _visuals: &egui::Visuals) -> [f32; 4] {
        self.look.palette.ground.to_normalized_gamma_f32()
    }

    fn on_exit(&mut self) {
        self.keep_layout_now();
    }
}

/// Brings the window to the front; where the desktop does not let a program do that, it says that it wants to.
fn come_forward(ctx: &egui::Context) {
    let attention = egui::UserAttentionType::Informational;
    for command in [
        egui::ViewportCommand::Minimized(false),
        egui::ViewportCommand::Focus,
        egui::ViewportCommand::RequestUserAttention(attention),
    ] {
        ctx.send_viewport_cmd(command);
    }
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    Timestamp {
        unix_millis: since.map_or(0, |since| since.as_millis() as i64),
    }
}

fn read_settings(folders: &Folders, toasts: &mut Toasts) -> Settings {
    let path = folders.settings();
    let Some(text) = disk::read(&path) else {
        return Settings::built_in();
    };
    Settings::read(&text).unwrap_or_else(|fault| {
        let hint = format!("Mend or delete {}", path.display());
        toasts.push(
            Tone::Warn,
            "The settings could not be read",
            Some(fault),
            Some(hint),
        );
        Settings::built_in()
    })
}

fn read_keymap(folders: &Folders, toasts: &mut Toasts) -> Keymap {
    let built_in = Keymap::built_in();
    let path = folders.keymap();
    let Some(text) = disk::read(&path) else {
        return built_in;
    };
    built_in.with_lines(&text).unwrap_or_else(|fault| {
        let hint = format!("Mend or delete {}", path.display());
        toasts.push(
            Tone::Warn,
            "The keymap could not be read",
            Some(fault),
            Some(hint),
        );
        built_in
    })
}

/// What tests look at.
#[cfg(test)]
impl App {
    pub(crate) fn place(&self) -> panels::Place {
        self.layout.place()
    }

    pub(crate) fn go_of_test(&mut self, place: panels::Place) {
        self.layout.go(place);
    }

    pub(crate) fn act_of_test(&mut self, ctx: &egui::Context, action: crate::action::Action) {
        self.act(ctx, action);
    }

    /// Another picture of the same project, as if the engine had published it.
    pub(crate) fn publish_of_test(&mut self, fresh: Snapshot) {
        if let Project::Open {
            link: crate::engine::Link::Still { snapshot, .. },
            ..
        } = &mut self.project
        {
            *snapshot = Arc::new(fresh);
        }
    }

    pub(crate) fn snapshot_of_test(&self) -> &Snapshot {
        &self.snapshot
    }

    pub(crate) fn select_of_test(&mut self, selection: panels::Selection) {
        self.view.select(selection);
    }

    pub(crate) fn ask_of_test(&mut self, command: contract::Command) {
        self.ask(command);
    }

    pub(crate) fn selection_of_test(&self) -> Option<panels::Selection> {
        self.view.selection()
    }

    pub(crate) fn theme_of_test(&self) -> Theme {
        self.look.theme
    }

    /// As if the graphics card had gone; no dialog is shown.
    pub(crate) fn lose_device_of_test(&mut self, why: &str) {
        crate::arrival::arrive(&self.arrival_sender, Arrival::DeviceLost(why.to_owned()));
    }

    pub(crate) fn refused_of_test(&mut self, refusal: contract::Refusal) {
        self.refused(refusal);
    }

    /// As if the desktop had shown no dialog.
    pub(crate) fn no_dialog_of_test(&mut self, purpose: arrival::Purpose) {
        crate::arrival::arrive(&self.arrival_sender, Arrival::NoDialog(purpose));
    }

    /// As if a notification that leads there had been clicked.
    pub(crate) fn click_notification_of_test(&mut self, leads_to: crate::action::Wish) {
        crate::arrival::arrive(&self.arrival_sender, Arrival::ComeForward(leads_to));
    }

    /// As if the holder of this project had ended: it is taken over.
    pub(crate) fn change_holder_of_test(
        &mut self,
        path: &std::path::Path,
        left: crate::handover::Handover,
    ) {
        let link = crate::engine::Link::Changing(Box::new(left));
        self.opened(path.to_owned(), link);
        let (wake, arrivals) = (self.wake.clone(), self.arrival_sender.clone());
        let taken = crate::engine::take_over(path.to_owned(), wake, arrivals);
        taken.expect("a thread");
    }

    pub(crate) fn text_of_test(&self) -> egui::Color32 {
        self.look.palette.text
    }

    pub(crate) fn closing_of_test(&self) -> Closing {
        self.closing
    }

    pub(crate) fn project_link(&self) -> Option<&crate::engine::Link> {
        self.project.link()
    }
}
