"""The score of statements: seven levels derived from fields, and what they come to (method §4, E1–E7).

The facts are those of public texts; the levels and scores expected are the method's own, or worked out by hand beside
the case.
"""

import pytest

from ledger.assessment.enforceability import score
from ledger.assessment.standing import standing
from tests.unit.assessment.enforceability.small_ledger import (
    ALL_SHOWN,
    BEST_INDICATOR,
    INDICATOR,
    LEVER,
    PLACE,
    READINGS,
    REMEDY,
    SCOPE,
    SOURCE,
    SUBJECT,
    WORDS,
    Draft,
    amendment,
    attestation,
    commitment,
    conditional,
    instrument,
    known,
    position,
    profile,
    quantity,
    reading_result,
    scored,
    source_result,
    term_result,
)

TRANSCRIPT = {**SOURCE, "role": "obligee"}


def words_of_january_2019() -> tuple[Draft, ...]:
    """Five million tonnes, said by the obligor's envoy in the obligee's office on 31 January 2019.

    The quotation is all there is: no verb, no period, no deadline. Each side's other words of that day are recorded:
    a letter that recalls "arrangements" without product or amount, a statement that names neither, and a welcome.
    """
    soy = quantity(
        id="soy-5mt",
        target="5",
        measure=...,
        readings=[
            {"type": "order", "reporter": "us", "partner": "cn"},
            {"type": "export", "reporter": "us", "partner": "cn", "basis": "FAS"},
            {"type": "import", "reporter": "cn", "partner": "us", "basis": "CIF"},
        ],
        period=...,
        shown={
            "quantity": {"quote": 0, "words": "Five million tons"},
            "scope": {"quote": 0, "words": "soybeans"},
        },
    )
    pledge = commitment(
        quotes=[{"text": "Five million tons of soybeans.", "language": "en", "speaker": "cn"}],
        verb=None,
        performance=...,
        indicators=[INDICATOR],
        levers=[LEVER],
        terms=[soy],
        source=TRANSCRIPT,
    )
    return (
        pledge,
        instrument(**{**WORDS, "form": "transcript", "issuers": ["us"]}),
        position("us", "affirms"),
        position("cn", "affirms_differently", note="a letter: arrangements were made"),
        position("cn", "silent", note="the delegation's statement names neither soybeans nor an amount"),
    )


def test_soybeans_of_january_2019_come_to_30_8() -> None:
    """P2 V3 K2 O1 A0 R2 X0 → 30.8, political (E4, first worked case)."""
    result = scored(*words_of_january_2019())
    assert profile(result.dimensions) == "P2 V3 K2 O1 A0 R2 X0"
    assert (result.written.low, result.written.high) == ("30.8", "30.8")
    assert (result.written.low_band, result.written.high_band) == ("political", "political")
    assert result.written.point
    assert result.gates == ()


def test_soybeans_of_january_2019_erode_when_their_lever_lapses() -> None:
    """Without the lever R is 0: A 0 with R 0 caps at 40.0, and the score falls on its own to 17.2 (E3, E4, F4).

    By hand: f(7/12)·f(1/8)·f(0) = 0.604167 · 0.16875 · 0.05 = 0.005098; its cube root is 0.1721.
    """
    drafts = (*words_of_january_2019(), amendment("lever_lapsed", "us", subject="tariffs", lever="tariffs"))
    result = scored(*drafts)
    assert profile(result.dimensions, side="practised") == "P2 V3 K2 O1 A0 R0 X0"
    assert (result.written.low, result.practised.low) == ("30.8", "17.2")
    assert result.erosion == ("13.6", "13.6")
    assert [(gate.cap, gate.side, gate.end) for gate in result.gates] == [("40", "practised", "both")]


def energy_of_august_2025(**changes: object) -> tuple[Draft, ...]:
    """750 bn USD of energy through 2028, "intends to procure … expected offtake", by companies, in a statement of 2025.

    Five elements with both quantity and deadline: the readings count one half, and so does the qualified number.
    """
    energy = quantity(
        id="energy",
        unit="GUSD",
        target="750",
        actor="eu",
        measure=...,
        readings=[
            {"type": "import", "reporter": "eu", "partner": "us"},
            {"type": "export", "reporter": "us", "partner": "eu"},
        ],
        period={"start": "2025-08-21", "end": "2028-12-31"},
        marks=[{"mark": "qualified", "element": "quantity", "shown": PLACE}],
    )
    pledge = commitment(
        date="2025-08-21",
        obligors=["eu"],
        obligees=["us"],
        quotes=[{"text": "The European Union intends to procure energy products.", "language": "en"}],
        verb={"words": "intends", "strength": "hortatory", "shown": {"quote": 0, "words": "intends"}},
        performance={"by": "companies", "control": "0"},
        indicators=[{**INDICATOR, "publisher": "Eurostat", "authority": "eurostat"}],
        levers=[LEVER],
        terms=[energy],
    )
    document = {
        **WORDS,
        "announced": "2025-08-21",
        "forum": {"kind": "consultation", "deadlines": False, "binding": False, "shown": PLACE},
        **changes,
    }
    return pledge, instrument(**document)


