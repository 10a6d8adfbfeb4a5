"""Segments: named sets of members, kept by hand or by a condition, which stations and reports go by."""
