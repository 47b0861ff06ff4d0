"""SDMX-JSON: versions 1.0 and 2.0, flat and by series, every number as it is spelt."""

import io
import json
from typing import Any

import pytest

from ledger.errors import MalformedError
from ledger.ingest.sdmx_json import read_sdmx_json
from ledger.ingest.source import Source


def read(raw: str) -> list[dict[str, str]]:
    """Return the observations of a message."""
    return list(read_sdmx_json(Source(io.BytesIO(raw.encode()), name="a.json")))


def dimension(name: str, *values: str) -> dict[str, Any]:
    """Return a dimension with its values."""
    return {"id": name, "values": [{"id": value} for value in values]}


STRUCTURE: dict[str, Any] = {
    "dimensions": {
        "dataSet": [dimension("FREQ", "M")],
        "series": [dimension("CUR", "USD", "GBP")],
        "observation": [dimension("TIME_PERIOD", "2020-01", "2020-02")],
    },
    "attributes": {
        "series": [{"id": "TITLE", "values": [{"name": "dollars"}]}],
        "observation": [dimension("OBS_STATUS", "A", "P")],
    },
}
SETS = (
    '[{"action":"Information","series":{"0":{"attributes":[0],"observations":{"0":[1.50,1],"1":[null,0]}},'
    '"1":{"attributes":[null],"observations":{"1":[2]}}}}]'
)
EXPECTED = [
    {"FREQ": "M", "CUR": "USD", "TITLE": "dollars", "TIME_PERIOD": "2020-01", "OBS_VALUE": "1.50", "OBS_STATUS": "P"},
    {"FREQ": "M", "CUR": "USD", "TITLE": "dollars", "TIME_PERIOD": "2020-02", "OBS_VALUE": "", "OBS_STATUS": "A"},
    {"FREQ": "M", "CUR": "GBP", "TIME_PERIOD": "2020-02", "OBS_VALUE": "2"},
]


def test_message_of_version_1_is_read() -> None:
    """Places in a key are looked up in the structure, which may stand behind the data."""
    assert read(f'{{"dataSets":{SETS},"structure":{json.dumps(STRUCTURE)}}}') == EXPECTED


def test_message_of_version_2_is_read() -> None:
    """Version 2 has its data below a member, and one structure for each set that names it."""
    assert read(f'{{"data":{{"structures":[{json.dumps(STRUCTURE)}],"dataSets":{SETS}}}}}') == EXPECTED


def test_flat_message_is_read() -> None:
    """Observations without series carry their whole key."""
    flat = {"dimensions": {"observation": [dimension("CUR", "USD"), dimension("TIME_PERIOD", "2020")]}}
    raw = f'{{"structure":{json.dumps(flat)},"dataSets":[{{"observations":{{"0:0":[40.3000]}}}}]}}'
    assert read(raw) == [{"CUR": "USD", "TIME_PERIOD": "2020", "OBS_VALUE": "40.3000"}]


def message(sets: str) -> str:
    """Return a message of version 1 with these data sets."""
    return f'{{"structure":{json.dumps(STRUCTURE)},"dataSets":{sets}}}'


REFUSED = {
    "no JSON": ("<html>", "is not a JSON object|web page"),
    "no data": ('{"errors":[{"code":100,"title":"No results found"}]}', "no data set; it says: No results found"),
    "no observation": (message('[{"series":{}}]'), "holds no observation"),
    "a set that deletes": (message('[{"action":"Delete","series":{}}]'), "deletes observations"),
    "a place that the structure lacks": (message('[{"series":{"7":{"observations":{"0":[1]}}}}]'), "not SDMX-JSON"),
    "a place before the first": (message('[{"series":{"-1":{"observations":{"0":[1]}}}}]'), "is no place in a list"),
    "a key that is too short": (message('[{"observations":{"0:0":[1]}}]'), "has 2 places where 1 are expected"),
    "an observation without a value": (message('[{"series":{"0":{"observations":{"0":[]}}}}]'), "lacks its value"),
    "a value that is no number or text": (message('[{"series":{"0":{"observations":{"0":[[1]]}}}}]'), "not SDMX-JSON"),
    "cut short": (message("[")[:-1], "cut short"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_message_that_contradicts_its_structure_is_refused(case: str) -> None:
    """A message is read by its own structure, and refused where the two do not fit (style §7)."""
    raw, reason = REFUSED[case]
    with pytest.raises(MalformedError, match=reason):
        read(raw)
