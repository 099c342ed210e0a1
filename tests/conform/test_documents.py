"""What the documents promise is there: make targets, commands, dependencies, files."""

import argparse
import re
import tomllib
from pathlib import Path

import pytest

from salesnb.cli import COMMANDS, make_parser
from salesnb.crm.tables import TABLES

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
DOCUMENTS = ["README.md", "CONTRIBUTING.md"]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_make_targets_that_are_named_exist(document: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z][a-z-]+)", read(document), re.MULTILINE))
    assert named
    assert named <= targets


@pytest.mark.parametrize("document", DOCUMENTS)
def test_commands_that_are_named_can_be_parsed(document: str) -> None:
    text = read(document)
    blocks = "\n".join(re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL))
    lines = re.findall(r"^salesnb (.+)$", blocks, re.MULTILINE)
    lines += [
        line for line in re.findall(r"`salesnb ([^`]+)`", text) if not line.startswith(("COMMAND", "-"))
    ]
    assert lines or document != "README.md"
    for line in lines:
        command, *words = line.split()
        assert command in COMMANDS, line
        parser = nested(subcommand(command), words)
        for option in (word.partition("=")[0] for word in words if word.startswith("--")):
            assert option in parser.format_help(), line


def subcommand(command: str) -> argparse.ArgumentParser:
    parser = make_parser([command])
    action = next(one for one in parser._actions if isinstance(one, argparse._SubParsersAction))
    return action.choices[command]


def nested(parser: argparse.ArgumentParser, words: list[str]) -> argparse.ArgumentParser:
    """Go down to the parser of ``plan new``, where there is one."""
    actions = [one for one in parser._actions if isinstance(one, argparse._SubParsersAction)]
    if not actions:
        return parser
    assert words[0] in actions[0].choices, words
    return actions[0].choices[words[0]]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_files_that_are_linked_exist(document: str) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", read(document)):
        assert (ROOT / target).exists(), target


def test_every_dependency_has_its_reason() -> None:
    section = read("CONTRIBUTING.md").split("## Dependencies")[1].split("\n## ")[0]
    told = set(re.findall(r"^\| `([^`]+)`", section, re.MULTILINE))
    assert told == {bare(one) for one in wanted()}


def wanted() -> list[str]:
    return [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["test"]]


def bare(requirement: str) -> str:
    return re.split(r"[<>=!~\[ ;]", requirement)[0]


def test_conda_installs_the_same_dependencies() -> None:
    text = read("environment.yml")
    # What conda does not have stands deeper, below pip.
    conda = set(re.findall(r'^ {2,4}- "?([^"\n]+?)"?$', text.split("dependencies:")[1], re.MULTILINE)) - {
        "pip:"
    }
    # Extras are not a thing in conda, and some packages have another name there.
    names = {
        "duckdb": "python-duckdb",
        "ibis-framework": "ibis-duckdb",
        "jupyter-client": "jupyter_client",
        "playwright": "playwright-python",
    }
    expected = set()
    for one in wanted():
        name = bare(one)
        limits = re.sub(r"^[A-Za-z0-9_.-]+(\[[^]]*\])?", "", one)
        expected.add(names.get(name, name) + limits)
    assert conda == expected | {f"python{PROJECT['requires-python']}", "pip"}


def test_the_changelog_tells_of_this_version_first() -> None:
    headings = re.findall(r"^## (.+)$", read("CHANGELOG.md"), re.MULTILINE)
    assert headings[0].startswith(PROJECT["version"])


def test_the_version_is_the_same_everywhere() -> None:
    import salesnb

    assert salesnb.__version__ == PROJECT["version"]


def test_the_lock_has_hashes_and_every_dependency() -> None:
    lock = read("requirements.lock")
    locked = set(re.findall(r"^([a-zA-Z0-9._-]+)(?:\[[^]]*\])?==", lock, re.MULTILINE))
    assert "://" not in lock
    assert {bare(one).lower().replace("_", "-") for one in wanted()} <= {name.lower() for name in locked}
    for entry in re.split(r"\n(?=[a-zA-Z0-9])", lock):
        assert "--hash=sha256:" in entry or entry.startswith("#"), entry.splitlines()[0]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_table_that_a_mapping_can_fill_is_listed_with_its_columns(table) -> None:
    rows = re.findall(rf"^\| `{table.name}` \| (.+) \|$", read("CONTRIBUTING.md"), re.MULTILINE)
    (row,) = [row for row in rows if "`" in row]
    named = re.findall(r"`(\w+)`", row)
    assert {field.name for field in table.fields} <= set(named)
    assert {field.name for field in table.fields if field.required} == set(re.findall(r"\*\*`(\w+)`", row))
