"""A real shell on a pseudo terminal, for machines that only trusted people reach."""

from __future__ import annotations

import asyncio
import codecs
import fcntl
import os
import pty
import struct
import sys
import termios
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from gateway.machines.demo.limits import SHELL_READ
from gateway.server.core import Core

_PAUSE: Final = 1 / 60
"""Seconds between reads: a program that writes without end waits in the kernel, not in our memory."""

_GRACE: Final = 1.0
"""Seconds that a shell has to end once its terminal is gone."""

_OURS: Final = "SPICEGATE_"

_TAKE_TERMINAL: Final = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execvp(sys.argv[1], sys.argv[1:])"
)
"""Run by a Python of its own, as the leader of a new session: makes the terminal its own, and becomes the shell."""


class ShellProcess:
    """`write` is told what the shell says."""

    def __init__(self, core: Core, columns: int, rows: int, write: Callable[[str], None]) -> None:
        self._core = core
        self._size = (columns, rows)
        self._write = write
        self._master = -1
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._handle: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = self._core.spawn(self._run(), "demo: shell")

    def stop(self) -> None:
        """Hang up: the shell and what it runs get SIGHUP from the kernel."""
        if self._task is not None:
            self._task.cancel()

    def type(self, text: str) -> None:
        """What the keys say; what the terminal has no room for is lost, as on a real one."""
        if self._master >= 0:
            with suppress(BlockingIOError):
                os.write(self._master, text.encode())

    def paste(self, text: str) -> None:
        """As if it were typed."""
        self.type(text)

    async def _run(self) -> None:
        process: asyncio.subprocess.Process | None = None
        self._master, slave = pty.openpty()
        try:
            os.set_blocking(self._master, False)
            columns, rows = self._size
            fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            shell = os.environ.get("SHELL", "/bin/sh")
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-c", _TAKE_TERMINAL, shell),
                stdin=slave,
                stdout=slave,
                stderr=slave,
                start_new_session=True,
                env=environment(),
            )
            os.close(slave)
            slave = -1
            self._listen()
            await process.wait()
        finally:
            if slave >= 0:
                os.close(slave)
            self._hang_up()
            if process is not None:
                await _end(process)
        self._write("\r\n[the shell ended; close this window and open it again for another]\r\n")

    def _listen(self) -> None:
        self._handle = None
        self._core.loop.add_reader(self._master, self._on_readable)

    def _on_readable(self) -> None:
        """Read a bounded part, and pause."""
        self._core.loop.remove_reader(self._master)
        try:
            data = os.read(self._master, SHELL_READ)
        except OSError:  # EIO: nobody holds the other end
            return
        self._write(self._decoder.decode(data))
        self._handle = self._core.loop.call_later(_PAUSE, self._listen)

    def _hang_up(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
        self._core.loop.remove_reader(self._master)
        os.close(self._master)
        self._master = -1


async def _end(process: asyncio.subprocess.Process) -> None:
    """Until it is gone: a shell ends when its terminal does; one that does not is killed."""
    try:
        async with asyncio.timeout(_GRACE):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def environment() -> dict[str, str]:
    """The shell's variables: the gateway's own, without those that may hold its secrets."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    return {**kept, "TERM": "linux"}
