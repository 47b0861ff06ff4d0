"""A small ledger for tests of audits: fixed keys, a soybean pledge, monthly exports, every line made here.

It shares the signer with the product, as nobody else can sign, and makes headers, chain and root with nothing but
hashlib. Every part can be forged on its way into the bundle: that is what it is for.
"""

import base64
import copy
import hashlib
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ledger.assessment.authority import Authority, found
from ledger.assessment.selection import selection_sql
from ledger.assessment.view import Said
from ledger.audit.archive import Archive, part_of
from ledger.audit.bundle import Software, format_bundle, observations_member, open_bundle, raw_member, statement_member
from ledger.audit.closure import Closure, by_subject, closure_of, in_closure
from ledger.audit.engine import SqliteEngine
from ledger.audit.procedure import conduct, format_result
from ledger.audit.result import AuditResult
from ledger.audit.shape import SHAPE
from ledger.model.determination import View
from ledger.model.statement import CharterStatement, Statement, parse_statement
from ledger.model.value import Days
from ledger.signing.canonical import format_json
from ledger.signing.envelope import APPROVAL, POSSESSION, STATEMENT, Typ, open_envelope, seal
from ledger.signing.key import PrivateKey
from ledger.tlog.checkpoint import Checkpoint, log_keys, sign_checkpoint
from ledger.tlog.entry import Header, parse_header
from ledger.tlog.merkle import Hash
from ledger.tlog.policy import Log, Policy, format_policy
from ledger.tlog.recheck import tree_root

ORIGIN = "example.com/promises"
OTHER_ORIGIN = "example.com/others"
SOY = "cn-soy-2019"
EXPORTS = "series:export/us/cn"
VIEW_DAY = "2020-12-31"
SOFTWARE = Software(name="pledger", version="0.1.0", lock="sha256:" + "1" * 64)


def key_of(number: int, algorithm: Any = "Ed25519") -> PrivateKey:
    """Return the key of a fixed seed."""
    return PrivateKey.from_seed(algorithm, bytes(31) + bytes([number]))


ROOT, OPERATOR, DESK, STRANGER = key_of(1), key_of(2), key_of(3), key_of(9)
LOG_KEY, LOG_KEY_2 = key_of(4), key_of(5, "ML-DSA-44")
ROLES = ["recorder", "submitter", "assessor", "auditor", "enforcer"]

SOURCE = {
    "title": "A statement",
    "publisher": "A ministry",
    "role": "obligor",
    "via": {"copy_read": "the page", "how": "excerpt"},
}
INSTRUMENT = {
    "title": "Statement of the talks",
    "form": "statement",
    "issuers": ["cn"],
    "binding": "silent",
    "announced": "2019-01-31",
    "exit": "none",
    "forum": "none",
    "remedy": "none",
    "escapes": "none",
    "source": SOURCE,
}
WORDS = "China will buy at least 5 million tonnes of soybeans in 2019."
TERM = {
    "id": "soy",
    "kind": "quantity",
    "title": "5 Mt of soybeans",
    "actor": "cn",
    "unit": "t",
    "bound": "at_least",
    "target": "5000000",
    "measure": {"type": "export", "reporter": "us", "partner": "cn"},
    "scope": {"title": "soybeans", "classification": "HS", "codes": ["1201"]},
    "period": {"start": "2019-01-01", "end": "2019-12-31"},
    "shown": {
        "actor": {"quote": 0, "words": "China"},
        "action": {"quote": 0, "words": "buy"},
        "quantity": {"quote": 0, "words": "at least 5 million tonnes"},
        "timing": {"quote": 0, "words": "in 2019"},
        "scope": {"quote": 0, "words": "soybeans"},
    },
}
COMMITMENT = {
    "title": "Soybeans in 2019",
    "instrument": "talks",
    "date": "2019-01-31",
    "obligors": ["cn"],
    "obligees": ["us"],
    "quotes": [{"text": WORDS, "language": "en", "speaker": "cn"}],
    "verb": {"words": "will buy", "strength": "committing", "shown": {"quote": 0, "words": "will buy"}},
    "terms": [TERM],
    "source": SOURCE,
}
RAW = b"month,tonnes\n"
HEADER = "classification,code,unit,basis,frequency,start,end,status,value\n"
LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def monthly(*tonnes: int, year: int = 2019) -> bytes:
    """Return the canonical observations of a year's first months."""
    lines = [
        f"HS,1201,t,,M,{year}-{month:02d}-01,{year}-{month:02d}-{LENGTHS[month - 1]:02d},A,{value}\n"
        for month, value in enumerate(tonnes, start=1)
    ]
    return (HEADER + "".join(lines)).encode()


