"""How the shop's stations look."""
