"""The first words of SPICE with a machine: whether somebody is there who speaks it, and nothing more.

A machine that is stuck still takes connections: its kernel does that for it. What it says to a link request it must say
itself. It is shown no ticket, for which it would drop its user.
"""

from __future__ import annotations

import asyncio

from gateway.server.closing import ChannelClosed, CloseCode
from gateway.server.link_pump import LinkPump, PeerGone
from gateway.server.transport import Transport
from gateway.spice.enums import ChannelType
from gateway.spice.errors import LinkRefused, ProtocolError
from gateway.spice.link import LinkReplied
from gateway.spice.link_client import LinkClient

SILENT = "The machine does not answer."


async def greet(transport: Transport, seconds: float) -> None:
    """Ask for MAIN and wait for the answer, whatever it is. Raises `ChannelClosed`."""
    pump = LinkPump(LinkClient(0, ChannelType.MAIN, 0, (), (), None), transport)
    pump.flush()
    try:
        async with asyncio.timeout(seconds):
            await pump.expect(LinkReplied)
    except LinkRefused:
        pass  # so it is there
    except TimeoutError:
        raise ChannelClosed(CloseCode.MACHINE_AWAY, SILENT) from None
    except PeerGone as error:
        sentence = "The machine closes the connection when it is asked: is this its SPICE port, with or without TLS?"
        raise ChannelClosed(CloseCode.MACHINE_AWAY, sentence) from error
    except ProtocolError as error:
        raise ChannelClosed(CloseCode.MACHINE_REFUSED, "The machine does not speak SPICE on this port.") from error
