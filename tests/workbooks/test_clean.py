"""A finished notebook says nothing of the machine and the moment."""

import json
import sys
import tempfile
from pathlib import Path

import nbformat
import pytest

from salesnb.workbooks.clean import cleaned, without_machine_paths


@pytest.mark.parametrize(
    "path", [f"{sys.prefix}/lib/x.py", __file__, f"{tempfile.gettempdir()}/a/b.txt", str(Path.home() / "a")]
)
def test_machine_paths_lose_their_folders(path):
    text = without_machine_paths(f'File "{path}", line 3: see {path}:12')
    assert str(Path(path).parent) not in text
    assert Path(path).name in text


def test_the_home_folder_itself_is_shortened():
    assert without_machine_paths(f"at {Path.home()}, or {Path.home()}") == "at ~, or ~"


def test_files_of_cells_have_no_process_numbers():
    text = without_machine_paths("/tmp/ipykernel_12345/987654.py:1: UserWarning: x")
    assert text == "cell.py:1: UserWarning: x"


@pytest.mark.parametrize(
    "text", ["https://a.example/usr/lib/x", "won/lost", "1/2/2026", "</td></tr>", "a+/tmp/x/yz==", "/ 3"]
)
def test_what_is_no_path_stays(text):
    assert without_machine_paths(text) == text


def executed():
    """A notebook as papermill leaves it."""
    node = nbformat.v4
    cells = [
        node.new_markdown_cell("An Exception", metadata={"tags": ["papermill-error-cell-tag"]}, id="marker"),
        node.new_code_cell(
            "x = 1", metadata={"tags": ["injected-parameters"], "papermill": {"duration": 1}}, id="random"
        ),
        node.new_code_cell(
            "y",
            id="own",
            metadata={
                "tags": [],
                "papermill": {"duration": 2},
                "execution": {"t": "1"},
                "jupyter": {"source_hidden": True},
            },
            outputs=[
                node.new_output("display_data", data={"text/plain": __file__, "image/png": "aa/tmp/b/c"})
            ],
        ),
    ]
    metadata = {"papermill": {"input_path": __file__, "start_time": "now"}, "salesnb": {"title": "T"}}
    return node.new_notebook(cells=cells, metadata=metadata)


def test_timings_marks_and_random_ids_go_and_the_rest_stays():
    clean = cleaned(executed(), ids=frozenset({"own"}), parameters={"x": 1})
    assert [cell.id for cell in clean.cells] == ["injected-parameters", "own"]
    assert clean.cells[1].metadata == {"jupyter": {"source_hidden": True}}
    assert clean.cells[0].metadata == {"tags": ["injected-parameters"], "jupyter": {"source_hidden": True}}
    assert clean.metadata.papermill == {"parameters": {"x": 1}}
    assert clean.metadata.salesnb == {"title": "T"}
    assert clean.cells[1].outputs[0].data["image/png"] == "aa/tmp/b/c"
    assert str(Path(__file__).parent) not in json.dumps(clean)
    nbformat.validate(clean)


def test_cleaning_twice_changes_nothing_more():
    once = cleaned(executed(), ids=frozenset({"own"}), parameters={"x": 1})
    text = json.dumps(once)
    assert json.dumps(cleaned(once, ids=frozenset({"own"}), parameters={"x": 1})) == text
