"""SDMX-ML: small messages of each shape, and what is no message of data."""

import io

import pytest

from ledger.errors import MalformedError
from ledger.ingest.sdmx_ml import read_sdmx_ml
from ledger.ingest.source import Source

SPACES = (
    'xmlns:m="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message" '
    'xmlns:g="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/data/generic" '
    'xmlns:ss="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/data/structurespecific"'
)


def read(root: str, inner: str) -> list[dict[str, str]]:
    """Return the observations of a message."""
    raw = f"<m:{root} {SPACES}>{inner}</m:{root}>".encode()
    return list(read_sdmx_ml(Source(io.BytesIO(raw), name="a.xml")))


def values(**concepts: str) -> str:
    """Return generic values."""
    return "".join(f'<g:Value id="{name}" value="{value}"/>' for name, value in concepts.items())


def test_generic_series_give_observations_with_what_their_groups_say() -> None:
    """What a group of series states holds for those that share its dimensions, and no others."""
    inner = (
        '<m:Header><m:Structure structureID="S" dimensionAtObservation="TIME_PERIOD"/></m:Header>'
        '<m:DataSet structureRef="S">'
        f"<g:Group><g:GroupKey>{values(CUR='USD')}</g:GroupKey><g:Attributes>{values(UNIT='1000')}</g:Attributes></g:Group>"
        f"<g:Series><g:SeriesKey>{values(FREQ='M', CUR='USD')}</g:SeriesKey>"
        f"<g:Attributes>{values(TITLE='dollars')}</g:Attributes>"
        '<g:Obs><g:ObsDimension value="2020-01"/><g:ObsValue value="1.50"/>'
        f"<g:Attributes>{values(OBS_STATUS='P')}</g:Attributes></g:Obs>"
        '<g:Obs><g:ObsDimension value="2020-02"/><g:ObsValue value="NaN"/></g:Obs></g:Series>'
        f"<g:Series><g:SeriesKey>{values(FREQ='M', CUR='GBP')}</g:SeriesKey>"
        '<g:Obs><g:ObsDimension value="2020-01"/><g:ObsValue value="2"/></g:Obs></g:Series></m:DataSet>'
    )
    dollars = {"UNIT": "1000", "FREQ": "M", "CUR": "USD", "TITLE": "dollars"}
    assert read("GenericData", inner) == [
        dollars | {"TIME_PERIOD": "2020-01", "OBS_VALUE": "1.50", "OBS_STATUS": "P"},
        dollars | {"TIME_PERIOD": "2020-02", "OBS_VALUE": ""},
        {"FREQ": "M", "CUR": "GBP", "TIME_PERIOD": "2020-01", "OBS_VALUE": "2"},
    ]


def test_flat_generic_observations_carry_their_whole_key() -> None:
    """A message of all dimensions at the observation has no series."""
    key = values(CUR="USD", TIME_PERIOD="2020")
    inner = f'<m:DataSet><g:Obs><g:ObsKey>{key}</g:ObsKey><g:ObsValue value="1"/></g:Obs></m:DataSet>'
    assert read("GenericData", inner) == [{"CUR": "USD", "TIME_PERIOD": "2020", "OBS_VALUE": "1"}]


def test_structure_specific_observations_are_attributes() -> None:
    """Concepts are the attributes without a namespace: of the set, of the group, of the series, of the observation."""
    inner = (
        '<m:DataSet ss:structureRef="S" ss:action="Replace" COLL="A"><Group CUR="USD" UNIT="k"/>'
        '<Series FREQ="A" CUR="USD"><Obs TIME_PERIOD="2019" OBS_VALUE="7"/></Series>'
        '<Obs FREQ="A" CUR="GBP" TIME_PERIOD="2020" OBS_VALUE="8"/></m:DataSet>'
    )
    first, second = read("StructureSpecificData", inner)
    assert first == {"COLL": "A", "CUR": "USD", "UNIT": "k", "FREQ": "A", "TIME_PERIOD": "2019", "OBS_VALUE": "7"}
    assert second == {"COLL": "A", "FREQ": "A", "CUR": "GBP", "TIME_PERIOD": "2020", "OBS_VALUE": "8"}


def test_series_across_another_dimension_than_time() -> None:
    """The dimension at the observation is what the header says it is."""
    inner = (
        '<m:Header><m:Structure structureID="S" dimensionAtObservation="CUR"/></m:Header><m:DataSet structureRef="S">'
        f"<g:Series><g:SeriesKey>{values(TIME_PERIOD='2020')}</g:SeriesKey>"
        '<g:Obs><g:ObsDimension value="USD"/><g:ObsValue value="1"/></g:Obs></g:Series></m:DataSet>'
    )
    assert read("GenericData", inner) == [{"TIME_PERIOD": "2020", "CUR": "USD", "OBS_VALUE": "1"}]


THREE = """<?xml version="1.0" encoding="UTF-8"?>
<m:StructureSpecificData
    xmlns:m="http://www.sdmx.org/resources/sdmxml/schemas/v3_0/message"
    xmlns:c="http://www.sdmx.org/resources/sdmxml/schemas/v3_0/common"
    xmlns:ss="http://www.sdmx.org/resources/sdmxml/schemas/v3_0/data/structurespecific"
    xmlns:n="urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=EX:TRADE(1.0.0):ObsLevelDim:TIME_PERIOD"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <m:Header>
    <m:ID>M1</m:ID><m:Test>false</m:Test><m:Prepared>2021-03-08T22:05:13Z</m:Prepared>
    <m:Sender id="EX"/><m:Receiver id="ALL"/>
    <m:Structure structureID="T" dimensionAtObservation="TIME_PERIOD"
        namespace="urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=EX:TRADE(1.0.0):ObsLevelDim:TIME_PERIOD">
      <c:StructureUsage>urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=EX:TRADE(1.0.0)</c:StructureUsage>
    </m:Structure>
    <m:DataSetAction>{action}</m:DataSetAction>
  </m:Header>
  <m:DataSet ss:dataScope="DataStructure" xsi:type="n:DataSetType" ss:structureRef="T">
    {data}
  </m:DataSet>
</m:StructureSpecificData>
"""
"""A structure-specific message of 3.0, as its schemas have it."""


