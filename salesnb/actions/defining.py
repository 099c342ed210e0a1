"""A KPI that is defined in a notebook: checked at once on the workspace's data."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from salesnb.errors import MissingFile
from salesnb.kpis import with_definition
from salesnb.kpis.definition import Definition, Expected
from salesnb.kpis.kpi import CLOSED

if TYPE_CHECKING:
    from salesnb.workspace import Workspace

__all__ = ["check_on_data", "define_kpi", "make_definition"]


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
    expected: Iterable[Mapping[str, Any] | Expected] = (),
) -> Definition:
    """Define a KPI, and check it on the workspace's data; nothing is saved.

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
    expected
        Figures worked out by hand: ``{"value": "17", "period": "2017-Q4"}``.
    label, description, owner, source, higher_is_better
        As in ``salesnb.kpis.definition.Definition``.

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
        expected=expected,
    )
    check_on_data(workspace, definition)
    return definition


def make_definition(
    *, additive_over: Iterable[str] | None, expected: Iterable[Mapping[str, Any] | Expected], **parts: Any
) -> Definition:
    """Make a definition of what is typed in a notebook.

    Raises
    ------
    BadInput
        When a part cannot be meant.
    """
    figures = (one if isinstance(one, Expected) else _figure(one) for one in expected)
    over = None if additive_over is None else tuple(additive_over)
    return Definition(**parts, additive_over=over, expected=tuple(figures))


def check_on_data(workspace: "Workspace", definition: Definition) -> None:
    """Compile a definition on the workspace's data; before the first import without any.

    Raises
    ------
    BadInput
        When it cannot be compiled.
    """
    try:
        data = workspace.dataset()
    except MissingFile:
        with_definition(workspace.catalogue(), definition, None)
        return
    with data:
        with_definition(workspace.catalogue(data), definition, data)


def _figure(one: Mapping[str, Any]) -> Expected:
    parts = dict(one)
    pairs = parts.pop("where", {})
    return Expected(
        **{**parts, "value": str(parts.get("value", ""))},
        where=tuple(pairs.items()) if isinstance(pairs, Mapping) else tuple(pairs),
    )
