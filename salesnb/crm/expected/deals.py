"""The deals of a report, and what is asked of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

__all__ = ["FIELDS", "Expected", "ExpectedDeal", "ReadColumn", "Wanted"]

# What is read of a report; each can be named by hand.
FIELDS = (
    "opportunity_id", "name", "account_id", "rep_id", "product", "stage", "status", "amount", "currency",
    "created_on", "closed_on", "expected_close_on",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is asked of a report.

    Attributes
    ----------
    kpi
        The KPI's name; a column that is called so holds what each deal adds to it.
    amount
        Which amount of a deal counts: ``amount``, ``expected_amount``, or empty where none does.
    known_ids
        The ids of the deals that are known, as :func:`~salesnb.crm.expected.ids.id_key` has them.
    statuses
        Stages in lower case, and the status that all deals of such a stage have.
    dimensions
        Names of dimensions whose columns are read where the report has one of that name.
    columns
        Columns named by hand: ours, and that of the report; none where that is empty.
    """

    kpi: str
    currency: str
    digits: int
    locale: str = "en_US"
    time_zone: str = "UTC"
    amount: str = "amount"
    known_ids: frozenset[str] = frozenset()
    statuses: Mapping[str, str] = field(default_factory=dict)
    dimensions: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ExpectedDeal:
    """A row of a report.

    Attributes
    ----------
    row
        Its line in the file.
    status
        ``won``, ``lost`` or ``open``; None where the report does not say.
    amount
        As written, in minor units of the workspace's currency; None where there is none.
    unreadable
        The text of an amount that cannot be read.
    currency
        Of the amount, where it is another than the workspace's; else empty.
    original_currency
        That in which the deal was made, where the report has its amount converted; else empty.
    dimensions
        Values of the dimensions asked for that the report has.
    """

    row: int
    opportunity_id: str = ""
    name: str = ""
    account: str = ""
    owner: str = ""
    stage: str = ""
    status: str | None = None
    created_on: date | None = None
    closed_on: date | None = None
    expected_close_on: date | None = None
    amount: int | None = None
    unreadable: str = ""
    currency: str = ""
    original_currency: str = ""
    dimensions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ReadColumn:
    """A column of the report, and as what it was read."""

    ours: str
    theirs: str


@dataclass(frozen=True, kw_only=True)
class Expected:
    """A report, read.

    Attributes
    ----------
    columns
        Which of its columns was read as what.
    notices
        What people should know of it, a sentence each.
    """

    file: str
    deals: tuple[ExpectedDeal, ...]
    columns: tuple[ReadColumn, ...]
    notices: tuple[str, ...] = ()

    def has(self, field_name: str) -> bool:
        """Tell whether it has a column for a field or dimension."""
        return any(column.ours == field_name for column in self.columns)
