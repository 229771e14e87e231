"""What must be there before anything is served: the state directory, certificates and authorities."""

from __future__ import annotations

import os
import ssl
from collections.abc import Sequence
from pathlib import Path
from socket import gaierror

from gateway.certificates import KeyPair, OwnTls, own_key_pair
from gateway.config.machine import MachineSpec
from gateway.config.models import GatewayConfig
from gateway.spice.errors import SpiceError


class CannotListen(SpiceError):
    """The address is not to be had, or the certificate or the state directory cannot be used."""


def why(error: OSError) -> str:
    """What the system says, in a few words; asyncio puts sentences of its own around it."""
    if error.errno is None or isinstance(error, gaierror | ssl.SSLError):
        return (error.strerror or str(error)).lower()
    return os.strerror(error.errno).lower()


def check_authorities(machines: Sequence[MachineSpec]) -> None:
    """A CA file that cannot be read is told at once. Raises `EndpointError`."""
    for machine in machines:
        if (endpoint := machine.spec.endpoint) is not None and endpoint.ca_file is not None:
            endpoint.tls_context()


def check_certificate(config: GatewayConfig) -> None:
    """The same for the gateway's own certificate, if it was given one. Raises `CannotListen`."""
    if config.tls_cert is not None:
        own_tls(config)


def make_state_directory(path: Path) -> None:
    """The directory of the gateway's own data, for its user only. Raises `CannotListen`."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        sentence = f"the state directory {path} cannot be made ({why(error)}): name another by --state"
        raise CannotListen(sentence) from error


def own_tls(config: GatewayConfig) -> OwnTls | None:
    """The gateway's own certificate, None without one. Raises `CannotListen`."""
    if not config.has_tls:
        return None
    try:
        if config.tls_cert is None or config.tls_key is None:
            state = config.store_path().parent
            make_state_directory(state)
            return OwnTls(own_key_pair(state, config.host))
        return OwnTls(KeyPair(config.tls_cert, config.tls_key))
    except (OSError, ssl.SSLError) as error:
        raise CannotListen(f"tls_cert and tls_key cannot be used: {_fault(error)}") from error


def _fault(error: OSError) -> str:
    """What is wrong with a certificate or its key, where OpenSSL's own words say little."""
    if "PEM lib" in str(error):
        return "they hold no certificate and no key (PEM)"
    if getattr(error, "reason", None) == "KEY_VALUES_MISMATCH":
        return "the key is another certificate's"
    return str(error)
