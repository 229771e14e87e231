"""A small window toolkit that draws into an array of pixels: what the demo machine's desktop is made of.

::

    Desktop ── windows, dock, focus, pointer and keys            desktop.py, seat.py, keyboard.py
      Scene ── what lies over what; composes changed boxes        scene.py
        Layer: Wallpaper, Window, Dock                            wallpaper.py, window.py, dock.py
          Widget: Label, Button, Slider, TextField, ListView …    widgets/
            Canvas ── fills, rounded boxes, text, pictures        canvas.py, fonts.py, icons.py

Only what changed is drawn again: a widget that changes invalidates its box, the window draws that box of its own
pixels, the scene composes it onto the screen, and the screen is told which boxes differ. A screen is anything with the
`Screen` protocol. Pixels are BGRX, four bytes; the fourth is 0.
"""
