"""Three agreed procedures, told by terminal: actions are recorded, and the docket moves (F1–F4).

Phase One's chapter 7, a review as the International Monetary Fund conducts it, and a communication between States under
the Covenant on Civil and Political Rights; each is a file under docs/procedures, put into an agreement of two parties.
"""

import json
from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import yaml

from ledger.cli.docket import ANSWER
from ledger.cli.main import main
from tests.end_to_end.small import PLEDGE, drafts, small_ledger

pytest.importorskip("icalendar", reason="the extra `calendar` writes iCalendar")

PROCEDURES = Path(__file__).resolve().parents[2] / "docs" / "procedures"
SOURCE = {"title": "A letter", "publisher": "An office", "role": "joint",
          "via": {"copy_read": "the letter", "how": "excerpt"}}  # fmt: skip
LADDER, REVIEW, STATES = "phase-one-chapter-7", "imf-review", "state-communication"
HOLIDAYS = b"date,day,name\n2020-01-01,closed,New Year\n2020-03-06,closed,A day of rest\n"
MAPPING = b"""
name = "holidays-bb"
title = "Holidays of B"
publisher = "An office"
authority = "office"
channel = "gazette"
standing = "official"
licence = "none"
redistribute = true
header = ["date", "day", "name"]
columns = "named"

[[codes]]
kind = "calendar"
classification = "holidays-bb"
code = { column = "date" }
target = { column = "day" }
"""


def documents(*bodies: tuple[str, str, dict[str, Any]]) -> str:
    """Return drafts as YAML."""
    return yaml.safe_dump_all(
        [{"kind": kind, "subject": subject, "body": body} for kind, subject, body in bodies], sort_keys=False
    )


def agreement(procedure: str) -> dict[str, Any]:
    """Return an agreement of both parties with a procedure of the documents."""
    steps = yaml.safe_load((PROCEDURES / f"{procedure}.yaml").read_text("utf-8"))
    if procedure == LADDER:  # by the calendar of the party complained against, so that its limit has a last day
        steps["stages"][1]["limit"]["calendar"] = {"name": "holidays-bb"}
    return {
        "title": f"Agreement with {procedure}", "form": "treaty", "issuers": ["aa", "bb"], "binding": "yes",
        "announced": "2020-01-15", "in_force": "2020-02-14", "exit": None, "forum": None, "remedy": "none",
        "escapes": "none", "procedure": steps, "source": SOURCE,
    }  # fmt: skip


def pledge(instrument: str, *, by: str, to: str, deadline: str, **more: Any) -> dict[str, Any]:
    """Return a pledge that one party acts by a day."""
    shown = {name: {"locator": "article 1"} for name in ("actor", "action", "timing")}
    term = {
        "kind": "action", "id": "act", "title": "the act", "actor": by, "act": "act", "deadline": deadline,
        "shown": shown,
    }  # fmt: skip
    verb = {"words": "shall act", "strength": "shall", "shown": {"quote": 0, "words": "shall act"}}
    return {
        "title": f"{by} acts", "instrument": instrument, "date": "2020-01-15", "obligors": [by], "obligees": [to],
        "quotes": [{"text": "shall act", "language": "en"}], "verb": verb, "terms": [term], "source": SOURCE, **more,
    }  # fmt: skip


