"""A statement in words: the lines that its author reads before signing, with every quotation to the letter.

What will be signed is shown whole: words, terms, numbers with their units, what each figure is measured by, and what
is *unknown* (null) as against what the source says there is not (``"none"``). Nothing is signed here, and nothing is
left out to be brief. The kinds that people draft have sentences; of the others every member is listed.

Source: design §2.2; issue of the first story, point 2.
"""

from collections.abc import Iterator
from typing import assert_never

from ledger.model.action import Action
from ledger.model.amendment import Amendment
from ledger.model.baseline import Baseline
from ledger.model.commitment import Commitment, Indicator
from ledger.model.instrument import Instrument, Limit, Opening, Stage
from ledger.model.party import Party
from ledger.model.position import Moved, Position
from ledger.model.statement import Statement, kind_of, plain
from ledger.model.term import (
    ELEMENTS,
    ActionTerm,
    Clause,
    ConditionalTerm,
    QuantityTerm,
    Reading,
    RestraintTerm,
    Term,
    TrendTerm,
)  # fmt: skip
from ledger.model.unit import measurement
from ledger.model.value import Moment, Period, Quote, Scope, Shown, Source

_BOUNDS = {"at_least": "at least", "at_most": "at most", "exactly": "exactly"}
_DIRECTIONS = {"increase": "an increase of", "decrease": "a decrease of", "no_less": "no less of"}
_AGGREGATES = {
    "sum": "the sum over the period", "last": "the level at the end of the period", "mean": "the mean over the period",
    "max": "the highest in the period",
}  # fmt: skip
_MEASURES = {
    "announced": "announcements", "order": "orders, net of cancellations", "outstanding_sale": "outstanding sales",
    "export": "exports", "import": "imports", "payment": "payments", "disbursement": "disbursements",
    "delivery": "deliveries", "stock": "stocks", "emission": "emissions", "rate": "a rate", "table": "a table",
}  # fmt: skip
_STANCES = {
    "affirms": "affirms", "affirms_differently": "affirms differently", "silent": "is silent on", "denies": "denies",
}  # fmt: skip


def describe(statement: Statement, *, is_dated: bool = True) -> tuple[str, ...]:
    """Return the words and terms that will be signed, one thought a line; indented lines belong to the one above.

    Args:
        is_dated: whether its moment is settled; a draft that names none has that of its signing.
    """
    issued = f"issued {statement.issued}" if is_dated else "to be issued when it is signed"
    heading = f"A statement of the kind {kind_of(statement)} about {statement.subject}, {issued}"
    mends = f", in the place of {statement.corrects}, which it corrects" if statement.corrects else ""
    return (f"{heading}{mends}.", *_body(statement))


def _body(statement: Statement) -> Iterator[str]:
    match statement.body:
        case Commitment() as body:
            yield from _commitment(body)
        case Instrument() as body:
            yield from _instrument(body)
        case Position() as body:
            yield from _position(body)
        case Party() as body:
            yield from _party(body)
        case Baseline() as body:
            yield from _baseline(body)
        case Amendment() as body:
            yield from _amendment(body)
        case Action() as body:
            yield from _action(body)
        case body:
            yield from _members(plain(body), "")


# --- the kinds that people draft ------------------------------------------------------------------------------------


def _commitment(body: Commitment) -> Iterator[str]:
    owed = f"owed to {_list(body.obligees)}" if body.obligees else "owed to nobody: a unilateral pledge"
    yield f"“{body.title}”"
    yield f"Made on {body.date} by {_list(body.obligors)}, {owed}, under the instrument {body.instrument}."
    for number, quote in enumerate(body.quotes):
        yield from _quote(quote, f"Quotation {number}")
    yield _operative(body)
    yield from (f"Hedge: “{hedge.words}” ({_place(hedge.shown)})." for hedge in body.hedges)
    yield _performed(body)
    if body.indicators is None:
        yield "Unknown: by which figures or records it can be verified."
    else:
        yield from map(_indicator, body.indicators)
        if not body.indicators:
            yield "No figure or record by which it could be verified."
    for lever in body.levers:
        since = f" since {lever.since}" if lever.since else ""
        until = f" until {lever.until}" if lever.until else ""
        yield f"Behind it stands {lever.subject}: {lever.title}{since}{until}."
    for link in body.links:
        yield f"It {link.kind.replace('_', ' ')} {link.commitment}{f': {link.note}' if link.note else ''}."
    for term in body.terms:
        yield from _term(term)
    yield from _note(body.note)
    yield from _source(body.source)


