"""Every mistake in a rule is told with its place; the texts are reviewed as one file."""

import ast
import re
from pathlib import Path

import pytest

from custinsights.domain import rules
from custinsights.errors import RuleError
from tests.domain.rules.mistakes import FILE, MISTAKES, refusal, rendered

ROOM = Path(str(rules.__file__)).parent
REFUSES = {"refuse", "refuse_argument", "refuse_call", "refuse_name", "refuse_value", "RuleError"}
NEVER = 'raise RuleError("this cannot be read", GRAMMAR, text, 0, len(text)) from error'
WRONG = [rule for group in MISTAKES.values() for rule in group]


def test_what_is_said_is_what_was_reviewed() -> None:
    """No message changes unseen; tests/domain/rules/mistakes.py says how to write the file anew."""
    assert f"{rendered()}\n" == FILE.read_text(encoding="utf-8")


def test_no_message_is_missing_from_the_file() -> None:
    """Each place in the code that refuses a rule refuses one of these."""
    refusing = {
        (module.name, node.lineno)
        for module in ROOM.glob("*.py")
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).rpartition(".")[2].lstrip("_") in REFUSES
    }
    reached = set()
    for rule in WRONG:
        place = refusal(rule).__traceback__
        while place is not None:
            reached.add((Path(place.tb_frame.f_code.co_filename).name, place.tb_lineno))
            place = place.tb_next
    lines = [
        (ROOM / module).read_text(encoding="utf-8").splitlines()[line - 1]
        for module, line in refusing - reached
    ]
    assert [line.strip() for line in lines] == [NEVER]


def test_what_python_would_not_parse_is_a_mistake_like_any(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No text is known that passes the checks and is no Python; if there is one, it is refused."""

    def refuse(*_arguments: object, **_options: object) -> None:
        raise SyntaxError("unseen")

    monkeypatch.setattr(ast, "parse", refuse)
    assert str(refusal("is_repeat")).startswith("This cannot be read. Expected: comparisons")


@pytest.mark.parametrize("rule", WRONG, ids=range(len(WRONG)))
def test_a_message_has_a_form(rule: str) -> None:
    """It says what is wrong and what was expected, then shows the rule with a caret in it."""
    error = refusal(rule)
    said, shown, carets = str(error).split("\n")
    assert re.fullmatch(r".+\. Expected: .+[.?]", said)
    assert len(said) <= 400
    assert len(shown) <= 2 + 82
    assert re.fullmatch(r"  +\^+", carets)
    assert 0 <= error.start < error.end <= len(error.rule) + 1
    assert len(carets) <= 2 + 2 * 83


@pytest.mark.parametrize(
    ("rule", "meant"),
    [
        ("order_cuont >= 3", "order_cuont"),
        ("  \n\t ordre_count > 3", "ordre_count"),
        ('customer_city == "Québec 😀" and wampum > 3', "wampum"),
        ('"é" < customer_city', "customer_city"),
        (f"{'is_repeat and ' * 900}wampum", "wampum"),
        ("order_count >= 3 and", ""),
        ("is_repeat and tagged(3, 4)", "4"),
        ("is_repeat and bought(productt='a') or is_repeat", "productt='a'"),
        ("客 > 3 and (not 客人)", "客人"),
        ("is_repeat,\nis_repeat", "is_repeat,\nis_repeat"),
    ],
    ids=lambda value: value[-20:],
)
def test_the_place_is_in_the_text_as_it_was_given(rule: str, meant: str) -> None:
    """Editors mark the place: it counts signs from the first, whatever stands before it."""
    error = refusal(rule)
    assert error.rule == rule
    assert rule[error.start : error.end] == meant


@pytest.mark.parametrize(
    ("text", "begin", "end", "shown"),
    [
        ("ab cd", 3, 5, "ab cd\n     ^^"),
        ("ab cd  ", 5, 6, "ab cd\n       ^"),
        ("a\n\tcd", 3, 5, "a  cd\n     ^^"),
        ("東京 b", 3, 4, "東京 b\n       ^"),
        ("a 東京", 2, 4, "a 東京\n    ^^^^"),
        ("e\u0301 b", 3, 4, "e\u0301 b\n    ^"),
        ("\x00 b", 2, 3, "\ufffd b\n    ^"),
        ("x" * 200, 100, 102, f"…{'x' * 80}…\n  {' ' * 21}^^"),
        ("x" * 200, 0, 200, f"{'x' * 80}…\n  {'^' * 80}"),
        ("x" * 200, 199, 200, f"…{'x' * 80}\n  {' ' * 80}^"),
        ("x" * 200, 200, 201, f"…{'x' * 80}\n  {' ' * 81}^"),
        ("x" * 80, 80, 81, f"{'x' * 80}\n  {' ' * 80}^"),
    ],
    ids=range(12),
)
def test_the_caret_stands_under_the_place(text: str, begin: int, end: int, shown: str) -> None:
    """Wide signs, marks above letters, line breaks and a long text do not move it."""
    error = RuleError("this is wrong", "right", text, begin, end)
    assert str(error) == f"This is wrong. Expected: right.\n  {shown}"
