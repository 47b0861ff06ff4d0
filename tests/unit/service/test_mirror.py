"""Mirroring: a verified copy that never follows a log which turns back (issue 3, part 1)."""

import pytest

from ledger.errors import ForkError, MalformedError, PledgerError, RefusedError, UnavailableError
from ledger.signing.canonical import digest
from ledger.tlog.tile import ENTRIES, Tile, format_tile_path
from tests.unit.service.fake import MemorySite
from tests.unit.service.scenario import CSV, RAW, House, evidence
from tests.unit.service.static import POLICY, add_positions, built, erase, export, exported, follow, log, rebuild


def fork_of(count: int) -> House:
    """Return a ledger with the very same beginning, keys and charter, and another position at entry 8."""
    house = built(0)
    log(house, house.sign("position", "grain", NOTED), kind="position", subject="grain")
    return add_positions(house, count)


NOTED = {"party": "bb", "stance": "denies", "date": "2020-01-16", "source": evidence()["source"]}


def contents(site: MemorySite) -> dict[str, bytes]:
    """Return the files but those that hold evidence of a fork."""
    return {name: raw for name, raw in site.files.items() if not name.startswith("fork/")}


def test_copy_is_the_site() -> None:
    """Every file that the checkpoint covers, at the width that it asks for, and a ledger can be rebuilt from it."""
    house = built(300)
    site, copy = exported(house), MemorySite()
    found = follow(site, copy, trusted=POLICY)
    assert (found.before, found.statements, found.files, found.absent) == (0, 308, 3, ())
    assert found.front.checkpoint == house.checkpoint()
    assert contents(copy).items() <= site.files.items()
    assert {name for name in site.files.keys() - copy.files.keys() if ".p/" not in name} == set()
    assert rebuild(copy)[1].state.rows == house.store.state.rows


def test_copy_grows_with_the_site() -> None:
    """Only what is new is fetched; the tiles that were partial become full; the checkpoint comes last."""
    house, site, copy = built(240), MemorySite(), MemorySite()
    export(house, site)
    follow(site, copy)
    add_positions(house, 20)
    export(house, site)
    opened: list[str] = []
    site.fault = opened.append
    copy.steps.clear()
    found = follow(site, copy)
    assert (found.before, found.statements) == (248, 20)
    assert sum(step.startswith("open statement/") for step in opened) == 20
    assert copy.steps[-2:] == ["settle", "publish checkpoint"]
    assert "tile/0/000" in copy.files
    assert not any(name.startswith("tile/0/000.p") for name in copy.files)
    copy.steps.clear()
    assert follow(site, copy).statements == 0
    assert copy.steps == ["settle", "publish checkpoint"]


def test_run_that_was_broken_off_is_taken_up() -> None:
    """At whichever step it dies, the copy stands as its checkpoint says, and the next run fetches only the rest."""
    house, site, copy = built(5), MemorySite(), MemorySite()
    export(house, site)
    follow(site, copy)
    before = contents(copy)
    add_positions(house, 6)
    export(house, site)
    whole = MemorySite(copy.files)
    follow(site, whole)
    for number in range(len(whole.steps)):
        broken = MemorySite(copy.files)
        done: list[str] = []

        def fail(step: str, done: list[str] = done, number: int = number) -> None:
            if not step.startswith("open"):
                done.append(step)
            if len(done) > number:
                raise UnavailableError("The disk is full.")

        broken.fault = fail
        with pytest.raises(UnavailableError, match="disk is full"):
            follow(site, broken)
        assert before.items() <= broken.files.items()
        broken.fault = lambda _step: None
        follow(site, broken)
        assert broken.files == whole.files


def test_file_that_a_crash_left_with_wrong_bytes_is_fetched_again() -> None:
    """A name alone is believed of nothing that no checkpoint of the copy covers."""
    house = built()
    site, copy = exported(house), MemorySite()
    names = [f"statement/{house.store.state.rows[9].statement.hex()}", f"blob/{digest(CSV)[7:]}"]
    copy.files |= dict.fromkeys(names, b"half of it")
    follow(site, copy)
    assert [copy.files[name] for name in names] == [site.files[name] for name in names]


