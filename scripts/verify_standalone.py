#!/usr/bin/env python3
"""Verify an audit's bundle with nothing but Python: one file, no packages, no network, readable in one sitting.

    python3 verify_standalone.py audit.zip [--policy FILE]

It shares no line with Pledger, and checks the same things by the same numbers (docs/verification.md): digests, charter,
Ed25519 signatures of statements, approvals and checkpoint, the hash chain, the Merkle tree, that nothing in the audit's
closure is left out, keys and roles, and the files of figures. What it does not do it lists as *not checked*: ML-DSA-44
and ES256 signatures, witnesses, schemas, what corrections may mend, the method run again, the report. `pledger verify`
does these too; "sound" here means sound as far as this program checks.

Exit code 0 sound, 1 unsound, 2 wrong command, 3 not a bundle. Python 3.10 or later, on any machine.
"""

import base64
import hashlib
import json
import re
import struct
import sys
import unicodedata
import zlib
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

HEX = "[0-9a-f]{64}"
# fmt: off
ORDER = ["manifest[.]json", "audit[.]json", "report[.]html", "checkpoint", "policy", "headers", f"statements/{HEX}",
         f"observations/{HEX}[.]csv", f"raw/{HEX}", "selection[.]sql"]
NEEDED = {"manifest.json", "audit.json", "checkpoint", "policy", "headers", "selection.sql"}
HASH = "[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]"
HEADER = re.compile(
    r'{"author":"' + HASH + r'","index":[0-9]+,"kind":"[a-z]{1,32}","prev":"' + HASH + r'","received":"[0-9]{4}-'
    r'[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z","size":[1-9][0-9]*,"statement":"sha256:' + HEX +
    r'","subject":"[!#-\[\]-~]{1,1024}"}')
SIGNERS = {"charter": "operator", "key": "operator", "erasure": "operator", "index": "operator", "retraction": None,
           "party": "recorder", "instrument": "recorder", "commitment": "recorder", "baseline": "recorder",
           "position": "recorder", "amendment": "recorder", "evidence": "submitter", "attestation": "assessor",
           "determination": "auditor", "audit": "auditor", "action": "enforcer"}
ALWAYS = {"charter", "key", "erasure"}  # in every closure, and never erased
MEMBERS = {"OKP": {"kty", "crv", "x"}, "EC": {"kty", "crv", "x", "y"}, "AKP": {"kty", "alg", "pub"}}
ALGORITHMS = {"Ed25519": ("OKP", 64), "EdDSA": ("OKP", 64), "ES256": ("EC", 64), "ML-DSA-44": ("AKP", 2420)}
STEPS = {1: "the archive, every byte of it", 2: "the manifest", 3: "the policy is chosen", 4: "the charter",
         5: "the checkpoint and the policy", 6: "the chain of headers", 7: "the tree and its signed root",
         8: "nothing of the closure is left out", 9: "statements, keys and roles", 10: "the files of figures",
         11: "the form of all that was read"}
# fmt: on
FOREVER = 2**53


class Malformed(Exception):  # noqa: N818  # a word, as in docs/verification.md
    """What was read is not what it has to be."""


class Case:
    """One verification on its way: what the bundle holds, what was found, what is not checked."""

    def __init__(self, members: dict[str, bytes]) -> None:
        self.members = members
        self.findings: list[tuple[int, str]] = []
        self.skipped: dict[str, None] = {}
        self.statements: dict[str, Statement] = {}
        self.keys: dict[str, list[dict[str, Any]]] = {}
        self.reserved: set[str] = set()
        self.erased: set[str] = set()
        self.origin = self.genesis = "unknown"
        self.subjects: list[str] = []

    def need(self, step: int, is_right: object, sentence: str) -> None:
        """Find something wrong, unless it is right."""
        if not is_right:
            self.findings.append((step, sentence))

    def skip(self, what: str) -> None:
        """Note that something is not checked."""
        self.skipped[what] = None


def sha(raw: bytes) -> bytes:
    """SHA-256."""
    return hashlib.sha256(raw).digest()


def unbase64(text: str, *, url: bool = True) -> bytes:
    """Return the bytes of Base64 in the one spelling that its encoder writes; for URLs, without padding."""
    padded = text + "=" * (-len(text) % 4) if url else text
    raw = base64.b64decode(padded, b"-_" if url else None, validate=True)
    if text.encode() != (base64.urlsafe_b64encode(raw).rstrip(b"=") if url else base64.b64encode(raw)):
        raise Malformed("Base64 is not in its one spelling")
    return raw


