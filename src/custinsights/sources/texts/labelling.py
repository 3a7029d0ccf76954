"""What may a label be named that is read beside the fields?

Labels are open: a rule, a table and whoever may look at numbers reads them. So no label holds what
tells who somebody is, and none is named as a field of an order, which could not be read again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from custinsights.errors import InvalidValue

_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "customer": ("buyer", "client", "purchaser", "recipient"),
    "name": ("name", "fullname", "username"),
    "first_name": ("firstname", "givenname", "forename"),
    "last_name": ("lastname", "surname", "familyname"),
    "email": ("email", "mail", "emailaddress", "mailaddress"),
    "phone": (
        *("phone", "phonenumber", "phoneno", "telephone", "telephonenumber", "tel"),
        *("mobilephone", "mobilenumber", "cellphone"),
    ),
    "street": (
        *("street", "address", "addressline", "addresses", "streetaddress", "streetname"),
        *("fulladdress", "houseno", "housenumber"),
    ),
    "postal_code": ("postalcode", "postcode", "zip", "zipcode"),
    "birthday": ("birthday", "birthdate", "dateofbirth", "dob"),
    "latitude": ("latitude", "lat"),
    "longitude": ("longitude", "lng", "lon"),
}
"""Our words for what is personal, and others for it, without what parts their syllables."""

_FIELDS: Final = {word: field for field, words in _WORDS.items() for word in words}
_WHOSE: Final = (
    *("billing", "bill", "shipping", "ship", "delivery", "invoice", "home", "contact"),
    *("customer", "buyer", "client", "purchaser", "recipient", "user", "account"),
)


def personal_field(name: str) -> str | None:
    """Return the field that a name plainly means and that is personal; None if it means none.

    Examples
    --------
    >>> [personal_field(one) for one in ("zip", "billing_address1", "buyer_name", "theme")]
    ['postal_code', 'billing_street', 'name', None]
    """
    word = name.casefold().replace("_", "").rstrip("0123456789")
    bare = next((word.removeprefix(one) for one in _WHOSE if word.startswith(one)), word)
    field = _FIELDS.get(word) or _FIELDS.get(bare)
    is_of_bill = word.startswith("bill") and field in ("street", "postal_code")
    return f"billing_{field}" if is_of_bill else field


def refuse_no_label(name: str, what: str, taken: frozenset[str]) -> None:
    """Refuse a name that no label may have; `what` it is, and what is `taken`.

    Raises
    ------
    InvalidValue
        It means something personal, or is taken.
    """
    field = personal_field(name)
    if field is not None:
        is_of_people = field in ("birthday", "latitude", "longitude")
        table = ", in a table of customers" if is_of_people else ""
        allowed = f"the word {field!r}{table}: what is personal is kept apart from labels"
        raise InvalidValue(f"{what} is personal, and no label", name, allowed)
    if name in taken:
        allowed = "a name that no field of an order has"
        raise InvalidValue(f"{what} is a field of an order, and no label", name, allowed)
