"""By which dates the parts of a KPI are told, and whether they may stand in one figure."""

from salesnb.errors import BadInput
from salesnb.kpis.definition import Definition
from salesnb.kpis.kpi import TARGET_INPUTS, Kpi
from salesnb.kpis.language import tree
from salesnb.registry import Registry

__all__ = ["check_dates", "dates_of"]

_TOLD = {
    "closed_on": "those closed in the period",
    "created_on": "those created in the period",
    "as_of": "those open at its end",
    "at_start": "those open before it",
}


def dates_of(kpi: Kpi, known: Registry[Kpi]) -> frozenset[str]:
    """Give the dates by which the measures of a KPI are told."""
    if kpi.kind != "derived":
        return frozenset({kpi.basis})
    parts = (known.get(name) for name in kpi.needs if name not in TARGET_INPUTS)
    return frozenset().union(*(dates_of(part, known) for part in parts))


def check_dates(definition: Definition, known: Registry[Kpi]) -> None:
    """Refuse parts that are told by different dates, unless the author says that this is meant.

    A KPI that is named counts as one part, whatever it mixes itself: that was decided where it is defined.

    Raises
    ------
    BadInput
        When they are; every part is named with its date.
    """
    parts: dict[frozenset[str], str] = {}
    for atom in tree.atoms_of(definition.tree):
        if isinstance(atom, tree.Aggregate):
            parts.setdefault(frozenset({atom.basis or definition.at}), atom.function)
        elif isinstance(atom, tree.Reference) and atom.name not in TARGET_INPUTS:
            parts.setdefault(dates_of(known.get(atom.name), known), atom.name)
    if len(parts) > 1 and not definition.mixed_dates:
        told = "; ".join(f"{name} tells {_told(dates)}" for dates, name in parts.items())
        raise BadInput(
            f"Its parts are told by different dates: {told}. They are not of the same deals.",
            where=f"KPI {definition.name}, expression",
            hint="Give all parts one date (… at created_on), or write mixed_dates = true if this is meant.",
        )


def _told(dates: frozenset[str]) -> str:
    return " and ".join(f"{_TOLD[name]} (at {name})" for name in sorted(dates))
