"""How do cells become orders, lines, refunds and their customers?"""
