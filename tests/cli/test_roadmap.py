"""``salesnb plan roadmap`` and goals on activities, on small companies whose figures are known."""

import csv
import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from salesnb.actions.extracts import review_extracts
from salesnb.actions.facts import Facts
from salesnb.actions.naming import Names
from salesnb.cli import main
from salesnb.workspace import Workspace

# Every test imports data.
pytestmark = pytest.mark.slow

FIRST, LAST = date(2022, 1, 3), date(2023, 11, 30)
REPS = {"Ann": "East", "Bo": "East", "Cy": "West", "Di": "West"}
MAPPING = """
[opportunities]
file = "deals.csv"
columns = { opportunity_id = "id", rep_id = "rep", account_id = "account", stage = "stage", amount = "amount", created_on = "created", closed_on = "closed" }
[opportunities.status]
column = "stage"
won = ["won"]
lost = ["lost"]
[reps]
file = "reps.csv"
columns = { rep_id = "rep", name = "rep", team = "team" }
[accounts]
file = "accounts.csv"
columns = { account_id = "account", name = "account", sector = "sector" }
"""
ACTIVITIES = """
[activities]
file = "activities.csv"
columns = { rep_id = "rep", account_id = "account", kind = "kind", date = "day", minutes = "minutes" }
"""


def deals() -> list[list[object]]:
    """A deal a day, ten days to close, every second one won for 100; the reps take turns."""
    rows = []
    for number in range((LAST - FIRST).days + 1):
        created = FIRST + timedelta(days=number)
        closed = created + timedelta(days=10)
        stage = ("won", "lost")[number // 4 % 2] if closed <= LAST else "open"
        rep = list(REPS)[number % 4]
        rows.append([number, rep, f"A{number % 2}", stage, 100, created, closed if closed <= LAST else ""])
    return rows


def activities() -> list[list[object]]:
    """Two calls on the day of a deal's creation, and a visit on every second one; half an hour and an hour."""
    rows: list[list[object]] = []
    for number, rep, account, _, _, created, _ in deals():
        rows += [[rep, account, "Phone call", created, 30]] * 2
        rows += [[rep, account, "Visit", created, 60]] if int(str(number)) % 2 == 0 else []
    return rows


def write(folder: Path, name: str, rows: list[list[object]]) -> None:
    with (folder / name).open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)


def company(folder: Path, *, with_activities: bool) -> Path:
    write(folder, "deals.csv", [["id", "rep", "account", "stage", "amount", "created", "closed"], *deals()])
    write(folder, "reps.csv", [["rep", "team"], *map(list, REPS.items())])
    write(folder, "accounts.csv", [["account", "sector"], ["A0", "retail"], ["A1", "medical"]])
    if with_activities:
        write(folder, "activities.csv", [["rep", "account", "kind", "day", "minutes"], *activities()])
    (folder / "mapping.toml").write_text(MAPPING + (ACTIVITIES if with_activities else ""))
    work = folder / "w"
    assert main(["new", str(work)]) == 0
    settings = work / "salesnb.toml"
    settings.write_text(settings.read_text().replace('levels = ["region", "team"]', 'levels = ["team"]'))
    assert main(["-C", str(work), "import", str(folder), "--mapping", str(folder / "mapping.toml")]) == 0
    return work


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    work = company(tmp_path_factory.mktemp("busy"), with_activities=True)
    goals = ["--goal", "won_amount=4600", "--goal", "meeting_count=46"]
    assert main(["-C", str(work), "plan", "new", "q4", "--period", "2023-Q4", *goals]) == 0
    return work


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    work = company(tmp_path_factory.mktemp("plain"), with_activities=False)
    assert (
        main(["-C", str(work), "plan", "new", "q4", "--period", "2023-Q4", "--goal", "won_amount=4600"]) == 0
    )
    return work


def roadmap(run: Callable, work: Path, *options: str) -> dict:
    ran = run("-C", work, "plan", "roadmap", "q4", "--kpi", "won_amount", "--format", "json", *options)
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


