"""How does Helix tell the platform, Prometheus and people how it is?

The HTTP program: it starts first, needs nobody, and answers from a verdict that a background task keeps fresh.
"""
