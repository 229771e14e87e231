"""What windows hold, one kind of widget a file."""

from gateway.machines.demo.toolkit.widgets.button import Button, Checkbox
from gateway.machines.demo.toolkit.widgets.editor import TextArea
from gateway.machines.demo.toolkit.widgets.field import TextField
from gateway.machines.demo.toolkit.widgets.label import Card, Label, Status, Tone
from gateway.machines.demo.toolkit.widgets.list_view import Column, ListView
from gateway.machines.demo.toolkit.widgets.meter import Meter
from gateway.machines.demo.toolkit.widgets.slider import Slider
from gateway.machines.demo.toolkit.widgets.widget import Widget

__all__ = [
    "Button",
    "Card",
    "Checkbox",
    "Column",
    "Label",
    "ListView",
    "Meter",
    "Slider",
    "Status",
    "TextArea",
    "TextField",
    "Tone",
    "Widget",
]
