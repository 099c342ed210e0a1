"""The outlook of a plan on the sample: what it reads, what it may not read, and what it says of the past."""

import datetime as dt
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import salesnb
from salesnb.actions import goal_deals, outlooks
from salesnb.actions.cascading import CascadeChange, cascade_again
from salesnb.actions.facts import Facts
from salesnb.actions.goal_checking import check_goals, save_bands
from salesnb.actions.hedging import Reach
from salesnb.actions.making import make_plan
from salesnb.actions.naming import Names
from salesnb.actions.needing import needed_coverage, needed_for_goal
from salesnb.actions.organisation import REP_PREFIX
from salesnb.actions.outlook_backtest import backtest_outlook
from salesnb.actions.outlook_data import Monthly, deals_of, first_open_month, month_number, won_within
from salesnb.actions.outlook_told import GoalOutlook
from salesnb.actions.outlook_words import outlook_lines
from salesnb.actions.plan_outlook import outlook_of_plan
from salesnb.actions.plans import approve
from salesnb.actions.prediction_file import FILE, add_predictions, read_predictions
from salesnb.actions.prospects import Prospects, SharedOutlooks
from salesnb.cli import main
from salesnb.crm.generator import write_sample
from salesnb.errors import BadInput, BadUsage, UnknownName
from salesnb.kpis import Query, run
from salesnb.kpis.query import CREDIT
from salesnb.outlook.deals import NEVER, Deals
from salesnb.planning import Plan, move_rep
from salesnb.workspace import Settings, Workspace

pytestmark = pytest.mark.slow

_DAY = dt.date(2026, 9, 11)
Told = Callable[..., tuple[GoalOutlook, ...]]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("outlook")
    write_sample(folder / "crm", opportunities=4_000, seed=5)
    made = Workspace.create(folder / "sales", Settings(company="Acme"))
    salesnb.import_data(made, folder / "crm", "sample")
    make_plan(made, "q3", "2026-Q3", [("won_amount", "400000"), ("created_count", "300")])
    make_plan(made, "next", "2027", [("won_amount", "1600000")])
    make_plan(made, "past", "2026-Q1", [("won_amount", "1")])
    return made


@pytest.fixture(scope="module")
def told(workspace: Workspace) -> Told:
    known: dict[tuple[object, ...], tuple[GoalOutlook, ...]] = {}

    def tell(
        name: str = "q3", kpi: str | None = "won_amount", as_of: dt.date | None = None
    ) -> tuple[GoalOutlook, ...]:
        key = (name, kpi, as_of)
        if key not in known:
            known[key] = outlook_of_plan(workspace, name, kpi=kpi, as_of=as_of)
        return known[key]

    return tell


def test_every_quota_of_the_plan_has_its_outlook(workspace: Workspace, told: Told) -> None:
    (found,) = told()
    quotas = [quota for quota in workspace.plans().load("q3").quotas if quota.kpi == "won_amount"]
    assert [(node.node, node.target) for node in found.nodes] == [
        (quota.id, quota.amount) for quota in quotas
    ]
    for node in found.nodes:
        assert node.attainment is not None
        chance = node.attainment.chance
        assert chance.probability is not None
        assert 0.01 <= chance.probability <= 0.99
        assert node.to_date <= chance.high
        targets = [level.target for level in node.attainment.levels]
        assert targets == sorted(targets)


def test_what_is_won_to_date_is_what_the_kpi_says_and_bounds_the_outlook(
    workspace: Workspace, told: Told
) -> None:
    (found,) = told()
    with workspace.dataset() as data:
        for level in ("team", "rep"):
            query = Query(
                kpis=("won_amount",), by=(level,), start=dt.date(2026, 7, 1), end=dt.date(2026, 10, 1),
                labels=False, credit=CREDIT,
            )  # fmt: skip
            expected = dict(run(query, data, workspace.calendar).rows)
            nodes = [node for node in found.nodes if node.level == level]
            assert len(nodes) > 3
            for node in nodes:
                assert node.to_date == expected[node.node.removeprefix(REP_PREFIX)]
                assert node.attainment is not None
                assert node.attainment.outcome.quantile(0.001) >= node.to_date


