"""What waits for one client is bounded, whatever the machine does to its surfaces."""

from __future__ import annotations

from gateway.server.core import Core
from gateway.server.display.ops import CopyBits, CreateSurface, DestroySurface, Draw, Fill, Op, base, no_mask
from gateway.server.display.picture import PicturePipe
from gateway.server.display.region import Rect, Region
from gateway.server.display.screen import Screen
from gateway.server.display.surface import PRIMARY, Surface
from gateway.spice.enums import BitmapFlags, BitmapFmt, ImageFlags, ImageScaleMode, ImageType, Ropd, SurfaceFmt
from gateway.spice.limits import MAX_PICTURE_BYTES, MAX_PICTURE_OPS
from gateway.spice.messages import draw, shapes

BOX = Rect(0, 0, 8, 8)


class Machine:
    """Surfaces, and the account of a client that takes nothing until `taken`."""

    def __init__(self) -> None:
        self.screen = Screen(Core(), lambda: 1)
        self.pipe = PicturePipe()

    def create(self, id_: int) -> Surface:
        surface = self.screen.create(id_, 32, 32, SurfaceFmt.FMT_32_xRGB)
        self.pipe.create(surface, surface.creation())
        return surface

    def destroy(self, surface: Surface) -> None:
        surface.destroy()
        self.pipe.push(DestroySurface(surface.id))

    def taken(self) -> list[Op]:
        out: list[Op] = []
        while (op := self.pipe.pop()) is not None:
            out.append(op)
        for picture in self.pipe.pictures.values():
            picture.sent(picture.surface.bounds)
        return out


def copy_of(source: int) -> Draw:
    """A drawing on the primary surface that reads from another."""
    place = Rect(0, 0, 8, 8).wire
    descriptor = shapes.ImageDescriptor(0, ImageType.SURFACE, ImageFlags(0), 8, 8)
    image = shapes.Image(descriptor, shapes.Surface(source))
    copy = draw.Copy(image, place, Ropd.OP_PUT, ImageScaleMode.INTERPOLATE, no_mask())
    return Draw(PRIMARY, BOX, draw.DrawCopy(base(PRIMARY, BOX), copy))


def picture_of(octets: int) -> Draw:
    """A drawing on the primary surface that brings its picture along."""
    width, height = octets // 32, 8
    bitmap = shapes.BitmapData(
        BitmapFmt.FMT_32BIT, BitmapFlags.TOP_DOWN, width, height, width * 4, None, None, bytes(width * height * 4)
    )
    image = shapes.Image(shapes.ImageDescriptor(0, ImageType.BITMAP, ImageFlags(0), width, height), bitmap)
    area = Rect(0, 0, width, height).wire
    copy = draw.Copy(image, area, Ropd.OP_PUT, ImageScaleMode.INTERPOLATE, no_mask())
    return Draw(PRIMARY, BOX, draw.DrawCopy(base(PRIMARY, BOX), copy))


async def test_surfaces_that_come_and_go_while_a_client_takes_nothing_do_not_pile_up() -> None:
    machine = Machine()
    told = machine.create(PRIMARY)
    machine.taken()
    machine.destroy(told)
    for _ in range(2 * MAX_PICTURE_OPS):
        surface = machine.create(PRIMARY)
        machine.pipe.push(Fill(PRIMARY, BOX, 0))
        machine.destroy(surface)
    assert [type(op) for op in machine.taken()] == [DestroySurface]
    assert machine.pipe.surfaces_stand and not machine.pipe.pictures


async def test_drawings_that_bring_large_pictures_do_not_pile_up() -> None:
    machine = Machine()
    machine.create(PRIMARY)
    machine.taken()
    drawing = picture_of(MAX_PICTURE_BYTES // 8)
    for _ in range(20):
        machine.pipe.push(drawing)
        waiting = sum(len(op.payload.data) for op in machine.pipe._ops)
        assert waiting <= MAX_PICTURE_BYTES
    assert machine.pipe.collapses and machine.pipe.is_dirty


async def test_what_was_drawn_from_a_surface_that_the_client_never_saw_is_sent_as_pixels() -> None:
    machine = Machine()
    machine.create(PRIMARY)
    machine.taken()
    source = machine.create(1)
    machine.pipe.pictures[1].sent(source.bounds)
    machine.pipe.push(copy_of(1))
    machine.destroy(source)
    assert not machine.taken()
    machine.pipe.push(Fill(PRIMARY, BOX, 0))
    assert [type(op) for op in machine.taken()] == [Fill]


async def test_a_surface_that_the_client_has_ends_behind_what_was_drawn_from_it() -> None:
    machine = Machine()
    machine.create(PRIMARY)
    source = machine.create(1)
    machine.taken()
    machine.pipe.push(copy_of(1))
    machine.destroy(source)
    machine.create(1)
    assert [type(op) for op in machine.taken()] == [Draw, DestroySurface, CreateSurface]


async def test_operations_on_a_surface_that_goes_are_given_up() -> None:
    machine = Machine()
    machine.create(PRIMARY)
    source = machine.create(1)
    machine.taken()
    machine.pipe.push(Fill(PRIMARY, BOX, 0))
    machine.pipe.push(CopyBits(1, BOX, (8, 8)))
    machine.destroy(source)
    assert machine.pipe.pictures[PRIMARY].dirty == Region((BOX,))
    assert [type(op) for op in machine.taken()] == [DestroySurface]
