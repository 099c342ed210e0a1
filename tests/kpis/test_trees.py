"""KPI trees: read strictly, checked against their KPI, and shared out so that everything adds up."""

from fractions import Fraction
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.errors import BadInput, Damaged, MissingFile, UnknownName
from salesnb.kpis.tree_effects import TreeEnds, check_claims, explain_tree, told_names
from salesnb.kpis.tree_file import read_tree, tree_names
from salesnb.kpis.trees import KpiTree, Leaf, Node, NoValue

KPIS = ("won_amount", "won_count", "closed_count", "average_deal", "win_rate", "lost_count")
GOOD = """
kpi = "won_amount"
root = "won"
[nodes.won]
product = ["closed_count", "conversion", "size"]
[nodes.conversion]
ratio = ["won_count", "closed_count"]
[nodes.size]
kpi = "average_deal"
where = { region = "East" }
"""
NUMBER = st.integers(1, 50).map(Fraction)


def tree(root: str, nodes: dict[str, Node], leaves: str) -> KpiTree:
    return KpiTree(
        name="mine",
        kpi="won_amount",
        root=root,
        nodes=nodes,
        leaves={name: Leaf(kpi=name) for name in leaves.split()},
    )


# a x (b + c) / d: every leaf stands in one place.
SMALL = tree(
    "root",
    {
        "root": Node(form="ratio", parts=("above", "d")),
        "above": Node(form="product", parts=("a", "both")),
        "both": Node(form="sum", parts=("b", "c")),
    },
    "a b c d",
)
# closed x (won / closed) x (amount / won): closed and won stand in two places.
SHARED = tree(
    "won",
    {
        "won": Node(form="product", parts=("closed", "conversion", "size")),
        "conversion": Node(form="ratio", parts=("won_count", "closed")),
        "size": Node(form="ratio", parts=("amount", "won_count")),
    },
    "closed won_count amount",
)


def values(names: str) -> st.SearchStrategy[dict[str, Fraction]]:
    return st.fixed_dictionaries(dict.fromkeys(names.split(), NUMBER))


def write(folder: Path, text: str) -> Path:
    (folder / "mine.tree.toml").write_text(text, encoding="utf-8")
    return folder


def test_a_tree_is_read_as_it_is_written(tmp_path: Path) -> None:
    found = read_tree(write(tmp_path, GOOD), "mine", KPIS)
    assert (found.kpi, found.root) == ("won_amount", "won")
    assert found.nodes["conversion"] == Node(form="ratio", parts=("won_count", "closed_count"))
    assert found.leaves["size"] == Leaf(kpi="average_deal", where=(("region", "East"),))
    assert [name for _, name in found.walk] == [
        "won", "closed_count", "conversion", "won_count", "closed_count", "size",
    ]  # fmt: skip
    assert tree_names(tmp_path) == ("mine",)


@pytest.mark.parametrize(
    ("old", "new", "kind", "told"),
    [
        ('root = "won"', 'root = "wom"', UnknownName, "wom"),
        ('root = "won"', "", BadInput, "root"),
        ('kpi = "won_amount"', 'kpi = "wonn"', UnknownName, "wonn"),
        ('kpi = "won_amount"', 'kpi = "won_amount"\nformula = "1"', BadInput, "formula"),
        ('"won_count"', '"won_cuont"', UnknownName, "won_count"),
        ('ratio = ["won_count", "closed_count"]', 'ratio = ["won_count"]', BadInput, "two parts"),
        ("product =", "minus =", BadInput, "minus"),
        ('"conversion"', '"won"', BadInput, "won > won"),
        ('["won_count", "closed_count"]', '["won_count", "conversion"]', BadInput, "below itself"),
        ('ratio = ["won_count", "closed_count"]', "ratio = 3", BadInput, "two parts"),
        ("product = [", 'sum = ["won_count"]\nproduct = [', BadInput, "2 of sum"),
        ('product = ["closed_count", "conversion", "size"]', "product = []", BadInput, "no list"),
        ('region = "East"', "region = 3", BadInput, "where"),
        (
            "[nodes.size]\n",
            '[nodes.size]\n[nodes.extra]\nsum = ["won_count"]\n[nodes.other]\n',
            BadInput,
            "sum",
        ),
        ('"size"', '"won_count"', BadInput, "'size' is not below"),
        ("nodes.size", "nodes.average_deal", BadInput, "name of a KPI"),
        ('root = "won"\n[nodes.won]', 'root = "win_rate"\n[nodes.win_rate]', BadInput, "win_rate"),
        ("[nodes.won]", "[nodes.won", Damaged, "TOML"),
        (
            'product = ["closed_count", "conversion", "size"]',
            'product = "__import__(1)"',
            BadInput,
            "no list",
        ),
        ("nodes.conversion", 'nodes."Con version"', BadInput, "no name"),
    ],
)
def test_what_is_wrong_in_a_tree_is_named(tmp_path: Path, old: str, new: str, kind: type, told: str) -> None:
    assert old in GOOD
    with pytest.raises(kind) as refused:
        read_tree(write(tmp_path, GOOD.replace(old, new, 1)), "mine", KPIS)
    assert told in str(refused.value)
    assert "mine.tree.toml" in refused.value.where


