"""An attestation answers what it is about, with its reason and its document, and nothing else (R15, E2)."""

from typing import Any

import pytest

from ledger.errors import MalformedError
from tests.unit.model.drafts import SOURCE, payload, read

LEVEL: dict[str, Any] = {"about": "level", "dimension": "V", "of": "written", "level": 3}
DONE: dict[str, Any] = {"about": "done", "term": "law", "degree": "substantial"}
LOOKED: dict[str, Any] = {"about": "not_published", "term": "soy", "authority": "us-census"}
KEPT: dict[str, Any] = {"about": "kept", "term": "soy", "truth": "true"}


def attestation(body: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a signed answer; ``...`` leaves a member out."""
    whole = {"date": "2019-06-01", "reason": "looked and compared", "source": SOURCE, **body, **changes}
    return payload("attestation", body={name: value for name, value in whole.items() if value is not ...})


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a level without a reason": (attestation(LEVEL, reason=...), "body.reason is missing"),
    "a level whose reason is nothing": (attestation(LEVEL, reason=None), "body.reason"),
    "a level whose reason is empty": (attestation(LEVEL, reason=""), "body.reason"),
    "a level whose reason is blank": (attestation(LEVEL, reason="  "), "body.reason"),
    "a level without its number": (attestation(LEVEL, level=...), "about level gives level"),
    "a level of no dimension": (attestation(LEVEL, dimension=...), "about level gives dimension"),
    "a level of neither side": (attestation(LEVEL, of=...), "about level gives of"),
    "a level above 4": (attestation(LEVEL, level=5), "body.level"),
    "a level below 0": (attestation(LEVEL, level=-1), "body.level"),
    "a level of a dimension that there is not": (attestation(LEVEL, dimension="Z"), "body.dimension"),
    "a level that rests on nothing": (attestation(LEVEL, source=...), "rests on a document or a source"),
    "a level with a truth": (attestation(LEVEL, truth="true"), "about level has no truth"),
    "a level with a degree": (attestation(LEVEL, degree="none"), "about level has no degree"),
    "a level of a milestone": (attestation(LEVEL, milestone="draft"), "about level has no milestone"),
    "a level of a source looked at": (attestation(LEVEL, authority="us-census"), "about level has no authority"),
    "a level of one term, of the whole": (
        attestation(LEVEL, dimension="R", term="soy"), "R is a level of the whole commitment and not of term soy",
    ),
    "done, without how far": (attestation(DONE, degree=...), "about done gives degree"),
    "done, with a dimension": (attestation(DONE, dimension="P"), "about done has no dimension"),
    "kept, of no term": (attestation(KEPT, term=...), "about kept gives term"),
    "kept, with a level": (attestation(KEPT, level=3), "about kept has no level"),
    "kept, of a milestone": (attestation(KEPT, milestone="draft"), "about kept has no milestone"),
    "looked for, nowhere": (attestation(LOOKED, authority=...), "about not_published gives authority"),
    "looked for, on a side": (attestation(LOOKED, of="written"), "about not_published has no of"),
}  # fmt: skip


@pytest.mark.parametrize(("whole", "reason"), REFUSED.values(), ids=REFUSED)
def test_answer_that_contradicts_what_it_is_about_is_refused(whole: dict[str, Any], reason: str) -> None:
    """One sentence with the member at fault (R15; E2: an assessor attests a level with a reason)."""
    with pytest.raises(MalformedError) as caught:
        read(whole)
    assert reason in caught.value.message
    assert caught.value.message.endswith(".")


@pytest.mark.parametrize(
    "whole",
    [
        attestation(LEVEL), attestation(LEVEL, term="soy"), attestation(LEVEL, dimension="R"), attestation(DONE),
        attestation(DONE, milestone="draft"), attestation(KEPT), attestation(LOOKED),
    ],
)  # fmt: skip
def test_whole_answer_is_read(whole: dict[str, Any]) -> None:
    """With what it needs, and nothing more (R15)."""
    assert read(whole).schema_ == "attestation.v1"
