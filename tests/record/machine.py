"""`qxl_source`, built and run: a SPICE server that draws the bitmaps it is told to."""

from __future__ import annotations

import socket
import struct
import subprocess
from pathlib import Path
from types import TracebackType

from gateway.spice.enums import ImageCompression

from .client import GLZ_WINDOW_PIXELS, RecordingClient
from .pictures import Bitmap

SOURCE = Path(__file__).with_name("qxl_source.c")
WAN_ALWAYS, WAN_NEVER = 2, 3
DRAW_COPY = 304
MARK = 102


def build(directory: Path) -> Path:
    """Compiles `qxl_source` against libspice (Debian: libspice-server-dev)."""
    program = directory / "qxl_source"
    wanted = ["pkg-config", "--cflags", "--libs", "spice-server"]
    flags = subprocess.run(wanted, check=True, capture_output=True, text=True).stdout.split()
    subprocess.run(["cc", "-O2", "-o", str(program), str(SOURCE), *flags, "-lpthread"], check=True)
    return program


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


class Machine:
    """One server with one client linked to it."""

    def __init__(
        self,
        program: Path,
        compression: ImageCompression,
        *,
        jpeg: bool = False,
        zlib: bool = False,
        size: tuple[int, int] = (2048, 2048),
        glz_window: int = GLZ_WINDOW_PIXELS,
    ) -> None:
        port = free_port()
        switches = [WAN_ALWAYS if jpeg else WAN_NEVER, WAN_ALWAYS if zlib else WAN_NEVER]
        command = [str(program), *(str(int(value)) for value in (port, compression, *switches, *size))]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert self._process.stdout is not None
        if self._process.stdout.readline() != b"ready\n":
            raise RuntimeError("the recording machine did not start")
        wish = compression if compression is ImageCompression.LZ4 else None
        self.client = RecordingClient(("127.0.0.1", port), compression=wish, glz_window=glz_window)
        # The empty screen comes first, with MARK behind it; then whatever else a client is greeted with.
        self.client.pump(lambda: any(number == MARK for number, _ in self.client.display.messages))
        self.client.pump_for(0.3)

    @property
    def pid(self) -> int:
        return self._process.pid

    def draw(self, bitmap: Bitmap, *, at: tuple[int, int] = (0, 0), image_id: int = 0, palette_id: int = 0) -> bytes:
        """Draws a bitmap with its top left corner at ``at``; returns the payload of the DRAW_COPY that came of it."""
        messages = self.client.display.messages
        seen = len(messages)
        fields = (bitmap.format, bitmap.flags, bitmap.width, bitmap.height, bitmap.stride, *at, len(bitmap.palette))
        job = struct.pack("<9I2Q", *fields, len(bitmap.data), image_id, palette_id)
        assert self._process.stdin is not None
        self._process.stdin.write(job + struct.pack(f"<{len(bitmap.palette)}I", *bitmap.palette) + bitmap.data)
        self._process.stdin.flush()
        self.client.pump(lambda: any(number == DRAW_COPY for number, _ in messages[seen:]))
        return next(payload for number, payload in messages[seen:] if number == DRAW_COPY)

    def close(self) -> None:
        self.client.close()
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.terminate()
        self._process.wait(10)

    def __enter__(self) -> Machine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
