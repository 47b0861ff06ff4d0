"""Erasure from end to end: the bytes are gone, the proofs stand, and whoever relied on them is told (design §2.3)."""

import io
import json
import os
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ledger.cli.main import main
from ledger.errors import ConflictError, ForkError, NotFoundError, UnavailableError
from ledger.runtime import Ledger, import_log, mirror_log, open_ledger, open_source
from ledger.store.blobs import DirectoryBlobs
from ledger.tlog.proof import verify_receipt
from tests.end_to_end.small import FIGURES, MAPPING, START, drafts, position, small_ledger

WHY: dict[str, Any] = {"ground": "a court order", "reason": "a private person was named"}
EVIDENCE, POSITION = 6, 7
"""Where the ledger that is built here has its evidence and the position that is erased."""

KILLED = """
import os, signal, sys
from pathlib import Path
from ledger.runtime import open_ledger
from ledger.store.blobs import DirectoryBlobs
from ledger.store.sql import SqlStore, SqlWriting
from tests.end_to_end.small import START

room = {"SqlWriting": SqlWriting, "SqlStore": SqlStore, "DirectoryBlobs": DirectoryBlobs}
when, place = sys.argv[2].split()
owner, name = room[place.split(".")[0]], place.split(".")[1]

with open_ledger(Path(sys.argv[1]), at=lambda: START) as ledger:
    plain = getattr(owner, name)

    def dying(self, *arguments, **named):
        if when == "after":
            plain(self, *arguments, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, name, dying)
    ledger.erase(6, ground="law", reason="asked", is_body=True, files=sys.argv[3:])
"""


def text_of(number: int) -> str:
    """Return the words by which a position is told from any other bytes."""
    return f"number {number}"


def built(directory: Path) -> Ledger:
    """Return a ledger with a pledge, figures, and a position."""
    made = small_ledger(directory)
    made.record(drafts())
    made.submit(
        io.BytesIO(FIGURES), name="grain.csv", mapping=MAPPING, mapping_name="grain.toml", published=date(2020, 4, 1)
    )
    made.record(position(4_711))
    return made


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Give the directory of such a ledger."""
    built(tmp_path / "ledger").close()
    return tmp_path / "ledger"


def reopened(directory: Path) -> Ledger:
    """Return the ledger, open."""
    return open_ledger(directory, at=lambda: START)


def files_of(ledger: Ledger, index: int = EVIDENCE) -> list[str]:
    """Return the digests of the files that evidence names."""
    said = next(one for one in ledger.said() if one.index == index)
    body: Any = said.statement.body
    return [body.raw.digest, body.observations.digest, body.importer.mapping]


def everything_in(directory: Path) -> bytes:
    """Return the bytes of every file below a directory, one after another."""
    return b"\0".join(path.read_bytes() for path in sorted(directory.rglob("*")) if path.is_file())


def run(*arguments: str) -> int:
    """Run the command in this process."""
    return main(arguments)


# --- the bytes --------------------------------------------------------------------------------------------------------


def test_bytes_of_what_was_erased_are_in_no_file_of_the_ledger(directory: Path) -> None:
    """Database, write-ahead log and files hold neither the statement nor the digest of its payload (design §2.3)."""
    with reopened(directory) as ledger:
        row = next(iter(ledger.rows(POSITION, POSITION + 1)))
        assert row.jws is not None
        assert row.payload is not None
        body = row.jws.split(b".")[1]
        assert all(part in everything_in(directory) for part in (row.jws, body, row.payload))
        removed = ledger.erase(POSITION, **WHY)
        assert removed.is_purged
        for part in (row.jws, body, body[100:200], row.jws.split(b".")[2], row.payload):
            assert part not in everything_in(directory)
    for part in (body[100:200], row.payload):
        assert part not in everything_in(directory)


def test_large_statement_leaves_no_page_behind(directory: Path) -> None:
    """A body that fills many pages of the database is overwritten on all of them (design §2.3)."""
    from ledger.ingest.document import read_drafts

    words = "".join(chr(0x4E00 + (number * 7919) % 20_000) for number in range(4000))
    text = (
        "kind: position\nsubject: grain\nbody:\n  party: aa\n  stance: affirms\n  date: 2020-01-17\n"
        f"  note: {words}\n"
        "  source: {title: Statement, publisher: Office, role: joint, via: {copy_read: page, how: excerpt}}\n"
    )
    with reopened(directory) as ledger:
        before = everything_in(directory)
        (receipt,) = ledger.record(read_drafts(text.encode(), name="long.yaml"))
        jws = ledger.statement(receipt.index)
        pieces = [jws[start : start + 64] for start in range(0, len(jws) - 64, 500)]
        pieces = [piece for piece in pieces if piece not in before]
        assert len(pieces) > 20
        ledger.erase(receipt.index, **WHY)
        left = everything_in(directory)
        assert [piece for piece in pieces if piece in left] == []


def test_files_are_gone_and_the_check_is_sound(directory: Path) -> None:
    """A statement may go with its files; nothing else is missed (design §2.3)."""
    with reopened(directory) as ledger:
        files = files_of(ledger)
        ledger.erase(EVIDENCE, files=files, **WHY)
        assert [digest for digest in files if ledger.blobs.size(digest) is not None] == []
        checked = ledger.check()
        assert (checked.findings, checked.erased) == ((), 1)
        with pytest.raises(NotFoundError, match="was erased"):
            ledger.statement(EVIDENCE)


def test_reader_of_an_older_snapshot_keeps_the_bytes_until_the_next_opening(directory: Path, monkeypatch: Any) -> None:
    """The write-ahead log is cut once nobody reads what was before; till then the answer says so (design §2.3)."""
    monkeypatch.setattr("ledger.store.sql.PATIENCE", 0.05)
    with reopened(directory) as reader, reopened(directory) as ledger:
        jws = ledger.statement(POSITION)
        rows = reader.rows(0)
        next(rows)
        assert ledger.erase(POSITION, **WHY).is_purged is False
        assert jws in everything_in(directory)
        rows.close()  # type: ignore[attr-defined]  # it is a generator
        reopened(directory).close()
        assert jws not in everything_in(directory)


def test_old_receipts_and_proofs_verify_after_an_erasure(directory: Path) -> None:
    """The log's leaves are headers, so that no proof rests on a body (design §2.3)."""
    with reopened(directory) as ledger:
        before = [ledger.receipt(index) for index in range(8)]
        ledger.erase(POSITION, **WHY)
        keys = ledger.log_keys()
        assert [verify_receipt(one, log=keys) for one in before] == [()] * 8
        assert [ledger.receipt(index) for index in range(8)] == before
        assert len(ledger.prove_consistency(8)) > 0


