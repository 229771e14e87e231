"""The X program: ``python -m benchmarks.core.x_machine PICTURES DISPLAY``, driven as `painter` says."""

from __future__ import annotations

import os
import select
import sys
import time
from pathlib import Path

from .painter import Painter
from .pictures import Pictures
from .x_screen import XScreen


def main() -> None:
    screen = XScreen(sys.argv[2])
    painter = Painter(screen, Pictures.load(Path(sys.argv[1])))
    print("{}", flush=True)
    told = b""
    while True:
        due = painter.due()
        left = None if due is None else max(0.0, due - time.monotonic())
        ready, _, _ = select.select([screen.fileno(), 0], [], [], left)
        if 0 in ready:
            told += os.read(0, 4096)
            if not told:
                return
            *lines, told = told.split(b"\n")
            for line in lines:
                print(painter.obey(line.decode()), flush=True)
        for _ in range(screen.keys()):
            painter.key()
        painter.tick()


if __name__ == "__main__":
    main()
