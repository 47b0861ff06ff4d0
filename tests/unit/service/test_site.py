"""The static site: tiles as they grow, strict reading, and the files that statements name (design §2.4)."""

import hashlib
import io
from typing import Any

import pytest

from ledger.errors import MalformedError, RefusedError
from ledger.service.site import (
    Checking,
    Files,
    Tiler,
    blob_path,
    erased_by,
    files_of,
    partial_tiles,
    read_entries,
    read_front,
    read_headers,
    read_nodes,
    read_tiler,
    read_whole,
    statement_path,
)
from ledger.tlog.merkle import EMPTY_EDGE, edge_indexes, leaf_hash
from ledger.tlog.policy import Log, Policy, format_policy
from ledger.tlog.tile import ENTRIES, Tile, format_bundle, format_tile
from tests.unit.service.fake import MemorySite
from tests.unit.service.scenario import KEYS, LOG_KEYS
from tests.unit.service.static import POLICY, built, exported

DIGEST = "sha256:" + "a" * 64
OTHER = "sha256:" + "b" * 64


def test_partial_tiles_are_those_of_the_specification() -> None:
    """The examples of tlog-tiles, *Partial Tiles*: 70,000 entries, and 256."""
    assert partial_tiles(70_000) == (Tile(0, 273, 112), Tile(1, 1, 17), Tile(2, 0, 1))
    assert partial_tiles(256) == (Tile(1, 0, 1),)
    assert partial_tiles(0) == ()


def test_tiler_gives_the_tiles_of_the_specification() -> None:
    """70,000 entries, in pieces of odd sizes: 273 full tiles of level 0, one of level 1, and 273 full bundles."""
    headers = [b"%d" % number for number in range(70_000)]
    tiler = Tiler(EMPTY_EDGE)
    tiles: dict[Tile, bytes] = {}
    for start in range(0, len(headers), 777):
        tiles.update(tiler.extend(headers[start : start + 777]).tiles)
    assert set(tiles) == {
        *(Tile(level, number) for level in (0, ENTRIES) for number in range(273)), Tile(1, 0),
    }  # fmt: skip
    assert [tile for tile, _ in tiler.partial()] == list(partial_tiles(70_000))
    assert len(tiler.partial_bundle()) == 112
    # By the definition: a tile of level 0 holds the leaf hashes, a bundle the entries below it.
    assert tiles[Tile(0, 272)] == b"".join(
        hashlib.sha256(b"\0%d" % number).digest() for number in range(69_632, 69_888)
    )
    assert tiles[Tile(ENTRIES, 272)] == format_bundle(headers[69_632:69_888])
    assert tiler.partial()[0][1] == tuple(leaf_hash(header) for header in headers[69_888:])


def test_tiles_can_be_taken_up_where_they_stand() -> None:
    """A site's own tiles are all that it takes to go on."""
    house = built(300)
    site, size = exported(house), house.store.state.head.size
    tiler = read_tiler(site, size)
    assert tiler.edge.root == house.checkpoint().root
    assert tiler.partial_bundle() == tuple(row.header for row in house.store.state.rows[256:])
    assert read_tiler(site, 256).edge.root == read_tiler(exported(built(248)), 256).edge.root


def test_partial_tile_that_is_gone_is_taken_from_the_full_one() -> None:
    """As tlog-tiles lets a log remove partial tiles once the full one is there."""
    house = built(300)
    site = exported(house)
    assert "tile/0/000.p/9" not in site.files
    assert read_headers(site, Tile(ENTRIES, 0, 9)) == tuple(row.header for row in house.store.state.rows[:9])
    assert read_nodes(site, edge_indexes(9), 9)[0, 8] == house.store.state.rows[8].leaf


