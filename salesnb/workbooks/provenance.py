"""What a finished workbook was made of: kept in its metadata, and told at the foot of its page."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from salesnb import __version__
from salesnb.workbooks.jobs import Job

__all__ = ["METADATA", "provenance", "provenance_lines", "with_provenance"]

# Apart from the front matter: that is the template's own.
METADATA = "salesnb_run"
_FORMAT = "salesnb-provenance/1"
_SHORT, _SHORTEST = 12, 8


def provenance(job: Job, template: bytes, package: str) -> dict[str, Any]:
    """Tell what a job's workbook is made of: all that it takes to make it again, and nothing of the machine.

    Parameters
    ----------
    template
        The notebook's bytes.
    package
        See `salesnb.workbooks.cache.package_hash`.
    """
    return {
        "format": _FORMAT,
        "template": {"name": job.template.stem, "sha256": hashlib.sha256(template).hexdigest()},
        "parameters": dict(job.parameters),
        "extract_sha256": hashlib.sha256(job.extract).hexdigest(),
        **_of_extract(job.extract),
        "package": {"version": __version__, "sha256": package},
        "page": {
            "title": job.title,
            "facts": list(job.facts),
            "provenance": list(job.provenance),
            "back": job.back,
            "locale": job.locale,
        },
    }


def provenance_lines(told: Mapping[str, Any]) -> tuple[str, ...]:
    """Say it in short texts for the foot of a page."""
    template, package, plan = told["template"], told["package"], told.get("plan")
    parameters = ", ".join(f"{name} = {value}" for name, value in told["parameters"].items())
    lines = (
        f"Template {template['name']} ({template['sha256'][:_SHORTEST]})",
        parameters,
        f"Data {told['data_fingerprint'][:_SHORT]}" if told.get("data_fingerprint") else "",
        f"Plan {plan}, revision {told.get('plan_revision')}" if plan else "",
        f"salesnb {package['version']} ({package['sha256'][:_SHORTEST]})",
    )
    return (*told["page"]["provenance"], *filter(None, lines))


def with_provenance(template: bytes, told: Mapping[str, Any]) -> str:
    """Write a template with what its workbook is made of in the metadata; what is no notebook stays as it is."""
    text = template.decode("utf-8")
    try:
        notebook = json.loads(text)
        notebook["metadata"][METADATA] = told
    except (ValueError, KeyError, TypeError):
        return text
    return json.dumps(notebook, ensure_ascii=False)


def _of_extract(extract: bytes) -> dict[str, Any]:
    try:
        content = json.loads(extract)
    except ValueError:
        return {}
    if not isinstance(content, dict):
        return {}
    origin, kpis = content.get("provenance"), content.get("kpis")
    found = {}
    if isinstance(origin, dict):
        keys = ("data_fingerprint", "as_of", "plan", "plan_revision")
        found = {key: origin[key] for key in keys if origin.get(key) is not None}
    if isinstance(kpis, dict):
        found["kpis"] = {name: kpi.get("version") for name, kpi in kpis.items() if isinstance(kpi, dict)}
    return found
