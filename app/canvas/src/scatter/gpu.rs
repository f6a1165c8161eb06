//! The scatter on the graphics card: one buffer a view, written when the data changes.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::{Id, PaintCallbackInfo, Rect};
use egui_wgpu::{CallbackResources, CallbackTrait, ScreenDescriptor, wgpu};

use super::{ScatterStore, ScatterView};
use crate::gpu::{Place, Uniforms, quads_pipeline, uniform_layout, vertex_buffer};

const SHADER: &str = include_str!("../../../../shaders/scatter.wgsl");

/// A point as the shader reads it.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
pub(crate) struct ScatterVertex {
    pub(crate) at_in_frame: [f32; 2],
    /// Premultiplied.
    pub(crate) color: [u8; 4],
}

#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
struct ScatterUniforms {
    view_from_frame_scale: [f32; 2],
    view_from_frame_offset: [f32; 2],
    size_of_rect: [f32; 2],
    visible_min_in_rect: [f32; 2],
    visible_size: [f32; 2],
    /// Physical pixels.
    radius: f32,
    is_linear_target: f32,
}

const STRIDE: u64 = size_of::<ScatterVertex>() as u64;
const _: () = assert!(size_of::<ScatterVertex>() == 12);
const _: () = assert!(size_of::<ScatterUniforms>() == 48);

/// The buffers of a view that was not drawn for this long are given back.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(10);

pub(crate) struct ScatterDraw {
    id: Id,
    rect: Rect,
    vertices: Arc<[ScatterVertex]>,
    scale: [f32; 2],
    offset: [f32; 2],
    radius: f32,
}

impl ScatterDraw {
    pub(crate) fn new(view: &ScatterView<'_>, store: &ScatterStore, rect: Rect) -> Self {
        let (scale, offset) = view.view_from_frame(store);
        Self {
            id: view.id,
            rect,
            vertices: Arc::clone(&store.vertices),
            scale,
            offset,
            radius: view.radius,
        }
    }
}

impl CallbackTrait for ScatterDraw {
    fn prepare(
        &self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        screen: &ScreenDescriptor,
        _encoder: &mut wgpu::CommandEncoder,
        resources: &mut CallbackResources,
    ) -> Vec<wgpu::CommandBuffer> {
        if let Some(pipeline) = resources.get_mut::<ScatterPipeline>() {
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
        let pipeline = resources.get::<ScatterPipeline>();
        if let Some((pipeline, view)) =
            pipeline.and_then(|pipeline| Some((pipeline, pipeline.views.get(&self.id)?)))
        {
            pass.set_pipeline(&pipeline.pipeline);
            pass.set_bind_group(0, &view.uniforms.bind_group, &[]);
            pass.set_vertex_buffer(0, view.vertices.slice(..));
            pass.draw(0..4, 0..view.source.len() as u32);
        }
    }
}

pub(crate) struct ScatterPipeline {
    pipeline: wgpu::RenderPipeline,
    layout: wgpu::BindGroupLayout,
    format: wgpu::TextureFormat,
    #[cfg(debug_assertions)]
    pub(crate) shader: crate::reload::ShaderFile,
    views: HashMap<Id, ViewBuffers>,
}

struct ViewBuffers {
    vertices: wgpu::Buffer,
    source: Arc<[ScatterVertex]>,
    uniforms: Uniforms,
    last_used: Instant,
}

impl ScatterPipeline {
    pub(crate) fn new(device: &wgpu::Device, format: wgpu::TextureFormat) -> Self {
        let layout = uniform_layout(device, "scatter", size_of::<ScatterUniforms>());
        Self {
            pipeline: pipeline(device, format, &layout, SHADER),
            layout,
            format,
            #[cfg(debug_assertions)]
            shader: crate::reload::ShaderFile::new("scatter.wgsl", SHADER),
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
        draw: &ScatterDraw,
    ) {
        let now = Instant::now();
        #[cfg(debug_assertions)]
        self.reload(device, now);
        self.views
            .retain(|_, view| now.duration_since(view.last_used) < FORGOTTEN_AFTER);
        let is_current = self
            .views
            .get(&draw.id)
            .is_some_and(|view| Arc::ptr_eq(&view.source, &draw.vertices));
        if !is_current {
            let view = ViewBuffers::new(device, queue, &self.layout, &draw.vertices);
            self.views.insert(draw.id, view);
        }
        let place = Place::new(draw.rect, screen);
        let uniforms = ScatterUniforms {
            view_from_frame_scale: draw.scale,
            view_from_frame_offset: draw.offset,
            size_of_rect: place.size_of_rect,
            visible_min_in_rect: place.visible_min_in_rect,
            visible_size: place.visible_size,
            radius: draw.radius * place.pixels_per_point,
            is_linear_target: f32::from(u8::from(self.format.is_srgb())),
        };
        if let Some(view) = self.views.get_mut(&draw.id) {
            view.last_used = now;
            queue.write_buffer(&view.uniforms.buffer, 0, bytemuck::bytes_of(&uniforms));
        }
    }
}

#[cfg(test)]
impl ScatterPipeline {
    /// Where the points of a view lie on the card. They are written once, when this is made.
    pub(crate) fn vertices_of(&self, id: Id) -> Option<&wgpu::Buffer> {
        self.views.get(&id).map(|view| &view.vertices)
    }
}

impl ViewBuffers {
    fn new(
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        layout: &wgpu::BindGroupLayout,
        source: &Arc<[ScatterVertex]>,
    ) -> Self {
        let bytes: &[u8] = bytemuck::cast_slice(source);
        let vertices = vertex_buffer(device, "scatter", bytes.len() as u64);
        queue.write_buffer(&vertices, 0, bytes);
        Self {
            vertices,
            source: Arc::clone(source),
            uniforms: Uniforms::new(device, layout, size_of::<ScatterUniforms>()),
            last_used: Instant::now(),
        }
    }
}

/// The pipeline of a shader text.
fn pipeline(
    device: &wgpu::Device,
    format: wgpu::TextureFormat,
    layout: &wgpu::BindGroupLayout,
    shader: &str,
) -> wgpu::RenderPipeline {
    let attributes = wgpu::vertex_attr_array![0 => Float32x2, 1 => Unorm8x4];
    let buffers = [Some(wgpu::VertexBufferLayout {
        array_stride: STRIDE,
        step_mode: wgpu::VertexStepMode::Instance,
        attributes: &attributes,
    })];
    quads_pipeline(device, format, ("scatter", shader), layout, &buffers)
}
