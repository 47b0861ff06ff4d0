"""What must hold after every step, whatever failed in it (design §2.5; issue of the log, point 7).

1. The log is sound: chain, order, leaves and roots, recomputed by `ledger.tlog.recheck`, which shares nothing with the
   writer.
2. No two checkpoints that left disagree: each signs the root that the log has at its size, and none is beyond the log.
   For the last two of them a consistency proof is made, and verified.
3. No acknowledged entry is gone, or has changed; its statement is gone only where a logged erasure names it.
4. Every commit is one batch, whole; nothing stands twice, and nothing that had to be refused stands at all.
5. The files that logged evidence names are there, whole, but those erased.
6. A static site holds everything that its checkpoint covers, and nothing that an erasure which it covers has removed.
7. No checkpoint has left that is not noted beside the store, so that an old copy of the store is known for one.
8. and 9. are looked at as the steps are taken (`House`).
10. Where an erasure is logged, the statement that it names is gone, and the store has noted which entry says so.
11. Each statement is judged by its key's state at its index: none stands by a key that held no role there, whatever
    became of the key before or after.
12. Each checkpoint of the log is signed by the keys in force at its size; after the log has changed its own keys, every
    receipt that was ever given still verifies by those of then.

Each law raises a `Violation` with a sentence. They are looked at from outside, without any call of the world.
"""

import hashlib
from pathlib import Path
from typing import Any, Final

from ledger.errors import PledgerError
from ledger.service.check import check_log
from ledger.service.scene import read_said
from ledger.store.blobs import DirectoryBlobs
from ledger.tlog.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from ledger.tlog.merkle import consistency_indexes, prove_consistency, verify_consistency
from ledger.tlog.note import parse_note
from ledger.tlog.recheck import recheck_log
from ledger.tlog.stored import Row
from ledger.tlog.tile import ENTRIES, TILE_WIDTH, Tile, format_tile_path, parse_bundle
from tests.simulation.house import House, Violation
from tests.unit.service.fake import MemoryReading


def hold(house: House) -> None:
    """Raise where a law is broken."""
    for note in house.witness.seen:
        house.see(note)
    house.witness.seen.clear()
    site = _site_checkpoint(house)
    _hold_log(house)
    _hold_consistent(house)
    _hold_answered(house)
    _hold_batches(house)
    _hold_files(house)
    if site is not None:
        _hold_site(house, site)
    _hold_noted(house)
    _hold_erased(house)
    _hold_authors(house)
    _hold_signed(house)


def hold_whole(house: House) -> None:
    """Raise where the full check of the ledger finds anything: signatures, roles, statements, nodes, marks, files."""
    with house.store.whole() as reading:
        checked = check_log(reading, DirectoryBlobs(house.root / "blobs"), genesis=house.genesis)
    # A crash leaves erased files for the next who opens the ledger, who is looked at as he does (`House`).
    found = [one for one in checked.findings if one.code != "erasure.unfinished"]
    if found:
        message = f"the full check finds {found[0]}"
        raise Violation(message)


def _hold_log(house: House) -> None:
    state = house.store.state
    heads = {size: parse_checkpoint(parse_note(note).text).root for size, note in state.notes.items()}
    for size, root in house.sizes():
        if heads.setdefault(size, root) != root:
            message = f"the log signed another root of {size} entries than the one that left"
            raise Violation(message)
    found = recheck_log((row.header for row in state.rows), heads=heads, leaves=(row.leaf for row in state.rows))
    if found.findings:
        message = f"{found.findings[0].sentence} ({found.findings[0].code})"
        raise Violation(message)
    signed = parse_checkpoint(parse_note(state.head.checkpoint).text)
    if (found.size, found.root) != (signed.size, signed.root) or state.head.size != found.size:
        message = "the head is not the log's"
        raise Violation(message)


def _hold_consistent(house: House) -> None:
    sizes = house.sizes()[-2:]
    if len(sizes) < 2:
        return
    (old, old_root), (new, new_root) = sizes
    nodes = MemoryReading(house.store.state).nodes(consistency_indexes(old, new))
    proof = prove_consistency(old, new, nodes)
    if not verify_consistency(old=old, new=new, proof=proof, old_root=old_root, new_root=new_root):
        message = f"the checkpoints of {old} and of {new} entries are not consistent"
        raise Violation(message)


def _hold_answered(house: House) -> None:
    rows, erased = house.store.state.rows, house.erased()
    for name, receipt in house.answered.items():
        row = rows[receipt.index] if receipt.index < len(rows) else None
        is_there = row is not None and row.header == receipt.header
        is_whole = row is not None and f"sha256:{hashlib.sha256(row.jws or b'').hexdigest()}" == name
        if not is_there or not (is_whole or erased.get(name, -1) > receipt.index):
            message = f"the acknowledged entry {receipt.index} is gone"
            raise Violation(message)


