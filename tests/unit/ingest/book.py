"""Workbooks made by hand, down to the marks that a writer of workbooks would not write."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"

Cell = str | int | float | tuple[str, str] | None
"""A text, a number, or a kind with its value: a day by its serial, a formula, an error, or the XML itself."""


def packed(members: Mapping[str, str | bytes], *, stored: str = "") -> bytes:
    """Return an archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content, zipfile.ZIP_STORED if name == stored else zipfile.ZIP_DEFLATED)
    return file.getvalue()


def stated(raw: bytes, size: int) -> bytes:
    """Return an archive of one member that states another size."""
    changed = bytearray(raw)
    at = changed.rindex(b"PK\x01\x02")
    changed[at + 24 : at + 28] = size.to_bytes(4, "little")
    return bytes(changed)


def letters(column: int) -> str:
    """Return the letter of a column, which counts from 0."""
    return chr(ord("A") + column)


def _xlsx_cell(place: str, cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{escape(cell)}</t></is></c>'
    if not isinstance(cell, tuple):
        return f'<c r="{place}"><v>{cell}</v></c>'
    kind, value = cell
    return {
        "day": f'<c r="{place}" s="1"><v>{value}</v></c>',
        "formula": f'<c r="{place}"><f>A1+1</f>{f"<v>{value}</v>" if value else ""}</c>',
        "error": f'<c r="{place}" t="e"><f>1/0</f><v>{value}</v></c>',
        "raw": value,
    }[kind]


def sheet_xml(rows: Mapping[int, Sequence[Cell]], *, merged: tuple[str, ...] = ()) -> str:
    """Return the file of a sheet; rows by the number that a spreadsheet shows."""
    lines = [
        f'<row r="{number}">{"".join(_xlsx_cell(f"{letters(n)}{number}", cell) for n, cell in enumerate(cells))}</row>'
        for number, cells in rows.items()
    ]
    areas = "".join(f'<mergeCell ref="{area}"/>' for area in merged)
    joined = f'<mergeCells count="{len(merged)}">{areas}</mergeCells>' if merged else ""
    return f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(lines)}</sheetData>{joined}</worksheet>'


def xlsx(sheets: Mapping[str, str], *, hidden: tuple[str, ...] = ()) -> bytes:
    """Return a workbook of Excel: names of sheets and their files."""
    listed = related = ""
    for n, name in enumerate(sheets, start=1):
        state = ' state="hidden"' if name in hidden else ""
        listed += f'<sheet name={quoteattr(name)} sheetId="{n}" r:id="rId{n}"{state}/>'
        related += _relation(f"rId{n}", "worksheet", f"worksheets/sheet{n}.xml")
    types = '<Default Extension="xml" ContentType="application/xml"/>'
    styles = '<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
    members: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">{types}</Types>',
        "_rels/.rels": _relations(_relation("rId1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATED}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relations(related + _relation("rIdS", "styles", "styles.xml")),
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}">{styles}</styleSheet>',
    }
    for n, content in enumerate(sheets.values(), start=1):
        members[f"xl/worksheets/sheet{n}.xml"] = content
    return packed(members)


def _relation(name: str, kind: str, target: str) -> str:
    return f'<Relationship Id="{name}" Type="{RELATED}/{kind}" Target="{target}"/>'


def _relations(relations: str) -> str:
    return f'<Relationships xmlns="{PACKAGE}/relationships">{relations}</Relationships>'


def book(rows: Mapping[int, Sequence[Cell]], *, merged: tuple[str, ...] = ()) -> bytes:
    """Return a workbook of Excel with one sheet."""
    return xlsx({"Data": sheet_xml(rows, merged=merged)})


OFFICE = "urn:oasis:names:tc:opendocument:xmlns"
ODS = "application/vnd.oasis.opendocument.spreadsheet"


def ods(table: str) -> bytes:
    """Return a workbook of OpenDocument with one sheet, its rows as XML."""
    content = (
        f'<office:document-content xmlns:office="{OFFICE}:office:1.0" xmlns:table="{OFFICE}:table:1.0" '
        f'xmlns:text="{OFFICE}:text:1.0"><office:body><office:spreadsheet><table:table table:name="Data">{table}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        f'<manifest:manifest xmlns:manifest="{OFFICE}:manifest:1.0"><manifest:file-entry manifest:full-path="/" '
        f'manifest:media-type="{ODS}"/></manifest:manifest>'
    )
    return packed({"mimetype": ODS, "content.xml": content, "META-INF/manifest.xml": manifest}, stored="mimetype")


def ods_row(*cells: str | float | None, repeated: int = 1) -> str:
    """Return a row of an OpenDocument sheet."""
    made = []
    for cell in cells:
        if cell is None:
            made.append("<table:table-cell/>")
        elif isinstance(cell, str):
            made.append(
                f'<table:table-cell office:value-type="string"><text:p>{escape(cell)}</text:p></table:table-cell>'
            )
        else:
            kind = f'office:value-type="float" office:value="{cell}"'
            made.append(f"<table:table-cell {kind}><text:p>{cell}</text:p></table:table-cell>")
    return f'<table:table-row table:number-rows-repeated="{repeated}">{"".join(made)}</table:table-row>'
