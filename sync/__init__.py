"""How station and HQ talk: the protocol of the two ends, the HTTP client and the steps of a sync."""
