"""Scancodes become the keys and characters of a US keyboard."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.machines.demo.toolkit.keyboard import Key, Keyboard
from gateway.spice.enums import KeyboardModifierFlags

SHIFT, CTRL, ALT, CAPS, NUM = 0x2A, 0x1D, 0x38, 0x3A, 0x45


def typed(*codes: int) -> list[Key]:
    """The keys that go down."""
    keyboard = Keyboard()
    return [key for code in codes if (key := keyboard.push(code)) is not None and key.pressed]


def text_of(*codes: int) -> str:
    return "".join(key.text for key in typed(*codes))


def test_letters_digits_and_signs() -> None:
    assert text_of(0x1E, 0x30, 0x02, 0x0B, 0x0C, 0x33, 0x35, 0x39, 0x2B) == "ab10-,/ \\"


def test_shift_holds_until_it_is_let_go() -> None:
    assert text_of(SHIFT, 0x1E, 0x02, 0x28, SHIFT | 0x80, 0x1E) == 'A!"a'


def test_caps_lock_is_for_letters_only_and_shift_undoes_it() -> None:
    assert text_of(CAPS, CAPS | 0x80, 0x1E, 0x02, SHIFT, 0x1E) == "A1a"


def test_held_lock_key_does_not_flicker() -> None:
    keyboard = Keyboard()
    for code in (CAPS, CAPS, CAPS, CAPS | 0x80):
        keyboard.push(code)
    assert keyboard.locks == KeyboardModifierFlags.CAPS_LOCK


def test_keypad_is_digits_with_num_lock_and_arrows_without() -> None:
    assert [key.name for key in typed(0x48, NUM, NUM | 0x80, 0x48)] == ["Up", "8"]


def test_extended_keys_have_names() -> None:
    assert [key.name for key in typed(0xE0, 0x4B, 0xE0, 0x53, 0xE0, 0x1C, 0xE0, 0x35)] == [
        "Left",
        "Delete",
        "Enter",
        "/",
    ]


def test_control_and_alt_type_nothing() -> None:
    assert typed(CTRL, 0x2E) == [Key("c", ctrl=True)]
    assert typed(0xE0, ALT, 0x0F) == [Key("Tab", alt=True)]


def test_pause_means_nothing_and_disturbs_nothing() -> None:
    assert text_of(0xE1, 0x1D, 0x45, 0xE1, 0x9D, 0xC5, 0x1E) == "a"


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_taken(codes: bytes) -> None:
    keyboard = Keyboard()
    for code in codes:
        keyboard.push(code)
