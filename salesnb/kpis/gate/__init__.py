"""The promotion gate: what a definition must stand before its figures count.

Each check is a function in a module of this package, registered in ``salesnb.kpis.gate.check``.
"""

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from salesnb.errors import SalesnbError
from salesnb.kpis.gate.check import (
    FAILED,
    NOT_POSSIBLE,
    PASSED,
    RULES,
    GateCheck,
    Rule,
    Verdict,
    failed,
    not_possible,
)
from salesnb.money import Formatter
from salesnb.registry import Registry

if TYPE_CHECKING:
    from salesnb.calendar import FiscalCalendar
    from salesnb.crm.dataset import Dataset
    from salesnb.kpis.definition import Definition
    from salesnb.kpis.gate.subject import Subject
    from salesnb.kpis.kpi import Kpi

__all__ = ["FAILED", "NOT_POSSIBLE", "PASSED", "GateCheck", "gate", "rules"]

# In the order in which they are told.
_MODULES = (
    "described",
    "computable",
    "references",
    "fan_out",
    "ratios",
    "additive",
    "empty",
    "restatement",
    "expected",
)
_LONGEST = 200


def rules() -> Registry[Rule]:
    """Give every check: our own, and those that installed packages add."""
    for module in _MODULES:
        import_module(f"{__name__}.{module}")
    return RULES


def gate(
    definition: "Definition",
    known: "Registry[Kpi]",
    data: "Dataset",
    calendar: "FiscalCalendar",
    *,
    fmt: Formatter | None = None,
    seen: Callable[[GateCheck], None] = lambda _: None,
) -> tuple[GateCheck, ...]:
    """Check a definition on a dataset.

    Parameters
    ----------
    known
        The KPIs by which it may be defined, without itself.
    fmt
        How figures are written in sentences; by default American, in the data's currency.
    seen
        Is told of each check as soon as it is done.

    Returns
    -------
    tuple of GateCheck
        One a check, in a fixed order. One that breaks down has failed, and shows the error.
    """
    from salesnb.kpis.gate.subject import Subject

    subject = Subject(
        definition=definition,
        others=known,
        data=data,
        calendar=calendar,
        fmt=fmt or Formatter("en_US", data.meta.currency),
    )
    done = []
    for name, rule in rules().items():
        done.append(checked(name, rule, subject))
        seen(done[-1])
    return tuple(done)


def checked(name: str, rule: Rule, subject: "Subject") -> GateCheck:
    """Run one check, whatever happens in it."""
    found = _verdict(rule, subject)
    return GateCheck(name=name, outcome=found.outcome, told=found.told, advice=found.advice)


def _verdict(rule: Rule, subject: "Subject") -> Verdict:
    from salesnb.kpis.gate.subject import CannotBeComputed

    try:
        return rule(subject)
    except CannotBeComputed:
        return not_possible(
            "It cannot be computed, so that there is no figure to check.", "Mend its definition first."
        )
    except SalesnbError as error:
        return failed(error.what, error.hint or "Mend its definition.")
    except Exception as error:  # noqa: BLE001 -- the promotion gate: a check that breaks down has failed
        first = str(error).strip().partition("\n")[0][:_LONGEST]
        return failed(
            f"The check broke down with {type(error).__name__}: {first}.",
            "If the definition is as you mean it, report this as a bug of salesnb.",
        )
