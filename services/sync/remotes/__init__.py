"""Remotes behind one protocol, with one contract suite."""
