"""From an `Endpoint` to a connected `Transport`."""

from __future__ import annotations

import asyncio
import socket
import ssl

from websockets.client import ClientProtocol
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

from gateway.machines.relay.endpoint import Endpoint, EndpointError, Scheme
from gateway.server.closing import ChannelClosed, CloseCode
from gateway.server.core import Core
from gateway.server.transport import Data, StreamTransport, Transport
from gateway.server.websocket import WebSocketTransport
from gateway.spice.errors import ProtocolError
from gateway.spice.limits import CONNECT_SECONDS

SUBPROTOCOL = Subprotocol("binary")


async def dial(core: Core, endpoint: Endpoint, *, secured: bool, seconds: float = CONNECT_SECONDS) -> Transport:
    """Connect; `secured` asks for TLS where the endpoint leaves a choice. Raises `ChannelClosed` with a sentence."""
    try:
        async with asyncio.timeout(seconds):
            stream = await _connect(core, endpoint, secured)
            if endpoint.scheme in (Scheme.WS, Scheme.WSS):
                return await _upgrade(stream, endpoint)
            return stream
    except TimeoutError:
        raise ChannelClosed(CloseCode.MACHINE_AWAY, "The machine does not answer.") from None
    except ssl.SSLCertVerificationError as error:
        cause = getattr(error, "verify_message", error.args[-1])  # OpenSSL's; ours has none
        settings = "ca_file" if endpoint.host_subject is None else "ca_file and host_subject"
        sentence = f"The machine's certificate is not trusted ({cause}): check {settings}."
        raise ChannelClosed(CloseCode.MACHINE_REFUSED, sentence) from error
    except ssl.SSLError as error:
        raise ChannelClosed(CloseCode.MACHINE_REFUSED, "The machine does not speak TLS on this port.") from error
    except EndpointError as error:
        sentence = "The authority of the machine's certificate cannot be read: check ca_file."
        raise ChannelClosed(CloseCode.MACHINE_REFUSED, sentence) from error
    except OSError as error:
        raise ChannelClosed(CloseCode.MACHINE_AWAY, f"The machine is not reachable ({reason(error)}).") from error
    except (WebSocketException, ProtocolError) as error:
        sentence = "The machine does not speak SPICE over WebSocket on this port."
        raise ChannelClosed(CloseCode.MACHINE_REFUSED, sentence) from error


def uses_tls(endpoint: Endpoint, secured: bool) -> bool:
    """Whether the connection is to be under TLS."""
    return endpoint.scheme in (Scheme.TLS, Scheme.WSS) or (
        endpoint.scheme is Scheme.TCP and endpoint.tls_port is not None and (secured or endpoint.port is None)
    )


async def _connect(core: Core, endpoint: Endpoint, secured: bool) -> StreamTransport:
    loop = core.loop
    if endpoint.scheme is Scheme.UNIX:
        _, stream = await loop.create_unix_connection(lambda: StreamTransport(core), endpoint.path)
        return stream
    tls = uses_tls(endpoint, secured)
    port = (endpoint.tls_port if tls else None) or endpoint.port
    assert port is not None  # parse_endpoint leaves no host without one
    context = await loop.run_in_executor(None, endpoint.tls_context) if tls else None
    stream = await connect_to_host(core, endpoint.host, port, context)
    if (tls_state := stream.ssl_object) is not None:
        try:
            endpoint.check_subject(tls_state)
        except ssl.SSLError:
            stream.abort()
            raise
    return stream


async def connect_to_host(core: Core, host: str, port: int, tls: ssl.SSLContext | None) -> StreamTransport:
    """Try the host's addresses one after the other. Raises `OSError`, the first one's."""
    failure: OSError | None = None
    for address, number in await core.lookups.find(host, port):
        try:
            _, stream = await core.loop.create_connection(
                lambda: StreamTransport(core), address, number, ssl=tls, server_hostname=host if tls else None
            )
            return stream
        except ssl.SSLError:
            raise
        except OSError as error:
            failure = failure or error
    raise failure or socket.gaierror(socket.EAI_NONAME, "Name or service not known")


async def _upgrade(stream: StreamTransport, endpoint: Endpoint) -> Transport:
    """The WebSocket handshake, by the `websockets` library's protocol."""
    scheme = "wss" if endpoint.scheme is Scheme.WSS else "ws"
    url = str(endpoint).replace(f"{endpoint.scheme}://", f"{scheme}://", 1)
    handshake = _Handshake(stream, ClientProtocol(parse_uri(url), subprotocols=[SUBPROTOCOL]))
    try:
        await handshake.done
    except BaseException:
        stream.abort()
        raise
    return WebSocketTransport(stream, client=True)


class _Handshake:
    """Receives for the sans-IO handshake until it is done."""

    def __init__(self, stream: StreamTransport, protocol: ClientProtocol) -> None:
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._protocol = protocol
        self._stream = stream
        stream.receiver = self
        protocol.send_request(protocol.connect())
        stream.write(b"".join(protocol.data_to_send()))

    def on_data(self, data: Data, room: int) -> bool:
        if self.done.done():
            return False
        self._protocol.receive_data(bytes(data[room:]))
        events = self._protocol.events_received()
        if (error := self._protocol.handshake_exc) is not None:
            self.done.set_exception(error)
        elif events:
            self._stream.pause_reading()  # until the transport's receiver is there
            if len(events) > 1:
                self.done.set_exception(ProtocolError("the machine speaks before it is asked"))
            else:
                self.done.set_result(None)
        return False

    def on_writable(self, writable: bool) -> None:
        pass

    def on_closed(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(error or ProtocolError("the machine closed the connection in the handshake"))


def reason(error: OSError) -> str:
    """The cause in a few words, without addresses."""
    if isinstance(error, ConnectionRefusedError):
        return "connection refused"
    if isinstance(error, FileNotFoundError):
        return "no such socket"
    if isinstance(error, socket.gaierror):
        return "its name is not known"
    return (error.strerror or "the connection was lost").lower()
