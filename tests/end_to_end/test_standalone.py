"""``scripts/verify_standalone.py``: a second verifier that shares no line with the first, held against it.

Whatever one finds the other has to find too, for the parts that it checks; what it does not check it lists.
"""

import ast
import base64
import gzip
import io
import json
import random
import subprocess
import sys
import tokenize
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from ledger.audit.verify import verify
from ledger.errors import MalformedError
from ledger.signing.key import PrivateKey, PublicKey
from ledger.tlog.checkpoint import log_keys, parse_checkpoint
from ledger.tlog.note import parse_note
from ledger.tlog.policy import Log, Policy, format_policy
from ledger.tlog.timestamp import imprint
from tests.conformance.wycheproof import groups
from tests.end_to_end.standalone import PROGRAM, program
from tests.unit.audit.indexed import completeness, indexed_members
from tests.unit.audit.small_ledger import (
    DESK,
    LOG_KEY,
    LOG_KEY_2,
    OPERATOR,
    ORIGIN,
    RAW,
    SOURCE,
    SOY,
    STRANGER,
    SmallLedger,
    bundled,
    monthly,
    sha256,
    soy_ledger,
    unbundled,
)
from tests.unit.audit.small_ledger import (
    ROOT as ROOT_KEY,
)
from tests.unit.audit.test_index_form import BELOW, ENTRY, FORGED, INDEXES, ledger
from tests.unit.audit.test_trust import FIRST, SECOND, THIRD, Pair, appoint, forgery, note, policy, sealed
from tests.unit.audit.test_verify import (
    FINE,
    FULL,
    LOGS,
    MANIFESTS,
    MEMBERS,
    NOT_EXCUSED,
    OTHERS,
    honest_members,
    with_manifest,
    without_position,
)
from tests.unit.tlog.stamping import certificate, pem, root, stamp

ROOT = Path(__file__).parents[2]

NOT_CHECKED = frozenset({
    "audit.differs", "audit.malformed", "method.failed", "method.unknown", "observations.count",
    "observations.malformed", "report.differs", "selection.changed", "statement.malformed", "statement.mends",
    "statement.repeated", "statement.second",
})  # fmt: skip
"""Codes of what this program says that it does not look at: schemas, mending, names held, method, rows, report."""
ODD_POLICIES = {"a policy with a remark"}
"""Forgeries of a policy's other lines: of these it reads the keys of logs alone."""


PROGRAM_MODULE = program()


def steps(raw: bytes, policy: bytes | None = None) -> set[int]:
    """Return the steps at which the program finds something wrong."""
    return {step for step, _ in PROGRAM_MODULE.verify(raw, policy).findings}


def codes(raw: bytes) -> set[str]:
    """Return the codes of what Pledger finds in a bundle."""
    return {one.code for one in verify(io.BytesIO(raw)).findings}


