"""What a plan says about a workbook besides its cells, carried over to openpyxl's objects."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from openpyxl.formatting.rule import ColorScaleRule, FormulaRule
from openpyxl.styles import Font, PatternFill
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.workbook.properties import CalcProperties
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.properties import PageSetupProperties

from softsym.targets.excel_names import file_text
from softsym.targets.excel_syntax import column_letters
from softsym.workbook import charts, pages, styles
from softsym.workbook.plan import Plan, Sheet, Validation, area

_FONT_PARTS = (
    b"b", b"i", b"strike", b"condense", b"extend", b"outline", b"shadow", b"u", b"vertAlign", b"sz", b"color", b"name",
    b"family", b"charset", b"scheme",
)  # fmt: skip


def dress_workbook(workbook: Any, plan: Plan, written: datetime) -> None:
    """Make the sheets, styles, names and properties of ``plan`` in an empty workbook."""
    for style in styles.named_styles():
        workbook.add_named_style(style)
    sheets = [workbook.create_sheet(sheet.name) for sheet in plan.sheets]
    for name, where in plan.names.items():
        workbook.defined_names[name] = DefinedName(name, attr_text=file_text(where))
    properties = workbook.properties
    properties.title, properties.subject, properties.keywords = plan.title, plan.subject or None, plan.keywords or None
    properties.description, properties.creator = plan.description or None, "softsym"
    properties.created = properties.modified = written
    workbook.calculation = CalcProperties(fullCalcOnLoad=True)
    for ws, sheet in zip(sheets, plan.sheets, strict=True):
        dress_sheet(ws, sheet, workbook)


def dress_sheet(ws: Any, sheet: Sheet, workbook: Any) -> None:
    """Carry over a sheet's widths, panes, validations, charts, formats, protection and page."""
    ws.sheet_view.showGridLines = False
    for column, width in sorted(sheet.widths.items()):
        ws.column_dimensions[column_letters(column)].width = width
    if sheet.freeze:
        ws.freeze_panes = sheet.freeze
    for validation in sheet.validations:
        ws.add_data_validation(_validation(validation))
    for chart in sheet.charts:
        ws.add_chart(charts.build(chart, workbook), chart.anchor)
    _colour(ws, sheet)
    ws.protection.sheet = True  # without a password: it keeps slips out, not people
    ws.protection.formatColumns = ws.protection.formatRows = False
    _page(ws, sheet)


def fonts_in_order(styles: bytes) -> bytes:
    """The part with the styles, with the parts of each font in the order that Excel writes them in."""
    return re.sub(rb"<font>(.*?)</font>", _in_order, styles, flags=re.DOTALL)


def _in_order(font: re.Match[bytes]) -> bytes:
    parts = re.findall(rb"<(\w+)[^>]*/>", font[1]), re.findall(rb"<\w+[^>]*/>", font[1])
    ordered = sorted(zip(*parts, strict=True), key=lambda part: _FONT_PARTS.index(part[0]))
    return b"<font>" + b"".join(text for _, text in ordered) + b"</font>"


def _validation(wanted: Validation) -> DataValidation:
    made = DataValidation(
        type=wanted.kind,
        operator=wanted.operator if wanted.kind in ("decimal", "whole") else None,
        formula1=wanted.formula,
        formula2=wanted.second or None,
        allow_blank=False,
        showErrorMessage=True,
        showInputMessage=True,
    )
    made.errorTitle, made.error = "Not allowed here", wanted.error[:255]
    made.promptTitle, made.prompt = wanted.title[:32], wanted.prompt[:255]
    made.add(wanted.where)
    return made


def _colour(ws: Any, sheet: Sheet) -> None:
    for scale in sheet.scales:
        colours = {"start_color": "FFF7F9FB", "mid_color": "FFC5D5E6", "end_color": "FF7FA6CE"}
        rule = ColorScaleRule(start_type="min", mid_type="percentile", mid_value=50, end_type="max", **colours)
        ws.conditional_formatting.add(scale.where, rule)
    for mark in sheet.highlights:
        look = styles.LOOKS[mark.style]
        fill = PatternFill("solid", bgColor=f"FF{look.fill}", fgColor=f"FF{look.fill}")
        rule = FormulaRule(formula=[mark.formula], fill=fill, font=Font(color=f"FF{look.colour}", bold=True))
        ws.conditional_formatting.add(mark.where, rule)


def _page(ws: Any, sheet: Sheet) -> None:
    ws.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    setup = ws.page_setup
    setup.orientation = "landscape" if sheet.landscape else "portrait"
    setup.paperSize, setup.fitToWidth, setup.fitToHeight = ws.PAPERSIZE_A4, 1, 0
    margins = ws.page_margins
    margins.left = margins.right = pages.MARGIN_SIDE
    margins.top, margins.bottom, margins.footer = pages.MARGIN_TOP, pages.MARGIN_BOTTOM, pages.MARGIN_FOOTER
    ws.oddFooter.left.text, ws.oddFooter.right.text = "&A", "&P of &N"
    if sheet.repeat_rows:
        ws.print_title_rows = sheet.repeat_rows
    if sheet.printed_right:
        bottom = max(row for row, column in sheet.cells if column <= sheet.printed_right)
        ws.print_area = area(1, 1, bottom, sheet.printed_right)
    for row in pages.breaks(sheet):
        ws.row_breaks.append(Break(id=row))
