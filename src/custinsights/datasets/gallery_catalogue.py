"""What does the invented gallery sell?

Works of art: of each the original, and prints in three sizes; cards, a calendar and a book; files
to download; and frame moulding by the metre.
"""

from __future__ import annotations

import attrs

from custinsights.domain.money import Money
from custinsights.domain.products import Product

CURRENCY = "USD"
ORIGINALS, PRINTS, STATIONERY, DOWNLOADS, FRAMING = (
    "Originals",
    "Prints",
    "Stationery",
    "Downloads",
    "Framing",
)
SIZES = {"small": ("A5", "28.00"), "medium": ("A4", "52.00"), "large": ("A2", "120.00")}


@attrs.frozen
class Work:
    """A work of art: what it is called, what it shows, how it was made, what the original costs."""

    key: str
    title: str
    category: str
    medium: str
    price: str


WORKS = (
    Work("tide-table", "Tide Table", "Seascapes", "oil", "1450.00"),
    Work("lantern-cove", "Lantern Cove", "Seascapes", "oil", "1980.00"),
    Work("salt-marsh", "Salt Marsh, Evening", "Seascapes", "watercolour", "640.00"),
    Work("fog-signal", "Fog Signal", "Seascapes", "gouache", "720.00"),
    Work("fern-study", "Fern Study No. 3", "Botanicals", "ink", "380.00"),
    Work("late-dahlias", "Late Dahlias", "Botanicals", "watercolour", "590.00"),
    Work("seed-heads", "Seed Heads", "Botanicals", "ink", "340.00"),
    Work("quince-branch", "Quince Branch", "Botanicals", "gouache", "560.00"),
    Work("rooftop-laundry", "Rooftop Laundry", "City scenes", "gouache", "890.00"),
    Work("last-ferry", "The Last Ferry", "City scenes", "oil", "2400.00"),
    Work("corner-bodega", "Corner Bodega", "City scenes", "oil", "1650.00"),
    Work("snow-on-grand", "Snow on Grand Street", "City scenes", "watercolour", "780.00"),
    Work("water-towers", "Water Towers", "City scenes", "ink", "410.00"),
    Work("night-deli", "Night Deli", "City scenes", "gouache", "690.00"),
    Work("ginkgo-rain", "Ginkgo, Rain", "Botanicals", "watercolour", "620.00"),
    Work("window-herbs", "Window Herbs", "Botanicals", "gouache", "480.00"),
    Work("low-water", "Low Water", "Seascapes", "oil", "1320.00"),
    Work("breakwater", "Breakwater", "Seascapes", "watercolour", "560.00"),
    Work("paper-boats", "Paper Boats", "Still lifes", "oil", "980.00"),
    Work("three-pears", "Three Pears", "Still lifes", "oil", "1150.00"),
    Work("blue-bowl", "The Blue Bowl", "Still lifes", "gouache", "740.00"),
    Work("sunday-table", "Sunday Table", "Still lifes", "watercolour", "670.00"),
)

_MORE = (
    ("cards-botanical", "Botanical cards, set of six", STATIONERY, "Cards", "18.00"),
    ("cards-harbour", "Harbour cards, set of six", STATIONERY, "Cards", "18.00"),
    ("calendar", "Wall calendar", STATIONERY, "Calendars", "24.00"),
    ("book-harbour-row", "Harbour Row: sketches of a year", STATIONERY, "Books", "36.00"),
    ("wallpapers", "Wallpapers for screens", DOWNLOADS, "Images", "6.00"),
    ("colouring-pages", "Colouring pages", DOWNLOADS, "Images", "0.00"),
    ("class-watercolour", "Watercolour in an afternoon", DOWNLOADS, "Classes", "29.00"),
    ("moulding-oak", "Oak moulding, by the metre", FRAMING, "Moulding", "21.40"),
)


def catalogue() -> tuple[Product, ...]:
    """Return all products, each once."""
    return (
        *(_original(work) for work in WORKS),
        *(_print(work, size) for work in WORKS for size in SIZES),
        *(
            Product(key, title=title, category=category, department=department, price=_money(price))
            for key, title, department, category, price in _MORE
        ),
    )


def _original(work: Work) -> Product:
    return Product(
        f"original-{work.key}",
        title=work.title,
        category=work.category,
        department=ORIGINALS,
        keywords=("original", work.medium, "one of a kind"),
        price=_money(work.price),
        stock=1,
    )


def _print(work: Work, size: str) -> Product:
    paper, price = SIZES[size]
    return Product(
        f"print-{work.key}-{size}",
        title=f"{work.title}, {size} print",
        category=work.category,
        department=PRINTS,
        keywords=("print", paper, size),
        price=_money(price),
    )


def _money(amount: str) -> Money:
    return Money(amount, CURRENCY)