def _operative(body: Commitment) -> str:
    if body.verb is None:
        return "No operative verb."
    return f"Operative verb: “{body.verb.words}” ({body.verb.strength}; {_place(body.verb.shown)})."


def _performed(body: Commitment) -> str:
    if body.performance is None:
        return "Unknown: who performs it, and what share the obligor controls."
    control = body.performance.control
    share = (
        f"of which the obligor controls the share {control}"
        if control is not None
        else "control by the obligor unknown"
    )
    return f"Performed by {body.performance.by}, {share}."


def _indicator(one: Indicator) -> str:
    terms = "every term" if one.terms == "all" else _list(one.terms)
    authority = f" ({one.authority})" if one.authority else ""
    share = f"covers the share {one.scope_share}" if one.scope_share is not None else "share of the scope unknown"
    lag = f"published after {one.lag_months} months" if one.lag_months is not None else "usual lag unknown"
    named = "named in the text" if one.named else "not named in the text"
    method = ", with its method" if one.method_named else ""
    place = f" ({_place(one.shown)})" if one.shown else ""
    public = "public" if one.public else "not public"
    return (
        f"Verified for {terms} by {one.publisher}{authority}: {one.standing} {one.kind}, {public}, {one.quality}, "
        f"{share}, {lag}, {named}{method}{place}."
    )


def _instrument(body: Instrument) -> Iterator[str]:
    says = {"yes": "says that it binds", "no": "says that it does not bind", "silent": "does not say whether it binds"}
    yield f"“{body.title}”, a {body.form.replace('_', ' ')} of {_list(body.issuers)}, announced {body.announced}."
    if body.binding is not None:
        yield f"It {says[body.binding]}."
    if body.languages:
        yield f"Authentic in {_list(body.languages)}."
    for name, words in (("signed", "Signed"), ("in_force", "In force"), ("expires", "Expires")):
        if getattr(body, name) not in (None, "none"):
            yield f"{words}: {getattr(body, name)}."
    yield from _clauses(body)
    fields = (
        "binding",
        "languages",
        "signed",
        "in_force",
        "expires",
        "exit",
        "forum",
        "remedy",
        "escapes",
        "procedure",
    )
    if absent := [name.replace("_", " ") for name in fields if getattr(body, name) == "none"]:
        yield f"It has none of these: {_list(absent)}."
    if unknown := [name.replace("_", " ") for name in fields if getattr(body, name) is None]:
        yield f"Unknown: {_list(unknown)}."
    yield from _source(body.source)


def _clauses(body: Instrument) -> Iterator[str]:
    if body.exit is not None and body.exit != "none":
        alone = "one party alone may leave" if body.exit.unilateral else "no party may leave alone"
        days = body.exit.notice_days
        notice = f"on {days} days' notice" if days is not None else "notice unknown"
        yield f"Exit: {alone}, {notice}; cost of leaving: {body.exit.cost} ({_place(body.exit.shown)})."
    if body.forum is not None and body.forum != "none":
        limits = "with" if body.forum.deadlines else "without"
        binds = "binding" if body.forum.binding else "not binding"
        consent = f", {body.forum.consent}" if body.forum.consent else ""
        kind = body.forum.kind.replace("_", " ")
        yield f"Forum: {kind}, {limits} time limits, its finding {binds}{consent} ({_place(body.forum.shown)})."
    if body.remedy is not None and body.remedy != "none":
        tied = "tied to the test" if body.remedy.tied_to_test else "not tied to the test"
        yield f"Remedy: {body.remedy.kind.replace('_', ' ')}, {tied} ({_place(body.remedy.shown)})."
    if body.escapes is not None and body.escapes != "none":
        for escape in body.escapes:
            terms = (
                "excuses every term" if escape.terms == "all" else f"excuses {_list(escape.terms) or 'no whole term'}"
            )
            yield f"Escape: {escape.title}; {terms} ({_place(escape.shown)})."
    if body.procedure is not None and body.procedure != "none":
        yield f"Procedure: {body.procedure.title}."
        for stage in body.procedure.stages:
            yield f"  Stage {stage.id}: {stage.title}; before {stage.forum}; opened when {stage.trigger}."
            yield (
                f"    {_limit(stage.limit) if stage.limit else 'Time limit unknown'}; "
                + (f"then {_list(stage.then)}" if stage.then else "nothing follows")
                + (f" ({_place(stage.shown)})." if stage.shown else ".")
            )
            yield from (f"    {line}" for line in _stage(stage))


