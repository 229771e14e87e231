"""Promises about the repository itself."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def tracked() -> list[Path]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listing.split("\0") if name]


def test_every_dependency_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = [line for lines in project["optional-dependencies"].values() for line in lines]
    for requirement in [*project["dependencies"], *extras]:
        assert "==" in requirement, requirement


def test_top_level_holds_what_the_readme_names() -> None:
    top = {path.relative_to(ROOT).parts[0] for path in tracked()}
    assert {"pyproject.toml", "gateway", "static", "templates", "tests", "docker", "docs", "benchmarks"} <= top


@pytest.mark.parametrize("target", ["run", "test", "check"])
def test_readme_commands_exist_in_the_makefile(target: str) -> None:
    readme = (ROOT / "README.md").read_text()
    assert f"make {target}" in readme
    dry = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True)
    assert dry.returncode == 0, dry.stderr


def test_readme_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", (ROOT / "README.md").read_text()):
        assert (ROOT / target).exists(), target


def test_no_secret_or_private_key_is_tracked() -> None:
    for path in tracked():
        if path.suffix in {".py", ".js", ".md", ".toml", ".yaml", ".pem", ".key"} and path.exists():
            assert "PRIVATE KEY-----\nM" not in path.read_text(errors="replace"), path
