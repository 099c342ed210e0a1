"""A KPI that is picked in a form: previewed at every pick, shown as code, checked, and promoted.

The model behind `salesnb.widgets.KpiBuilder`; it knows nothing of a browser, and needs no plan.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from salesnb.actions.kpi_code import code_of
from salesnb.actions.kpi_fields import in_fields
from salesnb.actions.kpi_look import Aspect, Look, Table, look_at, table_of
from salesnb.actions.kpi_meaning import Meaning, Misfit, at_control, suggested_name
from salesnb.actions.kpi_picks import Picks
from salesnb.actions.kpi_unpicking import picks_of
from salesnb.actions.live import Live
from salesnb.actions.previewing import standing_of
from salesnb.actions.promoting import GateReport, Promotion, gate_checks, promote
from salesnb.actions.sessions import KpiSession
from salesnb.errors import BadUsage, MissingFile, SalesnbError, StaleSave, UnknownName, nearest
from salesnb.kpis.definition import Definition
from salesnb.kpis.gate import GateCheck
from salesnb.kpis.kpi import UNITS, Kpi
from salesnb.kpis.language.columns import Columns
from salesnb.kpis.language.compiling import compile_with
from salesnb.kpis.language.naming import check_name, origin_of
from salesnb.kpis.saved import saved_definitions
from salesnb.kpis.shelf import Shelf
from salesnb.registry import Registry

if TYPE_CHECKING:
    from salesnb.workspace import Workspace

__all__ = ["Builder", "Said"]


@dataclass(frozen=True, kw_only=True)
class Said:
    """What stands against the picks, and at which control."""

    at: str
    text: str


class Builder:
    """The form of a KPI.

    Parameters
    ----------
    workspace
        On whose data it is shown, and where it is kept.
    kpis
        A session whose open data serves; by default one of its own.

    Attributes
    ----------
    picks, aspect
        What is picked, and from which side it is looked at.
    definition
        What was valid last; None until something was.
    units
        The units that fit it.
    look
        What was last shown of it; None before the first import.
    table
        What was last shown of it by a dimension; see `tabulate`.
    wrong
        What stands against the picks of now; what is shown is of earlier ones then. None where all is well.
    editing
        The name of the KPI of the workspace from which it started; empty for a new one.
    """

    def __init__(self, workspace: "Workspace", kpis: KpiSession | None = None) -> None:
        self.workspace = workspace
        self.kpis = kpis or KpiSession(workspace)
        self.aspect = Aspect()
        self._columns: tuple[object, Columns] | None = None
        self.new()

    @property
    def columns(self) -> Columns:
        """The columns of the data; before the first import those that every dataset has."""
        try:
            data = self.kpis.data
        except MissingFile:
            return Columns(None)
        if self._columns is None or self._columns[0] is not data:
            self._columns = (data, Columns(data))
        return self._columns[1]

    @property
    def known(self) -> Registry[Kpi]:
        """Every KPI, without the one that is picked."""
        try:
            return self.kpis.known
        except MissingFile:
            return self.workspace.catalogue()

    @property
    def saved(self) -> dict[str, Definition | SalesnbError]:
        """The KPIs that the workspace keeps, or what is wrong with their files."""
        return saved_definitions(self.workspace.kpis_dir)

    @property
    def suggested(self) -> str:
        """The name that it has as long as none is typed."""
        return suggested_name(self.picks, self._taken)

    @property
    def standing(self) -> str:
        """Whether the workspace has it, and whether it has it like this."""
        return standing_of(self.definition, self.known) if self.definition else ""

    @property
    def code(self) -> str:
        """The cell of a notebook that what was valid last stands for."""
        return code_of(self.definition, self.workspace.root, Path.cwd()) if self.definition else ""

    def new(self) -> None:
        """Start anew."""
        self.editing = ""
        self._opened: bytes | None = None
        self.definition: Definition | None = None
        self.look: Look | None = None
        self.table: Table | None = None
        self._live: Live | None = None
        self._tabled: object = None
        self.units: tuple[str, ...] = ()
        self.pick(Picks())

    def edit(self, name: str) -> None:
        """Start from a KPI that the workspace keeps.

        Raises
        ------
        UnknownName
            When there is none of that name.
        SalesnbError
            When its file cannot be read, and why.
        """
        opened = self._shelf.text(name) if name in self.saved else None
        found = self.saved.get(name)
        if found is None:
            raise UnknownName(f"The workspace keeps no KPI {name[:60]!r}.", hint=nearest(name, self.saved))
        if isinstance(found, SalesnbError):
            raise found
        self.editing, self._opened = name, opened
        self.pick(picks_of(found, self._meaning))

    def pick(self, picks: Picks, aspect: Aspect | None = None) -> None:
        """Take what is picked, and look at it; what stands against it is `wrong`, and the last look stays."""
        if picks.kind == "formula" and self.definition and not picks.formula.strip():
            picks = replace(picks, formula=self.definition.expression, where=self.definition.where)
        self.picks, self.aspect = picks, aspect or self.aspect
        try:
            self._take()
        except Misfit as misfit:
            self.wrong: Said | None = Said(at=misfit.at, text=_told(misfit.error))
        else:
            self.wrong = None

    @property
    def is_tabled(self) -> bool:
        """Whether the table is of what was valid last, from the side that is asked for."""
        return self.look is None or not self.aspect.by or self._tabled == (self._live, self.aspect)

    def tabulate(self) -> None:
        """Compute the table of what was valid last.

        Raises
        ------
        UnknownName
            When the dimension is not known.
        """
        if not self.is_tabled and self._live is not None:
            asked = (self._live, self.aspect)
            self._tabled, self.table = asked, None
            self.table = table_of(*asked)

    def check(self, seen: Callable[[GateCheck], None] = lambda _: None) -> GateReport:
        """Run the gate; nothing is written. ``seen`` is told of each check as soon as it is done.

        Raises
        ------
        BadUsage
            While something stands against the picks.
        MissingFile
            When there is no data to check it on.
        """
        definition = self._must_be_whole()
        others = self.kpis.known
        return GateReport(gate_checks(self.workspace, definition, self.kpis.data, others, seen))

    def promote(
        self, *, draft: bool = False, seen: Callable[[GateCheck], None] = lambda _: None
    ) -> Promotion:
        """Check it and keep it in the workspace; see ``salesnb.actions.promoting.promote``.

        Raises
        ------
        BadUsage
            While something stands against the picks, it has no name, or another KPI of the workspace has it.
        StaleSave
            When somebody else changed its file since it was opened; nothing is overwritten.
        MissingFile
            When there is no data to check it on.
        """
        definition = self._must_be_whole()
        name = definition.name
        if not (self.picks.name or self.picks.label):
            raise BadUsage("It has no name yet.", hint="Type a label or a name.")
        now = self._shelf.text(name)
        if now is not None and name != self.editing:
            raise BadUsage(
                f"The workspace keeps another KPI {name} already.",
                hint="Edit that one, or choose another name.",
            )
        if name == self.editing and now != self._opened:
            raise StaleSave(
                f"Somebody has changed {origin_of(name)} since it was opened here.",
                hint="Nothing was overwritten. Open it again to see it as it is now.",
            )
        found = promote(self.workspace, definition, draft=draft, seen=seen)
        if found.accepted:
            self.editing, self._opened = name, self._shelf.text(name)
            self.picks = replace(self.picks, name=name)
        return found

    @property
    def _shelf(self) -> Shelf:
        return Shelf(self.workspace.kpis_dir)

    @property
    def _meaning(self) -> Meaning:
        return Meaning(columns=self.columns, settings=self.workspace.settings, taken=self._taken)

    @property
    def _taken(self) -> set[str]:
        return {name for name, _ in self.known.items()} - {self.editing}

    def _take(self) -> None:
        """Read the picks, find the unit, and look; nothing is taken before all of it went well."""
        definition = self._meaning.definition(self.picks)
        with at_control("name"):
            check_name(definition, self.known, self.columns)
        units = self._fitting(definition)
        unit = self.picks.unit if self.picks.unit in units else units[0]
        definition = replace(definition, unit=unit)
        live = Live(self.workspace, definition, self.kpis)
        with at_control("preview"):
            try:
                look = look_at(live, self.aspect)
            except MissingFile as error:
                # Without data it can still be defined.
                self.definition, self.units = definition, units
                raise error from None
        self.definition, self.units, self.look, self._live = definition, units, look, live

    def _fitting(self, definition: Definition) -> tuple[str, ...]:
        """Find the units that the definition can have, the likeliest first."""
        fitting, refused = [], None
        for unit in UNITS:
            try:
                compile_with(replace(definition, unit=unit), self.known, self.columns)
                fitting.append(unit)
            except SalesnbError as error:
                refused = refused if refused and not refused.where.endswith(", unit") else error
        if not fitting and refused is not None:
            written = self.picks.kind == "formula"
            of_condition = refused.where.endswith(", where")
            places = ("formula", "where") if written else ("measure", "filters")
            raise Misfit(places[of_condition], refused)
        # Deals per rep are a ratio first, and can be shown as a count.
        return tuple(sorted(fitting, key=lambda unit: unit != "ratio"))

    def _must_be_whole(self) -> Definition:
        if self.wrong is not None or self.definition is None:
            text = self.wrong.text if self.wrong else "Nothing is picked."
            raise BadUsage(f"It is not whole yet: {text}")
        return self.definition


def _told(error: SalesnbError) -> str:
    """Say what is wrong; which KPI it is about is clear beside its control."""
    return f"{error.what} {in_fields(error.hint)}".strip()
