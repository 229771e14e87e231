"""Who gets into a machine on our core, by which door, and who stays: spice-gtk tries it."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from gateway.server.transport import StreamTransport
from gateway.spice.enums import ChannelType
from tests.e2e.certificates import write_certificates
from tests.e2e.core_machine import CoreMachine
from tests.e2e.noted_devices import NotedKeyboard
from tests.e2e.spice_gtk.client import SpiceGtk

pytestmark = pytest.mark.e2e

PASSWORD = "the machine's password"


def machine_with_password(home: Path, stack: ExitStack, *, tls: bool = False) -> CoreMachine:
    return stack.enter_context(CoreMachine(home / "machine", password=PASSWORD, tls=tls))


def over_tls(machine: CoreMachine, type_: ChannelType) -> bool:
    """Whether the only client of a channel came over TLS."""
    channel = machine.server.find_channel(type_, 0)
    assert channel is not None
    (link,) = machine.call(lambda: tuple(channel.clients))
    assert isinstance(link.transport, StreamTransport)
    return link.transport.ssl_object is not None


def test_client_with_the_password_is_in_and_learns_the_machines_name(tmp_path: Path, cleanup: ExitStack) -> None:
    machine = machine_with_password(tmp_path, cleanup)
    person = cleanup.enter_context(SpiceGtk(**machine.way_in))
    person.opened("main", "inputs")
    person.expect("name", name="machine")


def test_wrong_password_is_refused(tmp_path: Path, cleanup: ExitStack) -> None:
    machine = machine_with_password(tmp_path, cleanup)
    person = cleanup.enter_context(SpiceGtk(**{**machine.way_in, "password": "a guess"}))
    person.expect("channel-event", channel="main", what="error-auth")
    assert machine.call(lambda: machine.server.clients) == []


def test_expired_password_is_refused(tmp_path: Path, cleanup: ExitStack) -> None:
    machine = machine_with_password(tmp_path, cleanup)
    machine.call(lambda: machine.server.set_ticket(PASSWORD, lifetime=0.0))
    person = cleanup.enter_context(SpiceGtk(**machine.way_in))
    person.expect("channel-event", channel="main", what="error-auth")


def test_one_time_ticket_opens_every_channel_of_one_session_only(tmp_path: Path, cleanup: ExitStack) -> None:
    machine = machine_with_password(tmp_path, cleanup)
    ticket = machine.call(lambda: machine.server.tickets.issue(machine.core.now()))
    with_ticket = {**machine.way_in, "password": ticket}
    cleanup.enter_context(SpiceGtk(**with_ticket)).opened("main", "inputs")
    late = cleanup.enter_context(SpiceGtk(**with_ticket))
    late.expect("channel-event", channel="main", what="error-auth")


def test_one_time_ticket_that_expired_is_refused(tmp_path: Path, cleanup: ExitStack) -> None:
    machine = machine_with_password(tmp_path, cleanup)
    tickets = machine.server.tickets
    ticket = machine.call(lambda: tickets.issue(machine.core.now() - tickets.lifetime))
    late = cleanup.enter_context(SpiceGtk(**{**machine.way_in, "password": ticket}))
    late.expect("channel-event", channel="main", what="error-auth")


def test_client_comes_by_unix_socket(tmp_path: Path, cleanup: ExitStack) -> None:
    machine = cleanup.enter_context(CoreMachine(tmp_path / "machine", password=PASSWORD, unix=True))
    cleanup.enter_context(SpiceGtk(**machine.way_in)).opened("main", "inputs")


def test_two_clients_type_on_one_machine(tmp_path: Path, cleanup: ExitStack) -> None:
    machine = machine_with_password(tmp_path, cleanup)
    machine.add(NotedKeyboard(machine.notes))
    people = [cleanup.enter_context(SpiceGtk(**machine.way_in)).opened("inputs") for _ in range(2)]
    for code, person in enumerate(people, 16):
        person.do("key_press_and_release", code=code)
        assert machine.notes.take(2, "scan") == [("scan", code), ("scan", code | 0x80)]
    people[0].do("disconnect")
    people[0].expect("channel-event", channel="inputs", what="closed")
    people[1].do("key_press_and_release", code=30)
    machine.notes.expect("scan", 30)


@pytest.mark.parametrize("by_subject", [False, True], ids=["by-host", "by-subject"])
def test_client_comes_over_tls(by_subject: bool, tmp_path: Path, cleanup: ExitStack) -> None:
    machine = machine_with_password(tmp_path, cleanup, tls=True)
    subject = {"cert_subject": machine.subject, "host": "localhost"} if by_subject else {}
    person = cleanup.enter_context(SpiceGtk(**{**machine.secure_way_in, **subject}))
    person.opened("main", "inputs")


def test_client_that_does_not_know_the_authority_does_not_come(tmp_path: Path, cleanup: ExitStack) -> None:
    machine = machine_with_password(tmp_path, cleanup, tls=True)
    other = write_certificates(tmp_path / "other")
    person = cleanup.enter_context(SpiceGtk(**{**machine.secure_way_in, "ca_file": str(other)}))
    person.expect("channel-event", channel="main", what="error-tls")


def test_channel_that_needs_tls_is_opened_over_tls_by_a_client_on_the_plain_port(
    tmp_path: Path, cleanup: ExitStack
) -> None:
    machine = machine_with_password(tmp_path, cleanup, tls=True)
    machine.call(lambda: setattr(machine.server, "tls_channels", frozenset({ChannelType.INPUTS})))
    person = cleanup.enter_context(SpiceGtk(**{**machine.secure_way_in, **machine.way_in}))
    person.opened("main", "inputs")
    assert [over_tls(machine, type_) for type_ in (ChannelType.MAIN, ChannelType.INPUTS)] == [False, True]


def test_channel_that_needs_tls_is_refused_where_there_is_none(tmp_path: Path, cleanup: ExitStack) -> None:
    machine = machine_with_password(tmp_path, cleanup)
    machine.call(lambda: setattr(machine.server, "tls_channels", frozenset({ChannelType.INPUTS})))
    person = cleanup.enter_context(SpiceGtk(**machine.way_in))
    person.opened("main")
    person.expect("channel-event", channel="inputs", what="error-connect")
