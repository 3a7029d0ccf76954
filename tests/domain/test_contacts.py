"""A contact is recognised and shown by its shape alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custinsights.domain.contacts import hidden_if_contact, looks_like_contact, masked, shown_id


@pytest.mark.parametrize(
    ("value", "is_contact"),
    [
        ("anna@example.com", True),
        ("Anna <anna@example>", True),
        ("+44 20 7946 0958", True),
        ("0044 (20) 7946-0958", True),
        ("phone:307654321", True),
        ("(030) 765-4321", True),
        ("06 12 34 56 78", True),
        ("07700 900001", True),
        ("0171/1234567", True),
        ("0171.1234567", True),
        ("0171-1234567", True),
        ("0171\u20131234567", True),
        ("030/12345", True),
        ("0171\u00a01234567", True),
        ("06.12.34.56.78", True),
        ("03-1234-5678", True),
        ("212-555-0101", True),
        ("0171 1234567 / 0172 7654321", True),
        ("\u0660\u0661\u0667\u0661\u0661\u0662\u0663\u0664\u0665\u0666\u0667", True),
        ("\uff0b\uff14\uff19\uff11\uff17\uff10\uff11\uff12\uff13\uff14", True),
        ("+\u200b49 170 1234567", True),
        ("anna\uff20example.com", True),
        ("anna(at)example.com", True),
        ("1001", False),
        ("555-0101", False),
        ("05.03.2024 10:00:00", False),
        ("05/03/24 10:00", False),
        ("03/2024 10:00", False),
        ("028-1234567-1234567", False),
        ("0-306-40615-2", False),
        ("SKU-0012-34567", False),
        ("C00000012", False),
        ("0.12 0.34 0.5678", False),
        ("0123456789", False),
        ("491701234567", False),
        ("2024 (2023) 10", False),
        ("AB-2024-0001", False),
        ("2024-03-05 10:00:00 +0100", False),
        ("@", False),
        (1001, False),
        (None, False),
    ],
)
def test_contacts_are_told_from_order_numbers(value: object, is_contact: bool) -> None:
    """E-mail addresses and phone numbers are contacts; figures alone and dates are not."""
    assert looks_like_contact(value) == is_contact
    assert (hidden_if_contact(value) != value) == is_contact


@given(st.text())
def test_a_masked_text_has_none_of_its_letters_or_digits(text: str) -> None:
    """Letters are x, digits are 0, and nothing but printable signs is left."""
    shown = masked(text)
    assert shown.isprintable()
    kept = {sign for sign in shown if sign.isalnum()}
    plain = all(sign.isalnum() or sign.isprintable() for sign in text) and "\\" not in text
    assert not plain or kept <= {"x", "0"}


def test_masking_spells_out_what_is_invisible() -> None:
    """The NUL that makes a cell bad is seen, the person is not."""
    assert masked("anna\x00@x") == r"xxxx\x00@x"
    assert masked("y" * 50) == "x" * 40 + "…"
    assert shown_id("a@b") == "'x@x'"
    assert shown_id(1001) == "1001"
