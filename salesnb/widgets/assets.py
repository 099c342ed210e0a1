"""The page's part of a widget: plain ES modules, joined into the one that anywidget takes."""

import re
from pathlib import Path

__all__ = ["script", "style"]

_FOLDER = Path(__file__).with_name("js")
_IMPORT = re.compile(r'^import \{[^}]*\} from "\./(?P<name>[\w-]+)\.js";\n', re.MULTILINE)


def script(name: str) -> str:
    """Give a module with all those that it imports from beside it before it, each once.

    The files stay modules of their own, which tests import alone. Names at their top level must differ.
    """
    return "\n".join(_modules(name, []))


def style(name: str) -> str:
    """Give a style sheet, with what all widgets share before it."""
    return "\n".join((_FOLDER / f"{part}.css").read_text(encoding="utf-8") for part in ("shared", name))


def _modules(name: str, seen: list[str]) -> list[str]:
    if name in seen:
        return []
    seen.append(name)
    text = (_FOLDER / f"{name}.js").read_text(encoding="utf-8")
    before = [part for found in _IMPORT.finditer(text) for part in _modules(found["name"], seen)]
    return [*before, _IMPORT.sub("", text)]
