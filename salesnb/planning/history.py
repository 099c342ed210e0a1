"""Entries of a plan's history: a revision with who saved it, when and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from salesnb.errors import Damaged
from salesnb.planning.document import parse

__all__ = ["Edits", "Revision", "edits_of", "entry_head", "line_of", "parse_entry", "revision_of_entry"]


@dataclass(frozen=True, kw_only=True)
class Revision:
    """What the history says of a revision.

    Attributes
    ----------
    revision
        Its number, and ``after`` that of the revision that it followed; 0 for the first.
    author, at, reason
        Who saved it, when and why.
    status
        Of the plan: draft, proposed or approved.
    kept
        Whether the plan of today goes back to it. A save that was killed at the last moment is not, nor
        are revisions that were undone by taking an older file out of git.
    like
        The earlier revision that this one brought back; 0 for a change of its own.
    """

    revision: int
    after: int
    author: str
    at: datetime
    reason: str
    status: str
    kept: bool = True
    like: int = 0


@dataclass(frozen=True, kw_only=True)
class Edits:
    """The changes of a plan, as undo and redo walk along them.

    Attributes
    ----------
    done
        The changes that stand, oldest first.
    undone
        Those that were taken back and can be made again, the next one first.
    """

    done: tuple[Revision, ...]
    undone: tuple[Revision, ...]


def entry_head(
    revision: int, *, after: int, author: str, reason: str, at: datetime, like: int = 0
) -> dict[str, Any]:
    """Give what stands in the entry of a revision before the plan."""
    return {
        "revision": revision,
        "after": after,
        **({"like": like} if like else {}),
        "author": author,
        "at": at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "reason": reason,
    }


def revision_of_entry(text: bytes, *, where: str) -> Revision:
    """Read what an entry says of its revision.

    Raises
    ------
    Damaged
        When it cannot be read.
    """
    entry = parse_entry(text, where=where)
    try:
        return Revision(
            revision=int(entry["revision"]),
            after=int(entry["after"]),
            author=str(entry["author"]),
            at=datetime.fromisoformat(entry["at"]),
            reason=str(entry["reason"]),
            status=str((entry if "of" in entry else entry["plan"])["status"]),
            like=int(entry.get("like", 0)),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise Damaged("Not an entry of a plan's history.", where=where, hint=_HINT) from error


def line_of(revisions: Iterable[Revision], number: int) -> frozenset[int]:
    """Follow a revision back to the first."""
    before = {entry.revision: entry.after for entry in revisions}
    line: set[int] = set()
    while number in before and number not in line:
        line.add(number)
        number = before[number]
    return frozenset(line)


def edits_of(kept: Iterable[Revision]) -> Edits:
    """Tell which changes stand and which were taken back, from the revisions of a plan, oldest first.

    A revision that brings an earlier one back is a step along the line of changes; a change that is made
    there ends what could be made again.
    """
    line: list[Revision] = []
    place = 0
    for entry in kept:
        back = next((n for n, one in enumerate(line, 1) if one.revision == entry.like), 0)
        if back:
            place = back
        else:
            line = [*line[:place], entry]
            place = len(line)
    return Edits(done=tuple(line[:place]), undone=tuple(line[place:]))


_HINT = "Take the file back from a backup, or move it away; the other revisions are not affected."


def parse_entry(text: bytes, *, where: str) -> dict[str, Any]:
    """Read an entry as JSON.

    Raises
    ------
    Damaged
        When it is none.
    """
    entry = parse(text, where=where)
    if not isinstance(entry, dict):
        raise Damaged("Not an entry of a plan's history.", where=where, hint=_HINT)
    return entry
