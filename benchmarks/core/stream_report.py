"""The streams of a display, watched and reported as static/js/render/streams.js does."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable

from gateway.spice import codec
from gateway.spice.messages import display
from gateway.spice.wire import Message

#: Late pictures in a row that are reported at once.
LATE_IN_A_ROW = 3
_NO_AUDIO = 0xFFFFFFFF
_HEADER_BYTES = codec.size_of(display.StreamDataHeader)


class Clock:
    """The machine's multimedia time, in milliseconds."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._offset = 0

    def set(self, machine_time: int) -> None:
        """MAIN says what time it is."""
        self._offset = machine_time - self.local()

    def local(self) -> int:
        """Milliseconds of the computer's clock."""
        return int(self._now() * 1000)

    def margin(self, frame_time: int) -> int:
        """Milliseconds before (negative: after) a picture was due."""
        apart = (frame_time - self.local() - self._offset) & 0xFFFFFFFF
        return apart - (1 << 32) if apart >> 31 else apart


class _Report:
    """What is said of one stream, once the server asked for it."""

    def __init__(self, wanted: display.StreamActivateReport) -> None:
        self._wanted = wanted
        self._began = self._first = self._frames = self._drops = self._late = 0

    def count(self, frame_time: int, margin: int, now: int) -> display.StreamReport | None:
        """A picture came; the report, if one is due."""
        if not self._frames:
            self._began, self._first = now, frame_time
        self._frames += 1
        self._drops += margin < 0
        self._late = self._late + 1 if margin < 0 else 0
        wanted = self._wanted
        soon = self._frames < wanted.max_window_size and now - self._began < wanted.timeout_ms
        if soon and self._late < LATE_IN_A_ROW:
            return None
        frames, drops = self._frames, self._drops
        self._frames = self._drops = self._late = 0
        return display.StreamReport(
            wanted.stream_id, wanted.unique_id, self._first, frame_time, frames, drops, margin, _NO_AUDIO
        )


class StreamWatch:
    """Counts the pictures of all streams, by codec, and sends reports."""

    def __init__(self, clock: Clock, send: Callable[[Message], None]) -> None:
        self._clock = clock
        self._send = send
        self._codecs: dict[int, str] = {}
        self._reports: dict[int, _Report] = {}
        self.frames: Counter[str] = Counter()
        self.late = 0

    def on_message(self, name: str, payload: bytes) -> None:
        """A message of the display channel that is about a stream, or not."""
        match name:
            case "stream_create":
                created = codec.unpack(display.StreamCreate, payload)
                self._codecs[created.id] = created.codec_type.name
            case "stream_activate_report":
                wanted = codec.unpack(display.StreamActivateReport, payload)
                self._reports[wanted.stream_id] = _Report(wanted)
            case "stream_data" | "stream_data_sized":
                self._on_frame(codec.unpack(display.StreamDataHeader, payload[:_HEADER_BYTES]))
            case "stream_destroy":
                self._reports.pop(codec.unpack(display.StreamDestroy, payload).id, None)

    def _on_frame(self, header: display.StreamDataHeader) -> None:
        self.frames[self._codecs.get(header.id, "unknown")] += 1
        margin = self._clock.margin(header.multi_media_time)
        self.late += margin < 0
        report = self._reports.get(header.id)
        if report and (due := report.count(header.multi_media_time, margin, self._clock.local())):
            self._send(due)