def test_erased_file_is_not_submitted_again(directory: Path) -> None:
    """The importer is refused before it keeps anything (design §2.3)."""
    with reopened(directory) as ledger:
        files = files_of(ledger)
        ledger.erase(EVIDENCE, files=files, **WHY)
        with pytest.raises(ConflictError, match="was erased by entry 8"):
            ledger.submit(
                io.BytesIO(FIGURES), name="grain.csv", mapping=MAPPING, mapping_name="grain.toml",
                published=date(2020, 4, 1),
            )  # fmt: skip
        assert [digest for digest in files if ledger.blobs.size(digest) is not None] == []
        assert ledger.check().is_sound


def test_restricted_file_is_kept_behind_random_bytes_and_said_once(directory: Path) -> None:
    """Its digest cannot be guessed; submitted again it gets its first receipt, and its audit verifies (design §2.3)."""
    restricted = MAPPING.replace(b"redistribute = true", b"redistribute = false").replace(b"customs", b"other")

    def submit(ledger: Ledger) -> Any:
        return ledger.submit(
            io.BytesIO(FIGURES), name="grain.csv", mapping=restricted, mapping_name="grain.toml",
            published=date(2020, 4, 1),
        )  # fmt: skip

    with reopened(directory) as ledger:
        first = submit(ledger)
        digest = first.imported.digest
        kept = ledger.blobs.read(digest)
        assert kept[32:] == FIGURES
        assert digest != files_of(ledger)[0]
        assert [one.index for one in submit(ledger).receipts] == [one.index for one in first.receipts] == [8]
        ledger.erase(8, is_body=False, files=[digest], **WHY)
        assert ledger.blobs.size(digest) is None
        assert ledger.check().findings == ()


# --- crashes ----------------------------------------------------------------------------------------------------------

STEPS = {
    "before SqlWriting.append": False, "before SqlWriting.erase": False, "after SqlWriting.erase": False,
    "before SqlWriting.swap": False, "before SqlWriting.commit": False, "after SqlWriting.commit": True,
    "before DirectoryBlobs.remove": True, "after DirectoryBlobs.remove": True, "before SqlStore.purge": True,
    "after SqlStore.purge": True,
}  # fmt: skip
"""Where an erasing process is killed, and whether its erasure then stands."""