def spell(value: object) -> bytes:
    """Return canonical JSON (RFC 8785) of a value without floats and with ASCII names."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def parse(raw: bytes, what: str) -> Any:  # noqa: ANN401  # whatever a stranger wrote
    """Return the value of canonical JSON; anything that is not its one spelling is refused."""

    def walk(value: object, depth: int) -> None:
        below = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else None
        is_plain = value is None or isinstance(value, (bool, str, dict, list)) or type(value) is int
        if not is_plain or (type(value) is int and abs(value) >= FOREVER) or (below is not None and depth > 32):
            raise Malformed(f"{what} holds a number that is not whole or too large, or is nested too deeply")
        if isinstance(value, str) and not unicodedata.is_normalized("NFC", value):
            raise Malformed(f"{what} holds text that is not NFC")
        if isinstance(value, dict) and not all(name.isascii() for name in value):
            raise Malformed(f"{what} holds a name that is not ASCII")
        for item in below or ():
            walk(item, depth + 1)

    value = json.loads(raw.decode())
    walk(value, 1)
    if spell(value) != raw:  # a name that is there twice, white space, an escape: each comes out otherwise
        raise Malformed(f"{what} is not in canonical spelling (RFC 8785)")
    return value


# Ed25519: RFC 8032 §5.1.
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
Point = tuple[int, int, int, int]
ZERO: Point = (0, 1, 1, 0)


def add(a: Point, b: Point) -> Point:
    """Return the sum of two points in extended coordinates (§5.1.4)."""
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = f - e, h - g, h + g, f + e
    return e * f % P, g * h % P, f * g % P, e * h % P


def encode_point(point: Point) -> bytes:
    """Return the 32 bytes of a point (§5.1.2)."""
    inverse = pow(point[2], -1, P)
    return (point[1] * inverse % P | (point[0] * inverse % P & 1) << 255).to_bytes(32, "little")


def decode_point(raw: bytes) -> Point | None:
    """Return the point of a public key; None where its encoding is not canonical (§5.1.3), or its order small."""
    sign, y = divmod(int.from_bytes(raw, "little"), 2**255)
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if v * x * x % P != u:
        x = x * pow(2, (P - 1) // 4, P) % P
    if len(raw) != 32 or y >= P or v * x * x % P != u or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    point = eight = (x, y, 1, x * y % P)
    for _ in range(3):
        eight = add(eight, eight)
    return None if encode_point(eight) == encode_point(ZERO) else point  # else anyone could sign


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
    """Return the name of a key (RFC 7638)."""
    if set(jwk) != MEMBERS.get(jwk["kty"]) or not all(isinstance(value, str) for value in jwk.values()):
        raise Malformed("a key has other members than it must")
    if jwk["kty"] == "OKP" and (jwk["crv"] != "Ed25519" or decode_point(unbase64(jwk["x"])) is None):
        raise Malformed("an Ed25519 key is not canonical, not on the curve, or of small order")
    return base64.urlsafe_b64encode(sha(spell(jwk))).rstrip(b"=").decode()


class Jws(NamedTuple):
    """A compact JWS (RFC 7515 §7.1), opened; whose it is has still to be seen."""

    raw: bytes
    alg: str
    kid: str
    payload: bytes
    signature: bytes


def open_jws(raw: bytes, typ: str) -> Jws:
    """Return a JWS in its one spelling, made for one purpose."""
    header, payload, signature = (unbase64(part) for part in raw.decode("ascii").split("."))
    head = parse(header, "a JWS header")
    if set(head) != {"alg", "kid", "typ"} or head["typ"] != typ or len(raw) > 1 << 20:
        raise Malformed(f"a JWS is too long, or its header is not exactly alg, kid and typ ({typ})")
    if len(signature) != ALGORITHMS[head["alg"]][1] or len(unbase64(head["kid"])) != 32:
        raise Malformed("a JWS has a signature or a kid of the wrong size")
    return Jws(raw, head["alg"], head["kid"], payload, signature)


def is_signed(case: Case, jws: Jws, jwk: dict[str, str], what: str) -> bool:
    """Tell whether a key signed; of algorithms that this program lacks, note that this is not checked."""
    if thumbprint(jwk) != jws.kid or ALGORITHMS[jws.alg][0] != jwk["kty"]:
        return False
    if jwk["kty"] == "OKP":
        return verify_ed25519(unbase64(jwk["x"]), jws.signature, jws.raw[: jws.raw.rindex(b".")])
    case.skip(f"the {jws.alg} signature of {what}")
    return True


class Statement:
    """A statement; ``body`` is empty where its version is one to come."""

    def __init__(self, raw: bytes) -> None:
        self.jws = open_jws(raw, "pledger+jws")
        self.said = parse(self.jws.payload, "a statement")
        if set(self.said) != {"anchor", "body", "corrects", "genesis", "issued", "schema", "subject"}:
            raise Malformed("a statement has other members than it must")
        found = re.fullmatch("([a-z]{1,32})[.]v([1-9][0-9]{0,3})", self.said["schema"])
        if found is None or found[1] not in SIGNERS or not isinstance(self.said["body"], dict):
            raise Malformed("a statement is of no kind that exists")
        self.kind, self.is_known = found[1], found[2] == "1"
        self.body: dict[str, Any] = self.said["body"] if self.is_known else {}


def read_archive(raw: bytes) -> dict[str, bytes]:
    """Return the members, in order, of a ZIP in its only spelling: stored, one date, nothing between or after them."""
    members: dict[str, bytes] = {}
    rows, at = [], 0
    while raw[at : at + 4] == b"PK\x03\x04" and len(raw) - at >= 30:
        crc, size, _, length, _ = struct.unpack_from("<IIIHH", raw, at + 14)
        common = struct.pack("<HHHHHIIIHH", 10, 0, 0, 0, 33, crc, size, size, length, 0)
        name = raw[at + 30 : at + 30 + length]
        body = raw[at + 30 + length : at + 30 + length + size]
        if raw[at : at + 30] != b"PK\x03\x04" + common or len(body) != size or zlib.crc32(body) != crc:
            raise Malformed(f"the member at byte {at} is cut short or changed")
        rows.append(b"PK\x01\x02\x0a\x03" + common + struct.pack("<HHHII", 0, 0, 0, 0o100644 << 16, at) + name)
        members[name.decode("ascii", "replace")] = body
        at += 30 + length + size
    table, count = b"".join(rows), len(rows) & 0xFFFF
    if raw[at:] != table + struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, count, count, len(table), at, 0):
        raise Malformed(f"what follows the members, from byte {at} on, is not their directory")
    ranks = [(rank, name) for name in members for rank, form in enumerate(ORDER) if re.fullmatch(form, name)]
    if len(ranks) != len(rows) or ranks != sorted(ranks) or not members.keys() >= NEEDED:
        raise Malformed("the members are not those of a bundle, in their order")
    return members


def check_manifest(case: Case) -> None:
    """Step 2: every other member is listed, in order, with its digest and size."""
    manifest = parse(case.members["manifest.json"], "the manifest")
    listed = [(name, "sha256:" + sha(raw).hex(), len(raw)) for name, raw in case.members.items()][1:]
    rows = [{"name": name, "digest": digest, "size": size} for name, digest, size in listed]
    right = set(manifest) == {"members", "schema", "software"} and manifest["schema"] == "bundle.v1"
    case.need(2, right and manifest["members"] == rows, "The manifest does not list every member as it is.")


class Note(NamedTuple):
    """A signed checkpoint (C2SP signed-note, tlog-checkpoint)."""

    text: bytes
    origin: str
    size: int
    root: bytes
    signatures: list[tuple[str, bytes, bytes]]


def read_note(raw: bytes) -> Note:
    """Return what a signed checkpoint says, its signatures not yet looked at."""
    text, blank, rest = raw.decode().rpartition("\n\n")
    lines, signatures = text.split("\n"), []
    if not blank or not rest.endswith("\n") or re.search("[\0-\x09\x0b-\x1f]", text + rest) or not all(lines):
        raise Malformed("the checkpoint is not a signed note")
    for line in rest[:-1].split("\n"):
        mark, name, value = line.split(" ")
        signed = unbase64(value, url=False)
        if mark != "\u2014" or len(signed) < 5:
            raise Malformed("a signature line of the checkpoint is broken")
        signatures.append((name, signed[:4], signed[4:]))
    root = unbase64(lines[2], url=False)
    if not re.fullmatch("[1-9][0-9]{0,18}", lines[1]) or len(root) != 32 or len(signatures) > 100:
        raise Malformed("the checkpoint does not say origin, size and root")
    return Note(text.encode() + b"\n", lines[0], int(lines[1]), root, signatures)


def check_charter(case: Case) -> Statement:
    """Step 4: entry 0 is the charter of this log, signed by its operator and approved by its root keys."""
    charter = case.statements[case.genesis]
    said, body = charter.said, charter.body
    right = charter.kind == "charter" and said["genesis"] is said["anchor"] is said["corrects"] is None
    case.need(4, right and said["subject"] == body["origin"] == case.origin, "Entry 0 is not the charter of this log.")
    right = is_signed(case, charter.jws, body["operator"], "the charter")
    case.need(4, right, "The charter is not signed by the operator that it names.")
    approved = spell({**said, "body": {name: value for name, value in body.items() if name != "approvals"}})
    roots, kids = {thumbprint(jwk): jwk for jwk in body["root"]}, []
    for text in body["approvals"]:
        approval = open_jws(text.encode(), "pledger-approval+jws")
        kids.append(approval.kid)
        right = approval.payload == approved and is_signed(case, approval, roots[approval.kid], "an approval")
        case.need(4, right, "An approval of the charter is not over it, or not by one of its root keys.")
    right = kids == sorted(set(kids)) and len(roots) == len(body["root"]) and 1 <= body["threshold"] <= len(kids)
    case.need(4, right, "The charter is not approved by as many of its root keys as it asks for.")
    case.reserved = {thumbprint(jwk) for jwk in (body["operator"], *body["root"], *body["checkpoint"])}
    operator = {"jwk": body["operator"], "roles": {"operator"}, "since": 0, "until": FOREVER}
    case.keys = {charter.jws.kid: [operator]}
    return charter


def check_checkpoint(case: Case, charter: Statement, note: Note, trusted: bytes | None) -> None:
    """Step 5: the charter's keys signed the checkpoint, and the policies name them and no others for this log."""
    lines = []
    for kind, jwk, size in zip((1, 6), charter.body["checkpoint"], (64, 2428), strict=True):
        key = bytes([kind]) + unbase64(jwk["x" if kind == 1 else "pub"])
        name = sha(note.origin.encode() + b"\n" + key)[:4]
        lines.append(f"log {note.origin}+{name.hex()}+{base64.b64encode(key).decode()}")
        found = [value for origin, other, value in note.signatures if (origin, other) == (note.origin, name)]
        right = found and all(len(value) == size for value in found)
        right = right and (kind != 1 or all(verify_ed25519(key[1:], value, note.text) for value in found))
        case.need(5, right, f"The checkpoint lacks a signature of the charter's key {name.hex()}, or it is bad.")
    case.skip("the ML-DSA-44 signature of the checkpoint: it is there, under the name of the charter's key")
    own = case.members["policy"].decode()
    rows, ranks = own.split("\n"), ["log", "witness", "group", "quorum"]
    kinds = [row.partition(" ")[0] for row in rows[:-1]]
    right = kinds.count("quorum") == 1 and kinds == sorted(kinds, key=ranks.index) and rows[-1] == ""
    case.need(5, right and all(re.fullmatch("[!-~]+( [!-~]+)+", row) for row in rows[:-1]), "The policy is not plain.")
    logs = {" ".join(row.split(" ")[:2]) for row in rows if row.startswith("log ")}
    case.need(5, logs == set(lines), "The bundle's policy does not name exactly the charter's log keys.")
    chosen = [" ".join(line.split()[:2]) for line in (own if trusted is None else trusted.decode()).split("\n")]
    mine = [line for line in chosen if line.startswith(f"log {note.origin}+")]
    case.need(5, mine and set(mine) <= set(lines), "The policy does not name this log, or names it by other keys.")
    if "quorum none" not in rows or "quorum none" not in chosen or charter.body.get("quorum"):
        case.skip("witnesses: a quorum is asked for, and cosignatures are not looked at here")


