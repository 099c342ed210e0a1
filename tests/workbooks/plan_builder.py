"""The extract of a plan's workbook, with a plan that is cascaded from an invented history."""

from datetime import UTC, date, datetime
from typing import Any

from salesnb.calendar import FiscalCalendar
from salesnb.planning import Goal, Objective, OrgNode, OrgTree, lock, new_plan, plan_to_document

TEAMS = {
    "Central": {
        "Dustin Brinkmann": ("Lajuana Vencill", "Moses Frase"),
        "Melvin Marxen": ("Darcel Schlecht", "Marty Freudenburg"),
    },
    "East": {
        "Cara Losch": ("Violet Mclelland", "Corliss Cosme"),
        "Rocco Neubert": ("Donn Cantrell", "Reed Clapper"),
    },
    "West": {
        "Celia Rouche": ("Vicki Laflamme", "Maureen Marcano"),
        "Summer Sewald": ("Kary Hendrixson", "New Hire"),
    },
}
SEASON = {"10": 21, "11": 26, "12": 53}


def make_tree() -> OrgTree:
    """Give the organisation: three regions, six teams, twelve reps."""
    nodes = [OrgNode(id="company", name="MavenTech", parent=None, level="company")]
    for region, teams in TEAMS.items():
        nodes.append(OrgNode(id=region, name=region, parent="company", level="region"))
        for team, reps in teams.items():
            nodes.append(OrgNode(id=f"{region}/{team}", name=team, parent=region, level="team", manager=team))
            nodes += [
                OrgNode(id=f"rep:{rep}", name=rep, parent=f"{region}/{team}", level="rep") for rep in reps
            ]
    return OrgTree(tuple(nodes))


def make_history(tree: OrgTree) -> list[list[Any]]:
    """Give what each node won in each month of the two years before the plan; sums agree."""
    leaves = [leaf for leaf in tree.leaves() if leaf.name != "New Hire"]
    rows: dict[tuple[str, str], int] = {}
    for place, leaf in enumerate(leaves):
        for year in (2015, 2016):
            for month in range(1, 13):
                if (year, month) < (2015, 10):
                    continue
                amount = (40 + 9 * place) * SEASON.get(f"{month:02d}", 30) * 28_67 + year
                for node in tree.path(leaf.id):
                    key = (node.id, f"{year}-{month:02d}")
                    rows[key] = rows.get(key, 0) + amount
    return [[node, month, amount] for (node, month), amount in sorted(rows.items())]


def make_plan_document(*, locked: bool = True, **parts: Any) -> dict[str, Any]:
    """Make the extract; ``parts`` replaces whole top-level parts."""
    tree = make_tree()
    history = make_history(tree)
    period = FiscalCalendar().period("2017-Q4")
    weights = {
        node: amount for node, month, amount in history if month == "2016-12" and node.startswith("rep:")
    }
    goal = Goal(
        id="won_amount", objective="grow", kpi="won_amount", unit="money", target=3_000_000_00, period=period,
        owner="Ada Byron", baseline=2_683_000_00, baseline_period="2016-Q4",
    )  # fmt: skip
    plan = new_plan(
        name="fy18",
        period=period,
        currency="USD",
        goals=[goal],
        objectives=[Objective(id="grow", text="Win back the West", owner="Ada Byron")],
        tree=tree,
        weights={"won_amount": weights},
        season={"won_amount": {f"2017-{month}": weight for month, weight in SEASON.items()}},
        basis="history: the twelve months before the plan",
    )
    if locked:
        plan = lock(
            plan,
            "rep:New Hire",
            amount=60_000_00,
            by="Ada Byron",
            why="ramping since September",
            at=datetime(2017, 9, 4, tzinfo=UTC),
        )
    document: dict[str, Any] = {
        "format": "salesnb-extract/1",
        "kind": "plan",
        "workspace": {"company": "MavenTech", "currency": "USD", "digits": 2, "locale": "en_US", "fiscal_year_start": 1},
        "provenance": {
            "as_of": date(2017, 9, 30).isoformat(), "data_fingerprint": "3f9a1c0be27d4455", "plan": "fy18", "plan_revision": 2,
            "package": "0.1.0", "template": "plan", "set_aside": {"rejected": 0, "repaired": 1480, "warned": 1588},
        },
        "plan": plan_to_document(plan),
        "tree": [
            {"id": n.id, "name": n.name, "parent": n.parent, "level": n.level, "manager": n.manager} for n in tree.walk()
        ],
        "history": {"columns": ["node", "month", "won_amount"], "rows": history},
        "segment_dimension": "sector",
        "segments": {
            "columns": ["segment", "open_amount", "won_amount_last_12_months", "win_rate", "average_deal"],
            "rows": [
                ["retail", 812_000_00, 1_867_000_00, 0.632, 2_290_00.0],
                ["medical", 651_000_00, 1_359_000_00, 0.626, 2_410_00.0],
                ["software", 398_000_00, 1_077_000_00, 0.637, 2_371_00.0],
                [None, 1_000_00, None, None, None],
            ],
        },
        "revisions": [
            {"revision": 1, "at": "2017-09-01 09:12:00+00:00", "author": "Ada Byron", "reason": "New plan"},
            {"revision": 2, "at": "2017-09-04 10:00:00+00:00", "author": "Ada Byron", "reason": "New hire in the West"},
        ],
    }  # fmt: skip
    return document | parts
