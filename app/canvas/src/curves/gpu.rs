//! The curves on the graphics card: one buffer a view with a slot a curve, one draw call.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::{Id, PaintCallbackInfo, Rect};
use egui_wgpu::{CallbackResources, CallbackTrait, ScreenDescriptor, wgpu};

use super::CurvesView;
use super::store::{CurvesStore, KeptCurve};
use crate::gpu::{Place, Uniforms, quads_pipeline, uniform_layout, vertex_buffer};

const SHADER: &str = include_str!("../../../../shaders/curves.wgsl");

/// A point as the shader reads it.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
pub(crate) struct CurveVertex {
    pub(crate) at_in_frame: [f32; 2],
    /// Premultiplied.
    pub(crate) color: [u8; 4],
    /// Logical pixels; negative at the last point of a piece.
    pub(crate) width: f32,
}

#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
struct CurvesUniforms {
    view_from_frame_scale: [f32; 2],
    view_from_frame_offset: [f32; 2],
    size_of_rect: [f32; 2],
    visible_min_in_rect: [f32; 2],
    visible_size: [f32; 2],
    pixels_per_point: f32,
    is_linear_target: f32,
}

const STRIDE: u64 = size_of::<CurveVertex>() as u64;
const _: () = assert!(size_of::<CurveVertex>() == 16);
const _: () = assert!(size_of::<CurvesUniforms>() == 48);

/// No curve: fills what is not used of a slot, and stands before the first and after the last point.
const NOTHING: CurveVertex = CurveVertex {
    at_in_frame: [0.0, 0.0],
    color: [0; 4],
    width: -1.0,
};

/// The buffers of a view that was not drawn for this long are given back.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(10);
/// Slots grow in steps of so many points, so that a curve that grows is rarely moved.
const SLOT_STEP: usize = 64;

/// One view in one frame, on its way to the card.
pub(crate) struct CurvesDraw {
    id: Id,
    rect: Rect,
    curves: Arc<[KeptCurve]>,
    scale: [f32; 2],
    offset: [f32; 2],
}

impl CurvesDraw {
    pub(crate) fn new(view: &CurvesView<'_>, store: &CurvesStore, rect: Rect) -> Self {
        let (scale, offset) = store.frame.view_from_frame(view);
        Self {
            id: view.id,
            rect,
            curves: Arc::clone(&store.curves),
            scale,
            offset,
        }
    }
}

impl CallbackTrait for CurvesDraw {
    fn prepare(
        &self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        screen: &ScreenDescriptor,
        _encoder: &mut wgpu::CommandEncoder,
        resources: &mut CallbackResources,
    ) -> Vec<wgpu::CommandBuffer> {
        if let Some(pipeline) = resources.get_mut::<CurvesPipeline>() {
            pipeline.prepare(device, queue, screen, self);
        }
        Vec::new()
    }

    fn paint(
        &self,
        _info: PaintCallbackInfo,
        pass: &mut wgpu::RenderPass<'static>,
        resources: &CallbackResources,
    ) {
        if let Some(pipeline) = resources.get::<CurvesPipeline>() {
            pipeline.paint(pass, self.id);
        }
    }
}

pub(crate) struct CurvesPipeline {
    pipeline: wgpu::RenderPipeline,
    layout: wgpu::BindGroupLayout,
    format: wgpu::TextureFormat,
    #[cfg(debug_assertions)]
    pub(crate) shader: crate::reload::ShaderFile,
    views: HashMap<Id, ViewBuffers>,
}

struct ViewBuffers {
    vertices: wgpu::Buffer,
    /// Points that the buffer holds, the three of padding not counted.
    capacity: usize,
    slots: Vec<Slot>,
    uniforms: Uniforms,
    last_used: Instant,
}

struct Slot {
    start: usize,
    capacity: usize,
    /// What was uploaded, to know whether it still is what is drawn.
    source: Arc<[CurveVertex]>,
}

impl CurvesPipeline {
    pub(crate) fn new(device: &wgpu::Device, format: wgpu::TextureFormat) -> Self {
        let layout = uniform_layout(device, "curves", size_of::<CurvesUniforms>());
        Self {
            pipeline: pipeline(device, format, &layout, SHADER),
            layout,
            format,
            #[cfg(debug_assertions)]
            shader: crate::reload::ShaderFile::new("curves.wgsl", SHADER),
            views: HashMap::new(),
        }
    }

    /// In debug builds the shader's file as it is now.
    #[cfg(debug_assertions)]
    fn reload(&mut self, device: &wgpu::Device, now: Instant) {
        let (format, layout) = (self.format, &self.layout);
        let make = |text: &str| pipeline(device, format, layout, text);
        if let Some(fresh) = self.shader.remade(device, now, make) {
            self.pipeline = fresh;
        }
    }

    pub(crate) fn prepare(
        &mut self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        screen: &ScreenDescriptor,
        draw: &CurvesDraw,
    ) {
        let now = Instant::now();
        #[cfg(debug_assertions)]
        self.reload(device, now);
        self.views
            .retain(|_, view| now.duration_since(view.last_used) < FORGOTTEN_AFTER);
        let layout = &self.layout;
        let view = self
            .views
            .entry(draw.id)
            .or_insert_with(|| ViewBuffers::new(device, layout, now));
        view.last_used = now;
        view.upload(device, queue, &draw.curves);
        let place = Place::new(draw.rect, screen);
        let uniforms = CurvesUniforms {
            view_from_frame_scale: draw.scale,
            view_from_frame_offset: draw.offset,
            size_of_rect: place.size_of_rect,
            visible_min_in_rect: place.visible_min_in_rect,
            visible_size: place.visible_size,
            pixels_per_point: place.pixels_per_point,
            is_linear_target: f32::from(u8::from(self.format.is_srgb())),
        };
        queue.write_buffer(&view.uniforms.buffer, 0, bytemuck::bytes_of(&uniforms));
    }

