"""Curves fitted from history: near what others measured while there is little data, near the truth where there is much."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.allocation import ADVERTISING, SELLING, Elasticity, History, allocate, fit
from salesnb.allocation.judgement import Judgement
from salesnb.allocation.shapes import FITTED, STEP, grid
from salesnb.errors import BadInput, UnknownName

ANN = Judgement(none=95, now=100, saturated=110, effort=10, by="Ann")


def single(effort, sales, **more) -> History:
    return History(segments=["North"], effort=[effort], sales=[sales], **more)


def steep(periods: int, seed: int = 3, elasticity: float = 0.6) -> History:
    """One segment whose sales rise by a power of its effort, with little noise."""
    rng = np.random.default_rng(seed)
    effort = 10 * np.exp(0.4 * rng.standard_normal(periods))
    sales = 100 * (effort / 10) ** elasticity * np.exp(0.05 * rng.standard_normal(periods))
    return single(effort, sales, season=1)


def test_five_points_give_no_wild_curve():
    one = fit(single([8, 12, 10, 9, 11], [20, 220, 90, 40, 160])).fitted["North"]
    middle, low, high = one.elasticity
    assert SELLING.median / 2 < middle < SELLING.median * 3
    assert 0.05 < low < high < 1.5
    assert one.source == "history, 5 months, and published elasticities"


def test_five_points_that_say_little_leave_what_others_measured():
    for prior in (SELLING, ADVERTISING):
        one = fit(single([8, 12, 10, 9, 11], [90, 125, 70, 130, 85]), prior=prior).fitted["North"]
        assert abs(np.log(one.elasticity[0] / prior.median)) < 0.4
        assert one.learned < 0.3


def test_sixty_points_give_a_curve_near_the_truth(world):
    true = world(5, segments=2, periods=60, noise=0.05)
    fitted = fit(true.history)
    assert np.abs(true.misses(fitted)).max() < 0.06
    assert [one.source for one in fitted.fitted.values()] == ["history, 60 months"] * 2


def test_more_data_narrow_the_interval():
    spans = []
    for periods in (5, 60):
        one = fit(steep(periods)).fitted["North"]
        low, high = one.interval([1.5 * one.today])
        spans.append(float((high - low)[0]))
    assert spans[1] < spans[0] / 2


@pytest.mark.parametrize(("effort", "sales"), [(1024.0, 2.0**-20), (1e-6, 1e12)])
def test_units_change_nothing(world, effort, sales):
    history = world(1, segments=2, periods=14).history
    one = fit(history)
    other = fit(replace(history, effort=history.effort * effort, sales=history.sales * sales))
    for name in history.segments:
        mine, theirs = one.fitted[name], other.fitted[name]
        assert theirs.elasticity == pytest.approx(mine.elasticity, rel=1e-6)
        amounts = np.linspace(0, 3, 7) * mine.today
        assert theirs.curve.over(amounts * effort) == pytest.approx(
            mine.curve.over(amounts) * sales, rel=1e-6
        )
        assert theirs.source == mine.source


def test_the_same_seed_gives_the_same_draws():
    history = steep(12)
    one, again, other = (fit(history, seed=seed, draws=20).curves for seed in (1, 1, 2))
    assert one == again
    assert one != other


@pytest.mark.parametrize("form", FITTED)
def test_every_form_gives_rising_curves_to_allocate_with(world, form):
    fitted = fit(world(2, segments=3, periods=12).history, form=form, draws=20)
    for one in fitted.fitted.values():
        assert {curve.form for curve in one.draws} == {FITTED[form].form}
        assert len(one.draws) == 20
        assert (np.diff([curve.over(np.linspace(0, 100, 50)) for curve in one.draws]) >= 0).all()
        assert min(curve.base for curve in one.draws) >= 0
    best = allocate(fitted.curves, 60)
    assert sum(best.amounts.values()) == pytest.approx(60)


@pytest.mark.parametrize("form", FITTED)
def test_shapes_have_the_elasticity_and_share_that_they_are_told_by(form):
    shapes, step = grid(form), 1e-5
    ends = shapes.relative(np.array([0.0, 1 - step, 1.0, 1 + step]))
    assert ends[:, 2] == pytest.approx(np.ones(len(ends)))
    assert ends[:, 0] == pytest.approx(1 - shapes.share)
    assert (ends[:, 3] - ends[:, 1]) / (2 * step) == pytest.approx(shapes.elasticity, rel=1e-3)
    steps = np.diff(np.log(np.unique(shapes.elasticity)))
    assert steps == pytest.approx(np.full(len(steps), STEP))


def test_what_all_segments_share_is_taken_out():
    rng = np.random.default_rng(0)
    season = np.exp(0.4 * np.sin(np.arange(36) / 12 * 2 * np.pi))
    effort = 10 * season * np.exp(0.3 * rng.standard_normal((5, 36)))
    sales = 100 * season * np.exp(0.05 * rng.standard_normal((5, 36)))
    fitted = fit(History(segments=list("abcde"), effort=effort, sales=sales))
    # Sales on effort alone have a slope of about one half.
    assert max(one.elasticity[0] for one in fitted.fitted.values()) < 0.12
    heights = np.array([[sold for _, sold in one.points] for one in fitted.fitted.values()])
    assert heights.std(axis=1).max() / heights.mean() < 0.1


def test_a_judgement_stands_where_there_is_no_data():
    nothing = np.full(12, np.nan)
    one = fit(single(nothing, nothing, judgements={"North": ANN})).fitted["North"]
    assert one.source == "judgement of Ann"
    assert one.points == ()
    low, high = one.interval([0, 10])
    assert low[0] < 95 < high[0]
    assert low[1] < 100 < high[1]
    assert one.curve.at(10) == pytest.approx(100, rel=0.1)


def test_a_judgement_counts_for_less_the_more_data_there_are():
    found = []
    for periods in (5, 60):
        history = replace(steep(periods), judgements={"North": ANN})
        one = fit(history).fitted["North"]
        assert one.source == f"history, {periods} months, and judgement of Ann"
        found.append(one.elasticity[0])
    without = fit(steep(5)).fitted["North"].elasticity[0]
    assert found[0] < without
    assert found[0] < found[1] == pytest.approx(0.6, abs=0.12)


@pytest.mark.parametrize("judgements", [{}, {"North": ANN}])
def test_where_nothing_was_spent_somebody_must_judge(judgements):
    history = single([0, 0, 0], [5, 6, 7], judgements=judgements)
    if judgements:
        assert fit(history).fitted["North"].source == "judgement of Ann"
    else:
        with pytest.raises(BadInput, match="North: The history has no effort"):
            fit(history)


def test_no_sales_at_all_are_refused():
    with pytest.raises(BadInput, match="no sales"):
        fit(single([1, 2, 3], [0, 0, 0]))


def test_sales_that_never_vary_are_fitted_all_the_same():
    periods = 24
    history = History(
        segments=["East", "West"],
        effort=[[500] * periods, [200] * periods],
        sales=[[1000] * periods] * 2,
        season=12,
    )
    for curves in fit(history, draws=40).curves.values():
        values = [curve.at(350) for curve in curves]
        assert np.isfinite(values).all()
        assert 0 < min(values) <= max(values) < 5000


def test_effort_that_hardly_varied_is_said_and_teaches_nothing(world):
    fitted = fit(world(3, varied=0.01).history)
    for one in fitted.fitted.values():
        assert "effort hardly varied" in one.doubts[0]
        assert one.learned < 0.3
        assert "published elasticities" in one.source
        assert "Effort hardly varied" in one.said


def test_a_budget_that_is_a_share_of_sales_is_found_and_not_believed(world):
    sales = world(4, noise=0.3, elasticity=0.02).history.sales
    effort = 0.1 * sales * np.exp(0.05 * np.random.default_rng(0).standard_normal(sales.shape))
    fitted = fit(History(segments=list("abcd"), effort=effort, sales=sales))
    for one in fitted.fitted.values():
        assert "fixed share of the sales of the same" in one.doubts[0]
        assert one.elasticity[0] == pytest.approx(SELLING.median, rel=0.25)
        assert one.source == "published elasticities; its level from history, 36 months"


def test_a_budget_that_follows_the_sales_before_is_said(world):
    sales = world(4, noise=0.2, elasticity=0.02).history.sales
    effort = (
        0.1 * np.roll(sales, 1, axis=1) * np.exp(0.1 * np.random.default_rng(0).standard_normal(sales.shape))
    )
    fitted = fit(History(segments=list("abcd"), effort=effort, sales=sales), draws=2)
    assert all("follows the sales of the month before" in one.doubts[0] for one in fitted.fitted.values())


def test_a_history_that_can_tell_has_no_doubts(world):
    for seed in range(5):
        history = world(seed, elasticity=0.3).history
        assert all(not one.doubts for one in fit(history, draws=2).fitted.values())


amounts = st.floats(0, 1e6) | st.just(0.0) | st.just(float("nan"))
cells = st.tuples(amounts, st.floats(-1e6, 1e9) | st.just(float("nan")))


@settings(max_examples=12, deadline=None)
@given(st.lists(st.lists(cells, min_size=4, max_size=4), min_size=1, max_size=3))
def test_any_history_gives_numbers_or_says_why_not(rows):
    table = np.array(rows)
    history = History(
        segments=[str(place) for place in range(len(rows))], effort=table[:, :, 0], sales=table[:, :, 1]
    )
    try:
        fitted = fit(history, draws=5)
    except BadInput as error:
        assert "The history has no" in str(error)  # noqa: PT017
        return
    for one in fitted.fitted.values():
        assert np.isfinite([curve.over(np.array([0, one.today])) for curve in one.draws]).all()
        assert one.curve.at(one.today) > 0


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"effort": [[1, -2]]}, "North, month 2: The effort is -2"),
        ({"effort": [[1, 2, 3]]}, "does not fit sales"),
        ({"effort": [[1, float("inf")]]}, "infinite"),
        ({"segments": ["North", "South"]}, "Names (2) do not fit the rows of effort (1)"),
        ({"season": 0}, "season of length 0"),
        ({"today": np.array([1.0, 2.0])}, "does not fit the segments"),
        ({"judgements": {"Nroth": ANN}}, "Did you mean 'North'"),
    ],
)
def test_what_is_no_history_is_refused(change, told):
    with pytest.raises((BadInput, UnknownName), match=re.escape(told)):
        History(**{"segments": ["North"], "effort": [[1, 2]], "sales": [[3, 4]], **change})


def test_what_cannot_be_fitted_is_refused():
    with pytest.raises(UnknownName, match="Did you mean 's-shaped'"):
        fit(steep(5), form="s-shape")
    with pytest.raises(BadInput, match="1 draws tell nothing"):
        fit(steep(5), draws=1)
    with pytest.raises(BadInput, match="mean of 0"):
        Elasticity(mean=0)


def test_the_examples_of_the_readme_run(capsys):
    text = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
    part = text.split("\n## Put budget, hours and people where they sell most\n")[1].split("\n## ")[0]
    alone, code = re.findall(r"```python\n(.*?)```", part, re.DOTALL)
    found: dict[str, object] = {}
    exec(compile(alone, "README.md", "exec"), found)  # noqa: S102 -- our own text
    assert sum(found["best"].amounts.values()) == pytest.approx(50_000)
    assert found["best"].gap <= 1e-3
    exec(compile(code, "README.md", "exec"), {})  # noqa: S102 -- our own text
    said = capsys.readouterr().out
    assert "South: 1 % more effort brings" in said
    assert "Source: history, 12 months" in said
