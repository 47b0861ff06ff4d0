"""Tables about the record: the opinion, the words and positions of parties, findings, evidence, changes (method §6).

What somebody said is told to the letter, with where it was read and in which copy.
"""

from collections.abc import Iterator
from typing import Final

from ledger.assessment.result import Cite
from ledger.audit.result import AuditResult
from ledger.model.value import Quote, Source, Value
from ledger.report.table.column import Row, Table, columns, entries, number, together, truth

_READ: Final = (
    "source_title:text publisher:text role:word source_date:day source_language address:text retrieved digest "
    "copy_read:text how:word certainty:word"
)
_QUOTE: Final = "language quote:text translation:text translation_language translator:text locator:text"


def _source(one: Source) -> Row:
    """Return where something was read, in the columns of ``_READ``."""
    return (
        one.title, one.publisher, one.role, one.date, one.language, one.address, one.retrieved, one.digest,
        one.via.copy_read, one.via.how, one.certainty,
    )  # fmt: skip


def _quote(one: Quote | None) -> Row:
    """Return words to the letter, in the columns of ``_QUOTE``."""
    if one is None:
        return (None,) * 6
    said = one.translation
    other = (None,) * 3 if said is None else (said.text, said.language, said.translator)
    return (one.language, one.text, *other, one.locator)


def _opinion_rows(result: AuditResult) -> Iterator[Row]:
    opinion = result.opinion
    yield ("rule", opinion.code, None, None, None, None, opinion.rule, None)
    yield from (("because", opinion.code, None, None, None, None, line, None) for line in opinion.because)
    for part in opinion.parts:
        counts = (str(part.count), str(part.due), part.value_share, truth(part.pervasive))
        yield ("part", part.of, *counts, part.words, together(part.terms))
        for why in part.why:
            yield ("why", part.of, None, None, None, None, why, None)


def _considered_rows(result: AuditResult) -> Iterator[Row]:
    for one in result.opinion.considered:
        yield (
            one.subject, one.term, one.title, "yes", one.outcome, number(one.precision), together(one.coverages),
            one.grade, one.target, one.unit, None,
        )  # fmt: skip
    for two in result.opinion.running:
        yield (two.subject, two.term, two.title, "no", two.outcome, None, None, None, None, None, two.due)


def _missing_rows(result: AuditResult) -> Iterator[Row]:
    for one in result.opinion.sources_missing:
        yield (one.subject, one.term, one.source, truth(one.excused))


def _commitment_rows(result: AuditResult) -> Iterator[Row]:
    for one in result.commitments:
        yield (
            one.subject, one.title, one.instrument, one.date, " ".join(one.obligors) or None,
            " ".join(one.obligees) or None, one.validity, one.validity_reason, one.disposition, entries(one.cites),
        )  # fmt: skip


def _word_rows(result: AuditResult) -> Iterator[Row]:
    for one in result.words:
        for quote in one.quotes:
            spoken = (quote.speaker, quote.spoken_by)
            yield (one.subject, *_quote(quote), *spoken, *_source(quote.source or one.source), str(one.cite.entry))
        yield (
            one.subject, *(None,) * 5, one.note, None, None, *_source(one.source), str(one.cite.entry),
        )  # fmt: skip


def _position_rows(result: AuditResult) -> Iterator[Row]:
    for commitment in result.commitments:
        for one in commitment.stances:
            yield (
                commitment.subject, one.term, one.party, one.about, one.stance, one.date, one.language, one.words,
                one.translation, number(one.cite.entry) if one.cite is not None else None,
            )  # fmt: skip


def _finding_rows(result: AuditResult) -> Iterator[Row]:
    for one in result.findings:
        yield (
            one.commitment, one.term, one.outcome, one.grade, one.criteria, one.condition, one.cause, one.effect,
            entries(one.cites),
        )  # fmt: skip


def _reply_rows(result: AuditResult) -> Iterator[Row]:
    for one in result.replies:
        about = (one.commitment, together(one.terms), one.party, one.about, one.stance, one.date)
        own = one.quote.source if one.quote is not None else None
        spoken = (one.quote.speaker, one.quote.spoken_by) if one.quote is not None else (None, None)
        yield (*about, *_quote(one.quote), *spoken, one.note, *_source(own or one.source), str(one.cite.entry))
        if own is not None:
            # Where the words come from elsewhere than the position, both are told.
            yield (*about, *_quote(None), None, None, None, *_source(one.source), str(one.cite.entry))


def _link_rows(result: AuditResult) -> Iterator[Row]:
    for commitment in result.commitments:
        for one in commitment.links:
            yield (commitment.subject, one.kind, one.commitment, one.fault, one.words, str(one.cite.entry))


def _total_rows(result: AuditResult) -> Iterator[Row]:
    for one in result.totals:
        about = (one.series, one.unit, one.bound, one.target_is, one.owed_low, one.owed_high)
        yield (*about, *(None,) * 6, together(one.terms), None, together((one.words, *one.once)))
        for channel in one.channels:
            yield (
                *about, channel.source, channel.channel, channel.frequency, channel.basis or None, channel.low,
                channel.high, together(channel.terms), together(channel.without), None,
            )  # fmt: skip


def _party_rows(result: AuditResult) -> Iterator[Row]:
    for one in result.parties:
        entry = number(one.cite.entry) if one.cite is not None else None
        for language, name in sorted(one.names.items()):
            yield (one.slug, one.kind, language, name, entry)
        if not one.names:
            yield (one.slug, one.kind, None, None, entry)


