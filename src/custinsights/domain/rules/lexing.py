"""Is this text harmless enough to be parsed? The words of a rule, their order and their depth.

Nothing is ever run. The text is cut into words first, so that neither its length nor its depth nor
a strange sign reaches the parser of Python, and a mistake is told in the words of rules.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from keyword import iskeyword
from typing import NoReturn

import attrs

from custinsights.errors import RuleError, counted

__all__ = ["GRAMMAR", "check_text", "is_word"]

MOST_SIGNS = 20_000
MOST_LEVELS = 50
MOST_IN_TEXT = 500
MOST_IN_NAME = 100
MOST_DIGITS = 15
MOST_DECIMALS = 12

GRAMMAR = "comparisons such as order_count >= 3, joined by and, or, not"
VALUE = "a trait, an attribute, a function, a number or a text in quotes"

_WORD = re.compile(
    r"""
    (?P<blank>[ \n\r\t]+)
  | (?P<strange><>|\*\*|//)
  | (?P<compare>==|!=|<=|>=|<|>|(?:not[ \n\r\t]+in|is[ \n\r\t]+not|in|is)\b)
  | (?P<join>(?:and|or)\b)
  | (?P<not>not\b)
  | (?P<constant>(?:True|False|None)\b)
  | (?P<name>[^\W\d]\w*)
  | (?P<number>[0-9][\w.]*)
  | (?P<text>"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*')
  | (?P<open>[(\[])
  | (?P<close>[)\]])
  | (?P<comma>,)
  | (?P<equals>=)
  | (?P<calculate>[-+*/])
    """,
    re.VERBOSE,
)
_NAME = re.compile(r"[^\W\d]\w*")
_NUMBER = re.compile(r"(?:0|[1-9][0-9]*(?:_[0-9]+)*)(?:\.[0-9]+(?:_[0-9]+)*)?", re.ASCII)
_ESCAPE = re.compile(  # no half of a surrogate pair, and nothing beyond the last sign there is
    r"""\\(?:['"\\nrtbf]
      |u(?![dD][89a-fA-F])[0-9a-fA-F]{4}
      |U(?:0000(?![dD][89a-fA-F])|000[1-9a-fA-F]|0010)[0-9a-fA-F]{4})""",
    re.VERBOSE,
)
_NAMED = re.compile(r"\w+[ \n\r\t]*=(?!=)")
_LONGEST_QUOTED = 20
_BLANKS = "\n\r\t"
_CLOSES = {"(": ")", "[": "]"}
_ENDS_VALUE = {"constant", "name", "number", "text", "close"}
_BEFORE_NOT = {"start", "open", "comma", "equals", "join", "not"}
_MEANT = {
    "<>": "!=",
    "&": "and",
    "|": "or",
    "!": "not",
    "=": "==",
    "“": '"',
    "”": '"',
    "„": '"',
    "’": "'",
}


@attrs.frozen
class _Token:
    kind: str
    text: str
    begin: int
    end: int


@attrs.define
class _Bracket:
    token: _Token
    level: int
    is_call: bool
    has_names: bool = False


def is_word(name: str) -> bool:
    """Whether a name can be written in a rule, and is read back as it was written."""
    return (
        name.isidentifier()
        and _NAME.fullmatch(name) is not None
        and len(name) <= MOST_IN_NAME
        and not iskeyword(name)
        and unicodedata.normalize("NFKC", name) == name
    )


def check_text(text: str) -> None:
    """Refuse a text that Python could not parse as a rule, or that is larger than any rule."""
    if len(text) > MOST_SIGNS:
        what = f"the rule has {len(text):,} signs"
        raise RuleError(what, f"at most {MOST_SIGNS:,} signs", text, MOST_SIGNS, MOST_SIGNS + 1)
    _check_signs(text)
    before = earlier = _Token("start", "", 0, 0)
    brackets = [_Bracket(before, 0, is_call=False)]
    for token in _tokens(text):
        _check_spelling(text, token)
        if before.kind in _ENDS_VALUE:
            _check_after_value(text, before, token, is_named=_is_named(brackets, earlier, before))
        else:
            _check_value(text, before, token, brackets[-1])
        _count_levels(text, before, token, brackets)
        before, earlier = token, before
    end = len(text.rstrip())
    if before.kind == "start":
        raise RuleError("the rule is empty", GRAMMAR, text, 0, 1)
    if before.kind not in _ENDS_VALUE:
        raise RuleError(f"the rule ends after {before.text!r}", VALUE, text, end, end + 1)
    if len(brackets) > 1:
        opened = brackets[-1].token
        closing = f"a {_CLOSES[opened.text]} after what belongs into the brackets"
        _refuse(text, opened, f"the bracket {opened.text!r} is never closed", closing)


def _refuse(
    text: str, token: _Token, what: str, expected: str, nearest: str | None = None
) -> NoReturn:
    raise RuleError(what, expected, text, token.begin, token.end, nearest)


def _check_signs(text: str) -> None:
    for place, sign in enumerate(text):
        if not sign.isprintable() and sign not in _BLANKS:
            code = f"{ord(sign):0{4 if ord(sign) <= 0xFFFF else 8}x}"  # noqa: PLR2004 - what four tell
            what = f"the rule holds a sign that cannot be seen, U+{code.upper()}"
            raise RuleError(what, "signs that can be seen, and blanks", text, place, place + 1)


def _tokens(text: str) -> Iterator[_Token]:
    place = 0
    while place < len(text):
        found = _WORD.match(text, place)
        if found is None:
            sign = text[place]
            if sign in "\"'":
                what, expected = "this text has no end", f"{sign} on the same line"
            else:
                what, expected = f"{sign!r} is no part of a rule", GRAMMAR
            raise RuleError(what, expected, text, place, place + 1, _MEANT.get(sign))
        if found.lastgroup != "blank":
            yield _Token(str(found.lastgroup), found[0], place, found.end())
        place = found.end()


def _check_spelling(text: str, token: _Token) -> None:
    match token.kind:
        case "strange":
            what = f"{token.text!r} is no part of a rule"
            _refuse(text, token, what, GRAMMAR, _MEANT.get(token.text))
        case "name":
            _check_name(text, token)
        case "number":
            _check_number(text, token)
        case "text":
            _check_quoted(text, token)


def _check_name(text: str, token: _Token) -> None:
    name = token.text
    if len(name) > MOST_IN_NAME:
        what = f"this name has {len(name):,} signs"
        _refuse(text, token, what, f"at most {MOST_IN_NAME} signs")
    if iskeyword(name):
        _refuse(text, token, f"the word {name!r} is no part of a rule", GRAMMAR)
    if not is_word(name):
        what = f"the name {name!r} holds signs that names do not have"
        plain = unicodedata.normalize("NFKC", name)
        nearest = plain if is_word(plain) else None
        _refuse(text, token, what, "plain letters, digits and _", nearest)


def _check_number(text: str, token: _Token) -> None:
    if not _NUMBER.fullmatch(token.text):
        what = f"{_quoted(token.text)} is no number as rules write it"
        _refuse(text, token, what, "digits, and a point between digits, such as 12 or 0.25")
    whole, _, decimals = token.text.replace("_", "").partition(".")
    if len(whole) > MOST_DIGITS or len(decimals) > MOST_DECIMALS:
        before, after = counted(len(whole), "digit"), f"{len(decimals):,}"
        what = f"this number has {before} before the point and {after} after"
        _refuse(text, token, what, f"at most {MOST_DIGITS} before and {MOST_DECIMALS} after")


def _check_quoted(text: str, token: _Token) -> None:
    plain = _ESCAPE.sub("x", token.text[1:-1])
    if "\\" in plain:
        what = "a backslash in this text is followed by what rules do not know"
        _refuse(text, token, what, r"\\, \", \', \n, \t or a code such as \u00e9")
    if len(plain) > MOST_IN_TEXT:
        what = f"this text has {len(plain):,} signs"
        _refuse(text, token, what, f"at most {MOST_IN_TEXT} signs")


def _quoted(text: str) -> str:
    return repr(text if len(text) <= _LONGEST_QUOTED else f"{text[:_LONGEST_QUOTED]}…")


def _is_named(brackets: list[_Bracket], earlier: _Token, before: _Token) -> bool:
    """Whether a ``=`` may follow: the last word begins an argument of a function."""
    starts = earlier.kind == "comma" or earlier is brackets[-1].token
    return brackets[-1].is_call and before.kind == "name" and starts


def _check_after_value(text: str, before: _Token, token: _Token, *, is_named: bool) -> None:
    if token.kind == "equals" and not is_named:
        what = "'=' names an argument of a function, and compares nothing"
        _refuse(text, token, what, "== to compare", "==")
    if token.text == "(" and before.kind != "name":
        _refuse(text, token, f"{_quoted(before.text)} is no function", "the name of a function")
    if token.kind == "text" and before.kind == "name" and before.end == token.begin:
        what = f"the quotes of a text have {_quoted(before.text)} before them"
        _refuse(text, before, what, 'a text in plain quotes, such as "US"')
    if token.kind in _ENDS_VALUE - {"close"} | {"not"} or token.text == "[":
        known = {"and", "or", "in", "is"} & {token.text.casefold()}
        what = f"something is missing between {_quoted(before.text)} and {_quoted(token.text)}"
        expected = "and, or, a comparison or a comma"
        _refuse(text, token, what, expected, known.pop() if known else None)


def _check_value(text: str, before: _Token, token: _Token, bracket: _Bracket) -> None:
    if bracket.has_names and before.kind == "comma" and token.kind != "close":
        if not _NAMED.match(text, token.begin):
            what = "an argument without a name follows one with a name"
            _refuse(text, token, what, "the name and = before it")
        return
    if token.kind == "close" and before.kind in {"open", "comma"}:
        return
    if token.kind == "not":
        if before.kind not in _BEFORE_NOT:
            what = f"after {before.text!r} stands 'not', where a value belongs"
            _refuse(text, token, what, f"{VALUE}; not stands before a whole condition")
        return
    is_sign = token.text in {"+", "-"}
    if not (is_sign or token.kind in _ENDS_VALUE - {"close"} | {"open"}):
        after = f"between {before.text!r} and" if before.text else "before"
        _refuse(text, token, f"something is missing {after} {token.text!r}", VALUE)


def _count_levels(text: str, before: _Token, token: _Token, brackets: list[_Bracket]) -> None:
    """Follow the brackets, and refuse more inside one another than any rule needs."""
    innermost = brackets[-1]
    outer = brackets[-2].level + 1 if len(brackets) > 1 else 0
    match token.kind:
        case "open":
            brackets.append(_Bracket(token, innermost.level + 1, is_call=before.kind == "name"))
        case "close":
            if _CLOSES.get(innermost.token.text) != token.text:
                opened = innermost.token.text
                what = f"{token.text!r} closes " + (
                    f"the bracket {opened!r}" if opened else "nothing"
                )
                expected = (
                    f"a {_CLOSES[opened]} before it"
                    if opened
                    else "as many brackets opened as closed"
                )
                _refuse(text, token, what, expected)
            brackets.pop()
        case "not" | "calculate":
            innermost.level += 1
        case "join" | "comma":
            innermost.level = outer
        case "equals":
            innermost.has_names = True
    if brackets[-1].level > MOST_LEVELS:
        what = "the rule is nested too deeply"
        expected = f"at most {MOST_LEVELS} brackets, nots and calculations inside one another"
        _refuse(text, token, what, expected)
