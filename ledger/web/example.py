"""Examples of what the routes answer, shortened: for the description of the API, and held to the answers by a test."""

from typing import Any, Final

Example = dict[str, Any]

SUBJECT: Final = "phase-one-annex-6-1"
DIGEST: Final = "sha256:3f0d1c8f0f5a4b0e8f2d0c9f2b7d6a5e4c3b2a190807f6e5d4c3b2a1908f7e6d"
VIEW: Final[Example] = {"size": 41, "as_of": "2026-08-27"}
ROOT: Final = "mE3V2m0vY6Rz1n0nXcB0zqzN8M8K0d1m3S5n6q7r8t0="
NOTE: Final = f"ledger.example/soybeans\n41\n{ROOT}\n\n— ledger.example/soybeans 7mF1…\n"
MOMENT: Final = "2026-08-27T10:00:00Z"
HEADER: Final[Example] = {
    "author": "kxnHMGqLo1x4r6e2H7yqdQm0Zz6Ujg2YB4oXbG2v8aE", "index": 39, "kind": "commitment",
    "prev": "3q2-796tvu_erb7v3q2-796tvu_erb7v3q2-796tvu8", "received": MOMENT, "size": 1234, "statement": DIGEST,
    "subject": SUBJECT,
}  # fmt: skip
HEADER_TEXT: Final = '{"author":"kxnHMG…","index":40,"kind":"commitment", …}'

