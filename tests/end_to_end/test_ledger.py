"""A ledger on disk: made, opened, written to by several, refused when it is not what it says (design §2.2–2.5, §4)."""

import io
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from ledger.errors import (
    ConflictError,
    MalformedError,
    NotFoundError,
    PledgerError,
    RefusedError,
    UnavailableError,
    UsageError,
)  # fmt: skip
from ledger.model.evidence import Evidence
from ledger.runtime import DESK_ROLES, Ledger, check_ledger, chosen_directory, init, open_ledger
from ledger.signing.canonical import digest
from ledger.signing.key import Algorithm, PrivateKey
from ledger.store.blobs import DirectoryBlobs
from ledger.store.sql import SqlStore
from ledger.tlog.checkpoint import open_checkpoint
from ledger.tlog.entry import leaf_hash
from ledger.tlog.merkle import verify_consistency
from ledger.tlog.policy import open_by_policy, parse_policy
from ledger.tlog.proof import verify_proof, verify_receipt
from tests.end_to_end.small import FIGURES, MAPPING, PLEDGE, START, drafts, fixed_keys, position, small_ledger


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Give a ledger with a pledge in it."""
    made = small_ledger(tmp_path / "ledger")
    made.record(drafts())
    yield made
    made.close()


def listing(directory: Path) -> set[str]:
    """Return the names of all files below a directory."""
    return {str(path.relative_to(directory)) for path in directory.rglob("*")}


# --- beginning --------------------------------------------------------------------------------------------------------


def test_init_makes_a_ledger_that_is_sound_and_keeps_its_keys_to_itself(tmp_path: Path) -> None:
    """Charter and working key are entries 0 and 1; key files are for their owner alone (design §3)."""
    with small_ledger(tmp_path / "ledger") as made:
        assert (made.head().size, made.check().findings) == (2, ())
        assert open_by_policy(made.head().checkpoint, parse_policy(made.policy())).checkpoint.size == 2
        desk = next(one for one in (*made.keys(),) if one.file == "desk")
        assert (set(desk.roles), desk.since) == (set(DESK_ROLES), 1)
        config = tomllib.loads((tmp_path / "ledger" / "pledger.toml").read_text())
        assert config == {"origin": "example.org/small", "genesis": made.genesis}
    keys = tmp_path / "ledger" / "keys"
    assert stat.S_IMODE(keys.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in keys.iterdir()} == {0o600}
    assert {path.stem for path in keys.iterdir()} == {
        "root", "operator", "desk", "checkpoint-ed25519", "checkpoint-mldsa"
    }  # fmt: skip


def test_init_takes_an_empty_directory_and_no_other(tmp_path: Path) -> None:
    """What is there is never overwritten; the sentence says what to do (design §3)."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("dear")
    with pytest.raises(ConflictError, match="holds something already"):
        small_ledger(tmp_path / "full")
    assert listing(tmp_path) == {"full", "full/letter.txt"}
    (tmp_path / "empty").mkdir()
    small_ledger(tmp_path / "empty").close()
    with pytest.raises(ConflictError, match="holds something already"):
        small_ledger(tmp_path / "empty")


def test_init_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    """A wrong origin, or a failure in the middle, and the directory is as it was."""
    with pytest.raises(MalformedError, match="origin"):
        init(tmp_path / "ledger", origin="no spaces allowed", at=lambda: START, make_key=fixed_keys())
    assert listing(tmp_path) == set()
    (tmp_path / "ledger").mkdir()
    with pytest.raises(StopIteration):
        init(tmp_path / "ledger", origin="example.org/x", at=iter([START]).__next__, make_key=fixed_keys())
    assert listing(tmp_path) == {"ledger"}


