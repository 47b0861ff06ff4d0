"""Witnesses date what they cosign: in the ledger, in a bundle, on a site; the policy names them (design §2.4)."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ledger.cli.main import main
from ledger.errors import ConflictError, MalformedError
from ledger.runtime import Ledger, import_log, init, open_ledger, open_source
from ledger.service.witness import WitnessAtWork
from ledger.store.cosigned import CosignedDirectory
from ledger.store.witness import WitnessStore
from ledger.tlog.checkpoint import parse_checkpoint
from ledger.tlog.note import format_verifier_key, parse_note
from ledger.tlog.policy import open_by_policy, parse_policy
from ledger.tlog.witness import Answer, Cosigner
from tests.end_to_end.small import START, drafts, fixed_keys, position
from tests.unit.tlog.small_log import WITNESS_1, WITNESS_2, WITNESS_KEYS

LATER = "2026-01-02T03:05:00Z"
"""What the witnesses' clock says: 55 seconds after the ledger's."""

COSIGNERS = (Cosigner("witness.example/1", WITNESS_1), Cosigner("witness.example/2", WITNESS_2))
Ask = Callable[[str, bytes], Answer]


@pytest.fixture
def at_work(tmp_path: Path) -> Ask:
    """Give two witnesses that know the small ledger, asked without a network."""
    init(tmp_path / "first", origin="example.org/small", at=lambda: START, make_key=fixed_keys()).close()
    with open_ledger(tmp_path / "first", at=lambda: START) as first:
        keys = first.log_keys()
    place = WitnessStore.open(tmp_path / "w.db")
    witness = WitnessAtWork(COSIGNERS, keys, place=place, clock=lambda: LATER)
    return lambda _url, body: witness.add_checkpoint(body)


def watched(directory: Path, *, quorum: int) -> Ledger:
    """Return a ledger whose configuration names two witnesses, at an address where nobody answers."""
    init(directory, origin="example.org/small", at=lambda: START, make_key=fixed_keys(), quorum=quorum).close()
    path = directory / "pledger.toml"
    tables = [f'[[witness]]\nurl = "http://127.0.0.1:9"\nvkey = "{format_verifier_key(key)}"\n' for key in WITNESS_KEYS]
    path.write_text(path.read_text("utf-8") + "".join(tables), "utf-8")
    return open_ledger(directory, at=lambda: START)


@pytest.fixture
def cosigned(tmp_path: Path, at_work: Ask) -> Iterator[Ledger]:
    """Give a ledger that both witnesses have cosigned at 2 and at 7 entries, and not at 6."""
    with watched(tmp_path / "ledger", quorum=2) as ledger:
        ledger.cosign(ask=at_work)
        ledger.record(drafts())
        ledger.record(position(1))
        ledger.cosign(ask=at_work)
        yield ledger


def bundle(ledger: Ledger, path: Path) -> Path:
    """Write the bundle of an audit."""
    assert main(["audit", "grain", "--as-of", "2026-01-02", "--ledger", str(ledger.directory), "-o", str(path)]) == 0
    return path


def verified(path: Path, capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, object]:
    """Return the answer of pledger verify."""
    capsys.readouterr()
    main(["verify", str(path), "--json", *options])
    found = json.loads(capsys.readouterr().out)
    assert isinstance(found, dict)
    return found


def test_witnesses_date_the_entries_under_what_they_cosigned(cosigned: Ledger) -> None:
    """Each witness dates an entry by the first checkpoint over it that it cosigned; the receipt's time lies inside."""
    assert [[one.size for one in cosigned.interval(index).dates] for index in (0, 1, 2, 6)] == [
        [2, 2], [2, 2], [7, 7], [7, 7],
    ]  # fmt: skip
    interval = cosigned.interval(3)
    assert [(one.kind, one.not_after) for one in interval.dates] == [("witness", LATER), ("witness", LATER)]
    assert {one.name for one in interval.dates} == {key.name for key in WITNESS_KEYS}
    assert interval.is_received_inside is True