def test_a_goal_is_no_input_to_the_outlook_of_its_own_attainment(workspace: Workspace, told: Told) -> None:
    make_plan(workspace, "bold", "2026-Q3", [("won_amount", "900000")])
    (found,), (bold,) = told(), told("bold")
    for one, other in zip(found.nodes, bold.nodes, strict=True):
        assert one.attainment is not None
        assert other.attainment is not None
        assert np.array_equal(one.attainment.outcome.quantiles, other.attainment.outcome.quantiles)
        if one.target and other.target > one.target:
            assert other.attainment.before <= one.attainment.before


def test_a_goal_that_is_reached_is_called_so_whatever_its_probability(
    workspace: Workspace, told: Told
) -> None:
    make_plan(workspace, "humble", "2026-Q3", [("won_amount", "1000")])
    (found,) = told("humble")
    assert ": reached, with " in outlook_lines(found, workspace.settings.formatter)[0]


def test_the_chances_of_the_levels_are_the_workspace_s(workspace: Workspace) -> None:
    chosen = Workspace(workspace.root, replace(workspace.settings, chances=(0.8, 0.6, 0.3)))
    (found,) = outlook_of_plan(chosen, "q3", kpi="won_amount")
    (asked,) = outlook_of_plan(chosen, "q3", kpi="won_amount", chances=(0.7, 0.5, 0.1))
    for outlook, chances in ((found, [0.8, 0.6, 0.3]), (asked, [0.7, 0.5, 0.1])):
        top = outlook.nodes[0].attainment
        assert top is not None
        assert [level.probability for level in top.levels] == chances
    said = outlook_lines(found, workspace.settings.formatter)
    assert "Commit, target and stretch are reached with 80 %, 60 % and 30 %." in said


def test_an_earlier_day_knows_nothing_of_what_came_after(
    workspace: Workspace, told: Told, tmp_path: Path
) -> None:
    day = dt.date(2026, 7, 20)
    (found,) = told(as_of=day)
    with workspace.dataset() as data:
        deals = deals_of(data, "won_amount", {}, day)
    last = day.toordinal()
    assert deals.won.any()
    assert deals.closed[deals.won].max() <= last
    assert max(deals.created[deals.created < np.iinfo(np.int64).max]) <= last
    assert found.nodes[0].to_date < told()[0].nodes[0].to_date