def test_init_that_was_broken_off_is_begun_again(tmp_path: Path) -> None:
    """A directory with the marker of an init is no ledger yet, and the next init clears and repeats it."""
    directory = tmp_path / "ledger"
    (directory / "keys").mkdir(parents=True)
    (directory / ".init").touch()
    (directory / "keys" / "root.pem").write_text("half of a key")
    (directory / "ledger.db").write_bytes(b"half of a database")
    with pytest.raises(NotFoundError, match="an init was broken off there"):
        open_ledger(directory)
    with small_ledger(directory) as made:
        assert made.check().is_sound
    assert not (directory / ".init").exists()


def test_init_while_another_is_at_work_waits_for_nobody(tmp_path: Path) -> None:
    """Two inits never mix: the second is told to wait."""
    import fcntl

    directory = tmp_path / "ledger"
    directory.mkdir()
    with (directory / ".init").open("w") as marker:
        fcntl.flock(marker, fcntl.LOCK_EX)
        with pytest.raises(UnavailableError, match="Another pledger init"):
            small_ledger(directory)


def test_same_keys_clock_and_drafts_give_the_same_log(tmp_path: Path) -> None:
    """Nothing but keys and clock comes in from outside: the entries are the same bytes (style §1)."""
    heads = []
    for name in ("one", "two"):
        with small_ledger(tmp_path / name) as made:
            made.record(drafts())
            heads.append((made.checkpoint(), list(made.headers())))
    assert heads[0] == heads[1]


# --- opening ----------------------------------------------------------------------------------------------------------


def spoil_not_sqlite(directory: Path) -> None:
    """Put something else in the place of the database."""
    (directory / "ledger.db").write_bytes(b"this is not a database" * 100)


def spoil_empty(directory: Path) -> None:
    """Make the database a file of no bytes."""
    (directory / "ledger.db").write_bytes(b"")


def spoil_other_database(directory: Path) -> None:
    """Put somebody else's SQLite database there."""
    (directory / "ledger.db").unlink()
    connection = sqlite3.connect(directory / "ledger.db")
    connection.execute("CREATE TABLE song (title TEXT)")
    connection.commit()
    connection.close()


def spoil_later_version(directory: Path) -> None:
    """Say that a later program wrote it."""
    connection = sqlite3.connect(directory / "ledger.db")
    connection.execute("PRAGMA user_version = 99")
    connection.close()


def spoil_gone(directory: Path) -> None:
    """Take the database away."""
    (directory / "ledger.db").unlink()


def spoil_damaged(directory: Path) -> None:
    """Overwrite a stretch in the middle."""
    raw = bytearray((directory / "ledger.db").read_bytes())
    raw[4096:] = b"\x55" * (len(raw) - 4096)
    (directory / "ledger.db").write_bytes(bytes(raw))


def spoil_config(directory: Path) -> None:
    """Leave out what the configuration has to say."""
    (directory / "pledger.toml").write_text('origin = "example.org/small"\n')


def spoil_config_gone(directory: Path) -> None:
    """Take the configuration away."""
    (directory / "pledger.toml").unlink()


def spoil_swapped(directory: Path) -> None:
    """Put another ledger's database there."""
    init(directory / "other", origin="example.org/small", at=lambda: START).close()
    for suffix in ("", "-wal", "-shm"):
        source = directory / "other" / f"ledger.db{suffix}"
        if source.exists():
            shutil.copy(source, directory / f"ledger.db{suffix}")


def spoil_cut(directory: Path) -> None:
    """Take the last entry out, against the triggers."""
    connection = sqlite3.connect(directory / "ledger.db")
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("DELETE FROM statement WHERE entry = 5")
    connection.execute('DELETE FROM entry WHERE "index" = 5')
    connection.commit()
    connection.close()


