"""The supervised programs, one folder each; `__main__.py` is the composition root."""
