"""Witnesses over HTTP and on disk: races, kills, slow clients, a ledger that waits for its quorum (tlog-witness)."""

import http.client
import json
import os
import select
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from ledger.cli.main import main
from ledger.errors import ConflictError, ForkError, MalformedError, UnavailableError
from ledger.remote.server import Server
from ledger.remote.witness import ANSWER_LIMIT, add_checkpoint, check_url, last_checkpoint
from ledger.runtime import Ledger, init, open_ledger
from ledger.service.cosign import Asked
from ledger.service.witness import WitnessAtWork
from ledger.store.cosigned import CosignedDirectory
from ledger.store.witness import WitnessStore
from ledger.tlog.checkpoint import Checkpoint, open_any_checkpoint, sign_checkpoint
from ledger.tlog.merkle import EMPTY_EDGE, Edge, Hash, leaf_hash, prove_consistency
from ledger.tlog.note import VerifierKey, format_verifier_key
from ledger.tlog.policy import open_by_policy, parse_policy
from ledger.tlog.proof import verify_receipt
from ledger.tlog.witness import REQUEST_LIMIT, AddCheckpoint, Answer, Cosigner, Kept, format_request, parse_size_answer
from tests.end_to_end.small import START, drafts, fixed_keys
from tests.unit.tlog.small_log import (
    AT,
    ED25519,
    LOG_KEYS,
    MLDSA,
    ORIGIN,
    WITNESS_1,
    WITNESS_2,
    WITNESS_KEYS,
    by_address,
    grown,
    signed,
)

COSIGNERS = (Cosigner("witness.example/1", WITNESS_1), Cosigner("witness.example/2", WITNESS_2))
LEAVES = 64


def branch(name: str, size: int) -> tuple[Edge, dict[tuple[int, int], Hash]]:
    """Return a tree of one of two logs, which part after their fourth entry."""
    leaves = [leaf_hash(b"%d" % index if index < 4 else f"{name}{index}".encode()) for index in range(size)]
    edge, nodes = EMPTY_EDGE.extend(leaves)
    return edge, by_address(nodes)


def request(name: str, old: int, new: int) -> bytes:
    """Return what a log that forks asks for."""
    edge, nodes = branch(name, new)
    raw = sign_checkpoint(Checkpoint(ORIGIN, new, edge.root), ed25519=ED25519, mldsa=MLDSA, at=AT)
    return format_request(AddCheckpoint(old, prove_consistency(old, new, nodes), raw))


def honest(old: int, new: int) -> bytes:
    """Return what the small log asks for."""
    return format_request(AddCheckpoint(old, prove_consistency(old, new, grown(13)[1]), signed(new)))


def at_work(store: Path, keys: tuple[VerifierKey, ...] = LOG_KEYS) -> WitnessAtWork:
    """Return a witness that keeps in a file."""
    return WitnessAtWork(COSIGNERS, keys, place=WitnessStore.open(store), clock=lambda: START)


@contextmanager
def serving(witness: WitnessAtWork | None, *, size: int = ANSWER_LIMIT + 1, **bounds: float) -> Iterator[str]:
    """Give the address at which a witness answers; at which something answers with so many bytes, if there is none."""
    handle = witness.answer if witness is not None else lambda *_: Answer(200, "text/plain", b"x" * size)
    with Server(("127.0.0.1", 0), handle, limit=REQUEST_LIMIT, **bounds) as server:  # type: ignore[arg-type]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.url
        finally:
            server.shutdown()
            thread.join()


# --- the store --------------------------------------------------------------------------------------------------------


def test_store_keeps_what_was_cosigned(tmp_path: Path) -> None:
    """What was kept is there when the file is opened again, for each log apart."""
    store = WitnessStore.open(tmp_path / "w.db")
    assert store.last(ORIGIN) is None
    kept = Kept(7, grown(7)[0].root, AT, signed(7))
    with store.keeping(ORIGIN) as keeping:
        assert keeping.last is None
        keeping.keep(kept)
    assert WitnessStore.open(tmp_path / "w.db").last(ORIGIN) == kept
    assert store.last("example.com/other") is None
    assert store.origins() == (ORIGIN,)