def test_a_tree_that_is_not_there_is_named(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    for name in ("mein", "../mine"):
        with pytest.raises(MissingFile, match="There is no tree") as refused:
            read_tree(tmp_path, name, KPIS)
        assert "mine" in refused.value.hint


def test_a_tree_that_unfolds_without_end_is_refused(tmp_path: Path) -> None:
    nodes = [f'[nodes.n{i}]\nsum = ["n{i + 1}", "n{i + 1}"]' for i in range(40)]
    text = "\n".join(['kpi = "won_amount"', 'root = "n0"', *nodes, '[nodes.n40]\nsum = ["won_count"]'])
    with pytest.raises(BadInput, match="200 places"):
        read_tree(write(tmp_path, text), "mine", KPIS)


@given(before=values("a b c d"), after=values("a b c d"))
def test_leaves_and_nodes_add_up_to_the_root(before: Any, after: Any) -> None:
    found = explain_tree(SMALL, TreeEnds(before, after))
    whole = found.after["root"] - found.before["root"]
    root, above, a, both, b, c, d = found.places
    assert (root, above, both) == (whole, a + b + c, b + c)
    assert root == above + d
    assert found.told() == {"a": a, "b": b, "c": c, "d": d}


def by_hand(before: dict[str, Fraction], after: dict[str, Fraction]) -> dict[str, Fraction]:
    """Walk all orders of the leaves of the small tree."""

    def root(at: dict[str, Fraction]) -> Fraction:
        return at["a"] * (at["b"] + at["c"]) / at["d"]

    found = dict.fromkeys(before, Fraction())
    orders = list(permutations(before))
    for order in orders:
        now = dict(before)
        for name in order:
            reached = root(now)
            now[name] = after[name]
            found[name] += (root(now) - reached) / len(orders)
    return found


@given(before=values("a b c d"), after=values("a b c d"))
def test_a_small_tree_is_shared_as_over_all_orders_of_its_leaves(before: Any, after: Any) -> None:
    assert explain_tree(SMALL, TreeEnds(before, after)).told() == by_hand(before, after)


@given(before=values("closed won_count amount"), after=values("closed won_count amount"))
def test_a_shared_tree_is_told_by_the_parts_of_its_root(before: Any, after: Any) -> None:
    found = explain_tree(SHARED, TreeEnds(before, after))
    assert told_names(SHARED) == ("closed", "conversion", "size")
    assert sum(found.told().values()) == after["amount"] - before["amount"]
    rates = [end["won_count"] / end["closed"] for end in (before, after)]
    sizes = [end["amount"] / end["won_count"] for end in (before, after)]
    flat = tree(
        "won", {"won": Node(form="product", parts=("closed", "conversion", "size"))}, "closed conversion size"
    )
    ends = [
        {"closed": end["closed"], "conversion": rate, "size": size}
        for end, rate, size in zip((before, after), rates, sizes, strict=True)
    ]
    assert explain_tree(flat, TreeEnds(*ends)).told() == found.told()


@given(before=values("closed won_count amount"), after=values("closed won_count amount"))
def test_turned_round_in_time_the_effects_change_their_signs(before: Any, after: Any) -> None:
    for one in (SHARED, SMALL):
        names = one.leaf_names
        ends = [dict(zip(names, [*end.values(), Fraction(2)], strict=False)) for end in (before, after)]
        there, back = explain_tree(one, TreeEnds(*ends)), explain_tree(one, TreeEnds(*reversed(ends)))
        assert [-effect for effect in there.places] == list(back.places)


@settings(max_examples=15)
@given(st.data())
def test_a_large_tree_adds_up_level_by_level(data: st.DataObject) -> None:
    names = [f"l{i}" for i in range(12)]
    large = tree(
        "root",
        {
            "root": Node(form="product", parts=("left", "right")),
            "left": Node(form="sum", parts=tuple(names[:9])),
            "right": Node(form="ratio", parts=("l9", "rest")),
            "rest": Node(form="product", parts=("l10", "l11")),
        },
        " ".join(names),
    )
    before, after = (data.draw(values(" ".join(names))) for _ in range(2))
    found = explain_tree(large, TreeEnds(before, after))
    assert "evel by level" in found.method
    assert found.places[0] == found.after["root"] - found.before["root"]
    leaves = [e for (_, name), e in zip(large.walk, found.places, strict=True) if name in large.leaves]
    assert sum(leaves) == found.places[0]


def test_a_zero_denominator_is_named_with_its_node() -> None:
    ends = [{"closed": Fraction(n), "won_count": Fraction(n), "amount": Fraction(5)} for n in (0, 2)]
    with pytest.raises(NoValue, match="size has no value: its denominator won_count is 0"):
        explain_tree(SHARED, TreeEnds(*ends))


def test_a_denominator_that_is_zero_only_between_the_periods_is_told() -> None:
    odd = tree(
        "root",
        {"root": Node(form="ratio", parts=("a", "below")), "below": Node(form="sum", parts=("b", "c"))},
        "a b c",
    )
    ends = [{"a": Fraction(1), "b": Fraction(b), "c": Fraction(c)} for b, c in ((1, 2), (-2, 5))]
    with pytest.raises(NoValue, match="where values of both periods meet"):
        explain_tree(odd, TreeEnds(*ends))


def test_a_root_that_is_not_its_kpi_is_refused_with_both_numbers() -> None:
    leaves = {"closed": Fraction(4), "won_count": Fraction(2), "amount": Fraction(1000)}
    found = SHARED.values(leaves)
    check_claims(SHARED, found, {"won": Fraction(1000)}, unit_of=lambda _: "money", when="2017-Q4")
    with pytest.raises(BadInput, match=r"In 2017-Q4 the node won comes to 1,000, but won_amount is 1,001\."):
        check_claims(SHARED, found, {"won": Fraction(1001)}, unit_of=lambda _: "money", when="2017-Q4")
