"""Pages as files: written beside their place and then put there, so that no half of one is ever seen."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from html import escape
from html.parser import HTMLParser
from pathlib import Path

from softsym.errors import SoftsymError
from softsym.page.document import Document
from softsym.page.html import asset, policy, to_html
from softsym.page.markdown import to_markdown


def write_page(document: Document, path: str | os.PathLike[str]) -> Path:
    """Write the document to ``path``: Markdown if it ends in ``.md``, HTML if it ends in ``.html``.

    Raises :class:`~softsym.errors.SoftsymError` for another ending or a place that cannot be written.
    """
    target = Path(path)
    makers = {".html": to_html, ".md": to_markdown}
    if target.suffix not in makers:
        raise SoftsymError(f"a page is written as .html or .md, and {target.name!r} was given")
    return _replace(target, makers[target.suffix](document))


def write_index(folder: str | os.PathLike[str], title: str = "Reports") -> Path:
    """Write ``index.html``, which lists the pages in a folder with what they are about and their verdict counts."""
    place = Path(folder)
    pages = [page for path in sorted(place.glob("*.html")) if path.name != "index.html" and (page := _Page(path)).made]
    style = asset("page.css")
    items = "\n".join(_item(page, place) for page in pages)
    return _replace(place / "index.html", _INDEX.format(
        title=escape(title), policy=policy([], [style]), style=style, items=items, count=len(pages),
        plural="" if len(pages) == 1 else "s",
    ))  # fmt: skip


_INDEX = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<header><h1>{title}</h1><p class="summary">{count} report{plural}</p></header>
<main>
{items}
</main>
</body>
</html>
"""


class _Page(HTMLParser):
    """What a page says of itself in its head."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path, self.meta, self.title, self.in_title = path, {}, "", False
        text = path.read_text(encoding="utf-8", errors="replace")
        self.feed(text[: text.find("<style>")])

    meta: dict[str, str]

    @property
    def made(self) -> bool:
        """Whether softsym made the page."""
        return "softsym-verdicts" in self.meta

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "meta" and found.get("name"):
            self.meta[found["name"] or ""] = found.get("content") or ""
        self.in_title = tag == "title"

    def handle_data(self, data: str) -> None:
        if self.in_title:
            self.title += data
            self.in_title = False


def _item(page: _Page, folder: Path) -> str:
    """A page's entry: its title, its summary, its verdicts, and the files beside it."""
    badges = " ".join(_badges(page.meta["softsym-verdicts"]))
    described = escape(page.meta.get("description", "").replace("$", "").replace("`", ""))
    beside = [path for ending in (".xlsx", ".md") if (path := folder / f"{page.path.stem}{ending}").exists()]
    links = " ".join(f'<a href="{escape(path.name)}">{escape(path.name)}</a>' for path in beside)
    return (
        f'<article class="verdict"><h2><a href="{escape(page.path.name)}">{escape(page.title)}</a></h2>'
        f'<p>{described}</p><p class="condition">{badges} {links}</p></article>'
    )


def _badges(counts: str) -> Iterator[str]:
    for count in filter(None, counts.split(", ")):
        status = count.split()[-1]
        yield f'<span class="badge {escape(status)}">{escape(count)}</span>'


def _replace(target: Path, text: str) -> Path:
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(name, 0o644)
        os.replace(name, target)
    except OSError as error:
        raise SoftsymError(f"cannot write {target}: {error.strerror}") from None
    return target