@pytest.mark.parametrize(
    ("path", "change", "said"),
    [
        ("tile/entries/000.p/11", lambda raw: raw[:-1], "exactly 11 entries"),
        ("tile/entries/000.p/11", lambda raw: raw.replace(b"party", b"partx", 1), "does not hash to its leaf"),
        ("tile/entries/000.p/11", lambda raw: raw * 1200, "more than the"),
        ("tile/0/000.p/11", lambda raw: raw[:-32], "352"),
        ("tile/0/000.p/11", lambda raw: bytes(32) + raw[32:], "Entry 0"),
    ],
)
def test_entries_that_are_not_those_of_the_tiles_are_refused(path: str, change: Any, said: str) -> None:
    """A bundle is held against its tile of level 0, entry by entry; the sentence names the entry or the file."""
    site = exported(built())
    site.files[path] = change(site.files[path])
    with pytest.raises(MalformedError, match=said):
        list(read_entries(site, 0, 11))


def test_entries_that_do_not_follow_are_refused() -> None:
    """The chain is checked besides the tree, from wherever the reading begins (design §2.3)."""
    site = exported(built())
    headers = list(read_headers(site, Tile(ENTRIES, 0, 11)))
    headers[5], headers[6] = headers[6], headers[5]
    site.files["tile/entries/000.p/11"] = format_bundle(headers)
    site.files["tile/0/000.p/11"] = format_tile([leaf_hash(header) for header in headers])
    for start in (0, 4, 5):
        with pytest.raises(MalformedError, match="Entry 5 is numbered 6"):
            list(read_entries(site, start, 11))
    assert [len(entries) for entries in read_entries(site, 9, 11)] == [2]


# --- what a site says of itself ---------------------------------------------------------------------------------------


def test_front_is_held_together() -> None:
    """Charter, policy and checkpoint agree, and a policy of the caller's accepts the log."""
    house = built()
    front = read_front(exported(house), trusted=POLICY)
    assert front.checkpoint == house.checkpoint()
    assert front.authority.genesis == house.genesis
    assert front.keys == LOG_KEYS


OTHERS = format_policy(Policy((Log(type(LOG_KEYS[0])(LOG_KEYS[0].name, LOG_KEYS[0].type, KEYS["spare"].public)),)))


@pytest.mark.parametrize(
    ("path", "change", "error", "said"),
    [
        ("checkpoint", lambda _: None, MalformedError, "has no checkpoint"),
        ("policy", lambda _: None, MalformedError, "has no policy"),
        ("policy", lambda _: OTHERS, RefusedError, "does not name the two checkpoint keys"),
        ("policy", lambda raw: b"x" * (1 << 20) + raw, MalformedError, "more than the"),
        ("checkpoint", lambda raw: b"".join(raw.splitlines(keepends=True)[:-1]), RefusedError, "lacks the signature"),
        ("checkpoint", lambda raw: raw.replace(b"\n11\n", b"\n10\n"), MalformedError, "tile/entries/000.p/10"),
        ("checkpoint", lambda raw: b"hello" + raw, RefusedError, "is not valid for this note"),
        ("tile/entries/000.p/11", lambda _: None, MalformedError, "which its checkpoint asks for"),
    ],
)
def test_front_that_does_not_hold_together_is_refused(path: str, change: Any, error: Any, said: str) -> None:
    """Each part is held against the others; nothing of a site is believed."""
    site = exported(built())
    changed = change(site.files.pop(path))
    if changed is not None:
        site.files[path] = changed
    with pytest.raises(error, match=said):
        read_front(site)


def test_front_is_refused_by_a_policy_of_another_log() -> None:
    """Whoever holds the log's policy is not taken in by a site that vouches for itself."""
    with pytest.raises(RefusedError, match="No log of the policy signed"):
        read_front(exported(built()), trusted=OTHERS)