def _instrument_rows(result: AuditResult) -> Iterator[Row]:
    for one in result.instruments:
        yield (
            one.slug, one.title, one.form, " ".join(one.issuers) or None, one.announced, one.in_force, one.expires,
            together(one.unknown), *_source(one.source), str(one.cite.entry),
        )  # fmt: skip


def _evidence_rows(result: AuditResult) -> Iterator[Row]:
    for one in result.evidence:
        yield (
            str(one.cite.entry), one.subject, one.title, one.publisher, one.authority, one.channel, one.standing,
            one.published, one.imputed, *one.covers, str(one.count), str(one.rejected), truth(one.used),
            truth(one.redistribute), one.observations, one.raw, one.cite.statement, *_source(one.source),
        )  # fmt: skip


def _change_rows(result: AuditResult) -> Iterator[Row]:
    for one in result.changes:
        yield (one.date, one.kind, one.subject, one.says, str(one.cite.entry))


def _earlier_rows(result: AuditResult) -> Iterator[Row]:
    for one in result.earlier:
        yield (
            one.kind, one.subject, one.issued[:10], one.view.as_of, str(one.view.size), one.method, one.opinion,
            one.state, one.why, together(one.became), str(one.cite.entry),
        )  # fmt: skip


def _note_rows(result: AuditResult) -> Iterator[Row]:
    yield from (("emphasis", line) for line in result.emphasis)
    yield from (("not_covered", line) for line in result.not_covered)


def _erased_rows(result: AuditResult) -> Iterator[Row]:
    of = (*((None, one) for one in result.erased), *((each.subject, one) for each in result.commitments
                                                    for one in each.erased))  # fmt: skip
    for commitment, one in of:
        yield (
            commitment, str(one.entry), one.statement, one.kind, one.subject, one.what, str(one.by), one.ground,
            one.reason,
        )  # fmt: skip


def _entry_rows(result: AuditResult) -> Iterator[Row]:
    fields: dict[tuple[int, str], set[str]] = {}
    for cite in _cites(result):
        fields.setdefault((cite.entry, cite.statement), set()).update((cite.field,) if cite.field is not None else ())
    for (entry, statement), named in sorted(fields.items()):
        yield (str(entry), statement, together(sorted(named)))


def _cites(value: object) -> Iterator[Cite]:
    """Yield every entry that anything in a value rests on."""
    if isinstance(value, Cite):
        yield value
    elif isinstance(value, Value):
        for name in type(value).model_fields:
            yield from _cites(getattr(value, name))
    elif isinstance(value, tuple):
        for item in value:
            yield from _cites(item)


OPINION: Final = (
    Table("opinion", columns(
        "part:word/cell.part rule count:count due_terms:count value_share:share pervasive:word/truth says:said terms"
    ), _opinion_rows),
    Table("considered", columns(
        "commitment term title:text is_due:word/truth outcome:word precision:count coverages grade target:amount "
        "unit:unit due:day"
    ), _considered_rows),
    Table("sources_missing", columns("commitment term source excused:word/truth"), _missing_rows),
    Table("commitments", columns(
        "commitment title:text instrument date:day obligors:parties obligees:parties validity:word "
        "validity_reason:said disposition:word entries:entries"
    ), _commitment_rows),
)  # fmt: skip
"""What the audit concludes, and about which commitments: read first."""

TABLES: Final = (
    Table("words", columns(f"commitment {_QUOTE} speaker:party spoken_by:text {_READ} entry:entry"), _word_rows),
    Table("positions", columns(
        "commitment term party:party about:word/cell.about stance:word date:day language quote:text "
        "translation:text entry:entry"
    ), _position_rows),
    Table("findings", columns(
        "commitment term outcome:word grade criteria:said condition:said cause:said effect:said entries:entries"
    ), _finding_rows),
    Table("replies", columns(
        f"commitment terms party:party about:word/cell.about stance:word date:day {_QUOTE} speaker:party "
        f"spoken_by:text note:text {_READ} entry:entry"
    ), _reply_rows),
    Table("links", columns("commitment link:said linked fault:said words:said entry:entry"), _link_rows),
    Table("totals", columns(
        "series unit:unit bound:word/cell.bound target_is:word/cell.target_is owed_low:amount owed_high:amount "
        "source channel frequency basis actual_low:amount actual_high:amount terms without words:said"
    ), _total_rows),
    Table("parties", columns("party kind language party_name:text entry:entry"), _party_rows),
    Table("instruments", columns(
        "instrument title:text form:word issuers:parties announced:day in_force:day expires:day unknown_fields "
        f"{_READ} entry:entry"
    ), _instrument_rows),
    Table("evidence", columns(
        "entry:entry series title:text publisher:text source channel standing:word published:day imputed:said "
        "start:day end:day count:count rejected:count used:word/truth redistribute:word/truth observations raw "
        f"statement {_READ.replace('publisher:', 'source_publisher:')}"
    ), _evidence_rows),
    Table("changes", columns("date:day change:word subject says:said entry:entry"), _change_rows),
    Table("earlier", columns(
        "conclusion:word/follow_up subject issued:day as_of:day size:count method earlier_opinion:word/opinion.name "
        "state:word/follow_up why_so:text became:said entry:entry"
    ), _earlier_rows),
    Table("notes", columns("note:word/cell.note says:said"), _note_rows),
    Table("entries", columns("entry:entry statement fields"), _entry_rows),
    Table("erased", columns(
        "commitment entry:entry statement kind subject what erased_by:entry ground:text reason:text"
    ), _erased_rows),
)  # fmt: skip
"""The tables about the record, in the order in which they are read."""
