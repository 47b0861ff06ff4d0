"""Every rule of the levels moves one up, moves one down, and leaves one unknown (method §4, E1–E3, E6).

``IDENTIFIERS`` lists every rule that can be the reason of a level. For each the table below has three small changes to
a small ledger, in words of the statements: by one the level rises, by one it falls, and in both that very rule decides
before the change or after it; by the third its fact is no longer known. A sentence stands where there is no such
change. The levels are read off the method's tables by hand.
"""

from dataclasses import dataclass
from typing import Any, Literal

import pytest

from ledger.assessment.enforceability.lint import lint
from ledger.assessment.enforceability.practice import AS_WRITTEN, IDENTIFIERS, PRACTICE
from ledger.assessment.enforceability.rule import RULES
from ledger.assessment.result import DimensionResult, Level, TermResult, TriggerResult
from ledger.model.attestation import Dimension
from tests.unit.assessment.enforceability.faulty import FAULTS, OPEN, STATEMENT, said, text, trend, verified, without
from tests.unit.assessment.enforceability.small_ledger import (
    BEST_INDICATOR,
    INDICATOR,
    LEVER,
    PLACE,
    REMEDY,
    SOURCE,
    SUBJECT,
    Draft,
    act,
    action,
    amendment,
    attestation,
    commitment,
    conditional,
    instrument,
    known,
    position,
    quantity,
    reading_result,
    scored,
    source_result,
    spelt,
    term_result,
)


@dataclass(frozen=True)
class Facts:
    """A small ledger at a view."""

    drafts: tuple[Draft, ...]
    results: tuple[TermResult, ...] = ()
    as_of: str = "2021-06-30"

    def dimension(self, one: Dimension) -> DimensionResult:
        """Return what is derived of a dimension."""
        score = scored(*self.drafts, results=self.results, as_of=self.as_of)
        return next(result for result in score.dimensions if result.dimension == one)


Ledger = Facts | tuple[Draft, ...]
Move = tuple[Ledger, Ledger, str, str]
"""Before and after a small change, and the levels that they have."""

Moves = tuple[Move | str, Move | str, Move | str]
"""Up, down, unknown; or why there is no such change."""


def facts(ledger: Ledger) -> Facts:
    """Return a ledger with its view."""
    return ledger if isinstance(ledger, Facts) else Facts(ledger)


BEST = (commitment(), instrument())
"""A pledge with everything at 4."""

# --- precision --------------------------------------------------------------------------------------------------------

NEVER_UNKNOWN = "what the text does not show is not present: precision counts, and is never unknown (E1)"


def showing(*elements: str) -> tuple[Draft, ...]:
    """Return the strongest pledge there is, of which the text shows these elements only."""
    return commitment(terms=[quantity(shown=dict.fromkeys(elements, PLACE))]), instrument()


# A quantity is its own absolute reference, so that it counts two.
PRECISION: dict[str, Moves] = {
    "P.0": ((showing(), showing("quantity"), "0", "1"), (showing("quantity"), showing(), "1", "0"), NEVER_UNKNOWN),
    "P.1": (
        (showing("timing"), showing("quantity"), "0", "1"),
        (showing("quantity", "action"), showing("quantity"), "2", "1"),
        NEVER_UNKNOWN,
    ),
    "P.2": (
        (showing("quantity"), showing("quantity", "action"), "1", "2"),
        (showing("quantity", "timing", "action", "actor"), showing("quantity", "timing", "action"), "3", "2"),
        NEVER_UNKNOWN,
    ),
    "P.3": (
        (showing("quantity", "timing", "action"), showing("quantity", "timing", "action", "actor"), "2", "3"),
        (BEST, showing("quantity", "timing", "action", "actor"), "4", "3"),
        NEVER_UNKNOWN,
    ),
    "P.4": (
        (showing("quantity", "timing", "action", "actor"), BEST, "3", "4"),
        (BEST, showing("quantity", "timing", "action"), "4", "2"),
        NEVER_UNKNOWN,
    ),
}

THREAT = (commitment(terms=[conditional()]), instrument())


def element(code: str) -> Moves:
    """Return the moves of one element: the text shows it, or it does not; nothing else changes."""
    faulty, _, level = FAULTS[code]
    whole = THREAT if code >= "PL111" else BEST
    return (faulty, whole, level, "4"), (whole, faulty, "4", level), NEVER_UNKNOWN


# --- verifiability ----------------------------------------------------------------------------------------------------

CLAIMANT = {**INDICATOR, "standing": "claimant"}
HALF = {**INDICATOR, "scope_share": "0.5"}
SHARE_UNKNOWN = {**INDICATOR, "scope_share": None}
UNRECORDED = (commitment(indicators=...), instrument())
NO_INDICATORS = "0-4"


def indicator(one: dict[str, Any], *, lower: int) -> Moves:
    """Return the moves of what makes a public indicator row 2: official in the place of claimed, ideal before."""
    whole = verified(INDICATOR)
    return (
        (verified({**one, "standing": "claimant"}), verified(one), "1", str(lower)),
        (whole, verified(one), "3", str(lower)),
        (verified(one), UNRECORDED, str(lower), NO_INDICATORS),
    )


