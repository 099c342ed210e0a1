"""Credits, dated memberships and a ragged organisation against a reference in plain Python, from files to figures."""

import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesnb.calendar import FiscalCalendar
from salesnb.crm.dataset import Dataset
from salesnb.crm.importing import ImportSettings, import_source
from salesnb.crm.mapping import load_mapping
from salesnb.kpis import Query, run

LEVELS = ("area", "country", "region", "team")
PARENTS = {
    "emea": None, "de": "emea", "south": "de", "alps": "south", "coast": "de", "apac": None, "jp": "apac", "kyoto": "jp",
}  # fmt: skip
LEVEL_OF = {
    "emea": "area", "apac": "area", "de": "country", "jp": "country", "south": "region", "alps": "team", "coast": "team",
    "kyoto": "team",
}  # fmt: skip
REPS = ("r1", "r2", "r3")
FIRST, AS_OF = dt.date(2024, 1, 1), dt.date(2024, 12, 31)
MAPPING = """
[opportunities]
file = "deals.csv"
columns = { opportunity_id = "id", rep_id = "rep", amount = "amount", closed_on = "closed", created_on = "created", status = "status" }
[reps]
file = "reps.csv"
columns = { rep_id = "rep", node = "node" }
[org]
file = "org.csv"
columns = { node = "node", parent = "parent", level = "level" }
[memberships]
file = "memberships.csv"
columns = { rep_id = "rep", node = "node", valid_from = "from", valid_to = "to", share = "share" }
[credits]
file = "credits.csv"
columns = { opportunity_id = "id", rep_id = "rep", share = "share", kind = "kind" }
"""

folders = itertools.count()


@pytest.mark.slow
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6))
def test_figures_by_every_level_are_those_of_plain_python(tmp_path: Path, seed: int) -> None:
    # Enough of everything at once, which lists of examples seldom have: reps that move between deals that are shared.
    deals, members, shares = invented(Random(seed))
    folder = tmp_path / str(next(folders))
    write(folder, deals, members, shares)
    import_source(
        folder,
        load_mapping(folder / "mapping.toml"),
        ImportSettings(currency="USD", levels=LEVELS, as_of=AS_OF),
        folder / "data",
    )
    spells = kept_members(members)
    with Dataset.open(folder / "data") as data:
        for restated, credit in itertools.product((False, True), ("owner", "credit")):
            parts = list(reference(deals, spells, shares, credit=credit, restated=restated))
            for by in (*LEVELS, "rep"):
                query = Query(
                    kpis=("won_amount", "won_count"), by=(by,), credit=credit, restated=restated, labels=False
                )
                found = {row[0]: row[1:] for row in run(query, data, FiscalCalendar()).rows if any(row[1:])}
                assert found == grouped(parts, by), (by, credit, restated)
                won = sum(amount for _, amount, status, _ in deals if status == "won")
                assert sum(amount for amount, _ in found.values()) == won


def invented(random: Random) -> tuple[list[Any], list[Any], list[Any]]:
    """Invent deals, memberships and credits."""

    def day() -> dt.date:
        return FIRST + dt.timedelta(days=random.randrange((AS_OF - FIRST).days))

    deals = [
        (random.choice(REPS), random.randrange(10**7), random.choice(("won", "won", "lost", "open")), day())
        for _ in range(60)
    ]
    nodes = sorted(PARENTS)
    members = [
        (
            random.choice(REPS),
            random.choice(nodes),
            day(),
            random.randrange(1, 200),
            random.choice((30, 50, 70, 100)),
        )
        for _ in range(random.randrange(3, 14))
    ]
    kinds = ("revenue", "revenue", "overlay")
    shares = [
        (random.randrange(60), random.choice(REPS), random.randrange(101), random.choice(kinds))
        for _ in range(80)
    ]
    return deals, members, shares