def check_log(case: Case, note: Note, anchors: set[int]) -> tuple[list[dict[str, Any]], dict[int, bytes]]:
    """Return the headers, once they are one chain under the signed root, and the roots that anchors may name."""
    headers: list[dict[str, Any]] = []
    stack: list[tuple[int, bytes]] = []  # complete subtrees of falling height; two of one height make the next
    leaf, received, roots, sizes = bytes(32), "", {}, {*anchors, note.size}
    lines = case.members["headers"].split(b"\n")
    case.need(6, not lines.pop(), "The last header does not end in a line feed.")
    for index, line in enumerate(lines):
        if len(line) > 4096 or not HEADER.fullmatch(line.decode()):
            raise Malformed(f"the header of entry {index} is not of its form")
        header = parse(line, f"the header of entry {index}")
        date.fromisoformat(header["received"][:10])  # there is such a day
        right = header["index"] == index and unbase64(header["prev"]) == leaf and header["received"] >= received
        case.need(6, right, f"Entry {index} does not follow on the one before: by count, by hash, or in time.")
        headers.append(header)
        leaf, received = sha(b"\0" + line), header["received"]
        height, node = 0, leaf
        while stack and stack[-1][0] == height:
            height, node = height + 1, sha(b"\1" + stack.pop()[1] + node)
        stack.append((height, node))
        if index + 1 in sizes:
            for _, left in reversed(stack[:-1]):
                node = sha(b"\1" + left + node)
            roots[index + 1] = node
    right = len(headers) == note.size and roots[note.size] == note.root
    case.need(7, right, f"The {len(headers)} headers do not have the size and root that the checkpoint signs.")
    return headers, roots


