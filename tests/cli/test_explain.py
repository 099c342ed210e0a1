"""Why a figure differs: what users ask for, and that it adds up to what other commands say."""

import csv
import io
import json
import shutil
from collections.abc import Callable
from fractions import Fraction
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

import salesnb
from salesnb.cli import main

pytestmark = pytest.mark.slow

QUARTERS = ("--period", "2017-Q3", "--against", "2017-Q2")
WON = """
kpi = "won_amount"
root = "won"
[nodes.won]
product = ["closed_count", "win_rate", "average_deal"]
"""
ORDERS = """\
order_id,account_id,rep_id,product,ordered_on,amount,quantity
1,Alpha,Ann,A,2025-02-10,1000,100
2,Alpha,Ann,B,2025-02-11,1000,50
3,Beta,Bob,C,2025-03-10,600,20
4,Alpha,Ann,A,2026-02-10,1180,130.5
5,Alpha,Ann,A,2026-02-20,-100,10.5
6,Alpha,Bob,B,2026-03-11,880,40
7,Gamma,Bob,D,2026-03-12,375,15
8,Gamma,Bob,D,2026-03-31,0,
9,Beta,Bob,Fee,2026-03-31,7,
"""
ORDER_MAPPING = """
[orders]
file = "orders.csv"
[orders.columns]
order_id = "order_id"
account_id = "account_id"
rep_id = "rep_id"
product = "product"
ordered_on = "ordered_on"
amount = "amount"
quantity = "quantity"
"""


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def cents(text: str) -> int:
    return round(Fraction(text) * 100)


def load_orders(folder: Path, *, quantity: bool = True) -> Path:
    source = folder / "orders"
    source.mkdir()
    (source / "orders.csv").write_text(ORDERS)
    mapping = ORDER_MAPPING if quantity else ORDER_MAPPING.replace('quantity = "quantity"\n', "")
    (source / "mapping.toml").write_text(mapping)
    assert main(["new", str(folder / "mine")]) == 0
    load = [
        "-C",
        str(folder / "mine"),
        "import",
        str(source),
        "--mapping",
        str(source / "mapping.toml"),
        "--yes",
    ]
    assert main(load) == 0
    return folder / "mine"


