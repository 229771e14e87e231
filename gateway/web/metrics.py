"""`/metrics`: the gateway's figures as Prometheus asks for them, read from what runs at that moment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from aiohttp import web
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from gateway import __version__
from gateway.access import Permission
from gateway.machines.health import State
from gateway.server.channel import RedChannel
from gateway.server.channel_client import RedChannelClient
from gateway.server.pipe_client import PipeClient
from gateway.web.guard import needs
from gateway.web.keys import ACCESS, CONNECTIONS, CORE, FLEET, READINESS

routes = web.RouteTableDef()


@routes.get("/metrics", name="metrics")
@needs(Permission.METRICS)
async def metrics(request: web.Request) -> web.Response:
    """For Prometheus, which shows an API key with the scope `read`."""
    registry = CollectorRegistry()
    registry.register(GatewayCollector(request.app))
    ProcessCollector(registry=registry)
    return web.Response(body=generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})


class GatewayCollector(Collector):
    """Everything of one application."""

    def __init__(self, app: web.Application) -> None:
        self._app = app

    def collect(self) -> Iterator[Metric]:
        yield _info()
        yield from self._machines()
        yield from self._channels()
        yield from self._people()
        yield from self._work()
        yield from self._certificate()

    def _machines(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("spicegate_machine_up", "Whether it was there when last tried.", labels=["machine"])
        sessions = GaugeMetricFamily("spicegate_sessions", "Sessions that are open.", labels=["machine"])
        closed = CounterMetricFamily(
            "spicegate_channels_closed", "Channel connections that ended, by why.", labels=["machine", "reason"]
        )
        refused = CounterMetricFamily(
            "spicegate_links_refused", "Links that were refused, by why.", labels=["machine", "reason"]
        )
        for member in self._app[FLEET]:
            machine, name = member.machine, member.spec.name
            if machine.health.state is not State.UNKNOWN:  # nobody has tried: no alert may say that it is away
                up.add_metric([name], float(machine.health.state is State.UP))
            sessions.add_metric([name], len(machine.server.clients))
            for code, count in machine.server.closings.items():
                closed.add_metric([name, code.name.lower()], count)
            for code, count in machine.server.refusals.items():
                refused.add_metric([name, code.name.lower()], count)
        yield from (up, sessions, closed, refused)

    def _channels(self) -> Iterator[Metric]:
        place = ["machine", "channel"]
        linked = GaugeMetricFamily("spicegate_channel_clients", "Connections to a channel.", labels=place)
        octets = CounterMetricFamily(
            "spicegate_channel_bytes", "Bytes through a channel.", labels=[*place, "direction"]
        )
        messages = CounterMetricFamily(
            "spicegate_channel_messages", "Messages through a channel.", labels=[*place, "direction"]
        )
        queued = GaugeMetricFamily(
            "spicegate_channel_queue_bytes", "Bytes that wait for the clients of a channel.", labels=place
        )
        trips = GaugeMetricFamily(
            "spicegate_channel_round_trip_seconds", "The longest round trip among its clients.", labels=place
        )
        for member in self._app[FLEET]:
            for channel in member.machine.server.channels:
                labels = [member.spec.name, channel.name]
                count = channel.counters
                linked.add_metric(labels, channel.client_count)
                for direction, size, number in (
                    ("in", count.bytes_in, count.messages_in),
                    ("out", count.bytes_out, count.messages_out),
                ):
                    octets.add_metric([*labels, direction], size)
                    messages.add_metric([*labels, direction], number)
                queued.add_metric(labels, sum(map(waiting, channel.clients)))
                if (trip := longest_trip(channel)) is not None:
                    trips.add_metric(labels, trip)
        yield from (linked, octets, messages, queued, trips)

    def _people(self) -> Iterator[Metric]:
        access = self._app[ACCESS]
        logins = CounterMetricFamily("spicegate_logins", "Log-ins by password, by outcome.", labels=["outcome"])
        for outcome, count in access.logins.outcomes.items():
            logins.add_metric([outcome], count)
        yield logins
        yield GaugeMetricFamily("spicegate_addresses_barred", "Addresses barred from log-in.", access.lockout.barred())
        yield GaugeMetricFamily("spicegate_store_up", "Whether the store can be used.", float(access.fault is None))

    def _work(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("spicegate_connections", "WebSockets that are open.", len(self._app[CONNECTIONS]))
        durations = self._app[CORE].durations
        buckets = [(f"{bound:g}" if bound != float("inf") else "+Inf", count) for bound, count in durations.cumulated()]
        work = HistogramMetricFamily("spicegate_encode_seconds", "Time that encoders took, in their threads.")
        work.add_metric([], buckets, durations.total)
        yield work

    def _certificate(self) -> Iterator[Metric]:
        tls = self._app[READINESS].tls
        if tls is not None and tls.validity.ends is not None:
            what = "Until when the certificate of its own is good (Unix time)."
            yield GaugeMetricFamily("spicegate_certificate_expiry_timestamp_seconds", what, tls.validity.ends)


def _info() -> Metric:
    info = GaugeMetricFamily("spicegate_info", "The version that runs.", labels=["version"])
    info.add_metric([__version__], 1)
    return info


def waiting(client: RedChannelClient) -> int:
    """Bytes that wait for a client: in its pipe, and in the socket's buffer of ours."""
    return client.transport.unsent + (client.pipe.octets if isinstance(client, PipeClient) else 0)


def longest_trip(channel: RedChannel) -> float | None:
    """The longest round trip of a channel's clients, None where none is known."""
    known: Iterable[float] = (client.round_trip for client in channel.clients if client.round_trip is not None)
    return max(known, default=None)
