"""What all tests share."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parents[1]

# The machine may be busy; a deadline would make tests fail by the time of day.
settings.register_profile("steady", deadline=None, derandomize=True, max_examples=60)
settings.register_profile("deep", deadline=None, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real data beside the checkout; tests on it skip where it is absent."""
    folder = Path(os.environ.get("SALESNB_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("shared data is absent: there is no folder ../shared/data")
    return folder


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """Headless Chromium: one for all tests, because Playwright allows one at a time."""
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    flags = ("sandbox", "gpu", "quic", "first-run", "background-networking", "component-update", "sync")
    arguments = [f"--{'no' if flag in {'sandbox', 'first-run'} else 'disable'}-{flag}" for flag in flags]
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=arguments)
        yield running
        running.close()
