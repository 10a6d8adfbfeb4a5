"""Files of rows that people bring: what all kinds of imports share."""
