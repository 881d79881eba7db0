"""Keeps local folders and remotes the same."""
