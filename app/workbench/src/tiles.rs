//! The work area: tiles that split, drag and maximise, each showing one place; kept per project.

mod arrangement;

use egui::{
    Color32, CornerRadius, Id, Rect, Response, Role, Sense, Stroke, Ui, Visuals, WidgetInfo,
    WidgetText, pos2, vec2,
};
use egui_tiles::{
    Behavior, Container, Linear, LinearDir, ResizeState, SimplificationOptions, TabState, Tabs,
    Tile, TileId, Tiles, Tree, UiResponse,
};
use look::{Look, icon, paint};
use panels::Place;
use serde::{Deserialize, Serialize};

pub(crate) use arrangement::arrangement;

/// A tile shows a place; a place is shown once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pane {
    pub(crate) place: Place,
}

/// What is kept of the work area, as JSON.
#[derive(Serialize, Deserialize)]
pub(crate) struct Layout {
    tree: Tree<Pane>,
    focused: Option<TileId>,
    pub(crate) inspector_is_open: bool,
    #[serde(skip)]
    maximised: Option<TileId>,
    /// Something was changed by a person since it was last kept.
    #[serde(skip)]
    is_changed: bool,
    /// The arrangement that was just given up.
    #[serde(skip)]
    left: Option<Left>,
}

/// An arrangement that was given up, as it was kept, and for what.
#[derive(Clone, Debug)]
pub(crate) struct Left {
    pub(crate) title: String,
    pub(crate) before: String,
}

impl Default for Layout {
    fn default() -> Self {
        Self {
            tree: new_tree(Place::Home),
            focused: None,
            inspector_is_open: true,
            maximised: None,
            is_changed: false,
            left: None,
        }
    }
}

fn new_tree(place: Place) -> Tree<Pane> {
    Tree::new_tabs(Id::unique("work-area"), vec![Pane { place }])
}

impl Layout {
    /// What was kept, or one tile when it cannot be read.
    pub(crate) fn read(text: Option<&str>) -> Self {
        let kept = text.and_then(|text| serde_json::from_str::<Self>(text).ok());
        kept.filter(|layout| !layout.places().is_empty())
            .unwrap_or_default()
    }

    pub(crate) fn written(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Lays the tiles as they were kept.
    pub(crate) fn lay(&mut self, kept: &str) {
        *self = Self::read(Some(kept));
        self.is_changed = true;
    }

    /// The arrangement that was given up since the last call.
    pub(crate) fn take_left(&mut self) -> Option<Left> {
        self.left.take()
    }

    /// Whether it is to be kept anew; asks once.
    pub(crate) fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.is_changed)
    }

    /// The places that have a tile.
    pub(crate) fn places(&self) -> Vec<Place> {
        self.panes().map(|(_, place)| place).collect()
    }

    fn panes(&self) -> impl Iterator<Item = (TileId, Place)> + '_ {
        self.tree.tiles.iter().filter_map(|(id, tile)| match tile {
            Tile::Pane(pane) => Some((*id, pane.place)),
            Tile::Container(_) => None,
        })
    }

    fn tile_of(&self, place: Place) -> Option<TileId> {
        self.panes()
            .find(|(_, shown)| *shown == place)
            .map(|(id, _)| id)
    }

    fn focused_tile(&self) -> Option<TileId> {
        self.focused
            .filter(|id| matches!(self.tree.tiles.get(*id), Some(Tile::Pane(_))))
            .or_else(|| {
                let is_pane = |id: &TileId| matches!(self.tree.tiles.get(*id), Some(Tile::Pane(_)));
                self.tree.active_tiles().into_iter().find(is_pane)
            })
    }

    /// The place that has the focus.
    pub(crate) fn place(&self) -> Place {
        let focused = self.focused_tile();
        focused
            .and_then(|id| self.tree.tiles.get_pane(&id))
            .map_or(Place::Home, |pane| pane.place)
    }

    pub(crate) fn tile_count(&self) -> usize {
        self.panes().count()
    }

    /// Shows a place: its own tile comes to the front, or the focused one turns to it.
    pub(crate) fn go(&mut self, place: Place) {
        if let Some(tile) = self.tile_of(place) {
            self.tree.make_active(|id, _| id == tile);
            self.focus(tile);
            return;
        }
        match self.focused_tile() {
            Some(tile) => {
                if let Some(Tile::Pane(pane)) = self.tree.tiles.get_mut(tile) {
                    pane.place = place;
                }
                self.focus(tile);
            }
            None => self.tree = new_tree(place),
        }
        self.is_changed = true;
    }

    fn focus(&mut self, tile: TileId) {
        self.focused = Some(tile);
        if self.maximised.is_some() {
            self.maximised = Some(tile);
        }
    }

    /// Splits the work area: the place at the right, or its own tile when it has one.
    pub(crate) fn open_beside(&mut self, place: Place) {
        self.maximised = None;
        if self.tile_of(place).is_some() {
            self.go(place);
            return;
        }
        let Some(root) = self.tree.root() else {
            self.tree = new_tree(place);
            return;
        };
        let pane = self.tree.tiles.insert_pane(Pane { place });
        let tabs = self.tree.tiles.insert_tab_tile(vec![pane]);
        match self.tree.tiles.get_mut(root) {
            Some(Tile::Container(Container::Linear(linear)))
                if linear.dir == LinearDir::Horizontal =>
            {
                linear.add_child(tabs);
            }
            _ => {
                let linear = Linear::new(LinearDir::Horizontal, vec![root, tabs]);
                let new_root = self.tree.tiles.insert_container(linear);
                self.tree.root = Some(new_root);
            }
        }
        self.focused = Some(pane);
        self.is_changed = true;
    }

    /// A place that would make sense beside what is shown.
    pub(crate) fn next_beside(&self) -> Place {
        let shown = self.places();
        [
            Place::Datasets,
            Place::Experiments,
            Place::Registry,
            Place::Serving,
            Place::Monitoring,
        ]
        .into_iter()
        .find(|place| !shown.contains(place))
        .unwrap_or(Place::Home)
    }

    pub(crate) fn close_focused(&mut self) {
        if self.tile_count() > 1
            && let Some(tile) = self.focused_tile()
        {
            self.left = Some(Left {
                title: format!("closing {}", self.place().title()),
                before: self.written(),
            });
            self.tree.remove_recursively(tile);
            self.focused = None;
            self.maximised = None;
            self.is_changed = true;
        }
    }

    pub(crate) fn maximise_or_restore(&mut self) {
        self.maximised = match self.maximised {
            Some(_) => None,
            None => self.focused_tile().filter(|_| self.tile_count() > 1),
        };
    }

    pub(crate) fn reset(&mut self) {
        let left = Left {
            title: "reset of the layout".to_owned(),
            before: self.written(),
        };
        *self = Self {
            inspector_is_open: self.inspector_is_open,
            is_changed: true,
            left: (self.tile_count() > 1).then_some(left),
            tree: new_tree(self.place()),
            ..Self::default()
        };
    }

    /// Draws the tiles; `show` draws a place.
    pub(crate) fn ui(&mut self, ui: &mut Ui, look: &Look, show: &mut dyn FnMut(Place, &mut Ui)) {
        self.maximised = self
            .maximised
            .filter(|tile| self.tree.tiles.get(*tile).is_some());
        let mut drawn = Drawn {
            look,
            show,
            count: self.tile_count(),
            focused: self.focused_tile(),
            maximised: self.maximised,
            close: None,
            is_changed: false,
        };
        match self.maximised {
            Some(tile) => drawn.maximised_ui(ui, &mut self.tree, tile),
            None => self.tree.ui(&mut drawn, ui),
        }
        self.is_changed |= drawn.is_changed;
        (self.focused, self.maximised) = (drawn.focused, drawn.maximised);
        if let Some(tile) = drawn.close {
            self.focused = Some(tile);
            self.close_focused();
        }
    }
}

