"""What a save of a plan is refused for."""

from collections.abc import Iterable
from datetime import datetime

from salesnb.errors import BadInput, BadUsage, StaleSave
from salesnb.planning.agreeing import only_answers
from salesnb.planning.model import Plan

__all__ = ["check_stamp", "refuse_stale", "refuse_thawing"]


def check_stamp(author: str, at: datetime) -> None:
    """Refuse a save that does not say who makes it and when."""
    if not author.strip():
        raise BadUsage(
            "A save needs an author.", hint="Set one in salesnb.toml, or with 'git config user.name'."
        )
    if at.tzinfo is None:
        raise BadUsage("The time of a save needs a time zone.", hint="Give it in UTC.")


def refuse_stale(name: str, seen: int, now: int | None, differences: Iterable[str]) -> None:
    """Refuse a saver who has not seen the plan of now.

    Parameters
    ----------
    seen
        The revision that was read; 0 where none was.
    now
        That of the file; None where there is no file, and then whoever has read none may save.
    differences
        What changed in between, a sentence each.
    """
    if now is None:
        if seen:
            what = f"The plan {name} is gone; you had read revision {seen}."
            raise StaleSave(what, hint="Restore it with 'salesnb plan restore', or save it as a new plan.")
        return
    if seen == 0:
        what = f"There is a plan {name} already, at revision {now}."
        raise StaleSave(what, hint="Choose another name, or open that plan and change it.")
    raise StaleSave(
        f"The plan {name} has moved on: it is at revision {now}, you had read revision {seen}.",
        hint="Nothing was overwritten. Open the plan again and repeat the change.",
        differences=differences,
    )


def refuse_thawing(before: Plan, after: Plan) -> None:
    """Refuse a change of an approved plan that does not make it a draft; what people say to it is none."""
    both = before.status == after.status == "approved"
    if both and not only_answers(before, after):
        raise BadInput(
            f"The plan {before.name} is approved and frozen.",
            hint="Change it as a draft: set its status to draft, and have it approved again.",
        )
