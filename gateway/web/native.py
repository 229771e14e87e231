"""`/m/{machine}.vv`: what virt-viewer opens a machine with (its manual page, "Connection file"), ticket included."""

from __future__ import annotations

from typing import NamedTuple

from aiohttp import web
from yarl import URL

from gateway.access import Permission
from gateway.web.guard import needs, principal
from gateway.web.keys import ACCESS, NATIVE
from gateway.web.origin import own_origin
from gateway.web.pages import PAGE_TICKET_SECONDS, find_machine

routes = web.RouteTableDef()


class NativeAddress(NamedTuple):
    """Where a machine takes native clients: ports (0: none), its TLS certificate's authority (PEM) and subject."""

    port: int
    tls_port: int
    ca: str = ""
    subject: str = ""


@routes.get("/m/{machine}.vv", name="vv")
@needs(Permission.TICKETS)
async def connection_file(request: web.Request) -> web.Response:
    """A file that opens the machine once, within the ticket's lifetime."""
    machine, _ = await find_machine(request)
    native_address(request, machine.name)
    issued = await request.app[ACCESS].tickets.issue(principal(request), machine.name, lifetime=PAGE_TICKET_SECONDS)
    return file_response(request, machine.name, issued.secret)


def native_address(request: web.Request, machine: str) -> NativeAddress:
    """Where a machine takes native clients. Raises `HTTPNotFound`."""
    address = request.app[NATIVE].get(machine)
    if address is None or not (address.port or address.tls_port):
        raise web.HTTPNotFound(text="This machine takes no native clients: start the gateway with --listen.")
    return address


def file_response(request: web.Request, machine: str, ticket: str) -> web.Response:
    """The file as an answer. Raises `HTTPNotFound`."""
    address = native_address(request, machine)
    host = URL(own_origin(request)).host or "localhost"
    return web.Response(
        text=write_connection_file(machine, host, address, ticket),
        content_type="application/x-virt-viewer",
        headers={"Content-Disposition": f'attachment; filename="{machine}.vv"', "Cache-Control": "no-store"},
    )


def write_connection_file(name: str, host: str, address: NativeAddress, ticket: str) -> str:
    """The file's text. Both ports stand in it: clients dial the plain one first and follow NEED_SECURED."""
    lines = ["[virt-viewer]", "type=spice", f"host={host}"]
    if address.port:
        lines.append(f"port={address.port}")
    if address.tls_port:
        lines += [f"tls-port={address.tls_port}", f"host-subject={address.subject}"]
    if address.ca:
        lines.append("ca=" + address.ca.replace("\n", "\\n"))
    lines += [f"password={ticket}", f"title={name}", "delete-this-file=1"]
    return "\n".join(lines) + "\n"