def traders_of(one: Statement) -> set[str]:
    """Return the parties that a statement's terms name: who acts, who judges, whose figures are read."""
    found: list[str | None] = []
    if one.kind in {"commitment", "amendment"}:
        for term in one.body.get("terms") or ():
            ways = [term["measure"]] if term.get("measure") else term.get("readings") or term.get("named") or []
            found += [term.get("actor"), *(way[side] for way in ways for side in ("reporter", "partner"))]
            for clause in (term.get("trigger"), term.get("consequence")) if term["kind"] == "conditional" else ():
                found += [clause.get("actor"), clause.get("judge")] if clause else []
    if one.kind == "commitment":
        found += [*one.body.get("obligors", ()), *one.body.get("obligees", ())]
    return {name for name in found if name is not None}


def named_by(one: Statement) -> set[str]:
    """Return the subjects that a statement brings with it."""
    body = one.body
    single = {"commitment": "instrument", "amendment": "lever", "position": "party", "evidence": "authority_of"}
    found = [body.get(single.get(one.kind, ""))]
    found += body.get({"instrument": "issuers", "amendment": "by", "action": "by"}.get(one.kind, "")) or []
    if one.kind == "commitment":
        for several, name in (("levers", "subject"), ("links", "commitment"), ("quotes", "speaker")):
            found += [item.get(name) for item in body.get(several) or ()]
    return traders_of(one) | {name for name in found if name is not None}


