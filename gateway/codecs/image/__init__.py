"""Image encoders: pictures to the bodies of SPICE images.

=====================  ============  ========  =============================================================
encoder                type          exact     for
=====================  ============  ========  =============================================================
`encode_bitmap`        BITMAP        yes       a few pixels
`encode_lz4`           LZ4           yes       clients with the LZ4 capability
`encode_lz`            LZ_RGB        yes       every client
`encode_quic`          QUIC          yes       every client, where `quic_available`; smooth pictures
`GlzEncoder`           (ZLIB_)GLZ    yes       clients that announced a GLZ dictionary: a `GlzWindow` for each
`encode_jpeg`          JPEG          no        photographs and video; every client
`encode_jpeg_alpha`    JPEG_ALPHA    colours   the same with alpha
=====================  ============  ========  =============================================================

Each gives an `Encoded`. Pictures are `Pixels`; wrong ones raise `UsageError`. `classify` says what a picture is of.
"""

from gateway.codecs.image.bitmap import encode_bitmap
from gateway.codecs.image.content import Content, classify
from gateway.codecs.image.encoded import Encoded, Pixels
from gateway.codecs.image.glz import GlzEncoder, GlzWindow
from gateway.codecs.image.jpeg import encode_jpeg, encode_jpeg_alpha
from gateway.codecs.image.lz import encode_lz
from gateway.codecs.image.lz4 import encode_lz4
from gateway.codecs.image.quic import encode_quic, quic_available

__all__ = [
    "Content",
    "Encoded",
    "GlzEncoder",
    "GlzWindow",
    "Pixels",
    "classify",
    "encode_bitmap",
    "encode_jpeg",
    "encode_jpeg_alpha",
    "encode_lz",
    "encode_lz4",
    "encode_quic",
    "quic_available",
]
