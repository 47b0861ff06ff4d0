"""``pledger draft``: pledges proposed out of a text, for a person to accept, mend or refuse; nothing is recorded."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, get_args

import typer

from ledger.cli.file import read_file, write_file
from ledger.cli.option import Json, LedgerDirectory
from ledger.cli.output import answer, harmless, note, one_line, say
from ledger.cli.place import chosen_place, open_chosen
from ledger.errors import MalformedError, UsageError

if TYPE_CHECKING:
    from ledger.assessment.enforceability.lint import Lint
    from ledger.ingest.draft.composed import Composed, Frame
    from ledger.ingest.draft.proposal import Proposal
    from ledger.ingest.draft.span import Span
    from ledger.ingest.draft.text import Document
    from ledger.ingest.draft.vocabulary import Vocabulary

EXAMPLES: Final = """\
\b
Examples:
  pledger draft communique.html                      what it seems to promise, word by word
  pledger draft article.txt --date 2019-02-02 --form post --issuer us --role third_party --publisher "A newspaper"
  pledger draft treaty.pdf --issuer cn --issuer us --accept 1,4 -o pledges.yaml
  pledger draft treaty.pdf --refuse 3 -o pledges.yaml     all but the third
  pledger lint pledges.yaml                          once it is mended; then: pledger record pledges.yaml
  pledger draft note.txt --party acme=Acme --vocabulary mine.toml
"""

ANSWER: Final = {
    "source": (
        "`file`, `form` (text, html or pdf), `digest` of its bytes, `text_digest` of the text that spans count in, "
        "`characters`, `title`, `day` (null where the text names none and --date does not)"
    ),
    "vocabulary": "the digest of the vocabulary that was used",
    "proposals": (
        "for each: `number`, `kind`, `sentence`, `actor`, `verb` (with `strength`), `act`, `measured`, `direction`, "
        "`amounts` (`target`, `unit`, `bound`, `qualified`, `is_increment`), `baseline`, `times` (`role`, `start_day`, "
        "`end_day`, `years`, `is_relative`), `hedges`, `goods`, `others`, `speaker`, `condition`, `stem` (of an "
        "item of a list); each with `start` and `end` "
        "(characters from 0, the end not included) and `words`; `draft` (`subject`, `body`, `open`: members that "
        "the text does not settle), and `lint` (`low`, `high`, `low_band`, `high_band`, `faults`, `unknown`), null "
        "where it has no score"
    ),
    "instrument": "the draft of the document itself: `subject`, `body`, `open`",
    "written": "the numbers of the proposals that were written to the file of --output; empty without it",
}


@dataclass(frozen=True, slots=True)
class _Read:
    """A text, read: its proposals with their drafts and what the lint says of each."""

    document: "Document"
    vocabulary: "Vocabulary"
    proposals: "tuple[Proposal, ...]"
    instrument: "Composed"
    drafts: "tuple[Composed, ...]"
    lints: "tuple[Lint | None, ...]"


def draft(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A communiqué or an article: text, HTML or PDF.")],
    *,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="YAML", help="Write the accepted ones there.", show_default=False),
    ] = None,
    accept: Annotated[
        str | None,
        typer.Option("--accept", metavar="N,…", help="Numbers of those to write, or all.", show_default=False),
    ] = None,
    refuse: Annotated[
        str | None,
        typer.Option("--refuse", metavar="N,…", help="Write all but these.", show_default=False),
    ] = None,
    date: Annotated[
        str | None,
        typer.Option("--date", metavar="DAY", help="Of the document; else the one it begins with.", show_default=False),
    ] = None,
    issuer: Annotated[
        list[str] | None,
        typer.Option("--issuer", metavar="PARTY", help="Whose document it is; may be given again.", show_default=False),
    ] = None,
    form: Annotated[
        str | None,
        typer.Option("--form", metavar="FORM", help="communique, treaty, statement, post, …", show_default=False),
    ] = None,
    role: Annotated[
        str | None,
        typer.Option(
            "--role", metavar="ROLE", help="Its publisher's: obligor, obligee, joint, third_party, leak.",
            show_default=False,
        ),
    ] = None,
    publisher: Annotated[
        str | None, typer.Option("--publisher", metavar="NAME", help="Who published it.", show_default=False)
    ] = None,
    title: Annotated[
        str | None, typer.Option("--title", metavar="TITLE", help="Of the document; else its own.", show_default=False)
    ] = None,
    address: Annotated[
        str | None, typer.Option("--address", metavar="URL", help="Where it stands.", show_default=False)
    ] = None,
    instrument: Annotated[
        str | None,
        typer.Option("--instrument", metavar="SUBJECT", help="Its short name; else the file's.", show_default=False),
    ] = None,
    party: Annotated[
        list[str] | None,
        typer.Option("--party", metavar="PARTY=NAME", help="A further party; may be given again.", show_default=False),
    ] = None,
    vocabulary: Annotated[
        Path | None,
        typer.Option("--vocabulary", metavar="TOML", help="Words of your own, over ours.", show_default=False),
    ] = None,
    ledger: LedgerDirectory = None,
    json: Json = False,
) -> None:  # fmt: skip
    """Propose pledges out of a text, each tied to its words, for you to accept, mend or refuse. Nothing is recorded."""
    from ledger.ingest.draft.composed import Frame

    _check(date=date, form=form, role=role, slugs=(*(issuer or ()), *((instrument,) if instrument else ())))
    if output is None and (accept or refuse):
        raise UsageError("--accept and --refuse choose what is written; name the file with -o.")
    if output is not None and (accept is None) == (refuse is None):
        raise UsageError("Nothing is written that nobody accepted; give either --accept N,… (or all) or --refuse N,….")
    frame = Frame(
        instrument=instrument or _slug(file), day=date, title=title, form=form, issuers=tuple(issuer or ()),
        publisher=publisher, role=role, address=address,
    )  # fmt: skip
    found = _propose(file, frame, _vocabulary(vocabulary, party or [], ledger))
    chosen = _chosen(found, accept, refuse) if output is not None else ()
    if output is not None:
        _write(found, chosen, output)
    if json:
        answer(_document(found, chosen))
        return
    say(*_lines(found))
    if output is not None:
        listed = ", ".join(str(one.number) for one in chosen)
        say(
            "",
            f"Wrote {output}: the document and {listed}. Mend it, then: pledger lint {output}; pledger record {output}",
        )


# --- what is given ----------------------------------------------------------------------------------------------------


def _check(*, date: str | None, form: str | None, role: str | None, slugs: Sequence[str]) -> None:
    """Refuse an option that no draft could hold."""
    from ledger.model.instrument import Form
    from ledger.model.value import SLUG, PartyRole
    from ledger.runtime import chosen_day

    if date is not None:
        chosen_day(date)
    for name, said, known in (("--form", form, get_args(Form)), ("--role", role, get_args(PartyRole))):
        if said is not None and said not in known:
            raise UsageError(f"There is no {name} {said}; use one of {', '.join(known)}.")
    for slug in slugs:
        if not re.fullmatch(SLUG, slug) or len(slug) > 60:
            raise UsageError(f"{one_line(slug)} is no short name; use small letters, digits, hyphens and dots.")


def _slug(file: Path) -> str:
    """Return a short name for a document out of its file's."""
    return re.sub(r"[^a-z0-9]+", "-", file.stem.lower()).strip("-")[:60].strip("-") or "document"


