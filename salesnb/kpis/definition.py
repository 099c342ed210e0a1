"""A KPI that an analyst defines: data, kept as ``kpis/<name>.toml`` in the workspace."""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from salesnb.calendar import GRAINS
from salesnb.crm.tables import TABLES
from salesnb.errors import BadInput, nearest
from salesnb.kpis.kpi import BASES, CLOSED, TARGET_INPUTS, TIME, UNITS
from salesnb.kpis.language.parsing import parse_condition, parse_expression
from salesnb.kpis.language.tree import Condition, Expression
from salesnb.kpis.language.words import KEYWORDS
from salesnb.kpis.language.writing import normal_form

__all__ = ["CERTIFIED", "DRAFT", "STATUSES", "Definition", "Expected"]

STATUSES = (DRAFT, CERTIFIED) = ("draft", "certified")

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_LONGEST_NAME = 60
_LONGEST_TEXT = 4_000
_COLUMNS = {
    field.name: table.name for table in reversed(TABLES) if table.takes_extras for field in table.fields
}
_DIMENSIONS = frozenset(
    {"rep", "account", "product", "company", "region", "team", "node", "window", "bucket"}
)


@dataclass(frozen=True, kw_only=True)
class Expected:
    """A figure that the author worked out by hand, which the KPI must give.

    Attributes
    ----------
    value
        As a person writes it: ``"1,234.50"``, ``"42 %"``, ``"17"``.
    period
        Label of the period, such as ``"2017-Q4"``; or ``first`` and ``last`` say it, both included. With neither,
        everything up to the as-of day.
    where
        Pairs of a dimension and a value, all of which must hold.
    note
        Where the figure is from.
    """

    value: str
    period: str = ""
    first: date | None = None
    last: date | None = None
    where: tuple[tuple[str, str], ...] = ()
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        for key in ("value", "period", "note"):
            _check_text(f"expected {key}", getattr(self, key))
        if not self.value.strip():
            raise BadInput("An expected figure has no value.", hint='Write value = "1,234.50".')
        if self.period and (self.first or self.last):
            raise BadInput(
                "An expected figure has a period and days.", hint="Give period, or first and last."
            )
        if self.first and self.last and self.last < self.first:
            raise BadInput(f"An expected figure is for the days from {self.first} to {self.last}.")
        names = [name for name, _ in self.where]
        for name, value in self.where:
            _check_text(f"expected where {name}", value)
        if len(set(names)) < len(names):
            raise BadInput("An expected figure has two conditions on one dimension.", hint="Give one.")


