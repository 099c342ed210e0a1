import json
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesnb.errors import BadInput, Infeasible, UnknownName
from salesnb.planning import Lock, LockedAmount, OrgNode, OrgTree, cascade

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "planning_cascade.json").read_text())["vectors"]
LOCK = Lock(by="Ann", why="agreed", at=datetime(2017, 9, 1, tzinfo=UTC))


def tree_from(parents):
    nodes = [OrgNode(id=key, name=key, parent=parent, level="node") for key, parent in parents.items()]
    return OrgTree((OrgNode(id="company", name="Company", parent=None, level="company"), *nodes))


def split(parents, total, weights, locks=None, **options):
    held = {node: LockedAmount(amount=amount, lock=LOCK) for node, amount in (locks or {}).items()}
    return cascade(tree_from(parents), "won_amount", "2017-Q4", total, weights, held, **options)


def amounts(quotas):
    return {quota.id: quota.amount for quota in quotas}


FLAT = {"a": "company", "b": "company", "c": "company"}
REGIONS = {"East": "company", "West": "company", "e1": "East", "e2": "East", "w1": "West", "w2": "West"}


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["rule"] for vector in VECTORS])
def test_vector(vector):
    quotas = split(vector["tree"], vector["total"], vector["weights"], vector["locks"])
    assert amounts(quotas) == vector["amounts"]


def test_zero_weights_are_said_in_the_basis_of_the_parts_they_are_about():
    quotas = split(REGIONS, 100, {"e1": 1, "e2": 3})
    assert {quota.id: quota.basis for quota in quotas} == {
        "company": "history",
        "East": "history",
        "West": "history",
        "e1": "history",
        "e2": "history",
        "w1": "equal (no history)",
        "w2": "equal (no history)",
    }


def test_free_parts_without_weight_share_equally_what_a_held_part_leaves():
    quotas = split(FLAT, 100, {"a": 5}, {"a": 40})
    assert amounts(quotas) == {"company": 100, "a": 40, "b": 30, "c": 30}
    assert [quota.basis for quota in quotas] == [
        "history",
        "locked",
        "equal (no history)",
        "equal (no history)",
    ]


def test_a_lock_keeps_who_why_and_when():
    quotas = split(FLAT, 100, {"a": 1, "b": 1, "c": 1}, {"b": 50})
    assert {quota.id: quota.lock for quota in quotas} == {"company": None, "a": None, "b": LOCK, "c": None}


def test_leaves_keep_the_weight_that_their_share_was_in_proportion_to():
    quotas = split(FLAT, 100, {"a": Fraction(1, 3), "b": 2})
    assert {quota.id: quota.weight for quota in quotas} == {
        "company": None,
        "a": Fraction(1, 3),
        "b": 2,
        "c": 0,
    }


@pytest.mark.parametrize(
    ("locks", "said"),
    [
        ({"w1": 120}, "The locks below Company (w1 1.20) come to 1.20, but Company has 1: 0.20 too much."),
        (
            {"West": 30, "w1": 40},
            "The locks below West (w1 0.40) come to 0.40, but West has 0.30: 0.10 too much.",
        ),
        (
            {"w1": 10, "w2": 10, "West": 30},
            "(w1 0.10, w2 0.10) come to 0.20, but West has 0.30: 0.10 too little.",
        ),
        (
            {"East": 20, "West": 70},
            "(West 0.70, East 0.20) come to 0.90, but Company has 1: 0.10 too little.",
        ),
        ({"company": 90}, "Company is locked at 0.90, but the goal is 1: 0.10 too little."),
        ({"company": 110}, "Company is locked at 1.10, but the goal is 1: 0.10 too much."),
    ],
)
def test_locks_that_cannot_hold_are_named_with_the_amount(locks, said):
    with pytest.raises(Infeasible) as caught:
        split(REGIONS, 100, {"e1": 1, "e2": 1, "w1": 1, "w2": 1}, locks)
    assert said in caught.value.what


def test_many_locks_are_counted_not_listed():
    parents = {f"n{i}": "company" for i in range(9)}
    with pytest.raises(Infeasible, match=r"\(n8 9, n7 8, n6 7, 6 more\) come to 45"):
        split(parents, 10, {}, {f"n{i}": i + 1 for i in range(9)}, unit="count")


@pytest.mark.parametrize(
    ("total", "weights", "locks", "error", "said"),
    [
        (-1, {}, {}, BadInput, "negative"),
        (10, {"a": -1}, {}, BadInput, "weight of 'a' is negative: -1"),
        (10, {"company": 1}, {}, BadInput, "'company' has a weight, but others are below it"),
        (10, {"x": 1}, {}, UnknownName, "no node 'x'"),
        (10, {}, {"x": 1}, UnknownName, "no node 'x'"),
        (10, {}, {"a": -1}, BadInput, "a is locked at a negative amount, -0.01"),
    ],
)
def test_bad_input_is_refused_by_name(total, weights, locks, error, said):
    with pytest.raises(error, match=said):
        split(FLAT, total, weights, locks)


@st.composite
def organisations(draw):
    """A tree of up to 25 nodes with ids in any order, and weights of its leaves."""
    size = draw(st.integers(0, 24))
    ids = draw(st.permutations([f"n{i:02d}" for i in range(size)]))
    parents = {}
    for index, key in enumerate(ids):
        above = draw(st.integers(-1, index - 1))
        parents[key] = "company" if above < 0 else ids[above]
    leaves = [key for key in parents if key not in parents.values()]
    weight = st.one_of(st.just(0), st.integers(0, 10**9), st.fractions(0, 100, max_denominator=97))
    return parents, {key: draw(weight) for key in leaves}


