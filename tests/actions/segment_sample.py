"""A small workspace to choose segments in: invented deals with values that nobody would want, and deals without any."""

import csv
import random
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path

from salesnb.actions.stating import Terms, state_resource
from salesnb.crm.importing import ImportSettings, import_source
from salesnb.crm.mapping import load_mapping
from salesnb.workspace import Workspace
from tests.actions.test_allocating import AT, SETTINGS, bare

MAPPING = """
[opportunities]
file = "deals.csv"
[opportunities.columns]
opportunity_id = "id"
rep_id = "rep"
account_id = "account"
product = "product"
stage = "status"
amount = "amount"
expected_amount = "amount"
created_on = "created"
closed_on = "closed"
[opportunities.status]
column = "status"
won = ["won"]
lost = ["lost"]
[reps]
file = "reps.csv"
columns = { rep_id = "rep", name = "rep", team = "team", region = "region" }
"""
TEAMS = {"North": "West", "South": "West", "Coast": "East"}
MARKUP = "<img src=x onerror=document.title='broken'>"
LONG = "Very long " * 1000
BROKEN = "two\nlines"
RIGHT_TO_LEFT = "مبيعات العراق"
INDUSTRIES = ("energy", "farming", MARKUP, LONG, BROKEN, RIGHT_TO_LEFT, "")
SOURCES = ("partner", "event", "")
PRODUCTS = ("Pump", "Valve")
LAST = date(2017, 9, 29)


def workspace_of_deals(folder: Path, count: int = 300) -> Workspace:
    """Make a workspace with deals of two and a half years, effort by team, and the plan ``fy18`` with a budget."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "salesnb.toml").write_text(
        '[workspace]\ncurrency = "USD"\nlevels = ["region", "team"]\n', encoding="utf-8"
    )
    source = folder / "crm"
    source.mkdir()
    (source / "mapping.toml").write_text(MAPPING, encoding="utf-8")
    _write(source / "deals.csv", deals(count))
    _write(
        source / "reps.csv",
        [("rep", "team", "region"), *((f"{team} rep", team, TEAMS[team]) for team in TEAMS)],
    )
    _write(source / "effort.csv", [("period", "segment", "resource", "amount"), *_effort()])
    settings = ImportSettings(currency="USD", levels=("region", "team"))
    workspace = Workspace.open(folder)
    import_source(source, load_mapping(source / "mapping.toml"), settings, workspace.data_dir)
    plan = state_resource(bare(), "budget=100000", SETTINGS, Terms())
    workspace.plans().save(plan, read_at=None, author="Ann", reason="New plan", at=AT)
    return workspace


def deals(count: int) -> list[tuple[str, ...]]:
    """Give rows of deals, the same ones every time; the last ones close on the last day."""
    dice = random.Random(7)
    rows = [
        ("id", "rep", "account", "product", "industry", "source", "status", "amount", "created", "closed")
    ]
    for number in range(count):
        created = LAST - timedelta(days=dice.randrange(5, 900))
        status = dice.choice(("won", "won", "lost", "open"))
        closed = min(LAST, created + timedelta(days=dice.randrange(1, 200)))
        rows.append(
            (
                f"d{number}",
                f"{dice.choice([*TEAMS])} rep",
                f"Account {dice.randrange(20)}",
                dice.choice(PRODUCTS),
                dice.choice(INDUSTRIES),
                dice.choice(SOURCES),
                status,
                str(dice.randrange(100, 9000)),
                created.isoformat(),
                "" if status == "open" else closed.isoformat(),
            )  # fmt: skip
        )
    return rows


def _effort() -> Iterable[tuple[str, ...]]:
    dice = random.Random(11)
    for year, month in ((year, month) for year in (2016, 2017) for month in range(1, 13)):
        for team in TEAMS if (year, month) < (2017, 9) else ():
            yield f"{year}-{month:02}", team, "budget", str(dice.randrange(5000, 15000))


def _write(path: Path, rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