def _vocabulary(path: Path | None, parties: Sequence[str], ledger: Path | None) -> "Vocabulary":
    from ledger.ingest.draft.vocabulary import LIMIT, Known, extended, shipped, with_parties

    base = shipped() if path is None else extended(read_file(path, limit=LIMIT), name=path.name)
    known: dict[str, Known] = {}
    directory = _at_hand(ledger)
    if directory is not None:
        with open_chosen(directory) as opened:
            for slug, fact in opened.known(opened.view(None, None)).parties.items():
                names = tuple(name for name in fact.body.names.values() if "\n" not in name and len(name) <= 80)
                known[slug] = Known(names=names)
    for said in parties:
        slug, mark, name = said.partition("=")
        _check(date=None, form=None, role=None, slugs=(slug,))
        if not mark or not name.strip() or len(name) > 80:
            raise UsageError(
                f"--party {one_line(said)} is not PARTY=NAME; write its short name, =, and what it is called."
            )
        held = known.get(slug, Known(names=()))
        known[slug] = Known(names=(*held.names, name.strip()))
    return with_parties(base, known) if known else base


def _at_hand(ledger: Path | None) -> Path | None:
    """Return the ledger that is meant; null where none is given and none is at hand, as a text needs none."""
    try:
        return chosen_place(ledger)
    except UsageError:
        if ledger is not None:
            raise
        return None


def _propose(file: Path, frame: "Frame", vocabulary: "Vocabulary") -> _Read:
    from dataclasses import replace

    from ledger.ingest.draft.composed import compose_commitment, compose_instrument
    from ledger.ingest.draft.proposal import propose
    from ledger.ingest.draft.text import LIMIT, read_document

    document = read_document(read_file(file, limit=LIMIT), name=file.name)
    frame = replace(frame, day=frame.day or document.day)
    proposals = propose(document, vocabulary, issuers=frame.issuers, day=frame.day)
    instrument = compose_instrument(document, frame)
    drafts = tuple(compose_commitment(one, document, vocabulary, frame) for one in proposals)
    return _Read(document, vocabulary, proposals, instrument, drafts, tuple(_lint(instrument, one) for one in drafts))


