"""What rests sealed is read by the keys of the store alone, and by nothing else."""

import copy
import pickle
import sys
from base64 import urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custinsights.errors import InvalidValue, MissingExtra, WrongKey
from custinsights.privacy import EncryptingVault, generate_key, keyed_hash
from custinsights.repositories.vaults import PlainVault, Vault, proof_of, refuse_other_vault

#: Keys that are the same in every run, since tests are named after what they are given.
KEYS = tuple(urlsafe_b64encode(bytes([turn]) * 32).decode() for turn in range(1, 4))
INDEX_KEY = urlsafe_b64encode(bytes(range(32))).decode()
MAIL = "ada.lovelace@example.com"


def vault(*keys: str, index_key: str = INDEX_KEY) -> EncryptingVault:
    """Return a vault of some keys."""
    return EncryptingVault(keys or KEYS[:1], index_key)


@given(st.text(st.characters()))
def test_what_is_sealed_comes_out_as_it_was(text: str) -> None:
    """Opening undoes sealing, of any text."""
    own = vault()
    assert own.open(own.seal(text)) == text


def test_a_sealed_text_shows_nothing() -> None:
    """Equal texts are sealed differently, and neither seal nor index shows the text."""
    own = vault()
    first, second, blind = own.seal(MAIL), own.seal(MAIL), own.blind("email", MAIL)
    assert first != second
    assert all(
        word not in one for one in (first, second, blind) for word in ("lovelace", "example")
    )
    assert first.isascii()


def test_the_index_finds_by_the_same_key_only() -> None:
    """A blinded text is the same in every vault of one index key, and another per kind and key."""
    blind = vault().blind("email", MAIL)
    assert blind == vault(KEYS[1]).blind("email", MAIL)
    assert blind != vault().blind("phone", MAIL)
    assert blind != vault(index_key=generate_key()).blind("email", MAIL)


def test_keys_rotate() -> None:
    """A new key in front opens what the old one sealed; resealed, the old one can go."""
    old = vault(KEYS[0]).seal(MAIL)
    both = vault(KEYS[1], KEYS[0])
    assert both.open(old) == MAIL
    with pytest.raises(WrongKey, match="another key"):
        vault(KEYS[1]).open(old)
    assert vault(KEYS[1]).open(both.reseal(old)) == MAIL


@pytest.mark.parametrize(
    "sealed",
    [
        "",
        "no seal",
        MAIL,
        "ä",
        pytest.param(vault().seal(MAIL)[:-8] + "AAAAAAA=", id="changed"),
    ],
)
def test_what_the_keys_do_not_open_is_refused(sealed: str) -> None:
    """What was not sealed, or changed since, is refused, and the message shows none of it."""
    with pytest.raises(WrongKey, match="A sealed text was made with another key") as refused:
        vault().open(sealed)
    shown = f"{refused.value}{refused.value!r}"
    assert not sealed or sealed not in shown
    assert refused.value.__cause__ is None
    assert all(key not in shown for key in (*KEYS, INDEX_KEY))


def test_no_key_is_ever_shown() -> None:
    """Neither repr, nor pickle, nor copy gives the keys away."""
    own = vault(*KEYS)
    assert repr(own) == "<EncryptingVault: 3 keys>"
    for way in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(InvalidValue, match="cannot be pickled or copied"):
            way(own)


@pytest.mark.parametrize(
    ("keys", "index_key", "match"),
    [
        ([], INDEX_KEY, "no list"),
        (KEYS[0], INDEX_KEY, "no list"),
        (["x" * 44], INDEX_KEY, "a key of a vault is none|A key of a vault is none"),
        ([KEYS[0]], "short-secret", "too short: '12 bytes'"),
        ([KEYS[0]], 7, "is no key"),
        ([KEYS[0]], KEYS[0], "both seals and blinds"),
    ],
)
def test_a_key_that_is_none_is_refused(keys: list[str], index_key: str, match: str) -> None:
    """Keys that are missing, too short, of another form or used twice are refused and not shown."""
    with pytest.raises(InvalidValue, match=match) as refused:
        EncryptingVault(keys, index_key)
    assert all(key not in str(refused.value) for key in (*KEYS, "short-secret", "x" * 44))


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever lacks cryptography is told how to get it."""
    monkeypatch.setitem(sys.modules, "cryptography.fernet", None)
    with pytest.raises(MissingExtra, match=r"custinsights\[crypto\]"):
        vault()


def test_a_store_knows_its_vault_again() -> None:
    """The proof of a vault lets in the same keys, and new ones in front, and no others."""
    proof = proof_of(vault())
    refuse_other_vault(vault(), proof)
    refuse_other_vault(vault(KEYS[1], KEYS[0]), proof)
    others: list[Vault] = [vault(KEYS[1]), vault(index_key=generate_key()), PlainVault()]
    for other in others:
        with pytest.raises(WrongKey, match="another key"):
            refuse_other_vault(other, proof)
    with pytest.raises(InvalidValue, match="made without a vault"):
        refuse_other_vault(vault(), proof_of(PlainVault()))
    refuse_other_vault(PlainVault(), proof_of(PlainVault()))
    assert all(key not in str(proof) for key in (*KEYS, INDEX_KEY))


def test_a_keyed_hash_parts_its_texts() -> None:
    """Hashes differ by key, purpose and where one text ends and the next begins."""
    told = [("k" * 32, "a", "bc"), ("k" * 32, "ab", "c"), ("l" * 32, "a", "bc")]
    parted = [("k" * 32, "a", "b", "c"), ("k" * 32, "a", "bc", "")]
    assert len({keyed_hash(*one) for one in [*told, *parted]}) == 5
    assert keyed_hash("k" * 32, "a", "b") == keyed_hash(b"k" * 32, "a", "b")
