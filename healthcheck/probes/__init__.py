"""Start-up probes, one check a file."""