@pytest.mark.parametrize("step", STEPS)
def test_process_that_is_killed_while_it_erases_leaves_all_or_nothing(directory: Path, step: str) -> None:
    """Entry, note and deletion are one commit; the next opening removes the files that are left (design §2.3, §2.5)."""
    with reopened(directory) as ledger:
        files, jws = files_of(ledger), ledger.statement(EVIDENCE)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(directory), step, *files], env=environment, capture_output=True, check=False
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    is_erased = STEPS[step]
    with reopened(directory) as ledger:
        assert ledger.check().findings == ()
        assert ledger.head().size == (9 if is_erased else 8)
        assert [ledger.blobs.size(digest) is None for digest in files] == [is_erased] * 3
        assert (jws in everything_in(directory)) is not is_erased
        if not is_erased:
            ledger.erase(EVIDENCE, files=files, **WHY)
            assert ledger.check().findings == ()


def test_file_that_cannot_be_removed_is_told_and_removed_later(directory: Path, monkeypatch: Any) -> None:
    """What was logged stands; the sentence says what to mend, and the next opening finishes it (design §2.3)."""
    plain = DirectoryBlobs.remove

    def stuck(_self: DirectoryBlobs, digest: str) -> bool:
        message = f"The file {digest} cannot be removed."
        raise UnavailableError(message)

    with reopened(directory) as ledger:
        files = files_of(ledger)
        monkeypatch.setattr(DirectoryBlobs, "remove", stuck)
        with pytest.raises(UnavailableError, match="cannot be removed"):
            ledger.erase(EVIDENCE, files=files, **WHY)
        assert ledger.head().size == 9
        assert {one.code for one in ledger.check().findings} == {"erasure.unfinished"}
    monkeypatch.setattr(DirectoryBlobs, "remove", plain)
    with reopened(directory) as ledger:
        assert ledger.check().findings == ()


# --- copies -----------------------------------------------------------------------------------------------------------


def test_site_mirror_and_import_follow_an_erasure(directory: Path, tmp_path: Path) -> None:
    """The next export removes the body, the mirror follows and names it, an import rebuilds the rest (design §2.4)."""
    site, copy = tmp_path / "site", tmp_path / "copy"
    with reopened(directory) as ledger:
        jws, files = ledger.statement(EVIDENCE), files_of(ledger)
        ledger.export_log(site)
        mirror_log(open_source(str(site)), copy)
        assert jws in everything_in(site)
        assert jws in everything_in(copy)
        ledger.erase(EVIDENCE, files=files, **WHY)
        ledger.export_log(site)
        head = ledger.checkpoint()
    found = mirror_log(open_source(str(site)), copy)
    for place in (site, copy):
        assert jws not in everything_in(place)
        assert FIGURES not in everything_in(place)
    assert {by for _, by in found.erased} == {8}
    assert {digest for digest, _ in found.erased} >= set(files)
    rebuilt = import_log(open_source(str(copy)), tmp_path / "rebuilt")
    assert (rebuilt.front.checkpoint, rebuilt.erased, rebuilt.statements) == (head, 1, 8)
    with reopened(tmp_path / "rebuilt") as other:
        assert other.check().findings == ()


def test_import_keeps_nothing_that_a_stale_site_still_serves(directory: Path, tmp_path: Path) -> None:
    """A site that has the erasure and the body too gives a ledger without the body (design §2.3)."""
    site = tmp_path / "site"
    with reopened(directory) as ledger:
        ledger.export_log(site)
        stale = {path: path.read_bytes() for path in site.rglob("*") if path.is_file() and "tile" not in str(path)}
        ledger.erase(EVIDENCE, files=files_of(ledger), **WHY)
        ledger.export_log(site)
    for path, raw in stale.items():
        if not path.exists():
            path.write_bytes(raw)
    found = import_log(open_source(str(site)), tmp_path / "rebuilt")
    assert (found.erased, found.files) == (1, 0)
    assert FIGURES not in everything_in(tmp_path / "rebuilt")
    with reopened(tmp_path / "rebuilt") as other:
        assert other.check().findings == ()


# --- what rested on it ------------------------------------------------------------------------------------------------


