"""`remote-viewer` opens the gateway's connection file: the machine is on its screen, and its keys reach the machine."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from gateway.machines.demo.apps.terminal import Terminal
from tests.e2e import picture
from tests.e2e.certificates import write_certificates
from tests.e2e.demo_gateway import DemoGateway
from tests.e2e.gateway import Gateway
from tests.e2e.oracle import screenshot
from tests.e2e.program import PATIENCE, ticks, wait_for
from tests.e2e.remote_viewer import RemoteViewer, Xvfb, find

pytestmark = pytest.mark.e2e


class Way:
    """A way to the running gateway's machine for `spicy-screenshot`."""

    def __init__(self, url: str, password: str) -> None:
        self.url, self.password = url, password


@pytest.fixture
def screen(tmp_path: Path, cleanup: ExitStack) -> Xvfb:
    return cleanup.enter_context(Xvfb(tmp_path / "xvfb"))


def test_remote_viewer_shows_what_spicy_screenshot_sees_of_a_running_gateway(
    tmp_path: Path, cleanup: ExitStack, screen: Xvfb
) -> None:
    arguments = ["--listen", "0", "--tls-listen", "0"]
    gateway = cleanup.enter_context(Gateway(tmp_path / "gateway", None, "a secret", arguments=arguments))
    file = gateway.connection_file(gateway.enter())
    fields = dict(line.split("=", 1) for line in file.splitlines() if "=" in line)
    assert int(fields["port"]) and int(fields["tls-port"])
    viewer = cleanup.enter_context(RemoteViewer(tmp_path / "viewer", screen, file))
    way = Way(f"spice://127.0.0.1:{fields['port']}", "a secret")
    wait_until_shown(screen, lambda: screenshot(way))
    assert not viewer.file.exists()


@pytest.mark.parametrize("secure", [False, True], ids=["plain", "tls"])
def test_keys_typed_in_remote_viewer_reach_the_machine(
    secure: bool, tmp_path: Path, cleanup: ExitStack, screen: Xvfb
) -> None:
    ca_file = write_certificates(tmp_path / "tls") if secure else None
    gateway = cleanup.enter_context(DemoGateway(ca_file=ca_file))
    file = gateway.connection_file()
    if secure:
        file = "".join(line for line in file.splitlines(keepends=True) if not line.startswith("port="))
    cleanup.enter_context(RemoteViewer(tmp_path / "viewer", screen, file))
    terminal = gateway.call(lambda: gateway.demo.app("terminal"))
    assert isinstance(terminal, Terminal)
    left, top = wait_until_shown(screen, gateway.pixels)
    x, y = gateway.call(lambda: (terminal.left + 100, terminal.top + 100))
    screen.xdotool("mousemove", str(left + x), str(top + y), "click", "1")
    screen.xdotool("type", "--delay", "20", "echo typed in remote-viewer")
    screen.xdotool("key", "Return")
    wait_for("typed line", lambda: "\ntyped in" in "\n".join(gateway.call(lambda: terminal.lines)))
    wait_until_shown(screen, gateway.pixels)


def test_machine_takes_the_size_of_remote_viewers_window(tmp_path: Path, cleanup: ExitStack, screen: Xvfb) -> None:
    gateway = cleanup.enter_context(DemoGateway())
    cleanup.enter_context(RemoteViewer(tmp_path / "viewer", screen, gateway.connection_file()))
    wait_until_shown(screen, gateway.pixels)
    window = screen.xdotool("search", "--onlyvisible", "--name", "demo").split()[-1]
    for width, height in ((1100, 700), (900, 900)):
        screen.xdotool("windowsize", "--sync", window, str(width), str(height))
        # Sizes on the way may be asked for as well: that of the window comes at last.
        wait_for("size of the window", lambda size=(width, height): fills(gateway, *size))  # type: ignore[misc]
        wait_until_shown(screen, gateway.pixels)


def fills(gateway: DemoGateway, width: int, height: int) -> bool:
    """Whether the machine's only monitor is as large as a window of this size but for what stands around it."""
    ((wide, high),) = gateway.call(lambda: gateway.demo.display.sizes)
    return width - 40 < wide <= width and height - 120 < high <= height


def wait_until_shown(screen: Xvfb, look: Callable[[], picture.Pixels]) -> tuple[int, int]:
    """Until the whole picture is somewhere on the screen, pixel for pixel; where."""
    for _ in ticks(PATIENCE, 0.3):
        expected = look()
        if (place := find(expected, screen.photograph())) is not None:
            return place
    picture.keep("remote-viewer", ours=screen.photograph(), expected=expected)
    raise AssertionError("remote-viewer does not show the machine's picture")
