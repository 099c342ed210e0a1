"""How often a goal that is not split was reached in the periods before."""

import pytest

from salesnb.actions.held_past import LEAST_PAST, PastHolds
from salesnb.calendar import FiscalCalendar
from salesnb.money import Formatter
from salesnb.planning import Goal


def past(kept: int, of: int) -> PastHolds:
    return PastHolds(kept=kept, of=of, noun="quarter", low=0.55, high=0.65)


def test_the_band_is_wilson_s_at_80_per_cent() -> None:
    # 10 of 10: n / (n + z^2), from (p - low)^2 = z^2 low (1 - low) / n at p = 1.
    low, high = past(10, 10).band or (0, 0)
    assert low == pytest.approx(10 / (10 + 1.2816**2))
    assert high == 0.99
    low, high = past(4, 11).band or (0, 0)
    for end in (low, high):
        assert (4 / 11 - end) ** 2 == pytest.approx(1.2816**2 * end * (1 - end) / 11)


def test_of_too_few_periods_there_is_no_band() -> None:
    assert past(3, LEAST_PAST - 1).band is None
    assert past(3, LEAST_PAST).band is not None


def test_it_is_said_in_words() -> None:
    goal = Goal(
        id="w",
        kpi="win_rate",
        unit="ratio",
        target=0.6,
        period=FiscalCalendar().period("2017-Q4"),
        direction="at_least",
    )
    shown = Formatter("en_US", "USD")
    said = "In 4 of the 9 quarters before it was at least 60.0%; it lay between 55.0% and 65.0%."
    assert past(4, 9).words(goal, shown) == said
    assert past(0, 1).words(goal, shown).startswith("In 0 of one quarter before it was")
