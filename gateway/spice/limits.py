"""Every limit, once. ``jsgen`` writes the same names to ``static/js/spice/limits.gen.js``.

Sizes are bytes unless the name says otherwise. Nothing is allocated from a number of the peer's before it was compared
with one of these, or with what has really arrived.
"""

from __future__ import annotations

from typing import Final

from .enums import ChannelType, Direction

KIB: Final = 1024
MIB: Final = 1024 * KIB

# --- link (libspice refuses more than 4096 bytes of link message; we do as it does) ---
MAX_LINK_MESSAGE: Final = 4096
MAX_LINK_BACKLOG: Final = 64 * KIB
MAX_CAP_WORDS: Final = 32
PUBLIC_KEY_BYTES: Final = 162
TICKET_BYTES: Final = 128
MAX_PASSWORD_BYTES: Final = 60
LINK_SECONDS: Final = 10

# --- messages ---
MAX_SUB_MESSAGES: Final = 1024
MAX_MESSAGE_ITEMS: Final = 1024 * 1024
"""Array items of one message, all arrays together (byte arrays aside): an item in memory is larger than on the wire."""
MAX_SERVER_MESSAGE: Final[dict[ChannelType, int]] = {
    ChannelType.MAIN: 1 * MIB,
    ChannelType.DISPLAY: 128 * MIB,
    ChannelType.INPUTS: 64 * KIB,
    ChannelType.CURSOR: 5 * MIB,
    ChannelType.PLAYBACK: 1 * MIB,
    ChannelType.RECORD: 64 * KIB,
    ChannelType.TUNNEL: 1 * MIB,
    ChannelType.SMARTCARD: 1 * MIB,
    ChannelType.USBREDIR: 4 * MIB,
    ChannelType.PORT: 4 * MIB,
    ChannelType.WEBDAV: 4 * MIB,
}
MAX_CLIENT_MESSAGE: Final[dict[ChannelType, int]] = {
    ChannelType.MAIN: 1 * MIB,
    ChannelType.DISPLAY: 64 * KIB,
    ChannelType.INPUTS: 64 * KIB,
    ChannelType.CURSOR: 64 * KIB,
    ChannelType.PLAYBACK: 64 * KIB,
    ChannelType.RECORD: 1 * MIB,
    ChannelType.TUNNEL: 1 * MIB,
    ChannelType.SMARTCARD: 1 * MIB,
    ChannelType.USBREDIR: 4 * MIB,
    ChannelType.PORT: 4 * MIB,
    ChannelType.WEBDAV: 4 * MIB,
}
MAX_CHANNELS: Final = 256
MAX_MONITORS: Final = 64
MAX_STREAMS: Final = 64

# --- pictures ---
MAX_IMAGE_WIDTH: Final = 16384
MAX_IMAGE_HEIGHT: Final = 16384
MAX_IMAGE_PIXELS: Final = 64 * MIB
MAX_SURFACE_WIDTH: Final = 16384
MAX_SURFACE_HEIGHT: Final = 16384
MAX_SURFACE_PIXELS: Final = 64 * MIB
MAX_SURFACES: Final = 1024
MAX_SURFACES_PIXELS: Final = 128 * MIB
MAX_CLIP_RECTS: Final = 65536
MAX_PATH_POINTS: Final = 1 * MIB
IMAGE_WAIT_SECONDS: Final = 10
MAX_CACHED_PALETTES: Final = 128
MAX_CACHED_IMAGES: Final = 16384
IMAGE_CACHE_PIXELS: Final = 20 * MIB
GLZ_WINDOW_PIXELS: Final = 16 * MIB
MAX_GLZ_WINDOW_PIXELS: Final = 32 * MIB
"""Of a client; libspice takes no more (LZ_MAX_WINDOW_SIZE)."""
MAX_GLZ_WINDOW_IMAGES: Final = 65536
MAX_GLZ_WAITING: Final = 64
GLZ_WAIT_SECONDS: Final = 10
MAX_CURSOR_WIDTH: Final = 1024
MAX_CURSOR_HEIGHT: Final = 1024
MAX_CACHED_CURSORS: Final = 256
CURSOR_CACHE_PIXELS: Final = 4 * MIB

# --- sound ---
MIN_SOUND_FREQUENCY: Final = 8000
MAX_SOUND_FREQUENCY: Final = 192000
MAX_OPUS_PACKET: Final = 1275 * 6
MAX_PLAYBACK_FRAMES: Final = 20
"""Frames of 10 ms that wait for a client: beyond that the oldest are let go."""
MAX_RECORD_MS: Final = 1000
"""Sound from a client that the machine has not taken yet: beyond that the oldest is let go."""
MAX_SOUND_LATENCY_MS: Final = 2000

# --- the agent ---
AGENT_CHUNK_BYTES: Final = 2048
MAX_AGENT_MESSAGE: Final = 100 * MIB
AGENT_TOKENS: Final = 10
MAX_AGENT_BACKLOG: Final = 128 * MIB
"""Bytes of agent messages that wait for one client's tokens."""

