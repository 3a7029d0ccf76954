"""What is one customer like among the others? Traits, scores, tiers, places."""
