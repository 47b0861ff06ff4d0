#!/usr/bin/env python3
"""Verify an audit's bundle with nothing but Python: one file, no packages, no network, readable in one sitting.

    python3 verify_standalone.py audit.zip [--policy FILE] [--json]

It shares no line with Pledger, and checks the same things by the same numbers (docs/verification.md): digests, charter,
appointments, Ed25519 signatures of statements, approvals and checkpoint, the hash chain, the Merkle tree, that nothing
in the audit's closure is left out, keys and roles, erasures, and the files of figures. What it does not do it lists as
*not checked*: ML-DSA-44 and ES256 signatures, witnesses, timestamps, schemas, what corrections may mend, the method run
again, the report. `pledger verify` does these too; "sound" here means sound as far as this program checks. With --json
it answers by the protocol of docs/verification.md.

Exit code 0 sound, 1 unsound, 2 wrong command, 3 not a bundle. Python 3.8 or later, on any machine.
"""

# ruff: noqa: B905, UP014, UP033  # Python 3.8; and what is read fits on a line each
from __future__ import annotations

import base64
import hashlib
import json
import re
import struct
import sys
import unicodedata
import zlib
from bisect import bisect_left
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

# fmt: off
HEX = "[0-9a-f]{64}"
HASH = "[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]"  # 32 bytes, the bits that they leave over zero
MEMBERS = re.compile("manifest.json audit.json (report.html )?checkpoint policy headers "
                     "(index inclusion (consistency )?)?"
                     f"(statements/{HEX} )*(observations/{HEX}.csv )*(raw/{HEX} )*(mappings/{HEX}.toml )*selection.sql "
                     "(timestamps/[0-9]{19}-[a-z0-9.-]{1,64}.tsr )*(timestamps/[a-z0-9.-]{1,64}.pem )*")
HEADER = re.compile((
    rf'{{"author":"({HASH})","index":(0|[1-9][0-9]{{0,15}}),"kind":"([a-z]{{1,32}})","prev":"({HASH})","received":"'
    r'([0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z)","size":([1-9][0-9]{0,15}),"statement":"'
    rf'(sha256:{HEX})","subject":"([!#-\[\]-~]{{1,1024}})"}}' + "\n").encode())
LINE = "[^\0-\x1f]+\n"
NOTE = re.compile(f"(({LINE})([1-9][0-9]{{0,18}})\n({LINE})(?:{LINE})*)\n((?:\u2014 [^\\s+\0-\x1f]+ \\S+\n){{1,100}})")
NUMBER = "(0|[1-9][0-9]{0,18})"
RUN, NEAR = f"\nrun {NUMBER} {NUMBER}", f"\nnear ([0-2][!-~]*) {NUMBER} ({HASH})"
PROOF = re.compile(f"pledger-index@v1\nentry {NUMBER}((?:{RUN})*)((?:{NEAR})*)")
ALWAYS = {"charter", "key", "erasure"}  # in every closure
EVERYWHERE = {*ALWAYS, "amendment"}  # in every closure, whatever they are about
LASTING = {*ALWAYS, "index"}  # never erased
SIGNERS = {**dict.fromkeys(LASTING, "operator"), "retraction": None, "evidence": "submitter", "audit": "auditor",
           "attestation": "assessor", "determination": "auditor", "action": "enforcer",
           **dict.fromkeys(["party", "instrument", "commitment", "baseline", "position", "amendment"], "recorder")}
KEYS = {"OKP": ("crv", "Ed25519", {"x": 32}), "EC": ("crv", "P-256", {"x": 32, "y": 32}),
        "AKP": ("alg", "ML-DSA-44", {"pub": 1312})}
ALGORITHMS = {"Ed25519": ("OKP", 64), "EdDSA": ("OKP", 64), "ES256": ("EC", 64), "ML-DSA-44": ("AKP", 2420)}
UNCHECKED = ("witness cosignatures and quorum, and what a policy says beside the keys of logs",
             "schemas, what corrections may mend, why files may be erased, names held twice, the rows of observations",
             "steps 11 and 12 (method, selection.sql, report), and 13 (timestamps, but for their digests)")
UNSEEN = ("audit.differs", "audit.malformed", "charter.other", "checkpoint.quorum", "index.surplus", "method.failed",
          "method.unknown", "observations.malformed", "policy.not-the-charters", "report.differs", "selection.changed",
          "statement.malformed", "statement.mends", "statement.second", "timestamp.root", "timestamp.size",
          "timestamp.surplus", "timestamp.unverified")  # codes of what is not checked here
STEPS = {1: "the archive, every byte of it", 2: "the manifest", 3: "the policy is chosen", 4: "the charter",
         5: "the checkpoint and the policy", 6: "the chain of headers", 7: "the tree and its signed root",
         8: "nothing of the closure is left out", 9: "statements, keys and roles", 10: "the files of figures"}
FOREVER = 2**53
FAULTS = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)

Jws = NamedTuple("Jws", [("raw", bytes), ("alg", str), ("kid", str), ("payload", bytes), ("signature", bytes)])
Note = NamedTuple("Note", [("text", bytes), ("origin", str), ("size", int), ("root", bytes), ("signed", "list[Any]")])
Header = NamedTuple("Header", [("author", str), ("entry", int), ("kind", str), ("prev", bytes), ("received", str),
                               ("size", int), ("statement", str), ("subject", str), ("leaf", bytes)])
Grant = NamedTuple("Grant", [("jwk", "dict[str, str]"), ("roles", "set[str]"), ("party", object), ("until", int)])
Index = NamedTuple("Index", [("name", str), ("records", "list[bytes]"), ("places", "list[int]"), ("held", "set[Any]")])
# fmt: on


