"""What can I try it on? Small real data, an invented gallery, and shops of any size."""

from custinsights.datasets.gallery_shop import GalleryObjects, gallery, gallery_objects
from custinsights.datasets.large_shop import power_law

__all__ = ["GalleryObjects", "gallery", "gallery_objects", "power_law"]
