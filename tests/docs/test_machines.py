"""What docs/machines.md shows works as it stands."""

from __future__ import annotations

import ast
import asyncio
import builtins
import re
from pathlib import Path
from typing import Any

from gateway.codecs.audio import FRAME_BYTES
from gateway.spice.enums import ChannelType
from gateway.spice.messages import playback, record
from tests.serving_core import ServingCore

TEXT = (Path(__file__).parents[2] / "docs" / "machines.md").read_text()
SOUND, DEVICES = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


async def test_sound_of_the_example_is_played_and_heard() -> None:
    names: dict[str, Any] = {"samples": bytes(4 * 4410)}
    exec(compile(SOUND, "machines.md", "exec"), names)
    async with ServingCore() as core, core.client() as client:
        session = await client.begin()
        core.server.add_interface(microphone := names["Microphone"]())
        speaking = await session.link(ChannelType.RECORD)
        await speaking.expect(record.Start)
        await speaking.send(record.Data(0, bytes(FRAME_BYTES)))
        while microphone.record.speaker is None:
            await asyncio.sleep(0)
        core.server.add_interface(names["Loudspeaker"]())
        listening = await session.link(ChannelType.PLAYBACK)
        await listening.wait_for(playback.Mode)


def test_devices_of_the_example_are_where_it_says() -> None:
    tree = ast.parse(DEVICES)
    names: dict[str, Any] = {}
    imports: list[ast.stmt] = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    exec(compile(ast.Module(imports, []), "machines.md", "exec"), names)
    compile(DEVICES, "machines.md", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    made = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    assert used - made - set(names) - set(vars(builtins)) == {"on_change", "server", "pdf"}
    for kind in ("UsbPort", "SmartcardReader", "SharedFolder", "TunnelPorts"):
        names[kind](lambda: None)
