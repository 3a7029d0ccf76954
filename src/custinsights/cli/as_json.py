"""How does the report read for a program?

As one JSON object. Money and quantities are JSON numbers written out exactly, shares fractions of
one, instants ISO 8601 texts with their offset, missing values null.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

__all__ = ["as_json"]


def as_json(value: object, indent: str = "") -> str:
    """The value as JSON: objects over several lines, the records in their lists on one each.

    Examples
    --------
    >>> from decimal import Decimal
    >>> print(as_json({"orders": [{"revenue": Decimal("12.50"), "country": None}]}))
    {
      "orders": [
        {"revenue": 12.50, "country": null}
      ]
    }
    """
    inner = f"{indent}  "
    match value:
        case Mapping() if value:
            pairs = [f"{inner}{_text(key)}: {as_json(value[key], inner)}" for key in value]
            return "{\n" + ",\n".join(pairs) + f"\n{indent}}}"
        case list() | tuple() if value:
            return "[\n" + ",\n".join(f"{inner}{_on_one_line(v)}" for v in value) + f"\n{indent}]"
        case _:
            return _on_one_line(value)


def _on_one_line(value: object) -> str:
    match value:
        case Mapping():
            pairs = (f"{_text(key)}: {_on_one_line(inner)}" for key, inner in value.items())
            return "{" + ", ".join(pairs) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(_on_one_line, value)) + "]"
        case Decimal():
            return f"{value:f}"
        case float():
            return json.dumps(value if math.isfinite(value) else None)
        case date():
            return _text(value.isoformat())
        case _:
            return json.dumps(value, ensure_ascii=False)


def _text(value: object) -> str:
    return json.dumps(str(value), ensure_ascii=False)
