"""Verification: the numbered procedure and its steps (``check/``), against forgers who write everything but signatures.

The forger of the first tables has the bundle alone and makes a manifest that fits; that of the others also runs the log
and holds its checkpoint keys. (Design §2.6; docs/verification.md lists the codes.)
"""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from ledger.audit.archive import format_archive, measure, part_of
from ledger.audit.bundle import (
    Listed,
    Manifest,
    Software,
    format_manifest,
    mapping_member,
    observations_member,
    statement_member,
)
from ledger.audit.result import AuditResult
from ledger.audit.verification import Verification
from ledger.audit.verify import verify
from ledger.errors import MalformedError, UnavailableError
from ledger.model.determination import View
from ledger.signing.canonical import decode_base64url, format_json
from ledger.signing.envelope import STATEMENT, open_envelope, seal
from ledger.tlog.checkpoint import Checkpoint, add_signatures, cosign_checkpoint, log_keys, sign_checkpoint
from ledger.tlog.note import SignatureType, VerifierKey
from ledger.tlog.policy import Log, Policy, Witness, format_policy
from tests.unit.audit.small_ledger import (
    COMMITMENT,
    DESK,
    EXPORTS,
    LOG_KEY,
    LOG_KEY_2,
    OPERATOR,
    ORIGIN,
    OTHER_ORIGIN,
    RAW,
    SOFTWARE,
    SOURCE,
    SOY,
    STRANGER,
    TERM,
    SmallLedger,
    base64url,
    bundled,
    evidence,
    key_of,
    monthly,
    sha256,
    soy_ledger,
    unbundled,
)

FULL = (450_000,) * 12
POSITION = {"party": "us", "stance": "affirms", "date": "2019-02-01", "source": SOURCE}
OTHERS = format_policy(
    Policy(tuple(Log(key) for key in log_keys(ORIGIN, ed25519=key_of(21).public, mldsa=key_of(22, "ML-DSA-44").public)))
)
"""The policy of a log of the same name, by other keys."""


P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def checked(raw: bytes, **options: Any) -> Verification:
    """Return the verification of a bundle."""
    return verify(io.BytesIO(raw), **options)


def codes(raw: bytes, **options: Any) -> set[str]:
    """Return the codes of all findings, after seeing that the answer agrees with them."""
    answer = checked(raw, **options)
    assert answer.sound == (not answer.findings)
    assert [one.step for one in answer.findings] == sorted(one.step for one in answer.findings)
    return {one.code for one in answer.findings}


@pytest.fixture(scope="module")
def sound() -> bytes:
    """A bundle in which nothing is wrong: 12 × 450,000 t of 5,000,000 t owed."""
    return soy_ledger(*FULL).bundle()


# --- sound ------------------------------------------------------------------------------------------------------------


def test_sound_bundle_says_on_whose_word(sound: bytes) -> None:
    """Without a policy of the caller's the answer is self-declared, and says of which log (design §2.6)."""
    answer = checked(sound)
    assert answer.sound
    assert answer.findings == ()
    assert answer.trust == "self-declared"
    assert answer.origin == ORIGIN
    assert answer.genesis == soy_ledger().genesis
    assert answer.subjects == (SOY,)
    assert (answer.size, answer.view_size, answer.as_of) == (7, 7, "2020-12-31")
    assert answer.not_checked == ("rendering",)


def test_policy_of_the_caller_is_given_trust(sound: bytes) -> None:
    """``--policy`` that names the log's keys; one key of the two is a policy, too."""
    policy = soy_ledger().policy
    ed25519 = log_keys(ORIGIN, ed25519=LOG_KEY.public, mldsa=LOG_KEY_2.public)[0]
    assert checked(sound, policy=policy).trust == "given"
    assert checked(sound, policy=policy).sound
    assert checked(sound, policy=format_policy(Policy((Log(ed25519),)))).sound


def test_pinned_policy_is_taken_for_its_origin(sound: bytes) -> None:
    """``trust add`` pins a policy for an origin; a pinned one of another log is not asked; a given one goes first."""
    pinned = {ORIGIN: soy_ledger().policy}
    assert checked(sound, pinned=pinned).trust == "pinned"
    assert checked(sound, pinned=pinned).sound
    assert checked(sound, pinned={OTHER_ORIGIN: OTHERS}).trust == "self-declared"
    assert checked(sound, pinned=pinned, policy=soy_ledger().policy).trust == "given"


@pytest.mark.parametrize("how", ["given", "pinned"])
def test_policy_of_another_log_is_unsound(sound: bytes, how: str) -> None:
    """A bundle of a log that the caller does not trust is not sound, however well it hangs together."""
    options = {"policy": OTHERS} if how == "given" else {"pinned": {ORIGIN: OTHERS}}
    assert checked(sound, **options).trust == how
    assert codes(sound, **options) == {"policy.other-log", "checkpoint.untrusted"}


def test_charter_that_the_caller_named_is_trust(sound: bytes) -> None:
    """``--genesis`` stands for a policy: the charter's keys are the log's. A policy that is given goes first (§2.6)."""
    genesis = soy_ledger().genesis
    assert checked(sound, genesis=genesis).trust == "charter"
    assert checked(sound, genesis=genesis).sound
    assert checked(sound, genesis=genesis, policy=soy_ledger().policy).trust == "given"
    assert checked(sound, genesis=genesis, pinned={ORIGIN: soy_ledger().policy}).trust == "pinned"


@pytest.mark.parametrize("policy", [None, b"the policy"], ids=["without a policy", "with the right policy"])
def test_other_charter_than_the_one_that_was_named_is_unsound(sound: bytes, policy: bytes | None) -> None:
    """A bundle of another log than the one that the caller means is named as that, whatever else holds (step 4)."""
    given = soy_ledger().policy if policy else None
    answer = checked(sound, genesis="sha256:" + "0" * 64, policy=given)
    assert [(one.code, one.step) for one in answer.findings] == [("charter.other", 4)]
    assert "you named sha256:0000" in answer.findings[0].sentence