# --- a log that turns back --------------------------------------------------------------------------------------------


def refused(site: MemorySite, copy: MemorySite, said: str) -> ForkError:
    """Return the error, after seeing that the copy stands and holds both checkpoints besides."""
    before, notes = dict(copy.files), (copy.files["checkpoint"], site.files["checkpoint"])
    with pytest.raises(ForkError, match=said) as caught:
        follow(site, copy)
    assert contents(copy) == contents(MemorySite(before))
    kept = caught.value.facts["kept"]
    assert isinstance(kept, list)
    assert [copy.files[path] for path in kept] == list(notes)
    assert caught.value.facts["held"] == notes[0].decode()
    assert caught.value.facts["served"] == notes[1].decode()
    return caught.value


def test_rollback_is_refused() -> None:
    """An earlier checkpoint, however well signed, replaces nothing."""
    house, copy = built(3), MemorySite()
    early = exported(house)
    add_positions(house, 2)
    follow(exported(house), copy)
    refused(early, copy, "turned back to an earlier state, with 11 entries after 13")


def test_two_logs_of_one_size_are_refused() -> None:
    """The shortest proof of misbehaviour: one size, two roots, both signed."""
    copy = MemorySite()
    follow(exported(built(3)), copy)
    refused(exported(fork_of(2)), copy, "has signed two logs of 11 entries")


def test_shorter_log_with_another_past_is_refused() -> None:
    """Shorter and different: not an old state, but another."""
    copy = MemorySite()
    follow(exported(built(5)), copy)
    refused(exported(fork_of(2)), copy, "has another past")


@pytest.mark.parametrize("count", [4, 300])
def test_longer_log_with_another_past_is_refused(count: int) -> None:
    """The served tiles prove which tree the new root begins with, and it is not the one that is held."""
    copy = MemorySite()
    follow(exported(built(3)), copy)
    error = refused(exported(fork_of(count)), copy, "do not begin with the 11 held")
    assert error.facts["consistency"]


def test_tiles_that_prove_nothing_accuse_nobody() -> None:
    """A broken file is no fork: the log is at fault only where its own tiles prove it."""
    house, copy = built(3), MemorySite()
    follow(exported(house), copy)
    site = exported(add_positions(house, 10))
    path = format_tile_path(Tile(0, 0, 21))
    site.files[path] = bytes(32) + site.files[path][32:]
    before = dict(copy.files)
    with pytest.raises(MalformedError, match="do not lead to the root"):
        follow(site, copy)
    assert copy.files == before


# --- a site that is not whole -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["a position", "the grant", "the figures", "the raw file"])
def test_part_that_is_withheld_is_named(what: str) -> None:
    """What the log names and nothing logged removes has to be there; the checkpoint is not taken over."""
    house, copy = built(0), MemorySite()
    export(house, site := MemorySite())
    if what != "the grant":
        add_positions(house, 3)
        export(house, site)
    rows = house.store.state.rows
    paths = {
        "a position": f"statement/{rows[-1].statement.hex()}", "the grant": f"statement/{rows[1].statement.hex()}",
        "the figures": f"blob/{digest(CSV)[7:]}", "the raw file": f"blob/{digest(RAW)[7:]}",
    }  # fmt: skip
    del site.files[paths[what]]
    with pytest.raises(MalformedError, match="lacks the key of entry 1" if what == "the grant" else "withholds"):
        follow(site, copy)
    assert "checkpoint" not in copy.files


def test_restricted_file_is_not_asked_for() -> None:
    """A raw file that may not travel is absent with an excuse, also where an earlier statement gives it."""
    house, site, copy = built(3, redistribute=False), MemorySite(), MemorySite()
    export(house, site)
    assert follow(site, copy).absent == (digest(RAW),)
    again = evidence(vintage={"published": "2020-05-01"}, redistribute=True)
    house.say("evidence", "series:export/bb/aa", again)
    export(house, site)
    assert follow(site, copy).absent == (digest(RAW),)
    assert f"blob/{digest(RAW)[7:]}" not in copy.files


