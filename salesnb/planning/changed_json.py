"""What is different between two JSON documents, in JSON again, and the second made of the first and that."""

from collections.abc import Iterable, Iterator
from copy import deepcopy
from typing import Any

__all__ = ["changed", "changes"]

Path = tuple[str | int, ...]


def changes(before: Any, after: Any, at: Path = ()) -> Iterator[dict[str, Any]]:
    """List what makes one document of another.

    Yields
    ------
    dict
        ``at``: the keys and places that lead to a value; and ``to``, what it is now; or ``gone``; or, of a list that has
        another length, ``from`` which place on how many values are ``cut``, and what is ``put`` there.

    Examples
    --------
    >>> list(changes({"a": [1, 2], "b": 1}, {"a": [1, 2, 3], "b": 2}))
    [{'at': ['a'], 'from': 2, 'cut': 0, 'put': [3]}, {'at': ['b'], 'to': 2}]
    """
    if _same(before, after):
        return
    if isinstance(before, dict) and isinstance(after, dict):
        yield from ({"at": [*at, key], "gone": True} for key in before if key not in after)
        for key, value in after.items():
            if key in before:
                yield from changes(before[key], value, (*at, key))
            else:
                yield {"at": [*at, key], "to": value}
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for place, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from changes(old, new, (*at, place))
    elif isinstance(before, list) and isinstance(after, list):
        start = _alike(before, after)
        end = _alike(before[start:][::-1], after[start:][::-1])
        cut, put = len(before) - start - end, after[start : len(after) - end]
        yield {"at": [*at], "from": start, "cut": cut, "put": put}
    else:
        yield {"at": [*at], "to": after}


def changed(before: Any, made: Iterable[dict[str, Any]]) -> Any:
    """Make a document of another, which stays as it is, by the `changes` to it.

    Raises
    ------
    KeyError, IndexError, TypeError, ValueError
        When they are no changes of that document.
    """
    root = [deepcopy(before)]
    for one in made:
        way: list[Any] = [0, *one["at"]]
        last, holds = way.pop(), root
        for step in way:
            holds = holds[step]
        if "to" in one:
            holds[last] = one["to"]
        elif "gone" in one:
            del holds[last]
        else:
            start = one["from"]
            holds[last][start : start + one["cut"]] = one["put"]
    return root[0]


def _alike(one: list[Any], other: list[Any]) -> int:
    """Count the values that two lists begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((n for n, (a, b) in pairs if not _same(a, b)), min(len(one), len(other)))


def _same(one: Any, other: Any) -> bool:
    # 1, 1.0 and true are equal, and 0.0 and -0.0, but are not written alike.
    return bool(one == other) and repr(one) == repr(other)
