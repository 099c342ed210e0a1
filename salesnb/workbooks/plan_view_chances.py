"""The chances of a plan: the outlook of its goal, what moves it, capacity and fairness of its quotas, who accepts them."""

from collections.abc import Sequence
from typing import Any

from salesnb.charts import Chart, Indented, bars, table, tornado
from salesnb.planning import (
    LEAST_LIKELY,
    NOT_GIVEN,
    QuotaAnswer,
    Standing,
    goal_findings,
    outdated_words,
    standings,
)
from salesnb.workbooks.findings_outlook import Prospect, chance_words, level_names, no_probability
from salesnb.workbooks.findings_words import capital, join
from salesnb.workbooks.plan_view_read import PlanExtract
from salesnb.workbooks.review_made import ask_again
from salesnb.workbooks.review_outlook import outlook_picture
from salesnb.workbooks.review_text import Point, Text, paragraph, points
from salesnb.workbooks.review_track import track_text

__all__ = [
    "answer_table",
    "capacity_chart",
    "capacity_notes",
    "fairness_chart",
    "fairness_notes",
    "goal_check_table",
    "lever_chart",
    "outlook_chart",
    "outlook_table",
    "outlook_track",
]

_NOTHING = Text(plain="", html="")
# What reps say is shown one by one up to so many; the dispute of each is always shown.
_MOST_ANSWERS = 60
_WORDS = {True: "yes", False: "no", None: "not known"}


def outlook_chart(extract: PlanExtract) -> Chart | Text:
    """Draw what the period may end at against the goal; in words where there is no outlook."""
    found, goal = extract.outlook, extract.cascaded
    if found is None or goal is None:
        return paragraph(["There is no outlook: the period is over or too little is known."])
    return outlook_picture(_outlook_words(extract, found), found, extract.period, goal.unit, extract.fmt)


def _outlook_words(extract: PlanExtract, found: Prospect) -> str:
    say, unit = extract.say, extract.cascaded.unit if extract.cascaded else "money"
    low, high, target = (say.amount(value, unit) for value in (found.low, found.high, found.target))
    ends = f"{extract.period} ends between {low} and {high} in 80 of 100 such cases"
    if found.to_date >= found.target:
        return f"The goal of {target} is reached: {ends}."
    if found.probability is None:
        return f"{ends}. {no_probability(found, extract.fmt)}"
    chance = extract.fmt.ratio(found.probability, 0)
    said = f"The goal of {target} is attained with a probability of {chance}: {ends}."
    if found.probability < LEAST_LIKELY:
        said += f" {say.amount(found.even, unit)} is as likely reached as not."
    return said


def outlook_table(extract: PlanExtract) -> Chart | Text:
    """Show the chance of every node above the reps, with its commit, target and stretch levels."""
    found, goal = extract.outlook, extract.cascaded
    if found is None or goal is None:
        return _NOTHING
    columns = (
        ("",), ("Quota", "figure"), ("To date", "figure"), ("P(attain)", "figure"), ("Ends between", "figure"),
        *((level, "figure") for level in level_names(found, extract.fmt)),
    )  # fmt: skip
    depth = {quota.id: place for place, quota in enumerate(extract.quotas)}
    below = sorted(found.reps, key=lambda one: depth.get(one.id, 0))
    return table(
        f"Commit, target and stretch: what is reached with a chance of {_chances(extract, found)}",
        columns,
        [_outlook_row(extract, one) for one in (found, *below)],
        fmt=extract.fmt,
    )


def _chances(extract: PlanExtract, found: Prospect) -> str:
    *most, last = (extract.fmt.ratio(chance, 0) for chance, _ in found.levels)
    return f"{', '.join(most)} and {last}"


def outlook_track(extract: PlanExtract) -> Text:
    """Say how far such outlooks were right on the past, at every level."""
    found = extract.outlook
    if found is None:
        return _NOTHING
    top = extract.quotas[0].level if extract.quotas else ""
    return track_text(found.track, top, extract.fmt)


def _outlook_row(extract: PlanExtract, one: Prospect) -> list[Any]:
    fmt = extract.fmt
    goal = extract.cascaded
    unit = goal.unit if goal else "money"

    def short(value: float) -> str:
        return fmt.short(round(value), unit)

    ends = f"{short(one.low)} to {short(one.high)}"
    levels = (short(amount) for _, amount in one.levels)
    name = Indented(one.name, _depth(extract, one.id))
    return [name, short(one.target), short(one.to_date), chance_words(one, fmt), ends, *levels]


