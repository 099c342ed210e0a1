"""A small company with everything that is hard: invented rows, and the same as the reference wants them.

Ids mix cases and letters, so that an engine that sorts by a language's rules gives other figures than one that sorts by
bytes. The reference is told who belonged where and whose part is what by functions of this file, which share no line
with salesnb.
"""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import Any

from kpis_in_fractions import Book, Deal

LEVELS = ("region", "team")
FIRST, LATEST = dt.date(2024, 11, 3), dt.date(2026, 3, 17)
NEVER, ALWAYS = dt.date(1, 1, 1), dt.date(9999, 12, 31)
# node: (name, parent, level); the laboratory belongs to no region, and one parent is not there.
NODES = {
    "emea": ("EMEA", None, "region"),
    "apac": ("APAC", None, "region"),
    "Alps": ("Alps", "emea", "team"),
    "coast": ("Coast", "emea", "team"),
    "desk": ("Desk", "apac", "team"),
    "lab": ("Laboratory", "gone", "team"),
}
REPS = {"r1": "Alps", "R2": "Alps", "ä3": "coast", "Z4": "desk", "b5": "lab"}
# rep, node, from, to (exclusive), share in per cent: who moves, is nowhere for a while, or at two nodes at a time.
MEMBERS = (
    ("r1", "Alps", None, dt.date(2025, 6, 1), 100),
    ("r1", "desk", dt.date(2025, 6, 1), None, 100),
    ("R2", "Alps", dt.date(2025, 2, 1), dt.date(2025, 5, 1), 100),
    ("R2", "coast", dt.date(2025, 8, 1), None, 100),
    ("ä3", "coast", None, None, 50),
    ("ä3", "desk", dt.date(2025, 3, 1), dt.date(2025, 9, 1), 50),
    ("Z4", "desk", None, None, 60),
    ("Z4", "lab", None, None, 40),
)
ACCOUNTS = {"a1": ("Alpha", "retail", "DE"), "A2": ("Beta", "medical", "FR"), "a3": ("Gamma", None, "DE")}
PRODUCTS = {"Base": "B", "plus": "P", "Œuvre": None}
STAGES = ("Prospect", "offer", "Zusage")
SOURCES = ("Partner", 'O\'Hara \\ "web"; --', "", None, "Ünder")
# As an order says them; some have more decimals than a float tells apart from others so large.
QUANTITIES = (1.0, 2.5, 0.1, 17.35, -3.0, 0.000001, 0.0000015, 4503599627.371, 0.0, None)
TABLES = (
    "opportunities",
    "reps",
    "org",
    "memberships",
    "accounts",
    "products",
    "stage_history",
    "credits",
    "orders",
    "effort",
)


@dataclass(frozen=True)
class Invented:
    """Rows by table, money in cents; and the same for the reference, with and without shares."""

    rows: dict[str, list[dict[str, Any]]]
    book: Book
    shares: dict[str, tuple[tuple[str | None, int, int], ...]]


def invent(deals: int = 320, seed: int = 5) -> Invented:
    """Invent the company."""
    random = Random(seed)
    opportunities = [_deal(random, number) for number in range(deals)]
    history = [row for deal in opportunities if random.random() < 0.6 for row in _stages(random, deal)]
    credits_given = [
        row for deal in opportunities if random.random() < 0.35 for row in _credits(random, deal)
    ]
    # Dice of their own, so that the deals stay as they are.
    orders = [_order(Random(f"{seed} {number}"), number) for number in range(deals)]
    rows = {
        "opportunities": opportunities,
        "orders": orders,
        "reps": [{"rep_id": rep, "name": f"Rep {rep}", "node": node} for rep, node in REPS.items()],
        "org": [
            {"node": node, "name": name, "parent": parent, "level": level}
            for node, (name, parent, level) in NODES.items()
        ],
        "memberships": [
            {"rep_id": rep, "node": node, "valid_from": since, "valid_to": until, "share": share / 100}
            for rep, node, since, until, share in MEMBERS
        ],
        "accounts": [
            {"account_id": key, "name": name, "sector": sector, "country": country}
            for key, (name, sector, country) in ACCOUNTS.items()
        ],
        "products": [{"product": name, "family": family} for name, family in PRODUCTS.items()],
        "stage_history": history,
        "credits": credits_given,
        "effort": [_effort(Random(f"effort {seed} {number}"), number) for number in range(200)],
    }
    return Invented(rows, _book(opportunities, history), _shares(opportunities, credits_given))