def act(subject: str, kind: str, by: str, date: str, stage: str | None = None) -> tuple[str, str, dict[str, Any]]:
    """Return an action about a pledge."""
    body = {"act": kind, "by": [by], "date": date, "stage": stage, "what": f"{kind} of {by}", "source": SOURCE}
    return "action", subject, body


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger with three agreements, a pledge under each (two of both sides under one), a calendar and their acts."""
    directory = tmp_path_factory.mktemp("docket") / "ledger"
    party = {"kind": "state", "names": {"en": "A party"}}
    lever = {"subject": "tariffs", "title": "the tariffs"}
    purchases = pledge(f"by-{LADDER}", by="bb", to="aa", deadline="2021-12-31", levers=[lever])
    with small_ledger(directory) as made:
        made.record(drafts(documents(
            ("party", "aa", party), ("party", "bb", party),
            *(("instrument", f"by-{name}", agreement(name)) for name in (LADDER, REVIEW, STATES)),
            ("commitment", "purchases", purchases),
            ("commitment", "tariffs-down", pledge(f"by-{LADDER}", by="aa", to="bb", deadline="2020-02-14")),
            ("commitment", "reserves", pledge(f"by-{REVIEW}", by="bb", to="aa", deadline="2020-03-31")),
            ("commitment", "rights", pledge(f"by-{STATES}", by="bb", to="aa", deadline="2030-12-31")),
        )))  # fmt: skip
        made.submit(
            BytesIO(HOLIDAYS), name="holidays.csv", mapping=MAPPING, mapping_name="holidays.toml",
            published=date(2019, 12, 31),
        )  # fmt: skip
        made.record(drafts(documents(
            act("purchases", "appeal", "aa", "2020-03-02", "appeal"),
            act("purchases", "assessment", "bb", "2020-03-18", "assessment"),
            act("reserves", "report", "bb", "2020-04-20", "test"),
            act("reserves", "waiver", "aa", "2020-05-29", "review"),
            act("reserves", "decision", "aa", "2020-05-29", "review"),
            act("reserves", "release", "aa", "2020-06-02", "purchase"),
            act("rights", "notice", "aa", "2020-01-31", "communication"),
            act("rights", "report", "bb", "2020-05-15", "explanation"),
            act("rights", "appeal", "aa", "2020-09-01", "referral"),
            ("amendment", "purchases", {
                "change": "lever_lapsed", "by": ["aa"], "lever": "tariffs", "announced": "2020-06-01",
                "effective": "2020-06-01", "reason": "a court set them aside", "source": SOURCE,
            }),
        )))  # fmt: skip
    return directory


Ask = Callable[..., Any]


@pytest.fixture
def docket(ledger: Path, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Run the command on the ledger, which has to end with the code, and give what it says; of --json the object."""

    def command(*arguments: str, as_of: str, code: int = 0) -> Any:
        capsys.readouterr()
        ended = main(["docket", *arguments, "--as-of", as_of, "--ledger", str(ledger)])
        out, err = capsys.readouterr()
        assert ended == code, err or out
        if code != 0:
            return err or out
        return json.loads(out) if "--json" in arguments else out

    return command


def stages(docket: Ask, subject: str, as_of: str) -> list[tuple[str, str, str | None, str, list[str]]]:
    """Return the stages of a pledge at a day: id, opening, last day, state, who let it pass."""
    (one,) = docket(subject, "--json", as_of=as_of)["commitments"]
    return [
        (each["id"], each["opened"], (each["deadline"] or {}).get("latest"), each["state"], each["let_pass"])
        for each in one["docket"]["stages"]
    ]


# The appeal is of Monday 2 March 2020 and the 6th rests, so that ten working days end on Tuesday the 17th; 21 and 45
# days from the appeal are 23 March and 16 April.
CHAPTER_7 = {
    "the day after the appeal": ("2020-03-03", [
        ("appeal", "2020-03-02", None, "ended", []), ("assessment", "2020-03-02", "2020-03-17", "open", []),
    ]),
    "the assessment is let pass": ("2020-03-18", [
        ("appeal", "2020-03-02", None, "ended", []), ("assessment", "2020-03-02", "2020-03-17", "passed", ["bb"]),
        ("officials", "2020-03-18", "2020-03-23", "open", []),
    ]),
    "nobody goes up to the principals": ("2020-04-20", [
        ("appeal", "2020-03-02", None, "ended", []), ("assessment", "2020-03-02", "2020-03-17", "passed", ["bb"]),
        ("officials", "2020-03-18", "2020-03-23", "passed", ["aa", "bb"]),
        ("deputies", "2020-03-24", "2020-04-16", "overdue", ["aa", "bb"]),
    ]),
}  # fmt: skip


@pytest.mark.parametrize(("as_of", "expected"), CHAPTER_7.values(), ids=CHAPTER_7)
def test_chapter_seven_moves_by_its_limits(docket: Ask, as_of: str, expected: list[Any]) -> None:
    """An appeal opens the ladder, working days are counted by the calendar, and who lets pass is named (F1, F2)."""
    assert stages(docket, "purchases", as_of) == expected


