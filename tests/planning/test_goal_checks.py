"""Each goal is checked for five aspects, one finding each; goals that pull against each other are shown."""

from dataclasses import replace
from datetime import date

import pytest

from salesnb.calendar import FiscalCalendar
from salesnb.planning import Goal, Likely, Objective, ProbabilityBand, goal_findings
from salesnb.planning.goal_checks import OPPOSED

QUARTER = FiscalCalendar().period("2017-Q4")


def found(plan, **bands):
    likely = {
        goal: Likely(band=ProbabilityBand(low=low, high=high, as_of=date(2017, 9, 1), method="mix"))
        for goal, (low, high) in bands.items()
    }
    return {(one.goal, one.aspect): one for one in goal_findings(plan, likely)}


def with_goal(plan, **changes):
    return replace(plan, goals=(replace(plan.goals[0], **changes),))


def test_a_good_goal_holds_in_all_five(plan):
    told = found(plan, won_amount=(0.4, 0.6))
    assert {aspect: one.holds for (_, aspect), one in told.items()} == dict.fromkeys(
        ["specific", "measurable", "achievable", "relevant", "time-bound"], True
    )
    assert not any(one.hint for one in told.values())


@pytest.mark.parametrize(
    ("aspect", "changes", "what"),
    [
        ("specific", {"owner": ""}, "Nobody answers for won amount."),
        ("measurable", {"baseline": None}, "What won amount was before is not known."),
        ("measurable", {"baseline": 300_000_00}, "The goal for won amount asks for what there was already."),
        ("measurable", {"target": 0}, "The goal for won amount is 0."),
        ("measurable", {"unit": "apples"}, "The unit of won amount, 'apples', is none."),
        ("relevant", {"objective": None}, "The goal for won amount serves no objective."),
        ("relevant", {"objective": "gone"}, "The goal for won amount serves no objective."),
        ("time-bound", {"period": FiscalCalendar().period("2018-Q1")}, "2018-Q1 is not within 2017-Q4."),
    ],
)
def test_what_a_goal_lacks_is_said_with_what_to_do(plan, aspect, changes, what):
    told = found(with_goal(plan, **changes), won_amount=(0.4, 0.6))
    one = told["won_amount", aspect]
    assert (one.holds, one.what, bool(one.hint)) == (False, what, True)
    assert [key for key, other in told.items() if other.holds is False and key[0] == "won_amount"] == [
        ("won_amount", aspect)
    ]


@pytest.mark.parametrize(
    ("band", "holds", "what"),
    [
        ((0.05, 0.15), False, "The goal for won amount is attained with 5% to 15% only."),
        ((0.85, 0.95), False, "The goal for won amount is attained with 85% to 95% anyway."),
        (
            (0.1, 0.5),
            None,
            "The goal for won amount is attained with 10% to 50%, which is not narrow enough to tell.",
        ),
        ((0.2, 0.8), True, "It is attained with 20% to 80%: hard, and within reach."),
        ((0.5, 0.5), True, "It is attained with 50%: hard, and within reach."),
    ],
)
def test_whether_it_is_achievable_is_told_by_the_band(plan, band, holds, what):
    one = found(plan, won_amount=band)["won_amount", "achievable"]
    assert (one.holds, one.what) == (holds, what)


def test_an_unknown_chance_is_said_and_is_not_a_failure(plan):
    one = found(plan)["won_amount", "achievable"]
    assert (one.holds, one.what) == (
        None,
        "How likely it is that won amount reaches its goal has not been estimated.",
    )
    kept = ProbabilityBand(low=0.9, high=0.9, as_of=date(2017, 9, 1), method="mix")
    assert found(with_goal(plan, probability=kept))["won_amount", "achievable"].holds is False


def test_an_objective_without_a_goal_is_named(plan):
    more = replace(plan, objectives=(*plan.objectives, Objective(id="south", text="Open the South")))
    assert found(more)["south", "objective"].what == "No goal serves the objective 'Open the South'."


def pair(plan, first, second, ways, **changes):
    goals = [
        Goal(id=kpi, kpi=kpi, unit="count", target=1, period=QUARTER, direction=way)
        for kpi, way in zip((first, second), ways, strict=True)
    ]
    return found(replace(plan, goals=(goals[0], replace(goals[1], **changes))))


@pytest.mark.parametrize("rule", OPPOSED, ids=lambda rule: f"{rule.first}-{rule.second}")
def test_goals_that_pull_against_each_other_are_shown_in_either_order(plan, rule):
    told = pair(plan, rule.first, rule.second, rule.ways)
    assert rule.why in told[f"{rule.first}+{rule.second}", "conflict"].what
    back = pair(plan, rule.second, rule.first, rule.ways[::-1])
    assert (f"{rule.second}+{rule.first}", "conflict") in back


@pytest.mark.parametrize("rule", OPPOSED, ids=lambda rule: f"{rule.first}-{rule.second}")
def test_pushed_the_other_way_in_another_place_or_time_they_do_not(plan, rule):
    other = {"at_least": "at_most", "at_most": "at_least"}
    names = (rule.first, rule.second)
    key = (f"{rule.first}+{rule.second}", "conflict")
    assert key not in pair(plan, *names, (other[rule.ways[0]], rule.ways[1]))
    assert key not in pair(plan, *names, rule.ways, node="West")
    assert key not in pair(plan, *names, rule.ways, period=FiscalCalendar().period("2018-Q1"))


def test_goals_that_help_each_other_are_not_shown(plan):
    for one in ("won_amount", "win_rate"):
        assert (f"{one}+created_count", "conflict") not in pair(
            plan, one, "created_count", ("at_least", "at_least")
        )


def test_without_a_chance_what_is_known_instead_is_said(plan):
    why = "No probability is shown: not enough history. In 80 of 100 such cases it ends between 1 and 2."
    one = goal_findings(plan, {"won_amount": Likely(why=why)})[2]
    assert (one.aspect, one.holds, one.what, one.hint) == ("achievable", None, why, "")
    for attained in (True, False):
        over = goal_findings(plan, {"won_amount": Likely(why="The period is over.", attained=attained)})[2]
        assert over.holds is attained
