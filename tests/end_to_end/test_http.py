"""The ledger over HTTP, as strangers use it: hand in, bring files, read at any view, audit, verify (design §3)."""

import io
import json
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from python_calamine import CalamineWorkbook

from ledger.audit.verify import verify
from ledger.cli.main import main
from ledger.errors import ConflictError
from ledger.runtime.publishing import publish_audit, withdraw_audit
from ledger.tlog.policy import parse_policy
from ledger.tlog.proof import parse_receipt, verify_receipt
from tests.end_to_end.served import DAY, JOSE, LINES, PUBLISHED, House, observations, served
from tests.end_to_end.small import FIGURES, MAPPING, PLEDGE

PINNED = {"as_of": DAY, "size": "7"}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A served ledger, whose figures are still to come."""
    with served(tmp_path_factory.mktemp("http"), heavy_rate=0.0) as one:  # more audits than one reader asks for
        yield one


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[House]:
    """A served ledger with a pledge, and no figures."""
    with served(tmp_path, with_figures=False) as one:
        yield one


# --- handing in -------------------------------------------------------------------------------------------------------


def test_statement_is_answered_by_a_receipt_that_verifies(house: House) -> None:
    """A write is answered 201 with its receipt, which holds by nothing but the log's keys (design §3, §2.4)."""
    given = house.signed(1)
    answer = house.client.post("/v1/statements", content=given.raw, headers=JOSE)
    assert answer.status_code == 201
    receipt = parse_receipt(answer.content)
    assert verify_receipt(receipt, log=house.ledger.log_keys(), statement=given.name) == ()
    assert answer.headers["location"] == f"/v1/entries/{receipt.index}"
    assert house.client.get(f"/v1/statements/{given.name}").content == given.raw


def test_repeated_statement_is_answered_by_its_first_receipt(house: House) -> None:
    """Idempotency: the same payload by the same key is answered 200 with the receipt that it has (design §2.2)."""
    given = house.signed(2)
    first = house.client.post("/v1/statements", content=given.raw, headers=JOSE)
    size = house.ledger.head().size
    again = house.client.post("/v1/statements", content=given.raw + b"\n", headers=JOSE)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.content == again.content
    assert house.ledger.head().size == size


def test_each_of_many_statements_is_answered_by_a_line_of_its_own(house: House) -> None:
    """One that is refused takes none of the others with it, and lines stand in the order of the request."""
    good, forged, last = house.signed(3), house.signed(4), house.signed(5)
    wrong = forged.raw[:-20] + b"A" * 20
    body = b"\n".join([good.raw, wrong, b"no statement", good.raw, last.raw])
    answer = house.client.post("/v1/statements", content=body, headers=LINES)
    told = [json.loads(line) for line in answer.content.splitlines()]
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert [line["status"] for line in told] == [201, 403, 400, 200, 201]
    assert told[0]["receipt"] == told[3]["receipt"]
    assert told[1]["problem"]["type"] == "urn:pledger:problem:refused"
    assert "not by the key" in told[1]["problem"]["detail"]
    # One commit, one checkpoint.
    assert told[0]["receipt"]["checkpoint"] == told[4]["receipt"]["checkpoint"]


def test_whole_batch_is_published_or_none_of_it(house: House) -> None:
    """With ``whole``, one that is refused keeps all of them out, and the answer is its problem."""
    size, first, second = house.ledger.head().size, house.signed(6), house.signed(7)
    refused = house.client.post(
        "/v1/statements?whole=true", content=first.raw + b"\n" + second.raw[:-20] + b"A" * 20, headers=LINES
    )
    assert refused.status_code == 403
    assert house.ledger.head().size == size
    taken = house.client.post(
        "/v1/statements?whole=true", content=first.raw + b"\n" + second.raw + b"\n", headers=LINES
    )
    assert [json.loads(line)["status"] for line in taken.content.splitlines()] == [201, 201]


