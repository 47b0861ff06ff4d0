"""The mappings that are shipped, of all kinds together: what there is, and the text of one."""

from ledger.ingest.mapping import find_format, format_bytes, format_names
from ledger.ingest.pledge import find_pledge_map, pledge_map_bytes, pledge_map_names
from ledger.ingest.table import parse_table_mapping, table_bytes, table_names


def shipped(name: str) -> bytes | None:
    """Return the text of the mapping of a name, or None where there is none."""
    shelves = ((format_names, format_bytes), (table_names, table_bytes), (pledge_map_names, pledge_map_bytes))
    read = next((read for names, read in shelves if name in names()), None)
    return None if read is None else read(name)


def formats_document() -> dict[str, object]:
    """Return what is shipped, as ``--json`` and HTTP give it."""
    figures = [find_format(one) for one in format_names()]
    tables = [parse_table_mapping(table_bytes(one), name=f"{one}.toml") for one in table_names()]
    pledges = [find_pledge_map(one) for one in pledge_map_names()]
    return {
        "formats": [
            {
                "name": one.name, "title": one.title, "publisher": one.publisher, "container": one.container,
                "measures": sorted({part.measure for part in one.series}), "redistribute": one.redistribute,
            }
            for one in figures
        ],
        "tables": [
            {
                "name": one.name, "title": one.title, "publisher": one.publisher, "container": one.container,
                "kinds": sorted({codes.kind for codes in one.codes}), "redistribute": one.redistribute,
            }
            for one in tables
        ],
        "pledges": [{"name": one.name, "title": one.title, "container": one.container} for one in pledges],
    }  # fmt: skip
