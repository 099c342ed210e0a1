"""E-mail addresses that people write into settings or keep in their CRM, and texts that must stay on one line."""

import re
import unicodedata

from salesnb.errors import BadInput

__all__ = ["is_address", "needs_address", "one_line", "same_address"]

# What a mail server takes without an extension of its own: RFC 5321, no quoted local parts.
_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
)
_LONGEST, _LONGEST_LOCAL = 254, 64
# Control and format characters, among them those that end a line or turn the direction of writing, and half characters.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def is_address(text: str) -> bool:
    r"""Tell whether a text is one e-mail address and nothing else.

    Examples
    --------
    >>> is_address("ann@example.com"), is_address("Ann <ann@example.com>"), is_address("ann@example.com\nBcc: bob@x.y")
    (True, False, False)
    """
    local = text.partition("@")[0]
    return len(text) <= _LONGEST and len(local) <= _LONGEST_LOCAL and _ADDRESS.fullmatch(text) is not None


def needs_address(value: object, *, where: str) -> str:
    """Give an address as it is.

    Raises
    ------
    BadInput
        When it is none; ``where`` names the file and key.
    """
    if not isinstance(value, str) or not is_address(value):
        shown = one_line(value) if isinstance(value, str) else repr(value)
        raise BadInput(
            f"{shown!r} is not an e-mail address.", where=where, hint='Write one such as "ann@example.com".'
        )
    return value


def same_address(address: str) -> str:
    """Give what two spellings of an address share: nobody has two mailboxes that differ in capitals only."""
    return address.casefold()


def one_line(text: str, longest: int = 200) -> str:
    r"""Put a text on one line: nothing in it ends the line or hides, and what is too long is cut.

    Examples
    --------
    >>> one_line("Alps\r\nBcc: eve@example.com")
    'Alps Bcc: eve@example.com'
    """
    seen = "".join(" " if unicodedata.category(sign) in _UNSEEN else sign for sign in text)
    words = " ".join(seen.split())
    return words if len(words) <= longest else f"{words[: longest - 1]}…"
