"""The root of the errors, and what several of their rooms use."""

from collections.abc import Iterable

__all__ = ["CustInsightsError", "as_names"]


def as_names(names: Iterable[str]) -> tuple[str, ...]:
    """Return names as a tuple; a converter for attrs fields."""
    return tuple(names)


class CustInsightsError(Exception):
    """The root of every error that custinsights raises on purpose."""
