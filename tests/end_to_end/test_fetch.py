"""Figures fetched from a server on this machine, which answers in the shapes that publishers do, good and bad.

Nobody else is asked: declarations are the shipped ones with another address. Nothing waits: pauses are written down.
"""

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import sleep
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import pytest

from ledger.cli.main import main
from ledger.errors import MalformedError, PledgerError, RefusedError, UnavailableError
from ledger.model.evidence import Evidence
from ledger.remote import publisher as declarations
from ledger.remote.fetch import ATTEMPTS, Page, Waiting, check_key, fetch
from ledger.remote.publisher import Frequency, Publisher, find_publisher, parse_publisher
from ledger.remote.request import Month, Request, Wanted, plan
from ledger.runtime import Ledger, open_ledger
from ledger.service.scene import read_said

KEY = "k3y+of/mine=="
"""A key with characters that an address spells otherwise, so that every spelling of it is looked for."""
FREQUENCY: Frequency = "year"
NOW = "2026-01-02T03:04:05Z"
FOUNDED = 4
"""Entries of a new ledger with two parties: its charter, the key of its desk, and the parties."""
PARTIES = """\
kind: party
subject: cn
body: {kind: state, names: {en: China}}
---
kind: party
subject: us
body: {kind: state, names: {en: United States}}
"""

CENSUS = b"""[["ALL_VAL_MO","QTY_1_MO","UNIT_QY1","time","COMM_LVL","E_COMMODITY","CTY_CODE"],
["1000","0","-","2017-01","HS4","1201","5700"],
["2500","0","-","2017-02","HS4","1201","5700"]]"""


@dataclass
class Reply:
    """What the server answers to one request: when ``wait`` is set, and each byte after ``drip`` seconds."""

    body: bytes = b""
    status: int = 200
    kind: str = "application/json;charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None
    wait: threading.Event | None = None
    drip: float = 0


class Office:
    """A publisher's server on this machine: replies in order, the last one for ever, and what it was asked."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.answer: Callable[[str], Reply] | None = None
        office = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                office.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
                if office.answer is not None:
                    reply = office.answer(self.path)
                else:
                    reply = office.replies.pop(0) if len(office.replies) > 1 else office.replies[0]
                if reply.wait is not None:
                    reply.wait.wait(20)
                self.send_response_only(reply.status)
                if reply.kind:
                    self.send_header("Content-Type", reply.kind)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(reply.body) if reply.length is None else reply.length))
                self.end_headers()
                step = 1 if reply.drip else max(len(reply.body), 1)
                for place in range(0, len(reply.body), step):
                    sleep(reply.drip)
                    with suppress(OSError):  # who asked has gone
                        self.wfile.write(reply.body[place : place + step])

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def declare(self, name: str, **changes: str) -> bytes:
        """Return a shipped declaration with this server's address, and other values where they are given."""
        shipped = Path(declarations.__file__).parent / "publishers" / f"{name}.toml"
        text = re.sub(r'(?m)^address = "https://[^/"]+', f'address = "{self.address}', shipped.read_text("utf-8"))
        for key, value in ({"interval": "0"} | changes).items():
            text = re.sub(rf"(?m)^{key} = [^ #\n]+", f"{key} = {value}", text)
        return text.encode()

    def publisher(self, name: str, **changes: str) -> Publisher:
        """Return a shipped publisher that stands on this server."""
        return parse_publisher(self.declare(name, **changes), name=f"{name}.toml")


@pytest.fixture
def office() -> Iterator[Office]:
    """A server that is ended with the test."""
    made = Office()
    yield made
    made.server.shutdown()
    made.server.server_close()


@dataclass
class Time:
    """A clock that moves only when somebody waits by it."""

    pauses: list[float] = field(default_factory=list)

    def pause(self, seconds: float) -> None:
        """Write down how long is waited."""
        self.pauses.append(seconds)

    @property
    def waiting(self) -> Waiting:
        """The clock as it is handed in."""
        return Waiting(lambda: NOW, lambda: sum(self.pauses), self.pause)


