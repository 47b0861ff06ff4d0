"""Bad input over HTTP: the right status, a sentence, and the ledger as it was (style §7, issue of the service).

What can be said through a client is in one table; what is wrong on the wire itself goes to a server on a socket.
"""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import pytest

from ledger.ingest.document import check_draft
from ledger.service.compose import compose
from ledger.signing.canonical import digest
from ledger.signing.envelope import STATEMENT, seal
from ledger.tlog.checkpoint import Checkpoint
from ledger.tlog.merkle import Hash
from ledger.web.app import Application, application
from ledger.web.serve import bind, serve
from tests.end_to_end.served import JOSE, LINES, House, observations, served, stranger
from tests.end_to_end.small import FIGURES, START, position

BIG = 3 << 20
ZIP = {"content-type": "application/zip"}
DIGEST = "sha256:" + "a" * 64


@dataclass(frozen=True)
class Case:
    """A request, and what it is answered."""

    method: str
    path: str
    status: int
    said: str
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)


CASES = {
    # addresses and methods
    "a head that is too long": Case("GET", "/v1/ledger", 431, "head of the request", None, {"x-long": "x" * 20_000}),
    "no such address": Case("GET", "/v1/nothing", 404, "nothing at this address"),
    "an address that ends in a slash": Case("GET", "/v1/status/", 404, "nothing at this address|No commitment"),
    "a way out of the tree": Case("GET", "/log/../pledger.toml", 404, "nothing at this address|serves no"),
    "a way out of the tree, hidden": Case("GET", "/log/%2e%2e/%2e%2e/keys/root.pem", 404, "serves no"),
    "a zero byte in a path": Case("GET", "/log/blob/%00", 404, "serves no"),
    "the method of another route": Case("GET", "/v1/verify", 405, "does not take that method"),
    "a method that changes a read": Case("DELETE", "/v1/entries/0", 405, "does not take that method"),
    "a method that nobody knows": Case("BREW", "/v1/ledger", 405, "does not take that method"),
    # types
    "a statement without a type": Case("POST", "/v1/statements", 415, "application/jose", b"x"),
    "a statement as JSON": Case(
        "POST", "/v1/statements", 415, "application/jose", b"{}", {"content-type": "application/json"}
    ),
    "a bundle as text": Case("POST", "/v1/verify", 415, "application/zip", b"x", {"content-type": "text/plain"}),
    "a preview without a form": Case("POST", "/v1/preview", 415, "multipart", b"x"),
    # sizes
    "a statement that is too long": Case("POST", "/v1/statements", 413, "larger than", b"x" * BIG, JOSE),
    "a statement whose stated length is too long": Case(
        "POST", "/v1/statements", 413, "larger than", b"x", {**JOSE, "content-length": str(1 << 40)}
    ),
    "too many statements": Case("POST", "/v1/statements", 413, "10000 at most", b"x\n" * 10_001, LINES),
    "a bundle that is too long": Case("POST", "/v1/verify", 413, "larger than", b"x" * BIG, ZIP),
    "drafts that are too long": Case("POST", "/v1/drafts/lint", 413, "larger than", b"x" * BIG),
    # encodings
    "an empty statement": Case("POST", "/v1/statements", 400, "statement", b"", JOSE),
    "an empty batch": Case("POST", "/v1/statements", 400, "no statement in the body", b"", LINES),
    "a statement that is no JWS": Case("POST", "/v1/statements", 400, "statement", b"not a statement", JOSE),
    "a statement in another alphabet": Case("POST", "/v1/statements", 400, "one spelling", "é.é.é".encode(), JOSE),
    "a statement with a byte order mark": Case(
        "POST", "/v1/statements", 400, "one spelling", b"\xef\xbb\xbfa.b.c", JOSE
    ),
    "a statement compressed": Case(
        "POST", "/v1/statements", 415, "Content-Encoding", b"x", {**JOSE, "content-encoding": "gzip"}
    ),
    "a bundle that is none": Case("POST", "/v1/verify", 400, "", b"PK\x03\x04junk", ZIP),
    "drafts that are no YAML": Case("POST", "/v1/drafts/lint", 400, "draft", b"{[:"),
    "drafts without a pledge": Case(
        "POST",
        "/v1/drafts/lint",
        400,
        "no draft of a commitment",
        b"kind: party\nsubject: c\nbody: {kind: state, names: {en: C}}",
    ),
    "a form that is broken off": Case(
        "POST", "/v1/preview", 400, "", b"--x\r\nContent-Dis", {"content-type": "multipart/form-data; boundary=x"}
    ),
    # parameters
    "a day that is none": Case("GET", "/v1/status?as_of=2021-02-30", 400, "not a day"),
    "a day in other words": Case("GET", "/v1/status?as_of=yesterday", 400, "not a day"),
    "a size that the log never had": Case("GET", "/v1/status?size=999", 400, "The log has"),
    "a size below one": Case("GET", "/v1/status?size=0", 400, "size"),
    "a size that is no number": Case("GET", "/v1/status?size=many", 400, "size"),
    "a page of nothing": Case("GET", "/v1/entries?limit=0", 400, "limit"),
    "a page without end": Case("GET", "/v1/entries?limit=100000", 400, "limit"),
    "statements without end": Case("GET", "/v1/statements?limit=1001", 400, "limit"),
    "statements from before the log": Case("GET", "/v1/statements?start=-1", 400, "start"),
    "a kind that is none": Case("GET", "/v1/entries?kind=rumour", 400, "no kind"),
    "a format that is none": Case("GET", "/v1/audits/grain?format=docx", 400, "format"),
    "a flag that is neither": Case("POST", "/v1/statements?whole=1", 400, "true or false", b"x", LINES),
    "two flags that exclude each other": Case("POST", "/v1/statements?whole=true&keep=true", 400, "whole", b"x", LINES),
    "a proof of the future": Case("GET", "/v1/consistency?old=999", 400, "cannot begin"),
    "a period that is none": Case("GET", "/v1/audits/grain?period=2020", 400, "not two days"),
    "an index of audits from before the log": Case("GET", "/v1/audits?start=-1", 400, "start"),
    "an audit of nothing": Case("GET", "/v1/audit", 400, "commitments, or give party"),
    # what is not there
    "an entry beyond the end": Case("GET", "/v1/entries/999999", 404, "no entry"),
    "an entry by no name": Case("GET", "/v1/entries/first", 400, "neither"),
    "an entry before the first": Case("GET", "/v1/entries/-1", 400, "neither"),
    "an entry spelt otherwise": Case("GET", "/v1/entries/007", 400, "neither"),
    "a statement that nobody made": Case("GET", f"/v1/statements/{DIGEST}", 404, "no statement"),
    "a file that nobody named": Case("GET", f"/v1/blobs/{DIGEST}", 404, "no file"),
    "a file by half a digest": Case("GET", "/v1/blobs/sha256:abc", 404, "not a digest"),
    "a pledge that nobody recorded": Case("GET", "/v1/status/nobody", 404, "nobody"),
    "a pledge before it was recorded": Case("GET", "/v1/score/grain?size=3&as_of=2021-01-01", 404, "grain"),
    "a party that nobody recorded": Case("GET", "/v1/status?party=zz", 404, "zz"),
    "a series that nobody submitted": Case("GET", "/v1/series/export/zz/yy", 404, "zz"),
    "a tile beyond the end": Case("GET", "/log/tile/0/001", 404, "serves no"),
    "a tile spelt otherwise": Case("GET", "/log/tile/0/0.p/1", 404, "serves no"),
    # uploads
    "a file for which nothing waits": Case("PUT", f"/v1/blobs/{DIGEST}", 403, "No statement waits", b"x"),
    "a file under no digest": Case("PUT", "/v1/blobs/mine", 404, "not a digest", b"x"),
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A served ledger that takes small bodies only, and does not count how often one asks."""
    with served(tmp_path_factory.mktemp("bad"), rate=0, heavy_rate=0, upload=2 << 20, batch=1 << 20) as one:
        yield one


def state_of(house: House) -> tuple[bytes, list[str]]:
    """Return what may not have changed."""
    return house.ledger.head().checkpoint, list(house.ledger.blobs.digests())


@pytest.mark.parametrize("phrase", CASES)
def test_bad_request_is_answered_by_a_problem_and_changes_nothing(phrase: str, house: House) -> None:
    """Status, media type, a sentence that names what is wrong; nothing is logged and nothing is kept (style §7)."""
    case, before = CASES[phrase], state_of(house)
    answer = house.client.request(case.method, case.path, content=case.body, headers=case.headers)
    told = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (case.status, "application/problem+json"), told
    assert {"type", "title", "status", "detail"} <= told.keys()
    assert told["status"] == case.status
    assert any(part in told["detail"] for part in case.said.split("|")), told["detail"]
    assert told["detail"].rstrip().endswith(".")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert state_of(house) == before


def test_forged_statements_are_refused_with_what_is_wrong_of_each(house: House) -> None:
    """A changed payload, a changed signature, another's key: each is refused, none is logged (design §2.2)."""
    good, before = house.signed(1).raw, state_of(house)
    head, payload, signature = good.split(b".")
    other = house.signed(2).raw.split(b".")
    forged = [
        b".".join([head, other[1], signature]), b".".join([head, payload, other[2]]),
        b".".join([head, payload]), good + b".x", house.signed(3, key=stranger()).raw,
    ]  # fmt: skip
    answer = house.client.post("/v1/statements", content=b"\n".join(forged), headers=LINES)
    lines = [json.loads(line) for line in answer.content.splitlines()]
    assert [line["status"] for line in lines] == [403, 403, 400, 400, 403]
    assert state_of(house) == before


def test_too_many_requests_are_told_when_to_come_back(tmp_path: Path) -> None:
    """An address that asks too often is answered 429 with Retry-After; whoever watches the server is not counted."""
    with served(tmp_path, rate=0.001, burst=3) as house:
        codes = [house.client.get("/v1/ledger").status_code for _ in range(5)]
        last = house.client.get("/v1/ledger")
        assert codes == [200, 200, 200, 429, 429]
        assert int(last.headers["retry-after"]) == last.json()["retry_after"] > 0
        assert house.client.get("/healthz").status_code == 200


def test_validly_signed_write_is_charged_to_its_key_and_not_to_its_address(tmp_path: Path) -> None:
    """A key that says too much is refused by name, and others at the same address are not (issue of the service)."""
    with served(tmp_path, rate=0.001, burst=3, key_rate=0.001, key_burst=4) as house:
        codes = [
            house.client.post("/v1/statements", content=house.signed(number).raw, headers=JOSE).status_code
            for number in range(6)
        ]
        assert codes == [201, 201, 201, 201, 429, 429]
        # What was refused has used up the address; before that, nothing had.
        assert house.client.get("/v1/ledger").status_code == 200
        assert house.client.get("/v1/ledger").status_code == 429


def test_one_key_cannot_make_the_server_keep_everything(tmp_path: Path) -> None:
    """Statements that wait, and the size of their files, are bounded for each key (design §3)."""
    with served(tmp_path, pending=2, pending_bytes=4000, upload=1 << 20) as house:
        waiting = [house.evidence(f"month,tonnes\n2020-01,{number}\n".encode())[0] for number in range(3)]
        codes = [house.client.post("/v1/statements", content=one.raw, headers=JOSE).status_code for one in waiting]
        assert codes == [202, 202, 409]
        # The same again is no further one.
        assert house.client.post("/v1/statements", content=waiting[0].raw, headers=JOSE).status_code == 202
    with served(tmp_path / "small", pending_bytes=100) as house:
        answer = house.client.post(
            "/v1/statements", content=house.evidence(b"month,tonnes\n2020-01,4\n")[0].raw, headers=JOSE
        )
        assert (answer.status_code, answer.json()["limit"]) == (409, 100)
    with served(tmp_path / "tiny", upload=100) as house:
        answer = house.client.post(
            "/v1/statements", content=house.evidence(b"month,tonnes\n2020-01,4\n")[0].raw, headers=JOSE
        )
        assert (answer.status_code, answer.json()["limit"]) == (400, 100)


def test_fault_of_ours_is_a_problem_without_its_words(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is our fault is 500, says so, and tells a stranger nothing of what happened (style §7)."""

    def broken() -> None:
        raise RuntimeError("the secret of the store")

    monkeypatch.setattr(house.ledger, "head", broken)
    answer = house.client.get("/v1/ledger")
    assert (answer.status_code, answer.json()["type"]) == (500, "about:blank")
    assert "secret" not in answer.text
    assert '"fault": "RuntimeError"' in house.journal.getvalue()
    assert "secret" not in house.journal.getvalue()


# --- on the wire ------------------------------------------------------------------------------------------------------


@contextmanager
def on_a_socket(house: House) -> Iterator[tuple[Application, int]]:
    """Give a server of the house's ledger on a socket, and its port; it is stopped afterwards."""
    state = house.client.app.state.served  # type: ignore[attr-defined]
    app = application(house.ledger, state.settings, journal=state.journal)
    bound, ready = bind("127.0.0.1", 0), threading.Event()
    port = bound.getsockname()[1]
    thread = threading.Thread(target=serve, args=(app, state.settings, bound), kwargs={"ready": ready.set})
    thread.start()
    try:
        assert ready.wait(30)
        yield app, port
    finally:
        app.state.served.stop()
        thread.join(30)
    assert not thread.is_alive()


@pytest.fixture(scope="module")
def wire(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, int]]:
    """A server on a socket that is patient for a moment only; and its port."""
    with (
        served(tmp_path_factory.mktemp("wire"), with_figures=False, patience=0.4, rate=0) as house,
        on_a_socket(house) as (_, port),
    ):
        yield house, port


def talk(port: int, *pieces: bytes, half_closed: bool = False) -> bytes:
    """Say something to the server, and return all that it answers until it ends the connection."""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=30)) as made:
        for piece in pieces:
            made.sendall(piece)
        if half_closed:
            made.shutdown(socket.SHUT_WR)
        found = b""
        try:
            while piece := made.recv(65536):
                found += piece
        except ConnectionResetError:
            pass
        return found


