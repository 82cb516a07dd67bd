"""Cell styles: the built-in names that every spreadsheet knows, with quiet colours that print well in grey."""

from __future__ import annotations

from dataclasses import dataclass

from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Protection, Side

FONT = "Calibri"
INK, QUIET, BLUE, GREEN, RED = "1F2933", "5F6B7A", "1F4E79", "2E6B4F", "9C2F2F"
RULE = "C9D1DA"


@dataclass(frozen=True, slots=True)
class Look:
    """How a style looks; ``builtin`` is the number that the file format gives the style's name, -1 for ours."""

    builtin: int
    colour: str = INK
    fill: str = ""
    size: float = 11
    bold: bool = False
    italic: bool = False
    border: str = ""  # "box", "below" or none
    wrap: bool = False
    locked: bool = True
    horizontal: str = ""
    indent: int = 0
    meaning: str = ""


LOOKS: dict[str, Look] = {
    "Title": Look(15, BLUE, size=18, bold=True),
    "Heading 1": Look(16, BLUE, size=13, bold=True, border="below"),
    "Heading 3": Look(18, INK, "EEF1F5", bold=True, border="below", horizontal="center", wrap=True),
    "Heading 4": Look(19, INK, bold=True),
    "Explanatory Text": Look(53, QUIET, italic=True),
    "Remark": Look(-1, QUIET, italic=True, indent=1),
    "Mathematics": Look(-1, QUIET, italic=True, wrap=True, horizontal="center"),
    "Body": Look(-1, INK, wrap=True, indent=1),
    "Explanatory Body": Look(-1, QUIET, italic=True, wrap=True, indent=1),
    "Input": Look(20, BLUE, "FFF9E5", border="box", locked=False, meaning="an input: change it"),
    "Calculation": Look(22, INK, "", border="box", meaning="a calculation: a live formula, leave it"),
    "Output": Look(21, INK, "EAF2EC", bold=True, border="box", meaning="a result: a live formula, leave it"),
    "Verdict": Look(-1, INK, "EAF2EC", bold=True, border="box", wrap=True, indent=1),
    "Linked Cell": Look(24, GREEN, border="box", meaning="a value taken from another sheet"),
    "Check Cell": Look(
        23, INK, "EEF1F5", bold=True, border="box", horizontal="center", meaning="the result of a check"
    ),
    "Note": Look(
        10, QUIET, "F7F7F4", border="box", horizontal="right", indent=1, meaning="a figure as its source prints it"
    ),
    "Total": Look(25, INK, bold=True, border="box"),
    "Good": Look(26, GREEN, "E3F1E8", bold=True),
    "Bad": Look(27, RED, "FBE6E3", bold=True),
    "Hyperlink": Look(8, BLUE),
}
"""The styles by name; those with a meaning are listed in the key of the README sheet."""


def named_styles() -> list[NamedStyle]:
    """The styles as openpyxl writes them."""
    return [_named(name, look) for name, look in LOOKS.items()]


def _named(name: str, look: Look) -> NamedStyle:
    underline = "single" if name == "Hyperlink" else None
    style = NamedStyle(
        name,
        font=Font(FONT, look.size, bold=look.bold, italic=look.italic, color=f"FF{look.colour}", underline=underline),
        border=_border(look.border),
        alignment=Alignment(
            horizontal=look.horizontal or ("left" if look.indent else None),
            vertical="center",
            wrap_text=look.wrap or None,
            indent=look.indent,
        ),
        protection=Protection(locked=look.locked),
        builtinId=look.builtin if look.builtin >= 0 else None,
    )
    if look.fill:
        style.fill = PatternFill("solid", fgColor=f"FF{look.fill}")
    return style


def _border(kind: str) -> Border:
    line = Side("thin", color=f"FF{RULE}")
    if kind == "box":
        return Border(left=line, right=line, top=line, bottom=line)
    return Border(bottom=line) if kind == "below" else Border()
