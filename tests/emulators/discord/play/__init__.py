"""What can a user of Discord do?  (Say things, run commands, click, choose, fill in forms.)"""