def head(method: str, path: str, *headers: str) -> bytes:
    """Return the head of a request."""
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: x", *headers, "", ""]).encode()


WIRE = {
    "nothing at all": ([b""], b""),
    "half of a head": ([b"GET /v1/ledger HTTP/1.1\r\nHos"], b""),
    "a head without end": ([head("GET", "/v1/ledger", f"X: {'x' * 40_000}")], b"HTTP/1.1 431"),
    "no HTTP": ([b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"], b"HTTP/1.1 400"),
    "a body that does not come": (
        [head("POST", "/v1/statements", "Content-Type: application/jose", "Content-Length: 100"), b"abc"],
        b"HTTP/1.1 408",
    ),
    "two lengths": ([head("POST", "/v1/statements", "Content-Length: 1", "Content-Length: 2"), b"ab"], b"HTTP/1.1 400"),
    "a length that is none": ([head("POST", "/v1/statements", "Content-Length: ten"), b"ab"], b"HTTP/1.1 400"),
    "a chunk that is none": (
        [
            head("POST", "/v1/statements", "Content-Type: application/jose", "Transfer-Encoding: chunked"),
            b"zz\r\nabc\r\n",
        ],
        b"HTTP/1.1 400",
    ),
}


@pytest.mark.parametrize("phrase", WIRE)
def test_slow_and_broken_clients_are_sent_away(phrase: str, wire: tuple[House, int]) -> None:
    """A connection that says too little, too slowly or nonsense ends, with a problem where it can still be told."""
    house, port = wire
    pieces, begin = WIRE[phrase]
    before = state_of(house)
    found = talk(port, *pieces)
    assert found.startswith(begin), found[:200]
    assert begin == b"" or b"application/problem+json" in found
    assert state_of(house) == before
    assert talk(port, head("GET", "/healthz", "Connection: close")).startswith(b"HTTP/1.1 200")


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, int]]:
    """A server on a socket that waits for a moment, and verifies a bundle once; a file is awaited, and one is held."""
    with (
        served(tmp_path_factory.mktemp("strict"), patience=0.4, rate=0, heavy_rate=0.001, heavy_burst=1) as house,
        on_a_socket(house) as (_, port),
    ):
        house.ledger.new_key("observer")
        house.ledger.grant("observer", ["assessor"], holder="test")
        assert b"HTTP/1.1 202" in talk(port, handed(house.evidence(AWAITED)[0].raw), half_closed=True)
        yield house, port


