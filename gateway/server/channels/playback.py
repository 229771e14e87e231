"""PLAYBACK: the machine's sound to every client, raw or as Opus (spice server/sound.cpp).

Sound is cut into frames of 10 ms at 48 kHz. A frame is encoded once, however many clients take Opus. A client that is
slow has a few frames waiting and loses the oldest: it hears a gap, and nobody else notices.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, ClassVar

from gateway.codecs.audio import FRAME_SAMPLES, OPUS_FREQUENCY, Frames, OpusEncoder, Resampler, check_frequency
from gateway.server.channel import Capabilities, RedChannel
from gateway.server.channels.sound import CHANNELS, SoundChannel, SoundClient
from gateway.server.client import RedClient
from gateway.server.flow import FlowControl
from gateway.server.transport import Transport
from gateway.spice import codec
from gateway.spice.enums import AudioDataMode, AudioFmt, ChannelType, PlaybackCap
from gateway.spice.errors import UsageError
from gateway.spice.limits import MAX_PLAYBACK_FRAMES, MAX_SOUND_LATENCY_MS
from gateway.spice.messages import playback as messages

if TYPE_CHECKING:
    from gateway.server.server import SpiceServer

FRAME_MS = FRAME_SAMPLES * 1000 / OPUS_FREQUENCY
ACK_WINDOW = 40
"""Messages: enough for sound over a round trip of 0.4 s, and no more than 0.8 s of it stuck in a network."""
USUAL_LATENCY_MS = 80
"""Clients hold sound back about so long, or longer, by themselves."""
LATENCY_STEP_MS = 10
MOST_BEHIND_MS = 60
MOST_AHEAD_MS = 1000
"""A machine may give sound so much later or sooner than it is due before its time stamps begin anew."""


class PlaybackClient(SoundClient):
    """One client's loudspeaker."""

    channel: PlaybackChannel
    type: ClassVar[ChannelType] = ChannelType.PLAYBACK
    volume_cap = PlaybackCap.VOLUME

    def __init__(
        self, channel: RedChannel, client: RedClient, transport: Transport, caps: Capabilities, *, mini_header: bool
    ) -> None:
        super().__init__(channel, client, transport, caps, mini_header=mini_header)
        self.flow = FlowControl(counts_acks=True, window=ACK_WINDOW)
        opus = self.has_cap(PlaybackCap.OPUS) and self.channel.compression
        self.mode = AudioDataMode.OPUS if opus else AudioDataMode.RAW
        self.dropped = 0
        """Frames that this client was too slow for."""
        self._waiting: deque[bytes] = deque(maxlen=MAX_PLAYBACK_FRAMES)
        self._latency = USUAL_LATENCY_MS
        self._data = self._numbers[messages.Data]

    def on_started(self) -> None:
        self.send(messages.Mode(self.client.server.mm_time(), self.mode))
        self.tell_levels()
        if self.channel.is_active:
            self.begin()

    def begin(self) -> None:
        """A stream of sound begins."""
        time = self.client.server.mm_time()
        self._latency = USUAL_LATENCY_MS  # a start undoes what was told
        self.send(messages.Start(CHANNELS, AudioFmt.S16, OPUS_FREQUENCY, time))

    def play(self, payload: bytes) -> None:
        """A frame, marshalled; the oldest goes when too many wait."""
        self.dropped += len(self._waiting) == MAX_PLAYBACK_FRAMES
        self._waiting.append(payload)
        self.pump()

    def end(self) -> None:
        """The stream is over, behind what waits of it."""
        while self._waiting:
            self.send_payload(self._data, self._waiting.popleft(), droppable=True)
        self.send(messages.Stop())

    def on_room(self) -> None:
        while self._waiting and self.can_send:
            self._write(self._data, self._waiting.popleft())

    def on_ended(self) -> None:
        self._waiting.clear()

    def tell_latency(self, milliseconds: int) -> None:
        """Sound shall not be heard sooner after it came: video is that late. Small changes are passed over."""
        latency = min(milliseconds, MAX_SOUND_LATENCY_MS)
        if self.has_cap(PlaybackCap.LATENCY) and abs(latency - self._latency) >= LATENCY_STEP_MS:
            self._latency = latency
            self.send(messages.Latency(latency), key="latency")


