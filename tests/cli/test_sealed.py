"""The commands on a shop whose contacts are sealed."""

from pathlib import Path

import pytest

from custinsights.privacy import generate_key
from tests.cli.conftest import Run
from tests.cli.test_importing import SHOPIFY, USUAL


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """Return a file with the keys of a shop."""
    path = tmp_path / "shop.keys"
    path.touch(mode=0o600)
    path.write_text(f"# kept apart\nindex {generate_key()}\n\nseal {generate_key()}\n")
    return path


def test_every_command_opens_a_sealed_shop(
    run: Run, tmp_path: Path, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the file of its keys, named by an option or the environment; without it none does."""
    sealed, plain, csv = (str(tmp_path / name) for name in ("shop.db", "open.db", "people.csv"))
    assert run("import", SHOPIFY, "--into", plain, *USUAL)[0] == 0
    code, _, error = run("import", SHOPIFY, "--into", sealed, *USUAL, "--vault-file", str(keys))
    assert (code, error) == (0, "")
    assert b"@example.com" in Path(plain).read_bytes()
    assert b"@example.com" not in Path(sealed).read_bytes()
    for command in (
        ("report", sealed, "--json"),
        ("segment", sealed, "total_spent > 20", "--json"),
        ("export", sealed, "--fields", "id,email", "--csv", csv),
        ("import", SHOPIFY, "--into", sealed, *USUAL),
    ):
        code, _, error = run(*command)
        assert (code, "another key" in error) == (1, True), command
        assert run(*command, "--vault-file", str(keys))[0] == 0
    assert "@example.com" in Path(csv).read_text()
    of_open = run("report", plain, "--json")[1]
    monkeypatch.setenv("CUSTINSIGHTS_VAULT_FILE", str(keys))
    code, told, error = run("report", sealed, "--json")
    assert (code, error) == (0, "")
    assert told.replace("shop.db", "open.db") == of_open


def test_keys_that_others_may_read_are_warned_of(run: Run, tmp_path: Path, keys: Path) -> None:
    """The command goes on, and says what to do; no key is shown."""
    keys.chmod(0o640)
    told = ("--into", str(tmp_path / "shop.db"), *USUAL, "--vault-file", str(keys))
    code, out, error = run("import", SHOPIFY, *told)
    assert (code, "chmod 600" in error) == (0, True)
    for key in keys.read_text().split()[4::2]:
        assert key not in out + error


@pytest.mark.parametrize(
    ("text", "which"),
    [
        ("seal KEY\n", "'shop.keys'"),
        ("index KEY\n", "'shop.keys'"),
        ("index KEY\nseal KEY\nKEY\n", "line 3 of 'shop.keys'"),
        ("index KEY\nseal KEY KEY\n", "line 2 of 'shop.keys'"),
    ],
)
def test_what_are_no_keys_is_refused_without_showing_them(
    run: Run, tmp_path: Path, keys: Path, text: str, which: str
) -> None:
    """The message says which line is wrong and what is to be there."""
    key = generate_key()
    keys.write_text(text.replace("KEY", key))
    told = ("--into", str(tmp_path / "shop.db"), *USUAL, "--vault-file", str(keys))
    code, out, error = run("import", SHOPIFY, *told)
    assert (code, which in error, "'seal KEY'" in error) == (1, True, True)
    assert key not in out + error