def test_only_known_witnesses_date(cosigned: Ledger, tmp_path: Path) -> None:
    """A cosignature by a witness that neither configuration nor policy names is nobody's word."""
    copy = tmp_path / "copy"
    shutil.copytree(cosigned.directory, copy)
    path = copy / "pledger.toml"
    path.write_text(path.read_text("utf-8").partition("[[witness]]")[0], "utf-8")
    with open_ledger(copy, at=lambda: START) as ledger:
        assert len(ledger.interval(3).dates) == 2  # the policy that is written down names them
    with open_ledger(tmp_path / "first", at=lambda: START) as first:
        (copy / "policy").write_bytes(first.policy())
    with open_ledger(copy, at=lambda: START) as ledger:
        assert ledger.interval(3).dates == ()


def test_cosigned_checkpoint_of_another_log_dates_nothing(cosigned: Ledger, tmp_path: Path) -> None:
    """What lies beside the log is held against its tree before it is believed."""
    kept = CosignedDirectory(cosigned.directory / "cosigned")
    note = kept.get(7) or b""
    text = parse_note(note).text
    (cosigned.directory / "cosigned" / f"{7:019d}").write_bytes(note.replace(text, text.replace(b"\n7\n", b"\n6\n")))
    assert cosigned.interval(3).dates == ()


def test_operators_false_time_is_seen(tmp_path: Path, at_work: Ask) -> None:
    """An operator whose clock is ahead of every witness says a time that cannot be: it lies outside."""
    with watched(tmp_path / "ledger", quorum=0) as ledger:
        ledger.clock = lambda: "2026-01-02T04:00:00Z"
        ledger.record(drafts())
        ledger.cosign(ask=at_work)
        interval = ledger.interval(2)
    assert interval.received == "2026-01-02T04:00:00Z"
    assert [one.not_after for one in interval.dates] == [LATER, LATER]
    assert interval.is_received_inside is False


def test_policy_names_the_witnesses_and_the_quorum(cosigned: Ledger) -> None:
    """Whoever is given the ledger's policy learns whom its charter asks for, and it accepts what they cosigned."""
    policy = parse_policy((cosigned.directory / "policy").read_bytes())
    assert [one.key for one in policy.witnesses] == list(WITNESS_KEYS)
    assert [group.threshold for group in policy.groups] == [2]
    assert cosigned.policy() == (cosigned.directory / "policy").read_bytes()
    note = CosignedDirectory(cosigned.directory / "cosigned").get(7) or b""
    assert open_by_policy(note, policy).checkpoint.size == 7


