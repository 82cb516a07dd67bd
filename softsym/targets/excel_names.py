"""Names in formulas: which may be given to a variable, and the prefixes that new functions and variables have in files.

A file writes ``LET(z,A1,z+1)`` as ``_xlfn.LET(_xlpm.z,A1,_xlpm.z+1)``: a spreadsheet that does not know a function
shows the prefixed name, and one that does hides it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from softsym.errors import SoftsymError
from softsym.targets.excel_syntax import MAX_COLUMNS, column_number
from softsym.targets.excel_tokens import Token, tokens

_LATER = """
    ACOT ACOTH AGGREGATE ANCHORARRAY ARABIC ARRAYTOTEXT BASE BETA.DIST BETA.INV BINOM.DIST BINOM.DIST.RANGE BINOM.INV
    BITAND BITLSHIFT BITOR BITRSHIFT BITXOR BYCOL BYROW CEILING.MATH CEILING.PRECISE CHISQ.DIST CHISQ.DIST.RT CHISQ.INV
    CHISQ.INV.RT CHISQ.TEST CHOOSECOLS CHOOSEROWS COMBINA CONCAT CONFIDENCE.NORM CONFIDENCE.T COT COTH COVARIANCE.P
    COVARIANCE.S CSC CSCH DAYS DECIMAL DROP ENCODEURL ERF.PRECISE ERFC.PRECISE EXPAND EXPON.DIST F.DIST F.DIST.RT F.INV
    F.INV.RT F.TEST FILTERXML FLOOR.MATH FLOOR.PRECISE FORECAST.ETS FORECAST.ETS.CONFINT FORECAST.ETS.SEASONALITY
    FORECAST.ETS.STAT FORECAST.LINEAR FORMULATEXT GAMMA GAMMA.DIST GAMMA.INV GAMMALN.PRECISE GAUSS GROUPBY HSTACK
    HYPGEOM.DIST IFNA IFS IMAGE IMCOSH IMCOT IMCSC IMCSCH IMSEC IMSECH IMSINH IMTAN ISFORMULA ISOMITTED ISOWEEKNUM
    LAMBDA LET LOGNORM.DIST LOGNORM.INV MAKEARRAY MAP MAXIFS MINIFS MODE.MULT MODE.SNGL MUNIT NEGBINOM.DIST NORM.DIST
    NORM.INV NORM.S.DIST NORM.S.INV NUMBERVALUE PDURATION PERCENTILE.EXC PERCENTILE.INC PERCENTOF PERCENTRANK.EXC
    PERCENTRANK.INC PERMUTATIONA PHI PIVOTBY POISSON.DIST QUARTILE.EXC QUARTILE.INC QUERYSTRING RANDARRAY RANK.AVG
    RANK.EQ REDUCE REGEXEXTRACT REGEXREPLACE REGEXTEST RRI SCAN SEC SECH SEQUENCE SHEET SHEETS SINGLE SKEW.P SORTBY
    STDEV.P STDEV.S SWITCH T.DIST T.DIST.2T T.DIST.RT T.INV T.INV.2T T.TEST TAKE TEXTAFTER TEXTBEFORE TEXTJOIN TEXTSPLIT
    TOCOL TOROW TRIMRANGE UNICHAR UNICODE UNIQUE VALUETOTEXT VAR.P VAR.S VSTACK WEBSERVICE WEIBULL.DIST WRAPCOLS
    WRAPROWS XLOOKUP XMATCH XOR Z.TEST
