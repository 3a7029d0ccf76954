"""What a copied file tells who does not have the keys, and what is left in it of who is gone."""

import base64
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from custinsights.domain import Identity
from custinsights.errors import InvalidValue, WrongKey
from custinsights.privacy import EncryptingVault, erase, generate_key, suppress
from custinsights.repositories.sql import open_store
from custinsights.repositories.sql.schema import tables
from tests.privacy.conftest import KEY, LATER, MARKS, fill

SEAL, INDEX = generate_key(), generate_key()
SEALED = ("markername", "marker@", "11 22 33", "1122334", "markerstreet", "marker1", "1980-04-05")
SEALED_TOO = ("45.7512345", "likes blue", "signed marker", "buyer-99", "marker-old")
OPEN = ("lot-secret", "buyer-9", "markerism", "anna marker asked", "both are anna", "marker ltd")
"""What rests as it is, as the page on threats says: activities, ids, interests, reasons, logs."""


def read(folder: Path) -> str:
    """Return the bytes of all files of a folder, as text without case."""
    files = [one for one in folder.iterdir() if one.is_file()]
    assert files
    return "".join(one.read_bytes().decode("latin-1") for one in files).casefold()


def make(folder: Path, *keys: str) -> None:
    """Make a file of a shop, sealed where keys are given."""
    store = open_store(folder / "shop.db", vault=EncryptingVault(keys, INDEX) if keys else None)
    fill(store)
    store.close()


def keys_in(told: str) -> list[str]:
    """Return the keys that stand in some bytes: as texts, as bytes and in hexadecimal figures."""
    shapes = []
    for key in (SEAL, INDEX, KEY):
        raw = base64.urlsafe_b64decode(key) if key is not KEY else key.encode()
        halves = (raw[:16], raw[16:32])  # Fernet takes its key apart
        shapes += [key, raw.hex(), *(one.decode("latin-1") for one in (raw, *halves))]
    return [one for one in shapes if one.casefold() in told]


def test_a_sealed_file_shows_no_contacts(tmp_path: Path) -> None:
    """Without the keys no name, address, number, birthday, note or proof is read off the file.

    Neither while it is open, with the journal beside it, nor in a copy that somebody makes; and no
    key is there, whatever was done with it.
    """
    store = open_store(tmp_path / "shop.db", vault=EncryptingVault([SEAL], INDEX))
    fill(store)
    with store.begin(at=LATER) as work:
        suppress(work, [Identity("email", "eve.marker@example.com")], key=KEY)
    with store.begin(at=LATER) as work:
        work.people.listed("anna.marker@example.com")
        copied = tmp_path / "copy"
        copied.mkdir()
        files = [closing(sqlite3.connect(one / "shop.db")) for one in (tmp_path, copied)]
        with files[0] as source, files[1] as target:
            source.backup(target)
        found_open = read(tmp_path)
        assert (tmp_path / "shop.db-wal").stat().st_size > 0
    store.close()
    for found in (found_open, read(tmp_path), read(copied)):
        assert [mark for mark in (*SEALED, *SEALED_TOO) if mark in found] == []
        assert [mark for mark in OPEN if mark not in found] == []
        assert keys_in(found) == []


def test_a_key_would_be_found() -> None:
    """The search for keys finds each of their shapes, so that finding none means something."""
    raw = base64.urlsafe_b64decode(SEAL)
    for shape in (SEAL, raw.hex(), raw[16:].decode("latin-1"), KEY):
        assert keys_in(f"before{shape}after".casefold())


def test_the_copy_before_a_migration_is_sealed_too(tmp_path: Path) -> None:
    """The copy that is made when an old file is brought up to date shows nobody, and no key."""
    make(tmp_path, SEAL)
    with closing(sqlite3.connect(tmp_path / "shop.db")) as file:  # as the second version left it
        later = [one for table in tables.tables.values() for one in table.indexes if one.info]
        for index in (one for one in later if one.info["since"] > 2):
            file.execute(f"DROP INDEX {index.name}")
        file.execute("ALTER TABLE orders DROP COLUMN observed_until")
        file.execute("DELETE FROM custinsights_migrations WHERE number > 2")
        file.commit()
    for vault in (EncryptingVault([generate_key()], INDEX), None):
        with pytest.raises(WrongKey):
            open_store(tmp_path / "shop.db", vault=vault)
    assert [one.name for one in tmp_path.iterdir()] == ["shop.db"]
    open_store(tmp_path / "shop.db", vault=EncryptingVault([SEAL], INDEX)).close()
    assert (tmp_path / "shop.db.schema-2").is_file()
    found = read(tmp_path)
    assert [mark for mark in (*SEALED, *SEALED_TOO) if mark in found] == []
    assert keys_in(found) == []
    with pytest.raises(WrongKey):
        open_store(tmp_path / "shop.db.schema-2")


