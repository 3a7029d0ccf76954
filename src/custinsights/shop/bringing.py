"""How do files and tables come into a shop, so that nobody who was erased comes back?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import attrs

from custinsights.domain.people import Customer
from custinsights.domain.products import Product
from custinsights.history.activity_history import ActivityHistory
from custinsights.privacy.access import Access, enter
from custinsights.privacy.keys import Secret
from custinsights.privacy.suppression import suppressed
from custinsights.repositories.protocols import Store
from custinsights.shop import importing
from custinsights.shop.import_report import ImportReport
from custinsights.shop.whose import Erased
from custinsights.sources.reading import Paths

__all__ = ["Imports"]


@attrs.frozen(eq=False)
class Imports:
    """Brings what files and tables tell into a shop: what is there already stays as it is.

    From where somebody was erased on, an import needs the ``key`` with which it was done: orders of
    theirs stay with the nameless customer.

    Parameters
    ----------
    store : Store
        Where the shop rests.
    access : Access, optional
        Who asks; None is the program itself.
    """

    store: Store = attrs.field(repr=False)
    access: Access | None = None

    def orders(
        self,
        paths: Paths,
        *,
        at: datetime | None = None,
        key: Secret | None = None,
        **options: Any,
    ) -> ImportReport:
        """Bring order exports into the shop.

        Parameters
        ----------
        paths, at, **options
            As in `custinsights.shop.importing.import_orders`.
        key
            That with which people were erased.

        Raises
        ------
        InvalidValue
            Somebody was erased, and no key is given; and as there.
        """
        erased = self._erased(at, key)
        return importing.import_orders(self.store, paths, at=at, erased=erased, **options)

    def customers(
        self,
        customers: Iterable[Customer],
        *,
        at: datetime | None = None,
        source: str = "",
        key: Secret | None = None,
    ) -> ImportReport:
        """Bring a table of customers into the shop, such as `read_customers` returns."""
        told: dict[str, Any] = {"source": source, "at": at, "erased": self._erased(at, key)}
        return importing.import_customers(self.store, customers, **told)

    def activities(
        self,
        activities: ActivityHistory,
        *,
        at: datetime | None = None,
        source: str = "",
        key: Secret | None = None,
    ) -> ImportReport:
        """Bring what people did beside ordering into the shop: what `read_activities` returns."""
        told: dict[str, Any] = {"source": source, "at": at, "erased": self._erased(at, key)}
        return importing.import_activities(self.store, activities, **told)

    def products(self, products: Iterable[Product], *, at: datetime | None = None) -> ImportReport:
        """Bring a table of products into the shop, such as `read_products` returns."""
        enter(self.store, self.access, "an import", at=at)
        return importing.import_products(self.store, products, at=at)

    def _erased(self, at: datetime | None, key: Secret | None) -> Erased | None:
        enter(self.store, self.access, "an import", at=at)
        if key is None:
            return None
        with self.store.begin(read_only=True) as work:
            return suppressed(work, key=key).erased
