"""Files that are dropped onto the demo machine."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from gateway.machines.demo.apps.files import preview_text, thumbnail
from gateway.machines.demo.limits import MAX_AGENT_MESSAGE, MAX_FILE, MAX_FILE_NAME, MAX_FILES_HELD, MAX_TRANSFERS
from gateway.machines.demo.transfers import BadStart, parse_start
from gateway.spice import codec
from gateway.spice.agent import FileXferData, FileXferNotEnoughSpace, FileXferStatusMessage
from gateway.spice.enums import FileXferStatus
from tests.machines.demo.agent_person import AgentPerson
from tests.machines.demo.serving import ServingDemo


async def test_file_arrives_whole_and_its_window_comes_up() -> None:
    data = bytes(range(256)) * 1000
    async with ServingDemo() as core, core.client() as client:
        person = await AgentPerson.meet(client)
        assert (await person.offer(1, "letter.bin", len(data))).result is FileXferStatus.CAN_SEND_DATA
        assert (await person.send_file(1, data)).result is FileXferStatus.SUCCESS
        [file] = core.demo.agent.transfers.files
        assert (file.name, bytes(file.data), file.complete) == ("letter.bin", data, True)
        assert core.demo.app("files").active


async def test_empty_file_arrives() -> None:
    async with ServingDemo() as core, core.client() as client:
        person = await AgentPerson.meet(client)
        await person.offer(1, "empty", 0)
        assert (await person.send_file(1, b"")).result is FileXferStatus.SUCCESS
        assert core.demo.agent.transfers.files[0].complete


async def test_two_files_of_a_client_arrive_side_by_side() -> None:
    async with ServingDemo() as core, core.client() as client:
        person = await AgentPerson.meet(client)
        for id_ in (1, 2):
            await person.offer(id_, f"file {id_}", 4)
        for part in (b"ab", b"cd"):
            for id_ in (1, 2):
                await person.say(FileXferData(id_, part))
        for _ in range(2):
            assert (await person.hear(FileXferStatusMessage)).result is FileXferStatus.SUCCESS
        assert [bytes(file.data) for file in core.demo.agent.transfers.files] == [b"abcd", b"abcd"]


@pytest.mark.parametrize("size", [MAX_FILE + 1, 1 << 62])
async def test_too_large_a_file_is_refused_with_the_room_there_is(size: int) -> None:
    async with ServingDemo() as core, core.client() as client:
        person = await AgentPerson.meet(client)
        status = await person.offer(7, "huge", size)
        assert status.result is FileXferStatus.NOT_ENOUGH_SPACE
        assert codec.unpack(FileXferNotEnoughSpace, status.data).disk_free_space == MAX_FILES_HELD
        assert not core.demo.agent.transfers.files
        assert "there is room for" in core.demo.agent.transfers.note


async def test_promised_room_counts_before_anything_comes() -> None:
    async with ServingDemo() as core, core.client() as client:
        person = await AgentPerson.meet(client)
        for id_ in range(MAX_FILES_HELD // MAX_FILE):
            assert (await person.offer(id_, "large", MAX_FILE)).result is FileXferStatus.CAN_SEND_DATA
        assert (await person.offer(99, "one more", 1)).result is FileXferStatus.NOT_ENOUGH_SPACE
        assert core.demo.agent.transfers.reserved == MAX_FILES_HELD


async def test_more_than_was_promised_is_refused() -> None:
    async with ServingDemo() as core, core.client() as client:
        person = await AgentPerson.meet(client)
        await person.offer(1, "liar", 3)
        assert (await person.send_file(1, b"four")).result is FileXferStatus.ERROR
        assert not core.demo.agent.transfers.files


async def test_file_in_parts_that_are_too_large_is_refused() -> None:
    async with ServingDemo() as core, core.client() as client:
        person = await AgentPerson.meet(client)
        await person.offer(1, "large.bin", MAX_FILE)
        await person.say(FileXferData(1, bytes(MAX_AGENT_MESSAGE + 1)))
        assert (await person.hear(FileXferStatusMessage)).result is FileXferStatus.ERROR
        assert not core.demo.agent.transfers.files


async def test_client_may_not_send_any_number_of_files_at_once() -> None:
    async with ServingDemo() as core, core.client() as client:
        person = await AgentPerson.meet(client)
        for id_ in range(MAX_TRANSFERS):
            assert (await person.offer(id_, "small", 1)).result is FileXferStatus.CAN_SEND_DATA
        assert (await person.offer(99, "small", 1)).result is FileXferStatus.ERROR


async def test_cancelled_file_and_file_of_a_client_that_leaves_are_dropped() -> None:
    async with ServingDemo() as core, core.client() as client:
        person = await AgentPerson.meet(client)
        await person.offer(1, "first", 10)
        await person.offer(2, "second", 10)
        await person.say(FileXferStatusMessage(1, FileXferStatus.CANCELLED))
        assert (await person.offer(3, "third", 10)).result is FileXferStatus.CAN_SEND_DATA
        assert [file.name for file in core.demo.agent.transfers.files] == ["second", "third"]
        core.demo.agent.on_client_gone(core.server.clients[0])
        assert not core.demo.agent.transfers.files


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\\\Users\\\\me\\\\a.txt", "a.txt"),
        ("\\sin the beginning\\tthere was", " in the beginning�there was"),
        ("tab\there \u202etxt.exe", "tab�here �txt.exe"),
        ("x" * 500, "x" * MAX_FILE_NAME + "…"),
    ],
)
def test_name_is_fit_to_be_shown(name: str, shown: str) -> None:
    assert parse_start(f"[vdagent-file-xfer]\nname={name}\nsize=5\n".encode()) == (shown, 5)


@settings(deadline=None)
@given(st.binary(max_size=300) | st.just(b"[vdagent-file-xfer]\nname=a\nsize=-1\n"))
def test_nonsense_is_no_file(data: bytes) -> None:
    with pytest.raises(BadStart):
        parse_start(data)


def test_picture_is_made_small_and_anything_else_is_none() -> None:
    image = io.BytesIO()
    Image.new("RGB", (900, 300), (255, 0, 0)).save(image, "PNG")
    pixels = thumbnail(image.getvalue(), 300, 200)
    assert pixels is not None
    assert pixels.shape == (100, 300, 4)
    assert pixels[50, 150].tolist() == [0, 0, 255, 0]
    assert thumbnail(image.getvalue()[:40], 300, 200) is None
    assert thumbnail(b"a text", 300, 200) is None


def test_picture_of_too_many_pixels_is_not_opened() -> None:
    image = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(image, "PNG")
    assert thumbnail(image.getvalue(), 300, 200) is None


def test_preview_is_for_texts() -> None:
    assert preview_text("häl\r\nlo\x07".encode()) == "häl\nlo�"
    assert "neither" in preview_text(b"\x7fELF\0\0")
