"""Filtering deals by all dimensions at once, as a page: values to tick, with what each would leave."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from salesnb.actions.deal_cells import Figures
from salesnb.actions.segment_picking import Panel, SegmentPicking, Value, values_words
from salesnb.errors import MissingFile
from salesnb.money import minor_digits
from salesnb.widgets.assets import script, style
from salesnb.widgets.view import Asked, View

__all__ = ["SegmentFilters", "cut_name", "in_major"]

# The page is not sent novels; what is cut off is still filtered by.
_LONG = 120


class SegmentFilters(View):
    """The filter of a `SegmentPicking`, drawn anew whenever it or the plan changes."""

    _esm = script("segment_filters")
    _css = style("segment_filters")

    def __init__(self, picking: SegmentPicking) -> None:
        self.picking = picking
        super().__init__(picking.session)
        picking.watch(self.show)

    def close(self) -> None:
        """Draw no more."""
        self.picking.unwatch(self.show)
        super().close()

    def _shown(self) -> dict[str, Any]:
        picking, settings = self.picking, self.session.workspace.settings
        try:
            cells = picking.cells
        except MissingFile as error:
            return {"missing": str(error)}
        plan = self.session.plan
        unit = 10 ** minor_digits(plan.currency)
        return {
            "locale": settings.locale.replace("_", "-"),
            "currency": plan.currency,
            "span": picking.span_words(),
            "total": in_major(picking.total(), unit),
            "whole": in_major(cells.all, unit),
            "filters": [
                {"dimension": one.dimension, "text": values_words(one.values)} for one in picking.conditions()
            ],
            "suggested": picking.suggested_name(),
            "saves": picking.saves,
            "panels": [_panel(panel, unit) for panel in picking.panels()],
            "notices": list(cells.left_out),
        }

    def _verbs(self) -> Mapping[str, Callable[[Asked], object]]:
        picking = self.picking
        return {
            "toggle": lambda asked: picking.toggle(str(asked.get("dimension")), asked.get("code", -1)),
            "clear": lambda asked: picking.clear(str(asked.get("dimension", ""))),
            "search": lambda asked: picking.search(str(asked.get("dimension")), str(asked.get("text", ""))),
            "open": lambda asked: picking.open(str(asked.get("dimension")), wide=bool(asked.get("wide"))),
            "save": lambda asked: picking.save(str(asked.get("name", ""))),
            "each": lambda asked: picking.each(str(asked.get("dimension"))),
        }


def in_major(figures: Figures, unit: int) -> dict[str, float]:
    """Give figures with amounts in the currency's major unit, of which a minor one is 1 / ``unit``."""
    found = asdict(figures)
    return {**found, **{name: found[name] / unit for name in ("won", "before", "open")}}


def cut_name(text: str) -> str:
    """Give a name that a page can show; its end is cut off where it is very long."""
    return text if len(text) <= _LONG else f"{text[: _LONG - 1]}…"


def _panel(panel: Panel, unit: int) -> dict[str, Any]:
    return {
        "dimension": panel.dimension,
        "values": [_value(value, unit) for value in panel.values],
        "size": panel.size,
        "found": panel.found,
        "many": panel.size > len(panel.values) or panel.is_open,
        "largest": panel.largest / unit,
        "search": panel.search,
        "open": panel.is_open,
        "filtered": panel.is_filtered,
    }


def _value(value: Value, unit: int) -> dict[str, Any]:
    told = in_major(value.figures, unit)
    return {
        "code": value.code,
        "name": cut_name(value.name),
        "wanted": value.wanted,
        **{name: told[name] for name in ("won", "deals", "open", "open_deals")},
    }
