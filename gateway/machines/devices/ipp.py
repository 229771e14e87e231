"""Printing by the Internet Printing Protocol: one document, one job (RFC 8010 is the encoding, RFC 8011 the meaning).

::

    job = await print_document(port.url, pdf, "application/pdf", name="Test page")
    job.id, job.state
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, NamedTuple

import aiohttp

from gateway.machines.devices.errors import DeviceError
from gateway.spice.errors import ProtocolError
from gateway.spice.limits import IPP_SECONDS, MAX_IPP_ANSWER

VERSION: Final = b"\x02\x00"
PATH: Final = "/ipp/print"
"""Where printers take jobs (PWG 5100.12)."""
PRINT_JOB: Final = 0x0002
_FIRST_ERROR: Final = 0x0400
_FIRST_VALUE_TAG: Final = 0x10


class Tag(IntEnum):
    """Delimiters and value types, those in use here."""

    OPERATION = 0x01
    JOB = 0x02
    END = 0x03
    INTEGER = 0x21
    ENUM = 0x23
    TEXT = 0x41
    NAME = 0x42
    KEYWORD = 0x44
    URI = 0x45
    CHARSET = 0x47
    LANGUAGE = 0x48
    MEDIA_TYPE = 0x49


class Attribute(NamedTuple):
    """A value; more values of an attribute follow it with an empty name."""

    group: int
    tag: int
    name: str
    value: bytes


class Answer(NamedTuple):
    """What a printer said: a status (RFC 8011, appendix B) and attributes."""

    status: int
    request: int
    attributes: list[Attribute]

    def find(self, name: str) -> bytes | None:
        """The first value of an attribute."""
        return next((attribute.value for attribute in self.attributes if attribute.name == name), None)


@dataclass(frozen=True, slots=True)
class PrintJob:
    """A job that a printer took. `state` is 3 to 9 (RFC 8011, 5.3.7): 3 pending, 5 processing, 9 completed."""

    id: int
    state: int


async def print_document(
    url: str, document: bytes, media_type: str, *, name: str, user: str = "spicegate", path: str = PATH
) -> PrintJob:
    """Send a document to the printer at `url`. Raises `DeviceError` when it does not take it.

    `path` is where the printer takes jobs; servers of several printers have one for each.
    """
    operation = [
        (Tag.CHARSET, "attributes-charset", b"utf-8"),
        (Tag.LANGUAGE, "attributes-natural-language", b"en"),
        (Tag.URI, "printer-uri", f"ipp{url.removeprefix('http')}{path}".encode()),
        (Tag.NAME, "requesting-user-name", user.encode()[:255]),
        (Tag.NAME, "job-name", name.encode()[:255]),
        (Tag.MEDIA_TYPE, "document-format", media_type.encode()),
    ]
    answer = await _post(url + path, encode_request(PRINT_JOB, 1, operation) + document)
    if answer.status >= _FIRST_ERROR:
        said = answer.find("status-message")
        reason = f": {said.decode(errors='replace').rstrip('.')}" if said else ""
        raise DeviceError(f"The printer refused the job with {answer.status:#06x}{reason}.")
    number, state = (int.from_bytes(answer.find(key) or b"", "big") for key in ("job-id", "job-state"))
    return PrintJob(number, state)


async def _post(url: str, body: bytes) -> Answer:
    timeout = aiohttp.ClientTimeout(total=IPP_SECONDS)
    headers = {"Content-Type": "application/ipp", "Accept": "application/ipp"}
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(url, data=body, headers=headers, allow_redirects=False) as response,
        ):
            if response.status != 200:
                raise DeviceError(f"The printer answered with {response.status}.")
            answer = await response.content.read(MAX_IPP_ANSWER + 1)
            while len(answer) <= MAX_IPP_ANSWER and (more := await response.content.read(MAX_IPP_ANSWER)):
                answer += more
    except (aiohttp.ClientError, TimeoutError) as error:
        raise DeviceError("The printer cannot be reached.") from error
    if len(answer) > MAX_IPP_ANSWER:
        raise DeviceError("The printer says more than it should.")
    try:
        return decode_answer(answer)
    except ProtocolError as error:
        raise DeviceError("The printer gave an answer that is no IPP.") from error


def encode_request(operation: int, request: int, attributes: Iterable[tuple[Tag, str, bytes]]) -> bytes:
    """A request with its operation attributes; a document may follow."""
    head = VERSION + operation.to_bytes(2, "big") + request.to_bytes(4, "big") + bytes([Tag.OPERATION])
    return head + b"".join(_encode(*attribute) for attribute in attributes) + bytes([Tag.END])


def _encode(tag: Tag, name: str, value: bytes) -> bytes:
    key = name.encode()
    return bytes([tag]) + len(key).to_bytes(2, "big") + key + len(value).to_bytes(2, "big") + value


def decode_answer(data: bytes) -> Answer:
    """An answer. Raises `ProtocolError`."""
    if len(data) < 9:
        raise ProtocolError("an IPP answer is too short")
    status, request = int.from_bytes(data[2:4], "big"), int.from_bytes(data[4:8], "big")
    return Answer(status, request, list(_attributes(data)))


def _attributes(data: bytes) -> Iterator[Attribute]:
    at, group = 8, 0
    while True:
        if at >= len(data):
            raise ProtocolError("an IPP answer has no end")
        tag, at = data[at], at + 1
        if tag == Tag.END:
            return
        if tag < _FIRST_VALUE_TAG:
            group = tag
            continue
        name, at = _text(data, at)
        value, at = _text(data, at)
        yield Attribute(group, tag, name.decode(errors="replace"), value)


def _text(data: bytes, at: int) -> tuple[bytes, int]:
    """Bytes behind their length, and where they end."""
    end = at + 2 + int.from_bytes(data[at : at + 2], "big")
    if at + 2 > len(data) or end > len(data):
        raise ProtocolError("an IPP answer is cut short")
    return data[at + 2 : end], end
