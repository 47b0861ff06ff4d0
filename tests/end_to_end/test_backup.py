"""Backup, damage, restore: what comes back is the whole ledger at its size, or a sentence (docs/backup.md)."""

import json
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest

from ledger.cli.main import main
from ledger.errors import (
    ConflictError,
    ForkError,
    MalformedError,
    NotFoundError,
    PledgerError,
    RefusedError,
    UnavailableError,
)
from ledger.ingest.document import check_draft
from ledger.model.statement import Statement
from ledger.runtime import Ledger, check_ledger, open_ledger
from ledger.runtime.backup import FORM, LIST, SIGNATURE, Backup, back_up, read_backup
from ledger.runtime.restoring import restore
from ledger.service.witness import WitnessAtWork
from ledger.signing.canonical import digest, format_json
from ledger.signing.envelope import BACKUP, seal
from ledger.tlog.note import format_verifier_key
from ledger.tlog.proof import Receipt, verify_receipt
from ledger.tlog.witness import Answer
from tests.end_to_end.served import served, stranger
from tests.end_to_end.small import MAPPING, START, position
from tests.end_to_end.test_witness import COSIGNERS, at_work

PHRASE = b"a passphrase for the tests"


@dataclass(frozen=True)
class Kept:
    """A ledger, a backup of it, and the receipts that were given before and after that was made.

    Attributes:
        directory: of the ledger, which is closed.
        backup: of its first entries.
        before, after: receipts.
        latest: the last checkpoint that left.
    """

    directory: Path
    backup: Backup
    before: tuple[Receipt, ...]
    after: tuple[Receipt, ...]
    latest: bytes


def statement(number: int) -> Statement:
    """Return a position of its own number."""
    return check_draft(position(number)[0], issued=START)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    """A ledger with figures, of which a backup was made before the last statements; its keys under a passphrase."""
    folder = tmp_path_factory.mktemp("backup")
    with served(folder) as house:
        house.ledger.keyring.protect(PHRASE)
    with open_ledger(folder / "ledger", at=lambda: START, passphrase=PHRASE) as ledger:
        before = ledger.state([statement(1), statement(2)])
        made = back_up(ledger, folder / "copy", with_keys=True)
        after = ledger.state([statement(3)])
        yield Kept(ledger.directory, made, before, after, ledger.head().checkpoint)


def restored(made: Backup, directory: Path, **given: object) -> Ledger:
    """Restore a backup and open what it became."""
    restore(made, directory, passphrase=PHRASE, **given)  # type: ignore[arg-type]  # as each test means it
    return open_ledger(directory, at=lambda: START, passphrase=PHRASE)


def damaged(made: Backup, folder: Path) -> Backup:
    """Return a copy of a backup, to be damaged."""
    shutil.copytree(made.directory, folder)
    return read_backup(folder)


def test_receipts_verify_after_a_restore_and_the_ledger_goes_on(kept: Kept, tmp_path: Path) -> None:
    """The drill: the ledger is lost, its backup restored; every receipt in it verifies, and it can be written to."""
    with restored(kept.backup, tmp_path / "again") as ledger:
        assert ledger.check().is_sound
        policy = ledger.log_keys()
        for receipt in kept.before:
            assert ledger.receipt(receipt.index) == receipt
            assert verify_receipt(receipt, log=policy) == ()
        (fresh,) = ledger.state([statement(4)])
        assert fresh.index == kept.backup.size
        assert sorted(ledger.blobs.digests()) == sorted(open_blobs(kept.directory))
    assert check_ledger(tmp_path / "again").is_sound


def open_blobs(directory: Path) -> Iterator[str]:
    """Yield the digests of a ledger's files."""
    yield from (f"sha256:{path.name}" for path in (directory / "blobs").glob("*/*"))


def test_copy_is_one_of_a_moment_and_belongs_to_its_owner_alone(kept: Kept) -> None:
    """What is said after it was made is not in it, and nobody else may look into it."""
    assert kept.backup.size == kept.after[0].index
    assert stat.S_IMODE(kept.backup.directory.stat().st_mode) == 0o700
    assert read_backup(kept.backup.directory) == kept.backup
    names = {path for path, _, _ in kept.backup.files}
    assert {"ledger.db", "pledger.toml", "policy", "published", "keys/root.pem"} <= names
    assert not any(name.endswith(("-wal", "-shm")) for name in names)


