"""How does a client meet the server under MEGA's real host name, with no way out of this machine?

Run by `unshare -mn` (own mounts, own network): brings loopback up, puts MEGA's host names on it, relays port 443 to the
server's Unix socket (which a network namespace does not hide), then runs the client.

    unshare -mn python namespace.py HOSTS_FILE TLS_SOCKET COMMAND…
"""

import fcntl
import socket
import struct
import subprocess
import sys
import threading

SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1
HTTPS = 443
BLOCK = 1 << 16


def main(hosts_file: str, tls_socket: str, *command: str) -> int:
    """The client's exit code."""
    _loopback_up()
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)
    subprocess.run(["mount", "--bind", hosts_file, "/etc/hosts"], check=True)
    listener = socket.create_server(("127.0.0.1", HTTPS))
    threading.Thread(target=_relay, args=(listener, tls_socket), daemon=True).start()
    return subprocess.run(command, check=False).returncode


def _loopback_up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        request = struct.pack("16sh", b"lo", 0)
        flags = struct.unpack("16sh", fcntl.ioctl(sock, SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(sock, SIOCSIFFLAGS, struct.pack("16sh", b"lo", flags | IFF_UP))


def _relay(listener: socket.socket, target: str) -> None:
    while True:
        client, _ = listener.accept()
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        server = socket.socket(socket.AF_UNIX)
        server.connect(target)
        for source, sink in ((client, server), (server, client)):
            threading.Thread(target=_pump, args=(source, sink), daemon=True).start()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(BLOCK):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        source.close()
        sink.close()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
