"""What the rest of the period may bring: as extracts hold it, and in words."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from salesnb.workbooks.findings_track import Track, track_from

if TYPE_CHECKING:
    from salesnb.money import Formatter
    from salesnb.workbooks.findings_reading import Reading

__all__ = ["Prospect", "chance_words", "level_names", "no_probability", "prospect_from", "prospect_sentence"]

# Below this a goal is called unlikely, and the page says what is as likely reached as not.
_UNLIKELY = 0.2
_NAMES = {0.9: "Nine in ten", 0.5: "Even", 0.2: "One in five"}


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
        Of attaining it, 0.01 to 0.99; None where none is shown, with the ``reason`` and, where that is said instead,
        the ``base_rate``: how often such targets were attained on the past.
    low, high
        The range that holds in 80 of 100 cases.
    even
        What is as likely reached as not.
    levels
        Pairs of a probability and what is reached with it: commit, target and stretch.
    views
        How it was told, in words.
    reps
        Those below.
    quantiles
        Totals that are equally likely, in order; empty where none are kept.
    track
        How far such outlooks were right on the past; None where that is not told.
    """

    id: str
    name: str
    target: float
    to_date: float
    probability: float | None
    low: float
    high: float
    even: float
    reason: str = ""
    base_rate: float | None = None
    levels: tuple[tuple[float, float], ...] = ()
    views: str = ""
    reps: "tuple[Prospect, ...]" = ()
    quantiles: tuple[float, ...] = ()
    track: Track | None = None


def prospect_from(part: Mapping[str, Any] | None) -> Prospect | None:
    """Read it from an extract; what a later package may have added is left out."""
    if not part:
        return None
    known = {field.name: part[field.name] for field in fields(Prospect) if field.name in part}
    reps = tuple(one for rep in part.get("reps") or () if (one := prospect_from(rep)) is not None)
    more = {
        "quantiles": tuple(part.get("quantiles") or ()),
        "levels": tuple((float(chance), float(amount)) for chance, amount in part.get("levels") or ()),
        "track": track_from(part.get("track")),
    }
    return Prospect(**known | {"reps": reps, **more})


def prospect_sentence(reading: "Reading", prospect: Prospect) -> str:
    """Say how likely the goal is attained, within what it ends, and what is within reach.

    Where no probability is shown, the range stands alone, with the reason.
    """
    say, unit = reading.say, reading.at.unit
    low, high = (say.amount(value, unit) for value in (prospect.low, prospect.high))
    ends = f"{reading.period} ends between {low} and {high} in 80 of 100 such cases"
    target = say.amount(prospect.target, unit)
    if prospect.to_date >= prospect.target:
        return f"The goal of {target} is reached: {ends}."
    if prospect.probability is None:
        return f"{ends}. {no_probability(prospect, reading.extract.fmt)}"
    chance = reading.extract.fmt.ratio(prospect.probability, 0)
    said = f"The goal of {target} is attained with a probability of {chance}: {ends}."
    if prospect.probability < _UNLIKELY:
        said += f" {say.amount(prospect.even, unit)} is as likely reached as not."
    return said


def level_names(prospect: Prospect, fmt: "Formatter") -> tuple[str, ...]:
    """Name the levels by how likely they are reached; the usual chances have names of their own."""
    return tuple(_NAMES.get(chance) or f"{fmt.ratio(chance, 0)} chance" for chance, _ in prospect.levels)


def no_probability(prospect: Prospect, fmt: "Formatter") -> str:
    """Say why no probability is shown, and what stands in its place."""
    instead = ""
    if prospect.base_rate is not None:
        instead = f": {fmt.ratio(prospect.base_rate, 0)} of them were"
    return f"No probability is shown: {prospect.reason}{instead}."


def chance_words(prospect: Prospect, fmt: "Formatter") -> str | None:
    """Give the cell of a table for the chance; None of a quota of nothing, and where nothing can be said."""
    if not prospect.target:
        return None
    if prospect.to_date >= prospect.target:
        return "reached"
    if prospect.probability is not None:
        return fmt.ratio(prospect.probability, 0)
    return None if prospect.base_rate is None else f"base rate {fmt.ratio(prospect.base_rate, 0)}"
