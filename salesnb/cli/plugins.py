"""``salesnb plugins``: what installed packages add."""

import argparse

from salesnb.cli import say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments: there are none."""


def run(_arguments: argparse.Namespace) -> int:
    """Print what each registry holds from elsewhere; those that failed to load make the exit code 1."""
    from salesnb.actions.plugins import registries

    failed = False
    for registry in registries():
        for name in registry.names():
            if not registry.origin(name).startswith("salesnb"):
                print(f"{registry.kind} {name}: {registry.origin(name)}")
        for name, reason in registry.failures.items():
            failed = True
            say(f"{registry.kind} {name} could not be loaded: {reason}")
    return 1 if failed else 0