def answered(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> dict[str, Any]:
    """Return what a command answers as JSON."""
    capsys.readouterr()
    assert run(*arguments, "--json") == code
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_walk_from_audit_to_erasure_to_what_is_left_of_it(
    directory: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An earlier audit verifies and is told of the erasure; later ones, status and log say what is missing (R1)."""
    here = ["--ledger", str(directory)]
    old, new, site = str(tmp_path / "old.zip"), str(tmp_path / "new.zip"), str(tmp_path / "site")
    day = ["--as-of", "2021-06-01"]
    assert run("audit", "grain", *day, "-o", old, *here) == 0
    determined = answered(capsys, "determine", "grain", *day, *here)
    why = ["--ground", "a court order", "--reason", "it named a person"]
    assert run("erase", str(EVIDENCE), *why, *here) == 2
    assert "--yes" in capsys.readouterr().err
    done = answered(capsys, "erase", str(EVIDENCE), *why, "--yes", *here)
    assert (done["entry"], done["subject"], done["purged"], len(done["left"])) == (9, "series:export/bb/aa", True, 3)

    erased = {"entry": 6, "kind": "evidence", "what": "statement", "by": 9, "ground": "a court order"}
    shown = answered(capsys, "log", "show", "6", *here)
    assert shown["jws"] is None
    assert erased.items() <= shown["erased"][0].items()
    concluded = answered(capsys, "log", "show", str(determined["entry"]), *here)
    assert erased.items() <= concluded["unreproducible"][0].items()
    status = answered(capsys, "status", "grain", *day, *here)
    assert erased.items() <= status["erased"][0].items()
    assert status["commitments"][0]["terms"][0]["erased"][0]["entry"] == 6
    assert erased.items() <= answered(capsys, "score", "grain", *day, *here)["erased"][0].items()

    before = answered(capsys, "verify", old)
    assert (before["sound"], before["since"]) == (True, None)
    run("log", "export", site, *here)
    for place in (str(directory), site):
        since = answered(capsys, "verify", old, "--ledger", place)["since"]
        assert since["size"] == 10
        assert erased.items() <= since["erased"][0].items()
    assert run("audit", "grain", *day, "-o", new, *here) == 0
    after = answered(capsys, "verify", new, "--ledger", str(directory))
    assert (after["sound"], after["since"]["erased"]) == (True, [])
    assert "erased: the evidence at entry 6, by a logged erasure" in after["not_checked"]
    assert run("status", "grain", *day, *here) == 0
    assert "Erased: The evidence at entry 6" in capsys.readouterr().out
    assert run("verify", old, "--ledger", site) == 0
    assert "erased by entry 9 on the ground of a court order: it named a person" in capsys.readouterr().out


def test_bundle_is_held_against_its_own_log_only(directory: Path, tmp_path: Path) -> None:
    """Another log, an older copy, or one that does not begin with the bundle's entries is refused (design §2.4)."""
    with reopened(directory) as ledger:
        ledger.export_log(tmp_path / "old")
        note = ledger.head().checkpoint
        ledger.record(position(1))
        later = ledger.head().checkpoint
        assert ledger.since(note).size == 9
    with built(tmp_path / "other") as other:
        with pytest.raises(ConflictError, match="give a later copy"):
            other.since(later)
        other.record(position(2))
        with pytest.raises(ForkError, match="proof of a fork") as caught:
            other.since(later)
        assert {"held", "served", "consistency"} <= caught.value.facts.keys()


def test_monitor_tells_an_erasure_from_a_withheld_statement(
    directory: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the log says that it erased is no finding; what it does not serve otherwise is one (design §2.3)."""
    site = tmp_path / "site"
    with reopened(directory) as ledger:
        ledger.erase(POSITION, **WHY)
        ledger.export_log(site)
        withheld = ledger.index_of(f"sha256:{ledger.receipt(5).statement[7:]}")
        name = ledger.receipt(5).statement[7:]
    assert answered(capsys, "monitor", str(site), "--statements")["findings"] == []
    (site / "statement" / name).unlink()
    found = answered(capsys, "monitor", str(site), "--statements", code=1)["findings"]
    assert [(one["code"], one["subject"]) for one in found] == [("statement.withheld", f"entry {withheld}")]


def test_operators_key_is_asked_for(directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody but the operator erases (design §2.2)."""
    why = ["--ground", "law", "--reason", "asked", "--yes", "--key", "desk", "--ledger", str(directory)]
    assert run("erase", str(POSITION), *why) == 4
    assert "the role operator" in capsys.readouterr().err
    with reopened(directory) as ledger:
        assert ledger.statement(POSITION)