class PlaybackChannel(SoundChannel[PlaybackClient]):
    """What a machine plays through; `PlaybackInterface.on_attached` is given it.

    ::

        playback.start(44100)
        playback.put(samples)       # as they come, 16-bit stereo: about as fast as they are to be heard
        playback.stop()

    `compression` False: everybody gets raw samples (1.5 Mbit/s).
    """

    channel_type = ChannelType.PLAYBACK
    client_class = PlaybackClient
    capabilities = (PlaybackCap.VOLUME, PlaybackCap.OPUS)
    handles_acks = True

    def __init__(self, server: SpiceServer, id_: int = 0) -> None:
        super().__init__(server, id_)
        self.compression = True
        self._frames = Frames()
        self._clock = FrameClock()
        self._resampler: Resampler | None = None
        self._encoder: OpusEncoder | None = None

    @property
    def has_listeners(self) -> bool:
        """Whether anybody hears what is played; a machine may as well be still when not."""
        return bool(self.clients)

    def start(self, frequency: int = OPUS_FREQUENCY) -> None:
        """A stream of sound begins, at so many samples a second. Raises `UsageError` for an impossible number."""
        check_frequency(frequency)
        if self.is_active:
            self.stop()
        self.is_active = True
        self._resampler = Resampler(frequency) if frequency != OPUS_FREQUENCY else None
        self._encoder = None
        self._frames.clear()
        self._clock.restart()
        for connection in self.connections:
            connection.begin()

    def put(self, samples: bytes) -> None:
        """Play interleaved 16-bit stereo. Raises `UsageError` between `stop` and `start`, and for half a sample."""
        if not self.is_active:
            raise UsageError("sound comes between start and stop")
        now = self.home.mm_time()
        for frame in self._frames.cut(self._resampler.resample(samples) if self._resampler else samples):
            self._play(frame, self._clock.next(now))

    def stop(self) -> None:
        """The stream is over; what is no whole frame of it is lost."""
        if not self.is_active:
            return
        self.is_active = False
        for connection in self.connections:
            connection.end()

    def leads(self, client: RedClient, latency: int) -> bool:
        """Whether a client hears sound, which its video follows then, and has it held back as long as video takes.

        `latency`: milliseconds from a picture's being drawn to its being shown.
        """
        if not self.is_active:
            return False
        connection = next((connection for connection in self.connections if connection.client is client), None)
        if connection is None:
            return False
        connection.tell_latency(latency)
        return True

    def _play(self, frame: bytes, time: int) -> None:
        """To each client in its mode; each mode is made once, and only if somebody wants it."""
        made: dict[AudioDataMode, bytes] = {}
        for connection in self.connections:
            if (payload := made.get(connection.mode)) is None:
                data = self._encode(frame) if connection.mode is AudioDataMode.OPUS else frame
                payload = made[connection.mode] = codec.marshal(messages.Data(time, data))
            connection.play(payload)

    def _encode(self, frame: bytes) -> bytes:
        if self._encoder is None:
            self._encoder = OpusEncoder()
        return self._encoder.encode(frame)


class FrameClock:
    """Multimedia time of frames: even as long as they come about evenly, and never far from the clock."""

    def __init__(self) -> None:
        self._due: float | None = None

    def restart(self) -> None:
        self._due = None

    def next(self, now: int) -> int:
        """The time of a frame that comes `now` (both u32 milliseconds, which wrap)."""
        if self._due is None or not -MOST_BEHIND_MS <= _difference(round(self._due), now) <= MOST_AHEAD_MS:
            self._due = float(now)
        time = round(self._due) & 0xFFFFFFFF
        self._due += FRAME_MS
        return time


def _difference(one: int, other: int) -> int:
    """`one` minus `other` on a clock that wraps."""
    return ((one - other + 0x80000000) & 0xFFFFFFFF) - 0x80000000
