"""Compiles the kernels when the package is built or installed, editable or not (`pyproject.toml`, hatch's build hooks).

Where they cannot be compiled the package is built without them and says so: everything works on, only larger.
"""

from __future__ import annotations

import subprocess
import sys
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class KernelsHook(BuildHookInterface):  # type: ignore[misc,type-arg,unused-ignore] # hatchling is in the build's environment only
    """For the wheel target, "standard" and "editable"."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        sys.path.insert(0, self.root)
        from gateway.codecs.kernels import build

        if not build.can_build():
            self.app.display_warning("the image kernels are not made for this machine: pictures will be larger")
            return
        try:
            build.build()
        except (subprocess.CalledProcessError, OSError) as error:
            why = getattr(error, "stderr", None) or error
            self.app.display_warning(f"the image kernels could not be compiled, pictures will be larger: {why}")
            return
        if version == "standard":
            build_data["artifacts"].append(str(build.LIBRARY.relative_to(self.root)))
            build_data["pure_python"] = False
            build_data["tag"] = build.wheel_tag()
