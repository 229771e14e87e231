"""The drawing operations of DISPLAY, 302 and up, and COPY_BITS (``spice.proto``: DisplayChannel)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from gateway.spice.catalog import message
from gateway.spice.enums import AlphaFlags, ChannelType, CompositeFlags, Direction, ImageScaleMode, Ropd
from gateway.spice.wire import U8, U16, U32, Message, Pointer, Struct, When

from .shapes import Brush, Clip, Image, LineAttr, Path, Point, Point16, QMask, Rect, String, Transform

DISPLAY, SERVER = ChannelType.DISPLAY, Direction.SERVER


@dataclass(slots=True)
class DisplayBase(Struct):
    """Where: a box of a surface, clipped."""

    surface_id: U32
    box: Rect
    clip: Clip


@message(DISPLAY, SERVER, 104)
@dataclass(slots=True)
class CopyBits(Message):
    """Moves a part of the surface onto the box; source and box may overlap."""

    base: DisplayBase
    src_pos: Point


@dataclass(slots=True)
class Fill(Struct):
    brush: Brush
    rop_descriptor: Ropd
    mask: QMask


@message(DISPLAY, SERVER, 302)
@dataclass(slots=True)
class DrawFill(Message):
    base: DisplayBase
    data: Fill


@dataclass(slots=True)
class Opaque(Struct):
    src_bitmap: Annotated[Image | None, Pointer(nullable=True)]
    src_area: Rect
    brush: Brush
    rop_descriptor: Ropd
    scale_mode: ImageScaleMode
    mask: QMask


@message(DISPLAY, SERVER, 303)
@dataclass(slots=True)
class DrawOpaque(Message):
    base: DisplayBase
    data: Opaque


@dataclass(slots=True)
class Copy(Struct):
    """COPY's and BLEND's."""

    src_bitmap: Annotated[Image | None, Pointer(nullable=True)]
    src_area: Rect
    rop_descriptor: Ropd
    scale_mode: ImageScaleMode
    mask: QMask


@message(DISPLAY, SERVER, 304)
@dataclass(slots=True)
class DrawCopy(Message):
    base: DisplayBase
    data: Copy


@message(DISPLAY, SERVER, 305)
@dataclass(slots=True)
class DrawBlend(Message):
    base: DisplayBase
    data: Copy


@dataclass(slots=True)
class Masked(Struct):
    """BLACKNESS, WHITENESS and INVERS need nothing but the mask."""

    mask: QMask


@message(DISPLAY, SERVER, 306)
@dataclass(slots=True)
class DrawBlackness(Message):
    base: DisplayBase
    data: Masked


@message(DISPLAY, SERVER, 307)
@dataclass(slots=True)
class DrawWhiteness(Message):
    base: DisplayBase
    data: Masked


@message(DISPLAY, SERVER, 308)
@dataclass(slots=True)
class DrawInvers(Message):
    base: DisplayBase
    data: Masked


@dataclass(slots=True)
class Rop3(Struct):
    """``rop3``: the truth table of pattern, source and destination, as Windows numbers it."""

    src_bitmap: Annotated[Image | None, Pointer(nullable=True)]
    src_area: Rect
    brush: Brush
    rop3: U8
    scale_mode: ImageScaleMode
    mask: QMask


@message(DISPLAY, SERVER, 309)
@dataclass(slots=True)
class DrawRop3(Message):
    base: DisplayBase
    data: Rop3


@dataclass(slots=True)
class Stroke(Struct):
    """The modes are `Ropd` bits for dashes and for gaps."""

    path: Annotated[Path, Pointer()]
    attr: LineAttr
    brush: Brush
    fore_mode: U16
    back_mode: U16


@message(DISPLAY, SERVER, 310)
@dataclass(slots=True)
class DrawStroke(Message):
    base: DisplayBase
    data: Stroke


@dataclass(slots=True)
class Text(Struct):
    """The modes are `Ropd` bits for glyphs and for what is behind them."""

    str: Annotated[String, Pointer()]
    back_area: Rect
    fore_brush: Brush
    back_brush: Brush
    fore_mode: U16
    back_mode: U16


@message(DISPLAY, SERVER, 311)
@dataclass(slots=True)
class DrawText(Message):
    base: DisplayBase
    data: Text


@dataclass(slots=True)
class Transparent(Struct):
    """Pixels of ``src_color`` are left out; ``true_color`` is the same before its depth was changed."""

    src_bitmap: Annotated[Image | None, Pointer(nullable=True)]
    src_area: Rect
    src_color: U32
    true_color: U32


@message(DISPLAY, SERVER, 312)
@dataclass(slots=True)
class DrawTransparent(Message):
    base: DisplayBase
    data: Transparent


@dataclass(slots=True)
class AlphaBlend(Struct):
    """``alpha`` is multiplied into the source's own."""

    alpha_flags: AlphaFlags
    alpha: U8
    src_bitmap: Annotated[Image | None, Pointer(nullable=True)]
    src_area: Rect


@message(DISPLAY, SERVER, 313)
@dataclass(slots=True)
class DrawAlphaBlend(Message):
    base: DisplayBase
    data: AlphaBlend


@dataclass(slots=True)
class Composite(Struct):
    """The Render extension's operator, its filters and repeats are bit groups of ``flags``."""

    flags: CompositeFlags
    src_bitmap: Annotated[Image | None, Pointer(nullable=True)]
    mask_bitmap: Annotated[Image | None, Pointer(nullable=True), When("flags", CompositeFlags.HAS_MASK)]
    src_transform: Annotated[Transform | None, When("flags", CompositeFlags.HAS_SRC_TRANSFORM)]
    mask_transform: Annotated[Transform | None, When("flags", CompositeFlags.HAS_MASK_TRANSFORM)]
    src_origin: Point16
    mask_origin: Point16


@message(DISPLAY, SERVER, 318)
@dataclass(slots=True)
class DrawComposite(Message):
    base: DisplayBase
    data: Composite
