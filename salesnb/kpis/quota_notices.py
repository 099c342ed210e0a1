"""What a reader should know of the quotas behind a figure: whose they are, cut by which days, or why there are none."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import cached_property

from salesnb.calendar import FiscalCalendar
from salesnb.kpis.query import COMPANY, Query, Target
from salesnb.kpis.scan import Span

__all__ = ["QUOTA_KPI", "TakenTargets"]

QUOTA_KPI = "won_amount"
_NAMED = 4


class TakenTargets:
    """Notes which targets a query takes, and tells it in sentences."""

    def __init__(self, query: Query, calendar: FiscalCalendar) -> None:
        self._query = query
        self._calendar = calendar
        # By the plan that counts and those that would fit too: the buckets.
        self._several: dict[tuple[str, tuple[str, ...]], dict[str, None]] = {}
        self._cut: dict[tuple[date, date], date] = {}
        self._has_quota = False

    def fitting(self, kpi: str, dimension: str, value: str | None, span: Span) -> list[Target]:
        """Give the targets of a KPI and place that hold for all of a span, in the order in which they count."""
        place = (kpi, dimension, "" if dimension == COMPANY else str(value))
        return [
            target
            for target in self._by_place.get(place, ())
            if target.start <= span.start and span.end <= target.end
        ]

    @cached_property
    def _by_place(self) -> dict[tuple[str, str, str], list[Target]]:
        found: dict[tuple[str, str, str], list[Target]] = {}
        for target in self._query.targets:
            value = "" if target.dimension == COMPANY else target.value
            found.setdefault((target.kpi, target.dimension, value), []).append(target)
        return found

    def note(self, span: Span, fitting: Sequence[Target], *, is_quota: bool, has_parts: bool) -> None:
        """Take down the targets that fit a group in a span, that which counts first.

        Parameters
        ----------
        is_quota
            Whether a KPI about quotas asks.
        has_parts
            Whether the target adds up over time, so that days have a part of it.
        """
        if not fitting:
            return
        self._has_quota = self._has_quota or is_quota
        plans = tuple(dict.fromkeys(target.plan for target in fitting))
        if len(plans) > 1:
            # Windows have names that only who made them knows.
            name = "" if self._query.windows else span.label or ""
            self._several.setdefault((plans[0], plans[1:]), {})[name] = None
        if (
            has_parts
            and not self._query.windows
            and not (self._begins(span.start) and self._begins(span.end))
        ):
            self._cut[span.start, span.end] = fitting[0].end

    def _begins(self, day: date) -> bool:
        return self._calendar.containing(day, "month").start == day

    def sentences(self, *, needs_quota: bool) -> tuple[str, ...]:
        """Say what should be known; where a KPI needs quotas and there are none, why."""
        missing = (self._missing(),) if needs_quota and not self._has_quota else ()
        return (*missing, *self._told_several(), *self._told_cut())

    def _missing(self) -> str:
        query = self._query
        quotas = [target for target in query.targets if target.kpi == QUOTA_KPI]
        if not quotas:
            return f"No plan has quotas of {QUOTA_KPI} to hold this against: make one with salesnb plan new."
        first = quotas[0]
        asking = f"--from {first.start} --to {_last(first)}"
        if not (query.start or query.end or query.time_grain):
            return (
                "Quotas are for a period, and no days are asked for: add a grain such as --by quarter, or"
                f" {asking} (plan {first.plan})."
            )
        if len(query.dimensions) + len(query.where) > 1:
            return (
                "Quotas are of the company, a node or a rep: ask by one dimension or with one filter alone."
            )
        kinds = dict.fromkeys(target.dimension for target in quotas)
        place = next(iter(query.dimensions), None) or next((name for name, _ in query.where), COMPANY)
        if place not in kinds:
            return f"No plan has quotas by {place}; there are some by {', '.join(kinds)}."
        known = dict.fromkeys(f"{target.start} to {_last(target)} (plan {target.plan})" for target in quotas)
        return f"No plan has quotas for all of the days asked for; there are some for {_some(list(known))}."

    def _told_several(self) -> list[str]:
        return [
            f"{_of(spans)} the quotas of the plan {plan} count, not those of {_some(others)};"
            f" to choose: --plan {others[0]}."
            for (plan, others), spans in self._several.items()
        ]

    def _told_cut(self) -> list[str]:
        if self._cut and self._query.time_grain == "week":
            return ["A week has the part of a month's quota that falls into its days."]
        said = []
        for (start, end), last in self._cut.items():
            begins = start if self._begins(start) else self._calendar.containing(start, "quarter").start
            quarter = self._calendar.containing(end - timedelta(days=1), "quarter")
            whole = end if self._begins(end) else min(quarter.end, last)
            said.append(
                f"{start} to {end - timedelta(days=1)} cuts a month, and won is held against the part of the quota in"
                f" these days alone. For won to date against the whole quota: --from {begins}"
                f" --to {whole - timedelta(days=1)}."
            )
        return said


def _last(target: Target) -> date:
    return target.end - timedelta(days=1)


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _of(spans: Iterable[str]) -> str:
    named = [span for span in spans if span]
    return f"For {_some(named)}" if named else "Here"
