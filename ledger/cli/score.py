"""``pledger score``: could a breach be shown, answered for, made costly? With the reason for every level (E1–E10)."""

from typing import Annotated, Final

import typer

from ledger.cli.option import AsOf, EngineName, Json, LedgerDirectory, Size
from ledger.cli.output import Progress, answer, panel, say
from ledger.cli.panel import heading, panel_lines, whole_lines
from ledger.cli.place import open_chosen, view_words
from ledger.cli.status import erased_lines
from ledger.report.document import score_document

EXAMPLES: Final = """\
\b
Examples:
  pledger score cn-soy-5mt-2019 --as-of 2026-08-27
  pledger score phase-one-annex-6-1 --as-of 2026-08-27 --all
  pledger score phase-one-annex-6-1 --as-of 2026-08-27 --json
"""

ANSWER: Final = {
    "view": "`size` and `as_of`: what was known (R1)",
    "method": "version of the method",
    "subject": "the commitment",
    "title": "of the commitment",
    "score": "`written` and `practised`, each low and high, in points of 100 (E4)",
    "band": "`written` and `practised`, each low and high (E7)",
    "point": "whether `written` and `practised` may be printed as one number, and `why_not` (E6)",
    "dimensions": (
        "by letter (P V K O A R X): `dimension`, `name`, `written` and `practised` (levels: low, high), whether "
        "practice was `observed`, `reasons` (`written` and `practised`: `rule`, `code` of the lint's rule, `says`, "
        "`cites` with `entry`, `statement` and `field`), `attested`"
    ),
    "pillars": "`written` and `practised`: B, N and Q as fractions of one, low and high (E4)",
    "gates": "the caps that applied: `rule`, `cap`, `side`, `end`, `says` (E5)",
    "erosion": "written less practised, low and high",
    "robustness": (
        "`written` and `practised`: `runs`, `holds` and `share` (one level off at most), `together`, `together_holds` "
        "and `together_share` (all seven off by one at most), `turns` and `first` (what turns the band first), `words` "
        "(E8)"
    ),
    "raises": (
        "what one level more of each dimension is worth as written: `dimension`, `level`, `next`, `is_known`, `gain`, "
        "`earns`, `codes` of `pledger lint` (E9)"
    ),
    "unknown": "what would narrow the interval",
    "objection": (
        "the strongest objection and the `rule` by which it was chosen: `side`, `dimension`, what it `becomes`, "
        "`words`, `cites`"
    ),
    "terms": "P, V and K of each material term",
    "beside": (
        "never in the score (E10): `performance` (`state`, `trial`, `terms`, `words`), `depth` (by `term`: `source`, "
        "`channel`, `counterfactual`, `amount`, `value`, `reason`, `words`), `leverage` (`title`, `since`, `until`, "
        "`state`, `lapsed`), `quadrant` (`enforceability`, `performance`, `story`), `credibility` of each obligor "
        "(`trials`, `mean`, `interval`, `counted`, `left_out`, `rules`)"
    ),
    "erased": "what the score could rest on, had it not been erased",
}


def score(
    subject: Annotated[str, typer.Argument(metavar="SUBJECT", help="A commitment.")],
    as_of: AsOf = None,
    size: Size = None,
    engine: EngineName = None,
    ledger: LedgerDirectory = None,
    is_whole: Annotated[
        bool, typer.Option("--all", help="Every reason with its entries, every gain, every trial and rule.")
    ] = False,
    is_alone: Annotated[
        bool, typer.Option("--alone", help="Without the obligor's credibility, which takes all its commitments.")
    ] = False,
    json: Json = False,
) -> None:
    """Show how enforceable a pledge is, as written and as practised: the band, its reasons, the strongest objection.

    Beside it, never in it: what was kept, what the obligor's word was worth so far, how deep the target is, what backs
    it.
    """
    with open_chosen(ledger, engine=engine) as opened, Progress("Scoring"):
        view = opened.view(as_of, size)
        (result,) = opened.results(view, (subject,))
        credited = () if is_alone else tuple(opened.credibility(party, view) for party in result.obligors)
    if json:
        answer(score_document(view, result, credited))
        return
    say(view_words(view), *erased_lines(result.erased))
    panel(heading(result), panel_lines(result, credited))
    if is_whole:
        say(*whole_lines(result, credited))