/// How the tiles are drawn in one frame.
struct Drawn<'a> {
    look: &'a Look,
    show: &'a mut dyn FnMut(Place, &mut Ui),
    count: usize,
    focused: Option<TileId>,
    maximised: Option<TileId>,
    /// The tile whose cross was clicked; it goes after the drawing.
    close: Option<TileId>,
    is_changed: bool,
}

const TAB_BAR: f32 = 32.0;

impl Drawn<'_> {
    fn maximised_ui(&mut self, ui: &mut Ui, tree: &mut Tree<Pane>, tile: TileId) {
        let Some(pane) = tree.tiles.get_pane(&tile).copied() else {
            self.maximised = None;
            return;
        };
        let look = self.look;
        let bar = Rect::from_min_size(ui.max_rect().min, vec2(ui.max_rect().width(), TAB_BAR));
        ui.scope_builder(egui::UiBuilder::new().max_rect(bar), |ui| {
            ui.horizontal_centered(|ui| {
                ui.add_space(look.space.m);
                ui.label(look.strong(pane.place.title()));
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    ui.add_space(look.space.xs);
                    if look.quiet_button_ui(ui, "Restore the tiles").clicked() {
                        self.maximised = None;
                    }
                });
            });
        });
        ui.painter().hline(
            bar.x_range(),
            bar.bottom() - 0.5,
            Stroke::new(1.0, look.palette.line),
        );
        let rest = Rect::from_min_max(bar.left_bottom(), ui.max_rect().max);
        ui.scope_builder(egui::UiBuilder::new().max_rect(rest), |ui| {
            (self.show)(pane.place, ui);
        });
    }
}

