"""The server core under fire: every interface that a machine can have, each of which reads what it gets."""

from __future__ import annotations

import math

from gateway.codecs.audio import FRAME_BYTES
from gateway.machines.demo.apps import APPS
from gateway.machines.devices.smartcard import SmartcardReader
from gateway.machines.devices.usb import UsbPort
from gateway.server.agent_link import AgentLink
from gateway.server.channels.playback import PlaybackChannel
from gateway.server.channels.port import PortDevice
from gateway.server.channels.record import RecordChannel
from gateway.server.client import RedClient
from gateway.server.display.surface import Surface
from gateway.server.display.worker import QXLWorker
from gateway.server.interfaces import (
    AgentInterface,
    Interface,
    KeyboardInterface,
    MouseInterface,
    NetWireInterface,
    PlaybackInterface,
    PortInterface,
    QXLInterface,
    RecordInterface,
    TabletInterface,
    WebdavInterface,
)
from gateway.server.server import SpiceServer
from gateway.server.tunnel import Service, Tunnel
from gateway.spice import agent
from gateway.spice.agent import RawMessage
from gateway.spice.caps import to_words
from gateway.spice.enums import AgentCap, MouseButtonMask
from tests.codecs.image.scenes import desktop
from tests.machines.demo.serving import ServingDemo
from tests.serving_core import ServingCore

WIDTH, HEIGHT = 320, 200
CAPS = to_words([AgentCap.CLIPBOARD_BY_DEMAND, AgentCap.CLIPBOARD_SELECTION, AgentCap.MONITORS_CONFIG])


class Keyboard(KeyboardInterface):
    """Counts what it gets, and fails from a number on: the fuzzer has to notice."""

    pressed = 0
    most: float = math.inf

    def push_scan_code(self, code: int) -> None:
        self.pressed += 1
        if not 0 <= code <= 0xFF or self.pressed > self.most:
            raise ValueError(f"scancode {code} is too much for this keyboard")


class Mouse(MouseInterface):
    def motion(self, dx: int, dy: int, dz: int, buttons: MouseButtonMask) -> None: ...

    def buttons(self, buttons: MouseButtonMask) -> None: ...


class Tablet(TabletInterface):
    def position(self, x: int, y: int, display_id: int, buttons: MouseButtonMask) -> None: ...

    def wheel(self, steps: int, buttons: MouseButtonMask) -> None: ...

    def buttons(self, buttons: MouseButtonMask) -> None: ...


class Agent(AgentInterface):
    """Reads every message, and gives a clipboard back to who sent one."""

    def on_attached(self, agent: AgentLink) -> None:
        self.link = agent

    def on_client_started(self, client: RedClient) -> None:
        self.link.send(agent.AnnounceCapabilities(1, CAPS), to=client)

    def on_message(self, client: RedClient, message: RawMessage) -> None:
        content = agent.decode(message)
        if isinstance(content, agent.Clipboard):
            self.link.send(content, to=client)


class Adapter(QXLInterface):
    """Draws a little whenever it is asked to."""

    surface: Surface

    def on_attached(self, worker: QXLWorker) -> None:
        self.worker = worker
        self.surface = worker.create_primary_surface(WIDTH, HEIGHT)
        self.surface.copy(self.surface.bounds, desktop(WIDTH, HEIGHT))

    def draw(self, seed: int) -> None:
        self.surface.pixels[seed % HEIGHT, :, seed % 3] ^= 0x5A
        self.surface.damage(self.surface.bounds)
        self.worker.move_cursor(seed % WIDTH, seed % HEIGHT)


class _Echo(PortInterface):
    """Sends back what it gets, and takes no more while that waits."""

    _waiting = b""

    def on_attached(self, port: PortDevice) -> None:
        self.port = port
        port.opened = True

    def on_data(self, data: bytes) -> None:
        self._waiting = data
        self.on_writable()

    def on_writable(self) -> None:
        if self._waiting and self.port.write(self._waiting):
            self._waiting = b""
        self.port.hold(bool(self._waiting))

    def on_disconnected(self) -> None:
        self._waiting = b""
        self.port.hold(False)


class Port(_Echo):
    name = "org.example.echo"


class Folder(_Echo, WebdavInterface):
    name = WebdavInterface.name


class Socket:
    """A connection to a service that says back what it hears, and ends when the service does."""

    def __init__(self, tunnel: Tunnel, service: Service) -> None:
        self._socket = tunnel.connect(service, self)

    def on_opened(self) -> None:
        self._socket.write(b"hello")

    def on_data(self, data: bytes) -> None:
        self._socket.write(data)

    def on_fin(self) -> None:
        self._socket.send_fin()

    def on_closed(self) -> None: ...

    def on_writable(self) -> None: ...


class Wire(NetWireInterface):
    """Connects to whatever a client offers."""

    def on_attached(self, tunnel: Tunnel) -> None:
        self._tunnel = tunnel

    def on_service_added(self, service: Service) -> None:
        Socket(self._tunnel, service)


class Microphone(RecordInterface):
    """Listens all the time, and lets go of what it hears."""

    def on_attached(self, record: RecordChannel) -> None:
        self._record = record
        record.set_volume([1000])
        record.start(44100)

    def on_samples(self) -> None:
        self._record.read()


class Loudspeaker(PlaybackInterface):
    """Plays a moment of something whenever it is asked to."""

    def on_attached(self, playback: PlaybackChannel) -> None:
        self._playback = playback
        playback.set_volume([1000])
        playback.start()

    def play(self, seed: int) -> None:
        self._playback.put(seed.to_bytes(2, "little") * (FRAME_BYTES // 2))


class Everything(ServingCore):
    """A server with all of them."""

    most_growth = 100 << 20
    """Bytes by which the process may grow once it is warm: a queue without bounds passes any number."""

    def make_server(self) -> SpiceServer:
        server = super().make_server()
        self.adapter, self.keyboard, self.loudspeaker = Adapter(), Keyboard(), Loudspeaker()
        interfaces: list[Interface] = [
            self.adapter, self.keyboard, self.loudspeaker, Microphone(), Mouse(), Tablet(), Agent(), Port(), Folder(),
            UsbPort(), SmartcardReader(), Wire(),
        ]  # fmt: skip
        for interface in interfaces:
            server.add_interface(interface)
        return server

    def stir(self, seed: int) -> None:
        """Have something happen (u16)."""
        self.adapter.draw(seed)
        self.loudspeaker.play(seed)


class Demo(ServingDemo):
    """The demo machine, on which somebody opens and closes windows."""

    most_growth = 600 << 20
    """Two monitors as large as clients may ask for take a third of it, and are encoded into another."""

    def stir(self, seed: int) -> None:
        """Have something happen."""
        self.demo.launch(APPS[seed % len(APPS)].name)