def _hold_batches(house: House) -> None:
    names = [f"sha256:{row.statement.hex()}" for row in house.store.state.rows]
    if len(set(names)) < len(names):
        message = "a statement stands twice"
        raise Violation(message)
    start = 0
    before: set[str] = set()
    for size in sorted(house.store.state.notes):
        commit = names[start:size]
        if not any(_fresh(batch, before) == commit for batch in house.attempts):
            message = f"the entries {start} to {size - 1} are no whole batch of anybody"
            raise Violation(message)
        before.update(commit)
        start = size


def _fresh(batch: tuple[str, ...], before: set[str]) -> list[str]:
    return [name for name in dict.fromkeys(batch) if name not in before]


def _hold_files(house: House) -> None:
    erased = house.erased()
    for row in house.store.state.rows:
        for digest in _named(row):
            if digest in erased:
                continue
            path = house.root / "blobs" / digest[7:9] / digest[7:]
            if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != digest[7:]:
                message = f"the file {digest} is not there whole, and entry {row.index} names it"
                raise Violation(message)


def _files(row: Row) -> tuple[str, str]:
    said: Any = read_said(row)
    body = said.statement.body
    return body.raw.digest, body.observations.digest


def _site_checkpoint(house: House) -> Checkpoint | None:
    """Return the checkpoint of the static site; that it can be read means that it has left."""
    try:
        note = (house.site / "checkpoint").read_bytes()
    except FileNotFoundError:
        return None
    keys = house.keys_at(parse_checkpoint(parse_note(note).text).size)
    checkpoint = open_checkpoint(note, log=keys).checkpoint
    house.see(note)
    return checkpoint


def _hold_site(house: House, checkpoint: Checkpoint) -> None:
    headers: list[bytes] = []
    for index in range(0, checkpoint.size, TILE_WIDTH):
        width = min(TILE_WIDTH, checkpoint.size - index)
        path = house.site / format_tile_path(Tile(ENTRIES, index // TILE_WIDTH, width))
        if not path.is_file():
            message = f"the site's checkpoint covers {checkpoint.size} entries, and {path.name} is not there"
            raise Violation(message)
        headers += parse_bundle(path.read_bytes(), width=width)
    found = recheck_log(headers, heads={checkpoint.size: checkpoint.root})
    if found.findings or found.size != checkpoint.size:
        message = f"the site does not hold what its checkpoint signs: {found.findings}"
        raise Violation(message)
    erased = house.erased()
    for row in house.store.state.rows[: checkpoint.size]:
        statement = f"sha256:{row.statement.hex()}"
        named = ((digest, f"blob/{digest[7:]}") for digest in _named(row))
        for digest, place in ((statement, f"statement/{statement[7:]}"), *named):
            by = erased.get(digest)
            if by is None and not _is_whole(house.site / place):
                message = f"the site's checkpoint covers entry {row.index}, and {place} is not there whole"
                raise Violation(message)
            if by is not None and by < checkpoint.size and (house.site / place).exists():
                message = f"the site's checkpoint covers entry {by}, which erased {place}, and it is there"
                raise Violation(message)


def _hold_erased(house: House) -> None:
    state, erased = house.store.state, house.erased()
    for row in state.rows:
        by = erased.get(f"sha256:{row.statement.hex()}")
        if (row.jws is None) != (by is not None) or state.erasures.get(row.index) != by:
            message = f"entry {row.index} is erased by {by}, and the store has {state.erasures.get(row.index)}"
            raise Violation(message)


def _hold_noted(house: House) -> None:
    largest = max((size for size, _ in house.sizes()), default=0)
    if house.noted() < largest:
        message = f"a checkpoint of {largest} entries has left, and that of {house.noted()} is noted as the last"
        raise Violation(message)


ROLES: Final = {"position": "recorder", "evidence": "submitter"}
"""Which role it takes to say what the steps say."""


def _hold_authors(house: House) -> None:
    for row in house.store.state.rows:
        role = ROLES.get(row.kind)
        if role is not None and role not in house.roles(row.index).get(row.author, ()):
            message = f"the {row.kind} of entry {row.index} stands by a key that was no {role} there"
            raise Violation(message)


def _hold_signed(house: House) -> None:
    for size, note in house.store.state.notes.items():
        if note not in house.verified:
            try:
                open_checkpoint(note, log=house.keys_at(size))
            except PledgerError as error:
                message = f"the checkpoint of {size} entries is not signed by the keys in force there"
                raise Violation(message) from error
            house.verified.add(note)
    if len(house.tenures()) != house.known_tenures:
        house.known_tenures = len(house.tenures())
        for name, receipt in house.answered.items():
            house.refuse_void(name, receipt)


def _named(row: Row) -> tuple[str, ...]:
    return _files(row) if row.kind == "evidence" and row.jws is not None else ()


def _is_whole(path: Path) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == path.name


__all__: Final = ["hold", "hold_whole"]
