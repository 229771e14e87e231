"""The server's side of the link: from the first byte of a client to `Linked`."""

from __future__ import annotations

from collections.abc import Sequence

from . import caps, codec
from .auth import TicketKey, our_common_caps, process_key
from .enums import AuthMechanism, CommonCap, LinkErr
from .errors import ProtocolError, UsageError
from .link import LinkRequest, LinkSide, TicketReceived, uses_mini_header
from .messages.link import (
    AuthMechanismChoice,
    EncryptedTicket,
    LinkMess,
    LinkResult,
    link_reply,
    parse_link_mess,
)


class LinkServer(LinkSide):
    """Reads a link request, asks its owner, reads the ticket, asks its owner.

    ::

        request ──> LinkRequest ──> accept() ──> [mechanism] ──> ticket ──> TicketReceived ──> grant() ──> Linked
                                └─> refuse(code)                                          └─> deny(code)

    The owner may take its time for each answer. Comparing the password, in constant time, is the owner's too.
    `deadline` is in seconds of the clock that `check` is given.
    """

    def __init__(self, deadline: float, rsa_key: TicketKey | None = None) -> None:
        super().__init__(deadline)
        self._key = rsa_key or process_key()
        self._request: LinkRequest | None = None
        self._replied = False
        self._ticket_read = False
        self._mini = False
        self._await_header(codec.size_of(LinkMess), self._on_request)

    def accept(self, common_caps: Sequence[int], channel_caps: Sequence[int]) -> None:
        """Answer the request with these capability words; the authentication bits among them are ours to set."""
        request = self._open_request("accept")
        common = our_common_caps(common_caps)
        self._replied = True
        self._outbox += link_reply(LinkErr.OK, self._key.public_der, common, list(channel_caps))
        self._mini = uses_mini_header(common, request.common_caps)
        if caps.has(list(request.common_caps), CommonCap.AUTH_SELECTION):
            self._await(codec.size_of(AuthMechanismChoice), self._on_mechanism)
        else:  # a client from before there was a choice sends the ticket at once
            self._await(codec.size_of(EncryptedTicket), self._on_ticket)
        self._run()

    def refuse(self, code: LinkErr) -> None:
        """Answer the request with an error; the owner closes after `data_to_send`."""
        self._open_request("refuse")
        self._end()
        self._farewell(code)

    def grant(self) -> None:
        """Take the ticket: the channel is linked, `Linked` follows."""
        self._open_ticket("grant")
        self._outbox += codec.pack(LinkResult(LinkErr.OK))
        self._finish(self._mini)

    def deny(self, code: LinkErr = LinkErr.PERMISSION_DENIED) -> None:
        """Refuse the ticket; the owner closes after `data_to_send`."""
        self._open_ticket("deny")
        self._end()
        self._farewell(code)

    def _on_request(self, body: bytes) -> None:
        fixed, common_caps, channel_caps = parse_link_mess(body)
        place = (fixed.connection_id, fixed.channel_type, fixed.channel_id)
        self._request = LinkRequest(*place, tuple(common_caps), tuple(channel_caps))
        self._events.append(self._request)

    def _on_mechanism(self, data: bytes) -> None:
        if codec.unpack(AuthMechanismChoice, data).auth_mechanism is not AuthMechanism.SPICE:
            raise ProtocolError("the client asks for SASL, which is not offered: only a SPICE ticket is")
        self._await(codec.size_of(EncryptedTicket), self._on_ticket)

    def _on_ticket(self, data: bytes) -> None:
        self._ticket_read = True
        self._events.append(TicketReceived(self._key.decrypt(data), AuthMechanism.SPICE))

    def _open_request(self, verb: str) -> LinkRequest:
        if self._request is None or self._replied or self._over:
            raise UsageError(f"{verb}: there is no link request to answer")
        return self._request

    def _open_ticket(self, verb: str) -> None:
        if not self._ticket_read or self._over:
            raise UsageError(f"{verb}: there is no ticket to answer")

    def _farewell(self, code: LinkErr) -> None:
        """Before the reply an error is a reply, after it the link result: one word."""
        if self._replied:
            self._outbox += codec.pack(LinkResult(code))
        else:
            self._outbox += link_reply(code, b"", [], [])
