"""The docket of the whole ledger as a page: by day, by pledge, at a view, with its calendar and its feed (F1–F4)."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from ledger.runtime.server import ServerSettings
from ledger.web.app import application
from ledger.web.journal import Journal
from ledger.web.pages import ROUTERS
from tests.end_to_end.small import PLEDGE, drafts, small_ledger

SOURCE = "{title: Letter, publisher: Office, role: joint, via: {copy_read: letter, how: excerpt}}"
STEPS = """  procedure:
    title: Complaint, answer, measure
    stages:
      - {id: appeal, title: a complaint, forum: the office, trigger: a breach, by: [complainant], acts: [appeal],
         then: [answer], may_repeat: true, shown: {locator: article 1}}
      - {id: answer, title: the answer, forum: the office, trigger: a complaint is received, by: [respondent],
         opens: [{when: act, acts: [appeal], stage: appeal}], acts: [assessment], ends_with: [assessment],
         limit: {days: 10}, then: [measure], may_repeat: true, shown: {locator: article 2}}
      - {id: measure, title: a measure, forum: the complainant, trigger: no answer, by: [complainant],
         acts: [suspension], ends_with: [suspension], last: true, shown: {locator: article 3}}
"""
WHOLE = PLEDGE.replace("  source: {title: Statement", f"{STEPS}  source: {{title: Statement", 1)
BACK = (
    WHOLE.split("---")[3].replace("subject: grain", "subject: duties").replace("title: Buy grain", "title: Cut duties")
)
BACK = BACK.replace("obligors: [aa]", "obligors: [bb]").replace("obligees: [bb]", "obligees: [aa]")
BACK = BACK.replace("actor: aa", "actor: bb").replace("end: 2020-12-31", "end: 2020-06-30")
LEVER = "  levers: [{subject: tariff, title: a tariff that stands behind it}]\n"
APPEAL = f"""
kind: action
subject: grain
body: {{act: appeal, by: [bb], date: 2021-02-01, stage: appeal, what: B complains, source: {SOURCE}}}
---
kind: amendment
subject: grain
body: {{change: lever_lapsed, by: [bb], lever: tariff, announced: 2021-02-20, effective: 2021-02-20,
  reason: struck down, source: {SOURCE}}}
"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Two pledges under one document with a procedure: one complained of, and its lever gone since."""
    ledger = small_ledger(tmp_path_factory.mktemp("docket") / "ledger")
    ledger.record(drafts(WHOLE.replace("  verb: null\n", f"  verb: null\n{LEVER}")))
    ledger.record(drafts(BACK))
    ledger.record(drafts(APPEAL))
    app = application(
        ledger,
        ServerSettings.model_validate({"heavy_rate": 0}),
        journal=Journal(ledger.clock, io.StringIO()),
        pages=ROUTERS,
    )
    with TestClient(app) as client:
        yield client
    ledger.close()


def part(text: str, title: str) -> str:
    """Return what stands under a heading of the page, without its marks."""
    found = re.search(rf">{title}</h2>(.*?)</section>", text, re.DOTALL)
    assert found is not None, title
    return re.sub(r"<[^>]+>", " ", found[1])


def test_what_is_open_is_told_before_what_is_ahead(pages: TestClient) -> None:
    """On the last day the answer is open; the day after it is overdue, and who let it pass is named (F2)."""
    open_, overdue = (part(pages.get(f"/docket?as_of={day}").text, "Open") for day in ("2021-02-11", "2021-02-12"))
    assert "Buy grain" in open_
    assert "overdue" not in open_.lower()
    assert "overdue" in overdue.lower()


def test_what_is_permitted_names_who_may_and_that_nothing_acts_by_itself(pages: TestClient) -> None:
    """The ledger entitles; a signed action does (F2)."""
    told = part(pages.get("/docket?as_of=2021-02-05").text, "Permitted next")
    assert "assessment" in told
    assert "Buy grain" in told
    assert "Cut duties" in told


def test_days_stand_in_order_over_all_pledges(pages: TestClient) -> None:
    """Those ahead the next first, those past the last first, each with its pledge (F2)."""
    early = pages.get("/docket?as_of=2020-03-01").text
    days = re.findall(r'<time datetime="([0-9-]+)"', early.split('id="ahead"')[1])
    assert days == sorted(days)
    assert {"2020-06-30", "2020-12-31"} <= set(days)
    late = pages.get("/docket?as_of=2021-02-05").text.split('id="past"')[1]
    days = re.findall(r'<time datetime="([0-9-]+)"', late)
    assert days == sorted(days, reverse=True)


def test_lapsed_lever_is_listed_from_its_day(pages: TestClient) -> None:
    """Every pledge that rested on it, with what its score was and is (F4)."""
    assert "Levers that lapsed" not in pages.get("/docket?as_of=2021-02-19").text
    told = part(pages.get("/docket?as_of=2021-02-20").text, "Levers that lapsed")
    assert "Buy grain" in told
    assert "Cut duties" not in told


def test_who_had_to_move_first_is_told_of_a_whole_bargain_only(
    pages: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a bargain, on a page of its own, would name the wrong side (F3)."""
    assert "bb by 30 June 2020" in part(pages.get("/docket?as_of=2021-02-05").text, "Who had to move first")
    monkeypatch.setattr("ledger.web.pages.docket.COUNT", 1)
    assert "Who had to move first" not in pages.get("/docket?as_of=2021-02-06").text


def test_many_pledges_are_turned_over_like_leaves(pages: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page has so many pledges, by name, and leads to those before and after."""
    monkeypatch.setattr("ledger.web.pages.docket.COUNT", 1)
    first = pages.get("/docket?as_of=2021-02-07").text
    second = pages.get("/docket?as_of=2021-02-07&start=1").text
    assert ("Cut duties" in first, "Buy grain" in first) == (True, False)
    assert ("Cut duties" in second, "Buy grain" in second) == (False, True)
    assert 'rel="next"' in first
    assert 'rel="prev"' in second


@pytest.mark.parametrize("form", ["ics", "atom"])
def test_calendar_and_feed_of_the_page_are_those_of_its_view(form: str, pages: TestClient) -> None:
    """The page, the overview and the pledges lead to them, and they hold every pledge (RFC 5545, RFC 4287)."""
    asked = "as_of=2021-02-05"
    address = f"/v1/docket.{form}?{asked}"
    for path in (f"/docket?{asked}", f"/?{asked}"):
        assert f'href="{address}"' in pages.get(path).text
    found = pages.get(address)
    assert found.status_code == 200
    assert all(title in re.sub(r"\r\n ", "", found.text) for title in ("Buy grain", "Cut duties"))


def test_overview_and_every_page_lead_to_the_docket(pages: TestClient) -> None:
    """It stands in the way around, at the same view."""
    for path in ("/", "/entries", "/commitments/grain"):
        assert 'href="/docket"' in pages.get(path).text


def test_empty_ledger_has_a_docket_that_says_so(tmp_path: Path) -> None:
    """Nothing known is an answer, and no failure."""
    ledger = small_ledger(tmp_path / "ledger")
    app = application(
        ledger, ServerSettings.model_validate({}), journal=Journal(ledger.clock, io.StringIO()), pages=ROUTERS
    )
    with TestClient(app) as client:
        assert "No pledge is known at this view" in client.get("/docket").text
    ledger.close()
