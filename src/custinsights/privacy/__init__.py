"""What may we do with what we know of people? Consents, access, export, erasure, keys."""

from custinsights.privacy.keys import Secret, generate_key, keyed_hash
from custinsights.privacy.pseudonyms import TELLING_FIELDS, pseudonym, pseudonymised
from custinsights.privacy.vault import EncryptingVault

__all__ = [
    "TELLING_FIELDS",
    "EncryptingVault",
    "Secret",
    "generate_key",
    "keyed_hash",
    "pseudonym",
    "pseudonymised",
]
