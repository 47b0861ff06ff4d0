"""What the strangers are shown: one export of a ledger, and what a client would hold of it.

::

    site/…            the static site, its checkpoint cosigned by a witness of each kind
    keys              a verifier key a line, in the order of the checkpoint's signatures
    proof/<index>     a C2SP tlog-proof of an entry; entry/<index> is its header
    statement/<alg>   a statement's JWS, jwk/<alg> the public key that it was signed with
    policy            the C2SP policy by which a client would judge
    stamp/…           RFC 3161: root.pem, checkpoint.tsr, and the text of the checkpoint, which it stamps (with OpenSSL)

Keys and times are fixed, so that one size is the same bytes each time, the timestamp apart: an authority draws a
random number. Nothing is judged here.
"""

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ledger.service.export_log import export_log
from ledger.service.interval import Dating
from ledger.service.site import CHECKPOINT
from ledger.signing.canonical import format_json
from ledger.signing.envelope import STATEMENT, seal
from ledger.signing.key import ALGORITHMS, Algorithm, PrivateKey
from ledger.store.site import DirectorySite
from ledger.tlog.checkpoint import add_signatures, cosign_checkpoint
from ledger.tlog.merkle import inclusion_indexes, prove_inclusion
from ledger.tlog.note import SignatureType, VerifierKey, format_verifier_key, parse_note
from ledger.tlog.policy import Group, Log, Policy, Witness, format_policy
from ledger.tlog.proof import TlogProof, format_proof
from scripts.bench import ground

AT: Final = 1767225600
"""When the witnesses cosign: the moment of the ledger, in seconds since 1970."""

WITNESSES: Final = ("witness.example/one", "witness.example/two")
"""The first cosigns with Ed25519 (0x04), the second with ML-DSA-44 (0x06)."""

_SEEDS: Final[dict[Algorithm, bytes]] = {"Ed25519": bytes([4]) * 32, "ML-DSA-44": bytes([6]) * 32}


@dataclass(frozen=True, slots=True)
class Specimen:
    """One export and what belongs to it.

    Attributes:
        directory: where everything is.
        size: entries of the log.
        indexes: of the entries that there is a proof of.
    """

    directory: Path
    size: int
    indexes: tuple[int, ...]

    @property
    def site(self) -> Path:
        """The static site."""
        return self.directory / "site"

    @property
    def keys(self) -> Path:
        """The verifier keys, a line each."""
        return self.directory / "keys"

    @property
    def checkpoint(self) -> Path:
        """The signed checkpoint."""
        return self.site / CHECKPOINT

    @property
    def stamp(self) -> Path:
        """The folder of the timestamp."""
        return self.directory / "stamp"

    def proof(self, index: int) -> Path:
        """The proof of an entry."""
        return self.directory / "proof" / str(index)

    def entry(self, index: int) -> Path:
        """The header of an entry."""
        return self.directory / "entry" / str(index)

    def statement(self, algorithm: str) -> Path:
        """A statement, signed by an algorithm."""
        return self.directory / "statement" / algorithm

    def jwk(self, algorithm: str) -> Path:
        """The public key of that statement."""
        return self.directory / "jwk" / algorithm

    @property
    def is_stamped(self) -> bool:
        """Whether there is a timestamp."""
        return (self.stamp / "checkpoint.tsr").is_file()


def verifier_keys() -> tuple[VerifierKey, ...]:
    """Return the keys that signed the checkpoint, in the order of their lines: 0x01, 0x06, 0x04, 0x06."""
    log = (
        VerifierKey(ground.ORIGIN, SignatureType.ED25519, ground.ED25519.public),
        VerifierKey(ground.ORIGIN, SignatureType.MLDSA44_COSIGNATURE, ground.MLDSA.public),
    )
    kinds = (SignatureType.ED25519_COSIGNATURE, SignatureType.MLDSA44_COSIGNATURE)
    return (
        *log,
        *(
            VerifierKey(name, kind, _cosigner(kind.algorithm).public)
            for name, kind in zip(WITNESSES, kinds, strict=True)
        ),
    )


def policy() -> Policy:
    """Return the policy of a client: both keys of the log, and both witnesses."""
    one, two, first, second = verifier_keys()
    witnesses = (Witness("one", first, "https://one.example/"), Witness("two", second, "https://two.example/"))
    return Policy((Log(one), Log(two)), witnesses, (Group("both", 2, ("one", "two")),), "both")


def cosign(note: bytes) -> bytes:
    """Return a checkpoint cosigned by both witnesses."""
    return add_signatures(
        note,
        [
            cosign_checkpoint(note, name=name, key=_cosigner(algorithm), at=AT)
            for name, algorithm in zip(WITNESSES, _SEEDS, strict=True)
        ],
    )