AWAITED = b"month,tonnes\n2020-04,6\n"


def anchored(house: House, size: int) -> bytes:
    """Return a position whose author says to have seen a checkpoint."""
    statement = check_draft(position(700)[0], issued=START)
    seen = Checkpoint(house.ledger.origin, size, Hash(bytes(32)))
    made = compose(statement, genesis=house.ledger.genesis, anchor=seen)
    return seal(made, house.ledger.keyring.get("desk"), typ=STATEMENT).raw


def half_closed(house: House, port: int) -> bytes:
    """Begin to bring the awaited file, and close the one half of the connection before its end."""
    begun = head("PUT", f"/v1/blobs/{house.evidence(AWAITED)[1].digest}", f"Content-Length: {len(AWAITED)}")
    assert talk(port, begun, AWAITED[:9], half_closed=True) == b""
    return talk(port, head("GET", f"/v1/blobs/{house.evidence(AWAITED)[1].digest}", "Connection: close"))


def too_many(_: House, port: int) -> bytes:
    """Ask for a verification twice, where one is allowed."""
    asked = head("POST", "/v1/verify", "Content-Type: application/zip", "Content-Length: 2", "Connection: close")
    assert b"HTTP/1.1 400" in talk(port, asked + b"PK")
    return talk(port, asked + b"PK")


