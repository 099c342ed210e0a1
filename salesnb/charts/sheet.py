"""A sheet that forms draw on: shapes and text become SVG, and every text's place is kept for checking."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Literal

from salesnb.charts.text import clean, ellipsize, text_width, wrap
from salesnb.charts.theme import colour

__all__ = ["Box", "Drawing", "Sheet"]

Anchor = Literal["start", "middle", "end"]
_FONT = "'Helvetica Neue',Helvetica,Arial,'Liberation Sans',sans-serif"
_NARROW = 520


@dataclass(frozen=True, kw_only=True)
class Box:
    """Where a text lies, in pixels from the top left."""

    left: float
    top: float
    width: float
    height: float
    text: str

    @property
    def right(self) -> float:
        """The right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.top + self.height

    def overlaps(self, other: "Box") -> bool:
        """Tell whether two texts cover each other."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """A finished sheet: its size, its SVG elements and where its texts lie."""

    width: int
    height: int
    body: str
    boxes: tuple[Box, ...]

    def svg(self, *, title: str, description: str, opaque: bool = False) -> str:
        """Give the whole SVG document; ``opaque`` puts the theme's background behind it."""
        words = f"<title>{escape(title)}</title><desc>{escape(description)}</desc>" if title else ""
        ground = f'<rect width="100%" height="100%" fill="{colour("bg")}"/>' if opaque else ""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{self.width}" height="{self.height}" '
            f'viewBox="0 0 {self.width} {self.height}" font-family="{_FONT}" font-size="12" '
            f'stroke-linejoin="round" '
            f'fill="{colour("ink")}">{words}{ground}{self.body}</svg>'
        )


class Sheet:
    """Collects what one chart draws.

    Parameters
    ----------
    width
        In pixels; below 520 forms use their narrow layout.
    """

    def __init__(self, width: int) -> None:
        self.width = width
        self.narrow = width < _NARROW
        self._parts: list[str] = []
        self._boxes: list[Box] = []

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = 12,
        anchor: Anchor = "start",
        fill: str = "ink",
        bold: bool = False,
        room: float | None = None,
        full: str = "",
    ) -> Box:
        """Write one line with its baseline at y; cut to ``room``, it keeps its full text as title."""
        whole = clean(text)
        shown = whole if room is None else ellipsize(whole, room, size, bold=bold)
        box = text_box(x, y, shown, size=size, anchor=anchor, bold=bold)
        if not shown:
            return box
        self._boxes.append(box)
        attributes = "".join(
            (
                f' text-anchor="{anchor}"' if anchor != "start" else "",
                f' font-size="{_n(size)}"' if size != 12 else "",
                ' font-weight="700"' if bold else "",
                f' fill="{colour(fill)}"' if fill != "ink" else "",
            )
        )
        title = full or (whole if shown != whole else "")
        behind = f"<title>{escape(title)}</title>" if title else ""
        self._parts.append(
            f'<text x="{_n(x)}" y="{_n(y)}"{attributes}>{escape(shown, quote=False)}{behind}</text>'
        )
        return box

    def paragraph(
        self, y: float, text: str, *, size: float, fill: str = "ink", bold: bool = False, lines: int = 3
    ) -> float:
        """Write text over the whole width, its first baseline at y; give the baseline after the last."""
        whole = clean(text)
        rows = wrap(whole, self.width - 2, size, bold=bold, lines=lines)
        for place, row in enumerate(rows):
            full = whole if place == len(rows) - 1 and " ".join(rows) != whole else ""
            self.text(0, y, row, size=size, fill=fill, bold=bold, full=full)
            y += round(size * 1.3)
        return y

    def rect(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        fill: str,
        *,
        title: str = "",
        outline: str = "",
    ) -> None:
        """Draw a rectangle; a negative width extends to the left, a title shows when hovered."""
        left, size = (x + width, -width) if width < 0 else (x, width)
        edge = f' stroke="{colour(outline)}" stroke-dasharray="3 2"' if outline else ""
        place = f'x="{_n(left)}" y="{_n(y)}" width="{_n(size)}" height="{_n(height)}"'
        tag = f'rect {place} fill="{colour(fill)}"{edge}'
        self._parts.append(f"<{tag}><title>{escape(clean(title))}</title></rect>" if title else f"<{tag}/>")

    def mark(self, x: float, top: float, bottom: float, stroke: str, *, width: float = 2) -> None:
        """Draw an upright mark with a thin edge of background, so that it is seen on any bar."""
        edge = width + 2
        self.rect(x - edge / 2, top - 1, edge, bottom - top + 2, "bg")
        self.rect(x - width / 2, top, width, bottom - top, stroke)

    def line(
        self, points: Iterable[tuple[float, float]], stroke: str, *, width: float = 1, dash: str = ""
    ) -> None:
        """Draw a line through points."""
        path = "L".join(f"{_n(x)} {_n(y)}" for x, y in points)
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        thick = f' stroke-width="{_n(width)}"' if width != 1 else ""
        self._parts.append(f'<path d="M{path}" fill="none" stroke="{colour(stroke)}"{thick}{dashes}/>')

    def area(self, points: Iterable[tuple[float, float]], fill: str, *, opacity: float = 1) -> None:
        """Fill the area within points."""
        path = "L".join(f"{_n(x)} {_n(y)}" for x, y in points)
        sheer = f' fill-opacity="{opacity:g}"' if opacity != 1 else ""
        self._parts.append(f'<path d="M{path}Z" fill="{colour(fill)}"{sheer}/>')

    def dot(self, x: float, y: float, radius: float, fill: str, *, stroke: str = "", title: str = "") -> None:
        """Draw a dot; with a stroke it is a ring."""
        edge = f' stroke="{colour(stroke)}" stroke-width="2"' if stroke else ""
        tag = f'circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}" fill="{colour(fill)}"{edge}'
        self._parts.append(f"<{tag}><title>{escape(clean(title))}</title></circle>" if title else f"<{tag}/>")

    def finish(self, height: float) -> Drawing:
        """Give the drawing, that many pixels high."""
        return Drawing(
            width=self.width, height=round(height), body="".join(self._parts), boxes=tuple(self._boxes)
        )


def text_box(
    x: float, y: float, text: str, *, size: float = 12, anchor: Anchor = "start", bold: bool = False
) -> Box:
    """Estimate where a text with its baseline at y lies."""
    width = text_width(text, size, bold=bold)
    left = {"start": x, "middle": x - width / 2, "end": x - width}[anchor]
    return Box(left=left, top=y - size * 0.76, width=width, height=size * 0.98, text=text)


def _n(number: float) -> str:
    """Write a coordinate with at most one decimal, never -0."""
    text = f"{number:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text
