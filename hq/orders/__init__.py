"""Orders, redemptions and what came back, as stations recorded them: lists, and one with all that is of it."""
