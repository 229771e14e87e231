"""Golden vectors of the protocols inside channels: the agent's and the smart card's."""

from __future__ import annotations

from .parts import Fields, Vector, big, hx, p

SELECTION, SERIAL = 6, 17
"""Agent capabilities CLIPBOARD_SELECTION and CLIPBOARD_GRAB_SERIAL."""
PRIMARY, PRIMARY_F = bytes([1, 0, 0, 0]), {"selection": 1, "reserved": hx(bytes(3))}


def message(number: int, name: str, data: bytes, fields: Fields, variant: str = "", *caps: int) -> Vector:
    return Vector("agent", "any", name, number, data, fields, variant, caps)


def agent() -> list[Vector]:
    monitors = p("5I", 1080, 1920, 32, 0, 0)[:12] + p("ii", 0, 0) + p("III", 768, 1024, 32) + p("ii", -1024, 0)
    monitors_f = [
        {"height": 1080, "width": 1920, "depth": 32, "x": 0, "y": 0},
        {"height": 768, "width": 1024, "depth": 32, "x": -1024, "y": 0},
    ]
    config_f = {"num_of_monitors": 2, "monitors": monitors_f}
    sizes_f = [{"height": 300, "width": 500}, {"height": 0, "width": 0}]
    address = b"pci/0000/02.0\0"
    device = p("4I", 0, 1, 2, len(address)) + address
    device_f = {
        "channel_id": 0,
        "monitor_id": 1,
        "device_display_id": 2,
        "device_address_len": 14,
        "device_address": hx(address),
    }
    text = "grüße".encode()
    start = b"[vdagent-file-xfer]\nname=a.txt\nsize=5\n\0"
    space = p("Q", 4096)
    return [
        message(1, "mouse_state", p("IIIB", 5, 6, 2, 0), {"x": 5, "y": 6, "buttons": 2, "display_id": 0}),
        message(2, "monitors_config", p("II", 2, 1) + monitors, {"flags": 1, **config_f}),
        message(
            2,
            "monitors_config",
            p("II", 2, 3) + monitors + p("4H", 300, 500, 0, 0),
            {"flags": 3, **config_f, "physical_sizes": sizes_f},
            "sizes",
        ),
        message(3, "reply", p("II", 2, 1), {"type": 2, "error": 1}),
        message(4, "clipboard", p("I", 1) + text, {"type": 1, "data": hx(text)}),
        message(
            4,
            "clipboard",
            PRIMARY + p("I", 1) + text,
            {"selection": PRIMARY_F, "type": 1, "data": hx(text)},
            "selection",
            SELECTION,
        ),
        message(5, "display_config", p("II", 9, 16), {"flags": 9, "depth": 16}),
        message(6, "announce_capabilities", p("II", 1, 0x3FFFF), {"request": 1, "caps": [0x3FFFF]}),
        message(7, "clipboard_grab", p("II", 1, 2), {"types": [1, 2]}),
        message(
            7,
            "clipboard_grab",
            PRIMARY + p("III", 9, 1, 2),
            {"selection": PRIMARY_F, "serial": 9, "types": [1, 2]},
            "serial",
            SELECTION,
            SERIAL,
        ),
        message(8, "clipboard_request", p("I", 2), {"type": 2}),
        message(
            8,
            "clipboard_request",
            PRIMARY + p("I", 2),
            {"selection": PRIMARY_F, "type": 2},
            "selection",
            SELECTION,
        ),
        message(9, "clipboard_release", b"", {}),
        message(9, "clipboard_release", PRIMARY, {"selection": PRIMARY_F}, "selection", SELECTION),
        message(10, "file_xfer_start", p("I", 3) + start, {"id": 3, "data": hx(start)}),
        message(11, "file_xfer_status", p("II", 3, 4) + space, {"id": 3, "result": 4, "data": hx(space)}),
        message(12, "file_xfer_data", p("IQ", 3, 5) + b"hello", {"id": 3, "size": big(5), "data": hx(b"hello")}),
        message(13, "client_disconnected", b"", {}),
        message(14, "max_clipboard", p("i", -1), {"max": -1}),
        message(
            15,
            "audio_volume_sync",
            p("BBB2H", 1, 0, 2, 65535, 7),
            {"is_playback": 1, "mute": 0, "nchannels": 2, "volume": [65535, 7]},
        ),
        message(16, "graphics_device_info", p("I", 2) + device * 2, {"count": 2, "display_info": [device_f, device_f]}),
    ]


def vsc() -> list[Vector]:
    atr = bytes.fromhex("3bff1400ff81")
    found: list[tuple[int, str, bytes, Fields]] = [
        (1, "init", b"VSCD" + p("II", 2, 0), {"magic": 0x44435356, "version": 2, "capabilities": [0]}),
        (2, "error", p("I", 3), {"code": 3}),
        (3, "reader_add", b"card\0", {"name": hx(b"card\0")}),
        (4, "reader_remove", b"", {}),
        (5, "atr", atr, {"atr": hx(atr)}),
        (6, "card_remove", b"", {}),
        (7, "apdu", bytes([0, 0xB0, 0, 0, 0]), {"data": hx(bytes([0, 0xB0, 0, 0, 0]))}),
        (8, "flush", b"", {}),
        (9, "flush_complete", b"", {}),
    ]
    return [Vector("vsc", "any", name, number, data, fields) for number, name, data, fields in found]
