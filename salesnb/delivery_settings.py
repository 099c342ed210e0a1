"""What ``[deliveries]`` in ``salesnb.toml`` says: who gets which review, and how."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from salesnb.addresses import needs_address, same_address
from salesnb.errors import BadInput, nearest

__all__ = ["Deliveries", "read_deliveries"]

_OWN = ("company", "to")


@dataclass(frozen=True, kw_only=True)
class Deliveries:
    """Who gets which review.

    Attributes
    ----------
    company
        Addresses that get the index and the plan's page.
    to
        By the id or name of a team, rep or other unit, or the name of its manager: the addresses that get its review.
        No address at all means that nobody does.
    ways
        Options by way of delivery, such as ``smtp``; checked by the way itself.
    """

    company: tuple[str, ...] = ()
    to: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    # Not shown: somebody may have written a password out.
    ways: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, repr=False)


def read_deliveries(section: object, *, file: str) -> Deliveries:
    """Check the section; every message names the file and the key.

    Raises
    ------
    BadInput
        When a key is unknown, or an address is none.
    """
    if not isinstance(section, dict):
        raise BadInput(
            "deliveries stands outside a section.", where=file, hint="Write [deliveries.to] and lines below."
        )
    where = f"{file}, [deliveries]"
    for key, value in section.items():
        if key not in _OWN and not isinstance(value, dict):
            hint = f"{nearest(key, _OWN)} Ways of delivery have sections, such as [deliveries.smtp]."
            raise BadInput(f"There is no setting {key!r}.", where=where, hint=hint)
    to = section.get("to", {})
    if not isinstance(to, dict):
        raise BadInput(
            "to is not a section.",
            where=where,
            hint='Write [deliveries.to] and lines such as "Alps" = "ann@example.com".',
        )
    return Deliveries(
        company=_addresses(section.get("company", []), where=f"{where} company"),
        to={key: _addresses(value, where=f"{file}, [deliveries.to] {key!r}") for key, value in to.items()},
        ways={key: value for key, value in section.items() if key not in _OWN},
    )


def _addresses(value: object, *, where: str) -> tuple[str, ...]:
    """Read one address or several; one that is repeated counts once."""
    several = value if isinstance(value, list) else [value]
    found = {
        same_address(address): address for address in (needs_address(one, where=where) for one in several)
    }
    return tuple(found.values())
