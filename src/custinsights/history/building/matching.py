"""Who of one history is who of another? By id, then e-mail address, then phone number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from custinsights.domain.contacts import BY_PHONE, looks_like_contact
from custinsights.history.columnar.columns import AnyArray
from custinsights.history.facts import Facts


def matched(ours: Facts, theirs: Facts) -> tuple[AnyArray, AnyArray]:
    """Return the identities under which the people of two histories become one history's.

    Who has an id of ours is that person. Who has none of theirs is the one of ours to whom alone
    the e-mail address belongs, else the phone number; so is one whose id we do not know, where
    ours has no id. Everybody else is new, under their own identity.

    Returns
    -------
    tuple
        The identities of our people and of theirs, in the order of their codes: integers where all
        are, else texts. Two of theirs may be one of ours.
    """
    own, other = ours.customer_ids, theirs.customer_ids
    are_numbers = own.dtype.kind == other.dtype.kind == "i"
    if are_numbers and not ours.people_table.contacts:
        return own, other
    known, names = list(map(str, own.tolist())), list(map(str, other.tolist()))
    place = {_plain(name): code for code, name in enumerate(known)}
    owners, has_id = _owners(ours, known)
    _, is_named = _owners(theirs, names)
    found = [place.get(_plain(name)) for name in names]
    for kind in ("customer_id", "email", "phone"):
        for person, text in _contacts(theirs, names, kind):
            whose = owners.get((kind, text), ())
            if found[person] is None and len(whose) == 1:
                (code,) = whose
                if kind == "customer_id" or not (is_named[person] and has_id[code]):
                    found[person] = code
    told = [names[at] if code is None else known[code] for at, code in enumerate(found)]
    if are_numbers:
        return own, np.array([int(name) for name in told], dtype=np.int64)
    return _texts(known), _texts(told)


def _owners(facts: Facts, names: list[str]) -> tuple[dict[tuple[str, str], set[int]], list[bool]]:
    """Return to whom each contact belongs, by its kind, and who has an id."""
    owners: dict[tuple[str, str], set[int]] = defaultdict(set)
    has_id = [True] * len(names)
    for kind in ("customer_id", "email", "phone"):
        for person, text in _contacts(facts, names, kind):
            owners[kind, text].add(person)
            if kind != "customer_id" and text == _plain(names[person].removeprefix(BY_PHONE)):
                has_id[person] = False
    return owners, has_id


def _contacts(facts: Facts, names: list[str], kind: str) -> Iterator[tuple[int, str]]:
    """Yield who has which contact of one kind; an id may be of any source."""
    if kind == "email":
        for person, name in enumerate(names):
            if "@" in name and looks_like_contact(name):
                yield person, _plain(name)
    if kind == "customer_id":
        yield from ((person, _plain(name)) for person, name in enumerate(names))
    for held, contacts in facts.people_table.contacts.items():
        if held == kind or held.startswith(f"{kind} of "):
            yield from zip(contacts.customer.tolist(), contacts.value.texts().tolist(), strict=True)


def _plain(name: str) -> str:
    """Return an identity as it is compared: e-mail addresses without case."""
    return name.strip().casefold() if "@" in name else name


def _texts(names: list[str]) -> AnyArray:
    found = np.empty(len(names), dtype=object)
    found[:] = names
    return found
