"""Weights that a person types for nodes: read exactly, refused by name, and kept through every later cascade."""

from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.errors import BadInput
from salesnb.planning import (
    Lock,
    OrgTree,
    Plan,
    check_typed,
    given_of,
    lock,
    plan_from_json,
    plan_to_json,
    problems,
    read_weight,
    recascade,
    set_goal,
    typed_leaves,
    unlock,
)


def amounts(plan: Plan) -> dict[str, int]:
    return {quota.id: quota.amount for quota in plan.quotas}


def bases(plan: Plan) -> dict[str, str]:
    return {quota.id: quota.basis for quota in plan.quotas}


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("3", 3), ("2.50", Fraction(5, 2)), (".1", Fraction(1, 10)), ("1/3", Fraction(1, 3)), ("12.5%", Fraction(1, 8)),
        (" 40 % ", Fraction(2, 5)), ("0", 0),
    ],
)  # fmt: skip
def test_a_weight_is_read_exactly_as_typed(text: str, weight: Fraction) -> None:
    assert read_weight(text, "North") == weight


@pytest.mark.parametrize("text", ["", "x", "1,5", "1/0", "nan", "inf", "1e9", "²", "--1"])
def test_what_is_no_weight_is_refused_with_its_node(text: str) -> None:
    with pytest.raises(BadInput, match="of North is not a number"):
        read_weight(text, "North")


def test_a_negative_weight_is_refused_with_its_node_and_amount() -> None:
    with pytest.raises(BadInput, match=r"The weight of North is negative: -0\.5"):
        read_weight("-0.5", "North")


def test_siblings_share_by_what_was_typed_and_below_as_before(plan: Plan) -> None:
    changed = recascade(plan, "won_amount", given={"East": 3, "West": 1})
    assert (amounts(changed)["East"], amounts(changed)["West"]) == (225_000_00, 75_000_00)
    assert (amounts(changed)["rep:East1"], amounts(changed)["rep:East2"]) == (125_000_00, 100_000_00)
    assert bases(changed)["East"] == "given: weight 3 of 4"
    assert bases(changed)["rep:East1"] == bases(plan)["rep:East1"]


def test_typed_weights_outlive_another_goal_locks_and_the_file(plan: Plan, at: object) -> None:
    typed = recascade(plan, "won_amount", given={"East": Fraction(1, 3), "West": Fraction(2, 3)})
    again = plan_from_json(plan_to_json(typed))
    assert given_of(again.quotas) == {"East": Fraction(1, 3), "West": Fraction(2, 3)}
    more = set_goal(again, "won_amount", 600_000_00)
    assert (amounts(more)["East"], bases(more)["East"]) == (200_000_00, "given: weight 1/3 of 1")
    held = lock(more, "rep:East1", amount=10, by="Ada", why="leave", at=at)  # type: ignore[arg-type]
    assert amounts(held)["East"] == 200_000_00
    assert amounts(unlock(held, "rep:East1")) == amounts(more)
    assert not [problem for problem in problems(more) if problem.severity == "error"]


def test_another_basis_takes_typed_weights_off(plan: Plan) -> None:
    typed = recascade(plan, "won_amount", given={"East": 3, "West": 1})
    assert not given_of(recascade(typed, "won_amount", basis="equal").quotas)


def test_where_those_who_may_move_weigh_nothing_they_share_equally_and_it_is_said(
    plan: Plan, at: object
) -> None:
    typed = recascade(plan, "won_amount", given={"rep:West1": 1, "rep:West2": 0, "rep:West3": 0})
    held = lock(typed, "rep:West1", amount=0, by="Ada", why="leave", at=at)  # type: ignore[arg-type]
    assert amounts(held)["rep:West2"] == amounts(held)["rep:West3"] == 60_000_00
    assert bases(held)["rep:West2"] == "equal (no weight given)"
    assert isinstance(next(q.lock for q in held.quotas if q.id == "rep:West1"), Lock)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"East": 1}, r"West has no weight, but others below Acme do \(East 1\)"),
        (
            {"rep:West1": 2},
            r"West rep 2, West rep 3 have no weight, but others below West do \(West rep 1 2\)",
        ),
        ({"East": 0, "West": 0}, "All weights below Acme are zero: East 0, West 0"),
        ({"company": 1}, "Acme has the whole goal"),
    ],
)
def test_weights_that_do_not_say_how_to_share_are_refused_by_name(
    make_tree: Callable[..., OrgTree], typed: dict[str, int], said: str
) -> None:
    with pytest.raises(BadInput, match=said):
        check_typed(make_tree(East=2, West=3), typed)


def test_leaves_take_the_shares_on_their_path(make_tree: Callable[..., OrgTree]) -> None:
    found = typed_leaves(make_tree(East=2, West=3), {"East": 1, "West": 3}, {"rep:East1": 5, "rep:East2": 3})
    quarter = Fraction(1, 4)
    assert found == {
        "rep:East1": Fraction(5, 32), "rep:East2": Fraction(3, 32),
        "rep:West1": quarter, "rep:West2": quarter, "rep:West3": quarter,
    }  # fmt: skip


@settings(max_examples=50)
@given(
    east=st.fractions(min_value=0, max_value=9, max_denominator=99),
    west=st.fractions(min_value=0, max_value=9, max_denominator=99),
    total=st.integers(min_value=0, max_value=10**9),
)
def test_typed_shares_add_up_and_are_off_by_less_than_one_unit(
    make_plan: Callable[..., Plan], east: Fraction, west: Fraction, total: int
) -> None:
    if not east + west:
        return
    found = amounts(recascade(make_plan(target=total), "won_amount", given={"East": east, "West": west}))
    assert found["East"] + found["West"] == total
    assert abs(found["East"] - total * east / (east + west)) < 1
