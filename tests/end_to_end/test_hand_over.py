"""A log outlives its operator: rotated keys, a second operator, and everybody who follows it over the change."""

import json
import shutil
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from ledger.audit.bundle import Software
from ledger.audit.verify import verify
from ledger.cli.main import main
from ledger.errors import PledgerError, RefusedError
from ledger.runtime import Ledger, open_ledger
from ledger.runtime.appointment import Changes, approve
from ledger.signing.key import PrivateKey
from ledger.tlog.checkpoint import Checkpoint, log_keys, sign_checkpoint
from ledger.tlog.merkle import Hash
from ledger.tlog.note import format_verifier_key, parse_note
from ledger.tlog.policy import Log, Policy, format_policy, parse_policy
from ledger.tlog.proof import Receipt, format_receipt, verify_receipt
from tests.end_to_end.small import START, drafts, position, small_ledger
from tests.end_to_end.standalone import program
from tests.end_to_end.test_witness import at_work, serving

Ask = Callable[..., Any]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder of its own, without policies that this user has pinned."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Ask:
    """Return what runs a command and gives its answer, after seeing its exit code."""

    def run(*arguments: object, code: int = 0) -> Any:
        capsys.readouterr()
        assert main([*map(str, arguments), "--json"]) == code
        return json.loads(capsys.readouterr().out)

    return run


@pytest.fixture
def ledger(home: Path) -> Path:
    """Give a ledger of six entries, its root key taken elsewhere, and its policy as everybody has it."""
    with small_ledger(home / "ledger") as made:
        made.record(drafts())
        made.export_log(home / "site")
    shutil.move(home / "ledger/keys/root.pem", home / "root.pem")
    shutil.copy(home / "ledger/policy", home / "old.policy")
    return home / "ledger"


def opened(directory: Path) -> Ledger:
    """Return a ledger, at the fixed moment."""
    return open_ledger(directory, at=lambda: START)


def key(number: int, algorithm: Any = "Ed25519") -> PrivateKey:
    """Return a fixed key that no ledger here has yet."""
    return PrivateKey.from_seed(algorithm, bytes([number]) * 32)


def rotate_log(directory: Path, root: PrivateKey, number: int) -> Receipt:
    """Appoint fixed checkpoint keys, approved by a root key that is brought for it."""
    with opened(directory) as here:
        pair = (key(number), key(number + 1, "ML-DSA-44"))
        for one, name in zip(pair, (f"ed-{number}", f"ml-{number}"), strict=True):
            here.keyring.add(name, one)
        payload = here.draft_appointment(Changes(checkpoint=pair))
        return here.appoint(payload, [approve(payload, root)])


def root_key(home: Path) -> PrivateKey:
    """Return the root key that was taken elsewhere."""
    return PrivateKey.from_pem((home / "root.pem").read_bytes())


# --- the story --------------------------------------------------------------------------------------------------------


