"""Screenshots of the demo's pages, in build/pictures, to be looked at.

Each page is taken wide and as on a phone, light and dark; a review also as it prints.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
DEMO = ROOT / "build" / "demo"
PICTURES = ROOT / "build" / "pictures"
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
        browser.close()
    print(f"{len(list(PICTURES.glob('*.png')))} pictures are in {PICTURES.relative_to(ROOT)}.")
    return 0


def pages() -> dict[str, Path]:
    """Name the index, the plan, and the first and last team's review of the latest run."""
    run = next(iter(sorted(DEMO.glob("reviews/*/latest")))).resolve()
    reviews = sorted(path for path in run.glob("*.html") if path.name not in {"index.html", "plan.html"})
    named = {"index": run / "index.html", "plan": run / "plan.html"}
    return named | {f"review-{path.stem}": path for path in {reviews[0], reviews[-1]}}


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
