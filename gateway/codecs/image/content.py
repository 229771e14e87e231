"""What a picture is of: decides whether losing a little is seen, and whether anything but losing a little helps."""

from __future__ import annotations

from enum import Enum
from typing import Final

import numpy as np
import numpy.typing as npt

from gateway.codecs.image.encoded import Pixels, Words, checked

#: About so many rows, and pixels of each, are looked at.
SAMPLE_ROWS: Final = 24
SAMPLE_COLUMNS: Final = 320
SAMPLE_COLOURS: Final = 1500
COLOUR_MASK: Final = np.uint32(0xFFFFFF)

#: A picture is flat when at most one pixel in so many differs from its neighbours.
FLAT_SHARE: Final = 1 / 50
#: Below this share of pixels that differ from both neighbours, LZ pays.
BUSY_SHARE: Final = 0.45
#: With fewer colours than one in so many looked at, sharp edges between a few colours are the picture: text, icons,
#: dithering. Losing would be seen.
FEW_COLOURS: Final = 1 / 8


class Content(Enum):
    """What `classify` tells apart."""

    FLAT = "flat"
    """One colour, or areas of one: anything compresses it to nothing."""
    TEXT = "text"
    """A desktop: text, lines, icons. LZ and its like; must stay exact."""
    PHOTO = "photo"
    """A photograph, video, noise or two-way gradient: LZ fails, JPEG is small and not seen."""


def classify(pixels: Pixels) -> Content:
    """By a sample: how many pixels are equal neither to their left nor to their upper neighbour, and how many colours.

    On a desktop most pixels repeat a neighbour even where there is text; in a photograph hardly any does. A gradient
    that runs one way repeats row by row or column by column, and is left to LZ. Errors: as the encoders'.
    """
    picture = checked(pixels)
    height, width = picture.shape[:2]
    image = picture.reshape(height, -1).view(np.dtype("<u4"))
    rows = np.arange(min(1, height - 1), height, max(1, height // SAMPLE_ROWS))
    columns = np.arange(min(1, width - 1), width, max(1, width // SAMPLE_COLUMNS))
    here = _sampled(image, rows, columns)
    busy = np.full(here.shape, width > 1 or height > 1)
    if width > 1:
        busy &= here != _sampled(image, rows, columns - 1)
    if height > 1:
        busy &= here != _sampled(image, rows - 1, columns)
    share = np.count_nonzero(busy) / busy.size
    if share <= FLAT_SHARE:
        return Content.FLAT
    return Content.TEXT if share < BUSY_SHARE or _has_few_colours(here) else Content.PHOTO


def _has_few_colours(sample: Words) -> bool:
    some = sample.reshape(-1)[:: max(1, sample.size // SAMPLE_COLOURS)]
    return len(np.unique(some)) < some.size * FEW_COLOURS


def _sampled(image: Words, rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp]) -> Words:
    return image[rows[:, None], columns] & COLOUR_MASK
