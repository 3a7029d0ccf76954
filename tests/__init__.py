"""The tests of custinsights, room by room as in `src`, and laws, oracles and rules beside them."""
