"""Documents of older schemas become those of today, a version at a time.

A change of the schema raises ``SCHEMA_VERSION`` by one, adds the step from the version before to
``MIGRATIONS`` and leaves a fixture ``tests/planning/fixtures/plan-v<version>.plan.json``, which is read
by the tests ever after.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from salesnb.errors import Damaged
from salesnb.planning.model import SCHEMA_VERSION

__all__ = ["MIGRATIONS", "Migration", "migrate"]

Migration = Callable[[dict[str, Any]], dict[str, Any]]

MIGRATIONS: Mapping[int, Migration] = MappingProxyType({})
"""The step that takes a document from that version to the next."""


def migrate(
    document: object,
    *,
    where: str = "plan",
    migrations: Mapping[int, Migration] = MIGRATIONS,
    current: int = SCHEMA_VERSION,
) -> dict[str, Any]:
    """Bring a document to the schema of today.

    Raises
    ------
    Damaged
        When it is not a plan, says no version, or is of a newer one.
    """
    if not isinstance(document, dict):
        raise Damaged("Not a plan: it should be a JSON object.", where=where)
    version = document.get("schema_version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise Damaged(
            f"schema_version is {version!r}; it should be a number from 1 to {current}.",
            where=f"{where}, schema_version",
        )
    if version > current:
        raise Damaged(
            f"The plan was written by a newer salesnb (schema {version}; this one knows {current}).",
            where=f"{where}, schema_version",
            hint="Upgrade with 'pip install --upgrade salesnb'. The file was left as it is.",
        )
    for step in range(version, current):
        document = {**migrations[step](document), "schema_version": step + 1}
    return document
