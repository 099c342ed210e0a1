"""What to improve: observations by rule, each with its number and what that rests on, the largest first.

What an observation is worth is arithmetic on the extract's own figures, not a forecast: an effect that the drivers
show, a shortfall against what is due, or open amounts times the win rate and no more than the gap. Below two per cent of the goal (without
one, of what was won the year before or now) nothing is worth saying.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from salesnb.workbooks.findings_change import GRAIN
from salesnb.workbooks.findings_people import LAGGING, Value
from salesnb.workbooks.findings_reading import Reading
from salesnb.workbooks.findings_words import join

__all__ = ["LEAST", "MOST", "Observation", "observations"]

LEAST = Fraction(2, 100)
MOST = 4
_STALLED = Fraction(1, 4)
_HEAVY = Fraction(1, 4)
_MOST_NAMES = 3


@dataclass(frozen=True, kw_only=True)
class Observation:
    """Something to improve.

    Attributes
    ----------
    topic
        Of several on one topic only the largest is kept.
    what, detail, basis
        The observation, what it means, and what it rests on.
    worth
        Minor units, or a count where the goal counts deals; it ranks.
    """

    topic: str
    what: str
    detail: str
    basis: str
    worth: int


def observations(reading: Reading) -> tuple[Observation, ...]:
    """List two to four things to improve, the largest first; fewer where fewer rules find anything."""
    if reading.at.state == "before":
        rules: tuple[Callable[[Reading], Iterator[Observation]], ...] = (_pipeline, _stalled, _heavy)
    else:
        rules = (_drivers, _mix, _peers, _reps, _values, _pipeline, _stalled, _heavy)
    found = sorted((o for rule in rules for o in rule(reading)), key=lambda o: (-o.worth, o.topic))
    least = LEAST * _scale(reading)
    kept: dict[str, Observation] = {}
    for observation in found:
        if observation.worth >= max(least, Fraction(1)):
            kept.setdefault(observation.topic, observation)
    return tuple(kept.values())[:MOST]


def _scale(reading: Reading) -> int:
    """Give the amount that says what is large."""
    at = reading.at
    if at.unit == "money" and at.target:
        return at.target
    row = reading.window("last_year_full"), reading.window("period")
    return max(int(str(window.get("won_amount") or 0)) for window in row)


def _at_most_the_gap(reading: Reading, amount: int) -> int:
    """Weigh open deals by the win rate, and by no more than what is missing to the goal."""
    won = round(amount * (reading.pipeline.win_rate or 0))
    gap = reading.at.to_go if reading.at.unit == "money" else None
    return won if gap is None else min(won, max(gap, round(LEAST * _scale(reading)) + 1))


def _drivers(reading: Reading) -> Iterator[Observation]:
    found, say = reading.change, reading.say
    if found is None:
        return
    then = reading.compared(found.window)
    moves = {
        "volume": ("Close more deals", "closed_count", "count", "deals closed"),
        "win rate": ("Win more of what is closed", "win_rate", "ratio", "win rate"),
        "deal size": ("Win back deal size", "average_deal", "money", "average deal"),
    }
    for key, (what, kpi, unit, label) in moves.items():
        lost = -found.effect(key)
        before, now = reading.window(found.window).get(kpi), reading.window("period").get(kpi)
        if lost > 0 and isinstance(before, int | float) and isinstance(now, int | float):
            yield Observation(
                topic=key,
                what=f"{what}.",
                detail=f"The {label} went from {say.amount(before, unit)} to {say.amount(now, unit)}; "
                f"that took {say.money(lost)} off the won amount.",
                basis=f"drivers of won amount by {GRAIN} against {then}",
                worth=lost,
            )


def _mix(reading: Reading) -> Iterator[Observation]:
    found, say = reading.change, reading.say
    lost = -found.effect("mix") if found else 0
    if found and lost > 0:
        yield Observation(
            topic="mix",
            what="Look at what is closed, and for whom.",
            detail="The deals closed have shifted to where less is won or deals are smaller; "
            f"that took {say.money(lost)} off the won amount.",
            basis=f"drivers of won amount by {GRAIN} against {reading.compared(found.window)}",
            worth=lost,
        )


def _peers(reading: Reading) -> Iterator[Observation]:
    """Compare the win rate with the others' together, where the extract may hold it."""
    peers, row, say = reading.extract.peers, reading.window("period"), reading.say
    theirs, mine, deal = peers.get("win_rate"), row.get("win_rate"), row.get("average_deal")
    closed = row.get("closed_count")
    if not (isinstance(theirs, float) and isinstance(mine, float) and isinstance(deal, int | float)):
        return
    if not isinstance(closed, int) or mine >= theirs:
        return
    more = round(closed * (theirs - mine) * deal)
    yield Observation(
        topic="win rate",
        what="Win more of what is closed.",
        detail=f"The win rate is {say.amount(mine, 'ratio')}; the {say.count(int(peers['n']), 'other ' + str(peers['level']))} "
        f"together won {say.amount(theirs, 'ratio')}. At their rate the same deals would have brought {say.money(more)} more.",
        basis=f"{say.count(closed, 'deal')} closed in {reading.period}, at the average deal of {say.money(deal)}",
        worth=more,
    )


