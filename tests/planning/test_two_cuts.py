"""Two cuts at once: exact both ways, nearest to proportional, or refused with the conflict named."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.errors import BadInput, Infeasible, UnknownName
from salesnb.planning import OrgNode, OrgTree, TwoCutsQuery, two_cuts
from salesnb.planning.controlled_rounding import Blocked, Groups, fitted, rounded


def tree_of(**teams):
    nodes = [OrgNode(id="company", name="Company", parent=None, level="company")]
    for team, reps in teams.items():
        nodes.append(OrgNode(id=team, name=team, parent="company", level="team"))
        nodes += [OrgNode(id=rep, name=rep, parent=team, level="rep") for rep in reps.split()]
    return OrgTree(tuple(nodes))


TEAMS = tree_of(East="a b", West="c d")


def cut(rows, columns, weights, locks=None, tree=TEAMS):
    return two_cuts(TwoCutsQuery(tree=tree, rows=rows, columns=columns, weights=weights, locks=locks or {}))


def even(columns="xy", leaves="abcd"):
    return {leaf: dict.fromkeys(columns, 1) for leaf in leaves}


def test_the_matrix_is_in_proportion_to_both_sums_at_every_level():
    found = cut({"a": 40, "b": 20, "c": 20, "d": 20}, {"x": 75, "y": 25}, even())
    assert found.cells == {
        "company": (75, 25),
        "East": (45, 15),
        "a": (30, 10),
        "b": (15, 5),
        "West": (30, 10),
        "c": (15, 5),
        "d": (15, 5),
    }


def test_interaction_of_the_history_is_kept():
    """Worked by hand: odds ratio 4 stays, so x*(x+10) = 4*(40-x)*(30-x) for margins 40, 40 and 30, 50."""
    tree = OrgTree((TEAMS.root, *(OrgNode(id=key, name=key, parent="company", level="rep") for key in "ab")))
    weights = {"a": {"x": 4, "y": 1}, "b": {"x": 1, "y": 1}}
    real = fitted(np.array([[4.0, 1], [1, 1]]), np.array([40, 40]), np.array([[30, 50]]), Groups.one(2))
    x = real[0, 0]
    assert x * (40 - (30 - x)) / ((40 - x) * (30 - x)) == pytest.approx(4)
    found = cut({"a": 40, "b": 40}, {"x": 30, "y": 50}, weights, tree=tree)
    assert found.cells["a"] == (round(x), 40 - round(x))


AMOUNTS = st.integers(0, 60)


@st.composite
def questions(draw):
    """Draw a question that can be answered: sums of a matrix that has its own zeros."""
    teams = draw(st.lists(st.integers(1, 4), min_size=1, max_size=4))
    width = draw(st.integers(1, 5))
    names = [[f"r{team}.{rep}" for rep in range(size)] for team, size in enumerate(teams)]
    leaves = [leaf for team in names for leaf in team]
    matrix = [[draw(st.one_of(st.just(0), AMOUNTS)) for _ in range(width)] for _ in leaves]
    weights = [
        [draw(st.integers(1, 9)) if cell else draw(st.integers(0, 1)) for cell in row] for row in matrix
    ]
    columns = [f"p{place}" for place in range(width)]
    tree = tree_of(**{f"t{team}": " ".join(reps) for team, reps in enumerate(names)})
    locked = draw(st.sets(st.sampled_from(list(product(range(len(leaves)), range(width)))), max_size=4))
    return TwoCutsQuery(
        tree=tree,
        rows={leaf: sum(row) for leaf, row in zip(leaves, matrix, strict=True)},
        columns={name: sum(row[place] for row in matrix) for place, name in enumerate(columns)},
        weights={
            leaf: dict(zip(columns, row, strict=True)) for leaf, row in zip(leaves, weights, strict=True)
        },
        locks={(leaves[row], columns[place]): matrix[row][place] for row, place in locked},
    )


@given(asked=questions())
@settings(max_examples=50, deadline=None)
def test_rows_columns_and_locks_hold_at_every_level_whatever_the_zeros(asked):
    cells = two_cuts(asked).cells
    assert cells["company"] == tuple(asked.columns.values())
    for node in asked.tree.nodes:
        children = asked.tree.children(node.id)
        if children:
            assert cells[node.id] == tuple(map(sum, zip(*(cells[c.id] for c in children), strict=True)))
        else:
            assert sum(cells[node.id]) == asked.rows[node.id]
        assert min(cells[node.id]) >= 0
    for (node, column), amount in asked.locks.items():
        assert cells[node][list(asked.columns).index(column)] == amount


@given(asked=questions())
@settings(max_examples=50, deadline=None)
def test_a_zero_weight_stays_zero_unless_there_is_no_other_place(asked):
    found = two_cuts(asked)
    for leaf in asked.tree.leaves():
        for place, column in enumerate(found.columns):
            known = leaf.id not in found.unknown_rows and column not in found.unknown_columns
            if known and (leaf.id, column) not in asked.locks and not asked.weights[leaf.id][column]:
                assert found.cells[leaf.id][place] == 0


@given(
    seeds=st.lists(st.lists(st.integers(1, 99), min_size=3, max_size=3), min_size=2, max_size=12),
    total=st.integers(0, 400),
    data=st.data(),
)
@settings(deadline=None)
def test_each_cell_is_within_one_unit_of_the_proportional_one(seeds, total, data):
    n = len(seeds)
    edges = sorted(data.draw(st.lists(st.integers(0, total), min_size=n - 1, max_size=n - 1)))
    rows = np.diff([0, *edges, total])
    cuts = sorted(data.draw(st.lists(st.integers(0, total), min_size=2, max_size=2)))
    columns = np.diff([0, *cuts, total])[None]
    real = fitted(np.array(seeds, dtype=float), rows, columns, Groups.one(n))
    whole = rounded(real, rows, columns, Groups.one(n))
    assert whole.sum(axis=1).tolist() == rows.tolist()
    assert whole.sum(axis=0).tolist() == columns[0].tolist()
    assert np.abs(whole - real).max() <= 1 + 1e-5


def test_groups_are_rounded_each_to_its_own_columns():
    groups = Groups.sized([2, 3])
    rows, columns = np.array([1, 1, 1, 1, 1]), np.array([[1, 1], [2, 1]])
    whole = rounded(np.full((5, 2), 0.5), rows, columns, groups)
    assert whole[:2].sum(axis=0).tolist() == [1, 1]
    assert whole[2:].sum(axis=0).tolist() == [2, 1]
    assert whole.sum(axis=1).tolist() == [1] * 5


def test_a_unit_may_have_to_go_through_a_third_column():
    """Too much in x and too little in z, and only y is shared: two rows move."""
    real = np.array([[0.5, 0.5, 0], [0, 0.5, 0.5], [0.5, 0, 0.5]])
    for columns in ([0, 1, 2], [2, 1, 0], [1, 2, 0], [1, 1, 1]):
        whole = rounded(real, np.array([1, 1, 1]), np.array([columns]), Groups.one(3))
        assert whole.sum(axis=0).tolist() == columns
        assert whole.sum(axis=1).tolist() == [1, 1, 1]
        assert (whole[real == 0] == 0).all()


def test_zeros_far_below_do_not_stop_what_can_hold():
    """Rounding the team's row alone could give it x and y, which neither of its reps can take together."""
    tree = tree_of(East="a b", West="c d")
    weights = {"a": {"x": 1, "y": 1}, "b": {"z": 1, "w": 1}, "c": {"x": 1, "y": 1}, "d": {"z": 1, "w": 1}}
    found = cut(dict.fromkeys("abcd", 1), dict.fromkeys("xyzw", 1), weights, tree=tree)
    for leaf in "abcd":
        assert sum(found.cells[leaf]) == 1
        assert all(
            weights[leaf].get(column) for column, n in zip("xyzw", found.cells[leaf], strict=True) if n
        )


