"""How is a client started where a real host name (MEGA's, unless told otherwise) is the test server?"""

import os
import sys
from pathlib import Path

HOSTS = "127.0.0.1 localhost g.api.mega.co.nz\n"
SCRIPT = Path(__file__).with_name("namespace.py")


def enter(work: Path, tls_socket: str, names: str = HOSTS) -> list[str]:
    """What to put before a command; `work` keeps the hosts file that it will see."""
    hosts = work / "hosts"
    hosts.write_text(names)
    # mounts and network of its own; who is not root becomes root of a user namespace first
    own = "-mn" if os.geteuid() == 0 else "-Urmn"
    return ["unshare", own, sys.executable, str(SCRIPT), str(hosts), tls_socket]
