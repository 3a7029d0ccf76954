# ruff: noqa: N818 - what is wrong names an error; that it is one, its base says
"""What can go wrong where a shop's objects rest?"""

import attrs

from custinsights.errors.root import CustInsightsError, as_names
from custinsights.errors.wording import listed, sentences, start

__all__ = [
    "AccessRefused",
    "AlreadyTaken",
    "NewerStore",
    "StaleWrite",
    "StoreBusy",
    "StoreFailed",
    "WrongKey",
]


@attrs.define(auto_exc=True, eq=False)
class StaleWrite(CustInsightsError, RuntimeError):
    """A change of something that somebody else has changed since it was read.

    Examples
    --------
    >>> print(StaleWrite("the customer 'c7'", 3, 4))
    The customer 'c7' was changed meanwhile: version 3 was to be replaced and version 4 is there. \
Read it again, and make the change anew.
    """

    what: str
    expected: int
    found: int

    def __str__(self) -> str:
        versions = f"version {self.expected} was to be replaced and version {self.found} is there"
        if not self.expected:
            versions = f"it was to be new and version {self.found} is there"
        elif not self.found:
            versions = f"version {self.expected} was to be replaced and nothing is there"
        fact = f"{start(self.what)} was changed meanwhile: {versions}"
        return sentences(fact, "Read it again, and make the change anew")


@attrs.define(auto_exc=True, eq=False)
class AlreadyTaken(CustInsightsError, ValueError):
    """An identity that is somebody else's already; ``what`` names it, masked if it is a contact."""

    what: str
    advice: str = ""

    def __str__(self) -> str:
        fact = f"{start(self.what)} belongs to another customer already"
        return sentences(fact, self.advice or "Merge the two, if they are one person")


@attrs.define(auto_exc=True, eq=False)
class NewerStore(CustInsightsError, RuntimeError):
    """A store that a newer version of the library has written."""

    path: str
    found: int
    known: int

    def __str__(self) -> str:
        fact = f"The store {self.path} has schema {self.found}; allowed is at most {self.known}"
        return sentences(fact, "Update custinsights; nothing was changed")


@attrs.define(auto_exc=True, eq=False)
class StoreBusy(CustInsightsError, TimeoutError):
    """A change that had to wait for another writer, and longer than there is patience for."""

    seconds: int

    def __str__(self) -> str:
        fact = f"Another writer has held the store for {self.seconds} seconds"
        return sentences(fact, "Nothing was changed; write again when it is done")


@attrs.define(auto_exc=True, eq=False)
class StoreFailed(CustInsightsError, RuntimeError):
    """What a database could not do, such as write where the disk is full.

    Examples
    --------
    >>> print(StoreFailed("database or disk is full"))
    The database of the shop could not go on: database or disk is full. What was not committed is \
not kept; make room, or look whether it is whole, and do it again.
    """

    reason: str

    def __str__(self) -> str:
        fact = f"The database of the shop could not go on: {self.reason}"
        advice = "make room, or look whether it is whole, and do it again"
        return sentences(fact, f"What was not committed is not kept; {advice}")


@attrs.define(auto_exc=True, eq=False)
class AccessRefused(CustInsightsError, PermissionError):
    """Something that needs a permission which the caller does not have."""

    what: str
    permission: str
    held: tuple[str, ...] = attrs.field(converter=as_names)

    def __str__(self) -> str:
        fact = f"{start(self.what)} needs the permission {self.permission!r}"
        return sentences(f"{fact}; held: {listed(self.held) or 'none'}")


@attrs.define(auto_exc=True, eq=False)
class WrongKey(CustInsightsError, ValueError):
    """Something sealed that the given keys do not open; neither it nor they are shown.

    Examples
    --------
    >>> print(WrongKey("a sealed text"))
    A sealed text was made with another key than those given. Give the keys of this store, \
the newest first; nobody can read it without them.
    """

    what: str

    def __str__(self) -> str:
        fact = f"{start(self.what)} was made with another key than those given"
        advice = "Give the keys of this store, the newest first; nobody can read it without them"
        return sentences(fact, advice)
