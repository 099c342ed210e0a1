"""The files of a plan's history: one a revision, whole or as what is different from an earlier one that is whole.

A change of one number is a line or two, where the plan may have ten thousand; so most entries hold `changes` to the last
whole one, never to another that holds changes itself, and the hash of the plan that comes of them. Every fiftieth is
whole, and each whose changes would come to a quarter of it. A file never changes once it is there.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from salesnb.errors import Damaged, UnknownName
from salesnb.files import write_atomic
from salesnb.planning.changed_json import changed, changes
from salesnb.planning.document import json_text, plan_from_document
from salesnb.planning.history import Revision, entry_head, parse_entry, revision_of_entry
from salesnb.planning.model import Plan

__all__ = ["Entries"]

_ENTRY = re.compile(r"[0-9]{6}\.json")
_WHOLE_EVERY = 50
# So much smaller than the whole, changes are worth that another file is needed to read them.
_WORTH = 4
_NOT_THE_SAME = "Its changes and {of} do not make the plan that was kept."
_LOST = (
    "Take both files back from a backup; revisions that are whole, or made of another one, are not affected."
)

# Bytes of a whole entry and the plan's document in them, by the name of the plan.
Wholes = dict[str, tuple[bytes, dict[str, Any]]]


@dataclass(frozen=True, kw_only=True)
class Entries:
    """The entries of one plan.

    Attributes
    ----------
    folder
        Where they are; it need not exist.
    name
        Of the plan.
    wholes
        What was read last, so that the same bytes are not read twice.
    """

    folder: Path
    name: str
    wholes: Wholes

    def path(self, number: int) -> Path:
        """Give the file of a revision, which may not be there."""
        return self.folder / f"{number:06d}.json"

    def numbers(self) -> list[int]:
        """List the revisions that have an entry."""
        found = (path.name for path in self.folder.glob("*.json"))
        return sorted(int(name.removesuffix(".json")) for name in found if _ENTRY.fullmatch(name))

    def revisions(self, known: Iterable[Revision] = ()) -> list[Revision]:
        """Read what every entry says of its revision, but of those that are known.

        Raises
        ------
        Damaged
            When one cannot be read.
        """
        before = {entry.revision: entry for entry in known}
        return [
            before.get(number) or revision_of_entry(self._read(number), where=self._where(number))
            for number in self.numbers()
        ]

    def plan(self, number: int) -> Plan:
        """Read a revision.

        Raises
        ------
        UnknownName
            When there is none of that number.
        Damaged
            When its entry, or the one that it holds the changes to, cannot be read.
        """
        if not self.path(number).is_file():
            known = ", ".join(map(str, self.numbers())) or "none"
            raise UnknownName(f"The plan {self.name!r} has no revision {number}.", hint=f"Known: {known}.")
        return plan_from_document(self.document(number), where=self._where(number))

    def document(self, number: int) -> object:
        """Read the plan's document of a revision; of an old schema as it was written.

        Raises
        ------
        Damaged, OSError
            When it cannot be read.
        """
        entry = parse_entry(self._read(number), where=self._where(number))
        if "of" not in entry:
            return entry.get("plan")
        return self._made(entry, where=self._where(number))

    def write(
        self,
        document: Mapping[str, Any],
        *,
        after: int,
        author: str,
        reason: str,
        at: datetime,
        like: int = 0,
        alone: bool = False,
    ) -> None:
        """Write the entry of a plan's document, atomically; ``alone`` if it is to rest on no other.

        Raises
        ------
        CannotWrite
            When it cannot be written.
        """
        number, status = document["revision"], document["status"]
        head = entry_head(number, after=after, author=author, reason=reason, at=at, like=like)
        made = "" if alone else self._as_changes({**head, "status": status}, document, after)
        write_atomic(self.path(number), made or json_text({**head, "plan": document}))

    def _as_changes(self, head: Mapping[str, Any], document: Mapping[str, Any], after: int) -> str:
        """Write an entry as changes; nothing where it is to be whole."""
        try:
            last = parse_entry(self._read(after), where=self._where(after))
            of = int(last.get("of", after))
            whole = self._whole(of)
        except (OSError, TypeError, ValueError):
            # What it would rest on is not there, or not sound.
            return ""
        if head["revision"] - of >= _WHOLE_EVERY:
            return ""
        made = list(changes(whole, document))
        text = json_text({**head, "of": of, "sha256": _hash(document), "changes": made})
        return text if len(text) * _WORTH < len(self.wholes[self.name][0]) else ""

    def _made(self, entry: Mapping[str, Any], *, where: str) -> object:
        """Make a document of the whole one that an entry is of, and its changes."""
        try:
            of = int(entry["of"])
            found = changed(self._whole(of), entry["changes"])
            wanted = entry["sha256"]
        except FileNotFoundError:
            missing = f"It holds the changes to {self._where(of)}, which is not there."
            raise Damaged(missing, where=where, hint=_LOST) from None
        except (KeyError, IndexError, TypeError, ValueError) as error:
            if isinstance(error, Damaged):
                raise
            raise Damaged("Its changes cannot be read.", where=where, hint=_LOST) from error
        if _hash(found) != wanted:
            raise Damaged(_NOT_THE_SAME.format(of=self._where(of)), where=where, hint=_LOST)
        return found

    def _whole(self, number: int) -> dict[str, Any]:
        """Read the document of an entry that is whole; not to be changed."""
        text = self._read(number)
        known, document = self.wholes.get(self.name, (b"", {}))
        if text != known:
            found = parse_entry(text, where=self._where(number)).get("plan")
            if not isinstance(found, dict):
                raise Damaged(
                    "Others hold the changes to it, and it has no plan.",
                    where=self._where(number),
                    hint=_LOST,
                )
            document = found
            self.wholes[self.name] = text, document
        return document

    def _read(self, number: int) -> bytes:
        return self.path(number).read_bytes()

    def _where(self, number: int) -> str:
        return f".history/{self.name}/{number:06d}.json"


def _hash(document: object) -> str:
    """SHA-256 of a document, whatever the order of its keys."""
    return sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()
