"""JupyterLab as somebody runs it who did not make what is opened: a home of its own, whose settings nobody else shares."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

__all__ = ["jupyterlab"]

# JupyterLab draws the cells of a long notebook only when they come into view; "none" draws them all.
WHOLE = {"@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"}}


@contextmanager
def jupyterlab(folder: Path, base: Path) -> Iterator[str]:
    """Serve a folder; give the address, to which pages and ``?token=test`` are added. ``base`` holds the home."""
    homes = {
        name: str(base / name.lower())
        for name in ("HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    }
    settings = base / "lab"
    for path in (*homes.values(), settings):
        Path(path).mkdir(parents=True)
    (settings / "overrides.json").write_text(json.dumps(WHOLE), encoding="utf-8")
    url = f"http://127.0.0.1:{_free_port()}"
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--ServerApp.root_dir={folder}",
        f"--ServerApp.port={url.rpartition(':')[2]}", "--IdentityProvider.token=test",
        f"--LabApp.app_settings_dir={settings}", "--LabApp.expose_app_in_browser=True",
    ]  # fmt: skip
    server = subprocess.Popen(
        command,
        env={**os.environ, **homes},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(f"{url}/api?token=test")
        yield url
    finally:
        _stop(server)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _stop(server: subprocess.Popen[bytes]) -> None:
    """End the server and its kernels, those that do not listen as well."""
    os.killpg(server.pid, signal.SIGTERM)
    try:
        server.wait(timeout=10)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait(timeout=10)


def _wait_for(url: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"{url} did not answer within {seconds} s")