def test_policy_that_is_none_is_unsound(sound: bytes) -> None:
    """A policy that cannot be read trusts nobody."""
    assert codes(sound, policy=b"trust everybody") == {"policy.malformed"}


def test_older_views_and_other_dates_verify() -> None:
    """An audit of fewer entries, or of an earlier day, is sound against a later checkpoint (R1)."""
    ledger = soy_ledger(*FULL)
    ledger.say("position", SOY, POSITION)
    for view in (View(size=6, as_of="2019-06-30"), View(size=7, as_of="2020-02-04"), View(size=8, as_of="2020-02-05")):
        answer = checked(ledger.bundle(view=view))
        assert answer.sound, answer.findings
        assert (answer.view_size, answer.as_of) == (view.size, view.as_of)


def test_answer_is_plain_data(sound: bytes) -> None:
    """``verify --json`` gives sound, trust, not_checked and findings (issue of the first story, point 8)."""
    document = checked(sound).document()
    assert json.loads(json.dumps(document)) == document
    assert {"sound", "trust", "not_checked", "findings", "origin", "genesis"} <= document.keys()


# --- 1: what is no bundle ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("raw", [b"", b"PK", b"not a bundle" * 100], ids=["empty", "begun", "something else"])
def test_what_is_no_bundle_is_malformed(raw: bytes) -> None:
    """Step 1 raises: there is nothing to answer about."""
    with pytest.raises(MalformedError, match="not a bundle"):
        checked(raw)


# --- 2: the manifest --------------------------------------------------------------------------------------------------


def with_manifest(raw: bytes, change: Callable[[list[Listed]], object]) -> bytes:
    """Return the bundle with a manifest that was changed, archived well."""
    members = unbundled(raw)
    parts = [measure(part_of(name, content)) for name, content in members.items()]
    listed = [Listed(name=one.part.name, digest=one.digest, size=one.size) for one in parts]
    change(listed)
    manifest = Manifest(schema_="bundle.v1", software=SOFTWARE, members=tuple(listed))
    sink = io.BytesIO()
    format_archive([measure(part_of("manifest.json", format_manifest(manifest))), *parts], sink)
    return sink.getvalue()


def other_digest(listed: list[Listed]) -> None:
    """List another digest of the first member."""
    listed[0] = listed[0].model_copy(update={"digest": "sha256:" + "0" * 64})


def other_size(listed: list[Listed]) -> None:
    """List another size of the first member."""
    listed[0] = listed[0].model_copy(update={"size": 0})


def one_more(listed: list[Listed]) -> None:
    """List a member that is not there."""
    listed.append(Listed(name="raw/" + "0" * 64, digest="sha256:" + "0" * 64, size=0))


MANIFESTS = {
    "another digest": (other_digest, "manifest.mismatch"),
    "another size": (other_size, "manifest.mismatch"),
    "a member less": (lambda listed: listed.pop(), "manifest.mismatch"),
    "a member more": (one_more, "manifest.mismatch"),
    "another order": (lambda listed: listed.reverse(), "manifest.order"),
    "a member twice": (lambda listed: listed.append(listed[0]), "manifest.order"),
}


@pytest.mark.parametrize("phrase", MANIFESTS)
def test_manifest_that_does_not_fit_is_unsound(sound: bytes, phrase: str) -> None:
    """Step 2: size and digest of every member, once each, in order."""
    change, code = MANIFESTS[phrase]
    assert with_manifest(sound, lambda _: None) == sound
    assert codes(with_manifest(sound, change)) == {code}


# --- forgeries of members, with a manifest that fits ------------------------------------------------------------------

Members = dict[str, bytes]


def put(name: str, raw: bytes | Callable[[bytes], bytes]) -> Callable[[Members], object]:
    """Return what puts other bytes in the place of a member."""

    def forge(members: Members) -> None:
        members[name] = raw(members[name]) if callable(raw) else raw

    return forge


def lines(change: Callable[[list[bytes]], object]) -> Callable[[Members], object]:
    """Return what changes the lines of headers."""

    def forge(members: Members) -> None:
        listed = members["headers"].splitlines(keepends=True)
        change(listed)
        members["headers"] = b"".join(listed)

    return forge


def drop(prefix: str, *, place: int = 0) -> Callable[[Members], object]:
    """Return what leaves out a member that begins so, by place."""

    def forge(members: Members) -> None:
        del members[sorted(name for name in members if name.startswith(prefix))[place]]

    return forge


def drop_entry(index: int) -> Callable[[Members], object]:
    """Return what leaves out the statement of an entry."""

    def forge(members: Members) -> None:
        header = json.loads(members["headers"].splitlines()[index])
        del members[statement_member(header["statement"])]

    return forge


def swap_statements(members: Members) -> None:
    """Give the statements of the two parties each the name of the other."""
    entries = [json.loads(line) for line in members["headers"].splitlines()]
    first, second = (statement_member(entries[index]["statement"]) for index in (2, 3))
    members[first], members[second] = members[second], members[first]


def swap(listed: list[bytes]) -> None:
    """Swap the headers of the two parties."""
    listed[2], listed[3] = listed[3], listed[2]


def other_figure(members: Members) -> None:
    """Change the figure of January, under the old name."""
    name = observations_member(sha256(monthly(*FULL)))
    members[name] = members[name].replace(b"450000", b"250000", 1)


