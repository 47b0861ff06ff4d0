"""What a signer's file may say (docs/keys.md); that a program is asked is told in tests/end_to_end/test_signer.py."""

import copy
import pickle
from typing import Any

import pytest

from ledger.errors import MalformedError
from ledger.runtime.signer import ExternalSigner, format_signer, make_signer, parse_signer
from ledger.signing.canonical import encode_base64url
from ledger.signing.key import ALGORITHMS, Algorithm, PrivateKey

SEED = bytes(range(1, 33))
PIN = "pin-9041"


def signer(algorithm: Algorithm = "Ed25519", *command: str, timeout: object = 7) -> ExternalSigner:
    """Return a signer of a fixed key."""
    return make_signer(
        command or ("/bin/sign", "--pin", PIN), PrivateKey.from_seed(algorithm, SEED).public, name="desk",
        what="signer desk", timeout=timeout, environment={},
    )  # fmt: skip


def parsed(text: str | bytes) -> ExternalSigner:
    """Return the signer that a text names."""
    raw = text if isinstance(text, bytes) else text.encode()
    return parse_signer(raw, name="desk", what="signer file desk.signer", environment={})


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize(
    "command", [("/bin/sign",), ("/bin/sign", "--pin", PIN), ("/a b/ß", "", '"', "\\", "x'y", "日本", "\U0001f511")]
)
def test_a_signers_file_is_read_as_it_is_written(algorithm: Algorithm, command: tuple[str, ...]) -> None:
    """Format and parse are each other's inverse, whatever printable text the arguments are (docs/keys.md)."""
    made = signer(algorithm, *command)
    again = parsed(format_signer(made))
    assert (again.command, again.public, again.timeout) == (command, made.public, 7)
    assert (again.kid, again.algorithm) == (made.public.kid, algorithm)


def test_time_is_ten_seconds_where_a_file_does_not_say() -> None:
    """The timeout may be left out (docs/keys.md)."""
    assert parsed(format_signer(signer()).replace(b"timeout = 7\n", b"")).timeout == 10


GOOD = format_signer(signer()).decode()
BAD: dict[str, tuple[str | bytes, str]] = {
    "nothing": ("", "exactly command, jwk"),
    "no TOML": ("command =", "is not TOML in UTF-8"),
    "no UTF-8": (b"\xff" + GOOD.encode(), "is not TOML in UTF-8"),
    "another member": (f'shell = "sh"\n{GOOD}', "exactly command, jwk"),
    "no command": (GOOD.replace("command", "program"), "exactly command, jwk"),
    "no key": (GOOD.split("[jwk]", maxsplit=1)[0], "exactly command, jwk"),
    "a command for a shell": (GOOD.replace(f'["/bin/sign", "--pin", "{PIN}"]', '"/bin/sign"'), "not a list of 1 to 64"),
    "an empty command": (GOOD.replace(f'["/bin/sign", "--pin", "{PIN}"]', "[]"), "not a list of 1 to 64"),
    "65 arguments": (GOOD.replace(f'"{PIN}"', ", ".join(['"x"'] * 63)), "not a list of 1 to 64"),
    "a number among them": (GOOD.replace(f'"{PIN}"', "9041"), "not printable text"),
    "a NUL among them": (GOOD.replace(PIN, "\\u0000"), "not printable text"),
    "a newline among them": (GOOD.replace(PIN, "\\n"), "not printable text"),
    "4097 characters": (GOOD.replace(PIN, "x" * 4097), "not printable text of at most 4096"),
    "a program of the path": (GOOD.replace("/bin/sign", "sign"), "not named by its absolute path"),
    "a program from here": (GOOD.replace("/bin/sign", "./sign"), "not named by its absolute path"),
    "no time": (GOOD.replace("= 7", "= 0"), "from 1 to 300"),
    "301 seconds": (GOOD.replace("= 7", "= 301"), "from 1 to 300"),
    "half a second": (GOOD.replace("= 7", "= 0.5"), "whole number of seconds"),
    "truth as time": (GOOD.replace("= 7", "= true"), "whole number of seconds"),
    "a private member": (f'{GOOD}d = "{encode_base64url(SEED)}"\n', "leave all others out"),
    "a key of small order": (
        f'{GOOD.split("[jwk]")[0]}[jwk]\nkty = "OKP"\ncrv = "Ed25519"\nx = "{encode_base64url(bytes(32))}"\n',
        "small order",
    ),
    "a text as key": (f"{GOOD.split('[jwk]')[0].strip()}\njwk = 'x'\n", "is not an object"),
}


@pytest.mark.parametrize(("text", "reason"), BAD.values(), ids=BAD.keys())
def test_another_file_is_refused_without_repeating_what_it_says(text: str | bytes, reason: str) -> None:
    """A signer's file has exactly its members, each in bounds; a PIN in it is not printed (docs/keys.md)."""
    with pytest.raises(MalformedError, match=reason) as caught:
        parsed(text)
    assert PIN not in f"{caught.value.message} {caught.value.document()}"


@pytest.mark.parametrize("seconds", [1, 300])
def test_bounds_of_the_time_belong_to_it(seconds: int) -> None:
    """One second and five minutes are the ends (docs/keys.md)."""
    assert signer(timeout=seconds).timeout == seconds


def test_64_arguments_of_4096_characters_are_admitted() -> None:
    """The bounds themselves are within (docs/keys.md)."""
    assert len(signer("Ed25519", "/bin/sign", *(["x" * 4096] * 63)).command) == 64


def test_a_signer_prints_as_its_name_and_travels_nowhere() -> None:
    """Neither its repr nor a pickle gives its arguments away, one of which may be a PIN."""
    made = signer()
    assert PIN not in repr(made)
    assert "desk" in repr(made)
    travels: tuple[Any, ...] = (pickle.dumps, copy.copy, copy.deepcopy)
    for travel in travels:
        with pytest.raises(TypeError, match="not copied into other processes"):
            travel(made)
