"""A SPICE server that draws what no guest at hand does: every operation, with random boxes, clips, masks and operators.

All drawing goes to surfaces that are not shown; the last message copies the result to the screen, so that whoever takes
a screenshot at the first change has the whole of it.
"""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from gateway.spice.enums import (
    AlphaFlags,
    BitmapFlags,
    BitmapFmt,
    BrushType,
    ChannelType,
    ClipType,
    CompositeFlags,
    ImageFlags,
    ImageScaleMode,
    ImageType,
    LineFlags,
    MaskFlags,
    PathFlags,
    Ropd,
    StringFlags,
    SurfaceFlags,
    SurfaceFmt,
)
from gateway.spice.messages import display, draw, main
from gateway.spice.messages.shapes import (
    BitmapData,
    Brush,
    Clip,
    Image,
    ImageDescriptor,
    LineAttr,
    Path,
    PathSegment,
    Pattern,
    Point,
    Point16,
    PointFix,
    QMask,
    RasterGlyphA1,
    RasterGlyphA4,
    Rect,
    String,
    Surface,
    Transform,
)
from gateway.spice.wire import Message
from tests.e2e.program import PATIENCE
from tests.peers import FakeMachine, Gone, MachineChannel

WIDTH, HEIGHT = 160, 120
#: Where it is drawn, and two surfaces to draw from.
STAGE, COLOURS, ALPHAS = 1, 2, 3
SIDE = 48
PLAIN = [Ropd.OP_PUT, Ropd.OP_OR, Ropd.OP_AND, Ropd.OP_XOR, Ropd.OP_BLACKNESS, Ropd.OP_WHITENESS, Ropd.OP_INVERS]
INVERSIONS = [Ropd.INVERS_SRC, Ropd.INVERS_BRUSH, Ropd.INVERS_DEST, Ropd.INVERS_RES]
ONE = 1 << 16
NO_FLAGS = ImageFlags(0)
IN, SATURATE = 5, 13
REPEAT_NORMAL = 1


