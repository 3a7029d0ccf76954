"""Who is one person: what tells so, what does not, and what only somebody who looks can tell."""

import sys
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custinsights.domain import Address, Customer, Identity
from custinsights.domain.matching import (
    MATCHING_RULES,
    Match,
    MatchingRule,
    MatchingRules,
    Person,
    find_matches,
)
from custinsights.domain.matching.builtin import matching_rules
from custinsights.domain.matching.impersonal import ROLES
from custinsights.errors import InvalidValue, MissingExtra, UnknownName

_SIGNS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
HOME = Address(street="12 Oak Street, Apt 3", postal_code="10001", city="Exampleton")
BORN = date(1980, 5, 17)


def judged(left: dict[str, Any], right: dict[str, Any]) -> Match | None:
    """Match two people, as the one shop would that knows no others; either way round."""
    people = [Person("c1", **left), Person("c2", **right)]
    found = find_matches(people).matches
    assert find_matches([*reversed(people)]).matches == found
    return found[0] if found else None


def verdict(left: dict[str, Any], right: dict[str, Any]) -> str:
    """Return the verdict on two people, blank for none."""
    match = judged(left, right)
    return "" if match is None else match.verdict


SAME = [
    ({"emails": ["Ada@Example.com "]}, {"emails": ["ada@example.com"]}),
    ({"emails": ["a.ray+shop@gmail.com"]}, {"emails": ["aray@googlemail.com"]}),
    (
        {"names": ["Ada Ray"], "phones": ["+15552345678"]},
        {"names": ["RAY, Ada"], "phones": ["0015552345678"]},
    ),
    (
        {"names": ["Dr. Zoë Müller"], "addresses": [HOME]},
        {"names": ["zoe muller"], "addresses": [HOME]},
    ),
    ({"ids": [("etsy", "7")]}, {"ids": [("etsy", "7")]}),
    (
        {"emails": ["anna.smith@mail.example"], "birthday": BORN, "addresses": [HOME]},
        {
            "emails": ["anna.smiht@mail.example"],
            "birthday": BORN,
            "addresses": [Address(postal_code="10001-1234")],
        },
    ),
    (
        {"phones": ["+15552345678"], "birthday": BORN},
        {"phones": ["+15552345678"], "birthday": BORN},
    ),
]

DOUBTFUL = [
    (
        {"names": ["Ada Ray"], "phones": ["+15552345678"], "addresses": [HOME]},
        {"names": ["Ben Ray"], "phones": ["+15552345678"], "addresses": [HOME]},
    ),
    (
        {"names": ["Anna Ray"], "phones": ["+15552345678"], "addresses": [HOME]},
        {"names": ["Anne Ray"], "phones": ["+15552345678"], "addresses": [HOME]},
    ),
    (
        {"names": ["A. Ray"], "phones": ["+15552345678"], "addresses": [HOME]},
        {"names": ["Ada Ray"], "phones": ["+15552345678"], "addresses": [HOME]},
    ),
    (
        {"names": ["ada99"], "phones": ["+15552345678"], "addresses": [HOME]},
        {"names": ["Ada Ray"], "phones": ["+15552345678"], "addresses": [HOME]},
    ),
    (
        {"names": ["Ada Ray"], "emails": ["rays@mail.example"]},
        {"names": ["Ben Ray"], "emails": ["rays@mail.example"]},
    ),
    (
        {"names": ["Ada Ray"], "emails": ["info@ray.example"], "addresses": [HOME]},
        {"names": ["Ada Ray"], "emails": ["info@ray.example"], "addresses": [HOME]},
    ),
    (
        {"names": ["Ada Ray"], "emails": ["x1@members.ebay.com"]},
        {"names": ["Ada Ray"], "emails": ["x1@members.ebay.com"]},
    ),
    (
        {"names": ["John Ray"], "addresses": [HOME], "birthday": BORN},
        {"names": ["John Ray"], "addresses": [HOME], "birthday": date(2005, 2, 3)},
    ),
    (
        {"emails": ["ada@mail.example"], "ids": [("etsy", "7")]},
        {"emails": ["ada@mail.example"], "ids": [("etsy", "8")]},
    ),
    ({"names": ["Ada Ray"], "birthday": BORN}, {"names": ["Ada Ray"], "birthday": BORN}),
    (
        {"names": ["Ada Ray"], "addresses": [HOME]},
        {"names": ["Ada Ray"], "addresses": [Address(postal_code="10001")]},
    ),
    (
        {"emails": ["anna.smith@mail.example"], "names": ["Anna Smith"]},
        {"emails": ["anna.smth@mail.example"], "names": ["Anna Smith"]},
    ),
]

