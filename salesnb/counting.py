"""Counts in sentences."""

__all__ = ["counted"]


def counted(count: int, one: str, many: str) -> str:
    """Say how many there are, with the words for one or for several.

    Examples
    --------
    >>> counted(1, "row is", "rows are"), counted(1200, "row is", "rows are")
    ('1 row is', '1,200 rows are')
    """
    return f"1 {one}" if count == 1 else f"{count:,} {many}"
