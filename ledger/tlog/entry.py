"""The header, which is the entry of the log: what was published, by whose key, when, after what (design §2.3).

A header is one line of canonical JSON (RFC 8785) of at most 4 KiB. It names its statement by digest and the header
before it by leaf hash, so that the headers alone are a hash chain, and their leaf hashes are the leaves of the tree.
Every member is of a form that JSON writes without an escape; so a header has exactly one spelling, one pattern
describes it, and the parser refuses what the formatter would not write. Nothing here knows what a statement says.
"""

import re
from base64 import urlsafe_b64decode
from binascii import b2a_base64
from datetime import datetime
from functools import lru_cache
from typing import Final, NamedTuple

from ledger.errors import MalformedError
from ledger.signing.canonical import Digest, parse_canonical
from ledger.tlog.merkle import HASH_SIZE, Hash, leaf_hash

__all__ = ["HEADER_LIMIT", "ZERO_HASH", "Header", "chain_fault", "format_header", "leaf_hash", "parse_header"]

HEADER_LIMIT: Final = 4096
"""The most bytes that a header may have."""

ZERO_HASH: Final = Hash(bytes(HASH_SIZE))
"""What entry 0 names as the leaf before it."""

_WHOLE = "0|[1-9][0-9]{0,15}"
# 43 characters carry 258 bits: of the last one, the two that 32 bytes do not fill must be zero.
_HASH = "[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]"
_LARGEST: Final = 2**53 - 1

# The members in the order of RFC 8785: pattern, and the words for it in a refusal.
_FORMS: Final = {
    "author": (_HASH, "a key's thumbprint, 43 base64url characters without stray bits"),
    "index": (_WHOLE, "a whole number from 0 to 2^53-1"),
    "kind": ("[a-z]{1,32}", "1 to 32 lower-case letters"),
    "prev": (_HASH, "a leaf hash, 43 base64url characters without stray bits"),
    "received": (
        "[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z",
        "a moment in UTC, YYYY-MM-DDTHH:MM:SSZ",
    ),
    "size": (_WHOLE, "a whole number from 1 to 2^53-1"),
    "statement": ("sha256:[0-9a-f]{64}", "sha256: and 64 hexadecimal digits"),
    "subject": (r"[!#-\[\]-~]{1,1024}", "1 to 1,024 ASCII characters without spaces, quotation marks or backslashes"),
}
_NUMBERS: Final = ("index", "size")
_IS_DIGEST: Final = re.compile(_FORMS["statement"][0]).fullmatch
_TO_URL: Final = bytes.maketrans(b"+/", b"-_")
_LINE: Final = re.compile(
    (
        r"\{"
        + ",".join(
            f'"{name}":({form})' if name in _NUMBERS else f'"{name}":"({form})"' for name, (form, _) in _FORMS.items()
        )
        + r"\}"
    ).encode()
)


class Header(NamedTuple):
    """One entry of the log.

    A statement becomes an entry when the ledger publishes it: it gets the next index, and names the leaf before it.

    Attributes:
        author: thumbprint (RFC 7638) of the key that signed the statement.
        index: its place, counted from 0.
        kind: the statement's kind, equal to the payload's.
        prev: leaf hash of the entry before; `ZERO_HASH` at index 0.
        received: when the ledger published it, ``YYYY-MM-DDTHH:MM:SSZ``; never before that of the entry before.
        size: bytes of the statement.
        statement: digest of the statement, by which it is kept.
        subject: the statement's subject, equal to the payload's.
    """

    author: str
    index: int  # type: ignore[assignment]  # a tuple has a method of that name, which nobody needs here
    kind: str
    prev: Hash
    received: str
    size: int
    statement: Digest
    subject: str


def format_header(header: Header) -> bytes:
    """Return the header's line, without a newline; `parse_header` is the inverse.

    Raises:
        MalformedError: a member is not of its form, or the line would be longer than 4 KiB.
    """
    author, index, kind, prev, received, size, statement, subject = header
    if len(prev) != HASH_SIZE:
        message = f"The header member prev has {len(prev)} bytes; give the {HASH_SIZE} bytes of a leaf hash."
        raise MalformedError(message, member="prev")
    frame = _frame(author, kind, received, subject)
    spelt = b2a_base64(prev, newline=False).translate(_TO_URL, b"=").decode("ascii")
    raw = (
        f'{frame.before}{index:d}{frame.between}{spelt}{frame.behind}{size:d},"statement":"{statement}{frame.end}'
    ).encode("utf-8", "surrogatepass")
    # The frame was looked at when it was made; the line as a whole is where something else is at fault.
    if not (frame.fits and 0 <= index <= _LARGEST and 1 <= size <= _LARGEST and _IS_DIGEST(statement)):
        _match(raw)
    return raw


