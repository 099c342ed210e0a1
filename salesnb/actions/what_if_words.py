"""A what-if in words: where drivers stand, what the outlook was and becomes, and how that is found."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from salesnb.planning.supposed import LATER_HIRES

if TYPE_CHECKING:
    from salesnb.actions.what_if import Basis
    from salesnb.actions.what_if_deals import OpenDeal
    from salesnb.actions.what_if_drivers import Driver
    from salesnb.money import Formatter
    from salesnb.outlook.attain import Attainment
    from salesnb.planning import Goal

__all__ = [
    "Stand",
    "change_words",
    "deal_words",
    "driver_value",
    "measured_words",
    "method_words",
    "stand_of",
]

TITLES = {
    "win rate": "Win rate",
    "deal size": "Deal size",
    "cycle": "Sales cycle",
    "creation": "Deals created",
    "attrition": "Attrition",
    LATER_HIRES: "Hires come later",
}


@dataclass(frozen=True, kw_only=True)
class Stand:
    """An outlook against its goal, in words.

    Attributes
    ----------
    outlook, range
        The middle, and between what 80 of 100 such cases end.
    chance
        Of attaining the goal; a dash where none is shown.
    why
        Why none is shown; empty where one is.
    gap
        What the middle lacks to the goal, or has beyond it.
    """

    outlook: str
    range: str
    chance: str
    why: str
    gap: str


def stand_of(attainment: "Attainment", goal: "Goal", shown: "Formatter") -> Stand:
    """Put an outlook into words."""
    chance = attainment.chance
    middle = attainment.outcome.quantile(0.5)
    low, high = (shown.value(round(end), goal.unit) for end in (chance.low, chance.high))
    off = round(middle) - goal.target
    beyond = f"{shown.value(abs(off), goal.unit)} {'above' if off >= 0 else 'below'} the goal"
    why = chance.reason
    if chance.base_rate is not None:
        why += f"; so often they were: {shown.ratio(chance.base_rate, 0)}"
    return Stand(
        outlook=shown.value(round(middle), goal.unit),
        range=f"{low} to {high}",
        chance=shown.ratio(chance.probability, 0),
        why=why,
        gap=beyond if off else "on the goal",
    )


def change_words(before: "Attainment", after: "Attainment", goal: "Goal", shown: "Formatter") -> str:
    """Say what is different from the outlook as it is."""
    moved = round(after.outcome.quantile(0.5)) - round(before.outcome.quantile(0.5))
    if not moved:
        said = "The middle of the outlook stays where it is"
    else:
        amount = shown.value(abs(moved), goal.unit)
        said = f"The outlook {'rises' if moved > 0 else 'falls'} by {amount}"
    was, now = before.chance.probability, after.chance.probability
    if was is None or now is None:
        return f"{said}."
    was_words, now_words = shown.ratio(was, 0), shown.ratio(now, 0)
    if was_words == now_words:
        return f"{said}; the goal stays as likely: {now_words}."
    return f"{said}; the goal becomes {'more' if now > was else 'less'} likely: {now_words} instead of {was_words}."


def driver_value(driver: "Driver", step: int, shown: "Formatter") -> str:
    """Say where a driver stands after a step."""
    value = driver.value(step)
    if driver.name == LATER_HIRES:
        return "as planned" if not step else f"{step} {'month' if step == 1 else 'months'} later"
    if value is None:
        return "not known"
    forms = {
        "ratio": lambda: shown.ratio(value),
        "money": lambda: shown.money(round(value)),
        "days": lambda: f"{shown.number(value, 1)} days",
        "a month": lambda: f"{shown.number(value, 1)} a month",
    }
    return forms[driver.unit]()


def measured_words(driver: "Driver", shown: "Formatter") -> str:
    """Say where a driver stands as it is, and how that is known; or why it cannot be moved."""
    if driver.why_not:
        return driver.why_not
    if driver.name == LATER_HIRES:
        return driver.source
    return f"{driver_value(driver, 0, shown)}, {driver.source}"


def deal_words(deal: "OpenDeal", shown: "Formatter") -> str:
    """Say whose a deal is, what it is worth and how likely it is won in the period."""
    worth = shown.money(deal.expected) if deal.expected else "no value known"
    chance = f"won in the period in {shown.ratio(deal.chance, 0)} of the draws"
    who = [part for part in (deal.account if deal.account not in deal.title else "", deal.rep) if part]
    return ", ".join([*who, worth, chance])


def method_words(basis: "Basis", shown: "Formatter") -> tuple[str, ...]:
    """Say how the outlook is moved, a sentence each."""
    return (
        f"The outlook mixes {basis.outlook.views}.",
        (
            "The forecast knows neither drivers nor deals. So a move is simulated deal by deal,"
            f" {shown.count(basis.draws)} times, with the same random numbers as without it; what it changes at each"
            " probability, from the worst cases to the best, is added to both views before they are mixed."
            " Nothing falls below what is won already. With nothing moved this is the outlook as it is shown elsewhere."
        ),
        (
            "A higher win rate wins more of the deals that close, at the same ages; a longer cycle stretches the ages at"
            " which they close; deal size counts for what is to come."
        ),
        (
            "Who leaves creates no more deals, evenly over the days left; open ones go to whoever takes over. Hires that"
            " come later leave fewer ramped reps in those days, and new deals fall in proportion."
        ),
        (
            "A deal that is lost brings nothing, one that is won brings its value as such deals did. Listed are the largest"
            " open deals that are young enough to be won; from older ones the outlook expects nothing."
        ),
    )
