"""Who asks what is known of them gets everything, and what is wrong is put right."""

import csv
import io
import json
from datetime import datetime
from pathlib import Path
from zipfile import ZipFile

import pytest

from custinsights.domain import Customer, Identity
from custinsights.errors import InvalidValue, NaiveTime, UnknownName
from custinsights.privacy import SubjectAccess, inventory, rectify, subject_access
from custinsights.repositories.protocols import Store
from tests.privacy.conftest import HOME, LATER, MARKS


@pytest.mark.covers("M56", "A40")
def test_everything_is_in_the_bundle(shop: Store) -> None:
    """Whatever any repository holds of the person is in the JSON, and in the tables."""
    with shop.begin(at=LATER) as work:
        bundle = subject_access(work, "c8", at=LATER, by="Ada")
        rooms = {name: getattr(work, name) for name in ("people", "orders", "activities")}
        held = {name: room.export("c7") for name, room in rooms.items()}
    assert bundle.customer == "c7"
    assert {name: bundle.data[name] for name in held} == held
    files = bundle.files()
    tables = "".join(text for name, text in files.items() if name.endswith(".csv"))
    marks = [mark for mark in MARKS if mark != "1122334"]
    for text in (files["data.json"], tables):
        assert [mark for mark in marks if mark not in text.casefold()] == []
    assert "bo" not in {bundle.customer, *json.dumps(bundle.data).split('"')}


def test_the_bundle_explains_itself(shop: Store) -> None:
    """The data inventory goes along, with purpose and retention of every personal field."""
    with shop.begin(read_only=True) as work:
        bundle = subject_access(work, "c7", at=LATER)
    told = json.loads(bundle.files()["data.json"])
    names = {one["field"] for one in told["inventory"]}
    assert names == {one.name for one in inventory() if one.category.is_personal}
    rows = [*csv.DictReader(io.StringIO(bundle.files()["inventory.csv"]))]
    assert all(row["purpose"] and row["retention"] for row in rows)


def test_the_tables_read_as_they_were_written(shop: Store) -> None:
    """Each CSV file has a header and a row for each record, with what lies inside as JSON."""
    with shop.begin(read_only=True) as work:
        files = subject_access(work, "c7", at=LATER).files()
    orders = [*csv.DictReader(io.StringIO(files["orders-orders.csv"]))]
    assert sorted(row["id"] for row in orders) == ["1", "2"]
    assert json.loads(orders[0]["shipping_address"])["street"] == HOME.street
    (person,) = csv.DictReader(io.StringIO(files["people-customer.csv"]))
    assert person["email"] == "anna.marker@example.com"
    logs = [*csv.DictReader(io.StringIO(files["annotations-logs.csv"]))]
    assert [row["log"] for row in logs] == ["identity"]


def test_no_cell_is_run_as_a_formula(empty: Store) -> None:
    """A text that a spreadsheet would run begins with an apostrophe in CSV, and not in JSON."""
    with empty.begin(at=LATER) as work:
        work.people.put(Customer("c1", name="=HYPERLINK(1)", phone="+33 6 11 22 33 44"))
        files = subject_access(work, "c1", at=LATER).files()
    (person,) = csv.DictReader(io.StringIO(files["people-customer.csv"]))
    assert (person["name"], person["phone"]) == ("'=HYPERLINK(1)", "'+33 6 11 22 33 44")
    assert json.loads(files["data.json"])["data"]["people"]["customer"]["name"] == "=HYPERLINK(1)"


def test_a_bundle_is_written_as_zip_and_as_folder(shop: Store, tmp_path: Path) -> None:
    """Both hold the same files; the same bundle gives the same bytes; nothing is overwritten."""
    with shop.begin(read_only=True) as work:
        bundle = subject_access(work, "c7", at=LATER)
    packed, again = (bundle.write(tmp_path / name) for name in ("a.zip", "b.ZIP"))
    folder = bundle.write(tmp_path / "folder")
    assert packed.read_bytes() == again.read_bytes()
    with ZipFile(packed) as inside:
        found = {name: inside.read(name).decode("utf-8") for name in inside.namelist()}
    assert found == bundle.files()
    assert {one.name: one.read_bytes().decode("utf-8") for one in folder.iterdir()} == found
    for taken in (packed, folder):
        with pytest.raises(InvalidValue, match="There is something already"):
            bundle.write(taken)


