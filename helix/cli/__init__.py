"""The `helix` command: one file a subcommand."""