def _deal(random: Random, number: int) -> dict[str, Any]:
    status = random.choice(("won", "won", "lost", "lost", "open", "open"))
    created = FIRST + dt.timedelta(days=random.randrange((LATEST - FIRST).days - 40))
    closed = min(created + dt.timedelta(days=random.randrange(0, 200)), LATEST)
    expected = random.choice((0, random.randrange(1, 10**4), random.randrange(10**8)))
    return {
        "opportunity_id": f"d{number:03}",
        "rep_id": random.choice((*REPS, *REPS, None)),
        # Nobody knows of an account "ghost".
        "account_id": random.choice((*ACCOUNTS, "ghost", None)),
        "product": random.choice((*PRODUCTS, None)),
        "stage": random.choice((*STAGES, None)) if status == "open" else status.capitalize(),
        "status": status,
        "amount": random.randrange(10**8) if status == "won" else random.choice((0, None)),
        "expected_amount": random.choice((expected, expected, None)),
        "created_on": random.choice((created, created, created, created, None)),
        "closed_on": None if status == "open" else closed,
        "expected_close_on": random.choice((None, LATEST + dt.timedelta(days=random.randrange(-60, 90)))),
        "probability": random.choice((None, None, 0.0, 0.1, 0.35, 1.0)),
        "lead_source": random.choice(SOURCES),
    }


def _order(random: Random, number: int) -> dict[str, Any]:
    return {
        "order_id": f"o{number:03}",
        "account_id": random.choice((*ACCOUNTS, None)),
        "rep_id": random.choice((*REPS, None)),
        "product": random.choice((*PRODUCTS, None)),
        "ordered_on": FIRST + dt.timedelta(days=random.randrange((LATEST - FIRST).days)),
        "amount": random.choice((0, -random.randrange(10**5), random.randrange(10**8))),
        "quantity": random.choice(QUANTITIES),
    }


def _effort(random: Random, number: int) -> dict[str, Any]:
    """A month or a quarter of something spent on a node, a rep, a product, or nothing that anybody knows."""
    year, month = divmod(2024 * 12 + 9 + number % 20, 12)
    period = f"{year}-{month + 1:02}" if random.random() < 0.9 else f"{year}-Q{month // 3 + 1}"
    return {
        "period": period,
        "segment": random.choice(("Alps", "coast", "Coast", "desk", "emea", "Rep R2", "r1", "plus", "fair")),
        "resource": random.choice(("budget", "budget", "Campaigns", "visits")),
        "amount": random.randrange(10**7),
    }


def _stages(random: Random, deal: dict[str, Any]) -> list[dict[str, Any]]:
    day = deal["created_on"] or FIRST
    found = []
    for stage in STAGES[: random.randrange(1, 4)]:
        found.append(
            {"opportunity_id": deal["opportunity_id"], "stage": stage, "entered_on": min(day, LATEST)}
        )
        # Two on one day, now and then.
        day += dt.timedelta(days=random.choice((0, 9, 30)))
    return found


def _credits(random: Random, deal: dict[str, Any]) -> list[dict[str, Any]]:
    """Halves of odd amounts, thirds that are written 0.333333, and shares of which the owner keeps the rest."""
    share = random.choice((0.5, 0.333333, 0.25, 0.2, 1.0))
    reps = random.sample(list(REPS), k=min(random.randrange(1, 4), int(1 / share)))
    found = [
        {"opportunity_id": deal["opportunity_id"], "rep_id": rep, "share": share, "kind": None}
        for rep in reps
    ]
    if random.random() < 0.3:
        overlay = {
            "opportunity_id": deal["opportunity_id"],
            "rep_id": "b5",
            "share": 0.125,
            "kind": "Overlay",
        }
        found.append(overlay)
    return found


