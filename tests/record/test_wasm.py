"""What is committed is what the sources make."""

import importlib.util
from pathlib import Path
from types import ModuleType

BUILD = Path(__file__).parents[2] / "static" / "wasm" / "build.py"


def load_build() -> ModuleType:
    spec = importlib.util.spec_from_file_location("wasm_build", BUILD)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_compiler_makes_the_committed_decoders_byte_for_byte() -> None:
    assert load_build().is_fresh()
