"""Step 14: the printed report against the one that the result gives, by who can set it and who cannot."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import pytest

from ledger.audit.archive import Archive
from ledger.audit.bundle import Manifest, Software
from ledger.audit.check.case import Case, Notes
from ledger.audit.check.printed import UNPRINTED, Printer, check_printed
from ledger.audit.printed import Printed, Signed, open_printed
from ledger.audit.result import AuditResult
from ledger.errors import MalformedError, UnavailableError
from tests.unit.audit.test_printed import append, pdf, stream

LOCK, OTHER = "sha256:" + "1" * 64, "sha256:" + "2" * 64
EDITION = "sha256:ab"
GENUINE = pdf()
RESULT = cast("AuditResult", object())  # nothing of it is read in this step
ANOTHER_DIGIT = pdf(contents=stream(b"BT /f0 9 Tf <0001> Tj 0 -12 Td [<0002> -50 <0011>] TJ ET"))
SAME_WORDS = pdf(contents=stream(b"BT /f0 8 Tf <0001> Tj 0 -10 Td [<0002> <0010>] TJ ET"))
SPOKEN = pdf(info=b"<</Keywords(edition sha256:ab)>>")


@dataclass
class Seen:
    """What a check saw, and left out."""

    codes: list[str]
    skipped: list[str]
    sentences: str


def nobody(_: bytes) -> tuple[Signed, ...]:
    """A look that sees no signature."""
    return ()


def signature(*, is_intact: bool) -> Signed:
    """A signature by somebody."""
    return Signed("somebody", "sha256:" + "5" * 64, None, is_intact=is_intact, is_whole=True)


def raising(error: Exception) -> Callable[[bytes], tuple[Signed, ...]]:
    """A look that fails."""

    def look(_: bytes) -> tuple[Signed, ...]:
        raise error

    return look


def seen(theirs: bytes, *, lock: str | None = LOCK, here: str | None = LOCK, ours: bytes = SPOKEN, **more: Any) -> Seen:
    """What is seen of a printed report, by a verifier that would set ``ours``."""
    notes = Notes()
    case = Case(Archive(io.BytesIO(), ()), notes, public=False)
    manifest = Manifest(schema_="bundle.v1", software=Software(name="pledger", version="1", lock=lock), members=())
    printer = Printer(
        lambda *_: ours, here, more.get("edition", EDITION), more.get("look", nobody), more.get("fonts", frozenset())
    )
    check_printed(case, manifest, more.get("result", RESULT), open_printed(theirs), more.get("printer", printer))
    return Seen(
        [one.code for one in notes.findings], notes.not_checked, " ".join(one.sentence for one in notes.findings)
    )


def spoken(raw: bytes) -> bytes:
    """A report that was set with no font of its own."""
    return raw.replace(b"font sha256:", b"tone sha256:")


def test_same_bytes_are_the_report() -> None:
    """Under the same software nothing else is (design §2.6)."""
    assert seen(SPOKEN) == Seen([], [], "")


def test_signature_appended_to_the_same_bytes_is_let_be() -> None:
    """The revision before it is compared."""
    assert seen(append(SPOKEN, 15, b"<</Type/Sig>>")).codes == []


def test_anything_else_appended_is_found() -> None:
    """And named."""
    found = seen(append(SPOKEN, 4, stream(b"")))
    assert found.codes == ["printed.appended"]
    assert "another object 4" in found.sentences


def test_another_digit_is_found_by_its_bytes() -> None:
    """The sentence says what is printed and what is due."""
    found = seen(spoken(ANOTHER_DIGIT))
    assert found.codes == ["printed.differs"]
    assert "it says 'Afi2' where 'Afi1' is due" in found.sentences


def test_other_looks_are_found_by_their_bytes() -> None:
    """The same words in other places are another report by the same software."""
    found = seen(spoken(SAME_WORDS))
    assert found.codes == ["printed.differs"]
    assert "the words are the same" in found.sentences


@pytest.mark.parametrize("lock", [OTHER, None])
def test_other_software_compares_the_words(lock: str | None) -> None:
    """Other places of the same words are let be, and that looks were not compared is said."""
    assert seen(spoken(ANOTHER_DIGIT), lock=lock).codes == ["printed.words"]
    found = seen(spoken(SAME_WORDS), lock=lock)
    assert found.codes == []
    assert [one.split(":")[0] for one in found.skipped] == ["printing"]


def test_other_wording_is_not_checked() -> None:
    """What another edition would print is not known here."""
    found = seen(spoken(ANOTHER_DIGIT), lock=OTHER, edition="sha256:other")
    assert found.codes == []
    assert found.skipped[0] == "rendering"
    assert found.skipped[1].startswith(f"{UNPRINTED}, as it says that other software worded it")


def test_print_that_cannot_be_read_is_none_of_this_wording() -> None:
    """A font without its table of characters would keep the words from being compared: that is found, not excused."""
    found = seen(spoken(pdf(font=b"<</Type/Font>>")), lock=OTHER)
    assert found.codes == ["printed.words"]
    assert "Its words cannot be read" in found.sentences


def test_font_that_is_not_at_hand_is_named() -> None:
    """Who lacks it cannot set the report again, under whatever lock."""
    found = seen(GENUINE)
    assert found.codes == []
    assert found.skipped[0] == "rendering"
    assert found.skipped[1].startswith(UNPRINTED)
    assert "sha256:" + "c" * 64 in found.skipped[1]
    assert seen(GENUINE, ours=GENUINE, fonts=frozenset({"sha256:" + "c" * 64})).skipped == []


@pytest.mark.parametrize("lacking", ["result", "printer"])
def test_without_result_or_printer_it_is_not_checked(lacking: str) -> None:
    """An audit that could not be run again, or a bare installation: the answer says so."""
    more: dict[str, Any] = {lacking: None}
    skipped = ["rendering", f"{UNPRINTED}, as there is nothing here to compare it with"]
    assert seen(spoken(ANOTHER_DIGIT), **more) == Seen([], skipped, "")


def test_printer_that_fails_leaves_it_unchecked() -> None:
    """A report that cannot be set here is not thereby wrong."""

    def fail(_: object, __: object, ___: Printed) -> bytes:
        raise UnavailableError("no typesetter")

    skipped = ["rendering", f"{UNPRINTED}, as it cannot be set here: no typesetter"]
    assert seen(SPOKEN, printer=Printer(fail, LOCK, EDITION, nobody)) == Seen([], skipped, "")


SIGNATURES: dict[str, tuple[Any, list[str], list[str]]] = {
    "intact": (lambda _: (signature(is_intact=True),), [], []),
    "broken": (lambda _: (signature(is_intact=True), signature(is_intact=False)), ["printed.signature"], []),
    "unreadable": (raising(MalformedError("It cannot be read.")), ["printed.signature"], []),
    "without the extra": (raising(UnavailableError("No extra.")), [], ["signatures: No extra."]),
}


@pytest.mark.parametrize("what", SIGNATURES)
def test_signatures_are_looked_at_and_not_trusted(what: str) -> None:
    """A broken one is a finding; a whole one proves nothing here (step 14)."""
    look, codes, skipped = SIGNATURES[what]
    raw = append(SPOKEN, 15, b"<</Type/Sig/ByteRange[0 1 2 3]>>")
    found = seen(raw, look=look)
    assert (found.codes, found.skipped) == (codes, skipped)


def test_signatures_that_nobody_can_look_at_are_said_to_be_unlooked_at() -> None:
    """A bare installation."""
    raw = append(SPOKEN, 15, b"<</Type/Sig/ByteRange[0 1 2 3]>>")
    assert seen(raw, printer=None).skipped[:2] == ["signatures: not looked at", "rendering"]


def test_bundle_by_itself_has_nothing_printed() -> None:
    """The step is for reports alone."""
    notes = Notes()
    check_printed(Case(Archive(io.BytesIO(), ()), notes, public=False), None, None, None, None)
    assert (notes.findings, notes.not_checked) == ([], [])
