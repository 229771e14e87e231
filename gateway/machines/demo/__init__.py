"""The built-in machine: a small desktop that uses every channel of the server core.

It is what `spicegate serve` opens when no machine is named, and the largest example of the VDI interfaces:

===================  ============================================================
`machine.py`         `DemoMachine`: owns the `SpiceServer`, adds the interfaces
`display.py`         its screen: one surface, one or two monitors, the pointer
`inputs.py`          its keyboard, mouse and tablet
`agent.py`           its agent: clipboard, dropped files, monitors, volume
`sound.py`           its loudspeaker and microphone
`serial_port.py`     its serial port; USB, cards, folder and printer are those of
                     `gateway.machines.devices`
`terminal/`          a terminal's grid of cells, the toy shell and the real one
`toolkit/`           windows and widgets, drawn with Pillow and numpy
`apps/`              the applications, one a file
===================  ============================================================
"""

from gateway.machines.demo.machine import DemoMachine

__all__ = ["DemoMachine"]
