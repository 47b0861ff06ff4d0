"""The private keys of a ledger: made and kept here, or held by a program that is asked; opened, protected, never shown.

A key lies in the directory as ``NAME.pem``, PKCS#8, under a passphrase where one was given; or it is somewhere else,
and ``NAME.signer`` names the program that is asked (``ledger.runtime.signer``). Files and directory are their owner's
alone, and are refused otherwise. Source: design §2.2 (``key``), §5; docs/keys.md.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Final, Literal

from ledger.assessment.authority import OPERATOR, Authority, Grant
from ledger.assessment.tenure import CHECKPOINT
from ledger.errors import (
    ConflictError,
    NotFoundError,
    RefusedError,
    UnavailableError,
    UsageError,
)
from ledger.runtime.file import read_secret, refuse_wide_directory, sync_directory, unwritable
from ledger.runtime.replacement import locked, replace_all, settle, write_private
from ledger.runtime.settings import signer_environment
from ledger.runtime.signer import TIMEOUT, ExternalSigner, format_signer, make_signer, parse_signer
from ledger.service.ports import Sign
from ledger.signing.key import Algorithm, PrivateKey, PublicKey, Signer
from ledger.tlog.checkpoint import Checkpoint, sign_checkpoint
from ledger.tlog.note import VerifierKey
from ledger.tlog.stored import NOTHING_RECORDED

PEM: Final = ".pem"
SIGNER: Final = ".signer"

_NAME: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_ENCRYPTED: Final = b"-----BEGIN ENCRYPTED PRIVATE KEY-----"


MakeKey = Callable[[Algorithm], PrivateKey]
"""Makes a new key; the system's randomness unless a test gives fixed ones."""


