from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from salesnb.calendar import Period
from salesnb.errors import BadInput
from salesnb.planning import (
    AllocationLine,
    Approval,
    Condition,
    Objective,
    Resource,
    ResponseCurve,
    Scenario,
    ScenarioTarget,
    Segment,
    approve,
    check,
    plan_from_json,
    problems,
)

FIXTURES = Path(__file__).parent / "fixtures"


def found(plan, severity=None):
    return [problem for problem in problems(plan) if severity in {None, problem.severity}]


def with_quota(plan, node, **changes):
    return replace(plan, quotas=tuple(replace(q, **changes) if q.id == node else q for q in plan.quotas))


def with_goal(plan, **changes):
    return replace(plan, goals=(replace(plan.goals[0], **changes),))


def test_a_plan_as_it_was_made_has_only_what_is_not_done_yet(plan):
    assert [problem.severity for problem in problems(plan)] == ["note"]
    assert check(plan) is plan


def test_an_objective_without_a_goal_is_shown(plan):
    lonely = replace(plan, objectives=(*plan.objectives, Objective(id="keep", text="Keep customers")))
    (problem,) = found(lonely, "warning")
    assert problem.what == "No goal serves the objective 'Keep customers'."


def test_a_goal_without_an_objective_is_shown(plan):
    whats = [problem.what for problem in found(with_goal(plan, objective=None), "warning")]
    assert "The goal for won amount serves no objective." in whats


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"owner": ""}, "Nobody answers for won amount."),
        ({"baseline": None}, "What won amount was before is not known."),
        ({"baseline": 300_000_00}, "The goal for won amount asks for what there was already."),
    ],
)
def test_what_a_smart_goal_names_is_missed(plan, changes, said):
    assert [problem.what for problem in found(with_goal(plan, **changes), "warning")] == [said]


def test_quotas_that_come_to_more_than_the_goal_are_shown_with_the_factor(plan):
    lower = replace(with_goal(plan, target=250_000_00), milestones=())
    whats = [problem.what for problem in found(lower, "warning")]
    assert "The quotas come to 300,000, the goal is 250,000 (+20.0%)." in whats


JUNE = Period(label="2017-06", start=date(2017, 6, 1), end=date(2017, 7, 1))
BACKWARDS = Period(label="2017-Q4", start=date(2018, 1, 1), end=date(2017, 10, 1))
CURVE = ResponseCurve(resource="hours", segment="big", form="power", parameters=(), source="typed")

ERRORS = [
    ("unknown currency", lambda p: replace(p, currency="usd"), "'usd' is not a currency code."),
    ("unsafe name", lambda p: replace(p, name="../x"), "'../x' cannot be the name of a plan."),
    ("unknown status", lambda p: replace(p, status="done"), "'done' is not a status."),
    ("approved by nobody", lambda p: replace(p, status="approved"), "the approval is not there"),
    ("one id twice", lambda p: replace(p, objectives=p.objectives * 2), "'grow' is there 2 times."),
    (
        "two goals for one KPI and period",
        lambda p: replace(p, goals=(*p.goals, replace(p.goals[0], id="again"))),
        "'won_amount in 2017-Q4' is there 2 times.",
    ),
    (
        "unknown objective",
        lambda p: with_goal(p, objective="gorw"),
        "the objective 'gorw', which the plan does not have",
    ),
    (
        "unknown goal in a scenario",
        lambda p: replace(
            p,
            scenarios=(
                Scenario(id="s", name="S", targets=(ScenarioTarget(goal="x", unit="money", target=1),)),
            ),
        ),
        "the goal 'x', which the plan does not have",
    ),
    ("unknown segment", lambda p: replace(p, response_curves=(CURVE,)), "the segment 'big', which the plan"),
    (
        "allocation in another unit",
        lambda p: replace(
            p,
            segments=(
                Segment(id="big", name="Big", conditions=(Condition(dimension="sector", values=("x",)),)),
            ),
            resources=(Resource(id="hours", name="Hours", unit="count", total=10),),
            allocation=(AllocationLine(resource="hours", segment="big", unit="money", amount=10),),
        ),
        "It is in money, but the resource is in count.",
    ),
    (
        "goal outside the period",
        lambda p: replace(with_goal(p, period=JUNE), quotas=()),
        "2017-06 is not inside",
    ),
    ("period that ends first", lambda p: replace(p, period=BACKWARDS), "ends on 2017-10-01 before it starts"),
    ("quotas without a goal", lambda p: replace(p, goals=(), milestones=()), "8 quotas, but no goal"),
    (
        "sum",
        lambda p: with_quota(p, "rep:East1", amount=1),
        "The quotas below East add up to 80,000.01, but East has 180,000.",
    ),
    (
        "missing parent",
        lambda p: with_quota(p, "rep:East1", parent="North"),
        "is under 'North', which is not",
    ),
    (
        "loop",
        lambda p: with_quota(p, "East", parent="rep:East1"),
        "loop: East is under rep:East1 is under East",
    ),
    ("node twice", lambda p: replace(p, quotas=(*p.quotas, p.quotas[-1])), "'rep:West3' is there twice"),
    ("two tops", lambda p: with_quota(p, "East", parent=None), "2 tops: East, company"),
    (
        "quota in another unit",
        lambda p: with_quota(p, "East", unit="count"),
        "East is in count, but the goal is in money",
    ),
    (
        "goal of another node",
        lambda p: with_goal(p, node="East"),
        "The goal is for 'East', but its quotas are those of",
    ),
    (
        "season that does not add up",
        lambda p: replace(
            p,
            assumptions=replace(
                p.assumptions,
                seasonality=(
                    replace(p.assumptions.seasonality[0], weights=p.assumptions.seasonality[0].weights[1:]),
                ),
            ),
        ),
        "The weights add up to 8,333 basis points instead of 10,000.",
    ),
    (
        "milestones that miss the goal",
        lambda p: replace(p, milestones=p.milestones[:-1]),
        "The milestones do not add up to the goal.",
    ),
    (
        "running sum that is wrong",
        lambda p: replace(p, milestones=(replace(p.milestones[0], to_date=1), *p.milestones[1:])),
        "The months to 2017-10 do not add up",
    ),
    (
        "milestone of no goal",
        lambda p: replace(p, milestones=(replace(p.milestones[0], goal="x"),)),
        "the goal 'x'",
    ),
]


