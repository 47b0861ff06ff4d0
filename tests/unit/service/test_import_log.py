"""Importing: a ledger rebuilt from its static site alone, to the identical root, all verified (issue 3, part 1)."""

from typing import Any

import pytest

from ledger.errors import ConflictError, MalformedError, PledgerError, RefusedError
from ledger.service.check import check_log
from ledger.service.import_log import import_log
from ledger.service.publish import Publisher, make_receipt
from ledger.service.site import statement_path
from ledger.signing.canonical import digest
from ledger.tlog.proof import verify_receipt
from tests.unit.service.fake import MemoryBlobs, MemorySite, MemoryStore
from tests.unit.service.scenario import CSV, LOG_KEYS, ORIGIN, POSITION, RAW, START, House, sign
from tests.unit.service.static import POLICY, add_positions, built, erase, export, exported, log, rebuild

LAST = "tile/entries/000.p/11"


def test_ledger_comes_back_to_the_identical_root() -> None:
    """Entries, statements, nodes, head and files are those of the ledger that was exported."""
    house = built(300)
    found, store, blobs = rebuild(exported(house), trusted=POLICY)
    assert store.state.rows == house.store.state.rows
    assert store.state.nodes == house.store.state.nodes
    assert store.state.head == house.store.state.head
    assert blobs.held == house.blobs.held
    assert (found.statements, found.erased, found.files, found.withheld) == (308, 0, 3, ())
    with store.reading() as reading:
        assert check_log(reading, blobs, genesis=house.genesis).is_sound


def test_old_receipts_verify_and_new_ones_are_given() -> None:
    """Whoever holds the log's keys carries on where it stood; what was promised before still holds."""
    house = built()
    with house.store.reading() as reading:
        old = [make_receipt(reading, row) for row in house.store.state.rows]
    _, store, blobs = rebuild(exported(house))
    publisher = Publisher(store, blobs, origin=ORIGIN, sign=sign, clock=lambda: START)
    fresh = publisher.publish([house.sign("position", "grain", {**POSITION, "note": "elsewhere"})])
    assert [place.index for place in fresh.places] == [11]
    assert [verify_receipt(one, log=LOG_KEYS) for one in (*old, *fresh.receipts())] == [()] * 12
    with store.reading() as reading:
        assert check_log(reading, blobs, genesis=house.genesis).is_sound


def test_import_and_export_undo_each_other() -> None:
    """What is exported of an import is the site, less the widths of checkpoints that are no longer known."""
    house = built(300)
    site = exported(house)
    _, store, blobs = rebuild(site)
    again = House.__new__(House)
    again.store, again.blobs = store, blobs
    fresh = exported(again)
    assert fresh.files.items() <= site.files.items()
    assert {name for name in site.files.keys() - fresh.files.keys() if ".p/" not in name} == set()


def test_erased_statement_is_excused_by_its_erasure() -> None:
    """The header stands, the store notes the erasure, and the check finds nothing (design §2.3)."""
    house = built()
    erase(house, 9)
    found, store, _ = rebuild(exported(house))
    assert (found.statements, found.erased) == (11, 1)
    assert store.state.rows[9].jws is None
    assert store.state.erasures == {9: 11}


def test_raw_file_that_may_not_travel_is_excused_and_named() -> None:
    """The observations are there and checked; the raw file is kept back by its licence."""
    house = built(redistribute=False)
    found, _, blobs = rebuild(exported(house))
    assert found.withheld == (digest(RAW),)
    assert set(blobs.held) == {digest(CSV), digest(b"mapping")}
    found, _, blobs = rebuild(exported(house, restricted=True))
    assert found.withheld == ()
    assert blobs.held[digest(RAW)] == RAW


def test_erased_figures_are_excused() -> None:
    """A file that an erasure names is not asked for, and the check is told so."""
    house = built()
    body = {"digests": [digest(CSV)], "ground": "a court order", "reason": "personal data"}
    log(house, house.sign("erasure", "series:export/bb/aa", body, key="operator"), kind="erasure",
        subject="series:export/bb/aa")  # fmt: skip
    found, _, blobs = rebuild(exported(house))
    assert found.withheld == (digest(CSV),)
    assert digest(CSV) not in blobs.held


