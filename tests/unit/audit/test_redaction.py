"""A bundle for the public: less in it, every proof with it, and what is missing listed (design §2.6)."""

import io

import pytest

from ledger.audit.archive import part_of
from ledger.audit.bundle import format_bundle, open_bundle, parse_manifest, raw_member, statement_member
from ledger.audit.comparison.given import open_given
from ledger.audit.redaction import parse_redaction, redact
from ledger.audit.verification import Verification
from ledger.audit.verify import verify
from ledger.errors import NotFoundError, PledgerError, RefusedError, UsageError
from tests.unit.audit.small_ledger import RAW, SOURCE, SOY, SmallLedger, bundled, monthly, sha256, soy_ledger, unbundled

WORDS = "There was never such a promise."
FULL = (450_000,) * 12


def spoken() -> SmallLedger:
    """The soybean ledger with its figures, and at entry 7 a position."""
    ledger = soy_ledger(*FULL)
    body = {
        "party": "cn", "about": "finding", "stance": "denies", "date": "2020-03-01", "source": SOURCE,
        "note": "Said at a press conference.", "quote": {"text": WORDS, "language": "en"},
    }  # fmt: skip
    ledger.say("position", SOY, body)
    return ledger


def public(ledger: SmallLedger, *rules: str) -> bytes:
    """The bundle for the public, by these rules."""
    sink = io.BytesIO()
    whole = open_bundle(io.BytesIO(ledger.bundle()))
    redact(whole, parse_redaction(rules), sink, render=lambda _, __: (b"<!doctype html>", b"<title>For all</title>"))
    return sink.getvalue()


def checked(raw: bytes, *, as_public: bool = True) -> Verification:
    """What verification answers."""
    return verify(io.BytesIO(raw), public=as_public)


def test_without_raw_files_everything_is_run_again() -> None:
    """Figures stand in the observations, so the whole method is run without the files they were read from."""
    ledger = spoken()
    raw = public(ledger, "raw")
    answer = checked(raw)
    assert answer.sound, answer.findings
    assert "public: raw of entry 6 is withheld, as the manifest says" in answer.not_checked
    assert not any(one.startswith(("method", "figures")) for one in answer.not_checked)
    assert unbundled(raw)["audit.json"] == unbundled(ledger.bundle())["audit.json"]
    archive = open_bundle(io.BytesIO(raw))
    (withheld,) = parse_manifest(archive.read("manifest.json")).withheld
    assert (withheld.name, withheld.digest, withheld.why) == (raw_member(sha256(RAW)), sha256(RAW), "raw")


def test_without_quotes_the_words_are_nowhere_and_the_figures_are_run_again() -> None:
    """What a party said goes from statements, result and report; the figures are still re-run (design §2.6)."""
    ledger = spoken()
    assert WORDS.encode() in unbundled(ledger.bundle())["audit.json"]
    raw = public(ledger, "quotes")
    assert WORDS.encode() not in raw
    assert b"press conference" not in raw
    answer = checked(raw)
    assert answer.sound, answer.findings
    assert f"public: the position at entry 7 about {SOY} is withheld, as the manifest says" in answer.not_checked
    assert any(one.startswith("method: run again on what is here alone") for one in answer.not_checked)
    assert not any(one.startswith("figures") for one in answer.not_checked)
    result = open_given(io.BytesIO(raw)).result
    assert [(one.stance, one.quote, one.note) for one in result.replies] == [("denies", None, None)]
    assert f"The position at entry 7 about {SOY} is withheld from this version." in result.not_covered
    names = [one.name for one in parse_manifest(open_bundle(io.BytesIO(raw)).read("manifest.json")).withheld]
    assert names == ["audit.json", statement_member(sha256(ledger.jws[7]))]


