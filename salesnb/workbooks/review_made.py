"""How the quota was made, whether it is accepted, and how the owner stands against the own past."""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from salesnb import planning
from salesnb.charts import Chart, table
from salesnb.workbooks.findings_made import Answer, Below, Made
from salesnb.workbooks.findings_words import capital
from salesnb.workbooks.review_goal import monthly, partial_month
from salesnb.workbooks.review_text import Point, Text, paragraph, points

if TYPE_CHECKING:
    from salesnb.workbooks.findings_reading import Reading
    from salesnb.workbooks.findings_words import Wording

__all__ = ["answer_table", "answer_words", "ask_again", "outdated_words", "own_past", "quota_made"]

_NOTHING = Text(plain="", html="")


def quota_made(reading: "Reading") -> Text:
    """List what the quota rests on, and whether its owner accepts it."""
    made = reading.extract.made
    if made is None:
        return paragraph(["No quota of this period is set."])
    return points([*_making(reading, made), *_agreed(reading, made)])


def _making(reading: "Reading", made: Made) -> Iterator[Point]:
    say, unit = reading.say, reading.at.unit
    share = ""
    if made.parent and made.parent_amount:
        part = say.share(Fraction(made.amount, made.parent_amount))
        share = f"{part} of the {say.amount(made.parent_amount, unit)} of {made.parent}."
    yield Point(what=f"{say.amount(made.amount, unit)} by {made.basis}.", detail=share)
    if made.own_past is not None and made.amount:
        yield Point(
            what=f"{say.amount(made.own_past, unit)} of that kind was won in the time that it splits by.",
            detail="Each has a part in proportion to it." if made.own_past else "",
        )
    if made.lock:
        yield Point(
            what="It is fixed and does not move with the goal.", detail=f"{made.lock[0]}: {made.lock[1]}"
        )
    yield from _presence(reading, made)
    yield from _territory(reading, made)
    for level, over in made.over:
        more = "more" if over > 0 else "less"
        yield Point(
            what=f"The quotas of all {level}s come to {say.share(Fraction(abs(over)))} {more} than the goal."
        )


def _territory(reading: "Reading", made: Made) -> Iterator[Point]:
    say = reading.say
    told = [] if made.potential is None else [say.money(round(made.potential))]
    if made.potential_times is not None:
        told.append(f"{say.times(made.potential_times)} the mean of all territories")
    if told:
        yield Point(
            what=f"The territory's potential is {', '.join(told)}.",
            detail=f"{capital(made.potential_source)}.",
        )


def _presence(reading: "Reading", made: Made) -> Iterator[Point]:
    say, unit, period = reading.say, reading.at.unit, reading.extract.period
    if made.ramp and made.hired:
        steps = ", ".join(f"{say.fmt.month(label)} {say.fmt.ratio(share, 0)}" for label, share in made.ramp)
        yield Point(what=f"Started on {say.date(made.hired)} and ramps: {steps}.")
    for name, first, last, amount in made.places:
        days = f"from {say.date(first)} to {say.date(last)}"
        yield Point(what=f"{say.amount(amount, unit)} of it at {name}, {days}.")
    for what, way, name, day in made.handed:
        came = "goes to" if way == "to" else "comes from"
        yield Point(
            what=f"{what or 'A part'} {came} {name} on {say.date(day)}, with its part of the quota for the days left."
        )
    if made.days_there is not None:
        yield Point(what=f"There on {say.fmt.count(made.days_there)} of {say.count(period.days, 'day')}.")
    if made.effective is not None:
        asked = say.amount(made.effective, unit)
        yield Point(what=f"For the days so far it asks for {asked}, by season, ramp and presence.")


def _agreed(reading: "Reading", made: Made) -> Iterator[Point]:
    say, unit = reading.say, reading.at.unit
    if made.committed is not None:
        gap = "" if not made.gap else f"{say.signed(made.gap, unit)} against the quota."
        yield Point(
            what=f"{reading.extract.node.name} commits to {say.amount(made.committed, unit)}.", detail=gap
        )
    elif made.from_below is not None:
        yield Point(what=f"So far, those below commit to {say.amount(made.from_below, unit)}.")
    if made.answer is None and made.outdated is not None:
        words = outdated_words(made.outdated, made.amount, unit, say)
        yield Point(what=f"{capital(words)}.", detail=made.outdated.reason)
    else:
        yield Point(what=answer_words(made.answer, say))


