"""The rules of the lint: for each, what keeps a level from the next one and the words that would earn it (method E9).

A rule has the number of its dimension in the order of the table, then its own, in the order of the rows: ``PL1xx``
precision to ``PL7xx`` durability; ``…00`` is for what is not known, which is never a fault (E6). The modules of the
dimensions say which rule holds a level where it is; what is here is only said once for everybody: the lint, its page in
the documents, SARIF. Nothing is derived here.
"""

from collections.abc import Mapping
from typing import NamedTuple

from ledger.assessment.enforceability.pillar import DIMENSIONS
from ledger.model.attestation import Dimension
from ledger.model.term import ELEMENTS, Element


class Rule(NamedTuple):
    """One rule.

    Attributes:
        row: of the table where it holds a level; for precision, where any number of rules add up, the row is none.
        title: what is at fault, in a few words.
        earns: the text that would earn more, with places for ``{obligor}``, ``{obligee}`` and ``{title}``.
        bad: an example that runs into the rule, and ``good`` one that does not.
    """

    code: str
    dimension: Dimension
    row: int | None
    title: str
    earns: str
    bad: str
    good: str

    @property
    def is_fault(self) -> bool:
        """Whether it names a fault; what is not known is none."""
        return not self.code.endswith("00")


_ALL: tuple[Rule, ...] = (
    # --- precision ---
    Rule("PL101", "P", None, "no actor is shown", 'name who acts: "{obligor} shall …"',
         "Purchases of soybeans will rise.", "China shall purchase soybeans."),
    Rule("PL102", "P", None, "no action and measure are shown",
         'name the act and by which kind of figure it is measured: "shall import", "shall export"',
         "There will be soybeans.", "China shall import soybeans."),
    Rule("PL103", "P", None, "neither a quantity nor pass/fail conduct is shown",
         'give an amount and its unit, or an act that is done or not: "no less than 5 million tonnes"',
         "China will substantially increase imports.", "China shall import no less than 5 million tonnes."),
    Rule("PL104", "P", None, "no deadline and no period are shown",
         'give the day or the period: "by 31 December 2020", "from 1 January 2020 through 31 December 2021"',
         "China shall import 5 million tonnes.", "China shall import 5 million tonnes in 2019."),
    Rule("PL105", "P", None, "no baseline and no absolute reference are shown",
         'say what it is counted from: "above the corresponding 2017 baseline amount"; an absolute amount is its own',
         "China shall import 12.5 billion dollars more.", "China shall import 12.5 billion dollars more than in 2017."),
    Rule("PL106", "P", None, "no scope is shown",
         'name the goods, services or acts, best by codes: "the products of heading 1201 of the Harmonized System"',
         "China shall import more goods.", "China shall import soybeans (heading 1201)."),
    Rule("PL107", "P", None, "an element is qualified and counts one half",
         'strike the words that soften it ("up to", "around", "towards")',
         "China shall import up to 5 million tonnes.", "China shall import no less than 5 million tonnes."),
    Rule("PL108", "P", None, "an element differs between texts and counts one half",
         "have both texts say the same",
         'One text says "purchase", the other "import".', 'Both authentic texts say "import".'),
    Rule("PL109", "P", None, "the text does not settle the measure, which counts one half",
         'say whose figures of what decide: "exports as recorded by the exporting Party"',
         "China shall purchase 5 million tonnes.", "China shall import 5 million tonnes, by its customs statistics."),
    Rule("PL110", "P", None, "a number is imputed and not the text's own",
         "write the number into the text",
         "China shall buy as discussed.", "China shall buy 5 million tonnes."),
    Rule("PL111", "P", None, "the trigger shows no actor", "name whose act or state the condition is about",
         "Unless there is progress, duties rise.", "Unless China has published the law, duties rise."),
    Rule("PL112", "P", None, "the trigger shows no act that somebody named is to judge",
         'name what must hold and who judges it: "if the Joint Committee finds that …"',
         "If talks go well, duties fall.", "If the Joint Committee finds that the law is in force, duties fall."),
    Rule("PL113", "P", None, "the trigger shows neither a quantity nor pass/fail conduct",
         "give the amount or the act by which the condition holds or does not",
         "If imports grow enough, duties fall.", "If imports exceed 5 million tonnes, duties fall."),
    Rule("PL114", "P", None, "the trigger shows no deadline", 'say when it is tested: "on 1 March 2019"',
         "If the law is published, duties fall.", "If the law is published by 1 March 2019, duties fall."),
    Rule("PL115", "P", None, "the trigger shows no reference",
         "say against what the condition is held",
         "If imports are higher, duties fall.", "If imports exceed those of 2017, duties fall."),
    Rule("PL116", "P", None, "the trigger shows no scope", "name the goods or acts that the condition is about",
         "If purchases exceed 5 million tonnes, duties fall.",
         "If purchases of soybeans exceed 5 million tonnes, duties fall."),
    Rule("PL117", "P", None, "nobody named is to judge whether the trigger holds",
         'name the judge: "as determined by the Joint Committee"',
         "If the outcome is satisfactory, duties fall.",
         "If the Joint Committee finds the outcome satisfactory, duties fall."),
    # --- verifiability ---
    Rule("PL200", "V", None, "how it is verified is not known", "record by whose figures or records it can be checked",
         "indicators: null", "indicators: [a publisher, what it publishes and when]"),
    Rule("PL201", "V", 0, "nothing verifies it",
         'name who publishes figures of it: "as recorded in the official trade statistics of {obligor}"',
         "China shall treat imports well.", "China shall publish its imports every month."),
    Rule("PL202", "V", 0, "what verifies it is private", 'have it published: "the figures shall be made public"',
         "The Parties shall exchange figures in confidence.", "The Parties shall publish the figures every quarter."),
    Rule("PL203", "V", 1, "only the claimant's word or the media verify it",
         "name an official or independent statistic that covers it",
         "China will announce its purchases.", "Purchases are those in the official statistics of both Parties."),
    Rule("PL204", "V", 2, "what verifies it is only a proxy", "name a statistic of the very thing that is promised",
         "Progress is read from ship movements.", "Progress is read from customs statistics of imports."),
    Rule("PL205", "V", 2, "what verifies it is disputed", "agree on one source, and name it",
         "Each side relies on its own figures.", "The Parties shall use the figures of the exporting Party."),
    Rule("PL206", "V", 2, "what verifies it comes later than 24 months",
         'ask for earlier figures: "no later than 12 months after the end of the period"',
         "Figures are published three years later.", "Figures are published within two months."),
    Rule("PL207", "V", 2, "figures are a proxy for conduct",
         "name the register, gazette or inspection that shows the act",
         "Whether the law is published shows in trade.", "The law shall be published in the official gazette."),
    Rule("PL208", "V", 2, "what verifies it covers under 80 % of the scope", "name sources that cover the whole scope",
         "Only farm goods are in the statistics named.", "The statistics named cover every product of the annex."),
    Rule("PL209", "V", 3, "the text names no source",
         'name source and method in the text: "the official trade data of … shall be used, counted by …"',
         "China shall import 5 million tonnes.",
         "China shall import 5 million tonnes, by the Census Bureau's exports (FAS)."),
    Rule("PL210", "V", 3, "the text names a source, but not the method",
         'say how it is counted: "exports, free alongside ship, by month of shipment"',
         "By official Chinese and US trade data.",
         "By official trade data, exports free alongside ship, no re-exports."),
    # --- acknowledgement and control ---
    Rule("PL300", "K", None, "who says so too, or controls it, is not known",
         "record what {obligor} said of it, and what share of the flow it controls",
         "No position of the obligor is recorded.", "A position of the obligor, with its words."),
    Rule("PL301", "K", 0, "the obligor denies it", "have {obligor} affirm it in words of its own",
         'China: "there is no such agreement."', 'China: "we will import soybeans as agreed."'),
    Rule("PL302", "K", 0, "the obligor is silent on it", "have {obligor} affirm it in words of its own",
         "China's statement does not mention soybeans.", "China's statement repeats the pledge on soybeans."),
    Rule("PL303", "K", 1, "the obligor affirms the topic, not the terms",
         "have {obligor} state a number, date or product of the term",
         'China: "cooperation on agriculture will expand."', 'China: "we will import 5 million tonnes."'),
    Rule("PL304", "K", 2, "the obligor puts it differently", "have both sides say the same terms",
         'China: "about 3 million tonnes, as the market allows."', 'China and the United States: "5 million tonnes."'),
    Rule("PL305", "K", 2, "the texts of the parties do not match", "have {obligee} publish a text that says the same",
         "Only China's statement has the number.", "Both statements have the same number."),
    Rule("PL306", "K", 3, "most of the flow is not the obligor's to control",
         'promise what {obligor} itself does, or give it the means: "the state reserve shall purchase"',
         "Private refiners are expected to buy.", "The state grain reserve shall buy."),
    Rule("PL307", "K", 3, "matching texts, but no joint one", "put it into one joint text of {obligor} and {obligee}",
         "Two statements that say the same.", "One joint statement."),
    # --- obligation ---
    Rule("PL400", "O", None, "whether it binds is not known",
         "read the text whole, and record whether it says that it binds and what escapes it has",
         "binding: null", "binding: silent, for a text that was read and does not say"),
    Rule("PL401", "O", 0, "only others than the obligor report the words", "quote words of {obligor} itself",
         "The White House: China agreed to buy.", "China: we agree to buy."),
    Rule("PL402", "O", 0, "the text says that it does not bind", "strike the words that say so",
         "This memorandum creates no obligations.", "This memorandum records commitments of the Parties."),
    Rule("PL403", "O", 1, "a political text with a hortatory verb or none",
         'use a verb that commits: "will", "agrees to"',
         "China should strive to import.", "China will import."),
    Rule("PL404", "O", 1, "a committing verb with neither quantity, date nor pass/fail conduct reads as hortatory",
         "give the verb a quantity, a date or an act that is done or not",
         "China will cooperate on trade.", "China will import 5 million tonnes in 2019."),
    Rule("PL405", "O", 2, "a political text", 'put it into a binding text, with "shall": "{obligor} shall …"',
         "China agrees to import, in a joint statement.", "China shall import, in an agreement in force."),
    Rule("PL406", "O", 2, "a binding text without a verb that binds", 'write "shall"',
         "The Parties intend to import, in a treaty.", "The Parties shall import, in a treaty."),
    Rule("PL407", "O", 2, "a unilateral notice, which its maker can change",
         'put it into a binding text with {obligee}, with "shall"',
         "A notice in one party's own register.", "An agreement of both parties."),
    Rule("PL408", "O", 3, "an escape lets the obligor out of this term",
         "strike the escape for this term, or name its case",
         "… subject to market conditions.", "… whatever the market price."),
    # --- answerability ---
    Rule("PL500", "A", None, "before whom a party answers is not known",
         "record the forum, or that the text names none",
         "forum: null", "forum: none, for a text that was read and names none"),
    Rule("PL501", "A", 0, "no forum",
         'name where it is raised: "the Parties shall consult within 30 days of a request"',
         "(The text has no such clause.)", "A Party may request consultations."),
    Rule("PL502", "A", 1, "consultation, peer review or publicity only",
         'set up a body with deadlines: "a Joint Committee, which decides within 60 days"',
         "The Parties will consult.", "The Joint Committee takes it up within 60 days."),
    Rule("PL503", "A", 1, "a body without deadlines", 'give it deadlines: "within 60 days of a request"',
         "The Commission may consider the matter.", "The Commission considers the matter within 60 days."),
    Rule("PL504", "A", 2, "a body that finds nothing that could bind",
         'give it a finding that binds: "the panel\'s finding is binding, where the Parties consent to it"',
         "The Committee makes recommendations.", "A panel decides, by consent of both Parties."),
    Rule("PL505", "A", 3, "a forum that the party complained of can keep from acting",
         'make it compulsory: "at the request of either Party"',
         "By consent of both Parties, a panel decides.", "At the request of either Party, a panel decides."),
    Rule("PL506", "A", 3, "a forum whose finding does not bind", 'make it bind: "the decision is final and binding"',
         "At the request of either Party, a panel reports.",
         "At the request of either Party, a panel decides, with binding effect."),
    # --- remedy ---
    Rule("PL600", "R", None, "whether the text has a remedy is not known",
         "record the remedy, or that the text has none",
         "remedy: null", "remedy: none, for a text that was read and has none"),
    Rule("PL601", "R", 0, "neither a remedy in the text nor a lever behind it",
         'say at least that a breach is made public: "the finding shall be published"',
         "(The text has no such clause.)", "The finding shall be published."),
    Rule("PL602", "R", 1, "publicity only", 'allow a response: "the complaining Party may suspend a concession"',
         "The finding shall be published.", "The complaining Party may suspend its concessions."),
    Rule("PL603", "R", 2, "only a discretionary response outside the text",
         'put the response into the text: "the complaining Party may suspend a concession"',
         "(A tariff threat stands behind it.)", "The complaining Party may suspend its concessions."),
    Rule("PL604", "R", 3, "a remedy that its user judges",
         'fix it and tie it to the test: "for each tonne of shortfall, …"',
         "The Party may take proportionate action.", "For each tonne of shortfall, the duty rises by …"),
    Rule("PL605", "R", 3, "a remedy that needs leave",
         'fix it and tie it to the test: "for each tonne of shortfall, …"',
         "With leave of the Committee, a Party may retaliate.", "For each tonne of shortfall, the duty rises by …"),
    Rule("PL606", "R", 3, "a remedy that is fixed, but not tied to the test",
         'tie it to the test: "for each tonne of shortfall"',
         "A duty of 25 percent applies on complaint.", "A duty of 25 percent applies where imports fall short."),
    # --- durability ---
    Rule("PL700", "X", None, "how long it lasts, or how one leaves, is not known",
         "record the exit rule and the expiry",
         "exit: null", "exit: none, for a text that was read and has no exit rule"),
    Rule("PL701", "X", 0, "no term and no exit rule", 'give it a term: "through 31 December 2021"',
         "China will import more soybeans.", "China will import more soybeans through 2021."),
    Rule("PL702", "X", 1, "a term, but no exit rule", 'add one: "withdrawal takes effect 180 days after notice"',
         "From 2020 through 2021.", "From 2020 through 2021; a Party may leave on 180 days' notice."),
    Rule("PL703", "X", 0, "exit at will", 'ask for notice: "withdrawal takes effect 180 days after notice"',
         "Either Party may leave at any time.", "Either Party may leave on 180 days' notice."),
    Rule("PL704", "X", 0, "no term, and exit on 90 days or less",
         'lengthen it: "withdrawal takes effect 180 days after notice"',
         "Either Party may leave on 60 days' notice.", "Either Party may leave on 180 days' notice."),
    Rule("PL705", "X", 1, "a term, but exit on 90 days or less",
         'lengthen it: "withdrawal takes effect 180 days after notice"',
         "Through 2021; exit on 60 days' notice.", "Through 2021; exit on 180 days' notice."),
    Rule("PL706", "X", 2, "exit on 91 to 365 days",
         'lengthen it: "… takes effect no earlier than 24 months after notice"',
         "Exit on 180 days' notice.", "Exit on 24 months' notice."),
    Rule("PL707", "X", 2, "exit soon, though it triggers the remedy",
         'lengthen it: "… takes effect no earlier than 24 months after notice"',
         "Leaving on 30 days' notice triggers the duty.", "Leaving takes 24 months, and triggers the duty."),
    Rule("PL708", "X", 3, "exit on more than a year", 'close it: "no Party may withdraw from this Article"',
         "Exit on 24 months' notice.", "No Party may withdraw before 2030."),
    Rule("PL709", "X", 3, "exit at the cost of a package", 'close it: "no Party may withdraw from this Article"',
         "Who leaves this leaves the whole agreement.", "No Party may withdraw before 2030."),
)  # fmt: skip