def check_closure(case: Case, headers: list[dict[str, Any]]) -> None:
    """Step 8: each statement of the closure, worked out from the headers, is here or erased; no other one is."""
    pending, subjects, traders, belong = list(case.subjects), set[str](), set[str](), set[str]()
    while pending:
        subject = pending.pop()
        for header in headers if subject not in subjects and not subject.startswith("series:") else ():
            if header["subject"] == subject and header["kind"] not in ALWAYS and header["statement"] in case.statements:
                one = case.statements[header["statement"]]
                pending += named_by(one)
                traders |= traders_of(one)
        subjects.add(subject)
    for header in headers:
        kind, subject, name = header["kind"], header["subject"], header["statement"]
        is_in = kind in ALWAYS or kind == "amendment" or subject in subjects
        if subject.startswith("series:"):
            is_in = is_in or all(side == "*" or side in traders for side in subject.partition("/")[2].split("/"))
        belong |= {name} if is_in else set()
        if is_in and name not in case.statements:
            if kind not in ALWAYS and name in case.erased:
                case.skip(f"erased: the {kind} at entry {header['index']}, by a logged erasure")
            else:
                case.need(
                    8, is_right=False, sentence=f"The {kind} of entry {header['index']} about {subject} is left out."
                )
    case.need(8, case.statements.keys() <= belong, "A statement is here that belongs to no entry of this audit.")


