"""Golden vectors of every channel but DISPLAY."""

from __future__ import annotations

from .parts import NULL, At, Fields, Piece, Vector, big, hx, p, place

BLOB = bytes(range(0, 250, 7))


def server(channel: str, number: int, name: str, data: bytes, fields: Fields, variant: str = "") -> Vector:
    return Vector(channel, "server", name, number, data, fields, variant)


def client(channel: str, number: int, name: str, data: bytes, fields: Fields, variant: str = "") -> Vector:
    return Vector(channel, "client", name, number, data, fields, variant)


def common() -> list[Vector]:
    waits = [
        {"channel_type": 2, "channel_id": 0, "message_serial": big(1)},
        {"channel_type": 4, "channel_id": 3, "message_serial": big(2**64 - 1)},
    ]
    sub_list = p("HI", 1, 6) + p("HI", 102, 3) + b"abc"
    return [
        server("common", 1, "migrate", p("I", 3), {"flags": 3}),
        server("common", 2, "migrate_data", BLOB, {"data": hx(BLOB)}),
        server("common", 3, "set_ack", p("II", 7, 20), {"generation": 7, "window": 20}),
        server(
            "common",
            4,
            "ping",
            p("IQ", 9, 123456789012345) + BLOB,
            {"id": 9, "timestamp": big(123456789012345), "data": hx(BLOB)},
        ),
        server(
            "common",
            4,
            "ping",
            p("IQ", 0, 0),
            {"id": 0, "timestamp": big(0), "data": hx(b"")},
            "empty",
        ),
        server(
            "common",
            5,
            "wait_for_channels",
            p("B", 2) + p("BBQ", 2, 0, 1) + p("BBQ", 4, 3, 2**64 - 1),
            {"wait_count": 2, "wait_list": waits},
        ),
        server("common", 6, "disconnecting", p("QI", 2**63, 7), {"time_stamp": big(2**63), "reason": 7}),
        server(
            "common",
            7,
            "notify",
            p("QIIII", 5, 1, 2, 0, 10) + b"keyboard!\0",
            {
                "time_stamp": big(5),
                "severity": 1,
                "visibilty": 2,
                "what": 0,
                "message_len": 10,
                "message": hx(b"keyboard!\0"),
            },
        ),
        server("common", 8, "list", sub_list, {"data": hx(sub_list)}),
        server("common", 100, "base_last", b"", {}),
        client("common", 1, "ack_sync", p("I", 7), {"generation": 7}),
        client("common", 2, "ack", b"", {}),
        client("common", 3, "pong", p("IQ", 9, 123456789012345), {"id": 9, "timestamp": big(123456789012345)}),
        client("common", 4, "migrate_flush_mark", b"", {}),
        client("common", 5, "migrate_data", BLOB, {"data": hx(BLOB)}),
        client("common", 6, "disconnecting", p("QI", 77, 0), {"time_stamp": big(77), "reason": 0}),
    ]


