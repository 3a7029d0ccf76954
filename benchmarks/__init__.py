"""How fast is custinsights, beside the libraries that people would use instead?

``python -m benchmarks.compare`` asks every contestant the same questions about the same invented
shop, refuses to print times before all answers are equal, and keeps the figures in
``benchmarks/results``; ``python -m benchmarks.speed`` writes README's table from them.
"""
