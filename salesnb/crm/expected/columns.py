"""Which column of a report is what: by its name, by its values, and by what a person says."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from salesnb.crm.expected.deals import FIELDS, Wanted
from salesnb.crm.expected.ids import id_key
from salesnb.crm.guessing.columns import match_columns
from salesnb.crm.guessing.names import NAMES, folded
from salesnb.crm.guessing.survey import ColumnFacts, TableFacts
from salesnb.crm.quotas.amounts import NOTHING, amount
from salesnb.crm.sql import quote_identifier as q
from salesnb.errors import BadInput, UnknownName, nearest

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["Columns", "choose_columns", "is_converted", "told_of_deals"]

Columns = dict[str, ColumnFacts]

_SAMPLE = 1_000
_MOSTLY = 0.5
_IDS = (
    *NAMES["opportunities"]["opportunity_id"][:-5],
    "18digitid",
    "casesafeid",
    "opportunityopportunityid",
    "id",
)
# Salesforce's "Expected Revenue" is weighted by probability already, and no deal is worth that.
_EXPECTED = tuple(name for name in NAMES["opportunities"]["expected_amount"] if name != "expectedrevenue")
_AMOUNTS = NAMES["opportunities"]["amount"]
_CONVERTED = re.compile(r"converted|companycurrency|corporatecurrency|homecurrency")
_SALESFORCE = re.compile(r"006[0-9A-Za-z]{12}(?:[0-9A-Za-z]{3})?")
# What has an amount in its name and is not what a deal is worth.
_OTHER = re.compile(r"weighted|annualrevenue|expectedrevenue|forecast|quota|commission|discount|tax")


def is_converted(column: ColumnFacts) -> bool:
    """Tell whether a column's name says that it was converted into the company's currency."""
    return bool(_CONVERTED.search(folded(column.name)))


def told_of_deals(facts: TableFacts) -> int:
    """Count what of a deal a table tells, so that the right sheet is read."""
    return len(match_columns("opportunities", facts)) if facts.rows else 0


def choose_columns(
    connection: "DuckDBPyConnection", facts: TableFacts, wanted: Wanted
) -> tuple[Columns, tuple[str, ...]]:
    """Choose a column for each field that the report has, and say where another could be meant.

    Raises
    ------
    UnknownName
        When a field or column that was named by hand is not there.
    BadInput
        When no column is an amount that is needed, or nothing says which deal a row is.
    """
    given = _given(facts, wanted)
    chooser = _Chooser(connection, facts, wanted)
    found = {name: column for name, column in chooser.guess().items() if name not in wanted.columns}
    columns = {name: column for name, column in (*found.items(), *given.items()) if column is not None}
    ordered = {name: columns[name] for name in (*FIELDS, *wanted.dimensions) if name in columns}
    _refuse(ordered, facts, wanted)
    return ordered, chooser.notices


def _given(facts: TableFacts, wanted: Wanted) -> dict[str, ColumnFacts | None]:
    names = [column.name for column in facts.columns]
    found: dict[str, ColumnFacts | None] = {}
    for ours, theirs in wanted.columns.items():
        if ours not in (*FIELDS, *wanted.dimensions):
            raise UnknownName(f"A report has no {ours!r}.", hint=nearest(ours, FIELDS))
        fits = [name for name in names if theirs and name.casefold() == theirs.strip().casefold()]
        if theirs and not fits:
            raise UnknownName(
                f"The report has no column {theirs!r}.", where=facts.name, hint=nearest(theirs, names)
            )
        found[ours] = facts.column(fits[0]) if fits else None
    return found


def _refuse(columns: Columns, facts: TableFacts, wanted: Wanted) -> None:
    names = ", ".join(column.name for column in facts.columns[:20]) or "nothing"
    if wanted.amount and "amount" not in columns:
        raise BadInput(
            f"No column is an amount. It has: {names}.",
            where=facts.name,
            hint="Say which is: --columns amount='COLUMN'.",
        )
    if not {"opportunity_id", "name"} & set(columns):
        raise BadInput(
            f"No column says which deal a row is, by id or name. It has: {names}.",
            where=facts.name,
            hint="Add the opportunity's id to the report, or say which column it is:"
            " --columns opportunity_id='COLUMN'.",
        )


class _Chooser:
    def __init__(self, connection: "DuckDBPyConnection", facts: TableFacts, wanted: Wanted) -> None:
        self._connection = connection
        self._facts = facts
        self._wanted = wanted
        self.notices: tuple[str, ...] = ()

    def guess(self) -> Columns:
        """Guess every column."""
        found = match_columns("opportunities", self._facts)
        for name in ("amount", "expected_amount", "opportunity_id", "currency"):
            found.pop(name, None)
        found |= self._status()
        identity = self._identity()
        if identity is not None:
            found["opportunity_id"] = identity
            # "Opportunity" alone can head both.
            found = {
                field: column
                for field, column in found.items()
                if column is not identity or field == "opportunity_id"
            }
        if self._wanted.amount:
            found |= self._money()
        return found | self._dimensions(found)

    def _identity(self) -> ColumnFacts | None:
        """Take the column that holds most ids that are known; else one that is called so."""
        known = self._wanted.known_ids
        shares = [(self._share_of_ids(column, known), column) for column in self._facts.columns]
        best = max(shares, key=lambda item: item[0], default=(0.0, None))
        if best[0] > 0 and (named := self._called(_IDS)):
            # A name that says so counts, unless it holds none of them.
            return named if self._share_of_ids(named, known) else best[1]
        if best[0] >= _MOSTLY:
            return best[1]
        named = self._called(_IDS)
        shaped = (
            column
            for column in self._facts.columns
            if column.samples and all(map(_SALESFORCE.fullmatch, column.samples))
        )
        return named or next(shaped, None)

    def _share_of_ids(self, column: ColumnFacts, known: frozenset[str]) -> float:
        texts = self._texts(column)
        return sum(id_key(text) in known for text in texts) / len(texts) if texts else 0.0

    def _called(self, names: Sequence[str]) -> ColumnFacts | None:
        fits = (
            column
            for name in names
            for column in self._facts.columns
            if folded(column.name) == name and column.filled
        )
        return next(fits, None)

    def _status(self) -> Columns:
        """Take a column that says open, won and lost in so many words."""
        for column in sorted(self._facts.columns, key=lambda column: "status" not in folded(column.name)):
            texts = {text.casefold() for text in self._texts(column)}
            if texts and texts <= {"open", "won", "lost"}:
                return {"status": column}
        return {}

    def _money(self) -> Columns:
        """Take the amount that counts, and the currency that goes with it."""
        fits = self._amounts()
        if not fits:
            return {}
        chosen = next(filter(is_converted, fits), fits[0])
        if chosen is not fits[0] and folded(fits[0].name) == self._wanted.kpi.replace("_", ""):
            chosen = fits[0]
        others = [column.name for column in fits if column is not chosen]
        if others:
            said = f"Several columns could be the amount: {chosen.name!r} is taken, not {', '.join(map(repr, others))}"
            self.notices = (f"{said}; another with --columns amount='COLUMN'.",)
        currency = self._currency(chosen)
        return {"amount": chosen} | ({"currency": currency} if currency else {})

    def _amounts(self) -> list[ColumnFacts]:
        words = (folded(self._wanted.kpi), *(_EXPECTED if self._wanted.amount == "expected_amount" else ()))
        found: list[ColumnFacts] = []
        for inside in (False, True):
            for word in (*words, *_AMOUNTS):
                for column in self._facts.columns:
                    name = folded(column.name)
                    long = len(word) >= 6 and (name.startswith(word) or name.endswith(word))
                    fits = long if inside else name == word
                    if fits and column not in found and self._reads_as_amount(column):
                        found.append(column)
        return found

    def _reads_as_amount(self, column: ColumnFacts) -> bool:
        name = folded(column.name)
        foreign = name in _EXPECTED and self._wanted.amount != "expected_amount"
        if foreign or _OTHER.search(name) or column.dates >= _MOSTLY:
            return False
        texts = self._texts(column)
        return bool(texts) and sum(map(_is_amount, texts)) >= _MOSTLY * len(texts)

    def _currency(self, amount_column: ColumnFacts) -> ColumnFacts | None:
        """Find the currency of an amount: the column called after it, else the only one there is."""
        own = self._called((f"{folded(amount_column.name)}currency",))
        return own or self._called(NAMES["opportunities"]["currency"])

    def _dimensions(self, found: Columns) -> Columns:
        """Find the columns of dimensions that are filtered by: those called so."""
        same = {"rep": "rep_id", "account": "account_id", "product": "product"}
        columns: Columns = {}
        for name in self._wanted.dimensions:
            column = found.get(same.get(name, "")) or self._called((folded(name.rpartition(".")[2]),))
            if column is not None:
                columns[name] = column
        return columns

    def _texts(self, column: ColumnFacts) -> list[str]:
        relation = q(self._facts.staged.relation)
        rows = self._connection.execute(
            f"SELECT DISTINCT v FROM (SELECT trim({column.sql}) AS v FROM {relation} LIMIT {_SAMPLE})"
            " WHERE v <> '' ORDER BY v"
        ).fetchall()
        return [str(row[0]) for row in rows if str(row[0]).casefold() not in NOTHING]


def _is_amount(text: str) -> bool:
    try:
        return amount(text, ".") is not None
    except ValueError:
        return False
