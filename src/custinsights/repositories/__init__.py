"""Where do the objects rest? Protocols for a shop's own tables, and stores that are shipped."""
