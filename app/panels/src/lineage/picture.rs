//! The picture of a lineage: boxes in layers, curves between them, drawn by hand and only where it is seen.

use std::collections::HashSet;
use std::sync::Arc;

use contract::{LineageGraph, LineageKind};
use egui::epaint::CubicBezierShape;
use egui::{Color32, Pos2, Rect, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, pos2, vec2};
use look::{Icon, Look, format, icon, paint};

use super::fold::{Folded, FoldedItem, Item, fold, kind_word};
use super::layout::{LAYERS, layout};
use super::place::heights;
use crate::{Ctx, Selection};

const BOX_WIDTH: f32 = 172.0;
/// A longer text is cut, and whole under the pointer.
const MOST_BOX_WIDTH: f32 = 320.0;
/// What stands beside the text: the icon and the margins.
const BESIDE_TEXT: f32 = 46.0;
const BOX_HEIGHT: f32 = 48.0;
const ROW: f32 = 60.0;
/// The least room between two layers, for the curves.
const GAP: f32 = 40.0;
const MOST_GAP: f32 = 112.0;
const HEAD: f32 = 32.0;

/// The graph folded and laid out once; rows and layers, no pixels.
#[derive(Debug)]
pub(super) struct Picture {
    graph: Arc<LineageGraph>,
    folded: Folded,
    height: Vec<f64>,
    rows: f64,
    /// Kinds that have anything; the others take no room.
    layers: Vec<usize>,
    longest_title: String,
    longest_detail: String,
}

/// What was clicked.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Clicked {
    Thing(Selection),
    /// A source file, by the fact that brought it.
    Source(u64),
    Group(Arc<str>),
}

impl Picture {
    pub(super) fn new(graph: &Arc<LineageGraph>, unfolded: &HashSet<Arc<str>>) -> Self {
        let folded = fold(graph, unfolded);
        let laid_out = layout(&folded);
        let height = heights(&folded, &laid_out);
        let layers = (0..LAYERS)
            .filter(|&layer| !laid_out.layers[layer].is_empty())
            .collect();
        let (titles, details) = folded
            .items
            .iter()
            .map(texts)
            .map(|(title, detail, _)| (title, detail))
            .unzip();
        Self {
            graph: graph.clone(),
            longest_title: longest(titles),
            longest_detail: longest(details),
            rows: height.iter().copied().fold(0.0, f64::max) + 1.0,
            folded,
            height,
            layers,
        }
    }

    pub(super) fn is_of(&self, graph: &Arc<LineageGraph>) -> bool {
        Arc::ptr_eq(&self.graph, graph)
    }

    pub(super) fn ui(&self, ctx: &Ctx<'_>, ui: &mut Ui) -> Option<Clicked> {
        let mut clicked = None;
        let count = self.layers.len().max(1) as f32;
        let width = self.box_width(ctx.look, ui);
        let room = ui.available_width() - width * count - 16.0;
        let gap = (room / (count - 1.0).max(1.0)).clamp(GAP, MOST_GAP);
        ScrollArea::both()
            .id_salt("lineage")
            .auto_shrink(false)
            .show_viewport(ui, |ui, _| {
                let size = vec2((width + gap) * count - gap, HEAD + self.rows as f32 * ROW);
                let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
                let place = Place {
                    origin: rect.min,
                    pitch: width + gap,
                    width,
                };
                self.heads_ui(ctx.look, ui, &place);
                self.paint_edges(ctx.look, ui, &place);
                for (index, item) in self.folded.items.iter().enumerate() {
                    let rect = self.rect(&place, index);
                    if ui.is_rect_visible(rect) && self.item_ui(ctx, ui, item, rect) {
                        clicked = clicked_on(item);
                    }
                }
            });
        clicked
    }

    /// As wide as the longest text, up to a limit and to the room there is.
    fn box_width(&self, look: &Look, ui: &Ui) -> f32 {
        let width = |text: &str, font| {
            let ink = look.palette.text;
            paint::line(ui, text, font, ink, f32::INFINITY).size().x
        };
        let text = width(&self.longest_title, look.medium_font())
            .max(width(&self.longest_detail, look.caption_font()));
        let count = self.layers.len().max(1) as f32;
        let share = (ui.available_width() - 16.0 - GAP * (count - 1.0)) / count;
        // The longest by count need not be the widest.
        let wanted = (text * 1.06 + BESIDE_TEXT).clamp(BOX_WIDTH, MOST_BOX_WIDTH);
        wanted.min(share).max(BOX_WIDTH)
    }

    fn heads_ui(&self, look: &Look, ui: &Ui, place: &Place) {
        for (column, &layer) in self.layers.iter().enumerate() {
            let kind = KINDS[layer];
            let mut word = kind_word(kind, 2).to_owned();
            if let Some(first) = word.get_mut(..1) {
                first.make_ascii_uppercase();
            }
            let at = place.origin + vec2(column as f32 * place.pitch, 4.0);
            let ink = look.palette.text_faint;
            let text = paint::line(ui, &word, look.caption_font(), ink, place.width);
            ui.painter().galley(at, text, ink);
        }
    }

    fn rect(&self, place: &Place, index: usize) -> Rect {
        let layer = self.folded.items[index].layer;
        let column = self.layers.iter().position(|&known| known == layer);
        let min = place.origin
            + vec2(
                column.unwrap_or(0) as f32 * place.pitch,
                HEAD + self.height[index] as f32 * ROW,
            );
        Rect::from_min_size(min, vec2(place.width, BOX_HEIGHT))
    }