def soybeans(
    publisher: Publisher, *, first: str = "2017-01", last: str = "2017-02", codes: str = "1201"
) -> list[Request]:
    """Return the requests for exports of the United States to China."""
    start, end = (Month(*map(int, text.split("-"))) for text in (first, last))
    is_comtrade = publisher.name == "comtrade"
    reporter, frequency = "us" if is_comtrade else None, FREQUENCY if is_comtrade else None
    return list(plan(publisher, Wanted("export", reporter, "cn", tuple(codes.split(",")), start, end, frequency)))


def get(office: Office, publisher: Publisher, time: Time | None = None, **wanted: str) -> list[Page]:
    """Fetch soybeans from the server."""
    return list(fetch(soybeans(publisher, **wanted), KEY, (time or Time()).waiting))


def records(*years: int, count: int | None = None, **more: Any) -> bytes:
    """Return an answer of Comtrade, a record a year, in the shape of its recorded one."""
    data = [
        {
            "typeCode": "C", "freqCode": "A", "period": str(year), "reporterISO": "USA", "flowCode": "X",
            "partnerISO": "CHN", "partner2Code": 0, "classificationCode": "H5", "cmdCode": "1201", "customsCode": "C00",
            "motCode": 0, "netWgt": 10.0, "isNetWgtEstimated": False, "primaryValue": 3.0,
        }
        for year in years
    ]  # fmt: skip
    return json.dumps({"count": len(data) if count is None else count, "data": data, "error": ""} | more).encode()


# --- success ----------------------------------------------------------------------------------------------------------


def test_answer_is_kept_as_it_came_with_address_and_moment(office: Office) -> None:
    """The body is not changed by a byte; the address that is recorded has no key, though the one that is asked does."""
    office.replies = [Reply(CENSUS)]
    (page,) = get(office, office.publisher("census"))
    assert page.body == CENSUS
    assert (page.count, page.retrieved) == (2, NOW)
    assert page.digest == "sha256:" + sha256(CENSUS).hexdigest()
    assert page.address.startswith(f"{office.address}/data/timeseries/intltrade/exports/hs?get=ALL_VAL_MO,")
    ((path, headers),) = office.asked
    assert dict(parse_qsl(urlsplit(path).query)) == {
        "get": "ALL_VAL_MO,QTY_1_MO,UNIT_QY1", "time": "from 2017-01 to 2017-02", "COMM_LVL": "HS4",
        "E_COMMODITY": "1201", "CTY_CODE": "5700", "key": KEY,
    }  # fmt: skip
    assert headers["accept"] == "application/json"
    assert "key" not in page.address.lower()


@pytest.mark.parametrize(("name", "header"), [("comtrade", "ocp-apim-subscription-key"), ("usda", "x-api-key")])
def test_key_goes_in_the_header_of_its_publisher(office: Office, name: str, header: str) -> None:
    """Comtrade and USDA take the key as a header, and their addresses hold none."""
    office.replies = [Reply(records(2017) if name == "comtrade" else b'[{"weeklyExports": 1}]')]
    get(office, office.publisher(name))
    ((path, headers),) = office.asked
    assert headers[header] == KEY
    assert "k3y" not in path


def test_several_requests_keep_the_publishers_interval(office: Office) -> None:
    """From one request to the next at least so many seconds pass; the first one does not wait."""
    office.replies = [Reply(CENSUS)]
    time, told = Time(), []
    publisher = office.publisher("census", interval="0.5")
    requests = soybeans(publisher, codes="1201,1005,1001")
    pages = list(fetch(requests, KEY, time.waiting, progress=lambda done, total: told.append((done, total))))
    assert [page.request.codes for page in pages] == [("1201",), ("1005",), ("1001",)]
    assert time.pauses == [0.5, 0.5]
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_capped_answer_is_asked_for_in_halves(office: Office) -> None:
    """An answer with as many records as there may be can lack others: it is not kept, its halves are."""
    office.answer = lambda path: Reply(records(*map(int, dict(parse_qsl(urlsplit(path).query))["period"].split(","))))
    pages = get(office, office.publisher("comtrade", cap="2"), first="2017-01", last="2020-12")
    assert [page.request.periods for page in pages] == [("2017",), ("2018",), ("2019",), ("2020",)]
    assert len(office.asked) == 1 + 2 + 4
    assert [page.count for page in pages] == [1, 1, 1, 1]


