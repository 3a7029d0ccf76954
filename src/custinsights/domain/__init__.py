"""What we talk about: orders and the people who place them, money, time, and what counts."""

from custinsights.domain.activities import ACTIVITY_KINDS, Activity, ActivityKind
from custinsights.domain.calendar import Calendar
from custinsights.domain.channels import ChannelTaxonomy
from custinsights.domain.consents import MARKETING, Consent, allows
from custinsights.domain.countries import CountryNames
from custinsights.domain.currencies import CURRENCIES, minor_exponent
from custinsights.domain.identities import IDENTITY_KINDS, Identity
from custinsights.domain.interests import INTEREST_STATES, Interest
from custinsights.domain.load_report import LEFT_OUT_REASONS, BadCell, BadRows, LeftOut, LoadReport
from custinsights.domain.money import Money
from custinsights.domain.notes import Note, NoteText
from custinsights.domain.order_steps import (
    ORDER_STATES,
    OrderStep,
    moved,
    next_states,
    order_steps,
)
from custinsights.domain.orders import Order, OrderLine, Refund
from custinsights.domain.people import Address, Customer, Tag
from custinsights.domain.period import UNITS, WEEKDAYS, Period
from custinsights.domain.phones import to_e164
from custinsights.domain.places import Coordinates, Gazetteer, PlaceTable
from custinsights.domain.policy import PurchasePolicy
from custinsights.domain.prices import PriceRule, SpecialPrice, price_for
from custinsights.domain.products import Product
from custinsights.domain.references import Campaign, Sale
from custinsights.domain.segments import Segment, SegmentEvent
from custinsights.domain.spend import SPEND_KINDS, Spend
from custinsights.domain.statuses import FULFILMENT_STATUSES, ORDER_STATUSES, Fulfilment
from custinsights.domain.tag_changes import TAG_CHANGES, TagChange
from custinsights.domain.tags import TagBook

__all__ = [
    "ACTIVITY_KINDS",
    "CURRENCIES",
    "FULFILMENT_STATUSES",
    "IDENTITY_KINDS",
    "INTEREST_STATES",
    "LEFT_OUT_REASONS",
    "MARKETING",
    "ORDER_STATES",
    "ORDER_STATUSES",
    "SPEND_KINDS",
    "TAG_CHANGES",
    "UNITS",
    "WEEKDAYS",
    "Activity",
    "ActivityKind",
    "Address",
    "BadCell",
    "BadRows",
    "Calendar",
    "Campaign",
    "ChannelTaxonomy",
    "Consent",
    "Coordinates",
    "CountryNames",
    "Customer",
    "Fulfilment",
    "Gazetteer",
    "Identity",
    "Interest",
    "LeftOut",
    "LoadReport",
    "Money",
    "Note",
    "NoteText",
    "Order",
    "OrderLine",
    "OrderStep",
    "Period",
    "PlaceTable",
    "PriceRule",
    "Product",
    "PurchasePolicy",
    "Refund",
    "Sale",
    "Segment",
    "SegmentEvent",
    "SpecialPrice",
    "Spend",
    "Tag",
    "TagBook",
    "TagChange",
    "allows",
    "minor_exponent",
    "moved",
    "next_states",
    "order_steps",
    "price_for",
    "to_e164",
]
