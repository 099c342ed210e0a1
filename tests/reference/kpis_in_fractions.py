"""The standard KPIs once more, in plain Python with exact fractions, sharing no line with ``salesnb.kpis``.

Definitions are those of the catalogue's documentation: sums and counts by closing or creation date, ratios of sums,
medians by linear interpolation, null for a denominator of zero, open deals as of a bucket's last day.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

ONE_DAY = timedelta(days=1)
NEVER, ALWAYS = date(1, 1, 1), date(9999, 12, 31)

Value = int | Fraction | None
Key = tuple[str | None, ...]


@dataclass(frozen=True, kw_only=True)
class Deal:
    """One row of opportunities; ``facts`` holds the dimensions that lie on the row itself."""

    opportunity_id: str
    rep_id: str | None
    account_id: str | None
    product: str | None
    status: str
    amount: int | None
    expected: int | None
    created: date | None
    closed: date | None
    expected_close: date | None
    probability: Fraction | None
    facts: Mapping[str, str | None] = field(default_factory=dict)

    def is_open(self, day: date) -> bool:
        """Created by the day (or nobody knows when), and not closed by it."""
        return (self.created is None or self.created <= day) and (self.closed is None or self.closed > day)


@dataclass(frozen=True, kw_only=True)
class Book:
    """Deals with what hangs on them: (rep, from, to, node) spells, levels of nodes, accounts, families.

    ``history`` holds (stage, entered) by deal, and ``latest`` the day up to which the rows themselves know; ``shares``
    holds whose part of a deal is what: (rep, amount, expected amount), which add up to it.
    """

    deals: tuple[Deal, ...]
    spells: Mapping[str, tuple[tuple[date, date, str], ...]]
    levels: Mapping[str, Mapping[str, str | None]]
    accounts: Mapping[str, Mapping[str, str | None]]
    families: Mapping[str, str | None]
    as_of: date
    latest: date | None = None
    history: Mapping[str, tuple[tuple[str, date], ...]] = field(default_factory=dict)
    shares: Mapping[str, tuple[tuple[str | None, int, int], ...]] = field(default_factory=dict)
    restated: bool = False

    def stage(self, deal: Deal) -> str | None:
        """The stage as known on the as-of day: that of its row, or of its history where more has happened since."""
        known = deal.closed is None or deal.closed <= self.as_of
        stage = deal.facts.get("stage") if known else None
        still_open = deal.closed is None or deal.closed > self.as_of
        if self.latest is None or self.as_of >= self.latest or not still_open:
            return stage
        entered = [
            (day, name) for name, day in self.history.get(deal.opportunity_id, ()) if day <= self.as_of
        ]
        return max(entered)[1] if entered else stage

    def dimension(self, deal: Deal, name: str, on: date) -> str | None:
        """Value of a dimension; the organisation's as on the day of closing, or on ``on`` for what was open then."""
        if name == "rep":
            return deal.rep_id
        if name == "account":
            return deal.account_id
        if name == "product":
            return deal.product
        if name == "family":
            return self.families.get(deal.product or "")
        if name in {"sector", "country"}:
            return self.accounts.get(deal.account_id or "", {}).get(name)
        if name == "stage" and self.latest is not None:
            return self.stage(deal)
        if name in deal.facts:
            return deal.facts[name]
        day = deal.closed if deal.closed is not None and deal.closed <= on else on
        if self.restated:
            day = self.as_of
        for first, after, node in self.spells.get(deal.rep_id or "", ()):
            if first <= day < after:
                return self.levels[node].get(name)
        return None


@dataclass(frozen=True, kw_only=True)
class Selection:
    """The deals of one group in one period."""

    closed: Sequence[Deal]
    created: Sequence[Deal]
    open_at_end: Sequence[Deal]
    open_at_start: Sequence[Deal]
    as_of: date
    rate_so_far: Fraction
    rate_of_stage: Mapping[str | None, Fraction] = field(default_factory=dict)
    stage: Callable[[Deal], str | None] = lambda _deal: None

    def chance(self, deal: Deal) -> Fraction:
        """A deal's own probability, else what had come of those that were ever in its stage, else of all."""
        if deal.probability is not None:
            return deal.probability
        return self.rate_of_stage.get(self.stage(deal), self.rate_so_far)

    def won(self) -> list[Deal]:
        return [deal for deal in self.closed if deal.status == "won"]


def ratio(above: Value, below: Value) -> Fraction | None:
    """Null where the denominator is zero or either is null."""
    return None if above is None or not below else Fraction(above) / Fraction(below)


def median(values: Iterable[int]) -> Fraction | None:
    """The middle value, or the point halfway between the two middle ones."""
    ordered = sorted(values)
    if not ordered:
        return None
    return Fraction(ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2], 2)


