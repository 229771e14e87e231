"""What the guest plays, and the programs that it plays it with."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.e2e.guest.cpio import Archive

RATE = 48000
#: Tones of a second each: whole waves, so that they can be played over and over without a step.
FREQUENCIES = (440, 1000)

#: `aplay` and `amixer`, their libraries and the library's configuration.
PACKAGES = ("alsa-utils", "libasound2", "libasound2-data", "libc6")
#: The codec first: the controller looks once.
MODULES = ("snd-hda-codec-generic", "snd-hda-intel")
_PROGRAMS = ("usr/bin/aplay", "usr/bin/amixer")
_LOADER = "lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"
_LIBRARIES = (
    "lib/x86_64-linux-gnu/libc.so.6",
    "lib/x86_64-linux-gnu/libm.so.6",
    "usr/lib/x86_64-linux-gnu/libasound.so.2",
)


def tone(frequency: float, seconds: float = 1, *, rate: int = RATE, amplitude: float = 0.5) -> bytes:
    """A sine as machines have it: interleaved signed 16-bit stereo, little-endian."""
    wave = amplitude * np.sin(2 * np.pi * frequency * np.arange(round(seconds * rate)) / rate)
    return np.repeat(np.round(wave * 32767).astype("<i2"), 2).tobytes()


def add_sound(archive: Archive, tree: Path) -> None:
    """Puts the programs (from the unpacked `PACKAGES`) and the tones into the guest."""
    for name in _directories(tree):
        archive.directory(name)
    for name in _PROGRAMS:
        archive.file(f"bin/{Path(name).name}", (tree / name).read_bytes(), executable=True)
    archive.file("lib64/ld-linux-x86-64.so.2", (tree / _LOADER).read_bytes(), executable=True)
    for name in _LIBRARIES:
        archive.file(f"lib/{Path(name).name}", (tree / name).read_bytes(), executable=True)
    for path in sorted((tree / "usr/share/alsa").rglob("*")):
        if path.is_file():
            archive.file(str(path.relative_to(tree)), path.read_bytes())
    for frequency in FREQUENCIES:
        archive.file(f"share/tone-{frequency}.raw", tone(frequency))


def _directories(tree: Path) -> list[str]:
    """Each before what it holds."""
    alsa = tree / "usr/share/alsa"
    below = [str(path.relative_to(tree)) for path in sorted(alsa.rglob("*")) if path.is_dir()]
    return ["lib64", "usr", "usr/share", "usr/share/alsa", *below]