class Malformed(ValueError):  # noqa: N818  # a word, as in docs/verification.md
    """What was read is not what it has to be."""


class Case:
    """One verification on its way: what the bundle holds, who runs the log, what was found, what is not checked."""

    def __init__(self, members: dict[str, bytes]) -> None:
        self.members = members
        self.digests = {name: "sha256:" + sha(raw).hex() for name, raw in members.items()}
        self.step, self.is_cut = 1, False
        self.findings: list[tuple[int, str]] = []
        self.skipped = {*UNCHECKED}
        self.statements: dict[str, Statement] = {}
        self.entries: list[tuple[Header, Statement]] = []  # whose statements are here
        self.roots: dict[int, bytes] = {}  # of the sizes that somebody names
        self.tenures: list[dict[str, Any]] = []  # who runs the log: by the charter, then by each appointment
        self.grants: dict[str, Grant] = {}  # the last one to each key
        self.erased: dict[str, list[tuple[int, set[str]]]] = {}  # digest: entry of its erasure, and what that is about
        self.index: Index | None = None
        self.origin = self.genesis = "unknown"
        self.subjects: list[str] = []

    def need(self, right: object, sentence: str) -> bool:
        """Find something wrong at this step, unless it is right."""
        self.findings += [(self.step, sentence)] if not right and len(self.findings) < 1000 else []
        return bool(right)

    def excuse(self, what: str, digest: str, after: int, names: set[str]) -> None:
        """Find that something is left out, unless a later erasure lists it, about one of the names."""
        right = any(entry > after and names & about for entry, about in self.erased.get(digest, ()))
        if self.need(right, f"The bundle leaves out {what}."):
            self.skipped.add(f"erased: {what}, by a logged erasure")

    def roles_of(self, kid: str, entry: int) -> set[str]:
        """Return the roles that a key holds at an entry; none where it is unknown or ended."""
        if kid == self.tenures[-1]["kids"][0]:
            return {"operator"}
        grant = self.grants.get(kid)
        return grant.roles if grant and entry < grant.until else set()


def sha(raw: bytes) -> bytes:
    """SHA-256."""
    return hashlib.sha256(raw).digest()


def base64url(raw: bytes) -> str:
    """Return Base64 for URLs, without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unbase64(text: str, *, url: bool = True) -> bytes:
    """Return the bytes of Base64 in the one spelling that its encoder writes; for URLs, without padding."""
    raw = base64.b64decode(text + "=" * (-len(text) % 4) if url else text, b"-_" if url else None, validate=True)
    if text != (base64url(raw) if url else base64.b64encode(raw).decode()):
        raise Malformed("Base64 is not in its one spelling")
    return raw


def spell(value: object) -> bytes:
    """Return canonical JSON (RFC 8785) of a value without floats and with ASCII names."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def walk(value: object, name: str = "", depth: int = 1) -> Iterator[tuple[str, Any]]:
    """Yield a value and all that is in it, each with its name; what is in a list has no name."""
    if depth > 32 and isinstance(value, (dict, list)):
        raise Malformed("JSON is nested more than 32 deep")
    yield name, value
    listed = [("", item) for item in value] if isinstance(value, list) else []
    for below, item in value.items() if isinstance(value, dict) else listed:
        yield from walk(item, below, depth + 1)


def parse(raw: bytes, what: str) -> Any:  # noqa: ANN401
    """Return the value of canonical JSON of bounded size; anything that is not its one spelling is refused."""
    if len(raw) > 1 << 27 or sum(map(raw.count, (b",", b"[", b"{", b"\\"))) > 2_000_000:
        raise Malformed(f"{what} is too large")
    value = json.loads(raw.decode())
    for name, one in walk(value):
        right = name.isascii() and (not isinstance(one, str) or unicodedata.is_normalized("NFC", one))
        if not right or isinstance(one, float) or (isinstance(one, int) and abs(one) >= FOREVER):
            raise Malformed(f"{what} holds a name, text or number that may not be")
    if spell(value) != raw:  # a name that is there twice, white space, an escape: each comes out otherwise
        raise Malformed(f"{what} is not in canonical spelling (RFC 8785)")
    return value


# Ed25519: RFC 8032 §5.1.
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ZERO: tuple[int, ...] = (0, 1, 1, 0)


def add(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...]:
    """Return the sum of two points in extended coordinates (§5.1.4)."""
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = f - e, h - g, h + g, f + e
    return e * f % P, g * h % P, f * g % P, e * h % P


def encode_point(point: tuple[int, ...]) -> bytes:
    """Return the 32 bytes of a point (§5.1.2)."""
    inverse = pow(point[2], -1, P)
    return (point[1] * inverse % P | (point[0] * inverse % P & 1) << 255).to_bytes(32, "little")