def asked(method: str, path: str, *headers: str, body: bytes = b"") -> Callable[[House, int], bytes]:
    """Return what asks for that, and returns the answer."""
    told = (*headers, "Connection: close", *((f"Content-Length: {len(body)}",) if body else ()))
    return lambda _, port: talk(port, head(method, path, *told) + body)


def signed(make: Callable[[House], bytes]) -> Callable[[House, int], bytes]:
    """Return what hands in a statement, and returns the answer."""
    return lambda house, port: talk(port, handed(make(house)), half_closed=True)


def altered(house: House) -> bytes:
    """Return a statement with the signature of another."""
    first, second = house.signed(701).raw, house.signed(702).raw
    return first.rpartition(b".")[0] + b"." + second.rpartition(b".")[2]


PARAGRAPH: dict[str, tuple[Callable[[House, int], bytes], int, str]] = {
    "wrong method": (asked("DELETE", "/v1/entries/0"), 405, "does not take that method"),
    "wrong type": (asked("POST", "/v1/statements", "Content-Type: text/plain", body=b"x"), 415, "application/jose"),
    "wrong size": (
        asked("POST", "/v1/statements", "Content-Type: application/jose", f"Content-Length: {1 << 40}"),
        413, "larger than",
    ),
    "wrong encoding": (
        asked("POST", "/v1/statements", "Content-Type: application/jose", "Content-Encoding: gzip", body=b"x"),
        415, "Content-Encoding",
    ),
    "wrong spelling": (signed(lambda house: house.signed(703).raw + b"="), 400, "one spelling"),
    "wrong signature": (signed(altered), 403, "signature"),
    "wrong key": (signed(lambda house: house.signed(704, key=stranger()).raw), 403, "not known to this ledger"),
    "wrong role": (
        signed(lambda house: house.signed(705, key=house.ledger.keyring.get("observer")).raw), 403, "recorder",
    ),
    "stale view, of another tree": (signed(lambda house: anchored(house, 3)), 409, "this log never had"),
    "stale view, of the future": (signed(lambda house: anchored(house, 10_000)), 409, "this log never had"),
    "stale view, asked for": (asked("GET", "/v1/status?size=10000"), 400, "The log has"),
    "slow client": (
        lambda _, port: talk(
            port, head("POST", "/v1/statements", "Content-Type: application/jose", "Content-Length: 99"), b"abc"
        ),
        408, "slowly",
    ),
    "half-closed upload": (half_closed, 404, "no file"),
    "too many requests": (too_many, 429, "Retry"),
}  # fmt: skip
"""The bad input that the issue of the service lists, in its order: what is said, the status, a part of the sentence."""


