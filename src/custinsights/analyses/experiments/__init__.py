"""Does it work? Who is in which arm (`arms`), how many it takes (`sizes`), and what came of it.

Tests and their p-values are SciPy's (`significance`); nothing else here needs it.
"""
