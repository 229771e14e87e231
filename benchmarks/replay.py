"""Replays a recorded 1920×1080 desktop session to our viewer and to Debian's spice-html5, in Chromium, in one run.

Both go through the same gateway. Timed is from the first byte sent until the client has answered a ping that stands
behind the last message, which it does when everything before is drawn. Each kind of compression is recorded twice at
the same time: as libspice sends it to our viewer, and as it sends it to spice-html5 (which cannot GLZ); ours plays
both, so that one comparison is of the same bytes. Afterwards both must show the same picture. A further replay is
traced, to see how long the page's own thread was ever busy at a stretch.

usage: python -m benchmarks.replay [--kinds auto_glz quic lz off] [--turns 3] [--json FILE] [--undisturbed]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Playwright, sync_playwright

from benchmarks.replay_recording import KINDS, OURS, SPICE_HTML5, record
from benchmarks.replay_server import ReplayServer
from tests.e2e import picture
from tests.e2e.browser import Viewer, Visitor, canvas_pixels, chromium
from tests.e2e.gateway import Gateway
from tests.e2e.picture import Pixels
from tests.e2e.static_site import StaticSite
from tests.e2e.test_spice_html5 import SCREEN, address
from tests.e2e.test_spice_html5 import SPICE_HTML5 as SPICE_HTML5_FOLDER

CACHE = Path(__file__).parents[1] / ".cache" / "replay"
TASK = "ThreadControllerImpl::RunTask"


@dataclass(frozen=True)
class Busy:
    """Tasks of the page's thread during a replay, milliseconds."""

    longest: float
    longest_cpu: float
    over_5: int
    tasks: int


@dataclass(frozen=True)
class Result:
    """Seconds of the median turn; sizes in megabytes."""

    kind: str
    ours: float
    ours_same_bytes: float
    theirs: float
    megabytes: float
    megabytes_theirs: float
    same_picture: bool
    page: Busy

    @property
    def ratio(self) -> float:
        return self.theirs / self.ours


@dataclass(frozen=True)
class Stand:
    """What a turn needs."""

    browser: Browser
    server: ReplayServer
    gateway: Gateway
    site: StaticSite
    cookie: tuple[str, str]

    def enter(self, viewer: Viewer) -> None:
        """The link can be used once: everybody here shares its cookie."""
        name, value = self.cookie
        viewer.context.add_cookies([{"name": name, "value": value, "url": self.gateway.origin}])
        viewer.page.goto(self.gateway.viewer_url)

    def ours(self, recording: Path, after: Callable[[Viewer], None] = lambda _: None) -> float:
        with Viewer(self.browser) as viewer:
            self.server.load(recording)
            self.enter(viewer)
            self.server.wait_for_client()
            seconds = self.server.play()
            after(viewer)
            return seconds

    def theirs(self, recording: Path, after: Callable[[Visitor], None] = lambda _: None) -> float:
        with Visitor(self.browser) as visitor:
            self.server.load(recording)
            visitor.page.goto(address(self.site, self.gateway, self.gateway.ticket(self.cookie)))
            self.server.wait_for_client()
            seconds = self.server.play()
            after(visitor)
            return seconds


def run(kind: str, turns: int, stand: Stand, playwright: Playwright) -> Result:
    files = record(kind, CACHE)
    own, same = files[OURS.name], files[SPICE_HTML5.name]
    shown: dict[str, Pixels | None] = {}
    ours, ours_same, theirs = [], [], []
    for _ in range(turns):
        ours.append(stand.ours(own))
        ours_same.append(stand.ours(same, lambda viewer: shown.update(ours=viewer.snapshot())))
        theirs.append(stand.theirs(same, lambda visitor: shown.update(theirs=canvas_pixels(visitor.page, SCREEN))))
    one, other = shown["ours"], shown["theirs"]
    return Result(
        kind,
        statistics.median(ours),
        statistics.median(ours_same),
        statistics.median(theirs),
        own.stat().st_size / 1e6,
        same.stat().st_size / 1e6,
        one is not None and other is not None and picture.equal(one, other),
        _busy(own, stand, playwright),
    )


def _busy(recording: Path, stand: Stand, playwright: Playwright) -> Busy:
    """Traces one replay in a browser of its own."""
    with chromium(playwright) as browser, Viewer(browser) as viewer:
        stand.server.load(recording)
        stand.enter(viewer)
        stand.server.wait_for_client()
        browser.start_tracing(page=viewer.page, categories=["toplevel"])
        stand.server.play()
        events = json.loads(browser.stop_tracing())["traceEvents"]
    return _tasks_of_page(events)


def _tasks_of_page(events: list[dict[str, Any]]) -> Busy:
    """The renderer's main thread is the one named so that ran most."""
    mains = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    tasks: dict[tuple[int, int], list[dict[str, Any]]] = {main: [] for main in mains}
    for event in events:
        place = (event["pid"], event["tid"])
        if place in tasks and event["name"] == TASK and event["ph"] == "X":
            tasks[place].append(event)
    busiest = max(tasks.values(), key=lambda found: sum(event["dur"] for event in found))
    wall = [event["dur"] / 1000 for event in busiest]
    cpu = [event.get("tdur", event["dur"]) / 1000 for event in busiest]
    return Busy(max(wall), max(cpu), sum(task > 5 for task in wall), len(wall))


@contextmanager
def _stand(playwright: Playwright) -> Iterator[Stand]:
    with (
        tempfile.TemporaryDirectory() as scratch,
        ReplayServer() as server,
        StaticSite(SPICE_HTML5_FOLDER) as site,
        Gateway(
            Path(scratch), f"spice://127.0.0.1:{server.port}", "", arguments=["--allowed-origin", site.origin]
        ) as gateway,
        chromium(playwright) as browser,
    ):
        yield Stand(browser, server, gateway, site, gateway.enter())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--json", type=Path, help="write the results to this file")
    parser.add_argument("--undisturbed", action="store_true", help="run at real-time priority (root)")
    options = parser.parse_args()
    if options.undisturbed:  # whatever is started inherits it
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(5))
    results = []
    print("kind      recorded MB     spicegate s   same bytes s   spice-html5 s   ratio   same picture   page's thread")
    with sync_playwright() as playwright, _stand(playwright) as stand:
        for kind in options.kinds:
            result = run(kind, options.turns, stand, playwright)
            results.append(result)
            print(
                f"{kind:9} {result.megabytes:5.1f} / {result.megabytes_theirs:5.1f}   {result.ours:11.2f}   "
                f"{result.ours_same_bytes:12.2f}   {result.theirs:13.2f}   {result.ratio:4.1f}×   "
                f"{'yes' if result.same_picture else 'NO':12}   longest task {result.page.longest:.1f} ms "
                f"({result.page.longest_cpu:.1f} ms of CPU), {result.page.over_5} of {result.page.tasks} over 5 ms",
                flush=True,
            )
    if options.json:
        options.json.write_text(json.dumps([asdict(result) for result in results], indent=2))


if __name__ == "__main__":
    main()
