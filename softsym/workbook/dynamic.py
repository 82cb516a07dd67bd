"""What a file says so that formulas spill: the mark on their cells, and the part ``xl/metadata.xml`` that explains it.

Without it Excel shows such a formula in braces, or with ``@`` before its ranges, and gives the first entry only.
"""

from __future__ import annotations

from softsym.workbook.plan import Plan

PART = "xl/metadata.xml"
CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheetMetadata+xml"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sheetMetadata"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DYNAMIC = "http://schemas.microsoft.com/office/spreadsheetml/2017/dynamicarray"
METADATA = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    f'<metadata xmlns="{_MAIN}" xmlns:xda="{_DYNAMIC}">'
    '<metadataTypes count="1"><metadataType name="XLDAPR" minSupportedVersion="120000" copy="1" pasteAll="1"'
    ' pasteValues="1" merge="1" splitFirst="1" rowColShift="1" clearFormats="1" clearComments="1" assign="1"'
    ' coerce="1" cellMeta="1"/></metadataTypes>'
    '<futureMetadata name="XLDAPR" count="1"><bk><extLst><ext uri="{bdbb8cdc-fa1e-496e-a857-3c3f30c029c3}">'
    '<xda:dynamicArrayProperties fDynamic="1" fCollapsed="0"/></ext></extLst></bk></futureMetadata>'
    '<cellMetadata count="1"><bk><rc t="1" v="0"/></bk></cellMetadata></metadata>'
)
"""The one kind of metadata there is: a cell with ``cm="1"`` holds an array that spills."""


class MetadataPart:
    """The part as openpyxl's manifest takes it."""

    path, mime_type = f"/{PART}", CONTENT_TYPE


def spills(plan: Plan) -> bool:
    """Whether any formula of a plan spills."""
    return any(cell.spill for sheet in plan.sheets for cell in sheet.cells.values())


def related(relations: bytes) -> bytes:
    """The workbook's relations with that to the metadata among them."""
    relation = f'<Relationship Id="rIdMetadata" Type="{_RELATION}" Target="metadata.xml"/>'
    return relations.replace(b"</Relationships>", f"{relation}</Relationships>".encode())