def conduct(one: dict[str, Any] | None) -> tuple[Draft, ...]:
    """Return a pledge to do something, and what verifies it."""
    return commitment(terms=[action()], indicators=... if one is None else [one]), instrument()


VERIFIABILITY: dict[str, Moves] = {
    "PL200": (
        (verified(SHARE_UNKNOWN), verified(INDICATOR), "2-3", "3"),
        (verified(SHARE_UNKNOWN), verified(HALF), "2-3", "2"),
        (verified(INDICATOR), verified(SHARE_UNKNOWN), "3", "2-3"),
    ),
    "PL201": (
        (verified(), verified(CLAIMANT), "0", "1"),
        (verified(INDICATOR), verified(), "3", "0"),
        (verified(), UNRECORDED, "0", NO_INDICATORS),
    ),
    "PL202": (
        (verified({**INDICATOR, "public": False}), verified(INDICATOR), "0", "3"),
        (verified(INDICATOR), verified({**INDICATOR, "public": False}), "3", "0"),
        (verified({**INDICATOR, "public": False}), UNRECORDED, "0", NO_INDICATORS),
    ),
    "PL203": (
        (verified(), verified(CLAIMANT), "0", "1"),
        (verified(INDICATOR), verified(CLAIMANT), "3", "1"),
        (verified(CLAIMANT), UNRECORDED, "1", NO_INDICATORS),
    ),
    "PL204": indicator({**INDICATOR, "quality": "proxy"}, lower=2),
    "PL205": indicator({**INDICATOR, "quality": "disputed"}, lower=2),
    "PL206": indicator({**INDICATOR, "lag_months": 25}, lower=2),
    "PL207": (
        (conduct(CLAIMANT), conduct(INDICATOR), "1", "2"),
        (conduct({**INDICATOR, "kind": "gazette"}), conduct(INDICATOR), "3", "2"),
        (conduct(INDICATOR), conduct(None), "2", NO_INDICATORS),
    ),
    "PL208": (
        (verified({**HALF, "standing": "claimant"}), verified(HALF), "1", "2"),
        (verified(INDICATOR), verified(HALF), "3", "2"),
        (verified(HALF), verified(SHARE_UNKNOWN), "2", "2-3"),
    ),
    "PL209": (
        (verified(HALF), verified(INDICATOR), "2", "3"),
        (verified(BEST_INDICATOR), verified(INDICATOR), "4", "3"),
        (verified(INDICATOR), verified(SHARE_UNKNOWN), "3", "2-3"),
    ),
    "PL210": (
        (verified({**HALF, "named": True}), verified({**INDICATOR, "named": True}), "2", "3"),
        (verified(BEST_INDICATOR), verified({**INDICATOR, "named": True}), "4", "3"),
        (verified({**INDICATOR, "named": True}), verified({**SHARE_UNKNOWN, "named": True}), "3", "2-3"),
    ),
    "V.4": (
        (verified({**INDICATOR, "named": True}), verified(BEST_INDICATOR), "3", "4"),
        (verified(BEST_INDICATOR), verified({**BEST_INDICATOR, "public": False}), "4", "0"),
        (verified(BEST_INDICATOR), UNRECORDED, "4", NO_INDICATORS),
    ),
}

# --- acknowledgement and control: words of the day in a text of the other side, which affirms it ----------------------

AFFIRMS = position("cn", "affirms")
DIFFERS = position("cn", "affirms_differently")
STATES = position("cn", "affirms_differently", states=["number"])
SILENT = position("cn", "silent")
DENIES = position("cn", "denies")
OTHER_DENIES = position("us", "denies")


def controlled(share: str | None, **document: Any) -> tuple[Draft, ...]:
    """Return a pledge of whose flow the obligor controls a share."""
    performance: Any = ... if share is None else {"by": "buyers", "control": share}
    return commitment(performance=performance), instrument(**document)


ACKNOWLEDGEMENT: dict[str, Moves] = {
    "PL300": (
        (controlled(None), controlled("0.5"), "3-4", "4"),
        (controlled(None), controlled("0.49"), "3-4", "3"),
        (controlled("0.5"), controlled(None), "4", "3-4"),
    ),
    "PL301": ((said(DENIES), said(DIFFERS), "0", "1"), (said(STATES), said(DENIES), "2", "0"),
              (said(DENIES), said(), "0", "0-3")),
    "PL302": ((said(SILENT), said(DIFFERS), "0", "1"), (said(STATES), said(SILENT), "2", "0"),
              (said(SILENT), said(), "0", "0-3")),
    "PL303": ((said(DENIES), said(DIFFERS), "0", "1"), (said(STATES), said(DIFFERS), "2", "1"),
              (said(DIFFERS), said(), "1", "0-3")),
    "PL304": ((said(DIFFERS), said(STATES), "1", "2"), (said(AFFIRMS), said(STATES), "3", "2"),
              (said(STATES), said(), "2", "0-3")),
    "PL305": (
        (said(DENIES, OTHER_DENIES), said(AFFIRMS, OTHER_DENIES), "0", "2"),
        (said(AFFIRMS), said(AFFIRMS, OTHER_DENIES), "3", "2"),
        (said(AFFIRMS, OTHER_DENIES), said(OTHER_DENIES), "2", "0-2"),
    ),
    "PL306": (
        ((*controlled("0.3", issuers=["us"]), STATES), (*controlled("0.3"), STATES), "2", "3"),
        (controlled("0.5"), controlled("0.3"), "4", "3"),
        (controlled("0.3"), controlled(None), "3", "3-4"),
    ),
    "PL307": (
        (said(AFFIRMS, OTHER_DENIES), said(AFFIRMS), "2", "3"),
        ((*BEST, AFFIRMS), (commitment(), instrument(issuers=["us"]), AFFIRMS), "4", "3"),
        # In a third party's document only the obligor is known to say so: whether the other side does is not.
        (said(AFFIRMS), (commitment(), instrument(**{**STATEMENT, "issuers": ["eu"]}), AFFIRMS), "3", "2-3"),
    ),
    "K.4": (
        (controlled("0.49"), controlled("0.5"), "3", "4"),
        (controlled("0.5"), controlled("0.49"), "4", "3"),
        (controlled("0.5"), controlled(None), "4", "3-4"),
    ),
}  # fmt: skip

