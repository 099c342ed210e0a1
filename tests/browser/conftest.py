"""One demo workspace and one browser for all tests of what a person sees."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route

from tests.browser.kernel_free import answering, widget_page

if TYPE_CHECKING:
    from anywidget import AnyWidget

LOCAL = ("file:", "data:", "blob:", "http://127.0.0.1", "ws://127.0.0.1")


@dataclass
class Visit:
    """An open page with what went wrong on it: requests that would leave the machine, and errors."""

    page: Page
    cut: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run folder of a demo made by the command line; SALESNB_TEST_DEMO names one to reuse."""
    folder = Path(os.environ.get("SALESNB_TEST_DEMO") or tmp_path_factory.mktemp("browser") / "demo")
    subprocess.run([sys.executable, "-m", "salesnb", "demo", str(folder)], check=True, capture_output=True)
    return next(iter(folder.glob("reviews/*/latest"))).resolve()


@pytest.fixture(scope="session")
def review(demo: Path) -> Path:
    """One team's page."""
    return sorted(path for path in demo.glob("*.html") if path.name not in {"index.html", "plan.html"})[0]


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Open pages with the network cut: ``visit(url, width=390, javascript=False, dark=True)``.

    ``bridge`` is what the page calls as ``window.kernel``.
    """
    contexts: list[BrowserContext] = []

    def go(
        url: str,
        *,
        width: int = 1280,
        javascript: bool = True,
        dark: bool = False,
        bridge: Callable[..., object] | None = None,
        wait: str = "load",
    ) -> Visit:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            java_script_enabled=javascript,
            color_scheme="dark" if dark else "light",
        )
        contexts.append(context)
        opened = Visit(context.new_page())
        if bridge is not None:
            opened.page.expose_function("kernel", bridge)

        def cut(route: Route) -> None:
            if route.request.url.startswith(LOCAL):
                route.continue_()
            else:
                opened.cut.append(route.request.url)
                route.abort()

        context.route("**/*", cut)
        opened.page.on(
            "console", lambda told: opened.errors.append(told.text) if told.type == "error" else None
        )
        opened.page.on("pageerror", lambda error: opened.errors.append(str(error)))
        opened.page.goto(url, wait_until=wait, timeout=90_000)
        return opened

    yield go
    for context in contexts:
        context.close()


@pytest.fixture
def drawn(visit: Callable[..., Visit], tmp_path: Path) -> Callable[..., Page]:
    """Draw a widget in a page, with the test in place of the kernel: ``drawn(widget, "session_bar", dark=True)``."""

    def draw(widget: "AnyWidget", name: str, **look: Any) -> Page:
        opened = visit(widget_page(tmp_path, widget, name), bridge=answering(widget), **look)
        assert opened.errors == []
        assert opened.cut == []
        return opened.page

    return draw


@pytest.fixture(scope="session")
def barriers() -> Callable[..., list[str]]:
    """List what on a page keeps people with a screen reader or without a mouse out: ``barriers(page, ".salesnb")``."""
    from axe_playwright_python.sync_playwright import Axe

    axe = Axe()

    def found(page: Page, where: str = ".salesnb") -> list[str]:
        told = axe.run(page, context=where).response["violations"]
        return [
            f"{one['impact']}: {one['help']}: {node['html'][:200]}"
            for one in told
            if one["impact"] in {"serious", "critical"}
            for node in one["nodes"]
        ]

    return found