def run(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Return what the program says on a machine without packages, settings or anything of ours."""
    command = [sys.executable, "-I", "-S", str(PROGRAM), *arguments]
    environment = {"PYTHONIOENCODING": "ascii"}
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment, check=False)


@pytest.fixture(scope="module")
def sound() -> bytes:
    """A bundle in which nothing is wrong."""
    return soy_ledger(*FULL).bundle()


# --- as a command -----------------------------------------------------------------------------------------------------


def test_sound_bundle_is_sound_without_any_package(sound: bytes, tmp_path: Path) -> None:
    """It runs isolated and without site-packages, says on whose word, and lists what it did not check."""
    (tmp_path / "audit.zip").write_bytes(sound)
    (tmp_path / "policy").write_bytes(soy_ledger().policy)
    answer = run("audit.zip", folder=tmp_path)
    assert answer.returncode == 0, answer.stderr
    said = json.loads(answer.stdout)
    assert (said["sound"], said["trust"], said["subjects"]) == (True, "self-declared", [SOY])
    assert any(what.startswith("the ML-DSA-44 signature under the checkpoint") for what in said["not_checked"])
    assert any(what.startswith("steps 11 and 12 (method, selection.sql, report)") for what in said["not_checked"])
    given = run("audit.zip", "--policy", "policy", folder=tmp_path)
    assert (given.returncode, json.loads(given.stdout)["trust"]) == (0, "given")


def test_stranger_pins_the_log_by_its_policy_or_its_charter(sound: bytes, tmp_path: Path) -> None:
    """A charter that is named has to be this one, and its keys are then the log's (docs/verification.md)."""
    (tmp_path / "audit.zip").write_bytes(sound)
    genesis = json.loads(run("audit.zip", folder=tmp_path).stdout)["genesis"]
    for named, code in ((genesis, 0), ("sha256:" + "0" * 64, 1), ("", 1)):
        answer = run("audit.zip", "--genesis", named, folder=tmp_path)
        assert (answer.returncode, json.loads(answer.stdout)["trust"]) == (code, "charter")
    other = json.loads(run("audit.zip", "--genesis", "sha256:" + "0" * 64, folder=tmp_path).stdout)
    assert other["findings"] == [{"step": 4, "sentence": "Entry 0 is not the charter that you named."}]


def test_exit_code_says_unsound_wrong_or_no_bundle(sound: bytes, tmp_path: Path) -> None:
    """1 unsound, 2 a wrong command, 3 no bundle; never a traceback."""
    (tmp_path / "audit.zip").write_bytes(sound)
    (tmp_path / "others").write_bytes(OTHERS)
    (tmp_path / "cut.zip").write_bytes(sound[:-1])
    cases = {
        ("audit.zip", "--policy", "others"): 1, (): 2, ("nothing.zip",): 2, ("audit.zip", "--fast", "x"): 2,
        ("audit.zip", "--policy"): 2, ("audit.zip", "--policy", "nothing"): 2,
        ("cut.zip",): 3, ("others",): 3,
    }  # fmt: skip
    for arguments, code in cases.items():
        answer = run(*arguments, folder=tmp_path)
        assert answer.returncode == code, arguments
        assert "Traceback" not in answer.stderr


LINES = 510
"""What can be read in one sitting."""


def test_program_is_short_and_imports_only_the_standard_library() -> None:
    """One sitting of lines no longer than ours; imports that come with Python, and syntax of 3.8."""
    text = PROGRAM.read_text(encoding="utf-8")
    lines = text.splitlines()
    assert len(lines) <= LINES
    assert max(map(len, lines)) <= 120
    assert ";" not in {token.string for token in tokenize.generate_tokens(io.StringIO(text).readline)}
    tree = ast.parse(text, feature_version=(3, 8))
    imports = [one for one in ast.walk(tree) if isinstance(one, ast.Import | ast.ImportFrom)]
    names = [one.module if isinstance(one, ast.ImportFrom) else one.names[0].name for one in imports]
    assert {str(name).partition(".")[0] for name in names} <= sys.stdlib_module_names
    assert not any(isinstance(one, ast.ImportFrom) and one.level for one in imports)


# --- with an index instead of all headers ---------------------------------------------------------------------------


@cache
def _indexed() -> dict[str, bytes]:
    return indexed_members(ledger(), entry=ENTRY)


def indexed() -> dict[str, bytes]:
    """Return the members of a bundle with an index, for a forger to change."""
    return dict(_indexed())


def test_bundle_with_an_index_is_sound_to_both() -> None:
    """Without most headers it says what that leaves unchecked (docs/completeness.md)."""
    raw = bundled(indexed())
    assert codes(raw) == set()
    case = PROGRAM_MODULE.verify(raw, None)
    assert case.findings == []
    assert any("index: the chain between these headers" in what for what in case.skipped)


@pytest.mark.parametrize("index", BELOW)
def test_record_left_out_under_an_index_is_unsound_to_both(index: int) -> None:
    """Each record of the closure in turn, its header and statement gone, the proof kept or made without it."""
    remade = indexed_members(ledger(), entry=ENTRY, gone=[index])
    kept = {**remade, "index": indexed()["index"]}
    for members in (remade, kept):
        assert codes(bundled(members))
        assert steps(bundled(members))


@pytest.mark.parametrize("phrase", FORGED)
def test_forged_proof_is_unsound_to_both(phrase: str) -> None:
    """Whatever stands in the members of an index is an answer to this program, too."""
    members = indexed()
    FORGED[phrase][0](members)
    assert steps(bundled(members))


@pytest.mark.parametrize("phrase", INDEXES)
def test_index_that_does_not_stand_is_unsound_to_both(phrase: str) -> None:
    """The statement of the index is the operator's, of this log, and of what stands before it."""
    forged = INDEXES[phrase][0]()
    proof = completeness(forged, size=14, members=BELOW, entry=ENTRY)
    assert steps(bundled(indexed_members(forged, entry=ENTRY, proof=proof)))


# --- held against Pledger's own ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("phrase", FINE)
def test_what_may_be_said_is_sound_to_both(phrase: str) -> None:
    """Corrections, rotations, revocations and later views are no faults."""
    ledger = soy_ledger(*FULL)
    FINE[phrase](ledger)
    raw = ledger.bundle()
    assert codes(raw) == set()
    assert PROGRAM_MODULE.verify(raw, None).findings == []


@pytest.mark.parametrize("phrase", MANIFESTS)
def test_manifest_that_does_not_fit_is_unsound(sound: bytes, phrase: str) -> None:
    """Step 2 as in docs/verification.md."""
    assert steps(with_manifest(sound, MANIFESTS[phrase][0])) == {2}


@pytest.mark.parametrize("phrase", MEMBERS)
def test_forged_member_is_unsound_to_both(sound: bytes, phrase: str) -> None:
    """Of each forgery that Pledger's tests know, it finds what it says that it looks at."""
    forge, expected = MEMBERS[phrase]
    expected = set() if phrase in ODD_POLICIES else expected
    members = unbundled(sound)
    forge(members)
    _agree(bundled(members), expected)


@pytest.mark.parametrize("phrase", LOGS)
def test_forged_log_is_unsound_to_both(sound: bytes, phrase: str) -> None:
    """As above, where the forger has the log's own keys."""
    forge, _ = LOGS[phrase]
    ledger = soy_ledger(*FULL)
    forge(ledger)
    raw = bundled({**unbundled(sound), **honest_members(ledger)})
    _agree(raw, codes(raw))


def _agree(raw: bytes, expected: set[str]) -> None:
    found = steps(raw)
    if expected - NOT_CHECKED:
        assert found, f"Pledger finds {expected}"
    elif not expected:
        assert not found


def test_byte_that_is_changed_anywhere_is_found(sound: bytes) -> None:
    """A flipped bit is unsound, or no bundle; never sound."""
    dice = random.Random(20261124)  # noqa: S311  # it chooses bytes, and keeps no secret
    for _ in range(200):
        raw = bytearray(sound)
        raw[dice.randrange(len(raw))] ^= 1 << dice.randrange(8)
        try:
            assert PROGRAM_MODULE.verify(bytes(raw), None).findings
        except ValueError:
            continue


def test_byte_that_is_changed_behind_a_manifest_that_fits_is_found(sound: bytes) -> None:
    """Where the forger has made the manifest anew, both verifiers find the same bundles unsound for what both check."""
    dice = random.Random(1)  # noqa: S311  # as above
    members = unbundled(sound)
    checked = [name for name in members if name not in {"audit.json", "report.html", "selection.sql"}]
    for _ in range(30):
        name = dice.choice(checked)
        raw = bytearray(members[name])
        named = raw.index(b"quorum") if name == "policy" else len(raw)  # it reads no more of a policy than its logs
        raw[dice.randrange(named)] ^= 1 << dice.randrange(8)
        forged = bundled({**members, name: bytes(raw)})
        expected = codes(forged)
        if name == "checkpoint" and expected == {"checkpoint.unsigned"}:
            continue  # it may be the second signature, of which it says that it is not checked
        assert expected, name
        assert steps(forged), (name, expected)


@pytest.mark.parametrize(
    "received", ["2020-02-30T00:00:00Z", "2020-03-01T24:00:00Z", "2020-03-01T00:00:60Z", "2020-03-01T00:00:00+"]
)
def test_moment_that_is_none_is_found(received: str) -> None:
    """A header's moment is a day that there is, and a time of it, whoever signed the tree over it (design §2.3)."""
    ledger = soy_ledger(*FULL)
    body = {"party": "us", "stance": "affirms", "date": "2019-02-01", "source": SOURCE}
    ledger.say("position", SOY, body, header={"received": received})
    raw = bundled({**unbundled(soy_ledger(*FULL).bundle()), **honest_members(ledger)})
    assert "entry.form" in codes(raw)
    assert steps(raw) == {6}


@pytest.mark.parametrize("phrase", ["a figure", "a statement", "a party", "the charter"])
def test_each_part_that_is_left_out_is_missed(sound: bytes, phrase: str) -> None:
    """Step 8 and 10: the closure is worked out from the headers, the files from the evidence."""
    members = unbundled(sound)
    entries = [json.loads(line) for line in members["headers"].splitlines()]
    index, step = {"a figure": (6, 10), "a statement": (6, 8), "a party": (2, 8), "the charter": (0, 4)}[phrase]
    name = f"statements/{entries[index]['statement'][7:]}"
    if phrase == "a figure":
        name = next(name for name in members if name.startswith("observations/"))
    del members[name]
    assert step in steps(bundled(members))


@pytest.mark.parametrize("case", NOT_EXCUSED)
def test_body_is_excused_only_by_an_erasure_that_stands(case: str) -> None:
    """An operator's, logged after what it names, about the same subject; else it is left out (design §2.3)."""
    raw = without_position()
    assert codes(raw) == set()
    found = PROGRAM_MODULE.verify(raw, None)
    assert found.findings == []
    assert "erased: the position at entry 7, by a logged erasure" in found.skipped
    changes, _ = NOT_EXCUSED[case]
    assert codes(without_position(**changes))
    assert steps(without_position(**changes)) & {8, 9}


@pytest.mark.parametrize("index", [0, 1, 7])
def test_charter_keys_and_erasures_are_never_excused(index: int) -> None:
    """An erasure that names them changes nothing (design §2.3)."""
    erased = soy_ledger(*FULL)
    body = {"digests": [sha256(raw) for raw in erased.jws[:2]], "ground": "g", "reason": "r"}
    erased.say("erasure", SOY, body, key=OPERATOR)
    members = erased.members()
    del members[f"statements/{sha256(erased.jws[index])[7:]}"]
    assert codes(bundled(members))
    assert steps(bundled(members)) & {4, 8}


ERASURES = {
    "after it, on its series": (True, "series:export/us/cn", True),
    "before it": (False, "series:export/us/cn", False),
    "on another subject": (True, "series:export/us/jp", False),
}


@pytest.mark.parametrize("phrase", ERASURES)
def test_erased_files_are_excused_by_an_erasure_that_may_name_them(phrase: str) -> None:
    """Figures and raw file are gone where an erasure after their evidence, on its series, names them (design §2.3)."""
    is_later, subject, is_excused = ERASURES[phrase]
    digests = [sha256(monthly(*FULL)), sha256(RAW)]
    erased = soy_ledger(*(FULL if is_later else ()))
    erased.say("erasure", subject, {"digests": digests, "ground": "g", "reason": "r"}, key=OPERATOR)
    if not is_later:
        erased.observe(monthly(*FULL))
    members = erased.members()
    del members[f"observations/{digests[0][7:]}.csv"], members[f"raw/{digests[1][7:]}"]
    assert ("file.missing" not in codes(bundled(members))) is is_excused
    assert (10 not in steps(bundled(members))) is is_excused


# --- keys that run the log, replaced (docs/keys.md) -------------------------------------------------------------------


@cache
def rotated() -> SmallLedger:
    """Return a ledger that has replaced its checkpoint keys at entry 7; nobody changes it."""
    made = soy_ledger(*FULL)
    appoint(made, SECOND)
    return made


@pytest.mark.parametrize(
    "known", [(FIRST,), (SECOND,), (FIRST, SECOND), (SECOND, THIRD), (THIRD,), None],
    ids=["before", "in force", "both", "in force and others", "others", "none"],
)  # fmt: skip
def test_rotated_log_is_judged_as_pledger_judges_it(known: tuple[Pair, ...] | None) -> None:
    """Keys in force, or keys of before that lead to them; what signed before, and others, do not (design §2.2)."""
    given = None if known is None else policy(*known)
    for pair in (FIRST, SECOND):
        raw = sealed(rotated(), pair)
        assert (steps(raw, given) == set()) == verify(io.BytesIO(raw), policy=given).sound
    case = PROGRAM_MODULE.verify(sealed(rotated(), SECOND), policy(FIRST))
    assert case.tenures[-1]["rotated"] == "Keys: rotated at entry 7 by 1 of 1 root keys"


def test_log_rotated_twice_is_followed_from_any_keys() -> None:
    """Each appointment carries what the keys before it signed (decision 10)."""
    made = soy_ledger(*FULL)
    first = appoint(made, SECOND)
    appoint(made, THIRD, before=SECOND, follows=first)
    raw = sealed(made, THIRD)
    for pair in (FIRST, SECOND, THIRD):
        assert verify(io.BytesIO(raw), policy=policy(pair)).sound
        assert steps(raw, policy(pair)) == set()


VECTORS = ROOT / "tests" / "vectors" / "bundles"


@pytest.mark.parametrize("name", ["good-rotated-keys-indexed", "bad-consistency-mismatch", "bad-policy-other-log"])
def test_replaced_keys_of_a_log_with_an_index_are_not_followed(name: str, tmp_path: Path) -> None:
    """That such a log begins as they signed takes a proof that it does not read: it cannot be asked that."""
    raw, known = gzip.decompress((VECTORS / f"{name}.zip.gz").read_bytes()), VECTORS / f"{name}.policy"
    (tmp_path / "audit.zip").write_bytes(raw)
    answer = run("audit.zip", "--policy", str(known), folder=tmp_path)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert "the policy names keys that were replaced since" in answer.stderr
    assert steps(raw, known.read_bytes()) == {5}


def no_root(made: SmallLedger) -> None:
    """Appoint without an approval."""
    appoint(made, SECOND, by=())


def twice(made: SmallLedger) -> None:
    """Appoint twice on one approval's word: the second one follows the charter again."""
    appoint(made, SECOND)
    appoint(made, THIRD, before=SECOND)


APPOINTMENTS: dict[str, Callable[[SmallLedger], object]] = {
    "without an approval": no_root,
    "approved by a stranger": lambda made: appoint(made, SECOND, by=(STRANGER,)),
    "approved by the operator": lambda made: appoint(made, SECOND, by=(OPERATOR,)),
    "approved by a root key twice": lambda made: appoint(made, SECOND, by=(ROOT_KEY, ROOT_KEY)),
    "of a key that runs the log already": lambda made: appoint(made, (LOG_KEY, SECOND[1])),
    "of a root key": lambda made: appoint(made, (ROOT_KEY, SECOND[1])),
    "of a key that holds a role": lambda made: appoint(made, (DESK, SECOND[1])),
    "of the same keys": lambda made: appoint(made, FIRST),
    "by a key that is not the operator's": lambda made: appoint(made, SECOND, operator=STRANGER),
    "that follows something else": lambda made: appoint(made, SECOND, follows="sha256:" + "1" * 64),
    "that carries what others signed": lambda made: appoint(made, SECOND, last=note(made, 7, THIRD)),
    "that carries another log's tree": lambda made: appoint(made, SECOND, last=note(forgery(), 7, FIRST)),
    "that is used twice": twice,
}


@pytest.mark.parametrize("phrase", APPOINTMENTS)
def test_appointment_that_does_not_count_is_found_by_both(phrase: str) -> None:
    """What the root keys in force did not appoint, in its place, with proof, signs nothing (design §2.2)."""
    made = soy_ledger(*FULL)
    APPOINTMENTS[phrase](made)
    members = made.members()
    for pair in (FIRST, SECOND):
        signed = note(made, len(made.headers), pair)
        raw = bundled({**members, "checkpoint": signed, "policy": policy(pair)})
        assert verify(io.BytesIO(raw)).sound == (steps(raw) == set())
        assert phrase == "of a key that runs the log already" or steps(raw) & {5, 9}


def test_forger_who_names_the_logs_keys_is_found_by_both() -> None:
    """A charter of his own, real keys in it, his own appointed: what he carries is not signed by them, or not his."""
    borrowed, made_up = forgery(), forgery()
    appoint(borrowed, THIRD, last=note(soy_ledger(*FULL), 7, FIRST))
    appoint(made_up, THIRD, last=note(made_up, 7, THIRD))
    for forged in (borrowed, made_up):
        raw = sealed(forged, THIRD)
        assert not verify(io.BytesIO(raw), policy=policy(FIRST)).sound
        assert steps(raw, policy(FIRST))


def say_again(made: SmallLedger) -> None:
    """Let a ledger say of the pledge what the small one says."""
    made.grant()
    soy = soy_ledger(*FULL)
    for index in (2, 3, 4, 5):
        statement = soy.statement(index)
        assert statement is not None
        body = statement.model_dump(mode="json", by_alias=True)["body"]
        made.say(statement.schema_.partition(".")[0], statement.subject, body)


@pytest.mark.parametrize(
    "pair", [(THIRD[0], LOG_KEY_2), (LOG_KEY, THIRD[1])], ids=["ML-DSA-44 in common", "Ed25519 in common"]
)
def test_one_key_in_common_is_no_trust_to_either(pair: Pair) -> None:
    """Whoever names one of the log's keys beside one of his own is not the log that a policy of both means."""
    forged = SmallLedger()
    forged.charter(checkpoint=[key.public.jwk for key in pair])
    say_again(forged)
    raw = bundled({
        **forged.members(), "checkpoint": note(forged, len(forged.headers), pair), "policy": policy(pair),
    })  # fmt: skip
    assert steps(raw) == set()
    assert not verify(io.BytesIO(raw), policy=policy(FIRST)).sound
    assert steps(raw, policy(FIRST)) == {5}


def test_policy_of_nothing_that_can_be_checked_is_no_trust(sound: bytes) -> None:
    """An ML-DSA-44 key alone binds nobody where its signatures are not verified."""
    alone = [log_keys(ORIGIN, ed25519=LOG_KEY.public, mldsa=LOG_KEY_2.public)[number] for number in (0, 1)]
    assert steps(sound, format_policy(Policy((Log(alone[0]),)))) == set()
    assert steps(sound, format_policy(Policy((Log(alone[1]),)))) == {5}


POLICIES: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda _: b"",
    "a log without a key": lambda raw: raw.replace(b"quorum none", b"log"),
    "a key that is none": lambda raw: raw.replace(b"quorum none", b"log example.com"),
    "a key of no bytes": lambda raw: raw.replace(b"quorum none", b"log example.com+00000000+"),
    "no text": lambda raw: raw.replace(b"quorum none", b"\xff"),
    "one key": lambda raw: raw.partition(b"\n")[2],
    "another log": lambda raw: raw.replace(b"log example.com", b"log example.net", 1),
    "another id": lambda raw: raw.replace(b"+", b"+0", 1),
}