def test_restore_behind_what_left_is_refused_unless_the_loss_is_accepted(kept: Kept, tmp_path: Path) -> None:
    """The lost ledger's own note, or anybody's checkpoint, says that more has left (decision 9)."""
    for given in ({"replaces": kept.directory}, {"checkpoints": [kept.latest]}):
        with pytest.raises(ConflictError, match="restore a later backup") as caught:
            restored(kept.backup, tmp_path / "new", **given)
        assert caught.value.facts["published"] == kept.backup.size + 1
        assert not (tmp_path / "new").exists()
    with restored(kept.backup, tmp_path / "new", replaces=kept.directory, accept_loss=True) as ledger:
        assert ledger.head().size == kept.backup.size


def test_restore_beside_another_checkpoint_of_its_size_is_a_fork(kept: Kept, tmp_path: Path) -> None:
    """Nothing makes a fork good, not even accepting a loss; the error carries both."""
    with restored(kept.backup, tmp_path / "one") as ledger:
        ledger.state([statement(9)])
        other = ledger.head().checkpoint
        later = back_up(ledger, tmp_path / "later")
    for accepted in (False, True):
        with pytest.raises(ForkError, match="keep both"):
            restored(later, tmp_path / "two", checkpoints=[kept.latest], accept_loss=accepted)
    assert other != kept.latest


CASES = {
    "a file of evidence is missing": ("blobs", None, "is missing, or another"),
    "a file was changed": ("policy", b"another", "is missing, or another"),
    "the database was changed": ("ledger.db", b"SQLite format 3\0 not", "is missing, or another"),
    "the list is cut off": (LIST, b"{", "is not that of a backup"),
    "the list leads out of it": (LIST, b"../escape", "is not that of a backup"),
    "the list is missing": (LIST, None, "which is written last"),
    "the list was changed": (LIST, b"another moment", "was changed after it was signed"),
    "the signature is none": (SIGNATURE, b"a.b", "is not a compact JWS"),
    "the signature was taken away": (SIGNATURE, None, "with --unsigned"),
}


@pytest.mark.parametrize("case", CASES)
def test_damaged_backup_is_refused_and_leaves_nothing(case: str, kept: Kept, tmp_path: Path) -> None:
    """Whatever is wrong with it is one sentence, and there is no half a ledger afterwards."""
    name, content, sentence = CASES[case]
    damaged(kept.backup, tmp_path / "copy")
    path = tmp_path / "copy" / name
    if case == "the list leads out of it":
        told = json.loads(path.read_bytes())
        told["files"][0]["path"] = "../escape"
        path.write_text(json.dumps(told), encoding="utf-8")
        (tmp_path / "copy" / SIGNATURE).unlink()
    elif case == "the list was changed":
        path.write_bytes(path.read_bytes().replace(START.encode(), b"2026-01-02T03:04:06Z"))
    elif path.is_dir():
        shutil.rmtree(path)
    elif content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    with pytest.raises((MalformedError, NotFoundError, RefusedError), match=sentence):
        restored(read_backup(tmp_path / "copy"), tmp_path / "new")
    assert not any(one.name != "copy" for one in tmp_path.iterdir())


def test_forged_list_does_not_make_a_false_ledger_true(kept: Kept, tmp_path: Path) -> None:
    """Digests that were made to fit are not enough: the log itself is checked, by its own signatures."""
    made = damaged(kept.backup, tmp_path / "copy")
    shutil.rmtree(tmp_path / "copy" / "blobs")
    told = json.loads((tmp_path / "copy" / LIST).read_bytes())
    told["files"] = [one for one in told["files"] if not one["path"].startswith("blobs/")]
    (tmp_path / "copy" / LIST).write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(MalformedError, match="was changed after it was signed"):
        read_backup(made.directory)
    (tmp_path / "copy" / SIGNATURE).unlink()
    with pytest.raises(MalformedError, match="is not sound"):
        restored(read_backup(made.directory), tmp_path / "new", is_unsigned=True)
    assert not (tmp_path / "new").exists()


def test_nothing_is_ever_overwritten(kept: Kept, tmp_path: Path) -> None:
    """Neither a backup nor a restored ledger takes a place where something is."""
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "letter").write_text("mine", encoding="utf-8")
    with pytest.raises(ConflictError, match="nothing is overwritten"):
        restored(kept.backup, tmp_path / "taken")
    with open_ledger(kept.directory) as ledger, pytest.raises(ConflictError, match="nothing is overwritten"):
        back_up(ledger, tmp_path / "taken")
    assert [path.name for path in (tmp_path / "taken").iterdir()] == ["letter"]


