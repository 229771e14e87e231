"""The window that shows a client's shared folder."""

from __future__ import annotations

from gateway.machines.demo.toolkit.widgets import ListView, TextArea
from gateway.spice.enums import ChannelType, PortEvent
from gateway.spice.messages.webdav import Event, Init
from tests.machines.demo.serving import ServingDemo
from tests.machines.demo.test_devices import cells_of, status_of, until
from tests.machines.devices.test_webdav import FolderClient

LISTING = b"""<?xml version="1.0"?><multistatus xmlns="DAV:">
<response><href>/</href><propstat><prop><resourcetype><collection/></resourcetype></prop></propstat></response>
<response><href>/pictures/</href><propstat><prop><resourcetype><collection/></resourcetype></prop></propstat></response>
<response><href>/b%20note.txt</href><propstat><prop><getcontentlength>5</getcontentlength></prop></propstat></response>
</multistatus>"""


async def answer(client: FolderClient, status: str, body: bytes) -> bytes:
    """Answer the next request; what it was."""
    frame = await client.receive()
    request = frame.data
    while b"\r\n\r\n" not in request or (b"PROPFIND" in request and b"</propfind>" not in request):
        request += (await client.receive()).data
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    await client.send(frame.connection, head.encode() + body)
    await client.send(frame.connection, b"")
    return request.split(b" HTTP")[0]


async def test_folder_window_opens_the_port_lists_the_folder_and_shows_a_text() -> None:
    async with ServingDemo() as core, core.client() as client:
        channel = await (await client.begin()).link(ChannelType.WEBDAV)
        assert await channel.expect(Init) == Init(b"org.spice-space.webdav.0\0", 0)
        window = core.demo.show("folder")
        assert (await channel.expect(Event)).event is PortEvent.OPENED
        mine = FolderClient(channel)
        assert await answer(mine, "207 Multi-Status", LISTING) == b"PROPFIND /"
        await until(core.demo, lambda: "2 entries" in status_of(window))
        assert cells_of(window) == ["pictures", "folder", "b note.txt", "5 B"]
        rows = next(widget for widget in window.widgets if isinstance(widget, ListView))
        text = next(widget for widget in window.widgets if isinstance(widget, TextArea))
        rows.choose(1)
        assert await answer(mine, "200 OK", b"hello") == b"GET /b%20note.txt"
        await until(core.demo, lambda: text.text == "hello")
        rows.choose(0)
        rows.open()
        assert await answer(mine, "404 Not Found", b"") == b"PROPFIND /pictures/"
        await until(core.demo, lambda: "404" in status_of(window))
        core.demo.desktop.close(window)
        assert (await channel.expect(Event)).event is PortEvent.CLOSED
