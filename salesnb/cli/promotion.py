"""``salesnb kpi promote``: the gate's checks on standard output, and what came of them."""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from salesnb.cli import say
from salesnb.cli.table import print_json, print_text
from salesnb.errors import BadUsage, Damaged, MissingFile
from salesnb.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from salesnb.actions.promoting import Promotion
    from salesnb.crm.dataset import Dataset
    from salesnb.kpis.definition import Definition, Expected
    from salesnb.kpis.gate import GateCheck

__all__ = ["add_promote_arguments", "print_gate", "promote_file"]

_COLUMNS = ("check", "outcome", "told", "advice")


def add_promote_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", metavar="FILE", help="a definition as TOML, or the name of one in kpis/")
    parser.add_argument(
        "--expect",
        metavar="[PERIOD=]VALUE",
        action="append",
        default=[],
        help="a figure worked out by hand that it must give, such as 2017-Q4=1,234.50; it is kept with the definition",
    )
    parser.add_argument("--owner", metavar="NAME", help="who answers for it")
    parser.add_argument(
        "--draft", action="store_true", help="keep it as a draft although it could be certified"
    )
    parser.add_argument("--format", choices=["table", "json"], default="table", help="of what is printed")


def promote_file(arguments: argparse.Namespace) -> int:
    """Check a definition and keep it; 1 where a check failed, and nothing was written."""
    from salesnb.actions.promoting import promote

    workspace = Workspace.open(arguments.workspace)
    definition = _completed(_read(workspace, arguments.file), arguments)
    found = promote(workspace, definition, draft=arguments.draft, progress=say)
    if arguments.format == "json":
        print_json((), [_record(found)])
    else:
        _print_checks(found.checks)
    say(found.sentence)
    return 0 if found.accepted else 1


def print_gate(workspace: Workspace, data: "Dataset") -> int:
    """Print what the gate says of the workspace's own KPIs; give the number of checks that failed."""
    from salesnb.actions.promoting import check_workspace_kpis

    failed = 0
    for name, check in check_workspace_kpis(workspace, data):
        mark = {"passed": "ok    ", "failed": "FAILED"}.get(check.outcome, "?     ")
        advice = f" {check.advice}" if check.advice else ""
        print(f"{mark} {name}: {check.name}: {_line(check.told + advice)}")
        failed += mark == "FAILED"
    return failed


def _read(workspace: Workspace, named: str) -> "Definition":
    """Read a file, or the definition of that name that the workspace has."""
    from salesnb.kpis.definition import Definition

    path = Path(named)
    own = workspace.kpis_dir / f"{named}.toml"
    if not path.is_file() and path.name == named and own.is_file():
        path = own
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, IsADirectoryError):
        raise MissingFile(
            "There is no such file.", where=named, hint="Name a TOML file, or a KPI in kpis/."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise Damaged(f"It cannot be read: {error}.", where=named) from None
    return Definition.from_toml(text, where=path.name)


def _completed(definition: "Definition", arguments: argparse.Namespace) -> "Definition":
    """Add what was said on the command line."""
    added = tuple(_expected(text) for text in arguments.expect)
    new = tuple(one for one in added if one not in definition.expected)
    owner = definition.owner if arguments.owner is None else arguments.owner
    return replace(definition, owner=owner, expected=(*definition.expected, *new))


def _expected(text: str) -> "Expected":
    from salesnb.kpis.definition import Expected

    period, equals, value = text.rpartition("=")
    if not value.strip() or (equals and not period.strip()):
        raise BadUsage(
            f"--expect {text!r} has no value or no period.", hint="Write 1,234.50, or 2017-Q4=1,234.50."
        )
    return Expected(value=value.strip(), period=period.strip())


def _print_checks(checks: "Iterable[GateCheck]") -> None:
    records: list[dict[str, object]] = [
        {
            "check": check.name,
            "outcome": check.outcome if check.outcome != "failed" else "FAILED",
            "what was done": f"{check.told} {check.advice}".strip(),
        }
        for check in checks
    ]
    print_text(["outcome", "check", "what was done"], records, whole=["what was done"])


def _record(found: "Promotion") -> dict[str, object]:
    kept = found.definition
    return {
        "name": kept.name,
        "accepted": found.accepted,
        "status": kept.status if found.accepted else None,
        "version": kept.version if found.accepted else None,
        "written": found.written,
        "missing": list(found.missing),
        "checks": [
            {"check": check.name, **{key: getattr(check, key) for key in _COLUMNS[1:]}}
            for check in found.checks
        ],
    }


def _line(text: str) -> str:
    return " ".join(text.split())