Passphrase = bytes | Callable[[], bytes | None] | None
"""What protects key files: said; or asked for when it is needed, by what remembers the answer (None: there is none)."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys in a directory, by name.

    Attributes:
        directory: 0700, with one file of 0600 for each key.
        passphrase: opens those that are encrypted, and encrypts new ones.
    """

    directory: Path
    passphrase: Passphrase = field(default=None, repr=False)
    _opened: dict[bytes, PrivateKey] = field(default_factory=dict, repr=False, compare=False)

    def add(self, name: str, key: PrivateKey) -> Path:
        """Keep a key under a new name, and return its file; it is protected as the others here are.

        Raises:
            ConflictError: there is a key of that name.
            RefusedError: others may use the directory; or its keys are protected, and the passphrase opens none of
                them.
        """
        return self._add(name, PEM, lambda: key.to_pem(passphrase=self._phrase_of_new()))

    def register(
        self, name: str, command: Sequence[str], public: PublicKey, *, timeout: int = TIMEOUT
    ) -> ExternalSigner:
        """Keep the name of a program that holds a key, once it has shown by a signature that it does.

        Args:
            name: of the key, a new one.
            command: absolute path of the program, and its arguments.
            public: the key that it is said to hold.
            timeout: seconds that it is given for one signature.

        Raises:
            ConflictError: there is a key of that name.
            MalformedError: the command is none.
            UnavailableError, RefusedError: the program gave no signature of that key.
        """
        self._refuse_taken(name)
        signer = make_signer(
            command, public, name=name, what=f"signer {name}", timeout=timeout, environment=signer_environment()
        )
        signer.probe()
        self._add(name, SIGNER, lambda: format_signer(signer))
        return signer

    def bring(self, name: str, there: "Keyring") -> None:
        """Keep a key of another keyring here too; what is under a passphrase stays so, and a program is asked once.

        Raises:
            PledgerError: as ``get`` there, and as ``add`` and ``register`` here.
        """
        path, raw, key = there.look(name)
        if isinstance(key, PrivateKey) and not _is_encrypted(raw):
            self.add(name, key)
            return
        if isinstance(key, ExternalSigner):
            key.probe()
        self._add(name, path.suffix, lambda: raw)

    def get(self, name: str) -> Signer:
        """Return the key of a name, or who is asked for its signatures.

        Raises:
            NotFoundError: there is none.
            RefusedError: the passphrase does not open it, or others than its owner may use its file.
            ConflictError: there are two of that name.
        """
        return self.look(name)[2]

    def look(self, name: str) -> tuple[Path, bytes, Signer]:
        """Return the file of a key, its bytes, and what they hold; as ``get`` otherwise."""
        path = self._file(name)
        raw = self._read(path)
        return path, raw, self._open(path, raw)

    def held(self, name: str) -> Literal["file", "signer"]:
        """Tell where the key of a name is held: in its file, or by the program that its file names."""
        return "signer" if self._file(name).suffix == SIGNER else "file"

    def names(self) -> tuple[str, ...]:
        """Return the names of all keys, sorted.

        Raises:
            UnavailableError: their directory cannot be read.
        """
        try:
            return tuple(sorted({path.stem for end in (PEM, SIGNER) for path in self.directory.glob(f"*{end}")}))
        except OSError as error:
            message = f"The directory {self.directory} cannot be read: {error.strerror}; mend that."
            raise UnavailableError(message, path=str(self.directory)) from error

    def kids(self) -> dict[str, str]:
        """Return the name of each key by its thumbprint, of those that the passphrase opens."""
        found: dict[str, str] = {}
        for name in self.names():
            path = self._file(name)
            raw = self._read(path)
            # A passphrase that is missing keeps its key from being listed; modes that are too wide are said.
            with suppress(RefusedError):
                found[self._open(path, raw).kid] = name
        return found

    def protect(self, passphrase: bytes | None) -> tuple[str, ...]:
        """Put all key files under a new passphrase, or under none, and return their names.

        All of them change or none: a crash leaves the old files or, as soon as the directory is looked into again, the
        new ones (``ledger.runtime.replacement``).

        Raises:
            NotFoundError: there are no key files.
            RefusedError: the old passphrase does not open one of them; nothing was changed.
        """
        self._settle()
        try:
            with locked(self.directory):
                keys = {path: self._open(path, self._read(path)) for path in sorted(self.directory.glob(f"*{PEM}"))}
                if not keys:
                    raise NotFoundError(f"There are no key files in {self.directory}, so none can be protected.")
                replace_all(self.directory, {path.name: _resealed(key, passphrase) for path, key in keys.items()})
        except OSError as error:
            raise unwritable(self.directory, error) from error
        return tuple(path.stem for path in keys)

    def _add(self, name: str, suffix: str, make: Callable[[], bytes]) -> Path:
        """Write a new file, durably, if no key has that name."""
        path = self._path(name, suffix)
        try:
            self.directory.mkdir(mode=0o700, exist_ok=True)
            self._settle()
            with locked(self.directory):
                self._refuse_taken(name)
                write_private(path, make())
                sync_directory(self.directory)
        except OSError as error:
            raise unwritable(self.directory, error) from error
        return path

    def _refuse_taken(self, name: str) -> None:
        if self._path(name, PEM).exists() or self._path(name, SIGNER).exists():
            raise ConflictError(f"There is a key {name} in {self.directory} already; choose another name.", name=name)

    def _file(self, name: str) -> Path:
        """Return the file of a key."""
        self._settle()
        found = [path for path in (self._path(name, PEM), self._path(name, SIGNER)) if path.exists()]
        if len(found) == 1:
            return found[0]
        if found:
            message = f"There are both {name}{PEM} and {name}{SIGNER} in {self.directory}; take one of them away."
            raise ConflictError(message, name=name)
        message = (
            f"There is no key {name} in {self.directory}; make one with pledger key new {name}, or bring its file."
        )
        raise NotFoundError(message, name=name)

    def _settle(self) -> None:
        """Refuse a directory that others may use, and finish what was broken off there."""
        try:
            refuse_wide_directory(self.directory)
            settle(self.directory)
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:
            raise unwritable(self.directory, error) from error

    def _read(self, path: Path) -> bytes:
        try:
            return read_secret(path, is_run=path.suffix == SIGNER)
        except OSError as error:
            raise UnavailableError(
                f"The key file {path} cannot be read: {error.strerror}; mend that.", path=str(path)
            ) from error

    def _open(self, path: Path, raw: bytes) -> Signer:
        return _opened(path, raw, self.passphrase, known=self._opened)

    def _phrase_of_new(self) -> bytes | None:
        """Return the passphrase for a new key file: that of the others, where they are protected."""
        paths = sorted(self.directory.glob(f"*{PEM}"))
        protected = [(path, raw) for path in paths if _is_encrypted(raw := self._read(path))]
        if not protected:
            return self.passphrase if isinstance(self.passphrase, bytes) else None
        phrase = _said(self.passphrase)
        if phrase is None:
            message = f"The key files in {self.directory} are under a passphrase; give it, so that the new one is too."
            raise RefusedError(message, directory=str(self.directory))
        for path, raw in protected:
            with suppress(RefusedError):
                _opened(path, raw, phrase, known=self._opened)
                return phrase
        message = f"The passphrase opens none of the key files in {self.directory}; give the one that they are under."
        raise RefusedError(message, directory=str(self.directory))

    def _path(self, name: str, suffix: str) -> Path:
        if _NAME.fullmatch(name) is None:
            message = f"{name!r} is not a key's name; write lower-case letters, digits and hyphens."
            raise UsageError(message, name=name)
        return self.directory / f"{name}{suffix}"

    def __reduce__(self) -> str:
        raise TypeError("A keyring is not copied into other processes or files, as it may know a passphrase.")


def open_key(path: Path, passphrase: Passphrase = None) -> Signer:
    """Return the key of any file, a private key in PEM or a ``.signer``: what a witness is given.

    Raises:
        NotFoundError: there is no such file.
        RefusedError: the passphrase does not open it, or others than its owner may use it.
        MalformedError: it holds something else.
    """
    try:
        raw = read_secret(path, is_run=path.suffix == SIGNER)
    except FileNotFoundError as error:
        raise UsageError(f"There is no file {path}; give the path of one.", path=str(path)) from error
    except OSError as error:
        raise UnavailableError(
            f"The key file {path} cannot be read: {error.strerror}; mend that.", path=str(path)
        ) from error
    return _opened(path, raw, passphrase, known={})


