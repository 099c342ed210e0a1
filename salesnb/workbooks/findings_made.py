"""How a quota was made and what its owner says of it: as extracts hold it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

__all__ = ["Answer", "Below", "Made", "made_from"]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the owner of a quota said of it: ``accepted`` or ``disputed``, who, when and why, of what amount and revision."""

    answer: str
    by: str
    on: str
    reason: str = ""
    amount: int = 0
    revision: int | None = None


@dataclass(frozen=True, kw_only=True)
class Below:
    """A rep right below: quota, what it commits to, its answer, and one to an earlier quota; None where there is none."""

    name: str
    quota: int | None = None
    committed: int | None = None
    answer: Answer | None = None
    outdated: Answer | None = None


@dataclass(frozen=True, kw_only=True)
class Made:
    """How a quota was made.

    Attributes
    ----------
    basis, amount, own_past
        The basis in words, the quota, and what the rep won in the time that it splits by.
    parent, parent_amount
        The node above, and its quota; None where that would tell others apart.
    over
        Pairs of a level and how much more its quotas come to than the goal.
    lock
        Who fixed it and why; empty where nobody has.
    hired, ramp
        First day, and pairs of a month and the share of a ramped rep in it.
    places
        Of a rep who changes team within the period: team, first and last day there, and the part of the quota, each.
    handed
        What changed hands within the period: what, ``to`` or ``from``, whom, and the first day, each.
    days_there
        Days of the period on which the rep is there, where these are not all.
    effective
        What the quota asks for the days so far, by season, ramp and presence.
    potential, potential_times, potential_source
        Of the territory: in minor units, as a multiple of the mean of all, and where that is from.
    committed, from_below, gap, answer, outdated
        What the owner, or those below, commit to, that less the quota, the answer, and one to an earlier quota.
    below
        The reps right below.
    """

    basis: str
    amount: int
    own_past: int | None = None
    parent: str = ""
    parent_amount: int | None = None
    over: tuple[tuple[str, float], ...] = ()
    lock: tuple[str, str] | None = None
    hired: date | None = None
    ramp: tuple[tuple[str, float], ...] = ()
    places: tuple[tuple[str, date, date, int], ...] = ()
    handed: tuple[tuple[str, str, str, date], ...] = ()
    days_there: int | None = None
    effective: int | None = None
    potential: float | None = None
    potential_times: float | None = None
    potential_source: str = ""
    committed: int | None = None
    from_below: int | None = None
    gap: int | None = None
    answer: Answer | None = None
    outdated: Answer | None = None
    below: tuple[Below, ...] = ()


def made_from(part: Mapping[str, Any] | None) -> Made | None:
    """Read it from an extract; what a later package may have added is left out."""
    if not part:
        return None
    known = _known(Made, part)
    lock = part.get("lock")
    hired = part.get("hired")
    return Made(
        **known
        | {
            "over": tuple((str(one["level"]), float(one["over"])) for one in part.get("over") or ()),
            "lock": (str(lock["by"]), str(lock["why"])) if lock else None,
            "hired": date.fromisoformat(hired) if hired else None,
            "ramp": tuple((str(label), float(share)) for label, share in part.get("ramp") or ()),
            "places": tuple(
                (str(name), date.fromisoformat(first), date.fromisoformat(last), int(amount))
                for name, first, last, amount in part.get("places") or ()
            ),
            "handed": tuple(
                (str(one["what"]), str(one["way"]), str(one["name"]), date.fromisoformat(one["on"]))
                for one in part.get("handed") or ()
            ),
            **_answers(part),
            "below": tuple(Below(**_known(Below, one) | _answers(one)) for one in part.get("below") or ()),
        }
    )


def _answers(part: Mapping[str, Any]) -> dict[str, Answer | None]:
    return {name: _answer(part.get(name)) for name in ("answer", "outdated")}


def _answer(part: Mapping[str, Any] | None) -> Answer | None:
    return Answer(**_known(Answer, part)) if part else None


def _known(kind: type, part: Mapping[str, Any]) -> dict[str, Any]:
    return {spec.name: part[spec.name] for spec in fields(kind) if spec.name in part}
