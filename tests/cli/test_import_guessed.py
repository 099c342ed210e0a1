"""An import without a mapping: a guess is shown, written, and loaded when it is agreed to."""

import contextlib
import os
import pty
import subprocess
import sys

import pytest

from salesnb.cli import main

# Every test imports data.
pytestmark = pytest.mark.slow


DEALS = (
    "id,owner,team,stage,amount,created,closed,Region code\n"
    "1,Ann,East,Won,10,2024-01-02,2024-02-03,7\n2,Bob,West,Lost,5,2024-01-02,2024-02-03,9\n"
)


@pytest.fixture
def workspace(tmp_path):
    assert main(["new", str(tmp_path / "mine")]) == 0
    (tmp_path / "deals.csv").write_text(DEALS)
    return tmp_path / "mine"


def run(workspace, *arguments):
    return main(["-C", str(workspace), "import", *arguments])


def test_without_a_terminal_the_draft_is_written_and_the_next_command_said(workspace, tmp_path, capsys):
    source = str(tmp_path / "deals.csv")
    assert run(workspace, source) == 1
    said = capsys.readouterr()
    assert said.err.splitlines()[-1].startswith("Nothing is loaded yet. The mapping is in mapping.toml;")
    assert f"salesnb import {source}" in said.err
    assert "kept as dimensions: Region code" in said.err
    assert said.out == ""
    assert not (workspace / "data" / "current").exists()
    assert 'opportunity_id = "id"' in (workspace / "mapping.toml").read_text()
    assert run(workspace, source) == 0
    assert "opportunities: read 2, loaded 2" in capsys.readouterr().out


def test_the_next_command_can_be_copied_also_with_spaces_in_the_name(workspace, tmp_path, capsys):
    source = (tmp_path / "deals.csv").rename(tmp_path / "my deals.csv")
    run(workspace, str(source))
    assert f"salesnb import '{source}'" in capsys.readouterr().err


def test_yes_loads_at_once_and_json_stays_json(workspace, tmp_path, capsys):
    assert run(workspace, str(tmp_path / "deals.csv"), "--yes", "--format", "json") == 0
    assert capsys.readouterr().out.startswith("[\n  {")


def test_a_mapping_that_is_there_is_used_and_never_overwritten(workspace, tmp_path, capsys):
    (workspace / "mapping.toml").write_text("# mine\n")
    assert run(workspace, str(tmp_path / "deals.csv"), "--yes") == 1
    said = capsys.readouterr().err
    assert "maps no table" in said
    assert "Read by the mapping.toml of the workspace; remove it to have a mapping guessed" in said
    assert (workspace / "mapping.toml").read_text() == "# mine\n"


def test_an_incomplete_guess_says_what_to_fill_in(workspace, tmp_path, capsys):
    (tmp_path / "deals.csv").write_text(DEALS.replace("Won", "S1").replace("Lost", "S2"))
    assert run(workspace, str(tmp_path / "deals.csv"), "--yes") == 1
    said = capsys.readouterr().err
    assert "No value says that a deal is won" in said
    assert "Fill in what is missing" in said
    assert "TO FILL IN" in (workspace / "mapping.toml").read_text()


@pytest.mark.parametrize(("answer", "loaded"), [("y\n", True), ("n\n", False), ("\n", False)])
def test_in_a_terminal_it_asks(workspace, tmp_path, answer, loaded):
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "salesnb", "-C", str(workspace), "import", str(tmp_path / "deals.csv")]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        os.write(ours, answer.encode())
        shown = b""
        with contextlib.suppress(OSError):  # how Linux says that the other end is closed
            while piece := os.read(ours, 4096):
                shown += piece
        assert process.wait() == 0
    os.close(ours)
    assert b"Load with it now? [y/N]" in shown
    assert (workspace / "data" / "current").exists() == loaded
    assert (workspace / "mapping.toml").exists()
