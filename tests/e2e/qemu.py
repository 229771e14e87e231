"""QEMU as a SPICE machine: firmware only, or with the Linux guest."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.e2e.guest.build import Guest
from tests.e2e.lines import LineSocket
from tests.e2e.program import PATIENCE, SEVERAL_CLIENTS, Program, listening
from tests.e2e.qmp import Qmp
from tests.e2e.reserved import free_port

Vga = Literal["qxl", "std", "none"]

BINARY = "qemu-system-x86_64"
MEMORY = "192"
KERNEL_ARGUMENTS = (
    "console=ttyS0 quiet nokaslr mitigations=off tsc=reliable no_timer_check consoleblank=0 video=1024x768"
)
INPUT_DEVICES = ("AT_Translated_Set_2_keyboard", "ImExPS/2_Generic_Explorer_Mouse", "QEMU_QEMU_USB_Tablet")


@dataclass(frozen=True)
class InputEvent:
    """One evdev event: `linux/input-event-codes.h` has the numbers."""

    device: str
    type: int
    code: int
    value: int


class Qemu(Program):
    """A virtual machine under `-accel tcg` with a SPICE server on `port`, protected by `password`.

    `compression` is QEMU's `image-compression`; `spice` adds further options of `-spice`; `unix` has it listen on a
    socket in the file system instead of the port.
    """

    password = "a machine's own secret"

    def __init__(
        self, home: Path, vga: Vga, compression: str = "auto_glz", *,
        arguments: Sequence[str] = (), spice: str = "", port: int | None = None, unix: bool = False,
    ) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.port = port or free_port()
        self.socket = home / "spice" if unix else None
        self._qmp_path = home / "qmp"
        self._qmp_path.unlink(missing_ok=True)
        secret = home / "password"
        secret.write_text(self.password)
        super().__init__(
            [
                BINARY, "-accel", "tcg", "-m", MEMORY, "-vga", vga, "-display", "none", "-no-user-config",
                "-net", "none", "-object", f"secret,id=password,file={secret}",
                "-spice", f"{self._place()},password-secret=password,image-compression={compression},"
                f"jpeg-wan-compression=never{spice}",
                "-qmp", f"unix:{self._qmp_path},server=on,wait=off", *arguments,
            ],
            home / "qemu.log",
            env=SEVERAL_CLIENTS,
        )  # fmt: skip
        self.wait_until("its SPICE port", lambda: self._is_listening() and self._qmp_path.exists())
        self.qmp = Qmp(self._qmp_path)

    @property
    def url(self) -> str:
        return f"spice+unix://{self.socket}" if self.socket else f"spice://127.0.0.1:{self.port}"

    def _place(self) -> str:
        return f"unix=on,addr={self.socket}" if self.socket else f"port={self.port},addr=127.0.0.1"

    def _is_listening(self) -> bool:
        return self.socket.exists() if self.socket else listening(self.port)

    def freeze(self) -> None:
        """Stops the machine's processors and devices: the screen stays as it is."""
        self.qmp.execute("stop")

    def resume(self) -> None:
        self.qmp.execute("cont")

    def stop(self) -> None:
        super().stop()
        self.qmp.close()


class FirmwareQemu(Qemu):
    """A machine with nothing to boot: its firmware says so and waits."""

    def __init__(
        self, home: Path, vga: Vga, compression: str = "auto_glz", *, spice: str = "", unix: bool = False
    ) -> None:
        self._messages = home / "firmware.log"
        port = ["-debugcon", f"file:{self._messages}", "-global", "isa-debugcon.iobase=0x402"]
        super().__init__(home, vga, compression, arguments=port, spice=spice, unix=unix)

    def wait_for_screen(self) -> None:
        """Returns when the firmware has given up looking for a disk."""
        self.wait_until("the firmware's last line", lambda: "No bootable device" in self._said())

    def _said(self) -> str:
        return self._messages.read_text(errors="replace") if self._messages.exists() else ""


class LinuxQemu(Qemu):
    """A machine with the Linux guest, whose second serial line is `serial`.

    Started from a `state` written by `save_state`, it goes on from there without booting.
    """

    def __init__(
        self, home: Path, guest: Guest, vga: Vga, compression: str = "auto_glz", *,
        state: Path | None = None, spice: str = "", port: int | None = None,
    ) -> None:
        home.mkdir(parents=True, exist_ok=True)
        line = home / "serial"
        line.unlink(missing_ok=True)
        arguments = [
            "-kernel", str(guest.kernel), "-initrd", str(guest.initramfs), "-append", KERNEL_ARGUMENTS,
            "-serial", f"file:{home / 'kernel.log'}", "-serial", f"unix:{line},server=on,wait=off",
            "-device", "qemu-xhci", "-device", "usb-tablet,id=tablet",
            "-audiodev", "spice,id=sound", "-device", "intel-hda", "-device", "hda-output,audiodev=sound",
        ]  # fmt: skip
        if state:
            arguments += ["-incoming", "exec:cat " + shlex.quote(str(state))]
        super().__init__(home, vga, compression, arguments=arguments, spice=spice, port=port)
        self.serial = LineSocket(line)
        if state:
            self.wait_until("the saved state", lambda: self.qmp.execute("query-status")["status"] != "inmigrate")
            self.resume()
            self.ask("ping")

    def wait_for_boot(self) -> None:
        """Returns when the guest answers and has found its keyboard and both pointers."""
        missing = {"ready", *(f"device {name}" for name in INPUT_DEVICES)}
        while missing:
            missing.discard(self.serial.wait(missing.__contains__, f"{missing}", 5 * PATIENCE))

    def save_state(self, path: Path) -> None:
        """Writes the whole machine to a file; this one stays stopped."""
        self.qmp.execute("stop")
        self.qmp.execute("migrate", uri="exec:cat > " + shlex.quote(str(path)))
        self.wait_until("the end of saving", self._saved, 2 * PATIENCE)

    def _saved(self) -> bool:
        status = self.qmp.execute("query-migrate").get("status")
        if status == "failed":
            raise RuntimeError(f"the machine's state was not saved: {self.output()}")
        return bool(status == "completed")

    def ask(self, request: str) -> None:
        """Has the guest do something (`guest/root/bin/control` lists what) and waits until it is done."""
        self.serial.send(request)
        self.serial.wait(lambda line: line.strip() == f"done {request}", f"done {request}")

    def next_report(self, kind: str) -> str:
        """The rest of the guest's next report of that kind: `typed hello` gives `hello`."""
        return self.serial.wait(lambda line: line.split(" ")[0] == kind, kind).removeprefix(kind).strip()

    def next_event(
        self, device: str, type_: int, code: int | None = None, value: int | None = None, *, timeout: float = PATIENCE
    ) -> InputEvent:
        """The next input event of a device whose name contains `device`; the events before it are past."""

        def matches(line: str) -> bool:
            event = _input_event(line)
            return (
                event is not None
                and device in event.device
                and event.type == type_
                and code in (None, event.code)
                and value in (None, event.value)
            )

        what = f"event {device} {type_} {code} {value}"
        found = _input_event(self.serial.wait(matches, what, timeout, lambda line: line.startswith("event ")))
        assert found
        return found

    def stop(self) -> None:
        super().stop()
        self.serial.close()


def _input_event(line: str) -> InputEvent | None:
    fields = line.split()
    if len(fields) != 9 or fields[0] != "event":
        return None
    return InputEvent(fields[1], int(fields[6]), int(fields[7]), int(fields[8]))