# --- devices: USBREDIR, PORT, WEBDAV, SMARTCARD ---
DEVICE_BACKLOG_BYTES: Final = 1 * MIB
DEVICE_BACKLOG_ITEMS: Final = 1024
"""What may wait for the client that holds a device before the machine's writes are refused."""
DEVICE_CHUNK_BYTES: Final = 64 * KIB
MAX_DEVICE_WRITE: Final = 4 * MIB
MAX_UNCOMPRESSED_BYTES: Final = 4 * MIB
MAX_USBREDIR_HEADER: Final = 4 * KIB
MAX_USBREDIR_DATA: Final = 1 * MIB
"""Data of one usbredir transfer."""
MAX_USB_REQUESTS: Final = 64
USB_SECONDS: Final = 10

# --- the shared folder ---
MAX_FOLDER_CONNECTIONS: Final = 64
FOLDER_STUCK_SECONDS: Final = 30
"""How long one connection may hold up all the others."""
FOLDER_SECONDS: Final = 20
MAX_FOLDER_LISTING: Final = 4 * MIB
MAX_FOLDER_READ: Final = 1 * MIB

# --- TUNNEL (libspice had 20 sockets, 2 KiB and the same window) ---
MAX_TUNNEL_SERVICES: Final = 64
MAX_TUNNEL_TEXT: Final = 256
MAX_TUNNEL_SOCKETS: Final = 64
MAX_TUNNEL_DATA: Final = 8 * KIB
TUNNEL_WINDOW: Final = 80
"""Messages of one socket that a client may send ahead."""
TUNNEL_SECONDS: Final = 10
IPP_SECONDS: Final = 60
MAX_IPP_ANSWER: Final = 256 * KIB

# --- SMARTCARD ---
MAX_VSC_BYTES: Final = 64 * KIB
MAX_READER_NAME_BYTES: Final = 256
MAX_ATR_BYTES: Final = 40
SMARTCARD_SECONDS: Final = 10


# --- our own server core ---
MAX_PIPE_ITEMS: Final = 4096
MAX_PIPE_BYTES: Final = 8 * MIB
MAX_PICTURE_OPS: Final = 512
MAX_PICTURE_BYTES: Final = 4 * MIB
"""Operations on surfaces, and bytes of pictures in them, that wait for one client; more are given up for pixels."""
DICTIONARY_PIXELS: Final = 4 * MIB
"""Of one client's GLZ dictionary, at four bytes of our memory each; clients offer more."""
DISPLAY_INIT_SECONDS: Final = 30
BACKLOG: Final = 1024
MAX_SESSIONS: Final = 256
"""Sessions of one machine at a time."""

# --- the relay and its sockets ---
RECEIVE_BYTES: Final = 512 * KIB
SHARED_RECEIVE_BYTES: Final = 64 * KIB
CLOSE_SECONDS: Final = 1
MAX_BEFORE_INIT: Final = 4 * KIB
"""That a client of a machine's display may say before INIT."""
LEAVE_SECONDS: Final = 5
"""Until a machine's connection that nobody uses any more is closed, although the machine has not begun."""
CONNECT_SECONDS: Final = 5
PROBE_SECONDS: Final = 1
PING_SECONDS: Final = 20
MAX_CONNECTIONS: Final = 8192
MAX_UNPROVEN_LINKS: Final = 64

# --- log-in ---
TICKET_SECONDS: Final = 300
MAX_TICKETS: Final = 256
LOGIN_SECONDS: Final = 7 * 24 * 3600
MAX_LOGINS: Final = 1024
MAX_REQUEST_BYTES: Final = 64 * KIB
FIRST_REQUEST_SECONDS: Final = 10
MALFORMED_RATE: Final = 1
"""Lines a second that the log takes of requests that are no HTTP, in the long run."""
MALFORMED_BURST: Final = 20

# --- the API ---
API_RATE: Final = 50
"""Requests a second of one log-in or key in the long run."""
API_BURST: Final = 300
MAX_FEEDS: Final = 64
"""Readers of the event stream at a time."""
MAX_OWN_FEEDS: Final = 500
"""Pages that follow the machines of whoever reads them, at a time."""
FEED_EVENTS: Final = 16
"""Events that may wait for a slow reader before it gets everything anew."""
MAX_NOTICE_LENGTH: Final = 500

# --- what viewers tell of their sessions ---
THUMBNAIL_WIDTH: Final = 320
THUMBNAIL_HEIGHT: Final = 240
THUMBNAIL_BYTES: Final = 24 * KIB
"""Of one picture as a viewer sends it."""
MAX_FRAME_RATE: Final = 1000
REPORT_RATE: Final = 1
"""Reports a second of one session in the long run."""
REPORT_BURST: Final = 5
MAX_PICTURES: Final = 4096
PICTURES_BYTES: Final = 32 * MIB
"""All pictures that the gateway holds: beyond that the oldest go."""
PICTURE_SECONDS: Final = 12 * 3600
"""How long somebody's last picture of a machine is held."""


def max_message(channel: ChannelType, direction: Direction) -> int:
    """The largest payload, in bytes, that we take on this channel from this side."""
    table = MAX_SERVER_MESSAGE if direction is Direction.SERVER else MAX_CLIENT_MESSAGE
    return table[channel]
