"""Reading a shared folder through its port (RFC 4918: PROPFIND; RFC 9110: GET).

::

    async with FolderReader(folder.url) as reader:
        for entry in await reader.list_folder("/"): ...
        text = await reader.read_file("/notes.txt")
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import quote, unquote, urlsplit
from xml.etree.ElementTree import Element, ParseError

import aiohttp
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from yarl import URL

from gateway.machines.devices.errors import DeviceError
from gateway.spice.limits import FOLDER_SECONDS, MAX_FOLDER_LISTING, MAX_FOLDER_READ

MOST_ENTRIES: Final = 4096
CLIPBOARD: Final = ".spice-clipboard"
"""A directory that spice-gtk adds to the root, for files on its clipboard."""
MULTI_STATUS: Final = 207
_SIZE: Final = re.compile(r"[0-9]{1,18}")
_DAV: Final = "{DAV:}"
_PROPERTIES: Final = (
    b'<?xml version="1.0" encoding="utf-8"?>'
    b'<propfind xmlns="DAV:"><prop><resourcetype/><getcontentlength/><getlastmodified/></prop></propfind>'
)


@dataclass(frozen=True, slots=True)
class FolderEntry:
    """`path` begins at the folder's root, `size` is bytes, `modified` is in the server's words, or empty."""

    path: str
    size: int
    is_directory: bool
    modified: str = ""

    @property
    def name(self) -> str:
        return self.path.rstrip("/").rpartition("/")[2]


class FolderReader:
    """A small WebDAV client. Everything raises `DeviceError` when the folder cannot be read."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        timeout = aiohttp.ClientTimeout(total=FOLDER_SECONDS)
        connector = aiohttp.TCPConnector(force_close=True)  # servers close after an answer without saying so (phodav)
        self._session = aiohttp.ClientSession(connector=connector, timeout=timeout, auto_decompress=False)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def list_folder(self, path: str = "/") -> list[FolderEntry]:
        """What is in a directory, by name, directories first."""
        headers = {"Depth": "1", "Content-Type": "application/xml"}
        body = await self._request("PROPFIND", path, MULTI_STATUS, MAX_FOLDER_LISTING, headers, _PROPERTIES)
        left_out = {path.strip("/"), CLIPBOARD}
        inside = [entry for entry in parse_listing(body) if entry.path.strip("/") not in left_out]
        return sorted(inside, key=lambda entry: (not entry.is_directory, entry.name.casefold()))

    async def read_file(self, path: str, most: int = MAX_FOLDER_READ) -> bytes:
        """A file's contents; `DeviceError` for more than `most` bytes."""
        return await self._request("GET", path, 200, most)

    async def _request(
        self, method: str, path: str, status: int, most: int, headers: dict[str, str] | None = None, data: bytes = b""
    ) -> bytes:
        if self._session is None:
            raise DeviceError("The folder's reader is closed.")
        # Quoted here, because aiohttp leaves a percent sign in a name as it is.
        address = URL(self._url + quote("/" + path.lstrip("/")), encoded=True)
        try:
            request = self._session.request(method, address, headers=headers, data=data, allow_redirects=False)
            async with request as response:
                if response.status != status:
                    raise DeviceError(f"The shared folder answered with {response.status}.")
                body = bytearray()
                async for piece in response.content.iter_any():
                    body += piece
                    if len(body) > most:
                        raise DeviceError(f"There is more to read than {most} bytes.")
                return bytes(body)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise DeviceError("The shared folder cannot be reached: no client shares one, or it left.") from error


def parse_listing(body: bytes) -> list[FolderEntry]:
    """The entries of a multi-status answer. Raises `DeviceError`."""
    try:
        root: Element = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise DeviceError("The shared folder gave a malformed listing.") from error
    responses = root.findall(f"{_DAV}response")[:MOST_ENTRIES]
    return [entry for response in responses if (entry := _entry(response)) is not None]


def _entry(response: Element) -> FolderEntry | None:
    try:
        path = unquote(urlsplit(response.findtext(f"{_DAV}href", "").strip()).path)
    except ValueError:
        return None
    properties = f"{_DAV}propstat/{_DAV}prop/{_DAV}"
    size = response.findtext(f"{properties}getcontentlength", "").strip()
    is_directory = response.find(f"{properties}resourcetype/{_DAV}collection") is not None
    modified = response.findtext(f"{properties}getlastmodified", "").strip()
    if not path.startswith("/"):
        return None
    return FolderEntry(path, int(size) if _SIZE.fullmatch(size) else 0, is_directory, modified)
