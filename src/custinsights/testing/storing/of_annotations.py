"""What holds for what the shop writes down?"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from custinsights.domain.interests import Interest
from custinsights.domain.segments import Segment
from custinsights.domain.tag_changes import TagChange
from custinsights.errors import InvalidValue, StaleWrite, UnknownName
from custinsights.repositories.protocols import Annotation, Store
from custinsights.testing.storing.asking import NOON, Check, differs, refused
from custinsights.testing.storing.observing import stored
from custinsights.testing.storing.shop import note, person

__all__ = [
    "CHECKS",
    "by_key",
    "logs",
    "versions",
]

_SEGMENT = Segment("Big spenders", "total_spent >= 500")


def versions(store: Store, _parts: Collection[str]) -> Iterator[str]:
    """Notes, interests and segments have versions, and are found however their key is spelled."""
    things: list[tuple[Annotation, Annotation, tuple[str, ...]]] = [
        (note("c1", "n1"), note("c1", "n1").edited("new", at=note("c1", "n1").texts[-1].at, by="x"),
         ("note", "n1")),
        (Interest("c1", "Sea"), Interest("c1", "sea", "starred"), ("interest", "c1", "SEA")),
        (_SEGMENT, Segment("big-spenders", "total_spent >= 9"), ("segment", "BIG spenders")),
    ]  # fmt: skip
    with store.begin(at=NOON) as work:
        work.people.put(person("c1"))
    for first, second, key in things:
        what = key[0]
        for thing, version, wanted in ((first, 0, 1), (first, 1, 1), (second, 1, 2)):
            with store.begin(at=NOON) as work:
                found: Any = work.annotations.put(thing, version=version)
            yield from differs(f"the version of a {what}", found, wanted)
        for version in (0, 1, 3):
            for act in ("put", "remove"):
                yield from refused(
                    store,
                    StaleWrite,
                    f"{act}() of a {what} with version {version}",
                    lambda work, act, version, thing: getattr(work.annotations, act)(
                        thing, version=version
                    ),
                    act,
                    version,
                    first,
                )
        with store.begin(at=NOON) as work:
            kept = stored(work.annotations.get(*key))
            there = [*map(stored, work.annotations.all(what))]
            yield from differs(f"the {what} found", kept and kept[1], 2)
            yield from differs(f"all of the kind {what}", there, [kept])
            work.annotations.remove(second, version=2)
            yield from differs(f"a {what} that was removed", work.annotations.get(*key), None)
    for kind in ("notes", ""):
        yield from refused(
            store,
            UnknownName,
            f"an annotation of the kind {kind!r}",
            lambda work, kind: work.annotations.get(kind, "x"),
            kind,
        )
    yield from refused(
        store, UnknownName, "a note on nobody", lambda work: work.annotations.put(note("x", "n9"))
    )


def by_key(store: Store, _parts: Collection[str]) -> Iterator[str]:
    """What is written down comes by its key; of two with one key after merging one stands."""
    with store.begin(at=NOON) as work:
        work.people.write([person("c1"), person("c2"), person("c10")])
        for name, who in (("n2", "c1"), ("n10", "c1"), ("N", "c2")):
            work.annotations.put(note(who, name))
        for who, word, state in (
            ("c1", "Sea", "active"),
            ("c2", "sea", "starred"),
            ("c2", "Boats", "active"),
            ("c10", "sea", "refused"),
        ):
            work.annotations.put(Interest(who, word, state))
        notes: list[Any] = [one.value for one in work.annotations.all("note")]
        yield from differs("all notes", [one.id for one in notes], ["N", "n10", "n2"])
        mine: list[Any] = [one.value for one in work.annotations.of("c1", "note")]
        yield from differs("the notes of c1", [one.id for one in mine], ["n10", "n2"])
        work.people.merge("c2", "c10")
        told: list[Any] = [one.value for one in work.annotations.of("c2", "interest")]
        found = [(one.customer, one.keyword, one.state) for one in told]
        wanted = [("c10", "Boats", "active"), ("c10", "sea", "refused")]
        yield from differs("the interests of two who are one", found, wanted)
        work.people.merge("c10", "c1")
        told = [one.value for one in work.annotations.all("interest")]
        found = [(one.customer, one.keyword, one.state) for one in told]
        wanted = [("c1", "Boats", "active"), ("c1", "Sea", "active")]
        yield from differs("the interests of three who are one", found, wanted)


def logs(store: Store, _parts: Collection[str]) -> Iterator[str]:
    """Tags and logs are told in the order in which they were written, settings as JSON has them."""
    with store.begin(at=NOON) as work:
        work.people.write([person("c1"), person("c2")])
        for name in ("z", "a", "m"):
            for who in ("c2", "c1"):
                work.annotations.tag(TagChange(who, name, "added", NOON, by="Kim", why="asked"))
                work.annotations.record("access", {"by": name}, customer=who)
        work.annotations.record("other", {"by": "x", "list": ({"a": None},)})
        work.annotations.set("shop", {"currency": "EUR", "cuts": [1, 2.5, None, True, {"é": "x"}]})
        work.annotations.set("other", {})
    with store.begin(at=None) as work:
        work.annotations.record("other", {})
    with store.begin(read_only=True) as work:
        annotations = work.annotations
        tags = [(one.customer, one.tag) for one in annotations.tag_changes()]
        wanted = [(who, name) for name in ("z", "a", "m") for who in ("c2", "c1")]
        yield from differs("the log of tags", tags, wanted)
        own = [one.tag for one in annotations.tag_changes("c1")]
        yield from differs("the tags of c1", own, ["z", "a", "m"])
        entries = [dict(one) for one in annotations.records("access", "c2")]
        at = NOON.isoformat()
        told = [{"by": name, "at": at, "customer": "c2"} for name in ("z", "a", "m")]
        yield from differs("the log of c2", entries, told)
        yield from differs("how many entries there are", len(annotations.records("access")), 6)
        others = [dict(one) for one in annotations.records("other")]
        yield from differs("a log", others, [{"by": "x", "list": [{"a": None}], "at": at}, {}])
        setting = {"currency": "EUR", "cuts": [1, 2.5, None, True, {"é": "x"}]}
        yield from differs("a setting", annotations.setting("shop"), setting)
        yield from differs("an empty setting", annotations.setting("other"), {})
        yield from differs("a setting that is not there", annotations.setting("none"), None)
    for act in (
        lambda work: work.annotations.set("shop", {"x": object()}),
        lambda work: work.annotations.record("access", {"x": {1, 2}}),
    ):
        yield from refused(store, InvalidValue, "what JSON does not have", act)
    yield from refused(
        store,
        UnknownName,
        "an entry about nobody",
        lambda work: work.annotations.record("access", {}, customer="nobody"),
    )


CHECKS = (
    Check(
        "versions of what is written down",
        ("people", "annotations"),
        "Compare the version with the one that rests; spell keys alike.",
        versions,
    ),
    Check(
        "what is written down comes by key",
        ("people", "annotations"),
        "Order by key; of two with one key take that of the person today, else the earlier one.",
        by_key,
    ),
    Check(
        "logs keep their order",
        ("people", "annotations"),
        "Number the entries; keep JSON as it is.",
        logs,
    ),
)
