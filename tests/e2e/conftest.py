"""What the end-to-end tests share: the saved guests, a running Chromium, visitors."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.e2e.browser import Viewer, chromium
from tests.e2e.credentials import NAME
from tests.e2e.gateway import Gateway
from tests.e2e.guest import pattern
from tests.e2e.guest.build import CACHE, Guest, build
from tests.e2e.office import Office
from tests.e2e.office_visitor import Enter, Worker
from tests.e2e.program import wait_for
from tests.e2e.qemu import BINARY, LinuxQemu, Qemu, Vga
from tests.e2e.xspice import Xspice

_PROGRAMS = (
    "qemu-system-x86_64", "Xspice", "spicy-screenshot", "chromium", "firefox-esr", "xterm", "xclock", "xdotool",
    "display", "dpkg-deb", "remote-viewer", "Xvfb", "certutil", "pulseaudio", "cupsd",
)  # fmt: skip
_VGAS: tuple[Vga, ...] = ("qxl", "std")


@pytest.fixture(scope="session", autouse=True)
def _programs() -> None:
    missing = [name for name in _PROGRAMS if shutil.which(name) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}; 'make test' installs tests/e2e/apt-packages.txt")


@dataclass(frozen=True)
class SavedGuests:
    """Linux guests that have booted once; each test goes on from there in a machine of its own."""

    guest: Guest
    home: Path

    def state(self, vga: Vga) -> Path:
        return self.home / vga

    def start(self, home: Path, vga: Vga, compression: str = "auto_glz", *, spice: str = "", port: int | None = None
              ) -> LinuxQemu:  # fmt: skip
        return LinuxQemu(home, self.guest, vga, compression, state=self.state(vga), spice=spice, port=port)


@pytest.fixture(scope="session")
def guests(tmp_path_factory: pytest.TempPathFactory) -> SavedGuests:
    """Boots the guest once on each display adapter, at the same time, and saves both beside the guest."""
    with alone(CACHE):
        guest = build()
        version = subprocess.run([BINARY, "--version"], capture_output=True, check=True).stdout
        saved = SavedGuests(guest, guest.kernel.parent / f"states-{hashlib.sha256(version).hexdigest()[:12]}")
        if not saved.home.exists():
            _boot_and_save(saved, tmp_path_factory.mktemp("boot"))
    return saved


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """While no other run of the tests is at work in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _boot_and_save(saved: SavedGuests, scratch: Path) -> None:
    parts = saved.home.with_suffix(".part")
    parts.mkdir(exist_ok=True)
    with ExitStack() as running:
        machines = [(vga, running.enter_context(LinuxQemu(scratch / vga, saved.guest, vga))) for vga in _VGAS]
        for vga, machine in machines:
            machine.wait_for_boot()
            machine.save_state(parts / vga)
    parts.rename(saved.home)


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """Closed at the end of this package: tests elsewhere run event loops of their own."""
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    with chromium(playwright) as running:
        yield running


@pytest.fixture
def viewer(browser: Browser) -> Iterator[Viewer]:
    with Viewer(browser) as somebody:
        yield somebody


@pytest.fixture
def exact(browser: Browser) -> Iterator[Viewer]:
    """A visitor whose window is as large as the guest's screen: a machine pixel is a pixel of the page."""
    with Viewer(browser, {"width": pattern.WIDTH, "height": pattern.HEIGHT}) as somebody:
        yield somebody


@pytest.fixture
def cleanup() -> Iterator[ExitStack]:
    """Programs entered here end with the test, last first."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def gateway_for(tmp_path: Path, cleanup: ExitStack) -> GatewayFor:
    return GatewayFor(tmp_path, cleanup)


@dataclass(frozen=True)
class GatewayFor:
    """Starts the gateway in front of a machine."""

    home: Path
    cleanup: ExitStack

    def __call__(self, machine: Qemu | Xspice, *arguments: str, url: str | None = None) -> Gateway:
        return self.cleanup.enter_context(
            Gateway(self.home / "gateway", url or machine.url, machine.password, arguments=arguments)
        )


@pytest.fixture
def enter(browser: Browser, office: Office, cleanup: ExitStack) -> Enter:
    """Whoever comes to the office of the test's module; of their sessions, none is left to the next test."""
    cleanup.callback(lambda: wait_for("end of all sessions", office.is_left))

    def come(name: str = NAME) -> Worker:
        return cleanup.enter_context(Worker(browser, office, name))

    return come
