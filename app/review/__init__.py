"""What a manager looks through: use cases over the derived file, none of which changes anything."""
