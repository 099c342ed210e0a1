"""Work that is killed at seeded random moments."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import salesnb

_NEVER = 600.0


class Killer:
    """Does work in children of a process that is warm, and kills it."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self._random = random.Random(20_260_930)

    def finish(self, work: str, *arguments: object) -> float:
        """Let the work end; give the seconds that it took."""
        started = time.perf_counter()
        assert self._ask(_NEVER, work, *arguments) == 0
        return time.perf_counter() - started

    def kill(self, within: float, work: str, *arguments: object) -> bool:
        """Kill the work at a random moment; tell whether it was still at it."""
        status = self._ask(self._random.uniform(0, within), work, *arguments)
        assert status in {0, -9}
        return status == -9

    def _ask(self, seconds: float, work: str, *arguments: object) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(f"{seconds:.4f}", work, *arguments, sep="\t", file=self._process.stdin, flush=True)
        return int(self._process.stdout.readline())


@pytest.fixture
def killer() -> Iterator[Killer]:
    """Give a killer; its process ends with the test."""
    command = [sys.executable, str(Path(__file__).with_name("zygote.py"))]
    environment = {**os.environ, "PYTHONPATH": str(Path(salesnb.__file__).parent.parent)}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield Killer(process)
        assert process.stdin is not None
        process.stdin.close()


@pytest.fixture
def workspace(tmp_path: Path, killer: Killer) -> Path:
    """Make a workspace with a small sample and a plan, as a person would."""
    from salesnb.crm.generator import write_sample

    files, folder = tmp_path / "files", tmp_path / "workspace"
    write_sample(files, opportunities=1_000, seed=5, teams=5)
    killer.finish("command", "new", folder)
    killer.finish("command", "-C", folder, "import", files, "--mapping", "sample")
    killer.finish(
        "command", "-C", folder, "plan", "new", "q3", "--period", "2026-Q3", "--goal", "won_amount=100000"
    )
    return folder
