"""QUIC: predicts each pixel and writes the difference in a code that adapts; in the kernels alone.

Facts: spice-common ``common/quic.c``, ``quic_tmpl.c``.
"""

from __future__ import annotations

from gateway.codecs.image.encoded import Encoded, Pixels, binary, checked, words
from gateway.codecs.kernels.loader import KERNELS, WHY_NOT, Kernels
from gateway.spice.enums import ImageType
from gateway.spice.errors import UsageError


def quic_available() -> bool:
    """Whether QUIC can be made here."""
    return KERNELS is not None


def encode_quic(pixels: Pixels, alpha: bool = False, *, kernels: Kernels | None = KERNELS) -> Encoded:
    """For every client: smooth pictures that must stay exact. Errors: `UsageError` too when not `quic_available`."""
    picture = checked(pixels)
    if kernels is None:
        raise UsageError(f"QUIC needs the compiled kernels: {WHY_NOT}")
    height, width = picture.shape[:2]
    return binary(ImageType.QUIC, kernels.quic(words(picture), width, height, alpha))
