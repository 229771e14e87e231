"""INPUTS: keys and the pointer, to the machine's keyboard, mouse and tablet (spice server/inputs-channel.cpp)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from gateway.server.interfaces import Interface, KeyboardInterface, MouseInterface, TabletInterface
from gateway.server.pipe_channel import PipeChannel
from gateway.server.pipe_client import PipeClient
from gateway.spice.enums import (
    ChannelType,
    InputsCap,
    KeyboardModifierFlags,
    MouseButton,
    MouseButtonMask,
    MouseMode,
)
from gateway.spice.errors import UsageError
from gateway.spice.messages import inputs as messages

if TYPE_CHECKING:
    from gateway.server.server import SpiceServer

MOTION_ACK_BUNCH = 4
"""Motions for which there is one ack (SPICE_INPUT_MOTION_ACK_BUNCH)."""

_RELEASED = 0x80
_EXTENDED = 0xE0
_LOCK_KEYS = {
    KeyboardModifierFlags.SCROLL_LOCK: 0x46,
    KeyboardModifierFlags.NUM_LOCK: 0x45,
    KeyboardModifierFlags.CAPS_LOCK: 0x3A,
}
_WHEEL = {MouseButton.UP: -1, MouseButton.DOWN: 1}
_WHEEL_BITS = MouseButtonMask.UP | MouseButtonMask.DOWN
_BUTTON_BITS = {
    MouseButton.LEFT: MouseButtonMask.LEFT,
    MouseButton.MIDDLE: MouseButtonMask.MIDDLE,
    MouseButton.RIGHT: MouseButtonMask.RIGHT,
    MouseButton.SIDE: MouseButtonMask.SIDE,
    MouseButton.EXTRA: MouseButtonMask.EXTRA,
}


class InputsClient(PipeClient):
    """One client's hands. What it holds when it leaves is let go."""

    channel: InputsChannel
    type: ClassVar[ChannelType] = ChannelType.INPUTS

    def on_started(self) -> None:
        self._motions = 0
        self._keys: set[tuple[int, ...]] = set()
        self._buttons = MouseButtonMask(0)
        self.send(messages.Init(self.channel.leds))

    def on_ended(self) -> None:
        for key in sorted(self._keys):
            self._push((*key[:-1], key[-1] | _RELEASED))
        if self._buttons:
            self.channel.set_buttons(MouseButtonMask(0))

    # keys

    def on_key_down(self, message: messages.KeyDown) -> None:
        self._push(scan_code_bytes(message.code))

    def on_key_up(self, message: messages.KeyUp) -> None:
        self._push(scan_code_bytes(message.code))

    def on_key_scancode(self, message: messages.KeyScancode) -> None:
        prefix: tuple[int, ...] = ()
        for code in message.data:
            if code == _EXTENDED and not prefix:
                prefix = (code,)
                continue
            self._push((*prefix, code))
            prefix = ()

    def on_key_modifiers(self, message: messages.KeyModifiers) -> None:
        """Press the lock keys whose state the client sees otherwise."""
        keyboard = self.channel.keyboard
        if keyboard is None:
            return
        for flag, code in _LOCK_KEYS.items():
            if (keyboard.leds() ^ message.modifiers) & flag:
                keyboard.push_scan_code(code)
                keyboard.push_scan_code(code | _RELEASED)

    def _push(self, codes: tuple[int, ...]) -> None:
        """A whole scancode: remember what is held, hand it on byte by byte."""
        if not codes:
            return
        key = (*codes[:-1], codes[-1] & ~_RELEASED)
        if codes[-1] & _RELEASED:
            self._keys.discard(key)
        elif len(key) == 1 or (len(key) == 2 and key[0] == _EXTENDED):  # no keyboard has others
            self._keys.add(key)
        if (keyboard := self.channel.keyboard) is not None:
            for code in codes:
                keyboard.push_scan_code(code)

    # the pointer

    def on_mouse_motion(self, message: messages.MouseMotion) -> None:
        self._count_motion()
        self._hold(message.buttons_state)
        mouse = self.channel.mouse
        if mouse is not None and self.channel.mouse_mode is MouseMode.SERVER:
            mouse.motion(message.dx, message.dy, 0, self._buttons)

    def on_mouse_position(self, message: messages.MousePosition) -> None:
        self._count_motion()
        self._hold(message.buttons_state)
        tablet = self.channel.tablet
        if tablet is not None and self.channel.mouse_mode is MouseMode.CLIENT:
            tablet.position(message.x, message.y, message.display_id, self._buttons)

    def on_mouse_press(self, message: messages.MousePress) -> None:
        bit = _BUTTON_BITS.get(message.button, MouseButtonMask(0))
        self._hold(message.buttons_state | bit)
        if (steps := _WHEEL.get(message.button)) is not None:
            self.channel.turn_wheel(steps, self._buttons)
        else:
            self.channel.set_buttons(self._buttons)

    def on_mouse_release(self, message: messages.MouseRelease) -> None:
        bit = _BUTTON_BITS.get(message.button, MouseButtonMask(0))
        self._hold(message.buttons_state & ~bit)
        if message.button not in _WHEEL:
            self.channel.set_buttons(self._buttons)

    def _hold(self, buttons: MouseButtonMask) -> None:
        """The wheel is no button, though it comes as two."""
        self._buttons = buttons & ~_WHEEL_BITS

    def _count_motion(self) -> None:
        self._motions += 1
        if self._motions % MOTION_ACK_BUNCH == 0:
            self.send(messages.MouseMotionAck())


