"""Builders of small organisations and plans."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from salesnb.calendar import FiscalCalendar
from salesnb.planning import Goal, Objective, OrgNode, OrgTree, Plan, new_plan

AT = datetime(2017, 9, 1, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def at() -> datetime:
    """The moment at which everything in these tests happens."""
    return AT


@pytest.fixture(scope="session")
def make_tree() -> Callable[..., OrgTree]:
    """Build a tree of regions, each with so many reps."""

    def make(**regions: int) -> OrgTree:
        nodes = [OrgNode(id="company", name="Acme", parent=None, level="company", manager="Ada")]
        for region, reps in regions.items():
            nodes.append(
                OrgNode(id=region, name=region, parent="company", level="region", manager=f"Head of {region}")
            )
            nodes += [
                OrgNode(id=f"rep:{region}{i}", name=f"{region} rep {i}", parent=region, level="rep")
                for i in range(1, reps + 1)
            ]
        return OrgTree(tuple(nodes))

    return make


@pytest.fixture(scope="session")
def make_plan(make_tree: Callable[..., OrgTree]) -> Callable[..., Plan]:
    """Build a plan with one goal, cascaded over two regions, with milestones."""

    def make(name: str = "fy18", target: int = 300_000_00, **parts: object) -> Plan:
        quarter = FiscalCalendar().period("2017-Q4")
        goal = Goal(
            id="won_amount",
            objective="grow",
            kpi="won_amount",
            unit="money",
            target=target,
            period=quarter,
            owner="Ada",
            baseline=250_000_00,
            baseline_period="2016-Q4",
        )
        settings: dict[str, object] = {
            "name": name,
            "period": quarter,
            "currency": "USD",
            "goals": [goal],
            "objectives": [Objective(id="grow", text="Grow in the West", owner="Ada")],
            "tree": make_tree(East=2, West=3),
            "weights": {
                "won_amount": {"rep:East1": 5, "rep:East2": 4, "rep:West1": 3, "rep:West2": 2, "rep:West3": 1}
            },
            "season": {"won_amount": {"2017-10": 15, "2017-11": 20, "2017-12": 55}},
        }
        return new_plan(**{**settings, **parts})  # type: ignore[arg-type]

    return make


@pytest.fixture
def plan(make_plan: Callable[..., Plan]) -> Plan:
    """A plan with one goal, cascaded over two regions, with milestones."""
    return make_plan()