@pytest.mark.parametrize("phrase", PARAGRAPH)
def test_each_bad_input_of_the_issue_has_its_status_its_sentence_and_no_effect(
    phrase: str, strict: tuple[House, int]
) -> None:
    """Status, problem document and sentence; head and every file are as they were (issue of the service)."""
    house, port = strict
    ask, status, words = PARAGRAPH[phrase]
    files = house.ledger.directory / "blobs"

    def state() -> tuple[bytes, dict[str, str]]:
        held = {str(path): sha256(path.read_bytes()).hexdigest() for path in files.rglob("*") if path.is_file()}
        return house.ledger.head().checkpoint, held

    before = state()
    top, _, body = ask(house, port).partition(b"\r\n\r\n")
    assert top.startswith(b"HTTP/1.1 %d " % status), top + body
    assert b"application/problem+json" in top
    told = json.loads(body)
    assert told["status"] == status
    assert words in told["detail"], told["detail"]
    assert told["detail"].rstrip().endswith(".")
    assert state() == before


def test_upload_that_is_broken_off_leaves_nothing(wire: tuple[House, int]) -> None:
    """A half-closed upload keeps no file and no part of one, and the same file can be brought again (design §3)."""
    house, port = wire
    given, imported = house.evidence()
    body = head("POST", "/v1/statements", "Content-Type: application/jose", f"Content-Length: {len(given.raw)}")
    assert b"HTTP/1.1 202" in talk(port, body + given.raw, half_closed=True)
    begun = head("PUT", f"/v1/blobs/{imported.digest}", f"Content-Length: {len(FIGURES)}")
    talk(port, begun, FIGURES[:20], half_closed=True)
    slow = talk(port, begun, FIGURES[:20])
    assert b"HTTP/1.1 408" in slow
    assert house.ledger.blobs.size(imported.digest) is None
    assert list((house.ledger.directory / "blobs").glob("incoming-*")) == []
    whole = talk(port, begun + FIGURES, half_closed=True)
    assert b"HTTP/1.1 201" in whole
    assert house.ledger.blobs.size(imported.digest) == len(FIGURES)


