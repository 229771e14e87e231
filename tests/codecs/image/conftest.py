"""The browser's decoders, started once for all tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.codecs.image.decoders import BrowserDecoder


@pytest.fixture(scope="session", params=["wasm", "js"])
def started(request: pytest.FixtureRequest) -> Iterator[BrowserDecoder]:
    with BrowserDecoder(request.param) as decoder:
        yield decoder


@pytest.fixture
def browser(started: BrowserDecoder) -> BrowserDecoder:
    """With an empty GLZ window."""
    return started.begin()
