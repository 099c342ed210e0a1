"""The start of an allocation: what there is, to which segments, and how they answer to it; then it can be moved by hand.

The model behind `salesnb.widgets.allocation`; it knows nothing of a browser.
"""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from salesnb.actions.asking_judgements import question_records
from salesnb.actions.clock import moment
from salesnb.actions.fitting_curves import with_curves
from salesnb.actions.plan_segments import segments_by, segments_of
from salesnb.actions.stating import Answers, Terms, judge, state_resource
from salesnb.errors import BadInput, SalesnbError
from salesnb.kpis import dimension_names
from salesnb.planning import Plan, Resource

if TYPE_CHECKING:
    from salesnb.actions.plan_session import PlanSession

__all__ = ["UNITS", "AllocationStart", "is_started"]

# What can be allocated: money, and what is counted.
UNITS = ("money", "hours", "heads")
_NAME = re.compile(r"[^=\n]{1,60}")
# What deals are told by, and no market is.
_NO_SEGMENTS = {"rep", "account", "stage", "status", "forecast_category", "loss_reason"}
_ANSWERS = ("none", "now", "saturated", "effort")


def is_started(plan: Plan) -> bool:
    """Tell whether there is something to move: a resource, and a curve for it."""
    return any(_curves(plan, resource) for resource in plan.resources)


class AllocationStart:
    """What a plan's allocation still needs.

    Attributes
    ----------
    notices
        What is to be known of the curves that were fitted last, a sentence each.
    """

    def __init__(self, session: "PlanSession") -> None:
        self.session = session
        self.notices: tuple[str, ...] = ()

    @property
    def asked(self) -> Resource | None:
        """The first resource that no segment answers to yet."""
        plan = self.session.plan
        return next((one for one in plan.resources if not _curves(plan, one)), None)

    def shown(self) -> dict[str, Any]:
        """Give what there is, what can be chosen, and the questions that are open."""
        session = self.session
        formatter = session.workspace.settings.formatter
        asked = self.asked
        return {
            "resources": [
                f"{one.name} {formatter.value(one.total, one.unit)} {one.counts}".strip()
                for one in session.plan.resources
            ],
            "segments": [segment.name for segment in segments_of(session.plan)],
            "dimensions": self._dimensions(),
            "units": [session.plan.currency, *UNITS[1:]],
            "notices": list(self.notices),
            "asked": asked.name if asked else "",
            "counts": (asked.counts or session.plan.currency) if asked else "",
            "questions": question_records(session.workspace, session.plan) if asked else [],
        }

    def state(self, name: str, amount: float, unit: str, by: str = "") -> None:
        """State how much there is of something, and whose it is to be; curves are fitted where there is a history.

        Parameters
        ----------
        amount
            In major units of money, or a whole count.
        unit
            The currency, or what is counted.
        by
            A dimension whose values are the segments; empty for those that the plan has, or its teams.

        Raises
        ------
        BadInput
            When the name is empty or the amount is not one.
        """
        if not _NAME.fullmatch(name.strip()):
            raise BadInput("Give what is allocated a name, such as budget.")
        if not 0 < amount < 1e15:
            raise BadInput("The amount is more than 0.", hint="Write how much there is to allocate.")
        written = f"{amount:.0f}" if amount == int(amount) else f"{amount:.2f}"
        found: list[str] = []

        def stated(plan: Plan) -> Plan:
            workspace = self.session.workspace
            text = f"{name.strip()}={written} {unit}"
            plan = state_resource(plan, text, workspace.settings, Terms())
            if by and not plan.segments:
                plan = segments_by(workspace, plan, by)
            curved = with_curves(workspace, plan, "auto")
            found[:] = curved.notices
            return curved.plan

        self.session.change(stated, f"{name.strip()} of {written} {unit} to be allocated")
        self.notices = tuple(found)

    def answer(self, answers: Sequence[Mapping[str, str]]) -> None:
        """Draw curves from the answers for each segment, as typed; a segment without answers is left out.

        Raises
        ------
        BadInput
            When nothing is answered, an answer is missing, or answers do not rise; the segment is named.
        """
        resource = self.asked
        if resource is None:
            raise BadInput("Every resource has its curves; move them, or state another resource.")
        told = [one for one in answers if any(one.get(key, "").strip() for key in _ANSWERS)]
        if not told:
            raise BadInput("No segment is answered.", hint="Answer the four questions for one at least.")
        for one in told:
            lacking = [key for key in _ANSWERS if not one.get(key, "").strip()]
            if lacking:
                raise BadInput(f"{one['segment']}: {', '.join(lacking)} is not answered.")
        settings, who = self.session.workspace.settings, self.session.author
        said = [
            Answers(
                segment=one["segment"],
                resource=resource.name,
                by=who,
                where=one["segment"],
                **{key: one[key] for key in _ANSWERS},
            )
            for one in told
        ]
        self.session.change(
            lambda plan: judge(plan, said, settings, who=who, at=moment()),
            f"Response of {len(said)} segments to {resource.name} judged",
        )

    def _dimensions(self) -> list[str]:
        """By what segments can be made, where the plan has none; nothing without data."""
        if self.session.plan.segments:
            return []
        try:
            data = self.session.kpis.data
        except SalesnbError:
            return []
        found = dimension_names(data, self.session.kpis.as_of)
        return [name for name in found if name not in _NO_SEGMENTS and "." not in name]


def _curves(plan: Plan, resource: Resource) -> bool:
    return any(curve.resource == resource.id for curve in plan.response_curves)
