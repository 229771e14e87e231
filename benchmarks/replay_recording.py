"""Records a desktop session from Xspice, as the machine sends it to our viewer and to spice-html5.

Two clients of the recorder's own watch the same screen at the same time. Each announces the capabilities and caches of
the client it stands for, so libspice encodes for that one. What is kept is the DISPLAY channel's messages with mini
headers; flow control and pings are answered here and left out.
"""

from __future__ import annotations

import socket
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from gateway.spice import caps, catalog, codec, framing
from gateway.spice.enums import ChannelType, CommonCap, Direction, DisplayCap
from gateway.spice.link import Linked
from gateway.spice.link_client import LinkClient
from gateway.spice.messages import common, display, main
from gateway.spice.wire import Message
from tests.e2e.program import ticks
from tests.e2e.xspice import Xspice

KINDS = ("auto_glz", "quic", "lz", "off")
#: The screen is quiet when nothing came for so long, seconds.
QUIET = 1.5
#: Numbers below are common to all channels.
FIRST_OF_CHANNEL = 100
_READ = 1 << 20


@dataclass(frozen=True)
class Watcher:
    """What a client says of itself; sizes in pixels."""

    name: str
    display_caps: frozenset[int]
    cache: int
    glz_window: int


OURS = Watcher(
    "spicegate",
    frozenset(
        {
            DisplayCap.SIZED_STREAM,
            DisplayCap.MONITORS_CONFIG,
            DisplayCap.COMPOSITE,
            DisplayCap.A8_SURFACE,
            DisplayCap.STREAM_REPORT,
            DisplayCap.LZ4_COMPRESSION,
            DisplayCap.PREF_COMPRESSION,
            DisplayCap.MULTI_CODEC,
            DisplayCap.CODEC_MJPEG,
        }
    ),
    cache=32 << 20,
    glz_window=8 << 20,
)
SPICE_HTML5 = Watcher(
    "spice-html5",
    frozenset({DisplayCap.SIZED_STREAM, DisplayCap.STREAM_REPORT, DisplayCap.MULTI_CODEC, DisplayCap.CODEC_MJPEG}),
    cache=10 << 20,
    glz_window=0,
)


def record(kind: str, home: Path) -> dict[str, Path]:
    """Plays the desktop session once; returns a file of DISPLAY messages for each watcher, by its name."""
    files = {watcher.name: home / f"{kind}.{watcher.name}.messages" for watcher in (OURS, SPICE_HTML5)}
    if all(path.exists() for path in files.values()):
        return files
    home.mkdir(parents=True, exist_ok=True)
    with Xspice(home / "xspice", kind) as screen:
        recorders = [Recorder(screen, watcher) for watcher in (OURS, SPICE_HTML5)]
        _play(screen, home)
        for recorder in recorders:
            recorder.finish()
        for recorder in recorders:
            files[recorder.watcher.name].write_bytes(recorder.recorded)
    return files


def _play(screen: Xspice, home: Path) -> None:
    """The session: terminals that scroll, photographs that open, windows that are dragged over each other."""
    photos = _photographs(home)
    done = home / "done"
    done.unlink(missing_ok=True)
    listing = f"ls -lR /usr/share/doc/a* /usr/share/doc/l* | head -n 5000; touch {done}; exec sleep 600"
    screen.show("xsetroot", "-solid", "steelblue")
    screen.show("xclock", "-geometry", "250x250+1640+20")
    screen.show("xterm", "-fn", "fixed", "-geometry", "150x60+30+30", "-e", "sh", "-c", listing)
    screen.wait_until("the end of the listing", done.exists, 60)
    for number, photo in enumerate(photos):
        window = f"photo{number}"
        screen.show("display", "-title", window, "-geometry", f"+{100 + 60 * number}+{40 + 30 * number}", str(photo))
        _xdotool(screen, "search", "--sync", "--onlyvisible", "--name", window)
    for name in ("photo3", "photo7"):
        _drag(screen, ["--name", name], [(60 + 14 * step, 30 + 6 * step) for step in range(50)])
    _drag(screen, ["--class", "xterm"], [(30 + 16 * step, 200 - 3 * step) for step in range(50)])


def _drag(screen: Xspice, window: list[str], places: list[tuple[int, int]]) -> None:
    """Raises a window and moves it from place to place, thirty times a second."""
    steps = [word for x, y in places for word in ("windowmove", str(x), str(y), "sleep", "0.03")]
    _xdotool(screen, "search", "--onlyvisible", *window, "windowraise", *steps)


