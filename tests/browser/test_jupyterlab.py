"""A finished notebook in JupyterLab, opened by somebody who did not make it and whose JupyterLab does not trust it."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

CHART = "data:image/svg+xml"
# JupyterLab draws the cells of a long notebook only when they come into view; "none" draws them all.
WHOLE = {"@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"}}


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture(scope="module")
def lab(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """JupyterLab on a copy of the run folder, with a home of its own."""
    base = tmp_path_factory.mktemp("stranger")
    folder = Path(shutil.copytree(demo, base / "reviews"))
    homes = {
        name: str(base / name.lower())
        for name in ("HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    }
    settings = base / "lab"
    for path in (*homes.values(), settings):
        Path(path).mkdir(parents=True)
    (settings / "overrides.json").write_text(json.dumps(WHOLE), encoding="utf-8")
    url = f"http://127.0.0.1:{free_port()}"
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--ServerApp.root_dir={folder}",
        f"--ServerApp.port={url.rpartition(':')[2]}", "--IdentityProvider.token=test",
        f"--LabApp.app_settings_dir={settings}",
    ]  # fmt: skip
    server = subprocess.Popen(
        command,
        env={**os.environ, **homes},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(f"{url}/api?token=test")
        yield url, folder
    finally:
        stop(server)


def stop(server: subprocess.Popen[bytes]) -> None:
    """End the server and its kernels, those that do not listen as well."""
    os.killpg(server.pid, signal.SIGTERM)
    try:
        server.wait(timeout=10)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait(timeout=10)


def wait_for(url: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"{url} did not answer within {seconds} s")


@pytest.mark.parametrize("kind", ["review", "plan"])
def test_every_chart_of_a_notebook_is_shown_untrusted(
    visit: Callable, lab: tuple[str, Path], review: Path, kind: str
) -> None:
    url, folder = lab
    name = f"{review.stem if kind == 'review' else 'plan'}.ipynb"
    cells = json.loads((folder / name).read_text(encoding="utf-8"))["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", ())]
    charts = sum(CHART in "".join(output.get("data", {}).get("text/html", "")) for output in outputs)
    assert charts >= 3
    page = visit(f"{url}/lab/tree/{name}?token=test&reset").page
    page.wait_for_selector(".jp-Notebook .jp-OutputArea", state="attached", timeout=60_000)
    drawn = f"""() => new Set([...document.querySelectorAll('.jp-OutputArea-output img[src^="{CHART}"]')]
      .filter(img => img.complete && img.naturalWidth > 0).map(img => img.closest('.jp-OutputArea-output'))).size"""
    page.wait_for_function(f"({drawn})() >= {charts}", timeout=60_000)
    assert page.evaluate(drawn) == charts
    # Two amounts in dollars are no formula.
    assert page.locator(".jp-OutputArea-output mjx-container").count() == 0