def _depth(extract: PlanExtract, node: str) -> int:
    parents = {quota.id: quota.parent for quota in extract.quotas}
    depth, place = 0, parents.get(node)
    while place is not None:
        depth, place = depth + 1, parents.get(place)
    return depth


def lever_chart(extract: PlanExtract) -> Chart | Text:
    """Draw how far each driver moves the chance of the goal; nothing where deals are not simulated."""
    levers, fmt = extract.levers, extract.fmt
    if not levers:
        return _NOTHING
    top = max(levers, key=lambda lever: abs(lever["up"] - lever["down"]))
    low, high = sorted((top["down"], top["up"]))
    unmeasured = [lever["driver"] for lever in levers if not lever["measured"]]
    note = "Each is moved by its usual swing from month to month"
    note += f"; {join(unmeasured)} by a tenth for want of history." if unmeasured else "."
    return tornado(
        f"{capital(top['driver'])} moves the chance most: from {fmt.ratio(low, 0)} to {fmt.ratio(high, 0)}.",
        [(capital(one["driver"]), one["down"], one["up"], fmt.ratio(one["move"], 0)) for one in levers],
        fmt=fmt,
        unit="ratio",
        subtitle="Chance of attaining the goal with less and with more of each, by the simulation of deals alone",
        note=note,
    )


def capacity_chart(extract: PlanExtract) -> Chart | Text:
    """Draw what each team can bring, with its quota as a mark."""
    nodes: Sequence[dict[str, Any]] = extract.capacity.get("nodes") or ()
    known = [node for node in nodes if node["quota"] and node["capacity"] is not None]
    goal = extract.cascaded
    if not known or goal is None:
        return paragraph(["What the reps can bring is not known."])
    lowest = known[-1]["level"]
    units = [node for node in known if node["level"] == lowest]
    short = [node for node in units if node["capacity"] < node["quota"]]
    say = extract.say
    count = say.count(len(units), lowest)
    worst = max(units, key=lambda node: node["quota"] - node["capacity"])
    finding = f"The capacity of {'all' if len(units) > 1 else 'the'} {count} is at or above the quota."
    if short:
        amount = say.amount(worst["quota"] - worst["capacity"], goal.unit)
        verb = "has" if len(short) == 1 else "have"
        finding = f"{say.fmt.count(len(short))} of {count} {verb} more quota than capacity; {worst['name']} lacks the most, {amount}."
    return bars(
        finding,
        [(node["name"], node["capacity"], node["quota"]) for node in units],
        measure="Capacity",
        fmt=extract.fmt,
        unit=goal.unit,
        subtitle=f"What the reps of each {lowest} can bring, against its quota",
    )


def capacity_notes(extract: PlanExtract) -> Text:
    """Say what capacity rests on."""
    return _listed(extract.capacity.get("lines") or ())


def fairness_chart(extract: PlanExtract) -> Chart | Text:
    """Draw how many reps attain how much of their effective quotas."""
    bands: Sequence[dict[str, Any]] = extract.fairness.get("bands") or ()
    if not any(band["reps"] for band in bands):
        return paragraph(["Nobody carries a quota in these days."])
    lines: Sequence[str] = extract.fairness.get("lines") or ()
    said, _, source = next(iter(lines[1:2]), "Reps by attainment").partition(" (")
    healthy = f"Healthy: {source.removesuffix('.').removesuffix(')')}." if source else ""
    return bars(
        f"{said.rstrip('.')}.",
        [(str(band["label"]), int(band["reps"])) for band in bands],
        measure="Reps",
        ranked=False,
        fmt=extract.fmt,
        unit="count",
        subtitle="Reps by attainment of their effective quota",
        note=f"{extract.fairness.get('basis') or ''} {healthy}".strip(),
    )


def fairness_notes(extract: PlanExtract) -> Text:
    """Say what the team attains, and whether attainment depends on territories and quotas ratchet."""
    lines: Sequence[str] = extract.fairness.get("lines") or ()
    # The second stands above the chart.
    return _listed([*lines[:1], *lines[2:]]) if len(lines) > 1 else _NOTHING


