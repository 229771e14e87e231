"""Print jobs by IPP."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given
from hypothesis import strategies as st

from gateway.machines.devices.errors import DeviceError
from gateway.machines.devices.ipp import PRINT_JOB, PrintJob, Tag, decode_answer, encode_request, print_document
from gateway.spice.errors import ProtocolError

# RFC 8010, appendix A.2: a successful answer to Print-Job.
SUCCESS = bytes.fromhex(
    "02000000 00000001 01"
    "47 0012 617474726962757465732d63686172736574 0005 7574662d38"
    "48 001b 617474726962757465732d6e61747572616c2d6c616e6775616765 0005 656e2d7573"
    "41 000e 7374617475732d6d657373616765 000d 7375636365737366756c2d6f6b"
    "02 21 0006 6a6f622d6964 0004 00000093"
    "45 0007 6a6f622d757269 0019 6970703a2f2f7072696e7465722e6578616d706c652f313437"
    "23 0009 6a6f622d7374617465 0004 00000003 03".replace(" ", "")
)


def test_answer_of_the_standards_example_is_read() -> None:
    answer = decode_answer(SUCCESS)
    assert (answer.status, answer.request) == (0, 1)
    assert answer.find("job-id") == b"\0\0\0\x93" and answer.find("status-message") == b"successful-ok"
    assert [attribute.group for attribute in answer.attributes] == [1, 1, 1, 2, 2, 2]
    assert answer.find("nothing") is None


def test_request_is_as_the_standard_has_it() -> None:
    request = encode_request(PRINT_JOB, 1, [(Tag.CHARSET, "attributes-charset", b"utf-8")])
    assert request == bytes.fromhex("0200 0002 00000001 01 47 0012") + b"attributes-charset" + b"\0\5utf-8\3"


@given(st.data())
def test_damaged_answer_raises_protocol_errors_only(data: st.DataObject) -> None:
    answer = bytearray(SUCCESS)
    for _ in range(data.draw(st.integers(0, 5))):
        answer[data.draw(st.integers(0, len(answer) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(ProtocolError):
        decode_answer(bytes(answer[: data.draw(st.integers(0, len(answer)))]))


@pytest.fixture
async def printer() -> AsyncIterator[tuple[str, list[bytes]]]:
    """A printer's address, and what it was sent. It refuses what says so and is confused by what confuses."""
    jobs: list[bytes] = []

    async def take(request: web.Request) -> web.Response:
        assert request.content_type == "application/ipp"
        jobs.append(body := await request.read())
        if b"refuse" in body:
            return web.Response(body=bytes.fromhex("0200040a0000000103"), content_type="application/ipp")
        if b"confuse" in body:
            return web.Response(body=b"<html>")
        if b"vanish" in body:
            return web.Response(status=503)
        return web.Response(body=SUCCESS, content_type="application/ipp")

    app = web.Application()
    app.router.add_post("/ipp/print", take)
    async with TestServer(app, host="127.0.0.1") as server:
        yield str(server.make_url("/")).rstrip("/"), jobs


async def test_document_becomes_a_job(printer: tuple[str, list[bytes]]) -> None:
    url, jobs = printer
    job = await print_document(url, b"%PDF-1.4 page", "application/pdf", name="Test page")
    assert job == PrintJob(147, 3)
    assert jobs[0].endswith(b"\3%PDF-1.4 page")
    assert b"application/pdf" in jobs[0] and b"Test page" in jobs[0]


@pytest.mark.parametrize(
    ("document", "sentence"),
    [(b"refuse", "refused the job with 0x040a"), (b"confuse", "no IPP"), (b"vanish", "answered with 503")],
)
async def test_printer_that_takes_no_job_is_told(
    printer: tuple[str, list[bytes]], document: bytes, sentence: str
) -> None:
    with pytest.raises(DeviceError, match=sentence):
        await print_document(printer[0], document, "text/plain", name="x")


async def test_printer_that_is_not_there_is_told() -> None:
    with pytest.raises(DeviceError, match="cannot be reached"):
        await print_document("http://127.0.0.1:9", b"", "text/plain", name="x")