def decode_point(raw: bytes) -> tuple[int, ...] | None:
    """Return the point of a public key; None where its encoding is not canonical (§5.1.3), or its order small."""
    sign, y = divmod(int.from_bytes(raw, "little"), 2**255)
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if v * x * x % P != u:
        x = x * pow(2, (P - 1) // 4, P) % P
    if len(raw) != 32 or y >= P or v * x * x % P != u or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    point: tuple[int, ...] = (x, y, 1, x * y % P)
    four = add(add(point, point), add(point, point))
    return None if encode_point(add(four, four)) == encode_point(ZERO) else point  # else anyone could sign


BASE = decode_point((4 * pow(5, -1, P) % P).to_bytes(32, "little")) or ZERO


def verify_ed25519(public: bytes, signature: bytes, message: bytes) -> bool:
    """Tell whether a signature is valid (§5.1.7): S below the group's order, R in its one encoding, no cofactor."""
    point, s = decode_point(public), int.from_bytes(signature[32:], "little")
    if point is None or len(signature) != 64 or s >= L:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    minus = (P - point[0], point[1], 1, P - point[3])
    steps, result = (ZERO, BASE, minus, add(BASE, minus)), ZERO
    for bit in range(252, -1, -1):  # [S]B - [k]A, both at once
        result = add(add(result, result), steps[(s >> bit & 1) | (k >> bit & 1) << 1])
    return encode_point(result) == signature[:32]


def thumbprint(jwk: dict[str, str]) -> str:
    """Return the name of a key (RFC 7638), if it has its required members and is no weak one."""
    fixed, value, sizes = KEYS[jwk["kty"]]
    right = set(jwk) == {"kty", fixed, *sizes} and jwk[fixed] == value
    right = right and {name: len(unbase64(jwk[name])) for name in sizes} == sizes
    if not right or (jwk["kty"] == "OKP" and decode_point(unbase64(jwk["x"])) is None):
        raise Malformed("a key has other members or sizes than it must, or is not canonical or of small order")
    return base64url(sha(spell(jwk)))


def open_jws(raw: bytes, typ: str) -> Jws:
    """Return a JWS (RFC 7515 §7.1) in its one spelling, made for one purpose; whose it is has still to be seen."""
    header, payload, signature = (unbase64(part) for part in raw.decode("ascii").split("."))
    head = parse(header, "a JWS header")
    if set(head) != {"alg", "kid", "typ"} or head["typ"] != typ or len(signature) != ALGORITHMS[head["alg"]][1]:
        raise Malformed(f"a JWS has another header than alg, kid and typ ({typ}), or a wrong size")
    return Jws(raw, head["alg"], head["kid"], payload, signature)


def is_signed(case: Case, jws: Jws, jwk: dict[str, str], what: str) -> bool:
    """Tell whether a key signed; of algorithms that this program lacks, note that this is not checked."""
    if thumbprint(jwk) != jws.kid or ALGORITHMS[jws.alg][0] != jwk["kty"]:
        return False
    if jwk["kty"] == "OKP":
        return verify_ed25519(unbase64(jwk["x"]), jws.signature, jws.raw[: jws.raw.rindex(b".")])
    case.skipped.add(f"the {jws.alg} signature of {what}")
    return True


class Statement:
    """A statement; ``body`` lacks what is null, and is empty where the version is one to come."""

    def __init__(self, raw: bytes) -> None:
        self.name, self.jws = "sha256:" + sha(raw).hex(), open_jws(raw, "pledger+jws")
        self.said = parse(self.jws.payload, "a statement")
        self.kind, _, version = self.said["schema"].partition(".v")
        if self.kind not in SIGNERS or not re.fullmatch("[1-9][0-9]{0,3}", version):
            raise Malformed("a statement is of no kind that exists")
        body = self.said["body"].items() if version == "1" else ()
        self.body: dict[str, Any] = {member: value for member, value in body if value is not None}
        self.anchor = self.said["anchor"] if self.body else None


def read_note(raw: bytes) -> Note:
    """Return what a signed checkpoint says (C2SP tlog-checkpoint), its signatures not yet looked at."""
    found = NOTE.fullmatch(raw.decode())
    if found is None:
        raise Malformed("a checkpoint is not a signed note of origin, size and root")
    lines = [line.split(" ") for line in found[5][:-1].split("\n")]
    signed = [(name, unbase64(value, url=False)) for _, name, value in lines]
    return Note(found[1].encode(), found[2][:-1], int(found[3]), unbase64(found[4][:-1], url=False), signed)


def vkeys_of(case: Case, tenure: dict[str, Any]) -> dict[str, bytes]:
    """Return the two keys that sign a tenure's checkpoints, kind and bytes, by how a policy spells them."""
    ed25519, mldsa = tenure["checkpoint"]
    keys = [b"\1" + unbase64(ed25519["x"]), b"\6" + unbase64(mldsa["pub"])]
    ids = [sha(case.origin.encode() + b"\n" + key)[:4].hex() for key in keys]
    return {f"{case.origin}+{name}+{base64.b64encode(key).decode()}": key for name, key in zip(ids, keys)}


def is_cosigned(case: Case, tenure: dict[str, Any], note: Note) -> bool:
    """Tell whether both keys of a tenure signed a checkpoint; of ML-DSA-44, only that there is such a line."""
    case.skipped.add(f"the ML-DSA-44 signature under the checkpoint of {note.size} entries")
    right = True
    for vkey, key in vkeys_of(case, tenure).items():
        lines = [raw[4:] for name, raw in note.signed if vkey.startswith(f"{name}+{raw[:4].hex()}+")]
        right = right and lines != [] and all(key[0] == 6 or verify_ed25519(key[1:], line, note.text) for line in lines)
    return right


def read_policy(raw: bytes) -> dict[str, int]:
    """Return the keys of logs that a policy names (C2SP tlog-policy), as it spells them, each with its kind."""
    rows = [line.split() for line in raw.decode().split("\n")]
    return {row[1]: unbase64(row[1].split("+", 2)[2], url=False)[0] for row in rows if row[:1] == ["log"]}


def is_named(case: Case, tenure: dict[str, Any], policy: dict[str, int]) -> bool:
    """Tell whether a policy means a tenure: of each kind of key that it names for this log one, and an Ed25519 key.

    An ML-DSA-44 key in common would show nothing: whoever names that key here need not have it.
    """
    named = {vkey: kind for vkey, kind in policy.items() if vkey.startswith(f"{case.origin}+")}
    kinds = {named[vkey] for vkey in vkeys_of(case, tenure) if vkey in named}
    return 1 in kinds and kinds == set(named.values())


def read_archive(raw: bytes) -> dict[str, bytes]:
    """Return the members, in order, of a ZIP in its only spelling: stored, one date, nothing between or after them."""
    members: dict[str, bytes] = {}
    rows, at = [], 0
    while raw[at : at + 4] == b"PK\x03\x04" and len(raw) - at >= 30:
        crc, size, _, length, _ = struct.unpack_from("<IIIHH", raw, at + 14)
        common = struct.pack("<HHHHHIIIHH", 10, 0, 0, 0, 33, crc, size, size, length, 0)
        name, begin = raw[at + 30 : at + 30 + length], at + 30 + length
        body = raw[begin : begin + size]
        if raw[at : at + 30] != b"PK\x03\x04" + common or len(body) != size or zlib.crc32(body) != crc:
            raise Malformed(f"the member at byte {at} is cut short or changed")
        rows.append(b"PK\x01\x02\x0a\x03" + common + struct.pack("<HHHII", 0, 0, 0, 0o100644 << 16, at) + name)
        members[name.decode("ascii", "replace")] = body
        at = begin + size
    table, count = b"".join(rows), min(len(rows), 65_535)
    if raw[at:] != table + struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, count, count, len(table), at, 0):
        raise Malformed(f"what follows the members, from byte {at} on, is not their directory")
    if not len(members) == len(rows) == count or not MEMBERS.fullmatch("".join(f"{name} " for name in members)):
        raise Malformed("the members are not those of a bundle, in their order")
    return members


