"""The applications: one class, one file, one line here. They stand in the dock in this order."""

from __future__ import annotations

from typing import Final

from gateway.machines.demo.apps.app import App
from gateway.machines.demo.apps.channels import Channels
from gateway.machines.demo.apps.clipboard import Clipboard
from gateway.machines.demo.apps.clock import Clock
from gateway.machines.demo.apps.drawing import Drawing
from gateway.machines.demo.apps.files import Files
from gateway.machines.demo.apps.folder import Folder
from gateway.machines.demo.apps.microphone import Microphone
from gateway.machines.demo.apps.monitors import Monitors
from gateway.machines.demo.apps.printer import Printer
from gateway.machines.demo.apps.serial import Serial
from gateway.machines.demo.apps.smartcard import Smartcard
from gateway.machines.demo.apps.sound import Sound
from gateway.machines.demo.apps.terminal import Terminal
from gateway.machines.demo.apps.usb import Usb
from gateway.machines.demo.apps.video import Video
from gateway.machines.demo.apps.welcome import Welcome

APPS: Final[tuple[type[App], ...]] = (
    Welcome,
    Terminal,
    Video,
    Drawing,
    Sound,
    Microphone,
    Clipboard,
    Files,
    Usb,
    Smartcard,
    Folder,
    Printer,
    Serial,
    Monitors,
    Channels,
    Clock,
)
