"""What changed from one plan to another, in words."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from typing import Any

from salesnb.counting import counted
from salesnb.planning.answers import QuotaAnswer
from salesnb.planning.means import PlannedDrivers
from salesnb.planning.model import Handover, Plan, Quota, QuotaMonth, QuotaPart
from salesnb.planning.resources import Certificate, ResponseCurve
from salesnb.planning.words import BASIS_POINTS, SHARE, digits_of, number_in_words, value_in_words

__all__ = ["Difference", "diff"]


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One change.

    Attributes
    ----------
    part
        The part of the plan: ``goals``, ``quotas``, …
    subject
        What changed: ``Goal won_amount``.
    before, after
        In words; empty where it was added or removed.
    """

    part: str
    subject: str
    before: str
    after: str

    def __str__(self) -> str:
        """Give the change in one line: ``Goal won_amount: 3,000,000 → 3,200,000``."""
        if not self.before:
            return f"{self.subject} added: {self.after}"
        if not self.after:
            return f"{self.subject} removed: {self.before}"
        return f"{self.subject}: {self.before} → {self.after}"


# What people call the nodes of both plans.
_Names = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class _Part:
    """How the items of a part of the plan are told apart, and called where that is not the same."""

    name: str
    noun: str
    key: Callable[[Any], str]
    title: Callable[[Any, "_Names"], str] | None = None


_PARTS = (
    _Part(name="objectives", noun="Objective", key=lambda item: item.id),
    _Part(name="goals", noun="Goal", key=lambda item: item.id),
    _Part(name="segments", noun="Segment", key=lambda item: item.id),
    _Part(
        name="quotas",
        noun="Quota",
        key=lambda quota: f"{quota.id}, {quota.kpi} {quota.period}",
        title=lambda quota, _names: f"{quota.name}, {quota.kpi} {quota.period}",
    ),
    _Part(
        name="commitments",
        noun="Commitment",
        key=lambda item: f"of {item.node}, {item.kpi} {item.period}",
        title=lambda item, names: f"of {_called(item.node, names)}, {item.kpi} {item.period}",
    ),
    _Part(
        name="answers",
        noun="Answer",
        key=lambda item: f"of {item.node}, {item.kpi} {item.period}",
        title=lambda item, names: f"of {_called(item.node, names)}, {item.kpi} {item.period}",
    ),
    _Part(
        name="handovers",
        noun="Handed over",
        key=lambda item: f"{item.giver} to {item.taker} on {item.on}, {item.kpi} {item.period}, {item.what}",
        title=lambda item, names: (
            f"by {_called(item.giver, names)} to {_called(item.taker, names)} from {item.on} on, {item.kpi} {item.period}"
        ),
    ),
    _Part(name="resources", noun="Resource", key=lambda item: item.id),
    _Part(name="allocation", noun="Allocation", key=lambda item: f"{item.resource} to {item.segment}"),
    _Part(
        name="limits",
        noun="Limit",
        key=lambda item: f"of {item.resource} for {item.name or ', '.join(item.segments)}",
    ),
    _Part(name="response_curves", noun="Response", key=lambda item: f"{item.segment} to {item.resource}"),
    _Part(name="milestones", noun="Milestone", key=lambda stone: f"{stone.goal} {stone.label}"),
    _Part(name="scenarios", noun="Scenario", key=lambda item: item.id),
    _Part(
        name="kpi_targets",
        noun="KPI target",
        key=lambda item: f"{item.kpi} of {item.node}",
        title=lambda item, names: f"{item.kpi} of {_called(item.node, names)}",
    ),
    _Part(name="actions", noun="Action", key=lambda item: item.id),
)
# What months and parts of a quota are where there are none.
_WITHIN = {"months": "by season", "parts": "not cut a second time"}
_FIELDS = {
    "moves": "drivers",
    "fates": "deals",
    "closed_count": "deals closed",
    "win_rate": "win rate",
    "average_deal_minor": "average deal",
    "weight": "share of the whole by its basis",
    "weight_bp": "share",
    "to_date": "adding up to",
}
# Of a season: too many numbers for a line.
_SPREADS = frozenset({"weeks", "reach"})
_SHARES = frozenset({"weight", "win_rate"})
_SEASONS = _Part(name="seasonality", noun="Season", key=lambda item: item.kpi)
_ASSUMED_ITEMS = (
    _Part(
        name="hires",
        noun="Hires",
        key=lambda item: f"of {item.node} in {item.label}",
        title=lambda item, names: f"of {_called(item.node, names)} in {item.label}",
    ),
    _Part(
        name="planned",
        noun="Planned drivers",
        key=lambda item: f"of {item.node}",
        title=lambda item, names: f"of {_called(item.node, names)}",
    ),
    _Part(name="productivity", noun="Productivity", key=lambda item: item.kpi),
    _Part(name="over_assignment", noun="Over-assignment", key=lambda item: f"of {item.kpi} at {item.level}"),
    _Part(name="segment_weights", noun="Weight", key=lambda item: f"of {item.criterion}"),
)
_HEAD = {
    "name": "Name",
    "status": "Status",
    "approval": "Approval",
    "period": "Period",
    "currency": "Currency",
}
_ASSUMED = {
    "ramp_bp": "Ramp",
    "attrition_bp": "Attrition a year",
    "backfill_months": "Months until a leaver is replaced",
    "notes": "Notes",
}
_SUMMARY = ("text", "name")


