"""The finding of a review in words: rules with stated thresholds, never more than the numbers hold.

On pace means within two per cent of what the season asks for by now (`findings_standing.ON_PACE`); a change below
two per cent of its base is no change (`findings_change.STEADY`); a pipeline is large enough from one and a half
times what wins the rest in the middle case (`findings_pipeline.AMPLE`), or what a chosen confidence needs, where that is
known (`findings_need`); a rep below four fifths of what is due is
worth a look (`findings_people.LAGGING`), once a fifth of the season is due (`findings_people.EARLY`).
"""

from salesnb.workbooks.findings_change import STEADY, Effect
from salesnb.workbooks.findings_need import Need, chances
from salesnb.workbooks.findings_people import LAGGING, Rep
from salesnb.workbooks.findings_reading import Reading
from salesnb.workbooks.findings_words import join

__all__ = ["finding", "first_sentence", "goal_sentence", "pace_sentence"]

_MOST_NAMES = 2


def finding(reading: Reading) -> tuple[str, ...]:
    """Tell in a few sentences where a node stands, why, and what to look at.

    Returns
    -------
    tuple of str
        Sentences; those that the numbers do not hold are left out.
    """
    sentences = (
        _standing(reading),
        change_sentence(reading),
        pipeline_sentence(reading),
        people_sentence(reading),
    )
    return tuple(sentence for sentence in sentences if sentence)


def first_sentence(reading: Reading) -> str:
    """Tell in one sentence where a node stands: the first of the finding."""
    if reading.at.state == "before":
        return _before(reading)
    return goal_sentence(reading) or _so_far(reading)


def done(reading: Reading) -> str:
    """Tell what was done, without a subject: ``won $614K``."""
    at, say = reading.at, reading.say
    if not at.actual and at.kpi in {"won_amount", "won_count"}:
        return "won nothing"
    if at.kpi == "won_count":
        return f"won {say.count(at.actual, 'deal')}"
    shown = say.amount(at.actual, at.unit)
    return f"won {shown}" if at.kpi == "won_amount" else f"reached {shown} in {at.label.lower()}"


def _standing(reading: Reading) -> str:
    at = reading.at
    if at.state == "before":
        return _before(reading)
    if at.pace == "none":
        return _without_goal(reading)
    first = goal_sentence(reading)
    return f"{first} {pace_sentence(reading)}".strip()


def _before(reading: Reading) -> str:
    at, say = reading.at, reading.say
    day = say.date(reading.extract.origin.as_of)
    goal = f"the goal is {say.amount(at.target, at.unit)}" if at.target is not None else "no goal is set"
    return f"{reading.period} has not begun as of {day}; {goal} for {reading.extract.node.name}."


def _without_goal(reading: Reading) -> str:
    over = reading.at.state == "over"
    none = "was set, so there is none" if over else "is set, so there is no pace"
    return f"{_so_far(reading)} No goal {none} to measure it by."


def _so_far(reading: Reading) -> str:
    at, name = reading.at, reading.extract.node.name
    if at.state == "over":
        return f"{name} {done(reading)} in {reading.period}."
    left = reading.say.count(at.days_left, "day")
    return f"{name} has {done(reading)} in {reading.period} so far, with {left} left."


def goal_sentence(reading: Reading) -> str:
    """Tell what was done of the goal; empty without one."""
    at, say, name = reading.at, reading.say, reading.extract.node.name
    if at.target is None or at.state == "before":
        return ""
    goal, what = say.amount(at.target, at.unit), done(reading)
    if at.attainment is None:
        return f"{name} {what} in {reading.period}; the goal is {goal}."
    share = say.share(at.attainment)
    if at.state == "over":
        short = f"; that is {say.amount(at.to_go, at.unit)} short" if at.pace == "missed" else ""
        return f"{name} {what} in {reading.period}, {share} of the {goal} goal{short}."
    left = f"with {say.count(at.days_left, 'day')} left"
    if at.pace == "reached":
        return f"{name} has reached the {reading.period} goal {left}: {what}, {share} of {goal}."
    return f"{name} has {what} of the {goal} goal for {reading.period} ({share}) {left}."


def pace_sentence(reading: Reading) -> str:
    """Tell how that compares with what is due by now; empty when the goal is reached or the period over."""
    at, say = reading.at, reading.say
    if at.pace not in {"ahead", "on", "behind"} or at.due is None or at.ahead is None:
        return ""
    asks = "The season asks for" if at.seasonal else "An even pace asks for"
    due, to_go = say.amount(at.due, at.unit), say.amount(at.to_go, at.unit)
    if at.pace == "on":
        return f"{asks} {due} by now, so it is on pace; {to_go} is still to come."
    gap = say.amount(abs(at.ahead), at.unit)
    share = f" ({say.share(abs(at.ahead) / at.due)})" if at.due else ""
    return f"{asks} {due} by now, so it is {gap}{share} {at.pace} {'of ' if at.pace == 'ahead' else ''}pace; {to_go} is still to come."