    /// Quiet edges first, so that the lit path lies over them.
    fn paint_edges(&self, look: &Look, ui: &Ui, place: &Place) {
        let seen = ui.clip_rect();
        for pass_is_lit in [false, true] {
            for &(from, to) in &self.folded.edges {
                let is_lit = self.folded.items[from].is_lit && self.folded.items[to].is_lit;
                if is_lit != pass_is_lit {
                    continue;
                }
                let start = self.rect(place, from).right_center();
                let end = self.rect(place, to).left_center();
                if !Rect::from_two_pos(start, end).expand(2.0).intersects(seen) {
                    continue;
                }
                let stroke = if is_lit {
                    Stroke::new(1.75, look.palette.accent)
                } else {
                    Stroke::new(1.0, look.palette.line_strong)
                };
                ui.painter().add(curve(start, end, stroke));
            }
        }
    }

    fn item_ui(&self, ctx: &Ctx<'_>, ui: &mut Ui, item: &FoldedItem, rect: Rect) -> bool {
        let look = ctx.look;
        let response = ui.interact(rect, ui.scope_id().with(&item.id), Sense::click());
        let (title, detail, sign) = texts(item);
        let is_asked = item.id == self.graph.of;
        paint_box(look, ui, (rect, response.hovered()), item, is_asked);
        let ink = if item.is_lit {
            look.palette.text
        } else {
            look.palette.text_second
        };
        let left = rect.left() + 34.0;
        let room = rect.right() - 10.0 - left;
        let painter = ui.painter();
        painter.text(
            pos2(rect.left() + 18.0, rect.center().y),
            egui::Align2::CENTER_CENTER,
            sign.0,
            look.icon_font(16.0),
            look.palette.text_second,
        );
        let upper = paint::line(ui, &title, look.medium_font(), ink, room);
        let second = look.palette.text_second;
        let lower = paint::line(ui, &detail, look.caption_font(), second, room);
        let is_cut = upper.elided || lower.elided;
        painter.galley(pos2(left, rect.top() + 8.0), upper, ink);
        painter.galley(pos2(left, rect.top() + 26.0), lower, second);
        paint::focus_ring(look, ui, &response, look.corner());
        let said = format!("{title}, {detail}");
        let response = paint::named(ui, response, Role::Button, &said);
        let response = if is_cut {
            response.on_hover_text(format!("{title}\n{detail}"))
        } else {
            response
        };
        response.clicked()
    }
}

/// Where the picture lies on the screen.
struct Place {
    origin: Pos2,
    /// From one layer to the next.
    pitch: f32,
    /// Of every box.
    width: f32,
}

/// Kinds in the order of the layers.
const KINDS: [LineageKind; LAYERS] = [
    LineageKind::Source,
    LineageKind::DataVersion,
    LineageKind::Run,
    LineageKind::ModelVersion,
    LineageKind::Endpoint,
];

fn clicked_on(item: &FoldedItem) -> Option<Clicked> {
    match &item.item {
        Item::Folded { .. } => Some(Clicked::Group(item.id.clone())),
        Item::Node(node) => Some(match super::selection_of(node) {
            Some(selection) => Clicked::Thing(selection),
            None => Clicked::Source(node.seq),
        }),
    }
}

/// By the count of its letters.
fn longest(texts: Vec<String>) -> String {
    let longest = texts.into_iter().max_by_key(|text| text.chars().count());
    longest.unwrap_or_default()
}

fn texts(item: &FoldedItem) -> (String, String, Icon) {
    match &item.item {
        Item::Node(node) => (node.label.clone(), node.detail.clone(), icon_of(node.kind)),
        Item::Folded { kind, count } => (
            format!(
                "{} more {}",
                format::count(*count as u64),
                kind_word(*kind, *count)
            ),
            "Click to show them".into(),
            icon::MORE,
        ),
    }
}

fn icon_of(kind: LineageKind) -> Icon {
    match kind {
        LineageKind::Source => icon::FILE,
        LineageKind::DataVersion => icon::DATASETS,
        LineageKind::Run => icon::EXPERIMENTS,
        LineageKind::ModelVersion => icon::REGISTRY,
        LineageKind::Endpoint => icon::SERVING,
    }
}

fn paint_box(
    look: &Look,
    ui: &Ui,
    (rect, is_hovered): (Rect, bool),
    item: &FoldedItem,
    is_asked: bool,
) {
    let palette = &look.palette;
    let fill: Color32 = match (is_asked, is_hovered) {
        (true, _) => palette.selected,
        (false, true) => palette.hover,
        (false, false) => palette.surface,
    };
    let edge = match (is_asked, item.is_lit) {
        (true, _) => Stroke::new(1.75, palette.accent),
        (false, true) => Stroke::new(1.0, palette.accent),
        (false, false) => Stroke::new(1.0, palette.line),
    };
    ui.painter()
        .rect(rect, look.corner(), fill, edge, StrokeKind::Inside);
}

/// Leaves and arrives level.
fn curve(start: Pos2, end: Pos2, stroke: Stroke) -> CubicBezierShape {
    let reach = vec2((end.x - start.x) * 0.5, 0.0);
    CubicBezierShape::from_points_stroke(
        [start, start + reach, end - reach, end],
        false,
        Color32::TRANSPARENT,
        stroke,
    )
}
