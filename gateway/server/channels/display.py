"""DISPLAY: the picture, to each client in the form that suits it (spice server/display-channel.cpp, dcc*.cpp)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from gateway.codecs.image import GlzEncoder, GlzWindow
from gateway.codecs.video import ENCODERS, VideoEncoder
from gateway.server.channel import Capabilities, RedChannel
from gateway.server.channels.playback import PlaybackChannel
from gateway.server.client import RedClient
from gateway.server.closing import CloseCode, Closing
from gateway.server.display.drawn import Snapshot
from gateway.server.display.encoding import Choice, Plan
from gateway.server.display.image_cache import ImageCache
from gateway.server.display.ops import CreateSurface, Draw, Op, Payload
from gateway.server.display.picture import PicturePipe
from gateway.server.display.region import Region
from gateway.server.display.screen import Screen, Watcher
from gateway.server.display.sender import Outlet, Sender, invalidation
from gateway.server.display.streams import Streams
from gateway.server.display.surface import PRIMARY, Surface
from gateway.server.display.videos import Video
from gateway.server.flow import FlowControl
from gateway.server.pipe_channel import PipeChannel
from gateway.server.pipe_client import PipeClient
from gateway.server.transport import Transport
from gateway.spice import codec
from gateway.spice.enums import ChannelType, DisplayCap, VideoCodecType
from gateway.spice.errors import ProtocolError
from gateway.spice.limits import DICTIONARY_PIXELS, DISPLAY_INIT_SECONDS
from gateway.spice.messages import display as messages

if TYPE_CHECKING:
    from gateway.server.core import Timer
    from gateway.server.display.worker import Monitor
    from gateway.server.server import SpiceServer

QUIET_SECONDS = 0.5
"""What was sent nearly becomes exact when it has not changed for so long."""

FAR_SECONDS = 0.01
"""Where MAIN's round trip takes longer, the link is taken for slow until its rate is known."""

SLOW_RATE = 1_000_000
"""Bytes a second that such a link is supposed to carry."""

Encoder = type[VideoEncoder]

_CODEC_CAPS = {
    VideoCodecType.MJPEG: DisplayCap.CODEC_MJPEG,
    VideoCodecType.VP8: DisplayCap.CODEC_VP8,
    VideoCodecType.VP9: DisplayCap.CODEC_VP9,
    VideoCodecType.H264: DisplayCap.CODEC_H264,
}

NO_INIT = Closing(CloseCode.PROTOCOL, "The client did not begin the display channel in time.")


