"""The streams of one client: videos of the screen, each through an encoder of the client's own.

A frame is encoded when the one before has left. Who takes them slowly gets fewer, always the newest; who keeps up gets
every one. A stream is where a video is seen; what hangs over it is sent as pixels and clipped out of the stream.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from gateway.codecs.image import Pixels
from gateway.codecs.video import VideoEncoder
from gateway.server.display.ops import Payload, wire_clip
from gateway.server.display.region import Rect, Region
from gateway.server.display.stream_rate import UNPLAYABLE, StreamRate
from gateway.server.display.surface import PRIMARY
from gateway.spice import codec
from gateway.spice.enums import StreamFlags, VideoCodecType
from gateway.spice.limits import MAX_STREAMS
from gateway.spice.messages import display as messages
from gateway.spice.wire import Message

if TYPE_CHECKING:
    from gateway.server.core import Timer
    from gateway.server.display.picture import Picture
    from gateway.server.display.sender import Outlet
    from gateway.server.display.videos import Video

MOST_WAITING: Final = 2
"""Pictures that wait for the encoder, which may take longer for one of them."""

TOLERANCE: Final = 0.9
"""Pictures do not come quite evenly."""

REPORT_FRAMES: Final = 5
REPORT_MILLISECONDS: Final = 1000
"""How often clients are to report, as libspice asks for it."""


class Shot(NamedTuple):
    """A picture of a video: when it is to be shown (multimedia time), where, and what."""

    shown: int
    box: Rect
    pixels: Pixels


class Stream:
    """One video at one client. `id` names it there."""

    def __init__(self, id_: int, video: Video, outlet: Outlet, encoder: type[VideoEncoder]) -> None:
        self.id = id_
        self.video = video
        self.box = video.box
        """Where it plays now."""
        self.rate = StreamRate(video.box.area, video.interval, encoder.codec)
        self.is_told = False
        """Whether the client knows of it."""
        self.clip = Region((video.box,))
        """As the client knows it."""
        self.drops = 0
        """Pictures that the client will never see."""
        self._outlet = outlet
        self._encoder = encoder(video.box.width, video.box.height, self.rate.bit_rate, 1 / video.interval)
        self._home = video.box
        self._waiting: deque[Shot] = deque()
        self._encoding: asyncio.Future[tuple[Payload, float]] | None = None
        self._is_due = False
        """Whether the newest picture is to be encoded."""
        self._started = 0.0
        self._timer: Timer | None = None

    @property
    def codec(self) -> VideoCodecType:
        return self._encoder.codec

    def on_picture(self) -> None:
        """The video changed."""
        if self._encoding is not None and not self._encoding.done():
            self._waiting.append(self._snapshot())
            if len(self._waiting) > MOST_WAITING:
                self._waiting.popleft()
                self.drops += 1
            return
        self._give_up_for_newest()
        if self._encoding is None:
            self._go_on()

    def take(self) -> Payload | None:
        """A frame that is ready to leave. Raises what the encoder raised."""
        if self._encoding is None or not self._encoding.done():
            return None
        frame, seconds = self._encoding.result()
        self._encoding = None
        self.rate.on_encoded(seconds)
        self._go_on()
        return frame

    def close(self) -> None:
        """It is over."""
        if self._timer is not None:
            self._timer.cancel()

    def _go_on(self) -> None:
        """Encode the next picture, if there is one and it is time."""
        if self._timer is not None or not (self._waiting or self._is_due):
            return
        core = self._outlet.screen.core
        wait = self._started + self.rate.least_interval * TOLERANCE - core.now()
        if wait > 0:
            self._give_up_for_newest()
            self._timer = core.call_later(wait, self._on_time)
        elif self._waiting:
            self._start(self._waiting.popleft())
        else:
            self._on_time()

    def _give_up_for_newest(self) -> None:
        """Of what waits, only the newest picture is to be encoded."""
        self.drops += len(self._waiting) + self._is_due
        self._waiting.clear()
        self._is_due = True

    def _on_time(self) -> None:
        self._timer = None
        self._is_due = False
        self._start(self._snapshot())

    def _snapshot(self) -> Shot:
        """The newest picture."""
        screen = self._outlet.screen
        surface = screen.surfaces[PRIMARY]
        shown = (screen.mm_time() + self._outlet.shown_after(self.rate.latency)) & 0xFFFFFFFF
        return Shot(shown, self.box, screen.sharing.snapshot(surface, self.box).pixels)

    def _start(self, shot: Shot) -> None:
        core = self._outlet.screen.core
        self._started = core.now()
        self._encoder.set_bit_rate(self.rate.bit_rate)
        self._encoding = core.run(self._encode, shot)
        self._encoding.add_done_callback(lambda _: self._outlet.wake())

    def _encode(self, shot: Shot) -> tuple[Payload, float]:
        """In a thread: the frame, and the seconds that it took."""
        began = time.thread_time()
        data = self._encoder.encode(shot.pixels, shot.shown)
        header, box = messages.StreamDataHeader(self.id, shot.shown), shot.box
        frame = (
            messages.StreamData(header, data)
            if box == self._home
            else messages.StreamDataSized(header, box.width, box.height, box.wire, data)
        )
        return payload(frame), time.thread_time() - began


class Streams:
    """All streams of one client. `sized`: it shows frames elsewhere than where their stream began."""

    def __init__(self, outlet: Outlet, *, reports: bool, sized: bool) -> None:
        self._outlet = outlet
        self._sized = sized
        self._reports = reports
        self._encoders: Sequence[type[VideoEncoder]] = ()
        self._streams: dict[int, Stream] = {}
        self._over: list[Stream] = []
        """Those that the client still has to be told to end."""
        self._unplayable: set[VideoCodecType] = set()
        self._last_id = -1

    def __len__(self) -> int:
        return len(self._streams)

    def close(self) -> None:
        """The client is gone."""
        for stream in self._streams.values():
            stream.close()
        self._streams.clear()

    def set_encoders(self, encoders: Sequence[type[VideoEncoder]]) -> None:
        """What the client can play, best first. Streams of others begin anew."""
        self._encoders = encoders
        for stream in list(self._streams.values()):
            best = self._encoder_for(stream.box)
            if best is None or best.codec is not stream.codec:
                self._end(stream)

    # the screen's side

    def on_frame(self, video: Video, picture: Picture) -> bool:
        """A video changed. False: it is no stream for this client."""
        stream = self._stream_of(video)
        if stream is not None and stream.box != video.box:
            if self._sized:
                stream.box = video.box
            else:
                self._end(stream)
                stream = None
        stream = stream or self._begin(video)
        if stream is None:
            return False
        picture.show_video(stream.id, video.visible)
        stream.on_picture()
        return True

    def on_over(self, video: Video) -> None:
        """A video is over: its pixels are to be sent as they are."""
        if (stream := self._stream_of(video)) is not None:
            self._end(stream)

    # the sender's side

    def endings(self) -> list[Payload]:
        """Streams that the client is to forget."""
        over, self._over = self._over, []
        return [payload(messages.StreamDestroy(stream.id)) for stream in over]

    def beginnings(self, picture: Picture) -> list[Payload]:
        """Streams that the client does not know of yet, and clips that changed."""
        out = []
        for stream in self._streams.values():
            visible = picture.videos[stream.id]
            if not stream.is_told:
                out += self._creation(stream, visible)
            elif stream.clip != visible:
                out.append(payload(messages.StreamClip(stream.id, wire_clip(visible))))
            stream.clip = visible
        return out

    def frame(self) -> Payload | None:
        """A frame that is ready to leave."""
        for id_, stream in self._streams.items():
            if stream.is_told and (frame := stream.take()) is not None:
                self._streams[id_] = self._streams.pop(id_)  # the others' turn is before its next
                return frame
        return None

    def on_link(self, rate: float) -> None:
        """So many bytes a second go through."""
        for stream in self._streams.values():
            stream.rate.on_link(rate, len(self._streams))

    def on_report(self, report: messages.StreamReport) -> None:
        """The client tells how a stream goes; of one that is over, it may not know that yet."""
        stream = self._streams.get(report.stream_id)
        if stream is None:
            return
        if not report.num_frames and report.num_drops == UNPLAYABLE:
            self._unplayable.add(stream.codec)
            self.set_encoders(self._encoders)
        else:
            stream.rate.on_report(report)

    def _stream_of(self, video: Video) -> Stream | None:
        return next((stream for stream in self._streams.values() if stream.video is video), None)

    def _encoder_for(self, box: Rect) -> type[VideoEncoder] | None:
        playable = (encoder for encoder in self._encoders if encoder.codec not in self._unplayable)
        return next((encoder for encoder in playable if encoder.takes(box.width, box.height)), None)

    def _begin(self, video: Video) -> Stream | None:
        encoder, id_ = self._encoder_for(video.box), self._free_id()
        if encoder is None or id_ is None:
            return None
        self._last_id = id_
        stream = self._streams[id_] = Stream(id_, video, self._outlet, encoder)
        return stream

    def _free_id(self) -> int | None:
        """One that was not used for long: late reports of a stream that is over are not to be taken for another's.

        (spice-gtk reports each frame of a stream that it cannot play, by nothing but the stream's id.)
        """
        taken = {*self._streams, *(stream.id for stream in self._over)}
        ids = ((self._last_id + step) % MAX_STREAMS for step in range(1, MAX_STREAMS + 1))
        return next((id_ for id_ in ids if id_ not in taken), None)

    def _end(self, stream: Stream) -> None:
        del self._streams[stream.id]
        stream.close()
        if stream.is_told:
            self._over.append(stream)
        picture = self._outlet.account.pictures.get(PRIMARY)
        if picture is not None:
            picture.end_video(stream.id)

    def _creation(self, stream: Stream, visible: Region) -> list[Payload]:
        stream.is_told = True
        box = stream.box
        size = (box.width, box.height)
        create = messages.StreamCreate(
            PRIMARY, stream.id, StreamFlags.TOP_DOWN, stream.codec, 0, *size, *size, box.wire, wire_clip(visible)
        )
        out = [payload(create)]
        if self._reports:
            activate = messages.StreamActivateReport(stream.id, stream.id + 1, REPORT_FRAMES, REPORT_MILLISECONDS)
            out.append(payload(activate))
        return out


def payload(message: Message) -> Payload:
    return Payload(type(message), codec.marshal(message))
