"""Passwords and tokens: they stand in the environment, settings name them as ``${NAME}``, and nothing repeats them.

A text is expanded where it is used and nowhere else, so that what is kept, shown or logged holds the name only.
"""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from salesnb.errors import BadInput

__all__ = ["HIDDEN", "Secrets", "expand", "read_secrets", "without_passwords"]

HIDDEN = "***"
# A shorter one stands in too many innocent words to be taken out of a text.
_SHORTEST = 4

_VARIABLE = re.compile(r"\$\{([A-Za-z_]\w*)\}")
# Variables that say where and who; what they hold also stands in paths that a message is about.
_OPEN = re.compile(r"(USER|USERNAME|HOST|HOSTNAME|PORT|HOME|PATH|DIR|ROOT)$", re.IGNORECASE)
# scheme://user:password@host; a path has only one slash of them left
_ADDRESS = re.compile(r"(?P<before>[A-Za-z][\w+.-]*:/{1,2}[^/\s:@\"']*:)(?P<secret>[^/\s\"'`]+)(?=@)")
_KEYED = re.compile(
    r"(?P<before>(?:password|passwd|passphrase|pwd|token|secret|api_?key|access_?key)[\"']?\s*=\s*)"
    r"(?:\"(?P<double>[^\"\n]+)\"|'(?P<single>[^'\n]+)'|(?P<bare>[^\s\"'&;,{}\[\]]+))",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Secrets:
    """What the settings file of a workspace says of secrets.

    Attributes
    ----------
    names
        Environment variables that hold some.
    literal
        Lines of the file on which one stands in clear text; 1 is the first.
    """

    file: str = ""
    names: frozenset[str] = frozenset()
    literal: tuple[int, ...] = ()
    _values: frozenset[str] = frozenset()

    def __repr__(self) -> str:
        """Show the names, never a value."""
        return f"Secrets(names={sorted(self.names)}, literal={self.literal})"

    def warnings(self) -> tuple[str, ...]:
        """Say where a secret stands in clear text, without repeating it."""
        return tuple(
            f"{self.file}, line {line}: a password or token stands here in clear text. Put it into an environment"
            " variable and write ${NAME} in its place."
            for line in self.literal
        )

    def hide(self, text: str) -> str:
        """Take every secret that is known out of a text, and passwords out of addresses."""
        forms = {form for value in self._values for form in _forms(value)}
        # Longest first: one may be part of another.
        for form in sorted(forms, key=len, reverse=True):
            text = text.replace(form, HIDDEN)
        return without_passwords(text)


def read_secrets(path: Path) -> Secrets:
    """Look through a settings file as text, so that one that is not TOML keeps its secrets too."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return Secrets()
    names = frozenset(name for name in _VARIABLE.findall(text) if not _OPEN.search(name))
    literal = tuple(_literal(text))
    values = {os.environ.get(name, "") for name in names} | {secret for _, secret in literal}
    inside = {match["secret"] for value in values for match in _ADDRESS.finditer(value)}
    return Secrets(
        file=path.name,
        names=names,
        literal=tuple(sorted({line for line, _ in literal})),
        _values=frozenset(value for value in values | inside if len(value) >= _SHORTEST),
    )


def expand(text: str, *, where: str) -> str:
    """Put the values of environment variables in; only for what is used at once and neither kept nor shown.

    Raises
    ------
    BadInput
        When a variable is not set; it is named.
    """
    for name in _VARIABLE.findall(text):
        if name not in os.environ:
            raise BadInput(
                f"The environment variable {name} is not set.",
                where=where,
                hint=f"Set it before you start salesnb, such as: export {name}=…",
            )
    return _VARIABLE.sub(lambda found: os.environ[found[1]], text)


def without_passwords(text: str) -> str:
    """Take passwords out of addresses; what names a variable stays.

    Examples
    --------
    >>> without_passwords("postgres://ann:hunter2@host/db and postgres://ann:${PGPASSWORD}@host/db")
    'postgres://ann:***@host/db and postgres://ann:${PGPASSWORD}@host/db'
    """
    return _ADDRESS.sub(lambda found: found["before"] + _hidden(found["secret"]), text)


def _hidden(secret: str) -> str:
    return HIDDEN if _VARIABLE.sub("", secret) else secret


def _literal(text: str) -> Iterator[tuple[int, str]]:
    """Find secrets that are written out: the line of each, and what it is."""
    for found in (*_ADDRESS.finditer(text), *_KEYED.finditer(text)):
        groups = found.groupdict()
        secret = next(groups[name] for name in ("secret", "double", "single", "bare") if groups.get(name))
        if _VARIABLE.sub("", secret).strip():
            yield text.count("\n", 0, found.start()) + 1, secret


def _forms(value: str) -> set[str]:
    """A value as it is, and as addresses, tracebacks and JSON write it."""
    return {value, quote(value, safe=""), repr(value)[1:-1], json.dumps(value)[1:-1]}
