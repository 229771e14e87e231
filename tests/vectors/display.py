"""Golden vectors of DISPLAY: surfaces, streams, the client's side, and all drawing."""

from __future__ import annotations

from dataclasses import dataclass, field

from .parts import NULL, At, Fields, Piece, Vector, big, hx, p, place, point, rect
from .small import BLOB, client, server

BOX, BOX_F = rect(10, 20, 110, 220)
AREA, AREA_F = rect(0, 0, 100, 200)
ONE, ONE_F = rect(-1, -2, 3, 4)
NO_CLIP, NO_CLIP_F = p("B", 0), {"type": 0}
CLIP, CLIP_F = p("BI", 1, 2) + BOX + ONE, {"type": 1, "rects": [BOX_F, ONE_F]}
EMPTY_CLIP, EMPTY_CLIP_F = p("BI", 1, 0), {"type": 1, "rects": []}
BASE, BASE_F = p("I", 0) + BOX + NO_CLIP, {"surface_id": 0, "box": BOX_F, "clip": NO_CLIP_F}
CLIPPED, CLIPPED_F = p("I", 7) + BOX + CLIP, {"surface_id": 7, "box": BOX_F, "clip": CLIP_F}
ZERO, ZERO_F = point(0, 0)
NO_MASK, NO_MASK_F = p("B", 0) + ZERO + NULL, {"flags": 0, "pos": ZERO_F, "bitmap": None}


@dataclass(slots=True)
class Picture:
    """An image: its own bytes and those it points to (a palette)."""

    pieces: list[Piece]
    fields: Fields
    palette: bytes | None = None


def descriptor(kind: int, flags: int = 0) -> tuple[bytes, Fields]:
    return (
        p("QBBII", 0x1122334455667788, kind, flags, 4, 2),
        {"id": big(0x1122334455667788), "type": kind, "flags": flags, "width": 4, "height": 2},
    )


PALETTE = p("QH", 2**63 + 5, 2) + p("II", 0xFF0000, 0x00FF00)
PALETTE_F = {"unique": big(2**63 + 5), "num_ents": 2, "ents": [0xFF0000, 0x00FF00]}


def bitmap(index: int = 1, palette: str = "none") -> Picture:
    """A BITMAP of 4 x 2 pixels; its palette, if in full, is target ``index``."""
    head, head_f = descriptor(0, 1)
    rows = bytes(range(8))
    flags = {"none": 4, "full": 5, "cached": 6}[palette]
    info = p("BBIII", 5, flags, 4, 2, 4)
    info_f = {"format": 5, "flags": flags, "x": 4, "y": 2, "stride": 4}
    if palette == "cached":
        return Picture(
            [head, info, p("Q", 99), rows],
            {"descriptor": head_f, "u": info_f | {"palette_id": big(99), "data": hx(rows)}},
        )
    if palette == "full":
        fields = {"descriptor": head_f, "u": info_f | {"palette": PALETTE_F, "data": hx(rows)}}
        return Picture([head, info, At(index), rows], fields, PALETTE)
    return Picture([head, info, NULL, rows], {"descriptor": head_f, "u": info_f | {"palette": None, "data": hx(rows)}})


def binary(kind: int) -> Picture:
    """QUIC, LZ_RGB, GLZ_RGB, JPEG or LZ4."""
    head, head_f = descriptor(kind)
    return Picture(
        [head, p("I", len(BLOB)), BLOB], {"descriptor": head_f, "u": {"data_size": len(BLOB), "data": hx(BLOB)}}
    )


def lz_plt(cached: bool) -> Picture:
    head, head_f = descriptor(100)
    size, data = p("I", len(BLOB)), {"data_size": len(BLOB), "data": hx(BLOB)}
    if cached:
        return Picture(
            [head, p("B", 6), size, p("Q", 3), BLOB],
            {"descriptor": head_f, "u": {"flags": 6, "palette_id": big(3), **data}},
        )
    fields = {"descriptor": head_f, "u": {"flags": 4, "palette": PALETTE_F, **data}}
    return Picture([head, p("B", 4), size, At(1), BLOB], fields, PALETTE)


