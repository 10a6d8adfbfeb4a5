"""The simulator: what a station would answer to an order that somebody makes up at head office."""
