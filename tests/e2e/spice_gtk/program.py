"""Opens a SPICE session with spice-gtk and does what it is told: ``/usr/bin/python3 -m tests.e2e.spice_gtk.program``.

The first line of its input is the session's properties (`host`, `port`, `password`, …); each further one is
``{"verb": …, …}`` and is answered by ``{"answer": …}`` or ``{"failed": …}``. What happens meanwhile is told as
``{"event": …, "channel": "display", "id": 0, …}``. The end of the input ends it.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import gi

gi.require_version("SpiceClientGLib", "2.0")

from gi.repository import GLib, GObject, SpiceClientGLib  # noqa: E402 - the version comes first

from tests.e2e.spice_gtk import signals, verbs  # noqa: E402
from tests.e2e.spice_gtk.memory import Held  # noqa: E402


class Program:
    """A session, its channels by kind and id, and the pipe to whoever drives it."""

    def __init__(self, properties: dict[str, Any]) -> None:
        self.loop = GLib.MainLoop()
        self.channels: dict[tuple[str, int], Any] = {}
        self.usb: Any = None
        self.held: list[Held] = []
        self.session = SpiceClientGLib.Session.new()
        for name, value in properties.items():
            self.session.set_property(name, value)
        GObject.Object.connect(self.session, "channel-new", self._on_channel)
        GObject.Object.connect(self.session, "channel-destroy", self._on_channel_gone)
        GObject.Object.connect(self.session, "notify::name", lambda *_: self.tell("name", {"name": self.name}))
        GObject.Object.connect(self.session, "disconnected", lambda _session: self.tell("disconnected", {}))
        verbs.prepare(self)

    def run(self) -> None:
        self._input = b""
        GLib.io_add_watch(sys.stdin.fileno(), GLib.IO_IN | GLib.IO_HUP, self._on_input)
        SpiceClientGLib.Session.connect(self.session)
        self.loop.run()

    def tell(self, event: str, facts: dict[str, Any]) -> None:
        _say({"event": event, **facts})

    @property
    def name(self) -> str:
        """The machine's, as it told it."""
        return str(self.session.props.name)

    def channel(self, kind: str, number: int = 0) -> Any:
        """An open channel. Raises `KeyError`."""
        return self.channels[kind, number]

    # the session

    def _on_channel(self, _session: Any, channel: Any) -> None:
        kind, number = _kind(channel), channel.props.channel_id
        self.channels[kind, number] = channel
        place = {"channel": kind, "id": number}
        GObject.Object.connect(
            channel,
            "channel-event",
            lambda _channel, event: self.tell("channel-event", {**place, "what": event.value_nick}),
        )
        signals.watch(kind, channel, lambda name, facts: self.tell(name, {**place, **facts}))
        if kind == "main":
            GObject.Object.connect(
                channel, "new-file-transfer", lambda _main, task: signals.watch("file", task, self.tell)
            )
        self.tell("channel-new", place)
        SpiceClientGLib.Channel.connect(channel)

    def _on_channel_gone(self, _session: Any, channel: Any) -> None:
        place = _kind(channel), channel.props.channel_id
        self.channels.pop(place, None)
        self.tell("channel-destroy", {"channel": place[0], "id": place[1]})

    # the driver

    def _on_input(self, source: int, _condition: Any) -> bool:
        data = os.read(source, 1 << 16)
        if not data:
            self.loop.quit()
            return False
        *lines, self._input = (self._input + data).split(b"\n")
        for line in lines:
            self._obey(json.loads(line))
        return True

    def _obey(self, order: dict[str, Any]) -> None:
        try:
            _say({"answer": verbs.VERBS[order.pop("verb")](self, **order)})
        except Exception as error:  # told to the driver, which fails the test
            _say({"failed": f"{type(error).__name__}: {error}"})


def _kind(channel: Any) -> str:
    return str(SpiceClientGLib.Channel.type_to_string(channel.props.channel_type))


def _first_line(source: int) -> bytes:
    """Read byte by byte: what follows is the loop's to read."""
    line = b""
    while not line.endswith(b"\n") and (byte := os.read(source, 1)):
        line += byte
    return line


def _say(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    Program(json.loads(_first_line(sys.stdin.fileno()))).run()