@pytest.mark.parametrize("phrase", POLICIES)
def test_policy_that_names_other_keys_or_none_is_found_by_both(sound: bytes, phrase: str) -> None:
    """The bundle's own policy names the two keys of its log, and can be read as far as that goes (C2SP tlog-policy)."""
    members = unbundled(sound)
    forged = POLICIES[phrase](members["policy"])
    assert forged != members["policy"]
    raw = bundled({**members, "policy": forged})
    assert codes(raw) & {"policy.malformed", "policy.not-the-charters"}
    assert steps(raw) & {3, 5}


def test_quorum_of_witnesses_is_listed_and_not_counted() -> None:
    """Where a charter asks for witnesses that nobody heard, Pledger finds it; this program lists it as not checked."""
    made = SmallLedger()
    made.charter(quorum=2)
    say_again(made)
    raw = made.bundle()
    assert codes(raw) == {"checkpoint.quorum"}
    found = PROGRAM_MODULE.verify(raw)
    assert found.findings == []
    assert any(what.startswith("witness cosignatures and quorum") for what in found.skipped)


# --- timestamps -------------------------------------------------------------------------------------------------------


def test_stamped_bundle_is_sound_to_both_and_its_timestamps_are_listed(sound: bytes) -> None:
    """Their digests are in the manifest; what they say takes a library (docs/timestamps.md)."""
    members = unbundled(sound)
    head = parse_checkpoint(parse_note(members["checkpoint"]).text)
    members[f"timestamps/{7:019d}-clock-1.example.tsr"] = stamp(imprint(head), nonce=None, signer=certificate("TSA"))
    members["timestamps/clock-1.example.pem"] = pem(root())
    raw = bundled(members)
    assert codes(raw) == set()
    found = PROGRAM_MODULE.verify(raw, None)
    assert found.findings == []
    assert any("of timestamps all but their digests" in what for what in found.skipped)
    with pytest.raises(MalformedError):
        bundled({**members, "timestamps/Clock.pem": b""})


