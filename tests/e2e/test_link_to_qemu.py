"""Our side of the wire, without a gateway between, against QEMU's: link, framing and every message it sends."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from gateway.spice import codec
from gateway.spice.enums import ChannelType, Direction, LinkErr
from gateway.spice.errors import LinkRefused
from gateway.spice.framing import Frame, HeaderScanner, MessageReader, frame
from gateway.spice.link import Linked
from gateway.spice.link_client import LinkClient
from gateway.spice.messages.display import Init as DisplayInit
from gateway.spice.messages.main import Init as MainInit
from gateway.spice.wire import Message
from tests.e2e.program import PATIENCE
from tests.e2e.qemu import FirmwareQemu

pytestmark = pytest.mark.e2e

ATTACH_CHANNELS, DISPLAY_INIT = 104, 101
MINI = pytest.mark.parametrize("mini", [True, False], ids=["mini", "full"])


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FirmwareQemu]:
    with FirmwareQemu(tmp_path_factory.mktemp("qemu"), "qxl") as started:
        started.wait_for_screen()
        yield started


class Channel:
    """One channel of ours, over a blocking socket. What comes is framed, decoded, and looked at as the relay would."""

    def __init__(self, port: int, type_: ChannelType, connection_id: int, password: str, *, mini: bool) -> None:
        self.type = type_
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        link = LinkClient(connection_id, type_, 0, [8 if mini else 0], [0xFFFF], password)
        linked = self._link(link)
        assert linked.mini_header is mini
        self.mini = mini
        self.scanner = HeaderScanner(type_, Direction.SERVER, mini)
        self.reader = MessageReader(type_, Direction.SERVER, mini)
        self._take(linked.trailing)

    def _link(self, link: LinkClient) -> Linked:
        while True:
            self.socket.sendall(link.data_to_send())
            for event in link.events_received():
                if isinstance(event, Linked):
                    return event
            if data := self.socket.recv(65536):
                link.receive_data(data)
            else:
                link.receive_eof()

    def _take(self, data: bytes) -> None:
        self.scanner.feed(data)
        self.reader.feed(data)

    def send(self, number: int, payload: bytes = b"") -> None:
        self.socket.sendall(frame(number, payload, self.mini, 1))

    def messages_until(self, kind: str) -> list[Message]:
        """Everything up to the first message of this class."""
        found: list[Message] = []
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            for message in self.reader:
                found.append(self._decode(message))
                if type(found[-1]).__name__ == kind:
                    return found
            self._take(self.socket.recv(65536))
        raise TimeoutError(f"no {kind} came")

    def _decode(self, message: Frame) -> Message:
        return codec.demarshal(self.type, Direction.SERVER, message.number, message.payload)


@MINI
def test_session_with_qemu_is_linked_framed_and_understood(machine: FirmwareQemu, mini: bool) -> None:
    with ExitStack() as open_channels:
        main = Channel(machine.port, ChannelType.MAIN, 0, machine.password, mini=mini)
        open_channels.enter_context(main.socket)
        (*_, init) = main.messages_until("Init")
        assert isinstance(init, MainInit)
        main.send(ATTACH_CHANNELS)
        main.messages_until("ChannelsList")
        for type_, awaited in (
            (ChannelType.INPUTS, "Init"),
            (ChannelType.CURSOR, "Init"),
            (ChannelType.DISPLAY, "DrawCopy"),
        ):
            channel = Channel(machine.port, type_, init.session_id, machine.password, mini=mini)
            open_channels.enter_context(channel.socket)
            if type_ is ChannelType.DISPLAY:
                channel.send(DISPLAY_INIT, codec.marshal(DisplayInit(1, 20 << 20, 1, 16 << 20)))
            channel.messages_until(awaited)
            assert channel.scanner.messages > 0


def test_qemu_refuses_a_wrong_password(machine: FirmwareQemu) -> None:
    with pytest.raises(LinkRefused) as refused:
        Channel(machine.port, ChannelType.MAIN, 0, "guessed", mini=True)
    assert refused.value.code is LinkErr.PERMISSION_DENIED


def test_qemu_refuses_a_channel_of_no_session(machine: FirmwareQemu) -> None:
    with pytest.raises(LinkRefused) as refused:
        Channel(machine.port, ChannelType.DISPLAY, 12345, machine.password, mini=True)
    assert refused.value.code is LinkErr.BAD_CONNECTION_ID
