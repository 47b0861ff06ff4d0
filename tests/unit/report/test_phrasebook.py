"""The phrasebook: what the method composed in English is said in Chinese; nothing of the record is touched."""

import re

import pytest

from ledger.report.phrasebook import Phrasebook, phrasebook
from ledger.report.wording import catalogue

ZH = phrasebook("zh")
KINDS = {"t", "k", "n", "a", "s", "d", "w", "p", "q", "l"}
PLACE = re.compile(r"\{([a-z_0-9]+)(?::([a-z]+))?\}")


def say(text: str) -> str | None:
    """Return a sentence in Chinese."""
    assert ZH is not None
    return ZH.say(text)


SENTENCES = {
    "a fixed one": ("no deadline", "没有截止日期"),
    "a full stop": ("No admissible figure is in this ledger.", "本账本中没有可采纳的数据。"),
    "a day": ("reached by 2019-06-27", "至2019年6月27日达到"),
    "a share": ("covers 8.5 % of the scope, under 60 %", "覆盖范围的 8.5%，低于 60%"),
    "a word of the method": ("soy/a is not met", "soy/a：未达成"),
    "a sentence in a sentence": (
        "no admissible evidence in this ledger: nobody attests it", "本账本中没有可采纳的证据：无人证明",
    ),
    "an amount with its unit": (
        "figures of a/b for the 8.5 % of period and scope that are missing: in them 12.5 bn USD more would meet it",
        "a/b 在期间与范围中所缺 8.5% 的数据：其中再多 12.5 十亿美元即可达成",
    ),
    "a ratio": (
        "US exports to CN (FOB) of HS 1201 by us-census/un-comtrade, 2021: 15.24 of 41.4 bn USD owed = 36.8 %",
        "2021年，US对CN的出口（FOB），HS 1201，据 us-census/un-comtrade：15.24，应达 41.4 十亿美元，即 36.8%",
    ),
    "a negative number": (
        "not met; incremental by us-census/un-comtrade: -1.7 %; counts 0.0 %",
        "未达成；增量比率（us-census/un-comtrade）：−1.7%；计为 0.0%",
    ),
    "an and within a word": (
        "6 of six elements count (shown: actor, action and measure, scope)",
        "六项要素中计 6 项（已写明：行动者、行动与计量口径和范围）",
    ),
    "a list": (
        "sources are missing: china-customs and us-census", "来源缺失：china-customs和us-census",
    ),
    "several sentences": (
        "The outcome is not met; the commitment is in force; nothing is logged as done about it.",
        "结果为：未达成；该承诺：有效；没有就此采取行动的记录。",
    ),
    "a quotation is kept": (
        '2018-12-01: The parties "agreed"; more to come', '2018年12月1日：The parties "agreed"; more to come',
    ),
}  # fmt: skip


@pytest.mark.parametrize(("english", "chinese"), SENTENCES.values(), ids=SENTENCES.keys())
def test_sentence_is_said_by_its_counterpart(english: str, chinese: str | None) -> None:
    """Numbers, days, shares and phrases are written as Chinese writes them; words of the record stand (method §6)."""
    assert say(english) == chinese


UNKNOWN = {
    "nothing of the method": "The minister smiled.",
    "empty": "",
    "almost": "no deadlines",
    "a day that is none": "reached by tomorrow",
    "too long to be the method's": "no deadline; " * 5_000,
}


@pytest.mark.parametrize("text", UNKNOWN.values(), ids=UNKNOWN.keys())
def test_what_fits_no_pattern_is_not_guessed(text: str) -> None:
    """A sentence that is not the method's own has no counterpart, and is told as it is."""
    assert say(text) is None


def test_names_are_spelled_by_whoever_asks() -> None:
    """A party is called by its name in the report's language, where the record has one."""
    assert ZH is not None
    said = ZH.say(
        "soy: no position of China is recorded; it is unknown, not silent.",
        lambda text: {"China": "中国"}.get(text, text),
    )
    assert said == "soy：没有记录中国的立场；属于未知，而非未提及。"


def test_english_needs_no_phrasebook() -> None:
    """The method itself speaks English."""
    assert phrasebook("en") is None


def test_every_place_has_a_kind_and_every_part_is_there() -> None:
    """A pattern asks for kinds and parts that there are, and its counterpart for its own places only."""
    assert ZH is not None
    wrong = [
        (pattern, name, kind)
        for pattern in ZH.patterns
        for name, kind in PLACE.findall(pattern)
        if kind and kind not in KINDS and kind not in ZH.parts
    ]
    assert wrong == []


BROKEN = {
    "groups of different number": ({"a[ b]": "甲"}, "different numbers of groups"),
    "places side by side": ({"a {one}{two}": "甲{one}{two}"}, "side by side"),
}


@pytest.mark.parametrize(("table", "reason"), BROKEN.values(), ids=BROKEN.keys())
def test_pattern_that_cannot_be_read_says_so(table: dict[str, str], reason: str) -> None:
    """A file that we wrote wrong is our own fault."""
    with pytest.raises(AssertionError, match=reason):
        Phrasebook(catalogue("zh"), {"a": table}, {}).say("a bc")


def test_what_keeps_less_english_is_meant_and_then_what_fixes_more() -> None:
    """Of several patterns that fit, the fullest is taken, however the file is ordered."""
    tables = {
        "word": {"met": "已达成"},
        "x": {"{who} is {what}": "甲：{who}{what}", "{who:k} is {what:w}": "乙：{who}{what}"},
    }
    book = Phrasebook(catalogue("zh"), tables, {})
    assert book.say("soy is met") == "乙：soy已达成"
    assert book.say("soy is blue") == "甲：soyblue"


def test_group_may_be_absent() -> None:
    """What stands in brackets comes on both sides or on neither."""
    book = Phrasebook(catalogue("zh"), {"x": {"done[ by {day:d}]": "完成[于{day}]"}}, {})
    assert [book.say(text) for text in ("done", "done by 2020-01-05", "done by me")] == [
        "完成",
        "完成于2020年1月5日",
        None,
    ]