def _reps(reading: Reading) -> Iterator[Observation]:
    at, say = reading.at, reading.say
    lagging = reading.reps.lagging
    if len(reading.reps.with_quota) < 2 or not lagging:
        return
    named, behind = lagging[:_MOST_NAMES], sum(rep.behind for rep in lagging)
    names = join([rep.name for rep in named])
    others = [f"{say.fmt.count(len(lagging) - len(named))} more"] if len(lagging) > len(named) else []
    due = "their quotas" if at.state == "over" else "what their quotas ask for by now"
    if len(lagging) == 1:
        due = due.replace("their quotas ask", "the quota asks").replace("their quotas", "the quota")
    everyone = len(lagging) == len(reading.reps.with_quota)
    yield Observation(
        topic="reps",
        what=f"All {say.count(len(lagging), 'rep')} are behind."
        if everyone
        else f"Work with {join([*(rep.name for rep in named), *others])}.",
        detail=f"{'Together they are' if len(lagging) > 1 else 'That is'} {say.amount(behind, at.unit)} short of {due}"
        f"{f'; most of it with {names}' if everyone else ''}.",
        basis=f"{say.count(len(lagging), 'rep')} of {say.fmt.count(len(reading.reps.with_quota))} "
        f"{'has' if len(lagging) == 1 else 'have'} less than {say.share(LAGGING)} of it",
        worth=behind if at.unit == "money" else 0,
    )


def _values(reading: Reading) -> Iterator[Observation]:
    if not reading.has_last_year:
        return
    dimension = reading.extract.segment_dimension.replace("_", " ")
    for topic, noun, found in (
        ("product", "product", reading.products),
        ("segment", dimension, reading.segments),
    ):
        worst = _worst(found)
        if worst and worst.difference and worst.last_year:
            say, then = reading.say, reading.compared("last_year")
            yield Observation(
                topic=topic,
                what=f"Look at why {worst.name} sells less.",
                detail=f"It brought {say.money(worst.won)}; in {then} it was {say.money(worst.last_year)}, "
                f"{say.money(-worst.difference)} more.",
                basis=f"won amount by {noun}",
                worth=-worst.difference,
            )


def _worst(found: Sequence[Value]) -> Value | None:
    falling = [
        value for value in found if value.given and value.difference is not None and value.difference < 0
    ]
    return (
        min(falling, key=lambda value: (value.difference or 0, value.name), default=None)
        if len(found) > 1
        else None
    )


def _pipeline(reading: Reading) -> Iterator[Observation]:
    at, open_, say = reading.at, reading.pipeline, reading.say
    if open_.verdict != "short" or at.state == "over" or at.to_go is None or open_.win_rate is None:
        return
    needed = open_.needed(at.to_go)
    share, basis = open_.win_rate, f"win rate of {say.share(open_.win_rate)} ({open_.rate_basis})"
    if open_.need is not None and open_.need.won_share:
        share = open_.need.won_share
        basis = f"{say.share(share)} of such an amount is won in time, by {open_.need.basis(say)}"
    yield Observation(
        topic="pipeline",
        what=f"Create or pull in about {say.money(needed)} of pipeline.",
        detail=f"With {say.count(at.days_left, 'day')} left, {say.money(at.to_go)} is missing to the goal and "
        f"{say.money(open_.amount if open_.closable is None else open_.closable)} can close in time.",
        basis=f"{basis}; an even chance, not a safe one",
        worth=round(needed * share),
    )


def _stalled(reading: Reading) -> Iterator[Observation]:
    open_, say = reading.pipeline, reading.say
    count, amount, usual = open_.stalled_count, open_.stalled_amount, open_.usual_cycle_days
    if not count or not amount or usual is None or not open_.count or count < _STALLED * open_.count:
        return
    of = say.share(Fraction(count, open_.count))
    verb, are = ("decide it", "is") if count == 1 else ("decide them", "are")
    yield Observation(
        topic="stalled",
        what="Clear stalled deals: advance them or close them as lost.",
        detail=f"{say.count(count, 'open deal')} ({of}), {say.money(amount)} in all, {are} older than "
        f"{say.days(usual)}; {verb} before the forecast counts on {'it' if count == 1 else 'them'}.",
        basis=f"nine of ten won deals took at most {say.days(usual)}",
        worth=_at_most_the_gap(reading, amount),
    )


def _heavy(reading: Reading) -> Iterator[Observation]:
    """Warn where one deal is a quarter or more of the open pipeline."""
    open_, say = reading.pipeline, reading.say
    deals = [row for row in reading.extract.table("open_deals") if row["expected_amount"]]
    largest = max(deals, key=lambda row: int(row["expected_amount"]), default=None)
    if largest is None or open_.count < 4 or int(largest["expected_amount"]) < _HEAVY * open_.amount:
        return
    amount, name = int(largest["expected_amount"]), largest["name"] or largest["account"] or "One deal"
    yield Observation(
        topic="heavy",
        what=f"Do not let the period hang on one deal: {name}.",
        detail=f"It is {say.money(amount)}, {say.share(Fraction(amount, open_.amount))} of the open pipeline.",
        basis=f"{say.count(open_.count, 'open deal')}, {say.money(open_.amount)}",
        worth=_at_most_the_gap(reading, amount),
    )
