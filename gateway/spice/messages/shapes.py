"""Geometry and pictures that several messages are made of (``spice.proto``)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from gateway.spice.enums import (
    BitmapFlags,
    BitmapFmt,
    BrushType,
    ClipType,
    ImageFlags,
    ImageType,
    JpegAlphaFlags,
    LineFlags,
    MaskFlags,
    PathFlags,
    StringFlags,
)
from gateway.spice.wire import (
    I16,
    I32,
    U8,
    U16,
    U32,
    U64,
    Count,
    Counted,
    Fixed28_4,
    ImageSize,
    Pointer,
    Prefixed,
    Struct,
    Switch,
    Unless,
    When,
)


@dataclass(slots=True)
class Point(Struct):
    x: I32
    y: I32


@dataclass(slots=True)
class Point16(Struct):
    x: I16
    y: I16


@dataclass(slots=True)
class PointFix(Struct):
    x: Fixed28_4
    y: Fixed28_4


@dataclass(slots=True)
class Rect(Struct):
    """Half open: ``right`` and ``bottom`` are outside."""

    top: I32
    left: I32
    bottom: I32
    right: I32


@dataclass(slots=True)
class Transform(Struct):
    """The upper two rows of a 3x3 matrix in 16.16 fixed point."""

    t00: U32
    t01: U32
    t02: U32
    t10: U32
    t11: U32
    t12: U32


@dataclass(slots=True)
class Clip(Struct):
    type: ClipType
    rects: Annotated[list[Rect] | None, Prefixed(U32), When("type", ClipType.RECTS)] = None


@dataclass(slots=True)
class Palette(Struct):
    """``unique`` names it in the client's cache; entries are 0x00RRGGBB."""

    unique: U64
    num_ents: ClassVar[Count] = Count(U16, of="ents")
    ents: Annotated[list[U32], Counted("num_ents")]


@dataclass(slots=True)
class BitmapData(Struct):
    """``y`` rows of ``stride`` bytes; the palette by its name when the client has it, else in full."""

    format: BitmapFmt
    flags: BitmapFlags
    x: U32
    y: U32
    stride: U32
    palette_id: Annotated[U64 | None, When("flags", BitmapFlags.PAL_FROM_CACHE)]
    palette: Annotated[Palette | None, Pointer(nullable=True), Unless("flags", BitmapFlags.PAL_FROM_CACHE)]
    data: Annotated[bytes, ImageSize(8, "stride", "y")]


@dataclass(slots=True)
class BinaryData(Struct):
    """QUIC, LZ_RGB, GLZ_RGB, JPEG or LZ4, whole."""

    data_size: ClassVar[Count] = Count(U32, of="data")
    data: Annotated[bytes, Counted("data_size")]


@dataclass(slots=True)
class LZPLTData(Struct):
    flags: BitmapFlags
    data_size: ClassVar[Count] = Count(U32, of="data")
    palette_id: Annotated[U64 | None, When("flags", BitmapFlags.PAL_FROM_CACHE)]
    palette: Annotated[Palette | None, Pointer(), Unless("flags", BitmapFlags.PAL_FROM_CACHE)]
    data: Annotated[bytes, Counted("data_size")]


@dataclass(slots=True)
class ZlibGlzRGBData(Struct):
    """A zlib stream that inflates to ``glz_data_size`` bytes of GLZ."""

    glz_data_size: U32
    data_size: ClassVar[Count] = Count(U32, of="data")
    data: Annotated[bytes, Counted("data_size")]


@dataclass(slots=True)
class JPEGAlphaData(Struct):
    """``jpeg_size`` bytes of JPEG, then the alpha plane as LZ (type XXXA)."""

    flags: JpegAlphaFlags
    jpeg_size: U32
    data_size: ClassVar[Count] = Count(U32, of="data")
    data: Annotated[bytes, Counted("data_size")]


@dataclass(slots=True)
class Surface(Struct):
    surface_id: U32


@dataclass(slots=True)
class ImageDescriptor(Struct):
    """``id`` names the picture in the client's cache; sizes are in pixels."""

    id: U64
    type: ImageType
    flags: ImageFlags
    width: U32
    height: U32


