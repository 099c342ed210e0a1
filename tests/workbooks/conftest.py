"""Tiny invented templates and jobs for the runner."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from salesnb.workbooks.jobs import Job, RunHeader
from salesnb.workbooks.paths import extract_name, slug

# The builders of extracts beside this file.
sys.path.insert(0, str(Path(__file__).parent))

MakeTemplate = Callable[..., Path]
MakeJob = Callable[..., Job]
PARAMETERS = {
    "extract": {"type": "path", "required": True},
    "filter": {"type": "string", "default": "region=EMEA"},
}


def notebook(cells: list[str], front: Any = None) -> dict[str, Any]:
    """Give a template whose code cells are these, after its title and its parameters."""
    code = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
    tagged = {
        "metadata": {"tags": ["parameters"]},
        "source": 'extract = "extract.json"\nfilter = "region=EMEA"',
    }
    own = {"title": "Tiny", "kind": "tiny", "audience": "manager", "parameters": PARAMETERS}
    return {
        "cells": [
            {"cell_type": "markdown", "id": "title", "metadata": {}, "source": "# Tiny"},
            {**code, "id": "parameters", **tagged},
            *({**code, "id": f"own-{place}", "source": source} for place, source in enumerate(cells)),
        ],
        "metadata": {"salesnb": own if front is None else front},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


@pytest.fixture(scope="session")
def make_template() -> MakeTemplate:
    """Write a template with these code cells."""

    def make(folder: Path, *cells: str, front: Any = None, name: str = "tiny") -> Path:
        path = folder / f"{name}.ipynb"
        path.write_text(json.dumps(notebook(list(cells), front)), encoding="utf-8")
        return path

    return make


@pytest.fixture(scope="session")
def make_job() -> MakeJob:
    """Describe the job of a team whose extract says what its template is to do."""

    def make(template: Path, identity: str, *, say: str = "fine", **more: Any) -> Job:
        name = f"Team {identity}"
        stem = slug(name, identity)
        return Job(
            **{
                "id": identity,
                "name": name,
                "slug": stem,
                "template": template,
                "parameters": {"extract": extract_name(stem)},
                "extract": json.dumps({"say": say}).encode(),
                "title": f"Review of {name}",
                **more,
            }
        )

    return make


@pytest.fixture(scope="session")
def run_header() -> RunHeader:
    """Name a plan."""
    return RunHeader(plan="fy18", revision=3, as_of="2017-12-12", template="tiny")
