"""A client's screen: draws what it is told on arrays of its own, as strictly as a client could.

::

    screen = await LinkedScreen.open(session, caps=[DisplayCap.LZ4_COMPRESSION])
    await screen.until_equal(surface)
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any, Self, TypeVar

import av
import lz4.block
import numpy as np
import numpy.typing as npt
import simplejpeg
from av.codec.context import Flags
from av.video.codeccontext import VideoCodecContext

from gateway.codecs.image import Pixels
from gateway.server.display.region import Rect
from gateway.server.display.surface import PRIMARY, Surface
from gateway.spice.enums import (
    BrushType,
    ChannelType,
    ClipType,
    ImageCompression,
    ImageFlags,
    ImageType,
    ResourceType,
    StreamFlags,
    SurfaceFlags,
    VideoCodecType,
)
from gateway.spice.messages import display, draw, shapes
from gateway.spice.wire import Message
from tests.lz_reader import read_lz
from tests.serving_core import ClientChannel, Session

M = TypeVar("M", bound=Message)
RGB = np.uint32(0xFFFFFF)

CACHE_PIXELS = 1 << 20


def box_of(base: draw.DisplayBase) -> Rect:
    assert base.clip.type is ClipType.NONE, "only streams are clipped"
    return rect_of(base.box)


def rect_of(wire: shapes.Rect) -> Rect:
    return Rect(wire.left, wire.top, wire.right, wire.bottom)


class ImageStore:
    """The pictures that the server had this client keep."""

    def __init__(self, pixels: int) -> None:
        self.room = pixels
        self.images: dict[int, Pixels] = {}
        self.hits = 0

    def put(self, id_: int, pixels: Pixels) -> None:
        assert id_ not in self.images, "the server sends a picture that the client has"
        self.images[id_] = pixels
        self.room -= pixels.shape[0] * pixels.shape[1]

    def get(self, id_: int) -> Pixels:
        self.hits += 1
        return self.images[id_]

    def forget(self, message: display.InvalList) -> None:
        assert self.room < 0 or len(self.images) > 1, "the server takes away what has room"
        for resource in message.resources:
            assert resource.type == ResourceType.PIXMAP
            gone = self.images.pop(resource.id)
            self.room += gone.shape[0] * gone.shape[1]
        assert self.room >= 0, "the server fills the client's cache beyond its size"


VIDEO_DECODERS = {VideoCodecType.VP8: "libvpx", VideoCodecType.VP9: "libvpx-vp9", VideoCodecType.H264: "h264"}


class ClientStream:
    """A video that this client plays."""

    def __init__(self, message: display.StreamCreate) -> None:
        self.surface = message.surface_id
        self.codec = message.codec_type
        self.box = rect_of(message.dest)
        self.report_id: int | None = None
        self.times: list[int] = []
        assert (message.stream_width, message.stream_height) == (self.box.width, self.box.height)
        if self.codec is not VideoCodecType.MJPEG:
            self._context = av.CodecContext.create(VIDEO_DECODERS[self.codec], "r")
            self._context.flags |= Flags.low_delay
            self._context.thread_count = 1
        self.clip(message.clip)

    def clip(self, clip: shapes.Clip) -> None:
        self.visible = [self.box] if clip.type is ClipType.NONE else list(map(rect_of, clip.rects or []))

    def decode(self, data: bytes) -> npt.NDArray[np.uint32]:
        if self.codec is VideoCodecType.MJPEG:
            return words(simplejpeg.decode_jpeg(data, colorspace="BGRA"))
        assert isinstance(self._context, VideoCodecContext)
        (frame,) = self._context.decode(av.Packet(data))
        return words(frame.to_ndarray(format="bgra").astype(np.uint8))


class ClientScreen:
    """What a client sees that is told the messages of a DISPLAY channel."""

    def __init__(self, store: ImageStore) -> None:
        self.store = store
        self.surfaces: dict[int, npt.NDArray[np.uint32]] = {}
        self.monitors: display.MonitorsConfig | None = None
        self.marks = 0
        self.streams: dict[int, ClientStream] = {}
        self.seen: list[Message] = []
        self._handlers: dict[type[Message], Callable[[Any], None]] = {
            display.SurfaceCreate: self._create,
            display.SurfaceDestroy: lambda message: self._destroy(message.surface_id),
            display.MonitorsConfig: self._configure,
            display.Mark: self._mark,
            display.InvalList: self.store.forget,
            draw.DrawFill: self._fill,
            draw.CopyBits: self._copy_bits,
            draw.DrawCopy: self._copy,
            draw.DrawInvers: self._invert,
            display.StreamCreate: self._create_stream,
            display.StreamActivateReport: self._activate_report,
            display.StreamData: self._show_frame,
            display.StreamDataSized: self._show_sized_frame,
            display.StreamClip: self._clip_stream,
            display.StreamDestroy: lambda message: self._destroy_stream(message.id),
        }

    @property
    def primary(self) -> npt.NDArray[np.uint32]:
        return self.surfaces[PRIMARY]

    def apply(self, message: Message) -> None:
        self.seen.append(message)
        self._handlers[type(message)](message)

    def shows(self, surface: Surface) -> bool:
        """Whether the client's surface is, to the pixel, the machine's."""
        mine = self.surfaces.get(surface.id)
        return mine is not None and np.array_equal(mine & RGB, words(surface.pixels) & RGB)

    def error(self, surface: Surface) -> float:
        """By how much the client's colours differ from the machine's, on average."""
        mine, theirs = (
            pixels.view(np.uint8).astype(int) for pixels in (self.surfaces[surface.id], words(surface.pixels))
        )
        return float(np.abs(mine - theirs).reshape(-1, 4)[:, :3].mean())

    # messages

    def _create(self, message: display.SurfaceCreate) -> None:
        assert message.surface_id not in self.surfaces
        assert bool(message.flags & SurfaceFlags.PRIMARY) == (message.surface_id == PRIMARY)
        self.surfaces[message.surface_id] = np.zeros((message.height, message.width), np.uint32)

    def _destroy(self, id_: int) -> None:
        del self.surfaces[id_]

    def _configure(self, message: display.MonitorsConfig) -> None:
        self.monitors = message

    def _mark(self, message: display.Mark) -> None:
        self.marks += 1

    def _create_stream(self, message: display.StreamCreate) -> None:
        assert message.id not in self.streams and message.surface_id in self.surfaces
        assert message.flags == StreamFlags.TOP_DOWN
        self.streams[message.id] = ClientStream(message)

    def _activate_report(self, message: display.StreamActivateReport) -> None:
        self.streams[message.stream_id].report_id = message.unique_id

    def _show_frame(self, message: display.StreamData) -> None:
        stream = self.streams[message.base.id]
        self._show(stream, message.base, message.data, stream.box)

    def _show_sized_frame(self, message: display.StreamDataSized) -> None:
        box = rect_of(message.dest)
        assert (message.width, message.height) == (box.width, box.height)
        self._show(self.streams[message.base.id], message.base, message.data, box)

    def _show(self, stream: ClientStream, header: display.StreamDataHeader, data: bytes, box: Rect) -> None:
        stream.times.append(header.multi_media_time)
        picture = stream.decode(data)
        surface = self.surfaces[stream.surface]
        for rect in stream.visible:
            part = rect & box
            if part.area:
                surface[part.slices] = picture[part.moved(-box.left, -box.top).slices]

    def _clip_stream(self, message: display.StreamClip) -> None:
        self.streams[message.id].clip(message.clip)

    def _destroy_stream(self, id_: int) -> None:
        del self.streams[id_]

    def _fill(self, message: draw.DrawFill) -> None:
        assert message.data.brush.type is BrushType.SOLID
        assert isinstance(message.data.brush.u, int)
        self._part(message.base)[:] = message.data.brush.u

    def _copy_bits(self, message: draw.CopyBits) -> None:
        box, source = box_of(message.base), message.src_pos
        surface = self.surfaces[message.base.surface_id]
        part = surface[Rect.at(source.x, source.y, box.width, box.height).slices].copy()
        self._part(message.base)[:] = part

    def _copy(self, message: draw.DrawCopy) -> None:
        image, part = message.data.src_bitmap, self._part(message.base)
        assert image is not None
        assert rect_of(message.data.src_area) == Rect(0, 0, image.descriptor.width, image.descriptor.height)
        part[:] = self._image(image)

    def _invert(self, message: draw.DrawInvers) -> None:
        self._part(message.base)[:] ^= RGB

    def _part(self, base: draw.DisplayBase) -> npt.NDArray[np.uint32]:
        """The pixels of a drawing's box, all of which are on the surface."""
        box = box_of(base)
        part = self.surfaces[base.surface_id][box.slices]
        assert box.area and part.shape == (box.height, box.width), f"{box} is empty or not on the surface"
        return part

    def _image(self, image: shapes.Image) -> npt.NDArray[np.uint32]:
        kind, size = image.descriptor, (image.descriptor.height, image.descriptor.width)
        if kind.type is ImageType.FROM_CACHE:
            pixels = self.store.get(kind.id)
        elif kind.type is ImageType.SURFACE:
            assert isinstance(image.u, shapes.Surface)
            return self.surfaces[image.u.surface_id]
        else:
            pixels = decode(image)
        assert pixels.shape[:2] == size
        if kind.flags & ImageFlags.CACHE_ME:
            self.store.put(kind.id, pixels)
        return words(pixels)


