"""JupyterLab, Notebook 7 and Voila as somebody runs them who did not make what is opened: a home of its own, whose settings nobody else shares."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page

__all__ = ["application", "jupyterlab", "notebook7", "run_all"]

# JupyterLab draws the cells of a long notebook only when they come into view; "none" draws them all.
WHOLE = {"@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"}}


def jupyterlab(folder: Path, base: Path, *, dark: bool = False) -> AbstractContextManager[str]:
    """Serve a folder in JupyterLab; give the address, to which pages and ``?token=test`` are added."""
    settings = base / "lab"
    settings.mkdir(parents=True)
    theme = {"@jupyterlab/apputils-extension:themes": {"theme": f"JupyterLab {'Dark' if dark else 'Light'}"}}
    (settings / "overrides.json").write_text(json.dumps({**WHOLE, **theme}), encoding="utf-8")
    more = [f"--LabApp.app_settings_dir={settings}", "--LabApp.expose_app_in_browser=True"]
    return _served("jupyterlab", folder, base, more)


def notebook7(folder: Path, base: Path) -> AbstractContextManager[str]:
    """Serve a folder in Notebook 7."""
    return _served("notebook", folder, base, ["--JupyterNotebookApp.expose_app_in_browser=True"])


@contextmanager
def application(folder: Path, base: Path) -> Iterator[str]:
    """Serve the planning session of a workspace as its command does."""
    command = ["salesnb", "-C", str(folder), "session", "--app", "--no-browser"]
    with _running(lambda port: [*command, f"--port={port}"], base, lambda url: f"{url}/static/") as url:
        yield url


@contextmanager
def _served(module: str, folder: Path, base: Path, more: Sequence[str]) -> Iterator[str]:
    command = [
        "--no-browser",
        "--allow-root",
        f"--ServerApp.root_dir={folder}",
        "--IdentityProvider.token=test",
    ]
    with _running(
        lambda port: [module, *command, f"--ServerApp.port={port}", *more],
        base,
        lambda url: f"{url}/api?token=test",
    ) as url:
        yield url


@contextmanager
def _running(command: Callable[[int], list[str]], base: Path, asked: Callable[[str], str]) -> Iterator[str]:
    """Run a server with a home of its own until it is no longer needed."""
    homes = {
        name: str(base / name.lower())
        for name in ("HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    }
    for path in homes.values():
        Path(path).mkdir(parents=True, exist_ok=True)
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(
        [sys.executable, "-m", *command(port)],
        env={**os.environ, **homes},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(asked(url))
        yield url
    finally:
        _stop(server)


def run_all(page: Page) -> None:
    """Run every cell of the open notebook, once the kernel can."""
    page.wait_for_selector(".jp-Notebook .jp-CodeCell", state="attached", timeout=60_000)
    # Asked for earlier, a run asks back for a kernel.
    kernel = "window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel"
    page.wait_for_function(
        f"() => {{ const kernel = {kernel}; return kernel?.status === 'idle' && kernel.connectionStatus === 'connected' }}",
        timeout=60_000,
    )
    page.evaluate("void window.jupyterapp.commands.execute('notebook:run-all-cells')")


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
        except urllib.error.HTTPError:
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"{url} did not answer within {seconds} s")