def main() -> list[Vector]:
    host, subject = b"desk.example\0", b"CN=desk\0"
    hosts: Fields = {
        "port": 5900,
        "sport": 5901,
        "host_size": 13,
        "host_data": hx(host),
        "cert_subject_size": 8,
        "cert_subject_data": hx(subject),
    }
    bare: Fields = hosts | {"cert_subject_size": 0, "cert_subject_data": hx(b"")}
    body: list[Piece] = [p("HHI", 5900, 5901, 13), At(0), p("I", 8), At(1)]
    uuid = bytes(range(100, 116))
    return [
        server("main", 101, "migrate_begin", place(body, [host], [subject]), {"dst_info": hosts}),
        server(
            "main",
            101,
            "migrate_begin",
            place([p("HHI", 5900, 5901, 13), At(0), p("I", 0), NULL], [host]),
            {"dst_info": bare},
            "plain",
        ),
        server("main", 102, "migrate_cancel", b"", {}),
        server(
            "main",
            103,
            "init",
            p("8I", 0xDEADBEEF, 1, 3, 2, 1, 10, 4000000000, 0),
            {
                "session_id": 0xDEADBEEF,
                "display_channels_hint": 1,
                "supported_mouse_modes": 3,
                "current_mouse_mode": 2,
                "agent_connected": 1,
                "agent_tokens": 10,
                "multi_media_time": 4000000000,
                "ram_hint": 0,
            },
        ),
        server(
            "main",
            104,
            "channels_list",
            p("I", 3) + bytes([2, 0, 3, 0, 9, 1]),
            {"num_of_channels": 3, "channels": [{"type": 2, "id": 0}, {"type": 3, "id": 0}, {"type": 9, "id": 1}]},
        ),
        server("main", 105, "mouse_mode", p("HH", 3, 1), {"supported_modes": 3, "current_mode": 1}),
        server("main", 106, "multi_media_time", p("I", 2**32 - 1), {"time": 2**32 - 1}),
        server("main", 107, "agent_connected", b"", {}),
        server("main", 108, "agent_disconnected", p("I", 0), {"error_code": 0}),
        server("main", 109, "agent_data", BLOB, {"data": hx(BLOB)}),
        server("main", 110, "agent_token", p("I", 5), {"num_tokens": 5}),
        server("main", 111, "migrate_switch_host", place(body, [host], [subject]), hosts),
        server("main", 112, "migrate_end", b"", {}),
        server("main", 113, "name", p("I", 5) + b"demo\0", {"name_len": 5, "name": hx(b"demo\0")}),
        server("main", 114, "uuid", uuid, {"uuid": hx(uuid)}),
        server("main", 115, "agent_connected_tokens", p("I", 10), {"num_tokens": 10}),
        server(
            "main",
            116,
            "migrate_begin_seamless",
            place([*body, p("I", 2)], [host], [subject]),
            {"dst_info": hosts, "src_mig_version": 2},
        ),
        server("main", 117, "migrate_dst_seamless_ack", b"", {}),
        server("main", 118, "migrate_dst_seamless_nack", b"", {}),
        client("main", 101, "client_info", p("Q", 2**40), {"cache_size": big(2**40)}),
        client("main", 102, "migrate_connected", b"", {}),
        client("main", 103, "migrate_connect_error", b"", {}),
        client("main", 104, "attach_channels", b"", {}),
        client("main", 105, "mouse_mode_request", p("H", 2), {"mode": 2}),
        client("main", 106, "agent_start", p("I", 10), {"num_tokens": 10}),
        client("main", 107, "agent_data", BLOB, {"data": hx(BLOB)}),
        client("main", 108, "agent_token", p("I", 1), {"num_tokens": 1}),
        client("main", 109, "migrate_end", b"", {}),
        client("main", 110, "migrate_dst_do_seamless", p("I", 2), {"src_version": 2}),
        client("main", 111, "migrate_connected_seamless", b"", {}),
        client("main", 112, "quality_indicator", BLOB, {"data": hx(BLOB)}),
    ]


def inputs() -> list[Vector]:
    scancodes = bytes([0x1D, 0xE0, 0x53, 0xE0, 0xD3, 0x9D])
    return [
        server("inputs", 101, "init", p("H", 2), {"keyboard_modifiers": 2}),
        server("inputs", 102, "key_modifiers", p("H", 7), {"modifiers": 7}),
        server("inputs", 111, "mouse_motion_ack", b"", {}),
        client("inputs", 101, "key_down", p("I", 0x1E), {"code": 0x1E}),
        client("inputs", 102, "key_up", p("I", 0xD3E0), {"code": 0xD3E0}),
        client("inputs", 103, "key_modifiers", p("H", 4), {"modifiers": 4}),
        client("inputs", 104, "key_scancode", scancodes, {"data": hx(scancodes)}),
        client("inputs", 111, "mouse_motion", p("iiH", -3, 200, 5), {"dx": -3, "dy": 200, "buttons_state": 5}),
        client(
            "inputs",
            112,
            "mouse_position",
            p("IIHB", 1919, 1079, 0x60, 1),
            {"x": 1919, "y": 1079, "buttons_state": 0x60, "display_id": 1},
        ),
        client("inputs", 113, "mouse_press", p("BH", 1, 1), {"button": 1, "buttons_state": 1}),
        client("inputs", 114, "mouse_release", p("BH", 7, 0), {"button": 7, "buttons_state": 0}),
    ]