@pytest.mark.parametrize(("spoil", "said"), [case[1:] for case in ERRORS], ids=[case[0] for case in ERRORS])
def test_error(plan, spoil, said):
    spoiled = spoil(plan)
    assert any(said in problem.what for problem in found(spoiled, "error"))
    with pytest.raises(BadInput):
        check(spoiled)


def test_the_first_error_is_told_with_the_number_of_the_others(plan):
    spoiled = replace(with_quota(plan, "rep:East1", amount=1), currency="usd")
    with pytest.raises(BadInput, match=r"'usd' is not a currency code. \(1 more"):
        check(spoiled, where="fy18.plan.json")


def test_errors_come_before_warnings_and_notes(plan):
    severities = [
        problem.severity for problem in problems(replace(with_goal(plan, owner=""), currency="usd"))
    ]
    assert severities == ["error", "warning", "note"]


def test_an_approved_plan_is_in_order(plan, at):
    approved = approve(plan, by="Ann", at=at)
    assert approved.approval == Approval(by="Ann", at=at)
    assert not found(approved, "error")


def _allocated(**changes):
    read = plan_from_json((FIXTURES / "plan-v1-allocation.plan.json").read_bytes())
    return replace(read, **changes)


@pytest.mark.parametrize(
    ("change", "severity", "told"),
    [
        (lambda p: {"limits": (replace(p.limits[0], segments=("Mars",)),)}, "error", "segment 'Mars'"),
        (lambda p: {"limits": (replace(p.limits[0], resource="hours"),)}, "error", "resource 'hours'"),
        (lambda p: {"limits": (replace(p.limits[0], unit="count"),)}, "error", "in count, but the resource"),
        (lambda p: {"limits": (replace(p.limits[0], low=9, high=8),)}, "error", "more at least than at most"),
        (lambda p: {"limits": (p.limits[0], p.limits[0])}, "error", "limited twice"),
        (lambda p: {"allocation": p.allocation[:2]}, "warning", "comes to less than there is"),
        (lambda p: {"resources": (replace(p.resources[0], total=5),)}, "warning", "comes to more than"),
        (lambda p: {"response_curves": (_unrisen(p.response_curves[0]),)}, "error", "do not rise"),
        (lambda p: {"response_curves": (replace(p.response_curves[0], draws=((1.0,),)),)}, "error", "draws"),
    ],
)
def test_parts_of_an_allocation_that_do_not_fit_are_found(change, severity, told):
    found = [one for one in problems(_allocated(**change(_allocated()))) if one.rule == "allocation"]
    assert (severity, True) in [(one.severity, told in one.what) for one in found]


def test_an_allocation_that_fits_has_no_problem():
    assert [one for one in problems(_allocated()) if one.rule == "allocation"] == []


def _unrisen(curve):
    return replace(curve, judgement=replace(curve.judgement, now_minor=1))
