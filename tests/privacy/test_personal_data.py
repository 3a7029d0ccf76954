"""What a shop does with personal data it does for who may ask, in whole units of work."""

import traceback
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from custinsights.domain import Consent, Identity
from custinsights.errors import AccessRefused, CustInsightsError, UnknownName
from custinsights.privacy import Access, RetentionRule
from custinsights.repositories.protocols import Store
from custinsights.shop.personal_data import PersonalData
from tests.privacy.conftest import KEY, LATER, MARKS

BO = Access({"customer_insights"}, who="Bo")
ADA = Access({"customer_insights", "pii"}, who="Ada")
RULES = [RetentionRule("people", 36_500)]
MAIL = "anna.marker@example.com"

CALLS: dict[str, Callable[[PersonalData, str], Any]] = {
    "export": lambda data, who: data.export(who, at=LATER),
    "rectify": lambda data, who: data.rectify(who, at=LATER, by="Ada", name="Marker, Anna"),
    "erase": lambda data, who: data.erase(who, at=LATER, by="Ada", key=KEY),
    "suppressed": lambda data, _: data.suppressed(key=KEY),
    "suppress": lambda data, _: data.suppress([Identity("email", MAIL)], at=LATER, key=KEY),
    "due": lambda data, _: data.due(RULES, as_of=LATER),
    "retain": lambda data, _: data.retain(RULES, as_of=LATER, by="Ada", key=KEY),
    "preferences": lambda data, who: data.preferences(who, at=LATER),
    "choose": lambda data, who: data.choose(
        who, {"offers": {"sms": True}}, at=LATER, how="form", evidence="signed Marker"
    ),
    "unsubscribe": lambda data, who: data.unsubscribe(who, at=LATER, how="link"),
}
PREFERENCES = ("preferences", "choose", "unsubscribe")
OF_ONE = ("export", "rectify", "erase", *PREFERENCES)


def log(store: Store) -> list[Any]:
    """Return the log of access."""
    with store.begin(read_only=True) as work:
        return [dict(one) for one in work.annotations.records("access")]


@pytest.mark.parametrize("call", CALLS)
def test_who_may_asks_and_it_is_written_down(shop: Store, call: str) -> None:
    """With both permissions everything is done, and stands in the log of access by who asked."""
    CALLS[call](PersonalData(shop, ADA), "c7")
    entry = log(shop)[-1]
    erased = {"who": "Ada", "outcome": "read"}
    assert {name: entry.get(name, value) for name, value in erased.items()} == erased
    assert not [mark for mark in MARKS if mark in str(log(shop)).casefold()]


@pytest.mark.parametrize("call", CALLS)
def test_who_may_not_is_refused(shop: Store, call: str) -> None:
    """Without the permission nothing is done, and the refusal is written down."""
    who = Access({"billing"} if call in PREFERENCES else {"customer_insights"}, who="Cy")
    with shop.begin(read_only=True) as work:
        last = work.last_change()
    with pytest.raises(AccessRefused, match="needs the permission"):
        CALLS[call](PersonalData(shop, who), "c7")
    assert [(one["who"], one["outcome"]) for one in log(shop)] == [("Cy", "refused")]
    with shop.begin(read_only=True) as work:
        assert work.last_change() == last


@pytest.mark.parametrize("call", OF_ONE)
def test_nobody_is_named_who_is_not_there(shop: Store, call: str) -> None:
    """Somebody unknown is refused, and no contact that was asked for is shown or logged."""
    with pytest.raises(UnknownName, match="There is no customer named 'xxxx") as refused:
        CALLS[call](PersonalData(shop, ADA), "anne.marker@example.com")
    said = "".join(traceback.format_exception_only(refused.value)) + repr(refused.value)
    assert "marker" not in f"{said}{log(shop)}".casefold()


def test_what_is_chosen_is_kept(shop: Store) -> None:
    """Choices and unsubscriptions go into the ledger of whom the id means."""
    data = PersonalData(shop, BO)
    assert data.preferences("c8", at=LATER)["newsletter"]["email"] is True
    assert data.choose("c8", {"offers": {"sms": True}}, at=LATER, how="form") == 1
    assert data.choose("c8", {"offers": {"sms": True}}, at=LATER, how="form") == 0
    assert data.preferences("c7", at=LATER)["offers"]["sms"] is True
    assert data.unsubscribe("c7", at=LATER, how="link", channel="sms") == 1
    seen = data.preferences("c7", at=LATER)
    assert (seen["offers"]["sms"], seen["newsletter"]["email"]) == (False, True)
    assert data.unsubscribe("c7", at=LATER, how="link") == 4
    assert not any(any(ways.values()) for ways in data.preferences("c7", at=LATER).values())


