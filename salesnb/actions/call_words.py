"""Calls in words: what stands, what the outlook says beside it, and how far earlier calls were off."""

from typing import TYPE_CHECKING

from salesnb.counting import counted
from salesnb.outlook.calls import LEAST_CALLS, Bias, Call

if TYPE_CHECKING:
    from salesnb.actions.calls import CallLine
    from salesnb.money import Formatter

__all__ = ["against_words", "bias_words", "call_words", "outlook_words"]

_EVEN = 0.005


def bias_words(bias: Bias | None, last: Call | None, shown: "Formatter") -> str:
    """Say how far a person's calls were off, and what this one comes to by that."""
    if bias is None:
        return ""
    if bias.factor is None:
        return f"not enough calls yet ({bias.count} of {LEAST_CALLS} periods with a result)"
    off = bias.factor - 1
    over = counted(bias.count, "result", "results")
    if abs(off) < _EVEN:
        said = f"as high as what came, in the middle of {over}"
    else:
        said = (
            f"{shown.ratio(abs(off), 0)} {'above' if off > 0 else 'below'} what came, in the middle of {over}"
        )
    said += f"; {bias.kept} of {bias.count} reached"
    if last is None:
        return said
    return (
        f"{said}. Off as usual, this call comes to {shown.value(round(last.commit / bias.factor), last.unit)}"
    )


def call_words(call: Call, shown: "Formatter") -> str:
    """Say what was called, by whom and as of when."""
    best = f", best case {shown.value(call.best, call.unit)}" if call.best is not None else ""
    note = f": {call.note}" if call.note else ""
    return f"{call.by} as of {shown.date(call.as_of)}: {shown.value(call.commit, call.unit)}{best}{note}"


def outlook_words(line: "CallLine", shown: "Formatter") -> str:
    """Say what the outlook says of the node."""
    told = line.outlook.attainment if line.outlook else None
    if told is None:
        return "" if line.outlook is None else "nothing is known"
    unit = line.quota.unit
    low, high = (shown.value(round(end), unit) for end in (told.chance.low, told.chance.high))
    return f"{shown.value(round(told.outcome.quantile(0.5)), unit)} ({low} to {high})"


def against_words(line: "CallLine", shown: "Formatter") -> str:
    """Say where the commit lies in the outlook; nothing without both."""
    told = line.outlook.attainment if line.outlook else None
    if told is None or line.last is None:
        return ""
    low, high = told.chance.low, told.chance.high
    commit = line.last.commit
    off = commit - round(told.outcome.quantile(0.5))
    where = "within" if low <= commit <= high else "above" if commit > high else "below"
    if not off:
        return "as the outlook"
    amount = shown.value(abs(off), line.quota.unit)
    return f"{amount} {'above' if off > 0 else 'below'} the outlook, {where} its range"
