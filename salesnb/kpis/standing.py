"""Whether a definition that says that it is certified still is what was certified."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from salesnb.kpis.definition import CERTIFIED, DRAFT, Definition
from salesnb.kpis.kpi import TARGET_INPUTS, Kpi
from salesnb.kpis.language.tree import references_of
from salesnb.registry import Registry

__all__ = ["certificate", "same_figures", "why_not_certified", "with_standing"]

_LENGTH = 16


def certificate(definition: Definition, known: Registry[Kpi]) -> str:
    """Give the mark of what is certified: its figures, what else the gate looked at, and the KPIs that it reads.

    Returns
    -------
    str
        Three hashes joined by hyphens.
    """
    claims: Any = [
        definition.additive_over,
        definition.restates,
        definition.mixed_dates,
        [[str(part) for part in vars(one).values()] for one in definition.expected],
    ]
    rest = sorted({_told(kpi) for kpi in _read_by(definition, known)})
    return "-".join((definition.fingerprint[:_LENGTH], _hash(claims), _hash(rest)))


def same_figures(one: str, other: str) -> bool:
    """Whether two marks are of definitions that give the same figures, whatever is claimed of them."""
    (figures, _, read), (others, _, others_read) = one.split("-"), other.split("-")
    return (figures, read) == (others, others_read)


def why_not_certified(definition: Definition, known: Registry[Kpi]) -> str:
    """Say why a definition that says that it is certified is not; empty where it is, or does not say so."""
    if definition.status != CERTIFIED:
        return ""
    drafts = [kpi.name for kpi in _named(definition, known) if kpi.status != CERTIFIED]
    if drafts:
        return f"It reads {', '.join(drafts)}, which is no longer certified."
    now, then = certificate(definition, known).split("-"), definition.certified.split("-")
    if now == then:
        return ""
    if now[:2] == then[:2]:
        return "A KPI that it reads has changed since it was certified; promote it again."
    return "Its file was changed after it was certified; promote it again."


def with_standing(compiled: Iterable[Kpi], definition: Definition, known: Registry[Kpi]) -> tuple[Kpi, ...]:
    """Give the KPIs of a definition with the status that they really have."""
    why = why_not_certified(definition, known)
    return tuple(replace(kpi, status=DRAFT, why_draft=why) if why else kpi for kpi in compiled)


def _named(definition: Definition, known: Registry[Kpi]) -> list[Kpi]:
    names = (one.name for one in references_of(definition.tree))
    return [known.get(name) for name in names if name not in TARGET_INPUTS]


def _read_by(definition: Definition, known: Registry[Kpi]) -> Iterator[Kpi]:
    """Give every KPI that it is computed from, each with its own parts; those of one are hidden."""
    waiting, seen = _named(definition, known), set()
    while waiting:
        kpi = waiting.pop()
        if kpi.name in seen:
            continue
        seen.add(kpi.name)
        yield kpi
        waiting += [known.get(name) for name in kpi.needs if name not in TARGET_INPUTS]


def _told(kpi: Kpi) -> str:
    return json.dumps([kpi.name, kpi.formula, kpi.unit, kpi.basis])


def _hash(value: Any) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:_LENGTH]
