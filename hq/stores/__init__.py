"""Stores, and how a station comes to belong to one."""