def test_a_locked_cell_of_a_node_holds_and_those_below_share_it():
    found = cut(dict.fromkeys("abcd", 25), {"x": 60, "y": 40}, even(), {("West", "x"): 40, ("c", "x"): 25})
    assert found.cells["West"] == (40, 10)
    assert (found.cells["c"], found.cells["d"]) == ((25, 0), (15, 10))
    assert found.cells["a"] == found.cells["b"] == (10, 15)


def test_who_has_no_weight_at_all_takes_the_mix_of_the_team_and_is_named():
    weights = even() | {"d": {}} | {"c": {"x": 3, "y": 1}}
    found = cut(dict.fromkeys("abcd", 40), {"x": 100, "y": 60}, weights)
    assert found.unknown_rows == {"d"}
    assert found.cells["d"] == found.cells["c"]
    assert found.cells["a"] == found.cells["b"] != found.cells["c"]


def test_a_product_that_nobody_sold_yet_is_split_as_the_quotas_are_and_is_named():
    found = cut({"a": 40, "b": 20, "c": 20, "d": 20}, {"x": 90, "new": 10}, even("x"))
    assert found.unknown_columns == {"new"}
    assert [found.cells[leaf][1] for leaf in "abcd"] == [4, 2, 2, 2]


def test_fractions_are_weights_too():
    tree = OrgTree((TEAMS.root, OrgNode(id="a", name="a", parent="company", level="rep")))
    found = cut({"a": 3}, {"x": 1, "y": 2}, {"a": {"x": Fraction(1, 3), "y": Fraction(2, 3)}}, tree=tree)
    assert found.cells["a"] == (1, 2)