def test_keys_are_in_it_only_if_asked_for_and_only_under_a_passphrase(tmp_path: Path) -> None:
    """A backup travels: a key in the clear does not."""
    with served(tmp_path, with_figures=False) as house:
        with pytest.raises(RefusedError, match="not protected by a passphrase"):
            back_up(house.ledger, tmp_path / "copy", with_keys=True)
        assert not (tmp_path / "copy").exists()
        made = back_up(house.ledger, tmp_path / "copy")
    assert not any(path.startswith("keys/") for path, _, _ in made.files)
    restore(made, tmp_path / "reading")
    with open_ledger(tmp_path / "reading") as ledger, pytest.raises(PledgerError):
        ledger.state([statement(5)])
    restore(made, tmp_path / "writing", keys=tmp_path / "ledger" / "keys")
    with open_ledger(tmp_path / "writing", at=lambda: START) as ledger:
        assert ledger.state([statement(5)])[0].index == made.size


def test_an_erasure_stays_carried_out_in_what_is_restored(tmp_path: Path) -> None:
    """A body that was erased before the backup is in none of its files."""
    with served(tmp_path, with_figures=False) as house:
        (receipt,) = house.ledger.state([statement(7)])
        jws = house.ledger.statement(receipt.index)
        house.ledger.erase(receipt.index, ground="a court order", reason="it named a person")
        made = back_up(house.ledger, tmp_path / "copy")
    assert all(jws not in path.read_bytes() for path in (tmp_path / "copy").rglob("*") if path.is_file())
    restore(made, tmp_path / "again")
    with open_ledger(tmp_path / "again") as ledger:
        assert ledger.check().is_sound
        with pytest.raises(NotFoundError, match="was erased"):
            ledger.statement(receipt.index)


def test_ledger_on_postgresql_comes_back_into_another_database(tmp_path: Path, database: str) -> None:
    """Its log is kept as its site, restricted files included, and rebuilt to the same root (docs/postgres.md)."""
    with served(tmp_path, store=database) as house:
        before = house.ledger.state([statement(1)])
        made = back_up(house.ledger, tmp_path / "copy")
        head = house.ledger.head()
        files = sorted(house.ledger.blobs.digests())
    assert made.on_postgres
    import psycopg

    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("DROP SCHEMA pledger CASCADE")
    restore(made, tmp_path / "again", keys=tmp_path / "ledger" / "keys", store=database)
    with open_ledger(tmp_path / "again", at=lambda: START, store=database) as ledger:
        assert ledger.head().checkpoint == head.checkpoint
        assert sorted(ledger.blobs.digests()) == files
        assert ledger.receipt(before[0].index) == before[0]
        assert ledger.state([statement(2)])[0].index == made.size


def test_list_signed_by_another_than_the_log_is_refused(kept: Kept, tmp_path: Path) -> None:
    """What stands beside the log is vouched for by the log's own key alone: not by a recorder's, nor a stranger's."""
    damaged(kept.backup, tmp_path / "copy")
    listed = (tmp_path / "copy" / LIST).read_bytes()
    payload = format_json({"form": FORM, "list": digest(listed)})
    with open_ledger(kept.directory, passphrase=PHRASE) as ledger:
        keys = (ledger.keyring.get("desk"), stranger())
    for key in keys:
        (tmp_path / "copy" / SIGNATURE).write_bytes(seal(payload, key, typ=BACKUP).raw)
        with pytest.raises(RefusedError, match="not with a key of its log"):
            restored(read_backup(tmp_path / "copy"), tmp_path / "new", is_unsigned=True)
    assert not (tmp_path / "new").exists()


def test_mapping_that_is_gone_is_noticed(kept: Kept, tmp_path: Path) -> None:
    """No statement waits for the mapping of its figures, so no check of the log misses one; the list does."""
    made = damaged(kept.backup, tmp_path / "copy")
    mapping = sha256(MAPPING).hexdigest()
    (tmp_path / "copy" / "blobs" / mapping[:2] / mapping).unlink()
    with pytest.raises(MalformedError, match="is missing, or another"):
        restored(made, tmp_path / "new")


# --- whom a copy asks -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> tuple[Backup, Backup, WitnessAtWork]:
    """Two backups of a ledger that a witness watches, the later of more entries, all of which it has cosigned."""
    folder = tmp_path_factory.mktemp("watched")
    with served(folder, with_figures=False) as house:
        witness = at_work(folder / "witness.db", house.ledger.log_keys())
        config = house.ledger.directory / "pledger.toml"
    key = format_verifier_key(COSIGNERS[0].verifier)
    named = f'[[witness]]\nurl = "http://127.0.0.1:9/witness"\nvkey = "{key}"\n'
    config.write_text(f"{config.read_text(encoding='utf-8')}{named}", encoding="utf-8")

    def ask(_: str, body: bytes) -> Answer:
        return witness.add_checkpoint(body)

    with open_ledger(folder / "ledger", at=lambda: START) as ledger:
        assert ledger.cosign(ask=ask).given == 1
        early = back_up(ledger, folder / "early")
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr("ledger.remote.witness.add_checkpoint", ask)
            ledger.state([statement(1)])
        ledger.cosign(ask=ask)
        late = back_up(ledger, folder / "late")
    return early, late, witness


