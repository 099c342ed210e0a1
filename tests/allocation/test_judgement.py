"""Curves from three judgements, and what hinges on each."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from salesnb.allocation import allocate
from salesnb.allocation.judgement import ANSWERS, Judgement, hinges
from salesnb.errors import BadInput


@given(st.floats(0, 1e6), st.floats(1, 1e6), st.floats(1, 1e6), st.floats(0.1, 1e4), st.floats(0.5, 4))
def test_the_curve_goes_through_the_answers(none, more, most, effort, slope):
    assume(more > 1e-6 * (none + most))
    assume(most > 1e-6 * (none + more))
    curve = Judgement(
        none=none, now=none + more, saturated=none + more + most, effort=effort, slope=slope
    ).curve()
    assert curve.at(0) == pytest.approx(none)
    assert curve.at(effort) == pytest.approx(none + more, rel=1e-6)
    assert curve.at(effort * 1e30) == pytest.approx(none + more + most, rel=1e-6)
    assert curve.source == "judgement"


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({"none": 5, "now": 5, "saturated": 9}, "do not rise"),
        ({"none": 1, "now": 9, "saturated": 8}, "do not rise"),
        ({"none": -1, "now": 2, "saturated": 8}, "do not rise"),
        ({"none": 1, "now": float("nan"), "saturated": 8}, "do not rise"),
        ({"none": 1, "now": 2, "saturated": 8, "effort": 0}, "effort is 0"),
    ],
)
def test_answers_that_make_no_curve_are_refused(answers, told):
    with pytest.raises(BadInput, match=told):
        Judgement(**{"effort": 10, **answers}).curve()


def test_what_hinges_on_an_answer_is_what_a_better_one_would_bring():
    judged = {
        "North": Judgement(none=0, now=50, saturated=200, effort=50, by="Ann"),
        "South": Judgement(none=40, now=50, saturated=60, effort=50),
    }
    told = []
    found = hinges(judged, lambda curves: allocate(curves, 100), progress=told.append)
    assert told == list(range(1, 7))
    assert {(hinge.segment, hinge.answer) for hinge in found} == {(s, a) for s in judged for a in ANSWERS}
    assert [hinge.lost for hinge in found] == sorted((hinge.lost for hinge in found), reverse=True)
    # Of one answer by hand: North's sales at most 240 instead of 200, and 160.
    kept = allocate({name: item.curve() for name, item in judged.items()}, 100)
    lost, moved = [], []
    for most in (240, 160):
        curves = {
            "North": Judgement(none=0, now=50, saturated=most, effort=50).curve(),
            "South": judged["South"].curve(),
        }
        better = allocate(curves, 100)
        lost.append(better.outcome - sum(curve.at(kept.amounts[name]) for name, curve in curves.items()))
        moved.append(abs(better.amounts["North"] - kept.amounts["North"]) / 100)
    (mine,) = (hinge for hinge in found if (hinge.segment, hinge.answer) == ("North", "saturated"))
    assert mine.lost == pytest.approx(max(lost), rel=1e-6)
    assert mine.moved == pytest.approx(max(moved), rel=1e-3)


@given(st.floats(0, 1e6), st.floats(1, 1e6), st.floats(1, 1e6), st.floats(0.1, 1e4), st.floats(0.01, 1))
def test_doubt_leaves_what_was_answered_on_average_and_every_draw_rises(none, more, most, effort, doubt):
    assume(more > 1e-6 * (none + most))
    assume(most > 1e-6 * (none + more))
    said = Judgement(none=none, now=none + more, saturated=none + more + most, effort=effort)
    curves = said.doubted(doubt, 20, np.random.default_rng(1))
    assert len(curves) == 20
    assert np.mean([curve.at(0) for curve in curves]) == pytest.approx(none, abs=1e-6 * said.now)
    assert np.mean([curve.at(effort) for curve in curves]) == pytest.approx(said.now, rel=1e-6)
    assert all(curve.base >= 0 and curve.height > 0 for curve in curves)


def test_more_doubt_spreads_the_draws_further():
    said = Judgement(none=20, now=60, saturated=100, effort=10)
    spreads = [
        np.std([c.at(10) for c in said.doubted(doubt, 200, np.random.default_rng(1))])
        for doubt in (0.05, 0.2)
    ]
    assert spreads[0] == pytest.approx(3, rel=0.2)
    assert spreads[1] > 2.5 * spreads[0]
    with pytest.raises(BadInput, match="off by a share of 2"):
        said.doubted(2, 10, np.random.default_rng(1))
