//! Puts the tokens into egui's own style, so that its plain widgets look like ours.

use egui::style::{HandleShape, ScrollStyle, Selection, TextCursorStyle, WidgetVisuals, Widgets};
use egui::{
    Color32, CornerRadius, CursorIcon, FontFamily, FontId, Margin, Shadow, Stroke, Style,
    TextStyle, Vec2, Visuals,
};

use crate::{Look, Theme, fonts};

/// Sets fonts once a context, and visuals, spacing and text styles each time.
pub(crate) fn apply(look: &Look, ctx: &egui::Context) {
    let installed = egui::Id::unique("look-fonts-installed");
    if !ctx.data(|data| data.get_temp::<bool>(installed).unwrap_or(false)) {
        ctx.set_fonts(fonts::definitions());
        ctx.data_mut(|data| data.insert_temp(installed, true));
    }
    let theme = match look.theme {
        Theme::Dark => egui::Theme::Dark,
        Theme::Light => egui::Theme::Light,
    };
    ctx.set_theme(theme);
    ctx.set_style_of(theme, style(look));
}

fn style(look: &Look) -> Style {
    let mut style = Style {
        visuals: visuals(look),
        animation_time: look.motion.seconds,
        wrap_mode: None,
        ..Style::default()
    };
    let proportional = |size| FontId::new(size, FontFamily::Proportional);
    style.text_styles = [
        (TextStyle::Body, proportional(look.text.body)),
        (TextStyle::Button, proportional(look.text.body)),
        (TextStyle::Small, proportional(look.text.caption)),
        (
            TextStyle::Heading,
            FontId::new(look.text.section, look.families.semibold.clone()),
        ),
        (
            TextStyle::Monospace,
            FontId::new(look.text.mono, FontFamily::Monospace),
        ),
    ]
    .into();
    style.drag_value_text_style = TextStyle::Body;

    let spacing = &mut style.spacing;
    spacing.item_spacing = Vec2::new(look.space.s, look.space.s);
    spacing.button_padding = Vec2::new(10.0, 6.0);
    spacing.menu_margin = Margin::same(8);
    spacing.window_margin = Margin::same(16);
    spacing.interact_size = Vec2::new(look.size.control, look.size.control);
    spacing.indent = look.space.l;
    spacing.icon_width = 16.0;
    spacing.icon_width_inner = 10.0;
    spacing.icon_spacing = 6.0;
    spacing.combo_width = 140.0;
    spacing.combo_height = 320.0;
    spacing.text_edit_width = 240.0;
    spacing.tooltip_width = 320.0;
    spacing.slider_rail_height = 4.0;
    spacing.scroll = ScrollStyle {
        bar_width: 8.0,
        floating_width: 4.0,
        active_handle_opacity: 0.3,
        interact_handle_opacity: 0.6,
        active_background_opacity: 0.0,
        interact_background_opacity: 0.0,
        ..ScrollStyle::floating()
    };
    spacing.scroll.fade.strength = 0.0;

    style.interaction.tooltip_delay = 0.4;
    style.interaction.selectable_labels = false;
    style
}

fn visuals(look: &Look) -> Visuals {
    let palette = &look.palette;
    let mut visuals = match look.theme {
        Theme::Dark => Visuals::dark(),
        Theme::Light => Visuals::light(),
    };
    let corner = look.corner();
    visuals.widgets = widgets(look);
    visuals.selection = Selection {
        bg_fill: palette.selected,
        stroke: Stroke::new(1.0, palette.accent),
    };
    visuals.weak_text_color = Some(palette.text_faint);
    visuals.hyperlink_color = palette.accent;
    visuals.faint_bg_color = palette.hover;
    visuals.extreme_bg_color = palette.ground;
    visuals.text_edit_bg_color = Some(match look.theme {
        Theme::Dark => palette.ground,
        Theme::Light => palette.surface,
    });
    visuals.code_bg_color = palette.raised;
    visuals.warn_fg_color = palette.warn;
    visuals.error_fg_color = palette.fail;
    visuals.window_fill = palette.raised;
    visuals.window_stroke = Stroke::new(look.size.hairline, palette.line);
    visuals.window_corner_radius = look.card_corner();
    visuals.window_shadow = floating_shadow(palette.shadow);
    visuals.popup_shadow = floating_shadow(palette.shadow);
    visuals.menu_corner_radius = corner;
    visuals.panel_fill = palette.ground;
    visuals.text_cursor = TextCursorStyle {
        stroke: Stroke::new(1.5, palette.accent),
        preview: false,
        // A blinking cursor would repaint an idle window.
        blink: false,
        ..TextCursorStyle::default()
    };
    visuals.interact_cursor = Some(CursorIcon::PointingHand);
    visuals.striped = false;
    visuals.indent_has_left_vline = false;
    visuals.slider_trailing_fill = true;
    visuals.handle_shape = HandleShape::Circle;
    visuals.disabled_alpha = 0.45;
    visuals
}

fn floating_shadow(color: Color32) -> Shadow {
    Shadow {
        offset: [0, 8],
        blur: 24,
        spread: 0,
        color,
    }
}

fn widgets(look: &Look) -> Widgets {
    let palette = &look.palette;
    let corner: CornerRadius = look.corner();
    let state = |fill: Color32, edge: Stroke, ink: Color32| WidgetVisuals {
        bg_fill: fill,
        weak_bg_fill: fill,
        bg_stroke: edge,
        corner_radius: corner,
        fg_stroke: Stroke::new(1.0, ink),
        expansion: 0.0,
    };
    let line = Stroke::new(look.size.hairline, palette.line);
    let strong = Stroke::new(look.size.hairline, palette.line_strong);
    Widgets {
        noninteractive: state(palette.surface, line, palette.text),
        inactive: state(palette.raised, line, palette.text),
        hovered: state(palette.hover, strong, palette.text),
        active: state(
            palette.pressed,
            Stroke::new(1.0, palette.accent),
            palette.text,
        ),
        open: state(palette.hover, strong, palette.text),
    }
}