def _lint(instrument: "Composed", commitment: "Composed") -> "Lint | None":
    """Return what the lint says of a draft; null where what is open keeps it from having a score."""
    from ledger.assessment.drafted import drafted, last_day
    from ledger.assessment.enforceability.lint import lint
    from ledger.ingest.document import Draft, check_draft
    from ledger.ingest.draft.composed import weighable

    statements = []
    for one in (instrument, commitment):
        body = weighable(one)
        if body is None:
            return None
        try:
            kind: Any = one.kind
            statements.append(check_draft(Draft(kind, one.subject, None, None, body, one.subject)))
        except MalformedError:  # it has to be mended first, and says where once it is written
            return None
    return lint(drafted(statements, as_of=last_day(statements)), commitment.subject)


# --- what is written --------------------------------------------------------------------------------------------------


def _chosen(found: _Read, accept: str | None, refuse: str | None) -> "tuple[Proposal, ...]":
    """Return the proposals that are to be written."""
    everything = {one.number for one in found.proposals}
    said = accept if accept is not None else refuse or ""
    numbers = everything if said.strip() == "all" else _numbers(said)
    if unknown := sorted(numbers - everything):
        raise UsageError(f"There is no proposal {unknown[0]}; there are {len(everything)}.")
    kept = numbers if accept is not None else everything - numbers
    if not kept:
        raise UsageError("No proposal is left to be written; accept one, or leave -o out.")
    return tuple(one for one in found.proposals if one.number in kept)


def _numbers(said: str) -> set[int]:
    if not re.fullmatch(r"\s*[0-9]{1,6}(?:\s*,\s*[0-9]{1,6})*\s*", said, re.ASCII):
        raise UsageError(f"{one_line(said) or 'Nothing'} is no list of numbers; write 1,4 or all.")
    return {int(one) for one in said.split(",")}


def _write(found: _Read, chosen: "Sequence[Proposal]", path: Path) -> None:
    from ledger.ingest.draft.written import format_drafts

    drafts = [found.instrument, *(found.drafts[one.number - 1] for one in chosen)]
    write_file(path, format_drafts(drafts, found.document))
    still = sum(len(one.open) for one in drafts)
    if still:
        counted = "1 member is" if still == 1 else f"{still} members are"
        note(f"{counted} open, as the text does not settle what a statement needs; pledger record asks by its line.")


# --- what is said -----------------------------------------------------------------------------------------------------


def _lines(found: _Read) -> Iterator[str]:
    document = found.document
    yield f"{one_line(document.title or document.name)} ({document.form}, {document.digest})"
    day = found.instrument.body["announced"]
    yield f"Of {day}." if day else "Its day is not known, so that relative times stay unknown; give --date."
    for one, composed, lint in zip(found.proposals, found.drafts, found.lints, strict=True):
        yield ""
        yield from _proposal_lines(document, one, composed, lint)
    yield ""
    if not found.proposals:
        yield "No sentence was found that promises; rules miss some, so that this does not say that there is none."
    else:
        yield f"{len(found.proposals)} proposed; nothing is recorded. Rules miss and misread pledges: docs/drafting.md."
    if lacking := [name for name in ("form", "issuers", "source.role") if name in found.instrument.open]:
        options = {"form": "--form", "issuers": "--issuer", "source.role": "--role"}
        yield f"Without {', '.join(options[name] for name in lacking)} there is no score."


def _proposal_lines(document: "Document", one: "Proposal", composed: "Composed", lint: "Lint | None") -> Iterator[str]:
    yield f"{one.number}  {document.locate(one.sentence)}: “{harmless(' '.join(document.words(one.sentence).split()))}”"
    if one.stem is not None:
        yield f"   {'list of':<10} “{one_line(document.words(one.stem))}” [{one.stem.start}–{one.stem.end}]"
    for name, read, span in _rows(one):
        words = f"  “{one_line(document.words(span))}” [{span.start}–{span.end}]" if span is not None else ""
        yield f"   {name:<10} {read}{words}"
    if composed.open:
        yield f"   {'open':<10} {', '.join(composed.open)}"
    if lint is not None:
        faults = sum(found.is_fault for found in lint.findings)
        bands = " to ".join(dict.fromkeys((lint.low_band, lint.high_band)))
        points = " to ".join(dict.fromkeys((lint.low, lint.high)))
        unknown = len(lint.findings) - faults
        counted = "1 fault" if faults == 1 else f"{faults} faults"
        yield f"   {'lint':<10} {counted}, {unknown} not known; as written: {bands} ({points})"


