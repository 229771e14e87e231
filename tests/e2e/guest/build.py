"""Builds the Linux guest of the end-to-end tests: Debian's kernel and a busybox initramfs.

`build()` returns the paths of a kernel and an initramfs, made once per kernel version and guest source and kept
in `.cache/guest/`. Nothing is installed: the kernel package is downloaded and unpacked, the modules that the guest
needs are resolved from the `depends=` field of each module's `.modinfo` section, and the archive is written here in
the `newc` format (kernel documentation, "initramfs buffer format"), so no root is needed either.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.guest import tones
from tests.e2e.guest.cpio import Archive
from tests.e2e.guest.debian import run, unpack
from tests.e2e.guest.pattern import picture

HERE = Path(__file__).parent
CACHE = HERE.parents[2] / ".cache" / "guest"
BUSYBOX = Path("/usr/bin/busybox")

#: Display drivers of `-vga qxl` and `-vga std`, then what makes keys and pointers arrive as evdev events, and sound.
MODULES = ("qxl", "bochs", "evdev", "psmouse", "xhci-pci", "usbhid", "hid-generic", *tones.MODULES)
DIRECTORIES = ("bin", "dev", "etc", "lib", "proc", "sys", "tmp", "share")


@dataclass(frozen=True)
class Guest:
    """A bootable guest: `-kernel kernel -initrd initramfs`."""

    kernel: Path
    initramfs: Path
    version: str


def build(cache: Path = CACHE) -> Guest:
    """The guest, from the cache or made now (about ten seconds and 75 MB of download)."""
    package = _kernel_package()
    version = package.removeprefix("linux-image-")
    home = cache / f"{version}-{_fingerprint()}"
    guest = Guest(home / "vmlinuz", home / "initramfs.gz", version)
    if not guest.initramfs.exists():
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as scratch:
            _assemble(package, guest, Path(scratch))
    return guest


def _assemble(package: str, guest: Guest, scratch: Path) -> None:
    tree = unpack((package, *tones.PACKAGES), scratch)
    shutil.copyfile(tree / f"boot/vmlinuz-{guest.version}", guest.kernel)
    packed = gzip.compress(_initramfs(tree, guest.version).tobytes(), compresslevel=6)
    part = guest.initramfs.with_suffix(".part")
    part.write_bytes(packed)
    part.rename(guest.initramfs)


def _initramfs(tree: Path, version: str) -> Archive:
    archive = Archive()
    modules = load_order(MODULES, tree / "lib/modules" / version)
    for name in DIRECTORIES:
        archive.directory(name)
    archive.device("dev/console", 5, 1)
    archive.file("bin/busybox", BUSYBOX.read_bytes(), executable=True)
    for source in sorted((HERE / "root").rglob("*")):
        if source.is_file():
            name = str(source.relative_to(HERE / "root"))
            archive.file(name, source.read_bytes(), executable=name.startswith("bin/"))
    archive.link("init", "bin/busybox")
    archive.file("etc/modules", "".join(f"/lib/{path.name}\n" for path in modules).encode())
    for path in modules:
        archive.file(f"lib/{path.name}", path.read_bytes())
    archive.file("share/picture.raw", picture())
    tones.add_sound(archive, tree)
    return archive


def load_order(wanted: tuple[str, ...], modules: Path) -> list[Path]:
    """Module files in an order in which each comes after everything it depends on.

    Errors: `FileNotFoundError` names a module that the kernel package does not have.
    """
    files = {_canonical(path.stem): path for path in modules.rglob("*.ko")}
    order: dict[str, Path] = {}

    def visit(name: str) -> None:
        key = _canonical(name)
        if key in order:
            return
        if key not in files:
            raise FileNotFoundError(f"kernel module {name} is not in {modules}")
        for needed in _depends(files[key]):
            visit(needed)
        order[key] = files[key]

    for name in wanted:
        visit(name)
    return list(order.values())


def _depends(module: Path) -> list[str]:
    found = re.search(rb"\0depends=([^\0]*)\0", module.read_bytes())
    return [name for name in found.group(1).decode().split(",") if name] if found else []


def _canonical(name: str) -> str:
    return name.replace("-", "_")


def _kernel_package() -> str:
    """What `linux-image-amd64` depends on today."""
    listing = run("apt-cache", "depends", "linux-image-amd64")
    found = re.search(r"Depends: (linux-image-\S+)", listing)
    if not found:
        raise RuntimeError("apt knows no linux-image-amd64: run apt-get update")
    return found.group(1)


def _fingerprint() -> str:
    """Changes whenever a source of the guest changes."""
    digest = hashlib.sha256()
    for path in sorted(HERE.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(path.relative_to(HERE).as_posix().encode())
            digest.update(path.read_bytes())
    digest.update(BUSYBOX.read_bytes())
    return digest.hexdigest()[:12]


if __name__ == "__main__":
    print(build())