@dataclass(frozen=True, kw_only=True)
class Definition:
    """What an analyst writes to define a KPI.

    Attributes
    ----------
    name
        The name in queries: lower case, words joined by underscores.
    expression
        What it is, in the language of ``salesnb.kpis.language``: ``"sum(amount where won) / count(where won)"``.
    unit
        One of ``UNITS``: money, count, ratio, days or money_per_day.
    label
        What people read; by default the name with spaces.
    at
        The date by which deals are told, where an aggregate names none: ``closed_on``, ``created_on``, ``as_of`` (those
        open on a day) or ``at_start`` (those open on the day before the period).
    where
        A condition that holds for all its aggregates; empty for none.
    description, owner, source
        In words: what it is for, who answers for it, and where the definition is from.
    version
        1 or more; a definition whose fingerprint changed has a new one.
    status
        ``draft`` or ``certified``.
    additive_over
        Dimensions over whose values it adds up, by its author's word; ``"time"`` too. None means what follows from the
        expression.
    higher_is_better
        Whether more of it is good.
    mixed_dates
        Whether the author means it that parts are told by different dates.
    restates
        Whether the author means it that figures of past periods change, as those of a cohort do.
    expected
        Figures worked out by hand.
    certified
        What was certified: the fingerprint that stood the gate, written by the promotion; empty for a draft.

    Raises
    ------
    BadInput
        When a part is missing or cannot be meant; the part and what to do are named.
    """

    name: str
    expression: str
    unit: str
    label: str = ""
    at: str = CLOSED
    where: str = ""
    description: str = ""
    owner: str = ""
    source: str = ""
    version: int = 1
    status: str = DRAFT
    additive_over: tuple[str, ...] | None = None
    higher_is_better: bool = True
    mixed_dates: bool = False
    restates: bool = False
    expected: tuple[Expected, ...] = ()
    certified: str = ""

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        _check_name(self.name)
        for key in ("expression", "label", "where", "description", "owner", "source", "certified"):
            _check_text(key, getattr(self, key))
        if not self.expression.strip():
            raise BadInput("It has no expression.", hint='Write one such as "sum(amount where won)".')
        for key, known in (("unit", UNITS), ("at", BASES), ("status", STATUSES)):
            if getattr(self, key) not in known:
                value = getattr(self, key)
                raise BadInput(f"{key} is {value!r}.", hint=nearest(str(value), known))
        if isinstance(self.version, bool) or not isinstance(self.version, int) or self.version < 1:
            raise BadInput(f"version is {self.version!r}.", hint="Write a whole number of 1 or more.")
        self.tree, self.condition  # noqa: B018 -- what cannot be read is told now

    @classmethod
    def from_toml(cls, text: str, *, where: str) -> "Definition":
        """Read a definition; ``where`` names the file in messages.

        Raises
        ------
        Damaged
            When it is not TOML.
        BadInput
            When a key is unknown, a value is of the wrong type, or a part cannot be meant.
        """
        from salesnb.kpis.definition_toml import read_definition

        return read_definition(text, where=where)

    def to_toml(self) -> str:
        """Write the definition so that reading it gives the same; what is as usual is left out."""
        from salesnb.kpis.definition_toml import written_definition

        return written_definition(self)

    @property
    def title(self) -> str:
        """What people read: the label, or the name with spaces."""
        return self.label or self.name.replace("_", " ").capitalize()

    @cached_property
    def tree(self) -> Expression:
        """The expression as a tree."""
        return parse_expression(self.expression, f"KPI {self.name}, expression")

    @cached_property
    def condition(self) -> Condition | None:
        """The condition of all its aggregates as a tree; None for none."""
        return parse_condition(self.where, f"KPI {self.name}, where") if self.where.strip() else None

    @property
    def formula(self) -> str:
        """The expression in normal form, with the condition and the date that hold for all of it."""
        at = f", at {self.at}" if self.at != CLOSED else ""
        condition = f", where {normal_form(self.condition)}" if self.condition is not None else ""
        return f"{normal_form(self.tree)}{condition}{at}"

    @property
    def fingerprint(self) -> str:
        """SHA-256 over what changes the number: expression and condition in normal form, date and unit."""
        condition = normal_form(self.condition) if self.condition is not None else ""
        parts = [normal_form(self.tree), self.at, condition, self.unit]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _check_name(name: object) -> None:
    if not isinstance(name, str) or not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME:
        raise BadInput(
            f"{str(name)[:_LONGEST_NAME]!r} cannot be the name of a KPI.",
            hint=f"Use lower-case words joined by single underscores, at most {_LONGEST_NAME} characters: big_wins.",
        )
    taken = _taken_by(name)
    if taken:
        raise BadInput(f"A KPI cannot be called {name!r}: that is {taken}.", hint="Choose another name.")


def _taken_by(name: str) -> str:
    if name in KEYWORDS or name in BASES:
        return "a word of the language of KPIs"
    if name in (*GRAINS, "day", TIME):
        return "a grain of time"
    if name in _DIMENSIONS:
        return "a dimension"
    if name in TARGET_INPUTS:
        return "the target of a group"
    return f"a column of {_COLUMNS[name]}" if name in _COLUMNS else ""


def _check_text(key: str, value: object) -> None:
    if not isinstance(value, str):
        raise BadInput(f"{key} is {value!r}.", hint="Write text in quotes.")
    if len(value) > _LONGEST_TEXT:
        raise BadInput(f"{key} has {len(value):,} characters.", hint=f"At most {_LONGEST_TEXT:,} are taken.")
    if not all(letter.isprintable() or letter in "\n\t" for letter in value):
        raise BadInput(f"{key} has characters that cannot be seen.", hint="Type it anew.")