def _listed(lines: Sequence[str]) -> Text:
    return points([Point(what=str(line)) for line in lines]) if lines else _NOTHING


def goal_check_table(extract: PlanExtract) -> Chart | Text:
    """Show whether each goal is specific, measurable, achievable, relevant and time-bound."""
    if not extract.plan.goals:
        return _NOTHING
    found = goal_findings(extract.plan, extract.likely_goals)
    wrong = sum(one.holds is False for one in found)
    unknown = sum(one.holds is None for one in found)
    say = extract.say
    finding = f"{say.fmt.count(wrong) if wrong else 'None'} of {say.count(len(found), 'check')} {'fails' if wrong == 1 else 'fail'}"
    finding += f"; {say.fmt.count(unknown)} cannot be told." if unknown else "."
    names = {goal.id: extract.label(goal.kpi) for goal in extract.plan.goals}
    several = len({one.goal for one in found}) > 1
    columns = [*([("Goal",)] if several else []), ("Aspect",), ("Holds",), ("What was found",)]
    rows = [
        [
            *([names.get(one.goal, one.goal)] if several else []),
            capital(one.aspect),
            _WORDS[one.holds],
            f"{one.what} {one.hint}".strip(),
        ]
        for one in found
    ]
    return table(finding, columns, rows, fmt=extract.fmt)


def answer_table(extract: PlanExtract) -> Chart | Text:
    """Show who has accepted, disputed or committed, and where what was committed falls short."""
    goal = extract.cascaded
    if goal is None:
        return _NOTHING
    found = [one for one in standings(extract.plan, goal) if one.quota.basis != NOT_GIVEN]
    said = [
        one
        for one in found
        if one.answer or one.outdated or one.committed is not None or one.below is not None
    ]
    say = extract.say
    accepted, disputed = (
        sum(one.answer is not None and one.answer.answer == word for one in found)
        for word in ("accepted", "disputed")
    )
    if not said:
        return paragraph(["Nobody has accepted, disputed or committed to a quota yet."])
    count = say.count(len(found), "quota")
    finding = f"{say.fmt.count(accepted) if accepted else 'None'} of {count} {'is' if accepted < 2 else 'are'} accepted"
    finding += f", {say.fmt.count(disputed)} disputed" if disputed else ""
    finding += ask_again(sum(one.outdated is not None for one in found), say)
    told = sorted(said, key=_urgency)[:_MOST_ANSWERS]
    left = len(said) - len(told)
    shown = [one for one in said if one in told]
    return table(
        finding,
        [
            ("",),
            ("Quota", "figure"),
            ("Commits to", "figure"),
            ("From below", "figure"),
            ("Gap", "figure"),
            ("Says",),
        ],
        [_answer_row(extract, one) for one in shown],
        fmt=extract.fmt,
        note=f"{say.count(left, 'more answer')} not shown." if left else "",
    )


def _urgency(one: Standing) -> int:
    """Place disputes first, then who is to be asked again."""
    if one.answer is not None and one.answer.answer == "disputed":
        return 0
    return 1 if one.outdated is not None else 2


def _answer_row(extract: PlanExtract, one: Standing) -> list[Any]:
    unit, said = one.quota.unit, one.answer

    def short(value: int | None) -> str | None:
        return None if value is None else extract.fmt.short(value, unit)

    words = None
    if said is not None:
        words = f"{said.answer.capitalize()} by {said.by}" + (f": {said.reason}" if said.reason else "")
    elif one.outdated is not None:
        words = capital(_outdated(extract, one.outdated, one.quota.amount))
    below = short(one.below)
    if below and one.answered < one.children:
        below += f" ({extract.fmt.count(one.answered)} of {extract.fmt.count(one.children)})"
    return [one.quota.name, short(one.quota.amount), short(one.committed), below, short(one.gap), words]


def _outdated(extract: PlanExtract, said: QuotaAnswer, now: int) -> str:
    say = extract.say
    words = outdated_words(
        said.answer,
        say.amount(said.amount, said.unit),
        say.amount(now, said.unit),
        revision=said.revision,
        day=say.date(said.at.date()),
    )
    return f"{words} ({said.reason})" if said.reason else words
