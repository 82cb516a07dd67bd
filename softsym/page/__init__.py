"""Reports to read and to play with: one document as data, written as one self-contained HTML file or as Markdown.

A :class:`Document` has sections; a :class:`Section` has blocks:

============  ==================================================================================================
block         shows
============  ==================================================================================================
``Prose``     a paragraph; `code` in backticks, and $formulas of the language$ between dollar signs
``Display``   a formula on a line of its own
``Derived``   a derivation (anything with ``steps``): numbered steps with rule, before, after, condition, check
``Checked``   verdicts: statement, badge, method, counterexample, and the proof's steps folded
``Table``     a table; its ``hidden`` columns can be predicted before they are shown
``Chart``     curves (``Series``), drawn as SVG, with a description in words
``Play``      values to change: slider, entries, table, bars, curves, surface; printed from the stable form
``Code``      a program or LaTeX to copy
============  ==================================================================================================

``write_page(document, path)`` writes ``.html`` or ``.md``, ``write_index(folder)`` lists the pages of a folder in
``index.html``; ``to_html`` and ``to_markdown`` give the texts. All text from outside is escaped.

>>> page = Document("Softmax", (Section("Definition", (Display("softmax(z)[i] == exp(z[i])/sum(exp(z))"),)),))
>>> print(to_markdown(page))
# Softmax
<BLANKLINE>
## Definition
<BLANKLINE>
$$\\operatorname{softmax}(z)_i = \\frac{e^{z_i}}{\\sum_{k=1}^{N} e^{z_k}}$$
<BLANKLINE>
"""

from softsym.page.document import (
    Block,
    Chart,
    Checked,
    Code,
    Derived,
    Display,
    Document,
    Link,
    Play,
    Prose,
    Section,
    Series,
    Table,
)
from softsym.page.html import to_html
from softsym.page.markdown import to_markdown
from softsym.page.writing import write_index, write_page

__all__ = [
    "Block",
    "Chart",
    "Checked",
    "Code",
    "Derived",
    "Display",
    "Document",
    "Link",
    "Play",
    "Prose",
    "Section",
    "Series",
    "Table",
    "to_html",
    "to_markdown",
    "write_index",
    "write_page",
]
