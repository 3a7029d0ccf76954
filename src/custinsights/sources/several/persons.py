"""Who of several histories is one person?

The same id of one source is one person. Then people with ids of different sources are one who share
an e-mail address, and then those who share a phone number. What belongs to two ids of one source
tells nothing, and neither does what would make one person of them by way of others. Who has no id
is told as in one file: see `custinsights.sources.orders.identity`. What belongs to those who were
joined belongs to the one person that they are: so all is asked again, until nobody is joined any
more.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

import attrs
import numpy as np

from custinsights.domain.contacts import BY_PHONE
from custinsights.history.columnar.columns import AnyArray, BoolArray, IntArray, Labels
from custinsights.history.columnar.row_groups import RowGroups
from custinsights.history.columnar.uniting import below_each_other
from custinsights.history.facts import Facts
from custinsights.sources.orders.grouping import picked
from custinsights.sources.orders.identity import NOBODY, resolve
from custinsights.sources.texts import cells
from custinsights.sources.texts.columns import Texts
from custinsights.sources.texts.vocabulary import IDENTITIES

ID = "customer_id"
_OF = f"{ID} of "
"""How the kind of an id begins that one source gives: ``customer_id of etsy``."""


@attrs.frozen(eq=False)
class Held:
    """Which identities of one kind people have: the number of a person and a text in each row."""

    person: IntArray
    text: Labels

    def of(self, people: BoolArray) -> Held:
        """Return what some people have."""
        at = np.flatnonzero(people.take(self.person))
        return Held(self.person.take(at), self.text.take(at))

    def under(self, numbers: IntArray) -> Held:
        """Return the same with other numbers of the people."""
        return Held(numbers.take(self.person), self.text)


@attrs.frozen(eq=False)
class Persons:
    """The people of several histories.

    Parameters
    ----------
    codes
        For each history the person of each of its customers, -1 for those who do not come in.
    names
        The identity of each person.
    held
        All identities of everybody, by kind.
    notes
        How many people contacts have joined, and how many contacts told nothing.
    """

    codes: Sequence[IntArray]
    names: tuple[str, ...]
    held: Mapping[str, Held]
    notes: Mapping[str, int]


def persons_of(
    histories: Sequence[Facts], come: Sequence[BoolArray], names: Sequence[str]
) -> Persons:
    """Find the people of several histories.

    Parameters
    ----------
    come
        For each history bool[k], the customers who come into the histories together.
    names
        The source of each history where its orders tell none; blank if unknown.
    """
    starts = np.cumsum([0, *(facts.people for facts in histories)])
    parts: dict[str, list[Held]] = defaultdict(list)
    for facts, start, name in zip(histories, starts.tolist(), names, strict=False):
        for kind, one in identities_of(facts, name):
            parts[kind].append(Held(one.person + start, one.text))
    is_there = np.concatenate([*come, np.empty(0, dtype=np.bool_)])
    codes, count = _dense(np.where(is_there, np.arange(len(is_there)), NOBODY))
    held = {kind: _together(parts[kind]).of(is_there) for kind in (*sorted(parts), *IDENTITIES[1:])}
    held = {kind: one.under(codes) for kind, one in held.items()}
    notes: dict[str, int] = defaultdict(int)
    before = -1
    while count != before:
        before = count
        groups = _Groups(count, {kind: held[kind] for kind in held if kind.startswith(ID)})
        for kind in IDENTITIES[1:]:
            fewer, notes[f"{kind}s_of_several"] = groups.join(held[kind])
            notes[f"people_joined_by_{kind}"] += fewer
        joined, count = _dense(_with_guests(groups, held["email"], held["phone"]))
        codes = np.append(joined, NOBODY).take(codes)
        held = {kind: one.under(joined) for kind, one in held.items()}
    return Persons(np.split(codes, starts[1:-1]), _names(count, held), held, notes)


def source_of(facts: Facts) -> str:
    """Return the one source of all orders of a history; blank if there are several or none."""
    held = [facts] if facts.aside is None else [facts, facts.aside]
    columns = [part.labels["source"] for part in held if "source" in part.labels]
    names = {column.names[code] for column in columns for code in set(column.codes.tolist()) - {-1}}
    return names.pop() if len(names) == 1 else ""


def identities_of(facts: Facts, name: str) -> Iterator[tuple[str, Held]]:
    """Yield what the people of a history are known by: ids, e-mail addresses, phone numbers."""
    own = Texts.of(map(str, facts.customer_ids.tolist()))
    told = {kind: Held(c.customer, c.value) for kind, c in facts.people_table.contacts.items()}
    emails = cells.emails(own)
    is_known = ~emails.is_blank
    everybody = np.arange(facts.people)
    yield "email", Held(everybody[is_known], emails.take(everybody[is_known]).labels())
    if "phone" in told:
        phones = own.mapped(lambda name: name.removeprefix(BY_PHONE)).take(told["phone"].person)
        both = below_each_other([phones.labels(), told["phone"].text])
        is_known[told["phone"].person[np.equal(*np.split(both.codes, 2))]] = True
    for kind, held in told.items():
        yield kind, held
        if kind.startswith(ID):
            is_known[held.person] = True
    if not is_known.all():
        others = everybody[~is_known]
        source = source_of(facts) or name
        yield _OF + source if source else ID, Held(others, own.take(others).labels())


def _together(parts: Sequence[Held]) -> Held:
    persons = [np.empty(0, dtype=np.int64), *(held.person for held in parts)]
    return Held(np.concatenate(persons), below_each_other([held.text for held in parts]))


class _Groups:
    """People with ids, grouped into persons; whoever has none stays alone.

    Attributes
    ----------
    of
        int64[people], the group of each: the number of one of its members.
    has_id
        bool[people], who has an id.
    """

    def __init__(self, people: int, ids: Mapping[str, Held]) -> None:
        self.of: IntArray = np.arange(people)
        self.has_id = np.zeros(people, dtype=np.bool_)
        self._kinds: list[IntArray] = [held.person for held in ids.values()]
        for held in ids.values():
            self.has_id[held.person] = True
            self._merge(self._shared(held).values())

    def join(self, held: Held) -> tuple[int, int]:
        """Make one of those who share a contact, where nothing tells them apart.

        Returns
        -------
        tuple
            How many fewer they are, and how many contacts told nothing.
        """
        shared = self._shared(held.of(self.has_id))
        kinds = self._kinds_of({group for groups in shared.values() for group in groups})
        usable = [groups for groups in shared.values() if not _are_apart(groups, kinds)]
        told, nothing = 0, len(shared) - len(usable)
        for component, contacts in _components(usable):
            if _are_apart(component, kinds):
                nothing += contacts
            else:
                self._merge([component])
                told += len(component) - 1
        return told, nothing

    def _shared(self, held: Held) -> dict[int, set[int]]:
        """Return the groups that have each text that several of them have."""
        groups = self.of.take(held.person)
        values = RowGroups(held.text.codes.astype(np.int64), len(held.text.names))
        first = values.spread(picked(groups, values.first()))
        at = np.flatnonzero(values.spread(values.any(groups != first), default=False))
        found: dict[int, set[int]] = defaultdict(set)
        for value, group in zip(values.codes[at].tolist(), groups[at].tolist(), strict=True):
            found[value].add(group)
        return found

    def _kinds_of(self, groups: set[int]) -> dict[int, set[int]]:
        """Return of which kinds some groups have ids."""
        is_asked = np.zeros(len(self.of), dtype=np.bool_)
        is_asked[list(groups)] = True
        kinds: dict[int, set[int]] = defaultdict(set)
        for kind, people in enumerate(self._kinds):
            having = self.of.take(people)
            for group in having[is_asked.take(having)].tolist():
                kinds[group].add(kind)
        return kinds

    def _merge(self, sets: Iterable[set[int]]) -> None:
        table = np.arange(len(self.of))
        for component, _ in _components(sets):
            table[list(component)] = min(component)
        self.of = table.take(self.of)


def _are_apart(groups: set[int], kinds: Mapping[int, set[int]]) -> bool:
    """Whether one source has given two of the groups an id each: they are two people."""
    seen: set[int] = set()
    for group in groups:
        if seen & kinds[group]:
            return True
        seen |= kinds[group]
    return False


def _components(sets: Iterable[set[int]]) -> list[tuple[set[int], int]]:
    """Return what overlapping sets come to together, and how many of them each is made of."""
    whole: dict[int, list[set[int]]] = {}
    for one in sets:
        members = [one]
        union = set(one)
        for known in {id(whole[each]): whole[each] for each in one if each in whole}.values():
            members += known
            union = union.union(*known)
        for each in union:
            whole[each] = members
    unique = {id(members): members for members in whole.values()}
    return [(set().union(*members), len(members)) for members in unique.values()]


def _with_guests(groups: _Groups, emails: Held, phones: Held) -> IntArray:
    """Return the person of everybody.

    Who has no id is told by e-mail address, then phone number, as in one file; whose contacts are
    several people's is a person beside them.
    """
    people = len(groups.of)
    own_email = np.full(people, -1, dtype=np.int64)
    own_email[emails.person[::-1]] = emails.text.codes[::-1]
    with_id = np.flatnonzero(groups.has_id)
    person = np.concatenate([with_id, emails.person, phones.person])
    id_codes = np.where(groups.has_id, groups.of, -1).take(person)
    email_codes = np.concatenate(
        [
            np.full(len(with_id), -1),
            emails.text.codes,
            np.where(groups.has_id, -1, own_email).take(phones.person),
        ]
    )
    phone_codes = np.concatenate(
        [np.full(len(with_id) + len(emails.person), -1), phones.text.codes]
    )
    columns = {
        ID: Labels(id_codes.astype(np.int32), tuple(map(str, range(people)))),
        "email": Labels(email_codes.astype(np.int32), emails.text.names),
        "phone": Labels(phone_codes.astype(np.int32), phones.text.names),
    }
    found = resolve(columns, IDENTITIES)
    rows = RowGroups(person, people)
    first = rows.first(found.codes >= 0)
    codes = np.where(first >= 0, picked(found.codes, first), NOBODY)
    differs = rows.any((found.codes >= 0) & (found.codes != rows.spread(codes, NOBODY)))
    is_alone = (codes < 0) | differs
    own_phone = np.full(people, -1, dtype=np.int64)
    own_phone[phones.person[::-1]] = phones.text.codes[::-1]
    start = len(found.names)
    alone = np.where(own_email >= 0, own_email, len(emails.text.names) + own_phone)
    return np.where(is_alone, start + alone, codes)


def _dense(codes: IntArray) -> tuple[IntArray, int]:
    """Return codes without those that nobody has, and how many are left; -1 stays."""
    is_used = np.zeros(int(codes.max(initial=-1)) + 1, dtype=np.bool_)
    is_used[codes[codes >= 0]] = True
    numbers = np.append(np.cumsum(is_used, dtype=np.int64) - 1, NOBODY)
    return numbers.take(codes), int(np.count_nonzero(is_used))


def _names(count: int, held: Mapping[str, Held]) -> tuple[str, ...]:
    """Name everybody by an id, else an e-mail address, else a phone number, the first by letter.

    A contact that several people have names nobody who has one alone. Two people of one name are
    told apart by the source of the id, or by the kind of the contact.
    """
    names: AnyArray = np.full(count, "", dtype=object)
    is_open = np.ones(count, dtype=np.bool_)
    prefix: AnyArray = np.full(count, "", dtype=object)
    ids = {kind: one for kind, one in held.items() if kind.startswith(ID)}
    contacts = {kind: held[kind] for kind in IDENTITIES[1:]}
    of_one = {kind: _of_one(one) for kind, one in contacts.items()}
    for kind, one in (*ids.items(), *of_one.items(), *contacts.items()):
        before = BY_PHONE if kind == "phone" else ""
        texts = np.array([*(before + text for text in one.text.names), ""], dtype=object)
        owners = RowGroups(one.person, count)
        least = owners.least(one.text.codes.astype(np.int64), one.text.codes >= 0, -1)
        is_new = is_open & (least >= 0)
        is_open &= ~is_new
        names[is_new] = texts[least[is_new]]
        prefix[is_new] = kind.removeprefix(_OF).removeprefix(ID)
    return _told_apart(names.tolist(), prefix.tolist())


def _of_one(held: Held) -> Held:
    """Return what one person alone has."""
    texts = RowGroups(held.text.codes.astype(np.int64), len(held.text.names))
    owner = texts.spread(picked(held.person, texts.first()))
    is_shared = texts.spread(texts.any(held.person != owner), default=False)
    return Held(held.person[~is_shared], held.text.take(np.flatnonzero(~is_shared)))


def _told_apart(names: Sequence[str], prefixes: Sequence[str]) -> tuple[str, ...]:
    """Put prefixes before names that several have, and numbers into those still alike."""
    having = Counter(names)
    pairs = list(zip(names, prefixes, strict=True))
    spelled = [
        f"{prefix}:{name}" if having[name] > 1 and prefix else name for name, prefix in pairs
    ]
    having = Counter(spelled)
    alike = [at for at, one in enumerate(spelled) if having[one] > 1]
    taken = set(spelled)
    for at in alike:
        name, prefix = pairs[at]
        numbered = (f"{prefix}{number}:{name}" for number in itertools.count(1))
        spelled[at] = next(one for one in numbered if one not in taken)
        taken.add(spelled[at])
    return tuple(spelled)