def answer_words(answer: Answer | None, say: "Wording") -> str:
    """Say whether a quota is accepted, by whom, when and why."""
    if answer is None:
        return "It is neither accepted nor disputed yet."
    why = f": {answer.reason}" if answer.reason else ""
    day = say.date(date.fromisoformat(answer.on))
    return f"{answer.answer.capitalize()} by {answer.by} on {day}{why}."


def outdated_words(answer: Answer, now: int, unit: str, say: "Wording") -> str:
    """Say what was answered to an earlier quota, and that it is to be asked again."""
    return planning.outdated_words(
        answer.answer,
        say.amount(answer.amount, unit),
        say.amount(now, unit),
        revision=answer.revision,
        day=say.date(date.fromisoformat(answer.on)),
    )


def answer_table(reading: "Reading") -> Chart | Text:
    """Show the reps' quotas beside what they commit to and say; empty on a page without reps."""
    made = reading.extract.made
    if made is None or not made.below:
        return _NOTHING
    say, unit = reading.say, reading.at.unit
    accepted = sum(one.answer is not None and one.answer.answer == "accepted" for one in made.below)
    disputed = sum(one.answer is not None and one.answer.answer == "disputed" for one in made.below)
    count = say.count(len(made.below), "rep")
    has = "has" if accepted == 1 else "have"
    finding = f"{say.fmt.count(accepted) if accepted else 'None'} of {count} {has} accepted the quota"
    finding += (
        f"; {say.count(disputed, 'quota')} {'is' if disputed == 1 else 'are'} disputed" if disputed else ""
    )
    finding += ask_again(sum(one.answer is None and one.outdated is not None for one in made.below), say)
    rows: list[list[Any]] = [
        [
            one.name,
            _short(one.quota, reading, unit),
            _short(one.committed, reading, unit),
            _said(one, unit, say),
        ]
        for one in made.below
    ]
    columns = [("Rep",), ("Quota", "figure"), ("Commits to", "figure"), ("Says",)]
    return table(finding, columns, rows, fmt=say.fmt)


def _short(value: int | None, reading: "Reading", unit: str) -> str | None:
    return None if value is None else reading.say.fmt.short(value, unit)


def ask_again(count: int, say: "Wording") -> str:
    """End a finding with how many have answered an earlier number alone."""
    if not count:
        return "."
    return f"; {say.fmt.count(count)} answered an earlier number and {'is' if count == 1 else 'are'} to be asked again."


def _said(one: Below, unit: str, say: "Wording") -> str | None:
    answer = one.answer
    if answer is not None:
        return answer.answer.capitalize() + (f": {answer.reason}" if answer.reason else "")
    if one.outdated is None or one.quota is None:
        return None
    why = f" ({one.outdated.reason})" if one.outdated.reason else ""
    return capital(outdated_words(one.outdated, one.quota, unit, say)) + why


def own_past(reading: "Reading") -> Text:
    """Tell the pace beside the own past, and the best month; empty where nothing is known."""
    found = tuple(_own_past(reading))
    return points(found) if found else _NOTHING


def _own_past(reading: "Reading") -> Iterator[Point]:
    say, at = reading.say, reading.at
    pace = " and ".join(_pace(reading))
    if pace:
        yield Point(what=f"{say.amount(at.actual, at.unit)} so far, {pace}.")
    months = [
        (label, value)
        for label, value in monthly(reading, at.kpi)
        if value and label != partial_month(reading)
    ]
    best = reading.extract.best_month
    if best or len(months) > 1:
        label, most = best or max(months, key=lambda pair: (pair[1] or 0, pair[0]))
        yield Point(what=f"The best month was {say.fmt.month(label)} with {say.amount(most, at.unit)}.")


def _pace(reading: "Reading") -> Iterator[str]:
    at, say = reading.at, reading.say
    if at.state == "before":
        return
    for window, then in (("last_year", at.last_year), ("previous", at.previous)):
        if then:
            word = "above" if at.actual >= then else "below"
            yield f"{say.amount(abs(at.actual - then), at.unit)} {word} {reading.compared(window)}"