def test_answer_above_the_limit_is_asked_for_in_halves(office: Office) -> None:
    """Too many bytes are not read to the end, and the time is halved."""
    office.answer = lambda path: Reply(CENSUS if "2017-01+to+2017-01" in path or "2017-02+to" in path else b" " * 900)
    pages = get(office, office.publisher("census", limit="500"))
    assert [page.request.periods for page in pages] == [("2017-01",), ("2017-02",)]


@pytest.mark.parametrize(
    ("name", "reply"),
    [
        ("census", Reply(status=204, kind="")), ("census", Reply(b'[["ALL_VAL_MO","time"]]')),
        ("comtrade", Reply(records())), ("usda", Reply(b"[]")),
    ],
)  # fmt: skip
def test_no_figures_is_an_answer_without_rows(office: Office, name: str, reply: Reply) -> None:
    """204, a header alone and no records mean that the publisher has none; none of them is retried."""
    office.replies = [reply]
    (page,) = get(office, office.publisher(name))
    assert (page.count, len(office.asked)) == (0, 1)


def test_redirection_on_the_same_host_is_followed(office: Office) -> None:
    """A redirection within the host is followed, and the key goes along as a header."""
    office.replies = [Reply(status=301, headers={"Location": "/elsewhere?x=1"}), Reply(b'[{"weeklyExports": 1}]')]
    (page,) = get(office, office.publisher("usda"))
    assert [path for path, _ in office.asked][1] == "/elsewhere?x=1"
    assert office.asked[1][1]["x-api-key"] == KEY
    assert page.address.endswith("/api/esr/exports/commodityCode/801/countryCode/5700/marketYear/2017")


# --- busy -------------------------------------------------------------------------------------------------------------


def test_busy_service_is_asked_again_when_it_says(office: Office) -> None:
    """Retry-After is honoured to the second (RFC 9110 §10.2.3)."""
    office.replies = [Reply(b"slow down", status=429, headers={"Retry-After": "7"}), Reply(CENSUS)]
    time = Time()
    (page,) = get(office, office.publisher("census"), time)
    assert (page.count, time.pauses) == (2, [7.0])


def test_busy_service_may_say_a_date(office: Office) -> None:
    """A date is reckoned from the service's own clock, not from ours."""
    later = {"Retry-After": "Fri, 02 Jan 2026 10:00:30 GMT", "Date": "Fri, 02 Jan 2026 10:00:00 GMT"}
    office.replies = [Reply(status=503, headers=later), Reply(CENSUS)]
    time = Time()
    get(office, office.publisher("census"), time)
    assert time.pauses == [30.0]


def test_fault_of_the_server_is_tried_again_later_and_later(office: Office) -> None:
    """500 is asked again after about one, two, four seconds, each with up to a second more."""
    office.replies = [Reply(status=500), Reply(status=502), Reply(status=504), Reply(CENSUS)]
    time = Time()
    get(office, office.publisher("census"), time)
    assert [int(base <= pause <= base + 1) for base, pause in zip((1, 2, 4), time.pauses, strict=True)] == [1, 1, 1]


def test_service_that_stays_busy_is_given_up(office: Office) -> None:
    """After five attempts the sentence says what was answered; nothing is made up."""
    office.replies = [Reply(b'{"message": "Rate limit is exceeded"}', status=429)]
    with pytest.raises(UnavailableError, match=r"answers 429 \(Rate limit is exceeded\); try again later"):
        get(office, office.publisher("comtrade"))
    assert len(office.asked) == ATTEMPTS


def test_service_that_asks_to_be_left_alone_for_long_is(office: Office) -> None:
    """Nobody waits for an hour: the sentence says when to come back."""
    office.replies = [Reply(status=429, headers={"Retry-After": "3600"})]
    with pytest.raises(UnavailableError, match="left alone for 3600 seconds"):
        get(office, office.publisher("census"))
    assert len(office.asked) == 1


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply(CENSUS, length=len(CENSUS) + 50), "was cut short, 50 bytes are missing"),
        (Reply(CENSUS[:-30]), "no whole JSON"), (Reply(b""), "with nothing at all"), (Reply(b" \n"), "nothing at all"),
    ],
)  # fmt: skip
def test_truncated_answer_is_asked_for_again(office: Office, reply: Reply, reason: str) -> None:
    """What was cut short once may come whole; what never does is refused."""
    office.replies = [reply, Reply(CENSUS)]
    assert get(office, office.publisher("census"))[0].body == CENSUS
    office.replies = [reply]
    with pytest.raises(UnavailableError, match=reason):
        get(office, office.publisher("census"))


