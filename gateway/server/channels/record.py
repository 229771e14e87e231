"""RECORD: sound from a client to the machine's microphone, raw or as Opus (spice server/sound.cpp).

All clients are told when the machine listens; the first that speaks is the one it hears, until that client leaves or
the machine stops listening. What the others send meanwhile is let go. A ping follows each STOP: what comes before its
answer was said before the client took the STOP, and is not of the recording that the machine may have begun since.
(START_MARK does not tell: spice-gtk sends it with its first sound, perhaps never, and its times are all 0.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from gateway.codecs.audio import OPUS_FREQUENCY, SAMPLE_BYTES, OpusDecoder, Resampler, check_frequency
from gateway.server.channel import Capabilities, RedChannel
from gateway.server.channels.sound import CHANNELS, SoundChannel, SoundClient
from gateway.server.client import RedClient
from gateway.server.interfaces import RecordInterface
from gateway.server.transport import Transport
from gateway.spice.enums import AudioDataMode, AudioFmt, ChannelType, RecordCap
from gateway.spice.errors import ProtocolError
from gateway.spice.limits import MAX_RECORD_MS
from gateway.spice.messages import common
from gateway.spice.messages import record as messages

if TYPE_CHECKING:
    from gateway.server.server import SpiceServer


class RecordClient(SoundClient):
    """One client's microphone."""

    channel: RecordChannel
    type: ClassVar[ChannelType] = ChannelType.RECORD
    volume_cap = RecordCap.VOLUME

    def __init__(
        self, channel: RedChannel, client: RedClient, transport: Transport, caps: Capabilities, *, mini_header: bool
    ) -> None:
        super().__init__(channel, client, transport, caps, mini_header=mini_header)
        self.mode = AudioDataMode.RAW
        self.start_mark: int | None = None
        """The client's multimedia time at which its sound began; None before it did."""
        self._decoder: OpusDecoder | None = None
        self._barrier: int | None = None
        """The ping behind the latest STOP, until it is answered."""

    def on_started(self) -> None:
        self.tell_levels()
        if self.channel.is_active:
            self.begin()

    def on_ended(self) -> None:
        self.channel.on_silent(self)

    def begin(self) -> None:
        """The machine listens."""
        self.start_mark = None
        self.send(messages.Start(CHANNELS, AudioFmt.S16, OPUS_FREQUENCY))

    def end(self) -> None:
        """It does not any more."""
        self.send(messages.Stop())
        self._barrier = self.send_barrier()

    # messages

    def on_pong(self, message: common.Pong) -> None:
        if self._barrier is not None and message.id >= self._barrier:
            self._barrier = None
        super().on_pong(message)

    def on_mode(self, message: messages.Mode) -> None:
        if message.mode not in (AudioDataMode.RAW, AudioDataMode.OPUS):
            raise ProtocolError(f"sound in mode {int(message.mode)}, which was not offered")
        self.mode = message.mode
        self._decoder = OpusDecoder() if self.mode is AudioDataMode.OPUS else None

    def on_start_mark(self, message: messages.StartMark) -> None:
        self.start_mark = message.time

    def on_data_message(self, message: messages.Data) -> None:
        if self._barrier is None and self.channel.hears(self):
            self.channel.take(self._samples(message.data), message.time)

    def _samples(self, data: bytes) -> bytes:
        if self._decoder is not None:
            return self._decoder.decode(data)
        if len(data) % SAMPLE_BYTES:
            raise ProtocolError(f"{len(data)} bytes are no whole samples")
        return data


class RecordChannel(SoundChannel[RecordClient]):
    """What a machine listens through; `RecordInterface.on_attached` is given it.

    ::

        record.start(44100)
        samples = record.read()     # 16-bit stereo, when `on_samples` says that some came, or at any time
        record.stop()
    """

    channel_type = ChannelType.RECORD
    client_class = RecordClient
    capabilities = (RecordCap.VOLUME, RecordCap.OPUS)

    def __init__(self, server: SpiceServer, interface: RecordInterface, id_: int = 0) -> None:
        super().__init__(server, id_)
        self.speaker: RecordClient | None = None
        """Whom the machine hears."""
        self.time = 0
        """The speaker's multimedia time of the latest sound, in milliseconds (u32)."""
        self.dropped = 0
        """Samples that the machine did not read in time."""
        self._interface = interface
        self._resampler: Resampler | None = None
        self._heard = bytearray()
        self._most = 0

    def start(self, frequency: int = OPUS_FREQUENCY) -> None:
        """Listen, to so many samples a second. Raises `UsageError` for an impossible number."""
        check_frequency(frequency)
        if self.is_active:
            self.stop()
        self.is_active = True
        self._resampler = Resampler(OPUS_FREQUENCY, frequency) if frequency != OPUS_FREQUENCY else None
        self._most = MAX_RECORD_MS * frequency // 1000 * SAMPLE_BYTES
        for connection in self.connections:
            connection.begin()

    def stop(self) -> None:
        """Listen no more; what was not read is gone."""
        if not self.is_active:
            return
        self.is_active = False
        self.speaker = None
        self._heard.clear()
        for connection in self.connections:
            connection.end()

    def read(self, most: int | None = None) -> bytes:
        """What was heard and not read yet, `most` samples of it at most: the oldest first."""
        size = len(self._heard) if most is None else most * SAMPLE_BYTES
        taken = bytes(self._heard[:size])
        del self._heard[:size]
        return taken

    def hears(self, client: RecordClient) -> bool:
        """Whether what a client says now is for the machine; who speaks first becomes the speaker."""
        if self.is_active and self.speaker is None:
            self.speaker = client
        return self.is_active and self.speaker is client

    def take(self, samples: bytes, time: int) -> None:
        """Sound of the speaker, at 48 kHz."""
        self._heard += self._resampler.resample(samples) if self._resampler else samples
        self.time = time
        if (excess := len(self._heard) - self._most) > 0:
            del self._heard[:excess]
            self.dropped += excess // SAMPLE_BYTES
        self._interface.on_samples()

    def on_silent(self, client: RecordClient) -> None:
        """A client left; if it was the speaker, the next who speaks is."""
        if self.speaker is client:
            self.speaker = None
