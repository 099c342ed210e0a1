"""What reviews need to know of the KPIs that a workspace defines itself."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from salesnb.actions.naming import COMPANY
from salesnb.actions.targets import plan_targets
from salesnb.errors import BadInput, SalesnbError
from salesnb.files import sha256_of
from salesnb.kpis import Query, run
from salesnb.kpis.language.naming import origin_of
from salesnb.kpis.saved import saved_definitions

if TYPE_CHECKING:
    from pathlib import Path

    from salesnb.actions.facts import Facts
    from salesnb.kpis import Kpi, Target
    from salesnb.planning import Plan
    from salesnb.registry import Registry

__all__ = ["files_key", "is_own", "own_names", "own_part", "own_targets", "usable", "versions_used"]


def is_own(known: "Registry[Kpi]", name: str) -> bool:
    """Whether the workspace defines a KPI."""
    return known.origin(name) == origin_of(name)


def own_names(known: "Registry[Kpi]") -> tuple[str, ...]:
    """Name the KPIs that the workspace defines."""
    return tuple(name for name, kpi in known.items() if not kpi.hidden and is_own(known, name))


def usable(facts: "Facts") -> "Registry[Kpi]":
    """Set aside every KPI of the workspace that compiles and cannot be computed, so that the others are told."""
    names = own_names(facts.known)
    if not names or _fault(facts, names) is None:
        return facts.known
    faults = {name: fault for name in names if (fault := _fault(facts, (name,))) is not None}
    known = facts.known.copy(without=faults.keys())
    for name, fault in faults.items():
        known.set_aside(name, fault)
    return known


def own_part(facts: "Facts") -> dict[str, Any]:
    """Give the part of an extract that is the same for all units: names, and what was left out and why."""
    own = own_names(facts.known)
    told = dict(_first_lines(facts.known.failures))
    told |= {
        name: "It is about a goal, and stands where goals are told." for name in own if name not in facts.kpis
    }
    return {
        "names": [name for name in own if name in facts.kpis],
        "left_out": [{"name": name, "why": why} for name, why in sorted(told.items())],
    }


def own_targets(plan: "Plan | None", facts: "Facts") -> dict[str, dict[str, float]]:
    """Give, by unit, what a plan wants of the workspace's KPIs in the period: their part of a quota, or a level."""
    names = set(own_names(facts.known))
    found: dict[str, dict[str, float]] = {}
    for target in plan_targets(plan) if plan and names else ():
        inside = target.start <= facts.period.start and facts.period.end <= target.end
        if target.kpi in names and target.dimension == facts.by and inside:
            unit = COMPANY if facts.by == COMPANY else target.value
            found.setdefault(unit, {}).setdefault(target.kpi, _amount(target, facts))
    return found


def files_key(folder: "Path") -> list[tuple[str, str]]:
    """Name the files of definitions with their hashes: what changes in them makes reviews run again."""
    return [(path.name, sha256_of(path)) for path in sorted(folder.glob("*.toml")) if path.is_file()]


def versions_used(folder: "Path", known: "Registry[Kpi]") -> dict[str, dict[str, Any]]:
    """Give version, status and fingerprint of each KPI of the workspace, for the record of a run."""
    saved = saved_definitions(folder)
    return {
        name: {
            "version": known.get(name).version,
            "status": known.get(name).status,
            "fingerprint": found.fingerprint,
        }
        for name in own_names(known)
        if not isinstance(found := saved.get(name, BadInput("")), SalesnbError)
    }


def _amount(target: "Target", facts: "Facts") -> float:
    if not facts.known.get(target.kpi).additive_over_time:
        return target.amount
    period = facts.period
    part = target.due_by(period.end, facts.calendar) - target.due_by(period.start, facts.calendar)
    return int(part) if part.denominator == 1 else float(part)


def _fault(facts: "Facts", names: Iterable[str]) -> SalesnbError | None:
    """Compute some KPIs; give what went wrong."""
    import duckdb

    try:
        run(Query(kpis=tuple(names), as_of=facts.as_of), facts.data, facts.calendar, facts.known)
    except SalesnbError as error:
        return error
    except (duckdb.Error, ArithmeticError, ValueError) as error:
        return BadInput(f"It cannot be computed: {str(error).partition(chr(10))[0]}", where=", ".join(names))
    return None


def _first_lines(failures: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    for name, told in failures.items():
        yield name, told.partition("\n")[0]
