"""The name of a KPI, and the KPIs that it names: whether they may be called so, exist, and lead back to itself."""

from salesnb.errors import BadInput, nearest
from salesnb.kpis.definition import Definition
from salesnb.kpis.kpi import TARGET_INPUTS, Kpi
from salesnb.kpis.language import tree
from salesnb.kpis.language.columns import Columns
from salesnb.kpis.language.faults import Fault
from salesnb.registry import Registry

__all__ = ["LONGEST_CHAIN", "chain_too_long", "check_name", "check_references", "circle", "origin_of"]

# How many KPIs may need each other one behind the other.
LONGEST_CHAIN = 20


def origin_of(name: str) -> str:
    """Name who defines a KPI that is kept in the workspace: its file."""
    return f"kpis/{name}.toml"


def check_name(definition: Definition, known: Registry[Kpi], columns: Columns) -> None:
    """Refuse a name that a KPI of somebody else, or a column of this dataset, has.

    Raises
    ------
    BadInput
        When it has; both are named.
    """
    name = definition.name
    mine = origin_of(name)
    if name in known and known.origin(name) != mine:
        raise BadInput(
            f"The KPI {name!r} is defined twice: by {mine} and by {known.origin(name)}.", hint="Rename yours."
        )
    if columns.are_known and name in columns.names:
        raise BadInput(
            f"The KPI {name!r} has the name of a column or dimension of the data.",
            where=mine,
            hint="Rename the KPI.",
        )


def check_references(definition: Definition, known: Registry[Kpi], columns: Columns) -> None:
    """Check the KPIs that an expression names.

    Raises
    ------
    Fault
        When one is not known or is set aside.
    BadInput
        When one leads back to the definition; the path is named.
    """
    for one in tree.references_of(definition.tree):
        if one.name == definition.name:
            raise circle((one.name, one.name))
        if one.name in TARGET_INPUTS:
            continue
        if one.name in known.failures and one.name not in known:
            reason = known.failures[one.name].splitlines()[0]
            raise Fault(
                f"The KPI {one.name} cannot be used. {reason}", one.at, f"Mend {origin_of(one.name)}."
            )
        if one.name not in known or known.get(one.name).hidden:
            raise _unknown(one, known, columns)
        _check_circle(one.name, (definition.name, one.name), known, set())


def _check_circle(name: str, path: tuple[str, ...], known: Registry[Kpi], seen: set[str]) -> None:
    if len(path) > LONGEST_CHAIN:
        raise chain_too_long(path[0])
    seen.add(name)
    for needed in known.get(name).needs:
        if needed == path[0]:
            raise circle((*path, needed))
        if needed not in TARGET_INPUTS and needed in known and needed not in seen:
            _check_circle(needed, (*path, needed), known, seen)


def chain_too_long(name: str) -> BadInput:
    """Give the error for a KPI that needs others that need others, and so on."""
    return BadInput(
        f"The KPI {name} stands in a chain of KPIs that need each other, more than {LONGEST_CHAIN} long.",
        where=f"KPI {name}, expression",
        hint="Define it by aggregates.",
    )


def circle(path: tuple[str, ...]) -> BadInput:
    """Give the error for a KPI that refers to itself; ``path`` begins and ends with it."""
    return BadInput(
        f"The KPI {path[0]} refers to itself: {' needs '.join(path)}.",
        where=f"KPI {path[0]}, expression",
        hint="Define one of them by aggregates.",
    )


def _unknown(one: tree.Reference, known: Registry[Kpi], columns: Columns) -> Fault:
    if one.name in columns.names:
        return Fault(
            f"{one.name} is a column, and no KPI.", one.at, f"Say what of it: sum({one.name} where won)."
        )
    shown = [name for name, kpi in known.items() if not kpi.hidden]
    return Fault(f"There is no KPI {one.name[:60]!r}.", one.at, nearest(one.name, shown))