def _stage(stage: Stage) -> Iterator[str]:
    yield from (f"It opens by itself {_opening(one)}." for one in stage.opens)
    if stage.by or stage.acts:
        ends = f", which it ends with: {_list(stage.ends_with)}" if stage.ends_with else ""
        yield f"There may act: {_list(stage.by) or 'whoever'}, by: {_list(stage.acts) or 'whatever act'}{ends}."
    if stage.may_repeat:
        yield "It may be opened again once it has ended."
    limit = stage.limit
    if limit is not None and limit.calendar is not None:
        version = f", in the version {limit.calendar.digest}" if limit.calendar.digest else ""
        yield f"By the calendar of holidays {limit.calendar.name}{version}."
    if limit is not None and limit.imputed is not None:
        yield f"The limit is imputed: {limit.imputed}."


def _opening(opening: Opening) -> str:
    match opening.when:
        case "act":
            where = f" at {opening.stage}" if opening.stage is not None else ""
            return f"by {' or '.join(opening.acts)}{where}"
        case "expiry":
            return f"when the limit of {opening.stage} runs out"
        case "due":
            return "when the last day of a term has passed"
        case "held":
            return "when the trigger of a term is attested to have held"


def _limit(limit: Limit) -> str:
    much = f"{limit.months} months" if limit.months is not None else f"{limit.days} days"
    if limit.working:
        much = f"{limit.days} working days"
    since = f", counted from stage {limit.counted_from}" if limit.counted_from is not None else ""
    return f"Within {much}{since}"


def _position(body: Position) -> Iterator[str]:
    matter = "the pledge" if body.about == "pledge" else "a finding about fulfilment"
    terms = "every term" if body.terms == "all" else _list(body.terms)
    speaker = f", by {body.spoken_by}," if body.spoken_by else ""
    yield f"On {body.date} {body.party}{speaker} {_STANCES[body.stance]} {matter}, for {terms}."
    if body.stance != "silent":
        yield f"Its words give: {_list(body.states) or 'no number, date or product'}."
    yield from map(_moved, body.moved)
    if body.quote is not None:
        yield from _quote(body.quote, "Quotation")
    if body.replies_to is not None:
        yield f"In reply to {body.replies_to}."
    yield from _note(body.note)
    yield from _source(body.source)


def _moved(moved: Moved) -> str:
    parts = [
        f"the deadline {moved.deadline}" if moved.deadline else "",
        f"the period {_period(moved.period)}" if moved.period else "",
        f"the target {_amount(moved.target, moved.unit)}"
        if moved.target is not None and moved.unit is not None
        else "",
    ]
    return (
        f"For {moved.term} it names {_list(part for part in parts if part)}: printed beside the verdict, never in it."
    )


def _party(body: Party) -> Iterator[str]:
    yield f"A {body.kind}: " + "; ".join(f"{name} ({language})" for language, name in body.names.items()) + "."
    if body.iso3166 is not None:
        yield f"ISO 3166 code {body.iso3166}."
    if body.lei is not None:
        yield f"Legal entity identifier {body.lei}."
    for member in body.members:
        since = f" since {member.since}" if member.since else ""
        until = f" until {member.until}" if member.until else ""
        yield f"Its member {member.party}{since}{until}."
    if body.source is not None:
        yield from _source(body.source)


def _baseline(body: Baseline) -> Iterator[str]:
    terms = "every term" if body.terms == "all" else _list(body.terms)
    level = (
        f"summed from that channel's evidence, in {measurement(body.unit).title} ({body.unit})"
        if body.value is None
        else _amount(body.value, body.unit)
    )
    yield f"“{body.title}”: the baseline of {terms}, known on {body.published}."
    yield f"For figures of {body.authority} by the channel {body.channel}, {_period(body.period)}: {level}."
    if body.restates is not None:
        yield f"It restates {body.restates}."
    yield from _source(body.source)


