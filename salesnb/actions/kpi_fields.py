"""Advice on a KPI for those who build it in a form: where the gate names a key of a file, the form has a field."""

import re

__all__ = ["in_fields"]

_MORE = "under “More fields”"
# The keys as the gate and the language of KPIs write them, and the fields of ``js/kpi_builder.js``.
_FIELDS = (
    (r'Add owner = "…" to the definition\.', "Fill in “Who answers for it”."),
    (r"add it: \[\[expected\]\], value = …, period = …\.", "add it under “Figures worked out by hand”."),
    (r"write restates = true", f"tick “Past periods may change, as those of a cohort do” {_MORE}"),
    (
        r"write mixed_dates = true",
        f"tick “Its parts are told by different dates, and that is meant” {_MORE}",
    ),
    (
        r"out of additive_over: write additive_over = \[\]\.",
        f"out: write nothing into “Adds up over” {_MORE}.",
    ),
    (
        r"out of additive_over: write additive_over = \[(.*)\]\.",
        rf"out: write \1 into “Adds up over” {_MORE}.",
    ),
    (r"out of additive_over\.", f"out of “Adds up over” {_MORE}."),
)


def in_fields(advice: str) -> str:
    r"""Say advice in terms of the builder's fields; what names no key of a file stays as it is.

    Examples
    --------
    >>> in_fields('Add owner = "…" to the definition.')
    'Fill in “Who answers for it”.'
    >>> in_fields("Take 'product' out of additive_over: write additive_over = [\"region\", \"time\"].")
    "Take 'product' out: write region, time into “Adds up over” under “More fields”."
    """
    for key, field in _FIELDS:
        advice, found = re.subn(key, lambda hit, to=field: hit.expand(to).replace('"', ""), advice)  # type: ignore[misc]
        if found:
            return advice
    return advice
