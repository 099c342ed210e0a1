"""A rep moves to another team in the plan: who did it and why, what both teams and the rep are told, and what follows."""

import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from salesnb.actions.capacities import find_capacity
from salesnb.actions.extracts import review_extracts
from salesnb.actions.facts import Facts
from salesnb.actions.fairness import find_fairness
from salesnb.actions.naming import Names
from salesnb.actions.plan_outlook import outlook_of_plan
from salesnb.planning import People
from salesnb.workbooks.extract import review_from_document
from salesnb.workspace import Workspace

pytestmark = pytest.mark.slow

MIA, NOA = "West/Mia", "East/Noa"
PART = "rep:Ann@2017-08-16"
MOVE = ("Ann", "Noa", "--on", "2017-08-16")


def amounts(run: Callable, folder: Path) -> dict[str, int]:
    plan = json.loads(run("-C", folder, "plan", "show", "q3", "--format", "json").out)
    return {quota["id"]: quota["amount_minor"] for quota in plan["quotas"]}


def move(run: Callable, folder: Path, *options: str) -> Any:
    return run("-C", folder, "plan", "move", "q3", *options)


@pytest.fixture
def moved(run: Callable, planned: Path) -> Path:
    done = move(run, planned, *MOVE, "--why", "covers a leave")
    assert done.code == 0, done.err
    return planned


def extracts(folder: Path, by: str, period: str | None = None, as_of: date | None = None) -> dict[str, dict]:
    workspace = Workspace.open(folder)
    plan = workspace.plans().load("q3")
    with workspace.dataset() as data:
        day = as_of or data.meta.as_of
        facts = Facts(
            data=data,
            calendar=workspace.calendar,
            names=Names(data=data, as_of=day),
            by=by,
            period=workspace.calendar.period(period) if period else plan.period,
            as_of=day,
        )
        found = review_extracts(workspace, plan, facts, "kpi_review")
        for extract in found:
            review_from_document(extract.content)
        return {extract.id: extract.content for extract in found}


def quotas_of(extract: dict) -> dict[str, tuple[int | None, str]]:
    table = extract["tables"]["by_rep"]
    places = [table["columns"].index(name) for name in ("rep", "quota", "moved")]
    return {row[places[0]]: (row[places[1]], row[places[2]]) for row in table["rows"]}


def test_a_rep_takes_the_part_along_and_the_history_says_who_when_and_why(
    run: Callable, planned: Path
) -> None:
    before = amounts(run, planned)
    done = move(run, planned, *MOVE, "--why", "covers a leave")
    after = amounts(run, planned)
    part = after[PART]
    assert 0 < part < before["rep:Ann"]
    assert {node: after[node] - amount for node, amount in before.items() if after[node] != amount} == {
        "rep:Ann": -part,
        MIA: -part,
        "West": -part,
        NOA: part,
        "East": part,
    }
    assert re.search(
        r"Ann is at Noa from 2017-08-16, with \$[\d,]+ of \$[\d,]+ of won_amount in 2017-Q3\.", done.err
    )
    assert "The data has Ann at Mia on 2017-08-16: deals count there" in done.err
    last = json.loads(run("-C", planned, "plan", "history", "q3", "--format", "json").out)[-1]
    assert last["author"]
    assert last["at"]
    assert last["reason"].startswith("covers a leave: Ann is at Noa from 2017-08-16, with $")
    shown = run("-C", planned, "plan", "show", "q3").out
    assert re.search(r"Ann +rep", shown)
    assert re.search(r"Ann from 2017-08-16 +rep", shown)


def test_moving_back_on_the_same_day_restores_the_plan(run: Callable, planned: Path, moved: Path) -> None:
    assert move(run, moved, "Ann", "Mia", "--on", "2017-08-16", "--why", "not after all").code == 0
    assert "0 differences between revisions 1 and 3" in run("-C", moved, "plan", "diff", "q3", "1").err


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (MOVE, 2, "A rep moves for a reason"),
        (("Ann", "Cid", "--on", "2017-08-16"), 2, "to move a rep, name the team as TO"),
        ((*MOVE, "--share", "0.5"), 1, "Noa has others below it"),
        (("Ann", "Mia", "--on", "2017-08-16", "--why", "x"), 1, "Ann is at Mia on 2017-08-16 already"),
        (("Ann", "Noa", "--on", "2018-08-16", "--why", "x"), 1, "is not within 2017-Q3"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    run: Callable, planned: Path, options: tuple[str, ...], code: int, said: str
) -> None:
    refused = move(run, planned, *options)
    assert (refused.code, said in refused.err) == (code, True), refused.err


def test_a_locked_team_is_named_with_the_amount(run: Callable, planned: Path) -> None:
    run("-C", planned, "plan", "cascade", "q3", "--lock", "Noa=9000", "--why", "agreed")
    refused = move(run, planned, *MOVE, "--why", "covers a leave")
    assert refused.code != 0
    assert re.search(r"Noa is locked and would get [\d,.]+", refused.err)


