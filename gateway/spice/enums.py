"""Every number of the protocol that has a name.

Names follow ``spice.proto`` in CamelCase; members that would start with a digit get ``FMT_``. The base class of an
enum says its width on the wire (``Enum8`` is one byte, ``Flags16`` two): a message's annotation is all the codec needs.
Flag members hold bit *values*. Sources: ``spice.proto``, ``spice/enums.h``, ``spice/protocol.h``, ``spice/vd_agent.h``,
``vscard_common.h``, and for TUNNEL the last sources that had it (libspice 0.12).
"""

from __future__ import annotations

from enum import Enum, IntEnum, IntFlag


class Enum8(IntEnum):
    """One byte on the wire."""


class Enum16(IntEnum):
    """Two bytes on the wire."""


class Enum32(IntEnum):
    """Four bytes on the wire."""


class Flags8(IntFlag):
    """A set of bits in one byte."""


class Flags16(IntFlag):
    """A set of bits in two bytes."""


class Flags32(IntFlag):
    """A set of bits in four bytes."""


class Direction(Enum):
    """Who sends a message."""

    SERVER = "server"
    CLIENT = "client"


# --- link -----------------------------------------------------------------------------------------------------------


class ChannelType(Enum8):
    MAIN = 1
    DISPLAY = 2
    INPUTS = 3
    CURSOR = 4
    PLAYBACK = 5
    RECORD = 6
    TUNNEL = 7
    SMARTCARD = 8
    USBREDIR = 9
    PORT = 10
    WEBDAV = 11


class LinkErr(Enum32):
    OK = 0
    ERROR = 1
    INVALID_MAGIC = 2
    INVALID_DATA = 3
    VERSION_MISMATCH = 4
    NEED_SECURED = 5
    NEED_UNSECURED = 6
    PERMISSION_DENIED = 7
    BAD_CONNECTION_ID = 8
    CHANNEL_NOT_AVAILABLE = 9


class AuthMechanism(Enum32):
    """What the client picks when AUTH_SELECTION is common; values are the capability numbers."""

    SPICE = 1
    SASL = 2


class CommonCap(IntEnum):
    AUTH_SELECTION = 0
    AUTH_SPICE = 1
    AUTH_SASL = 2
    MINI_HEADER = 3


class MainCap(IntEnum):
    SEMI_SEAMLESS_MIGRATE = 0
    NAME_AND_UUID = 1
    AGENT_CONNECTED_TOKENS = 2
    SEAMLESS_MIGRATE = 3


class DisplayCap(IntEnum):
    SIZED_STREAM = 0
    MONITORS_CONFIG = 1
    COMPOSITE = 2
    A8_SURFACE = 3
    STREAM_REPORT = 4
    LZ4_COMPRESSION = 5
    PREF_COMPRESSION = 6
    GL_SCANOUT = 7
    MULTI_CODEC = 8
    CODEC_MJPEG = 9
    CODEC_VP8 = 10
    CODEC_H264 = 11
    PREF_VIDEO_CODEC_TYPE = 12
    CODEC_VP9 = 13
    CODEC_H265 = 14


class InputsCap(IntEnum):
    KEY_SCANCODE = 0


class PlaybackCap(IntEnum):
    CELT_0_5_1 = 0
    VOLUME = 1
    LATENCY = 2
    OPUS = 3


class RecordCap(IntEnum):
    CELT_0_5_1 = 0
    VOLUME = 1
    OPUS = 2


class SpicevmcCap(IntEnum):
    """USBREDIR, PORT and WEBDAV share these."""

    DATA_COMPRESS_LZ4 = 0


# --- common and MAIN ------------------------------------------------------------------------------------------------


class WarnCode(Enum32):
    GENERAL = 0


class InfoCode(Enum32):
    GENERAL = 0


class MigrateFlags(Flags32):
    NEED_FLUSH = 1
    NEED_DATA_TRANSFER = 2


class NotifySeverity(Enum32):
    INFO = 0
    WARN = 1
    ERROR = 2


class NotifyVisibility(Enum32):
    LOW = 0
    MEDIUM = 1
    HIGH = 2


class MouseMode(Flags16):
    SERVER = 1
    CLIENT = 2


class DataCompressionType(Enum8):
    NONE = 0
    LZ4 = 1


# --- DISPLAY --------------------------------------------------------------------------------------------------------


class ClipType(Enum8):
    NONE = 0
    RECTS = 1


class PathFlags(Flags8):
    BEGIN = 1
    END = 2
    CLOSE = 8
    BEZIER = 16


class VideoCodecType(Enum8):
    MJPEG = 1
    VP8 = 2
    H264 = 3
    VP9 = 4
    H265 = 5


class StreamFlags(Flags8):
    TOP_DOWN = 1


class BrushType(Enum8):
    NONE = 0
    SOLID = 1
    PATTERN = 2