def cursor() -> list[Vector]:
    pixels = bytes(range(16))
    header = {"unique": big(0xABCDEF0123456789), "type": 0, "width": 2, "height": 2, "hot_spot_x": 1, "hot_spot_y": 0}
    shape = p("H", 2) + p("QBHHHH", 0xABCDEF0123456789, 0, 2, 2, 1, 0) + pixels
    fields = {"flags": 2, "header": header, "data": hx(pixels)}
    cached = p("H", 4) + p("QBHHHH", 0xABCDEF0123456789, 0, 2, 2, 1, 0)
    place_at = {"position": {"x": -5, "y": 700}}
    return [
        server(
            "cursor",
            101,
            "init",
            p("hhHHB", -5, 700, 0, 0, 1) + shape,
            place_at | {"trail_length": 0, "trail_frequency": 0, "visible": 1, "cursor": fields},
        ),
        server(
            "cursor",
            101,
            "init",
            p("hhHHB", -5, 700, 3, 4, 0) + p("H", 1),
            place_at | {"trail_length": 3, "trail_frequency": 4, "visible": 0, "cursor": {"flags": 1, "data": hx(b"")}},
            "none",
        ),
        server("cursor", 102, "reset", b"", {}),
        server("cursor", 103, "set", p("hhB", -5, 700, 1) + shape, place_at | {"visible": 1, "cursor": fields}),
        server(
            "cursor",
            103,
            "set",
            p("hhB", -5, 700, 1) + cached,
            place_at | {"visible": 1, "cursor": {"flags": 4, "header": header, "data": hx(b"")}},
            "from_cache",
        ),
        server("cursor", 104, "move", p("hh", -5, 700), place_at),
        server("cursor", 105, "hide", b"", {}),
        server("cursor", 106, "trail", p("HH", 10, 50), {"length": 10, "frequency": 50}),
        server("cursor", 107, "inval_one", p("Q", 2**64 - 2), {"id": big(2**64 - 2)}),
        server("cursor", 108, "inval_all", b"", {}),
    ]


def sound() -> list[Vector]:
    packet = p("I", 1000) + BLOB
    packet_fields = {"time": 1000, "data": hx(BLOB)}
    mode = p("IH", 1000, 3)
    mode_fields = {"time": 1000, "mode": 3, "data": hx(b"")}
    volume, volume_fields = p("BHH", 2, 65535, 100), {"nchannels": 2, "volume": [65535, 100]}
    rate = {"channels": 2, "format": 1, "frequency": 48000}
    return [
        server("playback", 101, "data", packet, packet_fields),
        server("playback", 102, "mode", mode, mode_fields),
        server("playback", 103, "start", p("IHII", 2, 1, 48000, 900), rate | {"time": 900}),
        server("playback", 104, "stop", b"", {}),
        server("playback", 105, "volume", volume, volume_fields),
        server("playback", 106, "mute", p("B", 1), {"mute": 1}),
        server("playback", 107, "latency", p("I", 250), {"latency_ms": 250}),
        server("record", 101, "start", p("IHI", 2, 1, 48000), rate),
        server("record", 102, "stop", b"", {}),
        server("record", 103, "volume", volume, volume_fields),
        server("record", 104, "mute", p("B", 0), {"mute": 0}),
        client("record", 101, "data", packet, packet_fields),
        client("record", 102, "mode", mode, mode_fields),
        client("record", 103, "start_mark", p("I", 1234), {"time": 1234}),
    ]


