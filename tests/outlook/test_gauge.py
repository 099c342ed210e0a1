"""The chance of any target from one distribution: the same as that of the goal, and as the page's."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesnb.outlook.attain import attain
from salesnb.outlook.chances import LEAST_ORIGINS
from salesnb.outlook.distribution import Outcome
from salesnb.outlook.gauge import BaseRates, Gauge
from salesnb.outlook.recalibration import Recalibration
from salesnb.outlook.track_record import LevelRecord

CASES = json.loads((Path(__file__).parents[1] / "vectors" / "gauge.json").read_text())["cases"]


def record(attained: list[list[float]]) -> LevelRecord:
    return LevelRecord(
        series=1, origins=9, windows=9, predictions=18, coverage80=None, brier=None, base_rate_brier=None,
        mase=None, mase_seasonal_naive=None, attained=tuple((at, share) for at, share in attained),
    )  # fmt: skip


def gauge_of(case: dict[str, Any]) -> Gauge:
    """The gauge that a case of the vectors is about."""
    places, totals = zip(*case["knots"], strict=True)
    base = case["base"]
    return Gauge(
        outcome=Outcome(quantiles=np.interp(np.arange(500), places, totals)),
        origins=LEAST_ORIGINS if case["enough"] else LEAST_ORIGINS - 1,
        base_rates=base
        and BaseRates(
            record=record(base["attained"]),
            known=base["known"],
            usual=base["usual"],
            to_date=case["toDate"],
        ),
        to_date=case["toDate"],
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_chances_and_reachable_targets_are_those_of_the_vectors(case: dict[str, Any]) -> None:
    gauge = gauge_of(case)
    for target, probability, rate in case["chances"]:
        found = gauge.chance(target)
        assert found.probability == (None if probability is None else pytest.approx(probability, abs=1e-12))
        assert found.base_rate == (None if rate is None else pytest.approx(rate, abs=1e-12))
    for share, target in case["reachable"]:
        assert gauge.outcome.reachable(share) == pytest.approx(target, rel=1e-12, abs=1e-9)


@given(
    st.lists(st.floats(0, 1e9), min_size=3, max_size=40),
    st.floats(0, 1e9),
    st.integers(0, 12),
    st.floats(-1, 1),
)
def test_a_gauge_says_of_a_goal_what_the_outlook_says_of_it(
    draws: list[float], target: float, origins: int, intercept: float
) -> None:
    found = attain(
        target,
        top_down=Outcome.from_draws(draws),
        bottom_up=Outcome.from_draws(draws[:2]),
        origins=origins,
        recalibration=Recalibration(intercept=intercept, slope=0.9),
    )
    gauge = Gauge(outcome=found.outcome, origins=origins, base_rates=None, to_date=0)
    assert gauge.chance(target) == found.chance


def test_the_document_says_why_there_is_no_probability_and_holds_what_a_page_needs() -> None:
    few = gauge_of(CASES[4]).document()
    assert few["enough"] is False
    assert few["reason"].startswith("not enough history: 7 of the 8 months")
    beaten = gauge_of(next(case for case in CASES if case["name"] == "beaten by the base rate")).document()
    assert "no better than how often such targets were attained anyway" in beaten["reason"]
    assert beaten["base"] == {
        "known": 200000.0,
        "usual": 400000.0,
        "attained": [[0.5, 0.9], [1.0, 0.6], [1.5, 0.1]],
    }
    assert len(beaten["quantiles"]) == 500
    assert json.loads(json.dumps(few)) == few
    assert not any(math.isnan(one) for one in few["quantiles"])
