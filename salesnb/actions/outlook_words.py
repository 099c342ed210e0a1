"""The outlook in words and as records."""

from typing import TYPE_CHECKING

from salesnb.errors import UnknownName, nearest
from salesnb.money import Formatter
from salesnb.planning import LEAST_LIKELY

if TYPE_CHECKING:
    from salesnb.actions.outlook_backtest import OutlookBacktest
    from salesnb.actions.outlook_told import GoalOutlook, NodeOutlook
    from salesnb.outlook.levers import Lever
    from salesnb.outlook.scores import Score
    from salesnb.outlook.scoring import Tenth

__all__ = [
    "backtest_json",
    "backtest_lines",
    "backtest_records",
    "outlook_json",
    "outlook_lines",
    "outlook_records",
]

# Of a goal that nobody believes it is said what is as likely reached as not.
_REACHABLE = 0.5
_LEVERS = 3
_WORTH_SAYING = 0.01


def outlook_lines(found: "GoalOutlook", formatter: Formatter) -> tuple[str, ...]:
    """Say what the goal's period brings, why, and what moves it most."""
    goal, top = found.goal, found.nodes[0]
    said = [_headline(found, top, formatter)]
    if found.is_over:
        return (*said, *found.notices)
    if top.attainment is not None:
        chance = top.attainment.chance
        low, high = (formatter.value(value, goal.unit) for value in (chance.low, chance.high))
        said.append(f"In 80 of 100 such cases it ends between {low} and {high}.")
        if chance.probability is not None and chance.probability < LEAST_LIKELY:
            said.append(_cause(found, formatter))
        levels = top.attainment.levels
        names, chances = (
            f"{', '.join(words[:-1])} and {words[-1]}"
            for words in ([one.name for one in levels], [_percent(one.probability) for one in levels])
        )
        said.append(f"{names.capitalize()} are reached with {chances}.")
    said += [_lever(one, formatter) for one in _telling(found)]
    said += _worth(found)
    said.append(f"Views: {found.views}. Told as of {formatter.date(found.as_of)}.")
    return (*said, *found.notices)


def _headline(found: "GoalOutlook", top: "NodeOutlook", formatter: Formatter) -> str:
    goal = found.goal
    target = formatter.value(top.target, goal.unit)
    what = f"{goal.kpi} of {target} in {goal.period.label}"
    to_date = formatter.value(top.to_date, goal.unit)
    if found.is_over:
        return f"{what}: the period is over and brought {to_date}."
    if top.target and top.to_date >= top.target:
        return f"{what}: reached, with {to_date} to date."
    if top.attainment is None:
        return f"{what}: nothing is known to tell an outlook from."
    chance = top.attainment.chance
    if chance.probability is None:
        return f"{what}: no probability is shown: {chance.reason}{_base_rate(chance.base_rate)}."
    return f"{what}: attained with {_percent(chance.probability)} probability; {to_date} to date."


def _base_rate(share: float | None) -> str:
    return "" if share is None else f", which was {_percent(share)} of them"


def _cause(found: "GoalOutlook", formatter: Formatter) -> str:
    attainment = found.nodes[0].attainment
    assert attainment is not None  # noqa: S101 -- asked only where there is one
    reachable = formatter.value(attainment.outcome.reachable(_REACHABLE), found.goal.unit)
    return f"That is unlikely; {reachable} is as likely reached as not."


def _telling(found: "GoalOutlook") -> "list[Lever]":
    """Choose what moves the probability by a per cent at least; none where no probability is shown."""
    top = found.nodes[0].attainment
    if top is None or top.chance.probability is None:
        return []
    return [one for one in found.levers if _percent(one.down) != _percent(one.up)][:_LEVERS]


def _lever(lever: "Lever", formatter: Formatter) -> str:
    move = formatter.ratio(lever.move, 0)
    of_what = "its usual swing from month to month" if lever.measured else "not measured for want of history"
    low, high = sorted((lever.down, lever.up))
    return (
        f"{lever.driver.capitalize()} {move} down or up ({of_what}): {_percent(low)} to {_percent(high)}"
        " by the simulation of deals."
    )


def _worth(found: "GoalOutlook") -> list[str]:
    """Say what knowing now would take away of the uncertainty, the most first; below a per cent nothing."""
    top = found.nodes[0].attainment
    if top is None or top.chance.probability is None:
        return []
    told = [f"{one.of}, {_percent(one.certainty)}" for one in found.worth if one.certainty >= _WORTH_SAYING]
    return (
        [f"Worth knowing, as a share of the uncertainty that it takes away: {'; '.join(told)}."]
        if told
        else []
    )


def _percent(probability: float) -> str:
    return f"{100 * probability:.0f} %"