BACKWARD = {
    "a smaller size": Kept(6, grown(6)[0].root, AT, signed(6)),
    "another root": Kept(7, Hash(bytes(32)), AT, signed(7)),
    "an earlier time": Kept(8, grown(8)[0].root, AT - 1, signed(8)),
}


@pytest.mark.parametrize("kept", BACKWARD.values(), ids=BACKWARD)
def test_store_itself_refuses_to_go_back(tmp_path: Path, kept: Kept) -> None:
    """What was cosigned only moves forward, whatever the code above it decides (tlog-witness)."""
    store = WitnessStore.open(tmp_path / "w.db")
    with store.keeping(ORIGIN) as keeping:
        keeping.keep(Kept(7, grown(7)[0].root, AT, signed(7)))
    with pytest.raises(ConflictError, match="only moves forward"), store.keeping(ORIGIN) as keeping:
        keeping.keep(kept)
    last = store.last(ORIGIN)
    assert last is not None
    assert last.size == 7


@pytest.mark.parametrize("sql", ["DELETE FROM cosigned", "INSERT OR REPLACE INTO cosigned SELECT * FROM cosigned"])
def test_store_itself_refuses_to_forget(tmp_path: Path, sql: str) -> None:
    """No row of a witness is deleted or replaced, by whatever program."""
    store = WitnessStore.open(tmp_path / "w.db")
    with store.keeping(ORIGIN) as keeping:
        keeping.keep(Kept(7, grown(7)[0].root, AT, signed(7)))
    connection = sqlite3.connect(tmp_path / "w.db")
    with pytest.raises(sqlite3.IntegrityError, match="never"):
        connection.execute(sql)
    connection.close()


def test_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    """A witness does not write into a file that is not its own."""
    (tmp_path / "text").write_bytes(b"hello, hello, hello, hello, hello" * 100)
    with pytest.raises(MalformedError, match="no witness's database"):
        WitnessStore.open(tmp_path / "text")
    other = sqlite3.connect(tmp_path / "other.db")
    other.execute("CREATE TABLE mine (a)")
    other.commit()
    other.close()
    with pytest.raises(MalformedError, match="not a witness's database"):
        WitnessStore.open(tmp_path / "other.db")
    with pytest.raises(UnavailableError):
        WitnessStore.open(tmp_path / "absent" / "w.db")


def test_store_that_another_holds_is_waited_for_and_then_given_up(tmp_path: Path) -> None:
    """A lock that is not given in time is an answer of 503, and never a cosignature."""
    store = WitnessStore.open(tmp_path / "w.db", patience=0.05)
    witness = WitnessAtWork(COSIGNERS, LOG_KEYS, place=store, clock=lambda: START)
    with store.keeping(ORIGIN):
        assert witness.answer("POST", "/add-checkpoint", honest(0, 7)).status == 503
    assert witness.answer("POST", "/add-checkpoint", honest(0, 7)).status == 200


# --- races and crashes ------------------------------------------------------------------------------------------------


def consistent(roots: dict[int, set[Hash]]) -> bool:
    """Tell whether everything that was cosigned is of one of the two logs."""
    if any(len(found) > 1 for found in roots.values()):
        return False
    return any(all(found == {branch(name, size)[0].root} for size, found in roots.items()) for name in "ab")


def test_threads_that_race_never_get_two_logs_cosigned(tmp_path: Path) -> None:
    """Of a log that forks, whatever is asked at once, one branch alone is cosigned (tlog-witness, the race)."""
    cosigned: dict[int, set[Hash]] = {}
    lock = threading.Lock()
    with serving(at_work(tmp_path / "w.db")) as url:

        def grow(name: str) -> None:
            old = 0
            for new in range(1, LEAVES, 7):
                if old > new:
                    continue
                answer = add_checkpoint(url, request(name, old, new))
                if answer.status == 409:
                    old = parse_size_answer(answer)
                    answer = add_checkpoint(url, request(name, old, new)) if old <= new else answer
                if answer.status == 200:
                    old = new
                    with lock:
                        cosigned.setdefault(new, set()).add(branch(name, new)[0].root)

        with ThreadPoolExecutor(6) as executor:
            list(executor.map(grow, "ababab"))
    assert consistent({size: roots for size, roots in cosigned.items() if size > 4})
    assert max(cosigned) > 4


