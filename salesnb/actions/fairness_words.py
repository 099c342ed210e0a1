"""Fairness of quotas as people and programs read it."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from salesnb import planning
from salesnb.actions.fairness import FairnessFound
from salesnb.counting import counted
from salesnb.money import Formatter
from salesnb.planning import Slope

__all__ = ["band_records", "fairness_document", "fairness_lines"]

_NAMED = 3


def band_records(found: FairnessFound, formatter: Formatter) -> list[dict[str, object]]:
    """Give a row a band of attainment."""
    return [
        {"attainment": band.label, "reps": band.reps, "share": formatter.ratio(band.share, 0)}
        for band in found.bands
    ]


def fairness_lines(found: FairnessFound, formatter: Formatter) -> tuple[str, ...]:
    """Say what was found, a sentence or two each."""
    return (
        *_attained(found, formatter),
        _territories(found),
        *_ratchet(found),
        *_raised(found, formatter),
        *_unread(found),
    )


def _unread(found: FairnessFound) -> Iterator[str]:
    if found.unread:
        files = ", ".join(f"{name}.plan.json" for name in found.unread)
        yield f"Not looked at, because it cannot be read: {files}."


def fairness_document(found: FairnessFound, digits: int) -> dict[str, Any]:
    """Give everything as JSON has it: money in major units as text, what is not known as null."""
    unit = found.goal.unit

    def shown(value: int) -> Decimal | int:
        return Decimal(value).scaleb(-digits) if unit == "money" else value

    return {
        "plan": found.plan.name,
        "revision": found.plan.revision,
        "kpi": found.goal.kpi,
        "unit": unit,
        "period": found.goal.period.label,
        "as_of": found.as_of,
        "basis": found.basis,
        "team_attainment": planning.team_attainment(found.results),
        "share_at_quota": planning.share_at_quota(found.results),
        "healthy": {"low": found.healthy.low, "high": found.healthy.high, "source": found.healthy.source},
        "bands": [
            {"low": band.low, "high": band.high, "reps": band.reps, "share": band.share}
            for band in found.bands
        ],
        "potential": {**_slope(found.potential), "source": found.potential_source},
        "ratchet": None
        if found.ratchet is None
        else {
            "earlier_plan": found.earlier,
            **dict(zip(("all", "attained", "missed"), map(_slope, found.ratchet), strict=True)),
        },
        "reps": [
            {
                "id": result.rep,
                "name": found.names[result.rep],
                "full_quota": shown(found.full[result.rep]),
                "effective_quota": shown(result.quota),
                "credited": shown(result.credited),
                "attainment": None if result.attainment is None else float(result.attainment),
                "potential": result.potential,
            }
            for result in found.results
        ],
    }


def _slope(slope: Slope) -> dict[str, Any]:
    return {
        "slope": slope.slope,
        "low": slope.low,
        "high": slope.high,
        "confidence": slope.confidence,
        "reps": slope.points,
        "why": slope.why,
    }


def _attained(found: FairnessFound, formatter: Formatter) -> tuple[str, ...]:
    share, team = planning.share_at_quota(found.results), planning.team_attainment(found.results)
    if share is None or team is None:
        return ("Nobody carries a quota in these days.",)
    healthy = found.healthy
    ends = f"{formatter.ratio(healthy.low, 0)} to {formatter.ratio(healthy.high, 0)}"
    words = {"below": "fewer than", "within": "as many as", "above": "more than"}
    at_quota = (
        f"{formatter.ratio(share, 0)} of reps are at or above theirs: {words[healthy.verdict(share)]} the {ends} that"
        f" are taken to be healthy ({healthy.source})."
    )
    return (f"Together they attain {formatter.ratio(team)} of their effective quotas.", at_quota)


def _territories(found: FairnessFound) -> str:
    slope = found.potential
    if slope.slope is None:
        why = slope.why if slope.points else "No rep's potential is known."
        return f"Whether attainment depends on territory potential is not known. {why}"
    verdict = (
        "Attainment depends on territory potential"
        if slope.found
        else "It is not shown that attainment depends on territory potential"
    )
    return (
        f"{verdict}: twice the mean potential goes with {_points(slope.slope)} of quota"
        f" ({_interval(slope)}, {slope.points} reps). Potential: {found.potential_source}."
    )


def _ratchet(found: FairnessFound) -> tuple[str, ...]:
    if found.ratchet is None:
        return (
            "Whether beating a quota raises the next is not known: there is no earlier plan of that length.",
        )
    told = []
    for who, slope in zip(("Of all reps", "Of who attained", "Of who missed"), found.ratchet, strict=True):
        if slope.slope is None:
            told.append(f"{who}, how quotas follow {found.earlier} is not known. {slope.why}")
            continue
        verdict = "quotas follow" if slope.found else "it is not shown that quotas follow"
        told.append(
            f"{who}, {verdict} what was attained of {found.earlier}: ten points more go with"
            f" {slope.slope * 10:+.1f} % of quota ({_interval(slope, 10)}, {slope.points} reps)."
        )
    return tuple(told)


def _raised(found: FairnessFound, formatter: Formatter) -> tuple[str, ...]:
    """Name those who beat their quota and whose next rose most, with both amounts."""
    beat = [rise for rise in found.rises if rise.attained >= 1 and rise.growth > 0]
    if not beat:
        return ()
    unit = found.goal.unit
    most = sorted(beat, key=lambda rise: (-rise.growth, rise.rep))[:_NAMED]
    told = "; ".join(
        f"{found.names[rise.rep]} attained {formatter.ratio(rise.attained, 0)} and goes from"
        f" {formatter.value(rise.before, unit)} to {formatter.value(found.full[rise.rep], unit)}"
        f" (+{formatter.ratio(rise.growth, 0)})"
        for rise in most
    )
    count = counted(len(beat), "rep who attained", "reps who attained")
    return (f"{count} {found.earlier} get more, the most: {told}.",)


def _points(share: float) -> str:
    return f"{share * 100:+.1f} points"


def _interval(slope: Slope, times: float = 100) -> str:
    low, high = (slope.low or 0) * times, (slope.high or 0) * times
    return f"{slope.confidence * 100:.0f} % interval {low:+.1f} to {high:+.1f}"