@pytest.fixture(scope="module")
def orders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with orders that say how many units were sold."""
    return load_orders(tmp_path_factory.mktemp("ordered"))


def by_product(export: Path, months: range) -> dict[str, tuple[int, int, int]]:
    """Count closed and won, and add up won in cents, straight from the export."""
    found: dict[str, tuple[int, int, int]] = {}
    with (export / "sales_pipeline.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["close_date"] and int(row["close_date"][5:7]) in months:
                closed, won, amount = found.get(row["product"], (0, 0, 0))
                is_won = row["deal_stage"] == "Won"
                found[row["product"]] = (closed + 1, won + is_won, amount + int(row["close_value"]) * 100)
    return found


def shapley_by_hand(
    before: dict[str, tuple[int, int, int]], after: dict[str, tuple[int, int, int]]
) -> dict[str, float]:
    """Walk all 24 orders of volume, mix, win rate and deal size."""
    ends, names = (before, after), ("volume", "win_rate", "deal_size", "mix")
    volumes = [sum(closed for closed, _, _ in end.values()) for end in ends]

    def amount(at: dict[str, int]) -> Fraction:
        whole = Fraction()
        for product in before:
            share = Fraction(ends[at["mix"]][product][0], volumes[at["mix"]])
            closed, won, _ = ends[at["win_rate"]][product]
            _, sold, money = ends[at["deal_size"]][product]
            whole += share * Fraction(won, closed) * Fraction(money, sold)
        return whole * volumes[at["volume"]]

    found = dict.fromkeys(names, Fraction())
    orders = list(permutations(names))
    for order in orders:
        at = dict.fromkeys(names, 0)
        for name in order:
            reached = amount(at)
            at[name] = 1
            found[name] += (amount(at) - reached) / len(orders)
    return {name: float(value) for name, value in found.items()}


def test_drivers_are_those_of_all_orders_walked_by_hand(run: Callable, workspace: Path, export: Path) -> None:
    ends = by_product(export, range(4, 7)), by_product(export, range(7, 10))
    assert ends[0].keys() == ends[1].keys() == {"Base", "Plus"}
    done = run("-C", workspace, "kpi", "explain", "won_amount", *QUARTERS, "--format", "csv")
    found = rows(done.out)
    assert [(row["product"], cents(row["before"]), cents(row["after"])) for row in found] == [
        (product, ends[0][product][2], ends[1][product][2]) for product in ("Base", "Plus")
    ]
    for name, exact in shapley_by_hand(*ends).items():
        assert abs(sum(cents(row[name]) for row in found) - exact) < 1
    assert "Shapley over 4 factors, by product." in done.err


@pytest.mark.parametrize("method", ["shapley", "anchored"])
@pytest.mark.parametrize("by", ["team", "rep,product", "sector", ""])
def test_rows_add_up_to_what_a_query_says(run: Callable, workspace: Path, by: str, method: str) -> None:
    asked = ("explain", "won_amount", *QUARTERS, "--by", by, "--method", method, "--format", "json")
    found = json.loads(run("-C", workspace, "kpi", *asked).out)
    names = ("volume", "win_rate", "deal_size", "mix", "new", "lost")
    for row in found:
        assert round(row["before"] + sum(row[name] for name in names), 2) == row["after"]
    quarters = json.loads(
        run("-C", workspace, "kpi", "query", "won_amount", "--by", "quarter", "--format", "json").out
    )
    known = {row["quarter"]: row["won_amount"] for row in quarters}
    assert round(sum(row["before"] for row in found), 2) == known["2017-Q2"]
    assert round(sum(row["after"] for row in found), 2) == known["2017-Q3"]


def test_a_plan_that_is_cut_by_product_is_explained_by_product(run: Callable, planned: Path) -> None:
    plan = ("--period", "2017-Q3", "--against", "plan:q3")
    refused = run("-C", planned, "kpi", "explain", "won_amount", *plan, "--by", "product")
    assert "salesnb plan cascade q3 --across product" in refused.err
    assert run("-C", planned, "plan", "cascade", "q3", "--across", "product").code == 0
    done = run(
        "-C",
        planned,
        "kpi",
        "explain",
        "won_amount",
        *plan,
        "--by",
        "product",
        "--format",
        "csv",
        "--as-of",
        "2017-09-30",
    )
    quotas = json.loads(run("-C", planned, "plan", "show", "q3", "--format", "json").out)["quotas"]
    (whole,) = (quota for quota in quotas if quota["level"] == "company")
    found = {row["product"]: row for row in rows(done.out)}
    assert {name: cents(row["before"]) for name, row in found.items()} == {
        part["label"]: part["amount_minor"] for part in whole["parts"]
    }
    names = ("volume", "win_rate", "deal_size", "mix", "new", "lost")
    for row in found.values():
        assert cents(row["before"]) + sum(cents(row[name]) for name in names) == cents(row["after"])
    assert "twelve months before the plan" in done.err


def test_people_read_method_grain_and_total_beside_the_numbers(
    run: Callable, workspace: Path, tmp_path: Path
) -> None:
    picture = tmp_path / "why.svg"
    done = run("-C", workspace, "kpi", "explain", "won_amount", *QUARTERS, "--by", "team", "--svg", picture)
    lines = done.out.splitlines()
    assert lines[0].startswith("Won amount in Q3 2017 is ")
    assert (lines[2].split()[:3], lines[2].split()[-2:]) == (["team", "Q2", "2017"], ["Q3", "2017"])
    assert " Win rate " in lines[2]
    assert lines[-3].startswith("Total ")
    assert lines[-1] == "Shapley over 4 factors, by team; the effects add up exactly."
    drawn = picture.read_text()
    assert "Shapley over 4 factors, by team" in drawn
    assert lines[0].partition(":")[0] in drawn


def test_in_a_notebook_it_shows_a_waterfall_and_a_table_with_alternative_text(workspace: Path) -> None:
    found = salesnb.explain(salesnb.Workspace.open(workspace), period="2017-Q3", against="2017-Q2", by="team")
    shown = found._repr_mimebundle_()
    assert repr(found).split() == shown["text/plain"].split()
    assert f'alt="{found.finding}' in shown["text/html"]
    assert "Closed deals: Change" in shown["text/html"]
    assert "<table" in shown["text/html"]
    assert shown["text/plain"].count("Shapley over 4 factors, by team; the effects add up exactly.") == 2
    assert sum(found.effects.values()) == found.found.change.after - found.found.change.before
    assert list(found.table["team"]) == ["Mia", "Noa"]


def test_of_a_plan_that_is_not_over_counts_what_is_due_of_its_own_quotas(
    run: Callable, planned: Path
) -> None:
    plan = json.loads(run("-C", planned, "plan", "show", "q3", "--format", "json").out)
    asked = ("explain", "won_amount", "--period", "2017-Q3", "--against", "plan:q3", "--format", "csv")
    done = run("-C", planned, "kpi", *asked, "--by", "")
    assert "what is due by Sep " in done.err
    (whole,) = (cents(row["before"]) for row in rows(done.out))
    assert 0 < whole < 2_000_000
    for level in ("team", "rep"):
        quotas = {quota["name"]: quota["amount_minor"] for quota in plan["quotas"] if quota["level"] == level}
        found = rows(run("-C", planned, "kpi", *asked, "--by", level).out)
        told = {row[level]: cents(row["before"]) for row in found if cents(row["before"])}
        assert sum(told.values()) == whole
        assert all(
            abs(amount - Fraction(quotas[name] * whole, 2_000_000)) < 1 for name, amount in told.items()
        )


def test_of_a_month_of_the_plan_counts_what_its_season_had_due(run: Callable, planned: Path) -> None:
    plan = json.loads(run("-C", planned, "plan", "show", "q3", "--format", "json").out)
    due = {stone["label"]: stone["amount_minor"] for stone in plan["milestones"]}
    asked = ("explain", "won_amount", "--period", "2017-08", "--against", "plan:q3", "--format", "csv")
    done = run("-C", planned, "kpi", *asked)
    assert abs(sum(cents(row["before"]) for row in rows(done.out)) - due["2017-08"]) <= 1
    assert "what is due" in done.err


def test_a_plan_without_planned_drivers_says_how_to_get_them(
    run: Callable, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    goal = ("--period", "2017-Q3", "--goal", "won_amount=20000")
    with monkeypatch.context() as earlier:
        earlier.setattr("salesnb.planning.plan_drivers", lambda plan, past: plan)
        assert run("-C", workspace, "plan", "new", "old", *goal).code == 0
    asked = ("-C", workspace, "kpi", "explain", "won_amount", "--period", "2017-Q3", "--against", "plan:old")
    refused = run(*asked)
    assert refused.code == 1
    assert "no planned deals, win rate and deal size" in refused.err
    assert "salesnb plan cascade old --goal won_amount=" in refused.err
    assert run("-C", workspace, "plan", "cascade", "old", "--goal", "won_amount=20000").code == 0
    assert run(*asked).code == 0


def test_a_tree_is_checked_and_its_nodes_are_told(run: Callable, workspace: Path) -> None:
    (workspace / "kpis" / "won.tree.toml").write_text(WON)
    asked = ("-C", workspace, "kpi", "explain", "won_amount", *QUARTERS, "--tree", "won")
    done = run(*asked, "--format", "csv")
    root, *parts = rows(done.out)
    assert [part["node"] for part in parts] == ["closed_count", "win_rate", "average_deal"]
    change = cents(root["after"]) - cents(root["before"])
    assert cents(root["effect"]) == change == sum(cents(part["effect"]) for part in parts)
    assert "Shapley over 3 leaves of the tree won" in done.err
    by_team = json.loads(run(*asked, "--by", "team", "--format", "json").out)
    assert round(sum(row["after"] - row["before"] for row in by_team) * 100) == change
    for row in by_team:
        did = sum(row[name] for name in ("closed_count", "win_rate", "average_deal"))
        assert round(row["before"] + did, 2) == row["after"]


def test_a_tree_that_is_not_its_kpi_is_refused_with_both_numbers(run: Callable, workspace: Path) -> None:
    wrong = WON.replace('"win_rate", ', "")
    (workspace / "kpis" / "won_amount.tree.toml").write_text(wrong)
    done = run("-C", workspace, "kpi", "explain", "won_amount", *QUARTERS)
    assert done.code == 1
    assert "In 2017-Q2 the node won comes to " in done.err
    assert ", but won_amount is " in done.err


def test_a_ratio_is_told_in_points_and_not_by_segments(run: Callable, workspace: Path) -> None:
    tree = 'kpi = "win_rate"\nroot = "rate"\n[nodes.rate]\nratio = ["won_count", "all"]\n'
    tree += '[nodes.all]\nsum = ["won_count", "lost_count"]\n'
    (workspace / "kpis" / "win_rate.tree.toml").write_text(tree)
    done = run("-C", workspace, "kpi", "explain", "win_rate", *QUARTERS)
    assert done.code == 0
    assert " points" in done.out
    refused = run("-C", workspace, "kpi", "explain", "win_rate", *QUARTERS, "--by", "team")
    assert (refused.code, "does not add up over team" in refused.err) == (2, True)


@pytest.mark.parametrize(
    ("name", "arguments", "code", "told"),
    [
        ("won_amount", ("--period", "2017-Q3", "--against", "2017-Q3"), 2, "itself"),
        ("won_amount", ("--period", "2019", "--against", "2017"), 2, "yet"),
        ("won_amount", (*QUARTERS, "--by", "month"), 2, "by month"),
        ("won_amount", (*QUARTERS, "--by", "colour"), 2, "colour"),
        ("won_amount", (*QUARTERS, "--where", "team=Nobody"), 2, "Nobody"),
        ("won_amount", (*QUARTERS, "--tree", "nothing"), 1, "nothing"),
        ("win_rate", QUARTERS, 2, "tree"),
        ("won_rate", QUARTERS, 2, "win_rate"),
        ("ordered_amount", QUARTERS, 1, "quantity"),
        ("won_amount", ("--period", "2017-Q3", "--against", "plan:q9"), 2, "q9"),
        ("won_amount", ("--period", "2017-Q3", "--against", "plan:q3", "--by", "product"), 2, "team"),
        ("won_amount", ("--period", "2017-Q2", "--against", "plan:q3"), 1, "not within"),
        ("won_amount", ("--period", "2017-Q3", "--against", "plan:q3", "--where", "team=Mia"), 2, "--where"),
        ("won_count", ("--period", "2017-Q3", "--against", "plan:q3"), 2, "won_amount"),
    ],
)
def test_what_cannot_be_explained_is_refused(
    run: Callable, planned: Path, name: str, arguments: tuple, code: int, told: str
) -> None:
    done = run("-C", planned, "kpi", "explain", name, *arguments)
    assert (done.code, done.out) == (code, "")
    assert told in done.err


def test_a_period_that_is_not_over_is_said(run: Callable, workspace: Path) -> None:
    done = run("-C", workspace, "kpi", "explain", "won_amount", "--period", "2017", "--against", "2017-Q1")
    assert "2017 is not over on " in done.err


def test_orders_are_told_by_price_volume_and_mix(run: Callable, orders: Path) -> None:
    """The vector of price, volume and mix, with a return of 10.5 units in it, and a fee without units beside it."""
    asked = ("explain", "won_amount", "--period", "2026-Q1", "--against", "2025-Q1", "--method", "anchored")
    done = run("-C", orders, "kpi", *asked, "--format", "csv")
    found = rows(done.out)
    names = ("volume", "mix", "price", "new", "lost", "unpriced")
    assert [sum(cents(row[name]) for row in found) for name in names] == [
        13333,
        -13333,
        -4000,
        37500,
        -60000,
        700,
    ]
    assert {row["product"]: cents(row["after"]) for row in found} == {
        "A": 108000, "B": 88000, "C": 0, "D": 37500, "Fee": 700,
    }  # fmt: skip
    assert "Anchored: volume, mix and price changed in this order, by product." in done.err
    named = run("-C", orders, "kpi", "explain", "ordered_amount", *asked[2:], "--format", "csv")
    assert named.out == done.out


@pytest.mark.parametrize("command", ["show", "query", "rows"])
def test_the_amount_of_orders_is_explained_and_no_kpi(run: Callable, orders: Path, command: str) -> None:
    done = run("-C", orders, "kpi", command, "ordered_amount")
    assert done.code == 2
    assert "salesnb kpi explain ordered_amount" in done.err
    assert "won_amount is the amount of the orders" in done.err


def test_orders_by_rep_and_as_of_an_earlier_day(run: Callable, orders: Path) -> None:
    asked = ("explain", "ordered_amount", "--period", "2026-Q1", "--against", "2025-Q1", "--format", "csv")
    found = rows(run("-C", orders, "kpi", *asked, "--by", "rep", "--as-of", "2026-03-11").out)
    assert {row["rep"]: cents(row["after"]) for row in found} == {"Ann": 108000, "Bob": 88000}
    assert run("-C", orders, "kpi", *asked, "--by", "stage").code == 1


def test_orders_without_quantities_are_told_by_drivers(run: Callable, tmp_path: Path) -> None:
    workspace = load_orders(tmp_path, quantity=False)
    asked = ("--period", "2026-Q1", "--against", "2025-Q1")
    done = run("-C", workspace, "kpi", "explain", "won_amount", *asked)
    assert done.code == 0
    assert "price cannot be told apart" in done.err
    assert "quantity" in run("-C", workspace, "kpi", "explain", "ordered_amount", *asked).err


def test_retention_where_there_are_orders(run: Callable, orders: Path, tmp_path: Path) -> None:
    """From February on: Alpha bought 2,000 and 1,960 now, Beta 600 and 7 now; Gamma is in no cohort."""
    folder = shutil.copytree(orders, tmp_path / "mine")
    asked = ("nrr", "grr", "--from", "2026-02-01", "--to", "2026-03-31", "--format", "json")
    (found,) = json.loads(run("-C", folder, "kpi", "query", *asked).out)
    assert found == {"nrr": 1967 / 2600, "grr": 1967 / 2600}


def test_the_table_of_an_explanation_is_a_data_frame(orders: Path) -> None:
    workspace = salesnb.Workspace.open(orders)
    found: Any = salesnb.explain(workspace, "ordered_amount", period="2026-Q1", against="2025-Q1")
    assert found.caption == "Shapley over 3 factors, by product"
    assert found.table["price"].sum() == pytest.approx(-19.58)
    assert found.table["volume"].sum() == pytest.approx(128.33)


OWN = {
    "large.toml": 'name = "large"\nexpression = "sum(amount where won and amount >= 500)"\nunit = "money"\n',
    "small.toml": 'name = "small"\nexpression = "sum(amount where won and amount < 500)"\nunit = "money"\n',
    "whole.toml": 'name = "whole"\nexpression = "large + small"\nunit = "money"\n',
    "whole.tree.toml": 'kpi = "whole"\nroot = "whole"\n[nodes.whole]\nsum = ["large", "small"]\n',
}
OWN_ASKED = ("kpi", "explain", "whole", "--period", "2026-Q1", "--against", "2025-Q1")


def with_own(orders: Path, folder: Path, **changed: str) -> Path:
    mine = shutil.copytree(orders, folder / "mine")
    (mine / "kpis").mkdir(exist_ok=True)
    for name, text in OWN.items():
        (mine / "kpis" / name).write_text(changed.get(name.partition(".")[0], text))
    return mine


def test_kpis_of_the_workspace_are_explained_and_are_nodes(
    run: Callable, orders: Path, tmp_path: Path
) -> None:
    mine = with_own(orders, tmp_path)
    nodes = json.loads(run("-C", mine, *OWN_ASKED, "--format", "json").out)
    whole, large, small = ((row["before"], row["after"], row["effect"]) for row in nodes)
    assert whole == (2600, 2342, -258)
    assert tuple(map(sum, zip(large, small, strict=True))) == whole
    assert large[2] == large[1] - large[0] != 0
    assert small[2] == small[1] - small[0] != 0


def test_a_kpi_that_is_set_aside_is_named_with_the_reason(
    run: Callable, orders: Path, tmp_path: Path
) -> None:
    mine = with_own(
        orders, tmp_path, small='name = "small"\nexpression = "sum(amuont where won)"\nunit = "days"\n'
    )
    done = run("-C", mine, *OWN_ASKED)
    assert done.code == 1
    assert "cannot be used" in done.err
    assert "Mend kpis/" in done.err
    (mine / "kpis" / "whole.toml").write_text(
        'name = "whole"\nexpression = "sum(amount where"\nunit = "money"\n'
    )
    told = run("-C", mine, *OWN_ASKED).err
    assert "whole.tree.toml, kpi: The KPI whole cannot be used." in told
