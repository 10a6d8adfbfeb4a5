"""Members: the customers in the scheme."""