def evidence(csv: bytes, **changes: object) -> dict[str, Any]:
    """Return the body of evidence for these observations."""
    body: dict[str, Any] = {
        "title": "US exports",
        "publisher": "A statistics office",
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
        "raw": {"digest": sha256(RAW), "size": len(RAW), "media_type": "text/csv"},
        "importer": {"name": "tabular", "version": "1", "mapping": "sha256:" + "0" * 64, "mapping_name": "census"},
        "observations": {"digest": sha256(csv), "size": len(csv), "count": csv.count(b"\n") - 1},
        "rejected": {"count": 0},
        "redistribute": True,
        "source": SOURCE,
    }
    return {**body, **changes}


def sha256(raw: bytes) -> str:
    """Return a digest as the ledger writes it."""
    return "sha256:" + hashlib.sha256(raw).hexdigest()


def base64url(raw: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass
class SmallLedger:
    """A ledger on its way: statements and files, with the headers that chain them.

    Attributes:
        jws: the statements, in order; ``said`` what they say, where it can be read.
        files: by digest.
        raws: digests of the raw files that may travel.
    """

    origin: str = ORIGIN
    jws: list[bytes] = field(default_factory=list)
    headers: list[bytes] = field(default_factory=list)
    leaves: list[Hash] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    genesis: str = ""

    def say(
        self,
        kind: str,
        subject: str,
        body: Mapping[str, object],
        *,
        key: PrivateKey = DESK,
        header: Mapping[str, object] | None = None,
        **members: object,
    ) -> str:
        """Add a statement and its entry; members of the payload and of the header can be forged."""
        payload = {
            "anchor": None,
            "body": copy.deepcopy(body),
            "corrects": None,
            "genesis": self.genesis or None,
            "issued": "2019-02-01T00:00:00Z",
            "schema": f"{kind}.v1",
            "subject": subject,
            **members,
        }
        raw = seal(format_json(payload), key, typ=STATEMENT).raw
        return self.log(raw, {"author": key.kid, "kind": kind, "subject": subject, **(header or {})})

    def log(self, raw: bytes, members: Mapping[str, object]) -> str:
        """Add an entry for a statement's bytes."""
        line = {
            "index": len(self.headers),
            "prev": base64url(self.leaves[-1] if self.leaves else bytes(32)),
            "received": "2020-03-01T00:00:00Z",
            "size": len(raw),
            "statement": sha256(raw),
            **members,
        }
        header = json.dumps(line, sort_keys=True, separators=(",", ":")).encode()
        self.jws.append(raw)
        self.headers.append(header)
        self.leaves.append(Hash(hashlib.sha256(b"\x00" + header).digest()))
        return str(line["statement"])

    def charter(self, **changes: object) -> None:
        """Add entry 0, approved by the root key."""
        body: dict[str, Any] = {
            "origin": self.origin,
            "title": "A ledger of promises",
            "operator": OPERATOR.public.jwk,
            "root": [ROOT.public.jwk],
            "threshold": 1,
            "checkpoint": [LOG_KEY.public.jwk, LOG_KEY_2.public.jwk],
            "methods": ["2026.1"],
            **changes,
        }
        payload = {
            "anchor": None, "body": body, "corrects": None, "genesis": None, "issued": "2018-12-01T00:00:00Z",
            "schema": "charter.v1", "subject": self.origin,
        }  # fmt: skip
        if "approvals" not in body:
            defaults = {"quorum": 0, "answer_after": "commit", **body}
            approval = _signed({**payload, "body": defaults}, ROOT, APPROVAL)
            body = {**defaults, "approvals": [approval]}
        self.genesis = self.say("charter", self.origin, body, key=OPERATOR, genesis=None, issued="2018-12-01T00:00:00Z")

    def grant(self, key: PrivateKey = DESK, roles: Sequence[str] = tuple(ROLES), *, by: PrivateKey = OPERATOR) -> str:
        """Add a key with its roles."""
        proof = _signed({"genesis": self.genesis, "roles": sorted(roles), "thumbprint": key.kid}, key, POSSESSION)
        body = {"event": "grant", "jwk": key.public.jwk, "roles": list(roles), "possession": proof}
        return self.say("key", key.kid, body, key=by)

    def observe(self, csv: bytes, *, subject: str = EXPORTS, key: PrivateKey = DESK, **changes: object) -> str:
        """Add evidence with its file of observations."""
        self.files[sha256(csv)] = csv
        self.files[sha256(RAW)] = RAW
        return self.say("evidence", subject, evidence(csv, **changes), key=key)

    @property
    def root(self) -> Hash:
        """The root over all entries, by the definition."""
        return Hash(tree_root(self.leaves))

    def checkpoint(self, *, size: int | None = None, root: Hash | None = None) -> bytes:
        """Return the signed checkpoint."""
        head = Checkpoint(self.origin, len(self.headers) if size is None else size, root or self.root)
        return sign_checkpoint(head, ed25519=LOG_KEY, mldsa=LOG_KEY_2, at=1_583_020_800)

    @property
    def policy(self) -> bytes:
        """The log's policy, as it publishes it."""
        keys = log_keys(self.origin, ed25519=LOG_KEY.public, mldsa=LOG_KEY_2.public)
        return format_policy(Policy(tuple(Log(key) for key in keys)))

    def statement(self, index: int) -> Statement | None:
        """Return what an entry's statement says, where it can be read."""
        envelope = open_envelope(self.jws[index], typ=STATEMENT)
        later = json.loads(envelope.payload)["schema"].endswith(".v2")
        return None if later else parse_statement(envelope.payload)

    def closure(self, subjects: Sequence[str] = (SOY,)) -> Closure:
        """Return the closure of an audit, by the product's own rule."""
        return closure_of(
            subjects, by_subject(map(parse_header, self.headers)), lambda header: self.statement(header.index)
        )

    def belonging(self, subjects: Sequence[str] = (SOY,)) -> Iterator[Header]:
        """Yield the headers of the closure."""
        closure = self.closure(subjects)
        yield from (header for header in map(parse_header, self.headers) if in_closure(header, closure))

    def said(self, subjects: Sequence[str] = (SOY,)) -> list[Said]:
        """Return what the statements of the closure say."""
        found = []
        for header in self.belonging(subjects):
            statement = self.statement(header.index)
            if statement is not None:
                found.append(Said(header.index, header.statement, header.author, header.received, statement))
        return found

    def authority(self, size: int) -> Authority:
        """Return the keys as they are below a size."""
        first = self.statement(0)
        assert isinstance(first, CharterStatement)
        authority = found(open_envelope(self.jws[0], typ=STATEMENT), first)
        for header in map(parse_header, self.headers[:size]):
            statement = self.statement(header.index) if header.kind == "key" else None
            authority = (
                authority if statement is None else authority.after(header.index, statement, name=header.statement)
            )
        return authority

    def audit(
        self,
        subjects: Sequence[str] = (SOY,),
        *,
        view: View | None = None,
        absent: Sequence[Header] = (),
        period: Days | None = None,
        shape: str = SHAPE,
    ) -> AuditResult:
        """Return the result of an audit of the whole ledger."""
        view = view or View(size=len(self.headers), as_of=VIEW_DAY)
        return conduct(
            self.said(subjects),
            view=view,
            subjects=subjects,
            authority=self.authority(view.size),
            engine=SqliteEngine(),
            open_observations=lambda digest: io.BytesIO(self.files[digest]),
            absent=absent,
            period=period,
            shape=shape,
        )

    def members(self, subjects: Sequence[str] = (SOY,), **audit: Any) -> dict[str, bytes]:
        """Return the members of a bundle, ready to be forged."""
        members = {
            "audit.json": bytes(format_result(self.audit(subjects, **audit))),
            "report.html": b"<!doctype html><title>An audit</title>",
            "checkpoint": self.checkpoint(),
            "policy": self.policy,
            "headers": b"".join(header + b"\n" for header in self.headers),
            "selection.sql": selection_sql().encode(),
        }
        for header in self.belonging(subjects):
            members[statement_member(header.statement)] = self.jws[header.index]
            statement = self.statement(header.index)
            if statement is not None and statement.schema_ == "evidence.v1":
                digest = statement.body.observations.digest
                members[observations_member(digest)] = self.files[digest]
                if statement.body.redistribute:
                    members[raw_member(statement.body.raw.digest)] = self.files[statement.body.raw.digest]
        return members

    def bundle(self, forge: Callable[[dict[str, bytes]], object] | None = None, **kinds: Any) -> bytes:
        """Return a bundle; ``forge`` may change its members before the manifest is made."""
        members = self.members(**kinds)
        if forge is not None:
            forge(members)
        return bundled(members)


def bundled(members: Mapping[str, bytes], software: Software = SOFTWARE) -> bytes:
    """Return the bundle of these members, with a manifest that fits them."""
    sink = io.BytesIO()
    format_bundle([part_of(name, raw) for name, raw in members.items()], sink, software=software)
    return sink.getvalue()


def unbundled(raw: bytes) -> dict[str, bytes]:
    """Return the members of a bundle but its manifest."""
    archive: Archive = open_bundle(io.BytesIO(raw))
    return {member.name: archive.read(member.name) for member in archive.members[1:]}


def soy_ledger(*tonnes: int, **changes: object) -> SmallLedger:
    """Return a ledger of the soybean pledge, with these monthly exports; changes are of the term."""
    ledger = SmallLedger()
    ledger.charter()
    ledger.grant()
    for slug, name in (("cn", "China"), ("us", "United States")):
        ledger.say("party", slug, {"kind": "state", "names": {"en": name}})
    ledger.say("instrument", "talks", INSTRUMENT)
    ledger.say("commitment", SOY, {**COMMITMENT, "terms": [{**TERM, **changes}]})
    if tonnes:
        ledger.observe(monthly(*tonnes))
    return ledger


def _signed(payload: Mapping[str, object], key: PrivateKey, typ: Typ) -> str:
    return seal(format_json(payload), key, typ=typ).raw.decode()