# --- hostile ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "audit",
    [b"", b"[]", b"{}", b"null", b'{"subjects":7,"view":{"size":7}}', b'{"subjects":[{}],"view":{"size":7}}',
     b'{"subjects":["a"],"view":[]}', b'{"subjects":["a"],"view":{"size":null}}', b"[" * 100_000, b"9" * 100_000,
     b"[" + b"[]," * 2_000_001 + b"[]]", b'{"subjects":["a"],"view":{"size":1e999}}'],
    ids=range(12),
)  # fmt: skip
def test_audit_of_any_other_form_is_an_answer(sound: bytes, audit: bytes) -> None:
    """Whatever stands in it, the answer is a finding at step 8, and no traceback."""
    assert steps(bundled({**unbundled(sound), "audit.json": audit})) == {8}


@pytest.mark.parametrize("size", [2**62, 10**19 - 1])
def test_size_without_end_is_an_answer(size: int) -> None:
    """A checkpoint of more entries than there can be takes neither time nor memory, with an index or without."""
    for members in (indexed(), ledger().members()):
        text = members["checkpoint"].replace(b"\n16\n", b"\n%d\n" % size)
        assert text != members["checkpoint"]
        assert steps(bundled({**members, "checkpoint": text}))


def test_runs_without_end_are_an_answer() -> None:
    """A completeness proof that counts beyond all bounds is refused before anything is made of it."""
    for line in (b"run 0 9999999999999999999", b"run 0 8\nrun 1 8", b"near 0a 9999999999999999999 " + b"A" * 43):
        members = indexed()
        top, _, hashes = members["index"].partition(b"\n\n")
        members["index"] = top.split(b"\n", 2)[0] + b"\nentry 14\n" + line + b"\n\n" + hashes
        assert steps(bundled(members))


