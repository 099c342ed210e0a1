"""What forms share in laying out: headline, foot, empty panel, labels that make room for each other."""

import re
from collections.abc import Sequence
from itertools import pairwise

from salesnb.charts.chart import Chart
from salesnb.charts.sheet import Drawing, Sheet
from salesnb.charts.text import clean, text_width
from salesnb.money import Formatter

__all__ = ["bucket_text", "empty", "finish", "heading", "spread", "stride"]

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


def heading(chart: Chart, sheet: Sheet) -> float:
    """Draw the finding and the subtitle; give the y below them where the plot may begin."""
    size = 15 if sheet.narrow else 16
    y = sheet.paragraph(size, chart.finding, size=size, bold=True, lines=4 if sheet.narrow else 3)
    y = y - size + (3 if chart.finding else -2)
    if chart.subtitle:
        y = sheet.paragraph(y + 13, chart.subtitle, size=12.5, fill="muted", lines=2) - 12
    return y + 8


def finish(chart: Chart, sheet: Sheet, height: float) -> Drawing:
    """Draw the small print below everything and close the sheet."""
    if chart.note:
        height = sheet.paragraph(height + 16, chart.note, size=11, fill="muted", lines=3) - 10
    return sheet.finish(height + 4)


def empty(chart: Chart, sheet: Sheet) -> Drawing:
    """Draw a panel that says why nothing is drawn."""
    y = heading(chart, sheet) + 2
    sheet.rect(0, y, sheet.width, 72, "panel")
    sheet.text(sheet.width / 2, y + 40, chart.nothing, anchor="middle", fill="muted", room=sheet.width - 24)
    return finish(chart, sheet, y + 72)


def spread(wanted: Sequence[float], sizes: Sequence[float], low: float, high: float) -> tuple[float, ...]:
    """Move labels apart along one axis, as little as needed, so that none covers another.

    Parameters
    ----------
    wanted
        The middles where labels would best lie.
    sizes
        Their extents.
    low, high
        What they should stay within; when there is not enough room, they run over ``high``.

    Examples
    --------
    >>> spread([10, 12], [10, 10], 0, 100)
    (6.0, 16.0)
    """
    order = sorted(range(len(wanted)), key=lambda index: (wanted[index], index))
    groups: list[tuple[list[int], float]] = []
    for index in order:
        members = [index]
        top = _top(members, wanted, sizes, low, high)
        while groups and groups[-1][1] + _total(groups[-1][0], sizes) > top:
            members = groups.pop()[0] + members
            top = _top(members, wanted, sizes, low, high)
        groups.append((members, top))
    placed = [0.0] * len(wanted)
    for members, top in groups:
        for place, index in enumerate(members):
            placed[index] = top + _total(members[:place], sizes) + sizes[index] / 2
    return tuple(placed)


def _total(members: Sequence[int], sizes: Sequence[float]) -> float:
    return sum(sizes[index] for index in members)


def _top(
    members: Sequence[int], wanted: Sequence[float], sizes: Sequence[float], low: float, high: float
) -> float:
    """Place a stack of touching labels so that they lie on average where they want to be."""
    offset, gaps = 0.0, 0.0
    for index in members:
        gaps += wanted[index] - (offset + sizes[index] / 2)
        offset += sizes[index]
    return max(low, min(gaps / len(members), high - offset))


def bucket_text(label: str, fmt: Formatter, *, year: bool = True) -> str:
    """Write a month label as people do; other labels stay as they are."""
    return fmt.month(label, year=year) if _MONTH.fullmatch(label) else clean(label)


def stride(texts: Sequence[str], positions: Sequence[float], size: float) -> int:
    """Say that every how-many-th label along an axis can be written without touching the next."""
    if len(positions) < 2:
        return 1
    pitch = min(abs(b - a) for a, b in pairwise(positions))
    widest = max(text_width(text, size) for text in texts) + 6
    return max(1, -int(-widest // max(pitch, 0.1)))