def _book(deals: list[dict[str, Any]], history: list[dict[str, Any]]) -> Book:
    entered: dict[str, list[tuple[str, dt.date]]] = defaultdict(list)
    for row in history:
        entered[row["opportunity_id"]].append((row["stage"], row["entered_on"]))
    return Book(
        deals=tuple(map(_as_deal, deals)),
        spells={rep: _spells(rep) for rep in REPS},
        levels={node: {level: _above(node, level) for level in LEVELS} for node in (*NODES, "company")},
        accounts={key: {"sector": one[1], "country": one[2]} for key, one in ACCOUNTS.items()},
        families=PRODUCTS,
        as_of=LATEST,
        latest=LATEST,
        history={deal: tuple(some) for deal, some in entered.items()},
    )


def _as_deal(row: dict[str, Any]) -> Deal:
    return Deal(
        opportunity_id=row["opportunity_id"],
        rep_id=row["rep_id"],
        account_id=row["account_id"] if row["account_id"] in ACCOUNTS else None,
        product=row["product"],
        status=row["status"],
        amount=row["amount"],
        expected=row["expected_amount"],
        created=row["created_on"],
        closed=row["closed_on"],
        expected_close=row["expected_close_on"],
        probability=None if row["probability"] is None else Fraction(row["probability"]),
        facts={"product": row["product"], "stage": row["stage"], "lead_source": row["lead_source"] or None},
    )


def _spells(rep: str) -> tuple[tuple[dt.date, dt.date, str], ...]:
    """Every day on which something begins or ends, with the node from then on."""
    mine = [one for one in MEMBERS if one[0] == rep]
    days = sorted({day for one in mine for day in (one[2], one[3]) if day} | {NEVER})
    bounds = [*days, ALWAYS]
    return tuple((start, end, _node(rep, start)) for start, end in zip(bounds, bounds[1:], strict=False))


def _node(rep: str, day: dt.date) -> str:
    """The largest share, else the latest begun; in a gap the node before, before all the first."""
    mine = [
        (since or NEVER, until or ALWAYS, share, node)
        for who, node, since, until, share in MEMBERS
        if who == rep
    ]
    if not mine:
        return REPS[rep]
    there = [one for one in mine if one[0] <= day < one[1]]
    if there:
        return max(there, key=lambda one: (one[2], one[0], one[3]))[3]
    ended = [one for one in mine if one[1] <= day]
    if ended:
        return max(ended, key=lambda one: one[1])[3]
    return min(mine, key=lambda one: one[0])[3]


def _above(node: str | None, level: str) -> str | None:
    while node in NODES:
        if NODES[node][2] == level:
            return node
        node = NODES[node][1]
    return None


def _shares(
    deals: list[dict[str, Any]], given: list[dict[str, Any]]
) -> dict[str, tuple[tuple[str | None, int, int], ...]]:
    """Whose part of a deal is what, by largest remainder; of equal ones the lowest id by its letters' numbers."""
    whole = 10**9
    found = {}
    for deal in deals:
        parts: dict[str | None, int] = defaultdict(int)
        own = [
            row for row in given if row["opportunity_id"] == deal["opportunity_id"] and row["kind"] is None
        ]
        if not own:
            continue
        for row in own:
            parts[row["rep_id"]] += round(row["share"] * whole)
        rest = whole - sum(parts.values())
        if rest > 1000 * len(own):
            parts[deal["rep_id"]] += rest
        amounts = _split(deal["amount"] or 0, parts), _split(deal["expected_amount"] or 0, parts)
        found[deal["opportunity_id"]] = tuple((rep, amounts[0][rep], amounts[1][rep]) for rep in parts)
    return found


def _split(amount: int, parts: dict[str | None, int]) -> dict[str | None, int]:
    whole = sum(parts.values())
    units = {rep: amount * part // whole for rep, part in parts.items()}
    order = sorted(parts, key=lambda rep: (-(amount * parts[rep] % whole), rep is None, rep or ""))
    for rep in order[: amount - sum(units.values())]:
        units[rep] += 1
    return units
