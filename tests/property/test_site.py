"""The laws of the static site: exporting in pieces is exporting at once; importing undoes it; no flipped bit passes."""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.errors import PledgerError
from ledger.service.site import Tiler
from ledger.tlog.merkle import EMPTY_EDGE, Edge, leaf_hash
from ledger.tlog.tile import Tile
from tests.unit.service.fake import MemorySite
from tests.unit.service.static import add_positions, built, erase, export, exported, follow, rebuild

HOUSE = built(300)
SITE = exported(HOUSE)
SMALL = built(3)
erase(SMALL, 9)
SMALL_SITE = exported(SMALL)


@settings(max_examples=15, deadline=None)
@given(cuts=st.lists(st.integers(1, 150), max_size=4))
def test_exporting_in_pieces_is_exporting_at_once(cuts: list[int]) -> None:
    """However often a log is exported while it grows, the site is the one that a single export writes."""
    house, site, copy = built(100), MemorySite(), MemorySite()
    for cut in cuts:
        export(house, site)
        follow(site, copy)
        add_positions(house, cut)
    export(house, site)
    assert site.files == exported(house).files
    follow(site, copy)
    assert copy.files.items() <= site.files.items()
    assert rebuild(copy)[1].state.rows == house.store.state.rows


@settings(deadline=None)
@given(sizes=st.lists(st.integers(0, 700), max_size=6))
def test_tiles_do_not_depend_on_how_entries_come(sizes: list[int]) -> None:
    """In pieces or at once: the same tiles, the same root."""
    headers = [b"%d" % number for number in range(sum(sizes))]
    pieces, whole = Tiler(EMPTY_EDGE), Tiler(EMPTY_EDGE)
    tiles: dict[Tile, bytes] = {}
    start = 0
    for size in sizes:
        tiles.update(pieces.extend(headers[start : start + size]).tiles)
        start += size
    assert tiles == dict(whole.extend(headers).tiles)
    assert pieces.partial() == whole.partial()
    assert pieces.partial_bundle() == whole.partial_bundle()
    edge: Edge = EMPTY_EDGE.extend([leaf_hash(header) for header in headers])[0]
    assert pieces.edge == edge == whole.edge


def flipped(files: Mapping[str, bytes], number: int, bit: int) -> tuple[str, MemorySite]:
    """Return a site with one bit of one file flipped, of those that its checkpoint covers."""
    size = {SITE.files["checkpoint"]: 308, SMALL_SITE.files["checkpoint"]: 12}[files["checkpoint"]]
    names = [
        name for name in sorted(files)
        if ".p/" not in name or name.endswith((f"/{size % 256}", "/000.p/1")) or (size < 256 and name.endswith("/12"))
    ]  # fmt: skip
    name = names[number % len(names)]
    raw = bytearray(files[name])
    raw[bit // 8 % len(raw)] ^= 1 << bit % 8
    return name, MemorySite({**files, name: bytes(raw)})


@settings(max_examples=60, deadline=None)
@given(number=st.integers(0, 1000), bit=st.integers(0, 8 * 9000), is_small=st.booleans())
def test_flipped_bit_of_any_file_is_never_imported(number: int, bit: int, *, is_small: bool) -> None:
    """Whichever bit of whichever file: the import refuses, or gives the very same ledger (a bit that says nothing)."""
    house, site = (SMALL, SMALL_SITE) if is_small else (HOUSE, SITE)
    name, broken = flipped(site.files, number, bit)
    try:
        found, store, _ = rebuild(broken)
    except PledgerError:
        return
    # What the signature lines of unknown keys and the policy's addresses say is nobody's to check.
    assert name in {"checkpoint", "policy"}
    assert store.state.rows == house.store.state.rows
    assert found.front.checkpoint == house.checkpoint()


@settings(max_examples=40, deadline=None)
@given(number=st.integers(0, 1000), bit=st.integers(0, 8 * 9000))
def test_flipped_bit_of_any_file_never_reaches_a_copy(number: int, bit: int) -> None:
    """A mirror that follows a broken site stands as it stood, or holds what it would have held."""
    name, broken = flipped(SITE.files, number, bit)
    copy = MemorySite()
    try:
        follow(broken, copy)
    except PledgerError:
        assert "checkpoint" not in copy.files
        return
    kept = {name: raw for name, raw in copy.files.items() if name not in {"checkpoint", "policy"}}
    assert kept.items() <= SITE.files.items()
    # A copy needs no tiles but those of level 0; it makes the others itself.
    assert name in {"checkpoint", "policy"} or name.startswith("tile/1/")


@pytest.mark.parametrize("is_restricted", [True, False])
def test_exporting_twice_gives_the_same_bytes(*, is_restricted: bool) -> None:
    """Nothing in a site depends on when or how often it is written (style §10)."""
    assert exported(SMALL, restricted=is_restricted).files == exported(SMALL, restricted=is_restricted).files
