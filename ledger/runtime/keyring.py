"""The private keys in a ledger's directory: made, kept under 0600, opened by a passphrase, never printed.

Source: design §2.2 (``key``), §5.
"""

import os
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ledger.assessment.authority import Grant
from ledger.errors import (
    ConflictError,
    NotFoundError,
    RefusedError,
    UnavailableError,
    UsageError,
)
from ledger.runtime.file import sync_directory, unwritable
from ledger.service.ports import Sign
from ledger.signing.key import Algorithm, PrivateKey, PublicKey
from ledger.tlog.checkpoint import sign_checkpoint

_NAME: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


MakeKey = Callable[[Algorithm], PrivateKey]
"""Makes a new key; the system's randomness unless a test gives fixed ones."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """The private keys in a directory, by name.

    Attributes:
        directory: 0700, with one PKCS#8 PEM file of 0600 for each key.
        passphrase: opens those that are encrypted, and encrypts new ones.
    """

    directory: Path
    passphrase: bytes | None = None

    def add(self, name: str, key: PrivateKey) -> Path:
        """Keep a key under a new name, and return its file.

        Raises:
            ConflictError: there is a key of that name.
        """
        path = self._path(name)
        try:
            self.directory.mkdir(mode=0o700, exist_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(key.to_pem(passphrase=self.passphrase))
                file.flush()
                os.fsync(file.fileno())
            sync_directory(self.directory)
        except FileExistsError as error:
            raise ConflictError(
                f"There is a key {name} in {self.directory} already; choose another name.", name=name
            ) from error
        except OSError as error:
            raise unwritable(self.directory, error) from error
        return path

    def get(self, name: str) -> PrivateKey:
        """Return the key of a name.

        Raises:
            NotFoundError: there is none.
            RefusedError: the passphrase does not open it.
        """
        path = self._path(name)
        try:
            raw = path.read_bytes()
        except FileNotFoundError as error:
            message = (
                f"There is no key {name} in {self.directory}; make one with pledger key new {name}, or bring its file."
            )
            raise NotFoundError(message, name=name) from error
        except OSError as error:
            raise UnavailableError(
                f"The key file {path} cannot be read: {error.strerror}; mend that.", path=str(path)
            ) from error
        is_encrypted = b"ENCRYPTED" in raw[:64]
        return PrivateKey.from_pem(raw, passphrase=self.passphrase if is_encrypted else None, what=f"key file {path}")

    def names(self) -> tuple[str, ...]:
        """Return the names of all keys, sorted."""
        return tuple(sorted(path.stem for path in self.directory.glob("*.pem")))

    def kids(self) -> dict[str, str]:
        """Return the name of each key by its thumbprint, of those that the passphrase opens."""
        found: dict[str, str] = {}
        for name in self.names():
            with suppress(RefusedError):
                found[self.get(name).kid] = name
        return found

    def _path(self, name: str) -> Path:
        if _NAME.fullmatch(name) is None:
            message = f"{name!r} is not a key's name; write lower-case letters, digits and hyphens."
            raise UsageError(message, name=name)
        return self.directory / f"{name}.pem"


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
    """

    kid: str
    algorithm: str
    roles: tuple[str, ...]
    party: str | None
    since: int | None
    until: int | None
    compromised: bool
    file: str | None


def copy_keys(there: Keyring, here: Keyring) -> None:
    """Keep all keys of another directory here."""
    names = there.names()
    if not names:
        raise NotFoundError(f"There are no key files in {there.directory}; name the directory that holds them.")
    for name in names:
        here.add(name, there.get(name))


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


def checkpoint_signer(ed25519: PrivateKey, mldsa: PrivateKey) -> Sign:
    """Return what signs checkpoints with these two keys."""
    return lambda checkpoint, at: sign_checkpoint(checkpoint, ed25519=ed25519, mldsa=mldsa, at=at)
