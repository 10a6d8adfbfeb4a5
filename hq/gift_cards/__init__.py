"""Gift cards: money that was paid for beforehand, by the hash of a card's number."""
