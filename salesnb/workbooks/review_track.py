"""How far outlooks were right on the past, on a page: two sentences, and the table behind them."""

from typing import TYPE_CHECKING

from salesnb.charts import table
from salesnb.counting import counted
from salesnb.workbooks.findings_track import Track, track_sentences
from salesnb.workbooks.findings_words import capital
from salesnb.workbooks.review_text import Text, paragraph

if TYPE_CHECKING:
    from salesnb.money import Formatter

__all__ = ["track_text"]

_COLUMNS = (
    ("",), ("Month ends", "figure"), ("Totals", "figure"), ("80% ranges held", "figure"), ("Brier", "figure"),
    ("Brier of base rate", "figure"), ("Error", "figure"), ("Error of year before", "figure"),
)  # fmt: skip


def track_text(track: Track | None, level: str, fmt: "Formatter") -> Text:
    """Say how far such outlooks were right; nothing where that is not known or the page may not tell."""
    if track is None:
        return Text(plain="", html="")
    said = paragraph(track_sentences(track, level, fmt))
    behind = _behind(track, fmt)
    html = f"{said.html}<details><summary>How that was found</summary>{behind.html}</details>"
    return Text(plain=f"{said.plain}\n\n{behind.plain}", html=html)


def _behind(track: Track, fmt: "Formatter") -> Text:
    def number(value: float | None, digits: int) -> str | None:
        return None if value is None else f"{value:.{digits}f}"

    rows = [
        [
            capital(row.level),
            fmt.count(row.origins),
            fmt.count(row.totals),
            None if row.coverage80 is None else fmt.ratio(row.coverage80, 0),
            number(row.brier, 3),
            number(row.base_rate_brier, 3),
            number(row.mase, 2),
            number(row.mase_seasonal_naive, 2),
        ]
        for row in track.rows
    ]
    shown = table(
        f"Outlooks of {counted(track.steps, 'month', 'months')} as they would have been made, beside what came",
        _COLUMNS,
        rows,
        fmt=fmt,
        note="Goals were 0.6 to 1.5 times the run rate, fixed before each window, with only what was known then; deals have the"
        " status and amount that they have now. The base rate is how often such goals had been attained before. Errors are"
        " mean absolute errors through those that the year before had made (MASE); lower is better throughout.",
    )
    return Text(plain=shown.text(), html=shown.html())
