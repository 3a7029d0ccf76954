"""Which fields go together into a file, and what is it for?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import attrs

from custinsights.domain.fields import any_text, as_tuple, looked_up, members, named, text
from custinsights.domain.frozen import Frozen
from custinsights.errors import InvalidValue

__all__ = ["KINDS", "PRESETS", "ExportPreset", "chosen_preset", "refuse_repeated"]

KINDS: Final = ("customers", "orders")
"""Of what the rows of an export are."""


def refuse_repeated(fields: tuple[str, ...]) -> None:
    """Refuse no fields, and a field that is named twice."""
    if not fields:
        raise InvalidValue("an export has no fields", "none", "the name of one field or more")
    twice = sorted({name for name in fields if fields.count(name) > 1})
    if twice:
        raise InvalidValue("fields of an export are named twice", twice, "each name once")


@attrs.frozen(kw_only=True)
class ExportPreset:
    """What an export holds and what it is for; a shop may have others than `PRESETS`.

    Parameters
    ----------
    name : str
        What it is called.
    rows : {"customers", "orders"}
        Of what its rows are.
    definition : str
        What is in it, in a sentence.
    purpose : str
        What it is for, in a sentence: the same fields may be right for one thing and wrong for
        another.
    fields : tuple of str
        The columns, in order.
    topic : str, default ""
        To which purpose its people must have agreed, as in the ledger of consents; blank where no
        consent is needed. Then the export advertises nothing.
    channel : str, default "email"
        By which channel they agreed, and of which an address must be known.
    """

    name: str = attrs.field(validator=text)
    rows: str = attrs.field(validator=named("kind of rows", KINDS))
    definition: str = attrs.field(validator=text)
    purpose: str = attrs.field(validator=text)
    fields: tuple[str, ...] = attrs.field(converter=as_tuple, validator=members(text))
    topic: str = attrs.field(default="", validator=any_text)
    channel: str = attrs.field(default="email", validator=text)

    def __attrs_post_init__(self) -> None:
        refuse_repeated(self.fields)
        if self.topic and self.rows != "customers":
            what = f"the preset {self.name!r} of {self.rows} asks for a consent"
            raise InvalidValue(what, self.topic, "a topic of a preset of customers alone")


_ALL = (
    ExportPreset(
        name="customers",
        rows="customers",
        definition="Everybody known, with contacts, tags, and what they bought in all.",
        purpose="To have the shop's records of its customers outside of it.",
        fields=(
            *("id", "name", "email", "phone", "created_at", "acquisition_channel"),
            *("street", "postal_code", "city", "region", "country", "tags"),
            *("order_count", "total_spent", "first_order_at", "last_order_at"),
        ),
    ),
    ExportPreset(
        name="email_list",
        rows="customers",
        definition="Who agreed to the newsletter by e-mail, with since when and by which act.",
        purpose="To keep a list of subscribers, and the proof that they are, in a second place.",
        fields=("email", "name", "agreed_at", "agreed_how", "tags"),
        topic="newsletter",
    ),
    ExportPreset(
        name="marketing_platform",
        rows="customers",
        definition="Who agreed to offers by e-mail, with what letters are chosen by.",
        purpose="To send offers by the platform of somebody else.",
        fields=(
            *("email", "name", "city", "region", "country", "tags", "agreed_at"),
            *("order_count", "total_spent", "first_order_at", "last_order_at"),
        ),
        topic="offers",
    ),
    ExportPreset(
        name="analysis",
        rows="customers",
        definition="What everybody bought, without what tells who they are.",
        purpose="To count and to compare, without knowing anybody.",
        fields=(
            *("customer_country", "acquisition_channel", "first_order_at", "last_order_at"),
            *("days_since_last_order", "order_count", "total_spent", "average_order_value"),
            *("median_order_value", "average_gap_days"),
        ),
    ),
    ExportPreset(
        name="orders",
        rows="orders",
        definition="Every order with its products, states and amounts.",
        purpose="To look orders up outside the shop, and to give customers theirs.",
        fields=(
            *("placed_at", "source", "id", "customer", "status", "fulfilment", "products"),
            *("currency", "amount", "refunded", "net", "payment_method"),
        ),
    ),
    ExportPreset(
        name="accounting",
        rows="orders",
        definition="Every order with the parts of its amount, and every refund of no order: net "
        "adds up to what was taken.",
        purpose="For the accounts: income by day, country and way of paying, taxes and refunds.",
        fields=(
            *("entry", "placed_at", "source", "id", "customer", "status", "country", "currency"),
            *("goods", "discount", "shipping", "tax", "tip", "amount", "refunded", "net"),
            "payment_method",
        ),
    ),
)

PRESETS: Final[Mapping[str, ExportPreset]] = Frozen({one.name: one for one in _ALL})
"""The exports that shops ask for, by name."""


def chosen_preset(
    given: str | ExportPreset | None, rows: str, fields: Iterable[str] | None
) -> ExportPreset:
    """Return what is asked for: a preset of these rows, with other fields where they are told."""
    preset = given
    if not isinstance(preset, ExportPreset):
        known = {name: one for name, one in PRESETS.items() if one.rows == rows}
        preset = looked_up(f"preset of {rows}", rows if preset is None else preset, known)
    if preset.rows != rows:
        raise InvalidValue(f"this preset is not of {rows}", preset.name, f"one of {rows}")
    return preset if fields is None else attrs.evolve(preset, fields=fields)
