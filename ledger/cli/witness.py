"""``pledger witness``: watches logs for others, and cosigns what continues all that it has seen (C2SP tlog-witness).

It keeps one small file, and answers over HTTP until it is stopped. What it has cosigned it never forgets, so the file
is to be kept as carefully as the keys: a witness that loses it would cosign a fork.
"""

import re
import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ledger.cli.file import read_file, write_file
from ledger.cli.option import Json
from ledger.cli.output import answer, note, say
from ledger.cli.place import passphrase, said_passphrase
from ledger.errors import MalformedError, PledgerError, UnavailableError, UsageError

if TYPE_CHECKING:
    from ledger.signing.key import Algorithm, PublicKey, Signer
    from ledger.tlog.note import VerifierKey
    from ledger.tlog.witness import Answer, Cosigner

EXAMPLES: Final = """\
\b
Examples:
  pledger witness --name witness.example/w1 --key w1.pem --make-key ML-DSA-44
                                  make a key, and print the verifier key to be given to logs
  pledger witness --name witness.example/w1 --key w1.pem --store w1.db --log ledger/policy --listen 127.0.0.1:8421
                                  watch the logs of a policy; logs ask at http://127.0.0.1:8421/add-checkpoint

\b
A log is told of its witness by [[witness]] in its pledger.toml, with url and vkey. SIGINT or SIGTERM ends it.
"""

ANSWER: Final = {
    "name": "the witness's name",
    "keys": "its verifier keys, for the policies of others (C2SP tlog-cosignature)",
    "logs": "origins of the logs that it knows",
    "url": "where it listens: its submission and monitoring prefix; null where it does not",
}

EVIDENCE_LIMIT: Final = 100
"""Fraud proofs that are kept at most."""

_ADDRESS: Final = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+):([0-9]{1,5})")
_ALGORITHMS: Final = ("Ed25519", "ML-DSA-44")


def witness(
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="Its name: a host, with a path if any.")],
    key: Annotated[
        list[Path],
        typer.Option("--key", metavar="FILE", help="File of a key (PEM or .signer), Ed25519 or ML-DSA-44; repeatable."),
    ],
    log: Annotated[
        list[str] | None,
        typer.Option(
            "--log", metavar="VKEY|FILE", show_default=False,
            help="A log to be watched: its verifier key, or a policy that names it; may be repeated.",
        ),
    ] = None,
    store: Annotated[
        Path | None,
        typer.Option("--store", metavar="FILE", help="Where what was cosigned is kept.", show_default=False),
    ] = None,
    listen: Annotated[
        str | None,
        typer.Option(
            "--listen", metavar="HOST:PORT", show_default=False,
            help="Answer there until stopped (port 0 takes any that is free); else only the keys are printed.",
        ),
    ] = None,
    evidence: Annotated[
        Path | None,
        typer.Option(
            "--evidence", metavar="DIR", show_default=False,
            help="Write a fraud proof there where a log asks for two roots of one size.",
        ),
    ] = None,
    make_key: Annotated[
        str | None,
        typer.Option(
            "--make-key", metavar="ALGORITHM", show_default=False,
            help="Make those of the key files that are not there: Ed25519 or ML-DSA-44.",
        ),
    ] = None,
    json: Json = False,
) -> None:  # fmt: skip
    """Watch logs, and cosign each checkpoint that continues what was seen of them before."""
    cosigners = _cosigners(name, key, make_key=make_key)
    logs = [found for given in log or () for found in _log_keys(given)]
    if listen is None:
        _tell(name, cosigners, logs, url=None, json=json)
        return
    if store is None or not logs:
        raise UsageError(
            "A witness that listens needs --store FILE and at least one --log; see pledger witness --help."
        )
    _serve(_address(listen), name=name, cosigners=cosigners, logs=logs, store=store, evidence=evidence, json=json)


def _serve(
    address: tuple[str, int],
    *,
    name: str,
    cosigners: "Sequence[Cosigner]",
    logs: "Sequence[VerifierKey]",
    store: Path,
    evidence: Path | None,
    json: bool,
) -> None:
    from ledger.remote.server import Server
    from ledger.runtime import system_clock
    from ledger.service.witness import WitnessAtWork
    from ledger.store.witness import WitnessStore
    from ledger.tlog.witness import REQUEST_LIMIT

    def tell(first: bytes, second: bytes, keys: "Sequence[VerifierKey]") -> None:
        if evidence is not None:
            _write_evidence(evidence, first, second, keys)

    at_work = WitnessAtWork(cosigners, logs, place=WitnessStore.open(store), clock=system_clock, evidence=tell)

    def handle(method: str, path: str, body: bytes) -> "Answer":
        try:
            return at_work.answer(method, path, body)
        except Exception as error:
            note(f"This is a fault of Pledger ({type(error).__name__}: {error}); please report it.")
            raise

    with Server(address, handle, limit=REQUEST_LIMIT) as server:
        _tell(name, cosigners, logs, url=server.url, json=json)
        until_stopped(server.serve_forever)
    note("The witness has stopped.")


