"""Testing the connection to a machine: as it is kept, or as it is about to be."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Annotated

from pydantic import Field

from gateway.access import Permission
from gateway.machines.relay.checkup import Checkup, Step, check_up
from gateway.web.api.machines import Name, NewMachine, as_record, draft_of, find
from gateway.web.api.operation import Ask, Resource
from gateway.web.api.shapes import Shape, when
from gateway.web.keys import CORE
from gateway.web.reloading import STORE_MACHINES

checkups = Resource("checkups", "Asking a machine what is wrong with it.")


class CheckupQuery(Shape):
    """How far to go."""

    whole: bool | None = Field(
        None,
        description="Also show the ticket and link every channel, for which many machines drop their user; unless "
        "given, only while nobody is there.",
    )


class StepView(Shape):
    """One question: `reach`, `tls`, `link`, `ticket`, `main`."""

    name: str
    ok: bool | None
    """Null: it was not asked."""
    detail: str
    seconds: float | None


class ChannelStepView(Shape):
    """One channel's link."""

    type: str
    id: int
    ok: bool
    detail: str
    seconds: float
    capabilities: list[str]


class CheckupView(Shape):
    """What the machine said."""

    ok: bool
    at: datetime
    address: str
    steps: list[StepView]
    channels: list[ChannelStepView]
    round_trip: Annotated[float, Field(ge=0)] | None
    """Seconds between gateway and machine; null: it did not come so far."""


def checkup_view(found: Checkup) -> CheckupView:
    return CheckupView(
        ok=found.ok,
        at=when(time.time()),
        address=found.address,
        steps=[StepView(name=s.name, ok=s.ok, detail=s.detail, seconds=s.seconds) for s in found.steps],
        channels=[
            ChannelStepView(
                type=channel.type,
                id=channel.id,
                ok=channel.ok,
                detail=channel.detail,
                seconds=channel.seconds,
                capabilities=channel.capabilities,
            )
            for channel in found.channels
        ],
        round_trip=found.round_trip,
    )


@checkups.post("/machines/{machine}/test", Permission.MACHINES_TEST)
async def test_machine(ask: Ask, machine: Name, query: CheckupQuery) -> CheckupView:
    """Ask a machine step by step: connection, certificate, link, ticket, channels, round trip."""
    member, _ = await find(ask, machine)
    spec = member.spec
    await ask.access.trail.write(ask.by, "machine.test", f"machine:{machine}")
    if spec.endpoint is None:
        here = Step("reach", True, "It runs in the gateway itself.", 0.0)
        return checkup_view(Checkup(member.machine.address, [here]))
    whole = query.whole if query.whole is not None else not member.machine.server.clients
    core = ask.request.app[CORE]
    return checkup_view(await check_up(core, spec.endpoint, spec.password, whole=whole, until_left=False))


@checkups.post("/machines/test", Permission.MACHINES_CHANGE)
async def test_draft(ask: Ask, body: NewMachine) -> CheckupView:
    """The same for a machine that is about to be added or changed; nothing is kept.

    It shows the machine's password to the address that is given, which is why it takes more than testing a machine
    that is there.
    """
    draft = draft_of(body.name, body)
    draft.check()
    spec = ask.request.app[STORE_MACHINES].spec(as_record(draft))
    await ask.access.trail.write(ask.by, "machine.test", f"machine:{body.name}", url=body.url)
    assert spec.endpoint is not None
    return checkup_view(await check_up(ask.request.app[CORE], spec.endpoint, spec.password, until_left=False))
