"""What others have measured: how much more is sold for one per cent more of an effort.

Means of meta-analyses, which stand in for a history that is short, and lend a short one their sense of size. Estimates of
single companies lie widely around them.

References
----------
Albers, Mantrala and Sridhar 2010, *Personal Selling Elasticities: A Meta-Analysis*, Journal of Marketing Research 47: mean
.34 over industries. Sethuraman, Tellis and Briesch 2011, *How Well Does Advertising Work?*, Journal of Marketing Research 48:
mean short-term .12 over 751 estimates, long-term .24. Henningsen, Heuke and Clement 2011, BuR - Business Research 4, find .09
for the current period.
"""

import math
from dataclasses import dataclass

from salesnb.errors import BadInput

__all__ = ["ADVERTISING", "SELLING", "Elasticity"]


@dataclass(frozen=True, kw_only=True)
class Elasticity:
    """What is known of an elasticity before any data of one's own: log-normal.

    Attributes
    ----------
    mean
        Per cent more sold for one per cent more effort, around today's effort; above 0.
    between
        Standard deviation of its logarithm among companies.
    within
        Among the segments of one company, before the data say otherwise.
    source
        What it is.
    citation
        Who measured it; empty where nobody is to be named.

    Raises
    ------
    BadInput
        When a number is not above 0.

    Examples
    --------
    >>> round(SELLING.median, 3)
    0.264
    """

    mean: float
    between: float = 0.6
    within: float = 0.38
    source: str = "published elasticities"
    citation: str = ""

    def __post_init__(self) -> None:
        for name in ("mean", "between", "within"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0):
                raise BadInput(
                    f"The elasticity has a {name} of {value:g}.", hint="Use a finite number above 0."
                )

    @property
    def cited(self) -> str:
        """Say it with its size and who measured it."""
        by = f", {self.citation}" if self.citation else ""
        return f"{self.source} ({self.mean:g}{by})"

    @property
    def spread(self) -> float:
        """Standard deviation of the logarithm of one segment's."""
        return math.hypot(self.between, self.within)

    @property
    def median(self) -> float:
        """Below which one segment's lies in half of the cases."""
        return self.mean * math.exp(-(self.spread**2) / 2)


SELLING = Elasticity(mean=0.34, citation="Albers, Mantrala and Sridhar 2010")
ADVERTISING = Elasticity(mean=0.12, citation="Sethuraman, Tellis and Briesch 2011")
