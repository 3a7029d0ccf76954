"""How does a command open a shop whose contacts are sealed? By keys in a file, never in a shell."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from custinsights.errors import InvalidValue

if TYPE_CHECKING:
    from custinsights.privacy import EncryptingVault
    from custinsights.repositories.sql.store import SqlStore

__all__ = ["VaultFile", "key_in", "opened"]

_OTHERS: Final = 0o077
_KINDS: Final = ("index", "seal")

VaultFile = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="The file with the keys of a shop whose contacts are sealed: lines of 'index KEY' and "
        "'seal KEY', the newest first.",
        envvar="CUSTINSIGHTS_VAULT_FILE",
        show_envvar=True,
        dir_okay=False,
        exists=True,
        rich_help_panel="Keys",
    ),
]

_FAULT = "these are not the keys of a shop"
_ALLOWED = "one line 'index KEY', and a line 'seal KEY' or more, the newest first"


def opened(database: str, vault_file: Path | None) -> SqlStore:
    """Open the memory of a shop, with the keys of a file where there is one."""
    from custinsights.repositories.sql import open_store

    return open_store(database, vault=None if vault_file is None else _vault(vault_file))


def key_in(path: Path) -> bytes:
    """Return the key that is all of a file."""
    _warn_of(path)
    return path.read_bytes().strip()


def _vault(path: Path) -> EncryptingVault:
    from custinsights.privacy import EncryptingVault

    _warn_of(path)
    keys: dict[str, list[str]] = {kind: [] for kind in _KINDS}
    told = (line.split() for line in path.read_text("utf-8", "replace").splitlines())
    for number, words in enumerate(told, 1):
        if not words or words[0].startswith("#"):
            continue
        kind, *key = words
        if kind not in keys or len(key) != 1:
            raise InvalidValue(_FAULT, f"line {number} of {path.name!r}", _ALLOWED)
        keys[kind] += key
    if len(keys["index"]) != 1 or not keys["seal"]:
        raise InvalidValue(_FAULT, repr(path.name), _ALLOWED)
    return EncryptingVault(keys["seal"], keys["index"][0])


def _warn_of(path: Path) -> None:
    if os.name == "posix" and path.stat().st_mode & _OTHERS:
        told = f"others than you may read {path.name!r}, in which keys are: chmod 600 it"
        typer.echo(f"custinsights: {told}", err=True)
