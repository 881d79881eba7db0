"""MEGA as a remote: mega.py's login and keys, our own transport and transfers."""
