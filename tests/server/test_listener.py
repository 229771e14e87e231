"""Connections as they come in through a listening socket."""

from __future__ import annotations

import asyncio

from gateway.server.core import Core
from gateway.server.listener import Listener
from gateway.server.transport import StreamTransport
from tests.peers import soon
from tests.server.test_transport import Recorder

TURNS = 5


async def test_listener_loses_nothing_of_what_a_client_sends_before_it_is_served() -> None:
    recorder = Recorder()

    async def serve(transport: StreamTransport) -> None:
        for _ in range(TURNS):  # of the loop: what the client sent has been there for long
            await asyncio.sleep(0)
        transport.receiver = recorder
        transport.resume_reading()
        await transport.wait_closed()

    core = Core()
    listener = Listener(core, serve, "machine")
    port = await listener.listen("127.0.0.1", 0)
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"hello")
    assert await recorder.until(5) == b"hello"
    writer.write(b", and more")
    assert await recorder.until(15) == b"hello, and more"
    writer.close()
    await soon(recorder.closed.wait())
    listener.close()
    await core.close()