class DisplayClient(PipeClient, Watcher, Outlet):
    """One client's view of a screen, from its INIT on."""

    channel: DisplayChannel
    type: ClassVar[ChannelType] = ChannelType.DISPLAY

    def __init__(
        self, channel: RedChannel, client: RedClient, transport: Transport, caps: Capabilities, *, mini_header: bool
    ) -> None:
        super().__init__(channel, client, transport, caps, mini_header=mini_header)
        self.account = PicturePipe()
        self.cache_id = self.glz_id = -1
        self.cache: ImageCache | None = None
        self.glz: GlzEncoder | None = None
        self._sender: Sender | None = None
        self._choice = Choice()
        reports, sized = self.has_cap(DisplayCap.STREAM_REPORT), self.has_cap(DisplayCap.SIZED_STREAM)
        self._streams = Streams(self, reports=reports, sized=sized)
        self._pings: FlowControl | None = None
        """MAIN's, whose round trip is known from its beginning, and is the client's own behind whatever proxy."""
        self._monitors_due = self._is_cut_off = False
        self._changed_lately = False
        self._deadline: Timer | None = None
        self._refining: Timer | None = None

    def on_started(self) -> None:
        self._deadline = self.channel.core.call_later(DISPLAY_INIT_SECONDS, self.on_late)

    def on_late(self) -> None:
        """The client has had its time for INIT."""
        self.disconnect(NO_INIT)

    def on_closing(self, closing: Closing) -> None:
        self._is_cut_off = self.transport.closed or self.transport.unsent > 0 or bool(self.pipe)
        super().on_closing(closing)

    def on_ended(self) -> None:
        for timer in (self._deadline, self._refining):
            if timer is not None:
                timer.cancel()
        self._streams.close()
        if self._sender is not None:
            is_used = self.glz is not None and self.glz.is_used
            if self._sender.owes_numbers or (self._is_cut_off and is_used):
                self._give_up_dictionary()
            self._sender = None
            self.screen.remove(self)
        if self.cache is not None:
            self.cache.leave(self)
        if self.glz is not None:
            self.glz.close()

    # the screen's side

    def on_op(self, op: Op) -> None:
        if isinstance(op, CreateSurface):
            self.account.create(self.screen.surfaces[op.surface], op)
        elif isinstance(op, Draw) and op.needs is not None and not self.has_cap(op.needs):
            self.account.damage(op.surface, Region((op.box,)))
        else:
            self.account.push(op)

    def on_damage(self, surface: Surface, region: Region) -> None:
        self.account.damage(surface.id, region)
        self._changed_lately = True

    def on_frame(self, surface: Surface, video: Video) -> None:
        if not self._streams.on_frame(video, self.account.pictures[surface.id]):
            self.on_damage(surface, video.visible)

    def on_video_over(self, video: Video) -> None:
        self._streams.on_over(video)

    def on_settled(self) -> None:
        self.guard(self.advance)

    def on_room(self) -> None:
        self.advance()

    def advance(self) -> None:
        """Send what can be sent."""
        if self._sender is not None:
            if len(self._streams):
                self._streams.on_link(self.rate)
            self._sender.advance()

    def wake(self) -> None:
        """A picture was encoded."""
        if self.connected:
            self.guard(self.advance)

    # the sender's side

    def plan(self, snapshot: Snapshot, *, exact: bool) -> Plan:
        """How a picture is to be encoded for this client."""
        return self._choice.plan(snapshot.area, self.rate, alpha=snapshot.has_alpha, exact=exact)

    @property
    def screen(self) -> Screen:
        return self.channel.screen

    @property
    def rate(self) -> float:
        known = self.flow.rate
        if known is not None and self.flow.is_limited:
            return known
        trip = self._pings.round_trip if self._pings is not None else None
        return max(SLOW_RATE, known or 0) if trip is not None and trip > FAR_SECONDS else math.inf

    def news(self) -> list[Payload]:
        primary = self.account.pictures.get(PRIMARY)
        out = self._streams.beginnings(primary) if primary is not None else []
        if self._monitors_due:
            self._monitors_due = False
            out.append(Payload(messages.MonitorsConfig, codec.marshal(self.channel.monitors)))
        return out

    def endings(self) -> list[Payload]:
        return self._streams.endings()

    def frame(self) -> Payload | None:
        return self._streams.frame()

    def send_together(self, payloads: Sequence[Payload]) -> None:
        """Send messages in as few writes as can be."""
        self.send_payloads((self._numbers[kind], data) for kind, data in payloads)

    def shown_after(self, latency: int) -> int:
        sounds = [channel for channel in self.client.server.channels if isinstance(channel, PlaybackChannel)]
        return 0 if any(sound.leads(self.client, latency) for sound in sounds) else latency

    def on_lossy(self) -> None:
        """A picture left that is not exact."""
        if self._refining is None:
            self._changed_lately = False
            self._refining = self.channel.core.call_later(QUIET_SECONDS, self.guard, self._refine)

    def _refine(self) -> None:
        self._refining = None
        if not self.connected or self._sender is None or not self.account.is_lossy:
            return
        if self._changed_lately or not self._sender.is_idle or not self.can_send:
            self.on_lossy()
            return
        self.account.refine()
        self.advance()

    # the machine's side

    def on_monitors(self) -> None:
        """The monitors are others now."""
        self._monitors_due = self.has_cap(DisplayCap.MONITORS_CONFIG)

    def forget(self, ids: list[int]) -> None:
        """Pictures of this channel had to make room for another's."""
        kind, data = invalidation(ids)
        self.send_payload(self._numbers[kind], data)

    # messages

    def on_init(self, message: messages.Init) -> None:
        if self._sender is not None:
            raise ProtocolError("a display channel begins once")
        if self._deadline is not None:
            self._deadline.cancel()
        main = self.client.main
        self._pings = main.flow if isinstance(main, PipeClient) else None
        self._share_caches(message)
        self._choice.lz4, self._choice.glz = self.has_cap(DisplayCap.LZ4_COMPRESSION), self.glz
        self._streams.set_encoders(self._encoders([]))
        self._sender = Sender(self)
        self.on_monitors()
        self.screen.add(self)

    def _share_caches(self, message: messages.Init) -> None:
        """Channels of a client that name the same cache, or dictionary, have it together."""
        self.cache_id, self.glz_id = message.pixmap_cache_id, message.glz_dictionary_id
        others = self._others
        if message.pixmap_cache_size > 0:
            shared = (other.cache for other in others if other.cache_id == self.cache_id)
            self.cache = next(shared, None) or ImageCache(message.pixmap_cache_size)
        if message.glz_dictionary_window_size > 0:
            pixels = min(message.glz_dictionary_window_size, DICTIONARY_PIXELS)
            window = self.client.glz_windows.setdefault(self.glz_id, GlzWindow(pixels))
            self.glz = window.encoder() if window.is_whole else None

    @property
    def _others(self) -> list[DisplayClient]:
        """The client's other display channels."""
        return [link for link in self.client.channel_clients if isinstance(link, DisplayClient) and link is not self]

    def _give_up_dictionary(self) -> None:
        """A picture that has its number there may not come: the client would keep all that come after it."""
        if self.glz is None:
            return
        window = self.glz.window
        window.is_whole = False
        for other in self._others:
            if other.glz is not None and other.glz.window is window:
                other.glz.close()
                other.glz = other._choice.glz = None

    def on_preferred_compression(self, message: messages.PreferredCompression) -> None:
        self._choice.preferred = message.image_compression

    def on_preferred_video_codec_type(self, message: messages.PreferredVideoCodecType) -> None:
        self._streams.set_encoders(self._encoders(message.codecs))
        self.advance()

    def on_stream_report(self, message: messages.StreamReport) -> None:
        self._streams.on_report(message)
        self.advance()

    def _encoders(self, preferred: Sequence[VideoCodecType]) -> list[Encoder]:
        """Those that the client can play, the preferred ones first; an old client plays MJPEG only."""
        multi = self.has_cap(DisplayCap.MULTI_CODEC)
        able = [encoder for codec_, encoder in ENCODERS.items() if self._plays(codec_, multi=multi)]
        first = [ENCODERS[codec_] for codec_ in dict.fromkeys(preferred) if ENCODERS.get(codec_) in able]
        return first + [encoder for encoder in able if encoder not in first]

    def _plays(self, video: VideoCodecType, *, multi: bool) -> bool:
        return self.has_cap(_CODEC_CAPS[video]) if multi else video is VideoCodecType.MJPEG

    def on_gl_draw_done(self, message: messages.GlDrawDone) -> None:
        raise ProtocolError("a GL drawing is done that nobody asked for")


class DisplayChannel(PipeChannel[DisplayClient]):
    """One display adapter's screen."""

    channel_type = ChannelType.DISPLAY
    client_class = DisplayClient
    capabilities = (
        DisplayCap.MONITORS_CONFIG,
        DisplayCap.PREF_COMPRESSION,
        DisplayCap.PREF_VIDEO_CODEC_TYPE,
        DisplayCap.STREAM_REPORT,
    )
    handles_acks = True

    def __init__(self, server: SpiceServer, id_: int = 0) -> None:
        super().__init__(server, id_)
        self.screen = Screen(server.core, server.mm_time, id_)
        self.monitors = messages.MonitorsConfig(1, [])

    def set_monitors(self, heads: Sequence[Monitor], max_allowed: int) -> None:
        """Which monitors show which part of the primary surface."""
        wire = [
            messages.Head(head.id, PRIMARY, head.rect.width, head.rect.height, head.rect.left, head.rect.top, 0)
            for head in heads
        ]
        self.monitors = messages.MonitorsConfig(max_allowed, wire)
        for connection in self.connections:
            connection.on_monitors()
        self.screen.schedule()
