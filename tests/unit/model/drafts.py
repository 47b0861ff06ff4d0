"""Small readable drafts for the tests of the model: one valid body of each kind, to be changed one member at a time."""

import copy
import json
from typing import Any

from ledger.model.statement import Statement, parse_statement

SOURCE: dict[str, Any] = {
    "title": "A statement",
    "publisher": "A ministry",
    "role": "obligor",
    "via": {"copy_read": "the page", "how": "excerpt"},
}
QUOTE = {"text": "We shall buy five million tons of soybeans by the end of 2019.", "language": "en", "speaker": "cn"}
READING = {"type": "export", "reporter": "us", "partner": "cn", "basis": "FAS"}
QUANTITY: dict[str, Any] = {
    "id": "soy",
    "kind": "quantity",
    "title": "5 Mt of soybeans",
    "actor": "cn",
    "unit": "Mt",
    "bound": "at_least",
    "target": "5",
    "measure": READING,
    "period": {"start": "2019-02-01", "end": "2019-12-31"},
    "shown": {"quantity": {"quote": 0, "words": "five million tons"}},
}
OKP = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
THUMBPRINT = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
DIGEST = "sha256:" + "0" * 64
VIEW = {"size": 3, "as_of": "2020-01-01"}
RANGE = {"low": "30.8", "high": "30.8", "low_band": "political", "high_band": "political"}
FILE = {"digest": DIGEST, "size": 10, "media_type": "text/csv"}

BODIES: dict[str, dict[str, Any]] = {
    "charter": {
        "origin": "ledger.test/one",
        "title": "A ledger",
        "operator": OKP,
        "root": [OKP],
        "threshold": 1,
        "methods": ["2026.1"],
        "checkpoint": [OKP, {"kty": "AKP", "alg": "ML-DSA-44", "pub": "AAAA"}],
    },
    "key": {"event": "grant", "jwk": OKP, "roles": ["recorder"], "possession": "a.b.c"},
    "party": {"kind": "state", "names": {"en": "China", "zh": "中国"}, "iso3166": "CN"},
    "instrument": {
        "title": "A transcript",
        "form": "transcript",
        "issuers": ["us"],
        "binding": "silent",
        "announced": "2019-01-31",
        "exit": "none",
        "forum": "none",
        "remedy": "none",
        "escapes": "none",
        "source": SOURCE,
    },
    "commitment": {
        "title": "Soybeans",
        "instrument": "talks",
        "date": "2019-01-31",
        "obligors": ["cn"],
        "obligees": ["us"],
        "quotes": [QUOTE],
        "terms": [QUANTITY],
        "source": SOURCE,
        "verb": {"words": "shall buy", "strength": "shall", "shown": {"quote": 0, "words": "shall buy"}},
    },
    "baseline": {
        "title": "2017",
        "terms": "all",
        "authority": "us-census",
        "channel": "monthly",
        "unit": "USD",
        "value": "20.97",
        "summed": False,
        "period": {"start": "2017-01-01", "end": "2017-12-31"},
        "published": "2018-02-06",
        "source": SOURCE,
    },
    "position": {"party": "us", "stance": "affirms", "date": "2019-01-31", "source": SOURCE},
    "evidence": {
        "title": "Exports",
        "publisher": "US Census Bureau",
        "authority": "us-census",
        "channel": "monthly",
        "standing": "official",
        "authority_of": "us",
        "vintage": {"published": "2020-02-05"},
        "covers": {"start": "2019-01-01", "end": "2019-12-31"},
        "dimensions": {
            "measure": "export",
            "reporter": "us",
            "partner": "cn",
            "classifications": ["HS"],
            "frequencies": ["M"],
            "units": ["t"],
        },
        "raw": FILE,
        "importer": {"name": "tabular", "version": "1", "mapping": DIGEST, "mapping_name": "census"},
        "observations": {"digest": DIGEST, "size": 10, "count": 12},
        "rejected": {"count": 0},
        "source": SOURCE,
    },
    "attestation": {
        "about": "trigger",
        "term": "rise",
        "truth": "undeterminable",
        "date": "2019-03-02",
        "reason": "nobody is named to judge",
        "source": SOURCE,
    },
    "retraction": {"statement": DIGEST, "ground": "recorded_in_error", "date": "2019-03-01", "reason": "wrong file"},
    "amendment": {
        "change": "suspend",
        "by": ["us"],
        "announced": "2019-03-05",
        "effective": "2019-03-05",
        "reason": "postponed",
        "source": SOURCE,
    },
    "determination": {
        "view": VIEW,
        "method": "2026.1",
        "validity": "claimed",
        "disposition": "none",
        "written": RANGE,
        "practised": RANGE,
        "terms": [{"id": "soy", "outcome": "not_met"}],
        "result": DIGEST,
    },
    "action": {"act": "escalation", "by": ["us"], "date": "2019-05-10", "what": "25 percent", "source": SOURCE},
    "audit": {
        "title": "Audit",
        "view": VIEW,
        "method": "2026.1",
        "subjects": ["soy"],
        "opinion": "A3",
        "files": {"json": DIGEST},
    },
    "erasure": {"digests": [DIGEST], "ground": "court order", "reason": "personal data"},
    "index": {"size": 3, "root": "A" * 43},
}

SUBJECTS = {
    "charter": "ledger.test/one",
    "index": "ledger.test/one",
    "key": THUMBPRINT,
    "evidence": "series:export/us/cn",
}


def payload(kind: str, **changes: object) -> dict[str, Any]:
    """Return a valid payload of that kind; a change names a member by its path, with ``__`` for a step down."""
    whole: dict[str, Any] = {
        "anchor": None,
        "body": copy.deepcopy(BODIES[kind]),
        "corrects": None,
        "genesis": None if kind == "charter" else DIGEST,
        "issued": "2019-02-02T00:00:00Z",
        "schema": f"{kind}.v1",
        "subject": SUBJECTS.get(kind, "a-subject"),
    }
    for path, value in changes.items():
        *steps, last = path.split("__")
        place: Any = whole
        for step in steps:
            place = place[int(step) if step.isdigit() else step]
        if value is ...:
            del place[last]
        else:
            place[int(last) if last.isdigit() else last] = value
    return whole


def read(whole: dict[str, Any]) -> Statement:
    """Return the statement of a payload."""
    return parse_statement(json.dumps(whole).encode())