def tunnel() -> list[Vector]:
    address = bytes([10, 0, 2, 99])
    ip_fields = {"type": 1, "u": hx(address)}
    start = p("HIII", 2, 4, 1, 631)
    texts = {"name": hx(b"printer"), "description": hx(b"a printer")}
    return [
        server("tunnel", 101, "init", p("HI", 20, 2048), {"max_num_of_sockets": 20, "max_socket_data_size": 2048}),
        server(
            "tunnel",
            102,
            "service_ip_map",
            p("IH", 4, 1) + address,
            {"service_id": 4, "virtual_ip": ip_fields},
        ),
        server(
            "tunnel",
            103,
            "socket_open",
            p("HII", 1, 4, 40),
            {"connection_id": 1, "service_id": 4, "tokens": 40},
        ),
        server("tunnel", 104, "socket_fin", p("H", 1), {"connection_id": 1}),
        server("tunnel", 105, "socket_close", p("H", 2), {"connection_id": 2}),
        server("tunnel", 106, "socket_data", p("H", 1) + BLOB, {"connection_id": 1, "data": hx(BLOB)}),
        server("tunnel", 107, "socket_closed_ack", p("H", 3), {"connection_id": 3}),
        server("tunnel", 108, "socket_token", p("HI", 1, 20), {"connection_id": 1, "num_tokens": 20}),
        client(
            "tunnel",
            101,
            "service_add",
            place([start, At(0), At(1), p("H", 1) + address], [b"printer\0"], [b"a printer\0"]),
            {"type": 2, "id": 4, "group": 1, "port": 631, **texts, "u": ip_fields},
        ),
        client(
            "tunnel",
            101,
            "service_add",
            place([p("HIII", 1, 5, 1, 8080), At(0), At(1)], [b"printer\0"], [b"a printer\0"]),
            {"type": 1, "id": 5, "group": 1, "port": 8080, **texts, "u": None},
            "generic",
        ),
        client("tunnel", 102, "service_remove", p("I", 4), {"id": 4}),
        client("tunnel", 103, "socket_open_ack", p("HI", 1, 80), {"connection_id": 1, "tokens": 80}),
        client("tunnel", 104, "socket_open_nack", p("H", 1), {"connection_id": 1}),
        client("tunnel", 105, "socket_fin", p("H", 1), {"connection_id": 1}),
        client("tunnel", 106, "socket_closed", p("H", 1), {"connection_id": 1}),
        client("tunnel", 107, "socket_closed_ack", p("H", 1), {"connection_id": 1}),
        client("tunnel", 108, "socket_data", p("H", 1) + BLOB, {"connection_id": 1, "data": hx(BLOB)}),
        client("tunnel", 109, "socket_token", p("HI", 1, 5), {"connection_id": 1, "num_tokens": 5}),
    ]


def streams() -> list[Vector]:
    """SMARTCARD, USBREDIR, PORT and WEBDAV."""
    card = p("III", 7, 0, 5) + bytes([0, 0xA4, 4, 0, 0])
    card_fields = {"type": 7, "reader_id": 0, "length": 5, "data": hx(bytes([0, 0xA4, 4, 0, 0]))}
    found = [make("smartcard", 101, "data", card, card_fields) for make in (server, client)]
    packed = p("BI", 1, 1000) + BLOB
    packed_fields = {"type": 1, "uncompressed_size": 1000, "compressed_data": hx(BLOB)}
    plain_fields = {"type": 0, "compressed_data": hx(BLOB)}
    for channel in ("usbredir", "port", "webdav"):
        for make in (server, client):
            found += [
                make(channel, 101, "data", BLOB, {"data": hx(BLOB)}),
                make(channel, 102, "compressed_data", packed, packed_fields),
                make(channel, 102, "compressed_data", p("B", 0) + BLOB, plain_fields, "none"),
            ]
    for channel in ("port", "webdav"):
        name = b"org.spice-space.webdav.0\0"
        found += [
            server(
                channel,
                201,
                "init",
                place([p("I", 25), At(0), p("B", 1)], [name]),
                {"name_size": 25, "name": hx(name), "opened": 1},
            ),
            server(channel, 202, "event", p("B", 1), {"event": 1}),
            client(channel, 201, "event", p("B", 2), {"event": 2}),
        ]
    return found
