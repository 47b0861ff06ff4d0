"""Tables about the score and what stands beside it: bands, levels with their reasons, gains, docket, levers (§5, §7).

Points are of 100, levels whole numbers from 0 to 4, low and high; equal ends are one number (E6).
"""

from collections.abc import Iterator
from typing import Final

from ledger.assessment.result import CommitmentResult, Level, Reason
from ledger.audit.result import AuditResult
from ledger.report.docket import items_of
from ledger.report.table.column import Row, Table, columns, entries, number, together, truth

_SIDES: Final = ("written", "practised")


def _score_rows(result: AuditResult) -> Iterator[Row]:
    for commitment in result.commitments:
        score = commitment.score
        for side in _SIDES:
            one = score.written if side == "written" else score.practised
            firm = one.robustness
            robust = (None,) * 8 if firm is None else (
                str(firm.runs), str(firm.holds), firm.share, str(firm.together), str(firm.together_holds),
                firm.together_share, str(firm.turns), firm.words,
            )  # fmt: skip
            yield (
                commitment.subject, commitment.title, score.method, side, one.low, one.high, one.low_band,
                one.high_band, truth(one.point), one.why_no_point, *one.pillars.B, *one.pillars.N, *one.pillars.Q,
                *robust, *score.erosion,
            )  # fmt: skip


def _level_rows(result: AuditResult) -> Iterator[Row]:
    for commitment in result.commitments:
        for one in commitment.score.dimensions:
            for side, level in zip(_SIDES, (one.written, one.practised), strict=True):
                yield (
                    commitment.subject, one.dimension, one.name, side, str(level.low), str(level.high),
                    truth(level.observed),
                )  # fmt: skip


def _term_level_rows(result: AuditResult) -> Iterator[Row]:
    for commitment in result.commitments:
        for term in commitment.score.terms:
            for dimension, levels in (("P", term.P), ("V", term.V), ("K", term.K)):
                for side, level in zip(_SIDES, levels, strict=True):
                    yield (commitment.subject, term.term, dimension, side, str(level.low), str(level.high))


def _reason_rows(result: AuditResult) -> Iterator[Row]:
    for commitment in result.commitments:
        for one in commitment.score.dimensions:
            for side, level in zip(_SIDES, (one.written, one.practised), strict=True):
                yield from _reasons(commitment, (None, one.dimension, side), level)
        for term in commitment.score.terms:
            for dimension, levels in (("P", term.P), ("V", term.V), ("K", term.K)):
                for side, level in zip(_SIDES, levels, strict=True):
                    yield from _reasons(commitment, (term.term, dimension, side), level)


def _reasons(commitment: CommitmentResult, about: Row, level: Level) -> Iterator[Row]:
    for attested, reasons in (("no", level.reasons), ("yes", level.attested)):
        yield from ((commitment.subject, *about, attested, *_reason(one)) for one in reasons)


def _reason(one: Reason) -> Row:
    return (one.rule, one.code, one.says, entries(one.cites))


def _gate_rows(result: AuditResult) -> Iterator[Row]:
    for commitment in result.commitments:
        for one in commitment.score.gates:
            yield (commitment.subject, one.rule, one.cap, one.side, one.end, one.says)


def _gain_rows(result: AuditResult) -> Iterator[Row]:
    for commitment in result.commitments:
        for one in commitment.score.raises:
            levels = (*map(str, one.level), *map(str, one.next))
            yield (
                commitment.subject, one.dimension, *levels, truth(one.is_known), *one.gain, one.earns,
                together(one.codes),
            )  # fmt: skip


def _turn_rows(result: AuditResult) -> Iterator[Row]:
    for commitment in result.commitments:
        for side in _SIDES:
            robust = (commitment.score.written if side == "written" else commitment.score.practised).robustness
            for one in robust.first if robust is not None else ():
                ends = (one.low, one.high, one.low_band, one.high_band)
                yield (commitment.subject, side, together(one.changes), *ends)


def _objection_rows(result: AuditResult) -> Iterator[Row]:
    for commitment in result.commitments:
        if (one := commitment.score.objection) is not None:
            becomes = one.becomes or (None, None)
            yield (commitment.subject, one.rule, one.side, one.dimension, *becomes, one.words, entries(one.cites))


def _unknown_rows(result: AuditResult) -> Iterator[Row]:
    instruments = {one.slug: one.unknown for one in result.instruments}
    for commitment in result.commitments:
        for where, lines in (
            ("score", commitment.score.unknown),
            ("instrument", instruments.get(commitment.instrument, ())),
        ):
            yield from ((commitment.subject, where, line) for line in lines)
    yield from ((one.subject, "words", line) for one in result.words for line in one.unknown)


def _performance_rows(result: AuditResult) -> Iterator[Row]:
    for commitment in result.commitments:
        if (beside := commitment.beside) is None:
            continue
        whole = beside.performance
        trial, story = whole.trial or (None, None), beside.quadrant
        yield (commitment.subject, None, whole.state, None, None, *trial, whole.words)
        yield (commitment.subject, None, story.performance, None, story.story, None, None, story.words)
        for one in whole.terms:
            kept = one.fulfilment or (None, None)
            yield (commitment.subject, one.term, None, one.outcome, one.left_out, *kept, one.words)


def _lever_rows(result: AuditResult) -> Iterator[Row]:
    for commitment in result.commitments:
        for one in commitment.beside.leverage if commitment.beside is not None else ():
            yield (
                commitment.subject, one.subject, one.title, one.since, one.until, one.state, one.lapsed, one.words,
                entries(one.cites),
            )  # fmt: skip


