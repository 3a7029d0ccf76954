"""Which rules of matching are there from the start?"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import product
from typing import Final

from custinsights.domain.matching.impersonal import GATEWAYS, ROLES, is_impersonal
from custinsights.domain.matching.names import FullName, is_typo
from custinsights.domain.matching.persons import Person
from custinsights.domain.matching.rules import MatchingRule, MatchingRules

__all__ = ["MATCHING_RULES", "matching_rules"]

Found = tuple[str, str] | None


def matching_rules(
    *, roles: Iterable[str] = ROLES, gateways: Iterable[str] = GATEWAYS
) -> MatchingRules:
    """Return the rules of `MATCHING_RULES` with another idea of whose addresses are nobody's.

    Parameters
    ----------
    roles
        Names, before the @ and a plus, of addresses that several people read.
    gateways
        Domains of addresses that pass letters on, with all that lies below them.
    """
    is_nobodys = partial(is_impersonal, roles=frozenset(roles), gateways=frozenset(gateways))
    return MatchingRules(
        (*_by_emails(is_nobodys), *_by_all_else(), *_doubts(is_nobodys)),
    )


def _by_emails(is_nobodys: Callable[[str], bool]) -> tuple[MatchingRule, ...]:
    """Return what addresses of e-mail say for one person."""
    return (
        MatchingRule(
            "same e-mail",
            "They have an e-mail address in common, which is none of a role or gateway.",
            partial(_same_email, is_nobodys),
            points=100,
            keys=_emails,
        ),
        MatchingRule(
            "same mailbox",
            "Their e-mail addresses differ, and their provider keeps both in one mailbox: dots "
            "at Gmail, what follows a plus.",
            partial(_same_mailbox, is_nobodys),
            points=95,
            keys=_mailboxes,
        ),
        MatchingRule(
            "e-mail with a typo",
            "Their e-mail addresses differ by one letter lost, added, changed or two that "
            "changed places, in the name or the domain; not by figures or signs alone, and not "
            "by known providers.",
            partial(_typo, is_nobodys),
            points=40,
        ),
        MatchingRule(
            "same impersonal e-mail",
            "They have an e-mail address of a role (info@) or a gateway in common.",
            partial(_same_impersonal, is_nobodys),
            points=55,
            at_most="doubtful",
        ),
    )


def _by_all_else() -> tuple[MatchingRule, ...]:
    """Return what speaks for one person beside addresses of e-mail."""
    return (
        MatchingRule(
            "same external id",
            "One source has given both the same id.",
            _same_id,
            points=100,
            keys=_ids,
        ),
        MatchingRule(
            "same phone",
            "They have a phone number in common.",
            _same_phone,
            points=60,
            keys=_phones,
        ),
        MatchingRule(
            "same address",
            "They have street, house and postal code (else city) in common; case, accents, "
            "order of words and usual abbreviations aside.",
            _same_address,
            points=45,
            keys=_addresses,
        ),
        MatchingRule(
            "same postal code",
            "They have a postal code in common, and no address.",
            _same_postal_code,
            points=10,
        ),
        MatchingRule(
            "same name",
            "They have a full name in common; case, accents, titles and order of words aside.",
            _same_name,
            points=45,
            keys=_names,
        ),
        MatchingRule(
            "similar name",
            "Their full names are not the same, but family names are alike, and first names "
            "are alike or the same.",
            _similar_name,
            points=25,
        ),
        MatchingRule(
            "same birthday",
            "They were born on the same day, which is no first of January.",
            _same_birthday,
            points=40,
            keys=_birthdays,
        ),
    )


def _doubts(is_nobodys: Callable[[str], bool]) -> tuple[MatchingRule, ...]:
    """Return what lets nobody be found certainly."""
    return (
        MatchingRule(
            "different first names",
            "Both have full names, and no first name of the one is like one of the other.",
            _different_first_names,
            at_most="doubtful",
            tells_apart=True,
        ),
        MatchingRule(
            "first names only alike",
            "First names are alike and not the same, as those of brothers and sisters may be, "
            "and neither an e-mail address, an external id nor a birthday is the same.",
            partial(_only_alike, is_nobodys),
            at_most="doubtful",
        ),
        MatchingRule(
            "no full name to compare",
            "One of them has no full name, and neither an e-mail address, an external id nor a "
            "birthday is the same: so may it be of those who share a home.",
            partial(_no_full_name, is_nobodys),
            at_most="doubtful",
        ),
        MatchingRule(
            "different birthdays",
            "Both birthdays are known, and they are not the same.",
            _different_birthdays,
            points=-30,
            at_most="doubtful",
            tells_apart=True,
        ),
        MatchingRule(
            "two ids of one source",
            "One source knows both, under different ids.",
            _two_ids,
            at_most="doubtful",
            tells_apart=True,
        ),
    )


def _shared(left: Iterable[str], right: Iterable[str]) -> Found:
    both = {*left}.intersection(right)
    return (min(both),) * 2 if both else None


def _same_email(is_nobodys: Callable[[str], bool], left: Person, right: Person) -> Found:
    both = {*left.emails}.intersection(right.emails)
    return _shared(both, [one for one in both if not is_nobodys(one)])


def _same_mailbox(is_nobodys: Callable[[str], bool], left: Person, right: Person) -> Found:
    if _same_email(is_nobodys, left, right):
        return None
    both = left.mailboxes & right.mailboxes
    return _shared(both, [one for one in both if not is_nobodys(one)])


def _typo(is_nobodys: Callable[[str], bool], left: Person, right: Person) -> Found:
    for pair in product(left.emails, right.emails):
        if is_typo(*pair) and not any(map(is_nobodys, pair)):
            return pair
    return None


def _same_impersonal(is_nobodys: Callable[[str], bool], left: Person, right: Person) -> Found:
    both = {*left.emails}.intersection(right.emails)
    return _shared(both, filter(is_nobodys, both))


def _same_id(left: Person, right: Person) -> Found:
    return _shared(map(": ".join, left.ids), map(": ".join, right.ids))


def _same_phone(left: Person, right: Person) -> Found:
    return _shared(left.phones, right.phones)


def _same_address(left: Person, right: Person) -> Found:
    return _shared(left.address_keys, right.address_keys)


def _same_postal_code(left: Person, right: Person) -> Found:
    if _same_address(left, right):
        return None
    return _shared(left.postal_codes, right.postal_codes)


def _same_name(left: Person, right: Person) -> Found:
    return _shared((one.key for one in left.full_names), (one.key for one in right.full_names))


def _similar_name(left: Person, right: Person) -> Found:
    if _same_name(left, right):
        return None
    return next(_named(left, right, FullName.is_similar), None)


def _named(
    left: Person, right: Person, holds: Callable[[FullName, FullName], bool]
) -> Iterator[tuple[str, str]]:
    for one, other in product(left.full_names, right.full_names):
        if holds(one, other):
            yield one.key, other.key


def _same_birthday(left: Person, right: Person) -> Found:
    return _days(left, right) if left.born is not None and left.born == right.born else None


def _different_birthdays(left: Person, right: Person) -> Found:
    is_said = left.born is not None and right.born is not None
    return _days(left, right) if is_said and left.born != right.born else None


def _days(left: Person, right: Person) -> Found:
    return str(left.birthday), str(right.birthday)


def _closest(left: Person, right: Person) -> str:
    """Return how first names compare where they do best; blank where some have none."""
    told = {one.first_names(other) for one, other in product(left.full_names, right.full_names)}
    return next((word for word in ("same", "alike", "apart") if word in told), "")


def _different_first_names(left: Person, right: Person) -> Found:
    return _all_names(left, right) if _closest(left, right) == "apart" else None


def _only_alike(is_nobodys: Callable[[str], bool], left: Person, right: Person) -> Found:
    is_open = _closest(left, right) == "alike" and not _is_of_one(is_nobodys, left, right)
    return _all_names(left, right) if is_open else None


def _no_full_name(is_nobodys: Callable[[str], bool], left: Person, right: Person) -> Found:
    is_open = not _closest(left, right) and not _is_of_one(is_nobodys, left, right)
    return _all_names(left, right) if is_open else None


def _is_of_one(is_nobodys: Callable[[str], bool], left: Person, right: Person) -> bool:
    """Whether something is the same that only one person has."""
    return bool(
        _same_birthday(left, right)
        or _same_id(left, right)
        or _same_email(is_nobodys, left, right)
        or _same_mailbox(is_nobodys, left, right)
    )


def _all_names(left: Person, right: Person) -> tuple[str, str]:
    return ", ".join(left.names), ", ".join(right.names)


def _two_ids(left: Person, right: Person) -> Found:
    ids, others = {*left.ids}, {*right.ids}
    sources = {source for source, _ in left.ids}.intersection(source for source, _ in right.ids)
    for source in sorted(sources):
        if not any(one[0] == source for one in ids & others):
            return _of_source(ids, source), _of_source(others, source)
    return None


def _of_source(ids: set[tuple[str, str]], source: str) -> str:
    return ", ".join(sorted(f"{source}: {one}" for of, one in ids if of == source))


def _emails(person: Person) -> Iterable[str]:
    return person.emails


def _mailboxes(person: Person) -> Iterable[str]:
    return person.mailboxes


def _ids(person: Person) -> Iterable[str]:
    return map(": ".join, person.ids)


def _phones(person: Person) -> Iterable[str]:
    return person.phones


def _addresses(person: Person) -> Iterable[str]:
    return person.address_keys


def _names(person: Person) -> Iterator[str]:
    """Yield names with what has to be the same beside them: too many have a name alone."""
    domains = {email.rpartition("@")[2] for email in person.emails}
    days = {str(person.born)} if person.born else set()
    for name in person.full_names:
        for beside in (*person.postal_codes, *domains, *days):
            yield f"{name.key} {beside}"


def _birthdays(person: Person) -> Iterator[str]:
    if person.born is not None:
        yield str(person.born)


MATCHING_RULES: Final = matching_rules()
"""The rules by which people are matched unless others are given."""
