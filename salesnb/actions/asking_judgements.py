"""The three questions that a segment needs before anything can be allocated to it, with what the data knows already."""

from typing import TYPE_CHECKING

from salesnb.actions.plan_segments import segments_of
from salesnb.errors import SalesnbError
from salesnb.kpis import Query, run
from salesnb.money import plain
from salesnb.planning import Plan, Segment

if TYPE_CHECKING:
    from salesnb.workspace import Workspace

__all__ = ["QUESTIONS", "question_records"]

_EXAMPLES = ["North", "South"]
QUESTIONS = (
    "A response curve is drawn from three answers a segment, for the period of the plan:",
    "  none       what would it sell with no effort at all?",
    "  now        what will it sell with today's effort?",
    "  saturated  what could it sell with as much effort as could be of any use?",
    "and from effort, which is what it has today: money, hours or heads.",
)


def question_records(workspace: "Workspace", plan: Plan) -> list[dict[str, object]]:
    """Give a row a segment to be answered; ``now`` is what it sold in the same period a year before, where that is known."""
    segments = segments_of(plan)
    sold = _sold(workspace, plan, segments)
    digits = workspace.settings.digits
    return [
        {
            "segment": name,
            "none": None,
            "now": plain(sold[name], digits) if sold.get(name) else None,
            "saturated": None,
            "effort": None,
        }
        for name in [segment.name for segment in segments] or _EXAMPLES
    ]


def _sold(workspace: "Workspace", plan: Plan, segments: tuple[Segment, ...]) -> dict[str, int]:
    """Ask what each segment won in the same period a year before; nothing where there is no data."""
    before = workspace.calendar.year_before(plan.period)
    dimensions = {item.dimension for segment in segments for item in segment.conditions}
    found: dict[str, int] = {}
    try:
        with workspace.dataset() as data:
            known = workspace.catalogue(data)
            for dimension in sorted(dimensions):
                query = Query(kpis=("won_amount",), by=(dimension,), start=before.start, end=before.end)
                rows = run(query, data, workspace.calendar, known).rows
                found |= {str(name): int(amount) for name, amount in rows if name is not None and amount}
    except SalesnbError:
        # Without data the question is asked all the same, only without what is known.
        return {}
    return found
