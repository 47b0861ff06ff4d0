"""Text from outside: what would act or hide is written out, and only plain web addresses become links."""

import pytest

from ledger.report.foreign import visible, web_address

VISIBLE = {
    "plain text stays": ("12 Mt of soybeans", "12 Mt of soybeans"),
    "other scripts stay": ("中方将有力度地扩大", "中方将有力度地扩大"),
    "accents and signs stay": ("Mémorandum – 25 %, ≥ 12", "Mémorandum – 25 %, ≥ 12"),
    "a newline stays": ("first\nsecond", "first\nsecond"),
    "right-to-left override": ("a\u202eb", "a[U+202E]b"),
    "right-to-left embedding": ("\u202bx\u202c", "[U+202B]x[U+202C]"),
    "isolates": ("\u2066x\u2069", "[U+2066]x[U+2069]"),
    "arabic letter mark": ("x\u061c", "x[U+061C]"),
    "zero width space": ("a\u200bb", "a[U+200B]b"),
    "soft hyphen": ("a\u00adb", "a[U+00AD]b"),
    "byte order mark": ("\ufeffx", "[U+FEFF]x"),
    "null": ("a\x00b", "a[U+0000]b"),
    "escape of a terminal": ("\x1b[31m", "[U+001B][31m"),
    "carriage return": ("a\rb", "a[U+000D]b"),
    "line separator": ("a\u2028b", "a[U+2028]b"),
    "lone surrogate": ("a\ud800b", "a[U+D800]b"),
    "private use": ("\ue000", "[U+E000]"),
    "tag character": ("\U000e0041", "[U+E0041]"),
}


@pytest.mark.parametrize(("text", "shown"), VISIBLE.values(), ids=VISIBLE.keys())
def test_characters_that_act_are_written_out(text: str, shown: str) -> None:
    """No character can turn, hide or break the text around it (UAX 9 §2)."""
    assert visible(text) == shown


LINKS = [
    "https://www.census.gov/foreign-trade/",
    "http://www.qugood.com/article/24875.html",
    "HTTPS://example.com",
    "https://example.com:8443/a?b=c&d=e#f",
    "https://en.wikipedia.org/wiki/Learning_Resources,_Inc._v._Trump",
    "https://example.com/%E4%B8%AD",
]


@pytest.mark.parametrize("address", LINKS)
def test_web_address_becomes_a_link(address: str) -> None:
    """An address of the web, whole and in ASCII, is given back as it is."""
    assert web_address(address) == address


NO_LINKS = {
    "nothing": "",
    "another scheme that runs": "javascript:alert(1)",
    "the same in capitals": "JavaScript:alert(1)",
    "a scheme behind white space": " javascript:alert(1)",
    "data": "data:text/html,<script>alert(1)</script>",
    "a file": "file:///etc/passwd",
    "no scheme": "xalsdbl.com/world/2019-02/01/c_1124073974.htm",
    "two addresses": "http://a.example ; http://b.example",
    "no host": "http:///path",
    "a user's name": "https://bank.example@evil.example/",
    "a quotation mark": 'https://a.example/"onmouseover="alert(1)',
    "an angle bracket": "https://a.example/<script>",
    "a host outside of ASCII": "https://еxample.com/",
    "a control character": "https://a.example/\x00",
    "a newline at the end": "https://a.example/\n",
    "a port that is no number": "https://a.example:port/",
    "an open bracket": "https://[::1/",
    "a backslash only": "https:\\\\a.example",
}


@pytest.mark.parametrize("address", NO_LINKS.values(), ids=NO_LINKS.keys())
def test_other_address_stays_text(address: str) -> None:
    """What is not plainly an address of the web is never a link."""
    assert web_address(address) is None
