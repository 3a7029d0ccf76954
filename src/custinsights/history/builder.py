"""How do a source's columns become a history?"""

from custinsights.history.orders import OrderHistory

build = OrderHistory.of
