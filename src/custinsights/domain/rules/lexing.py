"""Is this text harmless enough to be parsed? Length, depth and the words of a rule.

Nothing is ever run. The text is still cut into tokens first, so that neither its length nor its
depth nor a strange escape reaches the parser of Python.
"""

from __future__ import annotations

import io
import re
import tokenize

from custinsights.errors import RuleError

MOST_SIGNS = 20_000
MOST_TOKENS = 5_000
MOST_DEPTH = 50
MOST_TEXT = 500
MOST_DIGITS = 15
MOST_DECIMALS = 12

_NUMBER = re.compile(r"[0-9]+(?:_[0-9]+)*(?:\.[0-9]+(?:_[0-9]+)*)?", re.ASCII)
_TEXT = re.compile(
    r"'(?:[^'\\]|\\['\"\\nt/bfr]|\\u[0-9a-fA-F]{4})*'|\"(?:[^\"\\]|\\['\"\\ntbfr]|\\u[0-9a-fA-F]{4})*\"",
)
_SIGNS = {"(", ")", "[", "]", ",", "=", "==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/"}
_UNARY = {"not", "-", "+"}
_ENDS = {tokenize.NEWLINE, tokenize.NL, tokenize.ENDMARKER, tokenize.INDENT, tokenize.DEDENT}

GRAMMAR = "comparisons such as order_count >= 3, joined by and, or, not"


def one_line(text: str) -> str:
    """Return the text on one line, each sign in its place; refuse what cannot be a rule."""
    if len(text) > MOST_SIGNS:
        raise RuleError("the rule is too long", f"{MOST_SIGNS:,} signs at most", text, 0, 1)
    line = "".join(" " if sign in "\n\r\t" else sign for sign in text)
    strange = next(
        (place for place, sign in enumerate(line) if not sign.isprintable() and sign != " "), None
    )
    if strange is not None:
        what = "a sign in the rule cannot be printed"
        raise RuleError(what, "letters, digits and signs", text, strange, strange + 1)
    if not line.strip():
        raise RuleError("the rule is empty", GRAMMAR, text, 0, 1)
    return line


def check_tokens(line: str) -> None:
    """Refuse tokens that no rule has, and more or deeper ones than any rule needs."""
    start = len(line) - len(line.lstrip())
    depth = unary = count = 0
    end_of_number = -1
    try:
        for token in tokenize.generate_tokens(io.StringIO(line[start:]).readline):
            begin, end = token.start[1] + start, token.end[1] + start
            count += 1
            if token.type in _ENDS:
                continue
            if begin == end_of_number and token.type in (tokenize.NAME, tokenize.NUMBER):
                _refuse("a number runs into a word", "a blank between them", line, begin, end)
            _check_token(token, line, begin, end)
            depth += (token.string in "([") - (token.string in ")]") if token.string else 0
            unary = unary + 1 if token.string in _UNARY else 0
            end_of_number = end if token.type == tokenize.NUMBER else -1
            if max(depth, unary) > MOST_DEPTH:
                _refuse("the rule is nested too deeply", f"{MOST_DEPTH} levels", line, begin, end)
            if count > MOST_TOKENS:
                _refuse("the rule is too long", f"{MOST_TOKENS:,} words at most", line, begin, end)
    except (tokenize.TokenError, SyntaxError) as error:
        place = _place_of(error, line, start)
        raise RuleError("the rule ends too early", GRAMMAR, line, place, place + 1) from None


def _check_token(token: tokenize.TokenInfo, line: str, begin: int, end: int) -> None:
    text = token.string
    if token.type == tokenize.NUMBER:
        whole, _, decimals = text.replace("_", "").partition(".")
        if not _NUMBER.fullmatch(text):
            _refuse(
                "this number is written in a way that rules do not have",
                "digits and a point, such as 12 or 0.25",
                line,
                begin,
                end,
            )
        if len(whole) > MOST_DIGITS or len(decimals) > MOST_DECIMALS:
            limits = f"{MOST_DIGITS} digits before the point and {MOST_DECIMALS} after it at most"
            _refuse("this number has too many digits", limits, line, begin, end)
    elif token.type == tokenize.STRING:
        if not _TEXT.fullmatch(text):
            _refuse(
                "this text is written in a way that rules do not have",
                'a text in one pair of quotes, such as "US", with no escapes but '
                r"\n, \t, \\, \' and \u0041",
                line,
                begin,
                end,
            )
        if len(text) > MOST_TEXT:
            _refuse("this text is too long", f"{MOST_TEXT} signs at most", line, begin, end)
    elif token.type == tokenize.OP:
        if text not in _SIGNS:
            _refuse(f"{text!r} is no part of a rule", GRAMMAR, line, begin, end)
    elif token.type != tokenize.NAME:
        _refuse("this is no part of a rule", GRAMMAR, line, begin, end)


def _place_of(error: Exception, line: str, start: int) -> int:
    if isinstance(error, SyntaxError):
        return max(0, min((error.offset or 1) - 1 + start, len(line) - 1))
    return max(len(line.rstrip()) - 1, 0)


def _refuse(what: str, expected: str, line: str, begin: int, end: int) -> None:
    raise RuleError(what, expected, line, begin, end)