@pytest.mark.parametrize("rules", [("raw",), ("quotes",), ("7",), ("6",), ("raw", "quotes")])
def test_redacted_bundle_is_unsound_unless_it_is_taken_as_public(rules: tuple[str, ...]) -> None:
    """Absence is excused only by ``--public``, which prints it (design §2.6)."""
    raw = public(spoken(), *rules)
    assert not checked(raw, as_public=False).sound
    assert checked(raw).sound


def test_withheld_evidence_is_said_to_leave_its_figures_unshown() -> None:
    """Whoever keeps back the statement that a figure rests on is told on: nothing here shows that it is right."""
    raw = public(spoken(), "6")
    answer = checked(raw)
    assert answer.sound
    told = "without what is absent they come out otherwise, so nothing here shows that they are right"
    assert f"figures of {SOY}/soy: {told}" in answer.not_checked
    assert not any(name.startswith(("observations/", "raw/")) for name in unbundled(raw))


def test_hidden_vintage_behind_a_public_bundle_is_told_in_plain_words() -> None:
    """A later vintage that turns the verdict, left out by hand, leaves figures that are not those of the audit (R2)."""
    ledger = spoken()
    ledger.observe(monthly(*(300_000,) * 12), vintage={"published": "2020-06-05"})
    members = unbundled(ledger.bundle())
    hidden = statement_member(sha256(ledger.jws[8]))
    kept = {name: raw for name, raw in members.items() if name != hidden and not name.startswith("observations/")}
    figures = {name: raw for name, raw in members.items() if name.startswith("observations/")}
    first = {name: raw for name, raw in figures.items() if raw == monthly(*FULL)}
    answer = checked(bundled({**kept, **first}))
    assert "public: the evidence at entry 8 about series:export/us/cn is absent" in answer.not_checked
    assert any(one.startswith(f"figures of {SOY}/soy: ") for one in answer.not_checked)


def test_what_is_said_to_be_withheld_may_not_be_there() -> None:
    """A manifest that lists as withheld what the archive holds contradicts itself (step 2)."""
    ledger = spoken()
    sink = io.BytesIO()
    whole = open_bundle(io.BytesIO(ledger.bundle()))
    redact(whole, parse_redaction(["raw"]), sink, render=lambda _, __: ())
    archive = open_bundle(io.BytesIO(sink.getvalue()))
    manifest = parse_manifest(archive.read("manifest.json"))
    forged = io.BytesIO()
    parts = [part_of(name, raw) for name, raw in unbundled(ledger.bundle()).items()]
    format_bundle(parts, forged, software=manifest.software, withheld=manifest.withheld)
    assert "manifest.withheld" in {one.code for one in checked(forged.getvalue()).findings}


REFUSED: dict[str, tuple[list[str], type[PledgerError], str]] = {
    "a rule that is none": (["names"], UsageError, "no rule of redaction"),
    "a number that is none": (["07"], UsageError, "no rule of redaction"),
    "a negative number": (["-1"], UsageError, "no rule of redaction"),
    "an entry that is not held": (["99"], NotFoundError, "no statement of entry 99"),
    "the charter": (["0"], RefusedError, "without which there is no such audit"),
    "a key": (["1"], RefusedError, "without which there is no such audit"),
    "the instrument": (["4"], RefusedError, "the instrument about talks"),
    "the pledge": (["5"], RefusedError, f"the commitment about {SOY}"),
    "a correction": (["8"], RefusedError, "corrects another"),
}


@pytest.mark.parametrize("phrase", REFUSED)
def test_redaction_that_would_leave_no_audit_is_refused(phrase: str) -> None:
    """What everything else rests on stays, and so does what mends it."""
    rules, error, reason = REFUSED[phrase]
    ledger = spoken()
    body = {"party": "cn", "stance": "affirms", "date": "2020-03-01", "source": SOURCE}
    ledger.say("position", SOY, body, corrects=sha256(ledger.jws[7]))
    with pytest.raises(error, match=reason):
        public(ledger, *rules)
