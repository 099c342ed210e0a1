"""Screenshots of the demo's pages and of its planning session, in build/pictures, to be looked at.

Each page is taken wide and as on a phone, light and dark; a review also as it prints. Of the session every tab is taken,
as JupyterLab shows it.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, sync_playwright

from salesnb.actions.session_notebook import session_notebook
from salesnb.workspace import Workspace
from tests.browser.servers import jupyterlab, run_all

ROOT = Path(__file__).resolve().parents[1]
DEMO = ROOT / "build" / "demo"
PICTURES = ROOT / "build" / "pictures"
# Milliseconds until what a tab works out is there.
SETTLED = 8000
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
SIZES = {"wide": (1280, 900), "phone": (390, 844)}


def main() -> int:
    """Make the demo, and pictures of its pages."""
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        print("Chromium is not installed; on Debian: apt install chromium")
        return 1
    subprocess.run([str(Path(sys.executable).with_name("salesnb")), "demo", str(DEMO)], check=True)
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for name, page in pages().items():
            shoot(browser, name, page)
        for scheme in ("light", "dark"):
            shoot_session(browser, scheme)
        browser.close()
    print(f"{len(list(PICTURES.glob('*.png')))} pictures are in {PICTURES.relative_to(ROOT)}.")
    return 0


def pages() -> dict[str, Path]:
    """Name the index, the plan, and the first and last team's review of the latest run."""
    run = next(iter(sorted(DEMO.glob("reviews/*/latest")))).resolve()
    reviews = sorted(path for path in run.glob("*.html") if path.name not in {"index.html", "plan.html"})
    named = {"index": run / "index.html", "plan": run / "plan.html"}
    return named | {f"review-{path.stem}": path for path in {reviews[0], reviews[-1]}}


def shoot_session(browser: Browser, scheme: str) -> None:
    """Take every tab of the planning session in JupyterLab."""
    notebook = session_notebook(Workspace.open(DEMO))
    with TemporaryDirectory() as home, jupyterlab(DEMO, Path(home), dark=scheme == "dark") as url:
        page = browser.new_page(viewport={"width": 1400, "height": 1100}, color_scheme=scheme)
        page.goto(f"{url}/lab/tree/{notebook.name}?token=test&reset")
        run_all(page)
        page.locator(".salesnb-session-bar .saved").wait_for(timeout=120_000)
        page.evaluate("window.jupyterapp.shell.collapseLeft()")
        tabs = page.locator(".salesnb-planning-session > .widget-tab > .lm-TabBar .lm-TabBar-tab")
        for place in range(tabs.count()):
            tabs.nth(place).click()
            page.wait_for_timeout(SETTLED)
            title = tabs.nth(place).inner_text().strip().lower().replace(" ", "-")
            page.screenshot(path=PICTURES / f"session-{title}-{scheme}.png")
        page.close()


def shoot(browser: Browser, name: str, path: Path) -> None:
    """Take one page in every size and both colour schemes."""
    for scheme in ("light", "dark"):
        for size, (width, height) in SIZES.items():
            page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
            page.goto(path.as_uri())
            page.screenshot(path=PICTURES / f"{name}-{size}-{scheme}.png", full_page=True)
            page.close()
    page = browser.new_page()
    page.goto(path.as_uri())
    page.pdf(path=PICTURES / f"{name}-print.pdf", format="A4")
    page.close()


if __name__ == "__main__":
    sys.exit(main())
