"""Who may do what over HTTP: every route by every kind of caller, and statements by every role (design §5)."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from fastapi.routing import APIRoute
from starlette.routing import Route

from ledger.ingest.document import check_draft
from ledger.model.charter import Role
from ledger.model.statement import KINDS
from ledger.runtime.said import make_statement
from ledger.runtime.token import SCOPES, Tokens
from tests.end_to_end.served import JOSE, LINES, House, served, stranger
from tests.end_to_end.small import START, position

CALLERS = ("nobody", "read", "audit", "metrics", "expired", "revoked", "guess")
"""Who asks: without a token, with one of each scope, with one that has ended, with one that never was."""

OPEN = dict.fromkeys(CALLERS, "ok") | {"expired": "401", "revoked": "401", "guess": "401"}
"""Answered whoever asks; a token that is not good is told so."""

FREE = dict.fromkeys(CALLERS, "ok")
"""Answered without a look at any token."""


def only(scope: str, *, without: str = "401") -> dict[str, str]:
    """Return who is answered by a route that asks for a scope."""
    wrong: dict[str, str] = {one: "403" for one in SCOPES if one != scope}
    return {"nobody": without, "expired": "401", "revoked": "401", "guess": "401", **wrong, scope: "ok"}


@dataclass(frozen=True)
class Case:
    """A route: how it is asked, by whom it is answered on a private ledger, and by whom on a public one."""

    path: str
    private: dict[str, str]
    public: dict[str, str]
    body: bytes | None = None
    kind: str = ""


READ = (only("read"), OPEN)
AUDIT = (only("audit"), OPEN)

MATRIX = {
    "GET /healthz": Case("/healthz", FREE, FREE),
    "GET /readyz": Case("/readyz", FREE, FREE),
    "GET /metrics": Case("/metrics", only("metrics"), only("metrics")),
    "GET /openapi.json": Case("/openapi.json", FREE, FREE),
    "GET /docs": Case("/docs", FREE, FREE),
    "GET /docs.js": Case("/docs.js", FREE, FREE),
    "POST /v1/statements": Case("/v1/statements", FREE, FREE, b"x", "application/jose"),
    "PUT /v1/blobs/{digest}": Case(f"/v1/blobs/{'0' * 64}", FREE, FREE, b"x"),
    "GET /v1/blobs/{digest}": Case(f"/v1/blobs/{'0' * 64}", *READ),
    "GET /v1/ledger": Case("/v1/ledger", *READ),
    "GET /v1/keys": Case("/v1/keys", *READ),
    "GET /v1/entries": Case("/v1/entries", *READ),
    "GET /v1/entries/{entry}": Case("/v1/entries/0", *READ),
    "GET /v1/statements": Case("/v1/statements?limit=1", *READ),
    "GET /v1/statements/{entry}": Case("/v1/statements/0", *READ),
    "GET /v1/receipts/{entry}": Case("/v1/receipts/0", *READ),
    "GET /v1/proofs/{entry}": Case("/v1/proofs/0", *READ),
    "GET /v1/consistency": Case("/v1/consistency?old=1", *READ),
    "GET /v1/status": Case("/v1/status", *READ),
    "GET /v1/status/{subject}": Case("/v1/status/grain", *READ),
    "GET /v1/score/{subject}": Case("/v1/score/grain", *READ),
    "GET /v1/history/{subject}": Case("/v1/history/grain", *READ),
    "GET /v1/lint/{subject}": Case("/v1/lint/grain", *READ),
    "GET /v1/commitments": Case("/v1/commitments", *READ),
    "GET /v1/instruments": Case("/v1/instruments", *READ),
    "GET /v1/parties": Case("/v1/parties", *READ),
    "GET /v1/determinations": Case("/v1/determinations", *READ),
    "GET /v1/determinations/{subject}": Case("/v1/determinations/grain", *READ),
    "GET /v1/docket": Case("/v1/docket", *READ),
    "GET /v1/docket.ics": Case("/v1/docket.ics", *READ),
    "GET /v1/docket.atom": Case("/v1/docket.atom", *READ),
    "GET /v1/series": Case("/v1/series", *READ),
    "GET /v1/series/{key:path}": Case("/v1/series/export/bb/aa", *READ),
    "GET /v1/formats": Case("/v1/formats", *READ),
    "GET /v1/formats/{name}": Case("/v1/formats/nothing", *READ),
    "GET /v1/feed.atom": Case("/v1/feed.atom", *READ),
    "GET /log/{path:path}": Case("/log/checkpoint", *READ),
    "GET /v1/audit": Case("/v1/audit?party=aa", *AUDIT),
    "GET /v1/audits": Case("/v1/audits", *READ),
    "GET /v1/audits.atom": Case("/v1/audits.atom", *READ),
    "GET /v1/audits/{subjects:path}": Case("/v1/audits/grain", *AUDIT),
    "POST /v1/verify": Case("/v1/verify", *AUDIT, b"x", "application/zip"),
    "POST /v1/drafts/lint": Case("/v1/drafts/lint", *AUDIT, b"x"),
    "POST /v1/preview": Case("/v1/preview", *AUDIT, b"x"),
}


@pytest.fixture(scope="module")
def private(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A ledger whose reads ask for a token."""
    with served(tmp_path_factory.mktemp("private"), private=True, rate=0, heavy_rate=0) as house:
        yield house


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A ledger that everybody may read."""
    with served(tmp_path_factory.mktemp("public"), rate=0, heavy_rate=0) as house:
        yield house


def headers_of(house: House, caller: str) -> dict[str, str]:
    """Return what a caller sends."""
    tokens = Tokens(house.ledger.directory, house.clock)
    if caller == "nobody":
        return {}
    if caller == "guess":
        return {"authorization": "Bearer pledger_" + "A" * 43}
    secret, token = tokens.new(caller, [caller] if caller in SCOPES else list(SCOPES), expires="2026-06-01")
    if caller == "revoked":
        tokens.revoke(token.id)
    if caller == "expired":
        # Made so that it has ended by the clock that the server goes by.
        path = house.ledger.directory / "tokens"
        lines = path.read_text().splitlines()
        ended = json.loads(lines[-1]) | {"expires": "2026-01-02T03:04:05Z"}
        path.write_text("\n".join([*lines[:-1], json.dumps(ended)]) + "\n")
    return {"authorization": f"Bearer {secret}"}


def routes(house: House) -> set[str]:
    """Return every route of the application, by method and template."""
    found: set[str] = set()
    pending = list(house.client.app.routes)  # type: ignore[attr-defined]
    while pending:
        route = pending.pop()
        inner = getattr(getattr(route, "original_router", None), "routes", None)
        if isinstance(route, (APIRoute, Route)):
            found.update(f"{method} {route.path}" for method in (route.methods or ()) if method != "HEAD")
        elif inner is not None:
            pending += inner
    return found


def test_matrix_has_every_route(public: House) -> None:
    """A route that is missing from the matrix of who may ask for it fails here."""
    assert routes(public) == set(MATRIX)


@pytest.mark.parametrize("ledger", ["private", "public"])
@pytest.mark.parametrize("caller", CALLERS)
def test_every_route_answers_whom_it_should(caller: str, ledger: str, private: House, public: House) -> None:
    """Reads of a private ledger ask for a token of the right scope; no token authorises a write (design §3, §5)."""
    house = private if ledger == "private" else public
    headers = headers_of(house, caller)
    wrong = {}
    for name, case in MATRIX.items():
        kind = {"content-type": case.kind} if case.kind else {}
        answer = house.client.request(name.split(" ")[0], case.path, content=case.body, headers={**headers, **kind})
        expected = (case.private if ledger == "private" else case.public)[caller]
        is_write = name in {"POST /v1/statements", "PUT /v1/blobs/{digest}"}
        # A write is refused by what is in it, whoever asks: 403 of its signature is not that of a token.
        told = "ok" if is_write or answer.status_code not in {401, 403} else str(answer.status_code)
        if told != expected or answer.status_code >= 500:
            wrong[name] = (answer.status_code, expected)
    assert wrong == {}


def test_token_that_is_missing_is_asked_for(private: House) -> None:
    """A 401 says how to do better (RFC 6750 §3), and a wrong token is not told apart from none that ever was."""
    missing = private.client.get("/v1/status")
    assert missing.headers["www-authenticate"] == 'Bearer realm="pledger"'
    assert missing.json()["type"] == "urn:pledger:problem:unauthorised"
    for given in ("Bearer x", "Basic eDp5", "Bearer", "pledger_x"):
        answer = private.client.get("/v1/status", headers={"authorization": given})
        assert (answer.status_code, 'error="invalid_token"' in answer.headers["www-authenticate"]) == (401, True)


def test_revoked_token_is_good_for_nothing_at_once(private: House) -> None:
    """A running server takes notice of a revocation by itself."""
    tokens = Tokens(private.ledger.directory, private.clock)
    secret, token = tokens.new("newsroom", ["read"], expires="2026-06-01")
    headers = {"authorization": f"Bearer {secret}"}
    assert private.client.get("/v1/ledger", headers=headers).status_code == 200
    Tokens(private.ledger.directory, private.clock).revoke(token.id)
    assert private.client.get("/v1/ledger", headers=headers).status_code == 401


def test_private_answers_are_kept_by_nobody_else(private: House) -> None:
    """What a token gave may not lie in a cache that others share (RFC 9111 §3.5)."""
    secret, _ = Tokens(private.ledger.directory, private.clock).new("cache", ["read"], expires="2026-06-01")
    answer = private.client.get("/v1/statements/0", headers={"authorization": f"Bearer {secret}"})
    refused = private.client.get("/v1/statements/0")
    for one in (answer, refused):
        assert one.headers["cache-control"] == "private, no-store"
        assert {"authorization", "cookie"} <= set(one.headers["vary"].lower().split(", "))


def test_private_ledger_tells_nobody_without_a_token_whether_it_has_a_file(private: House) -> None:
    """To bring, to ask for, to ask about: a file that is here is answered as one that never was (design §3)."""
    (held, *_), absent = private.ledger.blobs.digests(), "sha256:" + "0" * 64
    for method, body in (("PUT", b"x"), ("GET", None), ("HEAD", None)):
        told = []
        for digest in (held, absent):
            answer = private.client.request(method, f"/v1/blobs/{digest}", content=body)
            told.append((answer.status_code, answer.text.replace(digest, ""), answer.headers.get("content-length")))
        assert told[0] == told[1], method
        assert told[0][0] == (403 if method == "PUT" else 401)
    secret, _ = Tokens(private.ledger.directory, private.clock).new("bring", ["read"], expires="2026-06-01")
    answer = private.client.put(f"/v1/blobs/{held}", content=b"x", headers={"authorization": f"Bearer {secret}"})
    assert (answer.status_code, answer.json()["statements"]) == (200, [])


# --- roles ------------------------------------------------------------------------------------------------------------

ROLES: dict[Role, str] = {
    "recorder": "position", "submitter": "evidence", "auditor": "determination", "enforcer": "action",
    "assessor": "attestation",
}  # fmt: skip
"""One kind that each role signs (design §2.2)."""


def test_table_of_roles_is_the_design_s() -> None:
    """Each of these kinds is signed by that role, so that the next test is about what it says."""
    assert {role: KINDS[kind].role for role, kind in ROLES.items()} == {role: role for role in ROLES}  # type: ignore[index]


@pytest.mark.parametrize("role", ROLES)
def test_write_is_authorised_by_the_role_of_its_key(role: Role, public: House) -> None:
    """A position is taken from a recorder, and refused to every other role, by name (design §5)."""
    name = f"key-{role}"
    key = public.ledger.new_key(name)
    public.ledger.grant(name, [role], holder="test")
    number = 100 + list(ROLES).index(role)
    answer = public.client.post("/v1/statements", content=public.signed(number, key=key).raw, headers=JOSE)
    assert answer.status_code == (201 if role == "recorder" else 403)
    if role != "recorder":
        assert "recorder" in answer.json()["detail"]


def test_write_by_no_known_key_is_refused(public: House) -> None:
    """A key that the operator never granted a role says nothing here, and is not kept waiting either."""
    size = public.ledger.head().size
    answer = public.client.post("/v1/statements", content=public.signed(200, key=stranger()).raw, headers=JOSE)
    assert (answer.status_code, answer.json()["kid"]) == (403, stranger().kid)
    evidence, imported = public.evidence(b"month,tonnes\n2020-01,9\n")
    forged = public.sealed(
        make_statement("evidence", "series:export/bb/aa", json.loads(evidence.payload)["body"], issued=START),
        key=stranger(),
    )
    assert public.client.post("/v1/statements", content=forged.raw, headers=JOSE).status_code == 403
    assert public.client.put(f"/v1/blobs/{imported.digest}", content=b"x").status_code == 403
    assert public.ledger.head().size == size


def test_evidence_of_a_key_without_the_role_is_not_kept_waiting(public: House) -> None:
    """Only a validly signed statement that its key may say makes room for files (design §3)."""
    key = public.ledger.new_key("observer")
    public.ledger.grant("observer", ["recorder"], holder="test")
    evidence, _ = public.evidence(b"month,tonnes\n2020-01,8\n")
    body = json.loads(evidence.payload)["body"]
    given = public.sealed(make_statement("evidence", "series:export/bb/aa", body, issued=START), key=key)
    answer = public.client.post("/v1/statements", content=given.raw, headers=JOSE)
    assert (answer.status_code, "submitter" in answer.json()["detail"]) == (403, True)


def test_statement_for_another_ledger_is_refused(public: House) -> None:
    """Genesis stops replay, for what waits as for what is logged (design §2.2)."""
    other = "sha256:" + "1" * 64
    given = public.sealed(check_draft(position(300)[0], issued=START), genesis=other)
    evidence, _ = public.evidence(b"month,tonnes\n2020-01,7\n")
    body = json.loads(evidence.payload)["body"]
    waits = public.sealed(make_statement("evidence", "series:export/bb/aa", body, issued=START), genesis=other)
    told = public.client.post("/v1/statements", content=given.raw + b"\n" + waits.raw, headers=LINES)
    lines = [json.loads(line) for line in told.content.splitlines()]
    assert [line["status"] for line in lines] == [403, 403]
    assert all("another ledger" in line["problem"]["detail"] for line in lines)


def test_reads_leave_a_trail_where_that_is_asked(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Each read is noted with its token and its view, in a file that only the owner reads; writes are in the log."""
    with served(tmp_path_factory.mktemp("trail"), private=True, trail=True) as house:
        secret, token = Tokens(house.ledger.directory, house.clock).new("reader", ["read"], expires="2026-06-01")
        house.client.get("/v1/status/grain?as_of=2021-01-01", headers={"authorization": f"Bearer {secret}"})
        house.client.post("/v1/statements", content=house.signed(1).raw, headers=JOSE)
        path = house.ledger.directory / "reads" / "2026-01-02.jsonl"
        (line,) = [json.loads(one) for one in path.read_text().splitlines()]
        assert (line["token"], line["path"], line["query"]) == (token.id, "/v1/status/grain", "as_of=2021-01-01")
        assert path.stat().st_mode & 0o077 == 0
        assert secret not in path.read_text()
