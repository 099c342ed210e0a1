"""A plan's segments as a page: scored, with their months, what they share, and their way into the allocation."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from salesnb.actions import segment_bringing
from salesnb.actions.allocation_problem import shown_amount
from salesnb.actions.segment_overlap import coverage_words
from salesnb.actions.segment_picking import SegmentPicking, condition_words, name_of
from salesnb.actions.segment_score_words import UNITS, flip_lines
from salesnb.actions.segment_table import Seen, SegmentRow, SegmentTable
from salesnb.actions.stating import Answers
from salesnb.allocation.segments import CRITERIA
from salesnb.errors import MissingFile
from salesnb.money import Formatter, minor_digits, plain
from salesnb.planning import Resource
from salesnb.widgets.assets import script, style
from salesnb.widgets.segment_filters import cut_name, in_major
from salesnb.widgets.view import Asked, View

__all__ = ["SegmentScoring"]

_ANSWERS = ("none", "now", "saturated", "effort", "resource")


class SegmentScoring(View):
    """The table of a plan's segments, drawn anew whenever the plan or the choice changes."""

    _esm = script("segment_table")
    _css = style("segment_table")

    def __init__(self, picking: SegmentPicking) -> None:
        self.picking, self.table = picking, SegmentTable(picking)
        self._looked = ""
        self._told_of: tuple[str, ...] = ()
        super().__init__(picking.session)
        picking.watch(self.show)

    def close(self) -> None:
        """Draw no more."""
        self.picking.unwatch(self.show)
        super().close()

    def _shown(self) -> dict[str, Any]:
        settings, plan = self.session.workspace.settings, self.session.plan
        try:
            seen = self.table.see()
        except MissingFile as error:
            return {"missing": str(error)}
        return {
            "locale": settings.locale.replace("_", "-"),
            "currency": plan.currency,
            "caption": self._caption(),
            "criteria": self._criteria(),
            "rows": [self._row(row) for row in seen.rows],
            "detail": self._detail(seen),
            "resources": [resource.name for resource in plan.resources],
            "notices": [
                *(seen.scores.notices if seen.scores else ()),
                *([seen.unscored] if seen.unscored else []),
            ],
            "flips": list(flip_lines(seen.scores, settings.formatter)) if seen.scores else [],
            "coverage": self._coverage(seen),
        }

    def _verbs(self) -> Mapping[str, Callable[[Asked], object]]:
        picking, session = self.picking, self.session
        return {
            "pick": lambda asked: picking.pick(picking.chosen ^ {_key(asked)}),
            "look": self._look,
            "weigh": lambda asked: self.table.weigh(
                str(asked.get("criterion")), float(asked.get("weight", -1))
            ),
            "rename": lambda asked: picking.rename(_key(asked), str(asked.get("name", ""))),
            "remove": lambda asked: picking.remove(_key(asked)),
            "like": lambda asked: picking.filter_like(_key(asked)),
            "gap": lambda asked: picking.choose(str(asked.get("dimension")), [asked.get("code", -1)]),
            "bring": self._bring,
            "judge": lambda asked: segment_bringing.judge_in(session, _answers(asked)),
            "takeOut": lambda asked: segment_bringing.take_out(session, _key(asked)),
        }

    def _look(self, asked: Asked) -> None:
        self._looked, self._told_of = _key(asked), ()

    def _bring(self, asked: Asked) -> None:
        self._told_of = segment_bringing.bring_in(self.session, _key(asked))

    @property
    def _unit(self) -> int:
        return int(10 ** minor_digits(self.session.plan.currency))

    def _caption(self) -> str:
        fmt = self.session.workspace.settings.formatter
        months = self.picking.months(self.session.plan)
        named = "" if self.session.plan.segments else " The plan names no segments, so these are its teams."
        last = months[-1] - timedelta(days=1)
        return f"By the twelve months from {fmt.date(months[0])} to {fmt.date(last)}.{named}"

    def _criteria(self) -> list[dict[str, Any]]:
        weights = self.table.weights
        return [
            {
                "name": name,
                "head": f"{name.capitalize()} (days)" if UNITS[name] == "days" else name.capitalize(),
                "unit": UNITS[name],
                "better": better,
                "weight": weights.get(name, 0.0),
            }
            for name, better in CRITERIA.items()
        ]

    def _row(self, row: SegmentRow) -> dict[str, Any]:
        return {
            "id": row.segment.id,
            "name": cut_name(row.segment.name),
            "score": row.score,
            "chosen": row.segment.id in self.picking.chosen,
            "months": [amount / self._unit for amount in row.months],
            "values": {
                name: value / self._unit if value is not None and UNITS[name] == "money" else value
                for name, value in row.values.items()
            },
            "allocated": self._allocated(row),
        }

    def _allocated(self, row: SegmentRow) -> str:
        """Say what a segment has of each resource; empty where it is not in the allocation."""
        fmt, plan = self.session.workspace.settings.formatter, self.session.plan
        parts = [
            f"{resource.name} {_rounded(resource, row.amounts.get(resource.name, 0), fmt)}"
            for resource in plan.resources
            if resource.name in row.resources
        ]
        return ", ".join(parts)

    def _detail(self, seen: Seen) -> dict[str, Any] | None:
        row = next((one for one in seen.rows if one.segment.id == self._looked), None)
        if row is None:
            return None
        plan, fmt = self.session.plan, self.session.workspace.settings.formatter
        inside = self._allocated(row)
        shared = segment_bringing.shared_with_allocated(self.picking.cells, plan, row.segment)
        pace = segment_bringing.sales_at_pace(sum(row.months), plan)
        return {
            "id": row.segment.id,
            "name": row.segment.name,
            "conditions": condition_words(row.segment.conditions),
            "standing": f"In the allocation: {inside}."
            if inside
            else "Not in the allocation: it has no response curve.",
            "inside": bool(inside),
            "shared": segment_bringing.shared_words(shared, fmt),
            "pace": plain(pace - pace % self._unit, 0 if self._unit == 1 else 2).partition(".")[0],
            "told": list(self._told_of),
        }

    def _coverage(self, seen: Seen) -> dict[str, Any]:
        found, fmt = seen.coverage, self.session.workspace.settings.formatter
        left = found.pairs - len(found.overlaps)
        return {
            "words": coverage_words(found, fmt),
            "span": self.picking.span_words(),
            "picked": bool(self.picking.chosen),
            "more": f"the largest of {fmt.count(found.pairs)} pairs" if left else "",
            "overlaps": [
                {
                    "one": cut_name(seen.covered[pair.one]),
                    "other": cut_name(seen.covered[pair.other]),
                    **in_major(pair.figures, self._unit),
                }
                for pair in found.overlaps
            ],
            "gaps": [
                {
                    "dimension": gap.dimension,
                    "code": gap.code,
                    "value": cut_name(name_of(gap.value)),
                    **in_major(gap.figures, self._unit),
                }
                for gap in found.gaps
            ],
        }


def _rounded(resource: Resource, amount: int, fmt: Formatter) -> str:
    return fmt.money(amount) if resource.unit == "money" else shown_amount(resource, amount, fmt)


def _key(asked: Asked) -> str:
    return str(asked.get("segment", ""))


def _answers(asked: Asked) -> Answers:
    said = {name: str(asked.get(name, "")) for name in _ANSWERS}
    return Answers(segment=_key(asked), where="The answers", **said)