def zlib_glz() -> Picture:
    head, head_f = descriptor(107)
    fields = {"glz_data_size": 5000, "data_size": len(BLOB), "data": hx(BLOB)}
    return Picture([head, p("II", 5000, len(BLOB)), BLOB], {"descriptor": head_f, "u": fields})


def jpeg_alpha() -> Picture:
    head, head_f = descriptor(108)
    fields = {"flags": 1, "jpeg_size": 20, "data_size": len(BLOB), "data": hx(BLOB)}
    return Picture([head, p("BII", 1, 20, len(BLOB)), BLOB], {"descriptor": head_f, "u": fields})


def surface() -> Picture:
    head, head_f = descriptor(104)
    return Picture([head, p("I", 12)], {"descriptor": head_f, "u": {"surface_id": 12}})


def from_cache(kind: int) -> Picture:
    head, head_f = descriptor(kind)
    return Picture([head], {"descriptor": head_f, "u": None})


IMAGES: dict[str, Picture] = {
    "bitmap": bitmap(),
    "bitmap_palette": bitmap(palette="full"),
    "bitmap_palette_cached": bitmap(palette="cached"),
    "quic": binary(1),
    "lz_rgb": binary(101),
    "glz_rgb": binary(102),
    "jpeg": binary(105),
    "lz4": binary(109),
    "lz_plt": lz_plt(cached=False),
    "lz_plt_cached": lz_plt(cached=True),
    "zlib_glz_rgb": zlib_glz(),
    "jpeg_alpha": jpeg_alpha(),
    "surface": surface(),
    "from_cache": from_cache(103),
    "from_cache_lossless": from_cache(106),
}
PLAIN = IMAGES["bitmap"]


@dataclass(slots=True)
class Draw:
    """A drawing message under construction: body and what its pointers reach."""

    body: list[Piece] = field(default_factory=list)
    targets: list[list[Piece]] = field(default_factory=list)

    def image(self, picture: Picture) -> Draw:
        """A pointer to a picture without a palette of its own, or the only one with."""
        self.body.append(At(len(self.targets)))
        self.targets.append(picture.pieces)
        if picture.palette is not None:
            self.targets.append([picture.palette])
        return self

    def add(self, *pieces: Piece) -> Draw:
        self.body.extend(pieces)
        return self

    def bytes(self) -> bytes:
        return place(self.body, *self.targets)


def draw(number: int, name: str, made: Draw, data: Fields, variant: str = "", base: Fields = BASE_F) -> Vector:
    return server("display", number, name, made.bytes(), {"base": base, "data": data}, variant)


def copies() -> list[Vector]:
    rest, rest_f = p("HB", 8, 1) + NO_MASK, {"rop_descriptor": 8, "scale_mode": 1, "mask": NO_MASK_F}
    found = []
    for kind, picture in IMAGES.items():
        data = {"src_bitmap": picture.fields, "src_area": AREA_F, **rest_f}
        found.append(draw(304, "draw_copy", Draw([BASE]).image(picture).add(AREA, rest), data, kind))
    data = {"src_bitmap": None, "src_area": AREA_F, **rest_f}
    found.append(draw(304, "draw_copy", Draw([BASE]).add(NULL, AREA, rest), data))
    masked = Draw([CLIPPED]).image(PLAIN).add(AREA, p("HB", 0x408, 0), p("B", 1) + ONE[:8]).image(PLAIN)
    mask = {"flags": 1, "pos": {"x": -1, "y": -2}, "bitmap": PLAIN.fields}
    data = {"src_bitmap": PLAIN.fields, "src_area": AREA_F, "rop_descriptor": 0x408, "scale_mode": 0, "mask": mask}
    found.append(draw(304, "draw_copy", masked, data, "mask", CLIPPED_F))
    made = Draw([BASE]).image(IMAGES["quic"]).add(AREA, rest)
    data = {"src_bitmap": IMAGES["quic"].fields, "src_area": AREA_F, **rest_f}
    return [*found, draw(305, "draw_blend", made, data)]