# --- obligation -------------------------------------------------------------------------------------------------------

SHALL = {"words": "shall buy", "strength": "shall", "shown": PLACE}
WILL = {"words": "will", "strength": "committing", "shown": PLACE}
SHOULD = {"words": "should", "strength": "hortatory", "shown": PLACE}
ESCAPE = [{"title": "a disaster", "terms": "all", "shown": PLACE}]
VAGUE = trend(period=..., shown=without("timing"))[0][2]["terms"]
DATED = trend()[0][2]["terms"]


def worded(verb: dict[str, Any], binding: str | None, *, form: str = "communique", **changes: Any) -> tuple[Draft, ...]:
    """Return a pledge by its verb and by what its text says of itself."""
    return commitment(verb=verb, **changes), instrument(form=form, binding=binding)


def notice(verb: dict[str, Any], form: str, binding: str) -> tuple[Draft, ...]:
    """Return a pledge of one side alone, in a document of its own."""
    return commitment(verb=verb, obligees=[]), instrument(form=form, binding=binding, issuers=["cn"])


def reported(role: str) -> tuple[Draft, ...]:
    """Return a pledge that a source of some role reports."""
    return commitment(source={**SOURCE, "role": role}), instrument()


OBLIGATION: dict[str, Moves] = {
    "PL400": (
        (worded(SHALL, None), worded(SHALL, "yes"), "0-4", "4"),
        (worded(SHALL, None), worded(SHALL, "no"), "0-4", "0"),
        (worded(SHALL, "yes"), worded(SHALL, None), "4", "0-4"),
    ),
    "PL401": (
        (reported("obligee"), reported("joint"), "0", "4"),
        (reported("joint"), reported("third_party"), "4", "0"),
        "a source always has a role: a statement without one is refused",
    ),
    "PL402": (
        (worded(SHALL, "no"), worded(SHALL, "silent"), "0", "2"),
        (worded(SHALL, "silent"), worded(SHALL, "no"), "2", "0"),
        (worded(SHALL, "no"), worded(SHALL, None), "0", "0-4"),
    ),
    "PL403": (
        (worded(SHOULD, "no"), worded(SHOULD, "silent"), "0", "1"),
        (worded(WILL, "silent"), worded(SHOULD, "silent"), "2", "1"),
        (worded(SHOULD, "silent"), worded(SHOULD, None), "1", "0-2"),
    ),
    "PL404": (
        (worded(WILL, "no", terms=VAGUE), worded(WILL, "silent", terms=VAGUE), "0", "1"),
        (worded(WILL, "silent", terms=DATED), worded(WILL, "silent", terms=VAGUE), "2", "1"),
        (worded(WILL, "silent", terms=VAGUE), worded(WILL, None, terms=VAGUE), "1", "0-2"),
    ),
    "PL405": (
        (worded(SHOULD, "silent"), worded(WILL, "silent"), "1", "2"),
        (worded(SHALL, "yes"), worded(SHALL, "silent"), "4", "2"),
        (worded(WILL, "silent"), worded(WILL, None), "2", "0-2"),
    ),
    "PL406": (
        (worded(SHOULD, "silent"), worded(SHOULD, "yes"), "1", "2"),
        (worded(SHALL, "yes"), worded(WILL, "yes"), "4", "2"),
        (worded(WILL, "yes"), worded(WILL, None), "2", "0-2"),
    ),
    "PL407": (
        (notice(SHOULD, "communique", "silent"), notice(SHOULD, "notice", "silent"), "1", "2"),
        (notice(SHALL, "domestic_law", "yes"), notice(SHALL, "notice", "yes"), "4", "2"),
        (notice(SHALL, "notice", "yes"), notice(SHALL, "notice", "yes")[:1], "2", "0-4"),
    ),
    "PL408": (
        ((commitment(verb=WILL), instrument(escapes=ESCAPE)), text(escapes=ESCAPE), "2", "3"),
        (BEST, text(escapes=ESCAPE), "4", "3"),
        (text(escapes=ESCAPE), text(escapes=None), "3", "3-4"),
    ),
    "O.4": (
        (text(escapes=ESCAPE), BEST, "3", "4"),
        (BEST, text(escapes=ESCAPE), "4", "3"),
        (BEST, text(escapes=None), "4", "3-4"),
    ),
}

