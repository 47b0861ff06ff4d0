"""A small readable ledger for tests: statements from a few words, figures from lines of text, all in memory.

Nothing here decides anything: bodies pass the models, observations are canonical CSV and read by the real engine.
"""

import calendar
import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from hashlib import sha256
from io import BytesIO
from typing import Any, BinaryIO

from ledger.assessment.reconcile import reconcile
from ledger.assessment.result import SourceResult, TermResult
from ledger.assessment.selection import Engine, Plan, Selected, plan, selected
from ledger.assessment.standing import standing
from ledger.assessment.view import Known, Said, look
from ledger.audit.engine import SqliteEngine
from ledger.model.determination import View
from ledger.model.statement import parse_draft

SOURCE = {
    "title": "A document",
    "publisher": "Somebody",
    "role": "third_party",
    "via": {"copy_read": "the document", "how": "byte_copy"},
}
"""A source that satisfies the models; tests that turn on the source give their own."""

HEADER = "classification,code,unit,basis,frequency,start,end,status,value\n"

SUBJECT = "pledge"
"""The commitment that most tests are about."""

MERGED = {"trigger", "consequence"}


def span(period: str) -> tuple[str, str, str]:
    """The first day, last day and frequency of ``2020``, ``2020-03``, ``2020-03-02`` or ``2020-03-02..2020-03-08``."""
    if ".." in period:
        first, last = period.split("..")
        days = (date.fromisoformat(last) - date.fromisoformat(first)).days + 1
        return first, last, "W" if days == 7 else "D"
    if re.fullmatch(r"\d{4}", period):
        return f"{period}-01-01", f"{period}-12-31", "A"
    if re.fullmatch(r"\d{4}-\d{2}", period):
        year, month = (int(part) for part in period.split("-"))
        return f"{period}-01", f"{period}-{calendar.monthrange(year, month)[1]:02}", "M"
    return period, period, "D"


def canonical(figures: Iterable[str], *, classification: str = "HS", unit: str = "t", basis: str = "") -> bytes:
    """The canonical file of lines ``period code value [status] [unit] [basis] [classification]``; ``-`` the default."""
    lines = []
    for figure in figures:
        period, code, value, *rest = figure.split()
        given = [None if word == "-" else word for word in (*rest, *["-"] * (4 - len(rest)))]
        first, last, frequency = span(period)
        status, its_unit, its_basis, its_class = given
        lines.append(
            (
                its_class or classification,
                code,
                its_unit or unit,
                its_basis or basis,
                frequency,
                first,
                last,
                status or "A",
                value,
            )
        )
    return (HEADER + "".join(",".join(line) + "\n" for line in sorted(lines))).encode()