def mean(values: Iterable[int]) -> Fraction | None:
    listed = list(values)
    return ratio(sum(listed), len(listed))


def amount(deals: Iterable[Deal]) -> int:
    return sum(deal.amount or 0 for deal in deals)


def expected(deals: Iterable[Deal]) -> int:
    return sum(deal.expected or 0 for deal in deals)


def cycles(deals: Iterable[Deal]) -> list[int]:
    """Days from creation to closing, where both are known."""
    return [(d.closed - d.created).days for d in deals if d.closed is not None and d.created is not None]


def won_by(deals: Iterable[Deal], day: date) -> int:
    return sum(d.status == "won" and d.closed is not None and d.closed <= day for d in deals)


def closed_by(deals: Iterable[Deal], day: date) -> int:
    return sum(d.closed is not None and d.closed <= day for d in deals)


def velocity(s: Selection) -> Fraction | None:
    """Open at the start x win rate x average deal / mean days in the pipeline of everything that left it."""
    factors = (
        Fraction(len(s.open_at_start)),
        ratio(len(s.won()), len(s.closed)),
        ratio(amount(s.won()), len(s.won())),
    )
    days = mean(cycles(s.closed))
    if not days or any(factor is None for factor in factors):
        return None
    product = Fraction(1)
    for factor in factors:
        product *= factor or 0
    return product / days


def weighted(s: Selection) -> int:
    """Expected amounts times probability; where that is missing, the win rate of what had closed by that day.

    A whole number of minor units, rounded once, half to even.
    """
    parts = ((deal.expected or 0) * s.chance(deal) for deal in s.open_at_end)
    return round(sum(parts, Fraction(0)))


KPIS: Mapping[str, Callable[[Selection], Value]] = {
    "won_amount": lambda s: amount(s.won()),
    "won_count": lambda s: len(s.won()),
    "lost_count": lambda s: len(s.closed) - len(s.won()),
    "closed_count": lambda s: len(s.closed),
    "created_count": lambda s: len(s.created),
    "created_amount": lambda s: expected(s.created),
    "win_rate": lambda s: ratio(len(s.won()), len(s.closed)),
    "win_rate_value": lambda s: ratio(expected(s.won()), expected(s.closed)),
    "win_rate_cohort": lambda s: ratio(won_by(s.created, s.as_of), len(s.created)),
    "win_rate_cohort_closed": lambda s: ratio(won_by(s.created, s.as_of), closed_by(s.created, s.as_of)),
    "average_deal": lambda s: ratio(amount(s.won()), len(s.won())),
    "median_deal": lambda s: median(deal.amount for deal in s.won() if deal.amount is not None),
    "median_cycle_days": lambda s: median(cycles(s.won())),
    "mean_cycle_days": lambda s: mean(cycles(s.won())),
    "open_count": lambda s: len(s.open_at_end),
    "open_amount": lambda s: expected(s.open_at_end),
    "weighted_amount": weighted,
    "sales_velocity": velocity,
}


def table(
    book: Book,
    kpis: Sequence[str],
    by: Sequence[str] = (),
    *,
    periods: Sequence[tuple[str, date, date]] = (("", NEVER, ALWAYS),),
    where: Callable[[Deal], bool] = lambda _deal: True,
) -> dict[tuple[str, Key], tuple[Value, ...]]:
    """Compute KPIs by dimensions in half-open periods ``(label, start, end)``; keys are (label, dimension values)."""
    found: dict[tuple[str, Key], tuple[Value, ...]] = {}
    deals = [deal for deal in book.deals if where(deal)]
    for label, start, end in periods:
        for key, selection in _selections(book, deals, by, start, end).items():
            found[label, key] = tuple(KPIS[kpi](selection) for kpi in kpis)
    return found


def _selections(
    book: Book, deals: Sequence[Deal], by: Sequence[str], start: date, end: date
) -> dict[Key, Selection]:
    last = min(end - ONE_DAY, book.as_of)
    before = max(start, date(1, 1, 2)) - ONE_DAY
    chosen: tuple[tuple[str, list[Deal], date], ...] = (
        (
            "closed",
            [d for d in deals if d.closed and start <= d.closed < end and d.closed <= book.as_of],
            book.as_of,
        ),
        (
            "created",
            [d for d in deals if d.created and start <= d.created < end and d.created <= book.as_of],
            book.as_of,
        ),
        ("open_at_end", [d for d in deals if d.is_open(last)], last),
        ("open_at_start", [d for d in deals if d.is_open(before)], before),
    )
    grouped: dict[Key, dict[str, list[Deal]]] = defaultdict(lambda: defaultdict(list))
    for name, some, on in chosen:
        for deal in some:
            for key, part in _parts(book, deal, by, on).items():
                grouped[key][name].append(part)
    every = (deal for deal in book.deals if deal.closed and deal.closed <= last)
    outcomes = [deal.status == "won" for deal in every]
    so_far = ratio(sum(outcomes), len(outcomes)) or Fraction(0)
    return {
        key: Selection(
            **{name: tuple(parts[name]) for name, _, _ in chosen},
            as_of=book.as_of,
            rate_so_far=so_far,
            rate_of_stage=_rates(book, last),
            stage=book.stage,
        )
        for key, parts in grouped.items()
    }