# --- answerability ----------------------------------------------------------------------------------------------------


def forum(kind: str, *, binding: bool = False, deadlines: bool = True, consent: str | None = None) -> tuple[Draft, ...]:
    """Return the strongest pledge there is, but for its forum."""
    return text(forum={"kind": kind, "deadlines": deadlines, "binding": binding, "consent": consent, "shown": PLACE})


NO_FORUM = text(forum="none")
FORUM_UNKNOWN = text(forum=None)
PANEL = forum("arbitration", binding=True, consent="consent")
COURT = forum("arbitration", binding=True, consent="compulsory")
PANEL_UNKNOWN = forum("arbitration", binding=True)
REPORT = forum("arbitration", consent="compulsory")

ANSWERABILITY: dict[str, Moves] = {
    "PL500": ((FORUM_UNKNOWN, COURT, "0-4", "4"), (FORUM_UNKNOWN, NO_FORUM, "0-4", "0"),
              (COURT, FORUM_UNKNOWN, "4", "0-4")),
    "PL501": ((NO_FORUM, forum("publicity"), "0", "1"), (forum("publicity"), NO_FORUM, "1", "0"),
              (NO_FORUM, FORUM_UNKNOWN, "0", "0-4")),
    "PL502": ((NO_FORUM, forum("peer_review"), "0", "1"), (forum("expert_review"), forum("peer_review"), "2", "1"),
              (forum("peer_review"), FORUM_UNKNOWN, "1", "0-4")),
    "PL503": (
        (NO_FORUM, forum("standing_body", deadlines=False), "0", "1"),
        (forum("standing_body"), forum("standing_body", deadlines=False), "2", "1"),
        (forum("standing_body", deadlines=False), FORUM_UNKNOWN, "1", "0-4"),
    ),
    "PL504": (
        (forum("standing_body", deadlines=False), forum("standing_body"), "1", "2"),
        (forum("standing_body", binding=True, consent="compulsory"), forum("standing_body", consent="compulsory"),
         "4", "2"),
        (forum("standing_body"), FORUM_UNKNOWN, "2", "0-4"),
    ),
    "PL505": (
        (forum("standing_body", consent="blockable"), forum("compliance_body", consent="blockable"), "2", "3"),
        (COURT, PANEL, "4", "3"),
        (PANEL, PANEL_UNKNOWN, "3", "3-4"),
    ),
    "PL506": (
        (forum("standing_body", consent="compulsory"), REPORT, "2", "3"),
        (COURT, REPORT, "4", "3"),
        (REPORT, FORUM_UNKNOWN, "3", "0-4"),
    ),
    "A.4": ((PANEL, COURT, "3", "4"), (COURT, PANEL, "4", "3"), (COURT, PANEL_UNKNOWN, "4", "3-4")),
}  # fmt: skip

# --- remedy -----------------------------------------------------------------------------------------------------------


def remedy(kind: str | None, *levers: dict[str, Any], tied: bool = False) -> tuple[Draft, ...]:
    """Return the strongest pledge there is, but for its remedy and what stands behind it."""
    clause: Any = {"kind": kind, "tied_to_test": tied, "shown": PLACE} if kind not in (None, "none") else kind
    return commitment(levers=list(levers)), instrument(remedy=clause)


FIXED = remedy("fixed", tied=True)


def in_the_text(kind: str) -> Moves:
    """Return the moves of a remedy in the text that is not yet fixed and tied to the test."""
    return (
        (remedy("publicity"), remedy(kind), "1", "3"),
        (FIXED, remedy(kind), "4", "3"),
        (remedy(kind), remedy(None), "3", "0-4"),
    )


REMEDIES: dict[str, Moves] = {
    "PL600": ((remedy(None), FIXED, "0-4", "4"), (remedy(None), remedy("none"), "0-4", "0"),
              (FIXED, remedy(None), "4", "0-4")),
    "PL601": ((remedy("none"), remedy("publicity"), "0", "1"), (remedy("publicity"), remedy("none"), "1", "0"),
              (remedy("none"), remedy(None), "0", "0-4")),
    "PL602": ((remedy("none"), remedy("publicity"), "0", "1"),
              (remedy("publicity", LEVER), remedy("publicity"), "2", "1"),
              (remedy("publicity"), remedy(None), "1", "0-4")),
    "PL603": ((remedy("none"), remedy("none", LEVER), "0", "2"),
              (remedy("self_judged", LEVER), remedy("none", LEVER), "3", "2"),
              (remedy("none", LEVER), remedy(None, LEVER), "2", "2-4")),
    "PL604": in_the_text("self_judged"),
    "PL605": in_the_text("with_leave"),
    "PL606": in_the_text("fixed"),
    "R.4": ((remedy("fixed"), FIXED, "3", "4"), (FIXED, remedy("fixed"), "4", "3"), (FIXED, remedy(None), "4", "0-4")),
}  # fmt: skip

# --- durability -------------------------------------------------------------------------------------------------------


def leave(days: int | None, *, terms: dict[str, Any] | None = None, **changes: Any) -> tuple[Draft, ...]:
    """Return the strongest pledge there is, but that one side may leave on so many days' notice."""
    cost = changes.pop("cost", "none")
    rule = {"unilateral": True, "notice_days": days, "cost": cost, "shown": PLACE}
    return commitment(**(terms or {})), instrument(exit=rule, **changes)