def test_evidence_waits_for_its_files_and_is_logged_with_the_last(empty: House) -> None:
    """It is kept unlogged and answered with what is missing; the last file brings its receipt (design §3)."""
    given, imported = empty.evidence()
    figures = imported.series[0].observations
    answer = empty.client.post("/v1/statements", content=given.raw, headers=JOSE)
    assert answer.status_code == 202
    told = answer.json()
    assert told["missing"] == [
        {"digest": figures.digest, "size": figures.size},
        {"digest": imported.digest, "size": imported.size},
    ]
    assert told["welcome"] == [imported.mapping.digest]
    assert told["until"] == "2026-01-02T04:04:05Z"
    size = empty.ledger.head().size
    assert empty.client.get(f"/v1/receipts/{given.name}").status_code == 202

    assert empty.client.put(f"/v1/blobs/{imported.mapping.digest}", content=MAPPING).status_code == 201
    first = empty.client.put(f"/v1/blobs/{imported.digest}", content=FIGURES)
    assert first.json()["statements"][0]["status"] == 202
    # What nothing in the log names is given to nobody.
    assert empty.client.get(f"/v1/blobs/{imported.digest}").status_code == 404
    assert empty.ledger.head().size == size

    last = empty.client.put(f"/v1/blobs/{figures.digest}", content=observations(imported))
    (line,) = last.json()["statements"]
    assert (last.status_code, line["status"], line["receipt"]["index"]) == (201, 201, size)
    assert empty.client.get(f"/v1/receipts/{given.name}").status_code == 200
    assert empty.client.get(f"/v1/blobs/{imported.digest}").content == FIGURES
    # A client that lost the answer brings the file again.
    again = empty.client.put(f"/v1/blobs/{figures.digest}", content=observations(imported))
    assert (again.status_code, again.json()["statements"]) == (200, [])


def test_statement_that_waits_is_forgotten_after_an_hour_with_its_files(empty: House) -> None:
    """What waited in vain leaves no trace: neither the statement nor the file that came for it (design §3)."""
    given, imported = empty.evidence()
    assert empty.client.post("/v1/statements", content=given.raw, headers=JOSE).status_code == 202
    assert empty.client.put(f"/v1/blobs/{imported.digest}", content=FIGURES).status_code == 201
    empty.clock.now = "2026-01-02T04:04:05Z"
    assert empty.client.put(f"/v1/blobs/{imported.digest}", content=FIGURES).status_code == 403
    assert empty.client.get(f"/v1/receipts/{given.name}").status_code == 404
    empty.clock.now = "2099-01-02T06:04:06Z"
    assert empty.client.app.state.served.intake.sweep(lambda _: False) == (imported.digest,)  # type: ignore[attr-defined]
    assert empty.ledger.blobs.size(imported.digest) is None
    assert list((empty.ledger.directory / "pending").iterdir()) == []


