"""A realistic extract, made from deals that a seed gives: the figures in it agree with each other."""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from statistics import median
from typing import Any

from salesnb.calendar import FiscalCalendar, Period

REPS = (
    "Darcel Schlecht",
    "Vicki Laflamme",
    "Kary Hendrixson",
    "Cassey Cress",
    "Donn Cantrell",
    "Moses Frase",
)
PRODUCTS = {
    "GTX Pro": 4821_00,
    "GTX Plus Basic": 1096_00,
    "MG Advanced": 3393_00,
    "MG Special": 55_00,
    "GTK 500": 26768_00,
}
SECTORS = ("retail", "medical", "software", "finance", "marketing", "services")
STAGES = ("Prospecting", "Engaging", "Proposal")
KPIS: dict[str, tuple[str, str, str]] = {
    "won_amount": ("Won amount", "money", "sum of amount over won opportunities"),
    "won_count": ("Deals won", "count", "number of won opportunities"),
    "lost_count": ("Deals lost", "count", "number of lost opportunities"),
    "closed_count": ("Deals closed", "count", "won_count + lost_count"),
    "created_count": ("Deals created", "count", "number of opportunities created"),
    "created_amount": ("Pipeline created", "money", "sum of expected_amount over those created"),
    "win_rate": ("Win rate", "ratio", "won_count / (won_count + lost_count)"),
    "win_rate_value": ("Win rate by value", "ratio", "expected_amount of the won / of the won and lost"),
    "average_deal": ("Average deal", "money", "won_amount / won_count"),
    "median_cycle_days": ("Median sales cycle", "days", "median of closed_on - created_on over won"),
    "open_count": ("Open deals", "count", "number of open opportunities"),
    "open_amount": ("Open pipeline", "money", "sum of expected_amount over open opportunities"),
    "weighted_amount": ("Weighted pipeline", "money", "sum of expected_amount x probability"),
}


@dataclass(frozen=True, kw_only=True)
class Deal:
    """One opportunity, as it ended."""

    id: str
    rep: str
    product: str
    sector: str
    account: str
    created: date
    closed: date
    won: bool
    expected: int
    amount: int
    stage: str


def deals(seed: int = 7, count: int = 2600) -> list[Deal]:
    """Make deals over more than two years, more of them towards the end of each quarter."""
    chance = random.Random(seed)
    names = list(PRODUCTS)
    found = []
    for number in range(count):
        created = date(2015, 9, 1) + timedelta(days=chance.randrange(870))
        product = chance.choices(names, (24, 28, 22, 24, 2))[0]
        price = PRODUCTS[product]
        rep = chance.choices(REPS, (30, 22, 18, 14, 11, 8))[0]
        found.append(
            Deal(
                id=f"{number:05X}",
                rep=rep,
                product=product,
                sector=chance.choices(SECTORS, (30, 20, 18, 15, 10, 7))[0],
                account=f"{chance.choice(('Acme', 'Blue', 'Cono', 'Delta', 'Erd'))}{chance.choice(('soft', 'ware', 'tech', ' Ltd'))}",
                created=created,
                closed=created + timedelta(days=1 + int(chance.gammavariate(1.6, 32))),
                won=chance.random() < (0.45 if rep == "Moses Frase" else 0.63),
                expected=price,
                amount=int(price * chance.uniform(0.7, 1.25)),
                stage=chance.choice(STAGES),
            )
        )
    return found


@dataclass(frozen=True, kw_only=True)
class World:
    """The deals, the period and the day as of which they are told."""

    deals: tuple[Deal, ...]
    as_of: date = date(2017, 12, 12)
    label: str = "2017-Q4"
    calendar: FiscalCalendar = FiscalCalendar()

    @property
    def period(self) -> Period:
        return self.calendar.period(self.label)

    def windows(self) -> dict[str, tuple[date, date]]:
        elapsed = max(0, min(self.period.days, (self.as_of - self.period.start).days + 1))
        previous, year = self.calendar.previous(self.period), self.calendar.year_before(self.period)

        def so_far(p: Period) -> tuple[date, date]:
            whole = elapsed == self.period.days
            return p.start, p.end if whole else min(p.end, p.start + timedelta(days=elapsed))

        return {
            "period": so_far(self.period),
            "previous": so_far(previous),
            "last_year": so_far(year),
            "previous_full": (previous.start, previous.end),
            "last_year_full": (year.start, year.end),
        }


