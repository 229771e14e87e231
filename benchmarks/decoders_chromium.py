"""Decoder speed in Chromium beside spice-html5's: ``python -m benchmarks.decoders_chromium [part of a name]``.

Serves the modules of this repository, the recordings of ``benchmarks.decoders_data`` and Debian's spice-html5 to one
page, which measures both. Prints a table and the rows as JSON, in Mpixel/s.
"""

from __future__ import annotations

import http.server
import json
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

from . import decoders_data

ROOT = Path(__file__).resolve().parents[1]
THEIRS = Path("/usr/share/spice-html5")
CHROMIUM = os.environ.get("SPICEGATE_CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PAGE = b"<!doctype html><title>decoders</title>"
RUN = """async (filter) => {
    const [{ measure, table }, { loadWasm }, quic, lz, bitmap] = await Promise.all([
        import("/benchmarks/decoders_measure.js"), import("/static/js/render/decoders/index.js"),
        import("/spice-html5/quic.js"), import("/spice-html5/lz.js"), import("/spice-html5/bitmap.js"),
    ]);
    const theirs = {
        SpiceQuic: quic.SpiceQuic, quic: quic.convert_spice_quic_to_web,
        lz: lz.convert_spice_lz_to_web, bitmap: bitmap.convert_spice_bitmap_to_web,
    };
    const wasm = await loadWasm("/static/wasm/decoders.wasm");
    const entries = await (await fetch("/.cache/decoders/images.json")).json();
    const data = new Uint8Array(await (await fetch("/.cache/decoders/images.bin")).arrayBuffer());
    const rows = measure(entries, data, { wasm, theirs, filter });
    return { rows, table: table(rows) };
}"""


class Files(http.server.SimpleHTTPRequestHandler):
    """This repository, with spice-html5 beside it."""

    def __init__(self, *arguments: object, **options: object) -> None:
        super().__init__(*arguments, directory=str(ROOT), **options)  # type: ignore[arg-type]

    def translate_path(self, path: str) -> str:
        if path.startswith("/spice-html5/"):
            return str(THEIRS / Path(path).name)
        return super().translate_path(path)

    def do_GET(self) -> None:
        if self.path != "/":
            return super().do_GET()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(PAGE)
        return None

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@contextmanager
def served() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Files) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


def main() -> None:
    decoders_data.main()
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page()
        page.set_default_timeout(600_000)
        page.goto(address)
        result = page.evaluate(RUN, name)
        print(f"Chromium {browser.version}")
        browser.close()
    print(result["table"])
    print(json.dumps(result["rows"]))


if __name__ == "__main__":
    main()
