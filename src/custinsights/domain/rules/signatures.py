"""Which words may a rule use? Names and the kinds of their values, functions and parameters."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Protocol

import attrs

from custinsights.domain.fields import any_text, as_tuple, flag, instance, members, named, text
from custinsights.domain.frozen import frozen
from custinsights.domain.rules.lexing import is_word
from custinsights.errors import InvalidValue

__all__ = ["ARGUMENTS", "VALUES", "Parameter", "Signature", "Vocabulary", "Words"]

VALUES = {
    "count": "a whole number",
    "money": "an amount",
    "quantity": "a number of items",
    "number": "a number",
    "instant": "a time",
    "date": "a date",
    "label": "a text",
    "flag": "true or false",
    "any": "a value of any kind",
}
"""The kinds of values in a rule, in words."""

NUMERIC = ("count", "money", "quantity", "number")
TIMED = ("instant", "date")

ARGUMENTS = {
    "text": 'a text such as "vip"',
    "texts": 'a text, or a list of texts such as ["print", "frame"]',
    "number": "a number such as 2.5",
    "latitude": "degrees north, a number from -90 to 90",
    "longitude": "degrees east, a number from -180 to 180",
    "distance": "kilometres, a number above 0",
    "count": "a whole number from 1 on",
    "duration": 'a duration such as "90d", "8w", "6m" or "1y"',
    "span": 'a list of two dates, from and before, such as ["2024-01-01", "2024-07-01"]; each may '
    'be a duration such as "1y", and None where it is open',
    "trait": "the name of a trait that is a number",
    "moment": 'the name of a trait that is a time or a date, or "birthday" or "created_at"',
}
"""The kinds of arguments of functions in a rule, in words."""

MEASURED = ("number", "latitude", "longitude", "distance", "count")
"""The kinds of arguments that are written numbers."""


@attrs.frozen
class Parameter:
    """What a function in a rule may be told.

    Parameters
    ----------
    name
        As it is written before the ``=``.
    kind
        One of `ARGUMENTS`.
    required
        Whether it must be given; those that must be come first, and may be given by position.
    """

    name: str = attrs.field(validator=text)
    kind: str = attrs.field(validator=named("kind of argument", tuple(ARGUMENTS)))
    required: bool = attrs.field(default=False, validator=flag)


@attrs.frozen
class Signature:
    """How a function in a rule is written.

    Parameters
    ----------
    name
        The word before the bracket.
    gives
        One of `VALUES`: the kind of what it finds; a ``"flag"`` is a condition by itself.
    parameters
        What it may be told.
    definition
        One sentence.
    needs_one_of_the_options
        Whether at least one option must be given, for without any it would say nothing.
    gives_a_share
        Whether what it gives is a share of all customers, which can only be put in order with a
        written number from 0 to 1.
    """

    name: str = attrs.field(validator=text)
    gives: str = attrs.field(validator=named("kind of value", tuple(VALUES)))
    parameters: tuple[Parameter, ...] = attrs.field(
        default=(), converter=as_tuple, validator=members(instance(Parameter))
    )
    definition: str = attrs.field(default="", validator=any_text)
    needs_one_of_the_options: bool = attrs.field(default=False, validator=flag)
    gives_a_share: bool = attrs.field(default=False, validator=flag)

    def __attrs_post_init__(self) -> None:
        names = [parameter.name for parameter in self.parameters]
        required = [parameter.required for parameter in self.parameters]
        if self.name == "attribute" or not all(map(is_word, (self.name, *names))):
            what = f"the function {self.name!r} cannot be written in a rule"
            raise InvalidValue(what, (self.name, *names), "words that mean nothing else in a rule")
        if len(set(names)) != len(names) or required != sorted(required, reverse=True):
            what = f"the parameters of {self.name!r} are in disorder"
            raise InvalidValue(what, tuple(names), "each once, those that are required first")

    def __str__(self) -> str:
        """Return how it is called: ``did(kind, within=, at_least=, outcome=)``."""
        shown = [one.name if one.required else f"{one.name}=" for one in self.parameters]
        return f"{self.name}({', '.join(shown)})"


class Words(Protocol):
    """What a reader of rules asks a catalog; `Vocabulary` is the plain one."""

    def kind_of(self, name: str) -> str | None:
        """Return the kind of a trait's values (one of `VALUES`), None if there is no such trait."""

    def function(self, name: str) -> Signature | None:
        """Return how a function is called, None if there is no such function."""

    def known(self) -> tuple[str, ...]:
        """Return the names of all traits and functions, to suggest the nearest one."""

    def meant(self, name: str) -> str | None:
        """Return the known name that an unknown one stands for, such as an abbreviation."""

    def traits_of(self, kinds: Collection[str]) -> tuple[str, ...]:
        """Return the names of traits of some kinds, to suggest the nearest one."""

    def labels_of(self, name: str) -> tuple[str, ...] | None:
        """Return all labels of a trait where they are known beforehand, else None."""


def _by_name(signatures: Iterable[Signature]) -> Mapping[str, Signature]:
    table: Mapping[str, Signature] = frozen({one.name: one for one in signatures})
    return table


@attrs.frozen
class Vocabulary:
    """Words that lie in two tables.

    Parameters
    ----------
    names
        Name -> kind of its values.
    functions
        The signatures.
    labels
        Name -> all its labels, where they are known beforehand.
    """

    names: Mapping[str, str] = attrs.field(converter=frozen)
    functions: Mapping[str, Signature] = attrs.field(default=(), converter=_by_name)
    labels: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict, converter=frozen)

    @names.validator
    def _are_words(self, _field: object, names: Mapping[str, str]) -> None:
        for name, kind in names.items():
            if not is_word(name) or kind not in VALUES:
                what = "a name cannot be used in a rule"
                raise InvalidValue(what, (name, kind), f"a word and one of {', '.join(VALUES)}")

    def kind_of(self, name: str) -> str | None:
        """Return the kind of a trait's values."""
        return self.names.get(name)

    def function(self, name: str) -> Signature | None:
        """Return how a function is called."""
        return self.functions.get(name)

    def known(self) -> tuple[str, ...]:
        """Return all names."""
        return (*self.names, *self.functions)

    def meant(self, name: str) -> str | None:  # noqa: ARG002 - as other names do
        """Return None: no name stands for another."""
        return None

    def traits_of(self, kinds: Collection[str]) -> tuple[str, ...]:
        """Return the names of some kinds."""
        return tuple(name for name, kind in self.names.items() if kind in kinds)

    def labels_of(self, name: str) -> tuple[str, ...] | None:
        """Return all labels of a name where they are known beforehand."""
        return self.labels.get(name)