def test_energy_of_august_2025_comes_to_an_interval() -> None:
    """P3 V3 K2–3 O1 A1 R2 X1 → 43.1–44.7 (E4, E6, second worked case).

    Where only the obligor's publication of the statement was read, whether the other side's matches is unknown.
    """
    result = scored(*energy_of_august_2025(issuers=["eu"]), as_of="2025-12-31")
    assert profile(result.dimensions) == "P3 V3 K2-3 O1 A1 R2 X1"
    assert (result.written.low, result.written.high) == ("43.1", "44.7")
    assert (result.written.low_band, result.written.high_band) == ("political", "political")
    assert [one[:2] for one in result.unknown] == ["K:"]


@pytest.mark.parametrize(
    ("other", "expected"),
    [("affirms", ("K3", "44.7")), ("affirms_differently", ("K2", "43.1")), ("silent", ("K2", "43.1"))],
)
def test_energy_of_august_2025_narrows_when_the_other_side_is_read(other: str, expected: tuple[str, str]) -> None:
    """A recorded position of the other side takes the place of the unknown (E2, E6)."""
    result = scored(*energy_of_august_2025(issuers=["eu"]), position("us", other, "2025-08-21"), as_of="2025-12-31")
    assert profile(result.dimensions).split()[2] == expected[0]
    assert (result.written.low, result.written.high) == (expected[1], expected[1])


def test_binding_text_without_remedy_and_with_exit_at_will_comes_to_36_8() -> None:
    """P4 V4 K4 O4 A4 R0 X0 → 36.8: nothing stands in for a missing pillar (E4, third worked case)."""
    result = scored(
        commitment(), instrument(remedy="none", exit={"unilateral": True, "notice_days": 0, "shown": PLACE})
    )
    assert profile(result.dimensions) == "P4 V4 K4 O4 A4 R0 X0"
    assert (result.written.low, result.written.high) == ("36.8", "36.8")


def test_annex_of_2020_comes_to_an_interval_of_one_unknown() -> None:
    """P4 V4 K3–4 O3 A2 R3 X1: named sources, an escape, a bilateral office, a self-judged remedy, 60 days (E2, E6).

    By hand, as K is 3 or 4: B 11/12 or 1, N 5/8, Q 4/8; f: 0.920833 or 1, 0.64375, 0.525; products 0.311213 and
    0.337969; cube roots 0.67768 and 0.69657.
    """
    terms = [
        quantity(
            id=f"agriculture-{year}",
            unit="GUSD",
            target=target,
            target_is="increment",
            baseline={"period": {"start": "2017-01-01", "end": "2017-12-31"}},
            measure=...,
            named=[
                {"type": "import", "reporter": "cn", "partner": "us", "source": "cn-customs"},
                {"type": "export", "reporter": "us", "partner": "cn", "source": "us-census"},
            ],
            scope={"title": "agriculture", "classification": "annex-6.1", "codes": ["agriculture"]},
            period={"start": f"{year}-01-01", "end": f"{year}-12-31"},
        )
        for year, target in (("2020", "12.5"), ("2021", "19.5"))
    ]
    result = scored(
        commitment(date="2020-01-15", performance=..., terms=terms, indicators=[{**BEST_INDICATOR, "lag_months": 3}]),
        instrument(
            form="executive_agreement",
            announced="2020-01-15",
            escapes=[
                {"title": "natural disaster or other unforeseeable event", "terms": "all", "shown": PLACE},
                {"title": "market conditions may set the timing", "terms": [], "shown": PLACE},
            ],
            forum={"kind": "standing_body", "deadlines": True, "binding": False, "shown": PLACE},
            remedy=REMEDY,
            exit={"unilateral": True, "notice_days": 60, "shown": PLACE},
        ),
    )
    assert profile(result.dimensions) == "P4 V4 K3-4 O3 A2 R3 X1"
    assert (result.written.low, result.written.high) == ("67.8", "69.7")
    assert (result.written.low_band, result.written.high_band) == ("firm", "firm")
    assert result.written.point
    assert [one.term for one in result.terms] == ["agriculture-2020", "agriculture-2021"]


