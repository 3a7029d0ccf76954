"""What may we do with what we know of people? Consents, access, export, erasure, keys."""

from custinsights.privacy.access import PERSONAL, READ, Access, enter, shown_to
from custinsights.privacy.consents import (
    MESSAGE_KINDS,
    MessageKind,
    PreferenceCentre,
    may_send,
)
from custinsights.privacy.data_inventory import (
    CATEGORIES,
    DataCategory,
    DataField,
    category_of,
    classes_of_people,
    inventory,
    inventory_of,
)
from custinsights.privacy.keys import Secret, generate_key, keyed_hash
from custinsights.privacy.pseudonyms import TELLING_FIELDS, pseudonym, pseudonymised
from custinsights.privacy.vault import EncryptingVault

__all__ = [
    "CATEGORIES",
    "MESSAGE_KINDS",
    "PERSONAL",
    "READ",
    "TELLING_FIELDS",
    "Access",
    "DataCategory",
    "DataField",
    "EncryptingVault",
    "MessageKind",
    "PreferenceCentre",
    "Secret",
    "category_of",
    "classes_of_people",
    "enter",
    "generate_key",
    "inventory",
    "inventory_of",
    "keyed_hash",
    "may_send",
    "pseudonym",
    "pseudonymised",
    "shown_to",
]
