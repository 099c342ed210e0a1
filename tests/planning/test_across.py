"""A goal that is cut a second time stays so, and exact, whatever happens to its quotas."""

from datetime import UTC, datetime

import pytest

from salesnb.errors import BadInput, BadUsage, Infeasible, UnknownName
from salesnb.planning import (
    Lock,
    cut_across,
    diff,
    lock,
    lock_part,
    plan_from_json,
    plan_to_json,
    problems,
    recascade,
    set_goal,
    set_season,
    unlock_part,
)
from salesnb.planning.parts import column_totals

LOCK = Lock(by="Ann", why="agreed", at=datetime(2017, 9, 1, tzinfo=UTC))
REPS = ("rep:East1", "rep:East2", "rep:West1", "rep:West2", "rep:West3")
WEIGHTS = {rep: {"Core": 3 + place, "Plus": 5 - place} for place, rep in enumerate(REPS)}


@pytest.fixture
def cut(plan):
    return cut_across(plan, "won_amount", "product", WEIGHTS, {"Core": 3, "Plus": 1}).plan


def parts(plan):
    return {quota.id: {part.label: part.amount for part in quota.parts} for quota in plan.quotas}


def assert_exact(plan):
    assert [problem.what for problem in problems(plan) if problem.severity == "error"] == []
    assert all(sum(part.amount for part in quota.parts) == quota.amount for quota in plan.quotas)
    assert all(quota.parts for quota in plan.quotas)


def test_the_labels_have_their_shares_and_everything_adds_up(cut):
    assert parts(cut)["company"] == {"Core": 225_000_00, "Plus": 75_000_00}
    assert cut.goal("won_amount").across == "product"
    assert_exact(cut)


def test_the_mix_of_a_rep_follows_its_weights(cut):
    mix = {rep: parts(cut)[rep]["Core"] / sum(parts(cut)[rep].values()) for rep in REPS}
    assert sorted(mix, key=mix.get) == list(REPS)


def test_it_is_written_and_read_as_it_is(cut):
    assert plan_from_json(plan_to_json(cut)) == cut


def test_parts_follow_when_the_goal_a_lock_the_season_or_the_basis_changes(cut):
    changed = [
        set_goal(cut, "won_amount", 333_333_33),
        lock(cut, "West", amount=200_000_00, by="Ann", why="agreed", at=LOCK.at),
        set_season(cut, "won_amount", {"2017-10": 1, "2017-11": 1, "2017-12": 1}),
        recascade(cut, "won_amount", basis="equal"),
    ]
    for plan in changed:
        assert_exact(plan)
    shares = parts(changed[0])["company"]
    assert shares["Core"] == round(333_333_33 * 0.75)


def test_a_locked_part_stays_when_the_goal_moves_and_says_who_and_why(cut):
    held = lock_part(cut, "won_amount", "West", "Plus", amount=30_000_00, lock=LOCK)
    assert_exact(held)
    moved = set_goal(held, "won_amount", 400_000_00)
    west = {part.label: part for part in next(q for q in moved.quotas if q.id == "West").parts}
    assert (west["Plus"].amount, west["Plus"].lock) == (30_000_00, LOCK)
    assert_exact(moved)
    freed = unlock_part(moved, "won_amount", "West", "Plus")
    assert parts(freed)["West"]["Plus"] != 30_000_00
    assert_exact(freed)


def test_a_lock_at_the_top_fixes_what_a_product_has_in_all(cut):
    held = lock_part(cut, "won_amount", "company", "Plus", amount=100_000_00, lock=LOCK)
    assert parts(held)["company"] == {"Core": 200_000_00, "Plus": 100_000_00}
    assert parts(set_goal(held, "won_amount", 500_000_00))["company"]["Plus"] == 100_000_00


def test_locks_stay_when_it_is_cut_again_by_the_same_and_go_when_by_another(cut):
    held = lock_part(cut, "won_amount", "West", "Plus", amount=30_000_00, lock=LOCK)
    same = cut_across(held, "won_amount", "product", WEIGHTS, {"Core": 1, "Plus": 1}).plan
    assert parts(same)["West"]["Plus"] == 30_000_00
    other = cut_across(held, "won_amount", "sector", {}, {"retail": 1, "banks": 1}).plan
    assert not any(part.lock for quota in other.quotas for part in quota.parts)
    assert parts(other)["company"] == {"retail": 150_000_00, "banks": 150_000_00}


def test_who_and_what_has_no_history_is_named(plan):
    known = {rep: WEIGHTS[rep] for rep in REPS[:4]}
    found = cut_across(plan, "won_amount", "product", known, {"Core": 3, "Plus": 1, "New": 1})
    assert (found.unknown_nodes, found.unknown_labels) == (("West rep 3",), ("New",))


def test_the_difference_names_the_parts_that_changed(cut):
    held = lock_part(cut, "won_amount", "company", "Plus", amount=75_000_01, lock=LOCK)
    told = [str(one) for one in diff(cut, held) if one.subject.startswith("Quota Acme")]
    assert told == [
        "Quota Acme, won_amount 2017-Q4, parts: Core 225,000, Plus 75,000 → Core 224,999.99, Plus 75,000.01"
    ]


def test_parts_that_were_changed_by_hand_are_found(cut):
    text = plan_to_json(cut).replace('"amount_minor": 22500000', '"amount_minor": 22500001')
    told = {problem.what for problem in problems(plan_from_json(text)) if problem.severity == "error"}
    assert "The parts of Acme do not add up to its quota." in told
    assert "Of Core the quotas below Acme do not add up to what it has." in told


@pytest.mark.parametrize(
    ("node", "label", "amount", "error", "said"),
    [
        ("West", "Core", 10**9, Infeasible, "The locks of West"),
        ("company", "Core", 10**9, Infeasible, "Core 10,000,000 come to 10,000,000, but there is 300,000"),
        ("West", "Corr", 1, UnknownName, "no product 'Corr'"),
        ("Wst", "Core", 1, UnknownName, "no quota for 'Wst'"),
        ("West", "Core", -1, BadInput, "negative"),
    ],
)
def test_a_lock_that_cannot_be_is_refused_by_name(cut, node, label, amount, error, said):
    with pytest.raises(error, match=said):
        lock_part(cut, "won_amount", node, label, amount=amount, lock=LOCK)


def test_what_is_not_cut_has_no_parts_to_lock(plan):
    with pytest.raises(BadUsage, match="not cut a second time"):
        lock_part(plan, "won_amount", "West", "Core", lock=LOCK)


def test_labels_that_are_fixed_must_leave_a_place_for_the_rest():
    with pytest.raises(Infeasible, match="10 too little"):
        column_totals(100, {"a": 1}, {"a": 90})
