"""Who may do what at head office: scopes, roles, ceilings, and the keys of other programs."""
