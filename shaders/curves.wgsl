// Draws many curves as thick, anti-aliased polylines in one call: an instance is one segment, four points long
// (the one before, its two ends, the one after), so that joints are mitred without overlap.
// Rust side: app/canvas/src/curves/gpu.rs (CurvesUniforms and CurveVertex match field for field; sizes asserted there).
// Spaces: *_in_frame is data as it was uploaded, *_in_view is 0 to 1 with y up, *_in_rect is physical pixels with y down.
// No inf, no nan: the width of a point is negative where its curve ends or has a gap.

struct CurvesUniforms {
    view_from_frame_scale: vec2<f32>,
    view_from_frame_offset: vec2<f32>,
    size_of_rect: vec2<f32>,
    visible_min_in_rect: vec2<f32>,
    visible_size: vec2<f32>,
    pixels_per_point: f32,
    is_linear_target: f32,
};

@group(0) @binding(0) var<uniform> uniforms: CurvesUniforms;

struct Segment {
    @location(0) before_in_frame: vec2<f32>,
    @location(1) before_width: f32,
    @location(2) start_in_frame: vec2<f32>,
    @location(3) start_width: f32,
    @location(4) color: vec4<f32>,
    @location(5) end_in_frame: vec2<f32>,
    @location(6) end_width: f32,
    @location(7) after_in_frame: vec2<f32>,
};

struct Ribbon {
    @builtin(position) position: vec4<f32>,
    @location(0) color: vec4<f32>,
    // How far along the segment and across it, in pixels.
    @location(1) along: f32,
    @location(2) across: f32,
    @location(3) @interpolate(flat) length: f32,
    @location(4) @interpolate(flat) half_width: f32,
    // 1 where the end is round, 0 where the next segment goes on.
    @location(5) @interpolate(flat) caps: vec2<f32>,
};

// Outside of this many views a point is as good as at the edge; keeps f32 exact on the screen.
const FARTHEST: f32 = 10000.0;
// A joint sharper than this (cosine of half its turn) gets round ends instead of a mitre.
const SHARPEST_MITRE: f32 = 0.5;
const SHORTEST: f32 = 0.001;

fn in_rect(in_frame: vec2<f32>) -> vec2<f32> {
    let in_view = in_frame * uniforms.view_from_frame_scale + uniforms.view_from_frame_offset;
    let near = clamp(in_view, vec2<f32>(-FARTHEST), vec2<f32>(FARTHEST));
    return vec2<f32>(near.x, 1.0 - near.y) * uniforms.size_of_rect;
}

fn direction(start: vec2<f32>, end: vec2<f32>) -> vec2<f32> {
    let way = end - start;
    let far = length(way);
    if far < SHORTEST {
        return vec2<f32>(1.0, 0.0);
    }
    return way / far;
}

@vertex
fn vs_main(@builtin(vertex_index) corner: u32, segment: Segment) -> Ribbon {
    var ribbon: Ribbon;
    if segment.start_width <= 0.0 {
        // The curve ends at this point, so there is no segment: everything outside of the clip space.
        ribbon.position = vec4<f32>(2.0, 2.0, 0.0, 1.0);
        return ribbon;
    }
    let start = in_rect(segment.start_in_frame);
    let end = in_rect(segment.end_in_frame);
    let ahead = direction(start, end);
    let normal = vec2<f32>(-ahead.y, ahead.x);
    let far = distance(start, end);
    let half_width = max(segment.start_width * uniforms.pixels_per_point * 0.5, 0.5);
    // One pixel more, for the soft edge.
    let reach = half_width + 1.0;

    let is_end = corner >= 2u;
    let side = select(-1.0, 1.0, (corner & 1u) == 1u);

    let before = direction(in_rect(segment.before_in_frame), start);
    let after = direction(end, in_rect(segment.after_in_frame));
    let has_before = segment.before_width > 0.0;
    let has_after = segment.end_width > 0.0;
    let turn_at_start = normalize(before + ahead + ahead * SHORTEST);
    let turn_at_end = normalize(after + ahead + ahead * SHORTEST);
    let mitre_at_start = vec2<f32>(-turn_at_start.y, turn_at_start.x);
    let mitre_at_end = vec2<f32>(-turn_at_end.y, turn_at_end.x);
    let cos_at_start = dot(mitre_at_start, normal);
    let cos_at_end = dot(mitre_at_end, normal);
    let cap_at_start = !has_before || cos_at_start < SHARPEST_MITRE || far < SHORTEST;
    let cap_at_end = !has_after || cos_at_end < SHARPEST_MITRE || far < SHORTEST;

    var at = start;
    if is_end {
        if cap_at_end {
            at = end + ahead * reach + normal * side * reach;
        } else {
            at = end + mitre_at_end * side * reach / cos_at_end;
        }
    } else {
        if cap_at_start {
            at = start - ahead * reach + normal * side * reach;
        } else {
            at = start + mitre_at_start * side * reach / cos_at_start;
        }
    }

    let in_visible = (at - uniforms.visible_min_in_rect) / uniforms.visible_size;
    ribbon.position = vec4<f32>(in_visible.x * 2.0 - 1.0, 1.0 - in_visible.y * 2.0, 0.0, 1.0);
    ribbon.color = segment.color;
    ribbon.along = dot(at - start, ahead);
    ribbon.across = dot(at - start, normal);
    ribbon.length = far;
    ribbon.half_width = half_width;
    ribbon.caps = vec2<f32>(select(0.0, 1.0, cap_at_start), select(0.0, 1.0, cap_at_end));
    return ribbon;
}

// 0-1 linear from 0-1 sRGB.
fn linear_from_gamma(gamma: vec3<f32>) -> vec3<f32> {
    let lower = gamma / 12.92;
    let higher = pow((gamma + vec3<f32>(0.055)) / 1.055, vec3<f32>(2.4));
    return select(higher, lower, gamma < vec3<f32>(0.04045));
}

@fragment
fn fs_main(ribbon: Ribbon) -> @location(0) vec4<f32> {
    let past_start = max(-ribbon.along, 0.0) * ribbon.caps.x;
    let past_end = max(ribbon.along - ribbon.length, 0.0) * ribbon.caps.y;
    let off = length(vec2<f32>(max(past_start, past_end), ribbon.across));
    let coverage = clamp(ribbon.half_width + 0.5 - off, 0.0, 1.0);
    // The colour is premultiplied.
    let color = ribbon.color * coverage;
    if uniforms.is_linear_target > 0.5 {
        return vec4<f32>(linear_from_gamma(color.rgb), color.a);
    }
    return color;
}
