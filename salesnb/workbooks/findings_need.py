"""What a goal needs of open pipeline, for a chosen confidence: as extracts hold it, and in words."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from salesnb.workbooks.findings_words import Wording

__all__ = ["LEAST_OPEN", "LEAST_WINS", "YEARS", "Need", "chances", "need_from", "need_part"]

# With fewer wins a curve is off by more than a third of itself; fewer open deals do not show what more like them bring.
LEAST_WINS = 30
LEAST_OPEN = 10
YEARS = 2

_CHANCES = {
    0.5: "an even chance",
    0.6: "three chances in five",
    0.75: "three chances in four",
    0.8: "four chances in five",
    0.9: "nine chances in ten",
    0.95: "19 chances in 20",
}


@dataclass(frozen=True, kw_only=True)
class Need:
    """The pipeline that a goal needs.

    Attributes
    ----------
    confidence
        Of winning what is missing in the days left.
    wins, whose
        How many wins of the last years the win curve has, and whether they are the unit's ``own`` or the ``company``'s.
    days_left
        Until the period's last day.
    deals, older, undated
        Open deals with an age; those among them older than the curve tells, taken as not won in time; and those
        without an age, which are left out.
    coverage, even
        Open pipeline like that at hand over what is missing, for the confidence and for an even chance; None where it
        cannot be told.
    won_share
        What share of the open amount is won in time on average.
    """

    confidence: float
    wins: int
    whose: str
    days_left: int
    deals: int
    older: int = 0
    undated: int = 0
    coverage: float | None = None
    even: float | None = None
    won_share: float | None = None

    @property
    def enough_data(self) -> bool:
        """Whether there are enough wins and open deals to tell."""
        return self.wins >= LEAST_WINS and self.deals >= LEAST_OPEN

    def basis(self, say: Wording) -> str:
        """Say what it rests on: ``212 wins of the last two years``."""
        of = "" if self.whose == "own" else ", the whole company's,"
        return f"{say.count(self.wins, 'win')}{of} of the last two years"

    def why_not(self, say: Wording) -> str:
        """Say why there is no coverage; empty where there is one."""
        if self.coverage is not None:
            return ""
        if self.wins < LEAST_WINS:
            return f"{say.count(self.wins, 'win')} of the last two years; {LEAST_WINS} are needed"
        if self.deals < LEAST_OPEN:
            return f"{say.count(self.deals, 'open deal')} with a creation date; {LEAST_OPEN} are needed"
        return (
            f"hardly any deal as old as the open ones was ever won within {say.count(self.days_left, 'day')}"
        )


def chances(confidence: float, say: Wording) -> str:
    """Write a confidence as people say it.

    Examples
    --------
    >>> from salesnb.money import Formatter
    >>> chances(0.8, Wording(Formatter())), chances(0.85, Wording(Formatter()))
    ('four chances in five', 'a chance of 85%')
    """
    return _CHANCES.get(round(confidence, 4), f"a chance of {say.share(confidence)}")


def need_part(need: Need | None) -> dict[str, Any]:
    """Give it as an extract holds it; nothing where there is none. Figures are rounded to what they can tell."""
    if need is None:
        return {}
    rounded = {
        name: None if value is None else round(value, 4) if isinstance(value, float) else value
        for name, value in asdict(need).items()
    }
    return {"need": rounded}


def need_from(part: Mapping[str, Any] | None) -> Need | None:
    """Read it from an extract; what a later package may have added is left out."""
    if not part:
        return None
    return Need(**{field.name: part[field.name] for field in fields(Need) if field.name in part})
