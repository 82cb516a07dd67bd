"""Charts as openpyxl writes them, with the settings that Excel and LibreOffice need to show them well."""

from __future__ import annotations

from typing import Any

from openpyxl.chart import BarChart, Reference, ScatterChart, SurfaceChart3D
from openpyxl.chart import Series as ChartSeries
from openpyxl.chart.series import SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import CharacterProperties, Paragraph, ParagraphProperties

from softsym.errors import UnsupportedError, did_you_mean
from softsym.workbook.plan import Chart
from softsym.workbook.styles import INK, QUIET

_PALETTE = ("1F4E79", "C26A1B", "2F6B4F", "8A4F7D", "6A6A6A", "B08D2E")
_BARS = ("1F4E79", "CF8F52", "B9C9BF", "7D5A78", "7A7A7A", "D9C48A")
"""Fills that differ in lightness as well as in colour."""
_DASHES = ("solid", "dash", "sysDash", "dashDot", "lgDash", "lgDashDot")
"""Curves differ in dash as well as in colour, so that they can be told apart in grey."""


def build(chart: Chart, workbook: Any) -> Any:
    """The chart as an object of openpyxl.

    Raises :class:`~softsym.errors.UnsupportedError` for an unknown kind.
    """
    makers = {"scatter": _scatter, "bar": _bar, "surface": _surface}
    if chart.kind not in makers:
        raise UnsupportedError(f"no chart of the kind {chart.kind!r}; {did_you_mean(chart.kind, makers)}")
    made = makers[chart.kind](chart, workbook)
    made.title = chart.title
    made.title.tx.rich.p[0].pPr = ParagraphProperties(defRPr=_letters(1300, INK, bold=True))
    made.title.overlay = False
    made.roundedCorners = False
    made.width, made.height = chart.width, chart.height
    made.x_axis.delete = made.y_axis.delete = False
    _axis(made.x_axis, chart.x_title, chart.x_range, chart.x_format)
    _axis(made.y_axis, "" if chart.kind == "surface" else chart.y_title, chart.y_range, chart.y_format)
    if len(chart.series) < 2 or chart.kind == "surface":
        made.legend = None
    else:
        made.legend.position = "b"
    return made


def _scatter(chart: Chart, workbook: Any) -> Any:
    made = ScatterChart(scatterStyle="lineMarker")
    abscissae = _reference(chart.x, workbook)
    for number, series in enumerate(chart.series):
        curve = ChartSeries(_reference(series.values, workbook), abscissae)
        curve.tx = SeriesLabel(v=series.name)
        curve.smooth = False
        colour = _PALETTE[number % len(_PALETTE)]
        curve.graphicalProperties = GraphicalProperties(
            ln=LineProperties(solidFill=colour, w=22225, prstDash=_DASHES[number % len(_DASHES)])
        )
        curve.marker.symbol = "circle" if chart.markers else "none"
        curve.marker.size = 5 if chart.markers else None
        if chart.markers:
            curve.marker.graphicalProperties = GraphicalProperties(
                solidFill=colour, ln=LineProperties(solidFill=colour)
            )
        made.series.append(curve)
    made.x_axis.crosses = made.y_axis.crosses = "min"
    return made


def _bar(chart: Chart, workbook: Any) -> Any:
    made = BarChart(gapWidth=60)
    for number, series in enumerate(chart.series):
        bars = ChartSeries(_reference(series.values, workbook))
        bars.tx = SeriesLabel(v=series.name)
        bars.graphicalProperties = GraphicalProperties(solidFill=_BARS[number % len(_BARS)])
        bars.invertIfNegative = False
        made.series.append(bars)
    made.set_categories(_reference(chart.x, workbook))
    return made


def _surface(chart: Chart, workbook: Any) -> Any:
    made = SurfaceChart3D()
    for number, series in enumerate(chart.series):
        sheet = ChartSeries(_reference(series.values, workbook))
        sheet.tx = SeriesLabel(v=series.name)
        shade = _shade(number / max(len(chart.series) - 1, 1))
        sheet.graphicalProperties = GraphicalProperties(solidFill=shade, ln=LineProperties(solidFill="FFFFFF", w=3175))
        made.series.append(sheet)
    made.set_categories(_reference(chart.x, workbook))
    made.z_axis.delete = False
    _axis(made.z_axis, chart.y_title, None, "General")  # the heights, on the axis y, need no title
    made.view3D.rotX, made.view3D.rotY = 20, 40
    return made


def _shade(share: float) -> str:
    """A shade between light and dark blue; programs without surfaces draw each series in its own."""
    light, dark = (0xD5, 0xE1, 0xEE), (0x1F, 0x4E, 0x79)
    return "".join(f"{round(a + share * (b - a)):02X}" for a, b in zip(light, dark, strict=True))


def _axis(axis: Any, title: str, scale: tuple[float, float] | None, number_format: str) -> None:
    axis.title = title or None
    if title:
        axis.title.tx.rich.p[0].pPr = ParagraphProperties(defRPr=_letters(1000, QUIET))
        axis.title.overlay = False
    axis.number_format = number_format
    axis.numFmt.sourceLinked = False
    axis.majorTickMark, axis.tickLblPos = "out", "low"
    axis.majorGridlines = None if axis.tagname == "catAx" else axis.majorGridlines
    if axis.majorGridlines is not None:
        axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill="E3E7EB", w=6350))
    axis.spPr = GraphicalProperties(ln=LineProperties(solidFill="8793A1", w=9525))
    axis.txPr = RichText(
        p=[Paragraph(pPr=ParagraphProperties(defRPr=_letters(900, QUIET)), endParaRPr=_letters(900, QUIET))]
    )
    if scale:
        axis.scaling.min, axis.scaling.max = scale


def _letters(size: int, colour: str, *, bold: bool = False) -> CharacterProperties:
    return CharacterProperties(sz=size, b=bold, solidFill=colour)


def _reference(text: str, workbook: Any) -> Reference:
    return Reference(workbook, range_string=text)
