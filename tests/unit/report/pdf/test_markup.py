"""Markup: a page of ours read back as it was written, pictures whole, and nothing else taken for a page."""

import pytest

from ledger.report.pdf.markup import Element, read_page


def test_page_is_a_tree_of_elements_and_text() -> None:
    """Elements hold their attributes and children in order, references resolved once."""
    page = read_page(b'<p class="small told">a &amp;lt; <b>b</b><br>c</p>')
    (one,) = page.children
    assert one == Element("p", {"class": "small told"}, ("a &lt; ", Element("b", {}, ("b",)), Element("br"), "c"))
    assert isinstance(one, Element)
    assert one.classes == {"small", "told"}
    assert one.text() == "a &lt; bc"


def test_picture_is_kept_as_it_was_drawn() -> None:
    """What is inside a picture is not read as a page: its titles are no titles of the page."""
    svg = '<svg role="img"><title>t</title><path d="M0,0"/></svg>'
    (one,) = read_page(f"<figure>{svg}<p>x</p></figure>".encode()).elements()
    assert [part.tag for part in one.elements()] == ["svg", "p"]
    assert one.elements()[0].source == svg
    assert one.text() == "x"


def test_walk_goes_in_the_order_of_the_page() -> None:
    """An element comes before what it holds, and that before what follows it."""
    page = read_page(b"<ul><li><b>1</b></li><li>2</li></ul><p>3</p>")
    assert [one.tag for one in page.walk()] == ["", "ul", "li", "b", "li", "p"]
    assert page.find(lambda one: one.tag == "li") == Element("li", {}, (Element("b", {}, ("1",)),))
    assert page.find(lambda one: one.tag == "table") is None


def test_what_is_unwanted_goes_with_all_it_holds() -> None:
    """Text beside it stays."""
    page = read_page(b'<p>a<span class="figure">b<i>c</i></span>d</p>')
    assert page.without(lambda one: one.is_a("figure")).text() == "ad"


def test_change_begins_at_the_leaves() -> None:
    """Each element is changed once, after what it holds."""
    seen: list[str] = []

    def note(one: Element) -> Element:
        seen.append(one.tag)
        return one

    page = read_page(b"<ul><li><b>1</b></li></ul>")
    assert page.with_children(note) == page
    assert seen == ["b", "li", "ul", ""]


@pytest.mark.parametrize("page", [b"<p>", b"<p><b></p></b>", b"</p>", b"<p></p></p>"])
def test_page_that_is_not_well_formed_is_none_of_ours(page: bytes) -> None:
    """Our renderer closes every element where it should: anything else is a fault of ours, not an input."""
    with pytest.raises(AssertionError, match=r"is not closed|closes"):
        read_page(page)
