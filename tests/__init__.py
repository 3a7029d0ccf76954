"""The tests of custinsights, room by room as in `src`, and the laws, oracles and rules beside them."""
