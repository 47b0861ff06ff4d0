"""Tiles: the tree and the entries as static files (C2SP tlog-tiles).

A tile at level L holds 256 consecutive nodes of tree level 8·L, so that it stands for the eight levels above them; a
bundle holds the 256 entries below a tile of level 0. The rightmost ones are partial. Here are their coordinates, paths
and bytes; nothing here writes or fetches one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from ledger.errors import MalformedError
from ledger.tlog.merkle import HASH_SIZE, Address, Hash, node_hash

TILE_HEIGHT: Final = 8
TILE_WIDTH: Final = 1 << TILE_HEIGHT
ENTRIES: Final = -1
"""The level that stands for the entries themselves."""

_LAST_LEVEL: Final = 63
_LAST_INDEX: Final = 2**54
_LENGTH_SIZE: Final = 2
_ENTRY_LIMIT: Final = 0xFFFF
_PATH: Final = re.compile(
    r"tile/(0|[1-9][0-9]?|entries)/((?:x[0-9]{3}/){0,5})([0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Tile:
    """Where a tile stands.

    Attributes:
        level: of the tile, 0 to 63; `ENTRIES` for a bundle of entries.
        index: of the tile within its level.
        width: how many hashes or entries it holds, 1 to 256; fewer than 256 make it partial.
    """

    level: int
    index: int
    width: int = TILE_WIDTH


def format_tile_path(tile: Tile) -> str:
    """Return the path of a tile below the log's prefix; `parse_tile_path` is the inverse.

    Raises:
        MalformedError: there is no tile of that level, index or width.
    Source: C2SP tlog-tiles, *Merkle Tree*, *Log entries*.
    """
    if not (ENTRIES <= tile.level <= _LAST_LEVEL and 0 <= tile.index <= _LAST_INDEX and 1 <= tile.width <= TILE_WIDTH):
        message = f"There is no tile {tile.index} of level {tile.level} and width {tile.width}; mend the number."
        raise MalformedError(message, level=tile.level, index=tile.index, width=tile.width)
    digits = str(tile.index)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    *high, last = (digits[start : start + 3] for start in range(0, len(digits), 3))
    name = "entries" if tile.level == ENTRIES else str(tile.level)
    partial = "" if tile.width == TILE_WIDTH else f".p/{tile.width}"
    return "/".join(("tile", name, *(f"x{part}" for part in high), last)) + partial


def parse_tile_path(path: str) -> Tile:
    """Return the tile that a path names; only what `format_tile_path` writes is accepted.

    Raises:
        MalformedError: it is not the path of a tile.
    """
    found = _PATH.fullmatch(path)
    if found is not None:
        name, high, last, width = found.groups()
        level = ENTRIES if name == "entries" else int(name)
        tile = Tile(level, int(high.replace("x", "").replace("/", "") + last), int(width) if width else TILE_WIDTH)
        # Written again, superfluous zeros and a width of 256 or more show as a difference or have no path.
        if (
            level <= _LAST_LEVEL
            and tile.width <= TILE_WIDTH
            and tile.index <= _LAST_INDEX
            and format_tile_path(tile) == path
        ):
            return tile
    message = f"{path[:80]!r} is not the path of a tile, such as tile/0/x001/x234/067.p/8; mend it."
    raise MalformedError(message)


def new_tiles(old: int, new: int) -> tuple[Tile, ...]:
    """Return the tiles of hashes to be written where a tree of ``old`` leaves has grown to ``new``, from level 0 up.

    A tile that was partial and has grown is written again at its new width; bundles of entries are those of level 0.
    """
    tiles: list[Tile] = []
    level = 0
    while new >> (TILE_HEIGHT * level):
        before, after = old >> (TILE_HEIGHT * level), new >> (TILE_HEIGHT * level)
        if before != after:
            tiles += (Tile(level, index) for index in range(before >> TILE_HEIGHT, after >> TILE_HEIGHT))
            if after % TILE_WIDTH:
                tiles.append(Tile(level, after >> TILE_HEIGHT, after % TILE_WIDTH))
        level += 1
    return tuple(tiles)


def tile_addresses(tile: Tile) -> tuple[Address, ...]:
    """Return where the nodes stand whose hashes a tile holds, in order."""
    first = tile.index << TILE_HEIGHT
    return tuple(Address(tile.level * TILE_HEIGHT, first + step) for step in range(tile.width))


def tile_of(address: Address, size: int) -> Tile:
    """Return the tile in which a node is found, for a tree of ``size`` leaves that has it.

    Raises:
        MalformedError: the tree does not have that node.
    """
    level, rest = divmod(address.level, TILE_HEIGHT)
    if address.level < 0 or not 0 <= address.number < size >> address.level:
        message = f"A log of {size} entries has no node {tuple(address)}; ask for one that is complete."
        raise MalformedError(message, size=size)
    index = address.number << rest >> TILE_HEIGHT
    return Tile(level, index, min(TILE_WIDTH, (size >> (TILE_HEIGHT * level)) - (index << TILE_HEIGHT)))


def hash_in_tile(tile: Tile, hashes: Sequence[Hash], address: Address) -> Hash:
    """Return the hash of a node from the tile in which it stands, folding the levels that a tile leaves out.

    Raises:
        MalformedError: the node is not in that tile.
    """
    rest = address.level - tile.level * TILE_HEIGHT
    start = (address.number << rest) - (tile.index << TILE_HEIGHT) if 0 <= rest < TILE_HEIGHT else -1
    row = list(hashes[start : start + (1 << rest)]) if start >= 0 else []
    if len(row) != 1 << max(rest, 0):
        message = f"Node {tuple(address)} is not in {format_tile_path(tile)}; read the tile that tile_of names."
        raise MalformedError(message)
    while len(row) > 1:
        row = [node_hash(left, right) for left, right in list(pairwise(row))[::2]]
    return row[0]


def format_tile(hashes: Sequence[Hash]) -> bytes:
    """Return the bytes of a tile: its hashes, one after the other."""
    return b"".join(hashes)


def parse_tile(raw: bytes, *, width: int) -> tuple[Hash, ...]:
    """Return the hashes in a tile's bytes.

    Raises:
        MalformedError: they are not ``width`` hashes.
    """
    if len(raw) != width * HASH_SIZE:
        message = f"The tile has {len(raw)} bytes, and {width} hashes have {width * HASH_SIZE}; fetch it again."
        raise MalformedError(message)
    return tuple(Hash(raw[start : start + HASH_SIZE]) for start in range(0, len(raw), HASH_SIZE))


def format_bundle(entries: Sequence[bytes]) -> bytes:
    """Return the bytes of a bundle: each entry after its length, two bytes, big-endian.

    Raises:
        MalformedError: an entry is longer than two bytes can say.
    Source: C2SP tlog-tiles, *Log entries*.
    """
    longest = max(map(len, entries), default=0)
    if longest > _ENTRY_LIMIT:
        message = (
            f"An entry of {longest} bytes does not go into a bundle, which takes {_ENTRY_LIMIT}; log a shorter one."
        )
        raise MalformedError(message)
    return b"".join(len(entry).to_bytes(_LENGTH_SIZE, "big") + entry for entry in entries)


def parse_bundle(raw: bytes, *, width: int) -> tuple[bytes, ...]:
    """Return the entries in a bundle's bytes.

    Raises:
        MalformedError: they are not exactly ``width`` entries.
    """
    entries: list[bytes] = []
    start = 0
    while start < len(raw) and len(entries) <= width:
        begin = start + _LENGTH_SIZE
        end = begin + int.from_bytes(raw[start:begin], "big")
        if end > len(raw) or begin > len(raw):
            break
        entries.append(raw[begin:end])
        start = end
    if start != len(raw) or len(entries) != width:
        message = f"The bundle does not hold exactly {width} entries; fetch it again."
        raise MalformedError(message)
    return tuple(entries)