def roles_of(case: Case, kid: str, index: int) -> set[str]:
    """Return the roles that a key holds at an entry; none where it is unknown or ended."""
    held = [grant["roles"] for grant in case.keys.get(kid, ()) if grant["since"] <= index < grant["until"]]
    return held[-1] if held else set()


def change_keys(case: Case, one: Statement, index: int) -> bool:
    """Let keys come and go as a key statement says; tell whether it may say so."""
    body, kid, author, old = one.body, one.said["subject"], one.jws.kid, str(one.body.get("replaces"))
    grants, is_operator = case.keys.get(kid, []), "operator" in roles_of(case, author, index)
    if body["event"] == "revoke":
        until = index if body.get("effective_index") is None else body["effective_index"]
        for grant in grants:
            grant["until"] = min(grant["until"], until)
        return is_operator and grants != [] and kid not in case.reserved and until <= index
    roles = set(body["roles"])
    may = is_operator and not (grants and not roles_of(case, kid, index))
    if body["event"] == "rotate":
        may = author == old and not is_operator and not grants and roles <= roles_of(case, author, index)
    proof = open_jws(body["possession"].encode(), "pledger-key+jws")
    wanted = spell({"genesis": case.genesis, "roles": sorted(body["roles"]), "thumbprint": kid})
    may = may and roles != set() and "operator" not in roles and kid not in case.reserved
    may = may and proof.payload == wanted and proof.kid == kid and is_signed(case, proof, body["jwk"], f"the key {kid}")
    for name, until in ((kid, index), (old, index + 1)):
        for grant in case.keys.get(name, ()):
            grant["until"] = min(grant["until"], until)
    case.keys.setdefault(kid, []).append({"jwk": body["jwk"], "roles": roles, "since": index, "until": FOREVER})
    return may


def check_statement(case: Case, header: dict[str, Any], one: Statement, roots: dict[int, bytes]) -> None:
    """Step 9: a statement is what its header says, for this ledger, signed by who may at this entry."""
    index, kid, anchor, what = header["index"], one.jws.kid, one.said["anchor"], f"entry {header['index']}"
    said = [len(one.jws.raw), one.kind, one.said["subject"], kid, one.said["genesis"]]
    wanted = [header["size"], header["kind"], header["subject"], header["author"], case.genesis if index else None]
    case.need(9, said == wanted, f"The size, kind, subject, author or ledger of {what} is not that of its header.")
    right = anchor is None or (anchor["size"] <= index and roots.get(anchor["size"]) == unbase64(anchor["root"]))
    case.need(9, right, f"The checkpoint that the author of {what} had seen is not of this log.")
    if one.kind == "evidence" and one.is_known:
        key = "series:{measure}/{reporter}/{partner}".format(**one.body["dimensions"])
        case.need(9, key == header["subject"], f"The evidence of {what} is of another series than its header says.")
    if not one.is_known:
        case.skip(f"meaning: {what} is of {one.said['schema']}")
    if index == 0:
        return  # step 4
    held, needed = roles_of(case, kid, index), SIGNERS[one.kind]
    is_rotation = one.kind == "key" and one.body.get("event") == "rotate"
    may = held and (needed is None or needed in held or is_rotation) and one.kind != "charter"
    case.need(9, may, f"The author of {what} does not hold the role of {needed} there.")
    right = may and is_signed(case, one.jws, case.keys[kid][-1]["jwk"], what)
    case.need(9, right, f"The signature of {what} does not verify.")
    if one.kind == "key" and one.is_known:
        case.need(9, change_keys(case, one, index), f"The key statement of {what} says what its author may not.")


def check_figures(case: Case) -> None:
    """Step 10: the files that evidence names are here, whole, and no others."""
    files: dict[str, tuple[dict[str, Any], bool]] = {}
    for body in (one.body for one in case.statements.values() if one.kind == "evidence" and one.is_known):
        observed, raw = body["observations"], body["raw"]
        name = f"observations/{observed['digest'][7:]}.csv"
        files[name] = (observed, True)
        rows = case.members.get(name, b"").count(b"\n") - 1
        case.need(10, rows == observed["count"] or name not in case.members, f"{name} has another number of rows.")
        name = f"raw/{raw['digest'][7:]}"
        files[name] = (raw, body.get("redistribute") is True and files.get(name, (raw, True))[1])
    for name, (file, travels) in files.items():
        if not travels or (name not in case.members and file["digest"] in case.erased):
            case.skip(f"{name}: its licence keeps it back, or a logged erasure removed it")
        else:
            found = case.members.get(name)
            right = found is not None and (sha(found).hex(), len(found)) == (file["digest"][7:], file["size"])
            case.need(10, right, f"{name} is left out, or has another digest or size than its evidence says.")
    held = {name for name in case.members if name.startswith(("observations/", "raw/"))}
    right = all(name in files and files[name][1] for name in held)
    case.need(10, right, "A file is here that no evidence of this audit lets travel.")