def test_tariff_threat_of_one_party_is_no_more_precise_than_its_trigger() -> None:
    """A trigger that nobody is named to judge shows a day and no conduct: P is 1 at most, and capped (E1, E5)."""
    threat = conditional(
        trigger={
            "title": "no satisfactory outcome",
            "actor": None,
            "act": "satisfactory outcome",
            "judge": None,
            "scope": None,
            "shown": {"timing": PLACE, "action": PLACE},
        },
    )
    drafts = (
        commitment(
            obligors=["us"],
            obligees=["cn"],
            verb={"words": "will increase", "strength": "committing", "shown": PLACE},
            terms=[threat],
        ),
        instrument(
            **{
                **WORDS,
                "form": "notice",
                "issuers": ["us"],
                "binding": "yes",
                "announced": "2018-12-19",
            }
        ),
    )
    result = scored(*drafts)
    assert profile(result.dimensions) == "P1 V4 K4 O2 A0 R0 X1"
    assert [(gate.cap, gate.side) for gate in result.gates] == [
        ("35", "written"),
        ("40", "written"),
        ("35", "practised"),
        ("40", "practised"),
    ]


def test_promise_to_expand_is_capped_as_imprecise() -> None:
    """A trend without number or date shows three elements and no more than P 1; its verb is hortatory (E1, E2)."""
    trend = {
        "id": "imports",
        "kind": "trend",
        "title": "expand imports",
        "actor": "cn",
        "unit": "USD",
        "direction": "increase",
        "measure": {"type": "import", "reporter": "cn", "partner": "us"},
        "scope": SCOPE,
        "shown": {"action": PLACE, "scope": PLACE},
    }
    result = scored(
        commitment(
            quotes=[{"text": "中方将有力度地扩大自美农产品进口", "language": "zh", "speaker": "cn"}],
            verb={"words": "将", "strength": "committing", "shown": PLACE},
            performance=...,
            terms=[trend],
            source={**SOURCE, "role": "obligor"},
        ),
        instrument(**WORDS, issuers=["cn"]),
        position("us", "silent"),
    )
    assert profile(result.dimensions) == "P1 V4 K2 O1 A0 R0 X0"
    assert [gate.cap for gate in result.gates if gate.side == "written"] == ["35", "40"]


def test_what_only_the_beneficiary_says_obliges_nobody() -> None:
    """Every quotation from the obligee, the obligor nowhere quoted, its position unknown: O 0, K unknown (E2)."""
    result = scored(
        commitment(quotes=[{"text": "China will buy soybeans.", "language": "en"}], source=TRANSCRIPT, performance=...),
        instrument(**{**WORDS, "form": "post", "issuers": ["us"]}),
    )
    assert profile(result.dimensions) == "P4 V4 K0-3 O0 A0 R0 X1"
    assert {(gate.cap, gate.end) for gate in result.gates if gate.side == "written"} == {("25", "low"), ("40", "both")}


def test_same_statements_in_another_order_score_the_same() -> None:
    """The order in which facts were logged is no part of them (E4)."""
    drafts = words_of_january_2019()
    turned = (drafts[0], drafts[1], *reversed(drafts[2:]))
    assert scored(*turned).written == scored(*drafts).written


def test_every_level_cites_what_it_was_read_from() -> None:
    """A level carries the row that holds, a sentence, and the entry and field (E2)."""
    result = scored(*words_of_january_2019())
    for one in result.dimensions:
        for level in (one.written, one.practised):
            assert level.reasons, one.dimension
            for reason in level.reasons:
                assert reason.rule.startswith(f"{one.dimension}."), reason
                assert reason.cites, reason
    fields = {cite.field for one in result.dimensions for reason in one.written.reasons for cite in reason.cites}
    assert {"terms[0].shown", "indicators[0]", "forum", "remedy", "exit", "levers[0]", "verb", "binding"} <= fields


def test_all_material_terms_count_and_no_others() -> None:
    """The commitment has the lowest level of its material terms; a term that is not material has no say (E2)."""
    loose = quantity(id="loose", shown={}, material=False)
    assert profile(scored(commitment(terms=[quantity(), loose]), instrument()).dimensions)[:2] == "P4"
    loose["material"] = True
    result = scored(commitment(terms=[quantity(), loose]), instrument())
    assert profile(result.dimensions)[:2] == "P0"
    assert result.dimensions[0].written.reasons[0].says.startswith("loose: ")


