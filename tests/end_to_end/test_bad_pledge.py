"""What contradicts itself is refused in one sentence: at the terminal, in the lint, over HTTP (issue of the score).

One table, three ways in. A commitment with contradictory fields, a procedure with a loop or a stage without an exit, a
trigger that refers to itself, an attested level without a reason, an amendment dated before what it amends: each is
told where it is wrong and what to do, and nothing is logged. Over HTTP it comes signed, as a client would sign it that
checks nothing.
"""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from ledger.cli.main import main
from ledger.signing.canonical import format_json
from ledger.signing.envelope import STATEMENT, seal
from tests.end_to_end.served import JOSE, House, served
from tests.end_to_end.small import PLEDGE, START

DRAFTS: list[dict[str, Any]] = json.loads(
    json.dumps([*yaml.safe_load_all(PLEDGE.replace("target: 10", 'target: "10"'))], default=str)
)
SOURCE = {"title": "Letter", "publisher": "Office", "role": "joint", "via": {"copy_read": "letter", "how": "excerpt"}}


def pledge(*, term: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """Return the draft of another pledge, some members of it or of its term replaced; ``...`` removes one."""
    made: dict[str, Any] = copy.deepcopy(DRAFTS[3]) | {"subject": "wheat"}
    for place, new in ((made["body"], changes), (made["body"]["terms"][0], term or {})):
        place.update(new)
        for name in [name for name, value in new.items() if value is ...]:
            del place[name]
    made["body"]["terms"][0].setdefault("shown", {})
    return made


def stage(name: str, **more: Any) -> dict[str, Any]:
    """Return a stage of a procedure."""
    return {"id": name, "title": name, "forum": "the office", "trigger": "a complaint", **more}


def procedure(*stages: dict[str, Any]) -> dict[str, Any]:
    """Return the draft of another document, with a procedure of these stages."""
    made: dict[str, Any] = copy.deepcopy(DRAFTS[2]) | {"subject": "treaty"}
    made["body"]["procedure"] = {"title": "Steps", "stages": [*stages]}
    return made


def said(kind: str, **body: Any) -> dict[str, Any]:
    """Return the draft of something said of the pledge that is there."""
    return {"kind": kind, "subject": "grain", "body": body | {"source": SOURCE}}


def amendment(subject: str = "grain", **changes: Any) -> dict[str, Any]:
    """Return the draft of a suspension by both sides."""
    days = {"announced": "2020-03-01", "effective": "2020-03-01"}
    made = said("amendment", change="suspend", by=["aa", "bb"], reason="a flood", **days | changes)
    return made | {"subject": subject}


LEVEL = {"about": "level", "dimension": "P", "low": 2, "high": 2, "date": "2020-06-01"}
SELF: dict[str, Any] = {
    "kind": "conditional", "id": "rise", "title": "a rise", "actor": "aa",
    "trigger": {"title": "duties rise", "actor": "aa", "act": "raise duties"},
    "consequence": {"title": "a rise", "actor": "aa", "act": "raise duties"},
}  # fmt: skip


class Case(NamedTuple):
    """A draft that is refused, and words of the sentence."""

    draft: dict[str, Any]
    says: str


REFUSED = {
    # contradictory fields
    "a pledge to oneself": Case(pledge(obligees=["aa"]), "aa would owe itself"),
    "a period that ends before it starts": Case(
        pledge(term={"period": {"start": "2020-12-31", "end": "2020-01-01"}}), "before it starts"
    ),
    "a deadline before the period": Case(pledge(term={"deadline": "2019-12-31"}), "lies before the period starts"),
    "an increment over nothing": Case(pledge(term={"target_is": "increment"}), "needs the baseline"),
    "an absolute amount over a baseline": Case(
        pledge(term={"baseline": {"period": {"start": "2017-01-01", "end": "2017-12-31"}}}),
        "an absolute target has none",
    ),
    "a term named twice": Case(pledge(terms=DRAFTS[3]["body"]["terms"] * 2), "names a term twice"),
    # a procedure that goes nowhere, or round and round
    "a stage without an exit": Case(procedure(stage("appeal")), "stage appeal has no exit"),
    "a loop": Case(
        procedure(stage("appeal", then=["talks"]), stage("talks", then=["appeal"])), "in a loop through stage appeal"
    ),
    "a loop that never ends": Case(
        procedure(
            stage("appeal", then=["talks"], may_repeat=True), stage("talks", then=["appeal"], may_repeat=True)
        ),
        "no way leads from stage appeal to a last one",
    ),
    "a stage that leads nowhere": Case(
        procedure(stage("appeal", then=["court"])), "leads to court, which the procedure does not have"
    ),
    # a trigger that refers to itself
    "a stage that opens itself": Case(
        procedure(stage("appeal", opens=[{"when": "expiry", "stage": "appeal"}], limit={"days": 5}, last=True)),
        "the trigger of stage appeal refers to itself",
    ),
    "a trigger that is its own consequence": Case(pledge(terms=[SELF]), "the trigger of term rise refers to itself"),
    # an attested level without a reason
    "a level without a reason": Case(said("attestation", **LEVEL), "reason is missing"),
    "a level with an empty reason": Case(said("attestation", **LEVEL, reason=""), "reason"),
    "a level with a blank reason": Case(said("attestation", **LEVEL, reason=" "), "reason"),
    # an amendment dated before what it amends
    "an amendment announced before its pledge": Case(
        amendment(announced="2020-01-14"), "announced on 2020-01-14, and grain was made on 2020-01-15"
    ),
    "an amendment in effect before its pledge": Case(
        amendment(effective="2019-12-31"), "effective on 2019-12-31, and grain was made on 2020-01-15"
    ),
    "an amendment in effect before its document": Case(
        amendment("deal", effective="2019-12-31"), "effective on 2019-12-31, and deal was made on 2020-01-15"
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A served ledger with one pledge."""
    with served(tmp_path_factory.mktemp("bad pledge"), with_figures=False, rate=0, heavy_rate=0) as one:
        yield one


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger at a terminal with the same pledge; what is refused leaves it as it is, so all tests share it."""
    folder = tmp_path_factory.mktemp("bad pledge, written")
    (folder / "pledge.yaml").write_text(PLEDGE)
    assert main(["init", str(folder / "ledger"), "--origin", "example.org/small"]) == 0
    assert main(["record", str(folder / "pledge.yaml"), "--yes", "--ledger", str(folder / "ledger")]) == 0
    return folder / "ledger"


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_draft_is_refused_in_a_sentence_at_the_terminal(
    ledger: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], case: Case
) -> None:
    """Exit code 3, one sentence that says where; the log is no longer than it was (style §7)."""
    (tmp_path / "draft.json").write_text(json.dumps(case.draft))
    capsys.readouterr()
    code = main(["record", str(tmp_path / "draft.json"), "--yes", "--ledger", str(ledger)])
    out, err = capsys.readouterr()
    assert (code, err.count("\n"), case.says in err) == (3, 1, True), err or out
    assert main(["log", "show", "--json", "--ledger", str(ledger)]) == 0
    assert json.loads(capsys.readouterr().out)["size"] == 6


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_signed_statement_is_refused_in_the_same_sentence_over_http(house: House, case: Case) -> None:
    """A client that checks nothing is told what the terminal tells: 400, ``malformed``, nothing logged (style §7)."""
    before = house.ledger.head().checkpoint
    payload = {
        "anchor": None, "body": case.draft["body"], "corrects": None, "genesis": house.ledger.genesis,
        "issued": START, "schema": f"{case.draft['kind']}.v1", "subject": case.draft["subject"],
    }  # fmt: skip
    raw = seal(format_json(payload), house.ledger.keyring.get("desk"), typ=STATEMENT).raw
    answer = house.client.post("/v1/statements", content=raw, headers=JOSE)
    told = answer.json()
    assert (answer.status_code, told["type"].rpartition(":")[2], case.says in told["detail"]) == (
        400, "malformed", True,
    ), told  # fmt: skip
    assert house.ledger.head().checkpoint == before


@pytest.mark.parametrize("phrase", [phrase for phrase, case in REFUSED.items() if case.draft["kind"] == "commitment"])
def test_contradictory_pledge_is_refused_by_the_lint_too(
    phrase: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A draft is read by the same reader before it is judged, so that no gate passes what nobody can record (E9)."""
    (tmp_path / "draft.json").write_text(json.dumps(REFUSED[phrase].draft))
    capsys.readouterr()
    assert main(["lint", str(tmp_path / "draft.json"), "--fail-below", "rhetorical"]) == 3
    err = capsys.readouterr().err
    assert (err.count("\n"), REFUSED[phrase].says in err) == (1, True), err
