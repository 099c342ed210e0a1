"""The part of a review's extract that tells what happened since an earlier import.

``since`` (may be missing) has ``since`` and ``as_of``, the dates of both ends; ``then`` and ``now``, the open pipeline as
``{amount, deals}``; ``effects`` and ``beside``, which name such pairs as ``salesnb.kpis.bridge`` does, so that then and
all effects add up to now; and ``restated``, which is null, or the amount won in the period up to the earlier date as it
was known ``then`` and is known ``now``, with the number of ``deals`` that it differs by.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from salesnb.kpis.bridge import BESIDE, EFFECTS, BridgeRow, Sums
from salesnb.workbooks.findings_bridge import Restated, Since

__all__ = ["since_of", "since_part"]


def since_part(found: Since) -> dict[str, Any]:
    """Write it as JSON values."""
    row, restated = found.row, found.restated
    return {
        "since": found.since.isoformat(),
        "as_of": found.as_of.isoformat(),
        "then": _written(row.then),
        "now": _written(row.now),
        "effects": {kind: _written(sums) for kind, sums in row.effects.items()},
        "beside": {kind: _written(sums) for kind, sums in row.beside.items()},
        "restated": restated and {"then": restated.then, "now": restated.now, "deals": restated.deals},
    }


def since_of(part: Mapping[str, Any] | None) -> Since | None:
    """Read it; None where the extract has none.

    Raises
    ------
    KeyError, TypeError, ValueError
        When a part is missing or is not what it should be, or the effects do not add up.
    """
    if part is None:
        return None
    row = BridgeRow(
        group=(),
        then=_read(part["then"]),
        now=_read(part["now"]),
        effects={kind: _read(part["effects"][kind]) for kind in EFFECTS if kind in part["effects"]},
        beside={kind: _read(part["beside"][kind]) for kind in BESIDE if kind in part["beside"]},
    )
    if row.then.amount + sum(sums.amount for sums in row.effects.values()) != row.now.amount:
        message = "the effects of 'since' do not add up"
        raise ValueError(message)
    restated = part["restated"]
    return Since(
        since=date.fromisoformat(part["since"]),
        as_of=date.fromisoformat(part["as_of"]),
        row=row,
        restated=restated and Restated(**{key: int(restated[key]) for key in ("then", "now", "deals")}),
    )


def _written(sums: Sums) -> dict[str, int]:
    return {"amount": sums.amount, "deals": sums.deals}


def _read(part: Mapping[str, Any]) -> Sums:
    return Sums(amount=int(part["amount"]), deals=int(part["deals"]))
