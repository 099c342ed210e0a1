"""What picks in a form mean: the definition of a KPI, or what is still missing and at which control."""

import re
import unicodedata
from collections.abc import Container, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from salesnb.actions.kpi_picks import KNOWN, MISSING, SIGNS, Figure, Filter, Part, Picks
from salesnb.actions.typed import kept_figure, read_typed
from salesnb.errors import BadInput, BadUsage, SalesnbError
from salesnb.kpis.definition import Definition, Expected
from salesnb.kpis.kpi import BASES
from salesnb.kpis.language import tree
from salesnb.kpis.language.columns import Columns
from salesnb.kpis.language.faults import Fault
from salesnb.kpis.language.parsing import parse_condition, parse_expression
from salesnb.kpis.language.words import STATUSES
from salesnb.kpis.language.writing import normal_form

if TYPE_CHECKING:
    from salesnb.settings import Settings

__all__ = ["Meaning", "Misfit", "at_control", "suggested_name"]

_LONGEST_NAME = 60
_OWN = "_own"
_CLOSED = tree.Both(word="or", parts=(tree.Status(value="won"), tree.Status(value="lost")))
_STATUSES: Mapping[str, tree.Condition] = {
    **{word: tree.Status(value=word) for word in STATUSES},
    "closed": _CLOSED,
}
_OF = {
    "count_distinct": "Pick what is counted.",
    "kpi": "Pick a KPI.",
}
_RANKED = ("sum", "mean", "median", "quantile", "min", "max")


@dataclass
class Misfit(Exception):
    """Something is missing or wrong at a control.

    Attributes
    ----------
    at
        The control: ``name``, ``label``, ``unit``, ``at``, ``measure``, ``formula``, ``where``, ``filters.0``,
        ``parts.1``, ``parts.1.filters.0``, ``expected.0`` and the like.
    error
        What and why.
    """

    at: str
    error: SalesnbError


@contextmanager
def at_control(place: str) -> Iterator[None]:
    """Tell what is raised within as a misfit of a control."""
    try:
        yield
    except Fault as fault:
        raise Misfit(place, BadInput(fault.what, hint=fault.hint)) from None
    except SalesnbError as error:
        raise Misfit(place, error) from None


