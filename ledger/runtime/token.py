"""Tokens by which a private ledger is read: made here, kept as digests, each with its scopes, its end, its revocation.

A token is 256 random bits, so its SHA-256 is as good a secret-keeper as any slow hash (a guess costs 2^256 of either).
The file ``tokens`` of the ledger's directory holds a line for each, and only its owner may read it; it is read anew
whenever it has changed, so that a revocation counts at once, in every process. Source: design §3, §5.
"""

import fcntl
import hmac
import json
import os
import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Final, Literal, get_args

from ledger.errors import ConflictError, MalformedError, NotFoundError, RefusedError, UnavailableError, UsageError
from ledger.runtime.file import read_secret, unwritable
from ledger.store.fresh import replace_file

Scope = Literal["read", "audit", "metrics"]
"""What a token is good for: reading; conducting audits and verifying others'; figures about the server itself."""

SCOPES: Final[tuple[Scope, ...]] = get_args(Scope)

TOKENS: Final = "tokens"

LIMIT: Final = 200
"""Tokens that a ledger keeps at most, those that have ended included."""

_START: Final = "pledger_"
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@ -]{0,63}")


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it is kept.

    Attributes:
        id: by which it is named in lists and logs; it says nothing of the secret.
        name: what its maker calls it.
        scopes: what it is good for.
        created, expires: moments; the end is exclusive.
        revoked: since when it is good for nothing; None where it was not revoked.
        digest: SHA-256 of the secret, in hexadecimal.
    """

    id: str
    name: str
    scopes: tuple[Scope, ...]
    created: str
    expires: str
    revoked: str | None
    digest: str

    def state(self, now: str) -> str:
        """Return ``active``, ``expired`` or ``revoked``."""
        if self.revoked is not None:
            return "revoked"
        return "active" if now < self.expires else "expired"

    def document(self, now: str) -> dict[str, object]:
        """Return it as lists give it: all but the digest."""
        return {
            "id": self.id, "name": self.name, "scopes": list(self.scopes), "created": self.created,
            "expires": self.expires, "revoked": self.revoked, "state": self.state(now),
        }  # fmt: skip


class Tokens:
    """The tokens of a ledger.

    Args:
        directory: of the ledger.
        clock: gives the present moment.
    """

    def __init__(self, directory: Path, clock: Callable[[], str]) -> None:
        self._path = directory / TOKENS
        self._clock = clock
        self._lock = Lock()
        self._known: tuple[Token, ...] = ()
        self._stamp: tuple[int, int, int] | None = None

    def new(self, name: str, scopes: Sequence[str], *, expires: str) -> tuple[str, Token]:
        """Return a new token's secret, which is kept nowhere, and the token.

        Args:
            name: what to call it.
            scopes: what it is good for.
            expires: the day on which it is good for nothing any more, ``YYYY-MM-DD``.

        Raises:
            UsageError: the name, a scope or the day is none.
            ConflictError: there are too many.
        """
        if _NAME.fullmatch(name) is None:
            raise UsageError(f"{name[:80]!r} is no name of a token; write up to 64 letters, digits, dots and blanks.")
        chosen = tuple(scope for scope in SCOPES if scope in scopes)
        if not scopes or (strange := [one for one in scopes if one not in SCOPES]):
            what = f"There is no scope {strange[0]!r}" if scopes else "A token without a scope is good for nothing"
            raise UsageError(f"{what}; give {', '.join(SCOPES[:-1])} or {SCOPES[-1]}.")
        now, end = self._clock(), _day(expires)
        if end <= now:
            raise UsageError(f"A token that expires on {expires} is good for nothing any more; give a later day.")
        secret = _START + secrets.token_urlsafe(32)
        with self._writing() as known:
            if len(known) >= LIMIT:
                raise ConflictError(f"There are {LIMIT} tokens already; remove lines of ended ones from {self._path}.")
            token = Token(secrets.token_hex(4), name, chosen, now, end, None, _digest(secret))
            self._write((*known, token))
        return secret, token

    def all(self) -> tuple[Token, ...]:
        """Return every token, in the order in which they were made."""
        with self._lock:
            stamp = self._seen()
            if stamp != self._stamp:
                self._known, self._stamp = self._read(), stamp
            return self._known

    def revoke(self, id_: str) -> Token:
        """End a token now, named by its id; one that has ended already stays as it is.

        Raises:
            NotFoundError: there is none of that id.
        """
        with self._writing() as known:
            for number, token in enumerate(known):
                if token.id == id_:
                    ended = token if token.revoked is not None else replace(token, revoked=self._clock())
                    self._write((*known[:number], ended, *known[number + 1 :]))
                    return ended
        raise NotFoundError(f"There is no token {id_[:40]!r}; see pledger token list.", id=id_[:40])

    def find(self, secret: str) -> Token | None:
        """Return the token of a secret that is good now; the time it takes does not say how near a guess was."""
        digest, now = _digest(secret), self._clock()
        found = None
        for token in self.all():
            if hmac.compare_digest(token.digest, digest) and token.state(now) == "active":
                found = token
        return found

    def _seen(self) -> tuple[int, int, int] | None:
        try:
            told = self._path.stat()
        except OSError:
            return None
        return told.st_mtime_ns, told.st_ino, told.st_size

    def _read(self) -> tuple[Token, ...]:
        try:
            raw = read_secret(self._path)
        except FileNotFoundError:
            return ()
        except OSError as error:
            message = f"The file {self._path} cannot be read: {error.strerror}; see to the disk and its permissions."
            raise UnavailableError(message, path=str(self._path)) from error
        try:
            return tuple(_parse(line) for line in raw.decode("ascii").splitlines())
        except (ValueError, TypeError, KeyError) as error:
            message = f"The file {self._path} does not hold a token a line; restore it from a copy, or remove it."
            raise MalformedError(message, path=str(self._path)) from error

    @contextmanager
    def _writing(self) -> Iterator[tuple[Token, ...]]:
        """Give the tokens that there are while nobody else, in any process, changes them."""
        try:
            descriptor = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            raise unwritable(self._path.parent, error) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield self._read()
        finally:
            os.close(descriptor)

    def _write(self, tokens: Sequence[Token]) -> None:
        raw = "".join(f"{json.dumps(asdict(token), sort_keys=True)}\n" for token in tokens)
        try:
            replace_file(self._path, raw.encode("ascii"), mode=0o600)
        except OSError as error:
            raise unwritable(self._path.parent, error) from error


def refuse_without(token: Token | None, scope: Scope) -> None:
    """Raise unless a token is good for something.

    Raises:
        RefusedError: it is not, or there is none.
    """
    if token is None or scope not in token.scopes:
        said = "No token was given" if token is None else f"The token {token.id} is not good for that"
        message = f"{said}; ask the operator for one with the scope {scope} (pledger token new)."
        raise RefusedError(message, scope=scope)


def _day(text: str) -> str:
    try:
        if date.fromisoformat(text).isoformat() != text:
            raise ValueError(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is not a day; write it as YYYY-MM-DD.") from error
    return f"{text}T00:00:00Z"


def _parse(line: str) -> Token:
    members = json.loads(line)
    token = Token(**{**members, "scopes": tuple(members["scopes"])})
    texts = (token.id, token.name, token.created, token.expires, token.digest, token.revoked or "")
    if not all(isinstance(one, str) for one in texts) or not set(token.scopes) <= set(SCOPES):
        raise ValueError(line)
    return token


def _digest(secret: str) -> str:
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