def write(folder: Path, deals: list[Any], members: list[Any], shares: list[Any]) -> None:
    folder.mkdir()
    tables = {
        "deals": ["id,rep,amount,closed,created,status"],
        "reps": [
            "rep,node",
            *(f"{rep},{node}" for rep, node in zip(REPS, ("alps", "de", "kyoto"), strict=True)),
        ],
        "org": [
            "node,parent,level",
            *(f"{node},{up or ''},{LEVEL_OF[node]}" for node, up in PARENTS.items()),
        ],
        "memberships": ["rep,node,from,to,share"],
        "credits": ["id,rep,share,kind"],
    }
    for n, (rep, amount, status, day) in enumerate(deals):
        closed = "" if status == "open" else day
        tables["deals"].append(f"d{n},{rep},{amount / 100:.2f},{closed},{FIRST},{status}")
    for rep, node, start, length, share in members:
        tables["memberships"].append(
            f"{rep},{node},{start},{start + dt.timedelta(days=length)},{share / 100}"
        )
    for n, rep, share, kind in shares:
        tables["credits"].append(f"d{n},{rep},{share / 100},{kind}")
    for name, lines in tables.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n")
    (folder / "mapping.toml").write_text(MAPPING)


def kept_members(members: list[Any]) -> list[Any]:
    """Leave out what would bring a rep above 1 on some day; the first stay."""
    kept: list[Any] = []
    for rep, node, start, length, share in members:
        end = start + dt.timedelta(days=length)
        span = [start + dt.timedelta(days=n) for n in range(length)]
        most = max(sum(m[4] for m in kept if m[0] == rep and m[2] <= day < m[3]) for day in span)
        if most + share <= 100:
            kept.append((rep, node, start, end, share))
    return kept


def node_of(rep: str, day: dt.date, spells: list[Any]) -> str:
    """The largest share, else the latest begun; in a gap the node before, before all where the reps' table says."""
    mine = [spell for spell in spells if spell[0] == rep]
    if not mine or day < min(spell[2] for spell in mine):
        return dict(zip(REPS, ("alps", "de", "kyoto"), strict=True))[rep]
    while not (there := [s for s in mine if s[2] <= day < s[3]]):
        day -= dt.timedelta(days=1)
    return max(there, key=lambda s: (s[4], s[2], s[1]))[1]


def reference(
    deals: list[Any], spells: list[Any], shares: list[Any], *, credit: str, restated: bool
) -> Iterator[tuple[str, str, str, int]]:
    """Give (deal, rep, node, part) for what was won."""
    given: dict[int, dict[str, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    for n, rep, share, kind in shares:
        if kind == "revenue" and n < len(deals) and sum(given[n].values()) + Fraction(share, 100) <= 1:
            given[n][rep] += Fraction(share, 100)
    for n, (owner, amount, status, day) in enumerate(deals):
        if status != "won":
            continue
        mine = dict(given[n]) if credit == "credit" else {}
        mine[owner] = mine.get(owner, Fraction()) + 1 - sum(mine.values())
        for rep, part in largest_remainder(
            amount, {rep: share for rep, share in mine.items() if share}
        ).items():
            yield f"d{n}", rep, node_of(rep, AS_OF if restated else day, spells), part


def largest_remainder(amount: int, shares: dict[str, Fraction]) -> dict[str, int]:
    parts = {rep: int(amount * share) for rep, share in shares.items()}
    rest = sorted(shares, key=lambda rep: (parts[rep] - amount * shares[rep], rep))
    for rep in rest[: amount - sum(parts.values())]:
        parts[rep] += 1
    return parts


def grouped(parts: list[tuple[str, str, str, int]], by: str) -> dict[str | None, tuple[int, int]]:
    """Sum the parts of a group, and count its deals once."""
    amounts: dict[str | None, int] = defaultdict(int)
    counted: dict[str | None, set[str]] = defaultdict(set)
    for deal, rep, node, part in parts:
        key = rep if by == "rep" else ancestor(node, by)
        amounts[key] += part
        counted[key].add(deal)
    return {key: (amounts[key], len(counted[key])) for key in amounts}


def ancestor(node: str | None, level: str) -> str | None:
    while node is not None and LEVEL_OF[node] != level:
        node = PARENTS[node]
    return node
