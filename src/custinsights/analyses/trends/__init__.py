"""How does the whole go on? The overview, growth, distributions and rankings."""