NO_EXIT_RULE = text(exit="none")
EXIT_UNKNOWN = text(exit=None)
OPEN_ENDED = (commitment(**OPEN), instrument(exit="none"))

DURABILITY: dict[str, Moves] = {
    "PL700": ((EXIT_UNKNOWN, BEST, "0-4", "4"), (EXIT_UNKNOWN, leave(0), "0-4", "0"), (BEST, EXIT_UNKNOWN, "4", "0-4")),
    "PL701": (
        (OPEN_ENDED, NO_EXIT_RULE, "0", "1"),
        (NO_EXIT_RULE, OPEN_ENDED, "1", "0"),
        (OPEN_ENDED, (commitment(**OPEN), instrument(exit="none", expires=None)), "0", "0-1"),
    ),
    "PL702": ((OPEN_ENDED, NO_EXIT_RULE, "0", "1"), (leave(91), NO_EXIT_RULE, "2", "1"),
              (NO_EXIT_RULE, EXIT_UNKNOWN, "1", "0-4")),
    "PL703": ((leave(0), leave(1), "0", "1"), (leave(1), leave(0), "1", "0"), (leave(0), leave(None), "0", "0-3")),
    "PL704": (
        (leave(90, terms=OPEN), leave(91, terms=OPEN), "0", "2"),
        (leave(90), leave(90, terms=OPEN), "1", "0"),
        (leave(90, terms=OPEN), leave(90, terms=OPEN, expires=None), "0", "0-1"),
    ),
    "PL705": ((leave(0), leave(90), "0", "1"), (leave(91), leave(90), "2", "1"), (leave(90), leave(None), "1", "0-3")),
    "PL706": ((leave(90), leave(91), "1", "2"), (leave(366), leave(365), "3", "2"),
              (leave(365), leave(None), "2", "0-3")),
    "PL707": (
        (leave(30), leave(30, cost="remedy"), "1", "2"),
        (leave(366, cost="remedy"), leave(30, cost="remedy"), "3", "2"),
        (leave(30, cost="remedy"), leave(30, cost="remedy", remedy=None), "2", "1-2"),
    ),
    "PL708": ((leave(365), leave(366), "2", "3"), (BEST, leave(366), "4", "3"), (leave(366), leave(None), "3", "0-3")),
    "PL709": ((leave(30), leave(30, cost="package"), "1", "3"), (BEST, leave(30, cost="package"), "4", "3"),
              (leave(30, cost="package"), EXIT_UNKNOWN, "3", "0-4")),
    "X.4": ((leave(366), BEST, "3", "4"), (BEST, leave(366), "4", "3"), (BEST, EXIT_UNKNOWN, "4", "0-4")),
}  # fmt: skip

# --- in practice ------------------------------------------------------------------------------------------------------

CITED = ({"entry": 0, "statement": "sha256:" + "0" * 64, "field": "terms[0]"},)
NAMED = verified(BEST_INDICATOR)
UNNAMED = verified(INDICATOR)
HALF_YEAR: dict[str, Any] = {
    "period_coverage": "0.5",
    "points": ({"start": "2019-01-01", "end": "2019-06-30", "value": "2", "status": "A"},),
}
LATE: dict[str, Any] = {"vintage": "2022-01-01"}


def figures(drafts: tuple[Draft, ...] = UNNAMED, **changes: Any) -> Facts:
    """Return what one source says of the year, at a view where all of it is due."""
    source = source_result(cites=CITED, **changes)
    return Facts(drafts, (term_result(reading_result(source)),), as_of="2023-06-30")


def without_figures(drafts: tuple[Draft, ...] = UNNAMED) -> Facts:
    """Return a ledger in which the source has nothing."""
    return Facts(drafts, (term_result(reading_result()),), as_of="2023-06-30")


LOOKED = attestation("not_published", term="soy", authority="us-census")


def official(named: tuple[Draft, ...], **changes: Any) -> tuple[Facts, Facts, Facts]:
    """Return figures with a fault that the claimant gives, those that a statistics office gives, and none."""
    return figures(named, grade="E1", **changes), figures(named, **changes), without_figures(named)


def limited(**changes: Any) -> Moves:
    """Return the moves of official figures that are few or late: more than the claimant's, less than all in time."""
    claimed, few, none = official(UNNAMED, **changes)
    return (claimed, few, "1", "2"), (figures(), few, "3", "2"), (few, none, "2", "3")


OBLIGEES_TEXT = (commitment(), instrument(issuers=["us"]))
LATER = "2019-06-01"

PROCEDURE = {
    "title": "chapter 7",
    "stages": [
        {
            "id": "answer",
            "title": "answer",
            "forum": "office",
            "trigger": "a complaint",
            "limit": {"days": 60},
            "last": True,
        },
        {"id": "talks", "title": "talks", "forum": "ministers", "trigger": "no answer", "last": True},
    ],
}
BODY = {"kind": "standing_body", "deadlines": True, "binding": False, "shown": PLACE}
OFFICE = (commitment(levers=[LEVER]), instrument(forum=BODY, remedy="none", procedure=PROCEDURE))
"""A pledge with a standing body and a lever behind it: A 2 and R 2 as written."""

