"""`spicegate.toml`, the environment and the command line: what the gateway is to do, checked before it does anything.

`models` and `machine` say which keys there are, `loading` where values come from, `environment` which variables,
`mistakes` what is wrong with them. `secrets` reads what must not stand in the file, `example` writes a file to start
from.
"""

from gateway.config.errors import ConfigError
from gateway.config.loading import configure
from gateway.config.machine import DEMO_URL, MachineConfig, MachineSpec
from gateway.config.models import FILE_NAME, Config, GatewayConfig
from gateway.config.secrets import checked_password, read_password

__all__ = [
    "DEMO_URL",
    "FILE_NAME",
    "Config",
    "ConfigError",
    "GatewayConfig",
    "MachineConfig",
    "MachineSpec",
    "checked_password",
    "configure",
    "read_password",
]
