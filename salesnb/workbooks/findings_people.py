"""Reps against their quotas, and values of a dimension against last year."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from salesnb.workbooks.extract import ReviewExtract
from salesnb.workbooks.findings_standing import ON_PACE, Standing

__all__ = ["EARLY", "LAGGING", "Rep", "Reps", "Value", "reps", "values"]

# A rep below four fifths of what its quota asks for by now is worth a look.
LAGGING = Fraction(8, 10)
# Before a fifth of the season is due, one deal more or less decides who is behind, and nobody is named.
EARLY = Fraction(1, 5)


@dataclass(frozen=True, kw_only=True)
class Rep:
    """One rep: what it has of the goal's KPI, its quota, and what that asks for by now."""

    name: str
    actual: int
    quota: int | None
    due: int | None
    row: dict[str, Any]

    @property
    def attainment(self) -> Fraction | None:
        """Actual over quota; None without a quota above zero."""
        return Fraction(self.actual, self.quota) if self.quota else None

    @property
    def behind(self) -> int:
        """By how much it is behind what is due by now, never negative."""
        return max((self.due or 0) - self.actual, 0)

    @property
    def on_pace(self) -> bool:
        """Whether it has what is due by now, within what counts as on pace for everyone."""
        return self.actual >= (1 - ON_PACE) * (self.due or 0)

    @property
    def lags(self) -> bool:
        """Whether it has less than four fifths of what is due."""
        return bool(self.due) and self.actual < LAGGING * (self.due or 0)


@dataclass(frozen=True, kw_only=True)
class Reps:
    """All reps of the node, the highest actual first; ``early`` while too little is due to name anyone."""

    reps: tuple[Rep, ...]
    early: bool = False

    @property
    def with_quota(self) -> tuple[Rep, ...]:
        """Those that have a quota above zero."""
        return tuple(rep for rep in self.reps if rep.quota)

    @property
    def at_quota(self) -> int:
        """How many have reached their quota."""
        return sum(rep.actual >= (rep.quota or 0) for rep in self.with_quota)

    @property
    def attainment(self) -> Fraction | None:
        """Ratio of sums over the reps with a quota, never a mean of ratios."""
        quota = sum(rep.quota or 0 for rep in self.with_quota)
        return Fraction(sum(rep.actual for rep in self.with_quota), quota) if quota else None

    @property
    def lagging(self) -> tuple[Rep, ...]:
        """Those worth a look, the largest shortfall first."""
        found = () if self.early else (rep for rep in self.reps if rep.lags)
        return tuple(sorted(found, key=lambda rep: (-rep.behind, rep.name)))


def reps(extract: ReviewExtract, at: Standing) -> Reps:
    """List the reps of the node; what is due by now follows the node's season."""
    season = Fraction(at.due, at.target) if at.target and at.due is not None else None
    found = [_rep(row, at.kpi, season) for row in extract.table("by_rep")]
    ranked = tuple(sorted(found, key=lambda rep: (-rep.actual, rep.name)))
    return Reps(reps=ranked, early=season is not None and season < EARLY)


def _rep(row: dict[str, Any], kpi: str, season: Fraction | None) -> Rep:
    quota = row.get("quota")
    due = None if quota is None or season is None else round(quota * season)
    return Rep(name=str(row["rep"]), actual=int(row.get(kpi) or 0), quota=quota, due=due, row=row)


@dataclass(frozen=True, kw_only=True)
class Value:
    """One product or segment: won amount now and in as many days a year before; ``given`` unless nothing says which."""

    name: str
    won: int
    last_year: int | None
    row: dict[str, Any]
    given: bool = True

    @property
    def difference(self) -> int | None:
        """Now less then; None where last year is not known."""
        return None if self.last_year is None else self.won - self.last_year


def values(extract: ReviewExtract, table: str, *, last_year: bool) -> tuple[Value, ...]:
    """List the values of a breakdown that have any figures, the highest won amount first.

    Parameters
    ----------
    last_year
        Whether anything is known of a year before: then what is missing there was nothing.
    """
    found = [_value(row, last_year=last_year) for row in extract.table(table)]
    moving = [
        v for v in found if v.won or v.last_year or v.row.get("closed_count") or v.row.get("open_count")
    ]
    return tuple(sorted(moving, key=lambda value: (-value.won, value.name)))


def _value(row: dict[str, Any], *, last_year: bool) -> Value:
    given = row["value"] not in (None, "")
    before = row.get("last_year_won_amount")
    then = int(before or 0) if last_year else None
    name = str(row["value"]) if given else "Not given"
    return Value(name=name, given=given, won=int(row.get("won_amount") or 0), last_year=then, row=row)


def total(found: Sequence[Value]) -> int:
    """Add up what was won."""
    return sum(value.won for value in found)