def test_service_that_hangs_is_given_up(office: Office) -> None:
    """Each attempt ends when its time is over."""
    go_on = threading.Event()
    office.replies = [Reply(CENSUS, wait=go_on)]
    with pytest.raises(UnavailableError, match=r"longer than 0\.05 seconds|timed out"):
        get(office, office.publisher("census", patience="0.05"))
    go_on.set()
    assert len(office.asked) == ATTEMPTS


def test_service_that_trickles_is_given_up(office: Office) -> None:
    """Whoever sends a byte now and then is not waited for either, though the connection would end with the answer."""
    office.replies = [Reply(CENSUS, drip=0.02)]
    with pytest.raises(UnavailableError, match=r"longer than 0\.1 seconds"):
        get(office, office.publisher("census", patience="0.1"))
    assert len(office.asked) == ATTEMPTS


def test_service_that_is_not_there_is_unavailable(office: Office) -> None:
    """A refused connection is a sentence, without the path and the key."""
    publisher = office.publisher("census")
    office.server.shutdown()
    office.server.server_close()
    with pytest.raises(UnavailableError, match="service of US Census Bureau at http") as caught:
        get(office, publisher)
    assert "k3y" not in str(caught.value.document())
    office.server = Office().server  # the fixture ends one that runs


# --- no figures in what comes -----------------------------------------------------------------------------------------

PAGE = b"<html><head><title>Sorry, the\n service is down</title></head><body>...</body></html>"
MANY = json.dumps([["a"], *[["1"]] * 200]).encode()

