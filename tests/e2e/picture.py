"""Pictures as arrays, compared pixel for pixel; a difference leaves both pictures behind to look at."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

#: Height × width × (red, green, blue).
Pixels = npt.NDArray[np.uint8]

RESULTS = Path(__file__).parents[2] / "test-results"


def read(path: Path) -> Pixels:
    """The picture in a file (PPM, PNG)."""
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def from_rgba(width: int, height: int, data: bytes) -> Pixels:
    """The colours of `width` × `height` RGBA bytes; alpha is dropped."""
    return np.frombuffer(data, np.uint8).reshape(height, width, 4)[:, :, :3]


def equal(one: Pixels, other: Pixels) -> bool:
    return one.shape == other.shape and bool((one == other).all())


def colours(pixels: Pixels) -> int:
    """How many different colours there are: 1 for a blank screen."""
    return len(np.unique(pixels.reshape(-1, 3) @ np.array([65536, 256, 1])))


def difference(ours: Pixels, theirs: Pixels) -> str:
    """A sentence about where two pictures differ."""
    if ours.shape != theirs.shape:
        return f"sizes differ: {_size(ours)}, expected {_size(theirs)}"
    rows, columns = np.nonzero((ours != theirs).any(axis=2))
    if not len(rows):
        return "equal"
    top, left = int(rows[0]), int(columns[0])
    return (
        f"{len(rows)} of {ours.shape[0] * ours.shape[1]} pixels differ, within rows {rows.min()}..{rows.max()} and "
        f"columns {columns.min()}..{columns.max()}; at ({left}, {top}) it is {ours[top, left].tolist()}, "
        f"expected {theirs[top, left].tolist()}"
    )


def keep(name: str, **pictures: Pixels) -> None:
    """Writes pictures to `test-results/`, named after the test."""
    RESULTS.mkdir(exist_ok=True)
    stem = re.sub(r"[^\w.-]+", "_", name)
    for label, pixels in pictures.items():
        Image.fromarray(np.ascontiguousarray(pixels)).save(RESULTS / f"{stem}.{label}.png")


def _size(pixels: Pixels) -> str:
    return f"{pixels.shape[1]}×{pixels.shape[0]}"
