//! Looks at a frame from inside: what the thread of the window does for it, without what shows it.
//!
//! eframe's own figure leaves out waiting for the screen, but counts how long other work held the processor. So the parts that can
//! be marked (input, logic, drawing, tessellation, upload, the render pass) count with their processor time. The rest of eframe's
//! figure (making the views, ending the encoder) cannot be marked apart from what shows the frame: it counts with its time on the
//! wall, or with all that the thread worked meanwhile, showing the frame included, where that is less. Both are too much, never too little.

use std::sync::{Arc, Mutex, PoisonError};

use eframe::egui::{self, LayerId, Ui};
use eframe::{egui_wgpu, wgpu};

use crate::clock::{Moment, Spent};

/// What a frame cost, as far as it can be told from inside.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    /// In the parts that are marked.
    pub(crate) marked: Spent,
    /// Seconds that the thread worked between the marks and until the next frame began: the rest of the frame is in them.
    pub(crate) unmarked_worked: f64,
}

/// The moments of one frame, set from inside the drawing.
#[derive(Clone, Copy, Debug, Default)]
struct Marks {
    begun: Option<Moment>,
    uploaded: Option<Moment>,
    painting: Option<Moment>,
    painted: Option<Moment>,
}

#[derive(Clone, Default)]
pub(crate) struct Probe {
    marks: Arc<Mutex<Marks>>,
}

#[derive(Clone, Copy)]
enum End {
    First,
    Last,
}

/// A drawing of nothing that marks when it would be drawn.
struct Mark {
    probe: Probe,
    end: End,
}

impl Probe {
    /// At the start of a frame; gives what the frame before cost, as far as it could be marked.
    pub(crate) fn begin(&self) -> Option<Seen> {
        let mut before = Marks::default();
        let now = Moment::now();
        self.edit(|marks| {
            before = *marks;
            *marks = Marks {
                begun: Some(now),
                ..Marks::default()
            };
        });
        let (uploaded, painting, ended) = (before.uploaded?, before.painting?, before.painted?);
        let drawn = before.begun?.until(&uploaded);
        let painted = painting.until(&ended);
        Some(Seen {
            marked: Spent {
                wall: drawn.wall + painted.wall,
                worked: drawn.worked + painted.worked,
            },
            unmarked_worked: uploaded.until(&painting).worked + ended.until(&now).worked,
        })
    }

    /// Under everything else.
    pub(crate) fn first(&self, ui: &Ui) {
        self.mark(ui, LayerId::background(), End::First);
    }

    /// Over everything else.
    pub(crate) fn last(&self, ui: &Ui) {
        self.mark(ui, LayerId::debug(), End::Last);
    }

    fn mark(&self, ui: &Ui, layer: LayerId, end: End) {
        let rect = ui.ctx().content_rect();
        let mark = Mark {
            probe: self.clone(),
            end,
        };
        let shape = egui_wgpu::Callback::new_paint_callback(rect, mark);
        ui.ctx().layer_painter(layer).add(shape);
    }

    fn edit(&self, change: impl FnOnce(&mut Marks)) {
        change(&mut self.marks.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl egui_wgpu::CallbackTrait for Mark {
    fn finish_prepare(
        &self,
        _device: &wgpu::Device,
        _queue: &wgpu::Queue,
        _encoder: &mut wgpu::CommandEncoder,
        _resources: &mut egui_wgpu::CallbackResources,
    ) -> Vec<wgpu::CommandBuffer> {
        if let End::Last = self.end {
            self.probe
                .edit(|marks| marks.uploaded = Some(Moment::now()));
        }
        Vec::new()
    }

    fn paint(
        &self,
        _info: egui::PaintCallbackInfo,
        _pass: &mut wgpu::RenderPass<'static>,
        _resources: &egui_wgpu::CallbackResources,
    ) {
        let now = Some(Moment::now());
        self.probe.edit(|marks| match self.end {
            End::First => marks.painting = now,
            End::Last => marks.painted = now,
        });
    }
}
