"""From the definition of a KPI to what the engine computes: measures, and what is computed from them."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from salesnb.errors import BadInput
from salesnb.kpis.definition import Definition
from salesnb.kpis.kpi import TARGET_INPUTS, Kpi
from salesnb.kpis.language import tree
from salesnb.kpis.language.columns import Columns
from salesnb.kpis.language.computing import Computed, Computing, parts_of_mean
from salesnb.kpis.language.dates import check_dates
from salesnb.kpis.language.faults import Fault
from salesnb.kpis.language.filtering import Conditions
from salesnb.kpis.language.measuring import Measured, measured
from salesnb.kpis.language.naming import check_name, check_references, origin_of
from salesnb.kpis.language.units import units_that_fit
from salesnb.registry import Registry

if TYPE_CHECKING:
    from salesnb.crm.dataset import Dataset

__all__ = ["compile_definition", "compile_with"]


def compile_definition(
    definition: Definition, known: Registry[Kpi], data: "Dataset | None"
) -> tuple[Kpi, ...]:
    """Compile a definition: hidden measures first, if any, and the KPI itself last.

    Parameters
    ----------
    known
        The KPIs that it may name; one of its own name that was defined as data before may be among them.
    data
        Whose columns and values it may name. Without it they are not checked, and nothing can be computed.

    Raises
    ------
    BadInput
        When a name is not known or is taken, units do not fit, it refers to itself, a deal would count what is not its
        own, or parts are told by different dates; the message names the KPI, shows the place and says what to do.
    """
    return compile_with(definition, known, Columns(data))


def compile_with(definition: Definition, known: Registry[Kpi], columns: Columns) -> tuple[Kpi, ...]:
    """Compile a definition on columns that several definitions share; see `compile_definition`."""
    return _Compiler(definition=definition, known=known, columns=columns).kpis()


@dataclass(frozen=True, kw_only=True)
class _Compiler:
    """What compiling one definition needs to know."""

    definition: Definition
    known: Registry[Kpi]
    columns: Columns

    def kpis(self) -> tuple[Kpi, ...]:
        check_name(self.definition, self.known, self.columns)
        if self.definition.condition is not None:
            self._check_condition(self.definition.condition)
        try:
            check_references(self.definition, self.known, self.columns)
            return self._compiled()
        except Fault as fault:
            raise fault.told(self.definition.expression, self._place("expression")) from None

    def _compiled(self) -> tuple[Kpi, ...]:
        definition = self.definition
        check_dates(definition, self.known)
        operand = Computing(names=self._names, units=self._units, digits=self.columns.digits).operand(
            definition.tree
        )
        self._check_unit(units_that_fit(operand.unit, operand.above))
        if self._is_one_measure:
            (only,) = self._measures.values()
            return (self._measure(definition.name, only),)
        needs = tuple(dict.fromkeys(self._names.values()))
        function = Computed(definition.formula, operand.step, _is_whole(definition.tree), needs)
        return (*self._hidden(), self._derived(function))

    @property
    def _is_one_measure(self) -> bool:
        node = self.definition.tree
        return isinstance(node, tree.Aggregate) and node.function != "mean"

    @cached_property
    def _measures(self) -> dict[tree.Aggregate, Measured]:
        """Compile every aggregate, a mean as its two parts; those that say the same are one."""
        aggregates = tree.aggregates_of(self.definition.tree)
        if not aggregates and not tree.references_of(self.definition.tree):
            raise Fault("It reads no deals and no KPI.", 0, "Write one such as sum(amount where won).")
        found: dict[tree.Aggregate, Measured] = {}
        for part in (part for one in aggregates for part in _parts(one)):
            complete = self._complete(part)
            if complete not in found:
                found[complete] = measured(complete, self.columns)
        return found

    def _complete(self, part: tree.Aggregate) -> tree.Aggregate:
        """Add the definition's own date and condition to an aggregate."""
        conditions = [one for one in (self.definition.condition, part.where) if one is not None]
        where = tree.Both(word="and", parts=tuple(conditions)) if len(conditions) > 1 else None
        return replace(
            part,
            basis=part.basis or self.definition.at,
            where=where or (conditions[0] if conditions else None),
        )

    @cached_property
    def _names(self) -> dict[tree.Expression, str]:
        """Give every atom of the expression the name of its KPI or measure."""
        own = self.definition.name
        places = {node: number for number, node in enumerate(self._measures, 1)}
        found: dict[tree.Expression, str] = {}
        for atom in tree.atoms_of(self.definition.tree):
            if isinstance(atom, tree.Reference):
                found[atom] = atom.name
            elif isinstance(atom, tree.Aggregate):
                for part in _parts(atom):
                    found[part] = own if self._is_one_measure else f"{own}__{places[self._complete(part)]}"
        return found

    @cached_property
    def _units(self) -> dict[str, str]:
        units = dict.fromkeys(TARGET_INPUTS, "money")
        for atom, name in self._names.items():
            if isinstance(atom, tree.Aggregate):
                units[name] = self._measures[self._complete(atom)].unit
            elif name not in units:
                units[name] = self.known.get(name).unit
        return units

    def _hidden(self) -> list[Kpi]:
        title = self.definition.title
        return [
            replace(
                self._measure(f"{self.definition.name}__{number}", function),
                label=f"{title}, part {number}",
                unit=function.unit,
                hidden=True,
                additive_over=None,
                formula=function.text,
            )
            for number, function in enumerate(self._measures.values(), 1)
        ]

    def _measure(self, name: str, function: Measured) -> Kpi:
        return self._kpi(
            name,
            kind=function.kind,
            function=function,
            basis=next(node.basis for node, one in self._measures.items() if one is function),
            additive=function.kind == "sum",
            reads=function.reads,
        )

    def _derived(self, function: Computed) -> Kpi:
        bases = {node.basis for node in self._measures}
        bases |= {self.known.get(one.name).basis for one in self._references if one.name not in TARGET_INPUTS}
        return self._kpi(
            self.definition.name,
            kind="derived",
            function=function,
            basis=bases.pop() if len(bases) == 1 else "",
            needs=function.needs,
            additive=self._adds_up(self.definition.tree),
        )

    def _kpi(self, name: str, **more: Any) -> Kpi:
        definition = self.definition
        known: dict[str, Any] = {
            "name": name,
            "label": definition.title,
            "unit": definition.unit,
            "formula": definition.formula,
            "source": f"{origin_of(definition.name)}{f': {definition.source}' if definition.source else ''}",
            "higher_is_better": definition.higher_is_better,
            "version": str(definition.version),
            "status": definition.status,
            "owner": definition.owner,
            "additive_over": definition.additive_over,
            "description": definition.description,
        }
        return Kpi(**{**known, **more})

    def _adds_up(self, node: tree.Expression | tree.Value) -> bool:
        """Tell whether an expression adds up over groups: sums and counts, their sums and whole multiples."""
        match node:
            case tree.Aggregate(function=name):
                return name in {"sum", "count"}
            case tree.Reference(name=name):
                return (
                    name in self.known
                    and self.known.get(name).additive
                    and self.known.get(name).kind != "weighted"
                )
            case tree.Negated(of=of):
                return self._adds_up(of)
            case tree.Binary(sign="+" | "-", left=left, right=right):
                return self._adds_up(left) and self._adds_up(right)
            case tree.Binary(sign="*", left=left, right=right):
                sides = (left, right) if isinstance(left, tree.Number) else (right, left)
                return _is_whole(sides[0]) and isinstance(sides[0], tree.Number) and self._adds_up(sides[1])
            case _:
                return False

    @property
    def _references(self) -> tuple[tree.Reference, ...]:
        return tree.references_of(self.definition.tree)

    def _check_condition(self, condition: tree.Condition) -> None:
        """Check the condition of all aggregates by itself, so that its own text is shown."""
        definition = self.definition
        if self._references:
            names = ", ".join(one.name for one in self._references)
            raise BadInput(
                f"The condition would hold for some parts only, because {names} is defined elsewhere.",
                where=self._place("where"),
                hint="Write the condition into the aggregates, and aggregates in place of other KPIs.",
            )
        try:
            for basis in sorted({one.basis or definition.at for one in tree.aggregates_of(definition.tree)}):
                Conditions(columns=self.columns, basis=basis).built(condition)
        except Fault as fault:
            raise fault.told(definition.where, self._place("where")) from None

    def _check_unit(self, fitting: tuple[str, ...]) -> None:
        if self.definition.unit not in fitting:
            raise BadInput(
                f"unit is {self.definition.unit!r}, but {self.definition.formula} gives {' or '.join(fitting)}.",
                where=self._place("unit"),
                hint=f"Write unit = {fitting[0]!r}, or change the expression.",
            )

    def _place(self, part: str) -> str:
        return f"KPI {self.definition.name}, {part}"


def _parts(one: tree.Aggregate) -> tuple[tree.Aggregate, ...]:
    return parts_of_mean(one) if one.function == "mean" else (one,)


def _is_whole(node: "tree.Expression | tree.Value") -> bool:
    """Whether whole numbers give a whole number."""
    match node:
        case tree.Number(value=value):
            return value.denominator == 1
        case tree.Aggregate(function=name):
            return name != "mean"
        case tree.Negated(of=of):
            return _is_whole(of)
        case tree.Binary(sign=sign, left=left, right=right):
            return sign != "/" and _is_whole(left) and _is_whole(right)
        case _:
            return True
