"""Segments of a plan: named, renamed, taken out of the allocation and removed, and weighed."""

from datetime import UTC, datetime

import pytest

from salesnb.errors import BadInput, BadUsage, UnknownName
from salesnb.planning import (
    AllocationLimit,
    AllocationLine,
    Condition,
    Parameter,
    Resource,
    ResponseCurve,
    Scenario,
    ScenarioResponse,
    add_segment,
    approve,
    check,
    diff,
    edited,
    find_segment,
    plan_from_json,
    plan_to_json,
    remove_segment,
    rename_segment,
    segment_uses,
    take_out_segment,
    weigh_segments,
)

PARTNERS = (Condition(dimension="source", values=("partner", "")),)
AT = datetime(2026, 1, 5, 9, tzinfo=UTC)


@pytest.fixture
def named(plan):
    return add_segment(plan, " Partners ", PARTNERS)


@pytest.fixture
def allocated(named):
    """With a curve, an amount, a limit and a scenario about the segment."""
    return check(
        edited(
            named,
            resources=(Resource(id="b", name="budget", unit="money", total=100),),
            response_curves=(
                ResponseCurve(
                    resource="b",
                    segment="Partners",
                    form="power",
                    parameters=(Parameter(name="height", value=1.0),),
                    source="typed",
                ),
            ),
            allocation=(AllocationLine(resource="b", segment="Partners", unit="money", amount=100),),
            limits=(
                AllocationLimit(
                    resource="b", segments=("Partners",), unit="money", low=1, by="Ada", at=AT, why="contract"
                ),
            ),
            scenarios=(
                Scenario(
                    id="lean", name="Lean", responses=(ScenarioResponse(segment="Partners", factor_bp=8000),)
                ),
            ),
        )
    )


def test_a_filter_is_named_and_kept_with_deals_that_have_no_value(named):
    found = find_segment(plan_from_json(plan_to_json(named)), "Partners")
    assert (found.id, found.name, found.conditions) == ("Partners", "Partners", PARTNERS)


@pytest.mark.parametrize(
    ("name", "conditions", "said"),
    [("Partners", PARTNERS, "already"), ("  ", PARTNERS, "no name"), ("All", (), "Nothing is filtered")],
)
def test_a_segment_needs_a_name_of_its_own_and_a_filter(named, name, conditions, said):
    with pytest.raises(BadInput, match=said):
        add_segment(named, name, conditions)


def test_what_refers_to_a_segment_follows_when_it_is_renamed(allocated):
    renamed = check(rename_segment(allocated, "Partners", "Resellers"))
    assert find_segment(renamed, "Resellers").id == "Partners"
    assert renamed.allocation == allocated.allocation
    assert rename_segment(renamed, "Partners", "Resellers") is renamed
    with pytest.raises(BadInput, match="already"):
        rename_segment(add_segment(renamed, "Others", PARTNERS), "Others", "Resellers")
    with pytest.raises(BadInput, match="already"):
        add_segment(renamed, "Partners", PARTNERS)


def test_a_segment_stays_while_anything_refers_to_it(allocated):
    with pytest.raises(BadUsage, match="a part of budget") as refused:
        remove_segment(allocated, "Partners")
    assert "a limit of Ada" in str(refused.value)
    assert "the scenario Lean" in str(refused.value)
    with pytest.raises(BadUsage, match="stays in the allocation: a limit of Ada"):
        take_out_segment(allocated, "Partners")
    freed = take_out_segment(edited(allocated, limits=(), scenarios=()), "Partners")
    assert (freed.allocation, freed.response_curves) == ((), ())
    assert segment_uses(freed, find_segment(freed, "Partners")) == ()
    assert remove_segment(freed, "Partners").segments == ()
    with pytest.raises(UnknownName, match="no segment"):
        remove_segment(freed, "Gone")


def test_weights_are_kept_by_criterion_and_told_when_they_change(plan):
    first = weigh_segments(plan, {"size": 2, "growth": 1})
    second = weigh_segments(first, {"growth": 0.5})
    read = plan_from_json(plan_to_json(second)).assumptions.segment_weights
    assert [(one.criterion, one.value) for one in read] == [("size", 2.0), ("growth", 0.5)]
    assert weigh_segments(second, {"growth": 0.5}) is second
    assert [str(one) for one in diff(first, second)] == ["Weight of growth, value: 1.0 → 0.5"]
    assert check(second) == second
    for wrong in ({"size": -1}, {"size": float("nan")}, {"size": 1e9}, {"size": 0, "growth": 0}):
        with pytest.raises(BadInput):
            weigh_segments(second, wrong)


def test_an_approved_plan_becomes_a_draft_by_a_new_segment(plan):
    assert add_segment(approve(plan, by="Ada", at=AT), "Partners", PARTNERS).status == "draft"
