"""The Discord bot: how people ask Helix and are told."""
