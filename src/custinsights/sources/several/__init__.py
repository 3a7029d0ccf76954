"""How do several histories become one, each person once?"""
