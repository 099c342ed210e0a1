"""What all benchmarks share: runs in processes of their own, taken in turns, and what is printed about them."""

import json
import multiprocessing
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from typing import Any

__all__ = [
    "Report",
    "Run",
    "called",
    "environment",
    "in_turns",
    "is_quick",
    "measured",
    "peak_bytes",
    "scratch",
    "typical",
]

# A fresh interpreter: what the parent has loaded does not count.
_SPAWN = multiprocessing.get_context("spawn")


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run of a task in a process of its own.

    Attributes
    ----------
    seconds, cpu_seconds
        By the clock, and of processor time on all cores; without starting Python and importing the task's module.
    peak_bytes
        The most memory that the process held.
    found
        What the task returned.
    """

    seconds: float
    cpu_seconds: float
    peak_bytes: int
    found: Mapping[str, Any]


def measured(task: Callable[..., Mapping[str, Any]], *arguments: object, **named: object) -> Run | None:
    """Run a task in a process of its own; None when it fails, and why on standard error.

    Parameters
    ----------
    task
        A function of a module, which returns what can be pickled.
    """
    ours, theirs = _SPAWN.Pipe(duplex=False)
    process = _SPAWN.Process(target=_child, args=(theirs, task, arguments, named))
    process.start()
    theirs.close()
    try:
        run: Run | None = ours.recv()
    except EOFError:
        run = None
    process.join()
    return run


def _child(pipe: Connection, task: Callable[..., Mapping[str, Any]], arguments: Any, named: Any) -> None:
    wall, cpu = time.perf_counter(), time.process_time()
    found = task(*arguments, **named)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    pipe.send(Run(seconds=wall, cpu_seconds=cpu, peak_bytes=peak_bytes(), found=found))


def peak_bytes() -> int:
    """Give the most memory that this process has held.

    Linux counts what was held before another program was started as that program's too; its own file of the
    process does not.
    """
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else most * 1024
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def in_turns(tasks: Mapping[str, Callable[[], Run | None]], turns: int) -> dict[str, list[Run]]:
    """Run each task once a turn, so that what else the machine does hits all alike; one that failed is left out."""
    runs: dict[str, list[Run]] = {name: [] for name in tasks}
    for turn in range(turns):
        for name, task in tasks.items():
            print(f"turn {turn + 1} of {turns}: {name}", file=sys.stderr, flush=True)
            run = task()
            if run is not None:
                runs[name].append(run)
    return {name: found for name, found in runs.items() if len(found) == turns}


def typical(runs: Sequence[Run]) -> Run:
    """Give the run in the middle by seconds, with the medians of time and the most memory."""
    middle = sorted(runs, key=lambda run: run.seconds)[len(runs) // 2]
    return Run(
        seconds=median(run.seconds for run in runs),
        cpu_seconds=median(run.cpu_seconds for run in runs),
        peak_bytes=max(run.peak_bytes for run in runs),
        found=middle.found,
    )


def environment(name: str, packages: Sequence[str]) -> Path | None:
    """Give the Python of an environment of a peer's own under ``build/``, made on first use; None when that fails."""
    place = Path(__file__).parents[1] / "build" / name
    python, done = place / "bin" / "python", place / "installed"
    if done.is_file() and done.read_text(encoding="utf-8") == "\n".join(packages):
        return python
    shutil.rmtree(place, ignore_errors=True)
    print(f"installing {', '.join(packages)}", file=sys.stderr, flush=True)
    for command in (
        [sys.executable, "-m", "venv", str(place)],
        [str(python), "-m", "pip", "install", "--quiet", *packages],
    ):
        if called(command).returncode:
            return None
    done.write_text("\n".join(packages), encoding="utf-8")
    return python


def called(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run a command of our own words, and keep what it prints."""
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 -- our own words


def is_quick(arguments: Sequence[str]) -> bool:
    """Tell whether a small size is asked for, by ``--quick`` or ``QUICK=1``."""
    return "--quick" in arguments or os.environ.get("QUICK", "") not in ("", "0")


@contextmanager
def scratch() -> Iterator[Path]:
    """Make a folder for one benchmark; it goes when that ends."""
    folder = Path(tempfile.mkdtemp(prefix="salesnb-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(kw_only=True)
class Report:
    """What a benchmark found.

    Attributes
    ----------
    ratios
        Time of ours through that of the peer, so that smaller is better; None where the peer could not run.
    figures
        Whatever else was measured, with its unit in its name.
    wrong
        What did not come out as it must, a sentence each.
    absent
        Peers without a ratio that could not run.
    """

    benchmark: str
    quick: bool
    ratios: dict[str, float | None] = field(default_factory=dict)
    figures: dict[str, object] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)

    def show(self, runs: Mapping[str, Run]) -> int:
        """Print a table of typical runs, then all as one line of JSON; give the exit code."""
        if runs:
            print(f"{'':34}{'seconds':>10}{'processor s':>13}{'peak MiB':>10}")
        for name, run in runs.items():
            print(f"{name:34}{run.seconds:10.2f}{run.cpu_seconds:13.2f}{run.peak_bytes / 2**20:10.0f}")
        if self.ratios:
            print("\nratios of time, ours / peer (smaller is better):")
        for key, ratio in self.ratios.items():
            print(f"  {key:32}{'could not run' if ratio is None else f'{ratio:.2f}':>10}")
        for sentence in self.wrong:
            print(f"wrong: {sentence}")
        missing = [*(key for key, ratio in self.ratios.items() if ratio is None), *self.absent]
        line = {
            "benchmark": self.benchmark,
            "ratios": self.ratios,
            "figures": self.figures,
            "missing": missing,
        }
        print(json.dumps(line))
        return 1 if self.wrong or (missing and not self.quick) else 0