def diff(before: Plan, after: Plan) -> tuple[Difference, ...]:
    """Say what changed from one plan to another; the number of the revision is not a change.

    Examples
    --------
    >>> from salesnb.calendar import FiscalCalendar
    >>> from salesnb.planning import Goal, new_plan, set_goal
    >>> quarter = FiscalCalendar().period("2017-Q4")
    >>> goal = Goal(id="won_amount", kpi="won_amount", unit="money", target=300_000_000, period=quarter)
    >>> plan = new_plan(name="fy18", period=quarter, currency="USD", goals=[goal])
    >>> print(*diff(plan, set_goal(plan, "won_amount", 320_000_000)))
    Goal won_amount: 3,000,000 → 3,200,000
    """
    digits = digits_of(after.currency)
    names = {quota.id: quota.name for quota in (*before.quotas, *after.quotas)}
    found = list(_attributes("plan", _HEAD, before, after, digits))
    if before.certificate != after.certificate:
        was, now = (_certified(plan.certificate, digits) for plan in (before, after))
        found.append(Difference(part="allocation", subject="Worth of the allocation", before=was, after=now))
    before, after = (replace(plan, quotas=_weighed(plan.quotas)) for plan in (before, after))
    for part in _PARTS:
        found.extend(_items(part, getattr(before, part.name), getattr(after, part.name), digits, names))
    old, new = before.assumptions, after.assumptions
    for part in (_SEASONS, *_ASSUMED_ITEMS):
        found.extend(_items(part, getattr(old, part.name), getattr(new, part.name), digits, names))
    found.extend(_attributes("assumptions", _ASSUMED, old, new, digits))
    return tuple(found)


def _weighed(quotas: Sequence[Quota]) -> tuple[Quota, ...]:
    """Let each weight be its share of all in its cascade, which can be read where the weights themselves cannot."""
    sums: dict[tuple[str, str], Fraction] = {}
    for quota in quotas:
        key = quota.kpi, quota.period
        sums[key] = sums.get(key, Fraction()) + (quota.weight or 0)
    return tuple(
        replace(quota, weight=quota.weight / whole)
        if quota.weight is not None and (whole := sums[quota.kpi, quota.period])
        else quota
        for quota in quotas
    )


def _attributes(
    part: str, names: dict[str, str], before: object, after: object, digits: int
) -> Iterator[Difference]:
    for name, subject in names.items():
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            unit = BASIS_POINTS if name.endswith("_bp") else ""
            yield Difference(
                part=part,
                subject=subject,
                before=value_in_words(old, unit, digits),
                after=value_in_words(new, unit, digits),
            )


def _items(
    part: _Part, before: Sequence[Any], after: Sequence[Any], digits: int, names: _Names
) -> Iterator[Difference]:
    old = {part.key(item): item for item in before}
    new = {part.key(item): item for item in after}
    titles = _titles(part, {**old, **new}, names)
    for key in [*old, *(key for key in new if key not in old)]:
        subject = f"{part.noun} {titles[key]}"
        if key not in new:
            yield Difference(part=part.name, subject=subject, before=_summary(old[key], digits), after="")
        elif key not in old:
            yield Difference(part=part.name, subject=subject, before="", after=_summary(new[key], digits))
        elif old[key] != new[key]:
            yield from _fields(part.name, subject, old[key], new[key], digits)
    shared = [key for key in new if key in old]
    if shared != [key for key in old if key in new]:
        before_words, after_words = (", ".join(keys) for keys in ([k for k in old if k in new], shared))
        yield Difference(
            part=part.name, subject=f"Order of {part.name}", before=before_words, after=after_words
        )


