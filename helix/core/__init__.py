"""Decides: data in, data out. No clock, disk, network or log in here."""