def test_second_operator_carries_on(ask: Ask, ledger: Path, home: Path) -> None:
    """From the static site alone, by keys of its own and the root keys' word; every old receipt holds (issue 3, 1)."""
    with opened(ledger) as first:
        receipts = [first.receipt(index) for index in range(6)]
        old_keys = first.log_keys()
    ask("mirror", "site", "mirror", "--policy", "old.policy")
    ask("monitor", "site", "--policy", "old.policy", "--state", "seen")
    shutil.rmtree(ledger)  # the first operator is gone, and its keys with it
    # The second one has the site, and makes keys of its own.
    ask("log", "import", "site", "--ledger", "second", "--policy", "old.policy")
    ask("key", "new", "me", "--ledger", "second")
    ask("key", "new", "ed", "--ledger", "second")
    ask("key", "new", "ml", "--algorithm", "ML-DSA-44", "--ledger", "second")
    draft = ask(
        "key", "appoint", "--operator", "me", "--checkpoint", "ed", "--checkpoint", "ml", "--holder", "Second office",
        "--draft", "draft.json", "--ledger", "second",
    )  # fmt: skip
    assert len(draft["log_keys"]) == 2
    refused = ask("key", "appoint", "draft.json", "--ledger", "second", code=4)
    assert "0 approvals of the 1 that it needs" in refused["detail"]
    # The root key's holder approves on a machine without a ledger.
    ask("key", "approve", "draft.json", "--key", "root.pem", "-o", "approval.jws")
    told = ask("key", "appoint", "draft.json", "--approval", "approval.jws", "--ledger", "second")
    assert (told["entry"], told["log_keys"]) == (6, draft["log_keys"])
    # It goes on writing, by its own keys.
    ask("key", "new", "desk", "--ledger", "second")
    ask("key", "grant", "desk", "--role", "recorder", "--role", "auditor", "--ledger", "second")
    with open_ledger(home / "second") as second:
        fresh = second.record(position(1))[0]
        assert ask("log", "check", "--ledger", "second")["sound"]
        new_keys = second.log_keys()
        assert [verify_receipt(one, log=second.log_keys(one.index + 1)) for one in receipts] == [()] * 6
        assert verify_receipt(fresh, log=new_keys) == ()
        assert verify_receipt(fresh, log=old_keys) != ()
        assert {log.key for log in parse_policy((home / "second/policy").read_bytes()).logs} == set(new_keys)
        second.export_log(home / "site-2")
    # Everybody who followed the log follows it over the change, by the old policy or by the new one.
    for policy in ("old.policy", "second/policy"):
        ask("mirror", "site-2", "mirror", "--policy", policy)
        ask("log", "import", "site-2", "--ledger", f"copy-{len(policy)}", "--policy", policy)
        assert ask("monitor", "site-2", "mirror", "--policy", policy, "--state", "seen")["sound"]
    (home / "receipt.json").write_bytes(format_receipt(receipts[3]))
    for policy in ("old.policy", "second/policy"):
        assert ask("monitor", "site-2", "receipt.json", "--policy", policy)["sound"]
    # An audit says by whose word the keys were changed.
    ask("audit", "grain", "--as-of", "2026-01-01", "-o", "audit.zip", "--ledger", "second")
    for policy, is_followed in (("old.policy", True), ("second/policy", False)):
        answer = ask("verify", "audit.zip", "--policy", policy)
        assert answer["sound"], answer
        assert answer["rotations"] == [{"entry": 6, "approvals": 1, "roots": 1, "followed": is_followed}]
    assert main(["verify", "audit.zip", "--policy", "old.policy"]) == 0


