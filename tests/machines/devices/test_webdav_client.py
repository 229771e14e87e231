"""Reading a shared folder by WebDAV."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from gateway.machines.devices.errors import DeviceError
from gateway.machines.devices.webdav_client import FolderEntry, FolderReader, parse_listing

LISTING = """<?xml version="1.0" encoding="utf-8"?>
<D:multistatus xmlns:D="DAV:">{}</D:multistatus>"""


def response(path: str, properties: str) -> str:
    return (
        f"<D:response><D:href>{path}</D:href><D:propstat><D:prop>{properties}</D:prop>"
        "<D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>"
    )


DIRECTORY = "<D:resourcetype><D:collection/></D:resourcetype>"
BODY = LISTING.format(
    response("/", DIRECTORY)
    + response("/b%20%c3%a4.txt", "<D:getcontentlength>12</D:getcontentlength><D:resourcetype/>")
    + response("http://127.0.0.1/sub/", DIRECTORY + "<D:getlastmodified>today</D:getlastmodified>")
    + response("/.spice-clipboard", DIRECTORY)
    + response("/A.bin", "<D:getcontentlength>99</D:getcontentlength>")
)


@pytest.fixture
async def folder() -> AsyncIterator[str]:
    """A folder on a server of its own."""

    async def answer(request: web.Request) -> web.Response:
        match request.method, request.raw_path:
            case "PROPFIND", "/":
                assert request.headers["Depth"] == "1" and b"propfind" in await request.read()
                return web.Response(status=207, text=BODY, content_type="application/xml")
            case "GET", "/b%20%C3%A4%25.txt":
                return web.Response(body=b"hello there!")
            case "GET", "/elsewhere":
                return web.Response(status=302, headers={"Location": "http://example.org/"})
        return web.Response(status=404)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    async with TestServer(app, host="127.0.0.1") as server:
        yield str(server.make_url("/"))


async def test_directories_come_first_then_files_by_name(folder: str) -> None:
    async with FolderReader(folder) as reader:
        entries = await reader.list_folder()
    assert entries == [
        FolderEntry("/sub/", 0, True, "today"),
        FolderEntry("/A.bin", 99, False),
        FolderEntry("/b ä.txt", 12, False),
    ]
    assert [entry.name for entry in entries] == ["sub", "A.bin", "b ä.txt"]


async def test_file_is_read_up_to_a_limit(folder: str) -> None:
    async with FolderReader(folder) as reader:
        assert await reader.read_file("/b ä%.txt") == b"hello there!"
        with pytest.raises(DeviceError, match="more to read"):
            await reader.read_file("/b ä%.txt", 11)


@pytest.mark.parametrize("path", ["/nothing", "/elsewhere"])
async def test_what_is_not_there_is_told(folder: str, path: str) -> None:
    async with FolderReader(folder) as reader:
        with pytest.raises(DeviceError, match="answered with"):
            await reader.read_file(path)


async def test_folder_that_nobody_shares_is_told() -> None:
    async with FolderReader("http://127.0.0.1:9/") as reader:
        with pytest.raises(DeviceError, match="cannot be reached"):
            await reader.list_folder()
    with pytest.raises(DeviceError, match="closed"):
        await reader.list_folder()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]><x>&b;</x>",
        b"\xff\xfe\x00",
        b"<?xml version='1.0' encoding='nonsense'?><x/>",
    ],
)
def test_malformed_listing_is_refused(body: bytes) -> None:
    with pytest.raises(DeviceError, match="malformed"):
        parse_listing(body)


def test_strange_entries_are_left_out_or_have_no_size() -> None:
    body = LISTING.format(
        response("//[", "") + response("relative", "") + response("/x", "<D:getcontentlength>-3</D:getcontentlength>")
    )
    assert parse_listing(body.encode()) == [FolderEntry("/x", 0, False)]