class Scribble:
    """Random drawing messages; the same seed gives the same picture."""

    def __init__(self, seed: int, stage: SurfaceFmt) -> None:
        self._rng = random.Random(seed)
        self._stage = stage
        self._ids = iter(range(1, 1 << 30))
        self._draws: dict[str, Callable[[], Message]] = {
            name.removeprefix("draw_"): getattr(self, name) for name in dir(self) if name.startswith("draw_")
        }

    @property
    def kinds(self) -> list[str]:
        return sorted(self._draws)

    def messages(self, kinds: list[str], count: int, *, alpha: bool = False) -> list[Message]:
        """Surfaces, `count` drawings of these kinds, and the copy to the screen: of colours, or of alpha as gray."""
        everything: list[Message] = [
            display.SurfaceCreate(0, WIDTH, HEIGHT, SurfaceFmt.FMT_32_xRGB, SurfaceFlags.PRIMARY),
            display.SurfaceCreate(STAGE, WIDTH, HEIGHT, self._stage, SurfaceFlags(0)),
            display.SurfaceCreate(COLOURS, SIDE, SIDE, SurfaceFmt.FMT_32_ARGB, SurfaceFlags(0)),
            display.SurfaceCreate(ALPHAS, SIDE, SIDE, SurfaceFmt.FMT_8_A, SurfaceFlags(0)),
            display.Mark(),
            self._whole(COLOURS, self.bitmap(SIDE, SIDE, alpha=True)),
            self._whole(STAGE, self.bitmap(WIDTH, HEIGHT, alpha=True)),
        ]
        for _ in range(30):
            box = self._rect(SIDE, SIDE)
            fill = draw.Fill(self._solid(), Ropd.OP_PUT, self._no_mask())
            everything.append(draw.DrawFill(draw.DisplayBase(ALPHAS, box, Clip(ClipType.NONE)), fill))
        everything += [self._draws[self._rng.choice(kinds)]() for _ in range(count)]
        if alpha:
            everything.append(self._reveal())
        return [*everything, self._whole(0, self._surface(STAGE, WIDTH, HEIGHT))]

    def _reveal(self) -> Message:
        """White, as far as the stage is opaque."""
        white = self._bitmap(1, 1, BitmapFmt.FMT_RGBA, 4, b"\xff" * 4)
        flags = CompositeFlags(IN | REPEAT_NORMAL << 14)
        data = draw.Composite(flags, white, None, None, None, Point16(0, 0), Point16(0, 0))
        everywhere = Rect(top=0, left=0, bottom=HEIGHT, right=WIDTH)
        return draw.DrawComposite(draw.DisplayBase(STAGE, everywhere, Clip(ClipType.NONE)), data)

    # --- pictures ---------------------------------------------------------------------------------------------------

    def bitmap(self, width: int, height: int, *, alpha: bool) -> Image:
        """Premultiplied when it has alpha; some pixels are transparent, some alike."""
        rng, data = self._rng, bytearray()
        few = [rng.randbytes(3) for _ in range(3)]
        for _ in range(width * height):
            top = rng.choice((0, 255, rng.randrange(256))) if alpha else 255
            colour = rng.choice(few) if rng.random() < 0.3 else rng.randbytes(3)
            data += bytes(channel * top // 255 for channel in colour) + bytes([top if alpha else 0])
        kind = BitmapFmt.FMT_RGBA if alpha else BitmapFmt.FMT_32BIT
        flags = ImageFlags(0) if alpha else rng.choice((ImageFlags(0), ImageFlags.HIGH_BITS_SET))
        return self._bitmap(width, height, kind, width * 4, bytes(data), flags)

    def _bitmap(
        self, width: int, height: int, kind: BitmapFmt, stride: int, data: bytes, flags: ImageFlags = NO_FLAGS
    ) -> Image:
        direction = self._rng.choice((BitmapFlags(0), BitmapFlags.TOP_DOWN))
        descriptor = ImageDescriptor(next(self._ids), ImageType.BITMAP, flags, width, height)
        return Image(descriptor, BitmapData(kind, direction, width, height, stride, None, None, data))

    def _surface(self, number: int, width: int, height: int) -> Image:
        descriptor = ImageDescriptor(next(self._ids), ImageType.SURFACE, ImageFlags(0), width, height)
        return Image(descriptor, Surface(number))

    def _picture(self, width: int = 0, height: int = 0) -> Image:
        """A bitmap or, where nothing larger is wanted, the surface of colours."""
        if max(width, height) <= SIDE and self._rng.random() < 0.3:
            return self._surface(COLOURS, SIDE, SIDE)
        size = [max(least, self._rng.randint(1, 40)) for least in (width, height)]
        return self.bitmap(size[0], size[1], alpha=self._rng.random() < 0.4)

    # --- parts of messages ------------------------------------------------------------------------------------------

    def _rect(self, width: int, height: int, slack: int = 0) -> Rect:
        rng = self._rng
        left, top = rng.randint(-slack, width - 1), rng.randint(-slack, height - 1)
        return Rect(
            top=top,
            left=left,
            bottom=rng.randint(top + 1, min(height + slack, top + 70)),
            right=rng.randint(left + 1, min(width + slack, left + 70)),
        )

    def _base(self, box: Rect | None = None, most_rects: int = 6) -> draw.DisplayBase:
        clip = Clip(ClipType.NONE)
        if self._rng.random() < 0.4:
            count = self._rng.randint(1, most_rects)
            clip = Clip(ClipType.RECTS, [self._rect(WIDTH, HEIGHT, 9) for _ in range(count)])
        return draw.DisplayBase(STAGE, box or self._rect(WIDTH, HEIGHT, 12), clip)

    def _no_mask(self) -> QMask:
        return QMask(MaskFlags(0), Point(0, 0), None)

    def _mask(self) -> QMask:
        if self._rng.random() < 0.6:
            return self._no_mask()
        width, height = self._rng.randint(1, 80), self._rng.randint(1, 80)
        stride = (width + 7) // 8
        kind = self._rng.choice((BitmapFmt.FMT_1BIT_BE, BitmapFmt.FMT_1BIT_LE))
        image = self._bitmap(width, height, kind, stride, self._rng.randbytes(stride * height))
        flags = self._rng.choice((MaskFlags(0), MaskFlags.INVERS))
        return QMask(flags, Point(self._rng.randint(0, 9), self._rng.randint(0, 9)), image)

    def _solid(self) -> Brush:
        return Brush(BrushType.SOLID, self._rng.getrandbits(32))

    def _brush(self) -> Brush:
        if self._rng.random() < 0.4:
            return self._solid()
        where = Point(self._rng.randint(-50, 200), self._rng.randint(-50, 200))
        return Brush(BrushType.PATTERN, Pattern(self._picture(), where))

    def _rop(self) -> Ropd:
        rop = self._rng.choice(PLAIN)
        for inversion in INVERSIONS:
            if self._rng.random() < 0.3:
                rop |= inversion
        return rop

    def _area(self, box: Rect) -> tuple[Image, Rect]:
        """A picture with an area as large as the box, or one that has to be stretched."""
        width, height = box.right - box.left, box.bottom - box.top
        if self._rng.random() < 0.7:
            image = self._picture(width, height)
            left = self._rng.randint(0, image.descriptor.width - width)
            top = self._rng.randint(0, image.descriptor.height - height)
            return image, Rect(top=top, left=left, bottom=top + height, right=left + width)
        image = self._picture()
        return image, self._rect(image.descriptor.width, image.descriptor.height)

    def _scale(self) -> ImageScaleMode:
        return self._rng.choice(list(ImageScaleMode))

    def _whole(self, surface: int, image: Image) -> Message:
        area = Rect(top=0, left=0, bottom=image.descriptor.height, right=image.descriptor.width)
        copy = draw.Copy(image, area, Ropd.OP_PUT, ImageScaleMode.NEAREST, self._no_mask())
        return draw.DrawCopy(draw.DisplayBase(surface, area, Clip(ClipType.NONE)), copy)

    # --- the operations ---------------------------------------------------------------------------------------------

    def draw_copy(self) -> Message:
        base = self._base()
        image, area = self._area(base.box)
        return draw.DrawCopy(base, draw.Copy(image, area, self._rop(), self._scale(), self._mask()))

    def draw_blend(self) -> Message:
        base = self._base()
        image, area = self._area(base.box)
        return draw.DrawBlend(base, draw.Copy(image, area, self._rop(), self._scale(), self._mask()))

    def draw_fill(self) -> Message:
        return draw.DrawFill(self._base(), draw.Fill(self._brush(), self._rop(), self._mask()))

    def draw_opaque(self) -> Message:
        base = self._base()
        image, area = self._area(base.box)
        data = draw.Opaque(image, area, self._brush(), self._rop(), self._scale(), self._mask())
        return draw.DrawOpaque(base, data)

    def draw_plain(self) -> Message:
        kind = self._rng.choice((draw.DrawBlackness, draw.DrawWhiteness, draw.DrawInvers, draw.DrawInvers))
        return kind(self._base(), draw.Masked(self._mask()))

    def draw_move(self) -> Message:
        base = self._base()
        x, y = (start + self._rng.randint(-20, 20) for start in (base.box.left, base.box.top))
        return draw.CopyBits(base, Point(x, y))

    def draw_transparent(self) -> Message:
        base = self._base()
        image, area = self._area(base.box)
        data = image.u.data if isinstance(image.u, BitmapData) else b"\0\0\0"
        colour = int.from_bytes(data[:3], "little")
        return draw.DrawTransparent(base, draw.Transparent(image, area, colour, colour))

    def draw_alpha_blend(self) -> Message:
        base = self._base()
        image, area = self._area(base.box)
        alpha = self._rng.choice((255, self._rng.randrange(256)))
        return draw.DrawAlphaBlend(base, draw.AlphaBlend(AlphaFlags(0), alpha, image, area))

    def draw_rop3(self) -> Message:
        """Codes that depend on all three inputs: libspice has no others."""
        base = self._base(self._rect(WIDTH, HEIGHT))
        width, height = base.box.right - base.box.left, base.box.bottom - base.box.top
        image = self.bitmap(width, height, alpha=False)
        area = Rect(top=0, left=0, bottom=height, right=width)
        code = self._rng.choice((0xB8, 0xCA, 0x6A, 0x96, 0xE2, 0x80, 0xFE, 0x17, 0x2D, 0xAC, 0x69))
        return draw.DrawRop3(base, draw.Rop3(image, area, self._solid(), code, self._scale(), self._mask()))

    def draw_stroke(self) -> Message:
        """One clip rectangle and no surface as a pattern: with more libspice overwrites its own lists."""
        segments = []
        for _ in range(self._rng.randint(1, 3)):
            points = [
                PointFix(self._rng.randint(-60 * 16, 220 * 16) / 16, self._rng.randint(-60 * 16, 180 * 16) / 16)
                for _ in range(self._rng.choice((2, 4, 7)))
            ]
            flags = PathFlags.BEGIN | PathFlags.END
            if self._rng.random() < 0.3:
                flags |= PathFlags.CLOSE
            if len(points) > 2 and self._rng.random() < 0.4:
                flags |= PathFlags.BEZIER
            segments.append(PathSegment(flags, points))
        rop = self._rng.choice((Ropd.OP_PUT, Ropd.OP_XOR))
        brush = self._solid()
        if self._rng.random() < 0.5:
            brush = Brush(BrushType.PATTERN, Pattern(self.bitmap(9, 7, alpha=False), Point(3, 4)))
        data = draw.Stroke(Path(segments), self._line(), brush, int(rop), 0)
        return draw.DrawStroke(self._base(most_rects=1), data)

    def _line(self) -> LineAttr:
        """Whole, or with dashes."""
        if self._rng.random() < 0.5:
            return LineAttr(LineFlags(0))
        style = [self._rng.randint(1, 12 * 16) / 16 for _ in range(self._rng.randint(1, 4))]
        gap = self._rng.choice((LineFlags(0), LineFlags.START_WITH_GAP))
        return LineAttr(LineFlags.STYLED | gap, style)

    def draw_text(self) -> Message:
        """No surface as a pattern: libspice leaves its transform and repeat to the next operation."""
        string = self._string(Point(self._rng.randint(0, WIDTH), self._rng.randint(0, HEIGHT)))
        back = self._rect(WIDTH, HEIGHT) if self._rng.random() < 0.4 else Rect(top=0, left=0, bottom=0, right=0)
        brush = self._solid()
        if self._rng.random() < 0.5:
            brush = Brush(BrushType.PATTERN, Pattern(self.bitmap(9, 7, alpha=True), Point(3, 4)))
        text = draw.Text(string, back, brush, self._solid(), int(Ropd.OP_PUT), 0)
        return draw.DrawText(self._base(), text)

    def _string(self, at: Point) -> String:
        """Glyphs that overlap, of one bit or four."""
        places = [Point(at.x + 7 * i, at.y) for i in range(self._rng.randint(1, 5))]
        if self._rng.random() < 0.5:
            return String(StringFlags.RASTER_A4, [RasterGlyphA4(place, *self._glyph(4)) for place in places])
        return String(StringFlags.RASTER_A1, [RasterGlyphA1(place, *self._glyph(1)) for place in places])

    def _glyph(self, bits: int) -> tuple[Point, int, int, bytes]:
        width, height = self._rng.randint(1, 12), self._rng.randint(1, 12)
        origin = Point(self._rng.randint(-2, 2), self._rng.randint(-12, 0))
        return origin, width, height, self._rng.randbytes((width * bits + 7) // 8 * height)

    def draw_composite(self) -> Message:
        """Transforms for bitmaps only: libspice leaves a surface's transform to the next operation.

        And none with SATURATE, for which pixman works out positions between pixels in floating point.
        """
        rng, source = self._rng, self._picture()
        operator = rng.choice((0, 1, 2, 3, 3, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13))
        flags = CompositeFlags(operator | rng.choice((3, 4)) << 8 | rng.choice((3, 4)) << 11)
        flags |= CompositeFlags(rng.randrange(4) << 14 | rng.randrange(4) << 16)
        mask = None
        if rng.random() < 0.5:
            mask = self._surface(ALPHAS, SIDE, SIDE) if rng.random() < 0.5 else self.bitmap(30, 20, alpha=True)
            flags |= CompositeFlags.HAS_MASK
            if rng.random() < 0.3:
                flags |= CompositeFlags.COMPONENT_ALPHA
        moves: list[Transform | None] = [None, None]
        if isinstance(source.u, BitmapData) and operator != SATURATE and rng.random() < 0.3:
            flags |= CompositeFlags.HAS_SRC_TRANSFORM
            moves[0] = self._transform()
        if mask and isinstance(mask.u, BitmapData) and operator != SATURATE and rng.random() < 0.3:
            flags |= CompositeFlags.HAS_MASK_TRANSFORM
            moves[1] = self._transform()
        origins = [Point16(rng.randint(-20, 40), rng.randint(-20, 40)) for _ in range(2)]
        data = draw.Composite(flags, source, mask, moves[0], moves[1], origins[0], origins[1])
        return draw.DrawComposite(self._base(self._rect(WIDTH, HEIGHT)), data)

    def _transform(self) -> Transform:
        numbers = [self._rng.randint(-2 * ONE, 2 * ONE) & 0xFFFFFFFF for _ in range(6)]
        return Transform(*numbers)


class DrawingMachine:
    """Sends the messages to everybody who comes; lives in a thread of its own."""

    def __init__(self, messages: list[Message]) -> None:
        self._messages = messages
        self._machine = FakeMachine()
        self._ready = threading.Event()
        self._over: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._live()), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait(PATIENCE)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._loop and self._over:
            self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(PATIENCE)

    @property
    def port(self) -> int:
        return self._machine.port

    @property
    def url(self) -> str:
        return self._machine.url

    password = "whatever"

    async def _live(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._over = asyncio.Event()
        async with self._machine, asyncio.TaskGroup() as tasks:
            serving = [tasks.create_task(self._serve(kind)) for kind in (ChannelType.MAIN, ChannelType.DISPLAY)]
            self._ready.set()
            await self._over.wait()
            for task in serving:
                task.cancel()

    async def _serve(self, kind: ChannelType) -> None:
        """Everybody who links a channel of this kind, one after the other."""
        while True:
            try:
                channel = await self._machine.linked(kind)
            except TimeoutError:
                continue
            try:
                await (self._welcome(channel) if kind is ChannelType.MAIN else self._draw(channel))
            except (Gone, ConnectionError, TimeoutError):  # it has seen what it wanted
                continue

    async def _welcome(self, channel: MachineChannel) -> None:
        await channel.send(main.Init(7, 1, 1, 1, 0, 0, 1000, 0))
        await channel.wait_for(main.AttachChannels)
        await channel.send(main.ChannelsList([main.ChannelId(ChannelType.DISPLAY, 0)]))

    async def _draw(self, channel: MachineChannel) -> None:
        await channel.wait_for(display.Init)
        for message in self._messages:
            await channel.send(message)
