"""Exporting: what a server would serve, again and again, the checkpoint last (design §2.4; issue 3, part 1)."""

from collections.abc import Iterator

import pytest

from ledger.errors import ConflictError, ForkError, UnavailableError
from ledger.service.interval import Dating
from ledger.signing.canonical import digest
from ledger.tlog.checkpoint import add_signatures, cosign_checkpoint
from tests.unit.service.fake import MemorySite
from tests.unit.service.scenario import CSV, KEYS, RAW, SOURCE, House, evidence
from tests.unit.service.static import POLICY, add_positions, built, erase, export, exported, rebuild


def test_site_holds_what_the_design_names() -> None:
    """Checkpoint and policy, tiles and bundles at each width that a checkpoint was signed at, statements, files."""
    house = built()
    site, rows = exported(house), house.store.state.rows
    assert set(site.files) == {
        "checkpoint", "policy",
        *(f"tile/{level}/000.p/{width}" for level in (0, "entries") for width in (3, 7, 8, 11)),
        *(f"statement/{row.statement.hex()}" for row in rows),
        *(f"blob/{digest(raw)[7:]}" for raw in (RAW, CSV, b"mapping")),
    }  # fmt: skip
    assert site.files["checkpoint"] == house.store.state.head.checkpoint
    assert site.files["policy"] == POLICY
    assert site.files["tile/0/000.p/11"] == b"".join(row.leaf for row in rows)
    assert site.files["tile/entries/000.p/3"] == b"".join(
        len(row.header).to_bytes(2, "big") + row.header for row in rows[:3]
    )


def test_export_again_writes_only_what_is_new() -> None:
    """Full tiles are written once; the second export begins where the checkpoint stands."""
    house = built(250)
    site = MemorySite()
    assert export(house, site).before == 0
    add_positions(house, 20)
    site.steps.clear()
    found = export(house, site)
    assert (found.before, found.size, found.statements, found.blobs) == (258, 278, 20, 0)
    assert "write tile/0/000" not in site.steps
    assert site.steps[-2:] == ["settle", "publish checkpoint"]
    assert site.files == exported(house).files
    site.steps.clear()
    assert export(house, site).statements == 0
    assert site.steps == ["settle", "publish checkpoint"]


@pytest.mark.parametrize("left", [b"", RAW[:5], bytes(len(RAW))], ids=["nothing", "a part", "zeros"])
def test_file_that_a_power_cut_left_broken_is_written_again(left: bytes) -> None:
    """A file under its name is not yet whole: before the checkpoint was written nothing was made durable."""
    house, site = built(), MemorySite()
    path = f"blob/{digest(RAW)[7:]}"
    site.files[path] = left
    assert export(house, site).blobs == 3
    assert site.files[path] == RAW


def test_partial_tiles_go_when_the_full_one_is_there() -> None:
    """tlog-tiles, *Partial Tiles*: not before, and then all of them."""
    house = built(240)
    site = MemorySite()
    export(house, site)
    assert "tile/0/000.p/248" in site.files
    add_positions(house, 10)
    export(house, site)
    assert not any(name.startswith(("tile/0/000.p", "tile/entries/000.p")) for name in site.files)
    assert {"tile/0/000", "tile/entries/000", "tile/0/001.p/2", "tile/1/000.p/1"} <= set(site.files)


def test_process_that_dies_at_any_step_leaves_the_old_checkpoint() -> None:
    """Whatever was written before, what the checkpoint covers is whole, and the next export ends well."""
    house = built(250)
    site = MemorySite()
    export(house, site)
    add_positions(house, 10)
    steps: list[str] = []
    whole = MemorySite(site.files)
    whole.fault = steps.append
    export(house, whole)
    before = {name: raw for name, raw in site.files.items() if ".p/" not in name}
    for number, _ in enumerate(steps):
        left = iter(range(number))
        broken = MemorySite(site.files)

        def fail(step: str, left: Iterator[int] = left) -> None:
            if next(left, None) is None:
                raise UnavailableError(f"The disk is full at {step}.")

        broken.fault = fail
        with pytest.raises(UnavailableError, match="disk is full"):
            export(house, broken)
        assert before.items() <= broken.files.items()
        broken.fault = lambda _step: None
        export(house, broken)
        assert broken.files == whole.files


def test_raw_file_that_may_not_travel_stays_behind() -> None:
    """One statement that does not let a raw file travel is enough; it is named, and written only for a successor."""
    house = built(redistribute=False)
    site = MemorySite()
    found = export(house, site)
    assert found.withheld == (digest(RAW),)
    assert f"blob/{digest(RAW)[7:]}" not in site.files
    assert f"blob/{digest(CSV)[7:]}" in site.files
    assert export(house, site, restricted=True).withheld == ()
    assert site.files[f"blob/{digest(RAW)[7:]}"] == RAW


