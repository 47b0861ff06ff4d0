"""Pages as routes: who may see which, how failures are told, what may be kept, and what hostile text may not do."""

import io
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from threading import Event
from time import monotonic, sleep
from xml.etree import ElementTree as ET

import pytest
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from ledger.errors import UnavailableError
from ledger.runtime import Ledger
from ledger.runtime.publishing import publish_audit, withdraw_audit
from ledger.runtime.server import ServerSettings
from ledger.runtime.token import Tokens
from ledger.web.app import application
from ledger.web.journal import Journal
from ledger.web.pages import ROUTERS, commitment, party
from ledger.web.pages.frame import STRICT, prepare
from tests.end_to_end.small import FIGURES, MAPPING, PLEDGE, drafts, small_ledger

FORM = {"file": ("grain.csv", FIGURES, "text/csv")}

READ = "read"
AUDIT = "audit"
NOBODY = None

SCOPES = {
    "GET /": (READ, "/"),
    "GET /parties/{slug}": (READ, "/parties/aa"),
    "GET /instruments/{slug}": (READ, "/instruments/deal"),
    "GET /commitments/{subject}": (READ, "/commitments/grain"),
    "GET /commitments/{subject}/history": (READ, "/commitments/grain/history"),
    "GET /commitments/{subject}/positions": (READ, "/commitments/grain/positions"),
    "GET /docket": (READ, "/docket"),
    "GET /evidence": (READ, "/evidence"),
    "POST /evidence": (AUDIT, "/evidence"),
    "GET /record": (READ, "/record"),
    "POST /record": (AUDIT, "/record"),
    "POST /record/draft": (AUDIT, "/record/draft"),
    "GET /audits": (READ, "/audits"),
    "GET /audits/made": (AUDIT, "/audits/made?subject=grain"),
    "GET /entries": (READ, "/entries"),
    "GET /entries/{entry}": (READ, "/entries/3"),
    "GET /keys": (READ, "/keys"),
    "GET /verify.html": (NOBODY, "/verify.html"),
    "GET /enter": (NOBODY, "/enter"),
    "POST /enter": (NOBODY, "/enter"),
    "POST /leave": (NOBODY, "/leave"),
    "GET /static/{name}": (NOBODY, "/static/page.css"),
}
"""Every page: the scope that it asks for on a private ledger, and an address of it."""


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """A small ledger with a pledge that is met, and one whose words are meant to do harm."""
    held = small_ledger(tmp_path_factory.mktemp("routes") / "ledger")
    held.record(drafts())
    hostile = PLEDGE.split("---")[3].replace("subject: grain", "subject: harm")
    hostile = hostile.replace("title: Buy grain", "title: <script>alert(1)</script>")
    held.record(drafts(hostile.replace("Grain in 2020", "<img src=x onerror=alert(1)>")))
    held.submit(io.BytesIO(FIGURES), name="grain.csv", mapping=MAPPING, mapping_name="grain.toml")
    yield held
    held.close()


def client(ledger: Ledger, **settings: object) -> TestClient:
    """Return what asks a server of the ledger."""
    chosen = ServerSettings.model_validate({"heavy_rate": 0, **settings})
    app = application(ledger, chosen, journal=Journal(ledger.clock, io.StringIO()), pages=ROUTERS)
    return TestClient(app, follow_redirects=False)


@pytest.fixture(scope="module")
def public(ledger: Ledger) -> Iterator[TestClient]:
    """A server that everybody may read."""
    with client(ledger) as one:
        yield one


@pytest.fixture(scope="module")
def private(ledger: Ledger) -> Iterator[TestClient]:
    """A server that asks for tokens."""
    with client(ledger, private=True) as one:
        yield one


def ask(one: TestClient, name: str, headers: dict[str, str] | None = None) -> int:
    """Return how a page answers to its usual request."""
    method, path = name.partition(" ")[0], SCOPES[name][1]
    if method == "GET":
        return one.get(path, headers=headers).status_code
    if path == "/evidence":
        return one.post(path, headers=headers, files=FORM, data={"map": MAPPING.decode()}).status_code
    return one.post(path, headers=headers, data={"text": PLEDGE, "token": "none"}).status_code


def test_every_page_stands_in_the_table() -> None:
    """None is added without somebody saying who may see it (design §5)."""
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    assert {f"{method} {route.path}" for route in routes for method in route.methods or ()} == set(SCOPES)


