"""Many envelopes at once: opened, and verified where the key is at hand, as several processes share the work.

What goes to another process and comes back is bytes, text and public keys, and as little of it as will do: the raw
envelope stays where it came from. Nothing here decides what a missing or wrong signature means, and nothing is refused:
who asked opens a faulty envelope again, and gets the sentence. Source: design §2.2.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from ledger.errors import PledgerError
from ledger.signing.canonical import CanonicalBytes, Digest
from ledger.signing.envelope import STATEMENT, Envelope, named_key, open_envelope, verify_envelope
from ledger.signing.key import PublicKey


class Examined(NamedTuple):
    """A statement's envelope that was opened, in the form in which it travels.

    Attributes:
        alg: as in the envelope, as are ``kid``, ``typ``, ``payload``, ``signature`` and ``name``.
        said: the 32 bytes of the payload's SHA-256; with ``kid`` it tells a repeat.
        is_signed: a key that was at hand signed it; False where there was none, too.
    """

    alg: str
    kid: str
    typ: str
    payload: CanonicalBytes
    signature: bytes
    name: Digest
    said: bytes
    is_signed: bool

    def envelope(self, raw: bytes) -> Envelope:
        """Return the envelope, once more together with its bytes."""
        return Envelope(raw, *self[:6])


def keys_of(raws: Iterable[bytes], find: Callable[[str], PublicKey | None]) -> tuple[PublicKey, ...]:
    """Return the keys that envelopes name, of those that are known: all that a process needs to verify them."""
    kids = {named_key(header) for header in {raw.partition(b".")[0] for raw in raws}}
    found = (find(kid) for kid in sorted(kid for kid in kids if kid is not None))
    return tuple(key for key in found if key is not None)


def examine(raws: Sequence[bytes], keys: Sequence[PublicKey]) -> list[Examined | None]:
    """Return statements' envelopes opened, in order; None for each that is not of the right form."""
    known = {key.kid: key for key in keys}
    return [_examine(raw, known) for raw in raws]


def examine_apart(raws: Sequence[bytes], keys: Sequence[PublicKey]) -> list[tuple[Any, ...] | None]:
    """Return what ``examine`` does for another process: plain tuples, which travel four times as fast."""
    return [None if one is None else tuple(one) for one in examine(raws, keys)]


def _examine(raw: bytes, known: dict[str, PublicKey]) -> Examined | None:
    try:
        one = open_envelope(raw, typ=STATEMENT)
    except PledgerError:
        return None
    key = known.get(one.kid)
    is_signed = key is not None and verify_envelope(one, key)
    said = hashlib.sha256(one.payload).digest()
    return Examined(one.alg, one.kid, one.typ, one.payload, one.signature, one.name, said, is_signed)