def test_words_of_a_verification_say_that_keys_were_rotated(
    ledger: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whose word it was is printed, and that an older policy was followed (design §2.6)."""
    rotate_log(ledger, root_key(home), 41)
    assert main(["audit", "grain", "--as-of", "2026-01-01", "-o", "audit.zip", "--ledger", "ledger"]) == 0
    capsys.readouterr()
    assert main(["verify", "audit.zip", "--policy", "old.policy"]) == 0
    said = capsys.readouterr().out
    assert "Keys: rotated at entry 6 by 1 of 1 root keys. The policy names keys from before that" in said


def test_listing_shows_who_runs_the_log_and_who_did(ask: Ask, ledger: Path, home: Path) -> None:
    """Operator, root and checkpoint keys with the entries at which they count, ended ones too (issue 3, 3)."""
    rotate_log(ledger, root_key(home), 41)
    listed = {(one["office"], one["since"], one["until"]) for one in ask("key", "list", "--ledger", "ledger")["keys"]}
    assert listed >= {
        ("operator", 0, None), ("root", 0, None), ("checkpoint", 0, 6), ("checkpoint", 6, None), (None, 1, None),
    }  # fmt: skip


# --- the ledger's own files -------------------------------------------------------------------------------------------


def test_crash_before_the_policy_is_written_is_mended_at_opening(ledger: Path, home: Path) -> None:
    """The commit decides; the file follows it, now or when the ledger is opened next (design §2.5)."""
    rotate_log(ledger, root_key(home), 41)
    fresh = (ledger / "policy").read_bytes()
    shutil.copy(home / "old.policy", ledger / "policy")
    with opened(ledger) as here:
        assert (ledger / "policy").read_bytes() == fresh
        assert {log.key for log in parse_policy(here.policy()).logs} == set(here.log_keys())
        assert {log.key for log in parse_policy(here.policy(6)).logs} == set(here.log_keys(6))


def test_another_process_signs_with_the_new_keys(ledger: Path, home: Path) -> None:
    """A writer that was open before the appointment signs what follows by the keys that it names (design §2.5)."""
    with opened(ledger) as other:
        other.record(position(1))
        rotate_log(ledger, root_key(home), 41)
        receipt = other.record(position(2))[0]
        assert verify_receipt(receipt, log=other.log_keys()) == ()


def test_writer_without_the_new_keys_records_nothing(ledger: Path, home: Path) -> None:
    """Whoever lacks the keys in force signs no checkpoint, and the old ones do not do (design §2.5)."""
    shutil.copytree(ledger / "keys", home / "old-keys")
    rotate_log(ledger, root_key(home), 41)
    shutil.rmtree(ledger / "keys")
    shutil.copytree(home / "old-keys", ledger / "keys")
    with opened(ledger) as here:
        with pytest.raises(RefusedError, match="is not the one in force"):
            here.record(position(1))
        assert here.head().size == 7


# --- attackers --------------------------------------------------------------------------------------------------------


def forge_checkpoint(site: Path, directory: Path) -> None:
    """Sign a site's tree with the keys that its log had first, as a thief of them can."""
    first, second = (
        PrivateKey.from_pem((directory / f"keys/{name}.pem").read_bytes())
        for name in ("checkpoint-ed25519", "checkpoint-mldsa")
    )
    text = parse_note((site / "checkpoint").read_bytes()).text.decode().split("\n")
    from ledger.tlog.merkle import parse_hash

    said = Checkpoint(text[0], int(text[1]), parse_hash(text[2], what="root"))
    (site / "checkpoint").write_bytes(sign_checkpoint(said, ed25519=first, mldsa=second, at=1_800_000_000))


@pytest.mark.parametrize("begun", [True, False], ids=["a copy from before", "a new copy"])
def test_site_that_replaced_keys_signed_is_refused(
    ledger: Path, home: Path, ask: Ask, *, begun: bool
) -> None:  # fmt: skip
    """Whoever reads the entries sees the appointment, and takes no checkpoint over it from the keys before (§2.4)."""
    if begun:
        ask("mirror", "site", "mirror", "--policy", "old.policy")
    rotate_log(ledger, root_key(home), 41)
    with opened(ledger) as here:
        here.export_log(home / "stolen")
    shutil.copy(home / "old.policy", home / "stolen/policy")
    forge_checkpoint(home / "stolen", ledger)
    refused = ask("mirror", "stolen", "mirror", "--policy", "old.policy", code=4)
    assert "an appointment among its 7 entries has replaced" in refused["detail"]
    refused = ask("log", "import", "stolen", "--ledger", "taken", "--policy", "old.policy", code=3)
    assert "is not a sound ledger" in refused["detail"]
    assert not (home / "taken").exists()
    assert not ask("monitor", "ledger", "stolen/checkpoint", code=1)["sound"]


def test_stored_checkpoint_by_replaced_keys_is_found(ledger: Path, home: Path, ask: Ask) -> None:
    """``log check`` holds each checkpoint against the keys of its size (issue 3, 3)."""
    import sqlite3

    rotate_log(ledger, root_key(home), 41)
    with opened(ledger) as here:
        here.export_log(home / "stolen")
    forge_checkpoint(home / "stolen", ledger)
    with sqlite3.connect(ledger / "ledger.db") as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        note = (home / "stolen/checkpoint").read_bytes()
        connection.execute("UPDATE checkpoint SET note = ? WHERE size = 7", (note,))
    answer = ask("log", "check", "--ledger", "ledger", code=1)
    assert "checkpoint.refused" in {one["code"] for one in answer["findings"]}


# --- witnesses --------------------------------------------------------------------------------------------------------


def test_witness_is_told_of_the_new_keys_beforehand(ledger: Path, home: Path, ask: Ask) -> None:
    """A witness sees checkpoints only: its operator adds the new keys, and takes the old ones out later (watching)."""
    with opened(ledger) as here:
        before = here.log_keys()
    witness = at_work(home / "w.db", before)
    with serving(witness) as url:
        text = (ledger / "pledger.toml").read_text("utf-8")
        from tests.unit.tlog.small_log import WITNESS_KEYS

        tables = [f'[[witness]]\nurl = "{url}"\nvkey = "{format_verifier_key(one)}"\n' for one in WITNESS_KEYS]
        (ledger / "pledger.toml").write_text(text + "".join(tables), "utf-8")
        with opened(ledger) as here:
            assert here.record(position(1))[0].witnesses == (2, 2)
        rotate_log(ledger, root_key(home), 41)
        with opened(ledger) as here:
            # Not told: it cosigns nothing by keys that it does not know.
            assert here.record(position(2))[0].witnesses == (0, 2)
            after = here.log_keys()
    with serving(at_work(home / "w.db", (*before, *after))) as url:
        text = (ledger / "pledger.toml").read_text("utf-8").split("[[witness]]")[0]
        tables = [f'[[witness]]\nurl = "{url}"\nvkey = "{format_verifier_key(one)}"\n' for one in WITNESS_KEYS]
        (ledger / "pledger.toml").write_text(text + "".join(tables), "utf-8")
        with opened(ledger) as here:
            receipt = here.record(position(3))[0]
            assert receipt.witnesses == (2, 2)
            assert verify_receipt(receipt, log=after, policy=here.witness_policy()) == ()
            # What was witnessed before the change stays witnessed.
            old = here.receipt(6)
            assert old.witnesses == (2, 2)
            assert verify_receipt(old, log=before, policy=here.witness_policy(7)) == ()


# --- refusals ---------------------------------------------------------------------------------------------------------


REFUSED: dict[str, tuple[tuple[str, ...], int, str]] = {
    "nothing to change": (("key", "appoint"), 3, "changes one of"),
    "one checkpoint key": (("key", "appoint", "--checkpoint", "desk"), 2, "give --checkpoint twice"),
    "a root that is nowhere": (("key", "appoint", "--root", "nowhere"), 5, "no file of that name"),
    "an operator that is nowhere": (("key", "appoint", "--operator", "nowhere"), 5, "There is no key nowhere"),
    "a draft and options": (("key", "appoint", "root.pem", "--quorum", "1"), 2, "A draft says what it changes"),
    "a draft that is none": (("key", "appoint", "root.pem"), 3, "the draft"),
    "an approval of what is no draft": (("key", "approve", "old.policy", "--key", "root.pem"), 3, "the draft"),
    "a granted key as operator": (("key", "appoint", "--operator", "desk"), 6, "has served this ledger already"),
    "a change that no root key here approves": (("key", "appoint", "--quorum", "1"), 4, "0 approvals of the 1"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_command_that_may_not_appoint_is_refused(case: str, ledger: Path, ask: Ask) -> None:
    """One sentence, the exit code of its kind, and nothing recorded (design §3)."""
    arguments, code, reason = REFUSED[case]
    extra = () if arguments[1] == "approve" else ("--ledger", "ledger")
    assert reason in ask(*arguments, *extra, code=code)["detail"]
    with opened(ledger) as here:
        assert here.head().size == 6


def test_draft_is_approved_as_it_was_written_and_not_otherwise(ledger: Path, home: Path) -> None:
    """An approval is over the exact bytes of the draft; a draft that was changed is another one (design §2.2)."""
    with opened(ledger) as here:
        payload = here.draft_appointment(Changes(quorum=1))
        other = payload.replace(b'"quorum":1', b'"quorum":2')
        with pytest.raises(PledgerError, match="not over this appointment"):
            here.appoint(other, [approve(payload, root_key(home))])
        assert here.appoint(payload, [approve(payload, root_key(home))]).index == 6


@pytest.mark.parametrize("case", ["another draft", "a broken signature", "a key that is no root key"])
def test_wrong_approval_is_refused_where_the_root_key_lies_beside_it(
    case: str, ledger: Path, home: Path, ask: Ask
) -> None:
    """What is given is looked at and never replaced: the sentence names the approval and its key (design §2.2)."""
    root, stranger = root_key(home), key(77)
    shutil.copy(home / "root.pem", ledger / "keys/root.pem")
    ask("key", "appoint", "--quorum", "1", "--draft", "draft.json", "--ledger", "ledger")
    payload = (home / "draft.json").read_bytes()
    good = approve(payload, root)
    front, _, signature = good.rpartition(".")
    given, kid = {
        "another draft": (approve(payload.replace(b'"quorum":1', b'"quorum":2'), root), root.kid),
        "a broken signature": (f"{front}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}", root.kid),
        "a key that is no root key": (approve(payload, stranger), stranger.kid),
    }[case]
    (home / "wrong.jws").write_text(f"{good} {given}\n")
    asked = ("key", "appoint", "draft.json", "--approval", "wrong.jws", "--ledger", "ledger")
    told = ask(*asked, code=4)["detail"]
    assert "approval 2 of the appointment" in told
    assert kid in told
    with opened(ledger) as here:
        assert here.head().size == 6
    (home / "wrong.jws").write_text(good)
    assert ask(*asked)["entry"] == 6


# --- a monitor that has followed a rotation ---------------------------------------------------------------------------


def remembered(ledger: Path, home: Path, ask: Ask, *, is_shared: bool = False) -> Path:
    """Return a copy of the ledger from before its keys were rotated, once a monitor with the old policy has followed.

    Args:
        is_shared: the rotation keeps the Ed25519 key, and replaces the other.
    """
    shutil.copytree(ledger, home / "fork")
    with opened(ledger) as here:
        first = key(41)
        if is_shared:
            kept = PrivateKey.from_pem((ledger / "keys/checkpoint-ed25519.pem").read_bytes())
            second = key(42, "ML-DSA-44")
            here.keyring.add("ml-42", second)
            payload = here.draft_appointment(Changes(checkpoint=(kept, second)))
            here.appoint(payload, [approve(payload, root_key(home))])
        else:
            for one, name in ((first, "ed-41"), (key(42, "ML-DSA-44"), "ml-42")):
                here.keyring.add(name, one)
            payload = here.draft_appointment(Changes(checkpoint=(first, key(42, "ML-DSA-44"))))
            here.appoint(payload, [approve(payload, root_key(home))])
        here.record(position(1))
        here.export_log(home / "site-2")
    assert ask("monitor", "site-2", "--policy", "old.policy", "--state", "seen")["size"] == 8
    return home / "fork"


def fork(directory: Path, site: Path, *, entries: int) -> None:
    """Let whoever has the replaced keys record other entries after the sixth, and export their log."""
    with opened(directory) as here:
        for number in range(entries):
            here.record(position(100 + number))
        here.export_log(site)


@pytest.mark.parametrize("entries", [1, 2, 3], ids=["smaller", "of one size", "larger"])
def test_fork_by_replaced_keys_is_blamed_on_who_shows_it(entries: int, ledger: Path, home: Path, ask: Ask) -> None:
    """A monitor remembers the keys that it was led to: what it saw is not in doubt, and stays (design §2.4)."""
    fork(remembered(ledger, home, ask), home / "forked", entries=entries)
    before = {path.name: path.read_bytes() for path in (home / "seen").iterdir()}
    answer = ask("monitor", "forked", "--policy", "old.policy", "--state", "seen", code=1)
    assert (answer["sound"], answer["size"], answer["proofs"]) == (False, 8, [])
    assert answer["findings"]
    assert "what was seen before" not in {one["subject"] for one in answer["findings"]}
    assert {one["source"] for one in answer["sightings"]} >= {"what was seen before"}
    told = " ".join(one["sentence"] for one in answer["findings"])
    assert ("the keys that signed it do not sign for" in told) == (entries > 1)
    assert {path.name: path.read_bytes() for path in (home / "seen").iterdir()} == before
    # The log itself is followed on.
    assert ask("monitor", "site-2", "--policy", "old.policy", "--state", "seen")["sound"]


@pytest.mark.parametrize(("entries", "accusation"), [(2, "fork"), (3, "rewrite")])
def test_fork_by_a_key_that_signed_both_is_proved(
    entries: int, accusation: str, ledger: Path, home: Path, ask: Ask
) -> None:
    """Where a rotation kept one of the two keys, it has signed both logs, and is convicted (design §2.4)."""
    fork(remembered(ledger, home, ask, is_shared=True), home / "forked", entries=entries)
    answer = ask("monitor", "forked", "--policy", "old.policy", "--state", "seen", code=1)
    (proof,) = answer["proofs"]
    judged = ask("verify", proof, "--policy", "old.policy")
    assert (judged["sound"], judged["accusation"]) == (True, accusation)


def test_fork_by_the_keys_in_force_is_proved_by_who_has_only_the_old_policy(ledger: Path, home: Path, ask: Ask) -> None:
    """The log that is shown alone does not lead to its keys; the monitor was led to them before (design §2.4)."""
    remembered(ledger, home, ask)
    text = parse_note((home / "site-2/checkpoint").read_bytes()).text.decode().split("\n")
    said = Checkpoint(text[0], int(text[1]), Hash(bytes(32)))
    shutil.copytree(home / "site-2", home / "site-3")
    (home / "site-3/checkpoint").write_bytes(
        sign_checkpoint(said, ed25519=key(41), mldsa=key(42, "ML-DSA-44"), at=1_800_000_000)
    )
    answer = ask("monitor", "site-3", "--policy", "old.policy", "--state", "seen", code=1)
    (proof,) = answer["proofs"]
    assert ask("verify", proof, "--policy", "ledger/policy")["accusation"] == "fork"


def test_continued_log_by_replaced_keys_is_not_sound(ledger: Path, home: Path, ask: Ask) -> None:
    """Who has the replaced keys cannot carry the log on, not even by its own entries (design §2.4)."""
    remembered(ledger, home, ask)
    with opened(ledger) as here:
        here.record(position(2))
        here.export_log(home / "stolen")
    forge_checkpoint(home / "stolen", ledger)
    answer = ask("monitor", "stolen", "--policy", "old.policy", "--state", "seen", code=1)
    assert [one["code"] for one in answer["findings"]] == ["checkpoint.refused"]
    assert answer["size"] == 8


def test_policy_of_other_keys_decides_over_what_was_remembered(ledger: Path, home: Path, ask: Ask) -> None:
    """Keys that an earlier round was led to are not heard for a policy that names keys unknown to it (design §2.4)."""
    remembered(ledger, home, ask)
    origin = parse_note((home / "site-2/checkpoint").read_bytes()).text.decode().split("\n")[0]
    keys = log_keys(origin, ed25519=key(51).public, mldsa=key(52, "ML-DSA-44").public)
    (home / "newest.policy").write_bytes(format_policy(Policy(tuple(map(Log, keys)))))
    answer = ask("monitor", "site-2", "--policy", "newest.policy", "--state", "seen", code=1)
    assert "checkpoint.refused" in {one["code"] for one in answer["findings"]}


def test_memory_of_an_older_version_is_read(ledger: Path, home: Path, ask: Ask) -> None:
    """Without the keys beside it, a checkpoint is held against those that the policy leads to (design §2.4)."""
    remembered(ledger, home, ask)
    (kept,) = (home / "seen").glob("*.policy")
    kept.unlink()
    assert ask("monitor", "site-2", "--policy", "old.policy", "--state", "seen")["sound"]
    assert kept.exists()


def test_bundle_with_an_index_leads_on_who_knows_the_old_keys(ledger: Path, home: Path) -> None:
    """Instead of all headers it carries a proof that the log begins as the old keys signed it (design §2.2, §2.3)."""
    with opened(ledger) as here:
        old = here.policy()
    rotate_log(ledger, root_key(home), 40)
    with opened(ledger) as here:
        here.index()
        sink = BytesIO()
        with here.export(here.view("2026-06-30"), ("grain",), form="index") as export:
            export.write(sink, report=None, software=Software(name="pledger", version="1.0", lock=None))
    answer = verify(sink, policy=old)
    assert (answer.sound, answer.findings) == (True, ())
    assert [one.is_followed for one in answer.rotations] == [True]
    told = program().verify(sink.getvalue(), old).findings  # which reads no such proof, and cannot be led on by it
    assert [step for step, _ in told] == [5]
