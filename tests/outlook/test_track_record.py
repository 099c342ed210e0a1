"""What is kept of a backtest: scores a level, and how often goals of each size were attained."""

from typing import Any

import numpy as np
import pytest

from salesnb.outlook.backtest import Trial, backtest
from salesnb.outlook.comparators import run_rate
from salesnb.outlook.panel import Panel
from salesnb.outlook.track_record import LevelRecord, level_record


def record(**more: Any) -> LevelRecord:
    told: dict[str, Any] = {
        "series": 4, "origins": 9, "windows": 36, "predictions": 72, "coverage80": 0.8, "brier": 0.2,
        "base_rate_brier": 0.21, "mase": 0.8, "mase_seasonal_naive": 1.0, "attained": ((0.5, 1.0), (1.5, 0.2)),
    }  # fmt: skip
    return LevelRecord(**told | more)


def test_probabilities_that_are_as_good_as_the_base_rate_do_not_beat_it() -> None:
    assert not record().is_beaten
    assert record(brier=0.21).is_beaten
    assert record(brier=0.3).is_beaten


def test_fewer_than_eight_month_ends_judge_nothing() -> None:
    assert record(origins=8, brier=0.3).is_beaten
    assert not record(origins=7, brier=0.3).is_beaten
    assert not record(origins=7).is_judged
    assert not record(brier=None).is_judged


@pytest.mark.parametrize(
    ("multiple", "share"), [(0.1, 1.0), (0.5, 1.0), (1.0, 0.6), (1.5, 0.2), (float("inf"), 0.2)]
)
def test_the_base_rate_lies_between_those_of_the_multiples_tried(multiple: float, share: float) -> None:
    assert record().base_rate(multiple) == pytest.approx(share)


def test_without_a_target_tried_there_is_no_base_rate() -> None:
    assert record(attained=()).base_rate(1.0) is None


def test_what_was_attained_is_the_share_of_hits_of_each_multiple() -> None:
    rng = np.random.default_rng(3)
    series = {name: (24_000, rng.gamma(4.0, 25.0, 30).tolist()) for name in "abc"}
    panel = Panel.from_series(series)
    part = backtest(
        Trial(name="team", panel=panel, steps=1, reference=run_rate(panel, 1), multiples=(0.5, 1.0))
    )
    found = level_record(part)
    assert found.series == 3
    hits: dict[float, list[bool]] = {0.5: [], 1.0: []}
    for totals in panel.totals:
        for origin in range(3, 30):
            before = totals[origin - 3 : origin].mean()
            for multiple, seen in hits.items():
                seen.append(bool(totals[origin] >= multiple * before))
    assert dict(found.attained) == pytest.approx({key: np.mean(seen) for key, seen in hits.items()})
