"""Static files come from memory, for ever at the address of their version."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.web.rendering import assets
from gateway.web.static_files import FOREVER, STATIC_FILES, VENDORED, StaticFiles
from tests.running import RunningGateway


def test_version_changes_with_any_file(tmp_path: Path) -> None:
    (tmp_path / "js").mkdir()
    (tmp_path / "js" / "a.js").write_text("1")
    first = StaticFiles(tmp_path).version
    assert StaticFiles(tmp_path).version == first
    (tmp_path / "js" / "a.js").write_text("2")
    second = StaticFiles(tmp_path).version
    (tmp_path / "js" / "b.js").write_text("2")
    assert len({first, second, StaticFiles(tmp_path).version}) == 3


def test_modules_are_found_through_all_their_imports(tmp_path: Path) -> None:
    (tmp_path / "ui").mkdir()
    (tmp_path / "main.js").write_text('import {\n  a,\n} from "./ui/a.js";\nconst { b } = await import("./ui/b.js");\n')
    (tmp_path / "ui" / "a.js").write_text('/** @typedef {import("./types.js").T} T */\nexport { c } from "./c.js";\n')
    (tmp_path / "ui" / "b.js").write_text('import "./c.js";\nexport const url = () => new URL("./d.wasm", base);\n')
    (tmp_path / "ui" / "c.js").write_text('import { main } from "../main.js";\n')
    files = StaticFiles(tmp_path)
    assert files.modules("main.js") == [f"{files.base}/{name}" for name in ("main.js", "ui/a.js", "ui/b.js", "ui/c.js")]


def test_third_party_code_is_served_where_it_is_installed(tmp_path: Path) -> None:
    static, modules = tmp_path / "static", tmp_path / "node_modules"
    static.mkdir()
    address, place = next(iter(VENDORED.items()))
    without = StaticFiles(static, modules)
    with pytest.raises(KeyError):
        without.find(address)
    (modules / place).parent.mkdir(parents=True)
    (modules / place).write_text("decode = 1;\n")
    installed = StaticFiles(static, modules)
    assert installed.find(address)[0].body == b"decode = 1;\n"
    assert installed.version != without.version


def test_viewer_page_names_its_modules_but_not_those_of_the_worker() -> None:
    files = StaticFiles(assets() / "static")
    modules = {address.removeprefix(f"{files.base}/") for address in files.modules("js/viewer.js")}
    assert {"js/ui/spice_viewer.js", "js/spice/codec.js", "js/spice/messages.gen.js"} <= modules
    assert not {name for name in modules if "decoders" in name or "display_worker" in name}


async def test_file_at_its_version_is_never_asked_for_again(gateway: RunningGateway) -> None:
    async with gateway.visitor().get(f"{gateway.app[STATIC_FILES].base}/js/viewer.js") as response:
        assert response.status == 200
        assert response.headers["Cache-Control"] == FOREVER


async def test_file_at_its_plain_address_is_asked_for_again_but_not_sent_again(gateway: RunningGateway) -> None:
    session = gateway.visitor()
    async with session.get("/static/js/viewer.js") as response:
        assert response.headers["Cache-Control"] == "no-cache"
        tag = response.headers["ETag"]
    async with session.get("/static/js/viewer.js", headers={"If-None-Match": tag}) as response:
        assert (response.status, await response.read()) == (304, b"")


@pytest.mark.parametrize(("encoding", "answer"), [("gzip, br", "gzip"), ("identity", None)])
async def test_file_is_compressed_for_whoever_takes_that(
    gateway: RunningGateway, encoding: str, answer: str | None
) -> None:
    async with gateway.visitor().get("/static/js/viewer.js", headers={"Accept-Encoding": encoding}) as response:
        assert response.headers.get("Content-Encoding") == answer
        assert await response.read() == (assets() / "static/js/viewer.js").read_bytes()


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("js/viewer.js", "text/javascript"),
        ("css/viewer.css", "text/css"),
        ("img/icon.svg", "image/svg+xml"),
        ("wasm/decoders.wasm", "application/wasm"),
    ],
)
async def test_files_say_what_they_are(gateway: RunningGateway, path: str, kind: str) -> None:
    async with gateway.visitor().get(f"/static/{path}") as response:
        assert response.content_type == kind


@pytest.mark.parametrize("path", ["nothing.js", "0123456789abcdef/js/viewer.js", "js", "js/"])
async def test_what_is_not_there_is_not_found(gateway: RunningGateway, path: str) -> None:
    async with gateway.visitor().get(f"/static/{path}") as response:
        assert response.status == 404