ENDLESS = """
import sys
from tests.end_to_end.test_witness import at_work, branch, request
from ledger.tlog.witness import parse_size_answer
from pathlib import Path

witness = at_work(Path(sys.argv[1]))
name, old = sys.argv[2], 0
print("ready", flush=True)
for new in range(1, 500):
    if old > new:
        continue
    answer = witness.answer("POST", "/add-checkpoint", request(name, old, new))
    if answer.status == 409:
        old = parse_size_answer(answer)
        if old > new:
            continue
        answer = witness.answer("POST", "/add-checkpoint", request(name, old, new))
    if answer.status == 200:
        old = new
        print(new, branch(name, new)[0].root.hex(), flush=True)
"""


def environment() -> dict[str, str]:
    """Return an environment in which a program finds the checkout."""
    return {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}


def test_witness_that_is_killed_has_kept_all_that_it_answered(tmp_path: Path) -> None:
    """Two processes, killed at any moment, again and again: what was answered is of one log and never forgotten."""
    roots: dict[int, set[Hash]] = {}
    last = 0
    for answers in (1, 3, 5):
        processes = [
            subprocess.Popen(
                [sys.executable, "-c", ENDLESS, str(tmp_path / "w.db"), name], env=environment(),
                stdout=subprocess.PIPE, text=True,
            )
            for name in "ab"
        ]  # fmt: skip
        lines: list[str] = []
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        # One of the two is refused for ever once the other has parted, so the kill waits for the file to grow.
        store = WitnessStore.open(tmp_path / "w.db")
        while (kept := store.last(ORIGIN)) is None or kept.size < last + answers:
            assert any(process.poll() is None for process in processes)
        for process in processes:
            process.send_signal(signal.SIGKILL)
            lines += process.communicate()[0].splitlines()
        for line in lines:
            size, _, root = line.partition(" ")
            if len(root) == 64:
                roots.setdefault(int(size), set()).add(Hash(bytes.fromhex(root)))
        kept = store.last(ORIGIN)
        assert kept is not None
        assert kept.size >= max(roots)
        last = kept.size
        roots.setdefault(kept.size, set()).add(kept.root)
        assert open_any_checkpoint(kept.note, WITNESS_KEYS).signers == set(WITNESS_KEYS)
    assert consistent({size: found for size, found in roots.items() if size > 4})


# --- over HTTP --------------------------------------------------------------------------------------------------------


def test_statuses_and_media_types_come_over_http(tmp_path: Path) -> None:
    """A client sees each status as the specification has it, also below a path and over one connection."""
    with serving(at_work(tmp_path / "w.db")) as url:
        assert last_checkpoint(url, ORIGIN).status == 404
        assert add_checkpoint(f"{url}/", honest(0, 7)).status == 200
        conflict = add_checkpoint(url, honest(0, 12))
        assert (conflict.status, conflict.media_type, conflict.body) == (409, "text/x.tlog.size", b"7\n")
        assert add_checkpoint(url, b"").status == 400
        assert add_checkpoint(url, honest(7, 12).replace(b"old 7\n", b"old 7\n" + b"A" * 43 + b"=\n")).status == 422
        assert open_any_checkpoint(last_checkpoint(url, ORIGIN).body, WITNESS_KEYS).checkpoint.size == 7
        assert add_checkpoint(f"{url}/below", honest(7, 12)).status == 404
        kept_alive = http.client.HTTPConnection(url.removeprefix("http://"), timeout=10)
        for expected in (200, 200):
            kept_alive.request("POST", "/add-checkpoint", body=honest(7, 7))
            response = kept_alive.getresponse()
            assert (response.status, bool(response.read())) == (expected, True)
        kept_alive.close()