def _opened(path: Path, raw: bytes, passphrase: Passphrase, *, known: dict[bytes, PrivateKey]) -> Signer:
    """Return the key of a file's bytes; one that took a passphrase is remembered, as that takes a tenth of a second."""
    what = f"key file {path}"
    if path.suffix == SIGNER:
        return parse_signer(raw, name=path.stem, what=f"signer file {path}", environment=signer_environment())
    if not _is_encrypted(raw):
        return PrivateKey.from_pem(raw, what=what)
    mark = sha256(raw).digest()
    if mark not in known:
        phrase = _said(passphrase)
        if phrase is None:
            message = f"A passphrase protects {what}; give it in PLEDGER_PASSPHRASE or by pledger --passphrase-file."
            raise RefusedError(message, path=str(path))
        known[mark] = PrivateKey.from_pem(raw, passphrase=phrase, what=what)
    return known[mark]


def _is_encrypted(raw: bytes) -> bool:
    return _ENCRYPTED in raw


def _said(passphrase: Passphrase) -> bytes | None:
    return passphrase() if callable(passphrase) else passphrase


def _resealed(key: Signer, passphrase: bytes | None) -> bytes:
    """Return a key's file under a passphrase, once it is seen to open."""
    if not isinstance(key, PrivateKey):
        message = "a key file holds no private key"
        raise AssertionError(message)
    pem = key.to_pem(passphrase=passphrase)
    if PrivateKey.from_pem(pem, passphrase=passphrase).kid != key.kid:
        message = "a key file that was written anew holds another key"
        raise AssertionError(message)
    return pem


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A key as the ledger knows it.

    Attributes:
        kid: its thumbprint.
        algorithm: how it signs.
        roles: what it may sign at the head; empty once it has ended.
        party: for whom.
        since: the entry that granted it.
        until: the first index at which it no longer counts, or None.
        compromised: it was ended because others may hold it.
        file: the name of its private key here, or None.
        office: of those that run the log: operator, root or checkpoint; None for a key that is granted its roles.
    """

    kid: str
    algorithm: str
    roles: tuple[str, ...]
    party: str | None
    since: int | None
    until: int | None
    compromised: bool
    file: str | None
    office: str | None = None


def copy_keys(there: Keyring, here: Keyring) -> None:
    """Keep all keys of another directory here."""
    names = there.names()
    if not names:
        raise NotFoundError(f"There are no key files in {there.directory}; name the directory that holds them.")
    for name in names:
        here.bring(name, there)


def known_key(key: PublicKey, grant: Grant | None, roles: Sequence[str], files: Mapping[str, str]) -> KnownKey:
    """Return a key as it is listed: with its grant, the roles that it holds, and the name of its file here."""
    return KnownKey(
        kid=key.kid,
        algorithm=key.algorithm,
        roles=tuple(roles),
        party=None if grant is None else grant.party,
        since=None if grant is None else grant.since,
        until=None if grant is None else grant.until,
        compromised=grant is not None and grant.compromised,
        file=files.get(key.kid),
    )


def official_keys(authority: Authority, files: Mapping[str, str]) -> Iterator[KnownKey]:
    """Yield the keys that run the log or did: each with its office, and from which entry until which it has it."""
    tenures = authority.tenures
    spans: dict[tuple[str, str], tuple[PublicKey, int, int | None]] = {}
    for number, tenure in enumerate(tenures):
        until = tenures[number + 1].since if number + 1 < len(tenures) else None
        held: list[tuple[str, PublicKey]] = [(OPERATOR, tenure.operator)]
        held += [("root", key) for key in tenure.roots] + [(CHECKPOINT, key.public) for key in tenure.checkpoint]
        for office, key in held:
            since = spans[office, key.kid][1] if (office, key.kid) in spans else tenure.since
            spans[office, key.kid] = (key, since, until)
    for (office, _), (key, since, until) in spans.items():
        roles = [OPERATOR] if office == OPERATOR and until is None else []
        grant = Grant(key, frozenset(), None, since, until)
        yield replace(known_key(key, grant, roles, files), office=office)


def checkpoint_signer(find: Callable[[VerifierKey], Signer]) -> Sign:
    """Return what signs checkpoints with the log's keys, which it finds; where that fails, nothing is recorded yet."""

    def sign(checkpoint: Checkpoint, at: int, keys: Sequence[VerifierKey]) -> bytes:
        try:
            first, second = map(find, keys)
            return sign_checkpoint(checkpoint, ed25519=first, mldsa=second, at=at)
        except (RefusedError, UnavailableError) as error:
            # It stands before the first write under the head's lock, whose end takes back whatever was done (§2.5).
            message = f"{error.message} Nothing was recorded."
            raise type(error)(message, **{**error.facts, "outcome": NOTHING_RECORDED}) from error

    return sign