def check_manifest(case: Case) -> None:
    """Step 2: every other member is listed, in order, with its digest and size."""
    case.step = 2
    manifest = parse(case.members["manifest.json"], "the manifest")
    rows = [{"name": name, "digest": case.digests[name], "size": len(raw)} for name, raw in case.members.items()][1:]
    right = set(manifest) == {"members", "schema", "software"} and manifest["schema"] == "bundle.v1"
    case.need(right and manifest["members"] == rows, "The manifest does not list every member as it is.")


def tenure_of(body: dict[str, Any], one: Statement, since: int, old: dict[str, Any]) -> dict[str, Any]:
    """Return who runs the log after a charter or an appointment; what the latter leaves out stays as it was."""
    who = {**old, **body, "name": one.name, "since": since, "last": body.get("last_checkpoint"), "rotated": ""}
    who["kids"] = [thumbprint(jwk) for jwk in (who["operator"], *who["root"], *who["checkpoint"])]
    count = len(who["root"])
    if not 1 <= who["threshold"] <= count == len(set(who["kids"][1 : count + 1])) <= 20:
        raise Malformed("root keys are 1 to 20, each named once, and the threshold is no more than they are")
    return who


def approvers_of(case: Case, one: Statement, roots: list[dict[str, str]]) -> list[str]:
    """Return the root keys that approve a charter or an appointment: all of it but the approvals."""
    body = {member: value for member, value in one.said["body"].items() if member != "approvals"}
    wanted, known = spell({**one.said, "body": body}), {thumbprint(jwk): jwk for jwk in roots}
    found = [open_jws(text.encode(), "pledger-approval+jws") for text in one.body.get("approvals", ())]
    kids, what = [jws.kid for jws in found], f"an approval of {one.name}"
    right = kids == sorted(set(kids)) and known.keys() >= set(kids)
    if not right or not all(jws.payload == wanted and is_signed(case, jws, known[jws.kid], what) for jws in found):
        raise Malformed("an approval is not by a root key, not over what it approves, or not in order")
    return kids


def is_held(case: Case, proof: str, jwk: dict[str, str], roles: list[str]) -> bool:
    """Tell whether a new key itself signed this ledger, its own name and what it is for."""
    jws, kid = open_jws(proof.encode(), "pledger-key+jws"), thumbprint(jwk)
    wanted = spell({"genesis": case.genesis, "roles": sorted(roles), "thumbprint": kid})
    return jws.payload == wanted and is_signed(case, jws, jwk, f"the proof of possession of {kid}")


def check_charter(case: Case) -> None:
    """Step 4: entry 0 is the charter of this log, signed by its operator and approved by its root keys."""
    case.step = 4
    case.genesis = next((header.statement for header in read_headers(case)), "unknown")
    one = case.statements[case.genesis]
    case.tenures = [tenure_of(one.body, one, 0, {})]
    right = one.kind == "charter" and one.said["subject"] == one.body["origin"] == case.origin
    case.need(right, "Entry 0 is not the charter of this log.")
    case.need(is_signed(case, one.jws, one.body["operator"], "the charter"), "Its operator did not sign the charter.")
    case.need(len(approvers_of(case, one, one.body["root"])) >= one.body["threshold"], "Too few root keys approved it.")