def other_figure_by_its_own_digest(members: Members) -> None:
    """Change the figure of January, under the name that fits."""
    other_figure(members)
    raw = members.pop(observations_member(sha256(monthly(*FULL))))
    members[observations_member(sha256(raw))] = raw


def result(change: Callable[[Any], object]) -> Callable[[Members], object]:
    """Return what changes audit.json, canonical again."""

    def forge(members: Members) -> None:
        document = json.loads(members["audit.json"])
        change(document)
        members["audit.json"] = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

    return forge


def resigned(*keys: Any, size: int = 7, origin: str = ORIGIN) -> Callable[[Members], object]:
    """Return what puts a checkpoint by other keys, or of another size or log, in the place of the log's."""
    ed25519, mldsa = keys or (LOG_KEY, LOG_KEY_2)

    def forge(members: Members) -> None:
        head = Checkpoint(origin, size, soy_ledger(*FULL).root)
        members["checkpoint"] = sign_checkpoint(head, ed25519=ed25519, mldsa=mldsa, at=1_583_020_800)

    return forge


def unmark(raw: bytes) -> bytes:
    """Return the checkpoint without its second signature."""
    return b"".join(raw.splitlines(keepends=True)[:-1])


MEMBERS: dict[str, tuple[Callable[[Members], object], set[str]]] = {
    # 3
    "a policy that is none": (put("policy", b"trust me\n"), {"policy.malformed"}),
    # 5
    "a policy of another log": (put("policy", OTHERS), {"policy.not-the-charters", "checkpoint.untrusted"}),
    "a policy with a remark": (put("policy", lambda raw: b"# fine\n" + raw), {"policy.not-the-charters"}),
    "a checkpoint that is none": (put("checkpoint", b"six entries, honestly\n"), {"checkpoint.malformed"}),
    "a checkpoint by others": (resigned(key_of(21), key_of(22, "ML-DSA-44")), {"checkpoint.unsigned"}),
    "a checkpoint signed once": (put("checkpoint", unmark), {"checkpoint.unsigned"}),
    "a checkpoint with a broken signature": (
        put("checkpoint", lambda raw: raw.replace(b"\n6\n", b"\n5\n").replace(b"\n7\n", b"\n6\n")),
        {"checkpoint.unsigned", "tree.size", "audit.view"},
    ),
    "a checkpoint of another log": (resigned(origin=OTHER_ORIGIN), {"charter.origin", "checkpoint.unsigned"}),
    # 6 and 7
    "a checkpoint of more entries": (resigned(size=8), {"tree.size"}),
    "no last header": (lines(lambda listed: listed.pop()), {"tree.size", "closure.surplus", "file.surplus"}),
    "the last header twice": (
        lines(lambda listed: listed.append(listed[-1])), {"chain.index", "chain.prev", "tree.size"},
    ),
    "two headers swapped": (lines(swap), {"chain.index", "chain.prev", "tree.root-mismatch"}),
    "no last line feed": (put("headers", lambda raw: raw[:-1]), {"entry.form"}),
    "carriage returns": (put("headers", lambda raw: raw.replace(b"\n", b"\r\n")), {"charter.missing"}),
    "an empty line": (lines(lambda listed: listed.insert(3, b"\n")), {"entry.form", "tree.size"}),
    "no headers": (put("headers", b""), {"charter.missing"}),
    "an endless header": (put("headers", lambda raw: raw + b"a" * 10_000), {"entry.form", "tree.size"}),
    "headers without end": (put("headers", lambda raw: raw + b"\n" * 5000), {"entry.form"}),
    "a header with another subject": (
        put("headers", lambda raw: raw.replace(b'"subject":"us"', b'"subject":"eu"')),
        {"chain.prev", "tree.root-mismatch", "closure.surplus"},
    ),
    # 8
    "no charter": (drop_entry(0), {"charter.missing"}),
    "no grant": (drop_entry(1), {"closure.missing", "statement.authority"}),
    "no party": (drop_entry(3), {"closure.missing", "audit.differs"}),
    "no commitment": (drop_entry(5), {"closure.missing", "method.failed"}),
    "no evidence": (drop_entry(6), {"closure.missing", "file.surplus", "audit.differs"}),
    "a statement of somewhere else": (put("statements/" + "0" * 64, b"a.b.c"), {"closure.surplus"}),
    "an audit that is none": (put("audit.json", b"{}"), {"audit.malformed"}),
    "an audit that is no JSON": (put("audit.json", b"met, on all counts"), {"audit.malformed"}),
    "an audit with spaces": (put("audit.json", lambda raw: raw.replace(b",", b", ", 1)), {"audit.malformed"}),
    "an audit of endless small values": (
        put("audit.json", b'{"a":[' + b"{}," * 700_000 + b"{}]}"), {"audit.malformed"},
    ),
    "an audit of a view to come": (result(lambda it: it["view"].update(size=8)), {"audit.view"}),
    "an audit of nothing": (result(lambda it: it.update(subjects=[])), {"audit.malformed"}),
    "an audit of one thing twice": (result(lambda it: it.update(subjects=[SOY, SOY])), {"audit.malformed"}),
    "an audit of something unknown": (result(lambda it: it.update(subjects=["x"])), {"method.failed"}),
    # 9
    "two statements swapped": (swap_statements, {"statement.digest"}),
    # 10
    "another figure": (other_figure, {"file.digest", "audit.differs"}),
    "another figure under its own digest": (
        other_figure_by_its_own_digest,
        {"file.missing", "file.surplus", "method.failed"},
    ),
    "no figures": (drop("observations/"), {"file.missing", "method.failed"}),
    "no raw file": (drop("raw/"), {"file.missing"}),
    "another raw file": (put("raw/" + sha256(RAW)[7:], b"month,tons\n"), {"file.digest"}),
    "a raw file of nobody": (put("raw/" + "0" * 64, b"leaked"), {"file.surplus"}),
    "a mapping of nobody": (put(f"mappings/{'1' * 64}.toml", b"leaked"), {"file.surplus"}),
    "another mapping": (put(mapping_member("sha256:" + "0" * 64), b'name = "another"'), {"file.digest"}),
    "figures of nobody": (put("observations/" + "0" * 64 + ".csv", b"leaked"), {"file.surplus"}),
    # 11
    "another selection": (
        put("selection.sql", lambda raw: raw.replace(b"newest = 1", b"newest = 2")), {"selection.changed"},
    ),
    "an endless selection": (put("selection.sql", b" " * (1 << 21)), {"selection.changed"}),
    "another outcome": (result(lambda it: it["findings"][0].update(outcome="not_met")), {"audit.differs"}),
    "another title": (result(lambda it: it.update(title="A broken promise")), {"audit.differs"}),
    "another log's audit": (result(lambda it: it.update(origin=OTHER_ORIGIN)), {"audit.differs"}),
    "another day": (result(lambda it: it["view"].update(as_of="2019-12-31")), {"audit.differs"}),
    "something added": (result(lambda it: it.update(seal="of quality")), {"audit.differs"}),
    "another method": (result(lambda it: it.update(method="2031.1")), {"method.unknown"}),
}  # fmt: skip


