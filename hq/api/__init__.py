"""The API that other programs use and the console's pages stand on: what its routes have in common."""
