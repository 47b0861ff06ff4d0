"""Tiles and bundles: coordinates, paths, bytes (C2SP tlog-tiles)."""

import pytest

from ledger.errors import MalformedError
from ledger.tlog.merkle import EMPTY_EDGE, Address, leaf_hash
from ledger.tlog.tile import (
    ENTRIES,
    Tile,
    format_bundle,
    format_tile,
    format_tile_path,
    hash_in_tile,
    new_tiles,
    parse_bundle,
    parse_tile,
    parse_tile_path,
    tile_addresses,
    tile_of,
)
from tests.unit.tlog.small_log import by_address


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(0, 1234067), "tile/0/x001/x234/067"),
        (Tile(15, 455667), "tile/15/x455/667"),
        (Tile(63, 999), "tile/63/999"),
        (Tile(1, 1000, 1), "tile/1/x001/000.p/1"),
        (Tile(0, 0, 255), "tile/0/000.p/255"),
        (Tile(ENTRIES, 123456789), "tile/entries/x123/x456/789"),
        (Tile(ENTRIES, 1, 1), "tile/entries/001.p/1"),
    ],
)
def test_path_is_read_back(tile: Tile, path: str) -> None:
    """Indexes stand in groups of three digits, all but the last with an x (tlog-tiles, *Merkle Tree*)."""
    assert format_tile_path(tile) == path
    assert parse_tile_path(path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile/0/0",
        "tile/0/0000",
        "tile/0/x000/001",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/data/000",
        "tile/8/001/002",
        "tile/0/x001/x234",
        "tile/0/x001/0002",
        "tile/0/x001/-02",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/000.p/256",
        "tile/0/000.p/",
        "tile/0/000.p",
        "tile/0/000/",
        "/tile/0/000",
        "tile/0/000\n",
        "tile/0/٠٠٠",
        "tile/0/../000",
        "tile/0/x999/x999/x999/x999/x999/999",
    ],
)
def test_path_of_another_form_is_refused(path: str) -> None:
    """No leading zeros, no empty elements, no width of 0 or 256: one path for one tile (tlog-tiles)."""
    with pytest.raises(MalformedError, match="is not the path of a tile"):
        parse_tile_path(path)


@pytest.mark.parametrize("tile", [Tile(64, 0), Tile(-2, 0), Tile(0, -1), Tile(0, 0, 0), Tile(0, 0, 257)])
def test_tile_that_cannot_be_is_not_written(tile: Tile) -> None:
    """Levels end at 63 and widths at 256 (tlog-tiles)."""
    with pytest.raises(MalformedError, match="There is no tile"):
        format_tile_path(tile)


def test_tree_of_seventy_thousand_has_the_tiles_of_the_specification() -> None:
    """273 full tiles and one of 112 below, one full and one of 17 above, one of 1 at the top (*Partial Tiles*)."""
    tiles = new_tiles(0, 70_000)
    assert len([tile for tile in tiles if tile.level == 0 and tile.width == 256]) == 273
    assert [tile for tile in tiles if tile.width != 256] == [Tile(0, 273, 112), Tile(1, 1, 17), Tile(2, 0, 1)]
    assert Tile(1, 0) in tiles
    assert len(tiles) == 273 + 1 + 1 + 1 + 1


def test_tree_of_two_hundred_and_fifty_six_has_a_full_tile_and_one_above() -> None:
    """A full tile is hashed into the level above at once (*Partial Tiles*)."""
    assert new_tiles(0, 256) == (Tile(0, 0), Tile(1, 0, 1))


def test_growth_writes_only_what_changed() -> None:
    """A full tile is never written again; a partial one is, when it has grown."""
    assert new_tiles(300, 300) == ()
    assert new_tiles(300, 301) == (Tile(0, 1, 45),)
    assert new_tiles(500, 520) == (Tile(0, 1), Tile(0, 2, 8), Tile(1, 0, 2))


def test_every_node_is_found_in_its_tile() -> None:
    """Levels that no tile holds are folded out of those that it does (*Merkle Tree*)."""
    leaves = [leaf_hash(b"%d" % number) for number in range(600)]
    nodes = by_address(EMPTY_EDGE.extend(leaves)[1])
    for (level, number), value in nodes.items():
        tile = tile_of(Address(level, number), 600)
        hashes = [nodes[address] for address in tile_addresses(tile)]
        assert hash_in_tile(tile, hashes, Address(level, number)) == value


@pytest.mark.parametrize("address", [Address(0, 600), Address(9, 1), Address(0, -1), Address(-1, 0)])
def test_node_that_is_not_complete_is_in_no_tile(address: Address) -> None:
    """A tree of 600 leaves has one node at level 9 and 600 at level 0."""
    with pytest.raises(MalformedError, match="has no node"):
        tile_of(address, 600)


def test_node_of_another_tile_is_refused() -> None:
    """Reading the wrong tile is noticed."""
    hashes = [leaf_hash(b"%d" % number) for number in range(256)]
    for address in (Address(0, 256), Address(8, 0), Address(1, 128)):
        with pytest.raises(MalformedError, match="is not in tile/0/000"):
            hash_in_tile(Tile(0, 0), hashes, address)


def test_tile_is_its_hashes() -> None:
    """32 bytes a hash, and nothing else (*Merkle Tree*)."""
    hashes = tuple(leaf_hash(b"%d" % number) for number in range(3))
    assert parse_tile(format_tile(hashes), width=3) == hashes
    with pytest.raises(MalformedError, match="96 bytes, and 4 hashes have 128"):
        parse_tile(format_tile(hashes), width=4)


def test_bundle_is_entries_after_their_lengths() -> None:
    """Two bytes of length, big-endian, before each entry (*Log entries*)."""
    assert format_bundle((b"one", b"", b"x" * 258)) == b"\x00\x03one\x00\x00\x01\x02" + b"x" * 258
    assert parse_bundle(b"\x00\x03one\x00\x00", width=2) == (b"one", b"")


@pytest.mark.parametrize(
    ("raw", "width"),
    [
        (b"", 1),
        (b"\x00", 1),
        (b"\x00\x03on", 1),
        (b"\x00\x03one", 2),
        (b"\x00\x03one\x00\x00", 1),
        (b"\x00\x00\x00", 1),
    ],
    ids=["nothing", "half a length", "half an entry", "one for two", "two for one", "a byte more"],
)
def test_bundle_of_another_width_is_refused(raw: bytes, width: int) -> None:
    """A bundle holds exactly the entries that its path says."""
    with pytest.raises(MalformedError, match="does not hold exactly"):
        parse_bundle(raw, width=width)


def test_entry_too_long_for_a_bundle_is_refused() -> None:
    """Two bytes count up to 65,535 (*Log entries*)."""
    with pytest.raises(MalformedError, match="65536 bytes does not go into a bundle"):
        format_bundle((b"x" * 65536,))