def test_erasure_is_honoured() -> None:
    """What the log erases goes from the copy too, and its header stays."""
    house, site, copy = built(), MemorySite(), MemorySite()
    export(house, site)
    follow(site, copy)
    row = house.store.state.rows[9]
    erase(house, 9)
    export(house, site)
    follow(site, copy)
    assert f"statement/{row.statement.hex()}" not in copy.files
    assert row.header in copy.files[format_tile_path(Tile(ENTRIES, 0, 12))]
    fresh = MemorySite()
    assert follow(site, fresh).absent == (f"sha256:{row.statement.hex()}",)


def erase_wrongly(house: House, index: int, *, subject: str) -> None:
    """Log what no program of ours would: an erasure that does not count, and do as if it did."""
    row = house.store.state.rows[index]
    body = {"digests": [f"sha256:{row.statement.hex()}"], "ground": "a court order", "reason": "personal data"}
    log(house, house.sign("erasure", subject, body, key="operator"), kind="erasure", subject=subject)


@pytest.mark.parametrize(
    ("index", "subject"), [(0, "example.org/test"), (1, None), (9, "deal")], ids=["charter", "key", "another subject"]
)
def test_copy_keeps_what_no_erasure_may_name(index: int, subject: str | None) -> None:
    """A log that erases what lasts, or under another subject, takes nothing from its mirrors (design §2.3)."""
    house, site, copy = built(), MemorySite(), MemorySite()
    export(house, site)
    follow(site, copy)
    row = house.store.state.rows[index]
    path = f"statement/{row.statement.hex()}"
    served = site.files[path]
    erase_wrongly(house, index, subject=subject or row.subject)
    export(house, site)
    site.files[path] = served
    assert follow(site, copy).erased == ()
    assert copy.files[path] == served
    del site.files[path]
    with pytest.raises(PledgerError):
        follow(site, MemorySite())


def test_statement_that_is_logged_after_its_erasure_stays() -> None:
    """An erasure takes what was logged before it, and nothing that comes back (design §2.3)."""
    house, site, copy = built(0), MemorySite(), MemorySite()
    raw = house.sign("position", "grain", NOTED)
    body = {"digests": [digest(raw)], "ground": "a court order", "reason": "personal data"}
    log(house, house.sign("erasure", "grain", body, key="operator"), kind="erasure", subject="grain")
    log(house, raw, kind="position", subject="grain")
    export(house, site)
    site.files[f"statement/{digest(raw)[7:]}"] = raw
    assert follow(site, copy).erased == ()
    assert copy.files[f"statement/{digest(raw)[7:]}"] == raw


def test_charter_that_changes_while_it_is_read_is_refused() -> None:
    """The charter whose keys signed the checkpoint is the one that entry 0 of the tree names."""
    site, other = exported(built()), exported(House(title="Another").set_up())
    path = "tile/entries/000.p/11"
    opened: list[str] = []

    def swap(step: str) -> None:
        opened.append(step)
        if opened.count(f"open {path}") == 2:
            site.files[path] = b""

    site.fault = swap
    with pytest.raises(PledgerError):
        follow(site, MemorySite())
    assert other.files["checkpoint"] != site.files["checkpoint"]


def test_site_of_another_log_is_refused() -> None:
    """The copy's own charter says whose checkpoints count, whatever the site says of itself."""
    copy = MemorySite()
    follow(exported(built()), copy)
    site = exported(add_positions(built(), 2))
    site.files["checkpoint"] = site.files["checkpoint"].replace(b"example.org/test", b"example.org/else")
    before = dict(copy.files)
    with pytest.raises((RefusedError, MalformedError)):
        follow(site, copy)
    assert copy.files == before