@pytest.mark.parametrize("phrase", ["missing", "another"])
def test_charter_that_is_not_there_is_refused(phrase: str) -> None:
    """Entry 0 names a statement, and that is the charter."""
    house = built()
    site, rows = exported(house), house.store.state.rows
    path = statement_path(rows[0].statement.hex())
    raw = site.files.pop(path)
    if phrase == "another":
        site.files[path] = raw[:-1] + (b"A" if raw[-1:] != b"A" else b"B")
    with pytest.raises(MalformedError, match="charter" if phrase == "missing" else "not the one that its header names"):
        read_front(site)


def test_size_limit_of_a_file_is_kept() -> None:
    """At the limit a file is read, one byte beyond it is refused."""
    site = MemorySite({"checkpoint": b"12345"})
    assert read_whole(site, "checkpoint", limit=5) == b"12345"
    with pytest.raises(MalformedError, match="more than the 4 bytes"):
        read_whole(site, "checkpoint", limit=4)
    assert read_whole(site, "policy", limit=4) is None


# --- files ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "body", "files"),
    [
        (
            "evidence", {"raw": {"digest": DIGEST, "size": 3}, "observations": {"digest": OTHER, "size": 4}},
            Files({OTHER: 4}, (), {DIGEST: 3}),
        ),
        (
            "evidence",
            {"raw": {"digest": DIGEST, "size": 3}, "redistribute": True, "importer": {"mapping": OTHER}},
            Files({DIGEST: 3}, (OTHER,), {}),
        ),
        ("position", {"source": {"digest": DIGEST}, "note": "sha256:" + "A" * 64}, Files({}, (DIGEST,), {})),
        ("audit", {"files": {"zip": DIGEST, "html": DIGEST}}, Files({}, (DIGEST,), {})),
        ("retraction", {"statement": DIGEST}, Files({}, (), {})),
        ("evidence", {"raw": DIGEST, "observations": {"digest": 5}}, Files({}, (DIGEST,), {})),
        ("rumour", {"deep": [{"er": [DIGEST]}]}, Files({}, (DIGEST,), {})),
        ("position", None, Files({}, (), {})),
    ],
)  # fmt: skip
def test_files_of_a_statement(kind: str, body: Any, files: Files) -> None:
    """Evidence needs its figures, and its raw file where its licence lets that travel; other digests may be files."""
    assert files_of(kind, {"body": body}) == files


def test_only_an_erasure_erases() -> None:
    """Digests under another kind of statement remove nothing."""
    payload: Any = {"body": {"digests": [DIGEST, OTHER]}}
    assert erased_by("erasure", payload) == (DIGEST, OTHER)
    assert erased_by("position", payload) == ()
    assert erased_by("erasure", {"body": {"digests": DIGEST}}) == ()


@pytest.mark.parametrize(("raw", "limit"), [(b"figure", 6), (b"", 0)])
def test_file_of_its_digest_and_size_is_read(raw: bytes, limit: int) -> None:
    """To its end, and no further."""
    stream = Checking(io.BytesIO(raw), "sha256:" + hashlib.sha256(raw).hexdigest(), limit=limit)
    assert stream.read(100) + stream.read(100) == raw


@pytest.mark.parametrize(("raw", "limit"), [(b"figurE", 6), (b"figures", 6), (b"figur", 6), (b"figure", 5)])
def test_file_of_another_digest_or_more_bytes_is_refused(raw: bytes, limit: int) -> None:
    """At its end, or as soon as there is too much of it."""
    stream = Checking(io.BytesIO(raw), "sha256:" + hashlib.sha256(b"figure").hexdigest(), limit=limit)
    with pytest.raises(MalformedError, match="other bytes"):
        _ = [stream.read(3) for _ in range(len(raw) // 3 + 2)]


def test_paths_are_those_of_the_design() -> None:
    """``statement/<sha256>`` and ``blob/<sha256>``, with or without the prefix (design §2.4)."""
    assert statement_path(DIGEST) == "statement/" + "a" * 64 == statement_path("a" * 64)
    assert blob_path(DIGEST) == "blob/" + "a" * 64