impl Behavior<Pane> for Drawn<'_> {
    fn pane_ui(&mut self, ui: &mut Ui, tile_id: TileId, pane: &mut Pane) -> UiResponse {
        let rect = ui.max_rect();
        ui.painter()
            .rect_filled(rect, CornerRadius::ZERO, self.look.palette.ground);
        let is_pressed = ui.input(|input| {
            input.pointer.any_pressed()
                && input
                    .pointer
                    .interact_pos()
                    .is_some_and(|at| rect.contains(at))
        });
        if is_pressed && ui.rect_contains_pointer(rect) {
            self.focused = Some(tile_id);
        }
        ui.push_id(pane.place.title(), |ui| (self.show)(pane.place, ui));
        UiResponse::None
    }

    fn tab_title_for_pane(&mut self, pane: &Pane) -> WidgetText {
        pane.place.title().into()
    }

    fn tab_ui(
        &mut self,
        tiles: &mut Tiles<Pane>,
        ui: &mut Ui,
        id: Id,
        tile_id: TileId,
        state: &TabState,
    ) -> Response {
        let look = self.look;
        let title = self.tab_title_for_tile(tiles, tile_id).text().to_owned();
        let is_open = state.active && self.focused == Some(tile_id);
        let ink = if state.active {
            look.palette.text
        } else {
            look.palette.text_second
        };
        let galley = paint::line(ui, &title, look.medium_font(), ink, 200.0);
        let width = galley.size().x + 2.0 * look.space.m;
        let (_, rect) = ui.allocate_space(vec2(width, ui.available_height()));
        let response = ui.interact(rect, id, Sense::click_and_drag());
        let enabled = ui.is_enabled();
        response.widget_info(|| WidgetInfo::selected(Role::Tab, enabled, state.active, &title));
        if !state.is_being_dragged {
            let painter = ui.painter();
            if response.hovered() && !state.active {
                painter.rect_filled(
                    rect.shrink2(vec2(2.0, 4.0)),
                    look.corner(),
                    look.palette.hover,
                );
            }
            let at = pos2(
                rect.left() + look.space.m,
                rect.center().y - galley.size().y / 2.0,
            );
            painter.galley(at, galley, ink);
            if is_open {
                let bar = Rect::from_min_max(
                    pos2(rect.left() + look.space.m, rect.bottom() - 2.0),
                    pos2(rect.right() - look.space.m, rect.bottom()),
                );
                painter.rect_filled(bar, CornerRadius::same(1), look.palette.accent);
            }
            paint::focus_ring(look, ui, &response, look.corner());
        }
        if response.clicked() {
            self.focused = Some(tile_id);
        }
        if response.double_clicked() && self.count > 1 {
            self.maximised = Some(tile_id);
        }
        response.on_hover_cursor(egui::CursorIcon::PointingHand)
    }

    fn top_bar_right_ui(
        &mut self,
        _tiles: &Tiles<Pane>,
        ui: &mut Ui,
        _tile_id: TileId,
        tabs: &Tabs,
        _scroll_offset: &mut f32,
    ) {
        let Some(open) = tabs.active else {
            return;
        };
        let look = self.look;
        ui.add_space(look.space.xs);
        // The bar is filled from the right; these two are read from the left.
        let width = 2.0 * look.size.control + ui.spacing().item_spacing.x;
        let layout = egui::Layout::left_to_right(egui::Align::Center);
        ui.allocate_ui_with_layout(vec2(width, ui.available_height()), layout, |ui| {
            let maximise = look.icon_button_ui(ui, icon::MAXIMISE, "Maximise the tile");
            if maximise.clicked() {
                self.maximised = Some(open);
            }
            let close = look.icon_button_ui(ui, icon::CLOSE, "Close the tile");
            if close.clicked() {
                self.close = Some(open);
            }
        });
    }

    fn tab_bar_height(&self, _style: &egui::Style) -> f32 {
        TAB_BAR
    }

    fn is_tab_bar_visible(&self, _tile_id: TileId, _tabs: &Tabs) -> bool {
        self.count > 1
    }

    fn gap_width(&self, _style: &egui::Style) -> f32 {
        1.0
    }

    fn min_size(&self) -> f32 {
        160.0
    }

    fn simplification_options(&self) -> SimplificationOptions {
        SimplificationOptions {
            all_panes_must_have_tabs: true,
            ..SimplificationOptions::default()
        }
    }

    fn resize_stroke(&self, _style: &egui::Style, resize_state: ResizeState) -> Stroke {
        match resize_state {
            ResizeState::Idle => Stroke::new(1.0, self.look.palette.line),
            ResizeState::Hovering | ResizeState::Dragging => {
                Stroke::new(2.0, self.look.palette.accent)
            }
        }
    }

    fn tab_bar_color(&self, _visuals: &Visuals) -> Color32 {
        self.look.palette.surface
    }

    fn tab_bar_hline_stroke(&self, _visuals: &Visuals) -> Stroke {
        Stroke::new(1.0, self.look.palette.line)
    }

    fn drag_preview_stroke(&self, _visuals: &Visuals) -> Stroke {
        Stroke::new(1.0, self.look.palette.accent)
    }

    fn drag_preview_color(&self, _visuals: &Visuals) -> Color32 {
        self.look.palette.accent.gamma_multiply(0.15)
    }

    fn drag_ui(&mut self, tiles: &Tiles<Pane>, ui: &mut Ui, tile_id: TileId) {
        let title = self.tab_title_for_tile(tiles, tile_id).text().to_owned();
        self.look.floating_frame().show(ui, |ui| {
            ui.label(self.look.strong(title));
        });
    }

    fn on_edit(&mut self, _edit_action: egui_tiles::EditAction) {
        self.is_changed = true;
    }
}
