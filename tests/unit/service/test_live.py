"""The live site: what an export would write, out of the store, at every moment (design §2.4)."""

import pytest

from ledger.service.interval import Dating
from ledger.service.live import LiveSite
from ledger.signing.canonical import digest
from tests.unit.service.scenario import CSV, RAW, House
from tests.unit.service.static import POLICY, add_positions, built, erase, exported


def live(house: House) -> LiveSite:
    """Return the live site of a ledger."""
    dating = Dating(lambda _size: None)
    return LiveSite(house.store.reading, house.blobs, policy=lambda _size: POLICY, dating=lambda: dating)


def content(site: LiveSite, path: str) -> bytes | None:
    """Return a file of it, or None."""
    stream = site.open(path)
    if stream is None:
        return None
    with stream:
        return stream.read()


@pytest.mark.parametrize("positions", [3, 250, 520])
def test_every_file_of_an_export_is_served_alike(positions: int) -> None:
    """Checkpoint, policy, tiles at every width, bundles, statements and files: the same bytes."""
    house = built(positions)
    site = live(house)
    for path, raw in exported(house).files.items():
        assert content(site, path) == raw, path


def test_it_grows_with_the_log() -> None:
    """What is published is served at once, and what was served stays as it was."""
    house = built()
    site = live(house)
    before = content(site, "checkpoint")
    tile = content(site, "tile/0/000.p/3")
    add_positions(house, 1)
    assert content(site, "checkpoint") != before
    assert content(site, "tile/0/000.p/3") == tile
    assert content(site, f"statement/{house.store.state.rows[-1].statement.hex()}") == house.store.state.rows[-1].jws


def test_file_is_served_once_a_logged_statement_names_it() -> None:
    """What merely lies there, as a file that waits for its statement, is served to nobody (design §3)."""
    house = House().set_up()
    house.blobs.keep(RAW)
    site = live(house)
    path = f"blob/{digest(RAW)[7:]}"
    assert (content(site, path), site.is_named(digest(RAW))) == (None, False)
    later = built()
    site = live(later)
    assert (content(site, path), site.is_named(digest(RAW))) == (RAW, True)


def test_file_that_may_not_travel_stays() -> None:
    """One statement that keeps a raw file back is enough; its observations travel (design §2.3)."""
    house = built(redistribute=False)
    site = live(house)
    assert content(site, f"blob/{digest(RAW)[7:]}") is None
    assert content(site, f"blob/{digest(CSV)[7:]}") == CSV


def test_erased_statement_is_gone_and_its_tile_stands() -> None:
    """A body that a logged erasure removed is served no more; every proof holds (design §2.3)."""
    house = built()
    site = live(house)
    name, tile = house.store.state.rows[8].statement.hex(), content(site, "tile/0/000.p/11")
    assert content(site, f"statement/{name}") is not None
    erase(house, 8)
    assert content(site, f"statement/{name}") is None
    assert content(site, "tile/0/000.p/11") == tile


@pytest.mark.parametrize(
    "path",
    [
        "", "checkpoint/", "tile/0/000", "tile/0/000.p/12", "tile/0/000.p/256", "tile/0/0.p/1", "tile/1/000.p/1",
        "tile/64/000", "tile/entries/001", "statement/" + "0" * 64, "blob/" + "0" * 64, "blob/" + "A" * 64,
        "statement/../checkpoint", "timestamp/list/0", "pledger.toml", "keys/root.pem",
    ],
)  # fmt: skip
def test_there_is_nothing_else(path: str) -> None:
    """A path that an export does not write leads to nothing."""
    assert content(live(built()), path) is None
