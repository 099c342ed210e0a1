"""What a page of sliders is given beside the amounts: curves, ends and groups, with words in the reader's format."""

from typing import Any

from salesnb.actions.slider_board import Board
from salesnb.actions.slider_groups import groupings
from salesnb.actions.slider_lines import Line
from salesnb.allocation.forms import Floats
from salesnb.money import minor_digits
from salesnb.planning import Resource

__all__ = ["slider_page"]

# Significant digits of what is read on every step, and of the band that is only drawn.
_EXACT, _DRAWN = 8, 4


def slider_page(board: Board) -> dict[str, Any]:
    """Give what does not change while amounts are moved; money in major units where it is not an amount of a line.

    Raises
    ------
    BadInput, Infeasible
        As `Board.lines`.
    """
    lines, plan = board.lines, board.session.plan
    settings = board.session.workspace.settings
    places = {resource.id: n for n, resource in enumerate(lines.resources)}
    segments = dict.fromkeys((line.segment, line.name) for line in lines.all)
    numbers = {segment: n for n, (segment, _) in enumerate(segments)}
    digits = minor_digits(plan.currency)
    goal = next((g for g in plan.goals if g.unit == "money"), None)
    return {
        "locale": settings.locale.replace("_", "-"),
        "currency": plan.currency,
        "digits": digits,
        "goal": {"amount": goal.target / 10**digits} if goal else None,
        "resources": [_resource(board, resource, digits) for resource in lines.resources],
        "segments": [name for _, name in segments],
        "groupings": [
            {"dimension": one.dimension, "groups": list(one.groups)}
            for one in groupings(plan, [segment for segment, _ in segments])
        ],
        "lines": [
            {"resource": places[line.resource], "segment": numbers[line.segment]} | _line(board, n, line)
            for n, line in enumerate(lines.all)
        ],
    }


def _resource(board: Board, resource: Resource, digits: int) -> dict[str, Any]:
    unit = 10**digits if resource.unit == "money" else 1
    return {
        "name": resource.name,
        "counts": resource.counts,
        "unit": unit,
        "total": int(resource.total),
        "keeps": resource.spend == "all",
        "portion": board.portion(resource) / unit,
    }


def _line(board: Board, place: int, line: Line) -> dict[str, Any]:
    posed, key = board.lines.posed, board.lines.keys[place]
    stored, is_further = posed.stored(key), key in posed.drawing.further
    scale = posed.scale
    unit = scale.of(board.lines.resource(place))
    # Points tell what a segment sold in all; a further resource's curve tells what it brings over none of it.
    points = () if stored.fit is None or is_further else stored.fit.points
    told = [(effort / unit, sales / scale.sales()) for effort, sales in points]
    table = board.table(place, beyond=max((effort for effort, _ in told), default=0))
    return {
        "today": line.today,
        "low": line.low,
        "high": line.high,
        "step": line.step,
        "source": stored.source,
        "further": is_further,
        "start": board.start(place),
        "points": [[effort, sales] for effort, sales in told],
        "table": {
            "top": table.top,
            "bend": table.bend,
            "values": _short(table.values, _EXACT),
            "slopes": _short(table.slopes, _EXACT),
            "low": _short(table.low, _DRAWN),
            "high": _short(table.high, _DRAWN),
        },
    }


def _short(values: Floats, digits: int) -> list[float]:
    return [float(f"{value:.{digits}g}") for value in values.tolist()]
