"""The sounds of the five answers."""
