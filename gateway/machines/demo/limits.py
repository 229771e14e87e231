"""What the demo machine takes at most. Sizes are bytes unless the name says otherwise."""

from __future__ import annotations

from typing import Final

KIB: Final = 1024
MIB: Final = 1024 * KIB

# --- screen (pixels) ---
DEFAULT_WIDTH: Final = 1280
DEFAULT_HEIGHT: Final = 800
MIN_WIDTH: Final = 640
MIN_HEIGHT: Final = 480
MAX_WIDTH: Final = 3840
MAX_HEIGHT: Final = 2160
MAX_HEADS: Final = 2
MAX_PIXELS: Final = MAX_WIDTH * MAX_HEIGHT
"""Of all monitors together: twelve bytes each for what is seen, what clients know of it, and the wallpaper."""

# --- agent ---
MAX_AGENT_MESSAGE: Final = 1 * MIB
"""Of which a client's clipboard, or a part of its file, is at most."""
MAX_CLIPBOARD: Final = 256 * KIB
MAX_FILE: Final = 32 * MIB
MAX_FILES_HELD: Final = 64 * MIB
"""All received files together."""
MAX_FILES: Final = 64
MAX_TRANSFERS: Final = 8
"""Files of one client that are on their way at a time."""
MAX_FILE_NAME: Final = 120
"""Characters of a name that are shown."""

# --- devices ---
USB_PORTS: Final = 2

# --- applications ---
MAX_SCROLLBACK: Final = 1000
"""Lines of a terminal that can be scrolled back to."""
MAX_PASTE: Final = 4 * KIB
"""Characters that are pasted into a terminal at once."""
MAX_TERMINAL_LINES: Final = 500
"""What the toy's `cat` and `ls` write at most."""
SHELL_READ: Final = 4 * KIB
"""Bytes of a shell's output that are read at a time, 60 times a second."""
RECORDING_SECONDS: Final = 10
"""Of the microphone, that are kept."""
MAX_SERIAL_LINES: Final = 200
MAX_SERIAL_LINE: Final = 120
"""Characters of a line that are shown."""
MAX_PREVIEW: Final = 16 * KIB
"""Bytes of a text that are shown."""
MAX_PICTURE_PIXELS: Final = 40_000_000
"""Of a dropped picture that is shown."""
