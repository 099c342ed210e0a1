"""Types of arguments that several commands have."""

import argparse
from datetime import date

__all__ = ["day", "whole_number"]


def day(text: str) -> date:
    """Read a date as ISO 8601 writes it."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = f"{text!r} is not a date; write it as 2017-12-31"
        raise argparse.ArgumentTypeError(message) from None


def whole_number(text: str) -> int:
    """Read a whole number above zero."""
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        message = f"{text!r} is not a whole number above zero"
        raise argparse.ArgumentTypeError(message)
    return int(text)
