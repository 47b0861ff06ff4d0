"""Asking time-stamping authorities: a checkpoint gets the signed word of those who tell the time (RFC 3161).

Every authority is asked for itself, and all at once. What one answers is verified by the root that the configuration
names for it before anybody keeps it. Nothing is lost by asking, or where nobody answers: the checkpoint stands as it
was published, and whoever asks later gets a later time.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, Literal

from cryptography.x509 import Certificate

from ledger.errors import MalformedError, RefusedError, UnavailableError
from ledger.service.ports import Stamps
from ledger.tlog.checkpoint import Checkpoint
from ledger.tlog.timestamp import MISSING, Timestamp, format_request, imprint, is_installed, open_timestamp

Ask = Callable[[str, bytes], bytes]
"""Sends a request for a timestamp (second) to an authority's address (first); UnavailableError where nobody answers."""

Nonce = Callable[[], int]
"""Gives a number that nobody can guess, for one request."""

Reply = Literal["stamped", "kept", "refused", "unavailable"]
"""What came of asking: it gave a timestamp; one was kept already; its answer is none; it did not answer."""

_AT_ONCE: Final = 16


@dataclass(frozen=True, slots=True)
class Authority:
    """A time-stamping authority that a ledger knows.

    Attributes:
        name: short, for files and sentences.
        roots: the certificates that vouch for it.
        url: where it is asked; None where only its timestamps came with an imported ledger.
        policy: under which it is asked to stamp, as an object identifier; its own choice, where None.
    """

    name: str
    roots: tuple[Certificate, ...]
    url: str | None = None
    policy: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of asking one authority.

    Attributes:
        authority: who.
        reply: in a word.
        sentence: what it gave, or what was wrong.
        timestamp: that is kept now, verified, or None.
    """

    authority: Authority
    reply: Reply
    sentence: str
    timestamp: Timestamp | None = None


def stamp(
    checkpoint: Checkpoint, authorities: Sequence[Authority], stamps: Stamps, *, ask: Ask, nonce: Nonce
) -> tuple[Asked, ...]:
    """Return what came of asking authorities to stamp a checkpoint, once what they gave is kept.

    Args:
        checkpoint: that is signed and published.
        authorities: whom to ask: those with an address that have not stamped it yet.
        stamps: where timestamps are kept.
        ask: sends a request.
        nonce: gives a number for each.

    Raises:
        UnavailableError: timestamps cannot be verified here, or not kept.
    """
    if not is_installed():
        raise UnavailableError(f"Timestamps cannot be asked for: {MISSING}.")

    def ask_one(authority: Authority) -> Asked:
        return _ask(checkpoint, authority, stamps, ask=ask, nonce=nonce())

    open_ones = [one for one in authorities if one.url is not None]
    with ThreadPoolExecutor(max(1, min(_AT_ONCE, len(open_ones)))) as executor:
        return tuple(executor.map(ask_one, open_ones))


def held_timestamp(stamps: Stamps, authority: Authority, checkpoint: Checkpoint) -> Timestamp | None:
    """Return the timestamp that is kept of an authority over a checkpoint, or None where none is or it does not verify.

    Raises:
        UnavailableError: timestamps cannot be verified here, or not read.
    """
    raw = stamps.get(checkpoint.size, authority.name)
    if raw is None:
        return None
    try:
        return open_timestamp(raw, digest=imprint(checkpoint), roots=authority.roots)
    except (MalformedError, RefusedError):
        return None


def _ask(checkpoint: Checkpoint, authority: Authority, stamps: Stamps, *, ask: Ask, nonce: int) -> Asked:
    """Return what came of asking one authority; nothing is kept that does not verify."""
    digest = imprint(checkpoint)
    if stamps.get(checkpoint.size, authority.name) is not None:
        kept = held_timestamp(stamps, authority, checkpoint)
        if kept is None:
            sentence = "What is kept of it does not verify; move that file away, and ask again."
            return Asked(authority, "refused", sentence)
        return Asked(authority, "kept", f"Stamped {checkpoint.size} entries not after {kept.not_after}.", kept)
    try:
        raw = ask(authority.url or "", format_request(digest, nonce=nonce, policy=authority.policy))
    except UnavailableError as error:
        return Asked(authority, "unavailable", error.message)
    try:
        given = open_timestamp(raw, digest=digest, roots=authority.roots, nonce=nonce, policy=authority.policy)
    except (MalformedError, RefusedError) as error:
        return Asked(authority, "refused", error.message)
    # A crash before this is done leaves none; a crash after it leaves this one, which is as good as any.
    stamps.keep(checkpoint.size, authority.name, given.raw)
    return Asked(authority, "stamped", f"Stamped {checkpoint.size} entries not after {given.not_after}.", given)
