"""A finding of the plan's check."""

from dataclasses import dataclass

__all__ = ["Problem"]


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Something wrong with a plan, or missing from it.

    Attributes
    ----------
    rule
        Name of the rule: head, ids, references, periods, cascade, seasons, milestones, people,
        allocation, slips, alignment, smart.
    severity
        ``error`` (the plan is not saved), ``warning`` (look at it) or ``note`` (not done yet).
    where
        The part of the plan.
    what, hint
        What is wrong, and what to do, a sentence each.
    """

    rule: str
    severity: str
    where: str
    what: str
    hint: str = ""

    @classmethod
    def error(cls, rule: str, where: str, what: str, hint: str = "") -> "Problem":
        """Something that must not be saved."""
        return cls(rule=rule, severity="error", where=where, what=what, hint=hint)

    @classmethod
    def warning(cls, rule: str, where: str, what: str, hint: str = "") -> "Problem":
        """Something to look at."""
        return cls(rule=rule, severity="warning", where=where, what=what, hint=hint)

    @classmethod
    def note(cls, rule: str, where: str, what: str, hint: str = "") -> "Problem":
        """Something that is not done yet."""
        return cls(rule=rule, severity="note", where=where, what=what, hint=hint)
