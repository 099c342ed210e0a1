"""What a check of the promotion gate is, and the register in which a newcomer adds one.

A check is a function of a `Subject` that gives a `Verdict`; it is added by a decorator::

    @RULES.register("has a short name")
    def has_a_short_name(subject: Subject) -> Verdict:
        length = len(subject.definition.name)
        told = f"The name has {length} letters."
        return passed(told) if length <= 20 else failed(told, "Choose a shorter one.")

What it is about stands in the name, what was done with which figures in the sentence.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from salesnb.registry import Registry

if TYPE_CHECKING:
    from salesnb.kpis.gate.subject import Subject

__all__ = [
    "FAILED",
    "NOT_POSSIBLE",
    "PASSED",
    "RULES",
    "GateCheck",
    "Rule",
    "Verdict",
    "failed",
    "not_possible",
    "passed",
]

PASSED, FAILED, NOT_POSSIBLE = "passed", "failed", "not possible"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What came of a check.

    Attributes
    ----------
    outcome
        ``passed``, ``failed`` or ``not possible``: what could not be checked is never taken as passed.
    told
        What was done, with the figures, in a sentence or two.
    advice
        What to do about it; empty where it passed.
    """

    outcome: str
    told: str
    advice: str = ""


@dataclass(frozen=True, kw_only=True)
class GateCheck(Verdict):
    """A verdict with the name of its check."""

    name: str


Rule = Callable[["Subject"], Verdict]
RULES: Registry[Rule] = Registry("gate check", "salesnb.gate_checks")


def passed(told: str) -> Verdict:
    """Say that it holds."""
    return Verdict(outcome=PASSED, told=told)


def failed(told: str, advice: str) -> Verdict:
    """Say that it does not hold, and what to do."""
    return Verdict(outcome=FAILED, told=told, advice=advice)


def not_possible(told: str, advice: str) -> Verdict:
    """Say why it could not be checked, and what would make it possible."""
    return Verdict(outcome=NOT_POSSIBLE, told=told, advice=advice)
