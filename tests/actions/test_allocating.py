"""A plan's resources: allocated in whole units, compared on the same draws, kept with who, when, why and how good."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from salesnb.actions.allocating import Asked, find_allocation, save_allocation, solve
from salesnb.actions.allocation_curves import Scale, curve_record
from salesnb.actions.allocation_problem import pose
from salesnb.actions.allocation_scenarios import compare_scenarios
from salesnb.actions.allocation_words import allocation_lines
from salesnb.actions.stating import Answers, Ends, Terms, judge, limit, state_resource, with_terms
from salesnb.allocation import hill, power
from salesnb.allocation.comparing import outcomes
from salesnb.calendar import FiscalCalendar
from salesnb.errors import BadInput, BadUsage, Infeasible, StaleSave, UnknownName
from salesnb.money import Formatter
from salesnb.planning import (
    Goal,
    Plan,
    Scenario,
    ScenarioResource,
    ScenarioResponse,
    Segment,
    keep_curves,
    keep_scenario,
    keep_segments,
    new_plan,
)
from salesnb.settings import Settings
from salesnb.workspace import Workspace

AT = datetime(2017, 9, 1, 9, 30, tzinfo=UTC)
SETTINGS = Settings(currency="USD")
FMT = Formatter("en_US", "USD")
STAMP = {"who": "Ann", "at": AT}
ANSWERS = (
    Answers(segment="North", none="100000", now="300000", saturated="500000", effort="40000"),
    Answers(segment="South", none="80000", now="200000", saturated="260000", effort="40000"),
    Answers(segment="West", none="0", now="90000", saturated="400000", effort="20000"),
)


def bare(currency: str = "USD") -> Plan:
    quarter = FiscalCalendar().period("2017-Q4")
    goal = Goal(id="won_amount", kpi="won_amount", unit="money", target=300_000_00, period=quarter)
    return new_plan(name="fy18", period=quarter, currency=currency, goals=[goal])


def stated(total: str = "budget=100000", answers: tuple[Answers, ...] = ANSWERS) -> Plan:
    return judge(state_resource(bare(), total, SETTINGS, Terms()), answers, SETTINGS, **STAMP)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace without data, with a plan that has resources and curves."""
    (tmp_path / "salesnb.toml").write_text('[workspace]\ncurrency = "USD"\n')
    opened = Workspace.open(tmp_path)
    opened.plans().save(stated(), read_at=None, author="Ann", reason="New plan", at=AT)
    return opened


