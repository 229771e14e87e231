"""The toy shell: a prompt, a few files and a few commands. It can do nothing outside its window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from gateway import __version__
from gateway.machines.demo.limits import MAX_TERMINAL_LINES
from gateway.machines.demo.text import bytes_text, duration_text

if TYPE_CHECKING:
    from gateway.server.server import SpiceServer

FILES: Final[dict[str, str]] = {
    "README": (
        "This shell is a toy: it lives in the gateway's memory and reaches nothing else.\n"
        "Start the gateway with --demo-shell for a real one, where only people you trust can open it.\n"
    ),
    "channels.txt": (
        "MAIN      session, mouse mode, agent     PLAYBACK   sound of the machine\n"
        "DISPLAY   the picture                    RECORD     the microphone\n"
        "INPUTS    keys and the pointer           PORT       a serial line\n"
        "CURSOR    the pointer's shape            WEBDAV     a shared folder\n"
        "USBREDIR  USB devices                    SMARTCARD  a card reader\n"
        "TUNNEL    sockets, for a printer\n"
    ),
    "haiku.txt": "A key pressed far off;\nthe letter is here before\nthe finger comes up.\n",
}
_LONGEST_LINE: Final = 200
_HISTORY: Final = 50

BOLD, DIM, RESET = "\x1b[1m", "\x1b[90m", "\x1b[0m"
GREEN, BLUE, CYAN, YELLOW = "\x1b[32m", "\x1b[34m", "\x1b[36m", "\x1b[33m"
PROMPT: Final = f"{BOLD}{GREEN}you@demo{RESET}:{BOLD}{BLUE}~{RESET}$ "


class ToyShell:
    """Takes keys with `type`, writes with `write`. `ticking` is told whether it wants `tick` calls, 30 a second."""

    def __init__(self, server: SpiceServer, write: Callable[[str], None], ticking: Callable[[bool], None]) -> None:
        self._server = server
        self._write = write
        self._ticking = ticking
        self._line = ""
        self._history: list[str] = []
        self._at = 0
        self._running: Iterator[str] | None = None

    def start(self) -> None:
        self._write(f"{DIM}spicegate {__version__}, a toy shell. {RESET}Type {BOLD}help{RESET}.\r\n{PROMPT}")

    def stop(self) -> None:
        self._end()

    def type(self, text: str) -> None:
        """What the keys say."""
        if text == "\x03" or (self._running is not None and text == "q"):
            self._interrupt()
        elif self._running is not None:
            return
        elif text == "\r":
            self._enter()
        elif text == "\x7f":
            if self._line:
                self._line = self._line[:-1]
                self._write("\b \b")
        elif text in ("\x1b[A", "\x1b[B"):
            self._recall(-1 if text == "\x1b[A" else 1)
        elif text == "\x0c":
            self._write(f"\x1b[2J\x1b[H{PROMPT}{self._line}")
        elif text == "\x15":
            self._replace("")
        elif text.isprintable() and len(self._line) < _LONGEST_LINE:
            self._line += text
            self._write(text)

    def paste(self, text: str) -> None:
        """As if it were typed."""
        for char in text:
            self.type(char)

    def tick(self) -> None:
        """The next part of what a command writes."""
        if self._running is None:
            return
        part = next(self._running, None)
        if part is None:
            self._end()
            self._write(PROMPT)
        else:
            self._write(part)

    def _interrupt(self) -> None:
        self._end()
        self._line = ""
        self._write(f"\x1b[?25h{RESET}^C\r\n{PROMPT}")

    def _end(self) -> None:
        self._running = None
        self._ticking(False)

    def _replace(self, line: str) -> None:
        self._write("\b \b" * len(self._line) + line)
        self._line = line

    def _recall(self, step: int) -> None:
        self._at = min(len(self._history), max(0, self._at + step))
        self._replace(self._history[self._at] if self._at < len(self._history) else "")

    def _enter(self) -> None:
        line, self._line = self._line.strip(), ""
        self._write("\r\n")
        if line:
            self._history = [*self._history[-_HISTORY:], line]
            self._at = len(self._history)
            self._run(line)
        if self._running is None:
            self._write(PROMPT)

    def _run(self, line: str) -> None:
        command, _, rest = line.partition(" ")
        act = getattr(self, f"_do_{command}", None) if command.isalpha() else None
        if act is None:
            self._write(f"{command}: no such command; try {BOLD}help{RESET}\r\n")
            return
        act(rest.strip())

    def _later(self, parts: Iterator[str]) -> None:
        self._running = parts
        self._ticking(True)

    # commands

    def _do_help(self, _: str) -> None:
        rows = (
            ("ls, cat FILE", "the files that there are"),
            ("echo TEXT", "says it again"),
            ("colours", "all that the terminal has"),
            ("scroll [LINES]", "runs text through the window, 30 lines a second"),
            ("top", "this machine's channels, live; q ends it"),
            ("clients", "who looks at this machine"),
            ("clear", "an empty window"),
        )
        self._write("".join(f"  {BOLD}{name:<16}{RESET}{DIM}{text}{RESET}\r\n" for name, text in rows))

    def _do_ls(self, _: str) -> None:
        self._write("".join(f"{BOLD}{BLUE}{name:<16}{RESET}{len(text):>6} B\r\n" for name, text in FILES.items()))

    def _do_cat(self, name: str) -> None:
        text = FILES.get(name)
        self._write(text.replace("\n", "\r\n") if text is not None else f"cat: {name or 'what'}: no such file\r\n")

    def _do_echo(self, text: str) -> None:
        self._write(text + "\r\n")

    def _do_clear(self, _: str) -> None:
        self._write("\x1b[2J\x1b[H")

    def _do_colours(self, _: str) -> None:
        for base in (40, 100):
            self._write("".join(f"\x1b[{base + at}m    " for at in range(8)) + f"{RESET}\r\n")
        ramp = (f"\x1b[48;5;{at}m  " for at in range(16, 52))
        self._write("".join(ramp) + f"{RESET}\r\n")
        grey = (f"\x1b[48;5;{at}m   " for at in range(232, 256))
        self._write("".join(grey) + f"{RESET}\r\n{BOLD}bold{RESET} \x1b[4munderlined{RESET} \x1b[7mreversed{RESET}\r\n")

    def _do_scroll(self, count: str) -> None:
        lines = min(MAX_TERMINAL_LINES, int(count)) if count.isdecimal() else 150
        self._later(_scrolling(lines))

    def _do_clients(self, _: str) -> None:
        for client in self._server.clients[:MAX_TERMINAL_LINES]:
            seconds = duration_text(self._server.core.now() - client.since)
            self._write(f"{client.peer:<28} {len(client.channel_clients):>3} channels, {seconds}\r\n")

    def _do_channels(self, _: str) -> None:
        self._write(_table(self._server))

    def _do_top(self, _: str) -> None:
        self._later(_watching(self._server))


def _scrolling(lines: int) -> Iterator[str]:
    for number in range(1, lines + 1):
        text = f"{number:>5}  the quick brown fox jumps over line {number * 7919 % 1000:03} of the lazy dog"
        yield f"\x1b[{31 + number % 6}m{text}{RESET}\r\n"


def _watching(server: SpiceServer) -> Iterator[str]:
    """The table again every 30th tick."""
    yield "\x1b[2J\x1b[?25l"
    while True:
        yield f"\x1b[H{_table(server)}{DIM}q ends this{RESET}\x1b[K"
        yield from ("" for _ in range(29))


def _table(server: SpiceServer) -> str:
    head = f"{'CHANNEL':<14}{'CLIENTS':>8}{'IN':>12}{'OUT':>12}"
    lines = [f"{BOLD}{YELLOW}{head}{RESET}\x1b[K"]
    for channel in server.channels:
        counters = channel.counters
        lines.append(
            f"{CYAN}{channel.name:<14}{RESET}{channel.client_count:>8}"
            f"{bytes_text(counters.bytes_in):>12}{bytes_text(counters.bytes_out):>12}\x1b[K"
        )
    return "\r\n".join(lines) + "\r\n"
