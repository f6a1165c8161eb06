//! The icons by what they mean; drawn from one outlined icon font.

use egui_material_icons::icons;

/// One sign of the icon font.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Icon(pub &'static str);

macro_rules! named {
    ($($name:ident = $icon:ident,)*) => {
        $(pub const $name: Icon = Icon(icons::$icon.codepoint);)*
        #[cfg(test)]
        pub(crate) const ALL: &[(&str, Icon)] = &[$((stringify!($name), $name),)*];
    };
}

named! {
    // Places.
    HOME = ICON_HOME,
    DATASETS = ICON_DATABASE,
    EXPERIMENTS = ICON_SCIENCE,
    REGISTRY = ICON_DEPLOYED_CODE,
    SERVING = ICON_DNS,
    MONITORING = ICON_MONITORING,
    LINEAGE = ICON_ACCOUNT_TREE,
    AUDIT = ICON_MENU_BOOK,
    TASKS = ICON_CHECKLIST,
    SETTINGS = ICON_SETTINGS,
    // Things.
    TABLE = ICON_TABLE_CHART,
    CHART = ICON_SHOW_CHART,
    MODEL = ICON_DEPLOYED_CODE,
    DEVICE = ICON_MEMORY,
    MEMORY = ICON_MEMORY_ALT,
    FILE = ICON_DRAFT,
    FOLDER = ICON_FOLDER_OPEN,
    KEY = ICON_KEY,
    FLAG = ICON_FLAG,
    COLUMN = ICON_LABEL,
    REQUESTS = ICON_RECEIPT_LONG,
    SNIPPET = ICON_TERMINAL,
    CLOCK = ICON_SCHEDULE,
    PALETTE = ICON_KEYBOARD_COMMAND_KEY,
    // Actions.
    SEARCH = ICON_SEARCH,
    CLOSE = ICON_CLOSE,
    ADD = ICON_ADD,
    NEW_PROJECT = ICON_CREATE_NEW_FOLDER,
    IMPORT = ICON_UPLOAD_FILE,
    TRAIN = ICON_PLAY_ARROW,
    PLAY = ICON_PLAY_ARROW,
    PAUSE = ICON_PAUSE,
    STOP = ICON_STOP,
    COPY = ICON_CONTENT_COPY,
    EDIT = ICON_EDIT,
    REDO = ICON_REDO,
    DELETE = ICON_DELETE,
    MORE = ICON_MORE_HORIZ,
    REFRESH = ICON_REFRESH,
    SAVE = ICON_SAVE,
    DOWNLOAD = ICON_DOWNLOAD,
    COMPARE = ICON_COMPARE,
    FILTER = ICON_FILTER_ALT,
    UNDO = ICON_UNDO,
    VERIFY = ICON_VERIFIED,
    BACKUP = ICON_BACKUP,
    OPEN = ICON_ARROW_FORWARD,
    BACK = ICON_ARROW_BACK,
    HELP = ICON_HELP,
    // States and marks.
    CHECK = ICON_CHECK,
    WARNING = ICON_WARNING,
    ERROR = ICON_ERROR,
    INFO = ICON_INFO,
    FORWARD = ICON_CHEVRON_RIGHT,
    EXPAND = ICON_EXPAND_MORE,
    THEME_DARK = ICON_DARK_MODE,
    THEME_LIGHT = ICON_LIGHT_MODE,
    INSPECTOR = ICON_DOCK_TO_LEFT,
    MAXIMISE = ICON_OPEN_IN_FULL,
    LARGER = ICON_TEXT_INCREASE,
    SMALLER = ICON_TEXT_DECREASE,
}