def change_sentence(reading: Reading) -> str:
    """Tell how won amount compares with last year, or the period before, and why."""
    found, say = reading.change, reading.say
    if found is None or reading.at.state == "before":
        return ""
    then, verb = reading.compared(found.window), "was" if reading.at.state == "over" else "is"
    if not found.base:
        return f"Nothing was won in {then}."
    if found.steady:
        return f"Won amount {verb} about what it was in {then}, {say.money(found.base)}{_balance(reading)}."
    above = "above" if found.difference > 0 else "below"
    share = say.change(found.actual, found.base)
    return f"Won amount {verb} {say.money(abs(found.difference))} ({share}) {above} {then}{_why(reading)}."


def _balance(reading: Reading) -> str:
    """Name effects that cancel out, where they are more than noise."""
    found = reading.change
    if found is None:
        return ""
    up = max(found.effects, key=lambda effect: effect.amount)
    down = min(found.effects, key=lambda effect: effect.amount)
    if min(up.amount, -down.amount) <= STEADY * found.base:
        return ""
    return f": {_worth(up, reading)} and {_worth(down, reading)} cancel out"


def _why(reading: Reading) -> str:
    found, say = reading.change, reading.say
    main = found.main if found else None
    if found is None or main is None:
        return ""
    words = f", mainly because of {_worth(main, reading)}"
    against = found.against
    if against is None:
        return words
    verb = "took away" if against.amount < 0 else "gave back"
    return f"{words}; {against.why} {verb} {say.money(abs(against.amount))}"


def _worth(effect: Effect, reading: Reading) -> str:
    return f"{effect.why} ({reading.say.signed(effect.amount, 'money')})"


def pipeline_sentence(reading: Reading) -> str:
    """Tell whether what is open can close the gap, and what it rests on."""
    at, say, open_ = reading.at, reading.say, reading.pipeline
    if at.state == "before" and not open_.count:
        return ""
    if open_.coverage is None:
        left = "stays open" if at.state == "over" else "is open"
        if open_.count:
            return f"{say.money(open_.amount)} {left} in {say.count(open_.count, 'deal')}."
        return "No deal is open."
    if at.state == "over":
        return (
            f"{say.money(open_.amount)} stays open in {say.count(open_.count, 'deal')}."
            if open_.count
            else ""
        )
    if not open_.count:
        return f"No deal is open to win the missing {say.money(at.to_go)} with."
    return f"{_coverage(reading)}{_verdict(reading)}."


def _coverage(reading: Reading) -> str:
    say, open_ = reading.say, reading.pipeline
    times = say.times(open_.coverage or 0)
    if open_.closable is None:
        return f"The open pipeline of {say.money(open_.amount)} is {times} what is missing"
    return f"Of {say.money(open_.amount)} open, {say.money(open_.closable)} can close in time, {times} what is missing"


def _needed(reading: Reading, need: Need) -> str:
    """Say what a chosen confidence needs, what that rests on, and what it means for what is open."""
    say, open_, at = reading.say, reading.pipeline, reading.at
    safe, even = say.times(need.coverage or 0), say.times(need.even or 0)
    said = f"; {safe} are needed for {chances(need.confidence, say)}"
    return {
        "enough": f"{said}, by {need.basis(say)}: that is enough",
        "tight": f"{said}, by {need.basis(say)}: that gives more than an even chance and no reserve",
        "short": f"{said} and {even} for an even one, by {need.basis(say)}. "
        f"For an even chance, about {say.money(open_.needed(at.to_go or 0))} more pipeline is needed",
    }[open_.verdict]


def _verdict(reading: Reading) -> str:
    say, open_, at = reading.say, reading.pipeline, reading.at
    if open_.need is not None:
        return _needed(reading, open_.need)
    if open_.required is None or open_.win_rate is None or at.to_go is None:
        return "; how much of it is usually won is not known"
    need = f", where a win rate of {say.share(open_.win_rate)} asks for about {say.times(open_.required)}"
    fresh = open_.without_stalled(at.to_go)
    but = f", but without the stalled deals it is {say.times(fresh)}" if fresh is not None else ""
    return {
        "enough": f"{need}: that is enough{but}",
        "tight": f"{need}: that gives an even chance and no reserve{but}",
        "short": f"{need}. For an even chance, about {say.money(open_.needed(at.to_go))} more pipeline is needed",
    }[open_.verdict]


def people_sentence(reading: Reading) -> str:
    """Name the reps furthest behind what is due by now; empty where quotas or reps are not known."""
    at, team = reading.at, reading.reps
    if at.pace == "none" or len(team.with_quota) < 2 or not at.due:
        return ""
    lagging = team.lagging[:_MOST_NAMES]
    if lagging:
        lead = "Furthest from quota:" if at.state == "over" else "Look first at"
        return f"{lead} {join([_lag(rep, reading) for rep in lagging])}."
    if at.pace in {"behind", "missed"} and not team.early:
        floor = reading.say.share(LAGGING)
        return f"The shortfall is spread out: no rep is below {floor} of what is due."
    return ""


def _lag(rep: Rep, reading: Reading) -> str:
    at, say = reading.at, reading.say
    due = "" if at.state == "over" else " due by now"
    return f"{rep.name} ({say.amount(rep.actual, at.unit)} of {say.amount(rep.due, at.unit)}{due})"
