"""Doing what the plan says: one action at a time is done, then remembered."""
