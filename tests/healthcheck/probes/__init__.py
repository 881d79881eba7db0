"""Tests of the start-up probes."""
