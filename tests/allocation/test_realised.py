"""New periods against what curves predicted, and curves that learn from them."""

import numpy as np
import pytest

from salesnb.allocation import History, fit, predicted_against_actual, updated
from salesnb.allocation.judgement import Judgement
from salesnb.errors import BadInput


def parted(history: History, first: int):
    """A history up to a period, and the effort and sales after it."""
    early = History(
        segments=history.segments, effort=history.effort[:, :first], sales=history.sales[:, :first]
    )
    return early, history.effort[:, first:], history.sales[:, first:]


def test_predictions_are_told_with_what_came(world):
    early, effort, sales = parted(world(1, periods=42, noise=0.1).history, 36)
    found = predicted_against_actual(fit(early), effort, sales)
    assert len(found.rows) == 4 * 6
    assert found.off < 0.25
    first = found.rows[0]
    assert (first.segment, first.ahead) == ("S0", 1)
    assert (first.effort, first.actual) == (effort[0, 0], sales[0, 0])
    assert first.low < first.predicted < first.high
    assert found.share_within == np.mean([row.low <= row.actual <= row.high for row in found.rows])


def test_sales_that_are_half_of_what_was_predicted_show(world):
    early, effort, sales = parted(world(1, periods=42, noise=0.1).history, 36)
    found = predicted_against_actual(fit(early), effort, sales / 2)
    usual = predicted_against_actual(fit(early), effort, sales)
    assert found.bias == pytest.approx(2 * usual.bias + 1)
    assert found.share_within < 0.2
    assert "more in all than came" in found.said
    assert "of 24 results lay within" in found.said


def test_periods_that_are_not_known_are_left_out(world):
    early, effort, sales = parted(world(1, periods=38, noise=0.1).history, 36)
    effort[0, 0] = np.nan
    assert len(predicted_against_actual(fit(early, draws=5), effort, sales).rows) == 7
    with pytest.raises(BadInput, match="no sales"):
        predicted_against_actual(fit(early, draws=5), effort, np.full_like(sales, np.nan))
    with pytest.raises(BadInput, match="do not fit 4 segments"):
        predicted_against_actual(fit(early, draws=5), effort[:2], sales[:2])


def test_judged_curves_are_held_against_results_too():
    nothing = np.full((1, 3), np.nan)
    judged = {"North": Judgement(none=50, now=100, saturated=150, effort=10)}
    fitted = fit(History(segments=["North"], effort=nothing, sales=nothing, judgements=judged))
    found = predicted_against_actual(fitted, [[10.0, 10.0]], [[104.0, 500.0]])
    assert [row.within for row in found.rows] == [True, False]


def test_the_season_is_carried_on():
    rng = np.random.default_rng(0)
    season = np.where(np.arange(48) % 12 == 11, 3.0, 1.0)
    effort = 10 * np.exp(0.3 * rng.standard_normal((2, 48)))
    sales = 100 * season * np.exp(0.05 * rng.standard_normal((2, 48)))
    early, later, sold = parted(History(segments=["A", "B"], effort=effort, sales=sales), 36)
    found = predicted_against_actual(fit(early), later, sold)
    december = [row.predicted for row in found.rows if row.ahead == 12]
    assert min(december) > 2.2 * max(row.predicted for row in found.rows if row.ahead != 12)


def test_curves_with_new_periods_are_those_of_the_whole_history(world):
    history = world(2, segments=2, periods=24).history
    early, effort, sales = parted(history, 18)
    anew, changes = updated(fit(early, form="log", seed=5), effort, sales)
    whole = fit(history, form="log", seed=5)
    assert anew.curves == whole.curves
    assert {change.segment for change in changes} == {"S0", "S1"}
    moves = [abs(change.elasticity[1][0] - change.elasticity[0][0]) for change in changes]
    assert moves == sorted(moves, reverse=True)
    assert changes[0].elasticity[1] == whole.fitted[changes[0].segment].elasticity
    assert f"{changes[0].elasticity[1][0]:.2f} % more sales" in changes[0].said
