//! Keys of actions: the built-in keymap with a person's own lines over it.

use std::collections::BTreeMap;

use egui::{Key, KeyboardShortcut, Modifiers};

use crate::action::Action;

const BUILT_IN: &str = include_str!("../../../assets/keymap.toml");

/// Any number of shortcuts an action; the first is the one that is shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Keymap {
    shortcuts: BTreeMap<Action, Vec<KeyboardShortcut>>,
    /// Most specific first: `Ctrl+Shift+T` is looked for before `Ctrl+T`.
    ordered: Vec<(KeyboardShortcut, Action)>,
}

impl Keymap {
    pub(crate) fn built_in() -> Self {
        match Self::with_lines(&Self::default(), BUILT_IN) {
            Ok(keymap) => keymap,
            Err(fault) => panic!("assets/keymap.toml does not read: {fault}"),
        }
    }

    /// This keymap with the lines of `text` over it.
    ///
    /// # Errors
    /// A sentence that names the line that cannot be understood; nothing of the text is taken then.
    pub(crate) fn with_lines(&self, text: &str) -> Result<Self, String> {
        let lines: BTreeMap<String, String> =
            toml::from_str(text).map_err(|error| error.message().to_owned())?;
        let mut shortcuts = self.shortcuts.clone();
        for (name, keys) in lines {
            let action =
                Action::from_name(&name).ok_or_else(|| format!("there is no action “{name}”"))?;
            if keys.trim().is_empty() {
                shortcuts.remove(&action);
                continue;
            }
            let several: Option<Vec<KeyboardShortcut>> = keys.split(',').map(parse).collect();
            let several = several.ok_or_else(|| format!("“{keys}” of {name} is no key"))?;
            // A key that was taken moves here.
            shortcuts.retain(|_, taken| {
                taken.retain(|shortcut| !several.contains(shortcut));
                !taken.is_empty()
            });
            shortcuts.insert(action, several);
        }
        let mut ordered: Vec<(KeyboardShortcut, Action)> = shortcuts
            .iter()
            .flat_map(|(action, several)| several.iter().map(|shortcut| (*shortcut, *action)))
            .collect();
        ordered.sort_by_key(|(shortcut, _)| std::cmp::Reverse(weight(shortcut.modifiers)));
        Ok(Self { shortcuts, ordered })
    }

    pub(crate) fn shortcut(&self, action: Action) -> Option<KeyboardShortcut> {
        self.shortcuts.get(&action)?.first().copied()
    }

    /// The shortcut as a person reads it, such as `Ctrl+K`; empty when there is none.
    pub(crate) fn text(&self, action: Action) -> String {
        self.shortcut(action).map_or_else(String::new, written)
    }

    /// The action whose keys were pressed in this frame; the press is used up. A field that is typed into undoes its own text.
    pub(crate) fn pressed(&self, ctx: &egui::Context) -> Option<Action> {
        let is_typing = ctx.text_edit_focused();
        ctx.input_mut(|input| {
            // AltGr comes as Ctrl with Alt: what it writes on a person's keyboard is a sign and no action.
            let alt = input.modifiers.alt;
            self.ordered
                .iter()
                .filter(|(shortcut, _)| shortcut.modifiers.alt == alt)
                .filter(|(_, action)| !(is_typing && action.is_of_text_too()))
                .find(|(shortcut, _)| input.consume_shortcut(shortcut))
                .map(|(_, action)| *action)
        })
    }
}

fn weight(modifiers: Modifiers) -> u32 {
    [modifiers.alt, modifiers.shift, modifiers.command]
        .into_iter()
        .map(u32::from)
        .sum()
}

/// Reads `Ctrl+Shift+T`.
pub(crate) fn parse(text: &str) -> Option<KeyboardShortcut> {
    let mut modifiers = Modifiers::NONE;
    let mut key = None;
    for part in text.split('+').map(str::trim) {
        match part {
            "Ctrl" | "Cmd" => modifiers |= Modifiers::COMMAND,
            "Shift" => modifiers |= Modifiers::SHIFT,
            "Alt" => modifiers |= Modifiers::ALT,
            name if key.is_none() => key = Some(Key::from_name(name)?),
            _ => return None,
        }
    }
    key.map(|key| KeyboardShortcut::new(modifiers, key))
}

fn written(shortcut: KeyboardShortcut) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let modifiers = shortcut.modifiers;
    if modifiers.command {
        parts.push(if cfg!(target_os = "macos") {
            "Cmd"
        } else {
            "Ctrl"
        });
    }
    if modifiers.alt {
        parts.push("Alt");
    }
    if modifiers.shift {
        parts.push("Shift");
    }
    parts.push(shortcut.logical_key.symbol_or_name());
    parts.join("+")
}