def _docket_rows(result: AuditResult) -> Iterator[Row]:
    for item in items_of(result.commitments):
        yield (
            item.commitment, item.day, item.since, item.kind, item.about, " ".join(item.who) or None, item.state,
            item.words, " ".join(map(str, item.entries)) or None,
        )  # fmt: skip


def _procedure_rows(result: AuditResult) -> Iterator[Row]:
    for commitment in result.commitments:
        if (one := commitment.docket) is not None:
            yield (
                commitment.subject, one.procedure, one.why, one.disposition, together(one.notes), entries(one.cites),
            )  # fmt: skip


def _permitted_rows(result: AuditResult) -> Iterator[Row]:
    for commitment in result.commitments:
        for one in commitment.docket.permitted if commitment.docket is not None else ():
            yield (
                commitment.subject, one.stage, one.title, together(one.acts), " ".join(one.to) or None, one.role,
                one.since, one.words,
            )  # fmt: skip


def _stage_rows(result: AuditResult) -> Iterator[Row]:
    for commitment in result.commitments:
        for one in commitment.docket.stages if commitment.docket is not None else ():
            due = one.deadline
            limit = (None,) * 6 if due is None else (
                due.limit, due.counted_from, due.earliest, due.latest, due.why, truth(due.is_imputed)
            )  # fmt: skip
            yield (
                commitment.subject, one.id, one.title, one.forum, str(one.round), one.opened, one.why,
                " ".join(one.by) or None, together(one.acts), *limit, one.state, one.ended,
                " ".join(one.let_pass) or None, number(one.days_over), one.words, entries(one.cites),
            )  # fmt: skip


def _act_rows(result: AuditResult) -> Iterator[Row]:
    for commitment in result.commitments:
        for one in commitment.docket.acts if commitment.docket is not None else ():
            yield (
                commitment.subject, one.date, one.act, " ".join(one.by) or None, one.stage, number(one.round), one.what,
                one.timing, number(one.days_late), str(one.cite.entry),
            )  # fmt: skip


def _lapse_rows(result: AuditResult) -> Iterator[Row]:
    for commitment in result.commitments:
        for one in commitment.docket.lapses if commitment.docket is not None else ():
            yield (
                commitment.subject, one.lever, one.title, one.date, *one.before, *one.before_bands, *one.after,
                *one.after_bands, one.words, entries(one.cites),
            )  # fmt: skip


TABLES: Final = (
    Table("scores", columns(
        "commitment title:text method side:word/score low:amount high:amount low_band:word/band high_band:word/band "
        "point:word/truth why_no_point:said B_low:share B_high:share N_low:share N_high:share Q_low:share Q_high:share "
        "runs:count runs_held:count robust:share runs_together:count runs_together_held:count robust_together:share "
        "turns:count robust_words:said erosion_low:amount erosion_high:amount"
    ), _score_rows),
    Table("levels", columns(
        "commitment dimension name:said side:word/score low:count high:count observed:word/truth"
    ), _level_rows),
    Table("term_levels", columns(
        "commitment term dimension:word side:word/score low:count high:count"
    ), _term_level_rows),
    Table("reasons", columns(
        "commitment term dimension:word side:word/score attested:word/truth rule code says:said entries:entries"
    ), _reason_rows),
    Table("gates", columns("commitment rule cap:amount side:word/score end:word/cell.end says:said"), _gate_rows),
    Table("gains", columns(
        "commitment dimension:word low:count high:count next_low:count next_high:count is_known:word/truth "
        "gain_low:amount gain_high:amount earns:said codes"
    ), _gain_rows),
    Table("turns", columns(
        "commitment side:word/score changes_made:said low:amount high:amount low_band:word/band high_band:word/band"
    ), _turn_rows),
    Table("objections", columns(
        "commitment rule:said side:word/score dimension:word low_band:word/band high_band:word/band words:said "
        "entries:entries"
    ), _objection_rows),
    Table("unknown", columns("commitment where:word/cell.where says:said"), _unknown_rows),
    Table("performance", columns(
        "commitment term state:word/cell.kept outcome:word left_out:said low:share high:share words:said"
    ), _performance_rows),
    Table("levers", columns(
        "commitment lever title:text since:day until:day state:word/cell.lever lapsed:day words:said entries:entries"
    ), _lever_rows),
    Table("procedures", columns(
        "commitment procedure:text why_not:said disposition:word notes:said entries:entries"
    ), _procedure_rows),
    Table("docket", columns(
        "commitment day:day since:day kind:word/cell.docket_kind about who:parties state:word/cell.docket_state "
        "words:said entries:entries"
    ), _docket_rows),
    Table("stages", columns(
        "commitment stage title:text forum:text round:count opened:day why:said who:parties acts:said limit:said "
        "counted_from:day earliest:day latest:day why_not:said is_imputed:word/truth state:word/cell.stage_state "
        "ended:day let_pass:parties days_over:count words:said entries:entries"
    ), _stage_rows),
    Table("acts", columns(
        "commitment date:day act who:parties stage round:count what_was_done:text timing:word days_late:count "
        "entry:entry"
    ), _act_rows),
    Table("permitted", columns(
        "commitment stage title:text acts:said who:parties as_what:said since:day words:said"
    ), _permitted_rows),
    Table("lapses", columns(
        "commitment lever title:text date:day before_low:amount before_high:amount before_low_band:word/band "
        "before_high_band:word/band after_low:amount after_high:amount after_low_band:word/band "
        "after_high_band:word/band words:said entries:entries"
    ), _lapse_rows),
)  # fmt: skip
"""The tables about scores, procedures and levers, in the order in which they are read."""
