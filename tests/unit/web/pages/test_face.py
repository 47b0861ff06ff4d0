"""Faces: citations lead to entries, and parties have their names where no audit says them."""

from ledger.assessment.result import Cite
from ledger.assessment.view import Fact, Known
from ledger.model.determination import View
from ledger.model.party import Party
from ledger.report.wording import catalogue
from ledger.web.pages.face import Face

DIGEST = "sha256:" + "0" * 64


def known() -> Known:
    """Return what a view knows: one party, by two names."""
    party = Party.model_validate({"kind": "state", "names": {"en": "China", "zh": "中国"}})
    fact = Fact(2, DIGEST, "kid", "2020-01-01T00:00:00Z", party)
    none: dict[str, tuple[()]] = {}
    return Known(
        view=View(size=9, as_of="2020-01-01"), parties={"cn": fact}, instruments={}, commitments={}, baselines=none,
        positions=none, evidence=none, attestations=none, amendments=none, actions=none, withdrawn=none,
    )  # fmt: skip


def test_party_has_its_name_or_its_slug() -> None:
    """A party that nobody recorded is called as pledges call it."""
    face = Face(catalogue(), known())
    assert (face.party("cn"), face.party("us")) == ("China", "us")
    assert Face(catalogue()).party("cn") == "cn"


def test_citation_leads_to_the_page_of_its_entry() -> None:
    """Each entry once, in order."""
    cites = [Cite(entry=number, statement=DIGEST, field=None) for number in (7, 3, 7)]
    assert Face(catalogue()).cites(cites) == ((3, "/entries/3"), (7, "/entries/7"))