def _rows(one: "Proposal") -> "Iterator[tuple[str, str, Span | None]]":
    """Yield what was read in a proposal: its name, what it is taken for, and its words."""
    who = " and ".join(one.actor.parties) or "not known" if one.actor is not None else "nobody is named"
    yield "actor", who, one.actor.span if one.actor is not None else None
    yield "verb", one.operative.strength, one.operative.span
    yield "term", one.kind, one.act
    if one.condition is not None:
        yield "trigger", "judge unknown", one.condition
    if one.measured is not None:
        yield "measure", one.measured.name, one.measured.span
    for amount in one.amounts:
        bound = f"{amount.bound.replace('_', ' ')} " if amount.bound else ""
        more = (", qualified" if amount.qualified else "") + (", additional" if amount.is_increment else "")
        yield "amount", f"{bound}{amount.target} {amount.unit}{more}", amount.whole
    if one.baseline is not None:
        yield "baseline", str(one.baseline.year), one.baseline.span
    for when in one.times:
        known = ", ".join(map(str, when.years)) or " to ".join(filter(None, (when.start, when.end)))
        more = ", from the document's day" if when.is_relative and known else ""
        yield "when", f"{when.role} {known or ('' if when.role == 'rate' else 'unknown')}{more}".rstrip(), when.span
    for span in one.hedges:
        yield "hedge", "softens", span
    for goods in one.goods:
        yield "scope", goods.name, goods.span
    if one.speaker is not None:
        yield "said by", " and ".join(one.speaker.parties) or "not known", one.speaker.span


def _document(found: _Read, chosen: "Sequence[Proposal]") -> dict[str, object]:
    document = found.document
    return {
        "source": {
            "file": document.name, "form": document.form, "digest": document.digest,
            "text_digest": document.text_digest,
            "characters": len(document.text), "title": document.title, "day": found.instrument.body["announced"],
        },
        "vocabulary": found.vocabulary.digest,
        "proposals": [
            _plain(document, one) | {"draft": _plain_draft(composed), "lint": _plain_lint(lint)}
            for one, composed, lint in zip(found.proposals, found.drafts, found.lints, strict=True)
        ],
        "instrument": _plain_draft(found.instrument), "written": [one.number for one in chosen],
    }  # fmt: skip


def _plain_draft(one: "Composed") -> dict[str, object]:
    return {"subject": one.subject, "body": one.body, "open": list(one.open)}


def _plain_lint(lint: "Lint | None") -> dict[str, object] | None:
    if lint is None:
        return None
    faults = sum(found.is_fault for found in lint.findings)
    return {
        "low": lint.low, "high": lint.high, "low_band": lint.low_band, "high_band": lint.high_band, "faults": faults,
        "unknown": len(lint.findings) - faults,
    }  # fmt: skip


def _plain(document: "Document", one: "Proposal") -> dict[str, object]:
    """Return a proposal as JSON data, every part with its span and its words."""

    def at(span: "Span | None", **more: object) -> dict[str, object] | None:
        return None if span is None else {**more, "start": span.start, "end": span.end, "words": document.words(span)}

    return {
        "number": one.number, "kind": one.kind, "sentence": at(one.sentence),
        "actor": at(one.actor.span, parties=list(one.actor.parties)) if one.actor is not None else None,
        "verb": at(one.operative.span, strength=one.operative.strength), "act": at(one.act),
        "measured": at(one.measured.span, name=one.measured.name) if one.measured is not None else None,
        "direction": at(one.direction.span, name=one.direction.name) if one.direction is not None else None,
        "amounts": [
            at(
                amount.whole, target=amount.target, unit=amount.unit, bound=amount.bound,
                qualified=at(amount.qualified), is_increment=amount.is_increment,
            ) for amount in one.amounts
        ],
        "baseline": at(one.baseline.span, year=one.baseline.year) if one.baseline is not None else None,
        "times": [
            at(when.span, role=when.role, start_day=when.start, end_day=when.end, years=list(when.years),
               is_relative=when.is_relative)
            for when in one.times
        ],
        "hedges": [at(span) for span in one.hedges],
        "goods": [at(goods.span, name=goods.name) for goods in one.goods], "others": list(one.others),
        "speaker": at(one.speaker.span, parties=list(one.speaker.parties)) if one.speaker is not None else None,
        "condition": at(one.condition), "stem": at(one.stem),
    }  # fmt: skip
