"""How a KPI that is being defined shows itself: its figures, its trend, what it is made of, and its checks."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from salesnb.charts import Chart, table
from salesnb.charts.text import clean
from salesnb.counting import counted
from salesnb.workbooks.review_text import Text, paragraph

__all__ = ["CheckLike", "checks_table", "checks_view", "stacked"]

_OUTCOMES = {"passed": "passed", "failed": "FAILED", "not possible": "not possible"}


class CheckLike(Protocol):
    """A check as the gate gives it."""

    @property
    def name(self) -> str:
        """What is checked."""

    @property
    def outcome(self) -> str:
        """What came of it."""

    @property
    def told(self) -> str:
        """What was done."""

    @property
    def advice(self) -> str:
        """What to do."""


def checks_table(checks: Sequence[CheckLike]) -> Chart:
    """Show a row a check, those that were not stood with what to do."""
    counts = [
        f"{number} {outcome}"
        for outcome in _OUTCOMES
        if (number := sum(check.outcome == outcome for check in checks))
    ]
    rows = [
        [check.name, _OUTCOMES[check.outcome], f"{check.told} {check.advice}".strip()] for check in checks
    ]
    return table(
        f"{counted(len(checks), 'check', 'checks')}: {', '.join(counts)}",
        [("Check",), ("Outcome",), ("What was done",)],
        rows,
        nothing="There are no checks.",
    )


def checks_view(checks: Sequence[CheckLike], sentence: str) -> Text:
    """Show checks, and below them what came of it."""
    shown = stacked(checks_table(checks), paragraph([sentence], lead=True))
    # Sentences in columns are hard to read in a terminal.
    lines = (
        f"{_OUTCOMES[check.outcome]:12}  {clean(f'{check.name}: {check.told} {check.advice}')}"
        for check in checks
    )
    return replace(shown, plain="\n".join((*lines, "", clean(sentence))))


def stacked(*parts: Chart | Text) -> Text:
    """Show charts, tables and words one below the other."""
    shown = [
        (part.text(), part.html()) if isinstance(part, Chart) else (part.plain, part.html) for part in parts
    ]
    return Text(
        plain="\n\n".join(plain for plain, _ in shown if plain),
        html='<div class="snb-stack">' + "".join(html for _, html in shown) + "</div>",
    )
