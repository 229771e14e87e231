"""Watches over the sessions of all machines: what they were opened by, and that they end when that ends."""

from __future__ import annotations

import asyncio
import logging
from functools import partial

from gateway.access import Access, Principal
from gateway.access.errors import AccessError
from gateway.access.leases import Lease
from gateway.machines.machine import Machine
from gateway.server.client import RedClient
from gateway.server.closing import CloseCode, Closing
from gateway.server.core import Core
from gateway.server.rights import Right
from gateway.server.visitor import Admission, Doorkeeper, login_admission, ticket_admission
from gateway.store.errors import StoreError
from gateway.web.addresses import host_of
from gateway.web.pictures import Pictures

log = logging.getLogger("spicegate.web")


class Concierge:
    """Stands at every machine of the gateway."""

    def __init__(self, core: Core, access: Access, pictures: Pictures) -> None:
        self._core = core
        self._access = access
        self._pictures = pictures
        self._leases: dict[RedClient, Lease] = {}
        self._present: set[RedClient] = set()
        self._left = asyncio.Event()

    def attend(self, machine: Machine) -> None:
        """Ask at a machine's door from now on, and watch over its sessions."""
        machine.server.doorkeeper = TicketDoor(self._access, machine.name)
        machine.server.on_client_added = partial(self._on_added, machine.name)
        machine.server.on_client_removed = self._on_removed

    async def admit(self, principal: Principal, machine: str) -> Admission | None:
        """What somebody who is logged in opens a machine by; None: it is not theirs to see."""
        rights = await self._access.authority.rights(principal, machine)
        if rights is Right.NONE or principal.proof is None:
            return None
        proof = f"{principal.proof.kind} {principal.proof.id}"
        return login_admission(proof, rights, principal.name, principal)

    @property
    def sessions(self) -> int:
        """Sessions that are open on all machines."""
        return len(self._present)

    async def until_empty(self) -> None:
        """Return when nobody is left."""
        while self._present:
            self._left.clear()
            await self._left.wait()

    def _on_added(self, machine: str, client: RedClient) -> None:
        self._present.add(client)
        if isinstance(client.admission.holder, Principal):
            self._core.spawn(self._take(machine, client, client.admission.holder), f"lease of {machine}")

    def _on_removed(self, client: RedClient) -> None:
        self._present.discard(client)
        self._left.set()
        self._pictures.on_session_over(client)
        if (lease := self._leases.pop(client, None)) is not None:
            self._access.leases.release(lease)

    async def _take(self, machine: str, client: RedClient, principal: Principal) -> None:
        """Have the session end with what opened it, and do more when more is allowed."""

        def end(sentence: str) -> None:
            client.destroy(Closing(CloseCode.NOT_ALLOWED, sentence))

        lease = await self._access.leases.take(principal, machine, client.admission.rights, end, client.grant)
        if client in client.server.clients:
            self._leases[client] = lease
        else:
            self._access.leases.release(lease)


class TicketDoor(Doorkeeper):
    """One machine's door: console tickets open it."""

    def __init__(self, access: Access, machine: str) -> None:
        self._access = access
        self._machine = machine

    async def expects(self) -> bool:
        try:
            return await self._access.tickets.any_open(self._machine)
        except StoreError:
            return True

    async def admit(self, password: str, peer: str) -> Admission | None:
        machine, access = self._machine, self._access
        try:
            principal = await access.tickets.redeem(password, machine, address=host_of(peer))
            rights = await access.authority.rights(principal, machine)
        except (AccessError, StoreError) as error:
            context = {"machine": machine, "peer": peer}
            log.info("%s: %s: ticket refused: %s", machine, peer, error, extra=context)
            return None
        if rights is Right.NONE:
            return None
        return ticket_admission(password, rights, principal.name, principal)