def test_file_that_is_erased_while_it_comes_is_not_kept(empty: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """An erasure that is logged after the first look is seen by the second, and the file goes (design §2.3)."""
    given, imported = empty.evidence()
    assert empty.client.post("/v1/statements", content=given.raw, headers=JOSE).status_code == 202
    put = empty.ledger.blobs.put

    def erased_meanwhile(*arguments: Any, **more: Any) -> Any:
        kept = put(*arguments, **more)
        monkeypatch.setattr(empty.ledger, "refuse_erased", refuse)
        return kept

    def refuse(digests: Iterable[str]) -> None:
        raise ConflictError(f"The file {next(iter(digests))} was erased.")

    monkeypatch.setattr(empty.ledger.blobs, "put", erased_meanwhile)
    assert empty.client.put(f"/v1/blobs/{imported.digest}", content=FIGURES).status_code == 409
    assert empty.ledger.blobs.size(imported.digest) is None


def test_file_that_a_logged_statement_names_survives_the_sweep(empty: House) -> None:
    """Only what no logged statement names is removed."""
    given, imported = empty.evidence()
    empty.client.post("/v1/statements", content=given.raw, headers=JOSE)
    empty.client.put(f"/v1/blobs/{imported.digest}", content=FIGURES)
    empty.client.put(f"/v1/blobs/{imported.series[0].observations.digest}", content=observations(imported))
    empty.clock.now = "2099-01-02T06:04:06Z"
    state = empty.client.app.state.served  # type: ignore[attr-defined]
    assert state.intake.sweep(state.site.is_named) == ()
    assert empty.client.get(f"/v1/blobs/{imported.digest}").content == FIGURES


def test_statement_waits_for_every_file_where_that_is_asked(empty: House) -> None:
    """With ``keep``, any statement waits for what it names: evidence for its mapping, too."""
    given, imported = empty.evidence()
    told = empty.client.post("/v1/statements?keep=true", content=given.raw, headers=JOSE).json()
    assert imported.mapping.digest in {one["digest"] for one in told["missing"]}
    assert told["welcome"] == []


# --- reading ----------------------------------------------------------------------------------------------------------

READINGS = {
    "/v1/status": ["status"],
    "/v1/status?party=aa": ["status", "--party", "aa"],
    "/v1/status/grain": ["status", "grain"],
    "/v1/score/grain": ["score", "grain"],
    "/v1/history/grain": ["history", "grain"],
    "/v1/lint/grain": ["lint", "grain"],
    "/v1/docket": ["docket"],
    "/v1/docket?instrument=deal": ["docket", "--instrument", "deal"],
    "/v1/series": ["series"],
    "/v1/series/export/bb/aa": ["series", "export/bb/aa"],
    "/v1/entries/3": ["log", "show", "3"],
    "/v1/formats": ["formats"],
}


@pytest.mark.parametrize("path", READINGS)
def test_route_answers_the_document_of_its_command(path: str, house: House, capsys: pytest.CaptureFixture[str]) -> None:
    """One word, one meaning: what a route answers is what its command prints with ``--json`` (design §3)."""
    command = READINGS[path]
    at_view = [] if command[0] in {"log", "formats"} else ["--as-of", DAY, "--size", "7"]
    over = [] if command[0] == "formats" else ["--ledger", str(house.ledger.directory)]
    pinned = f"{'&' if '?' in path else '?'}as_of={DAY}&size=7" if at_view else ""
    answer = house.client.get(path + pinned)
    assert answer.status_code == 200
    assert main([*command, *at_view, *over, "--json"]) == 0
    assert answer.json() == json.loads(capsys.readouterr().out)


def test_view_is_what_was_known(house: House) -> None:
    """Reads take a day and a size, both stand in the answer, and an older view does not know later entries (R1)."""
    before = house.client.get("/v1/commitments", params={"size": 3, "as_of": DAY})
    assert before.json() == {"view": {"size": 3, "as_of": DAY}, "commitments": []}
    after = house.client.get("/v1/commitments", params=PINNED).json()
    assert [one["subject"] for one in after["commitments"]] == ["grain"]
    assert house.client.get("/v1/commitments", params={"as_of": "2020-01-14"}).json()["commitments"] == []


def test_lists_go_on_by_the_index_of_the_entry(house: House) -> None:
    """A page names the index to go on from, and the last one names none; kind and subject choose among them."""
    seen: list[int] = []
    start: int | None = 0
    while start is not None:
        page = house.client.get("/v1/entries", params={"start": start, "limit": 3, "size": 7}).json()
        seen += [entry["index"] for entry in page["entries"]]
        start = page["next"]
    assert seen == list(range(7))
    parties = house.client.get("/v1/entries", params={"kind": "party"}).json()["entries"]
    assert [entry["subject"] for entry in parties] == ["aa", "bb"]
    about = house.client.get("/v1/entries", params={"subject": "grain", "size": 7}).json()["entries"]
    assert [entry["kind"] for entry in about] == ["commitment"]


def test_answer_is_not_sent_again_to_whoever_has_it(house: House) -> None:
    """An entity tag in If-None-Match is answered 304 without a body, and HEAD has the headers of GET alone."""
    first = house.client.get("/v1/status", params=PINNED)
    assert first.headers["cache-control"] == "public, max-age=3600"
    for given in (first.headers["etag"], f'"other", W/{first.headers["etag"]}', "*"):
        again = house.client.get("/v1/status", params=PINNED, headers={"if-none-match": given})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    other = house.client.get("/v1/status", params=PINNED, headers={"if-none-match": '"other"'})
    assert other.content == first.content
    head = house.client.head("/v1/status", params=PINNED)
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", first.headers["etag"])


def test_only_what_nothing_can_change_is_immutable(house: House) -> None:
    """What could be erased is never called immutable; the charter, proofs at a size and full pages are (RFC 8246)."""
    immutable = ("/v1/statements/0", "/v1/proofs/2?size=7", "/v1/consistency?old=2&new=7", "/v1/entries?limit=2&size=7")
    for path in immutable:
        assert "immutable" in house.client.get(path).headers["cache-control"], path
    for path in ("/v1/statements/2", "/log/checkpoint", "/v1/status", "/v1/entries/2", "/v1/receipts/2"):
        assert "immutable" not in house.client.get(path).headers["cache-control"], path


RANGES = {
    "bytes=0-4": (206, slice(0, 5), "bytes 0-4/49"),
    "bytes=44-": (206, slice(44, None), "bytes 44-48/49"),
    "bytes=-5": (206, slice(-5, None), "bytes 44-48/49"),
    "bytes=40-900": (206, slice(40, None), "bytes 40-48/49"),
    "bytes=0-1,3-4": (200, slice(None), None),
    "bytes=-": (200, slice(None), None),
    "lines=1-2": (200, slice(None), None),
}


@pytest.mark.parametrize("asked", RANGES)
def test_file_is_given_by_ranges(asked: str, house: House) -> None:
    """One range of bytes is answered by that part, anything else by the whole file (RFC 9110 §14.2)."""
    status, part, told = RANGES[asked]
    digest = sha256(FIGURES).hexdigest()
    answer = house.client.get(f"/v1/blobs/sha256:{digest}", headers={"range": asked})
    assert (answer.status_code, answer.content) == (status, FIGURES[part])
    assert answer.headers.get("content-range") == told
    assert answer.headers["etag"] == f'"{digest}"'


def test_range_beyond_the_file_is_refused(house: House) -> None:
    """A range that holds nothing of the file is answered 416, with the size that it has (RFC 9110 §15.5.17)."""
    digest = sha256(FIGURES).hexdigest()
    answer = house.client.get(f"/v1/blobs/{digest}", headers={"range": "bytes=49-"})
    assert (answer.status_code, answer.headers["content-range"]) == (416, "bytes */49")
    stale = house.client.get(f"/v1/blobs/{digest}", headers={"range": "bytes=0-4", "if-range": '"other"'})
    assert (stale.status_code, stale.content) == (200, FIGURES)


def test_restricted_file_is_never_given(tmp_path: Path) -> None:
    """A raw file whose licence keeps it back is neither under /v1/blobs nor under /log; its figures are."""
    mapping = MAPPING.replace(b"redistribute = true", b"redistribute = false")
    with served(tmp_path, with_figures=False) as house:
        house.ledger.submit(
            io.BytesIO(FIGURES), name="grain.csv", mapping=mapping, mapping_name="grain.toml", published=PUBLISHED
        )
        body = house.client.get("/v1/entries/6").json()["payload"]["body"]
        raw, figures = body["raw"]["digest"], body["observations"]["digest"]
        assert house.ledger.blobs.size(raw) is not None
        for digest, status in ((raw, 404), (figures, 200)):
            assert house.client.get(f"/v1/blobs/{digest}").status_code == status
            assert house.client.get(f"/log/blob/{digest[7:]}").status_code == status


def test_tree_is_what_an_export_writes(house: House, tmp_path: Path) -> None:
    """Every file of a static export is served under /log with the same bytes (design §2.4)."""
    house.ledger.export_log(tmp_path / "site")
    files = [path for path in (tmp_path / "site").rglob("*") if path.is_file()]
    assert len(files) > 10
    for path in files:
        name = path.relative_to(tmp_path / "site").as_posix()
        assert house.client.get(f"/log/{name}").content == path.read_bytes(), name


def test_policy_and_ledger_name_the_keys_of_the_checkpoint(house: House) -> None:
    """What a verifier needs to begin with is one answer: origin, genesis, checkpoint, policy."""
    told = house.client.get("/v1/ledger").json()
    assert (told["origin"], told["genesis"]) == ("example.org/small", house.ledger.genesis)
    assert told["checkpoint"].encode() == house.ledger.head().checkpoint
    assert {one.key for one in parse_policy(told["policy"].encode()).logs} == set(house.ledger.log_keys())


def test_feed_names_the_last_entries(house: House) -> None:
    """The Atom feed has the newest entry first, each by the digest of its statement (RFC 4287)."""
    root = fromstring(house.client.get("/v1/feed.atom").content)  # noqa: S314  # our own
    space = {"a": "http://www.w3.org/2005/Atom"}
    entries = root.findall("a:entry", space)
    head = house.client.get("/v1/entries", params={"start": house.ledger.head().size - 1}).json()["entries"][0]
    assert entries[0].findtext("a:id", namespaces=space) == f"urn:pledger:statement:{head['statement'][7:]}"
    assert root.findtext("a:updated", namespaces=space) == head["received"]


def test_docket_is_given_as_calendar_and_as_feed(house: House) -> None:
    """The same days, for a calendar and for a reader of feeds (RFC 5545, RFC 4287)."""
    days = house.client.get("/v1/docket.ics", params=PINNED)
    assert days.headers["content-type"] == "text/calendar; charset=utf-8"
    assert days.content.startswith(b"BEGIN:VCALENDAR\r\n")
    feed = house.client.get("/v1/docket.atom", params=PINNED)
    assert fromstring(feed.content).tag == "{http://www.w3.org/2005/Atom}feed"  # noqa: S314  # our own


# --- audits, drafts ---------------------------------------------------------------------------------------------------


def test_audit_is_given_as_bundle_that_verifies(house: House) -> None:
    """The bundle is the one of the command line: sound on the word of this ledger's policy (design §2.6)."""
    answer = house.client.get("/v1/audits/grain", params={"format": "zip", "as_of": DAY})
    found = verify(io.BytesIO(answer.content), policy=house.ledger.policy())
    assert (answer.headers["content-type"], found.sound, found.trust) == ("application/zip", True, "given")
    told = house.client.post("/v1/verify", content=answer.content, headers={"content-type": "application/zip"})
    assert (told.json()["sound"], told.json()["trust"], told.json()["subjects"]) == (True, "pinned", ["grain"])
    report = house.client.get("/v1/audits/grain", params={"format": "html", "as_of": DAY})
    assert report.text[:15].lower() == "<!doctype html>"
    paper = house.client.get("/v1/audits/grain", params={"format": "pdf", "as_of": DAY})
    assert (paper.headers["content-type"], paper.content[:5]) == ("application/pdf", b"%PDF-")
    book = house.client.get("/v1/audits/grain", params={"format": "xlsx", "as_of": DAY})
    assert "About" in CalamineWorkbook.from_filelike(io.BytesIO(book.content)).sheet_names
    data = house.client.get("/v1/audit", params={"instrument": "deal", "as_of": DAY})
    assert data.json()["subjects"] == ["grain"]


@pytest.mark.parametrize("form", ["json", "html", "pdf", "xlsx"])
def test_large_audit_goes_out_from_a_file_with_the_same_bytes(
    house: House, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    """What has many commitments is neither held nor remembered whole, and answers ranges as files do (RFC 9110 §14)."""
    asked = {"format": form, "as_of": DAY}
    small = house.client.get("/v1/audits/grain", params=asked)
    monkeypatch.setattr("ledger.web.api.audit.KEPT_FROM", 1)
    large = house.client.get("/v1/audits/grain", params=asked)
    assert large.content == small.content
    assert large.headers["content-type"] == small.headers["content-type"]
    part = house.client.get("/v1/audits/grain", params=asked, headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, small.content[:4])


def test_index_of_audits_tells_what_became_of_each(house: House) -> None:
    """What was published is listed with its state, page by page, at any view, and as a feed (design §2.2, R1)."""
    ledger, files = house.ledger, {"zip": "sha256:" + "0" * 64}
    before = ledger.head().size
    with ledger.export(ledger.view(DAY), ("grain",)) as export:
        result = export.result
    first = publish_audit(ledger, result, files).index
    second = publish_audit(ledger, result, files, replaces=first, reason="A table was cut.").index
    withdraw_audit(ledger, second, reason="Its addressee was <wrong>.")
    told = house.client.get("/v1/audits", params={"subject": "grain", "limit": 1}).json()
    assert [(one["cite"]["entry"], one["state"]) for one in told["audits"]] == [(first, "replaced")]
    assert told["next"] == second
    rest = house.client.get("/v1/audits", params={"start": told["next"]}).json()
    assert [(one["state"], one["why"], one["replaces"]["entry"]) for one in rest["audits"]] == [
        ("withdrawn", "Its addressee was <wrong>.", first)
    ]
    assert rest["next"] is None
    # At the view before it was replaced the first one stood, and before both there was none.
    then = house.client.get("/v1/audits", params={"size": second}).json()["audits"]
    assert [(one["state"], one["by"]) for one in then] == [("stands", None)]
    assert house.client.get("/v1/audits", params={"size": before}).json()["audits"] == []
    assert house.client.get("/v1/audits", params={"subject": "barley"}).json()["audits"] == []
    space = {"a": "http://www.w3.org/2005/Atom"}
    feed = fromstring(house.client.get("/v1/audits.atom").content)  # noqa: S314  # our own
    titles = [one.findtext("a:title", "", space) for one in feed.findall("a:entry", space)]
    assert sorted(title.partition(":")[0][3:] for title in titles) == ["(replaced)", "(withdrawn)"]
    assert "Its addressee was <wrong>" in "".join(feed.itertext())


def test_audit_of_a_period_says_so(house: House) -> None:
    """What falls due in other days is no part of it; days in which nothing does are refused (method §6)."""
    due = {"as_of": DAY, "period": "2020-01-01/2020-12-31"}
    told = house.client.get("/v1/audit", params=due).json()
    assert (told["subjects"], told["scope"]["outside"]) == (["grain"], [])
    assert told["scope"]["period"] == {"start": "2020-01-01", "end": "2020-12-31"}
    (one,) = told["commitments"]
    named = house.client.get("/v1/audits/grain", params={**due, "period": "2021-01-01/2021-12-31"}).json()
    assert named["scope"]["outside"] == [f"grain/{term['id']}" for term in one["terms"]]
    for period, sentence in (("2021-01-01/2021-12-31", "No commitment of these"), ("2021", "is not two days")):
        answer = house.client.get("/v1/audit", params={**due, "period": period})
        assert (answer.status_code, sentence in answer.json()["detail"]) == (400, True)


def test_tampered_bundle_is_unsound_and_no_failure(house: House) -> None:
    """An unsound audit is an answer, 200 with its findings (style §7)."""
    raw = bytearray(house.client.get("/v1/audits/grain", params={"format": "zip", "as_of": DAY}).content)
    place = raw.index(b'"kind":"quantity"')
    raw[place + 8 : place + 16] = b"restrain"
    answer = house.client.post("/v1/verify", content=bytes(raw), headers={"content-type": "application/zip"})
    assert answer.status_code in {200, 400}
    assert answer.json().get("sound") is not True


def test_draft_is_linted_and_nothing_is_kept(house: House) -> None:
    """The lint of a draft names its lines, and the log is as it was (E9)."""
    size = house.ledger.head().size
    answer = house.client.post("/v1/drafts/lint?name=mine", content=PLEDGE.encode())
    (told,) = answer.json()["lints"]
    assert {finding["file"] for finding in told["findings"]} <= {"mine", None}
    assert house.ledger.head().size == size


def test_file_of_figures_is_previewed_and_nothing_is_kept(house: House) -> None:
    """A preview says what would be read, row by row rejected, and keeps nothing of it."""
    before = set(house.ledger.blobs.digests())
    other = FIGURES.replace(b",5", b",6")
    told = house.client.post(
        "/v1/preview", files={"file": ("g.csv", other)}, data={"map": MAPPING.decode(), "published": "2020-05-01"}
    ).json()
    assert (told["file"], told["rows"], told["rejected"]["count"]) == ("g.csv", 3, 1)
    assert told["series"][0]["totals"][0]["value"] == "13"
    assert set(house.ledger.blobs.digests()) == before


def test_journal_has_a_line_for_each_request_and_no_secret(house: House) -> None:
    """Each request is one JSON line with its route's template; headers, queries and tokens stay out of it."""
    house.client.get("/v1/status/grain?as_of=2021-01-01", headers={"authorization": "Bearer pledger_guess"})
    line = json.loads(house.journal.getvalue().splitlines()[-1])
    assert (line["event"], line["route"], line["status"]) == ("request", "/v1/status/{subject}", 401)
    assert "pledger_guess" not in house.journal.getvalue()
    assert "as_of" not in house.journal.getvalue()
