"""Capability words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.spice import caps
from gateway.spice.enums import ChannelType, CommonCap, DisplayCap


@given(st.sets(st.integers(0, 200)))
def test_capabilities_come_back_from_their_words(numbers: set[int]) -> None:
    words = caps.to_words(numbers)
    assert caps.from_words(words) == numbers
    assert all(0 <= word < 2**32 for word in words)
    assert all(caps.has(words, number) == (number in numbers) for number in range(201))


def test_capability_numbers_are_bits_of_words() -> None:
    assert caps.to_words({CommonCap.AUTH_SELECTION, CommonCap.AUTH_SPICE, CommonCap.MINI_HEADER}) == [0b1011]
    assert caps.to_words({33}) == [0, 2]
    assert caps.to_words(set()) == []


def test_capabilities_have_names_for_people() -> None:
    assert caps.names(None, [0b1011]) == ["AUTH_SELECTION", "AUTH_SPICE", "MINI_HEADER"]
    assert caps.names(ChannelType.DISPLAY, [1 << DisplayCap.COMPOSITE, 1 << 8]) == ["COMPOSITE", "cap 40"]
    assert caps.names(ChannelType.CURSOR, [1]) == ["cap 0"]
