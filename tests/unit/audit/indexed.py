"""Bundles of a small ledger with an index instead of all headers, made with nothing but hashlib, ready to be forged.

What a record, a root, a proof of many leaves and the lines of a completeness proof are is written down here once more,
by the words of docs/completeness.md.
"""

import hashlib
import json
from collections.abc import Collection, Sequence
from typing import Any

from ledger.audit.bundle import statement_member
from tests.unit.audit.small_ledger import OPERATOR, ORIGIN, SOY, SmallLedger, base64url

EVERYWHERE = {"charter", "key", "erasure", "amendment"}


def sha(raw: bytes) -> bytes:
    """SHA-256."""
    return hashlib.sha256(raw).digest()


def record_of(line: bytes) -> bytes:
    """Return the record of a header."""
    said = json.loads(line)
    subject: str = said["subject"]
    if said["kind"] in EVERYWHERE:
        key = "0" + subject
    elif subject.startswith("series:"):
        measure, reporter, partner = subject[7:].split("/")
        key = f"2{reporter}/{partner}/{measure}"
    else:
        key = "1" + subject
    index: int = said["index"]
    return key.encode() + b"\0" + index.to_bytes(8, "big") + sha(b"\0" + line)


def prove(hashes: Sequence[bytes], shown: Collection[int], first: int = 0) -> tuple[bytes, list[bytes]]:
    """Return root and proof of the leaves that are shown, by the recursion of RFC 6962 §2.1."""
    is_shown = any(first <= place < first + len(hashes) for place in shown)
    if len(hashes) == 1:
        return hashes[0], [] if is_shown else [hashes[0]]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    left, before = prove(hashes[:split], shown, first)
    right, after = prove(hashes[split:], shown, first + split)
    root = sha(b"\1" + left + right)
    return root, [*before, *after] if is_shown else [root]


def root_of(lines: Sequence[bytes]) -> bytes:
    """Return the root of the index over these headers."""
    records = sorted(map(record_of, lines))
    head, _ = prove([sha(b"\2" + one) for one in records], ())
    return sha(b"\3" + len(records).to_bytes(8, "big") + head)


def say_index(ledger: SmallLedger, *, size: int | None = None, root: bytes | None = None, **options: Any) -> None:
    """Log the index of a ledger's first entries, or another root."""
    covered = len(ledger.headers) if size is None else size
    body = {"size": covered, "root": base64url(root or root_of(ledger.headers[:covered]))}
    ledger.say("index", options.pop("subject", ORIGIN), body, **{"key": OPERATOR, **options})


def completeness(
    ledger: SmallLedger, *, size: int, members: Collection[int], entry: int, shown: Collection[int] = ()
) -> bytes:
    """Return the proof that these entries are all of the closure, with whichever others are next to them.

    Args:
        shown: further entries, shown as neighbours.
    """
    records = sorted(map(record_of, ledger.headers[:size]))
    places = {int.from_bytes(one[-40:-32], "big"): place for place, one in enumerate(records)}
    ranges = ranges_of(ledger)
    near: set[int] = {places[index] for index in shown}
    for low, high in ranges:
        before = sum(one < low for one in records)
        after = sum(one < high for one in records)
        near |= {place for place in (before - 1, after) if 0 <= place < len(records)}
    held = {places[index] for index in members}
    at_hand = sorted(held | near)
    runs: list[list[int]] = []
    for place in at_hand:
        if runs and sum(runs[-1]) == place:
            runs[-1][1] += 1
        else:
            runs.append([place, 1])
    lines = ["pledger-index@v1", f"entry {entry}", *(f"run {first} {count}" for first, count in runs)]
    for place in sorted(near - held):
        key, rest = records[place][:-41].decode(), records[place][-40:]
        lines.append(f"near {key} {int.from_bytes(rest[:8], 'big')} {base64url(rest[8:])}")
    _, hashes = prove([sha(b"\2" + one) for one in records], at_hand)
    return "\n".join(lines).encode() + b"\n\n" + b"".join(hashes)


def ranges_of(ledger: SmallLedger, subjects: Sequence[str] = (SOY,)) -> list[tuple[bytes, bytes]]:
    """Return the ranges of a closure, each as its first record and the first beyond it."""
    closure = ledger.closure(subjects)
    sides = [*closure.traders, "*"]
    prefixes = [f"1{subject}\0".encode() for subject in closure.subjects]
    prefixes += [f"2{one}/{other}/".encode() for one in sides for other in sides]
    return [(b"0", b"1"), *((one, one[:-1] + bytes([one[-1] + 1])) for one in prefixes)]


def inclusion(ledger: SmallLedger, carried: Collection[int]) -> bytes:
    """Return the proof that these entries are in the ledger's tree."""
    return b"".join(prove([sha(b"\0" + line) for line in ledger.headers], carried)[1])


def indexed_members(
    ledger: SmallLedger, *, entry: int, gone: Collection[int] = (), proof: bytes | None = None, **audit: Any
) -> dict[str, bytes]:
    """Return the members of a bundle whose headers are those of the closure, without those that are ``gone``.

    Args:
        entry: of the index statement.
        gone: entries whose header and statement are left out, the proofs made so that they fit.
        proof: of completeness, where it is to be another.
    """
    size = json.loads(ledger_payload(ledger, entry))["body"]["size"]
    members = [header.index for header in ledger.belonging() if header.index < size and header.index not in gone]
    carried = [*members, *(index for index in range(size, len(ledger.headers)) if index not in gone)]
    made = ledger.members(**audit)
    for index in gone:
        made.pop(statement_member("sha256:" + hashlib.sha256(ledger.jws[index]).hexdigest()), None)
    made["headers"] = b"".join(ledger.headers[index] + b"\n" for index in carried)
    made["index"] = proof if proof is not None else completeness(ledger, size=size, members=members, entry=entry)
    made["inclusion"] = inclusion(ledger, carried)
    made[statement_member("sha256:" + hashlib.sha256(ledger.jws[entry]).hexdigest())] = ledger.jws[entry]
    return made


def ledger_payload(ledger: SmallLedger, entry: int) -> bytes:
    """Return what a statement of the ledger says."""
    import base64

    part = ledger.jws[entry].split(b".")[1]
    return base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))