def test_late_assessment_is_a_day_late_and_limits_are_marked_imputed(docket: Ask) -> None:
    """What was done stands with its lateness; a limit that nobody read is marked wherever it is printed (R17, F2)."""
    (one,) = docket("purchases", "--json", as_of="2020-04-20")["commitments"]
    assert [(each["act"], each["timing"], each["days_late"]) for each in one["docket"]["acts"]] == [
        ("appeal", "untimed", None), ("assessment", "late", 1),
    ]  # fmt: skip
    assert all(each["deadline"]["is_imputed"] for each in one["docket"]["stages"] if each["deadline"])
    told = docket("purchases", as_of="2020-04-20")
    assert "overdue by 4 days: its time ran until 2020-04-16 (imputed), and aa, bb let it pass" in told
    assert "Permitted: the deputy US Trade Representative and the vice minister consult" in told


def test_review_goes_from_test_to_waiver_to_purchase(docket: Ask) -> None:
    """A test date opens the review; a waiver moves the disposition, and the decision lets the purchase go (F1, R12)."""
    assert stages(docket, "reserves", "2020-03-31") == []
    assert [(one[0], one[3]) for one in stages(docket, "reserves", "2020-04-30")] == [
        ("test", "ended"), ("review", "open"),
    ]  # fmt: skip
    assert [(one[0], one[3]) for one in stages(docket, "reserves", "2020-06-30")] == [
        ("test", "ended"), ("review", "ended"), ("purchase", "ended"),
    ]  # fmt: skip
    (one,) = docket("reserves", "--json", as_of="2020-06-30")["commitments"]
    assert one["docket"]["disposition"] == "waived"


def test_committee_is_seised_after_six_months_and_let_its_year_pass(docket: Ask) -> None:
    """Months are counted to the day of the same number, and the forum is named where it lets its time pass (F1, F2)."""
    assert stages(docket, "rights", "2020-07-31")[1:] == [
        ("explanation", "2020-01-31", "2020-04-30", "ended", []),
        ("adjustment", "2020-01-31", "2020-07-31", "open", []),
    ]
    (one,) = docket("rights", "--json", as_of="2021-10-01")["commitments"]
    last = one["docket"]["stages"][-1]
    assert (last["id"], last["deadline"]["latest"], last["state"], last["days_over"]) == (
        "committee", "2021-09-01", "overdue", 30,
    )  # fmt: skip
    assert "and the forum let it pass" in last["words"]
    late = [(each["act"], each["days_late"]) for each in one["docket"]["acts"] if each["timing"] == "late"]
    assert late == [("report", 15)]


def test_who_had_to_move_first_is_shown_for_both_sides(docket: Ask) -> None:
    """Pledges of both sides under one agreement stand in one order of days (F3)."""
    (one,) = docket("purchases", "--json", as_of="2020-04-20")["timelines"]
    assert one["words"] == "aa by 2020-02-14, before bb by 2021-12-31"
    assert one["commitments"] == ["purchases", "tariffs-down"]
    assert "Who had to move first" in docket("--instrument", "by-phase-one-chapter-7", as_of="2020-04-20")


def test_lapsed_lever_is_listed_with_the_score_before_and_after(docket: Ask) -> None:
    """From its day on, what rested on the lever is listed, and nothing else (F4)."""
    assert docket("--lapsed", "--json", as_of="2020-05-31")["commitments"] == []
    told = docket("--lapsed", "--json", as_of="2020-06-01")
    assert [one["subject"] for one in told["commitments"]] == ["purchases"]
    (lapse,) = told["commitments"][0]["docket"]["lapses"]
    assert float(lapse["after"][1]) < float(lapse["before"][1])
    assert "the tariffs lapsed on 2020-06-01" in docket("--lapsed", as_of="2020-06-01")


def test_every_form_has_the_same_days(docket: Ask, tmp_path: Path) -> None:
    """JSON has the members that are documented; the table, the calendar and the feed have the same lines (F2)."""
    ics, atom = tmp_path / "days.ics", tmp_path / "days.xml"
    told = docket("--json", "--ics", str(ics), "--atom", str(atom), as_of="2020-04-20")
    assert told.keys() == ANSWER.keys()
    rows = docket("--csv", as_of="2020-04-20").splitlines()
    assert rows[0] == "commitment,day,kind,about,who,state,words,entry"
    days = sum(len(one["docket"]["days"]) + len(one["docket"]["acts"]) for one in told["commitments"])
    permitted = sum(len(one["docket"]["permitted"]) for one in told["commitments"])
    assert ics.read_bytes().count(b"BEGIN:VEVENT") == days
    assert len(rows) == 1 + days + permitted
    assert atom.read_bytes().count(b"<entry>") == days + permitted
    assert b"tag:example.org,2026-01-02:small/docket" in atom.read_bytes()


