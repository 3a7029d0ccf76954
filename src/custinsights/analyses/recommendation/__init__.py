"""What would this customer like? Products with a match score, and what the score is made of.

`shelf` knows the products and `deeds` what was done with them; each part of the score has a module
(`content`, `companions`, `price_fit`, `recency`), `recommending` puts them together, and
`evaluating` holds recommendations against what customers bought next.
"""
