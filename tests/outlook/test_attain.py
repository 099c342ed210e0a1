import inspect

import numpy as np
import pytest

from salesnb.errors import BadUsage
from salesnb.outlook.attain import attain
from salesnb.outlook.distribution import Outcome
from salesnb.outlook.pipeline import fit_pipeline, simulate
from salesnb.outlook.recalibration import Recalibration
from salesnb.outlook.top_down import top_down

LOW, HIGH = (Outcome.from_draws(np.linspace(*ends, 100_001)) for ends in ((0, 100), (50, 150)))


def ask(target, **changed):
    return attain(target, **{"top_down": LOW, "bottom_up": HIGH, "origins": 12} | changed)


def test_the_mix_gives_each_view_one_half_to_start():
    # 0.25 of the first view and 0.75 of the second reach 75.
    assert ask(75).chance.probability == pytest.approx(0.5, abs=0.002)


def test_the_pool_of_both_views_is_sharpened_and_one_view_is_not():
    # The pool says 0.8 · 0.25 + 0.2 · 0.75; its log-odds are 1.12 times as large.
    sharper = 1 / (1 + (0.65 / 0.35) ** 1.12)
    assert ask(75, bottom_up_weight=0.2).chance.probability == pytest.approx(sharper, abs=0.002)
    assert ask(75, bottom_up=None).chance.probability == pytest.approx(0.25, abs=0.002)


def test_the_pool_keeps_its_probability_of_nothing():
    # Half of the months nothing, else 0 to 100; the other view a quarter and 0 to 100.
    draws = np.linspace(0, 100, 100_001)
    views = [Outcome.from_draws(np.r_[np.zeros(none), draws]) for none in (100_001, 33_334)]
    goal = ask(1e-9, top_down=views[0], bottom_up=views[1])
    assert goal.before == pytest.approx(0.625, abs=0.003)
    # Among what is above nothing the middle stays, and the ends come nearer.
    middle, low = (
        ask(50, top_down=views[0], bottom_up=views[1]),
        ask(10, top_down=views[0], bottom_up=views[1]),
    )
    assert middle.before == pytest.approx(0.625 / 2, abs=0.003)
    assert low.before == pytest.approx(0.625 / (1 + 9**-1.12), abs=0.003)


def test_one_view_is_enough_and_none_is_refused():
    assert ask(75, bottom_up=None).outcome == LOW
    assert ask(75, top_down=None).outcome == HIGH
    with pytest.raises(BadUsage):
        ask(75, top_down=None, bottom_up=None)


def test_levels_are_the_targets_that_their_probabilities_attain():
    goal = ask(75)
    assert [level.name for level in goal.levels] == ["commit", "target", "stretch"]
    for level in goal.levels:
        assert goal.outcome.probability_at_least(level.target) == pytest.approx(level.probability, abs=0.003)
    assert goal.levels[0].target < goal.levels[1].target < goal.levels[2].target


def test_chosen_chances_make_other_levels():
    chosen = ask(75, chances=(0.8, 0.6, 0.3))
    assert [(level.name, level.probability) for level in chosen.levels] == [
        ("commit", 0.8),
        ("target", 0.6),
        ("stretch", 0.3),
    ]
    for level in chosen.levels:
        assert chosen.outcome.probability_at_least(level.target) == pytest.approx(
            level.probability, abs=0.003
        )


def test_the_target_moves_the_probability_and_nothing_else():
    low, high = ask(10), ask(140)
    assert low.chance.probability > high.chance.probability
    assert (low.outcome, low.levels) == (high.outcome, high.levels)
    assert (low.chance.low, low.chance.high) == (high.chance.low, high.chance.high)


@pytest.mark.parametrize("view", [fit_pipeline, simulate, top_down])
def test_no_view_is_given_a_goal(view):
    assert not {"goal", "goals", "target", "targets", "quota", "quotas"} & set(
        inspect.signature(view).parameters
    )


def test_probabilities_that_are_seen_stay_within_one_and_ninety_nine_per_cent():
    assert (ask(-1).chance.probability, ask(1e9).chance.probability) == (0.99, 0.01)
    assert (ask(-1).before, ask(1e9).before) == (1, 0)


def test_with_seven_origins_there_is_a_range_and_a_reason_in_place_of_a_probability():
    goal = ask(75, origins=7)
    assert goal.chance.probability is None
    assert "not enough history" in goal.chance.reason
    assert (goal.chance.low, goal.chance.high) == goal.outcome.interval(0.8)
    assert ask(75, origins=8).chance.probability is not None


def test_what_was_learned_moves_probability_and_levels_alike_and_the_record_keeps_what_was_before():
    timid = Recalibration(intercept=1.0, slope=1.0)
    plain, learned = ask(75), ask(75, recalibration=timid)
    assert learned.chance.probability == pytest.approx(timid.probability(0.5), abs=0.003)
    assert learned.before == plain.before
    assert all(
        after.target > before.target for before, after in zip(plain.levels, learned.levels, strict=True)
    )
