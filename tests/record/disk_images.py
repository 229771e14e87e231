"""Makes the disk images of tests/data/disks: ``python -m tests.record.disk_images``.

Real programs write them: mkfs.fat, mtools, genisoimage and sfdisk (Debian: dosfstools mtools genisoimage fdisk).
"""

from __future__ import annotations

import lzma
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

DISKS = Path(__file__).resolve().parents[1] / "data" / "disks"
FILES = {
    "readme.txt": b"hello\n",
    "A long name with späces.text": b"x" * 5000,
    "MIXED.Case": b"",
    "many.bin": bytes(70000),
}
FOLDER = "Folder of things"
MIB = 1024 * 1024


def run(*command: object) -> None:
    subprocess.run([str(part) for part in command], check=True, capture_output=True)


def write_tree(home: Path) -> Path:
    tree = home / "tree"
    (tree / FOLDER).mkdir(parents=True)
    for name, data in FILES.items():
        (tree / name).write_bytes(data)
    return tree


def fat(tree: Path, target: Path, megabytes: float, *options: str, offset: int = 0) -> None:
    with target.open("wb") as file:
        file.truncate(int(megabytes * MIB))
    run("mkfs.fat", "-n", "SPICEGATE", *options, *(["--offset", str(offset // 512)] if offset else []), target)
    image = f"{target}@@{offset}"
    for path in sorted(tree.iterdir()):
        run("mcopy", "-i", image, "-s", path, "::")
    for number in range(40):
        run("mcopy", "-i", image, tree / "readme.txt", f"::copy number {number} of the same.txt")
    run("mdel", "-i", image, "::copy number 7 of the same.txt")


def partitioned(tree: Path, target: Path, label: str, kind: str) -> None:
    fat(tree, target, 36, "-F", "32", offset=MIB)
    script = f"label: {label}\nstart=2048, type={kind}\n"
    subprocess.run(
        ["sfdisk", "--no-reread", "-w", "never", target], input=script.encode(), check=True, capture_output=True
    )


def cd(tree: Path, target: Path, *options: str) -> None:
    run("genisoimage", "-quiet", "-input-charset", "utf-8", "-V", "SPICEGATE", *options, "-o", target, tree)


IMAGES: dict[str, Callable[[Path, Path], None]] = {
    "fat12": lambda tree, target: fat(tree, target, 1.44, "-F", "12"),
    "fat16": lambda tree, target: fat(tree, target, 16, "-F", "16"),
    "fat32-mbr": lambda tree, target: partitioned(tree, target, "dos", "c"),
    "fat32-gpt": lambda tree, target: partitioned(tree, target, "gpt", "EBD0A0A2-B9E5-4433-87C0-68B6B72699C7"),
    "iso-plain": lambda tree, target: cd(tree, target),
    "iso-joliet": lambda tree, target: cd(tree, target, "-J", "-joliet-long"),
    "iso-rock-ridge": lambda tree, target: cd(tree, target, "-R"),
}


def main() -> None:
    DISKS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        tree = write_tree(Path(home))
        for name, make in IMAGES.items():
            target = Path(home) / f"{name}.img"
            make(tree, target)
            (DISKS / f"{name}.img.xz").write_bytes(lzma.compress(target.read_bytes(), preset=9))


if __name__ == "__main__":
    main()
