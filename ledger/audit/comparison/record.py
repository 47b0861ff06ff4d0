"""What two audits say otherwise beside the commitments: view, opinion, evidence, replies, changes, erasures, emphasis.

Source: method §6; R1, R2, R11.
"""

from collections.abc import Iterator
from typing import Final

from ledger.audit.comparison.cause import Causes
from ledger.audit.comparison.comparison import Changed, ChangeKind
from ledger.audit.comparison.told import plainly, told
from ledger.audit.emphasis import erased_words
from ledger.audit.opinion import Opinion
from ledger.audit.phrase import joined, plain_word
from ledger.audit.result import EvidenceLine, Reply
from ledger.model.determination import View
from ledger.model.value import Days

_SENTENCES: Final[tuple[tuple[str, ChangeKind, str], ...]] = (
    ("emphasis", "emphasis", "of emphasis"), ("not_covered", "scope", "of what is left out"),
)  # fmt: skip
"""Members that are lists of sentences: what of them came or went is told word for word."""


def tell_frame(causes: Causes) -> Iterator[Changed]:
    """Yield what became another of the audit as a whole: its view, method and subjects."""
    before, after = causes.before, causes.after
    if before.view != after.view:
        words = f"{_view(before.view)} became {_view(after.view)}"
        yield plainly("view", ["view"], words, ends=(_view(before.view), _view(after.view)))
    if before.method != after.method:
        words = f"method {before.method} became {after.method}, under which everything may come out otherwise"
        yield plainly("method", ["method"], words, ends=(before.method, after.method))
    if before.schema_ != after.schema_:
        members = ["schema", *(["scope"] if before.scope == after.scope else [])]
        words = f"the shape {before.schema_} became {after.schema_}, whose results have other members and titles"
        yield plainly("member", members, words, ends=(before.schema_, after.schema_))
    if before.scope.period != after.scope.period:
        was, now = (_days(one.scope.period) for one in (before, after))
        yield plainly("scope", ["scope"], f"asked was what falls due {was}, and is what falls due {now}",
                      ends=(was, now))  # fmt: skip
    if before.subjects != after.subjects and set(before.subjects) == set(after.subjects):
        yield plainly("subjects", ["subjects"], "the commitments stand in another order")


def tell_opinion(causes: Causes) -> Iterator[Changed]:
    """Yield what became another of the opinion: its code, or only its grounds (A1–A5)."""
    before, after = causes.before.opinion, causes.after.opinion
    if (before.code, before.because) == (after.code, after.because):
        return
    was, now = _opinion(before), _opinion(after)
    change = f"opinion {was} became {now}" if was != now else f"the opinion is still {now}, on other grounds"
    grounds = "; ".join(one.rstrip(".") for one in after.because)
    members = [f"opinion.{name}" for name in ("code", "name", "rule", "because")]
    # Its causes are those of the terms that it reads, which are told beside them.
    yield told(causes, "opinion", members, f"{change}: {grounds}" if grounds else change, parts=(None, None),
               ends=(was, now))  # fmt: skip


def tell_record(causes: Causes) -> Iterator[Changed]:
    """Yield what came to the record or went from it: evidence, replies, changes, erasures, and what they emphasise."""
    yield from _evidence(causes)
    yield from _replies(causes)
    yield from _named(causes)
    yield from _earlier(causes)
    before, after = causes.before, causes.after
    for change in (one for one in after.changes if one not in before.changes):
        words = f"{change.kind} of {change.date}, entry {change.cite.entry}, {change.subject}: {change.says}"
        yield plainly("change", ["changes"], words, ends=(None, change.kind))
    for change in (one for one in before.changes if one not in after.changes):
        words = f"no longer told: the {change.kind} of {change.date}, entry {change.cite.entry}, {change.subject}"
        yield plainly("change", ["changes"], words, ends=(change.kind, None))
    for erased in (one for one in after.erased if one not in before.erased):
        yield plainly("erasure", ["erased"], erased_words(erased), ends=(None, erased.what))
    for erased in (one for one in before.erased if one not in after.erased):
        yield plainly("erasure", ["erased"], f"no longer told: {erased_words(erased)}", ends=(erased.what, None))
    for member, kind, what in _SENTENCES:
        old, new = getattr(before, member), getattr(after, member)
        for text in (one for one in new if one not in old):
            yield plainly(kind, [member], f"new sentence {what}: {text}", ends=(None, text))
        for text in (one for one in old if one not in new):
            yield plainly(kind, [member], f"sentence {what} no longer there: {text}", ends=(text, None))


