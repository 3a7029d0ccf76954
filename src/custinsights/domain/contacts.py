"""Telling that a text is a contact, and showing its shape without the person.

Errors know it already, for they show no contacts either: see `custinsights.errors.contacts`.
"""

from custinsights.errors.contacts import (
    BY_PHONE,
    hidden_if_contact,
    looks_like_contact,
    masked,
    shown_id,
)

__all__ = ["BY_PHONE", "hidden_if_contact", "looks_like_contact", "masked", "shown_id"]
