"""The machine's sound, recorded from the page's audio graph in Chromium."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from gateway.machines.demo.synth import TONE_HERTZ
from tests.e2e import sound
from tests.e2e.browser import Viewer
from tests.e2e.conftest import GatewayFor, SavedGuests
from tests.e2e.demo_gateway import DemoGateway
from tests.e2e.firefox import FirefoxHangs, FirefoxViewer
from tests.e2e.guest.tones import FREQUENCIES, tone
from tests.e2e.loudspeaker import Loudspeaker
from tests.e2e.program import PATIENCE, ticks, wait_for
from tests.e2e.sound import Recording
from tests.e2e.xspice import SoundingXspice

pytestmark = pytest.mark.e2e

#: Root mean square of a full tone of the machines'.
LOUDNESS = 0.5 / 2**0.5
ATTEMPTS = 60


@pytest.fixture
def screen(tmp_path: Path, cleanup: ExitStack) -> SoundingXspice:
    return cleanup.enter_context(SoundingXspice(tmp_path / "xspice"))


@pytest.mark.parametrize("frequency", FREQUENCIES)
def test_page_plays_the_tone_of_an_x_program_without_a_gap(
    frequency: int, screen: SoundingXspice, gateway_for: GatewayFor, viewer: Viewer
) -> None:
    listener = sound.Listener(viewer)
    listener.arrive(gateway_for(screen))
    with screen.playing(tone(frequency)):
        listener.wait_for_button()
        wait_for("audio that waits for a gesture", lambda: listener.context_state() == "suspended")
        listener.click_button()
        listener.wait_until_playing()
        assert_tone(listener.record, frequency)
    assert (viewer.counters()["sound"]["form"], viewer.counters()["sound"]["decoder"]) == ("Opus", "WebCodecs")
    assert viewer.complaints == []


def test_page_plays_sound_that_is_not_compressed(
    tmp_path: Path, cleanup: ExitStack, gateway_for: GatewayFor, viewer: Viewer
) -> None:
    screen = cleanup.enter_context(SoundingXspice(tmp_path / "xspice", compression=False))
    listener = sound.Listener(viewer)
    viewer.open(gateway_for(screen).link)
    with screen.playing(tone(440)):
        viewer.wait_for_first_frame()
        listener.wait_until_playing()
        assert_tone(listener.record, 440)
    assert viewer.counters()["sound"]["form"] == "not compressed"


def test_less_than_100_ms_of_sound_is_held_back(
    screen: SoundingXspice, gateway_for: GatewayFor, viewer: Viewer
) -> None:
    listener = sound.Listener(viewer)
    viewer.open(gateway_for(screen).link)
    with screen.playing(tone(440)):
        viewer.wait_for_first_frame()
        listener.wait_until_playing()
        for _ in ticks(5 * PATIENCE, 1):  # sound that came late on a busy computer is remembered for minutes
            held = viewer.counters()["sound"]["level"]
            if held < 0.1:
                return
    raise AssertionError(f"{held * 1000:.0f} ms are held back")


def test_page_plays_the_tone_of_the_demo_machine_without_a_gap(cleanup: ExitStack, viewer: Viewer) -> None:
    gateway = cleanup.enter_context(DemoGateway())
    loudspeaker = gateway.demo.loudspeaker
    listener = sound.Listener(viewer)
    listener.arrive(gateway)
    gateway.call(lambda: loudspeaker.set_volume(1))
    gateway.call(lambda: loudspeaker.play("Tone"))
    listener.wait_for_button()
    wait_for("audio that waits for a gesture", lambda: listener.context_state() == "suspended")
    listener.click_button()
    listener.wait_until_playing()
    assert_tone(listener.record, TONE_HERTZ, loudness=0.28 / 2**0.5)
    assert viewer.counters()["sound"]["decoder"] == "WebCodecs"
    gateway.call(loudspeaker.stop)
    listener.wait_until_silent()
    assert viewer.complaints == []


def test_demo_machines_volume_is_the_pages(cleanup: ExitStack, viewer: Viewer) -> None:
    gateway = cleanup.enter_context(DemoGateway())
    loudspeaker = gateway.demo.loudspeaker
    listener = sound.Listener(viewer)
    viewer.open(gateway.link)
    viewer.wait_for_first_frame()
    viewer.page.get_by_role("button", name="Open the toolbar").click()
    gateway.call(lambda: loudspeaker.set_volume(0.5))
    gateway.call(lambda: loudspeaker.play("Tone"))
    listener.wait_until_playing()
    expect(viewer.page.locator(".sound [role=status]")).to_have_text("The machine: 50\u00a0%")
    assert_tone(listener.record, TONE_HERTZ, loudness=0.5**3 * 0.28 / 2**0.5)
    gateway.call(lambda: loudspeaker.set_muted(True))
    expect(viewer.page.locator(".sound [role=status]")).to_have_text("Muted by the machine")
    listener.record(0.5)
    assert listener.record(1).loudness() == (0, 0)


def test_sound_that_the_machine_takes_away_and_brings_back_is_heard_again(cleanup: ExitStack, viewer: Viewer) -> None:
    gateway = cleanup.enter_context(DemoGateway())
    server, loudspeaker = gateway.demo.server, gateway.demo.loudspeaker
    listener = sound.Listener(viewer)
    viewer.open(gateway.link)
    viewer.wait_for_first_frame()
    gateway.call(lambda: loudspeaker.play("Tone"))
    listener.wait_until_playing()
    gateway.call(lambda: server.remove_interface(loudspeaker))
    strip = viewer.page.locator(".strip")
    expect(strip).to_have_text("The machine took its sound away.")
    listener.wait_for_button()
    listener.wait_until_silent()
    gateway.call(lambda: server.add_interface(loudspeaker))
    expect(strip).to_be_hidden()
    gateway.call(lambda: loudspeaker.set_volume(1))
    gateway.call(lambda: loudspeaker.play("Tone"))
    listener.wait_until_playing()
    assert_tone(listener.record, TONE_HERTZ, loudness=0.28 / 2**0.5)


@pytest.mark.parametrize("frequency", FREQUENCIES)
def test_page_plays_the_tone_of_the_linux_guest_without_a_gap(
    frequency: int, tmp_path: Path, cleanup: ExitStack, guests: SavedGuests, gateway_for: GatewayFor, viewer: Viewer
) -> None:
    machine = cleanup.enter_context(guests.start(tmp_path / "qemu", "std"))
    listener = sound.Listener(viewer)
    listener.arrive(gateway_for(machine))
    machine.ask("volume 100%")
    machine.ask(f"play {frequency}")
    listener.wait_for_button()
    listener.click_button()
    listener.wait_until_playing()
    assert_tone(listener.record, frequency)
    assert viewer.complaints == []


def test_the_guests_mixer_sets_the_pages_volume_and_the_toolbar_says_so(
    tmp_path: Path, cleanup: ExitStack, guests: SavedGuests, gateway_for: GatewayFor, viewer: Viewer
) -> None:
    machine = cleanup.enter_context(guests.start(tmp_path / "qemu", "std"))
    listener = sound.Listener(viewer)
    viewer.open(gateway_for(machine).link)
    viewer.wait_for_first_frame()
    viewer.page.get_by_role("button", name="Open the toolbar").click()
    said = viewer.page.locator(".sound [role=status]")
    machine.ask("volume 50%")
    machine.ask("play 440")
    listener.wait_until_playing()
    expect(said).to_have_text("The machine: 50\u00a0%")
    assert_tone(listener.record, 440, loudness=LOUDNESS * 0.5**3)
    machine.ask("mute")
    expect(said).to_have_text("Muted by the machine")
    listener.record(0.5)
    assert listener.record(1).loudness() == (0, 0)
    machine.ask("volume 100%")
    expect(said).to_have_text("")
    assert_tone(listener.record, 440)


def test_firefox_plays_the_tone_without_a_gap(
    tmp_path: Path, cleanup: ExitStack, screen: SoundingXspice, gateway_for: GatewayFor
) -> None:
    gateway = gateway_for(screen)
    cleanup.enter_context(screen.playing(tone(440)))
    for attempt in range(3):
        speaker = cleanup.enter_context(Loudspeaker(tmp_path / f"loudspeaker-{attempt}"))
        try:
            with FirefoxViewer(tmp_path / f"firefox-{attempt}", gateway.link, speaker.env) as viewer:
                _wait_until_playing(viewer)
                assert_tone(viewer.listen, 440)
                assert viewer.sound()["decoder"] == "WebCodecs"
                return
        except FirefoxHangs:
            # On a busy computer the thread that opens Firefox's sound ("AudioIPC Server RPC") may wait for PulseAudio's
            # lock for ever, and the page's thread for it, when a page makes its AudioContext.
            continue
    raise AssertionError("Firefox hangs each time")


def test_browser_without_a_decoder_of_its_own_decodes_in_webassembly(
    screen: SoundingXspice, gateway_for: GatewayFor, viewer: Viewer
) -> None:
    def without_decoder(route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, body="delete globalThis.AudioDecoder;\n" + response.text())

    listener = sound.Listener(viewer)
    viewer.context.route("**/opus_decoder.js", without_decoder)
    viewer.open(gateway_for(screen).link)
    with screen.playing(tone(440)):
        viewer.wait_for_first_frame()
        listener.wait_until_playing()
        assert_tone(listener.record, 440)
    assert viewer.counters()["sound"]["decoder"] == "WebAssembly"
    assert viewer.complaints == []


def test_any_click_in_the_viewer_turns_the_sound_on(
    screen: SoundingXspice, gateway_for: GatewayFor, viewer: Viewer
) -> None:
    listener = sound.Listener(viewer)
    listener.arrive(gateway_for(screen))
    with screen.playing(tone(440)):
        listener.wait_for_button()
        viewer.page.mouse.click(300, 300)
        listener.wait_until_playing()
        wait_for("sound without the button", lambda: not listener.button_is_shown())


def test_the_toolbar_sets_the_volume_and_mutes_and_both_are_remembered(
    screen: SoundingXspice, gateway_for: GatewayFor, viewer: Viewer
) -> None:
    listener = sound.Listener(viewer)
    gateway = gateway_for(screen)
    viewer.open(gateway.link)
    page = viewer.page
    with screen.playing(tone(440)):
        viewer.wait_for_first_frame()
        listener.wait_until_playing()
        assert_tone(listener.record, 440)
        page.get_by_role("button", name="Open the toolbar").click()
        slider = page.get_by_role("slider", name="Volume")
        slider.focus()
        for _ in range(10):
            page.keyboard.press("ArrowLeft")
        assert_tone(listener.record, 440, loudness=LOUDNESS * 0.5**3)
        mute = page.get_by_role("button", name="Mute")
        mute.click()
        listener.record(0.2)
        assert listener.record(0.5).loudness() == (0, 0)
        page.goto(gateway.origin)  # the machine has seen this one leave before the next comes
        page.goto(gateway.viewer_url)
        viewer.wait_for_first_frame()
        listener.wait_until_playing()
        assert listener.record(0.5).loudness() == (0, 0)
        page.get_by_role("button", name="Open the toolbar").click()
        expect(mute).to_have_attribute("aria-pressed", "true")
        expect(slider).to_have_value("50")


def _wait_until_playing(viewer: FirefoxViewer) -> None:
    for _ in ticks(PATIENCE, 0.1):
        if (heard := viewer.sound()) and heard["playing"]:
            return
    raise AssertionError(f"no sound: {viewer.sound()}")


def assert_tone(record: Callable[[float], Recording], frequency: float, *, loudness: float = LOUDNESS) -> None:
    """What is heard is that tone (±1 %), in both ears alike, without a gap or a click, for two seconds.

    A machine on a busy computer drops sound itself (libspice has one frame that waits, an emulated processor is late):
    it is listened to again then, a few times.
    """
    for _ in range(ATTEMPTS):
        heard = record(2)
        even = heard.longest_silence() < 0.005 and heard.roughness(frequency) < 1.1
        if even and heard.loudness()[0] == pytest.approx(loudness, rel=0.05):
            break
    assert heard.frequency() == pytest.approx(frequency, rel=0.01)
    assert heard.longest_silence() < 0.005
    assert heard.roughness(frequency) < 1.1
    left, right = heard.loudness()
    assert left == pytest.approx(right) == pytest.approx(loudness, rel=0.05)
