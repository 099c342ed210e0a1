"""What a plan takes for granted about its people: stored, read back, checked, and told when it changes."""

import json
from dataclasses import replace

import pytest

from salesnb.errors import BadInput, Damaged
from salesnb.planning import (
    Assumptions,
    OverAssignment,
    People,
    PlannedHires,
    Productivity,
    approve,
    assume_people,
    diff,
    plan_from_json,
    plan_to_json,
    problems,
    productivity_of,
    staffing_of,
)

PEOPLE = People(
    ramp=(0, 0.25, 1),
    attrition=0.25,
    backfill_months=3,
    hires=(PlannedHires(node="West", label="2017-11", heads=3),),
    productivity=(Productivity(kpi="won_amount", amount=5_000_00, source="history"),),
    over_assignment=(OverAssignment(kpi="won_amount", level="rep", factor_bp=10_500, source="given"),),
)


def test_assumptions_are_kept_and_read_back(plan):
    found = plan_from_json(plan_to_json(assume_people(plan, PEOPLE)))
    staffing = staffing_of(found)
    assert (staffing.ramp, staffing.attrition, staffing.backfill_months) == ((0, 0.25, 1), 0.25, 3)
    assert found.assumptions.hires == PEOPLE.hires
    assert productivity_of(found, "won_amount").amount == 5_000_00
    assert productivity_of(found, "won_count") is None
    assert found.assumptions.over_assignment[0].base == "above"


def test_a_plan_without_them_is_written_as_before(plan):
    keys = json.loads(plan_to_json(plan))["assumptions"]
    assert list(keys) == ["seasonality", "ramp_bp", "attrition_bp", "planned", "notes"]


def test_what_is_not_given_stays_and_what_is_given_takes_the_place_of_its_own(plan):
    before = assume_people(plan, PEOPLE)
    team = OverAssignment(kpi="won_amount", level="region", factor_bp=11_000)
    more = OverAssignment(kpi="won_amount", level="rep", factor_bp=12_000)
    after = assume_people(before, People(over_assignment=(team, more), backfill_months=0))
    assert after.assumptions.over_assignment == (more, team)
    assert after.assumptions.backfill_months is None
    assert after.assumptions.hires == PEOPLE.hires
    assert after.assumptions.ramp_bp == (0, 2_500, 10_000)


def test_an_approved_plan_becomes_a_draft_by_them(plan, at):
    assert assume_people(approve(plan, by="Ada", at=at), PEOPLE).status == "draft"


def test_changes_of_them_are_told_in_words(plan):
    told = [str(found) for found in diff(plan, assume_people(plan, PEOPLE))]
    assert "Hires of West in 2017-11 added: node West, label 2017-11, heads 3" in told
    assert "Productivity won_amount added: 5,000" in told
    assert "Months until a leaver is replaced: nothing → 3" in told
    assert any(line.startswith("Over-assignment of won_amount at rep added") for line in told)


@pytest.mark.parametrize(
    ("people", "said"),
    [
        (People(ramp=(0, 0.5, 0.4)), "The ramp falls in month 3, from 0.5 to 0.4."),
        (People(ramp=(1.5,)), "The ramp of month 1 is 1.5."),
        (People(ramp=(float("nan"),)), "The ramp of month 1 is nan."),
        (People(attrition=-0.1), "The attrition is -0.1."),
        (People(attrition=0.12345), "The attrition is 0.12345."),
        (People(backfill_months=-2), "The backfill lag is -2 months."),
        (
            People(hires=(PlannedHires(node="Wets", label="2017-11", heads=3),)),
            "3 hires are planned for 'Wets'",
        ),
        (People(hires=(PlannedHires(node="rep:West1", label="2017-11", heads=3),)), "which is a rep"),
        (People(hires=(PlannedHires(node="West", label="2018-01", heads=3),)), "2018-01, outside 2017-Q4."),
        (People(hires=(PlannedHires(node="West", label="2017-13", heads=3),)), "2017-13, outside 2017-Q4."),
        (People(hires=PEOPLE.hires * 2), "'West in 2017-11' is there 2 times."),
        (
            People(over_assignment=(OverAssignment(kpi="won_amount", level="squad", factor_bp=10_500),)),
            "on the level 'squad', which no quota has.",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_value(plan, people, said):
    with pytest.raises(BadInput) as caught:
        assume_people(plan, people)
    assert said in caught.value.what


def test_a_ramp_that_falls_in_a_file_is_a_problem_of_the_plan(plan):
    fallen = replace(plan, assumptions=Assumptions(ramp_bp=(0, 5_000, 2_500)))
    found = [problem for problem in problems(fallen) if problem.rule == "people"]
    assert [problem.severity for problem in found] == ["error"]
    assert "in month 3, from 5,000 to 2,500 basis points" in found[0].what


@pytest.mark.parametrize(
    ("key", "value", "where"),
    [
        ("backfill_months", 0, "assumptions.backfill_months"),
        ("hires", [{"node": "West", "label": "2017-11", "heads": 0}], "assumptions.hires[0].heads"),
        ("productivity", [{"kpi": "won_amount", "source": ""}], "assumptions.productivity[0]"),
        (
            "over_assignment",
            [{"kpi": "won_amount", "level": "rep", "base": "team", "factor_bp": 1}],
            "assumptions.over_assignment[0].base",
        ),
    ],
)
def test_what_breaks_the_schema_is_told_with_its_path(plan, key, value, where):
    document = json.loads(plan_to_json(plan))
    document["assumptions"][key] = value
    with pytest.raises(Damaged) as caught:
        plan_from_json(json.dumps(document), where="p")
    assert caught.value.where == f"p, {where}"