def test_a_deal_of_one_team_moves_nothing_of_another(
    workspace: Workspace, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    (before,) = told()
    mine = next(node for node in before.nodes if node.level == "rep" and node.target)
    rep = mine.node.removeprefix(REP_PREFIX)
    real = goal_deals.deals_with_ids

    def with_one_more(*asked: Any) -> tuple[Deals, Any]:
        deals, ids = real(*asked)
        more = {
            "owner": deals.owners.index(rep), "created": _DAY.toordinal() - 3, "closed": NEVER, "won": False,
            "amount": 0.0, "expected": 90_000_00.0,
        }  # fmt: skip
        longer = {name: np.append(getattr(deals, name), value) for name, value in more.items()}
        return replace(deals, **longer), (*ids, "one more")

    monkeypatch.setattr(goal_deals, "deals_with_ids", with_one_more)
    (after,) = outlook_of_plan(workspace, "q3", kpi="won_amount")
    plan = workspace.plans().load("q3")
    parents = {quota.id: quota.parent for quota in plan.quotas if quota.kpi == "won_amount"}
    above = {mine.node}
    while parents[mine.node]:
        above.add(parents[mine.node] or "")
        mine = next(node for node in before.nodes if node.node == parents[mine.node])
    for one, other in zip(before.nodes, after.nodes, strict=True):
        assert one.attainment is not None
        assert other.attainment is not None
        same = np.array_equal(one.attainment.outcome.quantiles, other.attainment.outcome.quantiles)
        assert same == (one.node not in above), one.node


def test_the_parts_of_shared_deals_add_up_to_what_counts_for_quotas(workspace: Workspace) -> None:
    with workspace.dataset() as data:
        deals = deals_of(data, "won_amount", {}, _DAY)
        query = Query(kpis=("won_amount",), by=("rep",), labels=False, credit=CREDIT)
        expected = {
            rep: amount for rep, amount in run(query, data, workspace.calendar).rows if amount and rep
        }
    won = dict(zip(deals.owners, deals.won_between(0, 10**7), strict=True))
    assert {rep: amount for rep, amount in won.items() if amount} == expected


def test_a_period_that_is_over_is_certain(told: Told) -> None:
    (found,) = told("past")
    top = found.nodes[0]
    assert top.attainment is not None
    assert top.attainment.chance.probability == 0.99
    assert top.attainment.chance.low == top.attainment.chance.high == top.to_date > 1
    assert not found.levers


def test_a_period_to_come_is_told_from_the_months_before_it(told: Told) -> None:
    (found,) = told("next")
    top = found.nodes[0]
    assert top.to_date == 0
    assert top.attainment is not None
    low, high = top.attainment.outcome.interval(0.8)
    (now,) = told()
    assert now.nodes[0].attainment is not None
    # A year brings about four times what a quarter does.
    assert low < 4 * now.nodes[0].attainment.outcome.mean < 2 * high


def test_created_deals_are_forecast_without_a_simulation(told: Told) -> None:
    (found,) = told(kpi="created_count")
    assert "simulation" not in found.views
    assert not found.levers
    assert found.nodes[0].attainment is not None
    assert found.nodes[0].attainment.chance.probability is not None


def test_what_cannot_be_told_is_said(workspace: Workspace) -> None:
    with pytest.raises(BadInput, match="The data ends on 2026-09-11"):
        outlook_of_plan(workspace, "q3", as_of=dt.date(2027, 1, 1))
    make_plan(workspace, "week", "2026-W40", [("won_amount", "10")])
    with pytest.raises(BadUsage, match="the outlook is of months"):
        outlook_of_plan(workspace, "week")
    with pytest.raises(UnknownName):
        outlook_of_plan(workspace, "q3", kpi="win_rate")
    make_plan(workspace, "rates", "2026-Q3", [("win_rate", "0.5")])
    with pytest.raises(BadUsage, match="No goal of rates has quotas"):
        outlook_of_plan(workspace, "rates")


def test_series_have_no_gaps_and_end_with_the_last_month_that_is_over() -> None:
    monthly = Monthly(totals={"a": {10: 0.0, 11: 5.0, 13: 7.0, 14: 1.0}, "b": {12: 0.0}})
    assert monthly.series(14) == {"a": (11, [5.0, 0.0, 7.0])}
    assert monthly.between("a", 11, 14) == 12
    assert monthly.between("c", 0, 99) == 0


def test_a_month_is_over_at_the_end_of_its_last_day() -> None:
    assert month_number(dt.date(2026, 9, 1)) == 12 * 2026 + 8
    assert first_open_month(dt.date(2026, 8, 31)) == month_number(dt.date(2026, 9, 1))
    assert first_open_month(dt.date(2026, 8, 30)) == month_number(dt.date(2026, 8, 1))


def test_the_past_is_walked_and_scored_beside_the_base_rate(workspace: Workspace) -> None:
    seen: list[tuple[int, int]] = []
    found = backtest_outlook(workspace, "won_amount", told=lambda done, of: seen.append((done, of)))
    names = [score.name for score in found.scores]
    assert names[-1] == "all together"
    assert {"company, 1 month", "team, 3 months", "rep, 1 month"} <= set(names)
    whole = found.scores[-1]
    assert whole.brier is not None
    assert whole.base_rate_brier is not None
    assert whole.brier < whole.base_rate_brier
    assert whole.coverage80 is not None
    assert 0.7 <= whole.coverage80 <= 0.95
    assert seen[-1][0] == seen[-1][1]


def test_the_coverage_that_a_goal_needs_is_told_of_running_periods_of_won_amount(
    workspace: Workspace,
) -> None:
    plans = workspace.plans()
    running = plans.load("q3")
    assert needed_for_goal(workspace, running.goal("won_amount")) == needed_coverage(
        workspace, 400_000, period="2026-Q3"
    )
    assert needed_for_goal(workspace, running.goal("created_count")) is None
    assert needed_for_goal(workspace, plans.load("past").goal("won_amount")) is None
    assert needed_for_goal(workspace, plans.load("next").goal("won_amount")) is None


def test_the_command_line_prints_the_same(
    workspace: Workspace, told: Told, capsys: pytest.CaptureFixture[str]
) -> None:
    call = ["-C", str(workspace.root), "plan", "outlook", "q3", "--kpi", "won_amount"]
    assert main([*call, "--format", "json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    top = told()[0].nodes[0]
    assert top.attainment is not None
    assert found["nodes"][0]["probability"] == top.attainment.chance.probability
    assert found["nodes"][0]["to_date"] == top.to_date / 100
    assert main([*call, "--level", "team"]) == 0
    printed = capsys.readouterr()
    assert "P(attain)" in printed.out
    assert "attained with" in printed.err
    needed = needed_coverage(workspace, 400_000, period="2026-Q3")
    assert needed.finding in printed.err
    assert found["coverage_needed"] == needed.coverage
    assert main([*call, "--level", "teem"]) == 2
    assert "Did you mean 'team'" in capsys.readouterr().err


def test_what_is_said_is_kept_once_a_closed_month(workspace: Workspace, told: Told) -> None:
    outlook_of_plan(workspace, "q3", kpi="won_amount", as_of=dt.date(2026, 7, 20))
    outlook_of_plan(workspace, "past")
    (found,) = outlook_of_plan(workspace, "q3", kpi="won_amount")
    path = workspace.plans().folder / FILE
    before = path.read_bytes()
    outlook_of_plan(workspace, "q3", kpi="won_amount")
    assert path.read_bytes() == before
    kept = [
        said
        for said in read_predictions(workspace.plans().folder).predictions
        if (said.plan, said.kpi) == ("q3", "won_amount")
    ]
    expected = {node.node: node for node in found.nodes if node.to_date < node.target}
    assert {said.node for said in kept} == set(expected)
    for said in kept:
        attainment = expected[said.node].attainment
        assert attainment is not None
        assert (said.as_of, said.closed, said.target) == (_DAY, "2026-08", expected[said.node].target)
        assert said.probability == pytest.approx(min(max(attainment.before, 1e-4), 1 - 1e-4))


def test_predictions_whose_period_is_over_correct_what_is_said(workspace: Workspace, tmp_path: Path) -> None:
    copy = Workspace.open(shutil.copytree(workspace.root, tmp_path / "sales", symlinks=True))
    record = copy.plans().folder / FILE
    record.unlink(missing_ok=True)
    (plain,) = outlook_of_plan(copy, "q3", kpi="won_amount")
    template = read_predictions(copy.plans().folder).predictions[0]
    # What was nearly sure did not come, period after period: each asked for more than there ever was.
    wrong = [
        replace(
            template,
            node=node.node, level=node.level, period=label, log_odds=2.0, target=10**12, plan="old", closed=label,
            start=period.start, end=period.end, as_of=period.start,
        )
        for label in ("2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4", "2026-Q1", "2026-Q2")
        for period in [copy.calendar.period(label)]
        for node in plain.nodes
    ]  # fmt: skip
    add_predictions(copy.plans().folder, wrong)
    (found,) = outlook_of_plan(copy, "q3", kpi="won_amount")
    (again,) = outlook_of_plan(copy, "q3", kpi="won_amount")
    assert f"corrected by how {len(wrong)} earlier predictions turned out" in found.views
    moved = 0
    for one, other, third in zip(plain.nodes, found.nodes, again.nodes, strict=True):
        assert one.attainment is not None
        assert other.attainment is not None
        assert other.attainment.before == one.attainment.before
        if 0.4 < one.attainment.before < 0.9:
            moved += 1
            assert other.attainment.chance.probability is not None
            assert other.attainment.chance.probability < one.attainment.before - 0.05
        assert other == third
    assert moved
    # Nothing of a period that is over only later, nor of another way or without enough history, nor of a place unknown.
    record.unlink()
    useless = [
        replace(wrong[0], end=dt.date(2026, 10, 1)),
        replace(wrong[1], method=0),
        replace(wrong[2], shown=False),
        replace(wrong[3], node="Atlantis"),
        replace(wrong[4], level="floor"),
        replace(wrong[5], kpi="won_count"),
    ]
    add_predictions(copy.plans().folder, useless)
    assert outlook_of_plan(copy, "q3", kpi="won_amount")[0].nodes == plain.nodes


def test_a_record_that_cannot_be_written_or_read_whole_is_said(workspace: Workspace, tmp_path: Path) -> None:
    copy = Workspace.open(shutil.copytree(workspace.root, tmp_path / "sales", symlinks=True))
    with (copy.plans().folder / FILE).open("ab") as file:
        file.write(b'{"torn')
    (found,) = outlook_of_plan(copy, "q3", kpi="won_amount")
    assert found.notices == ("Of plans/.history/predictions.jsonl 1 line that cannot be read is left out.",)
    (copy.plans().folder / FILE).unlink()
    (copy.plans().folder / FILE).with_suffix(".lock").unlink()
    (copy.plans().folder / FILE).with_suffix(".lock").mkdir()
    (found,) = outlook_of_plan(copy, "q3", kpi="won_amount")
    assert found.nodes[0].attainment is not None
    assert "is not kept for later" in found.notices[-1]


def _achievable(workspace: Workspace, name: str, **asked: Any) -> dict[str, Any]:
    found = check_goals(workspace, name, **asked).findings
    return {one.goal: one for one in found if one.aspect == "achievable"}


def test_what_is_achievable_says_the_outlook_and_the_plan_may_keep_it(
    workspace: Workspace, told: Told
) -> None:
    checked = check_goals(workspace, "q3")
    band = checked.likely["won_amount"].band
    attainment = told()[0].nodes[0].attainment
    assert band is not None
    assert attainment is not None
    assert attainment.chance.probability is not None
    assert attainment.band is not None
    assert (band.low, band.high) == pytest.approx(attainment.band, abs=0.001)
    assert band.low - 0.001 <= attainment.chance.probability <= band.high + 0.001
    assert band.as_of == _DAY
    kept = save_bands(workspace, checked)
    assert kept.goal("won_amount").probability == band
    approve(workspace, "q3")
    with pytest.raises(BadInput, match="approved and frozen"):
        save_bands(workspace, check_goals(workspace, "q3", as_of=dt.date(2026, 8, 20)))


def test_where_there_is_no_probability_the_check_says_what_is_known(workspace: Workspace) -> None:
    over = _achievable(workspace, "past")["won_amount"]
    assert over.holds is True
    assert over.what.startswith("The period is over and brought $")
    make_plan(workspace, "several", "2026-Q3", [("win_rate", "0.5"), ("won_amount", "400000")])
    assert "the outlook is of goals that add up" in _achievable(workspace, "several")["win_rate"].what
    early = _achievable(workspace, "several", as_of=dt.date(2024, 4, 20))["won_amount"]
    assert early.holds is None
    assert early.what.startswith("No probability is shown: not enough history: ")
    assert "In 80 of 100 such cases it ends between $" in early.what


def test_goals_are_checked_without_data_too(tmp_path: Path, workspace: Workspace) -> None:
    empty = Workspace.create(tmp_path / "empty", Settings(company="Acme"))
    shutil.copytree(workspace.plans().folder, empty.plans().folder, dirs_exist_ok=True)
    assert "Nothing was imported yet" in _achievable(empty, "q3")["won_amount"].what


def _reach(workspace: Workspace, chance: float, follow: float = 1.0) -> Plan:
    change = CascadeChange(reach=Reach(chance=chance, follow=follow))
    return cascade_again(workspace, "hedged", change).plan


def test_the_smallest_over_assignment_that_reaches_what_is_asked_is_cascaded(workspace: Workspace) -> None:
    # More than is as likely reached as not, and less than nearly never.
    make_plan(workspace, "hedged", "2026-Q3", [("won_amount", "520000")])
    plain = outlook_of_plan(workspace, "hedged")[0].nodes[0].attainment
    assert plain is not None
    assert plain.chance.probability is not None
    assert 0.02 < plain.chance.probability < 0.7
    over = [_reach(workspace, chance).assumptions.over_assignment for chance in (0.01, 0.75, 0.85)]
    assert over[0] == ()
    needless = cascade_again(workspace, "hedged", CascadeChange(reach=Reach(chance=0.01)))
    assert needless.notices[0].startswith(
        "No over-assignment is needed: won_amount is reached with a chance of "
    )
    with pytest.raises(BadInput, match="No chance above 99% is ever told"):
        _reach(workspace, 0.995)
    assert over[1][0].factor_bp < over[2][0].factor_bp
    assert "for a chance of 85%" in over[2][0].source
    slower = _reach(workspace, 0.85, 0.5).assumptions.over_assignment[0]
    assert slower.factor_bp > over[2][0].factor_bp
    # What is left of the goal grows with the factor: at 75 per cent the goal is what was reached with that chance.
    to_date = outlook_of_plan(workspace, "hedged")[0].nodes[0].to_date
    reachable = plain.outcome.reachable(0.75)
    expected = (520_000_00 - to_date) / (reachable - to_date)
    assert over[1][0].factor_bp / 10_000 == pytest.approx(expected, rel=0.02)
    with pytest.raises(BadInput, match="none is enough"):
        _reach(workspace, 0.85, 0.0)


def test_an_over_assignment_cannot_be_chosen_without_an_outlook(workspace: Workspace) -> None:
    with pytest.raises(BadInput, match="its period is over"):
        cascade_again(workspace, "past", CascadeChange(reach=Reach(chance=0.8)))


def test_what_moves_a_probability_is_told_only_where_one_is_shown_and_moves(workspace: Workspace) -> None:
    shown = workspace.settings.formatter
    make_plan(workspace, "close", "2026-Q3", [("won_amount", "510000")])
    (now,) = outlook_of_plan(workspace, "close")
    assert any("by the simulation of deals" in line for line in outlook_lines(now, shown))
    assert now.worth
    assert any(line.startswith("Worth knowing") for line in outlook_lines(now, shown))
    idle = replace(now, worth=tuple(replace(one, certainty=0.004) for one in now.worth))
    assert not any(line.startswith("Worth knowing") for line in outlook_lines(idle, shown))
    still = replace(now, levers=tuple(replace(lever, down=0.5, up=0.5) for lever in now.levers))
    assert not any("by the simulation of deals" in line for line in outlook_lines(still, shown))
    (early,) = outlook_of_plan(workspace, "close", as_of=dt.date(2024, 4, 20))
    assert early.levers
    assert not any("by the simulation of deals" in line for line in outlook_lines(early, shown))


def test_a_goal_of_nothing_cannot_be_over_assigned(workspace: Workspace) -> None:
    make_plan(workspace, "nothing", "2026-Q4", [("won_amount", "0")])
    with pytest.raises(BadInput, match="No rep has a quota of won_amount"):
        cascade_again(workspace, "nothing", CascadeChange(reach=Reach(chance=0.8)))


def test_what_reviews_say_is_kept_too_of_the_day_of_the_data_alone(
    workspace: Workspace, tmp_path: Path
) -> None:
    copy = Workspace.open(shutil.copytree(workspace.root, tmp_path / "sales", symlinks=True))
    record = copy.plans().folder / FILE
    make_plan(copy, "kept", "2026-Q3", [("won_amount", "520000")])
    plan = copy.plans().load("kept")
    goal = plan.goal("won_amount")
    quotas = {quota.id: quota for quota in plan.quotas_of(goal)}
    for day, expected in ((dt.date(2026, 8, 20), set()), (_DAY, {"company"})):
        record.unlink(missing_ok=True)
        with copy.dataset() as data:
            facts = Facts(
                data=data,
                calendar=copy.calendar,
                names=Names(data=data, as_of=day, company="Acme"),
                by="company",
                period=goal.period,
                as_of=day,
            )
            shared = SharedOutlooks(workspace=copy, plan=plan, facts=facts)
            pages = Prospects(shared=shared, goal=goal, quotas=quotas)
            assert pages.part("company")["outlook"]["target"] == goal.target
            pages.keep()
        assert {said.node for said in read_predictions(copy.plans().folder).predictions} == expected


def test_a_rep_who_is_moved_in_the_plan_is_in_the_outlook_of_one_team_and_once_in_the_whole(
    workspace: Workspace, told: Told
) -> None:
    plan = workspace.plans().load("q3")
    quotas = {quota.id: quota for quota in plan.quotas if quota.kpi == "won_amount"}
    teams = [quota.id for quota in quotas.values() if quota.level == "team"]
    rep = max((q for q in quotas.values() if q.parent == teams[0]), key=lambda q: q.amount)
    (before,) = told()
    goal = plan.goal("won_amount")

    def outcomes(on: dt.date) -> dict[str, Any]:
        moved = move_rep(plan, goal.id, rep.id, teams[1], on=on).plan
        with workspace.dataset() as data:
            found = outlooks.Outlook(workspace, data, moved, moved.goal(goal.id), _DAY).result()
        assert [node.target for node in found.nodes if node.node == rep.id] == [rep.amount]
        return {node.node: node.attainment.outcome for node in found.nodes if node.attainment}

    was = {node.node: node.attainment.outcome for node in before.nodes if node.attainment}
    later, since, always = (
        outcomes(_DAY + dt.timedelta(days=1)),
        outcomes(dt.date(2026, 8, 15)),
        outcomes(goal.period.start),
    )
    assert was.keys() == later.keys() == since.keys() == always.keys()
    for node, outcome in was.items():
        # Who comes later has all of it still where the rep is on the day.
        assert np.array_equal(outcome.quantiles, later[node].quantiles)
    # What is fitted to teams follows who is in them.
    assert since["company"].quantile(0.5) == pytest.approx(was["company"].quantile(0.5), rel=0.01)
    # What was sold before the move stays where it was sold.
    giver, taker = ([one[team].quantile(0.5) for one in (always, since, was)] for team in teams[:2])
    assert giver[0] < giver[1] < giver[2]
    assert taker[2] < taker[1] < taker[0]


def test_what_an_owner_won_in_some_days_is_what_the_kpi_says(workspace: Workspace) -> None:
    first, end = dt.date(2026, 7, 1), dt.date(2026, 8, 15)
    with workspace.dataset() as data:
        deals = deals_of(data, "won_amount", {}, _DAY)
        query = Query(kpis=("won_amount",), by=("rep",), start=first, end=end, labels=False, credit=CREDIT)
        expected = {rep: amount for rep, amount in run(query, data, workspace.calendar).rows if amount}
    assert len(expected) > 3
    assert {rep: won_within(deals, rep, first, end) for rep in expected} == expected