RULES: Mapping[str, Rule] = {rule.code: rule for rule in _ALL}
"""Every rule by its code, in order."""

ELEMENT_CODES: Mapping[Element, str] = {one: f"PL10{number}" for number, one in enumerate(ELEMENTS, start=1)}
"""The rule of an element that a term, or the consequence of a conditional one, does not show."""

TRIGGER_CODES: Mapping[Element, str] = {one: f"PL11{number}" for number, one in enumerate(ELEMENTS, start=1)}
"""The rule of an element that a trigger does not show."""

ROWS: Mapping[Dimension, tuple[str, str, str, str]] = {
    "P": (
        "two of the six elements",
        "three or four of the six elements, a quantity or a deadline among them",
        "five of the six elements, quantity and deadline among them",
        "all six elements",
    ),
    "V": (
        "at least the claimant's own published word",
        "a public indicator, if only a proxy, disputed or late",
        "an official or independent series (for conduct a register, gazette or inspection) over 80 % of the scope",
        "source and method named in the text, and published",
    ),
    "K": (
        "the obligor affirms the topic",
        "the obligor's own statement on some of the terms",
        "matching texts of both sides",
        "a joint text (for a unilateral pledge the obligor's own), and control of half of the flow",
    ),
    "O": (
        "a text that does not say that it does not bind, in words of the obligor",
        'a verb that commits ("will", "agrees to"), or a binding text',
        'a binding text, with "shall"',
        'a binding text, with "shall", and no escape for this term',
    ),
    "A": (
        "consultation, peer review or publicity",
        "a standing body with deadlines, or expert review",
        "a compliance body or arbitration, if only by consent",
        "a compulsory forum whose finding binds",
    ),
    "R": (
        "publicity",
        "a response outside the text that stands behind it",
        "a remedy in the text, if only self-judged",
        "a remedy fixed in advance and tied to the test",
    ),
    "X": (
        "a term",
        "exit on more than 90 days, or exit that triggers the remedy",
        "exit on more than a year, or at the cost of a package",
        "no unilateral exit",
    ),
}
"""What earns rows 1 to 4 of each dimension, in words (the table of method §4)."""


def of_dimension(dimension: Dimension) -> tuple[Rule, ...]:
    """Return the rules of a dimension, in order."""
    number = [*DIMENSIONS].index(dimension) + 1
    return tuple(rule for rule in _ALL if rule.code.startswith(f"PL{number}"))
