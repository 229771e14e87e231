"""Widgets take keys, the wheel and what is pasted."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.machines.demo.toolkit.fonts import ELLIPSIS, sans
from gateway.machines.demo.toolkit.keyboard import Key
from gateway.machines.demo.toolkit.widgets import Checkbox, Column, ListView, Slider, TextArea, TextField
from gateway.machines.demo.toolkit.widgets.editor import lay_out
from gateway.server.display.region import Rect

BOX = Rect.at(10, 10, 200, 120)


def type_into(widget: TextField | TextArea, *keys: str) -> None:
    """Characters, and names of keys that are longer."""
    for key in keys:
        widget.on_key(Key(key, key if len(key) == 1 else ""))


def test_field_is_edited_and_handed_over() -> None:
    said: list[str] = []
    field = TextField(BOX, said.append)
    type_into(field, *"helo", "Left", "l", "End", "!", "Backspace", "Home", "Delete", "H")
    assert field.text == "Hello"
    type_into(field, "Enter")
    assert (said, field.text) == (["Hello"], "")


def test_field_takes_one_line_of_what_is_pasted() -> None:
    field = TextField(BOX, lambda _: None)
    assert field.wants_paste(Key("v", ctrl=True))
    assert field.wants_paste(Key("Insert", shift=True))
    assert not field.wants_paste(Key("v", "v"))
    field.on_paste("two\nlines " + "x" * 1000)
    assert field.text.startswith("two lines")
    assert len(field.text) == 200


def test_text_area_tells_what_a_person_changes_and_takes_so_much() -> None:
    told: list[str] = []
    area = TextArea(BOX, told.append, most=8)
    type_into(area, *"ab", "Enter", *"cd", "Up", "Home", "x")
    assert told[-1] == "xab\ncd"
    area.on_paste("yyyyyyyyyy")
    assert told[-1] == "xyyab\ncd"
    assert len(area.text) == 8


def test_text_area_for_reading_changes_nothing() -> None:
    area = TextArea(BOX)
    area.show("read me")
    assert not area.on_key(Key("x", "x"))
    assert not area.wants_paste(Key("v", ctrl=True))
    assert area.text == "read me"


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8"), max_size=300))
def test_layout_has_every_character_and_no_line_too_wide(text: str) -> None:
    lines = lay_out(text, sans(14), 100)
    assert "".join(text[line.start : line.end] for line in lines) == text.replace("\n", "")
    assert all(sans(14).width(text[line.start : line.end]) <= 100 or line.end - line.start == 1 for line in lines)


@pytest.mark.parametrize("width", [8, 40, 90])
def test_fitted_text_is_cut_with_an_ellipsis(width: int) -> None:
    fitted = sans(14).fit("a rather long piece of text", width)
    assert fitted.endswith(ELLIPSIS)
    assert len(fitted) == 1 or sans(14).width(fitted) <= width


def test_rows_are_chosen_by_arrows_and_opened_by_enter_or_a_second_click() -> None:
    chosen: list[int] = []
    opened: list[int] = []
    rows = ListView(BOX, [Column("", 100)], on_choose=chosen.append, on_open=opened.append)
    rows.show([(str(number),) for number in range(30)])
    for name in ("Down", "Down", "PageDown", "Up", "Enter"):
        assert rows.on_key(Key(name))
    assert chosen == [0, 1, 1 + rows.shown, rows.shown]
    assert opened == [rows.shown]
    rows.on_press(50, 20)
    rows.on_press(50, 20)
    assert opened[1:] == [rows.first]


def test_wheel_scrolls_rows_to_their_ends_and_no_further() -> None:
    rows = ListView(BOX, [Column("", 100)])
    rows.show([("row",)] * 10)
    rows.on_wheel(50)
    assert rows.first == 10 - rows.shown
    rows.on_wheel(-50)
    assert rows.first == 0
    rows.show([])
    assert rows.first == 0


def test_slider_goes_from_end_to_end() -> None:
    told: list[float] = []
    slider = Slider(BOX, 0.5, told.append)
    slider.on_press(-500, 0)
    slider.on_drag(900, 0)
    slider.on_key(Key("Right"))
    slider.on_key(Key("Left"))
    assert told == [0.0, 1.0, 0.95]


def test_checkbox_is_toggled_by_space_but_not_while_it_is_disabled() -> None:
    told: list[bool] = []
    box = Checkbox(BOX, "on", told.append)
    box.on_key(Key(" ", " "))
    box.enabled = False
    box.on_key(Key(" ", " "))
    assert told == [True]
