"""Asking a machine what is wrong with it, step by step."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gateway.machines.relay.checkup import Checkup, check_up
from gateway.machines.relay.endpoint import parse_endpoint
from gateway.server.core import Core
from gateway.spice.enums import ChannelType, LinkErr
from gateway.spice.messages import display
from gateway.spice.messages.common import SetAck
from gateway.spice.messages.main import AttachChannels, ChannelId, ChannelsList, Init
from tests.certificates import make_certificate
from tests.peers import FakeMachine, MachineChannel, soon
from tests.running import begin_display

INIT = Init(0x5EC2E7, 1, 3, 1, 0, 10, 0, 0)


async def look_at(
    machine: FakeMachine, *, password: str | None = None, whole: bool = True, ca_file: Path | None = None
) -> Checkup:
    """A checkup of a machine that answers as it should."""
    endpoint = parse_endpoint(machine.url, ca_file=ca_file)
    async with answering(machine if whole else None):
        return await soon(check_up(Core(), endpoint, password, whole=whole))


@asynccontextmanager
async def answering(machine: FakeMachine | None) -> AsyncIterator[None]:
    """Meanwhile a machine says what libspice says on the channels that are linked."""
    async with asyncio.TaskGroup() as group:
        answers = [group.create_task(say(machine)) for say in (on_main, on_display, on_inputs) if machine is not None]
        yield
        for task in answers:  # nobody may have come
            task.cancel()


async def on_main(machine: FakeMachine) -> None:
    """The machine has DISPLAY and INPUTS."""
    main = await machine.linked(ChannelType.MAIN)
    await main.send(INIT)
    await main.expect(AttachChannels)
    await main.send(ChannelsList([ChannelId(ChannelType.DISPLAY, 0), ChannelId(ChannelType.INPUTS, 0)]))


class SilentMachine(FakeMachine):
    """One that links its channels and says nothing on them."""

    main: MachineChannel


@asynccontextmanager
async def silent(channels: list[ChannelId]) -> AsyncIterator[SilentMachine]:
    """It is being asked by somebody who waits until it bears the end, however long that takes."""
    async with SilentMachine() as machine, asyncio.TaskGroup() as group:
        asked = group.create_task(check_up(Core(), parse_endpoint(machine.url), None, leave_seconds=3600))
        machine.main = await machine.linked(ChannelType.MAIN)
        await machine.main.send(INIT)
        await machine.main.expect(AttachChannels)
        await machine.main.send(ChannelsList(channels))
        yield machine
        assert (await soon(asked)).ok


async def on_display(machine: FakeMachine) -> None:
    await begin_display(await machine.linked(ChannelType.DISPLAY))


async def on_inputs(machine: FakeMachine) -> None:
    await (await machine.linked(ChannelType.INPUTS)).send(SetAck(1, 20))


def outcome(found: Checkup) -> dict[str, bool | None]:
    return {step.name: step.ok for step in found.steps}


async def test_machine_that_is_well_says_so_with_its_channels_and_the_round_trip() -> None:
    async with FakeMachine(password="secret") as machine:
        found = await look_at(machine, password="secret")
    assert found.ok
    assert outcome(found) == {"reach": True, "link": True, "ticket": True, "main": True}
    assert [(channel.type, channel.ok) for channel in found.channels] == [
        ("main", True), ("display", True), ("inputs", True)
    ]  # fmt: skip
    assert found.round_trip is not None
    assert 0 < found.round_trip < 1


async def test_who_asks_need_not_wait_until_the_machine_bears_that_it_is_left() -> None:
    async with FakeMachine() as machine:
        core = Core()
        async with asyncio.TaskGroup() as group:
            group.create_task(on_main(machine))
            found = await soon(check_up(core, parse_endpoint(machine.url), None, until_left=False))
        assert [channel.ok for channel in found.channels] == [True] * 3
        display, inputs = await machine.linked(ChannelType.DISPLAY), await machine.linked(ChannelType.INPUTS)
        await begin_display(display)
        await inputs.send(SetAck(1, 20))
        await soon(display.gone())
        await soon(inputs.gone())
        await core.close()


async def test_screen_without_a_picture_is_left_when_its_pointer_that_was_asked_for_later_speaks() -> None:
    channels = [ChannelId(ChannelType.CURSOR, 1), ChannelId(ChannelType.DISPLAY, 0), ChannelId(ChannelType.CURSOR, 0)]
    async with silent(channels) as machine:
        other, screen, pointer = [await machine.linked(ChannelType(channel.type)) for channel in channels]
        await other.send(SetAck(1, 20))
        await screen.send(SetAck(1, 20))
        await screen.expect(display.Init)
        await soon(other.gone())
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await screen.receive()
        await pointer.send(SetAck(1, 20))
        await soon(screen.gone())
        await soon(pointer.gone())


async def test_silent_channels_but_those_of_the_screen_are_left_when_main_answers() -> None:
    channels = [ChannelId(ChannelType.RECORD, 0), ChannelId(ChannelType.USBREDIR, 0), ChannelId(ChannelType.DISPLAY, 0)]
    async with silent(channels) as machine:
        record, usb, screen = [await machine.linked(ChannelType(channel.type)) for channel in channels]
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await record.receive()
        await machine.main.expect(AttachChannels)
        await machine.main.send(ChannelsList(channels))
        await soon(record.gone())
        await soon(usb.gone())
        await screen.send(SetAck(1, 20))
        await screen.expect(display.Init)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await screen.receive()
        await screen.send(display.InvalAllPalettes())
        await soon(screen.gone())


async def test_channels_belong_to_the_session_of_main() -> None:
    async with FakeMachine() as machine:
        await look_at(machine)
        assert [request.connection_id for request in machine.requests] == [0, INIT.session_id, INIT.session_id]


async def test_machine_in_use_is_not_shown_a_ticket() -> None:
    async with FakeMachine() as machine:
        found = await look_at(machine, whole=False)
        assert outcome(found) == {"reach": True, "link": True, "ticket": None}
        assert found.ok


async def test_wrong_password_is_told_without_the_password() -> None:
    async with FakeMachine(password="secret") as machine:
        found = await soon(check_up(Core(), parse_endpoint(machine.url), "guess-of-mine"))
    assert outcome(found) == {"reach": True, "link": True, "ticket": False}
    assert found.steps[-1].detail == "The machine refused the password."
    assert "guess-of-mine" not in repr(found)


async def test_machine_that_is_away_is_told() -> None:
    async with FakeMachine() as machine:
        url = machine.url
    found = await soon(check_up(Core(), parse_endpoint(url), None))
    assert outcome(found) == {"reach": False}
    assert "connection refused" in found.steps[0].detail


async def test_machine_that_wants_tls_says_so(tmp_path: Path) -> None:
    async with FakeMachine(tls=make_certificate(tmp_path).server_context()) as machine:
        plain = machine.url.replace("spice+tls:", "spice:")
        found = await soon(check_up(Core(), parse_endpoint(plain), None))
    assert outcome(found) == {"reach": True, "link": False}
    assert found.steps[-1].detail == "The machine speaks TLS on this port: write spice+tls://."


async def test_authority_that_is_gone_is_told(tmp_path: Path) -> None:
    found = await soon(check_up(Core(), parse_endpoint("spice+tls://127.0.0.1:1", ca_file=tmp_path / "none"), None))
    assert outcome(found) == {"reach": False}
    assert "check ca_file" in found.steps[0].detail


async def test_subject_that_is_another_is_told(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    async with FakeMachine(tls=certificate.server_context()) as machine:
        endpoint = parse_endpoint(machine.url, ca_file=certificate.cert, host_subject="CN=other")
        found = await soon(check_up(Core(), endpoint, None))
    assert "(the certificate's subject is another than host_subject)" in found.steps[0].detail


async def test_channel_that_is_refused_is_told_and_the_next_is_asked() -> None:
    async with FakeMachine() as machine:
        machine.refusals = [None, LinkErr.CHANNEL_NOT_AVAILABLE]
        found = await look_at(machine)
    assert not found.ok
    assert [channel.ok for channel in found.channels] == [True, False, True]


async def test_certificate_is_told_with_subject_and_end(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    async with FakeMachine(tls=certificate.server_context()) as machine:
        found = await look_at(machine, ca_file=certificate.cert)
    assert found.ok
    tls = next(step for step in found.steps if step.name == "tls")
    assert "organizationName=Acme" in tls.detail
    assert "good until" in tls.detail


async def test_certificate_that_nobody_vouches_for_is_told(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    async with FakeMachine(tls=certificate.server_context()) as machine:
        found = await soon(check_up(Core(), parse_endpoint(machine.url), None))
    assert outcome(found) == {"reach": False}
    assert "certificate is not trusted" in found.steps[0].detail


async def test_server_that_speaks_something_else_is_told() -> None:
    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example.net ESMTP\r\n")
        await reader.read()
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        found = await soon(check_up(Core(), parse_endpoint(f"spice://127.0.0.1:{port}"), None))
    assert outcome(found) == {"reach": True, "link": False}
    assert found.steps[-1].detail == "The peer does not speak SPICE."


async def test_machine_that_falls_silent_is_not_waited_for_at_each_channel() -> None:
    core = Core()
    async with FakeMachine() as machine:
        asked = core.spawn(check_up(core, parse_endpoint(machine.url), None, seconds=2), "check up")
        main = await machine.linked(ChannelType.MAIN)
        machine.may_grant.clear()
        await main.send(INIT)
        await main.expect(AttachChannels)
        await main.send(ChannelsList([ChannelId(ChannelType.DISPLAY, id_) for id_ in range(200)]))
        found = await soon(asked)
        machine.may_grant.set()
    assert [(channel.type, channel.ok) for channel in found.channels] == [("main", True), ("display", False)]
    assert "does not answer in time" in found.channels[1].detail
    await core.close()
