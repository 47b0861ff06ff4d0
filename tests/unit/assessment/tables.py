"""Tables of codes and rates for tests: small readable lines, made into evidence of a ``Book``."""

from hashlib import sha256

from ledger.assessment.classification import Link, format_links
from tests.unit.assessment.builder import SOURCE, Book, canonical

RELATION = {"nomenclature": "below", "correspondence": "into", "selection": "into"}


def table(
    book: Book,
    kind: str,
    origin: str,
    into: str,
    *lines: str,
    authority: str = "un-statistics-division",
    channel: str = "tables",
    published: str = "2019-01-01",
) -> str:
    """Submit a table: each line a code and its target; of a derivation with ``plus`` or ``minus`` between."""
    links = []
    for line in lines:
        code, *middle, target = line.split()
        relation = middle[0] if middle else RELATION[kind]
        links.append(Link(origin, code, relation, into, "" if target == "-" else target))
    raw = b"".join(format_links(links))
    digest = "sha256:" + sha256(raw).hexdigest()
    book.files[digest] = raw
    body = {
        "title": f"{kind} of {origin}", "publisher": authority, "authority": authority, "channel": channel,
        "standing": "official",
        "dimensions": {
            "measure": "table", "reporter": "*", "partner": into.lower(),
            "classifications": [origin, into] if origin != into else [origin],
            "frequencies": [], "units": [], "table": kind,
        },
        "vintage": {"published": published}, "covers": {"start": published, "end": published},
        "raw": {"digest": digest, "size": len(raw), "media_type": "text/csv"},
        "importer": {"name": "test", "version": "1", "mapping": digest, "mapping_name": "test"},
        "observations": {"digest": digest, "size": len(raw), "count": raw.count(b"\n") - 1},
        "rejected": {"count": 0}, "source": SOURCE,
    }  # fmt: skip
    return book.say("evidence", f"series:table/*/{into.lower()}", body)


def rate(
    book: Book,
    *lines: str,
    priced_in: str = "USD",
    series: str = "series:rate/*/usd",
    authority: str = "central-bank",
    published: str = "2021-02-05",
) -> str:
    """Submit rates: each line a period, the currency that is priced, and its price."""
    figures = [f"{line} - {priced_in} - currency" for line in lines]
    assert canonical(figures)  # every line is a figure
    return book.figures(
        *figures, series=series, authority=authority, channel="rates", published=published, unit=priced_in,
        classification="currency", owner=None,
    )  # fmt: skip
