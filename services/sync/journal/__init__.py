"""What happened: rows of what was equal on both sides, runs, events, versions. Private to sync."""
