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

    def down(self, code: str, key: str = "") -> None:
        self._send("rawKeyDown", code, key)

    def up(self, code: str, key: str = "") -> None:
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

    def type(self, text: str) -> None:
        """As on a US keyboard, with Shift where it is needed."""
        for character in text:
            plain = _SHIFTED.get(character, character.lower())
            code = _code(plain)
            if plain != character:
                self.down("ShiftLeft", "Shift")
            self.press(code, character)
            if plain != character:
                self.up("ShiftLeft", "Shift")

    def _send(self, kind: str, code: str, key: str) -> None:
        event: dict[str, Any] = {"type": kind, "code": code, "key": key or _NAMED.get(code, code)}
        self._session.send("Input.dispatchKeyEvent", event)


_NAMED = {
    "ControlLeft": "Control", "ControlRight": "Control", "AltLeft": "Alt", "AltRight": "Alt",
    "ShiftLeft": "Shift", "ShiftRight": "Shift", "MetaLeft": "Meta", "MetaRight": "Meta",
    "NumpadEnter": "Enter", "Space": " ",
}  # fmt: skip


def _code(character: str) -> str:
    if character.isdigit():
        return f"Digit{character}"
    return _PLAIN.get(character) or f"Key{character.upper()}"
