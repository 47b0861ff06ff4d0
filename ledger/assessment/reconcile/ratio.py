"""The typed ratios of one channel: gross, incremental and pace, each with its words (R7).

A ratio says what was divided by what; ``ledger.model.ratio`` refuses to compare unlike ones. Values are fractions,
words print percentages. A zero denominator gives null with its reason.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from ledger.assessment.reconcile.amount import exact_or_rounded, fraction_text, in_words, percent, unit_words
from ledger.assessment.reconcile.asked import Asked, measured_in_words, scope_in_words
from ledger.assessment.reconcile.channel import Channel
from ledger.assessment.reconcile.decision import Owed
from ledger.assessment.reconcile.pace import Season
from ledger.assessment.reconcile.span import Span, day_text, words
from ledger.model.ratio import Ratio
from ledger.model.value import Period

_OWED = {"at_least": "owed", "at_most": "allowed", "exactly": "set"}
_ELEMENTS = {"quantity": "amount", "timing": "period", "reference": "baseline", "scope": "scope"}


@dataclass(frozen=True, slots=True)
class Measured:
    """What all ratios of one channel have in common.

    Attributes:
        actual: without what straddles the period's edge; ``high`` with it.
    """

    asked: Asked
    channel: Channel
    owed: Owed
    window: Span
    vintage: str
    coverage: Fraction
    actual: Fraction
    high: Fraction

    @property
    def _unit(self) -> str:
        return self.asked.term.unit

    def gross(self) -> Ratio:
        """Return actual ÷ target."""
        amount = f"{self._actual()} of {in_words(self.owed.level, self._unit)} {_OWED[self.owed.bound]}"
        return self._ratio("gross", Fraction(0), "target", self.owed.level, amount)

    def incremental(self, baseline: Fraction) -> Ratio:
        """Return (actual − baseline) ÷ (target − baseline)."""
        owed = self.owed.level - baseline
        what = f"{in_words(abs(owed), self._unit)} {_OWED[self.owed.bound]}"
        if owed < 0:
            # A decrease: both parts are negative, and people count them downwards.
            what = f"{in_words(-owed, self._unit)} {'owed' if self.owed.bound == 'at_most' else 'allowed'}"
            low, high = in_words(baseline - self.high), in_words(baseline - self.actual)
            less = low if self.actual == self.high else f"{low} to {high}"
            amount = f"the baseline of {in_words(baseline)} less {self._actual()} is {less} of {what} below it"
        else:
            less = self._actual(less=baseline)
            amount = f"{self._actual()} less the baseline of {in_words(baseline)} is {less} of {what} above it"
        return self._ratio("incremental", baseline, "target less baseline", owed, amount)

    def pace_linear(self, until: int, share: Fraction) -> Ratio:
        """Return actual ÷ target to date, by days."""
        return self._pace("linear", until, self.owed.level * share, "by days")

    def pace_seasonal(self, until: int, season: Season) -> Ratio:
        """Return actual ÷ target to date, by the reference year's shares; null where no year can tell."""
        due = None if season.share is None else self.owed.level * season.share
        return self._pace("seasonal", until, due, f"by the season of {season.year}", reason=season.reason)

    def _pace(
        self,
        proration: Literal["linear", "seasonal"],
        until: int,
        due: Fraction | None,
        how: str,
        *,
        reason: str | None = None,
    ) -> Ratio:
        if due is None:
            amount = f"{self._actual()} {unit_words(self._unit)} by {day_text(until)}"
        else:
            amount = f"{self._actual()} of {in_words(due, self._unit)} due by {day_text(until)}, reckoned {how}"
        return self._ratio("pace", Fraction(0), "target to date", due, amount, proration=proration, reason=reason)

    def _actual(self, *, less: Fraction = Fraction(0)) -> str:
        """Return what was observed in words: two numbers where something straddles the period's edge (R10)."""
        low, high = in_words(self.actual - less), in_words(self.high - less)
        return low if self.actual == self.high else f"{low} to {high}"

    def _of_members(self) -> str:
        """Return the mark of figures that members of a group are put together from: unlike the group's own (R3, R7)."""
        return f", put together from members of {self.channel.group}" if self.channel.parts else ""

    def _imputed(self) -> str:
        """Return the mark of numbers that are not in the pledge's own text, wherever they are printed (R17)."""
        elements = ", ".join(dict.fromkeys(_ELEMENTS[one.element] for one in self.asked.term.imputed))
        return f" (imputed, not in the text: {elements})" if elements else ""

    def _ratio(
        self,
        kind: Literal["gross", "incremental", "pace"],
        less: Fraction,
        denominator: Literal["target", "target less baseline", "target to date"],
        below: Fraction | None,
        amount: str,
        *,
        proration: Literal["none", "linear", "seasonal"] = "none",
        reason: str | None = None,
    ) -> Ratio:
        """Return (actual − ``less``) ÷ ``below``; its value is without what straddles, ``high`` with it."""
        if below == 0:
            reason = f"the {denominator} is zero"
        value, most = ((end - less) / below if below else None for end in (self.actual, self.high))
        if value is None or most is None:
            result = f"; no ratio: {reason}"
        else:
            least, most = sorted((value, most))
            result = f" = {percent(least)}" if least == most else f" = {percent(least)} to {percent(most)}"
        reading, channel = self.asked.reading, self.channel
        what = f"{measured_in_words(self.asked, channel.basis)} by {channel.source}/{channel.name}{self._of_members()}"
        return Ratio(
            kind=kind,
            term=self.asked.term.id,
            measure=reading.type,
            reporter=reading.reporter,
            partner=reading.partner,
            basis=channel.basis,
            source=channel.source,
            channel=channel.name,
            vintage=self.vintage,
            scope=f"{scope_in_words(self.asked.term)}{self._of_members()}",
            period=Period(start=day_text(self.window.first), end=day_text(self.window.last)),
            coverage=fraction_text(self.coverage),
            unit=self._unit,
            numerator=exact_or_rounded(self.actual - less),
            denominator=denominator,
            denominator_value=None if below is None else exact_or_rounded(below),
            proration=proration,
            value=None if value is None else fraction_text(value),
            high=None if most is None or most == value else fraction_text(most),
            reason=reason if value is None else None,
            words=f"{what}, {words(self.window)}: {amount}{result}{self._imputed()}",
        )