def _amendment(body: Amendment) -> Iterator[str]:
    terms = "every term" if body.applies_to == "all" else _list(body.applies_to)
    lever = f" ({body.lever})" if body.lever else ""
    change = f"{body.change.replace('_', ' ')}{lever}"
    yield f"{_list(body.by)} announced on {body.announced}, effective {body.effective}: {change}, for {terms}."
    yield f"Reason: {body.reason}"
    for term in body.terms:
        yield from _term(term)
    yield from _source(body.source)


def _action(body: Action) -> Iterator[str]:
    terms = "every term" if body.terms == "all" else _list(body.terms)
    stage = f", at the stage {body.stage}" if body.stage else ""
    yield f"On {body.date} {_list(body.by)} took the step {body.act}{stage}, about {terms}."
    if body.consequence:
        yield "It is the announced consequence, carried out."
    yield body.what
    if body.quote is not None:
        yield from _quote(body.quote, "Quotation")
    yield from _source(body.source)


# --- terms ----------------------------------------------------------------------------------------------------------


def _term(term: Term) -> Iterator[str]:
    weight = "" if term.material else ", not material"
    yield f"Term {term.id} ({term.kind}{weight}), “{term.title}”:"
    yield f"  {term.actor or 'Unknown who'} {_owes(term)}{_over(term.scope)}{_when(term)}."
    match term:
        case QuantityTerm():
            yield from _measured(term)
        case TrendTerm():
            yield "  It gives no number, so that it is never judged: the direction observed is printed."
            yield from _measured(term)
        case ActionTerm():
            for step in term.milestones:
                deadline = f"by {step.deadline}" if step.deadline else "day unknown"
                yield f"  Milestone {step.id}: {step.title}, {deadline}."
        case ConditionalTerm():
            yield from _clause(term.trigger, "Trigger")
            yield from _clause(term.consequence, "Consequence")
        case RestraintTerm():
            pass
        case never:
            assert_never(never)
    if not isinstance(term, ConditionalTerm):
        yield from _evidence_of(term)
    for imputed in term.imputed:
        yield f"  Not in the text, imputed: {imputed.element}, by this method: {imputed.method}."


def _owes(term: Term) -> str:
    match term:
        case QuantityTerm():
            more = ""
            if term.target_is == "increment" and term.baseline is not None:
                more = f" more than in the baseline {_period(term.baseline.period)}"
            give = f", give or take {term.tolerance}" if term.tolerance != "0" else ""
            amount = f"{_BOUNDS[term.bound]} {_amount(term.target, term.unit)}"
            return f"owes {amount}{more}{give} ({_AGGREGATES[term.aggregate]})"
        case TrendTerm():
            unit = f"{measurement(term.unit).title} ({term.unit}), {_AGGREGATES[term.aggregate]}"
            return f"owes {_DIRECTIONS[term.direction]} the flow in {unit},"
        case ActionTerm():
            return f"is to {term.act}"
        case RestraintTerm():
            return f"is not to {term.act}"
        case ConditionalTerm():
            return "owes what follows if the trigger holds"
        case never:
            assert_never(never)


def _when(term: Term) -> str:
    period = f", {_period(term.period)}" if term.period is not None else ""
    deadline = f", by {_moment(term.deadline)}" if term.deadline is not None else ""
    if not period and not deadline and not isinstance(term, ConditionalTerm):
        return "; unknown by when"
    return period + deadline


def _measured(term: QuantityTerm | TrendTerm) -> Iterator[str]:
    if term.measure is not None:
        yield f"  Measured by {_reading(term.measure)}."
    if term.readings is not None:
        yield "  The text does not settle how it is measured; each reading has its own answer:"
    if term.named is not None:
        yield "  Measured by the sources that the text names:"
    if term.measure is None:
        yield from (f"    {_reading(reading)}" for reading in term.measures)


def _reading(reading: Reading) -> str:
    basis = f", {reading.basis}" if reading.basis else ""
    source = f", by {reading.source}" if reading.source else ""
    measure = f"{_MEASURES[reading.type]} ({reading.type})"
    return f"{measure} as {reading.reporter} reports them, with {reading.partner}{basis}{source}"


