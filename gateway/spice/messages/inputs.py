"""INPUTS: keys and the pointer (``spice.proto``: InputsChannel)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from gateway.spice.catalog import message
from gateway.spice.enums import ChannelType, Direction, KeyboardModifierFlags, MouseButton, MouseButtonMask
from gateway.spice.wire import I32, U8, U32, Message, Rest

INPUTS = ChannelType.INPUTS
SERVER, CLIENT = Direction.SERVER, Direction.CLIENT


@message(INPUTS, CLIENT, 101)
@dataclass(slots=True)
class KeyDown(Message):
    """``code``: the bytes of an AT set 1 scancode, first byte lowest (0xE0 first for extended keys)."""

    code: U32


@message(INPUTS, CLIENT, 102)
@dataclass(slots=True)
class KeyUp(Message):
    """As `KeyDown`, with bit 7 set in the last byte."""

    code: U32


@message(INPUTS, CLIENT, 103)
@message(INPUTS, SERVER, 102)
@dataclass(slots=True)
class KeyModifiers(Message):
    """Which lock keys are on."""

    modifiers: KeyboardModifierFlags


@message(INPUTS, CLIENT, 104)
@dataclass(slots=True)
class KeyScancode(Message):
    """Raw scancode bytes, several keys at once; needs capability KEY_SCANCODE."""

    data: Annotated[bytes, Rest()]


@message(INPUTS, CLIENT, 111)
@dataclass(slots=True)
class MouseMotion(Message):
    dx: I32
    dy: I32
    buttons_state: MouseButtonMask


@message(INPUTS, CLIENT, 112)
@dataclass(slots=True)
class MousePosition(Message):
    x: U32
    y: U32
    buttons_state: MouseButtonMask
    display_id: U8


@message(INPUTS, CLIENT, 113)
@dataclass(slots=True)
class MousePress(Message):
    button: MouseButton
    buttons_state: MouseButtonMask


@message(INPUTS, CLIENT, 114)
@dataclass(slots=True)
class MouseRelease(Message):
    button: MouseButton
    buttons_state: MouseButtonMask


@message(INPUTS, SERVER, 101)
@dataclass(slots=True)
class Init(Message):
    keyboard_modifiers: KeyboardModifierFlags


@message(INPUTS, SERVER, 111)
@dataclass(slots=True)
class MouseMotionAck(Message):
    """One for every four motions or positions."""
