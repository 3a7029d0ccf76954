"""How do metrics become numbers? Planned, summarised, merged and finished."""