def test_same_file_may_come_twice_at_once(wire: tuple[House, int]) -> None:
    """Several who bring one file at the same time all succeed, one after the other, and it is kept once (design §3)."""
    house, port = wire
    figures = b"month,tonnes\n2020-01,3\n" + b"2020-02,4\n"
    given, imported = house.evidence(figures)
    body = head("POST", "/v1/statements", "Content-Type: application/jose", f"Content-Length: {len(given.raw)}")
    assert b"HTTP/1.1 202" in talk(port, body + given.raw, half_closed=True)
    put = head("PUT", f"/v1/blobs/{imported.digest}", f"Content-Length: {len(figures)}") + figures
    found: list[bytes] = []
    threads = [threading.Thread(target=lambda: found.append(talk(port, put, half_closed=True))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {one[:12] for one in found} == {b"HTTP/1.1 201"}
    assert house.ledger.blobs.read(imported.digest) == figures


def test_slow_uploads_hold_no_thread_no_lock_and_no_more_than_their_places(tmp_path: Path) -> None:
    """While files trickle in, others write and the sweep runs; one more is told to come back (429, 503; design §3)."""
    with (
        served(tmp_path, with_figures=False, patience=2.0, rate=0, uploads=8, threads=4) as house,
        on_a_socket(house) as (app, port),
    ):
        state = app.state.served
        files = [f"month,tonnes\n2020-01,{number}\n".encode() for number in range(3)]
        waiting = [house.evidence(raw) for raw in files]
        for given, _ in waiting:
            assert b"HTTP/1.1 202" in talk(port, handed(given.raw), half_closed=True)
        puts = [
            head("PUT", f"/v1/blobs/{imported.digest}", f"Content-Length: {len(raw)}")
            for raw, (_, imported) in zip(files, waiting, strict=True)
        ]
        begun = [socket.create_connection(("127.0.0.1", port), timeout=30) for _ in range(2)]
        try:
            for made, put in zip(begun, puts, strict=False):
                made.sendall(put + b"month")
            wait_until(lambda: state.uploads.taken == 2)
            # A quarter of the places is for one address: the third is turned away while the two are on their way.
            answer = talk(port, puts[2] + files[2], half_closed=True)
            assert b"HTTP/1.1 429" in answer
            assert b"on their way" in answer
            # Nobody holds the directory of what waits, and every thread is free.
            assert state.intake.sweep(state.site.is_named) == ()
            assert b"HTTP/1.1 201" in talk(port, handed(house.signed(1).raw), half_closed=True)
            for made in begun:
                assert made.recv(65536).startswith(b"HTTP/1.1 408")
        finally:
            for made in begun:
                made.close()
        assert b"HTTP/1.1 201" in talk(port, puts[0] + files[0], half_closed=True)


def test_slow_sender_keeps_no_file_from_coming(tmp_path: Path) -> None:
    """Whoever brings a file that another brings slowly brings it first, and the slow one is told it is here (§3)."""
    with (
        served(tmp_path, with_figures=False, patience=1.0, slowest=1, rate=0, uploads=16) as house,
        on_a_socket(house) as (app, port),
        closing(socket.create_connection(("127.0.0.1", port), timeout=30)) as made,
        closing(socket.create_connection(("127.0.0.1", port), timeout=30)) as liar,
    ):
        given, imported = house.evidence()
        assert b"HTTP/1.1 202" in talk(port, handed(given.raw), half_closed=True)
        put = head("PUT", f"/v1/blobs/{imported.digest}", f"Content-Length: {len(FIGURES)}")
        made.sendall(put + FIGURES[:5])
        wait_until(lambda: app.state.served.uploads.taken == 1)
        told: list[bytes] = []
        quick = threading.Thread(target=lambda: told.append(talk(port, put + FIGURES, half_closed=True)))
        liar.sendall(put + b"x" * 5)
        quick.start()
        for piece in (FIGURES[5:9], FIGURES[9:12], FIGURES[12:15]):
            quick.join(0.7)
            made.sendall(piece)
            liar.sendall(b"x" * len(piece))
        quick.join(30)
        assert b"HTTP/1.1 201" in told[0]
        assert house.ledger.blobs.size(imported.digest) == len(FIGURES)
        figures = observations(imported)
        rest = head("PUT", f"/v1/blobs/{digest(figures)}", f"Content-Length: {len(figures)}")
        assert b'"receipt"' in talk(port, rest + figures, half_closed=True)
        made.sendall(FIGURES[15:])
        assert made.recv(65536).startswith(b"HTTP/1.1 200")
        liar.sendall(b"x" * (len(FIGURES) - 15))
        assert liar.recv(65536).startswith((b"HTTP/1.1 400", b"HTTP/1.1 403"))
        assert house.ledger.blobs.read(imported.digest) == FIGURES


def test_slow_batches_take_only_so_much_memory(tmp_path: Path) -> None:
    """Bodies that are read whole share one bound: the next piece is refused, and what was held is given back (§3)."""
    with (
        served(tmp_path, with_figures=False, patience=1.0, rate=0, batch=1 << 16) as house,
        on_a_socket(house) as (app, port),
    ):
        state, before = app.state.served, state_of(house)
        begun = head("POST", "/v1/statements", "Content-Type: application/x-ndjson", f"Content-Length: {1 << 16}")
        senders = [socket.create_connection(("127.0.0.1", port), timeout=30) for _ in range(4)]
        try:
            for made in senders:
                made.sendall(begun + b"x" * ((1 << 16) - 1))
            wait_until(lambda: state.room.taken == 4 * ((1 << 16) - 1))
            answer = talk(port, begun + b"x" * 60_000)
            assert answer.startswith(b"HTTP/1.1 429")
            assert b"of this address" in answer
            for made in senders:
                assert made.recv(65536).startswith(b"HTTP/1.1 408")
        finally:
            for made in senders:
                made.close()
        wait_until(lambda: state.room.taken == 0)
        assert b"HTTP/1.1 201" in talk(port, handed(house.signed(1).raw), half_closed=True)
        assert state.room.taken == 0
        assert state_of(house) != before


def handed(raw: bytes) -> bytes:
    """Return the request that hands in a statement."""
    return head("POST", "/v1/statements", "Content-Type: application/jose", f"Content-Length: {len(raw)}") + raw


def wait_until(true: Callable[[], bool]) -> None:
    """Wait for what another thread does; not for ever."""
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)