def test_a_bundle_is_whole_or_not_there(
    shop: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where writing fails nothing is left; a folder of folders is made."""
    with shop.begin(read_only=True) as work:
        bundle = subject_access(work, "c7", at=LATER)
    told = {**bundle.files(), "last.csv": "\udc80"}  # which no file can hold
    with monkeypatch.context() as patched:
        patched.setattr(SubjectAccess, "files", lambda _bundle: told)
        for name in ("a.zip", "folder"):
            with pytest.raises(UnicodeEncodeError):
                bundle.write(tmp_path / name)
    assert [one for one in tmp_path.iterdir() if not one.name.startswith("shop.db")] == []
    assert (bundle.write(tmp_path / "of" / "anna") / "data.json").is_file()


def test_who_took_the_bundle_is_written_down(shop: Store) -> None:
    """The log of access says who exported whom, where it is told."""
    with shop.begin(at=LATER) as work:
        subject_access(work, "c7", at=LATER, by="Ada")
        (entry,) = work.annotations.records("access", "c7")
    assert (entry["who"], entry["outcome"], entry["customer"]) == ("Ada", "exported", "c7")


def test_nothing_personal_is_shown_of_a_bundle(shop: Store) -> None:
    """Its repr shows the id and the instant alone."""
    with shop.begin(read_only=True) as work:
        shown = repr(subject_access(work, "c7", at=LATER)).casefold()
    assert not [mark for mark in MARKS if mark in shown]


@pytest.mark.covers("A40")
def test_what_is_wrong_is_put_right(shop: Store) -> None:
    """A correction is written with its fields, by whom and why, and not what stood there."""
    with shop.begin(at=LATER) as work:
        right = rectify(
            work, "c8", at=LATER, by="Ada", why="request 4", email="a@example.org", birthday=None
        )
        found = work.people.get("c7")
        (entry,) = work.annotations.records("rectification", "c7")
        assert work.people.find(Identity("email", "a@example.org")) == "c7"
    assert found is not None
    assert found.value == right
    assert (right.email, right.birthday) == ("a@example.org", None)
    assert right.name == "Anna B. Markername"
    assert entry["fields"] == ["birthday", "email"]
    assert (entry["by"], entry["why"]) == ("Ada", "request 4")
    assert "example" not in json.dumps(dict(entry))


def test_a_correction_of_nothing_is_none(shop: Store) -> None:
    """What says the same as what rests there is not written."""
    with shop.begin(at=LATER) as work:
        before = work.people.get("c7")
        rectify(work, "c7", at=LATER, by="Ada", acquisition_channel="instagram")
        assert work.people.get("c7") == before
        assert work.annotations.records("rectification") == ()


def test_what_cannot_be_corrected_is_refused(shop: Store) -> None:
    """Unknown people and fields, and values that cannot be, are refused without showing them."""
    with shop.begin(at=LATER) as work:
        with pytest.raises(UnknownName, match="no field of a customer to correct named 'mail'"):
            rectify(work, "c7", at=LATER, by="Ada", mail="marker@example.org")
        with pytest.raises(UnknownName, match="named 'tags'"):
            rectify(work, "c7", at=LATER, by="Ada", tags=())
        with pytest.raises(InvalidValue, match="e-mail address of a Customer is none") as refused:
            rectify(work, "c7", at=LATER, by="Ada", email="marker at example.org")
        assert "marker" not in str(refused.value)
        for ask in (rectify, subject_access):
            with pytest.raises(UnknownName, match="There is no customer") as unknown:
                ask(work, "marker@example.org", at=LATER, by="Ada")
            assert "marker" not in str(unknown.value)
            with pytest.raises(NaiveTime, match="has no time zone"):
                ask(work, "c7", at=datetime(2024, 1, 1), by="Ada")