def test_deals_to_create_are_those_that_the_goal_takes_at_the_known_rate_and_cycle(
    run: Callable, busy: Path
) -> None:
    """4,600 of 100 each in 92 days are half a win a day: a deal a day, ten days before, at one win in two."""
    (node,) = roadmap(run, busy)["nodes"]
    assert node["win_rate"] == pytest.approx(0.5, abs=0.01)
    assert node["cycle_days"] == 10
    october = next(step for step in node["steps"] if step["label"] == "2023-10")
    assert october["create"] == pytest.approx(31, abs=2.5)
    assert october["created"] == 31
    # As many are open as are created in ten days, 100 each; those of the last ten days are.
    assert october["hold"] == pytest.approx(1000, rel=0.1)
    assert october["open"] == 1000


def test_months_weeks_and_nodes_add_up_to_the_goal(run: Callable, busy: Path) -> None:
    months, weeks = roadmap(run, busy), roadmap(run, busy, "--by", "week")
    for found in (months, weeks):
        steps = [step for step in found["nodes"][0]["steps"] if step["due"] is not None]
        assert sum(step["due"] for step in steps) == pytest.approx(4600)
        assert steps[-1]["due_to_date"] == 4600
    assert months["spread_of"]
    assert all(step["low"] <= step["high"] for step in months["nodes"][0]["steps"] if step["low"] is not None)
    teams = roadmap(run, busy, "--level", "team")["nodes"]
    assert sum(team["steps"][-1]["due_to_date"] for team in teams) == pytest.approx(4600)
    assert [node["name"] for node in roadmap(run, busy, "--node", "Ann")["nodes"]] == ["Ann"]


def test_typed_weights_are_kept_exactly_and_those_that_miss_one_are_refused(
    run: Callable, plain: Path
) -> None:
    refused = run("-C", plain, "plan", "roadmap", "q4", "--weights", ".3,.3,.35")
    assert refused.code == 1
    assert "0.05 is missing" in refused.err
    found = roadmap(run, plain, "--weights", "1/3,1/3,1/3", "--why", "no season this year")
    dues = [step["due"] for step in found["nodes"][0]["steps"] if step["due"] is not None]
    assert dues == [1533.34, 1533.33, 1533.33]
    assert found["season"] == "typed weights (no season this year)"
    assert found["spread_of"] is None
    again = roadmap(run, plain, "--weights", "history")
    assert again["spread_of"]


def test_activities_count_by_rep_and_team_and_take_a_goal(run: Callable, busy: Path) -> None:
    """61 days of October and November: two calls a day, a visit every second."""
    ran = run(
        "-C", busy, "kpi", "query", "call_count", "meeting_count", "activity_minutes", "--from", "2023-10-01", "--by", "team",
        "--format", "json",
    )  # fmt: skip
    rows = json.loads(ran.out)
    assert sum(row["call_count"] for row in rows) == 122
    assert sum(row["meeting_count"] for row in rows) in {30, 31}
    assert (
        sum(row["activity_minutes"] for row in rows)
        == 122 * 30 + sum(row["meeting_count"] for row in rows) * 60
    )
    plan = json.loads(run("-C", busy, "plan", "show", "q4", "--format", "json").out)
    meetings = [quota for quota in plan["quotas"] if quota["kpi"] == "meeting_count"]
    assert meetings[0]["count"] == 46
    assert sum(quota["count"] for quota in meetings if quota["level"] == "rep") == 46


def test_where_no_activities_are_loaded_nothing_is_known_of_them(run: Callable, plain: Path) -> None:
    row = json.loads(run("-C", plain, "kpi", "query", "call_count", "won_count", "--format", "json").out)[0]
    assert row["call_count"] is None
    assert all("activities" not in extract for extract in extracts(plain, "team"))
    assert all("call_count" not in extract["kpis"] for extract in extracts(plain, "team"))