def test_bundle_carries_the_cosigned_checkpoint_and_its_witnesses(
    cosigned: Ledger, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A charter that asks for two witnesses has sound bundles: self-declared, and by the policy that is given."""
    path = bundle(cosigned, tmp_path / "audit.zip")
    for options, trust in (((), "self-declared"), (("--policy", str(cosigned.directory / "policy")), "given")):
        document = verified(path, capsys, *options)
        assert (document["sound"], document["trust"], document["findings"]) == (True, trust, [])
        dating = document["dating"]
        assert isinstance(dating, dict)
        assert dating["roots"] is None
        assert [one["kind"] for one in dating["checkpoint"]["dates"]] == ["witness", "witness"]
        assert dating["checkpoint"]["not_after"]["not_after"] == LATER
        assert dating["checkpoint"]["received_inside"] is True
    assert bundle(cosigned, tmp_path / "again.zip").read_bytes() == path.read_bytes()


def test_bundle_short_of_the_quorum_is_not_made(
    tmp_path: Path, at_work: Ask, capsys: pytest.CaptureFixture[str]
) -> None:
    """No verifier would find it sound (step 5), so the operator is told what to do first; the audit itself is given."""
    with watched(tmp_path / "ledger", quorum=2) as ledger:
        ledger.record(drafts())
        asked = ["audit", "grain", "--as-of", "2026-01-02", "--ledger", str(ledger.directory), "-o"]
        assert main([*asked, str(tmp_path / "audit.zip")]) == 8
        assert "witnessed by 0 of 2, short of the quorum" in capsys.readouterr().err
        assert not (tmp_path / "audit.zip").exists()
        assert main([*asked, str(tmp_path / "audit.json")]) == 0
        ledger.cosign(ask=at_work)
        assert verified(bundle(ledger, tmp_path / "audit.zip"), capsys)["sound"] is True


def test_check_looks_at_what_witnesses_cosigned(cosigned: Ledger) -> None:
    """What lies beside the log is held against its tree and its keys: each fault is named by its size (design §2.5)."""
    assert cosigned.check().is_sound
    kept = cosigned.directory / "cosigned"
    two, seven = (kept / f"{size:019d}" for size in (2, 7))
    before = two.read_bytes()
    cases = {
        "cosigned.root-mismatch": seven.read_bytes(),
        "cosigned.refused": before.replace("\N{EM DASH} ".encode(), "\N{EM DASH} x".encode(), 1),
    }
    for code, raw in cases.items():
        two.write_bytes(raw)
        assert [(one.code, one.subject) for one in cosigned.check().findings] == [(code, "cosigned checkpoint 2")]
    two.write_bytes(before)
    assert cosigned.check().is_sound


def test_bundle_without_a_quorum_is_sound_though_no_witness_answers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Witnesses that a charter does not ask for are named, and missed by nobody; the checkpoint is undated."""
    with watched(tmp_path / "ledger", quorum=0) as ledger:
        ledger.record(drafts())
        path = bundle(ledger, tmp_path / "audit.zip")
    document = verified(path, capsys)
    assert document["sound"] is True
    dating = document["dating"]
    assert isinstance(dating, dict)
    assert dating["checkpoint"]["not_after"] is None
    assert all(one["not_after"] is None for one in dating["entries"])


def test_other_checkpoint_that_was_cosigned_stops_the_bundle(cosigned: Ledger, tmp_path: Path) -> None:
    """What witnesses cosigned contradicts the ledger: nothing is handed out before somebody has looked."""
    other = CosignedDirectory(cosigned.directory / "cosigned").get(2) or b""
    view = cosigned.view("2026-01-02")
    (cosigned.directory / "cosigned" / f"{7:019d}").write_bytes(other)
    with pytest.raises(ConflictError, match="another checkpoint"), cosigned.export(view, ["grain"]):
        pass


def test_site_has_the_policy_with_witnesses_and_its_heir_dates_by_it(cosigned: Ledger, tmp_path: Path) -> None:
    """The site's policy names the witnesses; a ledger rebuilt from it, without configuration, counts them."""
    cosigned.export_log(tmp_path / "site")
    policy = parse_policy((tmp_path / "site" / "policy").read_bytes())
    note = (tmp_path / "site" / "checkpoint").read_bytes()
    assert parse_checkpoint(parse_note(note).text).size == 7
    assert {one.key for one in policy.witnesses} <= open_by_policy(note, policy).signers
    import_log(open_source(str(tmp_path / "site")), tmp_path / "heir")
    with open_ledger(tmp_path / "heir", at=lambda: START) as heir:
        assert heir.policy() == (tmp_path / "site" / "policy").read_bytes()
        assert [one.not_after for one in heir.interval(3).dates] == [LATER, LATER]


def test_policy_of_too_few_witnesses_is_refused(cosigned: Ledger) -> None:
    """A configuration that names fewer witnesses than the charter asks for cannot be a policy."""
    path = cosigned.directory / "pledger.toml"
    first = path.read_text("utf-8").rpartition("[[witness]]")[0]
    path.write_text(first, "utf-8")
    with (
        open_ledger(cosigned.directory, at=lambda: START) as ledger,
        pytest.raises(MalformedError, match="asks for 2 witnesses, and 1 are configured"),
    ):
        ledger.policy()