    fn paint(&self, pass: &mut wgpu::RenderPass<'static>, id: Id) {
        let Some(view) = self.views.get(&id).filter(|view| view.points() > 1) else {
            return;
        };
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, &view.uniforms.bind_group, &[]);
        for place in 0..4u32 {
            let from = u64::from(place) * STRIDE;
            pass.set_vertex_buffer(place, view.vertices.slice(from..));
        }
        // An instance reads the points i to i + 3; the first is padding.
        pass.draw(0..4, 0..view.points() as u32);
    }
}

impl ViewBuffers {
    fn new(device: &wgpu::Device, layout: &wgpu::BindGroupLayout, now: Instant) -> Self {
        Self {
            vertices: vertex_buffer(device, "curves", STRIDE),
            capacity: 0,
            slots: Vec::new(),
            uniforms: Uniforms::new(device, layout, size_of::<CurvesUniforms>()),
            last_used: now,
        }
    }

    /// Points in use, up to the end of the last slot.
    fn points(&self) -> usize {
        self.slots
            .last()
            .map_or(0, |slot| slot.start + slot.capacity)
    }

    /// Writes what changed; everything only when a curve outgrew its slot or the number of curves changed.
    fn upload(&mut self, device: &wgpu::Device, queue: &wgpu::Queue, curves: &[KeptCurve]) {
        let fits = self.slots.len() == curves.len()
            && self
                .slots
                .iter()
                .zip(curves)
                .all(|(slot, curve)| curve.vertices.len() <= slot.capacity);
        if !fits {
            self.lay_out(device, queue, curves);
            return;
        }
        for (slot, curve) in self.slots.iter_mut().zip(curves) {
            if Arc::ptr_eq(&slot.source, &curve.vertices) {
                continue;
            }
            let old_length = slot.source.len();
            let mut points = curve.vertices.to_vec();
            points.resize(old_length.max(points.len()), NOTHING);
            let at = (slot.start as u64 + 1) * STRIDE;
            queue.write_buffer(&self.vertices, at, bytemuck::cast_slice(&points));
            slot.source = Arc::clone(&curve.vertices);
        }
    }

    fn lay_out(&mut self, device: &wgpu::Device, queue: &wgpu::Queue, curves: &[KeptCurve]) {
        let mut slots = Vec::with_capacity(curves.len());
        let mut start = 0;
        let is_same_crowd = self.slots.len() == curves.len();
        for (place, curve) in curves.iter().enumerate() {
            let before = self.slots.get(place).filter(|_| is_same_crowd);
            let capacity = slot_capacity(curve.vertices.len(), before.map(|slot| slot.capacity));
            slots.push(Slot {
                start,
                capacity,
                source: Arc::clone(&curve.vertices),
            });
            start += capacity;
        }
        // One point of padding before, two after.
        let mut points = vec![NOTHING; start + 3];
        for slot in &slots {
            let first = slot.start + 1;
            points[first..first + slot.source.len()].copy_from_slice(&slot.source);
        }
        if start > self.capacity || start * 4 < self.capacity {
            self.vertices = vertex_buffer(device, "curves", points.len() as u64 * STRIDE);
            self.capacity = start;
        }
        queue.write_buffer(&self.vertices, 0, bytemuck::cast_slice(&points));
        self.slots = slots;
    }
}

/// Room for a curve of `length` points. One that outgrew its slot is live and will grow on: it gets half as much again, so that what
/// its thousand neighbours need is not laid out anew with every few epochs.
pub(crate) fn slot_capacity(length: usize, before: Option<usize>) -> usize {
    let fitting = (length + 1).next_multiple_of(SLOT_STEP);
    match before {
        Some(capacity) if capacity < length => (length + length / 2).next_multiple_of(SLOT_STEP),
        Some(capacity) => capacity.min(2 * fitting).max(fitting),
        None => fitting,
    }
}

/// The pipeline of a shader text.
fn pipeline(
    device: &wgpu::Device,
    format: wgpu::TextureFormat,
    layout: &wgpu::BindGroupLayout,
    shader: &str,
) -> wgpu::RenderPipeline {
    // The same buffer four times, each a point further: before, start, end, after.
    let before = [
        attribute(wgpu::VertexFormat::Float32x2, 0, 0),
        attribute(wgpu::VertexFormat::Float32, 12, 1),
    ];
    let start = [
        attribute(wgpu::VertexFormat::Float32x2, 0, 2),
        attribute(wgpu::VertexFormat::Float32, 12, 3),
        attribute(wgpu::VertexFormat::Unorm8x4, 8, 4),
    ];
    let end = [
        attribute(wgpu::VertexFormat::Float32x2, 0, 5),
        attribute(wgpu::VertexFormat::Float32, 12, 6),
    ];
    let after = [attribute(wgpu::VertexFormat::Float32x2, 0, 7)];
    let buffers = [
        instances(&before),
        instances(&start),
        instances(&end),
        instances(&after),
    ];
    quads_pipeline(device, format, ("curves", shader), layout, &buffers)
}

fn attribute(
    format: wgpu::VertexFormat,
    offset: u64,
    shader_location: u32,
) -> wgpu::VertexAttribute {
    wgpu::VertexAttribute {
        format,
        offset,
        shader_location,
    }
}

fn instances(attributes: &[wgpu::VertexAttribute]) -> Option<wgpu::VertexBufferLayout<'_>> {
    Some(wgpu::VertexBufferLayout {
        array_stride: STRIDE,
        step_mode: wgpu::VertexStepMode::Instance,
        attributes,
    })
}