def test_witness_that_has_seen_more_keeps_an_old_copy_from_being_written(
    watched: tuple[Backup, Backup, WitnessAtWork], tmp_path: Path
) -> None:
    """Where a whole machine is old, its note of what left is old too: the witnesses alone know better (decision 9)."""
    early, late, witness = watched

    def ask(_: str, body: bytes) -> Answer:
        return witness.add_checkpoint(body)

    with pytest.raises(ConflictError, match=r"its witness witness\.example/1 has cosigned") as caught:
        restore(early, tmp_path / "new", ask=ask)
    assert caught.value.facts == {"size": early.size, "published": late.size}
    assert not any(tmp_path.iterdir())
    assert restore(late, tmp_path / "new", ask=ask).witnesses == ("witness.example/1",)
    assert restore(early, tmp_path / "lost", ask=ask, accept_loss=True).witnesses == ()


def test_witness_that_is_silent_is_gone_past_only_knowingly(
    watched: tuple[Backup, Backup, WitnessAtWork], tmp_path: Path
) -> None:
    """Neither no answer nor a refusal says that nothing more was seen."""

    def silent(_: str, _body: bytes) -> Answer:
        raise UnavailableError("Nobody answers.")

    for ask in (silent, lambda *_: Answer(404, "text/plain", b"There is no such log.")):
        with pytest.raises(UnavailableError, match="--without-witnesses, not knowing"):
            restore(watched[1], tmp_path / "new", ask=ask)
        assert not any(tmp_path.iterdir())
    assert restore(watched[0], tmp_path / "new", ask=silent, is_unasked=True).witnesses == ()


def test_restore_that_fails_leaves_nothing_in_the_database(tmp_path: Path, database: str) -> None:
    """Neither tables nor the mark of an import are there afterwards, so that the next attempt can be made."""
    with served(tmp_path, store=database) as house:
        made = back_up(house.ledger, tmp_path / "copy")
    import psycopg

    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("DROP SCHEMA pledger CASCADE")
        seal_ = seal(format_json({"form": FORM, "list": digest((tmp_path / "copy" / LIST).read_bytes())}), stranger(),
                     typ=BACKUP)  # fmt: skip
        (tmp_path / "copy" / SIGNATURE).write_bytes(seal_.raw)
        (tmp_path / "none").mkdir()
        for failing, reason in (
            ({}, "not with a key of its log"), ({"keys": tmp_path / "none" / "x"}, "x"),
        ):  # fmt: skip
            with pytest.raises(PledgerError, match=reason):
                restore(read_backup(tmp_path / "copy"), tmp_path / "again", store=database, **failing)  # type: ignore[arg-type]
            schemas = connection.execute("SELECT count(*) FROM pg_namespace WHERE nspname = 'pledger'").fetchone()
            assert schemas == (0,)
            assert not (tmp_path / "again").exists()
    restore(made, tmp_path / "again", store=database)


def test_commands_say_what_they_did(
    kept: Kept, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One object each with --json; a refusal has its exit code; without the passphrase nothing is signed, and told."""
    assert main(["backup", str(tmp_path / "bare"), "--ledger", str(kept.directory)]) == 0
    assert "Its list is not signed" in capsys.readouterr().err
    assert main(["restore", str(tmp_path / "bare"), "--ledger", str(tmp_path / "new")]) == 4
    assert "--unsigned" in capsys.readouterr().err
    monkeypatch.setenv("PLEDGER_PASSPHRASE", PHRASE.decode())
    assert main(["backup", str(tmp_path / "copy"), "--ledger", str(kept.directory), "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert (made["size"], made["keys"]) == (kept.backup.size + 1, False)
    assert made["signed"] is not None
    command = ["restore", str(tmp_path / "copy"), "--ledger", str(tmp_path / "new"), "--json"]
    assert main([*command, "--replaces", str(kept.directory)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["size"], found["writable"], found["witnesses"]) == (made["size"], False, [])
    assert main([*command]) == 6
    assert "nothing is overwritten" in json.loads(capsys.readouterr().out)["detail"]
    behind = [
        "restore",
        str(kept.backup.directory),
        "--ledger",
        str(tmp_path / "old"),
        "--replaces",
        str(kept.directory),
    ]
    assert main(behind) == 6
    assert "--accept-loss" in capsys.readouterr().err
