"""A workspace's own KPIs, wherever a KPI can be asked for."""

import json
from pathlib import Path

import pytest

import salesnb
from salesnb.actions.extracts import review_extracts
from salesnb.actions.facts import Facts
from salesnb.actions.naming import Names
from salesnb.errors import BadInput
from salesnb.kpis import Query
from salesnb.workspace import Workspace

pytestmark = pytest.mark.slow

BIG = """
name = "big_wins"
label = "Large deals won"
expression = "count(where won and amount >= 1_200)"
unit = "count"
owner = "Ann"
version = 3
"""
SHARE = """
name = "big_share"
expression = "big_wins / won_count"
unit = "ratio"
status = "certified"
"""
TORN = 'name = "torn"\nexpression = "count(where secter = \'retail\')"\nunit = "count"\n'


@pytest.fixture
def own(planned: Path) -> Path:
    """A workspace with two KPIs of its own, and one that is wrong."""
    for name, text in (("big_wins", BIG), ("big_share", SHARE), ("torn", TORN)):
        (planned / "kpis" / f"{name}.toml").write_text(text, encoding="utf-8")
    return planned


def test_they_are_listed_and_what_is_wrong_is_said_beside(run, own: Path) -> None:
    done = run("-C", own, "kpi", "list", "--format", "json")
    listed = {row["name"]: row for row in json.loads(done.out)}
    assert listed["big_wins"] == {
        "name": "big_wins",
        "unit": "count",
        "status": "draft",
        "version": "3",
        "owner": "Ann",
        "formula": "count(where won and amount >= 1200)",
    }
    # Whoever types it certifies nothing.
    assert listed["big_share"]["status"] == "draft"
    assert "won_amount" in listed
    assert not any("__" in name for name in listed)
    assert "Set aside: KPI torn, expression: There is no column 'secter'" in done.err
    assert done.code == 0


def test_one_is_shown_with_what_it_is_made_of(run, own: Path) -> None:
    shown = run("-C", own, "kpi", "show", "big_share").out
    for told in (
        "kpis/big_share.toml",
        "draft",
        "big_share = big_wins / won_count",
        "reads status, amount",
    ):
        assert told in shown


def test_figures_and_rows_agree(run, own: Path) -> None:
    asked = ("-C", own, "kpi", "query", "big_wins", "won_count", "big_share", "--format", "json")
    (figures,) = json.loads(run(*asked).out)
    assert 0 < figures["big_wins"] < figures["won_count"]
    assert figures["big_share"] == figures["big_wins"] / figures["won_count"]
    rows = json.loads(run("-C", own, "kpi", "rows", "big_wins", "--format", "json").out)
    assert len(rows) == figures["big_wins"]
    assert "Total of" in run("-C", own, "kpi", "rows", "big_wins").out


def test_one_that_is_wrong_is_an_error_only_where_it_is_asked_for(run, own: Path) -> None:
    done = run("-C", own, "kpi", "query", "torn")
    assert done.code == 1
    assert "Did you mean 'sector'" in done.err
    assert run("-C", own, "kpi", "query", "won_amount").code == 0
    assert run("-C", own, "kpi", "check").code == 1
    (own / "kpis" / "torn.toml").unlink()
    done = run("-C", own, "kpi", "check")
    assert (done.code, "ok     big_wins: adds up over months" in done.out) == (0, True)


def test_one_can_be_the_goal_of_a_plan_and_cascades(run, own: Path) -> None:
    done = run("-C", own, "plan", "new", "big", "--period", "2017-Q3", "--goal", "big_wins=9")
    assert done.code == 0, done.err
    plan = Workspace.open(own).plans().load("big")
    (goal,) = plan.goals
    assert (goal.kpi, goal.unit, goal.target) == ("big_wins", "count", 9)
    assert sum(quota.amount for quota in plan.quotas_of(goal) if quota.level == "rep") == 9
    refused = run("-C", own, "plan", "new", "bad", "--period", "2017-Q3", "--goal", "torn=9")
    assert "Did you mean 'sector'" in refused.err


def test_reviews_have_them_with_status_and_version(own: Path) -> None:
    workspace = Workspace.open(own)
    plan = workspace.plans().load("q3")
    with workspace.dataset() as data:
        as_of = data.meta.as_of
        facts = Facts(
            data=data,
            calendar=workspace.calendar,
            names=Names(data=data, as_of=as_of),
            by="team",
            period=plan.period,
            as_of=as_of,
            known=workspace.catalogue(data),
        )
        (extract, *_) = review_extracts(workspace, plan, facts, "kpi_review")
    told = extract.content["kpis"]["big_wins"]
    assert (told["status"], told["version"], told["label"]) == ("draft", "3", "Large deals won")
    assert "big_share" in extract.content["tables"]["headline"]["columns"]
    assert not any("__" in name for name in extract.content["kpis"])


def test_a_definition_in_a_notebook_is_checked_at_once_and_saved_nowhere(own: Path) -> None:
    workspace = salesnb.Workspace.open(own)
    found = salesnb.define_kpi(
        workspace,
        "medical_share",
        "sum(amount where won and sector = 'medical') / won_amount",
        unit="ratio",
        expected=[{"value": 0.4, "period": "2017", "where": {"region": "East"}}],
    ).definition
    assert found.expected[0].where == (("region", "East"),)
    with pytest.raises(BadInput, match="Did you mean 'medical'"):
        salesnb.define_kpi(workspace, "mine", "count(where sector = 'medicel')", unit="count")
    assert not (own / "kpis" / "medical_share.toml").exists()
    from salesnb.kpis import run, with_definition

    with workspace.dataset() as data:
        known = with_definition(workspace.catalogue(data), found, data)
        query = Query(kpis=("medical_share", "win_rate", "big_wins"), by=("team",))
        assert len(run(query, data, workspace.calendar, known).rows) == 2


def test_before_the_first_import_what_needs_no_data_is_checked(tmp_path: Path) -> None:
    workspace = salesnb.Workspace.create(tmp_path / "new")
    salesnb.define_kpi(workspace, "mine", "count(where sector = 'medical')", unit="count")
    with pytest.raises(BadInput, match="gives count"):
        salesnb.define_kpi(workspace, "mine", "count()", unit="money")
