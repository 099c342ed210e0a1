"""Records on standard output: as text for people, as CSV or JSON for programs."""

import csv
import json
import sys
from collections.abc import Sequence

__all__ = ["print_csv", "print_json", "print_text"]

_WIDEST = 60


def print_text(
    columns: Sequence[str],
    records: Sequence[dict[str, object]],
    *,
    right: Sequence[str] = (),
    whole: Sequence[str] = (),
) -> None:
    """Print aligned columns; numbers, and those named, stand to the right. Long texts are cut, but for ``whole`` ones."""
    cells = [[_shown(record[column], cut=column not in whole) for column in columns] for record in records]
    widths = [max([len(column), *(len(row[i]) for row in cells)]) for i, column in enumerate(columns)]
    rightward = [
        column in right or (bool(records) and all(_is_number(record[column]) for record in records))
        for column in columns
    ]
    for row in [list(columns), *cells]:
        padded = (
            text.rjust(width) if to_right else text.ljust(width)
            for text, width, to_right in zip(row, widths, rightward, strict=True)
        )
        print("  ".join(padded).rstrip())


def print_csv(columns: Sequence[str], records: Sequence[dict[str, object]]) -> None:
    """Print CSV with a header; nothing is an empty field."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(
        ["" if record[column] is None else record[column] for column in columns] for record in records
    )


def print_json(_columns: Sequence[str], records: Sequence[dict[str, object]]) -> None:
    """Print an array of objects."""
    print(json.dumps(list(records), indent=2, ensure_ascii=False, default=str))


def _shown(value: object, *, cut: bool = True) -> str:
    if value is None:
        return ""
    text = f"{value:.4f}" if isinstance(value, float) else " ".join(str(value).split())
    return text if not cut or len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"


def _is_number(value: object) -> bool:
    from decimal import Decimal

    return value is None or isinstance(value, int | float | Decimal)