@st.composite
def problems(draw):
    """A plan with answers, a total in cents, and limits that can all hold."""
    count = draw(st.integers(2, 6))
    names = [f"S{place}" for place in range(count)]
    answers = []
    for name in names:
        none, more, most = (draw(st.integers(1, 10**7)) for _ in range(3))
        effort = draw(st.integers(1, 10**6))
        cents = [none, none + more, none + more + most, effort]
        slope = draw(st.sampled_from(["", "", "2.5"]))
        text = [f"{amount / 100:.2f}" for amount in cents]
        answers.append(
            Answers(segment=name, none=text[0], now=text[1], saturated=text[2], effort=text[3], slope=slope)
        )
    total = draw(st.integers(100 * count, 10**8))
    plan = stated(f"budget={total / 100:.2f}", tuple(answers))
    share = total // count
    ends = [
        Ends(segments=(names[0],), low=f"{share // 3 / 100:.2f}", high=f"{share / 100:.2f}"),
        Ends(
            segments=tuple(names[:2]), name="Group", high=f"{draw(st.integers(share, 2 * share)) / 100:.2f}"
        ),
    ]
    if count > 2:
        locked = draw(st.integers(0, share // 2)) / 100
        ends.append(Ends(segments=(names[-1],), low=f"{locked:.2f}", high=f"{locked:.2f}"))
    free = count > 3 or draw(st.booleans())
    return limit(plan, ends if free else ends[:1], SETTINGS, **STAMP)


@settings(max_examples=40, deadline=None)
@given(problems())
def test_stored_amounts_come_to_the_total_and_keep_every_limit_to_the_cent(plan):
    try:
        solved = solve(pose(plan, FMT), Asked(seconds=2))
    except Infeasible as error:
        assert "cannot all hold" in error.what
        assume(False)
    amounts = {solved.posed.places[key][1]: amount for key, amount in solved.amounts.items()}
    assert sum(amounts.values()) == plan.resources[0].total
    assert all(isinstance(amount, int) and amount >= 0 for amount in amounts.values())
    for one in plan.limits:
        come = sum(amounts[segment] for segment in one.segments)
        assert one.low is None or come >= one.low
        assert one.high is None or come <= one.high
    assert solved.aim <= solved.bound
    assert solved.gap == pytest.approx((solved.bound - solved.aim) / abs(solved.bound), abs=1e-9)


def test_an_allocation_is_saved_with_its_figures_who_when_and_why(workspace):
    plan = workspace.plans().load("fy18")
    found = find_allocation(workspace, plan, Asked(), read_at=plan.revision)
    saved = save_allocation(workspace, found, why="agreed with the regions")
    assert sum(line.amount for line in saved.allocation) == 100_000_00
    assert saved.certificate.bound_minor >= saved.certificate.aim_minor
    assert saved.certificate.gap <= 1e-3
    entry = workspace.plans().history("fy18")[-1]
    assert entry.reason.startswith("Allocated budget: expected $")
    assert "at most 0.1% better exists. agreed with the regions" in entry.reason
    assert entry.author
    assert workspace.plans().load("fy18") == saved


def test_a_save_that_did_not_see_the_latest_plan_is_refused(workspace):
    plan = workspace.plans().load("fy18")
    found = find_allocation(workspace, plan, Asked(), read_at=plan.revision)
    changed = replace(plan, period=plan.period, objectives=())
    workspace.plans().save(
        limit(changed, [Ends(segments=("North",), low="1")], SETTINGS, **STAMP),
        read_at=plan.revision,
        author="Bob",
        reason="Meanwhile",
        at=AT,
    )
    with pytest.raises(StaleSave):
        save_allocation(workspace, found)
    assert workspace.plans().load("fy18").allocation == ()


def test_locks_and_strategies_are_kept():
    plan = limit(
        stated(),
        [
            Ends(segments=("North",), low="35000", high="35000"),
            Ends(segments=("South",), strategy="hold", why="contract"),
        ],
        SETTINGS,
        **STAMP,
    )
    solved = solve(pose(plan, FMT), Asked())
    assert solved.amounts == {"North": 35_000_00, "South": 40_000_00, "West": 25_000_00}
    assert [one.why for one in solved.posed.limits] == [
        "North locked at $35,000 (Ann)",
        "South hold: locked at $40,000 (Ann: contract)",
    ]


@pytest.mark.parametrize(
    ("strategy", "low", "holds"),
    [
        ("grow", "", lambda amount: amount >= 20_000_00),
        ("leave", "", lambda amount: amount == 0),
        ("enter", "60000", lambda amount: amount >= 60_000_00),
        ("hold", "", lambda amount: amount == 20_000_00),
    ],
)
def test_a_strategy_is_a_limit_by_todays_amount(strategy, low, holds):
    plan = limit(stated(), [Ends(segments=("West",), strategy=strategy, low=low)], SETTINGS, **STAMP)
    assert holds(solve(pose(plan, FMT), Asked()).amounts["West"])


def test_a_new_limit_on_the_same_segments_takes_the_place_of_the_old_and_free_takes_it_away():
    plan = limit(stated(), [Ends(segments=("North",), low="1000")], SETTINGS, **STAMP)
    plan = limit(plan, [Ends(segments=("North",), high="9000")], SETTINGS, **STAMP)
    assert [(one.low, one.high) for one in plan.limits] == [(None, 9_000_00)]
    assert limit(plan, [], SETTINGS, **STAMP, free=[("", "North")]).limits == ()


def test_heads_are_whole():
    answers = tuple(replace(one, effort="4") for one in ANSWERS)
    solved = solve(pose(stated("reps=12 heads", answers), FMT), Asked())
    assert sum(solved.amounts.values()) == 12
    assert set(map(type, solved.amounts.values())) == {int}


def test_what_does_not_pay_is_left_over():
    plan = with_terms(stated(), "", Terms(what_pays=True, unit_cost="2"), SETTINGS)
    solved = solve(pose(plan, FMT), Asked())
    assert 0 < sum(solved.amounts.values()) < 100_000_00
    with pytest.raises(BadUsage, match="what one of hours costs"):
        state_resource(bare(), "visits=100 hours", SETTINGS, Terms(what_pays=True))


def test_several_resources_add_up_each_for_itself():
    plan = state_resource(stated(), "visits=90 hours", SETTINGS, Terms())
    more = [replace(one, resource="visits", effort="30") for one in ANSWERS]
    solved = solve(pose(judge(plan, more, SETTINGS, **STAMP), FMT), Asked())
    sums = {}
    for key, amount in solved.amounts.items():
        sums[key[0]] = sums.get(key[0], 0) + amount
    assert sums == {"budget": 100_000_00, "visits": 90}


def test_sales_of_a_segment_with_several_resources_count_once(workspace):
    plan = state_resource(stated(), "visits=90 hours", SETTINGS, Terms())
    more = [replace(one, resource="visits", effort="30") for one in ANSWERS]
    plan = judge(plan, more, SETTINGS, **STAMP)
    found = find_allocation(workspace, plan, Asked(), read_at=1)
    assert found.today == pytest.approx(300_000 + 200_000 + 90_000)
    assert pose(plan, FMT, alone=True).curves["visits", "North"][0].base > 0


def test_todays_amounts_bring_on_average_what_was_answered(workspace):
    plan = workspace.plans().load("fy18")
    found = find_allocation(workspace, plan, Asked(), read_at=plan.revision)
    assert found.today == pytest.approx(300_000 + 200_000 + 90_000)
    assert found.solved.outcome - found.today == pytest.approx(found.gains["today's"].mean)


def test_the_next_portion_goes_where_it_brings_most_and_limits_allow_it(workspace):
    plan = limit(stated(), [Ends(segments=("West",), high="30000")], SETTINGS, **STAMP)
    found = find_allocation(workspace, plan, Asked(), read_at=1)
    (one,) = found.nexts
    assert (one.portion, one.key) != (0, "West")
    assert one.portion == 1_000_00
    price = next(price.worth for price in found.solved.best.prices if price.why == "total")
    assert one.worth == pytest.approx(1000 * price, rel=0.05)


def test_draws_of_a_segment_do_not_depend_on_the_others():
    few = pose(stated(answers=ANSWERS[:2]), FMT)
    many = pose(stated(answers=ANSWERS[::-1]), FMT)
    assert few.fresh["North"] == many.fresh["North"]
    assert few.fresh["North"] != few.curves["North"]


def test_scenarios_are_compared_on_the_same_draws(workspace):
    plan = stated()
    plan = keep_scenario(plan, Scenario(id="same", name="Same"))
    lean = ScenarioResource(resource="budget", unit="money", total=60_000_00)
    plan = keep_scenario(plan, Scenario(id="lean", name="Lean", resources=(lean,)))
    slump = ScenarioResponse(segment="West", factor_bp=5_000)
    plan = keep_scenario(plan, Scenario(id="slump", name="Slump", responses=(slump,)))
    found = compare_scenarios(workspace, plan, ["all"], Asked())
    planned, same, lean, slump = found.sides
    assert np.array_equal(planned.solved.net, same.solved.net)
    assert (same.compared.low, same.compared.high) == (0, 0)
    assert lean.compared.share_better == 0
    assert lean.drivers.assumptions == pytest.approx(0)
    assert lean.drivers.amounts == pytest.approx(lean.compared.difference)
    assert sum(lean.solved.amounts.values()) == 60_000_00
    assert slump.drivers.amounts + slump.drivers.assumptions == pytest.approx(slump.compared.difference)
    assert slump.drivers.most[0] == "West"
    with pytest.raises(UnknownName, match="no scenario 'Lena'"):
        compare_scenarios(workspace, plan, ["Lena"], Asked())


def test_guarding_against_the_worst_gives_up_some_of_the_mean():
    posed = pose(stated(), FMT)
    mean, worst = solve(posed, Asked()), solve(posed, Asked(worst=0.2))
    tail = [np.sort(outcomes(posed.curves, posed.majors(one.amounts)))[:4].mean() for one in (mean, worst)]
    assert tail[1] >= tail[0] - 1e-6
    assert worst.best.outcome <= mean.best.outcome + 1e-6


def test_estimated_curves_are_allocated_on_half_of_their_draws_and_measured_on_the_other():
    plan = state_resource(bare(), "budget=1000", SETTINGS, Terms())
    plan = keep_segments(plan, [Segment(id=name, name=name, conditions=()) for name in ("North", "South")])
    scale = Scale(2)
    drawn = {
        "North": [power(gain=30 + step, exponent=0.5, source="history") for step in range(8)],
        "South": [hill(ceiling=900, half=200 + step, source="history") for step in range(8)],
    }
    plan = keep_curves(
        plan,
        [curve_record(plan.resources[0], name, draws, 500_00, scale) for name, draws in drawn.items()],
    )
    posed = pose(plan, FMT)
    assert posed.curves["North"][0].at(100) == pytest.approx(drawn["North"][0].at(100))
    assert posed.fresh["North"][0].at(100) == pytest.approx(drawn["North"][1].at(100))
    assert {curve.at(100) for curve in posed.curves["South"]}.isdisjoint(
        {curve.at(100) for curve in posed.fresh["South"]}
    )
    assert sum(solve(posed, Asked()).amounts.values()) == 1_000_00


def test_the_default_view_is_in_words(workspace):
    plan = workspace.plans().load("fy18")
    found = find_allocation(workspace, plan, Asked(), read_at=plan.revision)
    expected, gain, quality, source = allocation_lines(found, FMT)
    assert expected.startswith("Expected sales of 2017-Q4: $")
    assert "more than today's: in 80 of 100 cases" in gain
    assert quality.startswith("Best found; at most 0.1% better exists. The next $1,000 is worth $")
    assert "judgement" in source


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda p: limit(p, [Ends(segments=("North",), low="80000")], SETTINGS, **STAMP), None),
        (
            lambda p: limit(
                p,
                [Ends(segments=("North",), low="80000"), Ends(segments=("West",), low="50000")],
                SETTINGS,
                **STAMP,
            ),
            "off by 30000: total of budget 100,000; North at least \\$80,000 \\(Ann\\); West at least \\$50,000",
        ),
        (lambda p: state_resource(p, "budget=0", SETTINGS, Terms()), "The total is 0"),
    ],
)
def test_limits_that_cannot_hold_are_named_with_their_amounts(change, told):
    if told is None:
        solve(pose(change(stated()), FMT), Asked())
        return
    with pytest.raises((Infeasible, BadInput), match=told):
        solve(pose(change(stated()), FMT), Asked())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("budget=400 hours", "is in USD, and cannot be given in hours"),
        ("budget=-1", "below 0"),
        ("budget=1.234", "more decimals"),
        ("budget=a lot", "not readable"),
        ("visits=1.5 hours", "not a whole number"),
    ],
)
def test_totals_that_make_no_sense_are_refused(text, told):
    with pytest.raises((BadInput, BadUsage), match=told):
        state_resource(stated(), text, SETTINGS, Terms())


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"segment": "Nroth"}, "no segment 'Nroth'.*|"),
        ({"now": "50000"}, "do not rise"),
        ({"effort": "0"}, "effort is 0"),
        ({"effort": "3 hours"}, "is in hours, but budget is in USD"),
        ({"doubt": "lots"}, "not a number of 0 or more"),
        ({"none": "x"}, "not an amount"),
    ],
)
def test_answers_that_make_no_curve_are_refused_with_where(change, told):
    with pytest.raises((BadInput, UnknownName), match=told) as raised:
        judge(stated(), [replace(ANSWERS[0], where="answers.csv, row 2", **change)], SETTINGS, **STAMP)
    if "segment" not in change:
        assert "answers.csv, row 2" in str(raised.value)


def test_what_changes_the_problem_takes_the_certificate_off(workspace):
    plan = workspace.plans().load("fy18")
    found = find_allocation(workspace, plan, Asked(), read_at=plan.revision).plan
    assert found.certificate is not None
    assert limit(found, [Ends(segments=("North",), low="1")], SETTINGS, **STAMP).certificate is None
    assert state_resource(found, "budget=5", SETTINGS, Terms()).certificate is None
    assert judge(found, ANSWERS[:1], SETTINGS, **STAMP).certificate is None
