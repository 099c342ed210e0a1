"""Why a KPI differs between two periods, or from a plan: effects that add up to the difference exactly."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from salesnb.actions.explained import Explained, ExplainRequest, explained
from salesnb.actions.explained_table import explained_table
from salesnb.actions.tree_records import node_records
from salesnb.kpis.effects import LineChange
from salesnb.kpis.result import Column, Result
from salesnb.workbooks.findings_explained import Told, caption, effect_labels, finding
from salesnb.workbooks.findings_words import capital

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.charts import Chart
    from salesnb.workspace import Settings, Workspace

__all__ = ["Explanation", "explain", "find_explanation"]

# Effects that are told though they are nothing: their absence would be a riddle.
_ALWAYS = ("volume", "win rate", "deal size", "mix", "price")


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """Why a figure differs from another; in a notebook it shows itself as a waterfall and a table.

    Attributes
    ----------
    found
        What was computed: the effects by line, and by which method.
    settings
        How figures are written.
    """

    found: Explained
    settings: "Settings"

    @property
    def finding(self) -> str:
        """What changed and why, in a sentence."""
        return finding(self._told)

    @property
    def caption(self) -> str:
        """The method and the grain: ``Shapley over 4 factors, by product``."""
        return caption(self.found.change.method, self.found.by)

    @property
    def notices(self) -> tuple[str, ...]:
        """What the reader should know of the figures, a sentence each."""
        return self.found.notices

    @property
    def effects(self) -> Mapping[str, int | float]:
        """What each effect did to the whole, in minor units where it is money."""
        return {effect.name: _number(effect.amount) for effect in self.found.change.effects}

    def result(self) -> Result:
        """Give a row a line: dimensions, ``before``, every effect, ``after``; the rows add up to the whole."""
        change, unit = self.found.change, self.found.unit
        names = ("before", *(name.replace(" ", "_") for name in change.names), "after")
        return Result(
            columns=(
                *(Column(name=name, role="dimension") for name in self.found.by),
                *(Column(name=name, role="kpi", unit=unit) for name in names),
            ),
            rows=tuple((*self.shown(line.key), *_cells(line)) for line in change.lines),
            notices=self.notices,
        )

    def nodes(self) -> list[dict[str, Any]]:
        """Give a row a node of the tree: what it was before and after, and what it did to the root."""
        return node_records(self.found, self.settings.digits)

    @property
    def table(self) -> "pd.DataFrame":
        """The lines as a data frame, or the nodes of a tree; money in major units."""
        import pandas as pd

        if self.found.tree and not self.found.by:
            return pd.DataFrame(self.nodes())
        result = self.result()
        records = result.to_records(self.settings.digits)
        return pd.DataFrame(records, columns=[column.name for column in result.columns])

    @property
    def chart(self) -> "Chart":
        """The whole as a waterfall, with method and grain below it."""
        from salesnb.charts import waterfall

        told = self._told
        return waterfall(
            self.finding,
            told.before,
            told.effects,
            told.after,
            fmt=told.fmt,
            unit=told.unit,
            subtitle=f"{told.label}, {told.after[0]} against {told.before[0]}, by what changed it",
            note=self.note,
        )

    @property
    def note(self) -> str:
        """Method, grain, that the effects add up, and what the reader should know."""
        return " ".join((f"{self.caption}; the effects add up exactly.", *self.notices))

    def heading(self, name: str) -> str:
        """Name a column of `result` as people read it."""
        ends = {"before": self.found.before, "after": self.found.after}
        labels = {effect.replace(" ", "_"): label for effect, label in self._labels.items()}
        return (ends | labels).get(name, capital(name.replace("_", " ")))

    def shown(self, key: Hashable) -> tuple[str | None, ...]:
        """Name a line as people read it."""
        return self.found.names[key]

    @property
    def _told(self) -> Told:
        found = self.found
        labels = self._labels
        return Told(
            label=found.label,
            unit=found.unit,
            before=(found.before, _number(found.change.before)),
            after=(found.after, _number(found.change.after)),
            effects=tuple(
                (labels[effect.name], _number(effect.amount))
                for effect in found.change.effects
                if effect.amount or effect.name in _ALWAYS or found.tree
            ),
            fmt=self.settings.formatter,
        )

    @property
    def _labels(self) -> dict[str, str]:
        found = self.found
        return effect_labels(found.change.names, found.by, planned=found.planned, own=found.labels)

    def __repr__(self) -> str:
        """Give the effects and the lines as text."""
        return f"{self.chart!r}\n\n{explained_table(self)!r}"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        """Show the waterfall, and the table below it."""
        bundle: dict[str, Any] = self.chart._repr_mimebundle_(include, exclude)
        rows = explained_table(self)._repr_mimebundle_(include, exclude)
        texts = {kind: f"{bundle[kind]}\n{rows[kind]}" for kind in ("text/plain", "text/html")}
        return bundle | texts


def explain(
    workspace: "Workspace",
    kpi: str = "won_amount",
    *,
    period: str,
    against: str,
    by: str | None = None,
    tree: str | None = None,
    method: str = "shapley",
    where: Mapping[str, str] | None = None,
) -> Explanation:
    """Explain why a KPI differs between two periods, or from what was planned; the effects add up exactly.

    Parameters
    ----------
    kpi
        ``won_amount`` by volume, win rate, deal size and mix; ``ordered_amount`` (or ``won_amount`` where only orders
        with quantities are loaded) by volume, mix and price; any KPI by a tree of the workspace.
    period
        Label of the period: ``"2017-Q4"``.
    against
        Label of the period that it is compared with, or ``"plan:NAME"``.
    by
        Dimensions that make a segment, separated by commas; by default the product, or the teams of a plan. ``""`` is
        the whole, as one.
    tree
        Name of a tree, ``kpis/NAME.tree.toml``; by default the one that bears the KPI's name, if there is one.
    method
        ``"shapley"``, or ``"anchored"``, which depends on the order of the factors and of the periods.
    where
        Filters: dimension and value.

    Returns
    -------
    Explanation
        With ``table``, ``chart``, ``finding`` and ``caption``.

    Raises
    ------
    UnknownName
        When the KPI, a dimension, a value, the plan or a period is not known.
    BadUsage
        When the KPI has neither drivers nor a tree, or a method does not fit.
    BadInput
        When the plan has no planned drivers, or the tree does not come to its KPI.
    """
    names = None if by is None else tuple(part.strip() for part in by.split(",") if part.strip())
    request = ExplainRequest(
        kpi=kpi,
        period=period,
        against=against,
        by=names,
        tree=tree,
        method=method,
        where=tuple((where or {}).items()),
    )
    return find_explanation(workspace, request)


def find_explanation(workspace: "Workspace", request: ExplainRequest) -> Explanation:
    """Do what `explain` does, with what is asked as one value."""
    return Explanation(found=explained(workspace, request), settings=workspace.settings)


def _cells(line: LineChange) -> tuple[int | float, ...]:
    return tuple(map(_number, (line.before, *line.effects, line.after)))


def _number(value: int | Fraction) -> int | float:
    return value if isinstance(value, int) else float(value)
