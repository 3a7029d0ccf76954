"""The library keeps the rules of the house: ranks, rooms, sizes, names, honest calculations."""

import importlib
import inspect
from collections.abc import Callable, Iterator

import pytest
from attrs import has

from custinsights import errors
from tests.architecture import rules
from tests.architecture.source import Source, read_all

SOURCES = read_all()


@pytest.mark.parametrize("rule", rules.MODULE_RULES)
def test_every_module_keeps_the_rule(rule: Callable[[Source], Iterator[str]]) -> None:
    """No module of the library breaks the rule."""
    assert [broken for source in SOURCES for broken in rule(source)] == []


def test_no_import_leads_back() -> None:
    """The imports of the library have an order."""
    assert list(rules.imports_in_a_circle(SOURCES)) == []


def test_no_folder_leads_back() -> None:
    """The folders inside a room have an order."""
    assert list(rules.folders_in_a_circle(SOURCES)) == []


def test_the_library_was_read() -> None:
    """The walk saw the rooms that there are, so that an empty walk cannot pass for a clean one."""
    assert {"errors", "domain", "history", "results", "analyses"} <= {s.room for s in SOURCES}


@pytest.mark.parametrize("name", [source.name for source in SOURCES])
def test_what_a_module_lists_as_public_is_true(name: str) -> None:
    """`__all__` names what exists and forgets nothing."""
    module = importlib.import_module(name)
    listed = getattr(module, "__all__", ())
    namespace = {**vars(module), **{n: getattr(module, n) for n in listed if hasattr(module, n)}}
    assert list(rules.untrue_all(name, namespace)) == []


def test_an_error_is_also_what_the_language_calls_it() -> None:
    """Every error but the root derives from the root and from the built-in that it means."""
    classes = [c for n, c in inspect.getmembers(errors, inspect.isclass) if n in errors.__all__]
    raised = [c for c in classes if c is not errors.CustInsightsError]
    assert raised
    for error in raised:
        assert issubclass(error, errors.CustInsightsError), error
        assert has(error), error
        built_in = [b for b in error.__mro__ if b.__module__ == "builtins"]
        assert set(built_in) - {Exception, BaseException, object}, error
