"""An audit run again: the same bytes, or the entry, vintage or version that made others (R1, design §2.6)."""

import io

from ledger.audit.bundle import Software, open_bundle
from ledger.audit.comparison.again import conduct_again
from ledger.audit.comparison.given import Given, open_given
from ledger.audit.comparison.reproduction import other_software, remade_report, reproduction
from ledger.audit.procedure import format_result
from ledger.audit.result import AuditResult
from ledger.model.determination import View
from tests.unit.audit.small_ledger import EXPORTS, monthly, sha256, soy_ledger
from tests.unit.audit.test_since import erase

FULL = (450_000,) * 12
VIEW = View(size=7, as_of="2020-12-31")


def given(result: AuditResult) -> Given:
    """An audit as somebody holds it."""
    return Given(bytes(format_result(result)), result)


def test_same_bytes_are_reproduced() -> None:
    """The same ledger at the same view gives the same ``audit.json`` (R1)."""
    ledger = soy_ledger(*FULL)
    before = ledger.audit(view=VIEW)
    ledger.observe(monthly(*(1,) * 12), vintage={"published": "2020-06-05"})
    found = reproduction(given(before), ledger.audit(view=VIEW), source="ledger")
    assert found.reproduced
    assert (found.comparison, found.because) == (None, ())
    assert [(one.name, one.same) for one in found.files] == [("audit.json", True)]


def test_erasure_since_explains_another_answer() -> None:
    """What an erasure removed is the one thing by which a view may answer otherwise, and it is named (R1)."""
    ledger = soy_ledger(*FULL)
    before = ledger.audit(view=VIEW)
    erase(ledger, EXPORTS, sha256(monthly(*FULL)))
    found = reproduction(given(before), ledger.audit(view=VIEW), source="ledger", said=ledger.said())
    assert not found.reproduced
    assert found.comparison is not None
    assert [(one.kind, one.cite.entry) for one in found.because if one.cite is not None] == [("erasure", 6)]
    assert "erased by entry 7" in found.because[0].says


def test_forged_result_is_explained_by_nothing() -> None:
    """Where no entry, vintage or version makes the difference, the audit given is not the method's (R1)."""
    result = soy_ledger(*FULL).audit(view=VIEW)
    forged = result.model_copy(update={"title": "Compliance audit: all is well"})
    found = reproduction(given(forged), result, source="ledger")
    assert not found.reproduced
    (why,) = found.because
    assert (why.kind, why.cite) == ("unexplained", None)
    assert "is not what method 2026.1 makes of this record" in why.says


def test_method_that_is_not_run_here_is_the_reason() -> None:
    """An audit by another version of the method is not held against this one."""
    result = soy_ledger(*FULL).audit(view=VIEW).model_copy(update={"method": "2031.4"})
    found = reproduction(given(result), None, source="bundle", not_checked=("method",))
    assert not found.reproduced
    assert [one.kind for one in found.because] == ["method"]
    assert "2031.4" in found.because[0].says
    assert found.files[0].again is None


def test_report_that_was_changed_is_not_reproduced() -> None:
    """Under the same software the rendering has to be the same bytes (design §2.6)."""
    result = soy_ledger(*FULL).audit(view=VIEW)
    found = reproduction(
        given(result), result, source="ledger", report=remade_report("sha256:" + "1" * 64, "sha256:" + "2" * 64)
    )
    assert not found.reproduced
    assert [one.kind for one in found.because] == ["rendering"]


def test_other_software_is_said_with_both_locks() -> None:
    """Under another lock a rendering is not checked, and both locks are named (design §2.6)."""
    theirs, ours = (Software(name="pledger", version=version, lock=None) for version in ("1.0", "2.0"))
    assert "1.0" in other_software(theirs, ours)
    assert "2.0" in other_software(theirs, ours)


def test_bundle_alone_gives_its_own_result_again() -> None:
    """Whoever has only the bundle runs the method on its record, erasures included (design §2.6)."""
    ledger = soy_ledger(*FULL)
    bundle = open_given(io.BytesIO(ledger.bundle()))
    assert bundle.bundle is not None
    assert conduct_again(open_bundle(bundle.bundle), bundle.result) == bundle.result
