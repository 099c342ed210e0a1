"""A KPI in a notebook: it shows itself, is looked at from any side, checked, and promoted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from salesnb.actions.expected import Given, expected_figures
from salesnb.actions.live import Live
from salesnb.actions.promoting import GateReport, Promotion, gate_checks, promote
from salesnb.calendar import GRAINS, Period
from salesnb.charts import Chart, bars, table, trend
from salesnb.errors import BadUsage, MissingFile, SalesnbError
from salesnb.kpis import Query, with_definition
from salesnb.kpis.definition import Definition
from salesnb.kpis.kpi import AS_OF
from salesnb.kpis.lineage import lineage
from salesnb.workbooks.findings_words import period_name
from salesnb.workbooks.kpi_preview import Preview, compared_rows, lineage_table, preview_view, trend_of
from salesnb.workbooks.review_text import Text, paragraph

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.kpis import Kpi, Result
    from salesnb.registry import Registry
    from salesnb.workspace import Workspace

__all__ = ["KpiPreview", "standing_of"]

_MONTHS = 24
_MOST_ROWS = 40


class KpiPreview:
    """A KPI that is being defined; in a notebook it shows itself.

    Parameters
    ----------
    workspace
        On whose data.
    definition
        What it is.
    period
        The period that is looked at; None means the last complete quarter.

    Attributes
    ----------
    definition
        What it is; ``to_toml()`` of it is the file that promoting writes.
    """

    def __init__(self, workspace: "Workspace", definition: Definition, period: Period | None = None) -> None:
        self.definition = definition
        self._live = Live(workspace, definition)
        self._asked = period

    def compile(self) -> None:
        """Compile the definition on the workspace's data; before the first import without any.

        Raises
        ------
        BadInput
            When it cannot be compiled.
        """
        workspace = self._live.workspace
        try:
            self._live.known  # noqa: B018 -- compiles it
        except MissingFile:
            with_definition(workspace.catalogue(), self.definition, None)

    @property
    def period(self) -> Period:
        """The period that is looked at."""
        return self._asked or self._live.last_complete()

    def during(self, period: str) -> "KpiPreview":
        """Look at another period, by its label: ``"2026-Q2"``, ``"2026-07"``.

        Raises
        ------
        UnknownName
            When the calendar knows no such period.
        """
        workspace = self._live.workspace
        return KpiPreview(workspace, self.definition, workspace.calendar.period(period))

    @property
    def value(self) -> Any:
        """The figure in the period: money in minor units, None for nothing."""
        return self.figures.value

    @cached_property
    def figures(self) -> Preview:
        """The figures that it shows."""
        live, name = self._live, self.definition.name
        settings, calendar = live.workspace.settings, live.workspace.calendar
        told = live.ask(Query(kpis=(name,), windows=live.windows(self.period)))
        values = dict(told.rows)
        month = calendar.containing(live.as_of, "month")
        start = max(month.start.replace(year=month.start.year - _MONTHS // 12), live.first_month)
        months = live.ask(Query(kpis=(name,), grain="month", start=start, end=month.end))
        return Preview(
            name=name,
            title=self.definition.title,
            formula=self.definition.formula,
            unit=self.definition.unit,
            standing=self._standing,
            period=self.period.label,
            value=values.get("now"),
            previous=values.get("previous"),
            last_year=values.get("last_year"),
            earlier=(calendar.previous(self.period).label, calendar.year_before(self.period).label),
            months=tuple((str(label), value) for label, value in months),
            partial="" if month.last_day == live.as_of else month.label,
            lineage=lineage(live.kpi, live.known, live.data),
            notices=tuple(dict.fromkeys((*told.notices, *months.notices))),
            fmt=settings.formatter,
            fiscal_year_start=settings.fiscal_year_start,
        )

    def by(self, *dimensions: str, where: Mapping[str, str] | None = None) -> Chart:
        """Show the period by dimensions beside the period before and the year before, the largest first.

        Raises
        ------
        UnknownName
            When a dimension is not known.
        """
        if not dimensions or any(name in GRAINS for name in dimensions):
            raise BadUsage("A dimension such as team is wanted.", hint='By time: chart(by="month").')
        figures, live = self.figures, self._live
        query = Query(
            kpis=(figures.name,),
            by=dimensions,
            windows=live.windows(self.period),
            where=tuple((where or {}).items()),
        )
        groups: dict[str, dict[str, Any]] = {}
        for *group, window, value in live.ask(query):
            groups.setdefault(_named(group), {})[window] = value
        ranked = compared_rows(
            figures.fmt,
            figures.unit,
            [
                (name, found.get("now"), found.get("previous"), found.get("last_year"))
                for name, found in groups.items()
            ],
        )
        names = [self._called(label) for label in (figures.period, *figures.earlier)]
        return table(
            f"{figures.title} in {names[0]} by {_worded(dimensions)}",
            [(_worded(dimensions).capitalize(),), (names[0], figures.unit, "bar"), (names[1], "figure"), ("Change", "figure"),
             (names[2], "figure"), ("Change", "figure")],
            ranked[:_MOST_ROWS],
            fmt=figures.fmt,
            note=_left_out(len(ranked)),
        )  # fmt: skip

    def table(
        self,
        *,
        by: str | Sequence[str] = (),
        beside: Sequence[str] = (),
        where: Mapping[str, str] | None = None,
    ) -> Chart:
        """Show it beside other KPIs, by dimensions and at most one time grain.

        Without a grain the period is told; with one all that is known.

        Raises
        ------
        UnknownName
            When a KPI, dimension or value is not known.
        """
        found = self._result(by, beside, where)
        known, figures = self._live.known, self.figures
        kpis = [(known.get(column.name).label, column.unit) for column in found.columns if column.unit]
        places = [
            (column.name.replace("_", " ").capitalize(),) for column in found.columns if not column.unit
        ]
        period = self._called(figures.period)
        rows = found.rows[-_MOST_ROWS:] if places else [(period, *row) for row in found.rows]
        return table(
            figures.title if self._grain(by) else f"{figures.title} in {period}",
            [*(places or [("",)]), *kpis],
            rows,
            fmt=figures.fmt,
            note=" ".join((*found.notices, _left_out(len(found.rows)))).strip(),
        )

    def frame(
        self,
        *,
        by: str | Sequence[str] = (),
        beside: Sequence[str] = (),
        where: Mapping[str, str] | None = None,
    ) -> "pd.DataFrame":
        """Give what `table` shows as a data frame; money in major units."""
        return self._framed(self._result(by, beside, where))

    def chart(self, *, by: str = "month", where: Mapping[str, str] | None = None) -> Chart | Text:
        """Draw it: by a time grain as a line, by a dimension the period as bars.

        Raises
        ------
        UnknownName
            When the dimension is not known.
        """
        figures = self.figures
        if by == "month" and not where:
            return trend_of(figures)
        found = self._result(by, (), where)
        if by in GRAINS:
            return trend(
                f"{figures.title} by {by}", [(str(row[0]), row[-1]) for row in found.rows[-_MONTHS:]],
                fmt=figures.fmt, unit=figures.unit, names=(by.capitalize(), ""),
            )  # fmt: skip
        shown = [(_named(row[:-1]), row[-1]) for row in found.rows if row[-1] is not None]
        return bars(
            f"{figures.title} in {self._called(figures.period)} by {_worded((by,))}",
            shown,
            fmt=figures.fmt,
            unit=figures.unit,
        )

    def rows(self, *, by: str | Sequence[str] = (), where: Mapping[str, str] | None = None) -> "pd.DataFrame":
        """List the opportunities behind the figure of the period as a data frame; money in major units."""
        return self._framed(self._live.deals(self._query(by, (), where)))

    def lineage(self) -> Chart:
        """Show what it is made of, down to the columns that it reads."""
        return lineage_table(self.figures.lineage)

    def check(self) -> GateReport:
        """Run the gate; nothing is written."""
        live = self._live
        known = live.workspace.catalogue(live.data)
        return GateReport(gate_checks(live.workspace, self.definition, live.data, known))

    def promote(
        self,
        *,
        owner: str | None = None,
        expected: Given = (),
        draft: bool = False,
    ) -> Promotion:
        """Check it and keep it in the workspace, certified where nothing is missing; see ``promote``.

        Parameters
        ----------
        owner
            Who answers for it; by default as it was defined.
        expected
            Figures worked out by hand, beside those of the definition: ``{"2026-Q2": "41 %"}``.
        draft
            Whether to keep it as a draft although it could be certified.

        Raises
        ------
        StaleSave
            When its file was changed meanwhile.
        """
        new = (one for one in expected_figures(expected) if one not in self.definition.expected)
        definition = replace(
            self.definition,
            owner=self.definition.owner if owner is None else owner,
            expected=(*self.definition.expected, *new),
        )
        return promote(self._live.workspace, definition, draft=draft)

    def __repr__(self) -> str:
        """Give the figures as text."""
        return self._view.plain

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        return self._view._repr_mimebundle_(include, exclude)

    @property
    def _view(self) -> Text:
        """Show the figures, or why there are none: before the first import, say."""
        try:
            return preview_view(self.figures)
        except SalesnbError as error:
            return paragraph([f"{self.definition.name} cannot be shown.", str(error)])

    @property
    def _standing(self) -> str:
        """Say whether the workspace has it, and whether it has it like this."""
        return standing_of(self.definition, self._live.workspace.catalogue())

    def _query(
        self, by: str | Sequence[str], beside: Sequence[str], where: Mapping[str, str] | None
    ) -> Query:
        names = (
            tuple(part.strip() for part in by.split(",") if part.strip())
            if isinstance(by, str)
            else tuple(by)
        )
        whole = self._grain(names) is not None
        # What is open is told as of the last day that is known.
        start = None if whole else self.period.start
        end = self._live.as_of + timedelta(days=1) if whole and self._live.kpi.basis != AS_OF else None
        return Query(
            kpis=(self.definition.name, *beside),
            by=names,
            start=start,
            end=end if whole else self.period.end,
            where=tuple((where or {}).items()),
        )

    def _result(
        self, by: str | Sequence[str], beside: Sequence[str], where: Mapping[str, str] | None
    ) -> "Result":
        return self._live.ask(self._query(by, beside, where))

    def _framed(self, found: "Result") -> "pd.DataFrame":
        import pandas as pd

        digits = self._live.workspace.settings.digits
        return pd.DataFrame(found.to_records(digits), columns=[column.name for column in found.columns])

    def _called(self, label: str) -> str:
        return period_name(label, self.figures.fmt, self.figures.fiscal_year_start)

    @staticmethod
    def _grain(by: str | Sequence[str]) -> str | None:
        names = by.split(",") if isinstance(by, str) else by
        return next((name.strip() for name in names if name.strip() in GRAINS), None)


def standing_of(definition: Definition, kept: "Registry[Kpi]") -> str:
    """Say whether a workspace has a definition, and whether it has it like this: a phrase.

    Parameters
    ----------
    kept
        Every KPI of the workspace.
    """
    if definition.name not in kept:
        return "not promoted yet"
    kpi = kept.get(definition.name)
    state = f"{kpi.status}, version {kpi.version}"
    if kpi.formula == definition.formula and kpi.unit == definition.unit:
        return f"{state} in the workspace"
    return f"another definition than the one in the workspace ({state})"


def _named(group: Iterable[Any]) -> str:
    return ", ".join("(none)" if value is None else str(value) for value in group)


def _worded(dimensions: Sequence[str]) -> str:
    return " and ".join(name.replace("_", " ").replace(",", " and ") for name in dimensions)


def _left_out(count: int) -> str:
    return (
        f"{count - _MOST_ROWS} more rows are not shown; frame() has them all." if count > _MOST_ROWS else ""
    )
