"""What happened? Orders as columns, customer by customer, in time order."""
