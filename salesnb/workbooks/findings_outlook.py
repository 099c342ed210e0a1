"""What the rest of the period may bring: as extracts hold it, and in words."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from salesnb.workbooks.findings_reading import Reading

__all__ = ["Prospect", "prospect_from", "prospect_sentence"]

# Below this a goal is called unlikely, and the page says what is as likely reached as not.
_UNLIKELY = 0.2


@dataclass(frozen=True, kw_only=True)
class Prospect:
    """The outlook of a node or rep.

    Attributes
    ----------
    id, name
        Of whom.
    target, to_date
        Quota, and what there is of it; in minor units or as a count.
    probability
        Of attaining it, 0.01 to 0.99; None where none is shown, with the ``reason``.
    low, high
        The range that holds in 80 of 100 cases.
    commit, even, stretch
        What is reached with a probability of 0.9, 0.5 and 0.2.
    views
        How it was told, in words.
    reps
        Those below.
    quantiles
        Totals that are equally likely, in order; empty where none are kept.
    """

    id: str
    name: str
    target: float
    to_date: float
    probability: float | None
    low: float
    high: float
    commit: float
    even: float
    stretch: float
    reason: str = ""
    views: str = ""
    reps: "tuple[Prospect, ...]" = ()
    quantiles: tuple[float, ...] = ()


def prospect_from(part: Mapping[str, Any] | None) -> Prospect | None:
    """Read it from an extract; what a later package may have added is left out."""
    if not part:
        return None
    known = {field.name: part[field.name] for field in fields(Prospect) if field.name in part}
    reps = tuple(one for rep in part.get("reps") or () if (one := prospect_from(rep)) is not None)
    return Prospect(**known | {"reps": reps, "quantiles": tuple(part.get("quantiles") or ())})


def prospect_sentence(reading: "Reading", prospect: Prospect) -> str:
    """Say how likely the goal is attained, within what it ends, and what is within reach.

    Where no probability is shown, the range stands alone, with the reason.
    """
    say, unit = reading.say, reading.at.unit
    low, high = (say.amount(value, unit) for value in (prospect.low, prospect.high))
    ends = f"{reading.period} ends between {low} and {high} in 80 of 100 such cases"
    if prospect.probability is None:
        return f"{ends}. No probability is shown: {prospect.reason}."
    target = say.amount(prospect.target, unit)
    if prospect.to_date >= prospect.target:
        return f"The goal of {target} is reached: {ends}."
    chance = reading.extract.fmt.ratio(prospect.probability, 0)
    said = f"The goal of {target} is attained with a probability of {chance}: {ends}."
    if prospect.probability < _UNLIKELY:
        said += f" {say.amount(prospect.even, unit)} is as likely reached as not."
    return said
