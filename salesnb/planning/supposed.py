"""What a scenario supposes of drivers and of deals, beside what it demands of targets and resources."""

from dataclasses import dataclass, field

from salesnb.counting import counted
from salesnb.planning.measures import LEFT_OUT

__all__ = ["FATES", "LATER_HIRES", "DealFate", "DriverMove"]

LATER_HIRES = "hires"
"""The driver that is moved in months: hires that come later than planned."""
FATES = ("lost", "won")


@dataclass(frozen=True, kw_only=True)
class DriverMove:
    """A driver that is not as measured.

    Attributes
    ----------
    driver
        ``win rate``, ``cycle``, ``deal size``, ``creation``, ``attrition`` or ``hires``.
    by
        By how much of itself (0.1 is a tenth more); of attrition, points of the share of reps who leave in a year; of
        hires, the months that they come later.
    """

    driver: str
    by: float

    def in_words(self) -> str:
        """Say what is supposed.

        Examples
        --------
        >>> DriverMove(driver="win rate", by=0.1).in_words(), DriverMove(driver="attrition", by=-0.02).in_words()
        ('win rate +10 %', 'attrition -2 points')
        >>> DriverMove(driver="hires", by=2).in_words()
        'hires 2 months later'
        """
        if self.driver == LATER_HIRES:
            return f"hires {counted(round(self.by), 'month', 'months')} later"
        return f"{self.driver} {self.by * 100:+.4g} {'points' if self.driver == 'attrition' else '%'}"


@dataclass(frozen=True, kw_only=True)
class DealFate:
    """An open deal that is taken to be lost, or won in the period.

    Attributes
    ----------
    deal, name
        Its id, and what people called it then.
    fate
        One of ``FATES``.
    """

    deal: str
    name: str = field(default="", metadata=LEFT_OUT)
    fate: str

    def in_words(self) -> str:
        """Say what is supposed: ``Acme lost``."""
        return f"{self.name or self.deal} {self.fate}"
