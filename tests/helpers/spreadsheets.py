"""Writes small spreadsheets: .xlsx and .ods with cells of every kind, and nothing else."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from xml.sax.saxutils import escape, quoteattr


class Xml(NamedTuple):
    """A cell, or all rows, as they stand in the file."""

    text: str


class Percent(NamedTuple):
    """A share that is shown in per cent."""

    value: float


Rows = Sequence[Sequence[Any]]
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
# General, date, date and time, time, duration, per cent
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><numFmts count="1"><numFmt numFmtId="164" '
    'formatCode="[h]:mm:ss"/></numFmts><cellXfs count="6"><xf numFmtId="0"/>'
    '<xf numFmtId="14"/><xf numFmtId="22"/><xf numFmtId="21"/><xf numFmtId="164"/>'
    '<xf numFmtId="9"/></cellXfs></styleSheet>'
)
_DAY = datetime.timedelta(days=1)
_ZERO = datetime.datetime(1899, 12, 30)


def letters(column: int) -> str:
    """Return the name of a column, from 0."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def packed(parts: Mapping[str, str | bytes]) -> bytes:
    """Return a zip of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def xlsx(
    sheets: Mapping[str, Rows | Xml] | Rows | Xml,
    hidden: Iterable[str] = (),
    extra: Mapping[str, str | bytes] | None = None,
) -> bytes:
    """Return a workbook of Excel.

    Args:
        sheets: their rows by name, or the rows of a single one.
        hidden: sheets that are not shown. extra: further parts of the archive, or other ones.
    """
    if not isinstance(sheets, Mapping):
        sheets = {"Sheet1": sheets}
    names = list(sheets)
    listed = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{k}" r:id="rId{k}"'
        f"{' state=' + chr(34) + 'hidden' + chr(34) if name in hidden else ''}/>"
        for k, name in enumerate(names, 1)
    )
    related = "".join(
        f'<Relationship Id="rId{k}" Type="{_DOCUMENT}/worksheet" '
        f'Target="worksheets/sheet{k}.xml"/>'
        for k in range(1, len(names) + 1)
    )
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="r" '
        f'Type="{_DOCUMENT}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}">'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_RELATIONS}">{related}'
        f'<Relationship Id="s" Type="{_DOCUMENT}/styles" Target="styles.xml"/>'
        f'<Relationship Id="t" Type="{_DOCUMENT}/sharedStrings" Target="sharedStrings.xml"/>'
        "</Relationships>",
        "xl/styles.xml": _STYLES,
    }
    for k, rows in enumerate(sheets.values(), 1):
        data = rows.text if isinstance(rows, Xml) else "".join(map(_xlsx_row, enumerate(rows)))
        parts[f"xl/worksheets/sheet{k}.xml"] = (
            f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="{_MAIN}">'
            f"<sheetData>{data}</sheetData></worksheet>"
        )
    return packed({**parts, **(extra or {})})


def _xlsx_row(numbered: tuple[int, Sequence[Any]]) -> str:
    row, cells = numbered
    written = "".join(_xlsx_cell(f"{letters(k)}{row + 1}", c) for k, c in enumerate(cells))
    return f'<row r="{row + 1}">{written}</row>'


def _xlsx_cell(place: str, cell: Any) -> str:
    if cell is None or cell == "":
        return ""
    if isinstance(cell, Xml):
        return cell.text.replace("PLACE", f'r="{place}"')
    if isinstance(cell, bool):
        return f'<c r="{place}" t="b"><v>{int(cell)}</v></c>'
    if isinstance(cell, str):
        text = f'<t xml:space="preserve">{escape(cell)}</t>'
        return f'<c r="{place}" t="inlineStr"><is>{text}</is></c>'
    style, number = 0, cell
    if isinstance(cell, datetime.datetime):
        style, number = 2, (cell - _ZERO) / _DAY
    elif isinstance(cell, datetime.date):
        style, number = 1, (datetime.datetime.combine(cell, datetime.time()) - _ZERO).days
    elif isinstance(cell, datetime.time):
        style, number = 3, _of_day(cell) / _DAY
    elif isinstance(cell, datetime.timedelta):
        style, number = 4, cell / _DAY
    elif isinstance(cell, Percent):
        style, number = 5, cell.value
    return f'<c r="{place}" s="{style}"><v>{number!r}</v></c>'


def _of_day(time: datetime.time) -> datetime.timedelta:
    return datetime.datetime.combine(_ZERO.date(), time) - _ZERO


def ods(sheets: Mapping[str, Rows | Xml] | Rows | Xml, tail: str = "") -> bytes:
    """Return a spreadsheet of OpenDocument; see `xlsx`. `tail` follows the sheets."""
    if not isinstance(sheets, Mapping):
        sheets = {"Sheet1": sheets}
    tables = "".join(
        f"<table:table table:name={quoteattr(name)}>"
        + (rows.text if isinstance(rows, Xml) else "".join(map(_ods_row, rows)))
        + "</table:table>"
        for name, rows in sheets.items()
    )
    urn = "urn:oasis:names:tc:opendocument:xmlns"
    kinds = "".join(f' xmlns:{k}="{urn}:{k}:1.0"' for k in ("office", "table", "text"))
    return packed(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": f'<m:manifest xmlns:m="{urn}:manifest:1.0"/>',
            "content.xml": '<?xml version="1.0" encoding="UTF-8"?>'
            f"<office:document-content{kinds}>"
            f"<office:body><office:spreadsheet>{tables}{tail}</office:spreadsheet></office:body>"
            "</office:document-content>",
        }
    )


def _ods_row(cells: Sequence[Any]) -> str:
    end = '<table:table-cell table:number-columns-repeated="16000"/>'
    return f"<table:table-row>{''.join(map(_ods_cell, cells))}{end}</table:table-row>"


def _ods_cell(cell: Any) -> str:
    if cell is None or cell == "":
        return "<table:table-cell/>"
    if isinstance(cell, Xml):
        return cell.text
    if isinstance(cell, bool):
        kind, value = "boolean", f'office:boolean-value="{str(cell).lower()}"'
    elif isinstance(cell, str):
        kind, value = "string", ""
    elif isinstance(cell, datetime.date):  # with a time or without
        kind, value = "date", f'office:date-value="{cell.isoformat()}"'
    elif isinstance(cell, datetime.time | datetime.timedelta):
        length = _of_day(cell) if isinstance(cell, datetime.time) else cell
        seconds = round(length / datetime.timedelta(seconds=1))
        text = f"PT{seconds // 3600:02}H{seconds // 60 % 60:02}M{seconds % 60:02}S"
        kind, value = "time", f'office:time-value="{text}"'
    elif isinstance(cell, Percent):
        kind, value = "percentage", f'office:value="{cell.value!r}"'
    else:
        kind, value = "float", f'office:value="{cell!r}"'
    shown = f"<text:p>{escape(str(cell))}</text:p>"
    return f'<table:table-cell office:value-type="{kind}" {value}>{shown}</table:table-cell>'
