"""What do we compute? Traits, metrics, scores, tiers and cohorts of a history."""