TOTALS = st.integers(0, 10**12)


def children(parents, key):
    return [child for child, parent in parents.items() if parent == key]


def assert_sums(parents, found):
    for key in ["company", *parents]:
        below = children(parents, key)
        if below:
            assert sum(found[child] for child in below) == found[key]


@given(organisations(), TOTALS)
def test_children_add_up_to_their_parent_exactly(organisation, total):
    parents, weights = organisation
    found = amounts(split(parents, total, weights))
    assert found["company"] == total
    assert min(found.values()) >= 0
    assert_sums(parents, found)


@given(organisations(), TOTALS, st.data())
def test_locks_stay_or_the_cascade_is_refused(organisation, total, data):
    parents, weights = organisation
    chosen = data.draw(st.sets(st.sampled_from(sorted(parents)), max_size=5)) if parents else set()
    locks = {key: data.draw(st.integers(0, total // 2 + 10)) for key in chosen}
    try:
        found = amounts(split(parents, total, weights, locks))
    except Infeasible:
        return
    assert {key: found[key] for key in locks} == locks
    assert min(found.values()) >= 0
    assert_sums(parents, found)


@given(organisations(), TOTALS, st.data())
def test_locking_what_a_cascade_found_is_always_feasible_and_changes_nothing_below_a_full_lock(
    organisation, total, data
):
    parents, weights = organisation
    found = amounts(split(parents, total, weights))
    chosen = data.draw(st.sets(st.sampled_from(sorted(found))))
    again = amounts(split(parents, total, weights, {key: found[key] for key in chosen}))
    assert {key: again[key] for key in chosen} == {key: found[key] for key in chosen}
    assert amounts(split(parents, total, weights, found)) == found


@given(organisations(), TOTALS, st.randoms(use_true_random=False))
def test_the_order_of_nodes_and_weights_does_not_matter(organisation, total, random):
    parents, weights = organisation
    shuffled = list(parents.items())
    random.shuffle(shuffled)
    mixed = list(weights.items())
    random.shuffle(mixed)
    assert split(parents, total, weights) == split(dict(shuffled), total, dict(mixed))


@given(organisations(), TOTALS, st.integers(1, 1000))
def test_the_scale_of_the_weights_does_not_matter(organisation, total, scale):
    parents, weights = organisation
    scaled = {key: weight * Fraction(scale, 7) for key, weight in weights.items()}
    assert amounts(split(parents, total, weights)) == amounts(split(parents, total, scaled))


@given(organisations(), TOTALS, st.integers(1, 50))
def test_a_multiple_of_the_total_moves_each_part_by_less_than_a_unit_a_level(organisation, total, factor):
    """Scaling is exact but for rounding: each level adds less than one unit to either side."""
    parents, weights = organisation
    once, many = (amounts(split(parents, n, weights)) for n in (total, total * factor))
    for key in once:
        depth, step = 0, key
        while step != "company":
            depth, step = depth + 1, parents[step]
        assert abs(many[key] - factor * once[key]) <= depth * (factor + 1)


@given(organisations(), TOTALS)
def test_a_sibling_that_weighs_more_never_gets_less(organisation, total):
    parents, weights = organisation
    found = amounts(split(parents, total, weights))
    leaves = [key for key in weights if key in found]
    for one in leaves:
        for other in leaves:
            if parents[one] == parents[other] and weights[one] > weights[other]:
                assert found[one] >= found[other]


@given(st.integers(0, 10**6), st.lists(st.integers(0, 1000), min_size=1, max_size=12))
def test_each_part_is_within_one_unit_of_its_exact_share(total, numbers):
    parents = {f"n{i:02d}": "company" for i in range(len(numbers))}
    weights = dict(zip(parents, numbers, strict=True))
    found = amounts(split(parents, total, weights))
    whole = sum(numbers)
    for key, weight in weights.items():
        exact = Fraction(total * weight, whole) if whole else Fraction(total, len(numbers))
        assert abs(found[key] - exact) < 1


@given(organisations(), TOTALS, st.data())
def test_what_is_not_held_is_in_proportion_and_a_floor_is_only_where_it_is_needed(organisation, total, data):
    """Among siblings one rate holds: those that move get rate x weight, those on a floor need more."""
    parents, weights = organisation
    leaves = sorted(weights)
    chosen = data.draw(st.sets(st.sampled_from(leaves), max_size=4)) if leaves else set()
    locks = {key: data.draw(st.integers(0, total // 3 + 1)) for key in chosen}
    try:
        quotas = split(parents, total, weights, locks)
    except Infeasible:
        return
    found = {quota.id: quota for quota in quotas}

    def mass(key):
        below = children(parents, key)
        return sum(map(mass, below)) if below else Fraction(weights.get(key, 0))

    def free(key):
        below = children(parents, key)
        return any(map(free, below)) if below else key not in locks

    for parent in ["company", *parents]:
        moving = [key for key in children(parents, parent) if found[key].basis == "history"]
        floored = [
            key for key in children(parents, parent) if found[key].basis == "locks below" and free(key)
        ]
        whole = sum(map(mass, moving))
        if moving:
            rate = Fraction(sum(found[key].amount for key in moving)) / whole
            assert all(abs(found[key].amount - rate * mass(key)) < 1 for key in moving)
            assert all(found[key].amount > rate * mass(key) for key in floored)