def _photographs(home: Path) -> list[Path]:
    """Pictures with the smooth noise of photographs, the same ones each time."""
    paths = [home / f"photo{number}.png" for number in range(10)]
    for number, path in enumerate(paths):
        if not path.exists():
            small = Image.effect_noise((120 + number, 80), 90).convert("L")
            bands = [small.rotate(turn).resize((1100, 720), Image.Resampling.BICUBIC) for turn in (0, 90, 180)]
            Image.merge("RGB", bands).save(path)
    return paths


def _xdotool(screen: Xspice, *arguments: str) -> None:
    environment = {"DISPLAY": screen.display, "PATH": "/usr/bin:/bin"}
    subprocess.run(["xdotool", *arguments], env=environment, capture_output=True, timeout=30, check=True)


class Recorder:
    """A client that draws nothing: MAIN and DISPLAY, everything on DISPLAY kept in `recorded`."""

    def __init__(self, screen: Xspice, watcher: Watcher) -> None:
        self.watcher = watcher
        self.recorded = bytearray()
        self._screen = screen
        self._changed = time.monotonic()
        self._session = 0
        self._main = _Channel(self, ChannelType.MAIN, 0, frozenset())
        self._main.handlers[main.Init] = self._on_init
        self._main.start()
        for _ in ticks(10):
            if self._session:
                break
        self._display = _Channel(self, ChannelType.DISPLAY, self._session, watcher.display_caps)
        self._display.send(display.Init(1, watcher.cache, 1 if watcher.glz_window else 0, watcher.glz_window))
        self._display.keep = self._keep
        self._display.start()

    @property
    def screen(self) -> Xspice:
        return self._screen

    def finish(self) -> None:
        """Returns when the screen has been quiet for a while, and disconnects."""
        for _ in ticks(60, 0.1):
            if time.monotonic() - self._changed > QUIET:
                break
        self._display.close()
        self._main.close()

    def _on_init(self, message: Message) -> None:
        assert isinstance(message, main.Init)
        self._main.send(main.AttachChannels())
        self._session = message.session_id

    def _keep(self, number: int, payload: bytes) -> None:
        self.recorded += framing.frame(number, payload, True, 0)
        self._changed = time.monotonic()


class _Channel:
    """One linked connection, read by a thread of its own."""

    def __init__(self, recorder: Recorder, kind: ChannelType, session: int, channel_caps: frozenset[int]) -> None:
        self.handlers: dict[type[Message], Callable[[Message], None]] = {}
        self.keep: Callable[[int, bytes], None] | None = None
        self._kind = kind
        self._window = self._handled = 0
        self._socket = socket.create_connection(("127.0.0.1", recorder.screen.port))
        link = LinkClient(
            session, kind, 0, caps.to_words({CommonCap.MINI_HEADER, CommonCap.AUTH_SPICE, CommonCap.AUTH_SELECTION}),
            caps.to_words(channel_caps), recorder.screen.password,
        )  # fmt: skip
        self._reader = framing.MessageReader(kind, Direction.SERVER, True)
        self._reader.feed(self._link(link))
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def send(self, message: Message) -> None:
        number = next(
            entry.number for entry in catalog.messages(self._kind, Direction.CLIENT) if entry.cls is type(message)
        )
        self._socket.sendall(framing.frame(number, codec.marshal(message), True, 0))

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._socket.close()

    def _link(self, link: LinkClient) -> bytes:
        while True:
            self._socket.sendall(link.data_to_send())
            for event in link.events_received():
                if isinstance(event, Linked):
                    return event.trailing
            link.receive_data(self._socket.recv(_READ))

    def _run(self) -> None:
        while True:
            for message in self._reader:
                self._handle(message.number, message.payload)
            data = self._socket.recv(_READ)
            if not data:
                return
            self._reader.feed(data)

    def _handle(self, number: int, payload: bytes) -> None:
        if number < FIRST_OF_CHANNEL:
            self._answer(codec.demarshal(self._kind, Direction.SERVER, number, payload))
        elif self.keep:
            self.keep(number, payload)
        else:
            message = codec.demarshal(self._kind, Direction.SERVER, number, payload)
            handler = self.handlers.get(type(message))
            if handler:
                handler(message)
        self._count()

    def _answer(self, message: Message) -> None:
        if isinstance(message, common.SetAck):
            self._window = message.window
            self._handled = 0
            self.send(common.AckSync(message.generation))
        elif isinstance(message, common.Ping):
            self.send(common.Pong(message.id, message.timestamp))

    def _count(self) -> None:
        self._handled += 1
        if self._window and self._handled % self._window == 0:
            self.send(common.Ack())
