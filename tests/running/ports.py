"""Which port is still free when the program that is given it listens, seconds later?"""

import random
import socket

OURS = range(10_000, 32_768)
"""Below those that Linux gives to whoever asks for any port, as other tests do all the time."""


def free_port() -> int:
    """Give a port that nobody has, and that the system gives to nobody who does not ask for it by number."""
    while True:
        port = random.choice(OURS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
