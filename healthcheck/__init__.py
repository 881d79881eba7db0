"""The HTTP program: asks the report board and sums up for platforms, Prometheus and people."""