class LinkedScreen(ClientScreen):
    """A client's screen at the end of a channel."""

    def __init__(self, channel: ClientChannel, store: ImageStore) -> None:
        super().__init__(store)
        self.channel = channel

    @classmethod
    async def open(
        cls,
        session: Session,
        channel_id: int = 0,
        *,
        caps: list[int] | None = None,
        cache: ImageStore | None = None,
        glz_window: int = 0,
        compression: ImageCompression = ImageCompression.LZ,
    ) -> Self:
        """Link a DISPLAY channel and begin it. How fast the test's own link looks decides nothing, by default."""
        channel = await session.link(ChannelType.DISPLAY, channel_id, caps=caps, acks=True)
        store = cache or ImageStore(CACHE_PIXELS)
        await channel.send(display.PreferredCompression(compression))
        await channel.send(display.Init(1, store.room, 1, glz_window))
        return cls(channel, store)

    async def step(self) -> Message:
        """Take one message and do what it says."""
        message = await self.channel.receive()
        self.apply(message)
        return message

    async def until(self, kind: type[M]) -> M:
        """Draw up to, and with, the next `kind`."""
        while not isinstance(message := await self.step(), kind):
            pass
        return message

    async def until_equal(self, surface: Surface) -> None:
        while not self.shows(surface):
            await self.step()


def words(pixels: Pixels) -> npt.NDArray[np.uint32]:
    return np.ascontiguousarray(pixels).view(np.dtype("<u4"))[..., 0]


def decode(image: shapes.Image) -> Pixels:
    """BITMAP, LZ, LZ4 or JPEG."""
    size = (image.descriptor.height, image.descriptor.width, 4)
    if isinstance(image.u, shapes.BitmapData):
        return np.frombuffer(image.u.data, np.uint8).reshape(size)
    assert isinstance(image.u, shapes.BinaryData)
    if image.descriptor.type is ImageType.JPEG:
        decoded: Pixels = simplejpeg.decode_jpeg(image.u.data, colorspace="BGRA")
        return decoded
    if image.descriptor.type is ImageType.LZ_RGB:
        return read_lz(image.u.data)
    assert image.descriptor.type is ImageType.LZ4
    (block,) = struct.unpack(">I", image.u.data[2:6])
    assert len(image.u.data) == 6 + block
    return np.frombuffer(lz4.block.decompress(image.u.data[6:], size[0] * size[1] * 4), np.uint8).reshape(size)
