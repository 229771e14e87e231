"""`/metrics`, for Prometheus."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from gateway.access import Role, Scope
from gateway.spice.enums import ChannelType
from gateway.spice.messages.common import Pong
from tests.peers import FakeMachine
from tests.running import RunningGateway, open_channel, open_session


async def figures(
    gateway: RunningGateway, name: str = "prometheus"
) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """All samples, as a program with an API key gets them."""
    key = await gateway.access.keys.issue(await gateway.admin(), name, [Scope.READ])
    async with gateway.visitor().get("/metrics", headers={"Authorization": f"Bearer {key.secret}"}) as response:
        assert response.status == 200
        text = await response.text()
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_sessions_channels_and_bytes_are_told(gateway: RunningGateway, machine: FakeMachine) -> None:
    browser = await gateway.browser()
    await open_session(browser, machine)
    await open_channel(browser, machine, ChannelType.DISPLAY)
    found = await figures(gateway)
    office = ("machine", "office")
    display = frozenset({office, ("channel", "display 0")})
    assert found["spicegate_sessions", frozenset({office})] == 1
    assert found["spicegate_machine_up", frozenset({office})] == 1
    assert found["spicegate_channel_clients", display] == 1
    main_out = frozenset({office, ("channel", "main 0"), ("direction", "out")})
    assert found["spicegate_channel_messages_total", main_out] == 2
    assert found["spicegate_channel_bytes_total", main_out] > 30
    assert found["spicegate_store_up", frozenset()] == 1
    assert found["spicegate_encode_seconds_count", frozenset()] == 0


async def test_machine_that_nobody_tried_is_not_said_to_be_away() -> None:
    for tried in (False, True):
        async with RunningGateway({"office": "spice://127.0.0.1:1"}) as gateway:
            if tried:
                await gateway.machine().probe()
            found = await figures(gateway)
        assert found.get(("spicegate_machine_up", frozenset({("machine", "office")}))) == (0 if tried else None)


async def test_refused_links_and_log_ins_are_counted(gateway: RunningGateway, machine: FakeMachine) -> None:
    await gateway.admin()
    await gateway.stranger().refusal(ChannelType.MAIN, password="guess")
    form = {"name": "admin", "password": "mistyped"}
    async with gateway.visitor().post("/login", data=form, headers={"Origin": gateway.site}) as response:
        assert response.status == 401
    found = await figures(gateway)
    refused = frozenset({("machine", "office"), ("reason", "not_allowed")})
    assert found["spicegate_links_refused_total", refused] == 1
    assert found["spicegate_logins_total", frozenset({("outcome", "failed")})] == 1


async def test_figures_are_not_for_everybody(gateway: RunningGateway) -> None:
    async with gateway.visitor().get("/metrics") as response:
        assert response.status == 401
    session = await gateway.logged_in(Role.USER)
    async with session.get("/metrics") as response:
        assert response.status == 403


async def test_round_trip_to_a_browser_at_a_relayed_machine_is_told(
    gateway: RunningGateway, machine: FakeMachine
) -> None:
    near, far = await open_session(await gateway.browser(), machine)
    await near.send(Pong(7, 8))  # behind the answer to the gateway's ping
    await far.expect(Pong)
    found = await figures(gateway)
    place = frozenset({("machine", "office"), ("channel", "main 0")})
    assert found["spicegate_channel_round_trip_seconds", place] > 0


async def test_totals_of_a_channel_never_go_down(gateway: RunningGateway, machine: FakeMachine) -> None:
    place = frozenset({("machine", "office"), ("channel", "main 0"), ("direction", "out")})
    office = gateway.machine()
    near, _ = await open_session(await gateway.browser(), machine)
    before = (await figures(gateway))["spicegate_channel_bytes_total", place]
    machine.vanish()
    await near.gone()
    await office.probe()
    assert office.server.channels == []
    await machine.appear()
    await open_session(await gateway.browser(), machine)
    assert (await figures(gateway, "again"))["spicegate_channel_bytes_total", place] > before
