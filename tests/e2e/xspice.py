"""Xspice as a SPICE machine: an X server of 1920×1080 pixels whose screen is a SPICE display, with real X programs."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.e2e.program import SEVERAL_CLIENTS, Program, listening
from tests.e2e.reserved import forget_display, free_display, free_port, shows

WIDTH, HEIGHT = 1920, 1080

_CONFIG = f"""
Section "Device"
    Identifier "spice"
    Driver "spiceqxl"
EndSection
Section "InputDevice"
    Identifier "pointer"
    Driver "xspice pointer"
EndSection
Section "InputDevice"
    Identifier "keyboard"
    Driver "xspice keyboard"
EndSection
Section "Monitor"
    Identifier "monitor"
    Modeline "{WIDTH}x{HEIGHT}" 172.80 1920 2040 2248 2576 1080 1081 1084 1118
EndSection
Section "Screen"
    Identifier "screen"
    Monitor "monitor"
    Device "spice"
    DefaultDepth 24
    SubSection "Display"
        Depth 24
        Modes "{WIDTH}x{HEIGHT}"
        Virtual {WIDTH} {HEIGHT}
    EndSubSection
EndSection
Section "ServerLayout"
    Identifier "layout"
    Screen "screen"
    InputDevice "keyboard"
    InputDevice "pointer"
EndSection
Section "ServerFlags"
    Option "AutoAddDevices" "False"
EndSection
"""

#: Debian 12's driver ignores these in the configuration file, takes 0 for each instead of its own default and
#: overruns its memory; it does read them from the environment. Sizes are MiB.
_DRIVER = {
    "QXL_NUM_HEADS": "1",
    "QXL_FRAME_BUFFER_SIZE": "16",
    "QXL_SURFACE_BUFFER_SIZE": "128",
    "QXL_COMMAND_BUFFER_SIZE": "128",
    "QXL_ENABLE_IMAGE_CACHE": "1",
    "QXL_ENABLE_FALLBACK_CACHE": "1",
    "QXL_ENABLE_SURFACES": "1",
    "XSPICE_ADDR": "127.0.0.1",
}


class Xspice(Program):
    """An X server on `display` with a SPICE server on `port`, protected by `password`.

    Keys do not repeat: on a busy computer one may be down for longer than somebody means to hold it.
    """

    password = "an X server's secret"

    def __init__(
        self,
        home: Path,
        compression: str = "auto_glz",
        *,
        options: Sequence[str] = (),
        env: Mapping[str, str] | None = None,
    ) -> None:
        home.mkdir(parents=True, exist_ok=True)
        config = home / "xorg.conf"
        config.write_text(_CONFIG)
        self.port = free_port()
        self._number = free_display()
        self.display = f":{self._number}"
        self._home = home
        self._clients: list[Program] = []
        super().__init__(
            [
                "Xspice", "--config", str(config), "--port", str(self.port), "--image-compression", compression,
                "--jpeg-wan-compression", "never", "--streaming-video", "off", *options,
                self.display, "-nolisten", "tcp", "-s", "0", "-r", "-logfile", str(home / "xorg.log"),
            ],
            home / "xspice.log",
            env={**_DRIVER, **SEVERAL_CLIENTS, "XSPICE_PASSWORD": self.password, **(env or {})},
        )  # fmt: skip
        self.wait_until("its display", lambda: listening(self.port) and shows(self._number))

    @property
    def url(self) -> str:
        return f"spice://127.0.0.1:{self.port}"

    def show(self, *command: str) -> Program:
        """Starts an X program on the display; it ends with the server."""
        log = self._home / f"client-{len(self._clients)}.log"
        client = Program(command, log, env={"DISPLAY": self.display})
        self._clients.append(client)
        return client

    def freeze(self) -> None:
        """Stops the X programs: nothing draws any more."""
        for client in self._clients:
            os.killpg(client.pid, signal.SIGSTOP)

    def stop(self) -> None:
        for client in self._clients:
            client.stop()
        super().stop()
        forget_display(self._number)


class SoundingXspice(Xspice):
    """An X server that plays what is written into a FIFO (as PulseAudio's module-pipe-sink does).

    `compression` False: it sends raw samples.
    """

    def __init__(self, home: Path, *, compression: bool = True) -> None:
        self._fifos = home / "fifos"
        self._fifos.mkdir(parents=True)
        # Like the driver's other options, Xspice's own for these do not reach it.
        env = {"XSPICE_PLAYBACK_FIFO_DIR": str(self._fifos), "XSPICE_PLAYBACK_COMPRESSION": str(int(compression))}
        super().__init__(home, env=env)

    @contextmanager
    def playing(self, sound: bytes) -> Iterator[None]:
        """Plays 48 kHz 16-bit stereo over and over until the end of the block."""
        fifo = self._fifos / "program"
        os.mkfifo(fifo)
        over = threading.Event()

        def program() -> None:
            with suppress(BrokenPipeError), fifo.open("wb", buffering=0) as pipe:
                while not over.is_set():
                    pipe.write(sound)

        thread = threading.Thread(target=program)
        thread.start()
        try:
            yield
        finally:
            over.set()
            # The server still reads; a writer that waits for it goes on.
            thread.join(10)
            fifo.unlink()
