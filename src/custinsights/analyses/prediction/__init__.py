"""What happens next? Models of who buys again, how often, and for how much.

Each model has a module of its own, named as the papers name it. All of them are fitted to a
purchase summary (`purchases`), reduced to its distinct patterns (`patterns`), by maximum likelihood
(`fitting`).
"""