# --- its own Ed25519 --------------------------------------------------------------------------------------------------


def test_signatures_are_those_of_rfc_8032() -> None:
    """The vectors of RFC 8032 §7.1 verify, and with one bit changed do not."""
    vectors = json.loads((ROOT / "tests" / "vectors" / "signing" / "rfc8032.json").read_text(encoding="utf-8"))
    assert vectors
    for vector in vectors:
        public, message, signature = (bytes.fromhex(vector[name]) for name in ("public", "message", "signature"))
        assert PROGRAM_MODULE.verify_ed25519(public, signature, message)
        assert not PROGRAM_MODULE.verify_ed25519(public, signature, message + b"\0")
        assert not PROGRAM_MODULE.verify_ed25519(public, signature[:-1] + bytes([signature[-1] ^ 1]), message)


def pledger_says(public: bytes, signature: bytes, message: bytes) -> bool:
    """Return what Pledger says of a signature; a key that it refuses to know verifies nothing."""
    try:
        return PublicKey.from_raw("Ed25519", public, what="a key").verify(signature, message)
    except MalformedError:
        return False


def test_wycheproof_is_judged_as_pledger_judges_it() -> None:
    """Malleable, truncated and otherwise odd signatures: no answer differs from the library's."""
    judged = 0
    for group in groups("ed25519_test.json"):
        public = bytes.fromhex(group["publicKey"]["pk"])
        for test in group["tests"]:
            message, signature = bytes.fromhex(test["msg"]), bytes.fromhex(test["sig"])
            is_right = PROGRAM_MODULE.verify_ed25519(public, signature, message)
            assert is_right == pledger_says(public, signature, message), test["comment"]
            assert not is_right or test["result"] != "invalid"
            judged += 1
    assert judged > 100


