"""The form in which an analyst builds a KPI: picked, previewed at every pick, shown as code, checked and promoted."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import traitlets

from salesnb.actions.kpi_builder import Builder
from salesnb.actions.kpi_choices import choices, values_of
from salesnb.actions.kpi_fields import in_fields
from salesnb.actions.kpi_look import Aspect
from salesnb.actions.kpi_picks import read_picks
from salesnb.actions.plan_session import PlanSession
from salesnb.kpis.gate import GateCheck
from salesnb.widgets.assets import script, style
from salesnb.widgets.view import Asked, Page, session_of

if TYPE_CHECKING:
    from salesnb.workspace import Workspace

__all__ = ["KpiBuilder"]


class KpiBuilder(Page):
    """Build a KPI; what is picked is in `builder`, and `value` is the definition that was valid last.

    Parameters
    ----------
    workspace, plan
        A workspace is enough. A plan's session shares the data that it has open.

    Examples
    --------
    >>> builder = KpiBuilder(Workspace.open("."))  # doctest: +SKIP
    >>> builder.value.expression  # doctest: +SKIP
    'sum(amount where won)'
    """

    _esm = script("kpi_builder")
    _css = style("kpi_builder")
    given = traitlets.Dict().tag(sync=True)
    values = traitlets.Dict().tag(sync=True)
    value = traitlets.Any()
    unharmed = "nothing was written"

    def __init__(self, workspace: "Workspace | PlanSession", plan: str = "") -> None:
        session = session_of(workspace, plan) if plan or isinstance(workspace, PlanSession) else None
        self.builder = Builder(session.workspace, session.kpis) if session else Builder(workspace)  # type: ignore[arg-type]
        self._asked: list[Any] = ["", 0]
        self._columns = self.builder.columns
        self._gate: dict[str, Any] | None = None
        super().__init__()

    def show(self) -> None:
        """Draw the state of the model."""
        with self.hold_sync():
            self.given = choices(self.builder)
            self.values = self._values()
            super().show()
        self.value = self.builder.definition

    def _shown(self) -> dict[str, Any]:
        builder = self.builder
        definition = builder.definition
        return {
            "asked": self._asked,
            "picks": asdict(builder.picks),
            "aspect": asdict(builder.aspect),
            "suggested": builder.suggested,
            "wrong": asdict(builder.wrong) if builder.wrong else None,
            "units": list(builder.units),
            "name": definition.name if definition else "",
            "formula": definition.formula if definition else "",
            "unit": definition.unit if definition else "",
            "standing": builder.standing,
            "look": asdict(builder.look) if builder.look else None,
            "table": asdict(builder.table) if builder.table else None,
            "tabled": builder.is_tabled,
            "code": builder.code,
            "toml": definition.to_toml() if definition else "",
            "editing": builder.editing,
            "gate": self._gate,
        }

    def _values(self) -> dict[str, Any]:
        """Give the values of the columns of which conditions are picked; those of other data are asked anew."""
        known = self.values if self.builder.columns is self._columns else {}
        self._columns = self.builder.columns
        picks = self.builder.picks
        filters = (*picks.filters, *(one for part in picks.parts for one in part.filters))
        columns = {one.column for one in filters if one.column} - known.keys()
        return {**known, **{column: values_of(self.builder, column) for column in columns}}

    def _verbs(self) -> Mapping[str, Callable[[Asked], object]]:
        return {
            "pick": self._pick,
            "table": lambda _: self.builder.tabulate(),
            "new": self._new,
            "edit": self._edit,
            "check": self._check,
            "promote": self._promote,
        }

    def _pick(self, asked: Asked) -> None:
        self._hear(asked)
        told, side = asked.get("picks", {}), asked.get("aspect", {})
        before = self.builder.definition
        aspect = Aspect(**{name: str(side.get(name, "")) for name in ("grain", "by", "beside")})
        self.builder.pick(read_picks(told), aspect)
        if self.builder.definition != before:
            self._gate = None

    def _new(self, asked: Asked) -> None:
        self._hear(asked)
        self._gate = None
        self.builder.new()

    def _edit(self, asked: Asked) -> None:
        self._hear(asked)
        self._gate = None
        self.builder.edit(str(asked.get("name", "")))

    def _check(self, asked: Asked) -> None:
        self._pick(asked)
        self._run(lambda seen: self.builder.check(seen).sentence)

    def _promote(self, asked: Asked) -> None:
        self._pick(asked)
        draft = asked.get("draft") is True
        self._run(lambda seen: self.builder.promote(draft=draft, seen=seen).sentence)

    def _run(self, gate: Callable[[Callable[[GateCheck], None]], str]) -> None:
        """Run the gate; the page sees each check as soon as it is done."""
        rows: list[dict[str, Any]] = []

        def seen(check: GateCheck) -> None:
            rows.append(asdict(check) | {"advice": in_fields(check.advice)})
            self._gate = {"rows": list(rows), "sentence": ""}
            self.shown = {**self.shown, "gate": self._gate}

        self._gate = {"rows": [], "sentence": ""}
        self.shown = self._shown()
        try:
            self._gate = {"rows": rows, "sentence": gate(seen)}
        except BaseException:
            self._gate = None
            raise

    def _hear(self, asked: Asked) -> None:
        """Remember which question of which page is answered, so that a page can tell outdated answers."""
        page, number = (asked.get("asked") or ["", 0])[:2]
        self._asked = [str(page), int(number)]
