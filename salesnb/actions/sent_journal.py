"""What was delivered to whom: a line before each delivery and one after, beside the run."""

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

from salesnb.actions import clock
from salesnb.actions.recipients import Reviewed
from salesnb.addresses import same_address
from salesnb.errors import Damaged
from salesnb.files import cannot_write

__all__ = ["Event", "SentJournal", "State"]

Event = Literal["sending", "sent", "failed"]
State = Literal["new", "changed", "uncertain", "sent"]
_Key = tuple[str, str, str]


class SentJournal:
    """Remembers deliveries by way, address, review and content.

    A delivery is written down before it begins and when it has ended, each time through to the disk. A kill between
    leaves a delivery that has begun and not ended: whether it arrived nobody can tell from here, and it is said so.

    Parameters
    ----------
    folder
        The run's folder; the journal lies beside it, so that it outlives it.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder.parent / f".{folder.name}.sent.jsonl"
        self._sent: dict[_Key, set[str]] = {}
        self._begun: dict[_Key, set[str]] = {}
        self._ways: list[str] = []
        for line in _lines(self.path):
            self._take(line)

    def state(self, way: str, address: str, review: Reviewed) -> State:
        """Tell whether this very content was delivered that way."""
        key = (way, same_address(address), review.id)
        if review.content in self._begun.get(key, ()):
            return "uncertain"
        sent = self._sent.get(key, set())
        if review.content in sent:
            return "sent"
        return "changed" if sent else "new"

    def states(self, address: str, review: Reviewed) -> dict[str, State]:
        """Tell it of every way by which something of the review went to that address."""
        return {way: state for way in self._ways if (state := self.state(way, address, review)) != "new"}

    def note(self, event: Event, way: str, address: str, reviews: Iterable[Reviewed]) -> None:
        """Write down that a delivery begins, has arrived, or has certainly not.

        Raises
        ------
        CannotWrite
            When the disk does not take it.
        """
        line = {
            "event": event,
            "way": way,
            "to": same_address(address),
            "reviews": {review.id: review.content for review in reviews},
            "at": clock.now(),
        }
        try:
            with self.path.open("a", encoding="utf-8") as file:
                # The newline goes first too: a line that a kill cut short must not swallow this one.
                file.write(f"\n{json.dumps(line)}\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise cannot_write(self.path, error) from error
        self._take(line)

    def _take(self, line: dict[str, Any]) -> None:
        if line["way"] not in self._ways:
            self._ways.append(line["way"])
        for identity, content in line["reviews"].items():
            key = (line["way"], line["to"], identity)
            begun = self._begun.setdefault(key, set())
            if line["event"] == "sending":
                begun.add(content)
                continue
            begun.discard(content)
            if line["event"] == "sent":
                self._sent.setdefault(key, set()).add(content)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """Read what is whole; a line that a kill cut short had not counted yet."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return
    except OSError as error:
        # To take it for empty would send everything twice.
        raise Damaged(
            f"What was sent cannot be read: {error.strerror}.", where=str(path), hint="Make it readable."
        ) from None
    for line in text.splitlines():
        try:
            found = json.loads(line)
        except ValueError:
            continue
        if (
            isinstance(found, dict)
            and isinstance(found.get("reviews"), dict)
            and {"event", "way", "to"} <= set(found)
        ):
            yield found