def test_attested_levels_stand_beside_and_replace_nothing() -> None:
    """An assessor may attest a level with a reason: both show (E2)."""
    attested = attestation("level", dimension="V", of="written", level=1, date="2019-06-01")
    drafts = (*words_of_january_2019(), attested)
    result = scored(*drafts)
    verifiability = result.dimensions[1]
    assert (verifiability.written.low, verifiability.written.high) == (3, 3)
    assert [one.rule for one in verifiability.written.attested] == ["V.1"]
    assert verifiability.practised.attested == ()
    assert result.terms[0].V[0].attested == verifiability.written.attested


def test_unknown_instrument_leaves_an_interval() -> None:
    """Where the view does not know the document, nothing is guessed from it: it may be a joint text (E6)."""
    result = scored(commitment(quotes=[{"text": "We shall.", "language": "en", "speaker": "cn"}], verb=None))
    assert profile(result.dimensions) == "P4 V4 K2-4 O0-4 A0-4 R0-4 X0-4"
    assert not result.written.point
    assert "5 dimensions are unknown" in str(result.written.why_no_point)


def test_readings_count_one_half_and_a_measure_for_each_named_source_counts_whole() -> None:
    """Six elements with unsettled readings come to 5, with sources named to 6 (E1)."""
    named = [{**one, "source": "us-census"} for one in READINGS]
    for way, level in (({"readings": READINGS}, 3), ({"named": named}, 4)):
        term = quantity(measure=..., shown=ALL_SHOWN, **way)
        assert scored(commitment(terms=[term]), instrument()).dimensions[0].written.low == level


def test_score_reads_only_the_view() -> None:
    """What is dated after the view is not seen: the same log answers for an earlier day (R1)."""
    drafts = (*words_of_january_2019(), position("cn", "denies", "2019-08-01"))
    before, after = (known(*drafts, as_of=day) for day in ("2019-07-31", "2019-08-01"))
    levels = [score(seen, SUBJECT, standing(seen, SUBJECT), ()).dimensions[2].practised.low for seen in (before, after)]
    assert levels == [2, 0]


def test_gate_applies_to_both_ends_of_an_interval() -> None:
    """A gate at the low end only leaves the high end alone, and says so (E5)."""
    result = scored(commitment(performance=...), instrument(**WORDS, issuers=["us"]), position("us", "affirms"))
    assert profile(result.dimensions).split()[2] == "K0-3"
    gates = {gate.cap: gate.end for gate in result.gates if gate.side == "written"}
    assert gates == {"25": "low", "40": "both"}
    assert (result.written.low, result.written.low_band) == ("25", "rhetorical")


def test_no_point_where_more_than_two_dimensions_are_unknown() -> None:
    """Two unknown dimensions have a point, three have none (E6)."""
    two = scored(commitment(), instrument(forum=None, remedy=None))
    three = scored(commitment(), instrument(forum=None, remedy=None, exit=None))
    assert (two.written.point, two.written.why_no_point) == (True, None)
    assert not three.written.point
    assert three.written.why_no_point == "3 dimensions are unknown (A, R, X); only the interval is printed"
    assert len(two.unknown) == 2


def test_no_point_where_the_first_pillar_is_too_wide() -> None:
    """V from 0 to 4 is a third of B, which has a point; with K from 0 to 3 beside it B is 7/12 wide (E6)."""
    one = scored(commitment(indicators=...), instrument())
    assert profile(one.dimensions).split()[1] == "V0-4"
    assert one.written.point
    both = scored(commitment(indicators=..., performance=...), instrument(**WORDS, issuers=["us"]))
    assert profile(both.dimensions).split()[1:3] == ["V0-4", "K0-3"]
    assert not both.written.point
    assert "0.583333" in str(both.written.why_no_point)


def test_pillars_are_printed_as_fractions_of_one() -> None:
    """To six places, half-even (method, arithmetic; E4)."""
    pillars = scored(*words_of_january_2019()).written.pillars
    assert (pillars.B, pillars.N, pillars.Q) == (("0.583333", "0.583333"), ("0.125", "0.125"), ("0.25", "0.25"))


@pytest.mark.parametrize("outcome", ["met", "not_met", "awaiting", "disputed", "not_due"])
def test_no_rule_reads_whether_the_term_was_met(outcome: str) -> None:
    """Enforceability and performance are apart: the same figures score the same whatever they come to (E3)."""
    figures = source_result(outcome=outcome)
    result = term_result(reading_result(figures, outcome=outcome), outcome=outcome)
    whole = scored(commitment(), instrument(), results=(result,))
    assert whole == scored(commitment(), instrument(), results=(term_result(reading_result(source_result())),))