@pytest.mark.parametrize("name", SCOPES)
def test_private_page_asks_for_a_token_of_its_scope(name: str, ledger: Ledger, private: TestClient) -> None:
    """With none it is a page that says so (401), with one of another scope 403, with the right one it is shown."""
    scope = SCOPES[name][0]
    tokens = Tokens(ledger.directory, ledger.clock)
    usual = 403 if name == "POST /enter" else 303 if name in {"POST /leave", "GET /audits/made"} else 200
    assert ask(private, name) == (401 if scope else usual)
    for one in (READ, AUDIT):
        secret, _ = tokens.new("page", [one], expires="2026-06-01")
        status = ask(private, name, {"Authorization": f"Bearer {secret}"})
        assert status == (usual if scope in {one, NOBODY} else 403), one


@pytest.mark.parametrize("name", SCOPES)
def test_public_page_is_shown_to_everybody(name: str, public: TestClient) -> None:
    """Where the ledger is public, no page asks for anything."""
    assert ask(public, name) == (
        403 if name == "POST /enter" else 303 if name in {"POST /leave", "GET /audits/made"} else 200
    )


def test_token_is_kept_in_a_cookie_that_only_this_site_makes_a_browser_send(ledger: Ledger) -> None:
    """It is given once; no program reads it, no other site uses it, and leaving forgets it (design §5)."""
    secret, _ = Tokens(ledger.directory, ledger.clock).new("cookie", ["read"], expires="2026-06-01")
    with client(ledger, private=True) as one:
        wrong = one.post("/enter", data={"token": "pledger_wrong"})
        assert (wrong.status_code, "set-cookie" in wrong.headers) == (403, False)
        entered = one.post("/enter", data={"token": secret})
        said = entered.headers["set-cookie"].lower()
        assert (entered.status_code, entered.headers["location"]) == (303, "/")
        assert "httponly" in said
        assert "samesite=strict" in said
        assert one.get("/").status_code == 200
        assert one.get("/v1/ledger").status_code == 200
        assert one.get("/", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 401
        assert one.get("/metrics").status_code == 403
        foreign = {"Sec-Fetch-Site": "cross-site"}
        for asked in (one.post("/enter", data={"token": secret}, headers=foreign), one.post("/leave", headers=foreign)):
            assert (asked.status_code, "set-cookie" in asked.headers) == (403, False)
        one.post("/leave")
        assert one.get("/").status_code == 401


def test_what_the_server_does_by_itself_survives_a_bad_moment(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of the disk, whatever it is, ends neither the looks for what waited in vain nor those for hooks."""
    looks: list[str] = []

    def fail(name: str) -> None:
        looks.append(name)
        raise OSError(24, "Too many open files")

    monkeypatch.setattr("ledger.web.app.SWEEP", 0.01)
    monkeypatch.setattr("ledger.web.app.TELL", 0.01)
    monkeypatch.setattr("ledger.runtime.intake.Intake.sweep", lambda *_: fail("sweep"))
    monkeypatch.setattr("ledger.web.app.deliver", lambda *_, **__: fail("deliver"))
    with client(ledger, private=False):
        until = monotonic() + 10
        while min(looks.count("sweep"), looks.count("deliver")) < 2 and monotonic() < until:
            sleep(0.01)
    assert min(looks.count("sweep"), looks.count("deliver")) >= 2


WRONG = {
    "a day that is none": ("/?as_of=2020-13-01", 400, "2020-13-01"),
    "a size beyond the log": ("/?size=999", 400, "give a size from 0"),
    "a size that is no number": ("/?size=-1", 400, "no number of entries"),
    "a start that is no number": ("/entries?start=x", 400, "start"),
    "a kind that is none": ("/entries?kind=gossip", 400, "gossip"),
    "an entry beyond the log": ("/entries/999", 404, "999"),
    "an entry that is none": ("/entries/x", 400, "neither the index"),
    "a pledge that is none": ("/commitments/none", 404, "No commitment none"),
    "a pledge before its day": ("/commitments/grain?as_of=2019-01-01", 404, "2019-01-01"),
    "a history of none": ("/commitments/none/history", 404, "none"),
    "a party that is none": ("/parties/none", 404, "No party none"),
    "an instrument that is none": ("/instruments/none", 404, "No instrument none"),
    "an audit of nothing": ("/audits/made", 400, "Nothing is chosen"),
    "an audit as what there is not": ("/audits/made?subject=grain&format=doc", 400, "format"),
    "a part that is none": ("/commitments/grain?part=half", 400, "part"),
}


@pytest.mark.parametrize("name", WRONG)
def test_failure_is_a_page_with_status_and_sentence(name: str, public: TestClient) -> None:
    """Whoever asks wrongly is told so in a page, with the status that the API gives (style §7)."""
    path, status, says = WRONG[name]
    found = public.get(path)
    assert (found.status_code, found.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert says in found.text
    assert found.headers["cache-control"] == "no-store"


def test_form_that_cannot_be_read_is_told_what_it_lacks(public: TestClient) -> None:
    """No file, no mapping, two mappings, a day that is none, a body of another type."""
    mapping = MAPPING.decode()
    cases = (
        (public.post("/evidence", files={"map": (None, mapping)}), 400, "choose the file"),
        (public.post("/evidence", files=FORM), 400, "either format, or map"),
        (
            public.post("/evidence", files=FORM, data={"map": mapping, "format": "us-census"}),
            400,
            "either format, or map",
        ),
        (public.post("/evidence", files=FORM, data={"map": mapping, "published": "soon"}), 400, "soon"),
        (public.post("/evidence", content=b"x"), 415, "multipart/form-data"),
        (public.post("/record", data={"words": "x"}), 400, "no text in the form"),
    )
    for found, status, says in cases:
        assert (found.status_code, says in found.text) == (status, True), found.text[-600:]


def test_nothing_is_kept_of_what_is_only_looked_at(ledger: Ledger, public: TestClient) -> None:
    """Lint and preview write nothing, whichever form they are asked in (design §3)."""
    size = ledger.head().size
    files = sum(1 for _ in (ledger.directory / "blobs").rglob("*"))
    json = {"Accept": "application/json"}
    seen = public.post(
        "/evidence",
        files={"file": ("new.csv", b"month,tonnes\n2021-01,9\n")},
        data={"map": MAPPING.decode()},
        headers=json,
    )
    assert seen.json()["statements"][0]["observations"].splitlines()[1].endswith(",A,9")
    assert len(public.post("/record", content=PLEDGE.encode(), headers=json).json()["statements"]) == 4
    assert ledger.head().size == size
    assert sum(1 for _ in (ledger.directory / "blobs").rglob("*")) == files


@pytest.mark.parametrize("path", ["/", "/commitments/harm", "/parties/aa", "/audits", "/instruments/deal"])
def test_hostile_words_neither_act_nor_hide(path: str, public: TestClient) -> None:
    """What strangers wrote is text: it is escaped wherever it is told."""
    text = public.get(path).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "<script>alert" not in text
    assert "<img src=x" not in text


@pytest.mark.parametrize("path", ["/docket", "/commitments/harm/positions", "/commitments/harm/history", "/evidence"])
def test_hostile_words_do_not_act_where_they_are_told_beside_others(path: str, public: TestClient) -> None:
    """Pages of many pledges, and of what was said of one, tell no word of a stranger as a mark of their own."""
    answer = public.get(path)
    assert answer.status_code == 200
    assert [word for word in ("<script>alert", "<img src=x") if word in answer.text] == []


@pytest.mark.parametrize("path", ["/v1/docket.atom", "/v1/feed.atom", "/v1/audits.atom"])
def test_hostile_words_are_text_in_a_feed(path: str, public: TestClient) -> None:
    """A feed is well formed, and has no elements but its own (RFC 4287)."""
    root = ET.fromstring(public.get(path).content)  # noqa: S314  # our own
    assert {one.tag.partition("}")[0] for one in root.iter()} == {"{http://www.w3.org/2005/Atom"}
    assert not {"script", "img"} & {one.tag.partition("}")[2] for one in root.iter()}


def test_hostile_words_begin_no_line_of_a_calendar(public: TestClient) -> None:
    """A line of a calendar is one of its own, whatever a title holds (RFC 5545 §3.1)."""
    raw = public.get("/v1/docket.ics").content.replace(b"\r\n ", b"")
    assert b"onerror=alert" in raw
    names = {line.partition(b":")[0].partition(b";")[0] for line in raw.split(b"\r\n") if line}
    assert names <= {
        b"BEGIN", b"END", b"PRODID", b"VERSION", b"METHOD", b"X-WR-CALNAME", b"UID", b"DTSTAMP", b"DTSTART", b"DTEND",
        b"SUMMARY", b"DESCRIPTION", b"CATEGORIES", b"TRANSP",
    }  # fmt: skip
    assert b"\n" not in raw.replace(b"\r\n", b"")


def test_address_cannot_turn_the_line_in_which_it_is_told(public: TestClient) -> None:
    """What stands in an address is as much from outside as what stands in the log (Unicode Annex 9)."""
    text = public.get("/commitments/\u202eniarg").text
    assert "[U+202E]niarg" in text
    assert "\u202e" not in text


def test_page_has_a_tag_and_a_strict_policy(public: TestClient) -> None:
    """It is asked for again each time, and answered 304 while nothing changed; a whole view may be kept an hour."""
    first = public.get("/commitments/grain")
    assert first.headers["content-security-policy"] == STRICT
    assert first.headers["cache-control"] == "public, no-cache"
    again = public.get("/commitments/grain", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    pinned = public.get("/commitments/grain?as_of=2020-12-31&size=6")
    assert pinned.headers["cache-control"] == "public, max-age=3600"


def test_page_says_what_the_api_says(ledger: Ledger, public: TestClient) -> None:
    """One method, one answer: the page of a pledge is drawn from the same result."""
    (result,) = ledger.results(ledger.view("2020-12-31"), ("grain",))
    text = public.get("/commitments/grain?as_of=2020-12-31").text
    (source,) = result.terms[0].readings[0].sources
    # 5 + 7 tonnes, of ten: the gross ratio of R7; a third row was rejected.
    assert (source.high, source.ratios[0].value) == ("12", "1.2")
    assert "120.0 %" in text
    assert result.terms[0].outcome == "met"
    assert 'class="outcome is-met"' in text


def test_pages_need_no_more_than_the_small_ledger(tmp_path: Path) -> None:
    """An empty ledger has pages too, which say that there is nothing yet."""
    held = small_ledger(tmp_path / "empty")
    with client(held) as one:
        assert "No pledge is known" in one.get("/").text
        assert "No audit was published" in one.get("/audits").text
        assert one.get("/entries").status_code == 200
    held.close()


def test_page_of_audits_tells_what_became_of_each(ledger: Ledger, public: TestClient) -> None:
    """Title, opinion, state with the reason, and the digest of each file; what somebody wrote is text (design §2.2)."""
    with ledger.export(ledger.view("2021-06-30"), ("grain",)) as export:
        result = export.result
    digest = "sha256:" + "0" * 64
    first = publish_audit(ledger, result, {"zip": digest}).index
    second = publish_audit(ledger, result, {"zip": digest}, replaces=first, reason="A table was cut.").index
    withdraw_audit(ledger, second, reason="Its addressee was <wrong>.")
    page = public.get("/audits").text
    assert f'replaced by entry <a href="/entries/{second}">{second}</a>' in page
    assert f'in the place of entry <a href="/entries/{first}">{first}</a>: A table was cut.' in page
    assert "Its addressee was &lt;wrong&gt;." in page
    assert page.count(digest) == 2
    assert "No audit was published at this view." in public.get("/audits", params={"size": first}).text
    older = public.get("/audits", params={"before": second}).text
    assert f'<th scope="row" role="rowheader"><a href="/entries/{second}">' not in older
    assert f'<th scope="row" role="rowheader"><a href="/entries/{first}">' in older


def test_pledge_of_many_positions_shows_the_latest_and_the_way_to_the_rest(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """The page has the latest fifty and how many there are; the list has all of them, fifty at a time (design §3)."""
    with small_ledger(tmp_path_factory.mktemp("many") / "ledger") as held:
        held.record(drafts())
        body = "body: {party: aa, stance: affirms, date: 2020-02-01, note: the %dth, source: %s}"
        source = "{title: S, publisher: P, role: joint, via: {copy_read: page, how: excerpt}}"
        said = "\n---\n".join(f"kind: position\nsubject: grain\n{body % (n, source)}" for n in range(60))
        held.record(drafts(said))
        asked = client(held)
        page = asked.get("/commitments/grain").text
        replies = page.split('id="c1-replies"')[1]
        assert re.findall(r"the (\d+)th", replies) == [str(n) for n in range(10, 60)]
        assert "The latest 50 of" in page
        assert "and 36 more" in page, "of sixty entries cited for a level, twenty-four are named"
        way = re.search(r'href="(/commitments/grain/positions[^"]*)"', page)
        assert way is not None
        first = asked.get(unescape(way[1])).text
        assert re.findall(r"the (\d+)th", first) == [str(n) for n in range(59, 9, -1)]
        going_on = re.search(r'href="([^"]*)" rel="next"', first)
        assert going_on is not None
        second = asked.get(unescape(going_on[1])).text
        assert re.findall(r"the (\d+)th", second) == [str(n) for n in range(9, -1, -1)]


def test_history_is_reckoned_a_stretch_at_a_time(
    ledger: Ledger, public: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last days and entries first; the stretches together tell what the whole history tells (R1)."""
    whole = public.get("/commitments/grain/history").text
    assert "at which a verdict could have turned" not in whole
    monkeypatch.setattr(commitment, "MARKS", 2)
    found, at = [], "/commitments/grain/history?day=0&as_of=2020-12-31"
    while at:
        page = public.get(at).text
        assert "at which a verdict could have turned" in page
        days = page.split('id="by-entry"')[0]
        found += re.findall(r"<h3>.*?</h3>\s*<ul>.*?</ul>", days, re.DOTALL)
        onward = re.search(r'href="([^"#]*)[^"]*" rel="next"', days)
        at = unescape(onward[1]) if onward else ""
    monkeypatch.setattr(commitment, "MARKS", 1000)
    # At a size that is named, as the same address would get the answer that is remembered.
    size = ledger.head().size
    every = public.get(f"/commitments/grain/history?as_of=2020-12-31&size={size}").text.split('id="by-entry"')[0]
    assert found == re.findall(r"<h3>.*?</h3>\s*<ul>.*?</ul>", every, re.DOTALL)
    assert len(found) > 1


def test_series_on_record_are_listed_beside_the_form(public: TestClient) -> None:
    """Whoever brings figures sees which there are: key, source, days, vintages, how many (R2)."""
    page = public.get("/evidence").text
    assert "Series 1 to 1 of 1" in page
    assert 'href="/v1/series/export/bb/aa"' in page
    assert "No figures are on record" in public.get("/evidence?as_of=2019-01-01").text


def test_what_a_word_was_worth_rests_on_all_that_is_owed(public: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a party that owes much it is reckoned when asked for, over everything, and never over what is shown (E10)."""
    monkeypatch.setattr(party, "MOST", 1)
    few = public.get("/parties/aa?as_of=2030-01-01").text
    assert 'id="word"' not in few
    assert "rests on all of them" in few
    asked = re.search(r'href="([^"]*whole=1[^"]*)"', few)
    assert asked is not None
    whole = re.search(r'id="word">.*?</section>', public.get(unescape(asked[1])).text, re.DOTALL)
    monkeypatch.setattr(party, "MOST", 50)
    wanted = re.search(r'id="word">.*?</section>', public.get("/parties/aa?as_of=2030-01-02").text, re.DOTALL)
    assert whole is not None
    assert wanted is not None
    assert whole[0] == wanted[0]


@pytest.mark.parametrize(
    ("failure", "told"),
    [(None, ""), (UnavailableError("No charts here."), "No charts here."), (ValueError("secret"), "ValueError")],
)
def test_server_prepares_what_the_first_page_takes_and_lives_without(
    failure: Exception | None, told: str, ledger: Ledger
) -> None:
    """It is loaded while others are answered; where that fails the journal says so, and the server goes on (§3)."""
    done, out = Event(), io.StringIO()

    def load() -> None:
        prepare()
        done.set()
        if failure is not None:
            raise failure

    app = application(ledger, ServerSettings(), journal=Journal(ledger.clock, out), pages=ROUTERS, prepare=load)
    with TestClient(app) as asked:
        assert done.wait(30)
        end = monotonic() + 30
        while told not in out.getvalue() and monotonic() < end:
            sleep(0.01)
        assert asked.get("/commitments/grain").status_code == 200
    assert told in out.getvalue()
    assert "secret" not in out.getvalue()
