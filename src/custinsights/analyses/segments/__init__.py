"""Who belongs where, why, and what would move them? Rules judged over a history."""
