"""What holds for the people of a store?"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import attrs

from custinsights.domain.identities import Identity
from custinsights.domain.people import Customer, Tag
from custinsights.errors import AlreadyTaken, InvalidValue, StaleWrite, UnknownName
from custinsights.repositories.protocols import Store
from custinsights.testing.storing.asking import NOON, Check, differs, refused
from custinsights.testing.storing.laws import seen, write
from custinsights.testing.storing.shop import note, person

__all__ = [
    "CHECKS",
    "directory",
    "former_contacts",
    "identities",
    "importing_after_merging",
    "merging",
    "renaming",
    "versions",
]


def versions(store: Store, _parts: Collection[str]) -> Iterator[str]:
    """A version counts changes; whoever has read another one is refused."""
    first, second = person("c1"), Customer("c1", name="Another")
    for customer, version, wanted in ((first, 0, 1), (first, 1, 1), (second, 1, 2)):
        with store.begin(at=NOON) as work:
            found = work.people.put(customer, version=version)
        yield from differs("the version that put() returns", found, wanted)
    with store.begin(read_only=True) as work:
        stored = work.people.get("c1")
        yield from differs("what was put", stored and (stored.value, stored.version), (second, 2))
    for who, version in (("c1", 0), ("c1", 1), ("c1", 3), ("c2", 1)):
        what = f"people.put() of {who} with version {version}"
        yield from refused(
            store,
            StaleWrite,
            what,
            lambda work, who, version: work.people.put(Customer(who), version=version),
            who,
            version,
        )
    yield from refused(
        store, InvalidValue, "a customer with tags", lambda work: work.people.put(
            Customer("c3", tags=[Tag("VIP")])
        ),
    )  # fmt: skip
    with store.begin(at=NOON) as work:
        work.people.write([first])
        stored = work.people.get("c1")
    yield from differs(
        "who was written again", stored and (stored.value, stored.version), (first, 3)
    )


def identities(store: Store, _parts: Collection[str]) -> Iterator[str]:
    """Everybody is found by what they are known by, however it is written, and nobody else."""
    outside = Identity("id", "77", "etsy")
    with store.begin(at=NOON) as work:
        work.people.put(Customer("c1", email="Ada@Example.com", phone="+33 6 12 34 56 78"))
        work.people.put(Customer("c2", email="ADA@example.com"))
        work.people.put(Customer("c1", email="new@example.com"), version=1)
        work.people.identify("c2", [outside, Identity("phone", "n/a")])
    wanted = {
        Identity("email", "ada@EXAMPLE.com"): "c1",
        Identity("email", "new@example.com"): "c1",
        Identity("phone", "0033612345678"): "c1",
        outside: "c2",
        Identity("id", "77"): None,
        Identity("id", "77", "gumroad"): None,
        Identity("id", "c2"): "c2",
        Identity("phone", "n/a"): None,
        Identity("email", "nobody@example.com"): None,
    }
    with store.begin(read_only=True) as work:
        for identity, who in wanted.items():
            what = f"who is found by a {identity.kind} of {identity.source or 'the shop'}"
            yield from differs(what, work.people.find(identity), who)
        found = [*work.people.find_all([*wanted])]
        yield from differs("find_all()", found, [*wanted.values()])
        kinds = [one.kind for one in work.people.identities("c1")]
        yield from differs("the identities of c1", kinds, ["email", "email", "phone"])
    for taken in (outside, Identity("email", "ADA@example.com"), Identity("id", "c2")):
        yield from refused(
            store,
            AlreadyTaken,
            f"a {taken.kind} of somebody else",
            lambda work, taken: work.people.identify("c1" if taken.kind == "id" else "c2", [taken]),
            taken,
        )


def former_contacts(store: Store, _parts: Collection[str]) -> Iterator[str]:
    """What somebody had before finds them until somebody else is written with it."""
    ada, number = Identity("email", "ada@example.com"), Identity("phone", "+33612345678")
    found = []
    with store.begin(at=NOON) as work:
        work.people.put(Customer("c1", email="Ada@Example.com", phone="+33 6 12 34 56 78"))
        work.people.put(Customer("c1", email="new@example.com"), version=1)
        work.people.put(Customer("c2", email="new@example.com"))
        found.append(work.people.find_all([ada, number]))
        work.people.put(Customer("c3", email="ada@example.com"))
        work.people.write([Customer("c4", phone="0033612345678"), Customer("c5", email=ada.value)])
        found.append(work.people.find_all([ada, number, Identity("email", "new@example.com")]))
    wanted = [["c1", "c1"], ["c3", "c4", "c1"]]
    yield from differs("who is found by former contacts", [[*one] for one in found], wanted)
    with store.begin(read_only=True) as work:
        kinds = [one.kind for one in work.people.identities("c1")]
        yield from differs("what is left of the identities of c1", kinds, ["email"])


def renaming(store: Store, parts: Collection[str]) -> Iterator[str]:
    """A new id carries everything, and the old one still finds it."""
    write(store, parts)
    with store.begin(at=NOON) as work:
        work.people.rename("c1", "new")
        work.people.rename("new", "newest")
    with store.begin(read_only=True) as work:
        for former in ("c1", "new", "newest"):
            stored = work.people.get(former)
            yield from differs(f"the id found by {former}", stored and stored.value.id, "newest")
            yield from differs("find()", work.people.find(Identity("id", former)), "newest")
            if "orders" in parts:
                whose = [one.customer for one in work.orders.of(former)]
                yield from differs("whose orders they are", whose, ["newest", "newest"])
            if "activities" in parts:
                acts = [one.customer for one in work.activities.of(former)]
                yield from differs("whose activities they are", acts, ["newest", "newest"])
            if "annotations" in parts:
                (noted,) = work.annotations.of(former, "note")
                own = attrs.evolve(note("c1", "n0"), customer="newest")
                yield from differs("whose note it is", noted.value, own)
    yield from refused(
        store, AlreadyTaken, "a taken id", lambda work: work.people.rename("c1", "c2")
    )
    yield from refused(
        store, AlreadyTaken, "somebody's former id", lambda work: work.people.rename("c2", "new")
    )
    yield from refused(
        store, UnknownName, "renaming nobody", lambda work: work.people.rename("x", "y")
    )


def merging(store: Store, parts: Collection[str]) -> Iterator[str]:
    """Two become one, and undoing it restores every byte, whatever was merged in between."""
    write(store, parts)
    before = seen(store, parts)
    with store.begin(at=NOON) as work:
        work.people.merge("c1", "c2")
        work.people.merge("c2", "c10")
    with store.begin(read_only=True) as work:
        for who in ("c1", "c2", "c10"):
            stored = work.people.get(who)
            yield from differs(f"who {who} is", stored and stored.value, person("c10"))
        there = dict(work.people.merged())
        yield from differs("merged()", there, {"c1": "c10", "c2": "c10"})
        listed = [str(one.id) for one in work.people.listed()]
        yield from differs("who is listed after merging", listed, ["c10", "Éva"])
        if "orders" in parts:
            keys = [(one.source, one.id) for one in work.orders.of("c10")]
            wanted = [(None, "10"), (None, "2"), (None, "ä"), ("etsy", "2"), ("etsy", "10")]
            yield from differs("the orders of who was merged", keys, wanted)
        if "activities" in parts:
            found = [one.kind for one in work.activities.of("c2")]
            yield from differs("their activities", found, ["bid", "visit", "bid"])
        if "annotations" in parts:
            notes: Any = work.annotations.of("c1", "note")
            found = [str(one.value.id) for one in notes]
            yield from differs("their notes", found, ["n0", "n1", "n2"])
        yield from differs("their consents", len(work.people.consents("c10")), 6)
        everybody = [str(one.customer) for one in work.people.consents()]
        yield from differs(
            "the consents of everybody", sorted(everybody), ["c10"] * 6 + ["Éva"] * 2
        )
    yield from refused(
        store, InvalidValue, "merging who is merged", lambda work: work.people.merge("c10", "c1")
    )
    yield from refused(
        store, AlreadyTaken, "the id of who is merged", lambda work: work.people.rename("c10", "c1")
    )
    with store.begin(at=NOON) as work:
        work.people.unmerge("c2")
        yield from differs("merged() after undoing", dict(work.people.merged()), {"c1": "c2"})
        work.people.unmerge("c1")
    yield from differs("what is there after undoing", seen(store, parts), before)
    yield from refused(
        store, InvalidValue, "undoing no merging", lambda work: work.people.unmerge("c1")
    )


def importing_after_merging(store: Store, _parts: Collection[str]) -> Iterator[str]:
    """Whoever is written in bulk under a merged id is told anew as who they were."""
    write(store, ["people"])
    with store.begin(at=NOON) as work:
        work.people.merge("c1", "c2")
        work.people.write([Customer("c1", name="Imported again")])
        stored = work.people.get("c1")
        yield from differs("who they became", stored and stored.value, person("c2"))
        told = [Identity("email", str(person("c1").email)), Identity("id", "c2")]
        for before, wanted in ((False, ["c2", "c2"]), (True, ["c1", "c2"])):
            found = [*work.people.find_all(told, before_merging=before)]
            yield from differs(f"find_all(before_merging={before})", found, wanted)
        work.people.unmerge("c1")
        stored = work.people.get("c1")
        yield from differs("who they were", stored and stored.value.name, "Imported again")


def directory(store: Store, _parts: Collection[str]) -> Iterator[str]:
    """People are listed in an order, from somebody on, and found by a part of what they are."""
    people = [
        Customer("b", name="ada", phone="+33 6 12 34 56 78"),
        Customer("a", name="Bo", created_at=NOON),
        Customer("d", name="Ada"),
        Customer("C", email="Bo@example.com"),
    ]
    with store.begin(at=NOON) as work:
        work.people.write(people)
    asked: list[tuple[str, dict[str, Any], str]] = [
        ("", {}, "C a b d"),
        ("", {"descending": True}, "d b a C"),
        ("", {"sort": "name"}, "b d a C"),
        ("", {"sort": "name", "descending": True}, "a d b C"),
        ("", {"sort": "created_at"}, "a C b d"),
        ("", {"sort": "name", "after": "b"}, "d a C"),
        ("", {"sort": "name", "after": "C"}, ""),
        ("", {"customers": ["b", "C", "nobody"]}, "C b"),
        ("", {"customers": []}, ""),
        ("ADA", {}, "b d"),
        ("bo", {}, "C a"),
        ("612 34", {}, "b"),
        ("%", {}, ""),
    ]
    with store.begin(read_only=True) as work:
        for search, options, wanted in asked:
            found = [str(one.id) for one in work.people.listed(search, **options)]
            yield from differs(f"listed({search!r}, **{options})", found, wanted.split())
        scanned = [one for batch in work.people.scan(batch_rows=3) for one in batch.people["id"]]
        yield from differs("the people of a scan", scanned, ["C", "a", "b", "d"])
        sizes = [len(batch) for batch in work.people.scan(batch_rows=3)]
        yield from differs("the sizes of batches of people", sizes, [3, 1])
        some = [one for b in work.people.scan(customers=["d", "x", "a"]) for one in b.people["id"]]
        yield from differs("the people of a scan of some", some, ["a", "d"])


CHECKS = (
    Check(
        "versions of people", ("people",), "Compare the version with the one that rests.", versions
    ),
    Check(
        "people are found by identities",
        ("people",),
        "Keep Identity.key of each, and refuse the key of somebody else.",
        identities,
    ),
    Check(
        "former contacts find",
        ("people",),
        "Give a contact to who is written with it, if it is today's contact of nobody else.",
        former_contacts,
    ),
    Check("old ids find", ("people",), "Keep every id that somebody ever had.", renaming),
    Check(
        "merging is undone", ("people",), "Set a pointer, and follow it where you read.", merging
    ),
    Check(
        "merged people are imported as themselves",
        ("people",),
        "Write to the person of the id, without following the pointer.",
        importing_after_merging,
    ),
    Check("a directory", ("people",), "Compare without case, and order by code points.", directory),
)