def test_a_misspelled_word_takes_nothing_back_and_says_so(shop: Store) -> None:
    """A topic that is the centre's or was ever agreed to is taken back, another is refused."""
    data = PersonalData(shop, BO)
    wrong: list[tuple[dict[str, str], str]] = [
        ({"topic": "newsleter"}, "newsletter"),
        ({"channel": "e-mail"}, "email"),
    ]
    for told, near in wrong:
        with pytest.raises(
            UnknownName, match=f"of the preference centre named .*Did you mean '{near}'"
        ):
            data.unsubscribe(
                "c8", at=LATER, how="link", topic=told.get("topic"), channel=told.get("channel")
            )
    assert data.preferences("c8", at=LATER)["newsletter"]["email"] is True
    with shop.begin(at=LATER) as work:
        night = {"purpose": "Gallery night", "channel": "pigeon", "how": "form"}
        work.people.consent(Consent(customer="c8", granted=True, at=LATER, **night))
    given: dict[str, Any] = {"at": LATER + timedelta(days=1), "how": "link"}
    assert data.unsubscribe("c8", topic="gallery-night", channel="Pigeon", **given) == 1
    assert data.unsubscribe("c8", topic="marketing", channel="email", **given) == 1


WRONG: dict[str, Callable[[PersonalData], Any]] = {
    "a name that is none": lambda data: data.rectify("c7", at=LATER, by="Ada", name=" "),
    "an address that is none": lambda data: data.rectify(
        "c7", at=LATER, by="A", email="marker at x"
    ),
    "a phone that is none": lambda data: data.rectify("c7", at=LATER, by="A", phone="marker"),
    "an unknown field": lambda data: data.rectify("c7", at=LATER, by="A", mail=MAIL),
    "no author": lambda data: data.erase("c7", at=LATER, by="", key=KEY),
    "a weak key": lambda data: data.erase("c7", at=LATER, by="Ada", key="marker"),
    "a key that is none": lambda data: data.suppressed(key=7),  # type: ignore[arg-type]
    "an unknown topic": lambda data: data.choose("c7", {"x": {"sms": True}}, at=LATER, how="form"),
    "no choice": lambda data: data.choose("c7", {"offers": {"sms": 1}}, at=LATER, how="form"),  # type: ignore[dict-item]
    "no evidence": lambda data: data.choose(
        "c7", {"offers": {"sms": True}}, at=LATER, how="form", evidence=" "
    ),
    "a naive instant": lambda data: data.export("c7", at=LATER.replace(tzinfo=None)),
    "no rule": lambda data: data.due([MAIL], as_of=LATER),  # type: ignore[list-item]
}


@pytest.mark.parametrize("what", WRONG)
def test_no_message_says_anything_personal(shop: Store, what: str) -> None:
    """Whatever goes wrong, neither message, repr nor log has anything of the person, nor a key."""
    with pytest.raises(CustInsightsError, match=r".") as refused:
        WRONG[what](PersonalData(shop, ADA))
    said = f"{refused.value}{refused.value!r}{refused.value.__cause__!r}".casefold()
    assert not [mark for mark in MARKS if mark in said]
    assert not [mark for mark in MARKS if mark in str(log(shop)).casefold()]


def test_no_repr_says_anything_personal(shop: Store) -> None:
    """What is given back shows no contacts and no keys, and neither does the object itself."""
    data = PersonalData(shop, ADA)
    given: list[object] = [data, data.due([RetentionRule("people", 1)], as_of=LATER)]
    given += [data.export("c7", at=LATER), data.preferences("c7", at=LATER)]
    given += [data.rectify("c7", at=LATER, by="Ada", birthday=None)]
    given += [data.erase("c7", at=LATER, by="Ada", key=KEY), data.suppressed(key=KEY)]
    shown = repr(given).casefold()
    assert not [mark for mark in (*MARKS, KEY) if mark in shown]