def test_both_teams_count_the_part_and_the_rep_s_own_page_the_whole(run: Callable, moved: Path) -> None:
    after = amounts(run, moved)
    teams = extracts(moved, "team")
    assert quotas_of(teams[MIA])["Ann"] == (after["rep:Ann"], "to 2017-08-15")
    assert quotas_of(teams[NOA])["Ann"] == (after[PART], "from 2017-08-16")
    for team in (MIA, NOA):
        assert teams[team]["goal"]["target"] == after[team]
        assert sum(amount or 0 for amount, _ in quotas_of(teams[team]).values()) == after[team]
        assert teams[team]["milestones"][-1]["target_to_date"] == after[team]
    own = extracts(moved, "rep")["Ann"]
    whole = after["rep:Ann"] + after[PART]
    assert own["goal"]["target"] == own["made"]["amount"] == own["milestones"][-1]["target_to_date"] == whole
    assert own["made"]["places"] == [
        ["Mia", "2017-07-01", "2017-08-15", after["rep:Ann"]],
        ["Noa", "2017-08-16", "2017-09-30", after[PART]],
    ]
    assert "parent_amount" not in own["made"]
    assert sum(step["due"] for step in own["roadmap"]["steps"] if step["due"]) == whole
    company = extracts(moved, "company")["company"]
    assert quotas_of(company)["Ann"] == (whole, "")


def test_pages_of_both_teams_say_that_the_data_has_the_rep_elsewhere(moved: Path) -> None:
    teams = extracts(moved, "team")
    apart = [{"name": "Ann", "planned": "Noa", "known": "Mia", "on": "2017-08-16"}]
    for team in (MIA, NOA):
        assert teams[team]["elsewhere"] == apart
    assert not any("elsewhere" in one for one in extracts(moved, "company").values())
    assert not any("elsewhere" in one for one in extracts(moved, "rep").values())
    # Before that day nobody is elsewhere.
    assert not any("elsewhere" in one for one in extracts(moved, "team", as_of=date(2017, 8, 1)).values())


@pytest.mark.parametrize(("period", "there", "elsewhere"), [("2017-07", MIA, NOA), ("2017-09", NOA, MIA)])
def test_in_a_month_at_one_team_the_quota_of_it_is_all_there(
    moved: Path, period: str, there: str, elsewhere: str
) -> None:
    teams = extracts(moved, "team", period)
    assert quotas_of(teams[there])["Ann"][0] == extracts(moved, "rep", period)["Ann"]["goal"]["target"]
    assert not quotas_of(teams[elsewhere]).get("Ann", (None, ""))[0]
    for team in (MIA, NOA):
        assert (
            sum(amount or 0 for amount, _ in quotas_of(teams[team]).values()) == teams[team]["goal"]["target"]
        )


def test_a_rep_counts_once_where_people_are_looked_at(run: Callable, planned: Path, moved: Path) -> None:
    workspace, after = Workspace.open(moved), amounts(run, moved)
    whole = after["rep:Ann"] + after[PART]
    fair = find_fairness(workspace, "q3")
    assert len(fair.results) == 4
    assert fair.full["rep:Ann"] == whole
    (outlook,) = outlook_of_plan(workspace, "q3", kpi="won_amount")
    told = {node.node: node for node in outlook.nodes}
    assert PART not in told
    assert told["rep:Ann"].target == whole
    assert (told[MIA].target, told[NOA].target) == (after[MIA], after[NOA])
    gaps = {gap.node.id: gap for gap in find_capacity(workspace, "q3", People()).nodes}
    assert gaps["rep:Ann"].heads == pytest.approx((1 + 15 / 31) / 3)
    assert gaps[PART].heads == pytest.approx(1 - (1 + 15 / 31) / 3)
    assert (gaps["rep:Ann"].quota, gaps[PART].quota) == (after["rep:Ann"], after[PART])
    assert gaps["company"].heads == pytest.approx(4)


@pytest.mark.parametrize("basis", ["history", "equal", "capacity", "given"])
def test_a_later_split_gives_the_rep_what_one_has_who_stays(run: Callable, planned: Path, basis: str) -> None:
    assert run("-C", planned, "plan", "cascade", "q3", "--basis", basis).code == 0
    stays = amounts(run, planned)
    assert move(run, planned, *MOVE, "--why", "covers a leave").code == 0
    before = amounts(run, planned)
    again = run("-C", planned, "plan", "cascade", "q3", "--basis", basis)
    assert again.code == 0, again.err
    after = amounts(run, planned)
    assert abs(after["rep:Ann"] + after[PART] - stays["rep:Ann"]) <= 2
    assert abs(after[PART] - before[PART]) <= 2


def test_the_roadmap_of_a_rep_is_that_of_the_whole(run: Callable, moved: Path) -> None:
    for name in ("Ann", "Ann from 2017-08-16"):
        told = run("-C", moved, "plan", "roadmap", "q3", "--node", name)
        assert told.code == 0, told.err
        whole = sum(amount for node, amount in amounts(run, moved).items() if node in {"rep:Ann", PART})
        assert f"${whole / 100:,.0f}" in told.out
