"""Why a figure differs from another, in words: names of effects, the finding, and how it was computed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from salesnb.money import Formatter
from salesnb.workbooks.findings_words import Wording, capital, join, many

__all__ = ["Told", "caption", "effect_labels", "finding"]

_CORE = {
    "volume": "Closed deals",
    "win rate": "Win rate",
    "deal size": "Deal size",
    "mix": "Mix",
    "price": "Price",
    "unpriced": "Without a price",
}
Amount = int | float


@dataclass(frozen=True, kw_only=True)
class Told:
    """Two figures and what lies between them.

    Attributes
    ----------
    label, unit
        Of the KPI.
    before, after
        The name of each end, and its figure.
    effects
        By label, in the order in which they are told; they add up to the difference.
    """

    label: str
    unit: str
    before: tuple[str, Amount]
    after: tuple[str, Amount]
    effects: tuple[tuple[str, Amount], ...]
    fmt: Formatter

    @property
    def difference(self) -> Amount:
        """After less before."""
        return self.after[1] - self.before[1]


def effect_labels(
    names: Sequence[str],
    by: Sequence[str],
    *,
    planned: bool = False,
    own: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, str]:
    """Name effects as people read them.

    Parameters
    ----------
    by
        Dimensions that lines are told by.
    planned
        Whether the earlier end is a plan.
    own
        Names that are known already, such as labels of KPIs.

    Examples
    --------
    >>> effect_labels(["volume", "new"], ["product"])
    {'volume': 'Closed deals', 'new': 'New products'}
    """
    lines = many(by[0].rpartition(".")[2]) if len(by) == 1 else "lines"
    apart = (
        {"new": "Not planned", "lost": "Nothing closed"}
        if planned
        else {"new": f"New {lines}", "lost": f"Lost {lines}"}
    )
    known = {**_CORE, **apart, **own}
    if "price" in names:
        known["volume"] = "Units"
    return {name: known.get(name, capital(name.replace("_", " "))) for name in names}


def caption(method: str, by: Sequence[str]) -> str:
    """Name method and grain.

    Examples
    --------
    >>> caption("Shapley over 4 factors", ["team", "product"])
    'Shapley over 4 factors, by team and product'
    """
    return capital(f"{method}, {f'by {join(by)}' if by else 'of the whole'}")


def finding(told: Told) -> str:
    """Say in a sentence what changed, and what did most of it."""
    say, difference = Wording(told.fmt), told.difference
    if not difference:
        moved = " though its parts moved" if any(amount for _, amount in told.effects) else ""
        return f"{told.label} in {told.after[0]} is the same as in {told.before[0]}{',' if moved else ''}{moved}."
    way = "above" if difference > 0 else "below"
    amount = _plain(say, told, abs(difference))
    share = ""
    if told.before[1] and told.unit != "ratio":
        share = f" ({say.change(told.after[1], told.before[1])})"
    return f"{told.label} in {told.after[0]} is {amount}{share} {way} {told.before[0]}{_mainly(told, say)}."


def _mainly(told: Told, say: Wording) -> str:
    sign = 1 if told.difference > 0 else -1
    helping = [(label, amount) for label, amount in told.effects if amount * sign > 0]
    if not helping:
        return ""
    label, amount = max(helping, key=lambda effect: abs(effect[1]))
    words = f": mostly {_lower(label)} ({_signed(say, told, amount)})"
    other = [(label, amount) for label, amount in told.effects if amount * sign < 0]
    label, against = max(other, key=lambda effect: abs(effect[1]), default=("", 0))
    if abs(against) * 10 > abs(amount):
        words += f", against {_lower(label)} ({_signed(say, told, against)})"
    return words


def _plain(say: Wording, told: Told, amount: Amount) -> str:
    if told.unit == "ratio":
        return f"{told.fmt.number(float(amount) * 100, 1)} points"
    return say.amount(amount, told.unit)


def _signed(say: Wording, told: Told, amount: Amount) -> str:
    return say.signed_points(float(amount)) if told.unit == "ratio" else say.signed(amount, told.unit)


def _lower(label: str) -> str:
    return label[:1].lower() + label[1:] if label[1:2].islower() else label
