"""On which socket does the health server listen?

All addresses of both families: Railway's private network may be IPv6 only, its health check comes by IPv4.
"""

import errno
import socket

from helix.errors import HelixError

_NO_IPV6 = (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL, errno.EPROTONOSUPPORT, errno.ENOPROTOOPT)


def listen(port: int) -> socket.socket:
    """Bind *port* (0 = any free one) for both families, or for IPv4 alone on a machine without IPv6."""
    try:
        return _bound(socket.AF_INET6, "::", port)
    except OSError as error:
        if error.errno not in _NO_IPV6:
            raise _refused(port, error) from error
    try:
        return _bound(socket.AF_INET, "0.0.0.0", port)  # noqa: S104 - a container's health port is for all addresses
    except OSError as error:
        raise _refused(port, error) from error


def _bound(family: socket.AddressFamily, host: str, port: int) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        sock.bind((host, port))
    except OSError:
        sock.close()
        raise
    return sock


def _refused(port: int, error: OSError) -> HelixError:
    remedy = "set PORT to a free port above 1023, or stop the other program"
    return HelixError(f"can't listen on port {port}: {error.strerror}", remedy=remedy)