@pytest.mark.parametrize(
    ("columns", "weights", "locks", "said"),
    [
        ({"x": 60, "y": 50}, {}, {}, "x and y come to 110, but Company has 100: 10 too much."),
        ({"x": 60, "y": 30}, {}, {}, "x and y come to 90, but Company has 100: 10 too little."),
        (
            {"x": 40, "y": 60},
            {"a": {"x": 1}, "b": {"x": 1}},
            {},
            "a and b have 50 and no weight but in x, where there is 40: 10 too much.",
        ),
        (
            {"x": 60, "y": 40},
            {},
            {("a", "x"): 20, ("a", "y"): 10},
            "The locks of a (x 20, y 10) come to 30, but it has 25: 5 too much.",
        ),
        (
            {"x": 60, "y": 40},
            {},
            {("a", "y"): 25, ("b", "y"): 20},
            "The locks of y (a 25, b 20) come to 45, but it has 40: 5 too much.",
        ),
        (
            {"x": 60, "y": 40},
            {},
            {("East", "x"): 10, ("a", "x"): 15},
            "The locks of x in East (a 15) come to 15, but it has 10: 5 too much.",
        ),
        (
            {"x": 60, "y": 40},
            {},
            {("East", "y"): 30, ("b", "x"): 22},
            "The locks of East (y 30, x in b 22) come to 52, but it has 50: 2 too much.",
        ),
        (
            {"x": 60, "y": 40},
            {},
            {("a", "x"): 20, ("a", "y"): 0},
            "All of a is locked, and 5 of it has no place.",
        ),
        (
            {"x": 60, "y": 40},
            {},
            {("East", "y"): 20, ("West", "y"): 10},
            "All of y is locked, and 10 of it has no place.",
        ),
        (
            {"x": 60, "y": 40},
            {},
            {("East", "x"): 10, ("East", "y"): 30},
            "a and b have 50 and no weight but in x in East and y in East, where there are 40: 10 too much.",
        ),
    ],
)
def test_what_cannot_hold_is_refused_by_name_with_the_amount(columns, weights, locks, said):
    with pytest.raises(Infeasible) as caught:
        cut(dict.fromkeys("abcd", 25), columns, even() | weights, locks)
    assert caught.value.what == said


@given(
    zeros=st.lists(st.lists(st.booleans(), min_size=4, max_size=4), min_size=2, max_size=5),
    amounts=st.lists(st.integers(0, 6), min_size=5, max_size=5),
    split=st.lists(st.integers(0, 9), min_size=3, max_size=3),
)
@settings(max_examples=50, deadline=None)
def test_it_is_refused_exactly_when_some_rows_need_more_than_their_columns_have(zeros, amounts, split):
    """Hall's condition, over all subsets of rows; the witness that is named breaks it."""
    is_open = np.array([row if any(row) else [True] * 4 for row in zeros])
    rows = np.array(amounts[: len(is_open)])
    total = int(rows.sum())
    columns = np.diff([0, *sorted(min(at, total) for at in split), total])
    chosen = [
        [row for row, is_in in enumerate(some) if is_in]
        for some in product([0, 1], repeat=len(rows))
        if any(some)
    ]
    fits = all(rows[some].sum() <= columns[is_open[some].any(axis=0)].sum() for some in chosen)
    real = fitted(is_open.astype(float), rows, columns[None], Groups.one(len(rows)))
    try:
        whole = rounded(real, rows, columns[None], Groups.one(len(rows)))
    except Blocked as blocked:
        assert not fits
        assert not is_open[blocked.rows][:, [c for c in range(4) if c not in blocked.columns]].any()
        assert rows[blocked.rows].sum() > columns[blocked.columns].sum()
    else:
        assert fits
        assert whole.sum(axis=0).tolist() == columns.tolist()


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        ({"weights": {"a": {"x": -1}}}, BadInput, "negative"),
        ({"weights": {"a": {"z": 1}}}, UnknownName, "no 'z'"),
        ({"weights": {"East": {"x": 1}}}, UnknownName, "no 'East'"),
        ({"rows": {"a": -1, "b": 101}}, BadInput, "-1 cannot be split"),
        ({"rows": {"a": 2**47, "b": 0}}, BadInput, "cannot be split"),
        ({"locks": {("a", "z"): 1}}, UnknownName, "no 'z'"),
        ({"locks": {("z", "x"): 1}}, UnknownName, "no node 'z'"),
        ({"columns": {}}, BadInput, "no column"),
    ],
)
def test_what_is_not_a_question_is_refused(change, error, said):
    whole = {"tree": TEAMS, "rows": {"a": 100}, "columns": {"x": 50, "y": 50}, "weights": even(), **change}
    with pytest.raises(error, match=said):
        two_cuts(TwoCutsQuery(**whole))


def test_large_money_stays_exact():
    rows = {"a": 10**13 + 1, "b": 3, "c": 10**12 + 7, "d": 10**13}
    total = sum(rows.values())
    found = cut(rows, {"x": total - 10**12, "y": 10**12}, even() | {"b": {"x": 1, "y": 10**6}})
    assert {leaf: sum(found.cells[leaf]) for leaf in "abcd"} == rows
    assert found.cells["company"] == (total - 10**12, 10**12)