SPOILT: dict[str, tuple[Callable[[Path], None], type[PledgerError], str]] = {
    "a database that is not one": (spoil_not_sqlite, MalformedError, "is not an SQLite database"),
    "a database of no bytes": (spoil_empty, MalformedError, "is not an SQLite database"),
    "somebody else's database": (spoil_other_database, MalformedError, "not that of a ledger"),
    "a later layout": (spoil_later_version, MalformedError, "use the program that wrote it"),
    "a database that is gone": (spoil_gone, NotFoundError, "There is no database"),
    "a damaged database": (spoil_damaged, MalformedError, "is damaged"),
    "a configuration with a gap": (spoil_config, MalformedError, "does not give exactly origin and genesis"),
    "no configuration": (spoil_config_gone, NotFoundError, "There is no ledger in"),
    "another ledger's database": (spoil_swapped, ConflictError, "was set up with the charter"),
    "a log that was cut": (spoil_cut, ConflictError, "there are 5.*run pledger log check"),
}  # fmt: skip


@pytest.mark.parametrize("case", SPOILT)
def test_ledger_that_is_not_what_it_says_is_refused(ledger: Ledger, case: str) -> None:
    """One sentence says what is wrong with which file, and no foreign exception comes out (issue 2, point 9)."""
    spoil, error, reason = SPOILT[case]
    ledger.close()
    spoil(ledger.directory)
    with pytest.raises(error, match=reason):
        open_ledger(ledger.directory, at=lambda: START)


def test_directory_that_is_none_is_no_ledger(tmp_path: Path) -> None:
    """A path that is not there and one that is a file are both told apart from a ledger."""
    (tmp_path / "file").touch()
    for name in ("file", "nowhere"):
        with pytest.raises(NotFoundError, match=r"is not a directory|There is no ledger"):
            open_ledger(tmp_path / name)


def test_check_opens_what_opening_refuses(ledger: Ledger) -> None:
    """The check looks at a ledger that contradicts itself, and says where (design §2.5)."""
    ledger.close()
    spoil_cut(ledger.directory)
    answer = check_ledger(ledger.directory)
    assert [one.code for one in answer.findings][:1] == ["tree.truncated"]


