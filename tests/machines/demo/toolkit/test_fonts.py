"""The demo machine's letters."""

from __future__ import annotations

import sys
import unicodedata

import numpy as np
import pytest

from gateway.machines.demo.toolkit.fonts import Font, mono, sans


@pytest.mark.parametrize("font", [sans(14), mono(15)], ids=["sans", "mono"])
def test_text_of_several_paragraphs_is_drawn_in_one_line(font: Font) -> None:
    ends = [character for character in map(chr, range(sys.maxunicode)) if unicodedata.bidirectional(character) == "B"]
    assert "\n" in ends and "\u2029" in ends
    for end in ends:
        assert font.width(f"one{end}two") == font.width("one two")
        assert np.array_equal(font.run(f"one{end}two").mask, font.run("one two").mask)