def appoint(case: Case, one: Statement, entry: int, used: set[str]) -> bool:
    """Let an appointment say who runs the log from here on, if the root keys in force say so; tell whether they do."""
    body, old = one.body, case.tenures[-1]
    new = tenure_of({**body, "operator": body.get("jwk", old["operator"])}, one, entry, old)
    right = body["follows"] == old["name"] and one.said["subject"] == one.jws.kid == new["kids"][0]
    offices = [[old["operator"]], *[old["root"]] * len(new["root"]), *[old["checkpoint"]] * 2]
    for jwk, kid, before in zip([new["operator"], *new["root"], *new["checkpoint"]], new["kids"], offices):
        right = right and (jwk in before or (new["kids"].count(kid) == 1 and kid not in used))  # no key serves twice
    is_other, proofs = new["checkpoint"] != old["checkpoint"], body.get("checkpoint_possession", [])
    right = right and ("jwk" not in body or is_held(case, body["possession"], body["jwk"], ["operator"]))
    right = right and ("checkpoint" in body) == (new["last"] is not None) == (len(proofs) == 2) == is_other
    if right and is_other:  # it carries what the keys before have signed, so that who knows these can follow
        note = read_note(new["last"].encode())
        right = all(is_held(case, proof, jwk, ["checkpoint"]) for proof, jwk in zip(proofs, new["checkpoint"]))
        right = right and is_cosigned(case, old, note) and note.origin == case.origin
        right = right and one.anchor == {"root": base64url(note.root), "size": note.size} and old["since"] < note.size
    kids = approvers_of(case, one, [*old["root"], *new["root"]])
    before, after = (sum(thumbprint(jwk) in kids for jwk in who["root"]) for who in (old, new))
    is_enough = before >= old["threshold"] and (after >= new["threshold"] or not body.keys() & {"root", "threshold"})
    new["rotated"] = is_other and f"Keys: rotated at entry {entry} by {before} of {len(old['root'])} root keys"
    case.tenures += [new] if right and is_enough else []
    return right and is_enough


def change_keys(case: Case, one: Statement, entry: int) -> bool:
    """Let keys come and go as a key statement says; tell whether it may say so."""
    body, kid, event, operator = one.body, one.said["subject"], one.body["event"], case.tenures[-1]["kids"][0]
    running = {one for who in case.tenures for one in who["kids"]}  # these hold no role beside, then or later
    if event == "appoint":
        return appoint(case, one, entry, running | case.grants.keys())
    old = body["replaces"] if event == "rotate" else kid
    may: object = one.jws.kid == (old if event == "rotate" else operator) and not {kid, old} & running
    if event == "revoke":
        new = case.grants[kid]._replace(until=body.get("effective_index", entry))
        may = may and new.until <= entry and new.until < case.grants[kid].until
    else:
        new = Grant(body["jwk"], {*body["roles"]}, body.get("party"), FOREVER)
        may = may and thumbprint(new.jwk) == kid and new.roles and "operator" not in new.roles
        may = may and (kid not in case.grants or case.roles_of(kid, entry))  # what has ended does not come back
        may = may and is_held(case, body["possession"], new.jwk, body["roles"])
    if may and event == "rotate":
        before = case.grants[old]
        may = kid not in case.grants and case.roles_of(old, entry) >= new.roles and new.party in {None, before.party}
        case.grants[old], new = before._replace(until=entry + 1), new._replace(party=before.party)  # its last word
    case.grants.update({kid: new} if may else {})
    return bool(may)


