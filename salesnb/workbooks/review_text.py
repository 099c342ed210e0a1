"""What a cell of a workbook shows besides charts: words, as HTML and as plain text, always escaped."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from salesnb.charts import Chart
from salesnb.charts.chart import NARROW, picture
from salesnb.charts.text import clean, untypeset
from salesnb.charts.theme import fixed

__all__ = ["Point", "Text", "beside", "folded", "heading", "paragraph", "points", "small"]


@dataclass(frozen=True, kw_only=True, repr=False)
class Text:
    """Words to show; in a notebook it shows itself.

    Attributes
    ----------
    plain
        As text.
    html
        As HTML, with everything that came from data escaped.
    """

    plain: str
    html: str

    def __repr__(self) -> str:
        """Give the words."""
        return self.plain

    def _repr_mimebundle_(
        self,
        include: object = None,  # noqa: ARG002 -- IPython's protocol
        exclude: object = None,  # noqa: ARG002
    ) -> dict[str, Any]:
        return {"text/plain": self.plain, "text/html": untypeset(self.html)}


@dataclass(frozen=True, kw_only=True)
class Point:
    """One item of a list: what stands out, what it means, and what that rests on."""

    what: str
    detail: str = ""
    basis: str = ""


def heading(title: str, lines: Sequence[str] = ()) -> Text:
    """Show a page's title and the lines below it.

    Examples
    --------
    >>> print(heading("West", ["Data as of Dec 31, 2017"]))
    West
    Data as of Dec 31, 2017
    """
    below = "".join(f'<p class="snb-asof">{_safe(line)}</p>' for line in lines)
    html = f'<header class="snb-title"><h1>{_safe(title)}</h1>{below}</header>'
    return Text(plain="\n".join(map(clean, (title, *lines))), html=html)


def paragraph(sentences: Sequence[str], *, lead: bool = False) -> Text:
    """Show sentences as one paragraph; ``lead`` sets the page's finding apart."""
    words = " ".join(clean(sentence) for sentence in sentences if sentence)
    mark = ' class="snb-finding"' if lead else ""
    return Text(plain=words, html=f"<p{mark}>{escape(words)}</p>")


def small(sentences: Sequence[str]) -> Text:
    """Show sentences as small print, a line each."""
    lines = [clean(sentence) for sentence in sentences if sentence]
    html = '<p class="snb-small"><small>' + "<br>".join(map(escape, lines)) + "</small></p>"
    return Text(plain="\n".join(lines), html=html)


def folded(summary: str, parts: Sequence[Text | Chart]) -> Text:
    """Show parts below a line that opens and closes them, by mouse or by keyboard; charts as narrow images.

    Examples
    --------
    >>> print(folded("Method", [paragraph(["By hand."])]))
    Method
    By hand.
    """
    shown = "".join(part.html if isinstance(part, Text) else _image(part) for part in parts)
    words = "\n".join(part.plain if isinstance(part, Text) else part.text() for part in parts)
    html = f'<details class="snb-folded"><summary>{_safe(summary)}</summary>{shown}</details>'
    return Text(plain=f"{clean(summary)}\n{words}", html=html)


def beside(charts: Sequence[Chart]) -> Text:
    """Show charts in one cell, two side by side where there is room."""
    return Text(plain="\n".join(chart.text() for chart in charts), html="&emsp;".join(map(_image, charts)))


def _image(chart: Chart) -> str:
    """Give a chart as an image that fits a phone; two stand side by side where there is room."""
    # Pages take no margin from a notebook, so what stands between two is a space, for which they leave room.
    svg = fixed(chart.svg(NARROW - 12, opaque=True))
    return picture(svg, alt=chart.alt(), style="max-width:100%;height:auto")


def points(items: Sequence[Point], *, ranked: bool = False) -> Text:
    """Show a list, numbered when its order matters.

    Examples
    --------
    >>> print(points([Point(what="Deals stall.", basis="3 of 9 open deals")], ranked=True))
    1. Deals stall. (Basis: 3 of 9 open deals.)
    """
    tag = "ol" if ranked else "ul"
    body = "".join(f"<li>{_item(item)}</li>" for item in items)
    lines = [_line(f"{place}." if ranked else "-", item) for place, item in enumerate(items, 1)]
    return Text(plain="\n".join(lines), html=f'<{tag} class="snb-points">{body}</{tag}>')


def _item(item: Point) -> str:
    strong = f"<strong>{_safe(item.what)}</strong>" if item.detail or item.basis else _safe(item.what)
    detail = f" {_safe(item.detail)}" if item.detail else ""
    basis = f"<br><small>Basis: {_safe(item.basis)}.</small>" if item.basis else ""
    return strong + detail + basis


def _line(mark: str, item: Point) -> str:
    basis = f" (Basis: {clean(item.basis)}.)" if item.basis else ""
    return " ".join(part for part in (mark, clean(item.what), clean(item.detail)) if part) + basis


def _safe(text: str) -> str:
    return escape(clean(text))
