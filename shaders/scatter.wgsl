// Draws up to millions of points as anti-aliased discs: an instance is one point, its quad is made here.
// Rust side: app/canvas/src/scatter/gpu.rs (ScatterUniforms and ScatterVertex match field for field; sizes asserted there).
// Spaces: *_in_frame is data as it was uploaded, *_in_view is 0 to 1 with y up, *_in_rect is physical pixels with y down.
// No inf, no nan: points without a place are not uploaded.

struct ScatterUniforms {
    view_from_frame_scale: vec2<f32>,
    view_from_frame_offset: vec2<f32>,
    size_of_rect: vec2<f32>,
    visible_min_in_rect: vec2<f32>,
    visible_size: vec2<f32>,
    radius: f32,
    is_linear_target: f32,
};

@group(0) @binding(0) var<uniform> uniforms: ScatterUniforms;

struct Point {
    @location(0) at_in_frame: vec2<f32>,
    @location(1) color: vec4<f32>,
};

struct Disc {
    @builtin(position) position: vec4<f32>,
    @location(0) color: vec4<f32>,
    // From the centre, in pixels.
    @location(1) off: vec2<f32>,
};

const FARTHEST: f32 = 10000.0;

@vertex
fn vs_main(@builtin(vertex_index) corner: u32, point: Point) -> Disc {
    let in_view = point.at_in_frame * uniforms.view_from_frame_scale + uniforms.view_from_frame_offset;
    let near = clamp(in_view, vec2<f32>(-FARTHEST), vec2<f32>(FARTHEST));
    let center = vec2<f32>(near.x, 1.0 - near.y) * uniforms.size_of_rect;
    let reach = uniforms.radius + 1.0;
    let off = vec2<f32>(
        select(-reach, reach, (corner & 1u) == 1u),
        select(-reach, reach, corner >= 2u),
    );
    let in_visible = (center + off - uniforms.visible_min_in_rect) / uniforms.visible_size;
    var disc: Disc;
    disc.position = vec4<f32>(in_visible.x * 2.0 - 1.0, 1.0 - in_visible.y * 2.0, 0.0, 1.0);
    disc.color = point.color;
    disc.off = off;
    return disc;
}

// 0-1 linear from 0-1 sRGB.
fn linear_from_gamma(gamma: vec3<f32>) -> vec3<f32> {
    let lower = gamma / 12.92;
    let higher = pow((gamma + vec3<f32>(0.055)) / 1.055, vec3<f32>(2.4));
    return select(higher, lower, gamma < vec3<f32>(0.04045));
}

@fragment
fn fs_main(disc: Disc) -> @location(0) vec4<f32> {
    let coverage = clamp(uniforms.radius + 0.5 - length(disc.off), 0.0, 1.0);
    // The colour is premultiplied.
    let color = disc.color * coverage;
    if uniforms.is_linear_target > 0.5 {
        return vec4<f32>(linear_from_gamma(color.rgb), color.a);
    }
    return color;
}