def _called(node: str, names: _Names) -> str:
    """Call a node as people do; one that neither plan has is known by its id alone."""
    return names.get(node) or node.removeprefix("rep:")


def _titles(part: _Part, items: dict[str, Any], names: _Names) -> dict[str, str]:
    """Call items as people do; those that share a name keep their key."""
    if part.title is None:
        return {key: key for key in items}
    titles = {key: part.title(item, names) for key, item in items.items()}
    shared = Counter(titles.values())
    return {key: title if shared[title] == 1 else key for key, title in titles.items()}


def _fields(part: str, subject: str, before: Any, after: Any, digits: int) -> Iterator[Difference]:
    for spec in fields(before):
        old, new = getattr(before, spec.name), getattr(after, spec.name)
        if old == new:
            continue
        if spec.name in _WITHIN:
            yield _within(part, f"{subject}, {spec.name}", old, new, digits, _WITHIN[spec.name])
            continue
        if spec.name in _SPREADS:
            was, now = (counted(len(items), "step", "steps") for items in (old, new))
            yield Difference(
                part=part, subject=f"{subject}, {spec.name}", before=was, after=f"{now}, not the same"
            )
            continue
        was, now = (
            value_in_words(value, _unit(spec.name, spec.metadata, item), digits)
            for value, item in ((old, before), (new, after))
        )
        # What is rounded may read the same on both sides; then nobody can see a change.
        if was != now:
            named = spec.name in {"target", "amount", "total"}
            about = subject if named else f"{subject}, {_FIELDS.get(spec.name, spec.name)}"
            yield Difference(part=part, subject=about, before=was, after=now)


def _within(
    part: str,
    subject: str,
    before: Sequence[QuotaMonth | QuotaPart],
    after: Sequence[QuotaMonth | QuotaPart],
    digits: int,
    nothing: str,
) -> Difference:
    """Tell the months of a quota, or its parts, that changed."""
    same = set(before) & set(after)
    old, new = (
        ", ".join(
            f"{item.label} {number_in_words(item.amount, item.unit, digits)}"
            for item in items
            if item not in same
        )
        for items in (before, after)
    )
    return Difference(part=part, subject=subject, before=old or nothing, after=new or nothing)


def _certified(certificate: Certificate | None, digits: int) -> str:
    """Say what an allocation is to bring, and how much better any could be."""
    if certificate is None:
        return "not proved"
    outcome = number_in_words(certificate.outcome_minor, "money", digits)
    return f"{outcome} expected, at most {certificate.gap:.2%} better exists"


def _summary(item: Any, digits: int) -> str:
    """Say what an item is: in words of its own, its number, its text, or all of it."""
    if tell := _TOLD.get(type(item)):
        return tell(item, digits)
    for spec in fields(item):
        if "keys" in spec.metadata:
            return value_in_words(getattr(item, spec.name), item.unit, digits)
    for name in _SUMMARY:
        if hasattr(item, name):
            return value_in_words(getattr(item, name), "", digits)
    return value_in_words(item, "", digits)


def _handed_over(item: Handover, digits: int) -> str:
    return f"{item.what or 'a part'}, {number_in_words(Fraction(item.part), SHARE, digits)} of the quota"


def _drivers(item: PlannedDrivers, digits: int) -> str:
    rate = number_in_words(item.win_rate, SHARE, digits)
    size = number_in_words(item.average_deal_minor, "money", digits)
    return f"{counted(item.closed_count, 'deal', 'deals')} closed, win rate {rate}, average deal {size}"


def _answered(item: QuotaAnswer, _digits: int) -> str:
    return f"{item.answer} by {item.by}" + (f": {item.reason}" if item.reason else "")


_TOLD: Mapping[type, Callable[[Any, int], str]] = {
    ResponseCurve: lambda curve, _digits: f"{curve.form}, {curve.source}",
    Handover: _handed_over,
    PlannedDrivers: _drivers,
    QuotaAnswer: _answered,
}


def _unit(name: str, metadata: Any, item: Any) -> str:
    if name.endswith("_minor"):
        return "money"
    if name.endswith("_bp"):
        return BASIS_POINTS
    if name in _SHARES:
        return SHARE
    return str(item.unit) if "keys" in metadata else ""
