"""Blocks: what a page shows becomes what is set on paper, in the same order and the same words."""

from typing import Any

import pytest

from ledger.report.pdf.block import blocks, breakable, picture_words
from ledger.report.pdf.markup import read_page


def made(page: str, *places: str) -> list[dict[str, Any]]:
    """The blocks of a page."""
    return blocks(read_page(page.encode()), places=frozenset(places))


def line(page: str, *places: str) -> list[Any]:
    """The pieces of the one line of a paragraph."""
    ((one,),) = [made(f"<p>{page}</p>", *places)]
    pieces: list[Any] = one["c"]
    return pieces


PIECES: dict[str, tuple[str, list[Any]]] = {
    "white space is one space": (" a \n  b ", ["a b"]),
    "strong words": ("a <b>b</b>", ["a ", {"k": "strong", "c": ["b"]}]),
    "an exact value is what is shown": ('<data value="27.228">27.23 bn USD</data>', ["27.23 bn USD"]),
    "an outcome has its name": (
        '<span class="outcome is-not_met"><svg class="mark"></svg><span>not met</span></span>',
        [{"k": "outcome", "name": "not_met", "c": ["not met"]}],
    ),
    "citations have brackets": ('<span class="cites">entry 4</span>',
                                [{"k": "small", "apart": False, "c": ["[", "entry 4", "]"]}]),
    "a label has its colon": ('<span class="label">Source</span> x', [{"k": "strong", "c": ["Source", ": "]}, " x"]),
    "other languages are named": ('<span lang="zh-Hans" dir="auto">x</span>', [{"k": "in", "lang": "zh", "c": ["x"]}]),
    "a tag that is none names no language": ('<span lang="x&quot;]">x</span>', ["x"]),
    "links of the web": ('<a href="https://example.org/a">x</a>',
                         [{"k": "web", "to": "https://example.org/a", "c": ["x"]}]),
    "a link to what is not there leads nowhere": ('<a href="#gone">x</a>', [{"k": "link", "to": "", "c": ["x"]}]),
    "markup of a typesetter is text": ('#read("/etc/passwd") $x$ &lt;label&gt; @ref *b* \\u{0}',
                                       ['#read("/etc/passwd") $x$ <label> @ref *b* \\u{0}']),
}  # fmt: skip


@pytest.mark.parametrize("what", PIECES)
def test_pieces_of_a_line(what: str) -> None:
    """Each distinction of the page has its own on paper, and no text is more than text."""
    page, expected = PIECES[what]
    assert line(page) == expected


def test_link_to_a_place_of_the_report_leads_there() -> None:
    """An anchor that exists is one on paper too."""
    assert line('<a href="#entry-4">4</a>', "entry-4") == [{"k": "link", "to": "entry-4", "c": ["4"]}]


def test_headings_never_skip_a_level() -> None:
    """PDF/UA-1 wants levels in steps of one (ISO 14289-1, 7.4.2), whatever the page has."""
    found = made("<h2>a</h2><h4>b</h4><h5>c</h5><h3>d</h3><h6>e</h6>")
    assert [one["level"] for one in found] == [1, 2, 3, 2, 3]


def test_table_has_head_rows_and_cells() -> None:
    """Heads of columns and of rows are told apart, numbers too, and a caption stands above."""
    (table,) = made(
        '<table class="plain-table"><caption>In t</caption><thead><tr><th scope="col">Month</th>'
        '<th class="number">t</th></tr></thead><tbody><tr><th scope="row">May</th><td class="number">5</td></tr>'
        "</tbody></table>"
    )
    assert (table["k"], table["kind"], table["caption"]) == ("table", "plain-table", ["In t"])
    (head,), (row,) = table["head"], table["rows"]
    assert [cell["head"] for cell in (*head["c"], *row["c"])] == [True, True, True, False]
    assert [cell["number"] for cell in row["c"]] == [False, True]
    assert row["c"][1]["c"] == [{"k": "p", "style": "", "c": ["5"]}]


def test_columns_share_the_width_by_their_words() -> None:
    """A column of long texts is wider than one of single words, and a number is never broken."""
    (table,) = made(
        f'<table><tbody><tr><td>no</td><td>{"many words " * 30}</td><td class="number">1,234.5 bn USD</td></tr>'
        "</tbody></table>"
    )
    short, long, number = table["columns"]
    assert short < number < long
    assert number >= len("1,234.5 bn USD")


def test_long_cell_may_be_broken_between_pages() -> None:
    """A cell that would not fit on a page is not kept whole."""
    (table,) = made(f"<table><tbody><tr><td>short</td><td>{'long ' * 500}</td></tr></tbody></table>")
    assert [cell["whole"] for cell in table["rows"][0]["c"]] == [True, False]


def test_quotation_keeps_its_lines_and_its_translation() -> None:
    """Line breaks of the words are kept; the translation has its own language and looks."""
    (quote,) = made(
        '<blockquote class="quote short"><p lang="fr" dir="auto">un\ndeux</p>'
        '<p class="translation" lang="en" dir="auto">one two</p><footer>page 3</footer></blockquote>'
    )
    assert quote["short"]
    said, translated, foot = quote["c"]
    assert said == {"k": "p", "style": "said", "lang": "fr", "c": ["un", {"k": "br"}, "deux"]}
    assert translated["style"] == "translation"
    assert foot == {"k": "p", "style": "small", "c": ["page 3"]}


def test_picture_carries_its_words() -> None:
    """Who cannot see a picture is told what it shows: its title and its description."""
    svg = "<svg><title>A &amp; B</title><desc>12 t of 10 t</desc></svg>"
    (group,) = made(f"<figure>{svg}</figure>")
    (picture,) = group["c"]
    assert picture == {"k": "picture", "svg": svg, "alt": "A & B. 12 t of 10 t"}
    assert picture_words("<svg></svg>") == ("", "")


def test_terms_have_what_and_so() -> None:
    """A term of the summary has its name and figures at one side, its outcome at the other."""
    (found,) = made(
        '<ul class="terms"><li><span class="what">grain<span class="small figure">12 of 10 t</span></span>'
        '<span class="so">met</span></li></ul>'
    )
    (item,) = found["c"]
    assert item["what"] == ["grain", {"k": "small", "apart": True, "c": ["12 of 10 t"]}]
    assert item["so"] == ["met"]


def test_element_without_a_form_is_a_fault_of_ours() -> None:
    """Nothing of a page is left out in silence."""
    with pytest.raises(AssertionError, match="video, which the PDF has no form for"):
        made("<video></video>")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a" * 24, "a" * 24),
        ("a" * 25, "a" * 12 + "\u200b" + "a" * 12 + "\u200ba"),
        ("usda-fas/export-sales-weekly", "usda-\u200bfas/\u200bexport-\u200bsales-\u200bweekly"),
        ("https://example.org/a?b=c", "https://\u200bexample.\u200borg/\u200ba?\u200bb=\u200bc"),
        ("short words stay as they are", "short words stay as they are"),
        ("协议" * 20, "协议" * 20),
    ],
)
def test_long_runs_may_be_broken(text: str, expected: str) -> None:
    """Addresses may be broken after their signs, digests every twelve characters; some scripts need no help."""
    assert breakable(text) == expected
