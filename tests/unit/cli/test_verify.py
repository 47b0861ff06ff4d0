"""A verification in words: nothing says that an audit is sound without saying on whose word (design §2.6)."""

from pathlib import Path

import pytest

from ledger.audit.verification import Finding, Trust, Verification
from ledger.cli.verify import refuse_no_archive, verification_lines
from ledger.errors import MalformedError


def answer(*findings: Finding, trust: Trust = "given", not_checked: tuple[str, ...] = ()) -> Verification:
    """A verification of a small audit."""
    return Verification(
        sound=not findings, trust=trust, origin="ledger.example/talks", genesis="sha256:" + "a" * 64, size=41,
        subjects=("soy-2019",), view_size=40, as_of="2019-12-31", members=12, statements=9, not_checked=not_checked,
        findings=findings,
    )  # fmt: skip


@pytest.mark.parametrize("trust", ["given", "pinned", "charter", "self-declared"])
def test_first_line_says_on_whose_word(trust: Trust) -> None:
    """The first line holds the answer, the trust, the origin and the genesis."""
    genesis = "sha256:" + "a" * 64
    first = verification_lines(answer(trust=trust))[0]
    assert first == f"sound · trust: {trust} · origin: ledger.example/talks · genesis: {genesis}"


def test_self_declared_policy_is_explained() -> None:
    """A bundle that vouches for itself is said to do no more, and the reader is told what to ask for."""
    said = verification_lines(answer(trust="self-declared"))[1]
    assert "agrees with itself" in said
    assert "--policy" in said


def test_findings_and_gaps_are_all_listed() -> None:
    """What was found and what was not checked stand below, each with its step and code."""
    finding = Finding("closure.missing", "entry 7", "The bundle leaves out the statement.", 8)
    lines = verification_lines(answer(finding, not_checked=("rendering",)))
    assert lines[0].startswith("unsound · ")
    place = lines.index("Not checked: rendering")
    assert "do not rely on its words" in lines[place + 1]
    assert lines[-1] == "Step 8, closure.missing, entry 7: The bundle leaves out the statement."


def test_what_could_not_be_read_is_unknown() -> None:
    """A bundle without a readable checkpoint has no origin to show, and the line says so."""
    empty = Verification(False, "self-declared", "", "", 0, (), 0, "", 1, 0, (), ())
    assert verification_lines(empty)[0] == "unsound · trust: self-declared · origin: unknown · genesis: unknown"


@pytest.mark.parametrize(
    ("start", "reason"),
    [(b"<!do", "but a report to read"), (b"# Pl", "but no ZIP archive"), (b"", "but no ZIP archive")],
    ids=["the report beside it", "some other file", "an empty file"],
)
def test_a_file_of_another_kind_is_told_from_a_bad_bundle(start: bytes, reason: str) -> None:
    """Whoever gives the report instead of the bundle hears what to ask for (style §7)."""
    with pytest.raises(MalformedError, match=reason) as caught:
        refuse_no_archive(start, Path("audit.html"))
    assert "give the .zip" in caught.value.message
