"""From a definition back to the picks of the form; what no picks give is shown as a formula."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from salesnb.actions.kpi_meaning import Meaning, Misfit
from salesnb.actions.kpi_picks import DEALS, KNOWN, MISSING, SIGNS, Figure, Filter, Part, Picks
from salesnb.actions.typed import typed_figure, typed_number
from salesnb.kpis.definition import Definition, Expected
from salesnb.kpis.language import tree

__all__ = ["picks_of"]

_SIGNS = {sign: word for word, sign in SIGNS.items() if sign}


class _NotPicked(Exception):
    """No picks give this."""


def picks_of(definition: Definition, meaning: Meaning) -> Picks:
    """Give the picks that mean a definition; `Meaning.definition` of them has the same figures.

    Parameters
    ----------
    meaning
        What reads picks, in whose reader's format numbers are written.
    """
    written = _written(definition, meaning.settings.locale)
    try:
        picks = replace(_picked(definition, meaning.settings.locale, written), formula="", where="")
        again = meaning.definition(picks)
    except (_NotPicked, Misfit):
        return written
    same = (again.tree, again.condition) == (definition.tree, definition.condition)
    return picks if same else written


def _written(definition: Definition, locale: str) -> Picks:
    over = definition.additive_over
    return Picks(
        kind="formula", formula=definition.expression, where=definition.where, at=definition.at,
        name=definition.name, label=definition.label, unit=definition.unit, description=definition.description,
        owner=definition.owner, source=definition.source, higher_is_better=definition.higher_is_better,
        mixed_dates=definition.mixed_dates, restates=definition.restates,
        additive_over="" if over is None else ", ".join(over) or "nothing",
        expected=tuple(_figure(one, locale) for one in definition.expected),
    )  # fmt: skip


def _picked(definition: Definition, locale: str, written: Picks) -> Picks:
    node, usual = definition.tree, Picks().parts
    filters = tuple(_filters(definition.condition, locale))
    match node:
        case tree.Aggregate(value=tree.Days()):
            return replace(written, kind="duration", parts=(_part(node, locale), usual[1]), filters=filters)
        case tree.Aggregate(function=kind):
            return replace(written, kind=kind, parts=(_part(node, locale), usual[1]), filters=filters)
        case tree.Binary(sign="/", left=left, right=right):
            above, below = _part(left, locale), _part(right, locale)
            counts = above.what == below.what == "count" and not above.at and not below.at
            kind = "conversion" if counts else "ratio"
            return replace(written, kind=kind, parts=(above, below), filters=filters)
        case _:
            raise _NotPicked


def _part(node: "tree.Expression | tree.Value", locale: str) -> Part:
    match node:
        case tree.Reference(name=name):
            return Part(what="kpi", of=name)
        case tree.Aggregate(function=what, value=value, share=share, where=where, basis=basis):
            deals, filters = _deals(where, locale)
            of, to = _of(value)
            typed = "" if share is None else typed_number(share, locale)
            return Part(what=what, of=of, to=to, share=typed, deals=deals, at=basis, filters=filters)
        case _:
            raise _NotPicked


def _of(value: tree.Value | None) -> tuple[str, str]:
    match value:
        case None:
            return "", ""
        case tree.Column(name=name):
            return name, ""
        case tree.Days(start=start, end=end):
            return start.name, end.name
        case _:
            raise _NotPicked


def _deals(where: tree.Condition | None, locale: str) -> tuple[str, tuple[Filter, ...]]:
    """Tell which deals an aggregate is of, and what else holds for them."""
    first, *rest = _joined(where) or [None]
    match first:
        case tree.Status(value=value) if value in DEALS:
            deals = value
        case tree.Both(word="or"):
            deals = "closed"
        case _:
            deals, rest = "all", _joined(where)
    return deals, tuple(_filter(one, locale) for one in rest if one is not None)


def _filters(condition: tree.Condition | None, locale: str) -> Iterator[Filter]:
    for one in _joined(condition):
        if one is not None:
            yield _filter(one, locale)


def _joined(condition: tree.Condition | None) -> list[tree.Condition | None]:
    match condition:
        case None:
            return []
        case tree.Both(word="and", parts=parts):
            return list(parts)
        case _:
            return [condition]


def _filter(condition: tree.Condition, locale: str) -> Filter:
    match condition:
        case tree.IsNull(of=tree.Column(name=name), negated=negated):
            return Filter(column=name, sign=KNOWN if negated else MISSING)
        case tree.Comparison(sign=sign, left=tree.Column(name=name), right=right):
            return Filter(column=name, sign=_SIGNS[sign], values=(_typed(right, locale),))
        case tree.Membership(of=tree.Column(name=name), values=values, negated=negated):
            typed = tuple(_typed(value, locale) for value in values)
            return Filter(column=name, sign="is not" if negated else "is", values=typed)
        case _:
            raise _NotPicked


def _typed(value: tree.Operand, locale: str) -> str:
    match value:
        case tree.Literal(value=text):
            return text
        case tree.Number(value=number):
            return typed_number(number, locale)
        case tree.Negated(of=tree.Number(value=number)):
            return typed_number(Fraction(-number), locale)
        case _:
            raise _NotPicked


def _figure(one: Expected, locale: str) -> Figure:
    return Figure(
        value=typed_figure(one.value, locale),
        period=one.period,
        first=one.first.isoformat() if one.first else "",
        last=one.last.isoformat() if one.last else "",
        where=one.where,
        note=one.note,
    )
