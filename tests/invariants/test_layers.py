"""Imports run one way, in Python and in the browser's modules (docs/architecture.md, "Layers")."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# A layer, and the layers of ours that it may import.
PYTHON_LAYERS: dict[str, set[str]] = {
    "spice": set(),
    "codecs": {"spice"},
    "store": set(),
    "server": {"spice", "codecs"},
    "machines": {"server", "codecs", "spice"},
    "access": {"store", "server", "spice"},
    "web": {"spice", "codecs", "store", "access", "server", "machines"},
}
# What a layer must not know of: time is an argument of the wire, and the core has no idea of HTTP.
FORBIDDEN = {
    "spice": {"asyncio", "socket", "ssl", "aiohttp", "time", "threading"},
    "server": {"aiohttp"},
    "codecs": {"aiohttp", "asyncio"},
    "store": {"aiohttp"},
    "access": {"aiohttp"},
}
# Of the server core, people's rights are all that `access` knows.
ACCESS_MAY_USE = "gateway.server.rights"
SQL = {"sqlite3", "aiosqlite"}
# Low to high; a module imports from its own folder or from lower ones.
JS_LAYERS = {
    "transport": 0,
    "spice": 1,
    "render": 2,
    "input": 2,
    "audio": 2,
    "agent": 2,
    "devices": 2,
    "ui": 3,
}
JS_PAGE = 4
MAX_LINES = 600
MAX_PAGE_LINES = 80
MAX_FUNCTION_LINES = 80


def python_files() -> list[Path]:
    return sorted((ROOT / "gateway").rglob("*.py"))


def js_files() -> list[Path]:
    return sorted((ROOT / "static" / "js").rglob("*.js"))


def identity(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imported_modules(path: Path) -> Iterator[str]:
    package = path.relative_to(ROOT).parts[:-1]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", python_files(), ids=identity)
def test_python_module_imports_only_lower_layers(path: Path) -> None:
    parts = path.relative_to(ROOT / "gateway").parts
    layer = parts[0] if len(parts) > 1 else None
    for module in imported_modules(path):
        top, _, rest = module.partition(".")
        assert top not in FORBIDDEN.get(layer or "", set()), f"{layer} must not import {top}"
        other = rest.partition(".")[0]
        if layer in PYTHON_LAYERS and top == "gateway" and other in PYTHON_LAYERS and other != layer:
            assert other in PYTHON_LAYERS[layer], f"{layer} must not import gateway.{other}"


@pytest.mark.parametrize("path", python_files(), ids=identity)
def test_only_the_store_knows_sql_and_access_knows_only_the_rights_of_the_core(path: Path) -> None:
    layer = path.relative_to(ROOT / "gateway").parts[0]
    for module in imported_modules(path):
        assert layer == "store" or module.partition(".")[0] not in SQL
        if layer == "access" and module.startswith("gateway.server"):
            assert module.startswith(ACCESS_MAY_USE)


@pytest.mark.parametrize("path", js_files(), ids=identity)
def test_browser_module_imports_only_lower_layers(path: Path) -> None:
    scripts = ROOT / "static" / "js"
    layer = rank(path.relative_to(scripts).parts)
    for target in re.findall(r'''(?:^|\s)(?:import|export)\b[^'";]*?\bfrom\s*["']([^"']+)["']''', path.read_text()):
        assert target.startswith("."), f"{target}: modules are named by relative paths"
        parts = (path.parent / target).resolve().relative_to(scripts).parts
        same_folder = parts[0] == path.relative_to(scripts).parts[0]
        assert same_folder or rank(parts) < layer, f"{identity(path)} must not import {target}"


def rank(parts: tuple[str, ...]) -> int:
    return JS_LAYERS[parts[0]] if len(parts) > 1 else JS_PAGE


@pytest.mark.parametrize("path", python_files() + js_files(), ids=identity)
def test_file_stays_readable(path: Path) -> None:
    lines = path.read_text().count("\n")
    if ".gen." in path.name:
        return
    is_page = path.suffix == ".js" and path.parent.name == "js"
    assert lines <= (MAX_PAGE_LINES if is_page else MAX_LINES)


@pytest.mark.parametrize("path", python_files(), ids=identity)
def test_function_stays_readable(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            length = (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
            assert length <= MAX_FUNCTION_LINES, f"{node.name} has {length} lines"
