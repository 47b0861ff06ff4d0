"""Secrets stay where they are: private keys in ``keys/`` alone, passphrases and PINs nowhere (docs/keys.md).

A ledger is founded, used, exported, audited and misused by command; then every file that came of it, everything that
was printed, and every way in which an object shows itself is searched for each secret in each of its usual spellings.
"""

import base64
import copy
import json
import pickle
import shlex
import sys
import traceback
from collections.abc import Callable, Iterator
from hashlib import sha256, sha512
from pathlib import Path
from typing import Any

import pytest

from ledger.cli.main import main
from ledger.errors import PledgerError
from ledger.runtime import init, open_ledger
from ledger.runtime.keyring import Keyring
from ledger.runtime.signer import make_signer
from ledger.signing import encryption
from ledger.signing.key import ALGORITHMS, Algorithm, PrivateKey
from tests.end_to_end.small import FIGURES, MAPPING, PLEDGE, START

PROGRAM = Path(__file__).with_name("signer.py")
PHRASES = ("correct-horse-battery", "staple-of-another-kind")
PIN = "pin-7731-9041"
DAY = "2021-06-30"


def seed(name: str) -> bytes:
    """Return the secret of a key, which no file holds by chance."""
    return sha256(f"secret of {name}".encode()).digest()


SEEDS = {str(number): seed(str(number)) for number in range(1, 12)} | {"held": seed("held")}


def spellings(secret: bytes) -> Iterator[bytes]:
    """Yield how a secret could stand in a file: bare, backwards, in hexadecimal, and in base64 at any offset."""
    yield secret
    yield secret[::-1]
    yield secret.hex().encode()
    yield secret.hex().upper().encode()
    for lead in range(3):
        # Characters that depend on what stands before or after are left out.
        text = base64.b64encode(bytes(lead) + secret)[(0, 2, 3)[lead] :].rstrip(b"=")[:-1]
        yield text
        yield text.translate(bytes.maketrans(b"+/", b"-_"))
    yield str(list(secret))[1:-1].encode()
    yield repr(secret)[2:-1].encode()


NEEDLES: dict[bytes, str] = {
    needle: name
    for name, secret in (
        *SEEDS.items(),
        # What Ed25519 signs with is half of the seed's hash (RFC 8032 §5.1.5).
        *((f"scalar {name}", sha512(secret).digest()[:32]) for name, secret in SEEDS.items()),
    )
    for needle in spellings(secret)
} | {text.encode(): text for text in (*PHRASES, PIN)}


def leaks(raw: bytes) -> set[str]:
    """Return the names of the secrets that some bytes hold."""
    return {name for needle, name in NEEDLES.items() if needle in raw}


