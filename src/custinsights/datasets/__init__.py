"""What can I try it on? Small real data, an invented gallery, and shops of any size."""

from custinsights.datasets.gallery_shop import GalleryObjects, gallery, gallery_objects
from custinsights.datasets.known_twice import KnownTwice, known_twice
from custinsights.datasets.large_shop import power_law
from custinsights.datasets.online_retail import load_online_retail

__all__ = [
    "GalleryObjects",
    "KnownTwice",
    "gallery",
    "gallery_objects",
    "known_twice",
    "load_online_retail",
    "power_law",
]