BAD = {
    "web page with 200": ("census", Reply(PAGE, kind="text/html"), r"web page .*\(Sorry, the service is down\)"),
    "web page that says it is JSON": ("census", Reply(b"\n<!DOCTYPE html><h1>Down</h1>"), r"web page .*\(Down\)"),
    "another media type": ("census", Reply(CENSUS, kind="text/csv"), "says that its answer is text/csv"),
    "no media type": ("census", Reply(CENSUS, kind=""), "says that its answer is nothing"),
    "packed, unasked": ("census", Reply(CENSUS, headers={"Content-Encoding": "gzip"}), "packed as gzip"),
    "error in place of rows": ("census", Reply(b'{"error": "unknown variable"}'), r"figures \(unknown variable"),
    "rows of unlike length": ("census", Reply(b'[["a","b"],["1"]]'), "rows of unlike length"),
    "rows that are none": ("census", Reply(b'[["a"],"1"]'), "other than rows"),
    "error in words with 400": ("census", Reply(b"error: missing 'get'", status=400, kind="text/plain"), "answers 400"),
    "not found": ("usda", Reply(b"", status=404), "answers 404; nothing"),
    "message of a gateway": ("usda", Reply(b'{"error": {"message": "no such route"}}'), r"\(no such route\)"),
    "error beside no records": ("comtrade", Reply(records(error="Invalid period")), r"with an error .*Invalid period"),
    "no member of records": ("comtrade", Reply(b'{"count": 0}'), "without the member data"),
    "fewer records than it says": ("comtrade", Reply(records(2017, count=7)), "there are 7 records, and gives 1"),
    "records that are none": ("comtrade", Reply(b'{"count": 1, "data": [1]}'), "other than records"),
    "redirection to another host": (
        "usda", Reply(status=302, headers={"Location": "http://localhost:1/x"}), r"another place \(localhost\)"),
    "redirection to another port": (
        "usda", Reply(status=302, headers={"Location": "http://127.0.0.1:1/x"}), "another place"),
    "redirection to another scheme": (
        "usda", Reply(status=302, headers={"Location": "ftp://127.0.0.1/x"}), "another place"),
    "redirection to nowhere": ("usda", Reply(status=302), "another place"),
    "redirection to no address": ("usda", Reply(status=302, headers={"Location": "http://[x/"}), "that is none"),
    "redirection for ever": ("usda", Reply(status=302, headers={"Location": "/again"}), "sends on more than 3 times"),
    "status that nobody knows": ("usda", Reply(b"[]", status=299), "answers 299"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_answer_that_is_no_figures_is_refused_with_what_it_says(office: Office, case: str) -> None:
    """Nothing but figures is kept, and nothing of these is asked for again."""
    name, reply, reason = BAD[case]
    office.replies = [reply]
    with pytest.raises(MalformedError, match=reason):
        get(office, office.publisher(name))
    assert len(office.asked) <= 4


@pytest.mark.parametrize(
    ("name", "changes", "body", "reason"),
    [
        ("census", {"limit": "100"}, MANY, "more than 100 bytes. It cannot be asked for in smaller parts"),
        ("comtrade", {"cap": "1"}, records(2017), "no more than 1 records, and there are so many. It cannot"),
    ],
)
def test_answer_that_is_too_much_and_cannot_be_cut_is_refused(
    office: Office, name: str, changes: dict[str, str], body: bytes, reason: str
) -> None:
    """One code in one period is the smallest that can be asked for."""
    office.replies = [Reply(body)]
    with pytest.raises(MalformedError, match=reason):
        get(office, office.publisher(name, **changes), last="2017-01")


# --- keys -------------------------------------------------------------------------------------------------------------

NO_KEY = {
    "census sends on to a page": (
        "census", Reply(status=302, headers={"Location": "/data/missing_key.html", "X-DataWebAPI-KeyError": "1"})),
    "census marks a page": (
        "census", Reply(b"<title>Invalid Key</title>", kind="text/html", headers={"X-DataWebAPI-KeyError": "2"})),
    "gateway refuses": ("usda", Reply(b'{"error": {"code": "API_KEY_INVALID", "message": "no"}}', status=403)),
    "subscription is not known": ("comtrade", Reply(b'{"statusCode": 401, "message": "Access denied"}', status=401)),
    "quota is used up": ("comtrade", Reply(b'{"message": "Out of call volume quota."}', status=403)),
}  # fmt: skip


@pytest.mark.parametrize("case", NO_KEY)
def test_key_that_is_not_accepted_is_named_by_its_setting(office: Office, case: str) -> None:
    """The sentence says which variable to see to, and never what it holds."""
    name, reply = NO_KEY[case]
    office.replies = [reply]
    publisher = office.publisher(name)
    with pytest.raises(RefusedError, match=f"does not accept the key in {publisher.variable}") as caught:
        get(office, publisher)
    assert len(office.asked) == 1
    assert KEY not in str(caught.value.document())


@pytest.mark.parametrize("key", ["", "two words", "líne", "line\nbreak", "x" * 201])
def test_key_that_is_none_is_refused_before_anybody_is_asked(key: str) -> None:
    """A key that no header can hold is not sent, and not repeated."""
    with pytest.raises(RefusedError, match="PLEDGER_USDA_KEY") as caught:
        check_key(key, find_publisher("usda"))
    assert not key or key not in caught.value.message


@pytest.mark.parametrize("status", [200, 400, 401, 500])
def test_key_that_an_answer_repeats_is_not_said(office: Office, status: int) -> None:
    """A service that quotes the request in its error does not make us print the key, in either spelling."""
    echo = f"bad request: /hs?key=k3y%2Bof%2Fmine%3D%3D and {KEY}, sorry".encode()
    office.replies = [Reply(b"<title>" + echo + b"</title>", status=status, kind="text/html")]
    with pytest.raises(PledgerError) as caught:
        get(office, office.publisher("census"))
    assert "sorry" in caught.value.message
    assert "k3y" not in str(caught.value.document())


# --- the command ------------------------------------------------------------------------------------------------------


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, in which the command runs with a key for the census."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PLEDGER_CENSUS_KEY", KEY)
    monkeypatch.delenv("PLEDGER_LEDGER", raising=False)
    return tmp_path


def found(folder: Path) -> None:
    """Make a ledger, ``mine``, with the two parties that the figures are about."""
    (folder / "parties.yaml").write_text(PARTIES)
    assert main(["init", "mine", "--origin", "example.org/mine"]) == 0
    assert main(["record", "parties.yaml", "--yes", "--ledger", "mine"]) == 0


def command(office: Office, folder: Path, *more: str, **changes: str) -> int:
    """Run ``pledger fetch`` for soybeans of two months from the server."""
    declaration = folder / "census.toml"
    declaration.write_bytes(office.declare("census", **changes))
    wanted = ["--partner", "cn", "--codes", "1201", "--from", "2017-01", "--to", "2017-02"]
    return main(["fetch", "--publisher", str(declaration), *wanted, *more])


def evidence(ledger: Ledger) -> list[Evidence]:
    """Return the bodies of the evidence in a ledger."""
    with ledger._store.reading() as reading:
        said = [read_said(row) for row in reading.about("series:export/us/cn", ("evidence",))]
    bodies = [one.statement.body for one in said if one is not None]
    return [body for body in bodies if isinstance(body, Evidence)]


def test_command_keeps_answers_that_submit_takes(
    office: Office, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was fetched is submitted by the shipped format, and its evidence says from where and when."""
    office.replies = [Reply(CENSUS)]
    found(here)
    capsys.readouterr()
    assert command(office, here, "-o", "fetched", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    (page,) = told["pages"]
    path = Path(page["file"])
    assert path.read_bytes() == CENSUS
    assert path.name == f"census.export.us.cn.1201.2017-01_2017-02.{sha256(CENSUS).hexdigest()[:12]}.json"
    assert (page["rows"], page["size"], told["format"], told["submitted"]) == (
        2, len(CENSUS), "us-census-exports-api", None)  # fmt: skip
    assert main(["submit", str(path), "--format", told["format"], "--ledger", "mine"]) == 0
    with open_ledger(Path("mine")) as ledger:
        (body,) = evidence(ledger)
    assert (body.source.address, body.source.retrieved) == (page["address"], page["retrieved"])
    assert body.raw.digest == page["digest"]


def test_command_submits_at_once(office: Office, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``--submit`` does both, by the same way: two figures are in the ledger, with the address and without the key."""
    office.replies = [Reply(CENSUS)]
    found(here)
    capsys.readouterr()
    assert command(office, here, "-o", "fetched", "--submit", "--role", "obligee", "--ledger", "mine", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    (series,) = told["submitted"][0]["series"]
    assert (series["subject"], series["count"], series["start"], series["end"]) == (
        "series:export/us/cn", 2, "2017-01-01", "2017-02-28")  # fmt: skip
    with open_ledger(Path("mine")) as ledger:
        (body,) = evidence(ledger)
    assert (body.source.address or "").startswith(office.address)
    assert body.source.role == "obligee"


def test_no_key_is_in_what_is_written_or_said(office: Office, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The key is in no file that the command leaves, and in no line that it prints."""
    office.replies = [Reply(CENSUS)]
    found(here)
    assert command(office, here, "-o", "fetched", "--submit", "--ledger", "mine") == 0
    assert command(office, here, "--dry-run") == 0
    out, err = capsys.readouterr()
    left = b"".join(path.read_bytes() for path in here.rglob("*") if path.is_file())
    # Three letters of it can be anywhere by chance: a ledger is full of base64.
    assert [spelt for spelt in (KEY, quote(KEY, safe="")) if spelt.encode() in left + out.encode() + err.encode()] == []
    assert "Nobody was asked." in out


def test_dry_run_asks_nobody_and_needs_no_key(
    office: Office, here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The requests are printed; nothing is asked and nothing written."""
    monkeypatch.delenv("PLEDGER_CENSUS_KEY")
    assert command(office, here, "--dry-run", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert [sorted(one) for one in told["requests"]] == [["address"]]
    assert office.asked == []
    assert [path.name for path in here.iterdir()] == ["census.toml"]


def test_failure_keeps_what_had_come_and_says_so(
    office: Office, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A later request that fails leaves the earlier answers where they are, and submits none of them."""
    found(here)
    office.replies = [Reply(CENSUS), Reply(PAGE, kind="text/html")]
    more = ("--codes", "1201,1005", "-o", "fetched", "--submit", "--ledger", "mine")
    assert command(office, here, *more) == 3
    assert "The 1 answers that had come before are kept in fetched." in capsys.readouterr().err
    assert len(list((here / "fetched").glob("*.json"))) == 1
    with open_ledger(Path("mine")) as ledger:
        assert ledger.head().size == FOUNDED


def test_code_without_figures_is_told_and_the_others_are_kept(
    office: Office, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """204 for one of two codes is part of the answer, and no file."""
    office.replies = [Reply(status=204, kind=""), Reply(CENSUS)]
    assert command(office, here, "--codes", "1005,1201", "-o", "fetched", "--json") == 0
    pages = json.loads(capsys.readouterr().out)["pages"]
    assert [(page["file"] is None, page["digest"] is None, page["rows"]) for page in pages] == [
        (True, True, 0), (False, False, 2)]  # fmt: skip


def test_nothing_at_all_is_not_found(office: Office, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An empty answer to everything is refused with a sentence, and leaves no file."""
    office.replies = [Reply(status=204, kind="")]
    assert command(office, here, "-o", "fetched") == 5
    assert "US Census Bureau has no figures for this" in capsys.readouterr().err
    assert list((here / "fetched").iterdir()) == []


def test_changed_answer_lies_beside_the_older_one(office: Office, here: Path) -> None:
    """A revision gets a name of its own; the same answer again gets the same."""
    office.replies = [Reply(CENSUS), Reply(CENSUS), Reply(CENSUS.replace(b"2500", b"2600"))]
    for _ in range(3):
        assert command(office, here, "-o", "fetched") == 0
    assert len(list((here / "fetched").glob("*.json"))) == 2


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda path: path.write_bytes(CENSUS.replace(b"1000", b"9999")), "is not what"),
        (lambda path: path.with_name(path.name + ".fetched").write_text("[]"), "is not the note of a fetch"),
        (lambda path: path.with_name(path.name + ".fetched").write_text("{" * 9000), "is not the note of a fetch"),
    ],
)
def test_note_that_is_not_of_its_file_is_refused(
    office: Office, here: Path, capsys: pytest.CaptureFixture[str], change: Callable[[Path], Any], reason: str
) -> None:
    """Nobody's address is put beside bytes that did not come from there; nothing is recorded."""
    office.replies = [Reply(CENSUS)]
    found(here)
    assert command(office, here, "-o", "fetched") == 0
    (path,) = (here / "fetched").glob("*.json")
    change(path)
    capsys.readouterr()
    assert main(["submit", str(path), "--format", "us-census-exports-api", "--ledger", "mine"]) == 3
    assert reason in capsys.readouterr().err
    with open_ledger(Path("mine")) as ledger:
        assert ledger.head().size == FOUNDED


WRONG = {
    "no key": ((), 4, "PLEDGER_CENSUS_KEY is not set; get one at https://api.census.gov/data/key_signup.html"),
    "no directory": (("--from", "2017"), 2, "Say where the answers go"),
    "no month": (("--from", "2017-13", "-o", "x"), 2, "'2017-13' is not a month"),
    "unknown code": (("--codes", "soybeans", "-o", "x"), 2, "cannot be asked for the code 'soybeans'"),
    "directory that is a file": (("-o", "census.toml"), 2, "is not a directory"),
    "two publishers": (("usda", "-o", "x"), 2, "one of census, comtrade, usda, or --publisher FILE"),
    "ledger that is none": (("-o", "x", "--submit", "--ledger", "nowhere"), 5, "no ledger in nowhere"),
}


@pytest.mark.parametrize("case", WRONG)
def test_command_that_is_wrong_asks_nobody(
    office: Office, here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], case: str
) -> None:
    """One sentence says what to mend, before anything is asked for."""
    more, code, reason = WRONG[case]
    if case == "no key":
        monkeypatch.delenv("PLEDGER_CENSUS_KEY")
        more = ("-o", "x")
    office.replies = [Reply(CENSUS)]
    assert command(office, here, *more) == code
    err = capsys.readouterr().err
    assert reason in err
    assert err.count("\n") == 1
    assert office.asked == []


def test_genuine_answers_are_seen_to_be_figures(office: Office, shared_data: Path) -> None:
    """Recorded answers of the Census Bureau and of Comtrade pass as they are: 117 months, and four records."""
    messages = shared_data / "native-messages"
    census = (messages / "census/census_intltrade_exports_hs_response.json").read_bytes()
    comtrade = (messages / "comtrade/comtrade_api_data_v1_get_CA_HS.json").read_bytes()
    usda = (messages / "usda/usda_esr_record_SCHEMA_ONLY.json").read_bytes()
    for name, body, count in (("census", census, 117), ("comtrade", comtrade, 4), ("usda", usda, 1)):
        office.replies = [Reply(body)]
        (page,) = get(office, office.publisher(name))
        assert (page.count, page.body) == (count, body)
