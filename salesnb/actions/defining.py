"""A KPI that is defined in a notebook: checked at once on the workspace's data."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from salesnb.actions.expected import expected_figures
from salesnb.actions.previewing import KpiPreview
from salesnb.kpis.definition import Definition
from salesnb.kpis.kpi import CLOSED

if TYPE_CHECKING:
    from salesnb.actions.expected import Given
    from salesnb.workspace import Workspace

__all__ = ["define_kpi", "make_definition"]


def define_kpi(
    workspace: "Workspace",
    name: str,
    expression: str,
    *,
    unit: str,
    label: str = "",
    at: str = CLOSED,
    where: str = "",
    description: str = "",
    owner: str = "",
    source: str = "",
    additive_over: Iterable[str] | None = None,
    higher_is_better: bool = True,
    mixed_dates: bool = False,
    restates: bool = False,
    expected: "Given" = (),
) -> KpiPreview:
    """Define a KPI, and look at it on the workspace's data; nothing is saved.

    Parameters
    ----------
    name
        Its name in queries, such as ``"big_wins"``.
    expression
        What it is: ``"count(where won and amount >= 50_000) / count(where won)"``.
    unit
        One of money, count, ratio, days and money_per_day.
    at
        The date by which deals are told, where an aggregate names none: ``"closed_on"``, ``"created_on"``, ``"as_of"``
        or ``"at_start"``.
    where
        A condition that holds for all its aggregates.
    additive_over
        Dimensions over which it adds up, and ``"time"``, by your word; by default what follows from the expression.
    mixed_dates
        Whether parts told by different dates are meant.
    restates
        Whether it is meant that figures of past periods change, as those of a cohort do.
    expected
        Figures worked out by hand: ``{"2017-Q4": "17"}``, or ``[{"value": "17", "where": {"team": "North"}}]``.
    label, description, owner, source, higher_is_better
        As in ``salesnb.kpis.definition.Definition``.

    Returns
    -------
    KpiPreview
        In a notebook it shows itself; with ``by``, ``table``, ``chart``, ``rows``, ``lineage``, ``check`` and
        ``promote``.

    Raises
    ------
    BadInput
        When it cannot be read or compiled; the place is shown, and what to do.
    """
    definition = make_definition(
        name=name,
        expression=expression,
        unit=unit,
        label=label,
        at=at,
        where=where,
        description=description,
        owner=owner,
        source=source,
        additive_over=additive_over,
        higher_is_better=higher_is_better,
        mixed_dates=mixed_dates,
        restates=restates,
        expected=expected,
    )
    found = KpiPreview(workspace, definition)
    found.compile()
    return found


def make_definition(*, additive_over: Iterable[str] | None, expected: "Given", **parts: Any) -> Definition:
    """Make a definition of what is typed in a notebook.

    Raises
    ------
    BadInput
        When a part cannot be meant.
    """
    over = None if additive_over is None else tuple(additive_over)
    return Definition(**parts, additive_over=over, expected=expected_figures(expected))
