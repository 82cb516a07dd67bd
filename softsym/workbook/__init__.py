"""Live workbooks: every figure a formula on input cells, with its value, its mathematics and its checks.

A report is a :class:`Book`. Its inputs come first; then tables whose columns are steps, each a text of the language in
the inputs and the columns before it; results, checks and charts; and :meth:`Book.write`::

    book = Book("Beta tables", "Softmax at two inverse temperatures.",
                [Scalar("beta", 500, "inverse temperature", kind="real"), Vector("z", [0.95, 0.99, 0.98], "logits")])
    steps = book.table("At beta", "z")                                  # a row an entry of z
    steps.column("naive", "exp(beta*z)", number_format="0.00E+00", accept="it overflows for a large beta, to show it")
    steps.column("e", "exp(beta*z - max(beta*z))")
    cells = steps.column("p", "e/sum(e)", number_format="0.00%", output=True)
    steps.note("as printed", ["0.00%", "99.33%", "0.67%"])              # text beside ours
    steps.total("p", number_format="0.00%")
    book.printed("softmax, second entry", "99.33%", "Workings!$E$10")   # checked until an input is changed
    book.result("smooth_max", "lse(z, beta)", "the log-sum-exp")        # any scalar, printed from its stable form
    book.check("the probabilities sum to one", "sum(p)", "1")
    book.check("naive and stable agree", "naive/sum(naive)", "p", skip_errors=True)
    sweep = book.sweep("Over beta", "beta", [0.5, 1, 2, 4, 8])
    curve = sweep.column("lse(z, beta)", "LSE")
    book.chart(Chart("scatter", "LSE tends to the maximum", "", sweep.x, (curve,), "beta", "LSE"))
    book.exercise("predict, then reveal", cells, number_format="0.00%")  # shown once a guess is typed
    book.derivation("The gradient of LSE", [("rule", "expression", "condition")], "proved for every N")
    book.write("beta_tables.xlsx")

Names of columns and results are new names of the whole book. :meth:`Book.grid` gives blocks over two parameters,
``Table.column`` gives the cells of a column for charts and :meth:`Book.printed`; :func:`entry_cell` names one of them.
A chart's place on the Results sheet is chosen by the book.

:func:`write_workbook` does all of this for expressions and inputs alone; :func:`write_rows` for many rows of logits,
classes across; :func:`audit` reads any workbook and lists what a reviewer would mend. :mod:`softsym.workbook.plan` is
the plan underneath, pure data.
"""

from softsym.workbook.audit import Finding, audit
from softsym.workbook.book import Book
from softsym.workbook.export import write_workbook
from softsym.workbook.plan import Cell, CellError, Chart, Plan, Series, Sheet
from softsym.workbook.rows import write_rows
from softsym.workbook.scope import Scalar, Vector, entry_cell
from softsym.workbook.writer import write

__all__ = [
    "Book",
    "Cell",
    "CellError",
    "Chart",
    "Finding",
    "Plan",
    "Scalar",
    "Series",
    "Sheet",
    "Vector",
    "audit",
    "entry_cell",
    "write",
    "write_rows",
    "write_workbook",
]
