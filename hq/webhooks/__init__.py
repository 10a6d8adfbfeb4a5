"""Telling other programs what happened: an outbox, deliveries that are signed and tried again, and a feed to pull."""