class Book:
    """A ledger in memory: what was said, in order, and the files of figures by digest."""

    def __init__(self) -> None:
        self.said: list[Said] = []
        self.files: dict[str, bytes] = {}
        for party in ("cn", "us"):
            self.say("party", party, {"kind": "state", "names": {"en": party.upper()}, "iso3166": party.upper()})
        self.say(
            "instrument",
            "agreement",
            {
                "title": "Agreement",
                "form": "treaty",
                "issuers": ["cn", "us"],
                "binding": "yes",
                "announced": "2020-01-15",
                "source": SOURCE,
            },
        )

    def say(
        self,
        kind: str,
        subject: str,
        body: Mapping[str, Any],
        *,
        corrects: str | None = None,
        issued: str = "2020-01-01T00:00:00Z",
        author: str = "recorder",
    ) -> str:
        """Say something; return its name."""
        raw = {
            "anchor": None,
            "body": body,
            "corrects": corrects,
            "genesis": None,
            "issued": issued,
            "schema": f"{kind}.v1",
            "subject": subject,
        }
        text = json.dumps(raw).encode()
        index = len(self.said)
        name = "sha256:" + sha256(f"{index}".encode() + text).hexdigest()
        statement = parse_draft(text, what=f"{kind} {subject}")
        self.said.append(Said(index, name, author, issued, statement))
        return name

    def pledge(self, *terms: Mapping[str, Any], subject: str = SUBJECT, date: str = "2020-01-15", **more: Any) -> str:
        """Record a commitment of China to the United States with these terms."""
        body = {
            "title": "Pledge",
            "instrument": "agreement",
            "date": date,
            "obligors": ["cn"],
            "obligees": ["us"],
            "quotes": [{"text": "China shall do so", "language": "en"}],
            "verb": None,
            "terms": list(terms),
            "source": SOURCE,
            **more,
        }
        return self.say("commitment", subject, body)

    def figures(
        self,
        *lines: str,
        series: str = "series:export/us/cn",
        authority: str = "us-census",
        channel: str = "monthly",
        published: str = "2021-02-05",
        classification: str = "HS",
        unit: str = "t",
        basis: str = "",
        standing: str = "official",
        owner: str | None = "us",
        absent: str = "missing",
        covers: tuple[str, str] | None = None,
        corrects: str | None = None,
        imputed: str | None = None,
        currencies: str = "alike",
    ) -> str:
        """Submit figures as one statement of evidence; return its name."""
        raw = canonical(lines, classification=classification, unit=unit, basis=basis)
        digest = "sha256:" + sha256(raw).hexdigest()
        self.files[digest] = raw
        cells = [line.split(",") for line in raw.decode().splitlines()[1:]]
        days = covers or (
            min((cell[5] for cell in cells), default="2020-01-01"),
            max((cell[6] for cell in cells), default="2020-12-31"),
        )
        measure, reporter, partner = series.removeprefix("series:").split("/")
        body = {
            "title": "Figures",
            "publisher": authority,
            "authority": authority,
            "channel": channel,
            "standing": standing,
            "authority_of": owner,
            "dimensions": {
                "measure": measure,
                "reporter": reporter,
                "partner": partner,
                "classifications": sorted({cell[0] for cell in cells}) or [classification],
                "frequencies": sorted({cell[4] for cell in cells}) or ["M"],
                "units": sorted({cell[2] for cell in cells}) or [unit],
            },
            "vintage": {"published": published, "imputed": imputed},
            "covers": {"start": days[0], "end": days[1]},
            "absent": absent,
            "currencies": currencies,
            "raw": {"digest": digest, "size": len(raw), "media_type": "text/csv"},
            "importer": {"name": "test", "version": "1", "mapping": digest, "mapping_name": "test"},
            "observations": {"digest": digest, "size": len(raw), "count": len(cells)},
            "rejected": {"count": 0},
            "source": SOURCE,
        }
        return self.say("evidence", series, body, corrects=corrects)

    def baseline(
        self,
        value: str | None = None,
        *,
        authority: str = "us-census",
        channel: str = "monthly",
        unit: str = "t",
        year: str = "2017",
        published: str = "2020-01-15",
        restates: str | None = None,
    ) -> str:
        """State a baseline of a channel: a number, or (none given) summed from the channel's own figures."""
        first, last, _ = span(year)
        body = {
            "title": "Baseline",
            "terms": "all",
            "authority": authority,
            "channel": channel,
            "period": {"start": first, "end": last},
            "unit": unit,
            "value": value,
            "summed": value is None,
            "restates": restates,
            "published": published,
            "source": SOURCE,
        }
        return self.say("baseline", SUBJECT, body)

    def attest(self, about: str, *, author: str = "assessor-1", **more: Any) -> str:
        """Attest something about the pledge."""
        body = {"about": about, "reason": "looked", "source": SOURCE, "date": "2020-12-31", **more}
        return self.say("attestation", SUBJECT, body, author=author)

    def position(self, party: str, stance: str, *, date: str = "2020-02-01", **more: Any) -> str:
        """Record what a party says of the pledge."""
        return self.say("position", SUBJECT, {"party": party, "stance": stance, "date": date, "source": SOURCE, **more})

    def amend(self, change: str, by: list[str], *, effective: str = "2020-03-01", **more: Any) -> str:
        """Record a change in the world to the pledge."""
        body = {
            "change": change,
            "by": by,
            "announced": effective,
            "effective": effective,
            "reason": "so agreed",
            "source": SOURCE,
        }
        return self.say("amendment", more.pop("subject", SUBJECT), {**body, **more})

    def act(self, act: str, *, date: str, by: str = "us", **more: Any) -> str:
        """Log an enforcement action about the pledge."""
        return self.say(
            "action", SUBJECT, {"act": act, "by": [by], "date": date, "what": f"{act} done", "source": SOURCE, **more}
        )

    def known(self, as_of: str, size: int | None = None) -> Known:
        """What is known on a day, of all that was said or of its beginning."""
        return look(self.said, View(size=len(self.said) if size is None else size, as_of=as_of))

    def open(self, digest: str) -> BinaryIO:
        """The file of that digest."""
        return BytesIO(self.files[digest])

    def drawn(self, known: Known, subject: str = SUBJECT, engine: Engine | None = None) -> Selected:
        """The figures that a view has for a commitment."""
        planned: Plan = plan(known, [subject])
        return selected(planned, (engine or SqliteEngine()).select(planned, self.open))

    def term(self, as_of: str, name: str = "t", *, size: int | None = None, engine: Engine | None = None) -> TermResult:
        """What became of a term of the pledge at a view."""
        known = self.known(as_of, size)
        stands = standing(known, SUBJECT)
        term = next(one for one in stands.terms if one.id == name)
        return reconcile(known, self.drawn(known, engine=engine), SUBJECT, stands, term)

    def sources(self, as_of: str, reading: int = 0) -> dict[str, SourceResult]:
        """What each channel says by itself, by its name, in one reading of the term ``t``."""
        return {one.channel: one for one in self.term(as_of).readings[reading].sources}


EXPORT = {"type": "export", "reporter": "us", "partner": "cn"}
IMPORT = {"type": "import", "reporter": "cn", "partner": "us"}
ORDER = {"type": "order", "reporter": "us", "partner": "cn"}


def quantity(target: str = "12", **more: Any) -> dict[str, Any]:
    """A quantity term: at least ``target`` tonnes of soybeans exported in 2020."""
    term: dict[str, Any] = {
        "kind": "quantity",
        "id": "t",
        "title": "Soybeans",
        "actor": "cn",
        "bound": "at_least",
        "target": target,
        "unit": "t",
        "measure": EXPORT,
        "scope": {"title": "soybeans", "classification": "HS", "codes": ["1201"]},
        "period": {"start": "2020-01-01", "end": "2020-12-31"},
    }
    if "readings" in more or "named" in more:
        del term["measure"]
    return {**term, **more}


def months(year: int, values: Iterable[str | int], code: str = "1201") -> list[str]:
    """Lines of monthly figures from January on."""
    return [f"{year}-{month:02} {code} {value}" for month, value in enumerate(values, start=1)]
