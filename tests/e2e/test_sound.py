"""The machine's sound, recorded from the page's audio graph in Chromium."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Route

from tests.e2e import sound
from tests.e2e.browser import Viewer
from tests.e2e.conftest import GatewayFor
from tests.e2e.sound import Recording
from tests.e2e.xspice import SoundingXspice

pytestmark = pytest.mark.e2e

FREQUENCIES = (440, 1000)


@pytest.fixture
def screen(tmp_path: Path, cleanup: ExitStack) -> SoundingXspice:
    return cleanup.enter_context(SoundingXspice(tmp_path / "xspice"))


@pytest.mark.parametrize("frequency", FREQUENCIES)
def test_page_plays_the_tone_of_an_x_program_without_a_gap(
    frequency: int, screen: SoundingXspice, gateway_for: GatewayFor, viewer: Viewer
) -> None:
    listener = sound.Listener(viewer)
    viewer.open(gateway_for(screen).link)
    with screen.playing(sound.tone(frequency, 1)):
        listener.wait_for_button()
        assert listener.context_state() == "suspended", "the browser waits for a gesture"
        listener.click_button()
        listener.wait_until_playing()
        assert_tone(listener.record(5), frequency)
    assert viewer.counters()["sound"]["decoder"] == "WebCodecs"
    assert viewer.complaints == []


def test_sound_held_back_is_less_than_100_ms(screen: SoundingXspice, gateway_for: GatewayFor, viewer: Viewer) -> None:
    listener = sound.Listener(viewer)
    viewer.open(gateway_for(screen).link)
    with screen.playing(sound.tone(440, 1)):
        viewer.wait_for_first_frame()
        listener.wait_until_playing()
        listener.record(5)
        assert viewer.counters()["sound"]["level"] < 0.1


def test_browser_without_a_decoder_of_its_own_decodes_in_webassembly(
    screen: SoundingXspice, gateway_for: GatewayFor, viewer: Viewer
) -> None:
    def without_decoder(route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, body="delete globalThis.AudioDecoder;\n" + response.text())

    listener = sound.Listener(viewer)
    viewer.context.route("**/opus_decoder.js", without_decoder)
    viewer.open(gateway_for(screen).link)
    with screen.playing(sound.tone(440, 1)):
        viewer.wait_for_first_frame()
        listener.wait_until_playing()
        assert_tone(listener.record(3), 440)
    assert viewer.counters()["sound"]["decoder"] == "WebAssembly"
    assert viewer.complaints == []


def test_any_click_in_the_viewer_turns_the_sound_on(
    screen: SoundingXspice, gateway_for: GatewayFor, viewer: Viewer
) -> None:
    listener = sound.Listener(viewer)
    viewer.open(gateway_for(screen).link)
    with screen.playing(sound.tone(440, 1)):
        listener.wait_for_button()
        viewer.page.mouse.click(300, 300)
        listener.wait_until_playing()
        assert not listener.button_is_shown()


def test_the_toolbar_sets_the_volume_and_mutes_and_both_are_remembered(
    screen: SoundingXspice, gateway_for: GatewayFor, viewer: Viewer
) -> None:
    listener = sound.Listener(viewer)
    gateway = gateway_for(screen)
    viewer.open(gateway.link)
    page = viewer.page
    with screen.playing(sound.tone(440, 1)):
        viewer.wait_for_first_frame()
        listener.wait_until_playing()
        loud, _ = listener.record(0.5).loudness()
        page.get_by_role("button", name="Open the toolbar").click()
        slider = page.get_by_role("slider", name="Volume")
        slider.focus()
        for _ in range(10):
            page.keyboard.press("ArrowLeft")
        listener.record(0.2)  # the change takes a moment, so that it does not click
        quiet, _ = listener.record(0.5).loudness()
        assert quiet / loud == pytest.approx(0.5**3, rel=0.02)
        mute = page.get_by_role("button", name="Mute")
        mute.click()
        listener.record(0.2)
        assert listener.record(0.5).loudness() == (0, 0)
        page.goto(gateway.viewer_url)
        viewer.wait_for_first_frame()
        listener.wait_until_playing()
        assert listener.record(0.5).loudness() == (0, 0)
        page.get_by_role("button", name="Open the toolbar").click()
        assert mute.get_attribute("aria-pressed") == "true"
        assert slider.input_value() == "50"


def assert_tone(heard: Recording, frequency: float) -> None:
    """It is that tone (±1 %), in both ears alike, without a gap or a click."""
    assert heard.frequency() == pytest.approx(frequency, rel=0.01)
    assert heard.longest_silence() < 0.005
    assert heard.roughness(frequency) < 1.1
    left, right = heard.loudness()
    assert left == pytest.approx(right) == pytest.approx(0.5 / 2**0.5, rel=0.05)