def make_specimen(directory: Path, size: int) -> Specimen:
    """Return the specimen of a size in a directory, made there unless it is whole already."""
    specimen = Specimen(directory, size, _indexes(size))
    if not (directory / "whole").is_file():
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        _make(specimen)
        (directory / "whole").write_text(f"{size}\n")
    return specimen


def _make(specimen: Specimen) -> None:
    folder = specimen.directory / "ledger"
    folder.mkdir()
    ledger = ground.Ledger(folder)
    ledger.fill(specimen.size)
    given = policy()
    _write(specimen.directory / "policy", format_policy(given))
    with ledger.store.reading() as reading:
        note = cosign(reading.head().checkpoint)
        export_log(
            reading,
            ledger.blobs,
            DirectorySite(specimen.site),
            policy=format_policy(Policy(given.logs)),
            keys_at=lambda _size: ledger.keys,
            dating=Dating(lambda _size: note),
        )
        _write(specimen.keys, "".join(f"{format_verifier_key(key)}\n" for key in verifier_keys()).encode())
        for index in specimen.indexes:
            nodes = reading.nodes(inclusion_indexes(index, specimen.size))
            hashes = prove_inclusion(index, specimen.size, nodes)
            _write(specimen.proof(index), format_proof(TlogProof(index, hashes, note)))
            header = next(iter(reading.rows(index, index + 1))).header
            _write(specimen.entry(index), header)
        jws = next(iter(reading.rows(specimen.size - 1, specimen.size))).jws
    if jws is None:
        raise AssertionError("nothing was erased")
    ledger.close()
    shutil.rmtree(folder)
    _write_statements(specimen, jws)
    _stamp(specimen.stamp, parse_note(note).text)


def _write_statements(specimen: Specimen, jws: bytes) -> None:
    """Write a statement of the log, and what it says signed by a key of each other algorithm."""
    payload = format_json(
        {"schema": "commitment.v1", "subject": "us-china-2019-soybeans", "words": "大豆 – “soybeans”"}
    )
    for algorithm in ALGORITHMS:
        key = ground.RECORDER if algorithm == "Ed25519" else PrivateKey.from_seed(algorithm, bytes([9]) * 32)
        _write(specimen.statement(algorithm), jws if algorithm == "Ed25519" else seal(payload, key, typ=STATEMENT).raw)
        _write(specimen.jwk(algorithm), json.dumps(key.public.jwk).encode())


def _stamp(folder: Path, text: bytes) -> None:
    """Have OpenSSL's ``ts`` stamp the text of the checkpoint, by a certificate below a root; or write nothing."""
    openssl = shutil.which("openssl")
    if openssl is None:
        return
    folder.mkdir()
    _write(folder / "checkpoint", text)
    (folder / "serial").write_text("01\n")
    (folder / "settings").write_text(_SETTINGS)
    date = ("-days", "36500")
    for arguments in (
        ("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "root.key", "-out", "root.pem", *date,
         "-subj", "/O=Example/CN=Root", "-config", "settings", "-extensions", "root"),
        ("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "tsa.key", "-out", "tsa.csr",
         "-subj", "/O=Example/CN=Time", "-config", "settings"),
        ("x509", "-req", "-in", "tsa.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", *date,
         "-out", "tsa.pem", "-extfile", "settings", "-extensions", "stamp"),
        ("ts", "-query", "-data", "checkpoint", "-sha256", "-cert", "-out", "checkpoint.tsq"),
        ("ts", "-reply", "-queryfile", "checkpoint.tsq", "-config", "settings", "-signer", "tsa.pem",
         "-inkey", "tsa.key", "-out", "checkpoint.tsr"),
    ):  # fmt: skip
        subprocess.run([openssl, *arguments], cwd=folder, check=True, capture_output=True)
    for name in ("root.key", "tsa.key", "tsa.csr", "root.srl"):
        (folder / name).unlink(missing_ok=True)


_SETTINGS: Final = """
[req]
distinguished_name = name
[name]
[root]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[stamp]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[tsa]
default_tsa = stamps
[stamps]
serial = serial
default_policy = 1.3.6.1.4.1.99999.1
signer_digest = sha256
digests = sha256
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


def _indexes(size: int) -> tuple[int, ...]:
    """Return entries at the edges of tiles and of the tree, and some between."""
    wanted = (0, 1, 255, 256, size // 3, 65535, 65536, size - size % 256, size - 2, size - 1)
    return tuple(sorted({index for index in wanted if 0 <= index < size}))


def _cosigner(algorithm: Algorithm) -> PrivateKey:
    return PrivateKey.from_seed(algorithm, _SEEDS[algorithm])


def _write(path: Path, raw: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(raw)
