"""A loudspeaker for programs that play nothing without one: PulseAudio with a sink that swallows everything."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.program import Program


class Loudspeaker(Program):
    """PulseAudio of its own; programs find it by `env`."""

    def __init__(self, home: Path) -> None:
        home.mkdir(parents=True)
        socket = home / "socket"
        super().__init__(
            [
                "pulseaudio", "-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1",
                "--load=module-null-sink rate=48000",
                f"--load=module-native-protocol-unix socket={socket} auth-anonymous=1",
            ],
            home / "log",
            env={"HOME": str(home), "XDG_RUNTIME_DIR": str(home)},
        )  # fmt: skip
        self.env = {"PULSE_SERVER": f"unix:{socket}"}
        self.wait_until("its socket", socket.exists)