def _parts(book: Book, deal: Deal, by: Sequence[str], on: date) -> dict[Key, Deal]:
    """The deal as each group sees it: whole, or where it is shared with the part of all its reps in that group."""
    shares = book.shares.get(deal.opportunity_id)
    if not shares:
        return {tuple(book.dimension(deal, name, on) for name in by): deal}
    found: dict[Key, Deal] = {}
    for rep, amount, expected in shares:
        place = replace(deal, rep_id=rep)
        key = tuple(book.dimension(place, name, on) for name in by)
        before = found.get(key, replace(deal, amount=0, expected=0))
        found[key] = replace(
            before, amount=(before.amount or 0) + amount, expected=(before.expected or 0) + expected
        )
    return found


def _rates(book: Book, day: date) -> dict[str | None, Fraction]:
    """By stage: of the deals that were ever in it and had closed by a day, the share that was won."""
    found: dict[str | None, list[bool]] = defaultdict(list)
    for deal in book.deals:
        if deal.closed and deal.closed <= min(day, book.as_of):
            for stage in {name for name, _ in book.history.get(deal.opportunity_id, ())}:
                found[stage].append(deal.status == "won")
    return {stage: Fraction(sum(outcomes), len(outcomes)) for stage, outcomes in found.items()}


def read_book(engine: Any, as_of: date, facts: Sequence[str]) -> Book:
    """Read the raw tables of a dataset through a DuckDB connection, as plain tuples."""
    columns = [f'"{name}"' for name in facts]
    deals = engine.execute(
        "SELECT opportunity_id, rep_id, account_id, product, status, amount, expected_amount, created_on, closed_on,"
        f" expected_close_on, probability, {', '.join(columns)} FROM opportunities"
    ).fetchall()
    spells: dict[str, list[tuple[date, date, str]]] = defaultdict(list)
    for rep, node, first, after in engine.execute(
        "SELECT rep_id, node, valid_from, valid_to FROM rep_nodes"
    ).fetchall():
        spells[rep].append((first, after, node))
    return Book(
        deals=tuple(_deal(row, facts) for row in deals),
        spells={rep: tuple(some) for rep, some in spells.items()},
        levels=_by_first(engine, "FROM org_levels"),
        accounts=_by_first(engine, "SELECT account_id, sector, country FROM accounts"),
        families=dict(engine.execute("SELECT product, family FROM products").fetchall()),
        as_of=as_of,
    )


def _deal(row: tuple[Any, ...], facts: Sequence[str]) -> Deal:
    return Deal(
        opportunity_id=row[0],
        rep_id=row[1],
        account_id=row[2],
        product=row[3],
        status=row[4],
        amount=row[5],
        expected=row[6],
        created=row[7],
        closed=row[8],
        expected_close=row[9],
        probability=None if row[10] is None else Fraction(row[10]),
        facts=dict(zip(facts, row[11:], strict=True)),
    )


def _by_first(engine: Any, sql: str) -> dict[str, dict[str, str | None]]:
    cursor = engine.execute(sql)
    names = [column[0] for column in cursor.description]
    return {row[0]: dict(zip(names[1:], row[1:], strict=True)) for row in cursor.fetchall()}


def periods_of(
    grain: str, first: date, last: date, *, year_start: int = 1
) -> tuple[tuple[str, date, date], ...]:
    """Every month, fiscal quarter or fiscal year from the one of the first day to the one of the last."""
    step = {"month": 1, "quarter": 3, "year": 12}[grain]
    offset = year_start - 1
    month = first.year * 12 + first.month - 1 - offset
    month -= month % step
    found = []
    while True:
        start, end = _month_start(month + offset), _month_start(month + step + offset)
        if start > last:
            return tuple(found)
        # A fiscal year is named after the calendar year in which it ends.
        year = month // 12 + (1 if offset else 0)
        label = {
            "month": f"{start.year}-{start.month:02d}",
            "quarter": f"{year}-Q{month % 12 // 3 + 1}",
            "year": f"{year}",
        }[grain]
        found.append((label, start, end))
        month += step


def _month_start(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)
