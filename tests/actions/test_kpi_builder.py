"""A KPI that is built in a form, on data: previewed at every pick, checked, promoted, and never lost."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace

import pytest

from salesnb.actions.kpi_builder import Builder
from salesnb.actions.kpi_choices import choices, values_of
from salesnb.actions.kpi_look import Aspect
from salesnb.actions.kpi_picks import Figure, Filter, Part, Picks
from salesnb.errors import BadUsage, StaleSave, UnknownName
from salesnb.kpis import Query
from salesnb.kpis.definition import Definition
from salesnb.workspace import Settings, Workspace
from tests.actions.test_sessions import load

# Every test asks data.
pytestmark = pytest.mark.slow

# Ann sold 100, 300 and 700, Bob 50; Bob lost one; what is open says nothing yet.
DEALS = """id,rep,amount,created,closed,status
1,Ann,100,2026-01-05,2026-02-01,won
2,Bob,50,2026-01-06,2026-02-03,won
3,Ann,300,2026-01-10,2026-03-01,won
4,Ann,700,2026-02-10,2026-03-15,won
5,Bob,400,2026-02-11,2026-03-20,lost
6,Bob,90,2026-04-10,,open
"""


@pytest.fixture(scope="module")
def imported(tmp_path_factory):
    made = Workspace.create(tmp_path_factory.mktemp("kpi") / "mine", replace(Settings(), levels=("team",)))
    load(made, DEALS)
    return made.root


@pytest.fixture
def workspace(imported, tmp_path):
    shutil.copytree(imported, tmp_path / "mine")
    return Workspace.open(tmp_path / "mine")


@pytest.fixture
def builder(workspace):
    made = Builder(workspace)
    yield made
    made.kpis.close()


BIG = Picks(
    kind="count",
    label="Big wins",
    owner="Ann",
    filters=(Filter(column="amount", sign="at least", values=("300",)),),
    expected=(Figure(period="2026-03", value="2"),),
)


def test_something_is_shown_before_anything_is_picked(builder):
    assert builder.wrong is None
    assert builder.definition.expression == "sum(amount where won)"
    (head,) = builder.look.heads
    # The data is told as of Apr 10, so that March is the last month that was over.
    assert (head.period, head.value) == ("Mar 2026", "$1K")
    assert head.before == (("Feb 2026", "$150", "+567%"),)
    assert [(mark.label, mark.value, mark.open) for mark in builder.look.trends[0].marks][-3:] == [
        ("Feb 2026", 15_000, False),
        ("Mar 2026", 100_000, False),
        ("Apr 2026", 0, True),
    ]


def test_what_is_shown_are_the_figures_of_the_engine(builder):
    builder.pick(BIG, Aspect(grain="month", by="rep", beside="won_amount"))
    builder.tabulate()
    assert builder.wrong is None
    assert builder.units == ("count",)
    asked = Query(kpis=("won_count",), by=("rep",))
    assert dict(builder.kpis.query(asked).rows) == {"Ann": 3, "Bob": 1}
    assert [mark.value for mark in builder.look.trends[0].marks][-3:] == [0, 2, 0]
    assert [head.title for head in builder.look.heads] == ["Big wins", "Won amount"]
    assert builder.table.names == ("Rep", "Mar 2026", "Feb 2026", "Change", "Won amount")
    assert {(row.name, row.value, row.cells[-1]) for row in builder.table.rows} == {
        ("Ann", "2", "$1K"),
        ("Bob", "0", "$0"),
    }
    assert [(one[1], one[4]) for one in builder.look.reads] == [("big_wins", "status, amount")]


def test_grains_and_kpis_of_the_workspace_are_looked_at_alike(builder):
    for grain, period in (("quarter", "Q1 2026"), ("week", "week 14 of 2026")):
        builder.pick(BIG, Aspect(grain=grain))
        assert builder.wrong is None
        assert builder.look.heads[0].period == period


def test_while_nothing_valid_is_picked_the_last_look_stays_and_the_reason_is_told(builder):
    builder.pick(BIG)
    good, definition = builder.look, builder.definition
    for picks, at in [
        (replace(BIG, filters=(Filter(column="amount", values=("a lot",)),)), "filters.0"),
        (replace(BIG, filters=(Filter(column="rep", values=("Cid",)),)), "filters.0"),
        (replace(BIG, kind="count_distinct", parts=(Part(), Part())), "parts.0"),
        (replace(BIG, name="won_amount"), "name"),
        (replace(BIG, name="rep_id"), "name"),
        (replace(BIG, kind="formula", formula="won_amount + won_count"), "formula"),
        (replace(BIG, kind="formula", formula="won_amout"), "formula"),
        (replace(BIG, kind="count", at="as_of"), "filters"),
        (replace(BIG, kind="count", at="as_of", filters=()), "measure"),
        (replace(BIG, kind="formula", formula="count(where won)", where="nothing = 3"), "where"),
    ]:
        builder.pick(picks)
        assert (builder.wrong.at, builder.look, builder.definition) == (at, good, definition)
        with pytest.raises(BadUsage, match="not whole yet"):
            builder.promote()
    builder.pick(replace(BIG, filters=(Filter(column="rep", values=("Cid",)),)))
    assert "Cid" in builder.wrong.text
    builder.pick(BIG)
    assert builder.wrong is None


def test_a_formula_starts_from_what_was_picked(builder):
    builder.pick(BIG)
    builder.pick(replace(BIG, kind="formula"))
    assert (builder.picks.formula, builder.picks.where) == ("count(where won)", "amount >= 300")
    assert builder.wrong is None


def test_values_are_offered_with_how_many_deals_have_them(builder):
    assert values_of(builder, "rep") == [("Ann", 3), ("Bob", 3)]
    assert values_of(builder, "amount") == values_of(builder, "no such") == []
    offered = choices(builder)
    assert ("amount", "amount") in offered["columns"]["summed"]
    assert all(name != "status" for name, _ in offered["columns"]["conditions"])
    assert json.loads(json.dumps(offered))["checks"][-1] == "gives the expected figures"


def test_checks_are_told_one_by_one_and_a_promoted_kpi_answers_on_the_command_line(builder, workspace):
    builder.pick(BIG)
    seen = []
    found = builder.promote(seen=lambda check: seen.append(check.name))
    assert seen == [check.name for check in found.checks]
    assert len(seen) == 10
    assert (found.accepted, found.written, found.definition.status) == (True, True, "certified")
    kept = Definition.from_toml((workspace.kpis_dir / "big_wins.toml").read_text(), where="")
    assert (kept.expression, kept.where, kept.owner) == ("count(where won)", "amount >= 300", "Ann")
    assert builder.standing == "certified, version 1 in the workspace"
    told = subprocess.run(
        [sys.executable, "-m", "salesnb", "-C", str(workspace.root), "kpi", "query", "big_wins", "--by", "month", "--format", "csv"],
        capture_output=True, text=True, check=True, env=dict(os.environ),
    )  # fmt: skip
    assert "2026-03,2" in told.stdout.splitlines()


def test_what_fails_the_gate_is_not_written(builder, workspace):
    builder.pick(replace(BIG, expected=(Figure(period="2026-03", value="3"),)))
    found = builder.promote()
    assert not found.accepted
    assert "“gives the expected figures” failed. Nothing was written." in found.sentence
    assert list(workspace.kpis_dir.glob("*.toml")) == []


def test_a_draft_can_be_wanted_and_lacks_are_told(builder):
    builder.pick(replace(BIG, owner="", expected=()))
    assert "is described" in builder.check().sentence
    assert builder.promote().definition.status == "draft"
    builder.pick(BIG)
    assert builder.promote(draft=True).missing == ("It was asked to stay a draft.",)


def test_an_edited_kpi_gets_a_new_version_where_its_figures_change(builder, workspace):
    builder.pick(BIG)
    builder.promote()
    other = Builder(workspace)
    other.edit("big_wins")
    assert other.definition == builder.definition
    assert other.picks.filters == BIG.filters
    other.pick(replace(other.picks, label="Large wins"))
    assert other.promote().definition.version == 1
    more = (Filter(column="amount", sign="at least", values=("500",)),)
    other.pick(replace(other.picks, filters=more, expected=(Figure(period="2026-03", value="1"),)))
    found = other.promote()
    assert (found.definition.version, found.definition.title) == (2, "Large wins")


def test_nobody_is_overwritten(builder, workspace):
    with pytest.raises(BadUsage, match="no name yet"):
        builder.promote()
    builder.pick(BIG)
    builder.promote()
    other = Builder(workspace)
    other.pick(replace(BIG, name="big_wins"))
    with pytest.raises(BadUsage, match="keeps another KPI big_wins already"):
        other.promote()
    other.edit("big_wins")
    builder.pick(replace(builder.picks, label="Mine"))
    builder.promote()
    other.pick(replace(other.picks, label="Hers"))
    with pytest.raises(StaleSave, match="Somebody has changed kpis/big_wins.toml"):
        other.promote()
    assert "Mine" in (workspace.kpis_dir / "big_wins.toml").read_text()


def test_what_cannot_be_opened_is_said(builder, workspace):
    (workspace.kpis_dir / "broken.toml").write_text("name = ")
    with pytest.raises(UnknownName, match="keeps no KPI"):
        builder.edit("../../broken")
    with pytest.raises(Exception, match="not valid TOML"):
        builder.edit("broken")
    assert builder.editing == ""


def test_every_kind_is_computed(builder):
    won = Part(what="sum", of="amount")
    for kind, part in {
        "sum": won, "count": Part(), "count_distinct": Part(of="rep"), "mean": won, "median": won, "min": won,
        "max": won, "quantile": replace(won, share="90 %"), "conversion": Part(), "ratio": won,
        "duration": Part(what="median", of="created_on", to="closed_on"),
    }.items():  # fmt: skip
        builder.pick(Picks(kind=kind, label="Any", parts=(part, Part(what="count", deals="closed"))))
        assert builder.wrong is None, kind
        assert builder.look.trends[0].marks[-2].value, kind
    builder.pick(Picks(label="Open", kind="count", at="as_of", parts=(Part(deals="all"), Part())))
    assert builder.look.trends[0].marks[-1].value == 1


def test_the_cell_run_in_a_notebook_gives_the_same(builder, workspace):
    builder.pick(BIG)
    space = {}
    exec(builder.code, space)
    assert space["kpi"].definition == builder.definition


def test_without_data_a_kpi_can_be_defined_and_why_nothing_is_shown_is_told(tmp_path):
    builder = Builder(Workspace.create(tmp_path / "empty"))
    assert builder.wrong.at == "preview"
    assert "import" in builder.wrong.text
    assert builder.look is None
    assert builder.definition.expression == "sum(amount where won)"
    assert choices(builder)["dimensions"] == []