def test_party_and_instrument_choose_what_is_shown(docket: Ask) -> None:
    """The docket of a party is of what it owes, that of an instrument of what it gives force to (F2)."""
    of_aa = docket("--party", "aa", "--json", as_of="2020-04-20")["commitments"]
    assert [one["subject"] for one in of_aa] == ["tariffs-down"]
    under = docket("--instrument", "by-imf-review", "--json", as_of="2020-04-20")["commitments"]
    assert [one["subject"] for one in under] == ["reserves"]


def test_pledges_with_nothing_open_or_due_are_named_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of all pledges only what has something to tell is told; asked for by name, each is told whole (F2)."""
    undated = PLEDGE.replace("      period: {start: 2020-01-01, end: 2020-12-31}\n", "")
    (tmp_path / "pledge.yaml").write_text(undated, "utf-8")
    at = ["--ledger", str(tmp_path / "ledger")]
    assert main(["init", str(tmp_path / "ledger"), "--origin", "example.org/idle"]) == 0
    assert main(["record", str(tmp_path / "pledge.yaml"), "--yes", *at]) == 0
    capsys.readouterr()
    assert main(["docket", "--as-of", "2021-01-01", *at]) == 0
    told = capsys.readouterr().out
    assert "Nothing is open or due of 1 more: grain." in told
    assert "Procedure" not in told
    assert main(["docket", "grain", "--as-of", "2021-01-01", *at]) == 0
    assert "Procedure: none" in capsys.readouterr().out


REFUSED = {
    "no such commitment": (("nothing",), 5, "nothing"),
    "no such party": (("--party", "zz"), 5, "No party zz is known"),
    "two things at once": (("purchases", "--party", "aa"), 2, "leave out the others"),
    "two forms at once": (("--csv", "--json"), 2, "either CSV or JSON"),
    "a file in no directory": (("--ics", "nowhere/days.ics"), 2, "There is no directory nowhere"),
}


@pytest.mark.parametrize(("arguments", "code", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_answered_is_refused(docket: Ask, arguments: tuple[str, ...], code: int, reason: str) -> None:
    """A docket that cannot be given is refused in a sentence, with the code of its class (style §7)."""
    assert reason in docket(*arguments, as_of="2020-04-20", code=code)


def test_audit_carries_its_calendar_and_verifies(
    ledger: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The calendar that a limit is counted by travels in the bundle, and a stranger comes to the same docket (F1)."""
    bundle, whole = tmp_path / "audit.zip", tmp_path / "audit.json"
    asked = [
        "audit",
        "purchases",
        "--as-of",
        "2020-04-20",
        "-o",
        str(bundle),
        "-o",
        str(whole),
        "--ledger",
        str(ledger),
    ]
    assert main(asked) == 0
    told = json.loads(whole.read_bytes())["commitments"][0]["docket"]
    assert told["stages"][1]["deadline"]["calendar"] is not None
    capsys.readouterr()
    assert main(["verify", str(bundle), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["sound"] is True


def test_amendment_dated_before_what_it_amends_is_refused(ledger: Path, tmp_path: Path) -> None:
    """A change of a pledge is not older than the pledge (R12)."""
    early = {
        "change": "suspend", "by": ["aa", "bb"], "announced": "2020-01-14", "effective": "2020-02-01", "reason": "x",
        "source": SOURCE,
    }  # fmt: skip
    draft = tmp_path / "early.yaml"
    draft.write_text(documents(("amendment", "purchases", early)), "utf-8")
    assert main(["record", str(draft), "--yes", "--ledger", str(ledger)]) == 3


def test_calendar_writes_a_file_that_can_be_submitted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The helper writes a table and its mapping, and says how to name the calendar (F1)."""
    pytest.importorskip("holidays", reason="the extra `calendar` knows holidays")
    file = tmp_path / "us.csv"
    assert main(["calendar", "US", "--years", "2020-2021", "-o", str(file), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["name"], told["files"]) == ("holidays-us", [str(file), str(tmp_path / "us.toml")])
    assert main(["calendar", "US", "--years", "soon", "-o", str(file)]) == 2
    assert main(["calendar", "ZZ", "--years", "2020", "-o", str(file)]) == 5
