"""Everything that can be added to, and what is in it."""

from salesnb.registry import Registry

__all__ = ["registries"]


def registries() -> tuple[Registry[object], ...]:
    """Give every registry, loaded, so that what it holds and what failed can be listed."""
    from salesnb.actions.carriers import WAYS
    from salesnb.crm.mapping import PROFILES
    from salesnb.crm.sources import SOURCES
    from salesnb.kpis import catalogue
    from salesnb.workbooks.templates import TEMPLATES

    found: tuple[Registry[object], ...] = (catalogue(), TEMPLATES, SOURCES, PROFILES, WAYS)  # type: ignore[assignment]
    for registry in found:
        registry.load_plugins()
    return found
