"""How long people take at the window: events without anything personal, and the five tasks that are read from them."""
