"""A machine of one's own in forty lines: a clock on a screen, for any SPICE client (remote-viewer spice://localhost:5900)."""

import asyncio
import sys
from datetime import datetime

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from gateway.machines.local import LocalMachine
from gateway.server.core import Core
from gateway.server.display.worker import QXLWorker
from gateway.server.interfaces import QXLInterface
from gateway.server.listener import Listener, visitor_on
from gateway.server.server import SpiceServer


class Clock(QXLInterface):
    """A display adapter: it is handed a worker, and draws through it."""

    def __init__(self, core: Core) -> None:
        self.core = core

    def on_attached(self, worker: QXLWorker) -> None:
        self.screen = worker.create_primary_surface(320, 120)
        self.core.spawn(self.run(), "clock")

    async def run(self) -> None:
        while True:
            picture = Image.new("RGB", (320, 120), "midnightblue")
            text = f"{datetime.now():%H:%M:%S}"
            ImageDraw.Draw(picture).text((160, 60), text, "white", ImageFont.load_default(64), "mm")
            self.screen.pixels[..., :3] = np.asarray(picture)[..., ::-1]  # B, G, R and a byte that is not used
            self.screen.damage(self.screen.bounds)  # only what differs from what clients were told is sent
            await asyncio.sleep(1)


async def main(port: int) -> None:
    core = Core()
    server = SpiceServer(core, "clock")
    server.init()  # MAIN and INPUTS are registered
    server.ticketing = False  # anybody on this computer may look
    server.add_interface(Clock(core))  # DISPLAY and CURSOR are registered
    machine = LocalMachine(server, "clock:")
    listener = Listener(core, lambda client: machine.serve(client, visitor_on(client)), "clock")
    port = await listener.listen("127.0.0.1", port)
    print(f"spice://127.0.0.1:{port}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 5900))