def test_a_plain_file_shows_them(tmp_path: Path) -> None:
    """Without a vault they are there, so that not finding them means something."""
    make(tmp_path)
    found = read(tmp_path)
    hidden = {"buyer-99", "45.7512345"}  # nobody's; a number in binary
    assert {mark for mark in (*SEALED, *SEALED_TOO) if mark not in found} <= hidden


@pytest.mark.parametrize("keys", [(), (SEAL,)], ids=["plain", "sealed"])
def test_nothing_of_who_is_gone_is_left_in_the_file(tmp_path: Path, keys: tuple[str, ...]) -> None:
    """After an erasure the bytes of the file hold nothing of the person."""
    make(tmp_path, *keys)
    vault = EncryptingVault(keys, INDEX) if keys else None
    store = open_store(tmp_path / "shop.db", vault=vault)
    with store.begin(at=LATER) as work:
        erase(work, "c7", at=LATER, by="Ada", key=KEY)
    store.close()
    found = read(tmp_path)
    assert [mark for mark in (*MARKS, *OPEN) if mark in found] == []
    assert "erased-" in found


def test_a_file_is_opened_by_its_keys_alone(tmp_path: Path) -> None:
    """Other keys, another index key and no keys are refused before anything is read or written."""
    make(tmp_path, SEAL)
    before = (tmp_path / "shop.db").read_bytes()
    for vault in (EncryptingVault([generate_key()], INDEX), EncryptingVault([SEAL], KEY), None):
        with pytest.raises(WrongKey, match="Give the keys of this store") as refused:
            open_store(tmp_path / "shop.db", vault=vault)
        assert not re.search("(?i)marker|shop.db", str(refused.value))
    assert (tmp_path / "shop.db").read_bytes() == before


def test_somebody_is_found_by_a_sealed_address(tmp_path: Path) -> None:
    """The keyed index finds an address, however it is written."""
    make(tmp_path, SEAL)
    store = open_store(tmp_path / "shop.db", vault=EncryptingVault([SEAL], INDEX))
    with store.begin(read_only=True) as work:
        assert work.people.find(Identity("email", " ANNA.Marker@example.com")) == "c7"
        assert [one.id for one in work.people.listed("anna.marker@example.com")] == ["c7"]
    store.close()


def test_keys_rotate_in_a_file(tmp_path: Path) -> None:
    """A new key in front opens the file; sealed anew, it opens by the new key alone."""
    make(tmp_path, SEAL)
    new = generate_key()
    store = open_store(tmp_path / "shop.db", vault=EncryptingVault([new, SEAL], INDEX))
    rooms = ("people", "orders", "activities", "annotations")
    with store.begin(read_only=True) as work:
        before = [getattr(work, room).export("c7") for room in rooms]
        last = work.last_change()
    assert store.reseal() == 2 + 4 + 1 + 2 + 1  # people, identities, consent, orders, note
    store.close()
    with pytest.raises(WrongKey, match="another key"):
        open_store(tmp_path / "shop.db", vault=EncryptingVault([SEAL], INDEX))
    store = open_store(tmp_path / "shop.db", vault=EncryptingVault([new], INDEX))
    with store.begin(read_only=True) as work:
        assert [getattr(work, room).export("c7") for room in rooms] == before
        assert work.last_change() == last
        assert work.people.find(Identity("email", "old.marker@example.com")) == "c7"
    store.close()


def test_a_store_without_a_vault_takes_none_later(tmp_path: Path) -> None:
    """Nothing in it is sealed; it says so, and what to do."""
    open_store(tmp_path / "shop.db").close()
    vault = EncryptingVault([generate_key()], generate_key())
    with pytest.raises(InvalidValue, match=r"made without a vault.*import it into a new store"):
        open_store(tmp_path / "shop.db", vault=vault)
