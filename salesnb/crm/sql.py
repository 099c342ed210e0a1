"""Names and texts that come from outside, made safe to stand in SQL."""

__all__ = ["quote_identifier", "quote_literal"]


def quote_identifier(name: str) -> str:
    """Quote a table or column name.

    Examples
    --------
    >>> quote_identifier('a"b')
    '"a""b"'
    """
    return '"' + name.replace('"', '""') + '"'


def quote_literal(text: str) -> str:
    """Quote a text.

    Examples
    --------
    >>> quote_literal("O'Hara")
    "'O''Hara'"
    """
    return "'" + text.replace("'", "''") + "'"
