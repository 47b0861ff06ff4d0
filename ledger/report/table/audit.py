"""The tables of an audit in their order: first which audit it is, then what it concludes, then all that this rests on.

Every member of a result stands in one of them; the first one names the result by its digest.
"""

from collections.abc import Iterator
from typing import Final

from ledger.audit.procedure import format_result
from ledger.audit.result import AuditResult
from ledger.errors import UsageError
from ledger.report.table import annex, score, term
from ledger.report.table.column import Row, Table, columns
from ledger.signing.canonical import digest


def digest_of(result: AuditResult) -> str:
    """Return the digest of ``audit.json``: the result in its canonical form (design §2.6)."""
    return digest(format_result(result))


def _audit_rows(result: AuditResult) -> Iterator[Row]:
    opinion = result.opinion
    yield ("title", result.title)
    yield ("level", result.level)
    yield ("opinion", f"{opinion.code} {opinion.name}")
    yield ("rule", opinion.rule)
    yield ("as_of", result.view.as_of)
    yield ("size", str(result.view.size))
    yield ("method", result.method)
    yield ("origin", result.origin)
    yield ("genesis", result.genesis)
    yield ("subjects", " ".join(result.subjects))
    if result.scope.period is not None:
        yield ("period", f"{result.scope.period.start}/{result.scope.period.end}")
        yield ("outside", " ".join(result.scope.outside))
    yield ("schema", result.schema_)
    yield ("digest", digest_of(result))


AUDIT: Final = Table("audit", columns("member:word/cell.member value:said"), _audit_rows)
"""Which audit it is: title, opinion, view, method, origin, and the digest of ``audit.json``."""

TABLES: Final[tuple[Table, ...]] = (AUDIT, *annex.OPINION, *term.TABLES, *score.TABLES, *annex.TABLES)
"""All tables, in the order in which they are read."""


def table_named(name: str) -> Table:
    """Return the table of that name.

    Raises:
        UsageError: there is none; the sentence lists all.
    """
    found = next((table for table in TABLES if table.name == name), None)
    if found is None:
        listed = ", ".join(table.name for table in TABLES)
        message = f"No table is called {name[:60]!r}; there are {listed}."
        raise UsageError(message, table=name[:60])
    return found
