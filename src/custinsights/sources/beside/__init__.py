"""How are the tables beside the orders read? Customers, products, activities, spend, places."""
