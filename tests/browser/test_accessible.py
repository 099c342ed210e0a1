"""Every widget of the planning session keeps nobody out: names for screen readers, contrast in both themes, roles."""

from collections.abc import Callable
from pathlib import Path

import pytest

from salesnb.actions.allocation_start import AllocationStart
from salesnb.widgets.allocation import AllocationStating
from salesnb.widgets.session_bar import SessionBar
from tests.actions.test_plan_session import aim, made, opened

pytestmark = pytest.mark.browser


def bar(folder: Path) -> SessionBar:
    """With everything that it can show."""
    workspace = made(folder)
    mine, hers = opened(workspace), opened(workspace, "Bea")
    mine.change(aim("Mine"), "Mine stated")
    hers.look()
    hers.change(aim("Hers"), "Hers stated")
    with pytest.raises(RuntimeError):
        mine.change(aim("More"), "More stated")
    return SessionBar(mine)


def stating(folder: Path) -> AllocationStating:
    """With the questions."""
    session = opened(made(folder))
    AllocationStart(session).state("budget", 100_000, "USD")
    return AllocationStating(session)


WIDGETS = {"session_bar": bar, "allocation_stating": stating}


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", WIDGETS)
def test_no_serious_barrier(
    drawn: Callable, barriers: Callable, tmp_path: Path, name: str, dark: bool
) -> None:
    page = drawn(WIDGETS[name](tmp_path), name, dark=dark)
    page.locator(".salesnb button").first.wait_for()
    assert barriers(page) == []


def test_a_barrier_would_be_found(drawn: Callable, barriers: Callable, tmp_path: Path) -> None:
    page = drawn(bar(tmp_path), "session_bar")
    page.evaluate(
        "document.querySelector('.salesnb').insertAdjacentHTML('beforeend', '<input><img src=\"data:,\">')"
    )
    assert len(barriers(page)) == 2