def brushes() -> list[Vector]:
    """Operations with a brush."""
    solid, solid_f = p("BI", 1, 0x336699), {"type": 1, "u": 0x336699}
    none, none_f = p("B", 0), {"type": 0, "u": None}
    rop, rop_f = p("H", 0x10), {"rop_descriptor": 0x10}
    pattern_f = {"type": 2, "u": {"pat": PLAIN.fields, "pos": {"x": 3, "y": -4}}}
    pattern = Draw([BASE, p("B", 2)]).image(PLAIN).add(point(3, -4)[0], rop, NO_MASK)
    opaque = Draw([CLIPPED]).image(IMAGES["lz_rgb"]).add(AREA, p("B", 2)).image(PLAIN)
    opaque.add(point(3, -4)[0], rop, p("B", 0), NO_MASK)
    rop3 = Draw([BASE]).image(PLAIN).add(AREA, solid, p("BB", 0xCA, 1), NO_MASK)
    source = {"src_bitmap": PLAIN.fields, "src_area": AREA_F}
    return [
        draw(302, "draw_fill", Draw([BASE, solid, rop, NO_MASK]), {"brush": solid_f, **rop_f, "mask": NO_MASK_F}),
        draw(
            302,
            "draw_fill",
            Draw([BASE, none, rop, NO_MASK]),
            {"brush": none_f, **rop_f, "mask": NO_MASK_F},
            "no_brush",
        ),
        draw(302, "draw_fill", pattern, {"brush": pattern_f, **rop_f, "mask": NO_MASK_F}, "pattern"),
        draw(
            303,
            "draw_opaque",
            opaque,
            {
                "src_bitmap": IMAGES["lz_rgb"].fields,
                "src_area": AREA_F,
                "brush": pattern_f,
                **rop_f,
                "scale_mode": 0,
                "mask": NO_MASK_F,
            },
            base=CLIPPED_F,
        ),
        draw(309, "draw_rop3", rop3, source | {"brush": solid_f, "rop3": 0xCA, "scale_mode": 1, "mask": NO_MASK_F}),
    ]


def strokes() -> list[Vector]:
    solid, solid_f = p("BI", 1, 0xFFFFFF), {"type": 1, "u": 0xFFFFFF}
    path = p("I", 2) + p("BI", 1, 2) + p("4i", 16, -32, 1, 40) + p("BI", 10, 0)
    path_f = {
        "num_segments": 2,
        "segments": [
            {"flags": 1, "count": 2, "points": [{"x": 1.0, "y": -2.0}, {"x": 0.0625, "y": 2.5}]},
            {"flags": 10, "count": 0, "points": []},
        ],
    }
    modes, modes_f = p("HH", 8, 64), {"fore_mode": 8, "back_mode": 64}
    styled = Draw([BASE, At(0), p("BB", 8, 3), At(1), solid, modes], [[path], [p("3i", 48, 16, 8)]])
    plain = Draw([BASE, At(0), p("B", 0), solid, modes], [[path]])
    unstyled = Draw([BASE, At(0), p("BB", 12, 0), NULL, solid, modes], [[path]])
    style = {"flags": 8, "style_nseg": 3, "style": [3.0, 1.0, 0.5]}
    data = {"path": path_f, "brush": solid_f, **modes_f}
    return [
        draw(310, "draw_stroke", styled, data | {"attr": style}),
        draw(310, "draw_stroke", plain, data | {"attr": {"flags": 0}}, "plain"),
        draw(310, "draw_stroke", unstyled, data | {"attr": {"flags": 12, "style_nseg": 0, "style": []}}, "no_dashes"),
    ]


def texts() -> list[Vector]:
    solid, solid_f = p("BI", 1, 0xFFFFFF), {"type": 1, "u": 0xFFFFFF}
    none, none_f = p("B", 0), {"type": 0, "u": None}
    modes, modes_f = p("HH", 8, 0), {"fore_mode": 8, "back_mode": 0}
    found = []
    for variant, flags, row in (("", 1, 2), ("a4", 2, 5), ("a8", 4, 9)):
        bits = bytes(range(row * 2))
        glyph = point(5, 6)[0] + point(-1, 8)[0] + p("HH", 9, 2) + bits
        glyph_f = {
            "render_pos": {"x": 5, "y": 6},
            "glyph_origin": {"x": -1, "y": 8},
            "width": 9,
            "height": 2,
            "data": hx(bits),
        }
        text = p("HB", 2, flags) + glyph + glyph
        made = Draw([BASE, At(0), BOX, solid, none, modes], [[text]])
        data = {
            "str": {"length": 2, "flags": flags, "glyphs": [glyph_f, glyph_f]},
            "back_area": BOX_F,
            "fore_brush": solid_f,
            "back_brush": none_f,
            **modes_f,
        }
        found.append(draw(311, "draw_text", made, data, variant))
    return found


