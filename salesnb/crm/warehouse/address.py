"""Where a warehouse is: an address as in ``postgres://${PGUSER}:${PGPASSWORD}@host/db``, taken apart."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote

from salesnb.errors import BadInput
from salesnb.secrets import expand

__all__ = ["PLACE", "Address", "parse_address"]

PLACE = "salesnb.toml, [data] source"
_SCHEME = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+]*)://(?P<rest>.*)", re.DOTALL)
_VARIABLE = re.compile(r"(\$\{\w+\})")
_PORT = re.compile(r"(?P<host>.*?)(?::(?P<port>[0-9]{1,5}))?", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Address:
    """An address taken apart; what stood in environment variables is put in.

    Attributes
    ----------
    scheme
        Lower case: ``postgres``, ``spark``, ``sc``, ``duckdb`` or ``parquet``.
    path
        What stands after the host, with its slash; of files the path.
    options
        What stands after the question mark.
    """

    scheme: str
    host: str = ""
    port: int | None = None
    user: str = ""
    password: str = field(default="", repr=False)
    path: str = ""
    options: Mapping[str, str] = field(default_factory=dict, repr=False)


def parse_address(source: str) -> Address:
    """Take an address apart.

    A variable's value is taken as it is, so that a password may hold any character; what is written out is
    percent-encoded, as in every address.

    Raises
    ------
    BadInput
        When it is no address, or names a variable that is not set.

    Examples
    --------
    >>> found = parse_address("postgres://ann@db.example:5433/sales?sslmode=require")
    >>> found.scheme, found.user, found.host, found.port, found.path, dict(found.options)
    ('postgres', 'ann', 'db.example', 5433, '/sales', {'sslmode': 'require'})
    """
    found = _SCHEME.fullmatch(source) or _SCHEME.fullmatch(expand(source, where=PLACE))
    if found is None:
        raise BadInput(
            "It is neither data/current nor an address.",
            where=PLACE,
            hint='Write an address such as "postgres://${PGUSER}:${PGPASSWORD}@host/db", or "data/current".',
        )
    rest, _, query = found["rest"].partition("?")
    authority, slash, path = rest.partition("/")
    login, _, place = authority.rpartition("@")
    user, _, password = login.partition(":")
    # A port may be a variable too.
    where = _PORT.fullmatch(_value(place))
    return Address(
        scheme=found["scheme"].lower(),
        host=where["host"] if where else "",
        port=int(where["port"]) if where and where["port"] else None,
        user=_value(user),
        password=_value(password),
        path=slash + _value(path),
        options={key: _expanded(value) for key, value in parse_qsl(query, keep_blank_values=True)},
    )


def _value(text: str) -> str:
    pieces = _VARIABLE.split(text)
    return "".join(_expanded(piece) if _VARIABLE.fullmatch(piece) else unquote(piece) for piece in pieces)


def _expanded(text: str) -> str:
    return expand(text, where=PLACE)