class InputsChannel(PipeChannel[InputsClient]):
    """The machine's keyboard, mouse and tablet, each at most once."""

    channel_type = ChannelType.INPUTS
    client_class = InputsClient
    capabilities = (InputsCap.KEY_SCANCODE,)

    def __init__(self, server: SpiceServer) -> None:
        super().__init__(server)
        self.keyboard: KeyboardInterface | None = None
        self.mouse: MouseInterface | None = None
        self.tablet: TabletInterface | None = None

    @property
    def leds(self) -> KeyboardModifierFlags:
        """Which lock keys are on."""
        return self.keyboard.leds() if self.keyboard is not None else KeyboardModifierFlags(0)

    @property
    def mouse_mode(self) -> MouseMode:
        return self.home.main.mouse_mode

    def attach(self, interface: Interface) -> None:
        """Take a device. Raises `UsageError` when there is one of its kind."""
        place = _place(interface)
        if getattr(self, place) is not None:
            raise UsageError(f"the machine has a {place} already")
        setattr(self, place, interface)

    def detach(self, interface: Interface) -> None:
        """The device is gone."""
        setattr(self, _place(interface), None)

    def on_leds_changed(self) -> None:
        self.send_all(messages.KeyModifiers(self.leds), key="leds")

    def set_buttons(self, buttons: MouseButtonMask) -> None:
        """Buttons changed: on whichever pointer the mode says."""
        if self.mouse_mode is MouseMode.CLIENT and self.tablet is not None:
            self.tablet.buttons(buttons)
        elif self.mouse is not None:
            self.mouse.buttons(buttons)

    def turn_wheel(self, steps: int, buttons: MouseButtonMask) -> None:
        if self.mouse_mode is MouseMode.CLIENT and self.tablet is not None:
            self.tablet.wheel(steps, buttons)
        elif self.mouse is not None:
            self.mouse.motion(0, 0, steps, buttons)


def _place(interface: Interface) -> str:
    """Under which name a device stands."""
    if isinstance(interface, KeyboardInterface):
        return "keyboard"
    return "mouse" if isinstance(interface, MouseInterface) else "tablet"


def scan_code_bytes(code: int) -> tuple[int, ...]:
    """The bytes of KEY_DOWN's and KEY_UP's code (u32): the first byte lowest, up to a zero."""
    return tuple(code.to_bytes(4, "little").partition(b"\0")[0])