def test_raw_file_that_may_travel_no_longer_is_removed() -> None:
    """A later vintage of the same file under another licence takes it out of the site."""
    house = built()
    site = MemorySite()
    export(house, site)
    assert f"blob/{digest(RAW)[7:]}" in site.files
    house.say("evidence", "series:export/bb/aa", evidence(vintage={"published": "2020-05-01"}, redistribute=False))
    assert export(house, site).withheld == (digest(RAW),)
    assert f"blob/{digest(RAW)[7:]}" not in site.files


def test_archived_page_travels_where_it_is_held() -> None:
    """A source may name the digest of its archived copy; it is copied if it is there."""
    house = built()
    page = house.blobs.keep(b"a page")
    body = {"party": "aa", "stance": "affirms", "date": "2020-01-16", "source": {**SOURCE, "digest": page}}
    house.say("position", "grain", body)
    gone = {**body, "note": "elsewhere", "source": {**SOURCE, "digest": "sha256:" + "0" * 64}}
    house.say("position", "grain", gone)
    site = exported(house)
    assert site.files[f"blob/{page[7:]}"] == b"a page"
    assert f"blob/{'0' * 64}" not in site.files


def test_erased_statement_leaves_the_site() -> None:
    """Its header stays, and so does every proof (design §2.3)."""
    house = built()
    site = MemorySite()
    export(house, site)
    row = house.store.state.rows[9]
    assert f"statement/{row.statement.hex()}" in site.files
    erase(house, 9)
    export(house, site)
    assert f"statement/{row.statement.hex()}" not in site.files
    assert row.header in site.files["tile/entries/000.p/12"]
    assert site.files == exported(house).files


# --- refusals ---------------------------------------------------------------------------------------------------------


def test_site_of_another_log_is_refused() -> None:
    """An export never replaces somebody else's site."""
    house, other = built(), House(title="Another").set_up()
    site = exported(house)
    site.files["checkpoint"] = site.files["checkpoint"].replace(b"example.org/test", b"example.org/others")
    before = dict(site.files)
    with pytest.raises(ConflictError, match="did not sign"):
        export(other, site)
    assert site.files == before


def test_site_that_is_ahead_is_refused() -> None:
    """A ledger that was restored from an old copy would turn its public site back."""
    site = exported(built(5))
    with pytest.raises(ConflictError, match="restored from an old copy") as caught:
        export(built(3), site)
    assert set(caught.value.facts) == {"held", "ledger"}


def test_fork_is_refused_and_carries_both_checkpoints() -> None:
    """Two ledgers with the same keys and another past: the error keeps both signed checkpoints (style §7)."""
    house, fork = built(3), House(title="A test of another past").set_up()
    add_positions(fork, 10)
    site = exported(house)
    before = dict(site.files)
    with pytest.raises(ForkError, match="keep both") as caught:
        export(fork, site)
    assert caught.value.facts["held"] == house.store.state.head.checkpoint.decode()
    assert caught.value.facts["ledger"] == fork.store.state.head.checkpoint.decode()
    assert site.files == before


def test_checkpoint_is_served_as_its_witnesses_cosigned_it() -> None:
    """Cosignatures are published with the checkpoint, and only with the one that they are under."""
    house = built()
    signed = house.store.state.head.checkpoint
    witness = cosign_checkpoint(signed, name="witness.example/w", key=KEYS["spare"], at=1_767_323_046)
    note = add_signatures(signed, [witness])
    site = exported(house, dating=Dating({11: note}.get))
    assert site.files["checkpoint"] == note
    assert rebuild(site)[0].front.note == note
    add_positions(house, 1)
    with pytest.raises(ConflictError, match="cosigned another checkpoint"):
        export(house, site, dating=Dating({12: note}.get))
    assert site.files["checkpoint"] == note
    export(house, site, dating=Dating({11: note}.get))
    assert site.files["checkpoint"] == house.store.state.head.checkpoint


def test_ledger_that_contradicts_its_checkpoint_exports_nothing() -> None:
    """The tree is folded anew from the headers: a store that was changed is not published."""
    house = built()
    row = house.store.state.rows[4]
    house.store.state.rows[4] = row._replace(header=row.header.replace(b'"party"', b'"partx"'))
    site = MemorySite()
    with pytest.raises(ConflictError, match="do not have the root"):
        export(house, site)
    assert "checkpoint" not in site.files
