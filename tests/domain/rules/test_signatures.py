"""Which words can a catalog give to rules? Only such as can be read back."""

from typing import Any

import pytest

from custinsights.domain.rules import Parameter, Signature, Vocabulary
from custinsights.errors import InvalidValue

TAG, WITHIN = Parameter("tag", "text", required=True), Parameter("within", "duration")


def test_a_signature_is_written_as_it_is_called() -> None:
    """What must be given is named, and options have a = behind them."""
    assert str(Signature("tagged", "flag", (TAG, WITHIN))) == "tagged(tag, within=)"
    assert str(Signature("email_domain", "label")) == "email_domain()"


UNREADABLE = [
    "",
    "two words",
    "2nd",
    "in",
    "True",
    "lambda",
    "a.b",
    "\uff4frders",
    "·",
    "a·b",
    "৴",
    "n" * 101,
]


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_name_that_cannot_be_read_is_refused(name: str) -> None:
    """Keywords, and names that Python reads as others, cannot be functions, arguments, traits."""
    with pytest.raises(InvalidValue, match=r"cannot be written in a rule|is no text|is empty"):
        Signature(name, "flag")
    with pytest.raises(InvalidValue, match=r"cannot be written in a rule|is no text|is empty"):
        Signature("tagged", "flag", (Parameter(name, "text"),))
    with pytest.raises(InvalidValue, match="cannot be used in a rule"):
        Vocabulary({name: "count"})


@pytest.mark.parametrize("name", ["orders", "größe", "客", "_", "match", "n" * 100])
def test_other_names_are_words(name: str) -> None:
    """Letters of any script, digits and _ make a name."""
    assert Signature(name, "flag", (Parameter(name, "text"),)).name == name
    assert Vocabulary({name: "count"}).kind_of(name) == "count"


def test_attribute_is_taken() -> None:
    """The function that asks for an attribute cannot be another one."""
    with pytest.raises(InvalidValue, match="'attribute' cannot be written in a rule"):
        Signature("attribute", "flag")


@pytest.mark.parametrize("parameters", [(TAG, TAG), (WITHIN, TAG)], ids=["twice", "options first"])
def test_parameters_stand_in_order(parameters: tuple[Parameter, ...]) -> None:
    """Each has its name, and those that must be given come first, for they go by position."""
    with pytest.raises(InvalidValue, match="parameters of 'tagged' are in disorder"):
        Signature("tagged", "flag", parameters)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Signature("tagged", "flags"),
        lambda: Parameter("tag", "texxt"),
        lambda: Signature("tagged", "flag", ("tag",)),
    ],
    ids=["kind of value", "kind of argument", "parameter"],
)
def test_what_is_of_no_kind_is_refused(make: Any) -> None:
    """Kinds are those that there are."""
    with pytest.raises((InvalidValue, LookupError), match=r"There is no kind|is no Parameter"):
        make()


def test_a_vocabulary_has_kinds_that_there_are() -> None:
    """A trait of an unknown kind could not be compared with anything."""
    with pytest.raises(InvalidValue, match="cannot be used in a rule: 'orders', 'counts'"):
        Vocabulary({"orders": "counts"})


def test_a_vocabulary_knows_its_words() -> None:
    """It tells the kind of a trait, the signature of a function, and all their names."""
    tagged = Signature("tagged", "flag", (TAG,))
    words = Vocabulary({"orders": "count"}, [tagged])
    assert words.kind_of("orders") == "count"
    assert words.kind_of("tagged") is None
    assert words.function("tagged") == tagged
    assert words.function("orders") is None
    assert words.known() == ("orders", "tagged")
    assert Vocabulary({}).known() == ()
