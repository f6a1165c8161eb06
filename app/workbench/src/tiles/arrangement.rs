//! How tiles lie, whatever they show and however wide they are: what two layouts are compared by.

use egui_tiles::{ContainerKind, Tile, TileId, Tiles};

use super::{Layout, Pane};

/// Of a layout as it was kept. Two that are drawn alike but for places, widths and the open tab are the same.
pub(crate) fn arrangement(kept: &str) -> String {
    let layout = Layout::read(Some(kept));
    let tiles = &layout.tree.tiles;
    let root = layout.tree.root().and_then(|root| lies(tiles, root));
    root.map_or_else(String::new, |root| root.written())
}

/// A tile, or several that lie side by side, one over the other, or as tabs.
enum Lies {
    Pane(TileId),
    Several(ContainerKind, Vec<String>),
}

impl Lies {
    fn written(&self) -> String {
        match self {
            Self::Pane(tile) => format!("{tile:?}"),
            Self::Several(kind, parts) => format!("{kind:?}({})", parts.join(" ")),
        }
    }
}

/// The next drawing takes containers away that hold one tile or none, and joins rows with the rows in them; they are
/// taken away here too, so that a layout is the same before that drawing and after it.
fn lies(tiles: &Tiles<Pane>, id: TileId) -> Option<Lies> {
    let container = match tiles.get(id)? {
        Tile::Pane(_) => return Some(Lies::Pane(id)),
        Tile::Container(container) => container,
    };
    let kind = container.kind();
    let is_line = matches!(kind, ContainerKind::Horizontal | ContainerKind::Vertical);
    let children = container.children().filter_map(|child| lies(tiles, *child));
    let mut children: Vec<Lies> = children.collect();
    if children.len() < 2 {
        return children.pop();
    }
    let mut parts = Vec::new();
    for child in children {
        match child {
            Lies::Several(inner, more) if is_line && inner == kind => parts.extend(more),
            other => parts.push(other.written()),
        }
    }
    Some(Lies::Several(kind, parts))
}