ImageBody = BitmapData | BinaryData | LZPLTData | ZlibGlzRGBData | JPEGAlphaData | Surface


@dataclass(slots=True)
class Image(Struct):
    """``u`` is what ``descriptor.type`` says; None when the picture comes from the cache."""

    descriptor: ImageDescriptor
    u: Annotated[
        ImageBody | None,
        Switch(
            "descriptor.type",
            {
                ImageType.BITMAP: BitmapData,
                ImageType.QUIC: BinaryData,
                ImageType.LZ_RGB: BinaryData,
                ImageType.GLZ_RGB: BinaryData,
                ImageType.JPEG: BinaryData,
                ImageType.LZ4: BinaryData,
                ImageType.LZ_PLT: LZPLTData,
                ImageType.ZLIB_GLZ_RGB: ZlibGlzRGBData,
                ImageType.JPEG_ALPHA: JPEGAlphaData,
                ImageType.SURFACE: Surface,
            },
        ),
    ] = None


@dataclass(slots=True)
class Pattern(Struct):
    pat: Annotated[Image, Pointer()]
    pos: Point


@dataclass(slots=True)
class Brush(Struct):
    """``u``: the colour (0x00RRGGBB) when SOLID, a `Pattern` when PATTERN."""

    type: BrushType
    u: Annotated[int | Pattern | None, Switch("type", {BrushType.SOLID: U32, BrushType.PATTERN: Pattern})] = None


@dataclass(slots=True)
class QMask(Struct):
    """``pos`` is the mask's pixel that falls on the box's corner."""

    flags: MaskFlags
    pos: Point
    bitmap: Annotated[Image | None, Pointer(nullable=True)] = None


@dataclass(slots=True)
class PathSegment(Struct):
    flags: PathFlags
    count: ClassVar[Count] = Count(U32, of="points")
    points: Annotated[list[PointFix], Counted("count")]


@dataclass(slots=True)
class Path(Struct):
    num_segments: ClassVar[Count] = Count(U32, of="segments")
    segments: Annotated[list[PathSegment], Counted("num_segments")]


@dataclass(slots=True)
class LineAttr(Struct):
    """``style``: lengths of dashes and gaps in pixels, when STYLED."""

    flags: LineFlags
    style_nseg: ClassVar[Count] = Count(U8, of="style", when=When("flags", LineFlags.STYLED))
    style: Annotated[
        list[Fixed28_4] | None,
        Counted("style_nseg"),
        Pointer(nullable=True),
        When("flags", LineFlags.STYLED),
    ] = None


@dataclass(slots=True)
class RasterGlyphA1(Struct):
    """One bit a pixel, rows padded to bytes."""

    render_pos: Point
    glyph_origin: Point
    width: U16
    height: U16
    data: Annotated[bytes, ImageSize(1, "width", "height")]


@dataclass(slots=True)
class RasterGlyphA4(Struct):
    """Four bits a pixel, rows padded to bytes."""

    render_pos: Point
    glyph_origin: Point
    width: U16
    height: U16
    data: Annotated[bytes, ImageSize(4, "width", "height")]


@dataclass(slots=True)
class RasterGlyphA8(Struct):
    """A byte a pixel."""

    render_pos: Point
    glyph_origin: Point
    width: U16
    height: U16
    data: Annotated[bytes, ImageSize(8, "width", "height")]


@dataclass(slots=True)
class String(Struct):
    """Glyphs of one depth, the first of A1, A4, A8 that ``flags`` hold; None when they hold none."""

    length: ClassVar[Count] = Count(U16, of="glyphs")
    flags: StringFlags
    glyphs: Annotated[
        list[RasterGlyphA1] | list[RasterGlyphA4] | list[RasterGlyphA8] | None,
        Switch(
            "flags",
            {
                StringFlags.RASTER_A1: Annotated[list[RasterGlyphA1], Counted("length")],
                StringFlags.RASTER_A4: Annotated[list[RasterGlyphA4], Counted("length")],
                StringFlags.RASTER_A8: Annotated[list[RasterGlyphA8], Counted("length")],
            },
        ),
    ]
