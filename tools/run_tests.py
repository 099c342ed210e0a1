"""Run the groups of tests one after another, with the time that each takes.

Usage: run_tests.py all | fast | needs | GROUP…

What the tests need beyond Python is installed through the system's package manager where that is possible; else the
groups that need it are skipped and named with the reason. With CI=true nothing may be skipped, but tests on shared data
where that folder is absent.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
CI = os.environ.get("CI") == "true"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
ALLOWED_SKIP = "shared data"
FAST = ("lint", "fast")
SLOW = "slow and not browser and not notebook and not engines"
# They kill work at moments that they draw from the time it takes, and want the machine to themselves.
KILL = (
    "tests/kill",
    "tests/planning/test_store_processes.py",
    "tests/workbooks/test_processes.py",
    "tests/workbooks/test_run_for_real.py",
)
NO_TESTS = 5
CLOSING = re.compile(r"\d+ \w+.* in [\d.]+s")
COUNT = re.compile(r"(\d+) (passed|failed|errors?|skipped)")


@dataclass(frozen=True)
class Group:
    """Some tests: a command, and the program that it needs."""

    name: str
    command: tuple[str, ...]
    needs: str = ""


@dataclass
class Outcome:
    """What came of a group."""

    group: str
    seconds: float
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    reason: str = ""


def pytest(marks: str, *more: str) -> tuple[str, ...]:
    """Give a pytest command for the tests of some marks."""
    return (str(BIN / "pytest"), "-q", "-rs", "-p", "no:nbval", "-m", marks, "--durations=5", *more)


def groups() -> tuple[Group, ...]:
    """List every group in the order in which it runs."""
    notebooks = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "notebooks").glob("*.ipynb"))
    nbval = ("-q", "-rs", "--nbval", "--nbval-sanitize-with", "tests/sanitize.cfg")
    listed = (
        Group("lint", (str(BIN / "ruff"), "check", ".")),
        Group("format", (str(BIN / "ruff"), "format", "--check", ".")),
        Group("types", (str(BIN / "mypy"),)),
        Group("imports", (str(BIN / "lint-imports"),)),
        Group("fast", pytest("not slow and not browser and not notebook and not engines", "-n", "2")),
        # A file's tests share what they import, so a file stays with one worker.
        Group("slow", pytest(SLOW, "-n", "2", "--dist", "loadfile", *(f"--ignore={path}" for path in KILL))),
        Group("kill", pytest(SLOW, *KILL)),
        Group("templates", pytest("notebook and not browser")),
        Group("engines", pytest("engines"), needs="PostgreSQL and Java"),
        Group("browser", pytest("browser"), needs="Chromium"),
    )
    # Without a file to look at, pytest would look at all of them.
    return (*listed, Group("notebooks", (str(BIN / "pytest"), *nbval, *notebooks))) if notebooks else listed


def main(arguments: list[str]) -> int:
    """Run what is asked for; the last line says how many tests passed, failed and were skipped."""
    known = {group.name: group for group in groups()}
    names = list(known) if arguments in ([], ["all"]) else list(FAST) if arguments == ["fast"] else arguments
    if names == ["needs"]:
        return 0 if there("Chromium") else 1
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"There is no group {', '.join(unknown)}. Known: all, fast, needs, {', '.join(known)}.")
        return 2
    outcomes = [run(known[name]) for name in names]
    return report(outcomes)


def run(group: Group) -> Outcome:
    """Run one group and count its tests; a linter counts as one."""
    print(f"\n== {group.name}", flush=True)
    began = time.monotonic()
    if group.needs and not there(group.needs):
        why = f"needs {group.needs}, which is not installed; only root can install it here"
        return Outcome(group.name, 0.0, failed=int(CI), skipped=int(not CI), reason=why)
    code, output = watch(group.command)
    return counted(group, code, output, time.monotonic() - began)


def watch(command: tuple[str, ...]) -> tuple[int, str]:
    """Run a program and show what it prints while it runs; give its exit code and that text."""
    lines = []
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            lines.append(line.rstrip())
    return process.returncode, "\n".join(lines)


def counted(group: Group, code: int, output: str, seconds: float) -> Outcome:
    """Read pytest's closing line; skips that are not allowed count as failures in CI."""
    if "pytest" not in group.command[0]:
        return Outcome(group.name, seconds, passed=int(code == 0), failed=int(code != 0))
    closing = [line for line in output.splitlines() if CLOSING.search(line)][-1:]
    numbers = {word.rstrip("s"): int(n) for line in closing for n, word in COUNT.findall(line)}
    failed = numbers.get("failed", 0) + numbers.get("error", 0)
    found = Outcome(group.name, seconds, numbers.get("passed", 0), failed, numbers.get("skipped", 0))
    if code not in (0, NO_TESTS) and not failed:
        found.failed, found.reason = 1, f"pytest ended with exit code {code}"
    if group.name == "fast" and not found.passed:
        found.failed, found.reason = found.failed or 1, "no test ran"
    forbidden = [
        line for line in output.splitlines() if line.startswith("SKIPPED") and ALLOWED_SKIP not in line
    ]
    if CI and forbidden:
        found.failed += len(forbidden)
        found.reason = f"skipped in CI: {forbidden[0]}"
    return found


def there(need: str) -> bool:
    """Find what a group needs, or install it as root through the system's package manager."""
    found, packages = NEEDS[need]
    if found():
        return True
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    print(f"Installing {need} …", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (("apt-get", "update", "-qq"), ("apt-get", "install", "-y", "-qq", *packages)):
        subprocess.run(command, env=quiet, check=False, stdout=subprocess.DEVNULL)
    return found()


def engines_run() -> bool:
    """Tell whether a PostgreSQL server is installed, wherever Debian puts it, and a Java that Spark runs on."""
    server = shutil.which("postgres") or any(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    java = shutil.which("java")
    if not (server and java):
        return False
    told = subprocess.run((java, "-version"), check=False, capture_output=True, text=True)
    version = re.search(r'version "(\d+)', told.stderr)
    return bool(version) and int(version[1]) >= 17


def browser_runs() -> bool:
    """Tell whether Chromium is there and Playwright's driver starts."""
    driver = (sys.executable, "-m", "playwright", "--version")
    started = subprocess.run(driver, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return started.returncode == 0 and any(shutil.which(name) for name in CHROMIUM)


NEEDS = {
    # Playwright's driver is a Node that wants libatomic, which a small system may not have.
    "Chromium": (browser_runs, ("chromium", "fonts-liberation", "libatomic1")),
    "PostgreSQL and Java": (engines_run, ("postgresql", "openjdk-17-jre-headless")),
}


def report(outcomes: list[Outcome]) -> int:
    """Print a line a group and the sum."""
    print("\n== summary")
    for found in outcomes:
        state = f"{found.passed} passed, {found.failed} failed, {found.skipped} skipped"
        print(
            f"  {found.group:10} {found.seconds:7.1f} s  {state}{'  ' + found.reason if found.reason else ''}"
        )
    skipped = sum(found.skipped for found in outcomes)
    if skipped:
        print(f"  {skipped} were skipped; tests on shared data need the folder ../shared/data")
    failed = sum(found.failed for found in outcomes)
    print(f"{sum(found.passed for found in outcomes)} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
