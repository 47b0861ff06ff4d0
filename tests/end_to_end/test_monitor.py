"""The operator cheats, and is convicted: a real ledger is forked, cut, rewritten, and the command proves it offline."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.cli.main import main
from ledger.runtime import open_ledger
from ledger.tlog.policy import Log, Policy, format_policy
from tests.end_to_end.small import START, drafts, position, small_ledger
from tests.unit.tlog.small_log import LOG_KEYS

LATER = "2026-01-02T04:00:00Z"


@pytest.fixture(autouse=True)
def without_pins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no policy of this user's decide."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Give a ledger of six entries."""
    with small_ledger(tmp_path / "ledger") as made:
        made.record(drafts())
    return tmp_path / "ledger"


@pytest.fixture
def copy(ledger: Path, tmp_path: Path) -> Path:
    """Give the same ledger a second time, with the same keys: the operator's other face."""
    shutil.copytree(ledger, tmp_path / "copy")
    return tmp_path / "copy"


def say(directory: Path, number: int, *, at: str = START) -> None:
    """Record something of its own."""
    with open_ledger(directory, at=lambda: at) as opened:
        opened.record(position(number))


def told(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, dict[str, object]]:
    """Return how a command ends, and what it answers."""
    capsys.readouterr()
    code = main([*map(str, arguments), "--json"])
    return code, json.loads(capsys.readouterr().out)


def proofs(document: dict[str, object]) -> Iterator[Path]:
    """Yield the fraud proofs that a command wrote."""
    written = document["proofs"]
    assert isinstance(written, list)
    yield from map(Path, written)


def convicted(capsys: pytest.CaptureFixture[str], proof: Path, ledger: Path) -> str:
    """Return the accusation, once a stranger with the log's policy has judged it offline."""
    code, document = told(capsys, "verify", proof, "--policy", ledger / "policy")
    assert (code, document["sound"], document["trust"]) == (0, True, "given"), document
    keys = document["convicted"]
    assert isinstance(keys, list)
    assert keys
    return str(document["accusation"])


def test_honest_ledger_is_sound_from_every_side(
    ledger: Path, copy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A ledger, a copy that is behind and a static site agree; what was seen is remembered (issue of the log)."""
    say(ledger, 1)
    with open_ledger(ledger, at=lambda: START) as opened:
        opened.export_log(tmp_path / "site")
    state = tmp_path / "seen"
    code, document = told(capsys, "monitor", ledger, copy, tmp_path / "site", "--state", state)
    assert (code, document["sound"], document["entries"], document["size"]) == (0, True, 7, 7)
    say(ledger, 2)
    code, document = told(capsys, "monitor", ledger, "--state", state)
    assert (code, document["entries"], document["size"]) == (0, 1, 8)


def test_two_faces_of_one_size_are_a_fork(
    ledger: Path, copy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two ledgers of one size with different last entries convict their common operator."""
    say(ledger, 1)
    say(copy, 2)
    code, document = told(capsys, "monitor", ledger, copy, "-o", tmp_path / "proofs")
    assert code == 1
    assert [convicted(capsys, proof, ledger) for proof in proofs(document)] == ["fork"]


def test_rewritten_tail_is_proved_by_who_remembers(
    ledger: Path, copy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A log whose tail was rewritten and then grew is convicted by one checkpoint that was seen before."""
    say(ledger, 1)
    state = tmp_path / "seen"
    assert told(capsys, "monitor", ledger, "--state", state)[0] == 0
    for number in (2, 3, 4):
        say(copy, number)
    code, document = told(capsys, "monitor", copy, "--state", state)
    assert (code, document["size"]) == (1, 7)
    assert [convicted(capsys, proof, ledger) for proof in proofs(document)] == ["rewrite"]


def test_rolled_back_log_is_proved_once_it_signs_again(
    ledger: Path, copy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A backup that is served is found; once something is signed on top of it, later and smaller, it is proved."""
    for number in (1, 2, 3):
        say(ledger, number)
    state = tmp_path / "seen"
    told(capsys, "monitor", ledger, "--state", state)
    code, document = told(capsys, "monitor", copy, "--state", state)
    assert (code, document["proofs"]) == (1, [])
    say(copy, 1, at=LATER)
    code, document = told(capsys, "monitor", copy, "--state", state)
    assert code == 1
    assert "rollback" in [convicted(capsys, proof, ledger) for proof in proofs(document)]


def test_receipt_convicts_a_log_that_lost_its_entry(
    ledger: Path, copy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who holds a receipt, or a tlog-proof, for an entry that was replaced proves that it was withheld."""
    say(ledger, 1)
    capsys.readouterr()
    assert main(["log", "prove", "6", "-o", str(tmp_path / "six"), "--ledger", str(ledger)]) == 0
    for number in (2, 3):
        say(copy, number)
    code, document = told(capsys, "monitor", copy, tmp_path / "six", "-o", tmp_path / "proofs")
    assert code == 1
    assert {convicted(capsys, proof, ledger) for proof in proofs(document)} >= {"withheld"}


def test_proof_without_the_judges_keys_convicts_nobody(
    ledger: Path, copy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By its own keys a proof is self-declared; by another log's policy it shows nothing."""
    say(ledger, 1)
    say(copy, 2)
    _, document = told(capsys, "monitor", ledger, copy, "-o", tmp_path / "proofs")
    (proof,) = proofs(document)
    code, judged = told(capsys, "verify", proof)
    assert (code, judged["trust"], judged["sound"]) == (0, "self-declared", True)
    assert main(["verify", str(proof)]) == 0
    assert "sound · trust: self-declared · origin: example.org/small · fraud proof: fork" in capsys.readouterr().out
    other = tmp_path / "other.policy"
    other.write_bytes(format_policy(Policy(logs=tuple(map(Log, LOG_KEYS)))))
    code, judged = told(capsys, "verify", proof, "--policy", other)
    assert (code, judged["sound"], judged["convicted"]) == (1, False, [])


WRONG = {
    "no log among the sources": (["receipt"], 2),
    "a file that is not there": (["nowhere"], 2),
    "a file that holds no receipt": (["ledger", "empty.json"], 3),
    "a policy of another log": (["ledger", "--policy", "other.policy"], 6),
    "a site that is none": (["empty"], 3),
}


@pytest.mark.parametrize(("arguments", "code"), WRONG.values(), ids=WRONG)
def test_wrong_source_is_one_sentence(
    ledger: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
) -> None:
    """Whatever is wrong with the sources is said in a sentence, with the exit code of its class (style §7)."""
    (tmp_path / "empty.json").write_text("{}", "utf-8")
    (tmp_path / "empty").mkdir()
    (tmp_path / "other.policy").write_text("quorum none\n", "utf-8")
    with open_ledger(ledger, at=lambda: START) as opened:
        (tmp_path / "receipt").write_bytes(opened.head().checkpoint)
    monkeypatch.chdir(tmp_path)
    assert main(["monitor", *arguments]) == code
    assert capsys.readouterr().err.count("\n") == 1
