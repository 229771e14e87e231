"""From AT set 1 scancodes to keys and characters, as a US keyboard has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gateway.spice.enums import KeyboardModifierFlags

_RELEASED: Final = 0x80
_EXTENDED: Final = 0xE0
_PAUSE: Final = 0xE1
_PAUSE_REST: Final = 2
"""Bytes that follow 0xE1: Pause has no release and no meaning here."""

_ROWS: Final = (
    (0x02, "1234567890-=", "!@#$%^&*()_+"),
    (0x10, "qwertyuiop[]", "QWERTYUIOP{}"),
    (0x1E, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (0x2B, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
    (0x39, " ", " "),
    (0x56, "\\", "|"),
)
CHARACTERS: Final[dict[int, tuple[str, str]]] = {
    first + at: pair for first, plain, shifted in _ROWS for at, pair in enumerate(zip(plain, shifted, strict=True))
}
"""By scancode: the character, and the one with Shift."""

NAMES: Final[dict[int, str]] = {
    0x01: "Escape",
    0x0E: "Backspace",
    0x0F: "Tab",
    0x1C: "Enter",
    **{0x3B + at: f"F{at + 1}" for at in range(10)},
    0x57: "F11",
    0x58: "F12",
}
EXTENDED_NAMES: Final[dict[int, str]] = {
    0x1C: "Enter",
    0x47: "Home",
    0x48: "Up",
    0x49: "PageUp",
    0x4B: "Left",
    0x4D: "Right",
    0x4F: "End",
    0x50: "Down",
    0x51: "PageDown",
    0x52: "Insert",
    0x53: "Delete",
    0x5B: "Super",
    0x5C: "Super",
    0x5D: "Menu",
}
_KEYPAD: Final = {0x47 + at: char for at, char in enumerate("789-456+1230.")}
_KEYPAD_ALWAYS: Final = {0x37: "*", 0x4A: "-", 0x4E: "+"}
_SHIFTS: Final = (0x2A, 0x36)
_CTRL: Final = 0x1D
_ALT: Final = 0x38
_LOCKS: Final = {
    0x3A: KeyboardModifierFlags.CAPS_LOCK,
    0x45: KeyboardModifierFlags.NUM_LOCK,
    0x46: KeyboardModifierFlags.SCROLL_LOCK,
}


@dataclass(frozen=True, slots=True)
class Key:
    """A key that went down (`pressed`) or up.

    `name` is the unshifted character or a name such as ``Enter``; `text` is what it types, empty for none.
    """

    name: str
    text: str = ""
    pressed: bool = True
    shift: bool = False
    ctrl: bool = False
    alt: bool = False


class Keyboard:
    """Knows which modifiers are held and which locks are on."""

    def __init__(self) -> None:
        self.locks = KeyboardModifierFlags(0)
        self._held: set[tuple[bool, int]] = set()
        self._extended = False
        self._skip = 0

    def push(self, byte: int) -> Key | None:
        """One byte of a scancode; the key when the byte completes one that has a meaning."""
        if self._skip:
            self._skip -= 1
            return None
        if byte == _PAUSE:
            self._skip = _PAUSE_REST
            return None
        if byte == _EXTENDED:
            self._extended = True
            return None
        extended, self._extended = self._extended, False
        code, pressed = byte & ~_RELEASED, not byte & _RELEASED
        fresh = pressed and (extended, code) not in self._held
        (self._held.add if pressed else self._held.discard)((extended, code))
        if not extended and code in _LOCKS:
            self.locks ^= _LOCKS[code] if fresh else KeyboardModifierFlags(0)
            return None
        return self._key(code, extended, pressed)

    def release_all(self) -> None:
        """Nothing is held any more."""
        self._held.clear()

    @property
    def shift(self) -> bool:
        return any((False, code) in self._held for code in _SHIFTS)

    def _either(self, code: int) -> bool:
        return (False, code) in self._held or (True, code) in self._held

    def _key(self, code: int, extended: bool, pressed: bool) -> Key | None:
        name, text = self._meaning(code, extended)
        if not name:
            return None
        ctrl, alt = self._either(_CTRL), self._either(_ALT)
        return Key(name, "" if ctrl or alt else text, pressed, self.shift, ctrl, alt)

    def _meaning(self, code: int, extended: bool) -> tuple[str, str]:
        """The key's name and text; the name is empty for those that mean nothing by themselves."""
        if extended:
            return ("/", "/") if code == 0x35 else (EXTENDED_NAMES.get(code, ""), "")
        if code in _KEYPAD_ALWAYS:
            return _KEYPAD_ALWAYS[code], _KEYPAD_ALWAYS[code]
        if code in _KEYPAD:
            if KeyboardModifierFlags.NUM_LOCK in self.locks:
                return _KEYPAD[code], _KEYPAD[code]
            return EXTENDED_NAMES.get(code, ""), ""
        if code in CHARACTERS:
            plain, shifted = CHARACTERS[code]
            caps = KeyboardModifierFlags.CAPS_LOCK in self.locks and plain.isalpha()
            return plain, shifted if self.shift != caps else plain
        return NAMES.get(code, ""), ""
