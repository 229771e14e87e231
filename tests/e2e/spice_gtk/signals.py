"""What spice-gtk tells: each signal of each channel with the facts that are reported of it.

Numbers are the library's own (``channel-*.h``); bytes travel as base64.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import Any

from gi.repository import GObject

from tests.e2e.spice_gtk.memory import array_property, peek

Facts = dict[str, Any]
Telling = Callable[..., Facts]
"""Takes the channel and the signal's arguments."""


def text(data: bytes) -> str:
    return b64encode(data).decode("ascii")


def _grab(_channel: Any, selection: int, types: list[int], _count: int) -> Facts:
    return {"selection": selection, "types": types}


def _clipboard(_channel: Any, selection: int, kind: int, data: int, size: int) -> Facts:
    return {"selection": selection, "type": kind, "data": text(peek(data, size))}


def _progress(task: Any, *_: object) -> Facts:
    return {"name": task.get_filename(), "done": task.get_transferred_bytes(), "total": task.get_total_bytes()}


def _cursor(_channel: Any, width: int, height: int, hot_x: int, hot_y: int, rgba: int) -> Facts:
    return {"size": [width, height], "hot": [hot_x, hot_y], "rgba": text(peek(rgba, width * height * 4))}


def _primary(channel: Any, fmt: int, width: int, height: int, stride: int, _shm: int, pixels: int) -> Facts:
    channel.spicegate_primary = (fmt, width, height, stride, pixels)
    return {"format": fmt, "size": [width, height]}


def _primary_gone(channel: Any) -> Facts:
    channel.spicegate_primary = None
    return {}


def _monitors(channel: Any, *_: object) -> Facts:
    """SpiceDisplayMonitorConfig: id, surface_id, x, y, width, height (u32 each)."""
    words = memoryview(array_property(channel, "monitors", 6 * 4)).cast("I")
    heads = [[words[at], *words[at + 2 : at + 6]] for at in range(0, len(words), 6)]
    return {"most": channel.props.monitors_max, "heads": heads}


def _volume(channel: Any, *_: object) -> Facts:
    pointer, count = channel.props.volume, channel.props.nchannels
    return {"volume": list(memoryview(peek(pointer, 2 * count)).cast("H"))}


def _named(*names: str) -> Telling:
    """The signal's arguments under these names."""
    return lambda _channel, *values: dict(zip(names, values, strict=False))


def _property(name: str) -> Telling:
    return lambda channel, *_: {name: channel.get_property(name)}


SOUND: dict[str, Telling] = {"notify::volume": _volume, "notify::mute": _property("mute")}
PORT: dict[str, Telling] = {
    "port-data": lambda _channel, data, size: {"data": text(peek(data, size))},
    "port-event": _named("what"),
    "notify::port-opened": _property("port-opened"),
    "notify::port-name": _property("port-name"),
}
SIGNALS: dict[str, dict[str, Telling]] = {
    "main": {
        "main-mouse-update": _property("mouse-mode"),
        "main-agent-update": _property("agent-connected"),
        "main-clipboard-selection": _clipboard,
        "main-clipboard-selection-grab": _grab,
        "main-clipboard-selection-request": _named("selection", "type"),
        "main-clipboard-selection-release": _named("selection"),
    },
    "file": {"notify::progress": _progress},
    "inputs": {"inputs-modifiers": _property("key-modifiers")},
    "display": {
        "display-primary-create": _primary,
        "display-primary-destroy": _primary_gone,
        "display-invalidate": _named("x", "y", "width", "height"),
        "display-mark": _named("mark"),
        "streaming-mode": _named("streaming"),
        "notify::monitors": _monitors,
    },
    "cursor": {
        "cursor-set": _cursor,
        "cursor-move": _named("x", "y"),
        "cursor-hide": _named(),
        "cursor-reset": _named(),
    },
    "playback": {
        "playback-start": _named("format", "channels", "frequency"),
        "playback-data": lambda _channel, data, size: {"data": text(peek(data, size))},
        "playback-stop": _named(),
        **SOUND,
    },
    "record": {"record-start": _named("format", "channels", "frequency"), "record-stop": _named(), **SOUND},
    "port": PORT,
    "webdav": PORT,
}

_ANSWERED = ("main-clipboard-selection-grab", "main-clipboard-selection-request")


def watch(kind: str, channel: Any, report: Callable[[str, Facts], None]) -> None:
    """Report the signals of a channel (or a file's transfer) from now on, by their names without `notify::`."""
    for signal, telling in SIGNALS.get(kind, {}).items():
        GObject.Object.connect(channel, signal, _reporter(signal, telling, report))


def _reporter(signal: str, telling: Telling, report: Callable[[str, Facts], None]) -> Callable[..., bool | None]:
    name = signal.removeprefix("notify::")

    def on_signal(channel: Any, *values: Any) -> bool | None:
        report(name, telling(channel, *values))
        return True if signal in _ANSWERED else None

    return on_signal