def until_stopped(serve: Callable[[], None]) -> None:
    """Serve until the process is asked to end: an interrupt, or SIGTERM."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        serve()
    except KeyboardInterrupt:
        return
    finally:
        signal.signal(signal.SIGTERM, before)


def _tell(
    name: str, cosigners: "Sequence[Cosigner]", logs: "Sequence[VerifierKey]", *, url: str | None, json: bool
) -> None:
    """Say who the witness is; whoever reads it from a pipe gets it at once."""
    import sys

    from ledger.tlog.note import format_verifier_key

    keys = [format_verifier_key(one.verifier) for one in cosigners]
    origins = sorted({one.name for one in logs})
    if json:
        answer({"name": name, "keys": keys, "logs": origins, "url": url})
    else:
        say(f"Witness {name}", *(f"  key {one}" for one in keys), *(f"  log {one}" for one in origins))
        if url is not None:
            say(f"  listening at {url}")
    sys.stdout.flush()


def _cosigners(name: str, files: Sequence[Path], *, make_key: str | None) -> "tuple[Cosigner, ...]":
    """Return the witness's keys, made where they are not there and that was asked for."""
    from ledger.tlog.witness import Cosigner

    made = tuple(Cosigner(name, _TellingSigner(_key(path, make_key=make_key))) for path in files)
    for one in made:
        # A name that no note could carry, or a key that cannot cosign, is refused here and not by the first request.
        if one.key.algorithm not in _ALGORITHMS:
            raise MalformedError(f"A cosignature is made with Ed25519 or ML-DSA-44, not {one.key.algorithm}.")
        _ = one.verifier
    if len({one.key.kid for one in made}) < len(made):
        raise UsageError("The same key is given twice; give each file once.")
    return made


def _key(path: Path, *, make_key: str | None) -> "Signer":
    from ledger.runtime import open_key
    from ledger.signing.key import PrivateKey

    if make_key is not None and not path.exists():
        key = PrivateKey.generate(_algorithm(make_key))
        _write_secret(path, key.to_pem(passphrase=said_passphrase()))
        note(f"Made the key {path}; keep it from others, and keep it.")
        return key
    return open_key(path, passphrase())


class _TellingSigner:
    """A key of the witness; why it does not sign is told here, and not to whoever asked over HTTP."""

    def __init__(self, key: "Signer") -> None:
        self._key = key

    @property
    def public(self) -> "PublicKey":
        """The key that its signatures are checked against."""
        return self._key.public

    @property
    def algorithm(self) -> "Algorithm":
        """How it signs."""
        return self._key.algorithm

    @property
    def kid(self) -> str:
        """The thumbprint of its public key."""
        return self._key.kid

    def sign(self, message: bytes) -> bytes:
        """Return a signature.

        Raises:
            UnavailableError: there is none, for a reason that the operator was told.
        """
        try:
            return self._key.sign(message)
        except PledgerError as error:
            note(error.message)
            raise UnavailableError("The witness cannot sign at the moment; ask again later.") from error


def _algorithm(text: str) -> "Algorithm":
    if text == "Ed25519":
        return "Ed25519"
    if text == "ML-DSA-44":
        return "ML-DSA-44"
    raise UsageError(f"{text!r} is no algorithm of cosignatures; write Ed25519 or ML-DSA-44.")


def _write_secret(path: Path, raw: bytes) -> None:
    """Write a new file that only its owner may read."""
    import os

    from ledger.cli.file import unwritable

    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise unwritable(path, error) from error


def _log_keys(given: str) -> "tuple[VerifierKey, ...]":
    """Return the keys of the logs that an argument names: a verifier key, or the path of a policy."""
    from ledger.tlog.note import parse_verifier_key
    from ledger.tlog.policy import POLICY_LIMIT, parse_policy

    if re.search(r"\+[0-9a-f]{8}\+", given):
        return (parse_verifier_key(given),)
    found = tuple(one.key for one in parse_policy(read_file(Path(given), limit=POLICY_LIMIT)).logs)
    if not found:
        raise MalformedError(f"The policy {given} names no log; take the file policy of the ledger that you mean.")
    return found


def _address(given: str) -> tuple[str, int]:
    found = _ADDRESS.fullmatch(given)
    if found is None or int(found[2]) > 65535:
        raise UsageError(f"{given!r} is no address to listen on; write HOST:PORT, as in 127.0.0.1:8421.")
    return found[1].strip("[]"), int(found[2])


def _write_evidence(folder: Path, first: bytes, second: bytes, keys: "Sequence[VerifierKey]") -> None:
    """Write the fraud proof of two roots of one size, once."""
    from hashlib import sha256

    from ledger.tlog.fraud import Fork, format_fraud

    raw = format_fraud(Fork(tuple(keys), first, second))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"fork-{sha256(raw).hexdigest()[:16]}.json"
    # One convicts; a log that went on signing would fill the disk.
    if not path.exists() and sum(1 for _ in folder.glob("fork-*.json")) < EVIDENCE_LIMIT:
        write_file(path, raw)
        note(f"A log asked for two roots of one size; the fraud proof is {path}.")
