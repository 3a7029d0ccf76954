"""How do the objects that rest in a store become a history?"""
