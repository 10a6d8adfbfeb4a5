"""The customer display: a window of its own on the second screen."""
