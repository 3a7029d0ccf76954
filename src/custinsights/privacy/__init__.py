"""What may we do with what we know of people? Consents, access, export, erasure, keys."""

from custinsights.privacy.access import PERSONAL, READ, Access, enter, shown_to
from custinsights.privacy.collecting import COLLECTIONS, collecting
from custinsights.privacy.collection import CHOSEN_FROM, Collected, Collection
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
from custinsights.privacy.disclosure import (
    RECTIFICATIONS,
    SubjectAccess,
    rectify,
    subject_access,
)
from custinsights.privacy.erasure import ERASURES, Erasure, erase
from custinsights.privacy.keys import Secret, generate_key, keyed_hash
from custinsights.privacy.pseudonyms import TELLING_FIELDS, pseudonym, pseudonymised
from custinsights.privacy.retention import RETAINED, RETENTIONS, Due, RetentionRule, due, retain
from custinsights.privacy.suppression import ERASED, OBJECTED, Suppressed, suppress, suppressed
from custinsights.privacy.vault import EncryptingVault

__all__ = [
    "CATEGORIES",
    "CHOSEN_FROM",
    "COLLECTIONS",
    "ERASED",
    "ERASURES",
    "MESSAGE_KINDS",
    "OBJECTED",
    "PERSONAL",
    "READ",
    "RECTIFICATIONS",
    "RETAINED",
    "RETENTIONS",
    "TELLING_FIELDS",
    "Access",
    "Collected",
    "Collection",
    "DataCategory",
    "DataField",
    "Due",
    "EncryptingVault",
    "Erasure",
    "MessageKind",
    "PreferenceCentre",
    "RetentionRule",
    "Secret",
    "SubjectAccess",
    "Suppressed",
    "category_of",
    "classes_of_people",
    "collecting",
    "due",
    "enter",
    "erase",
    "generate_key",
    "inventory",
    "inventory_of",
    "keyed_hash",
    "may_send",
    "pseudonym",
    "pseudonymised",
    "rectify",
    "retain",
    "shown_to",
    "subject_access",
    "suppress",
    "suppressed",
]