def read_three(data: str, action: str = "Information") -> list[dict[str, str]]:
    """Return the observations of a message of 3.0."""
    raw = THREE.replace("{data}", data).replace("{action}", action).encode()
    return list(read_sdmx_ml(Source(io.BytesIO(raw), name="three.xml")))


def test_message_of_3_0_gives_its_observations() -> None:
    """Attributes of set, part, group, series and observation are all read, simple ones and complex ones (SDMX 3.0)."""
    data = """
    <Atts COLLECTION="S">
      <Comp id="CONTACT" xsi:type="n:CONTACT_ATTRIBUTE"><Value>one</Value><Value>two</Value></Comp>
    </Atts>
    <Atts FLOW="X" UNIT_MULT="3"/>
    <Group xsi:type="n:Partner" PARTNER="CN">
      <Comp id="NOTE"><Value><c:Text xml:lang="en">part</c:Text></Value></Comp>
    </Group>
    <Series FREQ="A" FLOW="X" PARTNER="CN" UNIT="T">
      <Comp id="TITLE" xsi:type="n:TITLE_ATTRIBUTE">
        <Value>
          <c:Text xml:lang="en">Soya beans</c:Text>
          <c:Text xml:lang="fr">Soja</c:Text>
        </Value>
      </Comp>
      <Obs TIME_PERIOD="2019" OBS_VALUE="12.5"><Comp id="OBS_STATUS"><Value>A</Value><Value>P</Value></Comp></Obs>
      <Obs TIME_PERIOD="2020" OBS_VALUE="NaN"/>
    </Series>
    <Series FREQ="A" FLOW="M" PARTNER="BR" UNIT="T"><Obs TIME_PERIOD="2019" OBS_VALUE="-7" OBS_STATUS="E"/></Series>"""
    whole = {"COLLECTION": "S", "CONTACT": "one; two", "FREQ": "A", "UNIT": "T"}
    china = whole | {
        "FLOW": "X", "PARTNER": "CN", "UNIT_MULT": "3", "NOTE": "part", "TITLE": "Soya beans Soja",
    }  # fmt: skip
    assert read_three(data) == [
        china | {"TIME_PERIOD": "2019", "OBS_VALUE": "12.5", "OBS_STATUS": "A; P"},
        china | {"TIME_PERIOD": "2020", "OBS_VALUE": ""},
        whole | {"FLOW": "M", "PARTNER": "BR", "TIME_PERIOD": "2019", "OBS_VALUE": "-7", "OBS_STATUS": "E"},
    ]


def test_flat_message_of_3_0_gives_its_observations() -> None:
    """Where all dimensions are at the observation there is no series; a second data set begins anew (SDMX 3.0)."""
    data = """<Atts UNIT_MULT="3"/><Obs FLOW="X" TIME_PERIOD="2019" OBS_VALUE="1"/>
    </m:DataSet><m:DataSet ss:structureRef="T"><Obs FLOW="M" TIME_PERIOD="2019" OBS_VALUE="2"/>"""
    assert read_three(data) == [
        {"UNIT_MULT": "3", "FLOW": "X", "TIME_PERIOD": "2019", "OBS_VALUE": "1"},
        {"FLOW": "M", "TIME_PERIOD": "2019", "OBS_VALUE": "2"},
    ]


THREE_REFUSED = {
    "a deletion": ('<Obs FLOW="X" TIME_PERIOD="2019"/>', "Delete", "deletes observations"),
    "no observation": ('<Series FLOW="X"/>', "Information", "holds no observation"),
    "attributes after observations": (
        '<Obs FLOW="X" TIME_PERIOD="2019" OBS_VALUE="1"/><Atts UNIT_MULT="3"/>', "Information",
        r"gives attributes \(Atts\) after observations",
    ),
    "a group after observations": (
        '<Obs FLOW="X" TIME_PERIOD="2019" OBS_VALUE="1"/><Group FLOW="X" UNIT_MULT="3"/>', "Information",
        r"gives attributes \(Group\) after observations",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", THREE_REFUSED)
def test_message_of_3_0_that_cannot_be_taken_whole_is_refused(case: str) -> None:
    """A figure without the scale that stands below it would be wrong by a thousand, and nobody would see (R5)."""
    data, action, reason = THREE_REFUSED[case]
    with pytest.raises(MalformedError, match=reason):
        read_three(data, action)


REFUSED = {
    "structures": ("Structure", "<m:Structures/>", "structures, and no figures"),
    "another document": ("Letter", "", "the document is 'Letter'"),
    "no observation, and why": (
        "GenericData", "<m:Footer><m:Message><m:Text>Too large; come back later</m:Text></m:Message></m:Footer>",
        "holds no observation; it says: Too large; come back later",
    ),
    "a data set that deletes": ("GenericData", '<m:DataSet action="Delete"/>', "deletes observations"),
    "a header that deletes": (
        "GenericData", "<m:Header><m:DataSetAction>Delete</m:DataSetAction></m:Header>", "deletes observations",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_message_without_figures_is_refused_with_what_it_says(case: str) -> None:
    """Services answer with structures, notes and deletions; none of them is a figure (style §7)."""
    root, inner, reason = REFUSED[case]
    with pytest.raises(MalformedError, match=reason):
        read(root, inner)
