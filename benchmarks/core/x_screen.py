"""A window over an X server's whole screen, through Xlib and MIT-SHM: pictures go the way that toolkits send them."""

from __future__ import annotations

import ctypes
import time
from ctypes import POINTER, Structure, byref, c_char_p, c_int, c_long, c_uint, c_ulong, c_void_p

import numpy as np

from .pictures import HEIGHT, WIDTH, Pixels
from .scenes import Box

_X = ctypes.CDLL("libX11.so.6")
_EXTENSIONS = ctypes.CDLL("libXext.so.6")
_C = ctypes.CDLL(None, use_errno=True)

_Z_PIXMAP = 2
_KEY_PRESS, _KEY_PRESS_MASK = 2, 1
_OVERRIDE_REDIRECT = 1 << 9
_REVERT_TO_PARENT = 2
_IPC_CREATE, _IPC_REMOVE = 0o1000, 0
_PRIVATE = 0


class _ShmSegment(Structure):
    """XShmSegmentInfo."""

    _fields_ = (("segment", c_ulong), ("id", c_int), ("address", c_void_p), ("read_only", c_int))


class _Attributes(Structure):
    """XSetWindowAttributes."""

    _fields_ = (
        *((name, c_ulong) for name in ("background_pixmap", "background_pixel", "border_pixmap", "border_pixel")),
        *((name, c_int) for name in ("bit_gravity", "win_gravity", "backing_store")),
        *((name, c_ulong) for name in ("backing_planes", "backing_pixel")),
        ("save_under", c_int),
        *((name, c_long) for name in ("event_mask", "do_not_propagate_mask")),
        ("override_redirect", c_int),
        *((name, c_ulong) for name in ("colormap", "cursor")),
    )


def _declare() -> None:
    """What returns a pointer or takes more than whole numbers."""
    _X.XOpenDisplay.restype = _X.XDefaultVisual.restype = _X.XDefaultGC.restype = c_void_p
    _X.XOpenDisplay.argtypes = [c_char_p]
    _X.XCreateWindow.restype = _X.XDefaultRootWindow.restype = c_ulong
    _EXTENSIONS.XShmCreateImage.restype = c_void_p
    pointer, whole, window = c_void_p, c_int, c_ulong
    _X.XCreateWindow.argtypes = [
        pointer, window, whole, whole, c_uint, c_uint, c_uint, whole, c_uint, pointer, c_ulong, POINTER(_Attributes),
    ]  # fmt: skip
    _X.XCopyArea.argtypes = [pointer, window, window, pointer, whole, whole, c_uint, c_uint, whole, whole]
    _X.XSetInputFocus.argtypes = [pointer, window, whole, c_ulong]
    _X.XSetGraphicsExposures.argtypes = [pointer, pointer, whole]
    _X.XNextEvent.argtypes = [pointer, pointer]
    _X.XMapWindow.argtypes = [pointer, window]
    _X.XSync.argtypes = [pointer, whole]
    for name in ("XConnectionNumber", "XPending", "XDefaultRootWindow"):
        getattr(_X, name).argtypes = [pointer]
    for name in ("XDefaultVisual", "XDefaultGC", "XDefaultDepth"):
        getattr(_X, name).argtypes = [pointer, whole]
    _EXTENSIONS.XShmCreateImage.argtypes = [
        pointer, pointer, c_uint, whole, pointer, POINTER(_ShmSegment), c_uint, c_uint,
    ]  # fmt: skip
    _EXTENSIONS.XShmAttach.argtypes = [pointer, POINTER(_ShmSegment)]
    _EXTENSIONS.XShmPutImage.argtypes = [
        pointer, window, pointer, pointer, whole, whole, whole, whole, c_uint, c_uint, whole,
    ]  # fmt: skip
    _C.shmat.restype = c_void_p
    _C.shmat.argtypes = [whole, pointer, whole]
    _C.shmget.argtypes = [whole, ctypes.c_size_t, whole]


_declare()


class XScreen:
    """A `Canvas` that is a window of an X display; it has the keyboard's focus. Raises `OSError`."""

    def __init__(self, display: str) -> None:
        self.handed = 0.0
        self._display = _X.XOpenDisplay(display.encode())
        if not self._display:
            raise OSError(f"no X server answers on {display}")
        self._gc = _X.XDefaultGC(self._display, 0)
        self._window = self._open_window()
        self._pixels, self._image = self._share_memory()
        _X.XSetGraphicsExposures(self._display, self._gc, 0)
        _X.XSync(self._display, 0)

    def fileno(self) -> int:
        return int(_X.XConnectionNumber(self._display))

    def _open_window(self) -> int:
        """One that no window manager would touch, in front of everything."""
        wanted = _Attributes(override_redirect=1, event_mask=_KEY_PRESS_MASK)
        root = _X.XDefaultRootWindow(self._display)
        window = _X.XCreateWindow(
            self._display, root, 0, 0, WIDTH, HEIGHT, 0, 0, 0, None, _OVERRIDE_REDIRECT | 1 << 11, byref(wanted)
        )
        _X.XMapWindow(self._display, window)
        _X.XSync(self._display, 0)
        _X.XSetInputFocus(self._display, window, _REVERT_TO_PARENT, 0)
        return int(window)

    def _share_memory(self) -> tuple[Pixels, int]:
        """As much as the screen holds, seen by the X server too."""
        size = WIDTH * HEIGHT * 4
        number = _C.shmget(_PRIVATE, size, _IPC_CREATE | 0o600)
        if number < 0:
            raise OSError(ctypes.get_errno(), "no shared memory")
        segment = self._segment = _ShmSegment(id=number, address=_C.shmat(number, None, 0), read_only=0)
        visual, depth = _X.XDefaultVisual(self._display, 0), _X.XDefaultDepth(self._display, 0)
        image = _EXTENSIONS.XShmCreateImage(
            self._display, visual, depth, _Z_PIXMAP, segment.address, byref(segment), WIDTH, HEIGHT
        )
        _EXTENSIONS.XShmAttach(self._display, byref(segment))
        _X.XSync(self._display, 0)
        _C.shmctl(number, _IPC_REMOVE, None)  # it lives as long as both hold it
        memory = (ctypes.c_uint8 * size).from_address(segment.address)
        return np.frombuffer(memoryview(memory), np.uint8).reshape(HEIGHT, WIDTH, 4), image

    def put(self, x: int, y: int, pixels: Pixels) -> None:
        height, width = pixels.shape[:2]
        self._pixels[y : y + height, x : x + width] = pixels
        self.handed = time.monotonic()
        _EXTENSIONS.XShmPutImage(self._display, self._window, self._gc, self._image, x, y, x, y, width, height, 0)
        _X.XSync(self._display, 0)  # the memory is the server's until then

    def copy(self, source: Box, x: int, y: int) -> None:
        size = (source.right - source.left, source.bottom - source.top)
        _X.XCopyArea(self._display, self._window, self._window, self._gc, source.left, source.top, *size, x, y)

    def keys(self) -> int:
        """How many keys were pressed since the last call."""
        event = (c_long * 24)()
        pressed = 0
        while _X.XPending(self._display):
            _X.XNextEvent(self._display, byref(event))
            pressed += event[0] & 0xFFFFFFFF == _KEY_PRESS
        return pressed
