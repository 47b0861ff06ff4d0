"""A small ledger and its static site, in memory: what the tests of exports, imports and mirrors begin with."""

from typing import Any

from ledger.service.export_log import Exported, export_log
from ledger.service.import_log import Imported, import_log
from ledger.service.mirror import Mirrored, mirror
from ledger.signing.envelope import STATEMENT, open_envelope
from ledger.tlog.checkpoint import Checkpoint
from ledger.tlog.entry import Header, format_header
from ledger.tlog.merkle import edge_indexes, leaf_hash, read_edge
from ledger.tlog.policy import Log, Policy, format_policy
from ledger.tlog.stored import Head, Row
from tests.unit.service.fake import MemoryBlobs, MemorySite, MemoryStore
from tests.unit.service.scenario import LOG_KEYS, ORIGIN, POSITION, START, House, evidence, sign

POLICY = format_policy(Policy(tuple(Log(key) for key in LOG_KEYS)))


def built(positions: int = 3, **changes: object) -> House:
    """Return a ledger: 3 entries of keys, 4 of parties and pledge, one of evidence that may travel, some positions."""
    house = House().set_up()
    house.blobs.keep(b"mapping")
    house.say("evidence", "series:export/bb/aa", {**evidence(redistribute=True), **changes})
    return add_positions(house, positions)


def add_positions(house: House, count: int) -> House:
    """Publish some positions, each of its own, in one batch."""
    first = house.store.state.head.size
    notes = [{**POSITION, "note": f"number {first + number}"} for number in range(count)]
    house.publish(*(house.sign("position", "grain", note) for note in notes))
    return house


def export(house: House, site: MemorySite, **options: Any) -> Exported:
    """Bring a site up to a ledger's head."""
    with house.store.reading() as reading:
        return export_log(
            reading, house.blobs, site, **{"policy": POLICY, "keys_at": lambda _size: LOG_KEYS, **options}
        )


def exported(house: House, **options: Any) -> MemorySite:
    """Return the site of a ledger."""
    site = MemorySite()
    export(house, site, **options)
    return site


def rebuild(site: MemorySite, **options: Any) -> tuple[Imported, MemoryStore, MemoryBlobs]:
    """Return the ledger that an import makes of a site."""
    store, blobs = MemoryStore(), MemoryBlobs()
    return import_log(site, store, blobs, **options), store, blobs


def follow(site: MemorySite, copy: MemorySite, **options: Any) -> Mirrored:
    """Bring a copy of a site up to date."""
    return mirror(site, copy, **options)


def erase(house: House, index: int) -> None:
    """Log the erasure of an entry's statement, and remove it as the store would."""
    row = house.store.state.rows[index]
    body = {"digests": [f"sha256:{row.statement.hex()}"], "ground": "a court order", "reason": "personal data"}
    log(house, house.sign("erasure", row.subject, body, key="operator"), kind="erasure", subject=row.subject)
    house.store.state.erase([(index, house.store.state.head.size - 1)])


def log(house: House, raw: bytes, *, kind: str, subject: str) -> None:
    """Log a statement without asking whether it may be: signed, chained, in the tree, under a checkpoint."""
    state, envelope = house.store.state, open_envelope(raw, typ=STATEMENT)
    header = format_header(
        Header(
            author=envelope.kid, index=state.head.size, kind=kind, prev=state.rows[-1].leaf, received=START,
            size=len(raw), statement=envelope.name, subject=subject,
        )
    )  # fmt: skip
    edge = read_edge(state.head.size, {address: state.nodes[address] for address in edge_indexes(state.head.size)})
    grown, nodes = edge.append(leaf_hash(header))
    payload = bytes.fromhex(envelope.payload_digest[7:])
    row = Row(
        index=state.head.size, header=header, leaf=leaf_hash(header), statement=bytes.fromhex(envelope.name[7:]),
        kind=kind, subject=subject, author=envelope.kid, received=START, jws=raw, payload=payload,
    )  # fmt: skip
    note = sign(Checkpoint(ORIGIN, grown.size, grown.root), 1_767_323_045)
    with house.store.writing() as writing:
        writing.append([row], nodes)
        writing.swap(state.head, Head(grown.size, note, START))
        writing.commit()