NOTHING = [
    (
        {"names": ["John Ray Sr"], "addresses": [HOME]},
        {"names": ["John Ray Jr"], "addresses": [HOME]},
    ),
    ({"names": ["Ada Ray"]}, {"names": ["Ada Ray"]}),
    (
        {"names": ["Ada Ray"], "emails": ["ada@a.example"]},
        {"names": ["Ada Ray"], "emails": ["ada@b.example"]},
    ),
    ({"names": ["Ada Ray"], "addresses": [HOME]}, {"names": ["Ben Ray"], "addresses": [HOME]}),
    (
        {"birthday": BORN, "addresses": [HOME]},
        {"birthday": BORN, "addresses": [Address(postal_code="10001")]},
    ),
    (
        {"names": ["Ada Ray"], "birthday": date(1970, 1, 1)},
        {"names": ["Ada Ray"], "birthday": date(1970, 1, 1)},
    ),
    ({"emails": ["maria.garcia1@mail.example"]}, {"emails": ["maria.garcia2@mail.example"]}),
    ({"emails": ["n/a"], "phones": ["-"]}, {"emails": ["n/a"], "phones": ["-"]}),
    ({}, {}),
]


@pytest.mark.parametrize(("left", "right"), SAME)
def test_one_person(left: dict[str, Any], right: dict[str, Any]) -> None:
    """What only one person has, however it is written, makes one of two; so does much together."""
    assert verdict(left, right) == "same"


@pytest.mark.parametrize(("left", "right"), DOUBTFUL)
def test_somebody_has_to_look(left: dict[str, Any], right: dict[str, Any]) -> None:
    """What a household, a company or namesakes share is at most doubtful."""
    assert verdict(left, right) == "doubtful"


@pytest.mark.parametrize(("left", "right"), NOTHING)
def test_nothing_speaks_for_one_person(left: dict[str, Any], right: dict[str, Any]) -> None:
    """A name alone, a home alone, a day that stands for none: these are not even doubtful."""
    assert verdict(left, right) == ""


@given(st.lists(st.text(_SIGNS, min_size=1).filter(str.strip), min_size=1, max_size=3))
def test_no_name_alone_tells_anything(names: list[str]) -> None:
    """Whatever names are, those who share nothing else are not brought together."""
    assert MATCHING_RULES.judge(Person("c1", names=names), Person("c2", names=names)) is None


def test_a_match_explains_itself() -> None:
    """It names its rules with their points, and what they found, without showing anybody."""
    match = judged(
        {"names": ["Ada Ray"], "addresses": [HOME]}, {"names": ["Ada Ray"], "addresses": [HOME]}
    )
    assert match is not None
    assert match.reasons == ("same address", "same name")
    assert match.score == 90 == sum(one.points for one in match.evidence)
    assert [one.left for one in match.evidence] == ["10001 12 3 oak st", "ada ray"]
    assert "oak" not in repr(match)
    assert "ray" not in repr(match)
    person = Person(
        "ada@example.com", names=["Ada Ray"], emails=["ada@example.com"], phones=["+15552345678"]
    )
    assert repr(person) == "Person(id='xxx@xxxxxxx.xxx')"


def test_what_many_have_is_nobodys() -> None:
    """A phone that more people have than may share one, such as that of the till, tells nothing."""
    many = [Person(f"c{n}", names=["Ada Ray"], phones=["+15552345678"]) for n in range(6)]
    few = find_matches(many[:5])
    assert len(few.same) == 10
    assert few.too_common["phone"] == 0
    all_of_them = find_matches(many)
    assert all_of_them.matches == ()
    assert all_of_them.too_common["phone"] == 1


def test_a_key_that_many_share_compares_nobody() -> None:
    """A crowd at one address is left to the other rules, and is counted."""
    crowd = [
        Person(f"c{n}", names=["Ada Ray"], addresses=[Address(street="1 Tower", city="X")])
        for n in range(4)
    ]
    rules = MatchingRules(MATCHING_RULES.rules, most_compared=3)
    assert find_matches(crowd, rules).matches == ()
    assert find_matches(crowd, rules).too_common["same address"] == 1
    assert len(find_matches(crowd).same) == 6


def test_nobody_is_joined_with_others_by_way_of_a_third() -> None:
    """Where two are told apart, the weaker of the pairs that would join them is doubtful."""
    left = Person("c1", names=["Ada Ray"], emails=["rays@mail.example"], birthday=BORN)
    between = Person("c2", emails=["rays@mail.example"], phones=["+15552345678"], names=["Ben Ray"])
    right = Person("c3", phones=["+15552345678"], names=["Ben Ray"])
    third = Person("c4", emails=["rays@mail.example"])
    found = find_matches([left, right, third, between])
    verdicts = {(one.left, one.right): one.verdict for one in found.matches}
    assert verdicts[("c1", "c2")] == "doubtful"
    assert verdicts[("c2", "c3")] == "same"
    assert sorted([verdicts[("c1", "c4")], verdicts[("c2", "c4")]]) == ["doubtful", "same"]
    by_way = [one for one in found.matches if "apart by way of others" in one.reasons]
    assert len(by_way) == 1


