"""The files that pages are made of: read once, served from memory at an address that changes when any of them does.

The viewer is some hundred small modules, served as written; what its first picture waits for is the number of requests
and what each costs. An address with the version in it never needs to be asked about again; relative imports inherit it.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import posixpath
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from aiohttp import web

FOREVER = "public, max-age=31536000, immutable"
_GAIN = 0.9  # compressed only where it saves at least a tenth
_TYPES = {".js": "text/javascript", ".wasm": "application/wasm"}
_TEXT = ("text/", "image/svg+xml")
VENDORED = {"vendor/opus-decoder.js": "opus-decoder/dist/opus-decoder.min.js"}
"""Third-party browser code by its address: files below `node_modules`, where `npm ci` put them. Nothing depends on it:
browsers that decode Opus themselves never ask, others get sound that is not compressed."""
_IMPORT = re.compile(r'^(?:(?:import|export)\b[^;"]*\bfrom |import |.*\bawait import\()"(\.[^"]+)"', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One file, ready to go out; `compressed` is gzip, or None where that gains nothing."""

    body: bytes
    compressed: bytes | None
    content_type: str
    etag: str


class StaticFiles:
    """All files below a directory, by their path with slashes, and those of `VENDORED` that are installed."""

    def __init__(self, root: Path, node_modules: Path | None = None, *, base: str = "") -> None:
        self._base = base
        self._files = {
            path.relative_to(root).as_posix(): _read(path) for path in sorted(root.rglob("*")) if path.is_file()
        }
        if node_modules is not None:
            found = {address: node_modules / place for address, place in VENDORED.items()}
            self._files |= {address: _read(path) for address, path in found.items() if path.is_file()}
        digest = hashlib.sha256()
        for name, file in self._files.items():
            digest.update(f"{name}\0{file.etag}\0".encode())
        self.version = digest.hexdigest()[:16]

    @property
    def base(self) -> str:
        """The address of the directory, without a slash at its end."""
        return f"{self._base}/static/{self.version}"

    def find(self, path: str) -> tuple[StaticFile, bool]:
        """The file at a path below `/static/` and whether the path names this version. Raises `KeyError`."""
        version, _, rest = path.partition("/")
        current = version == self.version
        return self._files[rest if current else path], current

    def modules(self, entry: str) -> list[str]:
        """The addresses of a module and of all that it imports: named in the page, they load at once instead of
        each after the one that asks for it."""
        found = [entry]
        for name in found:  # which grows meanwhile
            source = self._files[name].body.decode()
            for imported in _IMPORT.findall(source):
                path = posixpath.normpath(posixpath.join(posixpath.dirname(name), imported))
                if path not in found:
                    found.append(path)
        return [f"{self.base}/{name}" for name in found]


STATIC_FILES = web.AppKey("static_files", StaticFiles)


async def serve(request: web.Request) -> web.Response:
    """A file; to be asked about again only where the address does not tell the version."""
    try:
        file, current = request.app[STATIC_FILES].find(request.match_info["path"])
    except KeyError:
        raise web.HTTPNotFound from None
    headers = {"Cache-Control": FOREVER if current else "no-cache", "ETag": f'"{file.etag}"', "Vary": "Accept-Encoding"}
    if any(tag.value in (file.etag, "*") for tag in request.if_none_match or ()):
        return web.Response(status=304, headers=headers)
    body = file.body
    if file.compressed and "gzip" in request.headers.get("Accept-Encoding", ""):
        body = file.compressed
        headers["Content-Encoding"] = "gzip"
    return web.Response(body=body, headers={**headers, "Content-Type": file.content_type})


def _read(path: Path) -> StaticFile:
    stat = path.stat()
    return _prepare(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=1024)
def _prepare(path: Path, _mtime: int, _size: int) -> StaticFile:
    """Read and compress a file, once for each state of it."""
    body = path.read_bytes()
    kind = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    compressed = gzip.compress(body, 6, mtime=0)
    text = kind.startswith(_TEXT)
    return StaticFile(
        body,
        compressed if len(compressed) < _GAIN * len(body) else None,
        f"{kind}; charset=utf-8" if text else kind,
        hashlib.sha256(body).hexdigest()[:16],
    )