def kpis(found: Iterable[Deal], start: date, end: date) -> list[Any]:
    """Compute every KPI in a window, in the order of `KPIS`; open deals as of its last day."""
    all_ = list(found)
    closed = [deal for deal in all_ if start <= deal.closed < end]
    won = [deal for deal in closed if deal.won]
    created = [deal for deal in all_ if start <= deal.created < end]
    open_ = [deal for deal in all_ if deal.created < end <= deal.closed]
    amount, expected = sum(d.amount for d in won), sum(d.expected for d in closed)
    return [
        amount,
        len(won),
        len(closed) - len(won),
        len(closed),
        len(created),
        sum(d.expected for d in created),
        len(won) / len(closed) if closed else None,
        sum(d.expected for d in won) / expected if expected else None,
        amount / len(won) if won else None,
        float(median((d.closed - d.created).days for d in won)) if won else None,
        len(open_),
        sum(d.expected for d in open_),
        sum(d.expected * 4 // 10 for d in open_),
    ]


def make_document(
    world: World | None = None, *, target: int | None = 900_000_00, name: str = "Celia Rouche", **parts: Any
) -> dict[str, Any]:
    """Make an extract; ``parts`` replaces whole top-level parts."""
    world = world or World(deals=tuple(deals()))
    period = world.period
    months = [month.label for month in world.calendar.months(period)]
    document: dict[str, Any] = {
        "format": "salesnb-extract/1",
        "kind": "kpi_review",
        "workspace": {
            "company": "MavenTech",
            "currency": "USD",
            "digits": 2,
            "locale": "en_US",
            "fiscal_year_start": 1,
        },
        "provenance": _provenance(world),
        "node": {
            "id": "West/Celia Rouche",
            "name": name,
            "level": "team",
            "parent_name": "West",
            "manager": "Celia Rouche",
        },
        "period": {
            "label": period.label,
            "start": period.start.isoformat(),
            "end": period.end.isoformat(),
            "elapsed_days": max(0, min(period.days, (world.as_of - period.start).days + 1)),
            "days": period.days,
            "months": months,
        },
        "goal": None if target is None else _goal(target),
        "milestones": [] if target is None else _milestones(months, target),
        "kpis": {
            kpi: {
                "label": label,
                "unit": unit,
                "formula": formula,
                "version": "1",
                "status": "certified",
                "higher_is_better": kpi not in {"lost_count", "median_cycle_days"},
            }
            for kpi, (label, unit, formula) in KPIS.items()
        },  # fmt: skip
        "segment_dimension": "sector",
        "tables": _tables(world, target),
        "pipeline": _pipeline(world),
        "peers": {"level": "team", "n": 5, "win_rate": 0.633, "average_deal": 2361_00.0},
    }
    return document | parts


def _provenance(world: World) -> dict[str, Any]:
    return {
        "as_of": world.as_of.isoformat(),
        "data_fingerprint": "3f9a1c0be27d4455",
        "plan": "fy18",
        "plan_revision": 3,
        "package": "0.1.0",
        "template": "kpi_review",
        "set_aside": {"rejected": 0, "repaired": 1480, "warned": 1588},
    }


def _goal(target: int) -> dict[str, Any]:
    return {
        "kpi": "won_amount",
        "label": "Won amount",
        "unit": "money",
        "target": target,
        "objective": "Grow in the West",
        "basis": "history: the twelve months before the plan",
    }


def _milestones(months: list[str], target: int) -> list[dict[str, Any]]:
    shares = [Fraction(place + 1, len(months)) ** 2 for place in range(len(months))]
    return [
        {"label": label, "target_to_date": int(target * share)}
        for label, share in zip(months, shares, strict=True)
    ]


def _tables(world: World, target: int | None) -> dict[str, Any]:
    names, windows, found = list(KPIS), world.windows(), world.deals
    start, end = windows["period"]
    open_ = [deal for deal in found if deal.created <= world.as_of < deal.closed]
    quotas = dict(zip(REPS, (270, 200, 160, 120, 90, 60), strict=True))
    tables = {
        "headline": _table(
            ["window", *names], [[name, *kpis(found, *window)] for name, window in windows.items()]
        ),
        "by_month": _table(
            ["month", *names], [[m.label, *kpis(found, m.start, _cut(m, world))] for m in _months(world)]
        ),
        "by_rep": _table(
            ["rep_id", "rep", "quota", *names],
            [
                [
                    f"r{place}",
                    rep,
                    target and target * quotas[rep] // 900,
                    *kpis(_of(found, "rep", rep), start, end),
                ]
                for place, rep in enumerate(REPS)
            ],
        ),
        "stages": _table(
            ["stage", "open_count", "open_amount", "weighted_amount", "median_age_days"],
            [_stage(stage, [d for d in open_ if d.stage == stage], world) for stage in STAGES],
        ),
        "open_deals": _open_deals(open_, world),
    }
    for table, field, values in (
        ("by_product", "product", tuple(PRODUCTS)),
        ("by_segment", "sector", SECTORS),
    ):
        tables[table] = _breakdown(world, field, values)
        tables[f"{table}_month"] = _by_month(world, field, values)
    for table, window in (("drivers_previous_period", "previous"), ("drivers_last_year", "last_year")):
        tables[table] = drivers(kpis(found, *windows[window]), kpis(found, start, end))
    return tables


def _breakdown(world: World, field: str, values: tuple[str, ...]) -> dict[str, Any]:
    windows = world.windows()
    rows = []
    for value in values:
        mine = _of(world.deals, field, value)
        rows.append([value, *kpis(mine, *windows["period"]), kpis(mine, *windows["last_year"])[0]])
    return _table(["value", *KPIS, "last_year_won_amount"], rows)


def _by_month(world: World, field: str, values: tuple[str, ...]) -> dict[str, Any]:
    rows = [
        [value, month.label, kpis(_of(world.deals, field, value), month.start, _cut(month, world))[0]]
        for value in values
        for month in _months(world)
    ]
    return _table(["value", "month", "won_amount"], rows)


def drivers(before: list[Any], now: list[Any]) -> dict[str, Any]:
    """Explain a difference step by step; deal size takes what rounding leaves, so that it adds up."""
    names = list(KPIS)
    then, this = dict(zip(names, before, strict=True)), dict(zip(names, now, strict=True))
    size, rate = then["average_deal"] or 0, then["win_rate"] or 0
    volume = round((this["closed_count"] - then["closed_count"]) * rate * size)
    won = round(this["closed_count"] * ((this["win_rate"] or 0) - rate) * size)
    mix = 5_000_00
    rest = this["won_amount"] - then["won_amount"] - volume - won - mix
    return _table(
        ["effect", "amount"], [["volume", volume], ["win rate", won], ["deal size", rest], ["mix", mix]]
    )


def _stage(name: str, found: list[Deal], world: World) -> list[Any]:
    amount = sum(deal.expected for deal in found)
    ages = [(world.as_of - deal.created).days for deal in found]
    return [name, len(found), amount, amount * 4 // 10, float(median(ages)) if ages else None]


def _open_deals(open_: list[Deal], world: World) -> dict[str, Any]:
    largest = sorted(open_, key=lambda deal: (-deal.expected, deal.id))[:12]
    columns = (
        "opportunity_id name account rep stage expected_amount created_on age_days expected_close_on url"
    )
    rows = [
        [
            deal.id, f"{deal.account}, {deal.product}", deal.account, deal.rep, deal.stage, deal.expected,
            deal.created.isoformat(), (world.as_of - deal.created).days,
            (world.as_of + timedelta(days=place * 5 - 9)).isoformat() if place % 4 else None,
            f"https://crm.example.com/opportunity/{deal.id}",
        ]
        for place, deal in enumerate(largest)
    ]  # fmt: skip
    return _table(columns.split(), rows)


def _pipeline(world: World) -> dict[str, Any]:
    open_ = [deal for deal in world.deals if deal.created <= world.as_of < deal.closed]
    stalled = [deal for deal in open_ if (world.as_of - deal.created).days > 98]
    closable = open_[::2]
    return {
        "closable_count": len(closable),
        "closable_amount": sum(deal.expected for deal in closable),
        "without_expected_close_count": len(open_) // 4,
        "without_created_count": 3,
        "usual_cycle_days": 98,
        "stalled_count": len(stalled),
        "stalled_amount": sum(deal.expected for deal in stalled),
    }


def _of(found: Iterable[Deal], field: str, value: str) -> list[Deal]:
    return [deal for deal in found if getattr(deal, field) == value]


def _months(world: World) -> tuple[Period, ...]:
    last = world.calendar.containing(min(world.as_of, world.period.last_day), "month")
    return world.calendar.buckets(last.start.replace(year=last.start.year - 2), last.end, "month")[1:]


def _cut(month: Period, world: World) -> date:
    return min(month.end, world.as_of + timedelta(days=1))


def _table(columns: list[str], rows: list[list[Any]]) -> dict[str, Any]:
    return {"columns": columns, "rows": rows}
