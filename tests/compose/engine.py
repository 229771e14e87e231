"""The container engine: what COMPOSE_HOST names, `docker compose`, or Debian's podman and podman-compose."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
COMPOSE_FILE = ROOT / "docker" / "compose.yaml"
BUILD_SECONDS = 1800
COMMAND_SECONDS = 300


@dataclass(frozen=True)
class Engine:
    """How this computer builds images and runs containers: the beginnings of three commands."""

    build: Sequence[str]
    compose: Sequence[str]
    container: Sequence[str]
    supervised: bool
    """Whether the engine asks for the containers' health by itself."""


def find_engine() -> Engine | None:
    """None when there is no engine here."""
    if host := os.environ.get("COMPOSE_HOST"):
        return Engine([host, "build", "--format", "docker"], [host, "compose"], [host, "podman"], supervised=False)
    if shutil.which("docker") and _works("docker", "compose", "version") and _works("docker", "info"):
        return Engine(["docker", "build"], ["docker", "compose"], ["docker"], supervised=True)
    if shutil.which("podman-compose") and shutil.which("podman") and _works("podman", "info"):
        return Engine(["podman", "build", "--format", "docker"], ["podman-compose"], ["podman"], supervised=False)
    return None


def _works(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, timeout=COMMAND_SECONDS).returncode == 0


@dataclass(frozen=True)
class Stack:
    """`compose.yaml` as the project `name`, its gateway published on `port`."""

    engine: Engine
    name: str
    port: int

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.port}"

    def build(self) -> None:
        """The images that `compose.yaml` names."""
        desktop = ROOT / "docker" / "desktop"
        _run([*self.engine.build, "-t", "spicegate-desktop", str(desktop)], seconds=BUILD_SECONDS)
        gateway = ["-t", "spicegate", "-f", str(ROOT / "docker" / "Dockerfile"), str(ROOT)]
        _run([*self.engine.build, *gateway], seconds=BUILD_SECONDS)

    def up(self) -> None:
        self._compose("up", "-d", "--no-build")

    def down(self, *, with_volumes: bool = False) -> None:
        self._compose("down", *(["-v"] if with_volumes else []))
        (COMPOSE_FILE.parent / "oom").unlink(missing_ok=True)  # left by conmon, podman's part beside each container

    def logs(self, service: str) -> str:
        """What the service said, on both outputs, since it was made; empty before."""
        found = self._find(service)
        return _run([*self.engine.container, "logs", found]) if found else ""

    def inspect(self, service: str) -> Any:
        """The engine's own description of the container."""
        return json.loads(_run([*self.engine.container, "inspect", self.container(service)], errors=False))[0]

    def execute(self, service: str, *command: str) -> str:
        """What a command inside the container says. Raises `CalledProcessError`."""
        return _run([*self.engine.container, "exec", self.container(service), *command])

    def main_process(self, service: str) -> int:
        """The number of the container's first process on this computer; 0 while it does not run."""
        return int(self.inspect(service)["State"]["Pid"])

    def healthy(self, service: str) -> bool:
        """Whether the container's own check says so."""
        if self.engine.supervised:
            return str(self.inspect(service)["State"]["Health"]["Status"]) == "healthy"
        check = [*self.engine.container, "healthcheck", "run", self.container(service)]
        return subprocess.run(check, capture_output=True, timeout=COMMAND_SECONDS).returncode == 0

    def container(self, service: str) -> str:
        """The id of the service's container."""
        found = self._find(service)
        if found is None:
            raise LookupError(f"{service} has no container")
        return found

    def _find(self, service: str) -> str | None:
        labels = (f"com.docker.compose.project={self.name}", f"com.docker.compose.service={service}")
        filters = [part for label in labels for part in ("--filter", f"label={label}")]
        lines = _run([*self.engine.container, "ps", "-a", "-q", *filters], errors=False).split()
        return lines[0] if lines else None

    def _compose(self, *arguments: str) -> None:
        env = {"SPICEGATE_PORT": str(self.port)}
        _run([*self.engine.compose, "-p", self.name, "-f", str(COMPOSE_FILE), *arguments], env=env)


def _run(
    command: Sequence[str], *, seconds: float = COMMAND_SECONDS, env: Mapping[str, str] | None = None,
    errors: bool = True,
) -> str:  # fmt: skip
    """Its output, `errors` included. Raises `CalledProcessError`, which tells it too."""
    done = subprocess.run(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if errors else subprocess.PIPE,
        text=True,
        timeout=seconds,
        env={**os.environ, **(env or {})},
    )
    if done.returncode:
        print(done.stdout[-8000:])  # pytest shows it with the failure
        raise subprocess.CalledProcessError(done.returncode, command, done.stdout)
    return done.stdout
