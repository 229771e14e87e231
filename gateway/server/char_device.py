"""Byte devices: what USBREDIR, PORT and WEBDAV have in common (spice server/spicevmc.cpp)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

import lz4.block

from gateway.server.held_device import HeldClient, HeldDevice
from gateway.server.interfaces import StreamInterface
from gateway.server.pipe_channel import PipeChannel
from gateway.server.pipe_client import PipeClient
from gateway.spice.enums import DataCompressionType, SpicevmcCap
from gateway.spice.errors import ProtocolError, UsageError
from gateway.spice.limits import DEVICE_CHUNK_BYTES, MAX_DEVICE_WRITE, MAX_UNCOMPRESSED_BYTES
from gateway.spice.messages.spicevmc import CompressedData, Data

if TYPE_CHECKING:
    from gateway.server.server import SpiceServer

COMPRESS_FROM = 1000
"""Bytes above which a chunk is compressed if the client takes it (libspice's COMPRESS_THRESHOLD)."""


class CharDevice(HeldDevice):
    """What a machine writes bytes to.

    ::

        if not device.write(data):          # nothing of it was taken:
            self.waiting = data             # write it again in on_writable()
        device.hold(True)                   # no on_data() from now on, until
        device.hold(False)
    """

    interface: StreamInterface

    def write(self, data: bytes) -> bool:
        """Send bytes to the client. False: nothing of them was taken; `on_writable` tells when to try again.

        Raises `UsageError` for more than `MAX_DEVICE_WRITE` bytes at once.
        """
        if len(data) > MAX_DEVICE_WRITE:
            raise UsageError(f"{len(data)} bytes are too many for one write; {MAX_DEVICE_WRITE} is the most")
        holder = self._ready_holder()
        if holder is None:
            return False
        cast(StreamClient, holder).send_bytes(data)
        return True


class StreamClient(HeldClient):
    """A client's end of a byte device."""

    channel: StreamChannel

    @property
    def device(self) -> CharDevice:
        return self.channel.device

    def send_bytes(self, data: bytes) -> None:
        """Queue them in chunks, each compressed where that helps."""
        for start in range(0, len(data), DEVICE_CHUNK_BYTES):
            self.send(self._packed(data[start : start + DEVICE_CHUNK_BYTES]))

    def _packed(self, chunk: bytes) -> Data | CompressedData:
        if len(chunk) > COMPRESS_FROM and self.has_cap(SpicevmcCap.DATA_COMPRESS_LZ4):
            packed: bytes = lz4.block.compress(chunk, store_size=False)
            if len(packed) < len(chunk):
                return CompressedData(DataCompressionType.LZ4, len(chunk), packed)
        return Data(chunk)

    def on_data_message(self, message: Data) -> None:
        self.device.interface.on_data(message.data)

    def on_compressed_data(self, message: CompressedData) -> None:
        if message.type is not DataCompressionType.LZ4 or message.uncompressed_size is None:
            raise ProtocolError(f"compressed data that is {message.type.name}")
        self.device.interface.on_data(decompress(message.compressed_data, message.uncompressed_size))


class StreamChannel(PipeChannel[StreamClient]):
    """The channel of one byte device."""

    client_class: ClassVar[type[PipeClient]] = StreamClient
    capabilities: ClassVar[tuple[int, ...]] = (SpicevmcCap.DATA_COMPRESS_LZ4,)

    def __init__(self, server: SpiceServer, id_: int, device: CharDevice) -> None:
        super().__init__(server, id_)
        self.device = device


def decompress(packed: bytes, size: int) -> bytes:
    """An LZ4 block of `size` bytes. Raises `ProtocolError`; no more than the limit is allocated."""
    if size > MAX_UNCOMPRESSED_BYTES:
        raise ProtocolError(f"{size} bytes of compressed data, more than {MAX_UNCOMPRESSED_BYTES}")
    try:
        data: bytes = lz4.block.decompress(packed, uncompressed_size=size)
    except lz4.block.LZ4BlockError as error:
        raise ProtocolError("a malformed LZ4 block") from error
    if len(data) != size:
        raise ProtocolError(f"an LZ4 block of {len(data)} bytes, not {size}")
    return data
