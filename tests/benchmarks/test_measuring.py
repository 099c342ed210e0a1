"""What all benchmarks share."""

import json

import pytest

from benchmarks.measuring import Report, Run, in_turns, measured, typical


def run_of(seconds: float, **more) -> Run:
    return Run(**{"seconds": seconds, "cpu_seconds": seconds, "peak_bytes": 1, "found": {}, **more})


def hold(size: int) -> dict[str, object]:
    return {"held": len(b"x" * size)}


def fail() -> dict[str, object]:
    raise SystemExit("no such peer")


def test_tasks_run_in_turns():
    order = []

    def task(name):
        order.append(name)
        return run_of(1)

    in_turns({"ours": lambda: task("ours"), "peer": lambda: task("peer")}, 2)
    assert order == ["ours", "peer", "ours", "peer"]


def test_a_task_that_failed_once_has_no_runs():
    outcomes = iter([run_of(1), None])
    assert in_turns({"peer": lambda: next(outcomes)}, 2) == {}


def test_the_middle_counts_and_the_most_memory():
    found = typical([run_of(9, peak_bytes=5), run_of(1), run_of(2)])
    assert (found.seconds, found.peak_bytes) == (2, 5)


@pytest.mark.slow
def test_memory_is_that_of_the_task_alone():
    ballast = b"x" * 400_000_000
    run = measured(hold, 100_000_000)
    assert run is not None
    assert run.found == {"held": 100_000_000}
    assert 100_000_000 < run.peak_bytes < 250_000_000 < len(ballast)


@pytest.mark.slow
def test_a_task_that_fails_is_none():
    assert measured(fail) is None


@pytest.mark.parametrize(("quick", "code"), [(True, 0), (False, 1)])
def test_a_peer_that_could_not_run_is_null_and_named(quick, code, capsys):
    report = Report(benchmark="import", quick=quick, ratios={"vs_read_csv": None})
    assert report.show({"ours": run_of(1)}) == code
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (last["ratios"], last["missing"]) == ({"vs_read_csv": None}, ["vs_read_csv"])


def test_a_wrong_result_fails_even_when_quick():
    assert Report(benchmark="import", quick=True, wrong=["rows are lost"]).show({}) == 1
