"""Who may spend what: HQ's counters, leases and reservations."""
