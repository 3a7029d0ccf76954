"""How do files become what a store takes? The rows of `read_orders`, with all that they tell."""