def other_draws() -> list[Vector]:
    masked, masked_f = Draw([BASE, NO_MASK]), {"mask": NO_MASK_F}
    source_f = {"src_bitmap": PLAIN.fields, "src_area": AREA_F}
    alpha = Draw([BASE, p("BB", 3, 128)]).image(PLAIN).add(AREA)
    transparent = Draw([BASE]).image(PLAIN).add(AREA, p("II", 0xFF00FF, 0xF800F8))
    matrix = {f"t{row}{column}": (row * 3 + column) * 65536 for row in (0, 1) for column in (0, 1, 2)}
    transform = p("6I", *matrix.values())
    origins, origins_f = p("4h", 1, -2, 3, -4), {"src_origin": {"x": 1, "y": -2}, "mask_origin": {"x": 3, "y": -4}}
    everything = (1 << 19) | (1 << 20) | (1 << 21) | 3
    full = Draw([BASE, p("I", everything)]).image(PLAIN).image(PLAIN).add(transform, transform, origins)
    copy_bits = BASE + point(5, 6)[0]
    return [
        server("display", 104, "copy_bits", copy_bits, {"base": BASE_F, "src_pos": {"x": 5, "y": 6}}),
        server(
            "display",
            104,
            "copy_bits",
            p("I", 7) + BOX + EMPTY_CLIP + point(5, 6)[0],
            {"base": BASE_F | {"surface_id": 7, "clip": EMPTY_CLIP_F}, "src_pos": {"x": 5, "y": 6}},
            "empty_clip",
        ),
        draw(306, "draw_blackness", masked, masked_f),
        draw(307, "draw_whiteness", masked, masked_f),
        draw(308, "draw_invers", masked, masked_f),
        draw(312, "draw_transparent", transparent, source_f | {"src_color": 0xFF00FF, "true_color": 0xF800F8}),
        draw(313, "draw_alpha_blend", alpha, {"alpha_flags": 3, "alpha": 128, **source_f}),
        draw(
            318,
            "draw_composite",
            Draw([BASE, p("I", 3)]).image(PLAIN).add(origins),
            {"flags": 3, "src_bitmap": PLAIN.fields, **origins_f},
        ),
        draw(
            318,
            "draw_composite",
            full,
            {
                "flags": everything,
                "src_bitmap": PLAIN.fields,
                "mask_bitmap": PLAIN.fields,
                "src_transform": matrix,
                "mask_transform": matrix,
                **origins_f,
            },
            "full",
        ),
    ]


