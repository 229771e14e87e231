"""What PLAYBACK and RECORD have in common: the machine's volume and mute, as its clients are told them.

The machine's own sliders only set how loud clients are to be; samples are not changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import index
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, TypeVar

from gateway.server.pipe_channel import PipeChannel
from gateway.server.pipe_client import PipeClient
from gateway.spice.errors import UsageError
from gateway.spice.messages.playback import Mute, Volume

if TYPE_CHECKING:
    from gateway.server.server import SpiceServer

CHANNELS: Final = 2
FULL_VOLUME: Final = 0xFFFF
MAX_VOLUMES: Final = 0xFF
"""Of one message: their number is a byte."""


class SoundClient(PipeClient):
    """One client's loudspeaker or microphone."""

    channel: SoundChannel[Any]
    volume_cap: ClassVar[int]
    """The channel's capability without which a client is told neither volume nor mute."""

    def tell_levels(self) -> None:
        """How things stand, to a client that has just come; nothing as long as the machine has nothing to tell."""
        if self.channel.volume is not None:
            self.tell_volume()
            self.tell_mute()

    def tell_volume(self) -> None:
        if self.has_cap(self.volume_cap) and self.channel.volume is not None:
            self.send(Volume(list(self.channel.volume)), key="volume")

    def tell_mute(self) -> None:
        if self.has_cap(self.volume_cap):
            self.send(Mute(int(self.channel.mute)), key="mute")


S = TypeVar("S", bound=SoundClient)


class SoundChannel(PipeChannel[S], Generic[S]):
    """Sound in one direction, which starts and stops."""

    def __init__(self, server: SpiceServer, id_: int = 0) -> None:
        super().__init__(server, id_)
        self.is_active = False
        self.volume: tuple[int, ...] | None = None
        """One for each ear, 0 to 65535; None as long as the machine has none to tell."""
        self.mute = False

    def set_volume(self, volume: Sequence[int]) -> None:
        """The machine's own volume, 0 to 65535 for each ear (or one for both): clients set their devices so.

        Raises `UsageError` for what is no volume.
        """
        levels = tuple(map(index, volume))
        if not 0 < len(levels) <= MAX_VOLUMES or any(not 0 <= level <= FULL_VOLUME for level in levels):
            raise UsageError(f"{levels[:8]} is no volume")
        self.volume = levels
        for connection in self.connections:
            connection.tell_volume()

    def set_mute(self, mute: bool) -> None:
        """The machine is muted on its own side."""
        self.mute = mute
        if self.volume is None:
            self.volume = (FULL_VOLUME,) * CHANNELS
        for connection in self.connections:
            connection.tell_mute()
