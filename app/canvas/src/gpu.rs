//! The graphics card: pipelines made once, and the place of a drawing inside the window's pixels.

use egui::epaint::ViewportInPixels;
use egui::{Context, Id, Rect};
use egui_wgpu::{RenderState, ScreenDescriptor, wgpu};

use crate::{curves, scatter};

/// Makes the pipelines. Call once, when the window is made; without it drawings fall back to egui's painter.
pub fn install(ctx: &Context, render_state: &RenderState) {
    let device = &render_state.device;
    let format = render_state.target_format;
    let curves = curves::gpu::CurvesPipeline::new(device, format);
    let scatter = scatter::gpu::ScatterPipeline::new(device, format);
    install_these(ctx, render_state, curves, scatter);
}

/// The same with shaders that lie in `folder`.
#[cfg(all(test, debug_assertions))]
pub(crate) fn install_from(ctx: &Context, render_state: &RenderState, folder: &std::path::Path) {
    let device = &render_state.device;
    let format = render_state.target_format;
    let mut curves = curves::gpu::CurvesPipeline::new(device, format);
    let mut scatter = scatter::gpu::ScatterPipeline::new(device, format);
    curves.shader.lies_in(folder);
    scatter.shader.lies_in(folder);
    install_these(ctx, render_state, curves, scatter);
}

fn install_these(
    ctx: &Context,
    render_state: &RenderState,
    curves: curves::gpu::CurvesPipeline,
    scatter: scatter::gpu::ScatterPipeline,
) {
    let mut renderer = render_state.renderer.write();
    renderer.callback_resources.insert(curves);
    renderer.callback_resources.insert(scatter);
    drop(renderer);
    ctx.data_mut(|data| data.insert_temp(installed_id(), true));
}

pub fn is_installed(ctx: &Context) -> bool {
    ctx.data(|data| data.get_temp::<bool>(installed_id()).unwrap_or(false))
}

fn installed_id() -> Id {
    Id::unique("canvas-installed")
}

/// Where a drawing lies in physical pixels, and what of it is inside the window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Place {
    pub(crate) size_of_rect: [f32; 2],
    pub(crate) visible_min_in_rect: [f32; 2],
    pub(crate) visible_size: [f32; 2],
    pub(crate) pixels_per_point: f32,
}

impl Place {
    /// Egui clamps the viewport of a callback to the window; the shader is told what was cut off.
    pub(crate) fn new(rect: Rect, screen: &ScreenDescriptor) -> Self {
        let scale = screen.pixels_per_point;
        let visible = ViewportInPixels::from_points(&rect, scale, screen.size_in_pixels);
        let left = (rect.min.x * scale).round();
        let top = (rect.min.y * scale).round();
        let right = (rect.max.x * scale).round();
        let bottom = (rect.max.y * scale).round();
        Self {
            size_of_rect: [(right - left).max(1.0), (bottom - top).max(1.0)],
            visible_min_in_rect: [visible.left_px as f32 - left, visible.top_px as f32 - top],
            visible_size: [
                (visible.width_px as f32).max(1.0),
                (visible.height_px as f32).max(1.0),
            ],
            pixels_per_point: scale,
        }
    }
}

/// A pipeline of instanced quads, blended as egui blends: premultiplied, in the space of the target.
pub(crate) fn quads_pipeline(
    device: &wgpu::Device,
    format: wgpu::TextureFormat,
    (label, shader): (&str, &str),
    uniforms: &wgpu::BindGroupLayout,
    buffers: &[Option<wgpu::VertexBufferLayout<'_>>],
) -> wgpu::RenderPipeline {
    let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: Some(label),
        source: wgpu::ShaderSource::Wgsl(shader.into()),
    });
    let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
        label: Some(label),
        bind_group_layouts: &[Some(uniforms)],
        immediate_size: 0,
    });
    device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
        label: Some(label),
        layout: Some(&layout),
        vertex: wgpu::VertexState {
            module: &module,
            entry_point: Some("vs_main"),
            buffers,
            compilation_options: wgpu::PipelineCompilationOptions::default(),
        },
        primitive: wgpu::PrimitiveState {
            topology: wgpu::PrimitiveTopology::TriangleStrip,
            ..wgpu::PrimitiveState::default()
        },
        depth_stencil: None,
        multisample: wgpu::MultisampleState::default(),
        fragment: Some(wgpu::FragmentState {
            module: &module,
            entry_point: Some("fs_main"),
            targets: &[Some(wgpu::ColorTargetState {
                format,
                blend: Some(wgpu::BlendState::PREMULTIPLIED_ALPHA_BLENDING),
                write_mask: wgpu::ColorWrites::ALL,
            })],
            compilation_options: wgpu::PipelineCompilationOptions::default(),
        }),
        multiview_mask: None,
        cache: None,
    })
}

/// The layout of one uniform buffer of `size` bytes, read by both stages.
pub(crate) fn uniform_layout(
    device: &wgpu::Device,
    label: &str,
    size: usize,
) -> wgpu::BindGroupLayout {
    device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
        label: Some(label),
        entries: &[wgpu::BindGroupLayoutEntry {
            binding: 0,
            visibility: wgpu::ShaderStages::VERTEX_FRAGMENT,
            ty: wgpu::BindingType::Buffer {
                ty: wgpu::BufferBindingType::Uniform,
                has_dynamic_offset: false,
                min_binding_size: std::num::NonZeroU64::new(size as u64),
            },
            count: None,
        }],
    })
}

/// A uniform buffer and the group that binds it.
pub(crate) struct Uniforms {
    pub(crate) buffer: wgpu::Buffer,
    pub(crate) bind_group: wgpu::BindGroup,
}

impl Uniforms {
    pub(crate) fn new(device: &wgpu::Device, layout: &wgpu::BindGroupLayout, size: usize) -> Self {
        let buffer = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("canvas uniforms"),
            size: size as u64,
            usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let bind_group = device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("canvas uniforms"),
            layout,
            entries: &[wgpu::BindGroupEntry {
                binding: 0,
                resource: buffer.as_entire_binding(),
            }],
        });
        Self { buffer, bind_group }
    }
}

pub(crate) fn vertex_buffer(device: &wgpu::Device, label: &str, bytes: u64) -> wgpu::Buffer {
    device.create_buffer(&wgpu::BufferDescriptor {
        label: Some(label),
        size: bytes.max(16),
        usage: wgpu::BufferUsages::VERTEX | wgpu::BufferUsages::COPY_DST,
        mapped_at_creation: false,
    })
}