@pytest.mark.parametrize("phrase", MEMBERS)
def test_forged_member_is_unsound(sound: bytes, phrase: str) -> None:
    """Whoever has the bundle alone, and makes a manifest that fits, is found by the steps after it."""
    forge, expected = MEMBERS[phrase]
    members = unbundled(sound)
    forge(members)
    found = codes(bundled(members))
    assert expected <= found
    assert found


def test_headers_are_not_read_on_once_a_thousand_are_wrong(sound: bytes) -> None:
    """A bundle cannot buy hours with lines of nothing: it is unsound by then, and the answer says where it ended."""
    members = unbundled(sound)
    members["headers"] = b"".join(members["headers"].splitlines(keepends=True)[:1]) + b"\n" * 1_000_000
    answer = checked(bundled(members))
    assert len(answer.findings) == 1001
    assert {one.code for one in answer.findings} == {"entry.form", "findings.more"}


def test_first_difference_is_named_by_its_path(sound: bytes) -> None:
    """Step 11 names where audit.json differs, and both values."""
    members = unbundled(sound)
    result(lambda it: it["findings"][0].update(outcome="not_met"))(members)
    (finding,) = checked(bundled(members)).findings
    assert (finding.code, finding.step, finding.subject) == ("audit.differs", 11, "audit.json")
    assert "$.findings[0].outcome is 'not_met' where 'met' is worked out" in finding.sentence


# --- forgeries by whoever runs the log --------------------------------------------------------------------------------


def revoke(ledger: SmallLedger, **members: object) -> str:
    """Add a revocation of the desk's key."""
    return ledger.say("key", DESK.kid, {"event": "revoke", "reason": "lost", **members}, key=OPERATOR)


def log_with_other_signature(ledger: SmallLedger) -> None:
    """Add a position whose signature is that of another statement."""
    ledger.say("position", SOY, POSITION)
    ledger.say("position", SOY, {**POSITION, "date": "2019-02-02"})
    first, second = ledger.jws[-2:]
    forged = second.rpartition(b".")[0] + b"." + first.rpartition(b".")[2]
    ledger.log(forged, {"author": DESK.kid, "kind": "position", "subject": SOY})


def repeat(ledger: SmallLedger) -> None:
    """Add the commitment once more, to the byte."""
    ledger.log(ledger.jws[5], {"author": DESK.kid, "kind": "commitment", "subject": SOY})


def repeat_otherwise(ledger: SmallLedger) -> None:
    """Add a position twice: an ECDSA signature (r, s) has a twin, (r, n - s), that anybody can make of it."""
    key = key_of(12, "ES256")
    ledger.grant(key, ["recorder"])
    ledger.say("position", SOY, POSITION, key=key)
    signed, _, signature = ledger.jws[-1].rpartition(b".")
    raw = decode_base64url(signature, what="the signature")
    twin = P256_ORDER - int.from_bytes(raw[32:], "big")
    other = base64url(raw[:32] + twin.to_bytes(32, "big")).encode()
    ledger.log(signed + b"." + other, {"author": key.kid, "kind": "position", "subject": SOY})


def anchored(size: int, root: bytes | None = None) -> Callable[[SmallLedger], object]:
    """Return what adds a position whose author had seen a checkpoint."""

    def record(ledger: SmallLedger) -> None:
        seen = SmallLedger(leaves=ledger.leaves[:size]).root if root is None else root
        ledger.say("position", SOY, POSITION, anchor={"root": base64url(seen), "size": size})

    return record


def mend(
    kind: str, body: dict[str, Any], *, target: int, key: Any = DESK, subject: str = SOY
) -> Callable[[SmallLedger], object]:
    """Return what adds a statement that mends or retracts the one of an entry."""

    def record(ledger: SmallLedger) -> None:
        name = sha256(ledger.jws[target])
        if kind == "retraction":
            ledger.say(kind, subject, {**body, "statement": name}, key=key)
        else:
            ledger.say(kind, subject, body, key=key, corrects=name)

    return record


def stranger_mends(ledger: SmallLedger) -> None:
    """Add a correction of the commitment by another recorder."""
    ledger.grant(STRANGER, ["recorder"])
    mend("commitment", COMMITMENT, target=5, key=STRANGER)(ledger)


def stranger_replaces(ledger: SmallLedger) -> None:
    """Add another commitment of the same name by another recorder, who corrects nothing."""
    ledger.grant(STRANGER, ["recorder"])
    ledger.say("commitment", SOY, {**COMMITMENT, "terms": [{**TERM, "target": "1"}]}, key=STRANGER)


