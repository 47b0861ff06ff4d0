"""Pages as routes: who may see which, how failures are told, what may be kept, and what hostile text may not do."""

import io
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from ledger.runtime import Ledger
from ledger.runtime.server import ServerSettings
from ledger.runtime.token import Tokens
from ledger.web.app import application
from ledger.web.journal import Journal
from ledger.web.pages import ROUTERS
from ledger.web.pages.frame import STRICT
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
    "GET /evidence": (READ, "/evidence"),
    "POST /evidence": (AUDIT, "/evidence"),
    "GET /record": (READ, "/record"),
    "POST /record": (AUDIT, "/record"),
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
        assert "No audit or determination" in one.get("/audits").text
        assert one.get("/entries").status_code == 200
    held.close()