"""
PREFIXES = dict.fromkeys(_LATER.split(), "_xlfn.") | {"FILTER": "_xlfn._xlws.", "SORT": "_xlfn._xlws."}
"""The functions that came after the file format, and what stands before their names in a file."""
PARAMETER = "_xlpm."
_R1C1 = re.compile(r"R[0-9]*(C[0-9]*)?|C[0-9]*", re.IGNORECASE)
_ADDRESS = re.compile(r"([A-Z]{1,3})[0-9]+", re.IGNORECASE)


@lru_cache(maxsize=1)
def function_names() -> frozenset[str]:
    """The functions of spreadsheets, in capitals."""
    from openpyxl.utils import FORMULAE

    return frozenset(FORMULAE) | frozenset(PREFIXES)


def is_cell_like(name: str) -> bool:
    """Whether a spreadsheet reads the name as a cell, a row or a column.

    >>> is_cell_like("z1"), is_cell_like("R"), is_cell_like("beta1")
    (True, True, False)
    """
    address = _ADDRESS.fullmatch(name)
    return bool(_R1C1.fullmatch(name)) or (address is not None and column_number(address[1]) <= MAX_COLUMNS)


class NameGiver:
    """Gives names that are all different, in capitals too, and that are no cells, functions or logical values.

    >>> giver = NameGiver()
    >>> [giver.name(wanted) for wanted in ("z", "Z", "z1", "T", "exp")]
    ['z', 'Z_2', 'z1_', 'T_', 'exp_']
    """

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self.taken = {name.casefold() for name in taken}

    def name(self, wanted: str) -> str:
        """The wanted name, or the nearest one that is free."""
        base = f"{wanted}_" if is_cell_like(wanted) or wanted.upper() in function_names() else wanted
        found, number = base, 1
        while found.casefold() in self.taken:
            number += 1
            found = f"{base.rstrip('_')}_{number}"
        self.taken.add(found.casefold())
        return found


def file_text(formula: str) -> str:
    """The formula as a file holds it: new functions and the variables of ``LET`` and ``LAMBDA`` have prefixes.

    >>> file_text("LET(z,A1:A3,SUM(z)+ROWS(z))")
    '_xlfn.LET(_xlpm.z,A1:A3,SUM(_xlpm.z)+ROWS(_xlpm.z))'
    >>> file_text("SUM(A1:A3)")
    'SUM(A1:A3)'

    A text that is no formula, or has prefixes, is left as it is.
    """
    try:
        found = tokens(formula)
    except SoftsymError:
        return formula
    prefixes = _prefixes(found)
    for token in sorted(prefixes, key=lambda t: t.start, reverse=True):
        formula = formula[: token.start] + prefixes[token] + formula[token.start :]
    return formula


def _prefixes(found: Sequence[Token]) -> dict[Token, str]:
    """What is put before which token."""
    prefixes: dict[Token, str] = {}
    calls: list[_OpenCall] = []
    for before, token, following in zip([found[0], *found], found, found[1:], strict=False):
        call = calls[-1] if calls else None
        if token.text.lower().startswith("_xl"):  # a file's text already
            return {}
        if token.kind in ("operand", "function") and any(token.text.casefold() in c.names for c in calls):
            prefixes[token] = PARAMETER
        elif token.kind == "function" and token.text.upper() in PREFIXES:
            prefixes[token] = PREFIXES[token.text.upper()]
        elif token.kind == "operand" and call is not None and call.defines(following):
            prefixes[token] = PARAMETER
            call.waiting.append(token.text.casefold())
        if token.text in ("(", "{"):
            calls.append(_OpenCall(before.text.upper() if before.kind == "function" else ""))
        elif token.text in (")", "}") and calls:
            calls.pop()
        elif token.text == "," and call is not None:
            call.pass_argument()
    return prefixes


class _OpenCall:
    """A call whose closing parenthesis is still to come."""

    def __init__(self, function: str) -> None:
        self.function = function.rpartition("_XLFN.")[2]
        self.position = 0
        self.waiting: list[str] = []
        self.names: set[str] = set()

    def defines(self, following: Token) -> bool:
        """Whether an operand that the token follows is a new name here, as every second argument of LET."""
        is_name = self.function == "LAMBDA" or (self.function == "LET" and self.position % 2 == 0)
        return is_name and following.text == ","

    def pass_argument(self) -> None:
        self.position += 1
        if self.function == "LAMBDA" or self.position % 2 == 0:  # a name of LET is known after its value
            self.names.update(self.waiting)
            self.waiting.clear()
