"""What changed against last year or the period before, effect by effect, adding up exactly."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from salesnb.workbooks.extract import ReviewExtract

__all__ = ["GRAIN", "METHOD", "STEADY", "Change", "Effect", "change"]

# A change of less than two per cent of the base is not called a change.
STEADY = Fraction(2, 100)

# How the facts of a review are decomposed, and by what: `salesnb.actions.facts` makes them.
METHOD, GRAIN = "Shapley over 4 factors", "product"

_LABELS = {
    "volume": "Closed deals",
    "win rate": "Win rate",
    "deal size": "Deal size",
    "mix": "Mix",
    "new": f"New {GRAIN}s",
    "lost": f"Lost {GRAIN}s",
}
_WHY = {
    "volume": ("more deals closed", "fewer deals closed"),
    "win rate": ("a higher win rate", "a lower win rate"),
    "deal size": ("larger deals", "smaller deals"),
    "mix": ("a richer mix", "a poorer mix"),
    "new": (f"new {GRAIN}s", f"new {GRAIN}s"),
    "lost": (f"{GRAIN}s that are sold no more", f"{GRAIN}s that are sold no more"),
}
_BASES = (("drivers_last_year", "last_year"), ("drivers_previous_period", "previous"))


@dataclass(frozen=True, kw_only=True)
class Effect:
    """One cause and what it brought, in minor units."""

    key: str
    amount: int

    @property
    def label(self) -> str:
        """Its name on a chart."""
        return _LABELS.get(self.key, self.key.capitalize())

    @property
    def why(self) -> str:
        """The cause as a sentence has it."""
        better, worse = _WHY.get(self.key, (f"more {self.key}", f"less {self.key}"))
        return better if self.amount >= 0 else worse


@dataclass(frozen=True, kw_only=True)
class Change:
    """Won amount then and now; ``base + effects == actual``.

    Attributes
    ----------
    window
        ``last_year`` or ``previous``: what it is compared with, over as many days.
    """

    window: str
    base: int
    actual: int
    effects: tuple[Effect, ...]

    @property
    def difference(self) -> int:
        """Now less then."""
        return self.actual - self.base

    @property
    def steady(self) -> bool:
        """Whether the change is too small to be called one."""
        return abs(self.difference) <= STEADY * abs(self.base)

    @property
    def main(self) -> Effect | None:
        """The largest effect in the direction of the change."""
        sign = 1 if self.difference >= 0 else -1
        helping = [effect for effect in self.effects if effect.amount * sign > 0]
        return max(helping, key=lambda effect: abs(effect.amount), default=None)

    @property
    def against(self) -> Effect | None:
        """The largest effect in the other direction, where it is more than a tenth of the main one."""
        main = self.main
        if main is None:
            return None
        other = [effect for effect in self.effects if effect.amount * main.amount < 0]
        found = max(other, key=lambda effect: abs(effect.amount), default=None)
        return found if found and abs(found.amount) * 10 > abs(main.amount) else None

    def effect(self, key: str) -> int:
        """Give one effect's amount; 0 where there is none."""
        return next((effect.amount for effect in self.effects if effect.key == key), 0)


def change(extract: ReviewExtract) -> Change | None:
    """Compare with last year where it is known, else with the period before; None where neither is."""
    windows = {row["window"]: row for row in extract.table("headline")}
    for table, window in _BASES:
        found = _against(extract, windows, table, window)
        if found:
            return found
    return None


def _against(
    extract: ReviewExtract, windows: dict[str, dict[str, Any]], table: str, window: str
) -> Change | None:
    base, actual = (windows.get(name, {}).get("won_amount") for name in (window, "period"))
    effects = tuple(
        Effect(key=str(row["effect"]).lower().replace("_", " "), amount=int(row["amount"] or 0))
        for row in extract.table(table)
    )
    known = base or windows.get(window, {}).get("closed_count")
    if not known or not effects or sum(effect.amount for effect in effects) != (actual or 0) - (base or 0):
        return None
    return Change(window=window, base=int(base or 0), actual=int(actual or 0), effects=effects)