@pytest.mark.parametrize("phrase", ["the neutral point", "order two", "order four", "y of the prime", "no point"])
def test_weak_key_verifies_nothing(phrase: str) -> None:
    """Keys of small order, in another encoding or off the curve are refused by both (RFC 8032 §5.1.3)."""
    prime = 2**255 - 19
    number = {"the neutral point": 1, "order two": prime - 1, "order four": 0, "y of the prime": prime, "no point": 2}
    raw = number[phrase].to_bytes(32, "little")
    assert PROGRAM_MODULE.decode_point(raw) is None
    with pytest.raises(MalformedError):
        PublicKey.from_raw("Ed25519", raw, what="a key")


def test_key_has_the_thumbprint_that_pledger_gives_it() -> None:
    """RFC 7638, for all three kinds of key."""
    for algorithm in ("Ed25519", "ES256", "ML-DSA-44"):
        public = PrivateKey.from_seed(algorithm, bytes([7]) * 32).public
        assert PROGRAM_MODULE.thumbprint(public.jwk) == public.kid


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a":1.0}', b'{"a":1,"a":1}', b'{"b":1,"a":1}', b'{"a": 1}', b'{"a":9007199254740992}', b'{"a":-0}',
        b'"\\u0041"', b"[" * 33 + b"]" * 33, '"e\u0301"'.encode(), '{"\xe9":1}'.encode(), b'{"a":NaN}', b"\xff",
        b'"\\ud800"', b"",
    ],
)  # fmt: skip
def test_json_in_another_spelling_is_refused(raw: bytes) -> None:
    """Canonical JSON has one spelling, as in Pledger's own reader (RFC 8785, design §2.1)."""
    from ledger.signing.canonical import parse_canonical

    with pytest.raises(MalformedError):
        parse_canonical(raw, what="it")
    with pytest.raises((ValueError, RecursionError)):
        PROGRAM_MODULE.parse(raw, "it")


def test_base64_in_another_spelling_is_refused() -> None:
    """Padding, stray bits and other alphabets."""
    reads: Callable[..., bytes] = PROGRAM_MODULE.unbase64
    assert reads("-_8") == base64.urlsafe_b64decode("-_8=")
    for text in ("-_9", "-_8=", "+/8", "-_8\n", "a"):
        with pytest.raises(ValueError, match=r"spelling|padding|base64|characters"):
            reads(text)
