#!/usr/bin/env python3
"""Verify an audit's bundle with nothing but Python: one file, no packages, no network, readable in one sitting.

    python3 verify_standalone.py audit.zip [--policy FILE] [--genesis DIGEST]

It shares no line with Pledger and checks the same by the same numbers (docs/verification.md, steps 1 to 10): digests,
the charter and who it lets sign, Ed25519, the hash chain, the Merkle tree, inclusion and completeness proofs, erasures.
It answers with one JSON object, by the protocol of that page, and lists what it does not check. Whose log it is, a
policy or the charter's digest has to say that you have from elsewhere, or trust is "self-declared". Exit code 0 sound,
1 unsound, 2 wrong command, 3 not a bundle. Python 3.8 or later.
"""

# ruff: noqa: ANN401, B905, BLE001, D102, D103, UP033  # Python 3.8; a docstring where a name does not say it all
# fmt: off
from __future__ import annotations

import argparse
import base64
import hashlib
import io
import json
import re
import sys
import unicodedata
import zipfile
from bisect import bisect_left
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

HEX = "[0-9a-f]{64}"
HASH = "[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]"  # 32 bytes, the bits that they leave over zero
HEADER = re.compile((
    rf'{{"author":"{HASH}","index":(?:0|[1-9][0-9]{{0,15}}),"kind":"[a-z]{{1,32}}","prev":"{HASH}","received":"'
    r'[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z","size":[1-9][0-9]{0,15},'
    rf'"statement":"sha256:{HEX}","subject":"[!#-\[\]-~]{{1,1024}}"}}' + "\n").encode())
LINE = "[^\0-\x1f]+\n"
NOTE = re.compile(f"(({LINE})([1-9][0-9]{{0,18}})\n({LINE})(?:{LINE})*)\n((?:\u2014 [^\\s+\0-\x1f]+ \\S+\n){{1,100}})")
NUMBER = "(0|[1-9][0-9]{0,18})"
RUN, NEAR = f"\nrun {NUMBER} {NUMBER}", f"\nnear ([0-2][!-~]*) {NUMBER} ({HASH})"
PROOF = re.compile(f"pledger-index@v1\nentry {NUMBER}((?:{RUN})*)((?:{NEAR})*)")
ALWAYS = {"charter", "key", "erasure"}  # in every closure, and, like an index, never erased
EVERYWHERE, LASTING = {*ALWAYS, "amendment"}, {*ALWAYS, "index"}
SIGNERS = {**dict.fromkeys(LASTING, "operator"), "retraction": None, "evidence": "submitter", "audit": "auditor",
           "attestation": "assessor", "determination": "auditor", "action": "enforcer",
           **dict.fromkeys(["party", "instrument", "commitment", "baseline", "position", "amendment"], "recorder")}
KEYS = {"OKP": ("crv", "Ed25519", {"x": 32}), "EC": ("crv", "P-256", {"x": 32, "y": 32}),
        "AKP": ("alg", "ML-DSA-44", {"pub": 1312})}
ALGORITHMS = {"Ed25519": ("OKP", 64), "EdDSA": ("OKP", 64), "ES256": ("EC", 64), "ML-DSA-44": ("AKP", 2420)}
UNCHECKED = ("witness cosignatures and quorum; of policies all but keys of logs; of timestamps all but their digests",
             "schemas, corrections, tables, groups, rows of figures; what is surplus or repeated; why files are erased",
             "steps 11 and 12 (method, selection.sql, report); with an index, what the log's replaced keys signed")
UNSEEN = {"audit": "differs malformed", "checkpoint": "quorum", "closure": "surplus", "file": "surplus",
          "consistency": "malformed mismatch", "index": "surplus", "method": "failed unknown", "report": "differs",
          "observations": "count malformed", "policy": "not-the-charters", "selection": "changed",
          "statement": "malformed mends repeated second", "timestamp": "root size surplus unverified"}  # codes let pass
NAMED = {"commitment": {"instrument", "subject", "commitment", "speaker"}, "amendment": {"lever", "by"},
         "action": {"by"}, "instrument": {"issuers"}, "position": {"party"}, "evidence": {"authority_of"}}
