"""Who is working, and when: the only place that asks the clock and the system about it."""

import getpass
import os
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

__all__ = ["author", "moment", "now", "today"]


def now() -> str:
    """Give this moment in UTC, to the second, as ISO 8601; for histories and logs, never for figures."""
    return datetime.now(UTC).isoformat(timespec="seconds")  # noqa: TID251 -- the one place


def moment() -> datetime:
    """Give this moment in UTC, to the second; for histories, never for figures."""
    return datetime.fromisoformat(now())


def today(time_zone: str) -> date:
    """Give today's date in a time zone; to tell how old data is, never for figures."""
    return datetime.now(ZoneInfo(time_zone)).date()  # noqa: TID251 -- the one place


def author(folder: Path) -> str:
    """Name the person at work: the JupyterHub user, else git's user.name, else the system's user."""
    hub = os.environ.get("JUPYTERHUB_USER", "")
    return hub or _git_user(folder) or _system_user()


def _git_user(folder: Path) -> str:
    try:
        asked = subprocess.run(
            ["git", "config", "user.name"],  # noqa: S607 -- whichever git the user has
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=5,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return asked.stdout.strip()


def _system_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
