"""The clipboard between the demo machine and its clients."""

from __future__ import annotations

import asyncio

import pytest

from gateway.machines.demo.agent import CAPS
from gateway.machines.demo.clipboard import State
from gateway.machines.demo.limits import MAX_AGENT_MESSAGE, MAX_CLIPBOARD
from gateway.spice.agent import Clipboard, ClipboardGrab, ClipboardRelease, ClipboardRequest, Selection, encode
from gateway.spice.enums import AgentCap, ClipboardSelection, ClipboardType
from gateway.spice.messages import main
from tests.machines.demo.agent_person import AgentPerson
from tests.machines.demo.serving import ServingDemo
from tests.peers import soon

TEXT = ClipboardType.UTF8_TEXT


def selection_of(person: AgentPerson) -> Selection | None:
    return Selection() if AgentCap.CLIPBOARD_SELECTION in person.caps else None


async def changed(core: ServingDemo, state: State) -> None:
    """Until the machine knows so much of the client's clipboard."""
    clipboard = core.demo.agent.clipboard
    event = asyncio.Event()
    stop = clipboard.changed.watch(event.set)
    while clipboard.state is not state:
        await soon(event.wait())
        event.clear()
    stop()


@pytest.mark.parametrize("caps", [CAPS, CAPS - {AgentCap.CLIPBOARD_SELECTION}], ids=["selections", "one clipboard"])
async def test_what_is_copied_on_the_machine_is_pasted_at_the_client(caps: frozenset[AgentCap]) -> None:
    async with ServingDemo() as core, core.client() as client:
        person = await AgentPerson.meet(client, caps)
        core.demo.agent.clipboard.copy("Grüße vom Automaten")
        assert (await person.hear(ClipboardGrab)).types == [TEXT]
        await person.say(ClipboardRequest(selection_of(person), TEXT))
        contents = await person.hear(Clipboard)
        assert (contents.type, contents.data.decode()) == (TEXT, "Grüße vom Automaten")


async def test_client_that_asks_without_taking_does_not_make_answers_pile_up() -> None:
    async with ServingDemo() as core, core.client() as client:
        session = await client.begin()
        await session.main.send(main.AgentStart(0))
        core.demo.agent.clipboard.copy("x" * MAX_CLIPBOARD)
        (red_client,) = core.server.clients
        for _ in range(50):
            for chunk in encode(ClipboardRequest(None, TEXT)):
                await session.main.send(main.AgentData(chunk))
                await session.main.wait_for(main.AgentToken)
        assert core.demo.agent.waiting(red_client) < 4 * MAX_CLIPBOARD


async def test_client_that_comes_later_is_told_of_what_was_copied_before() -> None:
    async with ServingDemo() as core, core.client() as client:
        core.demo.agent.clipboard.copy("early")
        person = await AgentPerson.meet(client)
        assert (await person.hear(ClipboardGrab)).types == [TEXT]


async def test_text_of_a_client_is_fetched_when_somebody_looks_and_not_before() -> None:
    async with ServingDemo() as core, core.client() as client:
        person = await AgentPerson.meet(client)
        await person.say(ClipboardGrab(Selection(), None, [TEXT]))
        await changed(core, State.OFFERED)
        core.demo.show("clipboard")
        assert (await person.hear(ClipboardRequest)).type is TEXT
        await person.say(Clipboard(Selection(), TEXT, b"one\r\ntwo"))
        await changed(core, State.HERE)
        assert core.demo.agent.clipboard.theirs == "one\ntwo"
        await person.say(ClipboardRelease(Selection()))
        await changed(core, State.NONE)


@pytest.mark.parametrize("size", [MAX_CLIPBOARD + 1, MAX_AGENT_MESSAGE + 1])
async def test_too_long_a_text_is_refused_in_words(size: int) -> None:
    async with ServingDemo() as core, core.client() as client:
        person = await AgentPerson.meet(client)
        core.demo.show("clipboard")
        await person.say(ClipboardGrab(Selection(), None, [TEXT]))
        await person.hear(ClipboardRequest)
        await person.say(Clipboard(Selection(), TEXT, bytes(size)))
        await changed(core, State.REFUSED)
        clipboard = core.demo.agent.clipboard
        assert not clipboard.theirs
        assert "at most" in clipboard.note


async def test_picture_is_refused_in_words() -> None:
    async with ServingDemo() as core, core.client() as client:
        person = await AgentPerson.meet(client)
        await person.say(ClipboardGrab(Selection(), None, [ClipboardType.IMAGE_PNG]))
        await changed(core, State.REFUSED)


async def test_text_that_nobody_asked_for_is_left_alone() -> None:
    async with ServingDemo() as core, core.client() as client:
        person = await AgentPerson.meet(client)
        await person.say(Clipboard(Selection(), TEXT, b"unwanted"))
        await person.say(ClipboardGrab(Selection(ClipboardSelection.PRIMARY), None, [TEXT]))
        await person.say(ClipboardRequest(Selection(), ClipboardType.IMAGE_BMP))
        assert (await person.hear(Clipboard)).type is ClipboardType.NONE
        assert core.demo.agent.clipboard.state is State.NONE
        assert not core.demo.agent.clipboard.theirs


async def test_clipboard_of_a_client_that_leaves_is_forgotten() -> None:
    async with ServingDemo() as core, core.client() as client:
        person = await AgentPerson.meet(client)
        await person.say(ClipboardGrab(Selection(), None, [TEXT]))
        await changed(core, State.OFFERED)
        person.session.main.wire.vanish()
        await changed(core, State.NONE)
