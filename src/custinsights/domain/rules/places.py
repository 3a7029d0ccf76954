"""Where in the text of a rule is a mistake?"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from decimal import Decimal
from difflib import get_close_matches

import attrs

from custinsights.domain.rules.signatures import Words


@attrs.frozen
class Source:
    """The text of a rule on one line, and the words that it may use."""

    line: str
    words: Words

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Return where a node begins and ends, in signs."""
        ends = (getattr(node, "col_offset", 0), getattr(node, "end_col_offset", 1))
        raw = self.line.encode()
        begin, end = (len(raw[:place].decode(errors="ignore")) for place in ends)
        return begin, end

    def text(self, node: ast.AST) -> str:
        """Return the words of a node."""
        begin, end = self.span(node)
        return self.line[begin:end]

    def place(self, node: ast.AST) -> tuple[str, int, int]:
        """Return the text and where a node begins and ends in it, as an error wants it."""
        return (self.line, *self.span(node))

    def number(self, node: ast.expr) -> Decimal | None:
        """Return a written number exactly as written, None for anything else."""
        sign = 1
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
            sign = -1 if isinstance(node.op, ast.USub) else 1
            node = node.operand
        if not isinstance(node, ast.Constant) or type(node.value) not in (int, float):
            return None
        return sign * Decimal(self.text(node).replace("_", ""))


def nearest_of(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that is nearest to one, None if none is near."""
    if not name:
        return None
    spelled = {one.casefold(): one for one in known}
    nearest = get_close_matches(name.casefold(), spelled, n=1)
    return spelled[nearest[0]] if nearest else None