APPEAL = act("appeal", "us", "2020-03-02", stage="answer")  # and 60 days is 1 May
NOTICE = act("notice", "us", "2020-03-02", stage="answer")
AS_WRITTEN_2 = Facts(OFFICE)
ANSWERED = Facts((*OFFICE, APPEAL, act("consultation", "cn", "2020-05-01")))
ANSWERED_LATE = Facts((*OFFICE, APPEAL, act("consultation", "cn", "2020-05-02")))
NO_LIMIT = Facts((*OFFICE, act("appeal", "us", "2020-03-02", stage="talks")))
FOLLOWED = Facts((*OFFICE, NOTICE, act("remedy", "us", "2020-05-01")))
FAILED = Facts((*OFFICE, NOTICE))
NOTIFIED_WITHOUT_LIMIT = Facts((*OFFICE, act("notice", "us", "2020-03-02", stage="talks")))


def threatened(state: Literal["held", "failed"], consequence: str) -> Facts:
    """Return a threat with a lever behind it, and what became of its trigger."""
    drafts = commitment(terms=[conditional()], levers=[LEVER]), instrument(remedy="none")
    trigger = TriggerResult.model_validate(
        {"state": state, "reason": "as attested", "consequence": consequence, "happened": (), "cites": CITED}
    )
    return Facts(drafts, (term_result(id="rise", kind="conditional", trigger=trigger),))


LAPSE = amendment("lever_lapsed", "us", subject="tariffs", lever="tariffs")
QUOTAS = {"subject": "quotas", "title": "quotas"}
SUSPEND = amendment("suspend", "cn", "us")
RESUME = amendment("resume", "cn", "us", day="2019-07-01")
WITHDRAW = amendment("withdraw", "cn", subject="text")
TO_COME = amendment("withdraw", "cn", subject="text", effective="2021-07-01")
BY_A_STRANGER = amendment("withdraw", "eu", subject="text")
SUSPENDED = (*BEST, SUSPEND)
PAUSED_BY_ONE = (*BEST, amendment("suspend", "cn"))

NARROWED = (commitment(terms=[quantity(shown=without("scope"))]), instrument())

