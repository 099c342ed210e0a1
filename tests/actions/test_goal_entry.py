"""Goals as they are entered in a session: kept at once, refused in words, and nothing worked out before it is asked."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

import salesnb
from salesnb.actions import goal_entry
from salesnb.actions.goal_entry import NEW, GoalEntry
from salesnb.actions.goal_page import goal_page
from salesnb.actions.goal_prospects import Prospect
from salesnb.actions.making import make_plan
from salesnb.actions.outlooks import Outlook
from salesnb.actions.plan_session import PlanSession
from salesnb.actions.plans import read_target
from salesnb.calendar import FiscalCalendar
from salesnb.crm.generator import write_sample
from salesnb.errors import BadInput, BadUsage, Infeasible, StaleSave, UnknownName
from salesnb.outlook.distribution import PROBABILITIES, Outcome
from salesnb.outlook.gauge import Gauge
from salesnb.planning import Goal, Objective, OrgNode, OrgTree, Plan, new_plan
from salesnb.workspace import Settings, Workspace

AT = datetime(2017, 9, 1, 9, 30, tzinfo=UTC)
# Whatever is asked between $200,000 and $400,000 is as likely as it is near the lower end.
EVEN = Gauge(
    outcome=Outcome(quantiles=(200_000 + 200_000 * PROBABILITIES) * 100),
    origins=12,
    base_rates=None,
    to_date=150_000_00,
)


def tree(regions: int = 2, reps: int = 2) -> OrgTree:
    """A company of regions with reps."""
    nodes = [OrgNode(id="company", name="Acme", parent=None, level="company", manager="Ada")]
    for region in range(regions):
        name = ("East", "West", *(f"Region {n}" for n in range(2, regions)))[region]
        nodes.append(OrgNode(id=name, name=name, parent="company", level="region"))
        nodes += [
            OrgNode(id=f"rep:{name}{n}", name=f"{name} rep {n}", parent=name, level="rep")
            for n in range(1, reps + 1)
        ]
    return OrgTree(tuple(nodes))


def planned(of: OrgTree | None = None, **parts: object) -> Plan:
    """A plan of $300,000 that is cascaded equally, with an objective."""
    quarter = FiscalCalendar().period("2017-Q4")
    goal = Goal(
        id="won_amount", kpi="won_amount", unit="money", target=300_000_00, period=quarter, owner="Ada",
        objective="grow", baseline=250_000_00, baseline_period="2016-Q4",
    )  # fmt: skip
    objectives = [Objective(id="grow", text="Grow in the West", owner="Ada")]
    settings = {"goals": [goal], "objectives": objectives, "tree": of or tree()}
    return new_plan(name="fy18", period=quarter, currency="USD", **{**settings, **parts})


def made(folder: Path, plan: Plan | None = None, locale: str = "en_US") -> Workspace:
    """A workspace without data, with a plan."""
    (folder / "salesnb.toml").write_text(f'[workspace]\ncurrency = "USD"\nlocale = "{locale}"\n')
    workspace = Workspace.open(folder)
    workspace.plans().save(plan or planned(), read_at=None, author="Ann", reason="New plan", at=AT)
    return workspace


@pytest.fixture
def entry(tmp_path: Path) -> GoalEntry:
    session = PlanSession(made(tmp_path), "fy18")
    session.author = "Ann"
    return GoalEntry(session)


def kept(entry: GoalEntry) -> Plan:
    """The plan as its file has it."""
    return entry.session.workspace.plans().load("fy18")


def amounts(plan: Plan) -> dict[str, int]:
    return {quota.id: quota.amount for quota in plan.quotas}


def test_a_target_is_kept_with_its_quotas_and_history_says_so(entry: GoalEntry) -> None:
    entry.set_target("360000")
    assert kept(entry).goals[0].target == 360_000_00
    assert amounts(kept(entry))["rep:East1"] == 90_000_00
    assert entry.session.saved.reason == "Goal Won amount in 2017-Q4: $360,000"


@pytest.mark.parametrize(
    ("text", "words"),
    [("abc", "not an amount"), ("-5", "below zero"), ("1.239", "more decimals"), ("", "not an amount")],
)
def test_what_cannot_be_a_target_is_refused_and_the_plan_stays(
    entry: GoalEntry, text: str, words: str
) -> None:
    with pytest.raises(BadInput, match=words):
        entry.set_target(text)
    assert kept(entry).revision == 1


@pytest.mark.parametrize(
    ("unit", "target"), [("money", 5_000_00), ("money_per_day", 5_000_00), ("count", 5_000), ("days", 5_000)]
)
def test_money_is_typed_in_major_units_a_day_too(unit: str, target: int) -> None:
    assert read_target("5000", unit, Settings()) == target
    assert read_target("35%", "ratio", Settings()) == 0.35


def test_a_typed_quota_is_locked_and_the_others_carry_the_difference(entry: GoalEntry) -> None:
    entry.hold("East", "200000", "agreed with Bea")
    found = amounts(kept(entry))
    assert (found["East"], found["West"], found["rep:West1"]) == (200_000_00, 100_000_00, 50_000_00)
    lock = next(quota.lock for quota in kept(entry).quotas if quota.id == "East")
    assert (lock.by, lock.why) == ("Ann", "agreed with Bea")
    entry.hold("East", "210000")
    assert next(q.lock for q in kept(entry).quotas if q.id == "East").why == "agreed with Bea"
    entry.hold("West", "")
    assert next(q for q in kept(entry).quotas if q.id == "West").lock.why == "set by hand"
    entry.free("East")
    with pytest.raises(Infeasible, match=r"Acme has 300,000: 10,000 too much"):
        entry.hold("East", "220000")
    with pytest.raises(Infeasible):
        entry.set_target("10000")
    assert amounts(kept(entry))["company"] == 300_000_00


def test_commitments_stand_beside_quotas_and_nothing_is_not_zero(entry: GoalEntry) -> None:
    entry.commit("rep:East1", "70000")
    entry.commit("rep:East2", "0")
    rows = {row["id"]: row for row in goal_page(entry)["goal"]["tree"]["rows"]}
    assert rows["rep:East2"]["committed"] == 0
    assert rows["rep:West1"]["committed"] is None
    assert (rows["East"]["below"], rows["East"]["gap"], rows["West"]["gap"]) == (70_000_00, -80_000_00, None)
    entry.commit("rep:East2", "")
    rows = {row["id"]: row for row in goal_page(entry)["goal"]["tree"]["rows"]}
    assert (rows["rep:East2"]["committed"], rows["East"]["gap"]) == (None, None)
    with pytest.raises(BadInput, match="below zero"):
        entry.commit("rep:East1", "-1")


def test_objectives_and_what_lacks_one_are_said(entry: GoalEntry) -> None:
    entry.state("Win back lost customers", owner="Bea")
    page = goal_page(entry)
    assert page["objectives"][1]["said"].startswith("No goal serves the objective 'Win back lost customers'.")
    entry.set_objective("objective-1")
    entry.drop("grow")
    entry.set_objective("")
    smart = {one["aspect"]: one for one in goal_page(entry)["goal"]["smart"]}
    assert smart["relevant"]["holds"] is False
    assert smart["relevant"]["what"] == "The goal for won amount serves no objective."
    entry.set_owner("")
    assert goal_page(entry)["goals"][0]["smart"] == {"holds": 2, "of": 5}
    reasons = [one.reason for one in entry.session.history[1:]]
    assert reasons == [
        "Objective “Win back lost customers” stated",
        "Goal won_amount: serves Win back lost customers",
        "Objective “Grow in the West” dropped",
        "Goal won_amount: serves no objective",
        "Goal won_amount: owner nobody",
    ]


def test_what_takes_time_is_worked_out_only_when_asked_and_says_why_there_is_none(entry: GoalEntry) -> None:
    page = goal_page(entry)
    assert page["pending"] == ["won_amount"]
    assert page["goal"]["outlook"] is None
    smart = {one["aspect"]: one for one in page["goal"]["smart"]}
    assert (smart["achievable"]["holds"], smart["achievable"]["what"]) == (
        None,
        "The outlook is being worked out.",
    )
    entry.work_out("won_amount")
    page = goal_page(entry)
    assert page["pending"] == []
    assert "Nothing was imported yet" in page["goal"]["outlook"]["why"]
    assert page["goal"]["outlook"]["gauge"] is None


def test_a_goal_that_is_gone_is_said_and_another_is_looked_at(entry: GoalEntry) -> None:
    other = PlanSession(entry.session.workspace, "fy18")
    GoalEntry(other).remove()
    assert entry.session.look()
    assert entry.selected == ""
    assert goal_page(entry)["goal"] is None
    with pytest.raises(BadUsage, match="no goal yet"):
        entry.set_target("1")
    with pytest.raises(UnknownName, match="any more"):
        entry.select("won_amount")


def test_what_somebody_else_saved_meanwhile_is_not_overwritten_and_the_change_can_be_made_again(
    entry: GoalEntry,
) -> None:
    other = GoalEntry(PlanSession(entry.session.workspace, "fy18"))
    other.set_owner("Bea")
    with pytest.raises(StaleSave):
        entry.hold("East", "200000")
    with pytest.raises(BadUsage, match="East locked at .200,000: set by hand has not been kept yet"):
        entry.set_target("1")
    entry.session.again()
    assert kept(entry).goals[0].owner == "Bea"
    assert amounts(kept(entry))["East"] == 200_000_00


def test_the_chance_in_the_table_is_that_of_the_gauge(
    entry: GoalEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(goal_entry, "prospect_of", lambda *_: Prospect(gauge=EVEN))
    assert goal_page(entry)["goals"][0]["chance"] == "…"
    entry.work_out("won_amount")
    assert goal_page(entry)["goals"][0]["chance"] == "50 %"
    entry.set_target("380000")
    assert goal_page(entry)["goals"][0]["chance"] == "10 %"
    assert goal_page(entry)["pending"] == ["won_amount"]
    entry.set_target("150000")
    assert goal_page(entry)["goals"][0]["chance"] == "reached"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GoalEntry]:
    folder = tmp_path_factory.mktemp("goals")
    write_sample(folder / "crm", opportunities=1_500, seed=5)
    workspace = Workspace.create(folder / "sales", Settings(company="Acme"))
    salesnb.import_data(workspace, folder / "crm", "sample")
    make_plan(workspace, "fy18", "2026-Q3", [("won_amount", "200000")])
    session = PlanSession(workspace, "fy18")
    yield GoalEntry(session)
    session.kpis.close()


@pytest.mark.slow
def test_the_gauge_is_the_outlook_at_any_target_and_is_fitted_once(
    sample: GoalEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample.work_out("won_amount")
    gauge = sample.prospect(sample.goal).gauge
    with sample.session.workspace.dataset() as data:
        for target in ("150000", "230000"):
            sample.set_target(target)
            plan, goal = sample.plan, sample.goal
            fresh = Outlook(sample.session.workspace, data, plan, goal, data.meta.as_of)
            told = fresh.node(plan.quotas_of(goal)[0]).attainment
            assert gauge.chance(goal.target) == told.chance
            assert np.array_equal(gauge.outcome.quantiles, told.outcome.quantiles)
    monkeypatch.setattr("salesnb.actions.goal_deals.deals_with_ids", None)
    sample.work_out("won_amount")
    assert sample.prospect(sample.goal).gauge.outcome == gauge.outcome
    assert goal_page(sample)["pending"] == []


@pytest.mark.slow
def test_an_unlikely_target_says_its_biggest_cause(sample: GoalEntry) -> None:
    sample.work_out("won_amount")
    gauge = sample.prospect(sample.goal).gauge
    sample.find_cause(str(round(gauge.outcome.reachable(0.1)) // 100))
    assert "more than the middle of the outlook." in sample.cause.text
    assert "Its biggest cause is the " in sample.cause.text
    sample.find_cause(str(round(gauge.outcome.reachable(0.001)) // 10))
    assert "No driver of the deals" in sample.cause.text
    sample.find_cause(str(round(gauge.outcome.reachable(0.9)) // 100))
    assert sample.cause.text == ""


@pytest.mark.slow
def test_a_new_goal_is_in_the_plan_once_it_has_a_target(sample: GoalEntry) -> None:
    before = sample.plan
    sample.start("won_count")
    assert sample.selected == NEW
    sample.work_out(NEW)
    page = goal_page(sample)
    assert page["goal"]["outlook"]["gauge"]["enough"]
    assert page["goal"]["baseline"]["value"] == page["goal"]["outlook"]["lastYear"]["value"]
    assert sample.plan == before
    sample.set_owner("Bea")
    sample.set_period("2026-08")
    sample.set_target("40")
    goal = sample.goal
    assert (goal.id, goal.owner, goal.period.label, goal.target) == ("won_count", "Bea", "2026-08", 40)
    quotas = sample.plan.quotas_of(goal)
    assert sum(quota.amount for quota in quotas if quota.level == "rep") == 40
    sample.set_period("2026-Q3")
    assert sample.goal.baseline_period == "2025-Q3"
    sample.remove()
    assert sample.plan.goals == before.goals
    sample.start("won_count")
    sample.remove()
    assert sample.draft is None


@pytest.mark.slow
def test_a_rate_is_held_at_every_node_and_one_can_have_its_own_target(sample: GoalEntry) -> None:
    sample.start("win_rate")
    with pytest.raises(BadInput, match=r"cannot be 3,500"):
        sample.set_target("35")
    sample.set_target("35%")
    sample.work_out("win_rate")
    page = goal_page(sample)
    assert page["goal"]["tree"]["kind"] == "held"
    node = page["goal"]["tree"]["rows"][1]["id"]
    sample.hold(node, "40%")
    row = goal_page(sample)["goal"]["tree"]["rows"][1]
    assert (row["amount"], row["own"]) == (0.4, True)
    sample.free(node)
    assert goal_page(sample)["goal"]["tree"]["rows"][1]["amount"] == 0.35
    sample.remove()