def anew(ledger: SmallLedger) -> None:
    """Add a retraction of the commitment, and the commitment anew by another recorder."""
    mend("retraction", RETRACTION, target=5)(ledger)
    stranger_replaces(ledger)


def observe(csv: bytes, **changes: Any) -> Callable[[SmallLedger], object]:
    """Return what adds evidence of a later vintage."""
    return lambda ledger: ledger.observe(csv, vintage={"published": "2020-03-01"}, **changes)


RETRACTION = {"ground": "recorded_in_error", "date": "2019-03-01", "reason": "wrong"}
SHIFTED = monthly(*FULL).replace(b"HS,1201", b"HS,1,201")
COUNTED = {"observations": {"digest": sha256(monthly(1)), "size": len(monthly(1)), "count": 2}}
SIZED = {"observations": {"digest": sha256(monthly(1)), "size": 5, "count": 1}}
LINE = {"author": DESK.kid, "kind": "position", "subject": SOY}

LOGS: dict[str, tuple[Callable[[SmallLedger], object], set[str]]] = {
    "a statement for another ledger": (
        lambda it: it.say("position", SOY, POSITION, genesis="sha256:" + "0" * 64), {"statement.genesis"},
    ),
    "a header of another kind": (
        lambda it: it.say("position", SOY, POSITION, header={"kind": "action"}), {"statement.kind"},
    ),
    "a header of no kind": (
        lambda it: it.say("position", SOY, POSITION, header={"kind": "rumour"}), {"statement.kind"},
    ),
    "a header of another subject": (
        lambda it: it.say("position", "another", POSITION, header={"subject": SOY}), {"statement.subject"},
    ),
    "a header of another size": (lambda it: it.say("position", SOY, POSITION, header={"size": 9}), {"statement.size"}),
    "a header of another author": (
        lambda it: it.say("position", SOY, POSITION, header={"author": OPERATOR.kid}), {"statement.author"},
    ),
    "an unknown key": (lambda it: it.say("position", SOY, POSITION, key=STRANGER), {"statement.authority"}),
    "a key without the role": (lambda it: it.say("position", SOY, POSITION, key=OPERATOR), {"statement.authority"}),
    "a key that grants itself a role": (lambda it: it.grant(STRANGER, by=STRANGER), {"statement.authority"}),
    "a key that was revoked": (
        lambda it: (revoke(it), it.say("position", SOY, POSITION)), {"statement.authority"},
    ),
    "another statement's signature": (log_with_other_signature, {"statement.signature"}),
    "a statement that is none": (lambda it: it.log(b"a.b.c", LINE), {"statement.malformed"}),
    "a statement without a member": (lambda it: it.say("position", SOY, {"party": "us"}), {"statement.malformed"}),
    "a schema that does not exist": (
        lambda it: it.say("position", SOY, POSITION, schema="rumour.v1"), {"statement.malformed"},
    ),
    "a second commitment of one name": (stranger_replaces, {"statement.second"}),
    "a second party of one name": (
        lambda it: it.say("party", "cn", {"kind": "company", "names": {"en": "Somebody"}}), {"statement.second"},
    ),
    "a statement twice": (repeat, {"statement.repeated"}),
    "a statement again, under its other signature": (repeat_otherwise, {"statement.repeated"}),
    "a second charter": (lambda it: it.charter(title="Mine now"), {"statement.charter"}),
    "an anchor of another log": (anchored(3, bytes(32)), {"statement.anchor"}),
    "an anchor in the future": (anchored(50, bytes(32)), {"statement.anchor"}),
    "a correction by another author": (stranger_mends, {"statement.mends"}),
    "a correction of another kind": (mend("position", POSITION, target=5), {"statement.mends"}),
    "a correction of another subject": (mend("commitment", COMMITMENT, target=4), {"statement.mends"}),
    "a retraction about another subject": (mend("retraction", RETRACTION, target=4), {"statement.mends"}),
    "a retraction of what is not there": (
        lambda it: it.say("retraction", SOY, {**RETRACTION, "statement": "sha256:" + "0" * 64}), {"statement.mends"},
    ),
    "figures that are not canonical": (observe(SHIFTED), {"observations.malformed"}),
    "figures of another classification": (
        observe(monthly(1).replace(b"HS,", b"SITC,")), {"observations.malformed"},
    ),
    "figures in a unit that is not named": (
        observe(monthly(1).replace(b",t,", b",kg,")), {"observations.malformed"},
    ),
    "figures of days that are not covered": (observe(monthly(1, year=2018)), {"observations.malformed"}),
    "more figures than there are": (observe(monthly(1), **COUNTED), {"observations.count"}),
    "another size of figures": (observe(monthly(1), **SIZED), {"file.size"}),
    "evidence of another series": (
        lambda it: it.observe(monthly(1), subject="series:import/cn/us"), {"statement.subject"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("phrase", LOGS)
def test_forged_log_is_unsound(sound: bytes, phrase: str) -> None:
    """Whoever runs the log can sign any checkpoint, and is found by what the statements themselves show."""
    record, expected = LOGS[phrase]
    ledger = soy_ledger(*FULL)
    record(ledger)
    members = {**unbundled(sound), **honest_members(ledger)}
    found = codes(bundled(members))
    assert expected <= found


def honest_members(ledger: SmallLedger) -> Members:
    """Return the members of a forged log but audit.json, which no honest software would make of it."""
    members = {
        "checkpoint": ledger.checkpoint(),
        "headers": b"".join(header + b"\n" for header in ledger.headers),
    }
    for raw, header in zip(ledger.jws, ledger.headers, strict=True):
        members[statement_member(json.loads(header)["statement"])] = raw
    return members | {observations_member(name): raw for name, raw in ledger.files.items() if raw != RAW}


# --- what is not wrong ------------------------------------------------------------------------------------------------

FINE: dict[str, Callable[[SmallLedger], object]] = {
    "an anchor in this tree": anchored(3),
    "a correction by its author": mend("commitment", {**COMMITMENT, "title": "Soybeans"}, target=5),
    "a retraction by its author": mend("retraction", {**RETRACTION, "reason": "twice"}, target=6, subject=EXPORTS),
    "a retraction by the operator": mend("retraction", RETRACTION, target=6, subject=EXPORTS, key=OPERATOR),
    "a commitment recorded anew after it was retracted": anew,
    "a key that is revoked afterwards": revoke,
    "a key that was compromised before it spoke": lambda it: revoke(it, compromised=True, effective_index=6),
    "another key": lambda it: (it.grant(STRANGER, ["recorder"]), it.say("position", SOY, POSITION, key=STRANGER)),
    "a later vintage": observe(monthly(*FULL[:11], 1)),
}


@pytest.mark.parametrize("phrase", FINE)
def test_what_may_be_said_is_sound(phrase: str) -> None:
    """What the rules allow is no finding, and the method takes it into account."""
    ledger = soy_ledger(*FULL)
    FINE[phrase](ledger)
    answer = checked(ledger.bundle())
    assert answer.sound, answer.findings


def test_charter_without_approval_is_unsound() -> None:
    """Step 4: the operator alone founds no ledger (design §2.2)."""
    ledger = SmallLedger()
    ledger.charter(approvals=[])
    assert codes(bundled({**soy_ledger(*FULL).members(), **honest_members(ledger)})) == {"charter.unproven"}


def test_first_entry_that_is_no_charter_is_unsound() -> None:
    """Step 4: entry 0 is the charter."""
    ledger = SmallLedger()
    ledger.say("position", SOY, POSITION)
    assert codes(bundled({**soy_ledger(*FULL).members(), **honest_members(ledger)})) == {"charter.malformed"}


def test_quorum_of_the_charter_is_asked_for() -> None:
    """Step 5: as many known witnesses as the charter says, whatever the policy is content with (design §2.4)."""
    ledger = soy_ledger()
    ledger = SmallLedger()
    ledger.charter(quorum=1)
    ledger.grant()
    for slug in ("cn", "us"):
        ledger.say("party", slug, {"kind": "state", "names": {"en": slug}})
    ledger.jws, ledger.headers = ledger.jws[:], ledger.headers[:]
    soy = soy_ledger(*FULL)
    for index in (4, 5):
        statement = json.loads(open_envelope(soy.jws[index], typ=STATEMENT).payload)
        ledger.say(statement["schema"][:-3], statement["subject"], statement["body"])
    bundle = ledger.bundle()
    assert codes(bundle) == {"checkpoint.quorum"}
    witness, name = key_of(30), "witness.example/1"
    known = VerifierKey(name, SignatureType.ED25519_COSIGNATURE, witness.public)
    keys = log_keys(ORIGIN, ed25519=LOG_KEY.public, mldsa=LOG_KEY_2.public)
    policy = format_policy(Policy(tuple(Log(key) for key in keys), (Witness("w", known),), quorum="w"))
    members = unbundled(bundle)
    members["policy"] = policy
    assert codes(bundled(members)) == {"checkpoint.untrusted", "checkpoint.quorum"}
    cosignature = cosign_checkpoint(members["checkpoint"], name=name, key=witness, at=1_583_020_801)
    members["checkpoint"] = add_signatures(members["checkpoint"], [cosignature])
    assert codes(bundled(members)) == set()


def test_method_that_the_charter_does_not_list_is_unsound() -> None:
    """Step 11: an audit is by one of the charter's methods (design §2.2)."""
    ledger = SmallLedger()
    ledger.charter(methods=["2025.1"])
    ledger.grant()
    soy = soy_ledger(*FULL)
    for index in (2, 3, 4, 5):
        statement = json.loads(open_envelope(soy.jws[index], typ=STATEMENT).payload)
        ledger.say(statement["schema"][:-3], statement["subject"], statement["body"])
    assert codes(ledger.bundle()) == {"method.unknown"}


# --- what is absent and excused ---------------------------------------------------------------------------------------


def test_logged_erasure_excuses_a_body() -> None:
    """An erased statement is listed as not checked, and the audit says so (design §2.3, R1)."""
    ledger = soy_ledger(*FULL)
    name = ledger.say("position", SOY, POSITION)
    erasure = {"digests": [name], "ground": "a court order", "reason": "it named a person"}
    ledger.say("erasure", SOY, erasure, key=OPERATOR)
    gone = next(header for header in ledger.belonging() if header.statement == name)
    whole = ledger.said

    def without(subjects: Any = (SOY,)) -> Any:
        return [one for one in whole(subjects) if one.name != name]

    ledger.said = without  # type: ignore[method-assign]  # what is left once the body is gone
    members = ledger.members(absent=[gone])
    del members[statement_member(name)]
    answer = checked(bundled(members))
    assert answer.sound, answer.findings
    assert "erased: the position at entry 7, by a logged erasure" in answer.not_checked
    audit = json.loads(members["audit.json"])
    assert any("entry 7" in text and "erased" in text for text in audit["not_covered"])
    assert any("court order" in text for text in audit["emphasis"])


@pytest.mark.parametrize("index", [0, 1, 7])
def test_charter_keys_and_erasures_cannot_be_erased(index: int) -> None:
    """An erasure does not excuse them, nor does ``--public`` (design §2.3)."""
    ledger = soy_ledger(*FULL)
    digests = [sha256(raw) for raw in ledger.jws[:2]]
    ledger.say("erasure", SOY, {"digests": digests, "ground": "g", "reason": "r"}, key=OPERATOR)
    members = ledger.members()
    del members[statement_member(sha256(ledger.jws[index]))]
    assert codes(bundled(members)) & {"closure.missing", "charter.missing"}
    assert codes(bundled(members), public=True) & {"closure.missing", "charter.missing"}


def test_erased_figures_are_excused_and_no_longer_counted() -> None:
    """Observations that were erased are not in the bundle, and the method runs without them."""
    ledger = soy_ledger(*FULL)
    digest = sha256(monthly(*FULL))
    ledger.say("erasure", EXPORTS, {"digests": [digest, sha256(RAW)], "ground": "g", "reason": "r"}, key=OPERATOR)
    members = ledger.members()
    del members[observations_member(digest)], members["raw/" + sha256(RAW)[7:]]
    answer = checked(bundled(members))
    assert answer.sound, answer.findings
    assert "erased: observations of entry 6, by a logged erasure" in answer.not_checked
    assert json.loads(members["audit.json"])["findings"][0]["outcome"] != "met"


OTHER = "series:export/us/jp"


def without_files(subject: str, *, told: bool = True, shared: bool = False) -> bytes:
    """Return a bundle without the files of its evidence, beside an erasure of them.

    Args:
        subject: of the erasure.
        told: it says that the evidence stands without them.
        shared: evidence of another series names the same files, and comes before.
    """
    ledger = soy_ledger(*FULL)
    csv = monthly(*FULL)
    if shared:
        ledger.observe(csv, subject=OTHER)
    affects = [sha256(raw) for raw in (ledger.jws[6], *ledger.jws[7:])] if told else []
    digests = [sha256(csv), sha256(RAW)]
    body = {"affects": affects, "digests": digests, "ground": "a licence", "reason": "it was withdrawn"}
    ledger.say("erasure", subject, body, key=OPERATOR)
    members = ledger.members()
    del members[observations_member(sha256(csv))], members["raw/" + sha256(RAW)[7:]]
    return bundled(members)


@pytest.mark.parametrize(
    ("subject", "told", "shared"),
    [(EXPORTS, False, False), (EXPORTS, True, False), (OTHER, True, True)],
    ids=["its own subject", "its own subject, and told", "another subject that names them too, and told"],
)
def test_files_are_excused_by_an_erasure_that_may_name_them(subject: str, told: bool, shared: bool) -> None:
    """A file is erased under a subject whose statements name it, and others are told of (design §2.3)."""
    answer = checked(without_files(subject, told=told, shared=shared))
    assert answer.sound, answer.findings
    assert "erased: raw of entry 6, by a logged erasure" in answer.not_checked


@pytest.mark.parametrize(
    ("subject", "told", "shared"),
    [(SOY, True, False), ("nothing", True, False), (OTHER, True, False), (OTHER, False, True)],
    ids=["a subject that names others", "a subject of nothing", "a series of nothing", "another series, and not told"],
)
def test_files_are_not_excused_by_an_erasure_under_a_subject_that_does_not_name_them(
    subject: str, told: bool, shared: bool
) -> None:
    """What admission refuses excuses nothing (design §2.3, §2.6)."""
    assert "file.missing" in codes(without_files(subject, told=told, shared=shared))


def without_position(*, subject: str = SOY, key: Any = OPERATOR, before: bool = False, logged: bool = True) -> bytes:
    """Return a bundle that lacks a position, beside an erasure of it: as it should be, or with one thing wrong."""
    ledger = soy_ledger(*FULL)
    raw = seal(
        format_json({
            "anchor": None, "body": POSITION, "corrects": None, "genesis": ledger.genesis,
            "issued": "2019-02-01T00:00:00Z", "schema": "position.v1", "subject": SOY,
        }),
        DESK, typ=STATEMENT,
    ).raw  # fmt: skip
    body = {"digests": [sha256(raw)], "ground": "a court order", "reason": "it named a person"}
    header = {"author": DESK.kid, "kind": "position", "subject": SOY}
    if before:
        ledger.say("erasure", subject, body, key=key)
    ledger.log(raw, header)
    if not before:
        ledger.say("erasure", subject, body, key=key)
    whole = ledger.said
    ledger.said = lambda subjects=(SOY,): [one for one in whole(subjects) if one.name != sha256(raw)]  # type: ignore[method-assign]
    members = ledger.members(absent=[one for one in ledger.belonging() if one.statement == sha256(raw)])
    del members[statement_member(sha256(raw))]
    if not logged:
        lines = members["headers"].splitlines(keepends=True)
        members["headers"] = b"".join(line for line in lines if b'"kind":"erasure"' not in line)
    return bundled(members)


NOT_EXCUSED: dict[str, tuple[dict[str, Any], str]] = {
    "an erasure under another subject": ({"subject": "talks"}, "closure.missing"),
    "an erasure before what it names": ({"before": True}, "closure.missing"),
    "an erasure that is not logged": ({"logged": False}, "closure.missing"),
    "an erasure by who may not": ({"key": DESK}, "statement.authority"),
}


@pytest.mark.parametrize("case", NOT_EXCUSED)
def test_body_is_excused_only_by_an_operators_later_logged_erasure_of_its_subject(case: str) -> None:
    """A bundle that claims an erasure which does not stand is unsound (design §2.3, §2.6)."""
    assert checked(without_position()).sound
    changes, code = NOT_EXCUSED[case]
    assert code in codes(without_position(**changes))


def drop_evidence(members: Members) -> None:
    """Leave out the evidence with its files."""
    for forge in (drop_entry(6), drop("observations/"), drop("raw/")):
        forge(members)


@pytest.mark.parametrize(
    ("forge", "skipped"),
    [
        (drop_evidence, "public: the evidence at entry 6 about series:export/us/cn is absent"),
        (drop("observations/"), "public: observations of entry 6 is absent"),
        (drop("raw/"), "public: raw of entry 6 is absent"),
        (drop_entry(3), "public: the party at entry 3 about us is absent"),
    ],
    ids=["evidence", "figures", "raw file", "party"],
)
def test_public_excuses_what_is_absent_and_prints_it(
    sound: bytes, forge: Callable[[Members], object], skipped: str
) -> None:
    """``--public``: absent is excused and listed, and so is the method that cannot be run (design §2.6)."""
    members = unbundled(sound)
    forge(members)
    assert codes(bundled(members))
    answer = checked(bundled(members), public=True)
    assert answer.sound, answer.findings
    assert skipped in answer.not_checked
    # Without a raw file alone, nothing keeps the method from being run.
    is_run = not any(one.startswith("method: ") for one in answer.not_checked)
    assert is_run == skipped.startswith("public: raw")


def test_raw_file_whose_licence_keeps_it_back_is_not_checked() -> None:
    """A file that may not be redistributed is named, not carried; carried all the same, it is a finding."""
    ledger = soy_ledger()
    ledger.observe(monthly(*FULL), redistribute=False)
    answer = checked(ledger.bundle())
    assert answer.sound
    assert "raw: not redistributed (A statistics office)" in answer.not_checked
    members = ledger.members()
    members["raw/" + sha256(RAW)[7:]] = RAW
    assert codes(bundled(members)) == {"file.surplus"}


def test_later_version_is_signed_and_logged_but_not_assessed() -> None:
    """A statement of a version to come verifies, and its meaning is not assessed (design §2.2)."""
    ledger = soy_ledger(*FULL)
    ledger.say("position", SOY, {"mood": "hopeful"}, schema="position.v2")
    answer = checked(ledger.bundle())
    assert answer.sound, answer.findings
    assert "meaning not assessed: entry 7 is position.v2" in answer.not_checked


def test_later_version_is_still_signed_by_who_may() -> None:
    """Not to know its meaning is no excuse for its signature."""
    ledger = soy_ledger(*FULL)
    ledger.say("position", SOY, {"mood": "hopeful"}, schema="position.v2", key=STRANGER)
    assert codes(bundled({**soy_ledger(*FULL).members(), **honest_members(ledger)})) == {"statement.authority"}


# --- 12: the report ---------------------------------------------------------------------------------------------------


def render(audit: AuditResult, software: Software) -> tuple[bytes, ...]:
    """Render the title alone, in two pieces."""
    return audit.title.encode(), f" ({software.version})".encode()


def test_same_software_renders_the_same_report(sound: bytes) -> None:
    """Under the same lock digest the report is rendered again and compared to the byte (design §2.6)."""
    members = {**unbundled(sound), "report.html": b"Compliance audit: Soybeans in 2019 (0.1.0)"}
    answer = checked(bundled(members), render=render, lock=SOFTWARE.lock)
    assert answer.sound
    assert answer.not_checked == ()
    for other in (
        b"A broken promise (0.1.0)",
        b"Compliance audit: Soybeans in 2019 (0.1.0) ",
        b"Compliance audit",
        b"",
    ):
        members["report.html"] = other
        assert codes(bundled(members), render=render, lock=SOFTWARE.lock) == {"report.differs"}


def test_other_software_leaves_the_rendering_unchecked(sound: bytes) -> None:
    """Under another lock digest the rendering is not checked, and that is said; the result is, always."""
    members = {**unbundled(sound), "report.html": b"anything"}
    assert checked(bundled(members), render=render, lock="sha256:" + "2" * 64).not_checked == ("rendering",)
    unpinned = bundled(members, Software(name="pledger", version="0.1.0", lock=None))
    assert checked(unpinned, render=render, lock=None).not_checked == ("rendering",)


def test_renderer_that_is_not_installed_leaves_it_unchecked(sound: bytes) -> None:
    """What cannot be rendered here is not checked, and is no fault of the bundle."""

    def absent(audit: AuditResult, software: Software) -> tuple[bytes, ...]:
        raise UnavailableError("The report extra is not installed; install it.")

    assert checked(sound, render=absent, lock=SOFTWARE.lock).not_checked == ("rendering",)


def test_bundle_without_a_report_is_sound(sound: bytes) -> None:
    """The report is a rendering; the result stands by itself."""
    members = unbundled(sound)
    del members["report.html"]
    assert checked(bundled(members)).not_checked == ()


# --- many findings ----------------------------------------------------------------------------------------------------


def test_endless_findings_are_counted() -> None:
    """A log of nothing but faults gives a thousand findings and a count of the others."""
    members = soy_ledger(*FULL).members()
    members["headers"] += b"{}\n" * 1500
    answer = checked(bundled(members))
    assert len(answer.findings) == 1001
    assert answer.findings[-1].code == "findings.more"


def test_failing_method_is_an_answer(monkeypatch: pytest.MonkeyPatch, sound: bytes) -> None:
    """Whatever hostile statements make of the method, the answer is unsound and not a traceback."""

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("ledger.audit.check.reproduction.conduct", fail)
    answer = checked(sound)
    assert [one.code for one in answer.findings] == ["method.failed"]
    assert "ZeroDivisionError" in answer.findings[0].sentence


def test_evidence_builder_is_canonical() -> None:
    """The test's own figures are as the ledger keeps them: 12 months of 2019, by hand."""
    assert evidence(monthly(*FULL))["observations"]["count"] == 12
    assert monthly(7).splitlines()[1] == b"HS,1201,t,,M,2019-01-01,2019-01-31,A,7"