def surfaces() -> list[Vector]:
    waits = [{"channel_type": 2, "channel_id": 1, "message_serial": big(500)}]
    heads = [
        dict(zip(("monitor_id", "surface_id", "width", "height", "x", "y", "flags"), numbers, strict=True))
        for numbers in ((0, 0, 1920, 1080, 0, 0, 0), (1, 0, 1280, 1024, 1920, 0, 0))
    ]
    return [
        server("display", 101, "mode", p("III", 800, 600, 32), {"x_res": 800, "y_res": 600, "bits": 32}),
        server("display", 102, "mark", b"", {}),
        server("display", 103, "reset", b"", {}),
        server(
            "display",
            105,
            "inval_list",
            p("H", 2) + p("BQ", 1, 5) + p("BQ", 1, 2**64 - 1),
            {"count": 2, "resources": [{"type": 1, "id": big(5)}, {"type": 1, "id": big(2**64 - 1)}]},
        ),
        server(
            "display",
            106,
            "inval_all_pixmaps",
            p("B", 1) + p("BBQ", 2, 1, 500),
            {"wait_count": 1, "wait_list": waits},
        ),
        server("display", 107, "inval_palette", p("Q", 8), {"id": big(8)}),
        server("display", 108, "inval_all_palettes", b"", {}),
        server(
            "display",
            314,
            "surface_create",
            p("5I", 0, 1920, 1080, 32, 1),
            {"surface_id": 0, "width": 1920, "height": 1080, "format": 32, "flags": 1},
        ),
        server("display", 315, "surface_destroy", p("I", 0), {"surface_id": 0}),
        server(
            "display",
            317,
            "monitors_config",
            p("HH", 2, 4) + p("7I", 0, 0, 1920, 1080, 0, 0, 0) + p("7I", 1, 0, 1280, 1024, 1920, 0, 0),
            {"count": 2, "max_allowed": 4, "heads": heads},
        ),
        server(
            "display",
            320,
            "gl_scanout_unix",
            p("5I", 640, 480, 2560, 0x34325258, 1),
            {"width": 640, "height": 480, "stride": 2560, "drm_fourcc_format": 0x34325258, "flags": 1},
        ),
        server("display", 321, "gl_draw", p("4I", 1, 2, 3, 4), {"x": 1, "y": 2, "w": 3, "h": 4}),
        server("display", 322, "quality_indicator", BLOB, {"data": hx(BLOB)}),
    ]


def streams() -> list[Vector]:
    base, base_f = p("II", 3, 123456), {"id": 3, "multi_media_time": 123456}
    size, data = p("I", len(BLOB)), {"data_size": len(BLOB), "data": hx(BLOB)}
    created = {
        "surface_id": 0,
        "id": 3,
        "flags": 1,
        "codec_type": 2,
        "stamp": big(42),
        "stream_width": 640,
        "stream_height": 480,
        "src_width": 1280,
        "src_height": 960,
        "dest": BOX_F,
        "clip": CLIP_F,
    }
    return [
        server(
            "display", 122, "stream_create", p("IIBBQ4I", 0, 3, 1, 2, 42, 640, 480, 1280, 960) + BOX + CLIP, created
        ),
        server("display", 123, "stream_data", base + size + BLOB, {"base": base_f, **data}),
        server("display", 124, "stream_clip", p("I", 3) + CLIP, {"id": 3, "clip": CLIP_F}),
        server("display", 125, "stream_destroy", p("I", 3), {"id": 3}),
        server("display", 126, "stream_destroy_all", b"", {}),
        server(
            "display",
            316,
            "stream_data_sized",
            base + p("II", 320, 240) + BOX + size + BLOB,
            {"base": base_f, "width": 320, "height": 240, "dest": BOX_F, **data},
        ),
        server(
            "display",
            319,
            "stream_activate_report",
            p("4I", 3, 77, 5, 1000),
            {"stream_id": 3, "unique_id": 77, "max_window_size": 5, "timeout_ms": 1000},
        ),
    ]


def clients() -> list[Vector]:
    report = {
        "stream_id": 3,
        "unique_id": 77,
        "start_frame_mm_time": 100,
        "end_frame_mm_time": 900,
        "num_frames": 20,
        "num_drops": 1,
        "last_frame_delay": -5,
        "audio_delay": 2**32 - 1,
    }
    return [
        client(
            "display",
            101,
            "init",
            p("BqBi", 1, 20 << 20, 1, 16 << 20),
            {
                "pixmap_cache_id": 1,
                "pixmap_cache_size": big(20 << 20),
                "glz_dictionary_id": 1,
                "glz_dictionary_window_size": 16 << 20,
            },
        ),
        client("display", 102, "stream_report", p("6IiI", *report.values()), dict(report)),
        client("display", 103, "preferred_compression", p("B", 7), {"image_compression": 7}),
        client("display", 104, "gl_draw_done", b"", {}),
        client(
            "display",
            105,
            "preferred_video_codec_type",
            p("BBBB", 3, 2, 3, 1),
            {"num_of_codecs": 3, "codecs": [2, 3, 1]},
        ),
    ]


def every() -> list[Vector]:
    groups = (surfaces, streams, copies, brushes, strokes, texts, other_draws, clients)
    return [vector for group in groups for vector in group()]