def test_locked_ledger_is_named_and_left_alone(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """While another holds the lock, a writer gives up after a short wait, and readers read on (issue 2, point 9)."""
    ledger.close()
    monkeypatch.setattr("ledger.store.sql.SqlStore.open.__func__.__kwdefaults__", {"patience": 0.1})
    with open_ledger(ledger.directory, at=lambda: START) as ours:
        other = sqlite3.connect(ledger.directory / "ledger.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(UnavailableError, match=r"ledger\.db is locked by another process; nothing was recorded"):
            ours.record(position(1))
        assert ours.head().size == 6
        other.execute("ROLLBACK")
        other.close()
        assert ours.record(position(1))[0].index == 6


def test_setting_names_the_ledger_where_no_option_does(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """``PLEDGER_LEDGER`` is read here and nowhere else; with neither, the sentence names both ways (design §3)."""
    monkeypatch.setenv("PLEDGER_LEDGER", str(tmp_path))
    assert chosen_directory() == tmp_path
    assert chosen_directory(Path("other")) == Path("other")
    monkeypatch.delenv("PLEDGER_LEDGER")
    with pytest.raises(UsageError, match="--ledger DIR, or set PLEDGER_LEDGER"):
        chosen_directory()


# --- recording and reading --------------------------------------------------------------------------------------------


def test_recorded_drafts_have_receipts_that_a_stranger_verifies(ledger: Ledger) -> None:
    """Receipts hold by the log's keys alone, and name the statements that are kept (design §2.4)."""
    receipts = [ledger.receipt(index) for index in range(6)]
    for receipt in receipts:
        assert verify_receipt(receipt, log=ledger.log_keys(), statement=receipt.statement) == ()
        assert digest(ledger.statement(receipt.statement)) == receipt.statement
    assert [ledger.index_of(receipt.statement) for receipt in receipts] == list(range(6))


def test_same_drafts_again_give_the_first_receipts(ledger: Ledger) -> None:
    """Recording a file twice says nothing twice (design §2.2)."""
    again = ledger.record(drafts())
    assert [receipt.index for receipt in again] == [2, 3, 4, 5]
    mixed = ledger.record((*drafts()[:1], *position(1)))
    assert [receipt.index for receipt in mixed] == [2, 6]
    assert ledger.head().size == 7


def test_batch_with_one_bad_draft_records_nothing(ledger: Ledger) -> None:
    """A batch is all or none (design §2.5)."""
    with pytest.raises(NotFoundError, match="Statement 2 of 2"):
        ledger.record(
            (*position(1), *drafts(PLEDGE.replace("subject: grain", "subject: corn").replace("[aa]", "[zz]"))[3:])
        )
    assert ledger.head().size == 6


def test_proofs_hold_at_every_size_that_was_signed(ledger: Ledger) -> None:
    """Inclusion under the last checkpoint and an earlier one, consistency between all of them (design §2.4)."""
    for number in range(5):
        ledger.record(position(number))
    policy = parse_policy(ledger.policy())
    for index in range(11):
        assert verify_proof(ledger.prove(index), leaf=leaf_hash(ledger.entry(index)), policy=policy) == ()
    assert verify_proof(ledger.prove(1, size=6), leaf=leaf_hash(ledger.entry(1)), policy=policy) == ()
    new = ledger.checkpoint()
    for size in (2, 6, 7, 10):
        old = open_checkpoint(ledger.prove(0, size=size).checkpoint, log=ledger.log_keys()).checkpoint
        proof = ledger.prove_consistency(size)
        assert verify_consistency(old=size, new=11, proof=proof, old_root=old.root, new_root=new.root)


def test_what_is_not_there_is_named(ledger: Ledger) -> None:
    """Entries, statements, checkpoints and sizes that the log has not are errors that name them."""
    nothing = "sha256:" + "0" * 64
    for ask, reason in (
        (lambda: ledger.entry(6), "no entry 6"),
        (lambda: ledger.statement(nothing), f"no statement {nothing}"),
        (lambda: ledger.prove(0, size=5), "no checkpoint of 5"),
        (lambda: ledger.prove_consistency(2, 7), "has 6 entries"),
        (lambda: ledger.blob(nothing), "is not held"),
    ):
        with pytest.raises(NotFoundError, match=reason):
            ask()
    with pytest.raises(UsageError, match="is not a digest"):
        ledger.statement("../../etc/passwd")


def test_what_cannot_be_read_is_not_called_missing(ledger: Ledger, tmp_path: Path) -> None:
    """A file that is there and cannot be read may be whole: nobody is told that it is gone, or to replace it (§7)."""
    digest = ledger.keep(io.BytesIO(b"figures")).digest
    (kept,) = (path for path in ledger.directory.rglob("*") if path.is_file() and path.read_bytes() == b"figures")
    kept.unlink()
    kept.mkdir()
    with pytest.raises(UnavailableError, match="cannot be read"):
        ledger.blob(digest)
    (tmp_path / "other" / "pledger.toml").mkdir(parents=True)
    with pytest.raises(UnavailableError, match=r"pledger\.toml cannot be read"):
        open_ledger(tmp_path / "other")


def test_view_is_today_and_everything_unless_it_says_otherwise(ledger: Ledger) -> None:
    """Days and sizes that are none are refused (R1)."""
    assert ledger.view().model_dump() == {"size": 6, "as_of": "2026-01-02"}
    assert ledger.view("2020-01-14", 5).model_dump() == {"size": 5, "as_of": "2020-01-14"}
    for day, size in (("2020-02-30", None), ("today", None), ("20200101", None), (None, 7), (None, -1)):
        with pytest.raises(UsageError):
            ledger.view(day, size)


def test_older_view_gives_its_old_answer(ledger: Ledger) -> None:
    """What is recorded later changes nothing of what an earlier size knew (R1)."""
    before = ledger.known(ledger.view("2026-01-02", 6))
    for number in range(3):
        ledger.record(position(number))
    assert ledger.known(ledger.view("2026-01-02", 6)) == before
    assert len(ledger.whole_known(ledger.view()).positions["grain"]) == 3


def test_old_copy_of_the_database_is_a_finding_of_the_check(tmp_path: Path) -> None:
    """A restored database is sound in itself; the checkpoint that left says that it is old (design §2.5)."""
    directory = tmp_path / "ledger"
    small_ledger(directory).close()
    shutil.copy(directory / "ledger.db", tmp_path / "copy")
    with open_ledger(directory, at=lambda: START) as later:
        later.record(drafts())
    for name in ("ledger.db-wal", "ledger.db-shm"):
        (directory / name).unlink(missing_ok=True)
    shutil.copy(tmp_path / "copy", directory / "ledger.db")
    checked = check_ledger(directory)
    assert [finding.code for finding in checked.findings] == ["head.contradicted"]
    assert "a checkpoint of 6 has left it" in checked.findings[0].sentence


def test_clock_that_runs_backward_is_refused(tmp_path: Path) -> None:
    """The log's time only moves forward; the sentence says both times (design §2.5)."""
    now = [START]
    with small_ledger(tmp_path / "ledger", clock=lambda: now[0]) as made:
        made.record(drafts())
        now[0] = "2026-01-02T03:04:04Z"
        (draft,) = drafts(PLEDGE.split("---")[0].replace("aa", "cc"))
        with pytest.raises(UnavailableError, match="2026-01-02T03:04:04Z, which is before the last entry"):
            made.record([draft])
        assert made.head().size == 6


def test_rows_of_the_log_refuse_to_be_changed_by_any_program(ledger: Ledger) -> None:
    """The triggers stand in the file itself (design §2.5)."""
    other = sqlite3.connect(ledger.directory / "ledger.db", isolation_level=None)
    for sql in (
        "UPDATE entry SET subject = 'x'", "DELETE FROM entry", "UPDATE statement SET jws = x'00'",
        "DELETE FROM statement", "DELETE FROM checkpoint", "UPDATE node SET hash = zeroblob(32)",
    ):  # fmt: skip
        with pytest.raises(sqlite3.IntegrityError, match=r"never|only by"):
            other.execute(sql)
    other.close()
    assert ledger.check().is_sound


def test_full_disk_records_nothing_and_the_ledger_goes_on_when_there_is_room(ledger: Ledger) -> None:
    """Where the file may not grow, the sentence says so and the head stays where it was (issue 2, point 9)."""
    from sqlalchemy import event

    store = ledger._store
    assert isinstance(store, SqlStore)
    pages = sqlite3.connect(ledger.directory / "ledger.db").execute("PRAGMA page_count").fetchone()[0]
    store.engine.dispose()
    limit = [pages]

    def set_limit(connection: sqlite3.Connection, _: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {limit[0]}")

    event.listen(store.engine, "connect", set_limit)
    with pytest.raises(UnavailableError, match=r"disk is full .* nothing was recorded"):
        ledger.record([draft for number in range(200) for draft in position(number)])
    before = ledger.head()
    assert before.size == 6
    assert ledger.head() == before
    assert ledger.check().is_sound
    limit[0] = 2**30
    store.engine.dispose()
    assert ledger.record(position(1000))[0].index == before.size


# --- evidence ---------------------------------------------------------------------------------------------------------


def submit(ledger: Ledger, figures: bytes = FIGURES) -> list[int]:
    """Submit the figures, and return the indexes of their entries."""
    submitted = ledger.submit(
        io.BytesIO(figures), name="grain.csv", mapping=MAPPING, mapping_name="grain.toml", published=date(2020, 4, 1)
    )
    return [receipt.index for receipt in submitted.receipts]


def test_submitted_file_is_kept_and_decides_the_term(ledger: Ledger) -> None:
    """Raw file, mapping and observations are held by digest, the bad row is listed, the verdict follows (R11)."""
    assert submit(ledger) == [6]
    (body,) = (one.statement.body for one in ledger.said() if isinstance(one.statement.body, Evidence))
    with ledger.blob(body.raw.digest) as file:
        assert file.read() == FIGURES
    with ledger.blob(body.importer.mapping) as file:
        assert file.read() == MAPPING
    assert body.observations.count == 2
    assert [(row.row, row.column) for row in body.rejected.rows] == [(4, "tonnes")]
    (result,) = ledger.results(ledger.view("2021-06-30"))
    assert [term.outcome for term in result.terms] == ["met"]
    (earlier,) = ledger.results(ledger.view("2020-03-31"))
    assert [term.outcome for term in earlier.terms] != ["met"]


def test_same_file_again_gives_the_first_receipt_and_a_revised_one_its_own(ledger: Ledger) -> None:
    """A file is submitted once, however often it is sent (R2)."""
    assert submit(ledger) == [6]
    assert submit(ledger) == [6]
    assert submit(ledger, FIGURES.replace(b"7", b"8")) == [7]


def test_file_that_cannot_be_read_leaves_nothing(ledger: Ledger) -> None:
    """Shifted columns are refused, and neither entries nor files are left (issue 2, point 9)."""
    before = listing(ledger.directory / "blobs")
    with pytest.raises(MalformedError, match=r"grain\.csv"):
        submit(ledger, FIGURES.replace(b"month,tonnes", b"tonnes,month"))
    assert ledger.head().size == 6
    assert listing(ledger.directory / "blobs") == before


def test_determination_is_recorded_once_and_names_its_result(ledger: Ledger) -> None:
    """A determination of one view is a statement by the auditor's key; the same again is the same entry (R1)."""
    submit(ledger)
    view = ledger.view("2021-06-30", 7)
    receipt, result = ledger.determine("grain", view)
    assert (receipt.index, result.subject) == (7, "grain")
    assert ledger.determine("grain", view)[0].index == 7


# --- files by digest --------------------------------------------------------------------------------------------------


def test_file_is_kept_whole_under_its_digest(tmp_path: Path) -> None:
    """Nothing but the file is left, its name is its digest, and keeping it twice keeps one (design §4)."""
    blobs = DirectoryBlobs(tmp_path / "blobs")
    kept = blobs.put(io.BytesIO(b"hello"))
    assert kept == blobs.put(io.BytesIO(b"hello"), expected=kept.digest)
    # SHA-256 of "hello", as sha256sum prints it.
    assert kept.digest == "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
    assert (kept.size, blobs.size(kept.digest), blobs.read(kept.digest)) == (5, 5, b"hello")
    assert listing(tmp_path / "blobs") == {"2c", f"2c/{kept.digest[7:]}"}
    assert list(blobs.digests()) == [kept.digest]


def test_file_of_another_digest_is_refused_and_not_kept(tmp_path: Path) -> None:
    """What is sent under a wrong name is thrown away (design §3)."""
    blobs = DirectoryBlobs(tmp_path / "blobs")
    with pytest.raises(MalformedError, match="send the file that was named"):
        blobs.put(io.BytesIO(b"hello"), expected="sha256:" + "0" * 64)
    assert listing(tmp_path / "blobs") == set()


def test_file_that_was_changed_on_the_disk_is_not_given_out(tmp_path: Path) -> None:
    """Every reading checks the digest; putting the right bytes again mends it (design §4)."""
    blobs = DirectoryBlobs(tmp_path / "blobs")
    kept = blobs.put(io.BytesIO(b"hello"))
    (tmp_path / "blobs" / "2c" / kept.digest[7:]).write_bytes(b"jello")
    with pytest.raises(MalformedError, match="was changed"):
        blobs.open(kept.digest)
    blobs.put(io.BytesIO(b"hello"))
    assert blobs.read(kept.digest) == b"hello"


@pytest.mark.parametrize(
    "name", ["sha256:../../keys/root.pem", "sha256:" + "A" * 64, "../x", "", "sha256:" + "0" * 63, "sha256:" + "0" * 65]
)
def test_name_that_is_no_digest_leads_nowhere(tmp_path: Path, name: str) -> None:
    """Only the one spelling of a digest becomes a path (design §2.1)."""
    with pytest.raises(MalformedError, match="is not a digest"):
        DirectoryBlobs(tmp_path).open(name)


def test_broken_stream_keeps_nothing(tmp_path: Path) -> None:
    """A stream that breaks in the middle leaves no file (design §4)."""

    class Broken:
        def __init__(self) -> None:
            self.pieces = [b"half", None]

        def read(self, _size: int = -1, /) -> bytes:
            piece = self.pieces.pop(0)
            if piece is None:
                raise ConnectionResetError(104, "Connection reset by peer")
            return piece

    with pytest.raises(UnavailableError, match="nothing was recorded"):
        DirectoryBlobs(tmp_path / "blobs").put(Broken())
    assert listing(tmp_path / "blobs") == set()


def test_full_disk_keeps_no_half_of_a_file(tmp_path: Path) -> None:
    """Where a file may not grow, the sentence says so and nothing is left (issue 2, point 9)."""
    script = (
        "import io, resource, signal, sys\n"
        "from pathlib import Path\n"
        "from ledger.errors import UnavailableError\n"
        "from ledger.store.blobs import DirectoryBlobs\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))\n"
        "try:\n"
        "    DirectoryBlobs(Path(sys.argv[1])).put(io.BytesIO(b'x' * 100_000))\n"
        "except UnavailableError as error:\n"
        "    print(error)\n"
    )
    done = run(script, str(tmp_path / "blobs"))
    assert done.stdout.startswith("The disk is full")
    assert listing(tmp_path / "blobs") == set()


# --- keys -------------------------------------------------------------------------------------------------------------


def test_key_is_made_granted_rotated_and_revoked(ledger: Ledger) -> None:
    """Each step is a statement in the log, and a key counts only while it may (design §2.2, §5)."""
    ledger.new_key("clerk", make_key=fixed_key(50))
    with pytest.raises(RefusedError, match="not known to this ledger"):
        ledger.record(position(1), key="clerk")
    ledger.grant("clerk", ["recorder"], party="aa")
    assert ledger.record(position(1), key="clerk")[0].index == 7
    ledger.new_key("clerk-two", "ES256", make_key=fixed_key(51))
    ledger.rotate("clerk", "clerk-two")
    with pytest.raises(RefusedError, match="counts no longer from entry 9 on"):
        ledger.record(position(2), key="clerk")
    assert ledger.record(position(2), key="clerk-two")[0].index == 9
    known = {one.file: one for one in (*ledger.keys(),)}
    assert (known["clerk"].until, known["clerk-two"].party, known["clerk-two"].roles) == (9, "aa", ("recorder",))
    ledger.revoke("clerk-two", reason="lost", compromised=True, effective_index=9)
    assert [fact.index for fact in ledger.known(ledger.view()).positions["grain"]] == [7]
    assert [fact.index for fact in ledger.known(ledger.view(size=10)).positions["grain"]] == [7, 9]
    assert ledger.check().is_sound


def fixed_key(number: int) -> Callable[[Algorithm], PrivateKey]:
    """Return a maker of one fixed key."""
    return lambda algorithm: PrivateKey.from_seed(algorithm, bytes([number]) * 32)


def test_key_files_may_be_protected_by_a_passphrase(tmp_path: Path) -> None:
    """With a passphrase every key file is encrypted; without it, or with a wrong one, nothing is signed (design §3)."""
    directory = tmp_path / "ledger"
    init(directory, origin="example.org/x", at=lambda: START, make_key=fixed_keys(), passphrase=b"open").close()
    assert all(b"ENCRYPTED" in path.read_bytes() for path in (directory / "keys").iterdir())
    for passphrase in (None, b"wrong"):
        with open_ledger(directory, at=lambda: START, passphrase=passphrase) as made:
            assert made.head().size == 2
            with pytest.raises(RefusedError, match="passphrase"):
                made.record(drafts())
    with open_ledger(directory, at=lambda: START, passphrase=b"open") as made:
        assert len(made.record(drafts())) == 4


def test_policy_names_the_keys_of_the_charter_or_is_refused(ledger: Ledger) -> None:
    """Whoever verifies is handed the charter's keys and no others (design §2.4)."""
    path = ledger.directory / "policy"
    raw = path.read_bytes()
    path.write_bytes(b"\n".join(raw.split(b"\n")[1:]))
    with pytest.raises(ConflictError, match="does not name the checkpoint keys of the charter"):
        ledger.policy()
    path.unlink()
    with pytest.raises(NotFoundError, match="restore it from a copy"):
        ledger.policy()


def test_keys_are_listed_without_the_passphrase(tmp_path: Path) -> None:
    """What the log says of keys needs no passphrase; only which file is whose does."""
    directory = tmp_path / "ledger"
    init(directory, origin="example.org/x", at=lambda: START, make_key=fixed_keys(), passphrase=b"open").close()
    with open_ledger(directory, at=lambda: START) as closed, open_ledger(directory, passphrase=b"open") as opened:
        without, within = closed.keys(), opened.keys()
    assert [(key.roles, key.file) for key in without if key.since == 1] == [(tuple(sorted(DESK_ROLES)), None)]
    assert [key.file for key in within if key.since == 1] == ["desk"]


def test_key_that_is_not_here_is_named(ledger: Ledger) -> None:
    """The sentence says how to make or bring it; a name that is a path is none."""
    with pytest.raises(NotFoundError, match="There is no key clerk"):
        ledger.record(position(1), key="clerk")
    with pytest.raises(UsageError, match="is not a key's name"):
        ledger.record(position(1), key="../keys/desk")
    with pytest.raises(ConflictError, match="There is a key desk"):
        ledger.new_key("desk")


def test_checkpoint_keys_of_another_ledger_sign_nothing_here(ledger: Ledger, tmp_path: Path) -> None:
    """A checkpoint is signed by the charter's keys or not at all (design §2.4)."""
    init(tmp_path / "other", origin="example.org/small", at=lambda: START).close()
    shutil.copy(tmp_path / "other" / "keys" / "checkpoint-ed25519.pem", ledger.directory / "keys")
    with (
        open_ledger(ledger.directory, at=lambda: START) as ours,
        pytest.raises(RefusedError, match="is not the one in force"),
    ):
        ours.record(position(1))


# --- several processes ------------------------------------------------------------------------------------------------

WRITER = """
import sys
from pathlib import Path
from ledger.runtime import open_ledger
from tests.end_to_end.small import START, position

with open_ledger(Path(sys.argv[1]), at=lambda: START) as ledger:
    for number in range(int(sys.argv[2]), int(sys.argv[3])):
        print(ledger.record(position(number))[0].index)
"""


def run(script: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a program to its end."""
    return subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True, env=environment()
    )


def environment() -> dict[str, str]:
    """Return an environment in which a program finds the checkout."""
    return {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}


def test_two_processes_write_into_one_log(ledger: Ledger) -> None:
    """Both wait for the head's lock; no index is used twice, and what both say stands once (design §2.5)."""
    ledger.close()
    where = str(ledger.directory)
    pair = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, where, first, last], stdout=subprocess.PIPE, text=True, env=environment()
        )
        for first, last in (("0", "12"), ("8", "20"))
    ]
    answers = [process.communicate(timeout=60)[0].split() for process in pair]
    assert [process.returncode for process in pair] == [0, 0]
    with open_ledger(ledger.directory, at=lambda: START) as ours:
        size = ours.head().size
        assert {int(index) for answer in answers for index in answer} == set(range(6, size))
        assert ours.check().is_sound
    # Numbers 8 to 11 are said by both. Each stands once, unless both composed it before either published: then the two
    # have different anchors, and are two statements.
    assert 26 <= size <= 30