def parse_header(raw: bytes) -> Header:
    """Return the header that a line holds; only what `format_header` writes is accepted.

    Raises:
        MalformedError: it is too long, not canonical JSON, or a member is missing, unknown or not of its form.
    """
    author, index, kind, prev, received, size, statement, subject = _match(raw).groups()
    return Header(
        author=author.decode("ascii"),
        index=int(index),
        kind=kind.decode("ascii"),
        # The pattern leaves base64url in its one spelling, so that decoding it needs no check.
        prev=Hash(urlsafe_b64decode(prev + b"=")),
        received=received.decode("ascii"),
        size=int(size),
        statement=Digest(statement.decode("ascii")),
        subject=subject.decode("ascii"),
    )


def chain_fault(previous: Header | None, header: Header, *, previous_leaf: Hash | None = None) -> str | None:
    """Return what is wrong with ``header`` as the entry after ``previous``, or None where it follows.

    Args:
        previous: the entry before; None where ``header`` should be entry 0.
        header: the entry to be judged.
        previous_leaf: leaf hash of ``previous``, where the caller has it from its bytes already.

    Returns:
        One sentence: the index does not count on by one, the chain is broken, or time has gone back (design §2.3).
    """
    expected_index = 0 if previous is None else previous.index + 1
    if header.index != expected_index:
        return f"Entry {expected_index} is numbered {header.index}."
    if previous is None:
        return None if header.prev == ZERO_HASH else "Entry 0 names an entry before it; its prev is 32 zero bytes."
    expected_leaf = leaf_hash(format_header(previous)) if previous_leaf is None else previous_leaf
    if header.prev != expected_leaf:
        return f"Entry {header.index} does not name the leaf hash of entry {previous.index} as its prev."
    # Both are of one fixed form, so the order of their characters is the order of time.
    if header.received < previous.received:
        return f"Entry {header.index} was received at {header.received}, before the entry it follows."
    return None


class _Frame(NamedTuple):
    """What the headers of many entries share, as it is spelt, and whether each member of it is of its form."""

    before: str
    between: str
    behind: str
    end: str
    fits: bool


@lru_cache(maxsize=1024)
def _frame(author: str, kind: str, received: str, subject: str) -> _Frame:
    """Return what a header says of who, what kind, when and about what; entries by the batch share it."""
    given = {"author": author, "kind": kind, "received": received, "subject": subject}
    fits = all(re.fullmatch(_FORMS[name][0], value) for name, value in given.items()) and _is_moment(received)
    return _Frame(
        f'{{"author":"{author}","index":', f',"kind":"{kind}","prev":"', f'","received":"{received}","size":',
        f'","subject":"{subject}"}}', fits,
    )  # fmt: skip


def _match(raw: bytes) -> "re.Match[bytes]":
    """Return the match of a header's line, or raise with the sentence that says what is wrong with it."""
    found = _LINE.fullmatch(raw) if len(raw) <= HEADER_LIMIT else None
    if found is None or not _has_meaning(found):
        raise _refusal(raw)
    return found


def _has_meaning(found: "re.Match[bytes]") -> bool:
    """Return whether the matched numbers are in range and the date exists."""
    return int(found[2]) <= _LARGEST and 1 <= int(found[6]) <= _LARGEST and _is_moment(found[5].decode("ascii"))


@lru_cache(maxsize=1024)
def _is_moment(text: str) -> bool:
    """Return whether the text names a moment; many entries share one, so a few are remembered."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _refusal(raw: bytes) -> MalformedError:
    """Return the error that names the first thing wrong with a line that is no header."""
    if len(raw) > HEADER_LIMIT:
        message = f"The header is {len(raw)} bytes long, and {HEADER_LIMIT} is the most; shorten the subject."
        return MalformedError(message)
    value = parse_canonical(raw, what="the header", limit=HEADER_LIMIT)
    if not isinstance(value, dict):
        return MalformedError("The header is not a JSON object; give one line as the log writes it.")
    for name in sorted(_FORMS.keys() ^ value.keys()):
        verb = "is missing; add it" if name in _FORMS else "is not known; remove it"
        return MalformedError(f"The header member {name} {verb}.", member=name)
    for name, (form, words) in _FORMS.items():
        given = value[name]
        is_number = isinstance(given, int) and not isinstance(given, bool)
        if is_number != (name in _NUMBERS) or re.fullmatch(form, str(given)) is None:
            return MalformedError(f"The header member {name} is not {words}; mend it.", member=name)
    if not isinstance(size := value["size"], int) or size < 1:
        return MalformedError("The header member size is 0, and no statement is empty; mend it.", member="size")
    return MalformedError(
        f"The header member received names no moment: {value['received']}; mend it.", member="received"
    )