def extracts(work: Path, by: str) -> list[dict]:
    workspace = Workspace.open(work)
    plan = workspace.plans().load("q4")
    with workspace.dataset() as data:
        facts = Facts(
            data=data, calendar=workspace.calendar, by=by, period=plan.period, as_of=data.meta.as_of,
            names=Names(data=data, as_of=data.meta.as_of), known=workspace.catalogue(data),
        )  # fmt: skip
        return [extract.content for extract in review_extracts(workspace, plan, facts, "kpi_review")]


def test_a_team_knows_what_activities_its_deals_take_and_where_its_time_goes(busy: Path) -> None:
    """Two calls a deal created, four a deal won. Ann and Bo take turns, so that Ann's account is A0 and Bo's A1."""
    east, _ = extracts(busy, "team")
    calls = next(need for need in east["activities"]["needs"] if need["label"] == "Calls")
    assert calls["per_created"] == 2.0
    assert calls["per_won"] == pytest.approx(4.0, abs=0.2)
    assert calls["by_now"] == pytest.approx(2 * east["roadmap"]["create_by_now"], abs=0.05)
    time = {one["segment"]: one["share"] for one in east["activities"]["time"]}
    assert sum(time.values()) == pytest.approx(1, abs=0.001)
    assert time["retail"] > time["medical"]


def test_a_reps_page_holds_no_figure_that_tells_the_others_apart(busy: Path) -> None:
    """Four reps in two teams: the team's quota would give away the one other rep's, and no hedge is told either."""
    ann = next(extract for extract in extracts(busy, "rep") if extract["node"]["name"] == "Ann")
    assert ann["made"]["parent"] == "East"
    assert "parent_amount" not in ann["made"]
    assert "over" not in ann["made"]
    assert ann["made"]["below"] == []
    assert ann["made"]["effective"] < ann["made"]["amount"]
    said = json.dumps(ann["made"]) + json.dumps(ann["roadmap"])
    assert not any(name in said for name in ("Bo", "Cy", "Di"))


def test_the_plans_page_has_chances_capacity_fairness_and_roadmap(busy: Path) -> None:
    from salesnb.actions.plan_extract import plan_extract

    workspace = Workspace.open(busy)
    plan = workspace.plans().load("q4")
    with workspace.dataset() as data:
        facts = Facts(
            data=data, calendar=workspace.calendar, by="team", period=plan.period, as_of=data.meta.as_of,
            names=Names(data=data, as_of=data.meta.as_of), known=workspace.catalogue(data),
        )  # fmt: skip
        content = plan_extract(workspace, plan, facts).content
    assert {part["name"] for part in content["outlook"]["reps"]} == {"East", "West"}
    quantiles = content["outlook"]["quantiles"]
    assert quantiles == sorted(quantiles)
    assert {lever["driver"] for lever in content["levers"]} >= {"win rate", "deal size", "cycle"}
    assert sum(band["reps"] for band in content["fairness"]["bands"]) == 4
    assert {node["level"] for node in content["capacity"]["nodes"]} == {"company", "team"}
    assert content["roadmap"]["season"]
    assert content["activities"]["time"]


def test_the_best_month_is_that_of_all_that_is_loaded(plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page's own months begin later; of equal months the latest counts, and the last one is whole."""
    won: dict[str, dict[str, int]] = {}
    for _, rep, _, stage, amount, _, closed in deals():
        if stage == "won":
            months = won.setdefault(str(rep), {})
            months[f"{closed:%Y-%m}"] = months.get(f"{closed:%Y-%m}", 0) + int(str(amount)) * 100
    monkeypatch.setattr("salesnb.actions.facts._YEARS_OF_TREND", 0)
    for extract in extracts(plain, "rep"):
        best = max((amount, month) for month, amount in won[extract["node"]["id"]].items())
        assert tuple(extract["best_month"]) == (best[1], best[0])