TRADERS = {"commitment": {"obligors", "obligees", "actor", "judge", "reporter", "partner"},
           "amendment": {"actor", "judge", "reporter", "partner"}}  # what these name is of the closure, too
FOREVER, PLAIN = 2**53, (3, 0o100644 << 16, 10, 10)  # an end that never comes; a plain file, on Unix, stored

def must(right: Any, sentence: str) -> Any:
    if not right:
        raise ValueError(sentence)
    return right
class Case(SimpleNamespace):
    """One verification on its way: what the bundle holds, who runs the log, what was found, what is not checked."""
    def __init__(self, members: dict[str, bytes]) -> None:
        digests = {name: "sha256:" + sha(raw).hex() for name, raw in members.items()}
        # entries: headers whose statements are here, with these. tenures: who runs the log, by the charter, then by
        # each appointment. grants: the last to each key. erased: by digest, entries of erasures, and what these affect.
        super().__init__(
            members=members, digests=digests, step=1, origin="unknown", genesis="unknown", findings=[], subjects=[],
            skipped={*UNCHECKED}, headers=[], statements={}, entries=[], roots={}, tenures=[], grants={}, erased={},
            index=None, is_unasked=False)
    def need(self, right: object, sentence: str) -> bool:
        self.findings += [(self.step, sentence)] if not right and len(self.findings) < 1000 else []
        return bool(right)
    def excuse(self, what: str, digest: str, after: int, names: set[str]) -> None:
        """Find that something is left out, unless a later erasure lists it, about one of the names."""
        right = any(entry > after and names & about for entry, about in self.erased.get(digest, ()))
        if self.need(right, f"The bundle leaves out {what}."):
            self.skipped.add(f"erased: {what}, by a logged erasure")
    def roles_of(self, kid: str, entry: int) -> set[str]:
        grant = self.grants.get(kid, {"until": 0})
        roles = {*grant["roles"]} if entry < grant["until"] else set()
        return {"operator"} if kid == self.tenures[-1]["kids"][0] else roles
def sha(raw: bytes) -> bytes:
    return hashlib.sha256(raw).digest()
def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
def unbase64(text: str, *, url: bool = True) -> bytes:
    """Return the bytes of Base64 in the one spelling that its encoder writes; for URLs, without padding."""
    raw = base64.b64decode(text + "=" * (-len(text) % 4) if url else text, b"-_" if url else None, validate=True)
    must(text == (base64url(raw) if url else base64.b64encode(raw).decode()), "Base64 is not in its one spelling")
    return raw
def spell(value: object) -> bytes:  # canonical JSON (RFC 8785): there are no floats, and names are ASCII
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
def walk(value: Any, name: str = "", depth: int = 1) -> Any:
    """Yield a value and all that is in it, each with its name; what is in a list has the list's."""
    must(depth <= 32 or not isinstance(value, (dict, list)), "JSON is nested more than 32 deep")
    yield name, value
    listed = [(name, item) for item in value] if isinstance(value, list) else []
    for below, item in value.items() if isinstance(value, dict) else listed:
        yield from walk(item, below, depth + 1)
def parse(raw: bytes, what: str) -> Any:
    """Return the value of canonical JSON of bounded size; anything that is not its one spelling is refused."""
    parts = sum(map(raw.count, (b",", b"[", b"{", b"\\")))
    must(len(raw) <= 1 << 27 and parts <= 2_000_000, f"{what} is too large")
    value = json.loads(raw.decode())
    for name, one in walk(value):
        right = name.isascii() and not isinstance(one, float) and not (isinstance(one, int) and abs(one) >= FOREVER)
        must(right, f"{what} holds a name or number that may not be")
    # A name that is there twice, white space, an escape: each comes out otherwise.
    right = spell(value) == raw and unicodedata.is_normalized("NFC", raw.decode())
    must(right, f"{what} is not in canonical spelling (RFC 8785), or not in NFC")
    return value

