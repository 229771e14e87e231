"""A socket of the machine through a client's tunnel; see `gateway.server.tunnel`.

A socket's data flows by tokens in each direction: a token is one message of at most so many bytes. Its end is told in
three ways: each side's FIN (no more data from here), the machine's CLOSE, the client's CLOSED (neither way any more).
The last two are acknowledged, and the number of the socket may be used again after that. OPEN is answered in any case,
even when the machine lost patience before.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final, Protocol

from gateway.spice.errors import ProtocolError
from gateway.spice.limits import MAX_TUNNEL_DATA, TUNNEL_SECONDS, TUNNEL_WINDOW
from gateway.spice.messages import tunnel as messages

if TYPE_CHECKING:
    from gateway.server.tunnel import Service, Tunnel

TOKENS_TO_SEND: Final = TUNNEL_WINDOW // 4
"""Messages that are taken before their tokens are given back."""


class SocketReceiver(Protocol):
    """Whoever uses a tunnelled socket."""

    def on_opened(self) -> None:
        """The service was reached."""

    def on_data(self, data: bytes) -> None:
        """Bytes of the service."""

    def on_fin(self) -> None:
        """The service says no more; it may still be spoken to."""

    def on_closed(self) -> None:
        """Nothing comes or goes any more; without `on_opened` before, the service cannot be reached. Told once."""

    def on_writable(self) -> None:
        """What `TunnelSocket.write` refused may be written now."""


class TunnelSocket:
    """A connection of the machine to a service. `close` it when it is of no use any more."""

    def __init__(self, tunnel: Tunnel, id_: int, service: Service, receiver: SocketReceiver) -> None:
        self.id, self.service = id_, service
        self.closed = False
        self._tunnel = tunnel
        self._receiver = receiver
        self._opened = False
        self._tokens_out = 0
        self._tokens_in = TUNNEL_WINDOW
        self._taken = 0
        self._inbox: deque[bytes] = deque()
        self._outbox = b""
        self._held = self._starved = False
        self._sends_fin = self._sent_fin = False
        self._got_fin = self._told_fin = False
        self._client_closed = self._sent_close = False
        self._timer = tunnel.core.call_later(TUNNEL_SECONDS, self.close)

    # the machine's side

    def write(self, data: bytes) -> bool:
        """Send bytes. False: nothing of them was taken; `on_writable` tells when to try again."""
        if self.closed or self._client_closed or self._sends_fin:
            return True  # nobody is there to take it, as with any socket that the other end has closed
        if self._outbox:
            self._starved = True
            return False
        self._outbox = data
        self.flush()
        return True

    def send_fin(self) -> None:
        """Say no more, after what was written; data may still come."""
        if not self._sends_fin:
            self._sends_fin = True
            self.flush()

    def hold(self, held: bool) -> None:
        """Have what comes wait, a window of it at most, or deliver it again."""
        self._held = held
        self._deliver()

    def close(self) -> None:
        """End both ways at once; what was not sent yet is given up."""
        if self.closed:
            return
        self._end()
        if self._opened and not self._client_closed:
            self._send_close()  # otherwise the client's answer to OPEN is still to come

    # the channel's side

    def on_open_ack(self, tokens: int) -> None:
        if self._opened or self._sent_close:
            raise ProtocolError(f"socket {self.id} was open already")
        if self.closed:  # it took too long
            self._send_close()
            return
        self._timer.cancel()
        self._opened = True
        self._tokens_out = tokens
        self._receiver.on_opened()
        self.flush()

    def on_open_nack(self) -> None:
        if self._opened or self._sent_close:
            raise ProtocolError(f"socket {self.id} was open already")
        self._tunnel.free(self)
        self._end()

    def on_data(self, data: bytes) -> None:
        self._check_open()
        if self._got_fin:
            raise ProtocolError(f"data for socket {self.id} behind its end")
        if not self._tokens_in:
            raise ProtocolError(f"data for socket {self.id} without a token")
        if len(data) > MAX_TUNNEL_DATA:
            raise ProtocolError(f"{len(data)} bytes for socket {self.id} at once")
        self._tokens_in -= 1
        if not self.closed:
            self._inbox.append(data)
            self._deliver()

    def on_token(self, tokens: int) -> None:
        self._check_open()
        self._tokens_out = min(self._tokens_out + tokens, 0xFFFFFFFF)
        self.flush()

    def on_fin(self) -> None:
        self._check_open()
        if self._got_fin:
            raise ProtocolError(f"socket {self.id} ended twice")
        self._got_fin = True
        self._deliver()

    def on_closed(self) -> None:
        """The client closed both ways; if our CLOSE crosses that, it still acknowledges it by and by."""
        self._check_open()
        self._client_closed = self._got_fin = True
        self._outbox = b""
        if not self._sent_close:
            self._tunnel.send(messages.SocketClosedAck(self.id))
            self._tunnel.free(self)
        self._deliver()

    def on_closed_ack(self) -> None:
        if not self._sent_close:
            raise ProtocolError(f"socket {self.id} was not closed")
        self._tunnel.free(self)

    def on_client_gone(self) -> None:
        """The client left with its services."""
        self._client_closed = True
        self._end()

    def flush(self) -> None:
        """Send what tokens and the client's backlog allow."""
        if self.closed or not self._opened or self._client_closed:
            return
        while self._outbox and self._tokens_out and self._tunnel.can_send():
            chunk, self._outbox = self._outbox[:MAX_TUNNEL_DATA], self._outbox[MAX_TUNNEL_DATA:]
            self._tokens_out -= 1
            self._tunnel.send(messages.SocketData(self.id, chunk))
        if self._outbox:
            return
        if self._sends_fin and not self._sent_fin:
            self._sent_fin = True
            self._tunnel.send(messages.SocketFin(self.id))
            self._close_if_over()
        elif self._starved:
            self._starved = False
            self._receiver.on_writable()

    def _check_open(self) -> None:
        """Raises `ProtocolError` when the client has not opened the socket, or has closed it."""
        if not (self._opened or self._sent_close) or self._client_closed:
            raise ProtocolError(f"socket {self.id} is not open")

    def _deliver(self) -> None:
        """Hand on what came and the end of it, as far as the machine takes it; tokens go back for what it took."""
        while self._inbox and not self._held:
            data = self._inbox.popleft()
            self._taken += 1
            if self._taken >= TOKENS_TO_SEND and not self._client_closed:
                self._tokens_in += self._taken
                self._tunnel.send(messages.SocketToken(self.id, self._taken))
                self._taken = 0
            self._receiver.on_data(data)
        if self._inbox or self._held or self.closed:
            return
        if self._client_closed:
            self._end()
        elif self._got_fin and not self._told_fin:
            self._told_fin = True
            self._receiver.on_fin()
            self._close_if_over()

    def _close_if_over(self) -> None:
        """Both have said their last."""
        if self._sent_fin and self._told_fin:
            self.close()

    def _send_close(self) -> None:
        self._sent_close = True
        self._tunnel.send(messages.SocketClose(self.id))

    def _end(self) -> None:
        self._timer.cancel()
        self._outbox = b""
        self._inbox.clear()
        if not self.closed:
            self.closed = True
            self._receiver.on_closed()
