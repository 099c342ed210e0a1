"""How much open pipeline each unit's goal needs, from its own win curve, or the company's where it has too few wins."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from salesnb.actions.naming import COMPANY, Unit
from salesnb.actions.peers import peers_of
from salesnb.actions.pipeline import closable_deals
from salesnb.kpis import Query, run
from salesnb.kpis.aging import CURVE_BASIS, AgedDeals, count_by_age, tells_outcome
from salesnb.kpis.curves import Tally, WinCurve, win_curve
from salesnb.kpis.query import CREDIT
from salesnb.workbooks.findings_need import LEAST_OPEN, LEAST_WINS, YEARS, Need

if TYPE_CHECKING:
    from salesnb.actions.facts import Facts
    from salesnb.actions.pipeline import OpenDeal
    from salesnb.kpis.required_coverage import Odds

__all__ = ["UnitCurves", "curve_of", "need_of"]

_WON = ("won_amount", "won_expected_amount")


@dataclass(frozen=True)
class UnitCurves:
    """The win curves behind all reviews of a run: two queries for all units, one more where one needs the company's."""

    facts: "Facts"

    def own(self, unit: str) -> WinCurve:
        """Give the curve of a unit's own deals of the last years."""
        return win_curve(self._tallies.get(() if self.facts.by == COMPANY else (unit,), ()))

    @cached_property
    def company(self) -> WinCurve:
        """The curve of all deals as of the end of the last whole month, so that it changes once a month."""
        return win_curve(self._count((), _month_end(self.facts.as_of)).pooled())

    def realised(self, unit: str | None) -> Fraction:
        """Tell what part of the expected amount won deals brought, of a unit or of the company; 1 where unknown."""
        known = self._won.values() if unit is None else [self._won.get(unit, (0, 0))]
        won, expected = (sum(pair[place] for pair in known) for place in (0, 1))
        return Fraction(won, expected) if won and expected else Fraction(1)

    @cached_property
    def _tallies(self) -> dict[tuple[str | None, ...], tuple[Tally, ...]]:
        if tells_outcome(self.facts.by):
            return {}
        by = () if self.facts.by == COMPANY else (self.facts.by,)
        return self._count(by, self.facts.as_of).groups

    @cached_property
    def _won(self) -> dict[str, tuple[int, int]]:
        """Amounts won and what they were expected to be, by unit, of the last years."""
        facts, whole = self.facts, self.facts.by == COMPANY
        query = replace(self._asked(() if whole else (facts.by,), facts.as_of), kpis=_WON)
        rows = run(query, facts.data, facts.calendar).rows
        return {COMPANY if whole else str(row[0]): (row[-2], row[-1]) for row in rows}

    def _count(self, by: tuple[str, ...], as_of: date) -> AgedDeals:
        return count_by_age(self._asked(by, as_of), self.facts.data, self.facts.calendar)

    def _asked(self, by: tuple[str, ...], as_of: date) -> Query:
        return Query(
            kpis=(CURVE_BASIS,),
            by=by,
            start=_years_before(as_of),
            as_of=as_of,
            labels=False,
            credit=CREDIT,
            restated=self.facts.restated,
        )


def need_of(unit: Unit, facts: "Facts", quota: int | None, confidence: float) -> Need | None:
    """Tell how much open pipeline a unit needs to win the rest of its quota by the period's end.

    The deals are those that coverage counts: expected to close in the period, or without that date. Each is won in the days left with the probability that the curve gives for its age; one older than the
    curve tells is taken as not won in time. A won deal brings what won deals brought of their expected amount.

    Returns
    -------
    Need or None
        None where there is no quota, nothing missing, or no day left; without a coverage, and with the reason, where
        wins or open deals are too few. The company's curve is an aggregate of others and follows the rules of those.
    """
    days_left = (facts.period.end - facts.as_of).days - 1
    won = facts.period_sums.get(unit.id, {}).get("won_amount") or 0
    if quota is None or quota <= won or not facts.elapsed_days or days_left < 1:
        return None
    whose, found = curve_of(unit, facts)
    deals = closable_deals(facts.deals.get(unit.id, ()), facts.period)
    odds, older = _odds(deals, found, facts.as_of, days_left)
    need = Need(
        confidence=confidence,
        wins=round(found.won_count),
        whose=whose,
        days_left=days_left,
        deals=len(odds),
        older=older,
        undated=len(deals) - len(odds),
    )
    if need.wins < LEAST_WINS or need.deals < LEAST_OPEN:
        return need
    missing = -(-(quota - won) // facts.curves.realised(unit.id if whose == "own" else None))
    return _with_coverage(need, odds, missing, quota - won)


def curve_of(unit: Unit, facts: "Facts") -> tuple[str, WinCurve]:
    """Take the unit's own curve where it has enough wins, else the company's where nobody can be told apart in it."""
    own = facts.curves.own(unit.id)
    if own.won_count >= LEAST_WINS or unit.level == COMPANY or peers_of(unit, facts) is None:
        return "own", own
    return "company", facts.curves.company


def _odds(
    deals: "Iterable[OpenDeal]", found: WinCurve, as_of: date, days_left: int
) -> "tuple[list[Odds], int]":
    from salesnb.kpis.required_coverage import Odds

    aged = [(deal.amount, age) for deal in deals if (age := deal.age(as_of)) is not None]
    chances = [(amount, found.won_within(max(age, 0), days_left)) for amount, age in aged]
    odds = [Odds(amount=amount, probability=chance or 0.0) for amount, chance in chances]
    return odds, sum(chance is None for _, chance in chances)


def _with_coverage(need: Need, odds: "list[Odds]", missing: int, to_go: int) -> Need:
    """Add the coverage for the confidence asked for and for an even chance, in times what is missing to the quota."""
    from salesnb.kpis.required_coverage import required_coverage

    amount = sum(deal.amount for deal in odds)
    found = [required_coverage(odds, missing, confidence) for confidence in (need.confidence, 0.5)]
    # Deals bring less or more than expected; coverage is told in expected amounts over what is missing.
    scale = missing / to_go
    coverage, even = (None if one is None else one.coverage * scale for one in found)
    share = sum(deal.amount * deal.probability for deal in odds) / amount if amount else 0.0
    return replace(need, coverage=coverage, even=even, won_share=share)


def _month_end(day: date) -> date:
    """Give the last day of the last whole month."""
    following = day + timedelta(days=1)
    return day if following.day == 1 else day.replace(day=1) - timedelta(days=1)


def _years_before(day: date) -> date:
    following = day + timedelta(days=1)
    # 29 February has no counterpart.
    safe = min(following.day, 28) if following.month == 2 else following.day
    return following.replace(year=following.year - YEARS, day=safe)
