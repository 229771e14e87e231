"""spice-gtk shows what a machine on our core draws, in every pixel: pictures, operations, surfaces, heads, pointers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from gateway.codecs.image import Pixels
from gateway.server.display.cursor import Cursor, data_size
from gateway.server.display.ops import base, no_mask
from gateway.server.display.region import Rect
from gateway.server.display.worker import Monitor
from gateway.spice.enums import CursorType, ImageCompression, ImageFlags, ImageScaleMode, ImageType, Ropd
from gateway.spice.messages import draw
from gateway.spice.messages.shapes import Image, ImageDescriptor, Surface
from tests.codecs.image.scenes import SCENES, desktop, noise, photo
from tests.e2e import picture
from tests.e2e.core_machine import CoreMachine
from tests.e2e.noted_devices import NotedMouse
from tests.e2e.oracle import screenshot
from tests.e2e.program import PATIENCE, ticks
from tests.e2e.screens import Screen
from tests.e2e.spice_gtk.client import SpiceGtk, decoded

pytestmark = pytest.mark.e2e

WIDTH, HEIGHT = 640, 400
WAYS = [way for way in ImageCompression if way is not ImageCompression.INVALID]
#: It draws no COLOR8 and no COLOR24.
DRAWN_POINTERS = [
    CursorType.ALPHA, CursorType.MONO, CursorType.COLOR4, CursorType.COLOR16, CursorType.COLOR32
]  # fmt: skip


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[CoreMachine]:
    with CoreMachine(tmp_path / "machine") as machine:
        yield machine


@pytest.fixture
def screen(machine: CoreMachine) -> Screen:
    return Screen(machine, WIDTH, HEIGHT)


@pytest.fixture
def person(machine: CoreMachine, screen: Screen) -> Iterator[SpiceGtk]:
    """Somebody who looks at the screen, black as yet."""
    with SpiceGtk(**machine.way_in) as client:
        client.opened("main", "display").expect("display-mark", mark=1)
        yield client


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name.lower())
def test_pictures_arrive_to_the_pixel_however_the_client_wants_them(
    way: ImageCompression, screen: Screen, person: SpiceGtk
) -> None:
    person.do("prefer_compression", kind=int(way))
    for name, scene in SCENES.items():
        screen.draw(scene(WIDTH, HEIGHT))
        person.wait_until_shows(screen.pixels(), f"native-{way.name}-{name}")
        screen.draw(scene(97, 61), 13, 29)
        person.wait_until_shows(screen.pixels(), f"native-{way.name}-{name}-part")


def test_operations_arrive_in_their_order(screen: Screen, person: SpiceGtk) -> None:
    chance = np.random.default_rng(7)
    screen.draw(desktop(WIDTH, HEIGHT))
    for _ in range(150):
        x, y = (int(chance.integers(-20, size)) for size in (WIDTH, HEIGHT))
        width, height = (int(chance.integers(1, 200)) for _ in range(2))
        match chance.integers(3):
            case 0:
                screen.fill(x, y, width, height, int(chance.integers(1 << 24)))
            case 1:
                screen.copy_bits(x, y, width, height, int(chance.integers(-20, WIDTH)), int(chance.integers(HEIGHT)))
            case _:
                screen.draw(noise(width, height), x, y)
    person.wait_until_shows(screen.pixels(), "native-operations")


def test_picture_of_a_surface_that_is_not_seen_is_drawn_from_it(
    machine: CoreMachine, screen: Screen, person: SpiceGtk
) -> None:
    def prepare() -> None:
        surface = screen.worker.create_surface(200, 100)
        surface.copy(surface.bounds, photo(200, 100))
        screen.surface.pixels[50:150, 60:260] = surface.pixels
        screen.surface.draw(copy_of(surface.id, Rect.at(60, 50, 200, 100)))

    machine.call(prepare)
    person.wait_until_shows(screen.pixels(), "native-surface")


def test_screen_changes_its_size_under_a_client(screen: Screen, person: SpiceGtk) -> None:
    for width, height in ((1024, 768), (320, 200), (1, 1), (1920, 1080)):
        screen.resize(width, height)
        screen.draw(desktop(width, height))
        person.expect("display-primary-create", size=[width, height])
        person.wait_until_shows(screen.pixels(), f"native-size-{width}")


def test_heads_of_two_adapters_are_each_shown(machine: CoreMachine, screen: Screen, person: SpiceGtk) -> None:
    screen.draw(desktop(WIDTH, HEIGHT))
    second = Screen(machine, 320, 240, id=1)
    second.draw(photo(320, 240))
    person.wait_until_shows(screen.pixels(), "native-first-head")
    person.wait_until_shows(second.pixels(), "native-second-head", id=1)
    second.draw(noise(50, 50), 10, 10)
    person.wait_until_shows(second.pixels(), "native-second-head-changed", id=1)
    machine.remove(second.adapter)
    person.expect("channel-event", channel="display", id=1, what="closed")
    screen.draw(noise(50, 50), 10, 10)
    person.wait_until_shows(screen.pixels(), "native-only-head")


def test_adapter_that_goes_and_comes_again_is_shown(machine: CoreMachine, screen: Screen, person: SpiceGtk) -> None:
    for seed in range(3):
        person.do("prefer_compression", kind=int(ImageCompression.GLZ))
        for step in range(40):
            screen.draw(desktop(97, 61) if step % 2 else noise(30, 20), (step * 13 + seed) % 500, step * 7 % 300)
            person.wait_until_shows(screen.pixels(), "native-again")
        machine.remove(screen.adapter)
        person.expect("channel-event", channel="display", id=0, what="closed")
        screen = Screen(machine, WIDTH, HEIGHT)
        person.opened("display").expect("display-mark", mark=1)


def test_monitors_of_one_adapter_are_told(machine: CoreMachine, screen: Screen, person: SpiceGtk) -> None:
    half = WIDTH // 2
    heads = [Monitor(0, Rect(0, 0, half, HEIGHT)), Monitor(1, Rect(half, 0, WIDTH, HEIGHT))]
    machine.call(lambda: screen.worker.monitors_config(heads, 4))
    person.expect("monitors", most=4, heads=[[0, 0, 0, half, HEIGHT], [1, half, 0, half, HEIGHT]])


def test_client_that_comes_later_sees_the_same(machine: CoreMachine, screen: Screen, person: SpiceGtk) -> None:
    screen.draw(desktop(WIDTH, HEIGHT))
    screen.copy_bits(0, 0, WIDTH, HEIGHT - 16, 0, 16)
    person.wait_until_shows(screen.pixels(), "native-early")
    with SpiceGtk(**machine.way_in) as late:
        late.opened("display").wait_until_shows(screen.pixels(), "native-late")
        screen.draw(noise(100, 100), 200, 200)
        for client in (person, late):
            client.wait_until_shows(screen.pixels(), "native-both")


def test_client_over_tls_sees_the_last_of_several_changes_at_once(tmp_path: Path, cleanup: ExitStack) -> None:
    machine = cleanup.enter_context(CoreMachine(tmp_path / "machine", tls=True))
    screen = Screen(machine, WIDTH, HEIGHT)
    person = cleanup.enter_context(SpiceGtk(**machine.secure_way_in)).opened("display")
    for turn in range(30):

        def change(turn: int = turn) -> None:
            for place in range(6):
                screen.surface.copy(Rect.at(place * 100, place * 60, 40, 20), noise(200, 200)[turn : turn + 20, :40])

        machine.call(change)
        person.wait_until_shows(screen.pixels(), "native-tls")


# the pointer


def arrow(width: int = 24, height: int = 32) -> Pixels:
    """R G B A with every degree of transparency."""
    rgba = np.random.default_rng(3).integers(0, 256, (height, width, 4), np.uint8)
    rgba[:, : width // 2, 3] = 255
    return rgba


def test_pointer_with_transparency_arrives_as_drawn(machine: CoreMachine, screen: Screen, person: SpiceGtk) -> None:
    person.opened("cursor")
    cursor = Cursor.from_rgba(arrow(), 3, 5)
    machine.call(lambda: screen.worker.set_cursor(cursor))
    seen = person.expect("cursor-set", size=[24, 32])
    assert seen["hot"] == [3, 5]
    premultiplied = np.frombuffer(cursor.data, np.uint8).reshape(32, 24, 4)
    shown = np.frombuffer(decoded(seen["rgba"]), np.uint8).reshape(32, 24, 4)
    assert (shown == premultiplied[:, :, [2, 1, 0, 3]]).all()


def test_pointer_is_cached_moved_and_hidden(machine: CoreMachine, screen: Screen, person: SpiceGtk) -> None:
    machine.add(NotedMouse(machine.notes))
    person.opened("cursor")
    one, other = Cursor.from_rgba(arrow(), 1, 2), Cursor.from_rgba(arrow(16, 16), 3, 4)
    for cursor in (one, other, one):  # the second time it comes from the client's cache
        machine.call(partial(screen.worker.set_cursor, cursor))
        assert person.expect("cursor-set", size=[cursor.width, cursor.height])["hot"] == [cursor.hot_x, cursor.hot_y]
    machine.call(lambda: screen.worker.move_cursor(70, 80))
    person.expect("cursor-move", x=70, y=80)
    machine.call(screen.worker.hide_cursor)
    person.expect("cursor-hide")
    machine.call(screen.worker.reset_cursor)
    person.expect("cursor-reset")


@pytest.mark.parametrize("type_", DRAWN_POINTERS, ids=lambda type_: type_.name.lower())
def test_pointer_of_every_type_that_spice_gtk_draws_is_drawn(
    type_: CursorType, machine: CoreMachine, screen: Screen, person: SpiceGtk
) -> None:
    person.opened("cursor")
    data = np.random.default_rng(1).integers(0, 256, data_size(type_, 32, 32), np.uint8).tobytes()
    machine.call(lambda: screen.worker.set_cursor(Cursor(type_, 32, 32, 0, 0, data)))
    seen = person.expect("cursor-set", size=[32, 32])
    assert any(decoded(seen["rgba"]))


# spicy-screenshot


@pytest.mark.parametrize("heads", [1, 2])
@pytest.mark.parametrize("secure", [False, True], ids=["plain", "tls"])
def test_spicy_screenshot_gives_the_machines_picture(
    heads: int, secure: bool, tmp_path: Path, cleanup: ExitStack
) -> None:
    machine = cleanup.enter_context(CoreMachine(tmp_path / "machine", password="a secret", tls=True))
    first, *others = [Screen(machine, 800, 600, id=head) for head in range(heads)]
    url = machine.secure_url if secure else machine.url
    for other in others:
        other.draw(noise(800, 600))
    for scene in SCENES.values():
        first.draw(scene(800, 600))
        wait_until_taken(lambda: screenshot(machine, url=url, ca_file=machine.ca_file), first)
    first.fill(100, 100, 200, 50, 0x123456)
    first.copy_bits(0, 0, 800, 584, 0, 16)
    first.draw(noise(33, 44), 500, 300)
    wait_until_taken(lambda: screenshot(machine, url=url, ca_file=machine.ca_file), first)


def wait_until_taken(take: Callable[[], picture.Pixels], screen: Screen) -> None:
    """A client's first picture is exact, unless a busy computer passes for a slow link: photographs are JPEGs then."""
    shot, expected = take(), screen.pixels()
    for _ in ticks(PATIENCE, 0):
        if picture.equal(shot, expected):
            return
        shot = take()
    picture.keep("spicy-screenshot", ours=shot, expected=expected)
    raise AssertionError(picture.difference(shot, expected))


def copy_of(surface: int, box: Rect) -> draw.DrawCopy:
    """A whole surface, drawn at `box` of the primary one."""
    source = Image(ImageDescriptor(1, ImageType.SURFACE, ImageFlags(0), box.width, box.height), Surface(surface))
    area = Rect(0, 0, box.width, box.height).wire
    copy = draw.Copy(source, area, Ropd.OP_PUT, ImageScaleMode.INTERPOLATE, no_mask())
    return draw.DrawCopy(base(0, box), copy)
