"""The formats of order exports, and what a format of your own is made of.

`OrderFormat` is the declaration; `Packed` is a part of it. The others are what the functions of a
format see and give: `Rows`, the columns `Texts` and the numbers `Decimals` and `Numbers`.
"""

from custinsights.history.columnar.amounts import Decimals
from custinsights.sources.formats.declaration import OrderFormat, Packed, Rows
from custinsights.sources.texts.cells import Numbers
from custinsights.sources.texts.columns import Texts

__all__ = ["Decimals", "Numbers", "OrderFormat", "Packed", "Rows", "Texts"]