# Ed25519: RFC 8032 §5.1, its points in affine coordinates.
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
def add(a: tuple[int, int], b: tuple[int, int]) -> tuple[int, int]:
    d = D * a[0] * b[0] * a[1] * b[1] % P
    return (a[0] * b[1] + b[0] * a[1]) * pow(1 + d, -1, P) % P, (a[1] * b[1] + a[0] * b[0]) * pow(1 - d, -1, P) % P
@lru_cache(maxsize=None)
def decode_point(raw: bytes) -> tuple[int, int] | None:
    """Return the point of a public key; None where its encoding is not canonical (§5.1.3), or its order small."""
    sign, y = divmod(int.from_bytes(raw, "little"), 2**255)
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    x = x if v * x * x % P == u else x * pow(2, (P - 1) // 4, P) % P
    if len(raw) != 32 or y >= P or v * x * x % P != u or (x == 0 and sign):
        return None
    point = (P - x if x & 1 != sign else x, y)
    four = add(add(point, point), add(point, point))
    return point if add(four, four) != (0, 1) else None  # for a key of small order anyone could sign
BASE = decode_point((4 * pow(5, -1, P) % P).to_bytes(32, "little")) or (0, 1)
def verify_ed25519(public: bytes, signature: bytes, message: bytes) -> bool:
    """Tell whether a signature is valid (§5.1.7): S below the group's order, R in its one encoding, no cofactor."""
    point, s = decode_point(public), int.from_bytes(signature[32:], "little")
    if point is None or len(signature) != 64 or s >= L:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    minus, result = (P - point[0], point[1]), (0, 1)
    steps = (result, BASE, minus, add(BASE, minus))
    for bit in range(252, -1, -1):  # [S]B - [k]A, both at once
        result = add(add(result, result), steps[(s >> bit & 1) | (k >> bit & 1) << 1])
    return (result[1] | (result[0] & 1) << 255).to_bytes(32, "little") == signature[:32]

# Keys, and what they sign: RFC 7638, RFC 7515.
def thumbprint(jwk: dict[str, str]) -> str:
    """Return the name of a key (RFC 7638), if it has its required members and is no weak one."""
    fixed, value, sizes = KEYS[jwk["kty"]]
    right = set(jwk) == {"kty", fixed, *sizes} and jwk[fixed] == value
    right = right and {name: len(unbase64(jwk[name])) for name in sizes} == sizes
    must(right and (jwk["kty"] != "OKP" or decode_point(unbase64(jwk["x"]))), "a key is not of its form, or is weak")
    return base64url(sha(spell(jwk)))
def open_jws(raw: bytes, typ: str) -> Any:
    """Return a JWS (RFC 7515 §7.1) in its one spelling, made for one purpose; whose it is has still to be seen."""
    header, payload, signature = (unbase64(part) for part in raw.decode("ascii").split("."))
    head = parse(header, "a JWS header")
    right = set(head) == {"alg", "kid", "typ"} and head["typ"] == typ and len(signature) == ALGORITHMS[head["alg"]][1]
    must(right, f"a JWS has another header than alg, kid and typ ({typ}), or a wrong size")
    return SimpleNamespace(raw=raw, payload=payload, signature=signature, **head)
def is_signed(case: Case, jws: Any, jwk: dict[str, str], what: str) -> bool:
    """Tell whether a key signed; of algorithms that this program lacks, note that this is not checked."""
    if thumbprint(jwk) != jws.kid or ALGORITHMS[jws.alg][0] != jwk["kty"]:
        return False
    if jwk["kty"] == "OKP":
        return verify_ed25519(unbase64(jwk["x"]), jws.signature, jws.raw[: jws.raw.rindex(b".")])
    case.skipped.add(f"the {jws.alg} signature of {what}")
    return True
def read_statement(raw: bytes) -> Any:
    """Return a statement; ``body`` lacks what is null, and is empty where the version is one to come."""
    jws = open_jws(raw, "pledger+jws")
    said = parse(jws.payload, "a statement")
    kind, _, version = said["schema"].partition(".v")
    must(kind in SIGNERS and re.fullmatch("[1-9][0-9]{0,3}", version), "a statement is of no kind that exists")
    body = {member: value for member, value in said["body"].items() if value is not None and version == "1"}
    anchor, name = said["anchor"] if body else None, "sha256:" + sha(raw).hex()
    return SimpleNamespace(name=name, jws=jws, said=said, kind=kind, body=body, anchor=anchor)

# Checkpoints and policies: C2SP signed-note, tlog-checkpoint, tlog-policy.
def read_note(raw: bytes) -> Any:
    """Return what a signed checkpoint says (C2SP tlog-checkpoint), its signatures not yet looked at."""
    found = must(NOTE.fullmatch(raw.decode()), "a checkpoint is not a signed note of origin, size and root")
    signed = [(line.split(" ")[1], unbase64(line.split(" ")[2], url=False)) for line in found[5][:-1].split("\n")]
    root = unbase64(found[4][:-1], url=False)
    return SimpleNamespace(text=found[1].encode(), origin=found[2][:-1], size=int(found[3]), root=root, signed=signed)
def vkeys_of(case: Case, tenure: dict[str, Any]) -> dict[str, bytes]:
    """Return the two keys that sign a tenure's checkpoints, kind and bytes, by how a policy spells them."""
    keys = [b"\1" + unbase64(tenure["checkpoint"][0]["x"]), b"\6" + unbase64(tenure["checkpoint"][1]["pub"])]
    ids = [sha(case.origin.encode() + b"\n" + key)[:4].hex() for key in keys]
    return {f"{case.origin}+{name}+{base64.b64encode(key).decode()}": key for name, key in zip(ids, keys)}
def is_cosigned(case: Case, tenure: dict[str, Any], note: Any) -> bool:
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
    """Tell whether a policy means a tenure: of each kind of key that it names for this log one, and an Ed25519 key."""
    named = {vkey: kind for vkey, kind in policy.items() if vkey.startswith(f"{case.origin}+")}
    kinds = {named[vkey] for vkey in vkeys_of(case, tenure) if vkey in named}
    return 1 in kinds and kinds == set(named.values())  # an ML-DSA-44 key alone, not verified here, shows nothing
def read_archive(raw: bytes) -> dict[str, bytes]:
    """Return the members, in order, of a ZIP in its only spelling: stored, one date, nothing between or after them."""
    again = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive, zipfile.ZipFile(again, "w") as copy:
            must(sum(one.file_size for one in archive.infolist()) < len(raw), "its members are larger than the whole")
            members = {name: archive.read(name) for name in archive.namelist()}
            for name, body in members.items():
                row = zipfile.ZipInfo(name)
                row.create_system, row.external_attr, row.create_version, row.extract_version = PLAIN
                copy.writestr(row, body)
    except Exception as error:
        raise ValueError(f"this is no bundle: {error}") from error
    must(again.getvalue() == raw and members, "the archive is not in its one spelling")
    return members

# Who runs the log, and who may say what: docs/keys.md.
def tenure_of(body: dict[str, Any], one: Any, since: int, old: dict[str, Any]) -> dict[str, Any]:
    who = {**old, **body, "name": one.name, "since": since, "last": body.get("last_checkpoint"), "rotated": ""}
    who["kids"] = [thumbprint(jwk) for jwk in (who["operator"], *who["root"], *who["checkpoint"])]
    count = len(who["root"])
    right = 1 <= who["threshold"] <= count == len(set(who["kids"][1 : count + 1])) <= 20
    return must(right, "root keys are 1 to 20, each named once, the threshold no more than they are") and who
def approvers_of(case: Case, one: Any, roots: list[dict[str, str]]) -> list[str]:
    """Return the root keys that approve a charter or an appointment: all of it but the approvals."""
    body = {member: value for member, value in one.said["body"].items() if member != "approvals"}
    wanted, known = spell({**one.said, "body": body}), {thumbprint(jwk): jwk for jwk in roots}
    found = [open_jws(text.encode(), "pledger-approval+jws") for text in one.body.get("approvals", ())]
    kids, what = [jws.kid for jws in found], f"an approval of {one.name}"
    right = kids == sorted(set(kids)) and known.keys() >= set(kids)
    right = right and all(jws.payload == wanted and is_signed(case, jws, known[jws.kid], what) for jws in found)
    return must(right, "an approval is not by a root key, not over what it approves, or not in order") and kids
def is_held(case: Case, proof: str, jwk: dict[str, str], roles: list[str]) -> bool:
    jws, kid = open_jws(proof.encode(), "pledger-key+jws"), thumbprint(jwk)
    wanted = spell({"genesis": case.genesis, "roles": sorted(roles), "thumbprint": kid})
    return jws.payload == wanted and is_signed(case, jws, jwk, f"the proof of possession of {kid}")
def appoint(case: Case, one: Any, entry: int, used: set[str]) -> bool:
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
    right = right and before >= old["threshold"] and (after >= new["threshold"] or not {"root", "threshold"} & {*body})
    new["rotated"] = is_other and f"Keys: rotated at entry {entry} by {before} of {len(old['root'])} root keys"
    case.tenures += [new] if right else []
    return right
def change_keys(case: Case, one: Any, entry: int) -> bool:
    """Let keys come and go as a key statement says; tell whether it may say so."""
    body, kid, event, operator = one.body, one.said["subject"], one.body["event"], case.tenures[-1]["kids"][0]
    running = {one for who in case.tenures for one in who["kids"]}  # these hold no role beside, then or later
    if event == "appoint":
        return appoint(case, one, entry, running | case.grants.keys())
    old = body["replaces"] if event == "rotate" else kid
    may: object = one.jws.kid == (old if event == "rotate" else operator) and not {kid, old} & running
    if event == "revoke":
        new = {**case.grants[kid], "until": body.get("effective_index", entry)}
        may = may and new["until"] <= entry and new["until"] < case.grants[kid]["until"]
    else:
        new = {"jwk": body["jwk"], "roles": body["roles"], "party": body.get("party"), "until": FOREVER}
        may = may and thumbprint(new["jwk"]) == kid and new["roles"] and "operator" not in new["roles"]
        may = may and (kid not in case.grants or case.roles_of(kid, entry))  # what has ended does not come back
        may = may and is_held(case, body["possession"], new["jwk"], body["roles"])
    if may and event == "rotate":
        before = case.grants[old]
        may = kid not in case.grants and new["party"] in {None, before["party"]}
        may = may and case.roles_of(old, entry).issuperset(new["roles"])
        case.grants[old], new["party"] = {**before, "until": entry + 1}, before["party"]  # its last word
    case.grants.update({kid: new} if may else {})
    return bool(may)
def read_header(line: bytes) -> Any:
    """Return a header, read in its one spelling; ``sides`` are the reporter and partner of a series."""
    must(HEADER.fullmatch(line), "a header is not of its form")
    one, leaf = SimpleNamespace(**json.loads(line)), sha(b"\0" + line[:-1])
    must(max(one.index, one.size) < FOREVER and datetime.fromisoformat(one.received[:-1]), "a header is out of bounds")
    series = re.fullmatch("series:([^/]+)/([^/]+)/([^/]+)", one.subject)
    one.leaf, one.prev, one.sides = leaf, unbase64(one.prev), series.groups()[1:] if series else ()
    key = "2{1}/{2}/{0}".format(*series.groups()) if series else f"1{one.subject}"
    key = f"0{one.subject}" if one.kind in EVERYWHERE else key
    one.record = key.encode() + b"\0" + one.index.to_bytes(8, "big") + leaf  # of an index (docs/completeness.md)
    return one
def check_log(case: Case, note: Any) -> None:
    """Steps 6 and 7: the headers are one chain, in the tree under the signed root, all of them or some."""
    case.step, leaves = 6, {header.index: header.leaf for header in case.headers}
    is_whole, old = "index" not in case.members, SimpleNamespace(index=-1, received="", leaf=bytes(32))
    for new in case.headers:
        gap = new.index - old.index - 1
        right = new.received >= old.received and (new.prev == old.leaf if gap == 0 else gap > 0 and not is_whole)
        case.need(right, f"Entry {new.index} does not follow on {old.index}: by count, by hash, or in time.")
        old = new
    case.step = 7
    if not is_whole:
        check_part(case, note, leaves)
    elif case.need(len(leaves) == note.size, f"The {len(leaves)} headers are not as many as the checkpoint signs."):
        sizes = {one.anchor["size"] for one in case.statements.values() if one.anchor}
        case.roots = roots_of(leaves, {note.size, *(size for size in sizes if 0 < size <= note.size)}, b"")
        case.need(case.roots[note.size] == note.root, "The headers do not have the root that the checkpoint signs.")
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
    must(not rest and places[-1] < max(sizes), "a proof does not fit what it is about")
    return roots
def check_part(case: Case, note: Any, leaves: dict[int, bytes]) -> None:
    """Steps 7 and 8 without most headers: those here are in the tree, its end among them, and in an index."""
    case.roots = {note.size: note.root}
    roots = roots_of(leaves, {note.size}, case.members["inclusion"])
    case.need(roots == case.roots, "The headers are not in the tree that the checkpoint signs.")
    top, _, hashes = case.members["index"].partition(b"\n\n")
    proof = must(PROOF.fullmatch(top.decode()), "the completeness proof is not of its form")
    header, one = {header.index: (header, one) for header, one in case.entries}[int(proof[1])]
    size = one.body["size"]
    right = header.kind == one.kind == "index" and one.said["subject"] == case.origin and 0 <= size <= header.index
    case.need(right, "What the completeness proof is about is not the statement of an index of this log.")
    tail = sum(at >= size for at in leaves)
    case.need(size + tail == note.size, "The headers after the index are not all of them to the end of the log.")
    case.step, held = 8, {header.record for header in case.headers if header.index < size}
    near = [(key.encode() + b"\0", int(at), unbase64(leaf)) for key, at, leaf in re.findall(NEAR, proof[5])]
    records = sorted([*held, *(key + at.to_bytes(8, "big") + leaf for key, at, leaf in near)])
    runs = [(int(first), int(count)) for first, count in re.findall(RUN, proof[2])]
    is_all = sum(count for _, count in runs) == len(records) == len(set(records))
    places = sorted({first + at for first, count in runs for at in range(count)} if is_all else ())
    must(len(places) == len(records), "the completeness proof is about more or fewer entries than are here")
    head = roots_of({place: sha(b"\2" + record) for place, record in zip(places, records)}, {size}, hashes)[size]
    root = base64url(sha(b"\3" + size.to_bytes(8, "big") + head))
    case.need(root == one.body["root"], "The completeness proof does not lead to the root that was logged.")
    case.index = (records, [-1, *places, size], held)
    case.skipped.add("index: the chain between these headers, what authors had seen, that its root is an honest one")

# Steps 8 to 10: that all is here, and by whom it is.
def named_by(one: Any, names: dict[str, set[str]]) -> set[str]:
    return {value for name, value in walk(one.body) if name in names.get(one.kind, ()) and isinstance(value, str)}
def check_ranges(case: Case, subjects: set[str], traders: set[str]) -> None:
    """Step 8: in the index, nothing of the closure stands but what is here."""
    must(len(traders) <= 1000, "the audit is about more parties than there are")
    (records, places, held), pairs = case.index, (f"2{one}/{other}/" for one in traders for other in traders)
    for prefix in ("0", *(f"1{subject}\0" for subject in subjects), *pairs):
        start, stop = (bisect_left(records, prefix.encode() + end) for end in (b"", b"\xff"))
        right = places[stop + 1] - places[start] - 1 == stop - start and held.issuperset(records[start:stop])
        case.need(right, f"What the index has about {prefix[1:]!r} is not all here.")
def check_closure(case: Case, note: Any) -> None:
    """Step 8: each statement of the closure, worked out from the headers, is here or erased."""
    case.step = 8
    audit = parse(case.members["audit.json"], "audit.json")
    case.subjects, size = [*audit["subjects"]], audit["view"]["size"]
    right = 0 < len(set(case.subjects)) == len(case.subjects) and 0 < size <= note.size
    case.need(right, "The audit names no subject, one twice, or a view of more entries than are signed.")
    pending, closure, traders = {*case.subjects}, {"*"}, {"*"}
    while pending:
        closure, found = closure | pending, [one for header, one in case.entries if header.subject in pending]
        traders = traders.union(*(named_by(one, TRADERS) for one in found))
        pending = traders.union(*(named_by(one, NAMED) for one in found)) - closure
    for header in case.headers:
        is_figure = header.sides and traders.issuperset(header.sides)
        is_in = header.kind in EVERYWHERE or header.subject in closure or is_figure
        if is_in and header.statement not in case.statements:
            digest = "" if header.kind in LASTING else header.statement
            case.excuse(f"the {header.kind} at entry {header.index}", digest, header.index, {header.subject})
    if case.index:
        check_ranges(case, closure - {"*"}, traders)
    case.need(case.statements.keys() <= {header.statement for header in case.headers}, "A statement has no header.")
def check_statement(case: Case, header: Any, one: Any) -> None:
    """Step 9: a statement is what its header says, for this ledger, signed by who may at this entry."""
    entry, kid, anchor, what = header.index, one.jws.kid, one.anchor, f"entry {header.index}"
    about = one.body["dimensions"] if one.kind == "evidence" and one.body else {}
    series = "series:{measure}/{reporter}/{partner}".format(**about) if about else header.subject
    said = [len(one.jws.raw), one.kind, one.said["subject"], series, kid, one.said["genesis"]]
    wanted = [header.size, header.kind, *[header.subject] * 2, header.author, case.genesis if entry else None]
    case.need(said == wanted, f"The size, kind, subject, author or ledger of {what} is not that of its header.")
    if anchor is not None:
        right = case.index or base64url(case.roots.get(anchor["size"], b"")) == anchor["root"]
        case.need(right and anchor["size"] <= entry, f"The checkpoint that the author of {what} had seen is not ours.")
    case.skipped |= {f"meaning: {what} is of {one.said['schema']}"} if not one.body else set()
    if entry == 0:
        return  # step 4
    held, needed, event = case.roles_of(kid, entry), SIGNERS[one.kind], one.body.get("event")
    jwk = case.grants[kid]["jwk"] if kid in case.grants else case.tenures[-1]["operator"]
    if one.kind == "key" and event in {"rotate", "appoint"}:  # what else these take is for change_keys
        held, needed, jwk = {"any"}, None, one.body.get("jwk", jwk) if event == "appoint" else jwk
    may = one.kind != "charter" and held and (needed is None or needed in held)
    case.need(may, f"The author of {what} does not hold the role of {needed} there.")
    right = case.need(may and is_signed(case, one.jws, jwk, what), f"The signature of {what} does not verify.")
    if right and one.kind == "key" and one.body:
        case.need(change_keys(case, one, entry), f"The key statement of {what} says what its author may not.")
def check_figures(case: Case) -> None:
    """Step 10: the files that evidence names are here, erased, or kept back by a licence."""
    case.step = 10
    evidence = [(header, one.body) for header, one in case.entries if one.kind == "evidence" and one.body]
    kept = {body["raw"]["digest"] for _, body in evidence if body.get("redistribute") is not True}
    for header, body in evidence:
        for folder, end in (("observations", ".csv"), ("raw", "")):
            digest = body[folder]["digest"]
            name = f"{folder}/{digest[7:]}{end}"  # a file that is here has the digest of its name, by step 2
            if folder == "raw" and digest in kept:
                case.skipped.add(f"{name} of entry {header.index}: its licence keeps it back")
            elif name in case.members:
                case.need(body[folder]["size"] == len(case.members[name]), f"{name} has another size than is said.")
            else:
                case.excuse(f"{name} of entry {header.index}", digest, header.index, {header.subject, header.statement})

def check(case: Case, trusted: bytes | None, genesis: str | None) -> None:
    """Go through the steps; the first thing that cannot be read ends it."""
    case.step = 2
    manifest = parse(case.members["manifest.json"], "the manifest")
    rows = [{"name": name, "digest": case.digests[name], "size": len(raw)} for name, raw in case.members.items()][1:]
    right = manifest == {"members": rows, "schema": "bundle.v1", "software": manifest["software"]}
    case.need(right, "The manifest does not list every member as it is.")
    named = ((re.fullmatch(f"[a-z]+/({HEX})(.csv|.toml)?", name), digest) for name, digest in case.digests.items())
    case.need(all(not name or name[1] == digest[7:] for name, digest in named), "A file is not what its name says.")
    case.step = 3
    own = read_policy(case.members["policy"])
    chosen = own if trusted is None else read_policy(trusted)
    case.step = 5
    note = read_note(case.members["checkpoint"])
    case.origin, case.step = note.origin, 9
    found = (read_statement(raw) for name, raw in case.members.items() if name.startswith("statements/"))
    case.statements = {one.name: one for one in found}
    case.step = 6
    case.headers = [read_header(line) for line in case.members["headers"].splitlines(keepends=True)]
    case.entries = [(one, case.statements[one.statement]) for one in case.headers if one.statement in case.statements]
    case.step, case.genesis = 4, case.headers[0].statement
    case.need(genesis in {None, case.genesis}, "Entry 0 is not the charter that you named.")
    one = case.statements[case.genesis]
    case.tenures = [tenure_of(one.body, one, 0, {})]
    right = one.kind == "charter" and one.said["subject"] == one.body["origin"] == case.origin
    case.need(right, "Entry 0 is not the charter of this log.")
    case.need(is_signed(case, one.jws, one.body["operator"], "the charter"), "Its operator did not sign the charter.")
    case.need(len(approvers_of(case, one, one.body["root"])) >= one.body["threshold"], "Too few root keys approved it.")
    check_log(case, note)
    for header, one in case.entries:
        for digest in one.body.get("digests", ()) if header.kind == one.kind == "erasure" else ():
            case.erased.setdefault(digest, []).append((header.index, {header.subject, *one.body.get("affects", ())}))
    check_closure(case, note)
    case.step = 9
    for header, one in case.entries:  # in their order, as keys come and go
        check_statement(case, header, one)
    check_figures(case)
    case.step, last = 5, case.tenures[-1]  # now it is known which keys are in force
    case.need(is_cosigned(case, last, note), "The keys in force did not both sign the checkpoint.")
    case.need(own.keys() == vkeys_of(case, last).keys(), "The bundle's policy does not name exactly the log's keys.")
    # Each appointment carries what the keys before it signed; step 9 held that against the log, if it is all here.
    is_led = any(is_named(case, who, chosen) for who in case.tenures)
    right = is_named(case, last, chosen) or (is_led and not case.index)
    case.is_unasked = is_led and not right and not case.findings
    case.need(right, "The policy does not name the keys of this log, nor keys that are shown to lead to them.")
def verify(raw: bytes, trusted: bytes | None = None, genesis: str | None = None) -> Case:
    """Return what was found in a bundle; only what is no bundle at all raises."""
    case = Case(read_archive(raw))
    try:
        check(case, trusted, genesis)
    except Exception as error:
        case.findings.append((case.step, f"Not of its form, so that what follows was not reached: {error!r:.200}"))
    return case
def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Verify an audit's bundle with nothing but Python.")
    for word in ("file", "--policy", "--genesis"):
        parser.add_argument(word)
    parser.add_argument("--json", action="store_true", help="is what it does anyhow")
    given = parser.parse_args(arguments)
    try:
        policy = None if given.policy is None else Path(given.policy).read_bytes()
        case = verify(Path(given.file).read_bytes(), policy, given.genesis)
        if case.is_unasked:
            raise OSError("its log has an index, and the policy names keys that were replaced since")
    except (ValueError, OSError, MemoryError) as error:
        print(f"This cannot be verified: {str(error) or 'there is too little memory'}.", file=sys.stderr)
        return 3 if isinstance(error, ValueError) else 2
    trust = "given" if policy is not None else "self-declared" if given.genesis is None else "charter"
    found = [{"step": step, "sentence": sentence} for step, sentence in sorted(case.findings)[:100]]
    said = {"sound": not found, "trust": trust, "origin": case.origin, "genesis": case.genesis, "findings": found,
            "subjects": case.subjects, "keys": [who["rotated"] for who in case.tenures if who["rotated"]]}
    codes = [f"{about}.{word}" for about, words in UNSEEN.items() for word in words.split()]
    print(json.dumps({**said, "not_checked": sorted(case.skipped), "codes_not_checked": codes}, indent=1))
    return 1 if found else 0

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