def test_store_that_is_used_is_refused() -> None:
    """An import never goes on top of something."""
    house = built()
    with pytest.raises(ConflictError, match="holds 11 entries already"):
        import_log(exported(house), house.store, house.blobs)


def test_genesis_and_policy_of_the_caller_are_asked() -> None:
    """A site of another log, however sound, is refused by the policy that the caller holds."""
    from tests.unit.service.test_site import OTHERS

    with pytest.raises(RefusedError, match="No log of the policy signed"):
        rebuild(exported(built()), trusted=OTHERS)


def first(site: MemorySite, prefix: str) -> str:
    """Return the first file below a path."""
    return min(name for name in site.files if name.startswith(prefix))


@pytest.mark.parametrize("name", ["tile/0/000", "tile/entries/000", "tile/1/000.p/1", "tile/0/001.p/52", "policy",
                                  "tile/entries/001.p/52", "checkpoint", "statement/", "blob/"])  # fmt: skip
@pytest.mark.parametrize("how", ["missing", "empty", "cut", "flipped", "longer"])
def test_site_with_a_fault_in_any_file_is_refused(name: str, how: str) -> None:
    """Every file that the checkpoint covers is read and held against the others; nothing is committed as a ledger."""
    site = exported(built(300))
    path = name if name in site.files else first(site, name)
    raw = site.files.pop(path)
    changes = {
        "empty": b"", "cut": raw[:-1], "longer": raw + b"x",
        "flipped": raw[: len(raw) // 2] + bytes([raw[len(raw) // 2] ^ 1]) + raw[len(raw) // 2 + 1 :],
    }  # fmt: skip
    if how != "missing":
        site.files[path] = changes[how]
    elif path.startswith("blob/"):
        # The mapping may be absent; the figures may not.
        site.files.pop(f"blob/{digest(CSV)[7:]}", None)
    with pytest.raises(PledgerError):
        rebuild(site)


@pytest.mark.parametrize(
    ("phrase", "said"),
    [
        ("a position", "of entry 9, and nothing logged removes it"),
        ("the grant", "lacks the key of entry 1"),
        ("the figures", "lacks the file"),
        ("the raw file", "lacks the file"),
    ],
)
def test_part_that_is_left_out_is_named(phrase: str, said: str) -> None:
    """What is absent without an excuse is refused, with its entry."""
    house = built()
    site, rows = exported(house), house.store.state.rows
    paths = {
        "a position": f"statement/{rows[9].statement.hex()}", "the grant": f"statement/{rows[1].statement.hex()}",
        "the figures": f"blob/{digest(CSV)[7:]}", "the raw file": f"blob/{digest(RAW)[7:]}",
    }  # fmt: skip
    del site.files[paths[phrase]]
    with pytest.raises(MalformedError, match=said):
        rebuild(site)


def by_a_stranger(house: House) -> None:
    """Log a position by a key that the ledger does not know."""
    log(house, house.sign("position", "grain", POSITION, key="stranger"), kind="position", subject="grain")


def without_the_role(house: House) -> None:
    """Log a position by the operator."""
    log(house, house.sign("position", "grain", POSITION, key="operator"), kind="position", subject="grain")


def of_another_ledger(house: House) -> None:
    """Log a position that was signed for another ledger."""
    raw = house.sign("position", "grain", POSITION, genesis="sha256:" + "0" * 64)
    log(house, raw, kind="position", subject="grain")


def of_another_kind(house: House) -> None:
    """Log a position as an action."""
    log(house, house.sign("position", "grain", POSITION), kind="action", subject="grain")


def of_another_past(house: House) -> None:
    """Log a position whose author had seen a checkpoint that never was."""
    from ledger.tlog.checkpoint import Checkpoint
    from ledger.tlog.merkle import Hash

    anchor = Checkpoint(ORIGIN, 5, Hash(bytes(32)))
    log(house, house.sign("position", "grain", POSITION, anchor=anchor), kind="position", subject="grain")


@pytest.mark.parametrize(
    ("forge", "said"),
    [
        (by_a_stranger, "is not known to this ledger"),
        (without_the_role, "with the role recorder"),
        (of_another_ledger, "made for another ledger"),
        (of_another_kind, "not those of its statement"),
        (of_another_past, "had seen is not of this log"),
    ],
)
def test_log_that_its_operator_forged_is_refused(forge: Any, said: str) -> None:
    """The operator's keys sign any tree; what stands in it is judged by the rules of admission (design §2.2)."""
    house = built()
    forge(house)
    with pytest.raises(MalformedError, match=said):
        rebuild(exported(house))


def test_site_that_changes_while_it_is_read_is_refused() -> None:
    """Whatever comes after the checkpoint was read has to lead to that checkpoint's root."""
    house, other = built(), House(title="Another").set_up()
    add_positions(other, 4)
    site, theirs = exported(house), exported(other)

    def swap(step: str) -> None:
        if step == f"open {LAST}" and "swapped" not in site.steps:
            site.steps += ["swapped"]
            site.files |= {name: raw for name, raw in theirs.files.items() if name.startswith(("tile", "statement"))}

    assert house.store.state.head.size == other.store.state.head.size
    site.fault = swap
    with pytest.raises(PledgerError):
        rebuild(site)


def test_long_log_is_imported_in_several_transactions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory does not grow with the log: it is committed in groups, and the head comes last."""
    monkeypatch.setattr("ledger.service.import_log.GROUP", 256)
    house = built(600)
    _, store, _ = rebuild(exported(house))
    assert store.state.rows == house.store.state.rows
    site = MemorySite()
    export(house, site)
    del site.files["tile/entries/001"]
    empty = MemoryStore()
    with pytest.raises(MalformedError, match="tile/entries/001"):
        import_log(site, empty, MemoryBlobs())
    assert empty.state.head.size == 0


def forged_erasure(*, index: int, before: bool = False) -> MemorySite:
    """Return a site that lacks a statement, beside a logged erasure that may not, or did not yet, erase it."""
    house = built()
    late = house.sign("position", "grain", POSITION)
    row = house.store.state.rows[index]
    name = digest(late) if before else f"sha256:{row.statement.hex()}"
    subject = "grain" if before else row.subject
    body = {"digests": [name], "ground": "law", "reason": "asked"}
    log(house, house.sign("erasure", subject, body, key="operator"), kind="erasure", subject=subject)
    if before:
        log(house, late, kind="position", subject="grain")
    site = exported(house)
    site.files.pop(statement_path(name), None)
    return site


def test_erasure_before_what_it_names_excuses_nothing() -> None:
    """A statement that was logged after its erasure is withheld, and the import names it (design §2.3)."""
    with pytest.raises(MalformedError, match="of entry 12, and nothing logged removes it"):
        rebuild(forged_erasure(index=9, before=True))


@pytest.mark.parametrize("index", [0, 1])
def test_erasure_of_charter_or_key_excuses_nothing(index: int) -> None:
    """By these everything else is judged: without them there is no ledger (design §2.3)."""
    with pytest.raises(MalformedError):
        rebuild(forged_erasure(index=index))


def test_key_that_an_erasure_names_is_kept_and_the_ledger_found_unsound() -> None:
    """What no erasure may name is not deleted by one, and the check says who tried (design §2.3)."""
    house = built()
    row = house.store.state.rows[1]
    body = {"digests": [f"sha256:{row.statement.hex()}"], "ground": "law", "reason": "asked"}
    log(house, house.sign("erasure", row.subject, body, key="operator"), kind="erasure", subject=row.subject)
    site = MemorySite(exported(house).files)
    site.files[statement_path(f"sha256:{row.statement.hex()}")] = row.jws or b""
    with pytest.raises(MalformedError, match=r"is not a sound ledger.*one that lasts"):
        rebuild(site)
