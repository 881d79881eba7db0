"""What the bot says, as data: pure functions from answers of the other programs to text."""
