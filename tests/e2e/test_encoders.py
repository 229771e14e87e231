"""What our encoders make, decoded by spice-gtk: pixel for pixel."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from gateway.codecs.image import (
    Encoded,
    GlzWindow,
    Pixels,
    encode_bitmap,
    encode_jpeg,
    encode_jpeg_alpha,
    encode_lz,
    encode_lz4,
    encode_quic,
)
from gateway.spice.enums import (
    ClipType,
    CompositeFlags,
    ImageFlags,
    ImageScaleMode,
    ImageType,
    MaskFlags,
    Ropd,
    SurfaceFlags,
    SurfaceFmt,
)
from gateway.spice.messages import display, draw
from gateway.spice.messages.shapes import (
    Clip,
    Image,
    ImageDescriptor,
    Point,
    Point16,
    QMask,
    Rect,
    Surface,
)
from gateway.spice.wire import Message
from tests.codecs.image.decoders import copy_of, jpeg_of
from tests.codecs.image.scenes import SCENES, SIZES, desktop, noise, photo, translucent
from tests.e2e import picture
from tests.e2e.drawing_machine import DrawingMachine
from tests.e2e.oracle import screenshot

pytestmark = pytest.mark.e2e

WIDTH, HEIGHT = 1920, 1080
STAGE = 1
WINDOW = 8 << 20
OPERATOR_IN, REPEAT_NORMAL = 5, 1
#: spice-gtk's libjpeg-turbo and Pillow's may round differently.
JPEG_ROUNDING = 3

Encoder = Callable[[Pixels, bool], Encoded]


def lz_plainly(pixels: Pixels, alpha: bool) -> Encoded:
    return encode_lz(pixels, alpha, kernels=None)


def encoders() -> dict[str, Encoder]:
    """Fresh ones: GLZ dictionaries begin anew with every client."""
    return {
        "bitmap": encode_bitmap,
        "lz4": encode_lz4,
        "lz": encode_lz,
        "lz without kernels": lz_plainly,
        "quic": encode_quic,
        "glz": GlzWindow(WINDOW).encoder().encode,
        "glz without kernels": GlzWindow(WINDOW, kernels=None).encoder().encode,
        "zlib glz": GlzWindow(WINDOW).encoder().encode_zlib,
        "zlib glz without kernels": GlzWindow(WINDOW, kernels=None).encoder().encode_zlib,
    }


class Stage:
    """A surface that pictures are put on, unseen; `shown` copies it to the screen, which is then taken at once."""

    def __init__(self, fmt: SurfaceFmt) -> None:
        self.messages: list[Message] = [
            display.SurfaceCreate(0, WIDTH, HEIGHT, SurfaceFmt.FMT_32_xRGB, SurfaceFlags.PRIMARY),
            display.SurfaceCreate(STAGE, WIDTH, HEIGHT, fmt, SurfaceFlags(0)),
            display.Mark(),
        ]
        self.expected = np.zeros((HEIGHT, WIDTH, 4), np.uint8)

    def put(self, encoded: Encoded, pixels: Pixels, left: int = 0, top: int = 0) -> None:
        height, width = pixels.shape[:2]
        self.messages.append(copy_of(encoded, width, height, surface=STAGE, left=left, top=top))
        self.expected[top : top + height, left : left + width] = pixels

    def shown(self) -> list[Message]:
        return [*self.messages, copy_of_surface()]

    def alpha_shown(self) -> list[Message]:
        """White, as far as the stage is opaque."""
        white = Image(
            ImageDescriptor(99, ImageType.BITMAP, ImageFlags(0), 1, 1),
            encode_bitmap(np.full((1, 1, 4), 255, np.uint8), alpha=True).body,
        )
        flags = CompositeFlags(OPERATOR_IN | REPEAT_NORMAL << 14)
        data = draw.Composite(flags, white, None, None, None, Point16(0, 0), Point16(0, 0))
        return [*self.messages, draw.DrawComposite(everywhere(STAGE), data), copy_of_surface()]


def everywhere(surface: int) -> draw.DisplayBase:
    return draw.DisplayBase(surface, Rect(top=0, left=0, bottom=HEIGHT, right=WIDTH), Clip(ClipType.NONE))


def copy_of_surface() -> Message:
    source = Image(ImageDescriptor(100, ImageType.SURFACE, ImageFlags(0), WIDTH, HEIGHT), Surface(STAGE))
    area = Rect(top=0, left=0, bottom=HEIGHT, right=WIDTH)
    mask = QMask(MaskFlags(0), Point(0, 0), None)
    return draw.DrawCopy(everywhere(0), draw.Copy(source, area, Ropd.OP_PUT, ImageScaleMode.NEAREST, mask))


def taken(messages: list[Message]) -> picture.Pixels:
    with DrawingMachine(messages) as machine:
        return screenshot(machine)


def assert_shown(messages: list[Message], expected: picture.Pixels, name: str) -> None:
    shown = taken(messages)
    if not picture.equal(shown, expected):
        picture.keep(name, shown=shown, expected=expected)
        pytest.fail(picture.difference(shown, expected))


def tiles() -> Iterator[tuple[Pixels, int, int]]:
    """Every scene in every size, and where it is put."""
    left = 3
    for scene in SCENES.values():
        top = 1
        for size in SIZES:
            pixels = scene(*size)[: HEIGHT - top]
            if not pixels.size:
                break
            yield pixels, left, top
            left, top = (left + size[0] + 2, 1) if size[1] > 500 else (left, top + size[1] + 1)
        left += 337


@pytest.mark.parametrize("name", encoders())
def test_spice_gtk_shows_the_pictures_exactly(name: str) -> None:
    encode, stage = encoders()[name], Stage(SurfaceFmt.FMT_32_xRGB)
    for background in (noise(WIDTH, HEIGHT), photo(WIDTH, HEIGHT), desktop(WIDTH, HEIGHT)):
        stage.put(encode(background, False), background)
    for pixels, left, top in tiles():
        stage.put(encode(pixels, False), pixels, left, top)
    assert_shown(stage.shown(), stage.expected[..., 2::-1], f"encoder-{name}")


@pytest.mark.parametrize("name", encoders())
def test_spice_gtk_shows_the_alpha_exactly(name: str) -> None:
    encode, stage = encoders()[name], Stage(SurfaceFmt.FMT_32_ARGB)
    background = translucent(WIDTH, HEIGHT)
    stage.put(encode(background, True), background)
    for pixels, left, top in tiles():
        stage.put(encode(pixels, True), pixels, left, top)
    assert_shown(stage.shown(), stage.expected[..., 2::-1], f"encoder-{name}-colours")
    assert_shown(stage.alpha_shown(), stage.expected[..., [3, 3, 3]], f"encoder-{name}-alpha")


def test_spice_gtk_keeps_what_later_glz_images_refer_to() -> None:
    """A dictionary that holds two screens and a half, scrolled through; the last image refers across many."""
    glz, tall = GlzWindow(WIDTH * HEIGHT * 5 // 2).encoder(), desktop(WIDTH, HEIGHT + 400)
    stage = Stage(SurfaceFmt.FMT_32_xRGB)
    for step in range(12):
        screen = tall[step * 30 : step * 30 + HEIGHT]
        stage.put(glz.encode(screen) if step % 2 else glz.encode_zlib(screen), screen)
        part = tall[step * 7 : step * 7 + 200, 100:433]
        stage.put(glz.encode(part), part, 50 * step, 40 * step)
    assert_shown(stage.shown(), stage.expected[..., 2::-1], "encoder-glz-scrolled")


def test_spice_gtk_shows_jpegs_as_pillow_decodes_them() -> None:
    stage, screen = Stage(SurfaceFmt.FMT_32_xRGB), photo(WIDTH, HEIGHT)
    encoded = encode_jpeg(screen, 80)
    stage.put(encoded, screen)
    shown = taken(stage.shown())
    assert np.abs(shown.astype(int) - jpeg_of(encoded)).max() <= JPEG_ROUNDING
    assert np.abs(shown.astype(int) - screen[..., 2::-1]).mean() < 4


def test_spice_gtk_shows_the_alpha_of_jpegs_exactly() -> None:
    stage, screen = Stage(SurfaceFmt.FMT_32_ARGB), translucent(WIDTH, HEIGHT)
    encoded = encode_jpeg_alpha(screen, 80)
    stage.put(encoded, screen)
    assert_shown(stage.alpha_shown(), screen[..., [3, 3, 3]], "encoder-jpeg-alpha")
    assert np.abs(taken(stage.shown()).astype(int) - jpeg_of(encoded)).max() <= JPEG_ROUNDING
