"""A US keyboard as a person and as Linux know it: `KeyboardEvent.code`, `KEY_…` of linux/input-event-codes.h."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import CDPSession, Page

EV_KEY, EV_REL, EV_ABS = 1, 2, 3
REL_X, REL_Y, REL_WHEEL = 0, 1, 8
ABS_X, ABS_Y = 0, 1
BTN_LEFT, BTN_RIGHT, BTN_MIDDLE, BTN_SIDE, BTN_EXTRA = 272, 273, 274, 275, 276

_ROWS: dict[int, str] = {
    1: "Escape Digit1 Digit2 Digit3 Digit4 Digit5 Digit6 Digit7 Digit8 Digit9 Digit0 Minus Equal Backspace Tab",
    16: "KeyQ KeyW KeyE KeyR KeyT KeyY KeyU KeyI KeyO KeyP BracketLeft BracketRight Enter ControlLeft",
    30: "KeyA KeyS KeyD KeyF KeyG KeyH KeyJ KeyK KeyL Semicolon Quote Backquote ShiftLeft Backslash",
    44: "KeyZ KeyX KeyC KeyV KeyB KeyN KeyM Comma Period Slash ShiftRight NumpadMultiply AltLeft Space",
    59: "F1 F2 F3 F4 F5 F6 F7 F8 F9 F10",
    71: "Numpad7 Numpad8 Numpad9 NumpadSubtract Numpad4 Numpad5 Numpad6 NumpadAdd Numpad1 Numpad2 Numpad3 Numpad0 "
    "NumpadDecimal",
    86: "IntlBackslash F11 F12",
    96: "NumpadEnter ControlRight NumpadDivide PrintScreen AltRight",
    102: "Home ArrowUp PageUp ArrowLeft ArrowRight End ArrowDown PageDown Insert Delete",
    119: "Pause",
    125: "MetaLeft MetaRight ContextMenu",
}

#: Every key of a 105-key keyboard except the three that lock.
LINUX_KEYS: dict[str, int] = {
    code: first + step for first, row in _ROWS.items() for step, code in enumerate(row.split())
}  # fmt: skip

_PLAIN = {
    " ": "Space", "-": "Minus", "=": "Equal", "[": "BracketLeft", "]": "BracketRight", ";": "Semicolon",
    "'": "Quote", "`": "Backquote", "\\": "Backslash", ",": "Comma", ".": "Period", "/": "Slash", "\n": "Enter",
}  # fmt: skip
_SHIFTED = dict(zip('!@#$%^&*()_+{}|:"~<>?', "1234567890-=[]\\;'`,./", strict=True))


class Keyboard:
    """Presses keys by position, over the debugging protocol: the page sees trusted events."""

    def __init__(self, page: Page) -> None:
        self._session: CDPSession = page.context.new_cdp_session(page)
        self._held: set[str] = set()

    def down(self, code: str, key: str = "") -> None:
        self._held.add(code)
        self._send("rawKeyDown", code, key)

    def up(self, code: str, key: str = "") -> None:
        self._held.discard(code)
        self._send("keyUp", code, key)

    def press(self, code: str, key: str = "") -> None:
        self.down(code, key)
        self.up(code, key)

    def chord(self, *codes: str) -> None:
        """All down in this order, all up in the reverse one."""
        for code in codes:
            self.down(code)
        for code in reversed(codes):
            self.up(code)

    def type(self, text: str) -> int:
        """As on a US keyboard, with Shift where it is needed; how many keys went down and up."""
        pressed = 0
        for character in text:
            plain = _SHIFTED.get(character, character.lower())
            code = code_of(plain)
            if plain != character:
                self.down("ShiftLeft", "Shift")
            self.press(code, character)
            pressed += 1
            if plain != character:
                self.up("ShiftLeft", "Shift")
                pressed += 1
        return pressed

    def _send(self, kind: str, code: str, key: str) -> None:
        modifiers = sum({_MODIFIERS[held] for held in self._held if held in _MODIFIERS})
        named = key or _key_of(code)
        event: dict[str, Any] = {"type": kind, "code": code, "key": named, "modifiers": modifiers}
        self._session.send("Input.dispatchKeyEvent", event)


_NAMED = {
    "ControlLeft": "Control", "ControlRight": "Control", "AltLeft": "Alt", "AltRight": "Alt",
    "ShiftLeft": "Shift", "ShiftRight": "Shift", "MetaLeft": "Meta", "MetaRight": "Meta",
    "NumpadEnter": "Enter", "NumpadMultiply": "*", "NumpadSubtract": "-", "NumpadAdd": "+", "NumpadDivide": "/",
    "NumpadDecimal": ".", "IntlBackslash": "\\",
}  # fmt: skip


def _key_of(code: str) -> str:
    """`KeyboardEvent.key` of a key pressed alone."""
    for prefix in ("Key", "Digit", "Numpad"):
        if code.startswith(prefix) and len(code) == len(prefix) + 1:
            return code[-1].lower()
    plain = {there: character for character, there in _PLAIN.items() if character != "\n"}
    return _NAMED.get(code) or plain.get(code) or code


#: Bits of the debugging protocol (Input.dispatchKeyEvent).
_MODIFIERS = {
    "AltLeft": 1, "AltRight": 1, "ControlLeft": 2, "ControlRight": 2, "MetaLeft": 4, "MetaRight": 4,
    "ShiftLeft": 8, "ShiftRight": 8,
}  # fmt: skip


def code_of(character: str) -> str:
    """The key that types it without Shift."""
    if character.isdigit():
        return f"Digit{character}"
    return _PLAIN.get(character) or f"Key{character.upper()}"