PRACTISED: dict[str, Moves] = {
    "E3.P.amended": (
        (NARROWED, (*NARROWED, amendment("modify", "cn", "us", terms=[quantity()])), "3", "4"),
        (BEST, (*BEST, amendment("modify", "cn", "us", terms=[quantity(shown=without("scope"))])), "4", "3"),
        # Whether the other side agrees to it is not known: a position, and no amendment (R12).
        (
            (*NARROWED, amendment("modify", "cn", "us", terms=[quantity()])),
            (*NARROWED, amendment("modify", "cn", terms=[quantity()])),
            "4", "3",
        ),
    ),
    "E3.V.named": (
        (figures(UNNAMED), figures(NAMED), "3", "4"),
        (figures(NAMED), figures(NAMED, **HALF_YEAR), "4", "2"),
        (figures(NAMED), without_figures(NAMED), "4", "4"),
    ),
    "E3.V.official": (
        (figures(grade="E2"), figures(), "1", "3"),
        (figures(NAMED), figures(UNNAMED), "4", "3"),
        (figures(), without_figures(), "3", "3"),
    ),
    "E3.V.periods": limited(**HALF_YEAR),
    "E3.V.scope": limited(scope_coverage="0.79"),
    "E3.V.late": limited(**LATE),
    "E3.V.claimant": (
        (Facts((*UNNAMED, LOOKED)), Facts((*UNNAMED, LOOKED), figures(grade="E0").results), "0", "1"),
        (figures(), figures(grade="E0"), "3", "1"),
        (figures(grade="E0"), without_figures(), "1", "3"),
    ),
    "E3.V.silent": (
        (Facts((*UNNAMED, LOOKED)), Facts((*UNNAMED, LOOKED), figures().results), "0", "3"),
        (UNNAMED, (*UNNAMED, LOOKED), "3", "0"),
        # Nobody attests having looked: no figure in this ledger is not silence of the publisher.
        ((*UNNAMED, LOOKED), without_figures(), "0", "3"),
    ),
    "E3.K.latest": (
        ((*OBLIGEES_TEXT, STATES), (*OBLIGEES_TEXT, STATES, position("cn", "affirms", LATER)), "2", "3"),
        (BEST, (*BEST, position("cn", "denies", LATER)), "4", "0"),
        ((*BEST, position("cn", "denies", LATER)), (*BEST, position("cn", "denies", LATER, about="finding")), "0", "4"),
    ),
    "E3.K.silence": (
        ((*OBLIGEES_TEXT, SILENT), (*OBLIGEES_TEXT, SILENT, position("cn", "affirms", LATER)), "0", "3"),
        ((*OBLIGEES_TEXT, DIFFERS), (*OBLIGEES_TEXT, SILENT), "1", "0"),
        ((*OBLIGEES_TEXT, SILENT), OBLIGEES_TEXT, "0", "0-3"),
    ),
    "E3.O.suspended": (
        (SUSPENDED, (*SUSPENDED, RESUME), "0", "4"), (BEST, SUSPENDED, "4", "0"), (SUSPENDED, PAUSED_BY_ONE, "0", "4"),
    ),
    "E3.O.left": (
        # That the other side left is no disowning by the obligor.
        ((*BEST, WITHDRAW), (*BEST, amendment("withdraw", "us", subject="text")), "0", "4"),
        (BEST, (*BEST, WITHDRAW), "4", "0"),
        ((*BEST, WITHDRAW), (*BEST, TO_COME), "0", "4"),
    ),
    "E3.O.denied": (
        (
            (*BEST, position("cn", "denies", LATER)),
            (*BEST, position("cn", "denies", LATER), position("cn", "affirms", "2019-07-01")),
            "0", "4",
        ),
        (BEST, (*BEST, position("cn", "denies", LATER)), "4", "0"),
        # Both on one day: which of the two stands is not known.
        (
            (*BEST, position("cn", "denies", LATER)),
            (*BEST, position("cn", "denies", LATER), position("cn", "affirms", LATER)),
            "0", "4",
        ),
    ),
    "E3.A.answered": (
        (AS_WRITTEN_2, ANSWERED, "2", "3"), (ANSWERED, ANSWERED_LATE, "3", "1"), (ANSWERED, NO_LIMIT, "3", "2"),
    ),
    "E3.A.passed": (
        (ANSWERED_LATE, ANSWERED, "1", "3"), (AS_WRITTEN_2, ANSWERED_LATE, "2", "1"),
        (ANSWERED_LATE, NO_LIMIT, "1", "2"),
    ),
    "E3.R.trigger-followed": (
        (threatened("held", "not_due"), threatened("held", "followed"), "2", "3"),
        (threatened("held", "followed"), threatened("held", "followed_late"), "3", "1"),
        (threatened("held", "followed"), threatened("held", "unknown"), "3", "2"),
    ),
    "E3.R.trigger-failed": (
        (threatened("held", "not_followed"), threatened("held", "followed"), "1", "3"),
        (threatened("held", "not_due"), threatened("held", "not_followed"), "2", "1"),
        (threatened("held", "not_followed"), threatened("held", "unknown"), "1", "2"),
    ),
    "E3.R.breach-followed": (
        (AS_WRITTEN_2, FOLLOWED, "2", "3"),
        (FOLLOWED, Facts((*OFFICE, NOTICE, act("remedy", "us", "2020-05-02"))), "3", "1"),
        (FOLLOWED, NOTIFIED_WITHOUT_LIMIT, "3", "2"),
    ),
    "E3.R.breach-failed": (
        (FAILED, FOLLOWED, "1", "3"), (AS_WRITTEN_2, FAILED, "2", "1"), (FAILED, NOTIFIED_WITHOUT_LIMIT, "1", "2"),
    ),
    "E3.R.levers": (
        ((*remedy("none", LEVER), LAPSE), (*remedy("none", LEVER, QUOTAS, {**QUOTAS, "until": "2019-12-31"}), LAPSE),
         "0", "2"),
        (remedy("none", LEVER), (*remedy("none", LEVER), LAPSE), "2", "0"),
        ((*remedy("none", LEVER), LAPSE), (*remedy(None, LEVER), LAPSE), "0", "0-4"),
    ),
    "E3.X.suspended": (
        (SUSPENDED, (*SUSPENDED, RESUME), "0", "4"), (BEST, SUSPENDED, "4", "0"), (SUSPENDED, PAUSED_BY_ONE, "0", "4"),
    ),
    "E3.X.left": (
        ((*BEST, WITHDRAW), (*BEST, TO_COME), "0", "4"),
        (BEST, (*BEST, WITHDRAW), "4", "0"),
        ((*BEST, WITHDRAW), (*BEST, BY_A_STRANGER), "0", "4"),
    ),
    "E3.X.lapsed": (
        (text(expires="2021-06-29"), text(expires="2021-06-30"), "0", "4"),
        (BEST, text(expires="2021-06-29"), "4", "0"),
        (text(expires="2021-06-29"), text(expires=None), "0", "4"),
    ),
}  # fmt: skip

WRITTEN: dict[str, Moves] = {
    **PRECISION,
    **{code: element(code) for code in RULES if code.startswith("PL1")},
    **VERIFIABILITY,
    **ACKNOWLEDGEMENT,
    **OBLIGATION,
    **ANSWERABILITY,
    **REMEDIES,
    **DURABILITY,
}

FOLLOWS: dict[str, Moves] = {
    # Where nothing was observed, practice moves with the text and is as unknown as it.
    code: PRECISION["P.3"] if dimension == "P" else WRITTEN[f"PL{'PVKOARX'.index(dimension) + 1}00"]
    for dimension, code in AS_WRITTEN.items()
}

TABLE: dict[str, Moves] = {**WRITTEN, **PRACTISED, **FOLLOWS}

KINDS = ("up", "down", "unknown")
CASES = [
    pytest.param(code, kind, move, id=f"{code}: {kind}")
    for code, moves in TABLE.items()
    for kind, move in zip(KINDS, moves, strict=True)
    if not isinstance(move, str)
]