def raw_answer(url: str, sent: bytes) -> bytes:
    """Return all that a server answers to some bytes."""
    host, _, port = url.removeprefix("http://").rpartition(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(sent)
        pieces = []
        while piece := connection.recv(4096):
            pieces.append(piece)
    return b"".join(pieces)


WRONG = {
    "no length": (b"", b"411"),
    "two lengths": (b"Content-Length: 1\r\nContent-Length: 2\r\n", b"411"),
    "pieces": (b"Transfer-Encoding: chunked\r\n", b"411"),
    "a length that is none": (b"Content-Length: -1\r\n", b"400"),
    "a length in other digits": (b"Content-Length: 1_0\r\n", b"400"),
    "a length beyond the limit": (b"Content-Length: %d\r\n" % (REQUEST_LIMIT + 1), b"413"),
}


@pytest.mark.parametrize(("header", "status"), WRONG.values(), ids=WRONG)
def test_body_without_a_bounded_length_is_not_read(tmp_path: Path, header: bytes, status: bytes) -> None:
    """A body is read only up to a stated length within the limit; the connection ends there."""
    with serving(at_work(tmp_path / "w.db")) as url:
        sent = b"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\n" + header + b"\r\n"
        answer = raw_answer(url, sent)
    assert answer.startswith(b"HTTP/1.1 " + status)
    assert b"Connection: close" in answer


def test_client_beyond_the_last_connection_is_turned_away_and_not_kept_waiting(tmp_path: Path) -> None:
    """As long as one client has the only connection, the next is told at once to ask again."""
    with serving(at_work(tmp_path / "w.db"), patience=300, silence=300, connections=1) as url:
        host, _, port = url.removeprefix("http://").rpartition(":")
        with socket.create_connection((host, int(port)), timeout=60) as slow:
            slow.sendall(b"POST /add-checkpoint HTTP/1.1\r\n")
            assert raw_answer(url, b"").startswith(b"HTTP/1.1 503")


def test_client_that_trickles_is_cut_off_and_others_are_served(tmp_path: Path) -> None:
    """A connection ends after its time whatever it sends, and the next client has its place."""
    with serving(at_work(tmp_path / "w.db"), patience=0.5, silence=300, connections=1) as url:
        host, _, port = url.removeprefix("http://").rpartition(":")
        # It may be cut off before, while or after it speaks: a broken pipe says so, and an end of what it reads.
        with socket.create_connection((host, int(port)), timeout=60) as slow, suppress(ConnectionError):
            while not select.select([slow], [], [], 0.01)[0]:
                slow.sendall(b"X")
            assert slow.recv(1) == b""
        answered: set[int] = set()
        for _ in range(500):
            # The thread of that connection may not have ended yet; on a slow machine, an answer may come too late.
            with suppress(UnavailableError):
                answered.add(add_checkpoint(url, honest(0, 7)).status)
            if answered - {503}:
                break
            time.sleep(0.02)
        assert answered - {503} in ({200}, {409})  # 409 where it was cosigned, and the answer did not come


def test_answer_of_a_witness_is_read_up_to_its_limit() -> None:
    """No more is read of an answer than a witness may give, and no less."""
    with serving(None) as url, pytest.raises(UnavailableError, match="longer than"):
        add_checkpoint(url, b"")
    with serving(None, size=ANSWER_LIMIT) as url:
        assert len(add_checkpoint(url, b"").body) == ANSWER_LIMIT


def test_server_that_trickles_is_given_up() -> None:
    """An answer that does not come in time is none, however often a byte of it comes."""
    listener = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def trickle() -> None:
        connection, _ = listener.accept()
        with connection:
            while not stop.wait(0.05):
                try:
                    connection.sendall(b"H")
                except OSError:
                    return

    thread = threading.Thread(target=trickle)
    thread.start()
    try:
        with pytest.raises(UnavailableError, match="cannot be asked"):
            add_checkpoint(f"http://127.0.0.1:{listener.getsockname()[1]}", b"", patience=0.3)
    finally:
        stop.set()
        thread.join()
        listener.close()


def test_nobody_there_is_unavailable() -> None:
    """A witness that is down is a sentence, and never a foreign exception."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(UnavailableError, match="cannot be asked"):
        last_checkpoint(f"http://127.0.0.1:{port}", ORIGIN)


ADDRESSES = [
    "", "witness.example", "ftp://witness.example", "http://", "http://u@w.example", "http://w.example?x", "http://w:0",
    "http://w.example#x", "http://w:port", "http://w example", "http://wítness.example", "http://w\n.example",
    "http://[::1", "//w.example", "http://w:99999",
]  # fmt: skip


@pytest.mark.parametrize("url", ADDRESSES)
def test_address_that_is_none_is_malformed(url: str) -> None:
    """Only http and https, a host, a port and a path make the address of a witness."""
    with pytest.raises(MalformedError, match="not the address of a witness"):
        check_url(url)


def test_port_that_is_taken_is_said() -> None:
    """An address on which another listens is refused in a sentence."""
    with socket.create_server(("127.0.0.1", 0)) as listener, pytest.raises(UnavailableError, match="can listen"):
        Server(("127.0.0.1", listener.getsockname()[1]), lambda *_: Answer(200, "", b""), limit=1)


def test_fault_of_the_handler_is_an_answer() -> None:
    """Whatever is wrong with us, who asked gets a 500, and the server goes on."""

    def fail(*_: object) -> Answer:
        raise ZeroDivisionError

    with Server(("127.0.0.1", 0), fail, limit=1) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        assert [last_checkpoint(server.url, ORIGIN).status for _ in range(2)] == [500, 500]
        server.shutdown()
        thread.join()


# --- a ledger with witnesses ------------------------------------------------------------------------------------------


def configured(directory: Path, url: str, *, quorum: int, answer_after: str) -> Ledger:
    """Return a ledger whose two witnesses answer at one address."""
    with init(
        directory, origin="example.org/small", at=lambda: START, make_key=fixed_keys(), quorum=quorum,
        answer_after=answer_after,  # type: ignore[arg-type]
    ):  # fmt: skip
        pass
    tables = [
        f'[[witness]]\nurl = "{url}"\nvkey = "{format_verifier_key(key)}"\n' for key in WITNESS_KEYS
    ]  # fmt: skip
    path = directory / "pledger.toml"
    path.write_text(path.read_text("utf-8") + "".join(tables), "utf-8")
    return open_ledger(directory, at=lambda: START)


def keys_of(directory: Path) -> tuple[VerifierKey, ...]:
    """Return the keys that sign a ledger's checkpoints."""
    with open_ledger(directory, at=lambda: START) as ledger:
        return ledger.log_keys()


@pytest.fixture
def log_keys(tmp_path: Path) -> tuple[VerifierKey, ...]:
    """Give the checkpoint keys that every ledger with the fixed keys has."""
    init(tmp_path / "first", origin="example.org/small", at=lambda: START, make_key=fixed_keys()).close()
    return keys_of(tmp_path / "first")


def test_receipt_waits_for_the_quorum(tmp_path: Path, log_keys: tuple[VerifierKey, ...]) -> None:
    """With answer_after quorum a receipt is witnessed, and its proof leads to the cosigned checkpoint (design §2.4)."""
    with (
        serving(at_work(tmp_path / "w.db", log_keys)) as url,
        configured(tmp_path / "ledger", url, quorum=2, answer_after="quorum") as ledger,
    ):
        receipts = ledger.record(drafts())
        policy = ledger.witness_policy()
        assert {receipt.witnesses for receipt in receipts} == {(2, 2)}
        assert [verify_receipt(one, log=log_keys, policy=policy) for one in receipts] == [()] * len(receipts)
        assert ledger.receipt(receipts[0].index) == receipts[0]
        assert ledger.record(drafts()) == receipts


def test_receipt_is_withheld_while_the_quorum_is_short(
    tmp_path: Path, log_keys: tuple[VerifierKey, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without its quorum the entry stays published, and whoever repeats it gets the receipt once it is there."""
    monkeypatch.setattr("ledger.service.cosign.PAUSE", 0.0)
    witness = at_work(tmp_path / "w.db", log_keys)
    with serving(witness) as url:
        ledger = configured(tmp_path / "ledger", url, quorum=2, answer_after="quorum")
    with ledger:
        with pytest.raises(UnavailableError, match="witnessed by 0 of 2, short of the quorum") as caught:
            ledger.record(drafts())
        assert caught.value.facts["outcome"] == "published"
        assert ledger.head().size == 6
        with pytest.raises(UnavailableError, match="short of the quorum"):
            ledger.record(drafts())
        assert ledger.head().size == 6
        ledger.cosign(ask=lambda _, body: witness.answer("POST", "/add-checkpoint", body))
        receipts = ledger.record(drafts())
        assert [receipt.index for receipt in receipts] == [2, 3, 4, 5]
        assert {receipt.witnesses for receipt in receipts} == {(2, 2)}


def test_receipt_does_not_wait_where_the_charter_says_commit(
    tmp_path: Path, log_keys: tuple[VerifierKey, ...]
) -> None:  # fmt: skip
    """With answer_after commit witnesses are asked once, and the receipt says how many answered."""
    with serving(at_work(tmp_path / "w.db", log_keys)) as url:
        ledger = configured(tmp_path / "ledger", url, quorum=2, answer_after="commit")
    with ledger:
        receipts = ledger.record(drafts())
        assert {receipt.witnesses for receipt in receipts} == {(0, 2)}
        assert [verify_receipt(one, log=log_keys) for one in receipts] == [()] * len(receipts)


def test_cosigned_checkpoint_is_kept_apart_from_the_log(tmp_path: Path, log_keys: tuple[VerifierKey, ...]) -> None:
    """Cosignatures change no row of the log; they are asked for again where they were lost (design §2.5)."""
    with (
        serving(at_work(tmp_path / "w.db", log_keys)) as url,
        configured(tmp_path / "ledger", url, quorum=1, answer_after="commit") as ledger,
    ):
        before = ledger.head().checkpoint
        cosigned = ledger.cosign()
        assert cosigned.is_reached
        assert ledger.head().checkpoint == before
        assert ledger.check().findings == ()
        kept = CosignedDirectory(tmp_path / "ledger" / "cosigned")
        assert kept.sizes() == (2,)
        assert kept.get(2) == cosigned.note
        open_by_policy(cosigned.note, ledger.witness_policy())
        for path in kept.directory.iterdir():
            path.unlink()
        assert ledger.cosign().is_reached


def test_cosigned_checkpoints_only_gain_signatures(tmp_path: Path) -> None:
    """A checkpoint that is kept again keeps what it had; another text of its size is refused."""
    kept = CosignedDirectory(tmp_path / "cosigned")
    assert kept.get(7) is None
    assert kept.sizes() == ()
    bare = signed(7)
    work = at_work(tmp_path / "w.db")
    work.answer("POST", "/add-checkpoint", format_request(AddCheckpoint(0, (), bare)))
    last = WitnessStore.open(tmp_path / "w.db").last(ORIGIN)
    assert last is not None
    assert kept.keep(7, last.note) == last.note
    assert open_any_checkpoint(kept.keep(7, bare), (*LOG_KEYS, *WITNESS_KEYS)).signers == {*LOG_KEYS, *WITNESS_KEYS}
    with pytest.raises(ConflictError, match="Another checkpoint of 7 entries"):
        kept.keep(7, signed(8))


def test_old_copy_of_a_cosigned_ledger_is_refused(tmp_path: Path, log_keys: tuple[VerifierKey, ...]) -> None:
    """A ledger restored from an old copy is refused on start-up, by what its witnesses have cosigned (design §2.5)."""
    ledger = tmp_path / "ledger"
    with serving(at_work(tmp_path / "w.db", log_keys)) as url:
        configured(ledger, url, quorum=2, answer_after="quorum").close()
        shutil.copytree(ledger, tmp_path / "old")
        with open_ledger(ledger, at=lambda: START) as opened:
            opened.record(drafts()[:1])
    shutil.copytree(ledger / "cosigned", tmp_path / "old" / "cosigned")
    with pytest.raises(ConflictError, match="witnesses have cosigned 3 of it: it is an old copy"):
        open_ledger(tmp_path / "old", at=lambda: START)


def test_other_checkpoint_than_the_cosigned_one_is_a_fork(tmp_path: Path, log_keys: tuple[VerifierKey, ...]) -> None:
    """A log that went on differently from an old copy is refused, with both checkpoints (design §2.5)."""
    ledger, other = tmp_path / "ledger", tmp_path / "other"
    witness = at_work(tmp_path / "w.db", log_keys)
    with serving(witness) as url:
        configured(ledger, url, quorum=0, answer_after="commit").close()
        shutil.copytree(ledger, other)
        with open_ledger(ledger, at=lambda: START) as opened:
            opened.record(drafts()[:1])
        with open_ledger(other, at=lambda: START) as opened:
            (refused,) = {one.reply for one in _asked(opened)}
        assert refused == "refused"
    shutil.copytree(ledger / "cosigned", other / "cosigned", dirs_exist_ok=True)
    with pytest.raises(ForkError, match="the log has forked") as caught:
        open_ledger(other, at=lambda: START)
    assert caught.value.facts["held"] != caught.value.facts["cosigned"]


def _asked(ledger: Ledger) -> tuple[Asked, ...]:
    """Record the second draft as the first, and return what the witnesses say of it."""
    ledger.record(drafts()[1:2])
    return ledger.cosign().asked


def test_command_asks_the_witnesses(
    tmp_path: Path, log_keys: tuple[VerifierKey, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """``pledger log cosign`` answers how many have cosigned, 0 where the quorum is reached and 1 where it is not."""
    ledger, policy = tmp_path / "ledger", tmp_path / "policy"
    arguments = ["log", "cosign", "--ledger", str(ledger)]
    with serving(at_work(tmp_path / "w.db", log_keys)) as url:
        configured(ledger, url, quorum=2, answer_after="quorum").close()
        assert main([*arguments, "--json", "--policy", str(policy), "-o", str(tmp_path / "checkpoint")]) == 0
        document = json.loads(capsys.readouterr().out)
        assert (document["witnessed"], document["quorum"], document["reached"]) == ({"k": 2, "n": 2}, 2, True)
        open_by_policy((tmp_path / "checkpoint").read_bytes(), parse_policy(policy.read_bytes()))
    shutil.rmtree(ledger / "cosigned")
    assert main(arguments) == 1
    assert "2 entries, witnessed 0 of 2, quorum 2 not reached" in capsys.readouterr().out
    init(tmp_path / "alone", origin="example.org/alone", at=lambda: START, make_key=fixed_keys()).close()
    assert main(["log", "cosign", "--ledger", str(tmp_path / "alone")]) == 2


WRONG_COMMANDS = {
    "no store": (["--listen", "127.0.0.1:0", "--log", "policy"], 2),
    "no log": (["--listen", "127.0.0.1:0", "--store", "w.db"], 2),
    "no port": (["--listen", "127.0.0.1", "--store", "w.db", "--log", "policy"], 2),
    "a port beyond all": (["--listen", "127.0.0.1:65536", "--store", "w.db", "--log", "policy"], 2),
    "an algorithm that cannot cosign": (["--key", "new.pem", "--make-key", "ES256"], 2),
    "a key twice": (["--key", "w.pem"], 2),
    "a key that is not there": (["--key", "nowhere.pem"], 2),
    "a key that is none": (["--key", "policy"], 3),
    "a name that is none": (["--name", "a b"], 3),
    "a log that is none": (["--log", "a+00000000+AAAA"], 3),
    "a policy without logs": (["--log", "empty"], 3),
}


@pytest.mark.parametrize(("arguments", "code"), WRONG_COMMANDS.values(), ids=WRONG_COMMANDS)
def test_wrong_witness_command_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int
) -> None:
    """Whatever is wrong with the options is said in a sentence, before anything listens (style §7)."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "w.pem").write_bytes(WITNESS_1.to_pem())
    (tmp_path / "policy").write_text(f"log {format_verifier_key(LOG_KEYS[0])}\nquorum none\n", "utf-8")
    (tmp_path / "empty").write_text("quorum none\n", "utf-8")
    for path in tmp_path.iterdir():
        path.chmod(0o600)  # others may not use a key file (tests/end_to_end/test_keyring.py)
    assert main(["witness", "--name", "witness.example/w", "--key", "w.pem", *arguments]) == code
    assert capsys.readouterr().err.count("\n") == 1


CONFIGURED = {
    "no address": '[[witness]]\nvkey = "x"\n',
    "no key": '[[witness]]\nurl = "http://w.example"\n',
    "more than both": '[[witness]]\nurl = "http://w.example"\nvkey = "x"\nname = "x"\n',
    "a key that is none": '[[witness]]\nurl = "http://w.example"\nvkey = "x"\n',
    "an address that is none": f'[[witness]]\nurl = "w.example"\nvkey = "{format_verifier_key(WITNESS_KEYS[0])}"\n',
    "one table": "[witness]\n",
    "a word": 'witness = "x"\n',
}


@pytest.mark.parametrize("text", CONFIGURED.values(), ids=CONFIGURED)
def test_witness_of_another_form_is_malformed(tmp_path: Path, text: str) -> None:
    """A [[witness]] gives exactly an address and a verifier key."""
    init(tmp_path / "ledger", origin="example.org/small", at=lambda: START, make_key=fixed_keys()).close()
    path = tmp_path / "ledger" / "pledger.toml"
    path.write_text(path.read_text("utf-8") + text, "utf-8")
    with pytest.raises(MalformedError):
        open_ledger(tmp_path / "ledger", at=lambda: START)


# --- the command ------------------------------------------------------------------------------------------------------


def test_command_serves_until_it_is_stopped(tmp_path: Path) -> None:
    """The command makes its key, says who and where it is, cosigns, ends with SIGTERM, and remembers (style §7)."""
    program = "import sys; from ledger.cli.main import main; sys.exit(main(sys.argv[1:]))"
    (tmp_path / "policy").write_bytes(
        b"".join(b"log %s\n" % format_verifier_key(key).encode() for key in LOG_KEYS) + b"quorum none\n"
    )
    arguments = [
        sys.executable, "-c", program, "witness", "--name", "witness.example/w", "--key", str(tmp_path / "w.pem"),
        "--make-key", "ML-DSA-44", "--store", str(tmp_path / "w.db"), "--log", str(tmp_path / "policy"), "--evidence",
        str(tmp_path / "evidence"), "--listen", "127.0.0.1:0", "--json",
    ]  # fmt: skip
    for asked, status in ((honest(0, 7), 200), (request("a", 7, 7), 422)):
        process = subprocess.Popen(arguments, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            assert process.stdout is not None
            lines = b""
            while not lines.endswith(b"}\n"):
                lines += process.stdout.readline()
            said = json.loads(lines)
            assert said["logs"] == [ORIGIN]
            assert add_checkpoint(said["url"], asked).status == status
        finally:
            process.terminate()
            process.communicate()
        assert process.returncode == 0
    assert (tmp_path / "w.pem").stat().st_mode & 0o777 == 0o600
    assert len(list((tmp_path / "evidence").glob("fork-*.json"))) == 1
