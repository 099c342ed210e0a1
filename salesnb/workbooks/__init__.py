"""Workbooks: templates found and checked, run for every team, and shown as pages.

Everything heavy is imported on first use: `templates` and `paths` are light, `runner` starts processes,
`html` renders.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from salesnb.workbooks.index import IndexPage, IndexRow, render_index
    from salesnb.workbooks.jobs import Job, Progress, Result, RunHeader, RunReport
    from salesnb.workbooks.paths import extract_name, slug
    from salesnb.workbooks.runner import run_jobs
    from salesnb.workbooks.templates import (
        Parameter,
        Template,
        check_parameters,
        find_template,
    )

_HOME = {
    "IndexPage": "index",
    "IndexRow": "index",
    "Job": "jobs",
    "Parameter": "templates",
    "Progress": "jobs",
    "Result": "jobs",
    "RunHeader": "jobs",
    "RunReport": "jobs",
    "Template": "templates",
    "check_parameters": "templates",
    "extract_name": "paths",
    "find_template": "templates",
    "render_index": "index",
    "run_jobs": "runner",
    "slug": "paths",
}

__all__ = [
    "IndexPage",
    "IndexRow",
    "Job",
    "Parameter",
    "Progress",
    "Result",
    "RunHeader",
    "RunReport",
    "Template",
    "check_parameters",
    "extract_name",
    "find_template",
    "render_index",
    "run_jobs",
    "slug",
]


def __getattr__(name: str) -> Any:
    """Import a public name on first use."""
    if name not in _HOME:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
