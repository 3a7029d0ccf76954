"""Where in the text of a rule does a part stand?"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from decimal import Decimal
from typing import NoReturn

import attrs

from custinsights.domain.rules.signatures import Words
from custinsights.errors import RuleError, counted

__all__ = ["Source"]

MOST_LISTED = 1_000
_LONGEST_SAID = 40


@attrs.frozen
class Source:
    """The text of a rule, which has been checked, and the words that it may use."""

    text: str
    words: Words
    _signs: list[int] = attrs.field(init=False)

    @_signs.default
    def _sign_at_each_byte(self) -> list[int]:
        """Return where each byte of what is parsed lies: the parser counts bytes."""
        each = [place for place, sign in enumerate(self.text) for _ in sign.encode()]
        return [0, *each, len(self.text), len(self.text)]

    def parsed(self) -> ast.expr:
        """Return the text as Python reads it, in brackets that make its line breaks blanks."""
        line = "".join(" " if sign.isspace() else sign for sign in self.text)
        return ast.parse(f"({line})", mode="eval").body

    def said(self, node: ast.expr) -> str:
        """Return the words of a part, cut where they are long."""
        begin, end = self._span(node)
        words = self.text[begin:end]
        return words if len(words) <= _LONGEST_SAID else f"{words[:_LONGEST_SAID]}…"

    def refuse(
        self, node: ast.expr | ast.keyword, what: str, expected: str, nearest: str | None = None
    ) -> NoReturn:
        """Raise the error that points at a part."""
        raise RuleError(what, expected, self.text, *self._span(node), nearest)

    def quoted(self) -> Iterator[tuple[ast.expr, str]]:
        """Yield the texts in quotes."""
        for node in ast.walk(self.parsed()):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node, node.value

    def number(self, node: ast.expr) -> Decimal | None:
        """Return a written number exactly as it is written, None for anything else."""
        match node:
            case ast.UnaryOp(op=ast.USub() | ast.UAdd() as op, operand=ast.Constant() as written):
                sign = "-" if isinstance(op, ast.USub) else ""
            case ast.Constant() as written:
                sign = ""
            case _:
                return None
        if type(written.value) not in (int, float):
            return None
        begin, end = self._span(written)
        return Decimal(sign + self.text[begin:end])

    def listed(self, node: ast.List | ast.Tuple) -> list[ast.expr]:
        """Return the parts of a list, which has some and not too many."""
        if not 0 < len(node.elts) <= MOST_LISTED:
            what = f"this list has {counted(len(node.elts), 'value')}"
            self.refuse(node, what, f"from 1 to {MOST_LISTED:,} values")
        return node.elts

    def _span(self, node: ast.expr | ast.keyword) -> tuple[int, int]:
        """Return where a part begins and ends, in signs."""
        assert node.end_col_offset is not None  # noqa: S101 - the parser always tells
        return self._signs[node.col_offset], self._signs[node.end_col_offset]
