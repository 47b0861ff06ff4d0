"""Many writers at once, processes and threads, on either engine: every receipt holds, and no place is given twice."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.errors import UnavailableError
from ledger.ingest.document import check_draft
from ledger.runtime import Ledger, init, open_ledger
from ledger.service.compose import compose
from ledger.signing.envelope import STATEMENT, seal
from ledger.tlog.note import VerifierKey
from ledger.tlog.proof import Receipt, format_receipt, parse_receipt, verify_receipt
from tests.end_to_end.small import START, drafts, fixed_keys, position, small_ledger
from tests.end_to_end.test_witness import at_work, configured, log_keys, serving
from tests.server import Server

__all__ = ["log_keys"]  # a fixture

WRITER = """
import sys
from pathlib import Path
from ledger.errors import UnavailableError
from ledger.runtime import open_ledger
from ledger.tlog.proof import format_receipt
from ledger.tlog.stored import NOTHING_RECORDED
from tests.end_to_end.small import START, position

def patiently(ledger, many):
    while True:  # a slow machine may keep the lock from one of four for longer than a writer waits
        try:
            return ledger.record(many)
        except UnavailableError as error:
            if error.facts.get("outcome") != NOTHING_RECORDED:
                raise

directory, number = Path(sys.argv[1]), int(sys.argv[2])
with open_ledger(directory, at=lambda: START) as ledger:
    print("ready", flush=True)
    sys.stdin.readline()
    for batch in range(12):
        many = [draft for one in range(1 + batch % 3) for draft in position(number * 10_000 + batch * 100 + one)]
        for receipt in patiently(ledger, many):
            sys.stdout.write(format_receipt(receipt).hex() + "\\n")
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def directory(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """Give the directory of a ledger with a pledge in it, its entries on each engine in turn."""
    if request.param == "sqlite":
        with small_ledger(tmp_path / "ledger") as made:
            made.record(drafts())
        yield tmp_path / "ledger"
        return
    server: Server = request.getfixturevalue("postgres")
    with server.database() as url:
        keys, clock = fixed_keys(), lambda: START
        with init(tmp_path / "ledger", origin="example.org/small", at=clock, make_key=keys, store=url) as made:
            made.record(drafts())
        yield tmp_path / "ledger"


def check(directory: Path, receipts: list[bytes], count: int) -> None:
    """Look that so many receipts, all different, hold, and that the log is sound and has no gap."""
    with open_ledger(directory, at=lambda: START) as ledger:
        keys = ledger.log_keys()
        for raw in receipts:
            receipt = parse_receipt(raw)
            assert verify_receipt(receipt, log=keys) == ()
            assert receipt.header == ledger.entry(receipt.index)
        assert sorted(parse_receipt(raw).index for raw in receipts) == list(range(6, 6 + count))
        checked = ledger.check()
        assert (checked.findings, checked.size) == ((), 6 + count)


def test_four_processes_write_at_once(directory: Path) -> None:
    """Each publishes twelve batches while the others do; the log is one, and every receipt holds (design §2.5, §4)."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(directory), str(number)], env=environment, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for number in range(4)
    ]  # fmt: skip
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    told = [writer.communicate("go\n") for writer in writers]
    assert [(writer.returncode, errors) for writer, (_, errors) in zip(writers, told, strict=True)] == [(0, "")] * 4
    receipts = [bytes.fromhex(line) for out, _ in told for line in out.split()]
    assert len(receipts) == 4 * 24
    check(directory, receipts, 4 * 24)


def said(ledger: Ledger, number: int) -> bytes:
    """Return a position of its own, signed by the working key."""
    (draft,) = position(number)
    payload = compose(check_draft(draft, issued=START), genesis=ledger.genesis, anchor=None)
    return seal(payload, ledger.keyring.get("desk"), typ=STATEMENT).raw


def test_thirty_two_threads_hand_over_at_once(directory: Path) -> None:
    """They share commits and checkpoints, and each has its own receipts for what it handed over (design §2.5)."""
    receipts: list[bytes] = []
    with open_ledger(directory, at=lambda: START) as ledger:
        raws = {thread: [said(ledger, thread * 100 + number) for number in range(4)] for thread in range(32)}

        def hand_over(thread: int) -> None:
            for number in (0, 1):
                receipts.extend(map(format_receipt, ledger.hand_over([raws[thread][number]])))
            receipts.extend(map(format_receipt, ledger.hand_over(raws[thread][2:])))

        threads = [threading.Thread(target=hand_over, args=(thread,)) for thread in raws]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        # Said again, one by one: each is where it was, and nothing is added.
        again = [ledger.hand_over([raw])[0].index for several in raws.values() for raw in several]
        assert sorted(again) == list(range(6, 6 + 128))
        assert ledger.head().size == 6 + 128
    check(directory, receipts, 128)
    checkpoints = {parse_receipt(raw).checkpoint for raw in receipts}
    assert len(checkpoints) < 96


def test_receipts_of_many_threads_wait_for_the_quorum(tmp_path: Path, log_keys: tuple[VerifierKey, ...]) -> None:
    """Where the charter says so, each is witnessed; one cosigned checkpoint serves many that waited (design §2.5)."""
    receipts: list[Receipt] = []
    with (
        serving(at_work(tmp_path / "witness.db", log_keys)) as url,
        configured(tmp_path / "ledger", url, quorum=2, answer_after="quorum") as ledger,
    ):
        ledger.record(drafts())
        raws = [said(ledger, number) for number in range(12)]
        threads = [threading.Thread(target=lambda raw=raw: receipts.extend(ledger.hand_over([raw]))) for raw in raws]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert sorted(receipt.index for receipt in receipts) == list(range(6, 18))
        policy = ledger.witness_policy()
        for receipt in receipts:
            assert receipt.witnesses == (2, 2)
            assert verify_receipt(receipt, log=ledger.log_keys(), policy=policy) == ()


def test_thread_whose_quorum_is_short_is_told_and_its_entry_stands(
    tmp_path: Path, log_keys: tuple[VerifierKey, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody gets a receipt before the quorum has cosigned; what was published stays, and a repeat gets it (§2.5)."""
    monkeypatch.setattr("ledger.service.cosign.PAUSE", 0.0)
    with serving(at_work(tmp_path / "witness.db", log_keys)) as url:
        ledger = configured(tmp_path / "ledger", url, quorum=2, answer_after="quorum")
        ledger.record(drafts())
        raw = said(ledger, 1)
    # The witness is gone.
    with pytest.raises(UnavailableError, match="short of the quorum") as caught:
        ledger.hand_over([raw])
    assert caught.value.facts["outcome"] == "published"
    assert ledger.head().size == 7
    ledger.close()