class MaskFlags(Flags8):
    INVERS = 1


class ImageType(Enum8):
    BITMAP = 0
    QUIC = 1
    RESERVED = 2
    LZ_PLT = 100
    LZ_RGB = 101
    GLZ_RGB = 102
    FROM_CACHE = 103
    SURFACE = 104
    JPEG = 105
    FROM_CACHE_LOSSLESS = 106
    ZLIB_GLZ_RGB = 107
    JPEG_ALPHA = 108
    LZ4 = 109


class ImageCompression(Enum8):
    INVALID = 0
    OFF = 1
    AUTO_GLZ = 2
    AUTO_LZ = 3
    QUIC = 4
    GLZ = 5
    LZ = 6
    LZ4 = 7


class ImageFlags(Flags8):
    CACHE_ME = 1
    HIGH_BITS_SET = 2
    CACHE_REPLACE_ME = 4


class BitmapFmt(Enum8):
    INVALID = 0
    FMT_1BIT_LE = 1
    FMT_1BIT_BE = 2
    FMT_4BIT_LE = 3
    FMT_4BIT_BE = 4
    FMT_8BIT = 5
    FMT_16BIT = 6
    FMT_24BIT = 7
    FMT_32BIT = 8
    FMT_RGBA = 9
    FMT_8BIT_A = 10


class BitmapFlags(Flags8):
    PAL_CACHE_ME = 1
    PAL_FROM_CACHE = 2
    TOP_DOWN = 4


class JpegAlphaFlags(Flags8):
    TOP_DOWN = 1


class ImageScaleMode(Enum8):
    INTERPOLATE = 0
    NEAREST = 1


class Ropd(Flags16):
    INVERS_SRC = 1
    INVERS_BRUSH = 2
    INVERS_DEST = 4
    OP_PUT = 8
    OP_OR = 16
    OP_AND = 32
    OP_XOR = 64
    OP_BLACKNESS = 128
    OP_WHITENESS = 256
    OP_INVERS = 512
    INVERS_RES = 1024


class LineFlags(Flags8):
    START_WITH_GAP = 4
    STYLED = 8


class StringFlags(Flags8):
    RASTER_A1 = 1
    RASTER_A4 = 2
    RASTER_A8 = 4
    RASTER_TOP_DOWN = 8


class SurfaceFlags(Flags32):
    PRIMARY = 1
    STREAMING_MODE = 2


class SurfaceFmt(Enum32):
    INVALID = 0
    FMT_1_A = 1
    FMT_8_A = 8
    FMT_16_555 = 16
    FMT_32_xRGB = 32
    FMT_16_565 = 80
    FMT_32_ARGB = 96


class AlphaFlags(Flags8):
    DEST_HAS_ALPHA = 1
    SRC_SURFACE_HAS_ALPHA = 2


class ResourceType(Enum8):
    INVALID = 0
    PIXMAP = 1


class CompositeFlags(Flags32):
    """The eight OP bits are a Render operator number, the three-bit FILTER and two-bit REPEAT groups likewise."""

    OP0 = 1 << 0
    OP1 = 1 << 1
    OP2 = 1 << 2
    OP3 = 1 << 3
    OP4 = 1 << 4
    OP5 = 1 << 5
    OP6 = 1 << 6
    OP7 = 1 << 7
    SRC_FILTER0 = 1 << 8
    SRC_FILTER1 = 1 << 9
    SRC_FILTER2 = 1 << 10
    MASK_FILTER0 = 1 << 11
    MASK_FILTER1 = 1 << 12
    MASK_FILTER2 = 1 << 13
    SRC_REPEAT0 = 1 << 14
    SRC_REPEAT1 = 1 << 15
    MASK_REPEAT0 = 1 << 16
    MASK_REPEAT1 = 1 << 17
    COMPONENT_ALPHA = 1 << 18
    HAS_MASK = 1 << 19
    HAS_SRC_TRANSFORM = 1 << 20
    HAS_MASK_TRANSFORM = 1 << 21
    SOURCE_OPAQUE = 1 << 22
    MASK_OPAQUE = 1 << 23
    DEST_OPAQUE = 1 << 24


class GlScanoutFlags(Flags32):
    Y0TOP = 1


# --- INPUTS and CURSOR ----------------------------------------------------------------------------------------------


class KeyboardModifierFlags(Flags16):
    SCROLL_LOCK = 1
    NUM_LOCK = 2
    CAPS_LOCK = 4


class MouseButton(Enum8):
    INVALID = 0
    LEFT = 1
    MIDDLE = 2
    RIGHT = 3
    UP = 4
    DOWN = 5
    SIDE = 6
    EXTRA = 7


class MouseButtonMask(Flags16):
    LEFT = 1
    MIDDLE = 2
    RIGHT = 4
    UP = 8
    DOWN = 16
    SIDE = 32
    EXTRA = 64