def _clause(clause: Clause, name: str) -> Iterator[str]:
    target = ""
    if clause.target is not None and clause.unit is not None and clause.bound is not None:
        target = f", {_BOUNDS[clause.bound]} {_amount(clause.target, clause.unit)}"
    actor = f"{clause.actor}: " if clause.actor else ""
    deadline = f", at {_moment(clause.deadline)}" if clause.deadline is not None else "; unknown when"
    act = clause.act or "no conduct is given"
    yield f"  {name}, “{clause.title}”: {actor}{act}{target}{_over(clause.scope)}{deadline}."
    yield f"    Judged by {clause.judge}." if clause.judge else "    Nobody is named who is to judge it."
    for line in _evidence_of(clause):
        yield "  " + line


def _evidence_of(part: Term | Clause) -> Iterator[str]:
    """Yield where the text shows each element, which it does not show, and the marks on them (E1)."""
    shown = [(name, getattr(part.shown, name)) for name in ELEMENTS]
    if found := [f"{name} {_place(place)}" for name, place in shown if place is not None]:
        yield f"  Shown in the text: {'; '.join(found)}."
    if absent := [name for name, place in shown if place is None]:
        yield f"  Not shown in the text: {_list(absent)}."
    for mark in part.marks:
        why = "is hedged" if mark.mark == "qualified" else "differs between texts"
        yield f"  The {mark.element} {why} ({mark.mark}): {_place(mark.shown)}."


# --- small parts ----------------------------------------------------------------------------------------------------


def _quote(quote: Quote, name: str) -> Iterator[str]:
    spoken = [part for part in (quote.speaker, quote.spoken_by) if part]
    about = [quote.language, *([f"spoken by {', '.join(spoken)}"] if spoken else []), quote.locator]
    yield f"{name} ({'; '.join(part for part in about if part)}): “{quote.text}”"
    if quote.translation is not None:
        one = quote.translation
        yield f"  In {one.language}, translated by {one.translator}: “{one.text}”"
    if quote.source is not None:
        for line in _source(quote.source):
            yield f"  {line}"


def _source(source: Source) -> Iterator[str]:
    dated = f", {source.date}" if source.date else ", date unknown"
    language = f", in {source.language}" if source.language else ""
    role = source.role.replace("_", " ")
    publisher = f"{source.publisher} (the publisher is: {role})"
    yield f"Source: “{source.title}”, {publisher}{dated}{language}; {source.certainty}."
    yield f"  Read in: {source.via.copy_read} ({source.via.how.replace('_', ' ')})."
    if source.address is not None:
        yield f"  At {source.address}{f', retrieved {source.retrieved}' if source.retrieved else ''}."
    elif source.retrieved is not None:
        yield f"  Retrieved {source.retrieved}."
    if source.digest is not None:
        yield f"  Archived copy {source.digest}."


def _note(note: str | None) -> Iterator[str]:
    if note is not None:
        yield f"Note: {note}"


def _place(shown: Shown) -> str:
    by_words = f"by “{shown.words}” in quotation {shown.quote}" if shown.words is not None else ""
    by_place = f"at {shown.locator}" if shown.locator is not None else ""
    return ", ".join(part for part in (by_words, by_place) if part)


def _over(scope: Scope | None) -> str:
    if scope is None:
        return ""
    revision = f" {scope.revision}" if scope.revision else ""
    return f" of {scope.title} ({scope.classification}{revision}: {_list(scope.codes)})"


def _amount(quantity: str, unit: str) -> str:
    whole, point, rest = quantity.partition(".")
    # Grouped, as nobody counts zeros; "-0" is the whole part of a small negative number, and keeps its sign.
    number = f"{int(whole):,}{point}{rest}" if whole != "-0" else quantity
    return f"{number} {measurement(unit).title} ({unit})"


def _period(period: Period) -> str:
    return (
        f"from {period.start} to {period.end}" if period.end is not None else f"from {period.start} on, without an end"
    )


def _moment(moment: str | Moment) -> str:
    return moment if isinstance(moment, str) else f"{moment.local} in {moment.zone} ({moment.at})"


def _list(items: object) -> str:
    """Return the parts of a list in words."""
    parts = [str(item) for item in items]  # type: ignore[attr-defined]  # any iterable of text
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def _members(value: object, path: str) -> Iterator[str]:
    """Yield every member of a value, one a line, by its path."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _members(item, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list):
        if not value:
            yield f"{path}: none"
        for number, item in enumerate(value):
            yield from _members(item, f"{path}[{number}]")
    else:
        yield f"{path}: {'unknown' if value is None else str(value).lower() if isinstance(value, bool) else value}"