def test_who_is_known_to_be_two_stays_two() -> None:
    """Those whom somebody has told apart are no pair, and no third joins them."""
    people = [Person(f"c{n}", emails=["ada@mail.example"]) for n in range(3)]
    found = find_matches(people, apart=[("c2", "c0")])
    assert [(one.left, one.right, one.verdict) for one in found.matches] == [
        ("c0", "c1", "same"),
        ("c1", "c2", "doubtful"),
    ]


def test_only_some_are_asked_about() -> None:
    """Of all pairs those may be wanted of which one is among some."""
    people = [Person(f"c{n}", emails=["ada@mail.example"]) for n in range(3)]
    assert [(one.left, one.right) for one in find_matches(people, among=["c2"]).matches] == [
        ("c0", "c2"),
        ("c1", "c2"),
    ]


def _within_the_hour(left: Person, right: Person) -> tuple[str, str] | None:
    for one in left.orders:
        for other in right.orders:
            if abs(one - other) < timedelta(hours=1):
                return str(one), str(other)
    return None


def test_rules_of_ones_own() -> None:
    """Rules are added, replaced, taken away, and need other points; the built-in ones stay."""
    noon = datetime(2024, 3, 5, 12, tzinfo=UTC)
    left = Person("c1", names=["Ada Rayner"], addresses=[HOME], orders=[noon])
    right = Person(
        "c2", names=["Ada Rainer"], addresses=[HOME], orders=[noon + timedelta(minutes=9)]
    )
    rule = MatchingRule(
        "within the hour", "Both ordered within an hour.", _within_the_hour, points=30
    )
    assert find_matches([left, right]).same == ()
    assert find_matches([left, right], MATCHING_RULES.with_(rule)).same
    again = MatchingRule("within the hour", "Both ordered.", _within_the_hour, points=1)
    assert find_matches([left, right], MATCHING_RULES.with_(rule).with_(again)).same == ()
    assert find_matches([left, right], MATCHING_RULES.without("same address")).matches == ()
    assert find_matches([left, right], MATCHING_RULES.needing(same=70)).same
    assert find_matches([left, right], MATCHING_RULES.needing(doubtful=75)).matches == ()
    own = {"emails": ["team@ray.example"]}
    people = [Person("c1", **own), Person("c2", **own)]  # type: ignore[arg-type]
    assert find_matches(people).same == ()
    assert find_matches(people, matching_rules(roles=ROLES - {"team"})).same


def test_rules_that_cannot_be_are_refused() -> None:
    """Two rules of one name, an unknown one, a verdict that there is not, and too few points."""
    rule = MATCHING_RULES.rules[0]
    with pytest.raises(InvalidValue, match="rules of matching are not told apart"):
        MatchingRules((rule, rule))
    with pytest.raises(
        UnknownName, match=r"matching rule named 'same mail'.*Did you mean 'same e-mail'"
    ):
        MATCHING_RULES.without("same mail")
    with pytest.raises(UnknownName, match="verdict named 'never'"):
        MatchingRule("a", "b", _within_the_hour, at_most="never")
    with pytest.raises(InvalidValue, match=r"points for a doubt.*0 < doubtful <= same"):
        MATCHING_RULES.needing(same=10)
    with pytest.raises(InvalidValue, match="Two people to be matched have one id"):
        find_matches([Person("c1"), Person("c1")])


def test_a_customer_with_all_that_is_known() -> None:
    """Contacts of the customer and of identities count, numbers with the country of the shop."""
    customer = Customer(
        "c1", name="Ada Ray", email="ada@mail.example", phone="(555) 234-5678", addresses=[HOME]
    )
    known = [
        Identity("email", "old@mail.example"),
        Identity("id", "7", "etsy"),
        Identity("id", "c0"),
    ]
    person = Person.of(
        customer, identities=known, addresses=[Address(postal_code="5")], region="US"
    )
    assert person.emails == ("ada@mail.example", "old@mail.example")
    assert person.phones == ("15552345678",)
    assert person.ids == (("etsy", "7"),)
    assert person.postal_codes == {"10001", "5"}
    assert Person.of(customer).phones == ("5552345678",)


def test_without_rapidfuzz_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the extra."""
    monkeypatch.setitem(sys.modules, "rapidfuzz", None)
    with pytest.raises(MissingExtra, match=r"likeness needs rapidfuzz.*custinsights\[identity\]"):
        judged(
            {"names": ["Ada Ray"], "addresses": [HOME]}, {"names": ["Ben Ray"], "addresses": [HOME]}
        )
