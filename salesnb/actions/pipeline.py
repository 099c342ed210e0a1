"""The open deals of every unit: by stage, the largest ones, and those that have been open for unusually long."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from statistics import median
from typing import TYPE_CHECKING, Any

from salesnb.calendar import Period
from salesnb.kpis import Query, catalogue, rows, run
from salesnb.kpis.query import CREDIT

if TYPE_CHECKING:
    from salesnb.actions.facts import Facts

__all__ = [
    "OpenDeal",
    "closable_deals",
    "deal_rows",
    "open_deals",
    "pipeline_summary",
    "stage_order",
    "stage_rows",
    "usual_cycle",
]

_SHOWN = 12
# What stages are usually called, from the first talk to the signature.
_USUAL_STAGES = (
    "prospect",
    "lead",
    "appointment",
    "qualif",
    "discover",
    "needs",
    "analysis",
    "engag",
    "demo",
    "presentation",
    "proposal",
    "quote",
    "decision",
    "negotiat",
    "contract",
    "commit",
)


@dataclass(frozen=True, kw_only=True)
class OpenDeal:
    """An opportunity that is open as of a day; ``amount`` is what it is expected to bring, in minor units."""

    opportunity_id: str
    name: str
    account: str
    rep: str
    stage: str | None
    amount: int
    created_on: date | None
    expected_close_on: date | None
    url: str

    def age(self, as_of: date) -> int | None:
        """Days since it was created."""
        return None if self.created_on is None else (as_of - self.created_on).days

    def with_part(self, other: "OpenDeal") -> "OpenDeal":
        """Add the part of it that another of the same unit has."""
        reps = ", ".join(rep for rep in (self.rep, other.rep) if rep)
        return replace(self, rep=reps, amount=self.amount + other.amount)


def open_deals(facts: "Facts") -> dict[str, tuple[OpenDeal, ...]]:
    """List the open deals of every unit, the largest first, in one query; a shared one with the unit's part of it."""
    whole = facts.by == "company"
    by = tuple(dict.fromkeys(("account", "rep") if whole else (facts.by, "account", "rep")))
    query = Query(
        kpis=("open_count",), by=by, as_of=facts.as_of, labels=False, credit=CREDIT, restated=facts.restated
    )
    found = rows("open_count", facts.data, facts.calendar, query)
    names = [column.name for column in found.columns]
    deals: dict[str, dict[str, OpenDeal]] = {}
    for row in found.rows:
        record = dict(zip(names, row, strict=True))
        unit = "company" if whole else record[facts.by]
        if unit is not None:
            deal, known = _deal(record, facts), deals.setdefault(str(unit), {})
            before = known.get(deal.opportunity_id)
            known[deal.opportunity_id] = before.with_part(deal) if before else deal
    return {unit: tuple(sorted(some.values(), key=_largest_first)) for unit, some in deals.items()}


def _largest_first(deal: OpenDeal) -> tuple[int, str]:
    return (-deal.amount, deal.opportunity_id)


def _deal(record: dict[str, Any], facts: "Facts") -> OpenDeal:
    account = facts.names.account(record["account"])
    return OpenDeal(
        opportunity_id=record["opportunity_id"],
        name=record["name"] or "",
        account=account,
        rep=facts.names.rep(record["rep"]),
        stage=record["stage"],
        amount=record["expected_amount"] or 0,
        created_on=record["created_on"],
        expected_close_on=record["expected_close_on"],
        url=facts.names.deal_url(record["opportunity_id"]),
    )


def usual_cycle(facts: "Facts") -> float | None:
    """Days that nine of ten won deals of the company did not exceed; None without any."""
    catalogue()
    query = Query(kpis=("long_cycle_days",), as_of=facts.as_of)
    days: float | None = run(query, facts.data, facts.calendar).rows[0][0]
    return days


def stage_rows(deals: Iterable[OpenDeal], facts: "Facts", unit: str) -> list[tuple[Any, ...]]:
    """Sum open deals by stage: stage, number, amount, weighted amount, median age in days."""
    stages: dict[str | None, list[OpenDeal]] = {}
    for deal in deals:
        stages.setdefault(deal.stage, []).append(deal)
    return [
        (
            stage or "No stage",
            len(some),
            sum(deal.amount for deal in some),
            facts.weighted_by_stage.get((unit, stage)),
            _median_age(some, facts.as_of),
        )
        for stage, some in sorted(
            stages.items(),
            key=lambda item: (facts.stage_order.get(item[0], -1), -sum(deal.amount for deal in item[1])),
        )
    ]


def stage_order(facts: "Facts") -> dict[str | None, float]:
    """Tell how far along each stage of the open deals is; nothing where that is not known of all.

    By the mean probability of its deals where the source has one for each stage, else by what stages are usually called.
    """
    table = facts.data.table("opportunities")
    likely = table.filter(table.status == "open").group_by("stage").aggregate(mean=table.probability.mean())
    known = {row["stage"]: row["mean"] for row in likely.to_pyarrow().to_pylist()}
    if None not in known.values():
        return known
    named = {stage: _usual_place(stage) for stage in known if stage is not None}
    return (
        {}
        if None in named.values()
        else {stage: place for stage, place in named.items() if place is not None}
    )


def _usual_place(stage: str) -> float | None:
    return next((float(n) for n, word in enumerate(_USUAL_STAGES) if word in stage.casefold()), None)


def deal_rows(deals: Iterable[OpenDeal], as_of: date) -> list[tuple[Any, ...]]:
    """List the largest open deals as the extract has them."""
    return [
        (
            deal.opportunity_id,
            deal.name,
            deal.account,
            deal.rep,
            deal.stage,
            deal.amount,
            deal.created_on,
            deal.age(as_of),
            deal.expected_close_on,
            deal.url,
        )
        for deal in list(deals)[:_SHOWN]
    ]


def pipeline_summary(deals: tuple[OpenDeal, ...], facts: "Facts") -> dict[str, Any]:
    """Tell of all open deals together what a review says of them."""
    period, usual = facts.period, facts.usual_cycle_days
    soon = closable_deals(deals, period)
    stalled = [deal for deal in deals if usual is not None and (deal.age(facts.as_of) or 0) > usual]
    return {
        "closable_count": len(soon),
        "closable_amount": sum(deal.amount for deal in soon),
        "without_expected_close_count": sum(deal.expected_close_on is None for deal in deals),
        "without_created_count": sum(deal.created_on is None for deal in deals),
        "usual_cycle_days": usual,
        "stalled_count": len(stalled),
        "stalled_amount": sum(deal.amount for deal in stalled),
    }


def closable_deals(deals: Iterable[OpenDeal], period: Period) -> list[OpenDeal]:
    """Give the deals that are expected to close in a period, or do not say when."""
    return [
        deal for deal in deals if deal.expected_close_on is None or period.contains(deal.expected_close_on)
    ]


def _median_age(deals: Iterable[OpenDeal], as_of: date) -> float | None:
    ages = [age for deal in deals if (age := deal.age(as_of)) is not None]
    return median(ages) if ages else None
