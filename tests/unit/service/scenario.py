"""A small ledger with fixed keys and a clock that is set by hand, and one sound body of each kind of statement."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ledger.assessment.tenure import possession_payload
from ledger.model.charter import Charter
from ledger.model.statement import parse_draft
from ledger.service.compose import compose, seal_charter
from ledger.service.publish import Publication, Publisher
from ledger.service.scene import read_said
from ledger.signing.envelope import POSSESSION, STATEMENT, seal
from ledger.signing.key import Algorithm, PrivateKey
from ledger.tlog.checkpoint import Checkpoint, log_keys, parse_checkpoint, sign_checkpoint
from ledger.tlog.note import VerifierKey, parse_note
from tests.unit.service.fake import MemoryBlobs, MemoryStore

ORIGIN = "example.org/test"
START = "2026-01-02T03:04:05Z"
ROLES = ("recorder", "submitter", "assessor", "auditor", "enforcer")

SOURCE: dict[str, Any] = {
    "title": "A statement", "publisher": "An office", "role": "joint",
    "via": {"copy_read": "the page", "how": "excerpt"},
}  # fmt: skip
PARTY: dict[str, Any] = {"kind": "state", "names": {"en": "A state"}}
INSTRUMENT: dict[str, Any] = {
    "title": "Joint statement", "form": "statement", "issuers": ["aa", "bb"], "binding": "silent",
    "announced": "2020-01-15", "exit": "none", "forum": "none", "remedy": "none", "escapes": "none", "source": SOURCE,
}  # fmt: skip
SERIES: dict[str, Any] = {"type": "export", "reporter": "bb", "partner": "aa"}
TERM: dict[str, Any] = {
    "kind": "quantity", "id": "grain", "title": "Grain in 2020", "actor": "aa", "unit": "t", "bound": "at_least",
    "target": "10", "measure": SERIES, "period": {"start": "2020-01-01", "end": "2020-12-31"},
    "scope": {"title": "grain", "classification": "HS", "codes": ["10"]},
    "shown": {name: {"locator": "paragraph 1"} for name in ("actor", "action", "quantity", "timing", "reference")},
}  # fmt: skip
ACTION_TERM: dict[str, Any] = {
    "kind": "action", "id": "law", "title": "Pass a law", "actor": "aa", "act": "pass a law",
    "milestones": [{"id": "draft", "title": "A draft"}],
}  # fmt: skip
COMMITMENT: dict[str, Any] = {
    "title": "Buy grain", "instrument": "deal", "date": "2020-01-15", "obligors": ["aa"], "obligees": ["bb"],
    "quotes": [{"text": "will buy ten tonnes", "language": "en"}], "verb": None, "terms": [TERM, ACTION_TERM],
    "source": SOURCE,
}  # fmt: skip
POSITION: dict[str, Any] = {"party": "aa", "stance": "affirms", "date": "2020-01-16", "source": SOURCE}
BASELINE: dict[str, Any] = {
    "title": "Grain in 2017", "terms": ["grain"], "authority": "customs", "channel": "monthly",
    "period": {"start": "2017-01-01", "end": "2017-12-31"}, "unit": "kt", "value": "1", "summed": False,
    "published": "2018-02-01", "source": SOURCE,
}  # fmt: skip
ATTESTATION: dict[str, Any] = {
    "about": "done", "term": "law", "milestone": "draft", "degree": "complete", "date": "2020-06-01",
    "reason": "read in the gazette", "source": SOURCE,
}  # fmt: skip
AMENDMENT: dict[str, Any] = {
    "change": "suspend", "by": ["aa", "bb"], "announced": "2020-03-01", "effective": "2020-03-02",
    "reason": "a pause", "source": SOURCE,
}  # fmt: skip
ACTION: dict[str, Any] = {
    "act": "notice", "by": ["bb"], "date": "2021-02-01", "what": "gave notice", "source": SOURCE,
}  # fmt: skip
RAW = b"month,tonnes\n2020-01,5\n2020-02,7\n"
CSV = (
    b"classification,code,unit,basis,frequency,start,end,status,value\n"
    b"HS,10,t,FOB,M,2020-01-01,2020-01-31,A,5\n"
    b"HS,10,t,FOB,M,2020-02-01,2020-02-29,A,7\n"
)


def evidence(raw: bytes = RAW, observations: bytes = CSV, **changes: object) -> dict[str, Any]:
    """Return the body of evidence for two months of exports."""
    from ledger.signing.canonical import digest

    body: dict[str, Any] = {
        "title": "Exports of grain", "publisher": "Customs", "authority": "customs", "channel": "monthly",
        "standing": "official", "authority_of": "bb",
        "dimensions": {
            "measure": "export", "reporter": "bb", "partner": "aa", "classifications": ["HS"], "frequencies": ["M"],
            "units": ["t"],
        },
        "vintage": {"published": "2020-04-01"}, "covers": {"start": "2020-01-01", "end": "2020-02-29"},
        "raw": {"digest": digest(raw), "size": len(raw), "media_type": "text/csv"},
        "importer": {"name": "test", "version": "1", "mapping": digest(b"mapping"), "mapping_name": "test"},
        "observations": {
            "digest": digest(observations), "size": len(observations), "count": observations.count(b"\n") - 1,
        },
        "rejected": {"count": 0}, "source": SOURCE,
    }  # fmt: skip
    return {**body, **changes}


def fixed_key(number: int, algorithm: Algorithm = "Ed25519") -> PrivateKey:
    """Return the same key for the same number, always."""
    return PrivateKey.from_seed(algorithm, bytes([number]) * 32)


KEYS: dict[str, PrivateKey] = {
    "root": fixed_key(1), "operator": fixed_key(2), "desk": fixed_key(3), "other": fixed_key(4),
    "stranger": fixed_key(5), "spare": fixed_key(6), "checkpoint": fixed_key(7),
    "checkpoint-mldsa": fixed_key(8, "ML-DSA-44"), "root-2": fixed_key(9), "root-3": fixed_key(10),
    "operator-2": fixed_key(11), "operator-3": fixed_key(12), "checkpoint-2": fixed_key(13),
    "checkpoint-mldsa-2": fixed_key(14, "ML-DSA-44"), "checkpoint-3": fixed_key(15),
    "checkpoint-mldsa-3": fixed_key(16, "ML-DSA-44"),
}  # fmt: skip


class House:
    """A ledger in memory: a charter, and the keys ``desk`` and ``other`` with all roles but the operator's.

    Attributes:
        now: what the clock says; set it.
    """

    def __init__(self, *, title: str = "A test") -> None:
        self.now = START
        self.store = MemoryStore()
        self.blobs = MemoryBlobs()
        self.publisher = self.new_publisher()
        charter = seal_charter(charter_body(title), issued=START, operator=KEYS["operator"], roots=(KEYS["root"],))
        self.genesis: str = charter.name
        grants = [
            self.sign("key", KEYS[name].kid, grant(self.genesis, name), key="operator") for name in ("desk", "other")
        ]
        self.publish(charter.raw, *grants)

    def new_publisher(self) -> Publisher:
        """Return another writer on the same store, as another process would have."""
        return Publisher(self.store, self.blobs, origin=ORIGIN, sign=sign, clock=lambda: self.now)

    def sign(
        self,
        kind: str,
        subject: str,
        body: Mapping[str, object],
        *,
        key: str = "desk",
        seen: bool = False,
        **changes: object,
    ) -> bytes:
        """Return a statement, signed.

        Args:
            seen: anchor it in the last checkpoint.
            changes: members of the statement that differ: ``genesis``, ``anchor``, ``issued``, ``corrects``.
        """
        whole = {
            "schema": f"{kind}.v1", "subject": subject, "body": body, "anchor": None, "corrects": None, "genesis": None,
            "issued": START, **{name: value for name, value in changes.items() if name in {"issued", "corrects"}},
        }  # fmt: skip
        statement = parse_draft(json.dumps(whole).encode(), what=f"{kind} {subject}")
        genesis = str(changes.get("genesis", self.genesis))
        anchor: Any = changes.get("anchor", self.checkpoint() if seen else None)
        return seal(compose(statement, genesis=genesis, anchor=anchor), KEYS[key], typ=STATEMENT).raw

    def publish(self, *raws: bytes) -> Publication:
        """Publish statements in one batch."""
        return self.publisher.publish(raws)

    def say(self, kind: str, subject: str, body: Mapping[str, object], **changes: Any) -> str:
        """Sign and publish one statement, and return its name."""
        return self.publish(self.sign(kind, subject, body, **changes)).places[0].name

    def checkpoint(self) -> Checkpoint:
        """Return what the last checkpoint says."""
        return parse_checkpoint(parse_note(self.store.state.head.checkpoint).text)

    def set_up(self) -> "House":
        """Record two parties, an instrument and a commitment, and keep the files of the evidence."""
        self.blobs.keep(RAW)
        self.blobs.keep(CSV)
        self.publish(
            self.sign("party", "aa", PARTY),
            self.sign("party", "bb", PARTY),
            self.sign("instrument", "deal", INSTRUMENT),
            self.sign("commitment", "grain", COMMITMENT),
        )
        return self

    def said(self, index: int) -> Any:
        """Return the statement of an entry."""
        return read_said(self.store.state.rows[index])


def charter_body(title: str) -> Charter:
    """Return the body of a charter for the fixed keys."""
    body = {
        "origin": ORIGIN, "title": title, "operator": KEYS["operator"].public.jwk,
        "root": [KEYS["root"].public.jwk], "threshold": 1,
        "checkpoint": [KEYS["checkpoint"].public.jwk, KEYS["checkpoint-mldsa"].public.jwk], "methods": ["2026.1"],
    }  # fmt: skip
    return Charter.model_validate_json(json.dumps(body))


def grant(genesis: str, name: str, *, roles: tuple[str, ...] = ROLES, **changes: object) -> dict[str, Any]:
    """Return the body of a grant, with its proof of possession."""
    key = KEYS[name]
    proof = seal(possession_payload(genesis=genesis, thumbprint=key.kid, roles=roles), key, typ=POSSESSION)
    body = {"event": "grant", "jwk": key.public.jwk, "roles": list(roles), "possession": proof.raw.decode()}
    return {**body, **changes}


def sign(checkpoint: Checkpoint, at: int, keys: Sequence[VerifierKey] | None = None) -> bytes:
    """Return a checkpoint signed with these of the fixed keys; with those of the charter, if none are named."""
    known = {key.kid: key for key in KEYS.values()}
    first, second = (known[key.kid] for key in keys or LOG_KEYS)
    return sign_checkpoint(checkpoint, ed25519=first, mldsa=second, at=at)


LOG_KEYS = log_keys(ORIGIN, ed25519=KEYS["checkpoint"].public, mldsa=KEYS["checkpoint-mldsa"].public)
