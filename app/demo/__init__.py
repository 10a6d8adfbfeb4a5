"""The demo: a real shopping year replayed through the real parts, then counted at HQ."""
