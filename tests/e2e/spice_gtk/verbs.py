"""What spice-gtk can be asked to do, each verb one call of the library's."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable
from ctypes import CDLL, c_size_t, c_void_p
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gi.repository import Gio, GObject, SpiceClientGLib

from tests.e2e.spice_gtk.memory import Held, peek

if TYPE_CHECKING:
    from tests.e2e.spice_gtk.program import Program

LIBRARY = CDLL("libspice-client-glib-2.0.so.8")


def prepare(program: Program) -> None:
    """What has to stand before the session connects: USB's own object."""
    if program.session.props.enable_usbredir:
        program.usb = SpiceClientGLib.UsbDeviceManager.get(program.session)
        GObject.Object.connect(
            program.usb, "device-added", lambda _usb, device: program.tell("device-added", _device(device))
        )


def _device(device: Any) -> dict[str, Any]:
    return {"description": device.get_description(None)}


# the session


def disconnect(program: Program) -> None:
    SpiceClientGLib.Session.disconnect(program.session)


def read(program: Program, channel: str, name: str, id: int = 0) -> Any:
    """A property of a channel."""
    return program.channel(channel, id).get_property(name)


def has_cap(program: Program, channel: str, cap: int, id: int = 0) -> bool:
    """Whether the machine announced a capability on a channel."""
    return bool(program.channel(channel, id).test_capability(cap))


# INPUTS


def key_press(program: Program, code: int) -> None:
    program.channel("inputs").key_press(code)


def key_release(program: Program, code: int) -> None:
    program.channel("inputs").key_release(code)


def key_press_and_release(program: Program, code: int) -> None:
    program.channel("inputs").key_press_and_release(code)


def lock_keys(program: Program, locks: int) -> None:
    program.channel("inputs").set_key_locks(locks)


def motion(program: Program, dx: int, dy: int, buttons: int = 0) -> None:
    program.channel("inputs").motion(dx, dy, buttons)


def position(program: Program, x: int, y: int, display: int = 0, buttons: int = 0) -> None:
    program.channel("inputs").position(x, y, display, buttons)


def button_press(program: Program, button: int, buttons: int = 0) -> None:
    program.channel("inputs").button_press(button, buttons)


def button_release(program: Program, button: int, buttons: int = 0) -> None:
    program.channel("inputs").button_release(button, buttons)


# MAIN and the agent


def mouse_mode(program: Program, mode: int) -> None:
    program.channel("main").request_mouse_mode(mode)


def agent_has(program: Program, cap: int) -> bool:
    return bool(program.channel("main").agent_test_capability(cap))


def clipboard_grab(program: Program, types: list[int], selection: int = 0) -> None:
    program.channel("main").clipboard_selection_grab(selection, types)


def clipboard_request(program: Program, type: int, selection: int = 0) -> None:
    program.channel("main").clipboard_selection_request(selection, type)


def clipboard_notify(program: Program, type: int, data: str, selection: int = 0) -> None:
    program.channel("main").clipboard_selection_notify(selection, type, b64decode(data))


def clipboard_release(program: Program, selection: int = 0) -> None:
    program.channel("main").clipboard_selection_release(selection)


def monitor(program: Program, id: int, x: int, y: int, width: int, height: int, enabled: bool = True) -> None:
    """Arrange a monitor; the library sends the arrangement a moment later."""
    main = program.channel("main")
    main.update_display_enabled(id, enabled, False)
    main.update_display(id, x, y, width, height, False)
    main.send_monitor_config()


def send_files(program: Program, paths: list[str]) -> None:
    """Tells `files-sent` at the end, with the error if there is one."""
    cancellable = Gio.Cancellable.new()
    program.channel("main").spicegate_cancellable = cancellable

    def on_done(main: Any, result: Any) -> None:
        try:
            main.file_copy_finish(result)
        except Exception as error:  # a GLib.Error: the outcome, whatever it is
            program.tell("files-sent", {"error": str(error)})
        else:
            program.tell("files-sent", {"error": None})

    program.channel("main").file_copy_async(
        [Gio.File.new_for_path(path) for path in paths],
        Gio.FileCopyFlags.NONE,
        cancellable,
        None,  # its progress callback is freed too early: the tasks tell
        callback=on_done,
    )


def cancel_files(program: Program) -> None:
    program.channel("main").spicegate_cancellable.cancel()


# DISPLAY


def picture(program: Program, path: str, id: int = 0) -> Any:
    """Write the primary surface's rows to a file: size, bytes a row and SpiceSurfaceFmt; None when there is none."""
    primary = getattr(program.channels.get(("display", id)), "spicegate_primary", None)
    if primary is None:
        return None
    fmt, width, height, stride, pixels = primary
    Path(path).write_bytes(peek(pixels, stride * height))
    return {"size": [width, height], "stride": stride, "format": fmt}


def prefer_compression(program: Program, kind: int, id: int = 0) -> None:
    program.channel("display", id).display_channel_change_preferred_compression(kind)


def prefer_codec(program: Program, kind: int, id: int = 0) -> None:
    program.channel("display", id).display_channel_change_preferred_video_codec_type(kind)


# sound


def record(program: Program, data: str, time: int) -> None:
    """Microphone samples (S16 of all channels) and their multimedia time."""
    held = Held(b64decode(data))
    program.channel("record").send_data(held.address, len(b64decode(data)), time)


# PORT and WEBDAV


def write(program: Program, data: str, channel: str = "port", id: int = 0) -> None:
    """The library reads the bytes when it sends them, later: introspection's copy would be gone by then."""
    held = Held(b64decode(data))
    program.held.append(held)
    LIBRARY.spice_port_channel_write_async(
        c_void_p(hash(program.channel(channel, id))), c_void_p(held.address), c_size_t(held.size), None, None, None
    )


def port_event(program: Program, event: int, id: int = 0) -> None:
    program.channel("port", id).event(event)


# USBREDIR


def share_disc(program: Program, path: str) -> None:
    """Offer an image as a CD drive; `device-added` follows."""
    program.usb.create_shared_cd_device(path)


def plug(program: Program, at: int = 0) -> None:
    """Redirect a device; tells `plugged` with the error if there is one."""
    program.usb.connect_device_async(program.usb.get_devices()[at], None, _outcome(program, "plugged"))


def unplug(program: Program, at: int = 0) -> None:
    program.usb.disconnect_device(program.usb.get_devices()[at])


# SMARTCARD


def insert_card(program: Program) -> bool:
    """Put the software card into its reader."""
    return bool(SpiceClientGLib.SmartcardManager.get().insert_card())


def remove_card(program: Program) -> bool:
    return bool(SpiceClientGLib.SmartcardManager.get().remove_card())


def _outcome(program: Program, event: str) -> Callable[[Any, Any], None]:
    def on_done(usb: Any, result: Any) -> None:
        try:
            usb.connect_device_finish(result)
        except Exception as error:  # a GLib.Error: the outcome, whatever it is
            program.tell(event, {"error": str(error)})
        else:
            program.tell(event, {"error": None})

    return on_done


VERBS: dict[str, Callable[..., Any]] = {
    verb.__name__: verb
    for verb in (
        disconnect, read, has_cap,
        key_press, key_release, key_press_and_release, lock_keys, motion, position, button_press, button_release,
        mouse_mode, agent_has, clipboard_grab, clipboard_request, clipboard_notify, clipboard_release, monitor,
        send_files, cancel_files,
        picture, prefer_compression, prefer_codec,
        record, write, port_event,
        share_disc, plug, unplug,
        insert_card, remove_card,
    )
}  # fmt: skip
