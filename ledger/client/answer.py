"""Typed answers of a served ledger, built of the models of the method; what they say is the server's word.

Whoever wants more than its word computes from the bytes (``RemoteLedger``), or verifies an audit's bundle. Members that
a later server adds are left out, so that an older client goes on.
"""

from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from ledger.assessment.result import (
    Cite,
    Docket,
    Erased,
    Gate,
    LinkResult,
    Raise,
    Stance,
    TermResult,
    TotalResult,
)
from ledger.errors import UnavailableError
from ledger.model.determination import View

Told = TypeVar("Told", bound="Answer")


class Answer(BaseModel):
    """What every answer is: frozen, its known members of their types."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class LedgerTold(Answer):
    """Which ledger it is, and where its log ends.

    Attributes:
        root: of the tree over all entries, in base64.
        checkpoint: the last one, signed.
        received: the moment of the last entry.
        policy: by which the server says that its checkpoints are verified.
        method: version of the method that it reckons by.
    """

    origin: str
    genesis: str
    size: int
    root: str
    checkpoint: str
    received: str
    policy: str
    method: str
    private: bool


class HeaderTold(Answer):
    """The header of an entry (design §2.3)."""

    index: int
    kind: str
    subject: str
    author: str
    received: str
    statement: str
    size: int
    prev: str


class EntriesTold(Answer):
    """A page of entries; ``next`` is where to go on, null at the end."""

    size: int
    start: int
    entries: tuple[HeaderTold, ...]
    next: int | None


class KeyTold(Answer):
    """A key that the ledger knows."""

    kid: str
    algorithm: str
    office: str | None
    roles: tuple[str, ...]
    party: str | None
    since: int
    until: int | None
    compromised: bool


class KeysTold(Answer):
    """The keys that the ledger knows."""

    keys: tuple[KeyTold, ...]


class Ends(Answer):
    """A score or its band, written and practised, each as its two ends."""

    written: tuple[str, str]
    practised: tuple[str, str]


class CommitmentTold(Answer):
    """One commitment: the three axes, its terms whole, its score."""

    subject: str
    title: str
    date: str
    instrument: str
    obligors: tuple[str, ...]
    obligees: tuple[str, ...]
    validity: str
    validity_reason: str | None
    disposition: str
    terms: tuple[TermResult, ...]
    score: Ends
    band: Ends
    stances: tuple[Stance, ...]
    cites: tuple[Cite, ...]
    links: tuple[LinkResult, ...]
    erased: tuple[Erased, ...]


class StatusTold(Answer):
    """What became of pledges at a view; totals where a party or an instrument was named (R16)."""

    view: View
    commitments: tuple[CommitmentTold, ...]
    erased: tuple[Erased, ...] = ()
    totals: tuple[TotalResult, ...] = ()


class ScoreTold(Answer):
    """How enforceable a pledge is; levels and reasons by dimension are in ``dimensions``, as data."""

    view: View
    method: str
    subject: str
    title: str
    score: Ends
    band: Ends
    dimensions: dict[str, dict[str, object]]
    gates: tuple[Gate, ...]
    erosion: tuple[str, ...]
    raises: tuple[Raise, ...]
    unknown: tuple[str, ...]


class DocketLine(Answer):
    """The docket of one commitment; null where its instrument has no procedure."""

    subject: str
    docket: Docket | None


class DocketTold(Answer):
    """What is open, due and permitted next, at a view (F)."""

    view: View
    commitments: tuple[DocketLine, ...]


class ListedTold(Answer):
    """A series of figures: whose, by which channel, over which days, how many."""

    model_config = ConfigDict(frozen=True, extra="allow")

    series: str


class SeriesTold(Answer):
    """The series that a view knows."""

    view: View
    series: tuple[ListedTold, ...]


class FigureTold(Answer):
    """One figure; its value is a decimal text."""

    model_config = ConfigDict(frozen=True, extra="allow")

    code: str
    unit: str
    start: str
    end: str
    value: str


class FiguresTold(Answer):
    """The figures of one series."""

    view: View
    figures: tuple[FigureTold, ...]


def read_answer(raw: bytes, kind: type[Told], *, url: str) -> Told:
    """Return an answer in its type.

    Raises:
        UnavailableError: it is not of it.
    """
    try:
        return kind.model_validate_json(raw)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "it"
        message = (
            f"The answer of {url} is not what this version of Pledger knows ({where}: {first['msg']}); see whether the "
            "server is of another version."
        )
        raise UnavailableError(message, url=url) from error
