"""The client's side of the link: how we open a channel of a machine."""

from __future__ import annotations

import math
from collections.abc import Sequence

from . import caps, codec
from .auth import encrypt_ticket, our_common_caps, password_bytes
from .enums import AuthMechanism, CommonCap, LinkErr
from .errors import LinkRefused
from .link import LinkReplied, LinkSide, uses_mini_header
from .messages.link import AuthMechanismChoice, LinkReply, LinkResult, link_mess, parse_link_reply


class LinkClient(LinkSide):
    """Asks for a channel, sends the password's ticket, and says when the channel is linked.

    ::

        request ──> LinkReplied ──> [mechanism] ticket ──> Linked        (either answer may raise LinkRefused instead)

    The authentication bits of `common_caps` are ours to set; the other capability words go out as given. The first
    bytes are in `data_to_send` from the start. A machine without a password takes any ticket: give None. Raises
    `UsageError` for a password that no ticket can hold.
    """

    def __init__(
        self,
        connection_id: int,
        channel_type: int,
        channel_id: int,
        common_caps: Sequence[int],
        channel_caps: Sequence[int],
        password: str | None,
        *,
        deadline: float = math.inf,
    ) -> None:
        super().__init__(deadline)
        self._common_caps = our_common_caps(common_caps)
        self._password = password or ""
        password_bytes(self._password)
        self._mini = False
        place = (connection_id, channel_type, channel_id)
        self._outbox += link_mess(*place, self._common_caps, list(channel_caps))
        self._await_header(codec.size_of(LinkReply), self._on_reply)

    def _on_reply(self, body: bytes) -> None:
        reply, common_caps, channel_caps = parse_link_reply(body)
        self._require_ok(reply.error)
        self._mini = uses_mini_header(self._common_caps, common_caps)
        if caps.has(common_caps, CommonCap.AUTH_SELECTION):
            if not caps.has(common_caps, CommonCap.AUTH_SPICE):
                self._end()
                raise LinkRefused(LinkErr.PERMISSION_DENIED, "the machine takes no SPICE ticket, only SASL")
            self._outbox += codec.pack(AuthMechanismChoice(AuthMechanism.SPICE))
        self._outbox += encrypt_ticket(reply.pub_key, self._password)
        self._events.append(LinkReplied(tuple(common_caps), tuple(channel_caps)))
        self._await(codec.size_of(LinkResult), self._on_result)

    def _on_result(self, data: bytes) -> None:
        self._require_ok(codec.unpack(LinkResult, data).link_err)
        self._finish(self._mini)

    def _require_ok(self, code: int) -> None:
        if code == LinkErr.OK:
            return
        self._end()
        if code in LinkErr.__members__.values():
            raise LinkRefused(LinkErr(code))
        raise LinkRefused(LinkErr.ERROR, f"the link was refused with code {code}, which has no name")