def begins(old: Note, new: Note, proof: list[bytes]) -> bool:
    """Tell whether a proof shows that a tree begins with a smaller one (RFC 9162 §2.1.4.2)."""
    proof = [old.root, *proof] if old.size & (old.size - 1) == 0 else proof
    if not 0 < old.size < new.size or not proof:
        return False
    at, last, left, right = old.size - 1, new.size - 1, proof[0], proof[0]
    while at & 1:
        at, last = at >> 1, last >> 1
    for one in proof[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            left, right = sha(b"\1" + one + left), sha(b"\1" + one + right)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            right = sha(b"\1" + right + one)
        at, last = at >> 1, last >> 1
    return (left, right, last) == (old.root, new.root, 0)


def check_beginnings(case: Case, note: Note) -> bool:
    """Step 7: where an index stands for headers, tell whether the log is proved to begin as replaced keys signed it."""
    raw, proofs = case.members.get("consistency", b""), []
    while raw:
        end = 1 + 32 * raw[0]
        proofs.append([raw[at : at + 32] for at in range(1, end, 32)])
        case.need(len(raw) >= end, "The proofs for replaced keys are cut off.")
        raw = raw[end:]
    olds = [read_note(who["last"].encode()) for who in case.tenures[1:] if who["rotated"]]
    right = len(olds) == len(proofs) and all(begins(old, note, proof) for old, proof in zip(olds, proofs))
    case.need(right or "consistency" not in case.members, "The log does not begin as its replaced keys signed it.")
    return right


def check_checkpoint(case: Case, note: Note, own: dict[str, int], chosen: dict[str, int]) -> None:
    """Step 5: the keys in force signed, the bundle's policy names them, the chosen one them or such as lead there."""
    case.step, last = 5, case.tenures[-1]
    case.need(is_cosigned(case, last, note), "The keys in force did not both sign the checkpoint.")
    case.need(own.keys() == vkeys_of(case, last).keys(), "The bundle's policy does not name exactly the log's keys.")
    # Each appointment carries what the keys before it signed, and step 9 holds that against the log, if all is here.
    is_led = check_beginnings(case, note) if case.index else True
    known = any(is_named(case, who, chosen) for who in (case.tenures if is_led else [last]))
    case.need(known, "The policy does not name the keys of this log, nor keys that lead to them.")


def read_headers(case: Case) -> Iterator[Header]:
    """Yield the headers, each read in its one spelling."""
    for place, line in enumerate(case.members["headers"].splitlines(keepends=True)):
        found = HEADER.fullmatch(line)
        if found is None or max(int(found[2]), int(found[6])) >= FOREVER:
            raise Malformed(f"line {place + 1} of the headers is not of its form")
        author, index, kind, prev, received, size, statement, subject = (part.decode() for part in found.groups())
        date.fromisoformat(received[:10])  # there is such a day
        leaf = sha(b"\0" + line[:-1])
        yield Header(author, int(index), kind, unbase64(prev), received, int(size), statement, subject, leaf)


def check_log(case: Case, note: Note) -> None:
    """Steps 6 and 7: the headers are one chain, in the tree under the signed root, all of them or some."""
    case.step, leaves = 6, {}
    is_whole, old = "index" not in case.members, Header("", -1, "", b"", "", 0, "", "", bytes(32))
    for new in read_headers(case):
        gap = new.entry - old.entry - 1
        right = new.received >= old.received and (new.prev == old.leaf if gap == 0 else gap > 0 and not is_whole)
        case.need(right, f"Entry {new.entry} does not follow on {old.entry}: by count, by hash, or in time.")
        case.entries += [(new, case.statements[new.statement])] if new.statement in case.statements else []
        leaves[new.entry], old = new.leaf, new
    case.step = 7
    if not is_whole:
        check_part(case, note, leaves)
    elif case.need(len(leaves) == note.size, f"The {len(leaves)} headers are not as many as the checkpoint signs."):
        sizes = {one.anchor["size"] for one in case.statements.values() if one.anchor}
        case.roots = roots_of(leaves, {note.size, *(size for size in sizes if 0 < size <= note.size)}, b"")
        case.need(case.roots[note.size] == note.root, "The headers do not have the root that the checkpoint signs.")


def sides_of(subject: str) -> list[str]:
    """Return measure, reporter and partner of a series, and nothing of any other subject."""
    sides = subject[7:].split("/") if subject.startswith("series:") else []
    return sides if len(sides) == 3 and all(sides) else []


def record_of(header: Header) -> bytes:
    """Return the record by which the index sorts an entry: key, zero byte, index, leaf hash (docs/completeness.md)."""
    sides = sides_of(header.subject)
    key = "2{1}/{2}/{0}".format(*sides) if sides else f"1{header.subject}"
    key = f"0{header.subject}" if header.kind in EVERYWHERE else key
    return key.encode() + b"\0" + header.entry.to_bytes(8, "big") + header.leaf


def roots_of(leaves: dict[int, bytes], sizes: set[int], proof: bytes) -> dict[int, bytes]:
    """Return the root of each size that leaves at their places imply, with a hash of each largest subtree between."""
    rest, places = [proof[at : at + 32] for at in range(0, len(proof), 32)][::-1], sorted(leaves)

    @lru_cache(maxsize=None)
    def climb(begin: int, end: int) -> bytes:
        if bisect_left(places, begin) == bisect_left(places, end):
            return rest.pop()
        if end - begin == 1:
            return leaves[begin]
        split = begin + (1 << (end - begin - 1).bit_length() - 1)
        return sha(b"\1" + climb(begin, split) + climb(split, end))

    roots = {size: climb(0, size) for size in sizes}
    if rest or places[-1] >= max(sizes):
        raise Malformed("a proof does not fit what it is about")
    return roots


def check_part(case: Case, note: Note, leaves: dict[int, bytes]) -> None:
    """Steps 7 and 8 without most headers: those here are in the tree, its end among them, and in an index."""
    case.roots = {note.size: note.root}
    roots = roots_of(leaves, {note.size}, case.members["inclusion"])
    case.need(roots == case.roots, "The headers are not in the tree that the checkpoint signs.")
    top, _, hashes = case.members["index"].partition(b"\n\n")
    proof = PROOF.fullmatch(top.decode())
    if proof is None:
        raise Malformed("the completeness proof is not of its form")
    header, one = {header.entry: (header, one) for header, one in case.entries}[int(proof[1])]
    size = one.body["size"]
    right = header.kind == one.kind == "index" and one.said["subject"] == case.origin and 0 <= size <= header.entry
    case.need(right, "What the completeness proof is about is not the statement of an index of this log.")
    tail = sum(at >= size for at in leaves)
    case.need(size + tail == note.size, "The headers after the index are not all of them to the end of the log.")
    case.step, held = 8, {record_of(header) for header in read_headers(case) if header.entry < size}
    near = [(key.encode() + b"\0", int(at), unbase64(leaf)) for key, at, leaf in re.findall(NEAR, proof[5])]
    records = sorted([*held, *(key + at.to_bytes(8, "big") + leaf for key, at, leaf in near)])
    runs = [(int(first), int(count)) for first, count in re.findall(RUN, proof[2])]
    is_all = sum(count for _, count in runs) == len(records) == len(set(records))
    places = sorted({first + at for first, count in runs for at in range(count)} if is_all else ())
    if len(places) != len(records):
        raise Malformed("the completeness proof is about more or fewer entries than are here")
    head = roots_of({place: sha(b"\2" + record) for place, record in zip(places, records)}, {size}, hashes)[size]
    root = base64url(sha(b"\3" + size.to_bytes(8, "big") + head))
    case.need(root == one.body["root"], "The completeness proof does not lead to the root that was logged.")
    case.index = Index(one.name, records, [-1, *places, size], held)
    case.skipped.add("index: the chain between these headers, what authors had seen, that its root is an honest one")


def traders_of(one: Statement) -> set[str]:
    """Return the parties that a statement's terms name: who acts, who judges, whose figures are read."""
    terms = one.body.get("terms") if one.kind in {"commitment", "amendment"} else None
    names = {"actor", "judge", "reporter", "partner"}
    found = {value for name, value in walk(terms) if name in names and isinstance(value, str)}
    return found.union(*(one.body[side] for side in ("obligors", "obligees") if one.kind == "commitment" and one.body))


def reckoned_by(one: Statement) -> set[str]:
    """Return what keys of tables and rates name where figures have parties: classifications, currencies, calendars."""
    walked = [value for name, value in walk(one.body.get("procedure")) if name == "calendar" and value]
    found = {calendar["name"] for calendar in walked if one.kind == "instrument"}
    for term in one.body.get("terms", ()) if one.kind in {"commitment", "amendment"} else ():
        if term["kind"] in {"quantity", "trend"}:
            scope, money = term.get("scope") or {}, re.fullmatch("[kMG]?([A-Z]{3})", term["unit"])
            name, edition = scope.get("classification", ""), scope.get("revision")
            name = re.sub("^([A-Za-z][A-Za-z-]*)[0-9]{4}$", r"\1", name) + edition if edition else name
            found |= {name.lower(), money[1].lower() if money else ""} - {""}
    return found


def tables_into(names: set[str], about: dict[str, list[Statement]]) -> set[str]:
    """Return the classifications from which tables lead into those named, by however many steps."""
    found: set[str] = set()
    pending = [*names]
    while pending:
        tables = [one for one in about.get(f"series:table/*/{pending.pop()}", ()) if one.kind == "evidence"]
        origins = {name.lower() for one in tables for name in one.body["dimensions"]["classifications"]} - found
        found |= origins
        pending += origins
    return found


def named_by(one: Statement) -> set[str]:
    """Return the subjects that a statement brings with it."""
    body = one.body
    found = [body.get({"commitment": "instrument", "amendment": "lever", "position": "party"}.get(one.kind, ""))]
    found += body.get({"instrument": "issuers", "amendment": "by", "action": "by"}.get(one.kind, ""), ())
    for several, name in (("levers", "subject"), ("links", "commitment"), ("quotes", "speaker")):
        found += [item.get(name) for item in body.get(several, ())] if one.kind == "commitment" else []
    return traders_of(one).union(name for name in found if name is not None)


def check_ranges(case: Case, index: Index, subjects: set[str], traders: set[str]) -> None:
    """Step 8: in the index, nothing of the closure stands but what is here."""
    if len(traders) > 1000:
        raise Malformed("the audit is about more parties than there are")
    pairs = (f"2{one}/{other}/" for one in traders for other in traders)
    for prefix in ("0", *(f"1{subject}\0" for subject in subjects), *pairs):
        start, stop = (bisect_left(index.records, prefix.encode() + end) for end in (b"", b"\xff"))
        before, after = index.places[start], index.places[stop + 1]
        right = after - before - 1 == stop - start and index.held.issuperset(index.records[start:stop])
        case.need(right, f"What the index has about {prefix[1:]!r} is not all here.")


def check_closure(case: Case, note: Note) -> None:
    """Step 8: each statement of the closure, worked out from the headers, is here or erased; no other one is."""
    case.step = 8
    audit = parse(case.members["audit.json"], "audit.json")
    case.subjects, size = [*audit["subjects"]], audit["view"]["size"]
    right = 0 < len(set(case.subjects)) == len(case.subjects) and 0 < size <= note.size
    case.need(right, "The audit names no subject, one twice, or a view of more entries than are signed.")
    about: dict[str, list[Statement]] = {}
    for header, one in case.entries:
        about.setdefault(header.subject, []).append(one)
    pending, closure, traders, measures, belong = [*case.subjects], set(), {"*"}, set(), set()
    while pending:
        subject = pending.pop()
        for one in about.get(subject, ()) if subject not in closure else ():
            pending += named_by(one)
            traders |= traders_of(one)
            measures |= reckoned_by(one)
        closure.add(subject)
        if not pending:  # of a group that figures are asked about, its members' figures may stand for it
            groups = [one.body.get("members", ()) for group in traders for one in about.get(group, ())]
            traders |= {member["party"] for members in groups for member in members}
            pending = [*traders.difference(closure, "*")]
    traders |= measures | tables_into(traders | measures, about)
    for header in read_headers(case):
        what, sides = f"the {header.kind} at entry {header.entry}", sides_of(header.subject)[1:]
        is_in = header.kind in EVERYWHERE or header.subject in closure or (sides and traders.issuperset(sides))
        belong |= {header.statement} if is_in else set()
        if is_in and header.statement not in case.statements:
            case.excuse(what, "" if header.kind in LASTING else header.statement, header.entry, {header.subject})
    if case.index:
        check_ranges(case, case.index, closure, traders)
        belong.add(case.index.name)
    case.need(case.statements.keys() <= belong, "A statement is here that belongs to no entry of this audit.")


def check_statement(case: Case, header: Header, one: Statement) -> None:
    """Step 9: a statement is what its header says, for this ledger, signed by who may at this entry."""
    entry, kid, anchor, what = header.entry, one.jws.kid, one.anchor, f"entry {header.entry}"
    said = [len(one.jws.raw), one.kind, one.said["subject"], kid, one.said["genesis"]]
    wanted = [header.size, header.kind, header.subject, header.author, case.genesis if entry else None]
    case.need(said == wanted, f"The size, kind, subject, author or ledger of {what} is not that of its header.")
    if anchor is not None:
        right = case.index or base64url(case.roots.get(anchor["size"], b"")) == anchor["root"]
        case.need(right and anchor["size"] <= entry, f"The checkpoint that the author of {what} had seen is not ours.")
    if one.kind == "evidence" and one.body:
        key = "series:{measure}/{reporter}/{partner}".format(**one.body["dimensions"])
        case.need(key == header.subject, f"The evidence of {what} is of another series than its header says.")
    if not one.body:
        case.skipped.add(f"meaning: {what} is of {one.said['schema']}")
    if entry == 0:
        return  # step 4
    held, needed, event = case.roles_of(kid, entry), SIGNERS[one.kind], one.body.get("event")
    jwk = case.grants[kid].jwk if kid in case.grants else case.tenures[-1]["operator"]
    if one.kind == "key" and event in {"rotate", "appoint"}:  # what else these take is for change_keys
        held, needed, jwk = {"any"}, None, one.body.get("jwk", jwk) if event == "appoint" else jwk
    may = one.kind != "charter" and held and (needed is None or needed in held)
    case.need(may, f"The author of {what} does not hold the role of {needed} there.")
    right = case.need(may and is_signed(case, one.jws, jwk, what), f"The signature of {what} does not verify.")
    if right and one.kind == "key" and one.body:
        case.need(change_keys(case, one, entry), f"The key statement of {what} says what its author may not.")


def check_figures(case: Case) -> None:
    """Step 10: the files that evidence names are here, whole, or erased; and no others."""
    case.step, named = 10, set()
    evidence = [(header, one.body) for header, one in case.entries if one.kind == "evidence" and one.body]
    kept = {body["raw"]["digest"] for _, body in evidence if body.get("redistribute") is not True}
    for header, body in evidence:
        for file, form in ((body["observations"], "observations/{}.csv"), (body["raw"], "raw/{}")):
            digest, name = file["digest"], form.format(file["digest"][7:])
            raw, what = case.members.get(name), f"{name} of entry {header.entry}"
            if "count" not in file and digest in kept:
                case.skipped.add(f"{what}: its licence keeps it back")
                continue
            named.add(name)
            if raw is not None:
                right = (case.digests[name], len(raw)) == (digest, file["size"])
                right = right and file.get("count") in {None, raw.count(b"\n") - 1}
                case.need(right, f"{what} has another digest, size or number of rows than its evidence says.")
            else:
                case.excuse(what, digest, header.entry, {header.subject, header.statement})
        named |= {f"mappings/{body['importer']['mapping'][7:]}.toml"} if body["raw"]["digest"] not in kept else set()
    mappings = {name for name in case.members if name.startswith("mappings/")}
    case.need(all(case.digests[name][7:] == name[9:-5] for name in mappings), "A mapping is not what its name says.")
    right = named >= mappings.union(name for name in case.members if name.startswith(("observations/", "raw/")))
    case.need(right, "A file is here that no evidence of this audit lets travel.")


def check(case: Case, trusted: bytes | None) -> None:
    """Go through the steps; the first thing that cannot be read ends it."""
    check_manifest(case)
    case.step = 3
    own = read_policy(case.members["policy"])
    chosen = own if trusted is None else read_policy(trusted)
    case.step = 5
    note = read_note(case.members["checkpoint"])
    case.origin, case.step = note.origin, 9
    for name in (name for name in case.members if name.startswith("statements/")):
        one = Statement(case.members[name])
        case.need(name[11:] == one.name[7:], "The content of a statement has another digest than its name.")
        case.statements[one.name] = one
    check_charter(case)
    check_log(case, note)
    for header, one in case.entries:
        for digest in one.body.get("digests", ()) if header.kind == one.kind == "erasure" else ():
            case.erased.setdefault(digest, []).append((header.entry, {header.subject, *one.body.get("affects", ())}))
    check_closure(case, note)
    case.step = 9
    for header, one in case.entries:  # in their order, as keys come and go
        check_statement(case, header, one)
    words = {(one.jws.kid, one.jws.payload) for _, one in case.entries}
    case.need(len(words) == len(case.entries), "Two entries publish the same words by the same key.")
    check_checkpoint(case, note, own, chosen)  # now it is known which keys are in force
    check_figures(case)


def verify(raw: bytes, trusted: bytes | None = None) -> Case:
    """Return what was found in a bundle; only what is no bundle at all raises."""
    case = Case(read_archive(raw))
    try:
        check(case, trusted)
    except FAULTS as error:
        case.is_cut = True
        case.findings.append((case.step, f"Not of its form, so that what follows was not reached: {error!r:.200}"))
    return case


def main(arguments: list[str]) -> int:
    """Answer as the module's docstring says."""
    is_json, arguments = "--json" in arguments, [one for one in arguments if one != "--json"]
    try:
        if len(arguments) not in {1, 3} or arguments[1:2] not in ([], ["--policy"]):
            raise OSError("usage: python3 verify_standalone.py FILE [--policy FILE] [--json]")
        files = map(Path, arguments[::2])
        raw, *given = [file.read_bytes() if file.stat().st_size < 1 << 32 else b"" for file in files]
        case = verify(raw, *given)
    except (Malformed, OSError, MemoryError) as error:
        print(f"This cannot be verified: {str(error) or 'there is too little memory'}.", file=sys.stderr)
        return 3 if isinstance(error, Malformed) else 2
    answer = "unsound" if case.findings else "sound, as far as this program checks"
    trust = "given" if given else "self-declared, which does not say who made it"
    lines = [f"{answer} · trust: {trust}", f"origin {case.origin} · genesis {case.genesis}"]
    lines += [f"subjects {', '.join(map(str, case.subjects))}", *filter(None, (who["rotated"] for who in case.tenures))]
    if is_json:
        found = [{"step": step, "sentence": sentence} for step, sentence in sorted(case.findings)[:100]]
        said = {"sound": not found, "trust": trust.partition(",")[0], "findings": found, "codes_not_checked": UNSEEN}
        print(json.dumps({**said, "not_checked": sorted(case.skipped)}))
        return 1 if found else 0
    wrong, other = {step for step, _ in case.findings}, "not finished" if case.is_cut else "ok"
    lines += [f"{step:2}. {words}: {'WRONG' if step in wrong else other}" for step, words in STEPS.items()]
    lines += [f"step {step}: {sentence}" for step, sentence in sorted(case.findings)[:100]]
    lines += [f"not checked: {what}" for what in sorted(case.skipped)]
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    print("\n".join("".join(mark if mark.isprintable() else "\ufffd" for mark in line) for line in lines))
    return 1 if case.findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