def test_the_search_finds_a_key_in_any_spelling() -> None:
    """A search that finds nothing anywhere would find nothing here, too."""
    key = PrivateKey.from_seed("Ed25519", SEEDS["1"])
    body = b"".join(key.to_pem().splitlines()[1:-1])
    for raw in (
        body,
        SEEDS["1"],
        SEEDS["1"].hex().encode(),
        base64.b64decode(body),
        json.dumps(list(SEEDS["1"])).encode(),
    ):
        assert leaks(b"some " + raw + b" more") == {"1"}
    mldsa = PrivateKey.from_seed("ML-DSA-44", SEEDS["1"]).to_pem()
    assert leaks(b"".join(mldsa.splitlines()[1:-1])) == {"1"}


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Return what runs commands in a folder of its own, and gives back all that they printed."""
    monkeypatch.chdir(tmp_path)
    # What a passphrase costs a guesser is tried elsewhere (tests/unit/signing/test_encryption.py).
    monkeypatch.setattr(encryption, "COST", 2)
    monkeypatch.setenv("PLEDGER_LEDGER", "ledger")
    monkeypatch.setenv("PLEDGER_DEBUG", "1")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("PIN", PIN)
    numbers = iter(range(1, 12))

    def make_key(algorithm: Algorithm) -> PrivateKey:
        return PrivateKey.from_seed(algorithm, SEEDS[str(next(numbers))])

    for name, raw in (("pledge.yaml", PLEDGE.encode()), ("grain.toml", MAPPING), ("grain.csv", FIGURES)):
        (tmp_path / name).write_bytes(raw)
    init(tmp_path / "ledger", origin="example.org/small", at=lambda: START, make_key=make_key).close()
    with open_ledger(tmp_path / "ledger") as ledger:
        ledger.new_key("clerk", make_key=make_key)
        ledger.new_key("clerk-2", "ES256", make_key=make_key)
    said: list[str] = []

    def run(*arguments: str, code: int = 0) -> str:
        assert main(arguments) == code, capfd.readouterr()
        out = "".join(capfd.readouterr())
        said.append(out)
        return "".join(said)

    return run


def test_no_secret_leaves_the_keys_of_a_ledger(tmp_path: Path, told: Callable[..., str]) -> None:
    """Not into the ledger's other files, its exports, audits, copies, answers or refusals, keys in the clear or not."""
    (tmp_path / "vault").mkdir()
    held = PrivateKey.from_seed("Ed25519", SEEDS["held"])
    (tmp_path / "vault" / "held.pem").write_bytes(held.to_pem())
    (tmp_path / "held.jwk").write_text(json.dumps(held.public.jwk))
    # The PIN is an argument, as it should not be; what a program gets it for is its own affair.
    script = 'exec "$1" "$2" "$3"'
    command = shlex.join(["/bin/sh", "-c", script, PIN, sys.executable, str(PROGRAM), str(tmp_path / "vault/held.pem")])
    for name, phrase in zip(("vault/old", "vault/new"), PHRASES, strict=True):
        (tmp_path / name).write_text(f"{phrase}\n")
        (tmp_path / name).chmod(0o600)
    told("record", "pledge.yaml", "--yes")
    told("submit", "grain.csv", "--map", "grain.toml", "--json")
    told("key", "grant", "clerk", "--role", "recorder", "--role", "auditor")
    told("key", "protect", "--new-passphrase-file", "vault/old")
    opened = ("--passphrase-file", "vault/old")
    told("key", "new", "far", "--signer", command, "--public", "held.jwk", "--json")
    told(*opened, "key", "grant", "far", "--role", "recorder")
    told(*opened, "key", "rotate", "clerk", "clerk-2")
    told(*opened, "determine", "grain", "--key", "clerk-2", "--as-of", DAY)
    told(*opened, "key", "list", "--json")
    # What goes wrong is told, and not what it went wrong with.
    told("determine", "grain", "--as-of", DAY, code=4)
    told("--passphrase-file", "vault/new", "key", "new", "x", code=4)
    told("--passphrase-file", "vault/new", "key", "grant", "x", "--role", "auditor", "--json", code=5)
    told("--passphrase-file", "vault/new", "determine", "grain", "--as-of", DAY, "--json", code=4)
    (tmp_path / "vault" / "new").chmod(0o644)
    told("--passphrase-file", "vault/new", "key", "list", code=4)
    (tmp_path / "vault" / "new").chmod(0o600)
    failing = shlex.join(["/bin/sh", "-c", f"echo {PIN} wrong >&2; exit 1", PIN])
    told("key", "new", "x", "--signer", failing, "--public", "held.jwk", code=8)
    echoing = shlex.join(["/bin/sh", "-c", "echo $0 >&2; exit 1", PIN])
    told("key", "new", "x", "--signer", echoing, "--public", "held.jwk", "--json", code=8)
    # What leaves.
    told("audit", "grain", "--as-of", DAY, "-o", "grain.zip")
    told("audit", "grain", "--as-of", DAY, "-o", "grain.html")
    told("verify", "grain.zip")
    told("log", "export", "site")
    told("log", "show", "--from", "0", "--json")
    told("log", "check")
    told("mirror", "site", "mirror")
    told(*opened, "log", "import", "site", "--ledger", "moved", "--keys", "ledger/keys")
    said = told(*opened, "key", "protect", "--new-passphrase-file", "vault/new")
    assert leaks(said.encode()) == set()
    files = [path for path in tmp_path.rglob("*") if path.is_file() and path.parent != tmp_path / "vault"]
    assert len(files) > 40
    found = {}
    for path in files:
        names = leaks(path.read_bytes()) | leaks(str(path).encode())
        # A signer's file says with which arguments the program is run; that is why it is for its owner alone.
        if names - ({PIN} if path.suffix == ".signer" else set()):
            found[str(path.relative_to(tmp_path))] = names
    # The key files themselves are under a passphrase by now, so that not even they show one.
    assert found == {}


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_no_object_shows_a_secret(tmp_path: Path, algorithm: Algorithm) -> None:
    """Not by its repr, its text, a format, an error's facts, a trace with its frames, or a pickle."""
    key = PrivateKey.from_seed(algorithm, SEEDS["1"])
    ring = Keyring(tmp_path / "keys", PHRASES[0].encode())
    ring.add("desk", key)
    signer = make_signer(
        ("/bin/sh", PIN), key.public, name="desk", what="signer desk", timeout=5, environment={"PIN": PIN}
    )
    for one in (key, ring, signer, ring.get("desk"), [key], {"key": key}, (ring, signer)):
        shown = f"{one!r} {one!s} {one} {json.dumps(one, default=repr)}"
        assert leaks(shown.encode()) == set()
    travels: tuple[Callable[[Any], Any], ...] = (pickle.dumps, copy.copy, copy.deepcopy)
    for kept in (key, ring, signer):
        for travel in travels:
            with pytest.raises(TypeError, match="not copied"):
                travel(kept)
    for wrong in (lambda: Keyring(ring.directory, PHRASES[1].encode()).get("desk"), lambda: signer.sign(b"x"),
                  lambda: key.to_pem(passphrase=b""), lambda: ring.add("desk", key)):  # fmt: skip
        with pytest.raises(PledgerError) as caught:
            wrong()
        told = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=False).format())
        assert leaks(f"{told} {caught.value!r} {caught.value.document()}".encode()) == set()
