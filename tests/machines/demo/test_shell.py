"""The real shell, which is there only where the machine was started with it."""

from __future__ import annotations

import pytest

from gateway.machines.demo import DemoMachine
from gateway.machines.demo.apps.terminal import Terminal
from gateway.machines.demo.terminal.toy import ToyShell
from tests.machines.demo.serving import ServingDemo
from tests.machines.demo.test_devices import until


@pytest.fixture(autouse=True)
def plain_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    """The person's own shell may greet and colour as it likes; this one does not."""
    monkeypatch.setenv("SHELL", "/bin/sh")
    monkeypatch.setenv("SPICEGATE_PASSWORD", "hidden")


def terminal_of(demo: DemoMachine) -> Terminal:
    window = demo.show("terminal")
    assert isinstance(window, Terminal)
    return window


def type_line(terminal: Terminal, text: str) -> None:
    terminal.program.type(text + "\r")


async def test_terminal_is_a_toy_unless_the_machine_was_started_with_a_shell() -> None:
    async with ServingDemo() as core:
        assert isinstance(terminal_of(core.demo).program, ToyShell)


async def test_shell_runs_commands_on_a_terminal_of_its_own() -> None:
    async with ServingDemo(shell=True) as core:
        terminal = terminal_of(core.demo)
        await until(core.demo, lambda: any(terminal.lines))
        type_line(terminal, "echo $((6 * 7)) [$SPICEGATE_PASSWORD] $TERM; tty; stty size")
        await until(core.demo, lambda: "42 [] linux" in terminal.lines)
        await until(core.demo, lambda: "24 80" in terminal.lines)
        assert any(line.startswith("/dev/pts/") for line in terminal.lines)


async def test_control_c_reaches_what_runs_in_the_shell() -> None:
    async with ServingDemo(shell=True) as core:
        terminal = terminal_of(core.demo)
        await until(core.demo, lambda: any(terminal.lines))
        type_line(terminal, "cat")
        type_line(terminal, "twice")
        await until(core.demo, lambda: terminal.lines.count("twice") == 2)
        terminal.program.type("\x03")
        await until(core.demo, lambda: list(filter(None, terminal.lines))[-2] == "^C")
        type_line(terminal, "echo over $((1 + 1))")
        await until(core.demo, lambda: "over 2" in terminal.lines)


async def test_window_tells_when_the_shell_ended() -> None:
    async with ServingDemo(shell=True) as core:
        terminal = terminal_of(core.demo)
        await until(core.demo, lambda: any(terminal.lines))
        type_line(terminal, "exit")
        await until(core.demo, lambda: any("the shell ended" in line for line in terminal.lines))


async def test_output_without_end_leaves_the_desktop_its_turns() -> None:
    async with ServingDemo(shell=True) as core:
        terminal = terminal_of(core.demo)
        await until(core.demo, lambda: any(terminal.lines))
        type_line(terminal, "yes")
        await until(core.demo, lambda: terminal.lines.count("y") > 20)
        core.demo.desktop.close(terminal)