def outlook_records(
    found: "GoalOutlook", formatter: Formatter, *, level: str | None = None
) -> list[dict[str, object]]:
    """Give a record a node as people read it, indented by depth.

    Parameters
    ----------
    level
        Of which nodes; all by default.

    Raises
    ------
    UnknownName
        When no node has that level.
    """
    unit = found.goal.unit
    levels = list(dict.fromkeys(node.level for node in found.nodes))
    if level is not None and level not in levels:
        raise UnknownName(f"There is no level {level!r} in the plan.", hint=nearest(level, levels))
    records: list[dict[str, object]] = []
    for node in found.nodes:
        if level not in {None, node.level}:
            continue
        indent = "" if level else "  " * levels.index(node.level)
        record: dict[str, object] = {
            "node": f"{indent}{node.name}",
            "level": node.level,
            "quota": formatter.value(node.target, unit),
            "to date": formatter.value(node.to_date, unit),
            "P(attain)": None,
            "low": None,
            "high": None,
            "commit": None,
            "target": None,
            "stretch": None,
        }
        if node.attainment is not None:
            chance = node.attainment.chance
            record["P(attain)"] = _shown(node, is_over=found.is_over)
            record |= {
                name: formatter.value(value, unit)
                for name, value in (("low", chance.low), ("high", chance.high))
            }
            record |= {level.name: formatter.value(level.target, unit) for level in node.attainment.levels}
        records.append(record)
    return records


def _shown(node: "NodeOutlook", *, is_over: bool) -> str | None:
    """Say the probability; nothing of a quota of nothing."""
    if node.attainment is None or not node.target:
        return None
    if is_over or node.to_date >= node.target:
        return "reached" if node.to_date >= node.target else "missed"
    probability = node.attainment.chance.probability
    if probability is None:
        share = node.attainment.chance.base_rate
        return None if share is None else f"base rate {_percent(share)}"
    return _percent(probability)


def outlook_json(found: "GoalOutlook", digits: int) -> dict[str, object]:
    """Give a goal's outlook as JSON: money in major units, probabilities 0 to 1, None where nothing is told."""
    goal = found.goal

    def number(value: float) -> float:
        return round(value / 10**digits, digits) if goal.unit == "money" else round(value, 3)

    def node_of(node: "NodeOutlook") -> dict[str, object]:
        told: dict[str, object] = {
            "node": node.node, "name": node.name, "level": node.level, "quota": number(node.target),
            "to_date": number(node.to_date),
        }  # fmt: skip
        if node.attainment is None:
            return told | {"probability": None, "reason": "nothing is known of it"}
        chance = node.attainment.chance
        return told | {
            "probability": chance.probability,
            "reason": chance.reason,
            "base_rate": chance.base_rate,
            "low": number(chance.low),
            "high": number(chance.high),
            **{level.name: number(level.target) for level in node.attainment.levels},
        }

    return {
        "kpi": goal.kpi,
        "period": goal.period.label,
        "as_of": found.as_of.isoformat(),
        "views": found.views,
        "nodes": [node_of(node) for node in found.nodes],
        "moves": [
            {
                "driver": lever.driver,
                "move": lever.move,
                "measured": lever.measured,
                "down": lever.down,
                "up": lever.up,
            }
            for lever in found.levers
        ],
        "worth_knowing": [
            {"of": one.of, "share_of_uncertainty": float(one.certainty)} for one in found.worth
        ],
    }


_COLUMNS = (
    "what", "windows", "goals", "Brier", "base rate", "calibration", "in 50 %", "in 80 %", "MASE", "naive", "run rate",
)  # fmt: skip


def backtest_records(found: "OutlookBacktest") -> tuple[tuple[str, ...], list[dict[str, object]]]:
    """Give the columns and a record a score."""
    return _COLUMNS, [_record(score) for score in found.scores]


def _record(score: "Score") -> dict[str, object]:
    def number(value: float | None, digits: int = 3) -> str:
        return "" if value is None else f"{value:.{digits}f}"

    def share(value: float | None) -> str:
        return "" if value is None else f"{100 * value:.0f} %"

    values = (
        score.name, score.windows, score.predictions, number(score.brier), number(score.base_rate_brier),
        number(score.calibration_error), share(score.coverage50), share(score.coverage80), number(score.mase, 2),
        number(score.mase_seasonal_naive, 2), number(score.mase_run_rate, 2),
    )  # fmt: skip
    return dict(zip(_COLUMNS, values, strict=True))


def backtest_lines(found: "OutlookBacktest") -> tuple[str, ...]:
    """Say where the outlook falls short, how reliable its probabilities were, and what to know."""
    lines = []
    for score in found.scores:
        short = score.shortcomings()
        lines.append(f"{score.name}: {'; '.join(short) if short else 'nothing falls short'}.")
    whole = found.scores[-1]
    if whole.hidden:
        lines.append(
            f"{whole.hidden:,} of {whole.predictions:,} would not have been shown as probabilities: too little history."
        )
    return (*lines, *filter(None, map(_reliable, whole.tenths)), *found.notes)


def _reliable(tenth: "Tenth") -> str:
    if tenth.predicted is None or tenth.happened is None:
        return ""
    return f"Said {_percent(tenth.predicted)} on average: {_percent(tenth.happened)} of {tenth.count:,} came true."


def backtest_json(found: "OutlookBacktest") -> dict[str, object]:
    """Give the scores as JSON: Brier scores, and shares 0 to 1."""
    from dataclasses import asdict

    scores = [asdict(score) | {"falls_short": list(score.shortcomings())} for score in found.scores]
    return {
        "kpi": found.kpi,
        "as_of": found.as_of.isoformat(),
        "scores": scores,
        "notes": list(found.notes),
    }
