"""Watches the programs: crash loops, hangs, and the exit code of the container."""
