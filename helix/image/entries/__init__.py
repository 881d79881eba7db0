"""Finds the entry points of a repository: one file a place where they hide."""