def check(case: Case, trusted: bytes | None) -> None:
    """Go through steps 2 to 10; the first thing that cannot be read ends it."""
    check_manifest(case)
    note = read_note(case.members["checkpoint"])
    case.origin = note.origin
    for name, raw in case.members.items():
        if name.startswith("statements/"):
            case.need(9, sha(raw).hex() == name[11:], f"The content of {name} has another digest than its name.")
            case.statements[f"sha256:{name[11:]}"] = Statement(raw)
    erasures = [one for one in case.statements.values() if one.kind == "erasure"]
    case.erased = {digest for one in erasures if one.is_known for digest in one.body["digests"]}
    case.genesis = parse(case.members["headers"].split(b"\n")[0], "the first header")["statement"]
    charter = check_charter(case)
    check_checkpoint(case, charter, note, trusted)
    anchors = {one.said["anchor"]["size"] for one in case.statements.values() if one.said["anchor"]}
    headers, roots = check_log(case, note, anchors)
    audit = parse(case.members["audit.json"], "audit.json")
    case.subjects, size = audit["subjects"], audit["view"]["size"]
    right = case.subjects and len(set(case.subjects)) == len(case.subjects) and 0 < size <= note.size
    case.need(8, right, "The audit names no subject, one twice, or a view of more entries than are signed.")
    check_closure(case, headers)
    here = [header for header in headers if header["statement"] in case.statements]
    for header in here:
        check_statement(case, header, case.statements[header["statement"]], roots)
    words = {(one.jws.kid, one.jws.payload) for one in (case.statements[header["statement"]] for header in here)}
    case.need(9, len(words) == len(here), "Two entries publish one statement, or the same words by the same key.")
    check_figures(case)


def verify(raw: bytes, trusted: bytes | None) -> Case:
    """Return what was found in a bundle; only what is no bundle at all raises."""
    case = Case(read_archive(raw))
    try:
        check(case, trusted)
    except (Malformed, KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError) as error:
        case.need(
            11,
            is_right=False,
            sentence=f"Something is missing or not of its form, and what follows was not reached: {error!r}",
        )
    case.skip("schemas, what corrections may mend, names held twice, the method run again, selection.sql, the report")
    return case


def main(arguments: list[str]) -> int:
    """Answer as the module's docstring says."""
    try:
        if len(arguments) not in {1, 3} or arguments[1:2] not in ([], ["--policy"]):
            raise OSError("usage: python3 verify_standalone.py FILE [--policy FILE]")
        raw, trusted = Path(arguments[0]).read_bytes(), Path(arguments[2]).read_bytes() if arguments[2:] else None
        case = verify(raw, trusted)
    except (OSError, Malformed) as error:
        is_malformed = isinstance(error, Malformed)
        print(
            f"{'This is not a bundle as it was written' if is_malformed else 'Cannot begin'}: {error}.", file=sys.stderr
        )
        return 3 if is_malformed else 2
    lines = ["unsound" if case.findings else "sound, as far as this program checks"]
    lines[0] += " · trust: " + ("given" if trusted else "self-declared, which does not say who made it")
    lines += [f"origin {case.origin} · genesis {case.genesis}", f"subjects {', '.join(map(str, case.subjects))}"]
    wrong = {step for step, _ in case.findings}
    lines += [f"{step:2}. {words}: {'WRONG' if step in wrong else 'ok'}" for step, words in STEPS.items()]
    lines += [f"step {step}: {sentence}" for step, sentence in sorted(case.findings)[:100]]
    lines += [f"not checked: {what}" for what in case.skipped]
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    print("\n".join("".join(mark if mark.isprintable() else "\ufffd" for mark in line) for line in lines))
    return 1 if case.findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