class CursorType(Enum8):
    ALPHA = 0
    MONO = 1
    COLOR4 = 2
    COLOR8 = 3
    COLOR16 = 4
    COLOR24 = 5
    COLOR32 = 6


class CursorFlags(Flags16):
    NONE = 1
    CACHE_ME = 2
    FROM_CACHE = 4


# --- PLAYBACK and RECORD --------------------------------------------------------------------------------------------


class AudioDataMode(Enum16):
    INVALID = 0
    RAW = 1
    CELT_0_5_1 = 2
    OPUS = 3


class AudioFmt(Enum16):
    INVALID = 0
    S16 = 1


# --- PORT, TUNNEL, SMARTCARD ----------------------------------------------------------------------------------------


class PortEvent(Enum8):
    OPENED = 0
    CLOSED = 1
    BREAK = 2


class TunnelServiceType(Enum16):
    INVALID = 0
    GENERIC = 1
    IPP = 2


class TunnelIpType(Enum16):
    INVALID = 0
    IPV4 = 1


class VscMessageType(Enum32):
    INIT = 1
    ERROR = 2
    READER_ADD = 3
    READER_REMOVE = 4
    ATR = 5
    CARD_REMOVE = 6
    APDU = 7
    FLUSH = 8
    FLUSH_COMPLETE = 9


class VscErrorCode(Enum32):
    SUCCESS = 0
    GENERAL_ERROR = 1
    CANNOT_ADD_MORE_READERS = 2
    CARD_ALREADY_INSERTED = 3


# --- the agent (vd_agent.h) -----------------------------------------------------------------------------------------


class AgentPort(Enum32):
    """Which side a VDI chunk belongs to, on the agent's own port."""

    CLIENT = 1
    SERVER = 2


class AgentMessageType(Enum32):
    MOUSE_STATE = 1
    MONITORS_CONFIG = 2
    REPLY = 3
    CLIPBOARD = 4
    DISPLAY_CONFIG = 5
    ANNOUNCE_CAPABILITIES = 6
    CLIPBOARD_GRAB = 7
    CLIPBOARD_REQUEST = 8
    CLIPBOARD_RELEASE = 9
    FILE_XFER_START = 10
    FILE_XFER_STATUS = 11
    FILE_XFER_DATA = 12
    CLIENT_DISCONNECTED = 13
    MAX_CLIPBOARD = 14
    AUDIO_VOLUME_SYNC = 15
    GRAPHICS_DEVICE_INFO = 16


class AgentCap(IntEnum):
    MOUSE_STATE = 0
    MONITORS_CONFIG = 1
    REPLY = 2
    CLIPBOARD = 3
    DISPLAY_CONFIG = 4
    CLIPBOARD_BY_DEMAND = 5
    CLIPBOARD_SELECTION = 6
    SPARSE_MONITORS_CONFIG = 7
    GUEST_LINEEND_LF = 8
    GUEST_LINEEND_CRLF = 9
    MAX_CLIPBOARD = 10
    AUDIO_VOLUME_SYNC = 11
    MONITORS_CONFIG_POSITION = 12
    FILE_XFER_DISABLED = 13
    FILE_XFER_DETAILED_ERRORS = 14
    GRAPHICS_DEVICE_INFO = 15
    CLIPBOARD_NO_RELEASE_ON_REGRAB = 16
    CLIPBOARD_GRAB_SERIAL = 17


class AgentReplyCode(Enum32):
    SUCCESS = 1
    ERROR = 2


class ClipboardType(Enum32):
    NONE = 0
    UTF8_TEXT = 1
    IMAGE_PNG = 2
    IMAGE_BMP = 3
    IMAGE_TIFF = 4
    IMAGE_JPG = 5
    FILE_LIST = 6


class ClipboardSelection(Enum8):
    CLIPBOARD = 0
    PRIMARY = 1
    SECONDARY = 2


class FileXferStatus(Enum32):
    CAN_SEND_DATA = 0
    CANCELLED = 1
    ERROR = 2
    SUCCESS = 3
    NOT_ENOUGH_SPACE = 4
    SESSION_LOCKED = 5
    VDAGENT_NOT_CONNECTED = 6
    DISABLED = 7


class FileXferErrorType(Enum8):
    GLIB_IO = 0


class MonitorsConfigFlags(Flags32):
    USE_POS = 1
    PHYSICAL_SIZE = 2


class DisplayConfigFlags(Flags32):
    DISABLE_WALLPAPER = 1
    DISABLE_FONT_SMOOTH = 2
    DISABLE_ANIMATION = 4
    SET_COLOR_DEPTH = 8


class AgentMouseButtonMask(Flags32):
    LEFT = 2
    MIDDLE = 4
    RIGHT = 8
    UP = 16
    DOWN = 32
    SIDE = 64
    EXTRA = 128
