"""All resources, put into an application."""

from __future__ import annotations

import time
from typing import Final

from aiohttp import web

from gateway.web.api import reference
from gateway.web.api.audit import audit
from gateway.web.api.channels import channels
from gateway.web.api.checkups import checkups
from gateway.web.api.events import FEED, LOOKOUT, OWN_FEEDS, events
from gateway.web.api.feed import Feed
from gateway.web.api.gateway import STARTED, gateway
from gateway.web.api.grants import grants
from gateway.web.api.lookout import Lookout
from gateway.web.api.machines import machines
from gateway.web.api.me import me
from gateway.web.api.openapi import document
from gateway.web.api.operation import CHANGED, RATE, add_operation, make_rate
from gateway.web.api.own_feed import OwnFeeds
from gateway.web.api.pictures import pictures
from gateway.web.api.sessions import sessions
from gateway.web.api.tickets import tickets
from gateway.web.api.users import users
from gateway.web.keys import CORE, FLEET, SETTINGS

RESOURCES: Final = (
    me,
    machines,
    checkups,
    channels,
    sessions,
    pictures,
    tickets,
    users,
    grants,
    audit,
    gateway,
    events,
)
"""In the order in which readers meet them."""


def add_api(app: web.Application) -> None:
    """Add every route of the API."""
    for resource in RESOURCES:
        for operation in resource.operations:
            add_operation(app, operation)
    app.add_routes(reference.routes)
    app[RATE] = make_rate()
    base = app[SETTINGS].base
    app[reference.REFERENCE] = reference.Reference(lambda: document(RESOURCES, base))


def start_api(app: web.Application) -> None:
    """What needs the loop."""
    app[STARTED] = time.time()
    feed = app[FEED] = Feed(app[CORE], app[FLEET])
    app[OWN_FEEDS], app[LOOKOUT] = OwnFeeds(), Lookout(app[CORE], app[FLEET])
    app[CHANGED] = feed.changed