def names(level: Level, ledger: Facts, *, code: str) -> set[str]:
    """Return the rules that decide a level; the elements of precision are told by the lint (E9)."""
    found = {one.code or one.rule for one in level.reasons}
    if code.startswith("PL1"):
        return {one.code for one in lint(known(*ledger.drafts, as_of=ledger.as_of), SUBJECT).findings}
    return found


def level_of(ledger: Facts, code: str) -> Level:
    """Return the level that a rule is about: practised for the rules of practice, else written."""
    result = ledger.dimension(IDENTIFIERS[code])
    return result.practised if code in PRACTICE or code in AS_WRITTEN.values() else result.written


def test_every_rule_has_its_three_cases() -> None:
    """The table holds each rule that can be a reason once and no other; what it leaves out, it says in words."""
    assert list(TABLE) == [*dict.fromkeys(TABLE)]
    assert set(TABLE) == set(IDENTIFIERS)
    assert {move for moves in TABLE.values() for move in moves if isinstance(move, str)} == {
        NEVER_UNKNOWN, "a source always has a role: a statement without one is refused",
    }  # fmt: skip


@pytest.mark.parametrize(("code", "kind", "move"), CASES)
def test_rule_moves_its_level(code: str, kind: str, move: Move) -> None:
    """Up, down, or to where it is not known, that very rule deciding; every reason cites its entry (E1–E3, E6)."""
    before, after = facts(move[0]), facts(move[1])
    levels = level_of(before, code), level_of(after, code)
    assert (spelt(levels[0]), spelt(levels[1])) == move[2:]
    assert code in names(levels[0], before, code=code) | names(levels[1], after, code=code)
    assert all(reason.cites for level in levels for reason in level.reasons)
    (low, high), (new_low, new_high) = ((level.low, level.high) for level in levels)
    if kind == "up":
        assert new_low >= low
        assert new_high >= high
        assert (low, high) != (new_low, new_high)
    elif kind == "down":
        assert new_low <= low
        assert new_high <= high
        assert (low, high) != (new_low, new_high)
    else:
        # An interval that holds what it was; or nothing is observed, and practice is as written and says so (E3).
        says_so = AS_WRITTEN[IDENTIFIERS[code]] in names(levels[1], after, code=code)
        assert says_so or new_low <= low <= high <= new_high > new_low
        assert code.endswith("00") or code in AS_WRITTEN.values() or code in names(levels[0], before, code=code)


@pytest.mark.parametrize("code", PRACTICE)
def test_rule_of_practice_says_that_something_was_observed(code: str) -> None:
    """What was seen marks the level as observed; where nothing was, it is not (E3)."""
    for kind, move in zip(KINDS, PRACTISED[code], strict=True):
        assert not isinstance(move, str)
        for ledger in (facts(move[0]), facts(move[1])):
            level = level_of(ledger, code)
            as_text = AS_WRITTEN[IDENTIFIERS[code]] in names(level, ledger, code=code)
            assert level.observed is not as_text, kind


@pytest.mark.parametrize("code", RULES)
def test_lint_finds_a_rule_where_it_holds_and_nowhere_before(code: str) -> None:
    """Every rule of the lint has a pledge that runs into it and one, a small change away, that does not (E9)."""
    _, down, unknown = WRITTEN[code]
    move = unknown if code.endswith("00") else down
    assert not isinstance(move, str)
    before, after = facts(move[0]), facts(move[1])
    found = [
        {one.code for one in lint(known(*one.drafts, as_of=one.as_of), SUBJECT).findings} for one in (before, after)
    ]
    assert (code in found[0], code in found[1]) == (False, True)


ROWS = {
    "E3.V.named": "V.4", "E3.V.official": "V.3", "E3.V.periods": "V.2", "E3.V.scope": "V.2", "E3.V.late": "V.2",
    "E3.V.claimant": "V.1", "E3.R.trigger-followed": "R.3", "E3.R.trigger-failed": "R.1", "E3.R.breach-followed": "R.3",
    "E3.R.breach-failed": "R.1", "E3.A.answered": "A.3", "E3.A.passed": "A.1", "E3.O.suspended": "O.0",
    "E3.O.left": "O.0", "E3.O.denied": "O.0", "E3.X.suspended": "X.0", "E3.X.left": "X.0", "E3.X.lapsed": "X.0",
    "E3.K.silence": "K.0",
}  # fmt: skip
"""The row that a rule of practice leads to in the ledgers above; of a bound (at least, at most) the bound."""


@pytest.mark.parametrize("code", ROWS)
def test_reason_names_the_row_beside_the_rule(code: str) -> None:
    """The row of the table and the rule that decided are told together (E2, E3)."""
    rows = set()
    for move in PRACTISED[code]:
        assert not isinstance(move, str)
        for ledger in move[:2]:
            assert not isinstance(ledger, str)
            rows |= {one.rule for one in level_of(facts(ledger), code).reasons if one.code == code}
    assert rows == {ROWS[code]}


def test_remedy_in_the_text_is_read_before_what_stands_behind_it() -> None:
    """Rows from 4 down: a lever adds nothing to a remedy in the text, and a lapse takes nothing from it (E2, E3)."""
    drafts = (commitment(levers=[LEVER]), instrument(remedy=REMEDY), LAPSE)
    result = Facts(drafts).dimension("R")
    assert (spelt(result.written), spelt(result.practised)) == ("3", "3")