def suggested_name(picks: Picks, taken: Container[str] = ()) -> str:
    """Suggest a name: the label, or else what is picked, in lower-case words joined by underscores.

    Parameters
    ----------
    taken
        Names that others have.

    Examples
    --------
    >>> suggested_name(Picks(label="Größe der Abschlüsse > 20 %")), suggested_name(Picks())
    ('grosse_der_abschlusse_20', 'sum_of_amount')
    >>> suggested_name(Picks(label="Win rate"), {"win_rate"}), suggested_name(Picks(kind="count"))
    ('win_rate_own', 'count_own')
    """
    of = picks.parts[0].of if picks.kind in _RANKED else ""
    meant = picks.label or f"{picks.kind} of {of}".removesuffix(" of ")
    plain = unicodedata.normalize("NFKD", meant.replace("ß", "ss")).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain)
    name = "_".join(words if words and words[0][0].isalpha() else ["kpi", *words])
    name = name[: _LONGEST_NAME - len(_OWN)].rstrip("_")
    return f"{name}{_OWN}" if name in taken or not _can_be_called(name) else name


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """Reads picks against the columns that there are.

    Attributes
    ----------
    columns
        Of the data; they tell texts from dates and numbers, and know the values of dimensions.
    settings
        Whose locale tells how numbers are typed.
    taken
        Names that other KPIs have, which are not suggested.
    """

    columns: Columns
    settings: "Settings"
    taken: Container[str] = ()

    def definition(self, picks: Picks) -> Definition:
        """Give the definition that is picked; where no unit is picked, its unit is a count for now.

        Raises
        ------
        Misfit
            When something is missing or wrong, and where.
        """
        name = picks.name or suggested_name(picks, self.taken)
        with at_control("name"):
            Definition(name=name, expression="1", unit="count")
        with at_control("at"):
            if picks.at not in BASES:
                raise BadUsage("Pick the date by which deals are told.")
        expression, where = self._texts(picks)
        with at_control("formula" if picks.kind == "formula" else "measure"):
            Definition(name=name, expression=expression, unit="count")
        with at_control("where"):
            Definition(name=name, expression=expression, unit="count", where=where)
        expected = self._expected(picks)
        with at_control("label"):
            return Definition(
                name=name, expression=expression, unit=picks.unit or "count", where=where, label=picks.label,
                at=picks.at, description=picks.description, owner=picks.owner, source=picks.source,
                additive_over=_over(picks.additive_over), higher_is_better=picks.higher_is_better,
                mixed_dates=picks.mixed_dates, restates=picks.restates, expected=expected,
            )  # fmt: skip

    def _texts(self, picks: Picks) -> tuple[str, str]:
        """Write the expression and the condition."""
        if picks.kind == "formula":
            return picks.formula, picks.where
        with at_control("measure"):
            node = self._expression(picks)
            expression = normal_form(node)
            if parse_expression(expression) != node:
                raise BadInput("What is picked cannot be written.", hint="Write it as a formula.")
        conditions = self._conditions(picks.filters, "filters")
        if not conditions:
            return expression, ""
        with at_control("filters"):
            together = _together(conditions)
            where = normal_form(together)
            if parse_condition(where) != together:
                raise BadInput("What is picked cannot be written.", hint="Write it as a formula.")
        return expression, where

    def _expression(self, picks: Picks) -> tree.Expression:
        above, below = picks.parts
        if picks.kind in {"ratio", "conversion"}:
            left, right = (self._part(part, f"parts.{n}", picks) for n, part in enumerate((above, below)))
            return tree.Binary(sign="/", left=left, right=right)
        return self._part(above, "parts.0", picks)

    def _part(self, part: Part, place: str, picks: Picks) -> tree.Expression:
        what = {"conversion": "count", "duration": part.what, "ratio": part.what}.get(picks.kind, picks.kind)
        with at_control(place):
            if what == "kpi":
                if not part.of:
                    raise BadUsage(_OF["kpi"])
                return tree.Reference(name=part.of)
            value = self._value(part, what, days=picks.kind == "duration")
            share = self._share(part) if what == "quantile" else None
        status = _STATUSES.get(part.deals)
        filters = part.filters if picks.kind in {"ratio", "conversion"} else ()
        conditions = [status] if status is not None else []
        conditions += self._conditions(filters, f"{place}.filters")
        basis = part.at if part.at and part.at != picks.at else ""
        return tree.Aggregate(
            function=what,
            value=value,
            share=share,
            where=_together(conditions) if conditions else None,
            basis=basis,
        )

    def _value(self, part: Part, what: str, *, days: bool) -> tree.Value | None:
        if what == "count":
            return None
        if not part.of:
            raise BadUsage("Pick the earlier date." if days else _OF.get(what, "Pick an amount."))
        if days and what not in _RANKED:
            raise BadUsage("Pick what is told of the days, such as their median.")
        start = self._column(part.of)
        if not days:
            return start
        if not part.to:
            raise BadUsage("Pick the later date.")
        return tree.Days(start=start, end=self._column(part.to))

    def _column(self, name: str) -> tree.Column:
        column = tree.Column(name=name)
        self.columns.find(column)
        return column

    def _share(self, part: Part) -> Fraction:
        if not part.share.strip():
            raise BadUsage("Type the share of the quantile.", hint="90 % is what nine of ten do not exceed.")
        typed = part.share.strip()
        share = Fraction(read_typed(typed.removesuffix("%"), self.settings.locale))
        share = share / 100 if typed.endswith("%") else share
        if not 0 < share < 1:
            raise BadUsage("The share of a quantile is between 0 and 100 %.")
        return share

    def _conditions(self, filters: tuple[Filter, ...], place: str) -> list[tree.Condition]:
        found = []
        for number, one in enumerate(filters):
            with at_control(f"{place}.{number}"):
                found.append(self._condition(one))
        return found

    def _condition(self, one: Filter) -> tree.Condition:
        if not one.column:
            raise BadUsage("Pick what the condition is about.")
        if one.sign not in SIGNS:
            raise BadUsage("Pick how it is compared.")
        column = self._column(one.column)
        if one.sign in {KNOWN, MISSING}:
            return tree.IsNull(of=column, negated=one.sign == KNOWN)
        values = [value for value in one.values if value.strip()]
        if not values:
            raise BadUsage("Pick or type a value.")
        literals = tuple(self._literal(column, value) for value in values)
        if len(literals) == 1:
            return tree.Comparison(sign=SIGNS[one.sign], left=column, right=literals[0])
        if one.sign not in {"is", "is not"}:
            raise BadUsage(f"“{one.sign}” takes one value.")
        return tree.Membership(of=column, values=literals, negated=one.sign == "is not")

    def _literal(self, column: tree.Column, typed: str) -> "tree.Literal | tree.Number | tree.Negated":
        found = self.columns.find(column)
        if found.kind == "date":
            return tree.Literal(value=_day(typed).isoformat())
        if found.kind == "text":
            literal = tree.Literal(value=typed)
            self.columns.ids(found, literal)
            return literal
        share = found.kind == "probability" and typed.strip().endswith("%")
        number = Fraction(
            read_typed(typed.strip().removesuffix("%") if share else typed, self.settings.locale)
        )
        value = tree.Number(value=abs(number) / 100 if share else abs(number))
        return tree.Negated(of=value) if number < 0 else value

    def _expected(self, picks: Picks) -> tuple[Expected, ...]:
        found = []
        for number, one in enumerate(picks.expected):
            with at_control(f"expected.{number}"):
                found.append(self._figure(one))
        return tuple(found)

    def _figure(self, one: Figure) -> Expected:
        period = one.period.strip()
        if period:
            self.settings.calendar.period(period)
        if not one.value.strip():
            raise BadUsage("Type the figure that it should have.")
        return Expected(
            value=kept_figure(one.value, self.settings.locale),
            period=period,
            first=_day(one.first) if one.first else None,
            last=_day(one.last) if one.last else None,
            where=one.where,
            note=one.note,
        )


def _can_be_called(name: str) -> bool:
    try:
        Definition(name=name, expression="1", unit="count")
    except BadInput:
        return False
    return True


def _together(conditions: list[tree.Condition]) -> tree.Condition:
    return tree.Both(word="and", parts=tuple(conditions)) if conditions[1:] else conditions[0]


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed.strip())
    except ValueError:
        raise BadInput(f"{typed[:40]!r} is not a date.", hint="Write it such as 2017-01-31.") from None


def _over(typed: str) -> tuple[str, ...] | None:
    names = tuple(name.strip() for name in typed.split(",") if name.strip())
    return () if names == ("nothing",) else names or None