def _evidence(causes: Causes) -> Iterator[Changed]:
    old, new = ({one.cite.statement: one for one in each.evidence} for each in (causes.before, causes.after))
    for name in dict.fromkeys((*old, *new)):
        then, now = old.get(name), new.get(name)
        if then == now:
            continue
        one = now or then
        if one is None:
            continue
        members = [f"evidence[entry {one.cite.entry}]"]
        if then is None:
            unused = "" if one.used else ", of which nothing is used"
            yield plainly("evidence", members, f"evidence came: {_line(one)}{unused}")
            continue
        use = "" if now is None or then.used == now.used else ", used now" if now.used else ", no longer used"
        words = f"evidence {'is gone' if now is None else 'is told otherwise'}: {_line(one)}{use}"
        yield told(causes, "evidence", members, words, parts=(then, now))


def _named(causes: Causes) -> Iterator[Changed]:
    """Yield the parties and instruments that the audit names otherwise, or names now, or no more."""
    for member, what in (("parties", "party"), ("instruments", "instrument")):
        old, new = ({one.slug: one for one in getattr(each, member)} for each in (causes.before, causes.after))
        for slug in dict.fromkeys((*old, *new)):
            then, now = old.get(slug), new.get(slug)
            if then != now:
                verb = "is named now" if then is None else "is no longer named" if now is None else "is told otherwise"
                words = f"the {what} {slug} {verb}"
                yield told(causes, "member", [f"{member}[{slug}]"], words, parts=(then, now))


def _earlier(causes: Causes) -> Iterator[Changed]:
    """Yield which earlier conclusions are followed up now, or no more, or have become something else."""
    old, new = ({one.cite.statement: one for one in each.earlier} for each in (causes.before, causes.after))
    for name in dict.fromkeys((*old, *new)):
        then, now = old.get(name), new.get(name)
        one = now or then
        if one is None or then == now:
            continue
        if then is not None and now is not None and then.state != now.state:
            verb = f"{then.state} became {now.state}{f' ({now.why})' if now.why else ''}"
        else:
            verb = (
                "is followed up" if then is None else "is no longer followed up" if now is None else "is told otherwise"
            )
        words = f"the earlier {one.kind} of {one.subject} issued on {one.issued} {verb}"
        yield told(causes, "member", [f"earlier[entry {one.cite.entry}]"], words, parts=(then, now))


def _line(one: EvidenceLine) -> str:
    return f"{one.subject}, {one.title}, published {one.published} (entry {one.cite.entry})"


def _replies(causes: Causes) -> Iterator[Changed]:
    old, new = ({(one.commitment, one.cite.statement): one for one in each.replies}
                for each in (causes.before, causes.after))  # fmt: skip
    for key in dict.fromkeys((*old, *new)):
        then, now = old.get(key), new.get(key)
        one = now or then
        if one is None or then == now:
            continue
        verb = "came" if then is None else "is gone" if now is None else "is told otherwise"
        words = f"a position {verb}: {_reply(one)}"
        yield told(causes, "reply", ["replies"], words, parts=(then, now), subject=one.commitment)


def _reply(one: Reply) -> str:
    quoted = f": “{one.quote.text}”" if one.quote is not None else ""
    return f"{one.party} {plain_word(one.stance)} the {one.about} on {one.date}, of {joined(one.terms)}{quoted}"


def _days(period: Days | None) -> str:
    return f"from {period.start} to {period.end}" if period is not None else "on any day"


def _view(view: View) -> str:
    return f"what was known on {view.as_of} by the first {view.size} entries"


def _opinion(opinion: Opinion) -> str:
    return f"{opinion.code} ({opinion.name})"
