"""How does a history come to be? Checked, ordered, joined and hung together."""
