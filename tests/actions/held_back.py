"""A track record that does not come before a test lets it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from salesnb.actions import track_records
from salesnb.actions.track_records import FILE
from salesnb.workspace import Workspace

__all__ = ["come", "held_back"]


@contextmanager
def held_back(workspace: Workspace, patch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Let nothing be kept, and hold back whatever is worked out until the event is set."""
    # What is worked out still for somebody else would be kept after this.
    come()
    (workspace.plans().folder / FILE).unlink(missing_ok=True)
    gate, work = threading.Event(), track_records._worked_out

    def waiting(*asked):
        assert gate.wait(60)
        return work(*asked)

    patch.setattr(track_records, "_worked_out", waiting)
    try:
        yield gate
    finally:
        gate.set()
        come()


def come() -> None:
    """Wait until everything that is worked out has come."""
    for thread in threading.enumerate():
        if thread.name == "track record":
            thread.join(60)