LEDGER: Final[Example] = {
    "origin": "ledger.example/soybeans", "genesis": DIGEST, "size": 41, "root": ROOT, "checkpoint": NOTE,
    "received": MOMENT, "policy": "log …\n", "method": "2026.1", "private": False,
}  # fmt: skip
ENTRIES: Final[Example] = {"size": 41, "start": 39, "entries": [HEADER], "next": 40}
ENTRY: Final[Example] = {
    "header": HEADER, "leaf": ROOT, "jws": "eyJhbGciOiJFZDI1NTE5Ii…", "payload": {"schema": "commitment.v1"},
    "interval": {"received": MOMENT, "not_before": None, "not_after": None}, "erased": [], "unreproducible": [],
}  # fmt: skip
PROOF: Final[Example] = {
    "entry": 40, "header": HEADER_TEXT, "inclusion": [ROOT], "checkpoint": NOTE,
    "proof": "c2sp.org/tlog-proof@v1\nindex 40\n…",
}  # fmt: skip
CONSISTENCY: Final[Example] = {"old": 40, "new": 41, "consistency": [ROOT]}
RECEIPT: Final[Example] = {
    "checkpoint": NOTE, "header": HEADER_TEXT, "inclusion": [ROOT], "index": 40, "statement": DIGEST,
    "witnessed": {"k": 0, "n": 0},
}  # fmt: skip
WAITS: Final[Example] = {
    "statement": DIGEST, "missing": [{"digest": DIGEST, "size": 20480}], "welcome": [], "until": MOMENT,
}  # fmt: skip
LINES: Final = (
    '{"status":201,"receipt":{"index":41, …}}\n{"status":202,"waits":{"missing":[…], …}}\n'
    '{"status":403,"problem":{"type":"urn:pledger:problem:refused", …}}\n'
)
BROUGHT: Final[Example] = {
    "digest": DIGEST, "size": 20480, "statements": [{"statement": DIGEST, "status": 201, "receipt": RECEIPT}],
}  # fmt: skip
KEYS: Final[Example] = {
    "keys": [{
        "kid": "kxnHMG…", "algorithm": "Ed25519", "office": None, "roles": ["recorder"], "party": None, "since": 1,
        "until": None, "compromised": False,
    }],
}  # fmt: skip
STATUS: Final[Example] = {
    "view": VIEW,
    "commitments": [{"subject": SUBJECT, "validity": "in_force", "terms": [{"id": "goods", "outcome": "not_met"}]}],
    "erased": [],
}
SCORE: Final[Example] = {
    "view": VIEW, "method": "2026.1", "subject": SUBJECT, "title": "Phase One, annex 6.1",
    "score": {"written": ["61.3", "61.3"], "practised": ["48.0", "52.1"]},
    "band": {"written": ["firm", "firm"], "practised": ["soft-monitored", "firm"]}, "point": {}, "dimensions": {},
    "pillars": {}, "gates": [], "erosion": ["9.2", "13.3"], "robustness": {}, "raises": [], "unknown": [],
    "objection": {}, "terms": [], "beside": {}, "erased": [],
}  # fmt: skip
DOCKET: Final[Example] = {
    "view": VIEW, "commitments": [{"subject": SUBJECT, "docket": {"disposition": "none"}}], "timelines": [],
}  # fmt: skip
CALENDAR: Final = "BEGIN:VCALENDAR\r\n…\r\nEND:VCALENDAR\r\n"
HISTORY: Final[Example] = {"view": VIEW, "subject": SUBJECT, "by_day": [], "by_entry": []}
LINT: Final[Example] = {"view": VIEW, "lints": [{"subject": SUBJECT, "findings": []}], "fails": []}
KNOWN: Final[Example] = {
    "view": VIEW, "commitments": [{"subject": SUBJECT, "entry": 12, "statement": DIGEST, "body": {}}],
}  # fmt: skip
INSTRUMENTS: Final[Example] = {"view": VIEW, "instruments": KNOWN["commitments"]}
PARTIES: Final[Example] = {"view": VIEW, "parties": KNOWN["commitments"]}
DETERMINATION: Final[Example] = {"view": VIEW, "subject": SUBJECT, "body": {"method": "2026.1"}}
LOGGED: Final[Example] = {"view": VIEW, "determinations": KNOWN["commitments"]}
SERIES: Final[Example] = {
    "view": VIEW, "series": [{"series": "series:export/us/cn", "source": "us-census", "channel": "api", "figures": 12}],
}  # fmt: skip
FIGURES: Final[Example] = {
    "view": VIEW, "figures": [{"code": "1201", "unit": "t", "start": "2020-01-01", "value": "1500000"}],
}  # fmt: skip
AUDIT: Final[Example] = {"subjects": [SUBJECT], "view": VIEW, "method": "2026.1"}
AUDITS: Final[Example] = {
    "view": VIEW, "next": 41,
    "audits": [{
        "subject": SUBJECT, "audit": {"title": "Compliance audit: Phase One", "opinion": "A3"},
        "issued": MOMENT, "state": "stands", "by": None, "why": None, "since": MOMENT, "replaces": None,
    }],
}  # fmt: skip
VERIFICATION: Final[Example] = {
    "sound": True, "trust": "pinned", "origin": "ledger.example/soybeans", "genesis": DIGEST, "checkpoint_size": 41,
    "subjects": [SUBJECT], "view": VIEW, "findings": [], "not_checked": [],
}  # fmt: skip
FORMATS: Final[Example] = {
    "formats": [{"name": "us-census-exports"}], "tables": [{"name": "hs-2017"}], "pledges": [{"name": "fts-pledges"}],
}  # fmt: skip
PREVIEW: Final[Example] = {
    "file": "exports.csv", "raw": DIGEST, "size": 20480, "mapping": "us-census-exports", "rows": 12, "left_out": 0,
    "rejected": {"count": 0, "rows": []}, "series": [{"subject": "series:export/us/cn", "count": 12}],
    "columns": {"month": ["period"]},
}  # fmt: skip
HEALTH: Final[Example] = {"status": "ok"}
READY: Final[Example] = {"status": "ready", "size": 41}
FEED: Final = '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">…</feed>\n'
DRAFT: Final = "kind: commitment\nsubject: grain\nbody: {title: Buy grain, …}\n"
JWS: Final = "eyJhbGciOiJFZDI1NTE5IiwidHlwIjoicGxlZGdlcitqd3MifQ.eyJhbmNob3IiOm51bGws….c2lnbmF0dXJl"
STATEMENTS: Final = f'{{"index":39,"statement":"{JWS}"}}\n{{"index":40,"statement":null}}\n'
METRICS: Final = 'pledger_requests_total{method="GET",route="/v1/status",status="2xx"} 12.0\n'
