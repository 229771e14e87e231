"""The machine's keyboard, mouse and tablet: all lead to the same seat."""

from __future__ import annotations

from collections.abc import Callable

from gateway.machines.demo.toolkit.seat import Seat
from gateway.server.interfaces import KeyboardInterface, MouseInterface, TabletInterface
from gateway.spice.enums import KeyboardModifierFlags, MouseButtonMask


class DemoKeyboard(KeyboardInterface):
    """`on_leds` is called when a lock key changed."""

    def __init__(self, seat: Seat, on_leds: Callable[[], None]) -> None:
        self._seat = seat
        self._on_leds = on_leds

    def push_scan_code(self, code: int) -> None:
        before = self.leds()
        self._seat.push(code)
        if self.leds() != before:
            self._on_leds()

    def leds(self) -> KeyboardModifierFlags:
        return self._seat.keyboard.locks


class DemoMouse(MouseInterface):
    """`on_moved` is told where the pointer stands: the machine draws it in this mode."""

    def __init__(self, seat: Seat, on_moved: Callable[[int, int], None]) -> None:
        self._seat = seat
        self._on_moved = on_moved

    def motion(self, dx: int, dy: int, dz: int, buttons: MouseButtonMask) -> None:
        if dx or dy:
            self._seat.point(self._seat.x + dx, self._seat.y + dy)
            self._on_moved(self._seat.x, self._seat.y)
        if dz:
            self._seat.turn(dz)
        self.buttons(buttons)

    def buttons(self, buttons: MouseButtonMask) -> None:
        self._seat.hold(MouseButtonMask.LEFT in buttons)


class DemoTablet(TabletInterface):
    """A pointer that knows which monitor it is on."""

    def __init__(self, seat: Seat) -> None:
        self._seat = seat

    def position(self, x: int, y: int, display_id: int, buttons: MouseButtonMask) -> None:
        heads = self._seat.desktop.heads
        if 0 < display_id < len(heads) and x < heads[display_id].width:
            x, y = x + heads[display_id].left, y + heads[display_id].top
        self._seat.point(x, y)
        self.buttons(buttons)

    def wheel(self, steps: int, buttons: MouseButtonMask) -> None:
        self._seat.turn(steps)
        self.buttons(buttons)

    def buttons(self, buttons: MouseButtonMask) -> None:
        self._seat.hold(MouseButtonMask.LEFT in buttons)
