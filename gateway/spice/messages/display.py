"""DISPLAY: surfaces, drawing, streams (``spice.proto``: DisplayChannel)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from gateway.spice.catalog import message
from gateway.spice.enums import (
    ChannelType,
    Direction,
    GlScanoutFlags,
    ImageCompression,
    StreamFlags,
    SurfaceFlags,
    SurfaceFmt,
    VideoCodecType,
)
from gateway.spice.wire import I32, I64, U8, U16, U32, U64, Count, Counted, Message, Rest, Struct

from .common import ChannelWait
from .shapes import Clip, Rect

DISPLAY = ChannelType.DISPLAY
SERVER, CLIENT = Direction.SERVER, Direction.CLIENT


@message(DISPLAY, SERVER, 101)
@dataclass(slots=True)
class Mode(Message):
    """From before surfaces: the screen's size in pixels and its depth."""

    x_res: U32
    y_res: U32
    bits: U32


@message(DISPLAY, SERVER, 102)
@dataclass(slots=True)
class Mark(Message):
    """The primary surface is complete: show it."""


@message(DISPLAY, SERVER, 103)
@dataclass(slots=True)
class Reset(Message):
    pass


@dataclass(slots=True)
class ResourceID(Struct):
    """``type`` is a `ResourceType`, of which there is one: PIXMAP."""

    type: U8
    id: U64


@message(DISPLAY, SERVER, 105)
@dataclass(slots=True)
class InvalList(Message):
    count: ClassVar[Count] = Count(U16, of="resources")
    resources: Annotated[list[ResourceID], Counted("count")]


@message(DISPLAY, SERVER, 106)
@dataclass(slots=True)
class InvalAllPixmaps(Message):
    """Empty the image cache, after the other display channels came as far as listed."""

    wait_count: ClassVar[Count] = Count(U8, of="wait_list")
    wait_list: Annotated[list[ChannelWait], Counted("wait_count")]


@message(DISPLAY, SERVER, 107)
@dataclass(slots=True)
class InvalPalette(Message):
    id: U64


@message(DISPLAY, SERVER, 108)
@dataclass(slots=True)
class InvalAllPalettes(Message):
    pass


@message(DISPLAY, SERVER, 122)
@dataclass(slots=True)
class StreamCreate(Message):
    """``src`` is the size in the machine, ``stream`` that of the coded pictures; ``stamp`` is not used."""

    surface_id: U32
    id: U32
    flags: StreamFlags
    codec_type: VideoCodecType
    stamp: U64
    stream_width: U32
    stream_height: U32
    src_width: U32
    src_height: U32
    dest: Rect
    clip: Clip


@dataclass(slots=True)
class StreamDataHeader(Struct):
    """When to show it, in multimedia time (milliseconds)."""

    id: U32
    multi_media_time: U32


@message(DISPLAY, SERVER, 123)
@dataclass(slots=True)
class StreamData(Message):
    base: StreamDataHeader
    data_size: ClassVar[Count] = Count(U32, of="data")
    data: Annotated[bytes, Counted("data_size")]


@message(DISPLAY, SERVER, 124)
@dataclass(slots=True)
class StreamClip(Message):
    id: U32
    clip: Clip


@message(DISPLAY, SERVER, 125)
@dataclass(slots=True)
class StreamDestroy(Message):
    id: U32


@message(DISPLAY, SERVER, 126)
@dataclass(slots=True)
class StreamDestroyAll(Message):
    pass


@message(DISPLAY, SERVER, 314)
@dataclass(slots=True)
class SurfaceCreate(Message):
    surface_id: U32
    width: U32
    height: U32
    format: SurfaceFmt
    flags: SurfaceFlags


@message(DISPLAY, SERVER, 315)
@dataclass(slots=True)
class SurfaceDestroy(Message):
    surface_id: U32


@message(DISPLAY, SERVER, 316)
@dataclass(slots=True)
class StreamDataSized(Message):
    """A frame of another size than the stream's, for another place."""

    base: StreamDataHeader
    width: U32
    height: U32
    dest: Rect
    data_size: ClassVar[Count] = Count(U32, of="data")
    data: Annotated[bytes, Counted("data_size")]


@dataclass(slots=True)
class Head(Struct):
    """One monitor: a rectangle of a surface."""

    monitor_id: U32
    surface_id: U32
    width: U32
    height: U32
    x: U32
    y: U32
    flags: U32


@message(DISPLAY, SERVER, 317)
@dataclass(slots=True)
class MonitorsConfig(Message):
    count: ClassVar[Count] = Count(U16, of="heads")
    max_allowed: U16
    heads: Annotated[list[Head], Counted("count")]


@message(DISPLAY, SERVER, 319)
@dataclass(slots=True)
class StreamActivateReport(Message):
    """Asks for `StreamReport` each ``max_window_size`` frames or ``timeout_ms``."""

    stream_id: U32
    unique_id: U32
    max_window_size: U32
    timeout_ms: U32


@message(DISPLAY, SERVER, 320)
@dataclass(slots=True)
class GlScanoutUnix(Message):
    """The file descriptor travels beside the stream of a UNIX socket and takes no bytes in the message."""

    width: U32
    height: U32
    stride: U32
    drm_fourcc_format: U32
    flags: GlScanoutFlags


@message(DISPLAY, SERVER, 321)
@dataclass(slots=True)
class GlDraw(Message):
    x: U32
    y: U32
    w: U32
    h: U32


@message(DISPLAY, SERVER, 322)
@dataclass(slots=True)
class QualityIndicator(Message):
    data: Annotated[bytes, Rest()]


@message(DISPLAY, CLIENT, 101)
@dataclass(slots=True)
class Init(Message):
    """The client's caches; sizes are in pixels. A GLZ window of 0 means no GLZ."""

    pixmap_cache_id: U8
    pixmap_cache_size: I64
    glz_dictionary_id: U8
    glz_dictionary_window_size: I32


@message(DISPLAY, CLIENT, 102)
@dataclass(slots=True)
class StreamReport(Message):
    """How a stream arrived; times in milliseconds. 0 frames with 0xFFFFFFFF drops: the stream cannot be shown."""

    stream_id: U32
    unique_id: U32
    start_frame_mm_time: U32
    end_frame_mm_time: U32
    num_frames: U32
    num_drops: U32
    last_frame_delay: I32
    audio_delay: U32


@message(DISPLAY, CLIENT, 103)
@dataclass(slots=True)
class PreferredCompression(Message):
    image_compression: ImageCompression


@message(DISPLAY, CLIENT, 104)
@dataclass(slots=True)
class GlDrawDone(Message):
    pass


@message(DISPLAY, CLIENT, 105)
@dataclass(slots=True)
class PreferredVideoCodecType(Message):
    """Best first."""

    num_of_codecs: ClassVar[Count] = Count(U8, of="codecs")
    codecs: Annotated[list[VideoCodecType], Counted("num_of_codecs")]
