"""What a chart is: a form, a finding in words and plain data, described once and drawn where it is shown."""

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from typing import Any, TypedDict

from salesnb.charts.sheet import Drawing, Sheet
from salesnb.charts.text import aligned, clean, untypeset
from salesnb.charts.theme import fixed
from salesnb.money import Formatter
from salesnb.registry import Registry

__all__ = ["FORMS", "MIME", "NARROW", "WIDE", "Chart", "Figures", "Form", "Look", "picture"]

WIDE, NARROW = 720, 360
MIME = "application/vnd.salesnb.chart+json"
_ALT_LENGTH = 700
Figures = tuple[tuple[str, ...], ...]


class Look(TypedDict, total=False):
    """What every form takes besides its data."""

    fmt: Formatter
    unit: str
    subtitle: str
    note: str
    nothing: str


@dataclass(frozen=True, kw_only=True)
class Form:
    """A way to draw: the public function that describes it, the drawing, and its figures in words.

    Attributes
    ----------
    make
        The public function that gives a `Chart`.
    draw
        Draws a chart on an empty sheet.
    figures
        The chart's numbers as rows of text, a heading first, as a screen reader and a text terminal get them.
    html
        Gives HTML instead of an image, for forms that are text themselves.
    """

    make: Callable[..., "Chart"]
    draw: Callable[["Chart", Sheet], Drawing]
    figures: Callable[["Chart"], Figures]
    html: Callable[["Chart"], str] | None = None


FORMS = Registry[Form]("chart form", "salesnb.charts")


@dataclass(frozen=True, kw_only=True, repr=False)
class Chart:
    """A chart, not yet drawn; in a notebook it shows itself, elsewhere its finding and its numbers.

    Attributes
    ----------
    form
        Name of its form in `FORMS`.
    finding
        What the reader should see in it, a sentence; drawn as the headline.
    data
        The form's own frozen data.
    fmt, unit
        How its numbers are written, by default US dollars in minor units.
    subtitle
        What is drawn: measure, period, unit.
    note
        Small print below it.
    nothing
        What is said where there is no data.

    Examples
    --------
    >>> from salesnb.charts import bars
    >>> chart = bars("West leads", [("West", 120_000_000), ("East", 90_000_000)])
    >>> chart
    West leads
    <BLANKLINE>
          Value
    West  $1.2M
    East  $900K
    """

    form: str
    finding: str
    data: Any
    fmt: Formatter = field(default_factory=Formatter)
    unit: str = "money"
    subtitle: str = ""
    note: str = ""
    nothing: str = "There is nothing to show for this period."

    def drawing(self, width: int = WIDE) -> Drawing:
        """Lay the chart out for a width in pixels."""
        return FORMS.get(self.form).draw(self, Sheet(width))

    def svg(self, width: int = WIDE, *, opaque: bool = False) -> str:
        """Give the chart as SVG, the same bytes for the same data; the page's ``--snb-`` variables colour it.

        Parameters
        ----------
        width
            In pixels: 720 for pages, 360 for phones, which are laid out differently.
        opaque
            Put the background's colour behind it.
        """
        return self.drawing(width).svg(
            title=clean(self.finding), description=self.description(), opaque=opaque
        )

    def figures(self) -> Figures:
        """Give the chart's numbers as rows of text, a heading first."""
        rows = FORMS.get(self.form).figures(self)
        return tuple(tuple(clean(cell) for cell in row) for row in rows)

    def description(self) -> str:
        """Give the numbers in one line, for screen readers; very long ones end with how many are left out."""
        heading, *rows = self.figures() or ((),)
        if not rows:
            return clean(self.nothing)
        said, length = [], 0
        for row in rows:
            said.append(_sentence(heading, row))
            length += len(said[-1])
            if length > _ALT_LENGTH:
                break
        left = len(rows) - len(said)
        return "; ".join((*said, *([f"and {left} more"] if left else []))) + "."

    def alt(self) -> str:
        """Give the finding and the numbers in one line."""
        return f"{clean(self.finding)} {self.description()}".strip()

    def text(self) -> str:
        """Give the finding and the numbers as aligned text."""
        head, *rows = self.figures() or ((),)
        heading = () if not any(head) else (head,)
        body = aligned((*heading, *rows)) if rows else clean(self.nothing)
        return "\n\n".join(part for part in (clean(self.finding), body, clean(self.note)) if part)

    def html(self) -> str:
        """Give HTML that notebooks show, trusted or not: an image with its alternative text, or a table."""
        own = FORMS.get(self.form).html
        if own is not None:
            return untypeset(own(self))
        return picture(fixed(self.svg(opaque=True)), alt=self.alt(), style="max-width:100%;height:auto")

    def __repr__(self) -> str:
        """Give the finding and the numbers as aligned text."""
        return self.text()

    def _repr_mimebundle_(
        self,
        include: object = None,  # noqa: ARG002 -- IPython's protocol
        exclude: object = None,  # noqa: ARG002
    ) -> dict[str, Any]:
        bundle: dict[str, Any] = {"text/plain": self.text(), "text/html": self.html()}
        if FORMS.get(self.form).html is None:
            bundle[MIME] = {
                "finding": clean(self.finding),
                "wide": self.svg(WIDE),
                "narrow": self.svg(NARROW),
            }
        return bundle


def picture(svg: str, *, alt: str, style: str) -> str:
    """Give SVG as an HTML image that carries it within."""
    source = base64.b64encode(svg.encode()).decode("ascii")
    return f'<img alt="{escape(alt)}" src="data:image/svg+xml;base64,{source}" style="{style}">'


def _sentence(heading: tuple[str, ...], row: tuple[str, ...]) -> str:
    """Say one row: its name, then each figure with what it is, where more than one is given."""
    name, *cells = row
    names = heading[1:]
    pairs = [
        f"{what} {cell}" if len(names) > 1 and what else cell
        for what, cell in zip(names, cells, strict=True)
        if cell
    ]
    return f"{name}: {', '.join(pairs)}" if name else ", ".join(pairs)
